"""Events with their details, as the distribution's `virsh event --all` prints them; the lists were seen with libvirtd 9.0."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from purevirt.testing.boot_image import write_boot_image
from purevirt.testing.initrd import busybox_initrd
from system.test_clients import uri
from system.test_daemon_basic import root, virsh
from system.test_virsh_guest import said

__all__ = ["root"]

BUSYBOX = shutil.which("busybox")
_VIRTIO = ("virtio_ring", "virtio", "virtio_pci_modern_dev", "virtio_pci_legacy_dev", "virtio_pci")
MODULES = [*(f"kernel/drivers/virtio/{name}.ko" for name in _VIRTIO), "kernel/drivers/block/virtio_blk.ko"]
KERNELS = [
    (kernel, modules)
    for kernel in sorted(Path("/boot").glob("vmlinuz-*"))
    if all((modules := Path("/lib/modules") / kernel.name.removeprefix("vmlinuz-")).joinpath(m).exists() for m in MODULES)
]
pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(shutil.which("virsh") is None, reason="no virsh (libvirt-clients)"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64"),
]

XML = """<domain type='qemu'><name>e</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features><on_crash>restart</on_crash>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{image}'/><target dev='vda' bus='virtio'/></disk>
<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
<watchdog model='ib700' action='pause'/><panic model='isa'/></devices></domain>"""


class Listener:
    """`virsh event --all --loop` on a terminal of its own, so that its lines come at once."""

    def __init__(self, root: Path) -> None:
        self._end, theirs = pty.openpty()
        tty.setraw(theirs)
        command = ["virsh", "-c", uri(root), "event", "--all", "--loop"]
        self.process = subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL)
        os.close(theirs)
        self.text = ""

    def lines(self) -> list[str]:
        while select.select([self._end], [], [], 0.05)[0]:
            try:
                part = os.read(self._end, 65536)
            except OSError:
                break
            self.text += part.decode()
        return [line.rstrip("\r") for line in self.text.splitlines()]

    def wait_for(self, wanted: str, meanwhile: Callable[[], object] = lambda: None) -> None:
        deadline = time.monotonic() + 60
        while not any(wanted in line for line in self.lines()):
            assert time.monotonic() < deadline, self.text
            meanwhile()

    def close(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(10)
        os.close(self._end)


@contextmanager
def listening(root: Path, name: str) -> Iterator[Listener]:
    """It hears of everything that happens inside the block."""
    listener = Listener(root)
    try:
        listener.wait_for("metadata-change", lambda: said(root, "desc", name, "--new-desc", "are you there?"))
        listener.text = ""
        yield listener
    finally:
        listener.close()


STORY = """agent-lifecycle: state: 'disconnected' reason: 'domain started'
lifecycle: Resumed Unpaused
lifecycle: Started Booted
watchdog: pause
lifecycle: Suspended Watchdog
lifecycle: Resumed Unpaused
lifecycle: Suspended Paused
lifecycle: Crashed Panicked
lifecycle: Resumed Unpaused
metadata-change: type element, uri http://x
tunable:
	cputune.vcpupin0: 0
