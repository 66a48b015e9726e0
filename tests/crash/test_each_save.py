"""SIGKILL at each single change of the state on disk, by name: define, start, destroy, undefine, rename, autostart.

Nothing is lost, nothing half written, no QEMU without a daemon that knows it.
"""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crash.test_daemon_killed import Daemon, alive, runs_from, states
from purevirt.host.process import tied
from purevirt.testing.boot_image import write_boot_image
from system.test_daemon_basic import virsh

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(shutil.which("virsh") is None, reason="no virsh (libvirt-clients)"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64"),
]

XML = """<domain type='qemu'><name>g</name><uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</uuid><title>{title}</title>
<memory unit='MiB'>32</memory><vcpu>1</vcpu><os><type arch='x86_64' machine='pc'>hvm</type></os>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator><disk type='file' device='disk'><driver name='qemu' type='raw'/>
<source file='{image}'/><target dev='vda' bus='virtio'/></disk></devices></domain>"""


class DyingDaemon(Daemon):
    """One that dies where it is told to."""

    def start(self) -> None:
        environment = {**os.environ, "NOTIFY_SOCKET": str(self.root / "notify"), "PYTHONPATH": os.pathsep.join(sys.path)}
        program = Path(__file__).with_name("dying_daemon.py")
        command = [sys.executable, str(program), "--system", "--root", str(self.root)]
        self.process = subprocess.Popen(command, env=environment)
        assert select.select([self._notify], [], [], 30)[0], "the daemon did not become ready"
        assert self._notify.recv(100) == b"READY=1"

    @property
    def moments(self) -> list[str]:
        try:
            return (self.root / "moments").read_text().splitlines()
        except FileNotFoundError:
            return []

    def die_after(self, moments: int) -> None:
        (self.root / "die-after").write_text(str(moments))

    def has_died(self) -> bool:
        """Waits a moment for its end; once it has ended it is disarmed."""
        assert self.process is not None
        try:
            self.process.wait(0.3)
        except subprocess.TimeoutExpired:
            return False
        (self.root / "die-after").unlink(missing_ok=True)
        return True


@pytest.fixture
def daemon() -> Iterator[DyingDaemon]:
    with tempfile.TemporaryDirectory(prefix="purevirt-crash-") as directory:
        root = Path(directory)
        root.chmod(0o755)
        it = DyingDaemon(root)
        try:
            it.start()
            write_boot_image(root / "boot.img")
            for title in ("old", "new"):
                (root / f"{title}.xml").write_text(XML.format(title=title, image=root / "boot.img"))
            yield it
        finally:
            it.close()


OPERATIONS = {
    # what is done: what must be there before, what the kill may leave of the definition (titles), the changes on disk
    "define new.xml": (["define old.xml"], {"old", "new"}, ["before etc/libvirt/qemu/g.xml", "after etc/libvirt/qemu/g.xml"]),
    "define first.xml": ([], {"new", None}, ["before etc/libvirt/qemu/g.xml", "after etc/libvirt/qemu/g.xml"]),
    "undefine g": (["define old.xml"], {"old", None}, ["removed etc/libvirt/qemu/g.xml"]),
    "start g": (
        ["define old.xml"],
        {"old"},
        ["before run/libvirt/qemu/g.xml", "after run/libvirt/qemu/g.xml"] * 4,
    ),
    "suspend g": (["define old.xml", "start g"], {"old"}, ["before run/libvirt/qemu/g.xml", "after run/libvirt/qemu/g.xml"]),
    "destroy g": (
        ["define old.xml", "start g"],
        {"old"},
        ["before run/libvirt/qemu/g.xml", "after run/libvirt/qemu/g.xml", "removed run/libvirt/qemu/g.xml"],
    ),
}


def do(daemon: DyingDaemon, command: str) -> subprocess.CompletedProcess[str]:
    name, argument = command.split()
    if name == "define":
        argument = str(daemon.root / ("new.xml" if argument == "first.xml" else argument))
    return virsh(daemon.root, name, argument)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_killed_at_each_change(daemon: DyingDaemon, operation: str) -> None:
    before, titles, expected = OPERATIONS[operation]
    for command in before:
        assert do(daemon, command).returncode == 0
    seen = len(daemon.moments)
    assert do(daemon, operation).returncode == 0
    changes = daemon.moments[seen:]
    assert changes == expected
    bring_to_nothing(daemon)
    for number in range(len(changes)):
        for command in before:
            assert do(daemon, command).returncode == 0
        daemon.die_after(number)
        do(daemon, operation)
        assert daemon.has_died(), (number, changes[number])
        daemon.start()
        check(daemon, titles, (number, changes[number]))
        bring_to_nothing(daemon)


