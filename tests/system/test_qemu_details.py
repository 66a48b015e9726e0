"""What clients ask of one running guest besides its life: each thing done and its effect seen in QEMU, files or events."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import purevirt
from purevirt.client import Connection, Domain
from purevirt.errors import ErrorCode, VirtError
from purevirt.testing.boot_image import SIZE, write_boot_image
from purevirt.types import constants as c
from system.test_clients import uri
from system.test_daemon_basic import serving

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64"),
]
XML = """<domain type='qemu'><name>g</name><memory unit='MiB'>32</memory>
<os><type arch='x86_64' machine='pc'>hvm</type></os><devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
<disk type='file'><source file='{root}/boot.img'/><target dev='hda' bus='ide'/></disk>
<disk type='file'><source file='{root}/stick.img'/><target dev='sda' bus='usb'/></disk>
<serial type='pty'/><console type='pty'/><memballoon model='virtio'><stats period='3'/></memballoon></devices></domain>"""


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="purevirt-test-") as directory:
        path = Path(directory)
        path.chmod(0o755)
        for name in ("boot.img", "stick.img"):
            write_boot_image(path / name)
        yield from serving(path)


@pytest.fixture
def conn(root: Path) -> Iterator[Connection]:
    with purevirt.open(uri(root), deadline=30) as it:
        yield it


@pytest.fixture
def guest(root: Path, conn: Connection) -> Iterator[Domain]:
    dom = conn.domain_create_xml(XML.format(root=root))
    try:
        yield dom
    finally:
        with suppress(VirtError):  # it is gone, where the test ended it
            dom.destroy()


def qmp(guest: Domain, command: str, **arguments: object) -> object:
    said = guest.qemu_monitor_command(json.dumps({"execute": command, "arguments": arguments}), 0)
    return json.loads(said)["return"]


def pid_of(root: Path) -> int:
    return int((root / "run/libvirt/qemu/g.pid").read_text())


def test_qemu_is_confined(root: Path, guest: Domain) -> None:
    """Its user is not root, a seccomp filter is on, and the disks are its own while it runs."""
    status = Path(f"/proc/{pid_of(root)}/status").read_text()
    uid = int(re.search(r"^Uid:\t(\d+)", status, re.MULTILINE)[1])  # type: ignore[index]
    assert "\nSeccomp:\t2\n" in status
    assert uid != 0
    assert (root / "boot.img").stat().st_uid == uid
    guest.destroy()
    assert (root / "boot.img").stat().st_uid == 0


def test_a_graceful_destroy_never_kills(root: Path, conn: Connection, guest: Domain) -> None:
    """A stopped QEMU does not hear SIGTERM: the graceful way gives up and the guest is as it was, the other way works."""
    guest.destroy_flags(c.VIR_DOMAIN_DESTROY_GRACEFUL)
    assert conn.list_all_domains() == []
    again = conn.domain_create_xml(XML.format(root=root))
    pid = pid_of(root)
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(VirtError) as caught:
        again.destroy_flags(c.VIR_DOMAIN_DESTROY_GRACEFUL)
    assert caught.value.code == ErrorCode.SYSTEM_ERROR
    assert caught.value.message == f"Failed to terminate process {pid} with SIGTERM: Device or resource busy"
    assert again.is_active()
    again.destroy()
    assert not Path(f"/proc/{pid}").exists() or Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"


def test_one_console_at_a_time(conn: Connection, guest: Domain) -> None:
    first, second = conn.stream_new(), conn.stream_new()
    guest.open_console(None, first, c.VIR_DOMAIN_CONSOLE_SAFE)
    with pytest.raises(VirtError, match="Active console session exists for this domain") as caught:
        guest.open_console(None, second, c.VIR_DOMAIN_CONSOLE_SAFE)
    assert caught.value.code == ErrorCode.OPERATION_FAILED
    third = conn.stream_new()
    guest.open_console(None, third, c.VIR_DOMAIN_CONSOLE_SAFE | c.VIR_DOMAIN_CONSOLE_FORCE)
    while first.recv(4096):  # its end: somebody else has the console now
        pass
    third.send(b"\r")
    seen = b""
    while b"> " not in seen:
        seen += third.recv(4096) or b""
        if b"UP" in seen and b"> " not in seen:
            third.send(b"\r")
    third.abort()


def test_nmi(guest: Domain) -> None:
    guest.inject_nmi()
    guest.suspend()
    with pytest.raises(VirtError, match="unsupported flags"):
        guest.inject_nmi(1)


def test_how_often_the_balloon_tells(guest: Domain) -> None:
    path = "/machine/peripheral/balloon0"
    assert "<stats period='3'/>" in guest.get_xml_desc()
    assert qmp(guest, "qom-get", path=path, property="guest-stats-polling-interval") == 3
    guest.set_memory_stats_period(7, c.VIR_DOMAIN_AFFECT_LIVE)
    assert qmp(guest, "qom-get", path=path, property="guest-stats-polling-interval") == 7
    assert "<stats period='7'/>" in guest.get_xml_desc()
    with pytest.raises(VirtError, match="must be zero or greater") as caught:
        guest.set_memory_stats_period(-1, c.VIR_DOMAIN_AFFECT_LIVE)
    assert caught.value.code == ErrorCode.INVALID_ARG
    assert c.VIR_DOMAIN_MEMORY_STAT_RSS in guest.memory_stats()


def test_block_figures_of_every_bus(root: Path, conn: Connection, guest: Domain) -> None:
    """Also of a USB disk, whose node hangs below a device of its own."""
    for target in ("hda", "sda"):
        info = guest.get_block_info(target)
        assert (info.capacity, info.physical) == (SIZE, SIZE)
        assert info.allocation > 0  # a file system may need a block of its own for it
        assert guest.block_stats(target).rd_bytes >= 0
    [record] = conn.get_all_domain_stats(c.VIR_DOMAIN_STATS_BLOCK)
    names = {record.params[f"block.{n}.name"]: record.params[f"block.{n}.capacity"] for n in range(2)}
    assert names == {"hda": SIZE, "sda": SIZE}
    with pytest.raises(VirtError, match="invalid path: nope"):
        guest.block_stats("nope")


def test_events_of_the_monitor(conn: Connection, guest: Domain) -> None:
    seen: list[tuple[object, ...]] = []
    number = conn.domain_qemu_monitor_event_register(None, "STOP", lambda event: seen.append(tuple(event.args)))
    guest.suspend()
    guest.resume()
    while not seen:
        assert conn.process_events(10)
    conn.domain_qemu_monitor_event_deregister(number)
    assert [(args[0], args[3]) for args in seen] == [("STOP", None)]
    guest.suspend()
    guest.get_state()
    assert len(seen) == 1


def test_a_disk_that_comes_opened(root: Path, conn: Connection) -> None:
    """The descriptor is the client's, and the group is gone with its connection."""
    text = XML.format(root=root).replace(f"<source file='{root}/boot.img'/>", f"<source file='{root}/boot.img' fdgroup='mine'/>")
    unknown = "file descriptor group 'mine' was not associated with the domain"
    dom = conn.domain_define_xml(text)
    try:
        with pytest.raises(VirtError, match=unknown) as caught:
            dom.create()
        assert caught.value.code == ErrorCode.INVALID_ARG
        with purevirt.open(uri(root), deadline=30) as giver, (root / "boot.img").open("r+b") as file:
            giver.domain_lookup_by_name("g").fd_associate("mine", [file.fileno()])
            dom.create()
            assert (root / "boot.img").stat().st_uid == 0
            held = [os.readlink(fd) for fd in Path(f"/proc/{pid_of(root)}/fd").iterdir()]
            assert str(root / "boot.img") in held
            dom.destroy()
        with pytest.raises(VirtError, match=unknown):
            dom.create()
    finally:
        dom.undefine()