lifecycle: Suspended Paused
migration-iteration: iteration: '1'
migration-iteration: iteration: '2'
job-completed:
lifecycle: Stopped Saved
lifecycle: Undefined Removed"""


def test_a_story_of_events(root: Path) -> None:
    image = root / "disk.img"
    write_boot_image(image)
    (root / "e.xml").write_text(XML.format(image=image))
    said(root, "define", str(root / "e.xml"))
    try:
        with listening(root, "e") as listener:
            said(root, "start", "e")
            said(root, "qemu-monitor-command", "e", "--hmp", "o /b 0x443 0xf")  # the ISA watchdog's timer, at its end
            listener.wait_for("Suspended Watchdog")
            assert said(root, "domstate", "e", "--reason") == "paused (watchdog)\n\n"
            said(root, "resume", "e")
            said(root, "qemu-monitor-command", "e", "--hmp", "o /b 0x505 1")  # pvpanic's port
            listener.wait_for("Crashed Panicked")
            deadline = time.monotonic() + 20
            while said(root, "domstate", "e", "--reason") != "running (crashed)\n\n":
                assert time.monotonic() < deadline
            said(root, "metadata", "e", "http://x", "--key", "k", "--set", "<a/>", "--live")
            said(root, "vcpupin", "e", "0", "0")
            said(root, "managedsave", "e")
            said(root, "undefine", "e", "--managed-save")
            listener.wait_for("Undefined")
            seen = [re.sub(r"^event '([^']*)' for domain 'e'", r"\1", line) for line in listener.lines()]
    finally:
        virsh(root, "destroy", "e")
    seen = [line for line in seen if line and not re.match(r"\t(?!cputune)", line)]
    # One reset is ours; SeaBIOS makes more of it, whenever it comes to them.
    assert seen[seen.index("lifecycle: Crashed Panicked") + 1] == "reboot"
    assert [line for line in seen if line != "reboot"] == STORY.splitlines()


LINUX = """<domain type='qemu'><name>l</name><memory unit='MiB'>256</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type><kernel>{root}/kernel</kernel><initrd>{root}/initrd</initrd>
<cmdline>console=ttyS0 quiet no_timer_check</cmdline></os><features><acpi/></features>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator><disk type='file' device='disk'>
<driver name='qemu' type='raw' error_policy='stop'/><source file='{disk}'/><target dev='vda' bus='virtio'/></disk>
<serial type='pty'/></devices></domain>"""


@contextmanager
def small_file_system(directory: Path) -> Iterator[Path]:
    directory.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1M", "tmpfs", str(directory)]
    if subprocess.run(mount, capture_output=True, check=False, timeout=10).returncode:
        pytest.skip("no file systems may be mounted here")
    try:
        yield directory
    finally:
        subprocess.run(["umount", str(directory)], check=True, timeout=10)


@pytest.mark.skipif(BUSYBOX is None, reason="no busybox")
@pytest.mark.skipif(not KERNELS, reason="no kernel in /boot with its virtio modules")
def test_a_full_disk_stops_the_guest_and_tells_why(root: Path) -> None:
    assert BUSYBOX is not None
    kernel, modules = KERNELS[-1]
    shutil.copy(kernel, root / "kernel")
    (root / "initrd").write_bytes(busybox_initrd(Path(BUSYBOX), [modules / name for name in MODULES]))
    with small_file_system(root / "small") as directory:
        disk = directory / "disk"
        with disk.open("wb") as file:
            file.truncate(8 << 20)
        (root / "l.xml").write_text(LINUX.format(root=root, disk=disk))
        try:
            said(root, "define", str(root / "l.xml"))
            said(root, "start", "l", "--paused")
            path = said(root, "ttyconsole", "l").strip()
            terminal = os.open(path, os.O_RDWR | os.O_NOCTTY)
            tty.setraw(terminal)
            with listening(root, "l") as listener:
                said(root, "resume", "l")
                until(terminal, b"/ # ")
                said(root, "domblkthreshold", "l", "vda", "65536")
                os.write(terminal, b"dd if=/dev/zero of=/dev/vda bs=4k count=1500 conv=fsync\n")
                listener.wait_for("I/O Error")
                story = [re.sub(r"^event '([^']*)' for domain 'l': ", r"\1: ", line) for line in listener.lines() if line]
            os.close(terminal)
            assert said(root, "domstate", "l", "--reason") == "paused (I/O error)\n\n"
            assert said(root, "domblkerror", "l") == "vda: no space\n\n"
        finally:
            virsh(root, "destroy", "l")
        story = [re.sub(r"(65536) \d+$", r"\1 N", line) for line in story]
        assert list(dict.fromkeys(story)) == [  # each request that was under way fails
            "lifecycle: Resumed Unpaused",
            f"block-threshold: dev: vda({disk}) 65536 N",
            f"block-threshold: dev: vda[1]({disk}) 65536 N",
            f"io-error: {disk} (virtio-disk0) pause",
            f"io-error-reason: {disk} (virtio-disk0) pause due to enospc",
            "lifecycle: Suspended I/O Error",
        ]


def until(terminal: int, wanted: bytes) -> None:
    seen, deadline = b"", time.monotonic() + 60
    while wanted not in seen:
        assert time.monotonic() < deadline, seen[-300:]
        if select.select([terminal], [], [], 1)[0]:
            seen += os.read(terminal, 4096)
