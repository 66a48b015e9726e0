"""Our boot image on a real QEMU: it comes up, echoes, and obeys the power button."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from purevirt.testing.boot_image import boot_sector, write_boot_image

pytestmark = pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64")


def test_it_is_a_boot_sector() -> None:
    assert len(boot_sector()) == 512
    assert boot_sector()[-2:] == b"\x55\xaa"


@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_it_lives(machine: str, tmp_path: Path) -> None:
    image = tmp_path / "boot.img"
    write_boot_image(image)
    ours, theirs = socket.socketpair()
    monitor, qemu_monitor = socket.socketpair()
    command = ["qemu-system-x86_64", "-M", f"{machine},accel=tcg", "-m", "32", "-nodefaults", "-display", "none"]
    command += ["-drive", f"file={image},format=raw,if=none,id=d", "-device", "virtio-blk-pci,drive=d"]
    command += ["-chardev", f"socket,id=s,fd={theirs.fileno()}", "-serial", "chardev:s"]
    command += ["-chardev", f"socket,id=m,fd={qemu_monitor.fileno()}", "-mon", "chardev=m,mode=control"]
    qemu = subprocess.Popen(command, pass_fds=(theirs.fileno(), qemu_monitor.fileno()))
    try:
        theirs.close()
        qemu_monitor.close()
        for end in (ours, monitor):
            end.settimeout(30)
        assert read_until(ours, b"UP\r\n")
        ours.sendall(b"hello")
        assert read_until(ours, b"hello")
        monitor.sendall(b'{"execute":"qmp_capabilities"}{"execute":"system_powerdown"}')
        assert read_until(ours, b"OFF\r\n")
        assert qemu.wait(10) == 0
    finally:
        qemu.kill()
        qemu.wait(10)
        ours.close()
        monitor.close()


def read_until(sock: socket.socket, wanted: bytes) -> bool:
    seen = b""
    while wanted not in seen:
        part = sock.recv(4096)
        assert part, seen
        seen += part
    return True
