"""A Linux guest that reacts to its ACPI power button: shutdown ends it, reboot brings the same QEMU up again."""

from __future__ import annotations

import os
import select
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from purevirt.testing.initrd import POWER_BUTTON, busybox_initrd
from system.test_daemon_basic import root, virsh
from system.test_virsh_guest import said

__all__ = ["root"]

BUSYBOX = shutil.which("busybox")
KERNELS = [
    (kernel, modules)
    for kernel in sorted(Path("/boot").glob("vmlinuz-*"))
    if all((modules := Path("/lib/modules") / kernel.name.removeprefix("vmlinuz-")).joinpath(m).exists() for m in POWER_BUTTON)
]
pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(shutil.which("virsh") is None, reason="no virsh (libvirt-clients)"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64"),
    pytest.mark.skipif(BUSYBOX is None, reason="no busybox"),
    pytest.mark.skipif(not KERNELS, reason="no kernel in /boot with its button and evdev modules"),
]

XML = """<domain type='qemu'><name>g</name><memory unit='MiB'>256</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type><kernel>{kernel}</kernel><initrd>{initrd}</initrd>
<cmdline>console=ttyS0 quiet no_timer_check</cmdline></os><features><acpi/></features>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
<serial type='file'><source path='{serial}'/></serial></devices></domain>"""
BANNER = b"Welcome to a guest"


@pytest.fixture
def serial(root: Path) -> Path:
    """A running guest's serial output, once it is up; copies of kernel and initrd, so that nobody's owner changes."""
    assert BUSYBOX is not None
    kernel, modules = KERNELS[-1]
    shutil.copy(kernel, root / "kernel")
    (root / "initrd").write_bytes(busybox_initrd(Path(BUSYBOX), [modules / name for name in POWER_BUTTON]))
    output = root / "serial"
    output.touch()
    output.chmod(0o666)
    document = root / "g.xml"
    document.write_text(XML.format(kernel=root / "kernel", initrd=root / "initrd", serial=output))
    said(root, "define", str(document))
    said(root, "start", "g")
    wait(lambda: output.read_bytes().count(BANNER) == 1, output)
    return output


def wait(happened: Callable[[], bool], output: Path, again: Callable[[], object] = lambda: None) -> None:
    """A button that is pressed before anybody in the guest listens is lost, so it is pressed `again` now and then."""
    deadline, pressed = time.monotonic() + 60, time.monotonic()
    while not happened():
        assert time.monotonic() < deadline, output.read_bytes()[-500:]
        select.select([], [], [], 0.02)  # QEMU needs the processor more than we do
        if time.monotonic() > pressed + 5:
            again()
            pressed = time.monotonic()


def test_reboot_and_shutdown(root: Path, serial: Path) -> None:
    try:
        pid = (root / "run/libvirt/qemu/g.pid").read_text()
        assert said(root, "reboot", "g", "--mode", "acpi") == "Domain 'g' is being rebooted\n\n"
        wait(lambda: serial.read_bytes().count(BANNER) == 2, serial, lambda: virsh(root, "reboot", "g", "--mode", "acpi"))
        assert said(root, "domstate", "g", "--reason") == "running (booted)\n\n"
        assert (root / "run/libvirt/qemu/g.pid").read_text() == pid
        assert said(root, "shutdown", "g", "--mode", "acpi") == "Domain 'g' is being shutdown\n\n"
        ended = "shut off (shutdown)\n\n"
        press = ("shutdown", "g", "--mode", "acpi")
        wait(lambda: said(root, "domstate", "g", "--reason") == ended, serial, lambda: virsh(root, *press))
        assert not (root / "run/libvirt/qemu/g.pid").exists()
    finally:
        virsh(root, "destroy", "g")
