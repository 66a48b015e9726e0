"""Connections to run a suite on: the test driver in this process, and over the wire behind a daemon of this test run."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import purevirt
from purevirt.client.blocking.of_connection import Connection

DOMAIN = """<domain type='{type}'><name>c1</name><uuid>11111111-2222-3333-4444-555555555501</uuid>
<memory unit='KiB'>131072</memory><vcpu>1</vcpu><os><type>hvm</type></os><devices>
<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{image}'/><target dev='vda' bus='virtio'/></disk>
<console type='pty'/></devices></domain>"""


@contextmanager
def short_directory() -> Iterator[Path]:
    """A directory for sockets, whose names may have 107 bytes, and for emulators of another user: pytest's own is neither
    short nor open."""
    with tempfile.TemporaryDirectory(prefix="pv-") as directory:
        Path(directory).chmod(0o755)
        yield Path(directory)


@contextmanager
def session_daemon() -> Iterator[Path]:
    """A session daemon; its socket. Needs no privileges."""
    with short_directory() as root:
        yield from _serving(root)


def _serving(root: Path) -> Iterator[Path]:
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(str(root / "notify"))
    environment = {**os.environ, "NOTIFY_SOCKET": str(root / "notify"), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "purevirt.daemon.main", "--session", "--root", str(root)]
    with (root / "daemon.out").open("w") as output:
        daemon = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        assert select.select([notify], [], [], 30)[0], (root / "daemon.out").read_text()
        yield root / "run/libvirt/libvirt-sock"
    finally:
        daemon.terminate()
        daemon.wait(10)
        notify.close()


def wire(uri: str, socket_path: Path) -> str:
    """A local URI as one through a daemon's socket."""
    scheme, _, rest = uri.partition(":")
    return f"{scheme}+unix:{rest}{'&' if '?' in rest else '?'}socket={socket_path}"


@contextmanager
def opened(uri: str, *, readonly: bool = False) -> Iterator[Connection]:
    with purevirt.open(uri, readonly=readonly, deadline=30) as conn:
        yield conn


def error_of(call: object, *args: object, **kwargs: object) -> tuple[int, str]:
    """Code and text of what a call raises."""
    with pytest.raises(purevirt.VirtError) as caught:
        call(*args, **kwargs)  # type: ignore[operator]
    return caught.value.code, caught.value.message