RENAMING = ["before etc/libvirt/qemu/h.xml", "after etc/libvirt/qemu/h.xml", "removed etc/libvirt/qemu/g.xml"]


def test_killed_while_renaming(daemon: DyingDaemon) -> None:
    """It has one of the two names, and nothing is left of the other, also after one more restart."""
    directory = daemon.root / "etc/libvirt/qemu"
    for number in range(len(RENAMING)):
        assert do(daemon, "define old.xml").returncode == 0
        seen = len(daemon.moments)
        daemon.die_after(number)
        virsh(daemon.root, "domrename", "g", "h")
        assert daemon.has_died(), number
        assert daemon.moments[seen:] == RENAMING[: number + 1]
        for _ in range(2):
            daemon.start()
            [(name, state)] = states(daemon).items()
            assert (name, state) == ("g" if number == 0 else "h", "shut off")
            assert [p.name for p in directory.glob("*.xml*")] == [f"{name}.xml"]
            assert f"<name>{name}</name>" in virsh(daemon.root, "dumpxml", name).stdout
            daemon.kill()
        daemon.start()
        assert virsh(daemon.root, "undefine", name).returncode == 0


def test_killed_while_an_emulator_is_asked(daemon: DyingDaemon) -> None:
    """The QEMU that was asked ends with the daemon."""
    if not tied():
        pytest.skip("no setpriv (util-linux)")
    for known in (daemon.root / "cache/libvirt/qemu/capabilities").glob("*"):
        known.unlink()
    uri = f"qemu+unix:///system?socket={daemon.root}/run/libvirt/libvirt-sock"
    words = ["virsh", "-c", uri, "domcapabilities", "--emulatorbin", "/usr/bin/qemu-system-x86_64"]
    client = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while not (asked := probes(daemon.root)):
            assert time.monotonic() < deadline
        daemon.kill()
        deadline = time.monotonic() + 5
        while any(alive(pid) for pid in asked):
            assert time.monotonic() < deadline, asked
    finally:
        client.kill()
        client.wait(10)


def probes(root: Path) -> list[int]:
    """QEMUs without a machine that a daemon of this root asks what they can do."""
    found = []
    for directory in Path("/proc").iterdir():
        try:
            if not directory.name.isdigit() or b"none,accel=" not in (directory / "cmdline").read_bytes():
                continue
            ours = str(root).encode() in (directory / "environ").read_bytes()
            if ours and "qemu" in os.readlink(directory / "exe"):
                found.append(int(directory.name))
        except OSError:
            continue
    return found


def check(daemon: DyingDaemon, titles: set[str | None], where: object) -> None:
    state = settled(daemon)
    stored = daemon.root / "etc/libvirt/qemu/g.xml"
    title = None
    if stored.exists():
        text = stored.read_text()
        assert text.endswith("</domain>\n"), where
        title = text.partition("<title>")[2].partition("</title>")[0]
    assert title in titles, where
    assert (state is None) == (title is None), where
    running = [int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit() and runs_from(p, daemon.root)]
    running = [pid for pid in running if alive(pid)]
    assert len(running) == (1 if state in ("running", "paused") else 0), where
    assert (daemon.root / "run/libvirt/qemu/g.xml").exists() == bool(running), where
    assert daemon.pids() == ({"g": running[0]} if running else {}), where


def settled(daemon: DyingDaemon) -> str | None:
    """The guest's state, once a new daemon has looked after what it found; None when it does not know the guest."""
    deadline = time.monotonic() + 20
    while (state := states(daemon).get("g")) not in ("running", "paused", "shut off", None):
        assert time.monotonic() < deadline, state
    return state


def bring_to_nothing(daemon: DyingDaemon) -> None:
    """No guest, and nothing of it on disk, not even a half-written document."""
    virsh(daemon.root, "destroy", "g")
    virsh(daemon.root, "undefine", "g")
    for directory in ("etc/libvirt/qemu", "run/libvirt/qemu"):
        assert [p.name for p in (daemon.root / directory).iterdir() if p.is_file() and "g.xml" in p.name] == []
