"""A Linux guest of this machine's kernel and a busybox shell: its prompt, a command, and an uptime that goes on after a save."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from glob import glob
from pathlib import Path

import pytest

import purevirt
from purevirt.client import Connection, Domain
from purevirt.testing.initrd import busybox_initrd
from system.test_clients import uri
from system.test_daemon_basic import root

__all__ = ["root"]

KERNELS = [path for path in sorted(glob("/boot/vmlinuz-*")) if os.access(path, os.R_OK)]
BUSYBOX = shutil.which("busybox")
STATIC = BUSYBOX is not None and b"ld-linux" not in Path(BUSYBOX).read_bytes()[:4096]
pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64"),
    pytest.mark.skipif(not KERNELS, reason="no kernel in /boot that can be read"),
    pytest.mark.skipif(not STATIC, reason="no static busybox (busybox-static)"),
]
PROMPT = b"/ # "
XML = """<domain type='qemu'><name>linux</name><memory unit='MiB'>256</memory>
<os><type arch='x86_64' machine='pc'>hvm</type><kernel>{root}/kernel</kernel><initrd>{root}/initrd</initrd>
<cmdline>console=ttyS0 quiet</cmdline></os>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator><serial type='pty'/><console type='pty'/></devices></domain>"""


class Shell:
    """The guest's console."""

    def __init__(self, conn: Connection, guest: Domain) -> None:
        self._stream = conn.stream_new()
        guest.open_console(None, self._stream, 0)

    def until(self, wanted: bytes) -> bytes:
        seen = b""
        while wanted not in seen:
            part = self._stream.recv(4096)
            assert part, seen
            seen += part
        return seen

    def run(self, command: str) -> str:
        self._stream.send(command.encode() + b"\n")
        return self.until(PROMPT).decode()

    def uptime(self) -> float:
        found = re.search(r"^(\d+\.\d\d) \d+\.\d\d\r?$", self.run("cat /proc/uptime"), re.MULTILINE)
        assert found is not None
        return float(found[1])

    def close(self) -> None:
        self._stream.abort()


@pytest.fixture
def guest(root: Path) -> Iterator[tuple[Connection, Domain]]:
    shutil.copyfile(KERNELS[-1], root / "kernel")
    (root / "initrd").write_bytes(busybox_initrd(Path(str(BUSYBOX))))
    with purevirt.open(uri(root), deadline=60) as conn:
        dom = conn.domain_define_xml(XML.format(root=root))
        try:
            yield conn, dom
        finally:
            if dom.is_active():
                dom.destroy()
            dom.undefine()


def test_its_uptime_goes_on_after_a_managed_save(guest: tuple[Connection, Domain]) -> None:
    conn, dom = guest
    dom.create()
    shell = Shell(conn, dom)
    shell.until(PROMPT)
    assert "Linux" in shell.run("uname -a")
    shell.run("echo kept > /word")
    before = shell.uptime()
    shell.close()
    dom.managed_save()
    dom.create()
    shell = Shell(conn, dom)
    assert "kept" in shell.run("cat /word")
    assert shell.uptime() >= before
    shell.close()
