"""The daemon is killed with kill -9 beside running guests: the next one manages them again, and none was harmed."""

from __future__ import annotations

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from purevirt.testing.boot_image import write_boot_image
from system.test_daemon_basic import virsh

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(shutil.which("virsh") is None, reason="no virsh (libvirt-clients)"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64"),
]

GUESTS = 10
XML = """<domain type='qemu'><name>{name}</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type></os><devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{image}'/><target dev='vda' bus='virtio'/>
<shareable/></disk><serial type='pty'/></devices></domain>"""


class Daemon:
    """One root directory, one daemon at a time."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.process: subprocess.Popen[bytes] | None = None
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notify.bind(str(root / "notify"))

    def start(self) -> None:
        environment = {**os.environ, "NOTIFY_SOCKET": str(self.root / "notify"), "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-m", "purevirt.daemon.main", "--system", "--root", str(self.root)]
        self.process = subprocess.Popen(command, env=environment)
        assert select.select([self._notify], [], [], 30)[0], "the daemon did not become ready"
        assert self._notify.recv(100) == b"READY=1"

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def pids(self) -> dict[str, int]:
        return {p.stem: int(p.read_text()) for p in (self.root / "run/libvirt/qemu").glob("*.pid") if p.read_text().strip()}

    def close(self) -> None:
        pids = self.pids()
        if self.process is not None:
            self.kill()
        for pid in pids.values():
            if alive(pid):
                os.kill(pid, signal.SIGKILL)
        self._notify.close()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    with tempfile.TemporaryDirectory(prefix="purevirt-crash-") as directory:
        root = Path(directory)
        root.chmod(0o755)
        it = Daemon(root)
        try:
            it.start()
            yield it
        finally:
            it.close()


def states(daemon: Daemon) -> dict[str, str]:
    rows = virsh(daemon.root, "list", "--all").stdout.splitlines()[2:]
    return {fields[1]: " ".join(fields[2:]) for row in rows if (fields := row.split())}


def test_ten_guests_are_managed_again(daemon: Daemon) -> None:
    image = daemon.root / "boot.img"
    write_boot_image(image)
    names = [f"g{i}" for i in range(GUESTS)]
    for name in names:
        document = daemon.root / f"{name}.xml"
        document.write_text(XML.format(name=name, image=image))
        assert virsh(daemon.root, f"define {document}; start {name}").returncode == 0
    before = daemon.pids()
    assert sorted(before) == sorted(names)
    daemon.kill()
    os.kill(before["g3"], signal.SIGKILL)  # dies while nobody looks
    began = time.monotonic()
    daemon.start()
    expected = dict.fromkeys(names, "running") | {"g3": "shut off"}
    while states(daemon) != expected:
        assert time.monotonic() - began < 10, states(daemon)
    assert virsh(daemon.root, "domstate", "g3", "--reason").stdout == "shut off (crashed)\n\n"
    after = daemon.pids()
    assert after == {name: pid for name, pid in before.items() if name != "g3"}
    assert all(alive(pid) for pid in after.values())
    for command in ("suspend g0", "resume g0", "destroy g1", "start g1", "domstats g2"):
        done = virsh(daemon.root, command)
        assert done.returncode == 0, done.stderr
    for name in names:
        virsh(daemon.root, "destroy", name)
    assert set(states(daemon).values()) == {"shut off"}
    assert daemon.pids() == {}


@pytest.mark.parametrize("command", ["start g", "destroy g", "undefine g", "define {document}"])
def test_killed_in_the_middle(daemon: Daemon, command: str) -> None:
    """SIGKILL at moments spread over the operation: no orphan, no half-written file, no lost definition."""
    image = daemon.root / "boot.img"
    write_boot_image(image)
    document = daemon.root / "g.xml"
    fixed = "<uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</uuid><name>"
    document.write_text(XML.format(name="g", image=image).replace("<name>", fixed))
    for delay_ms in (0, 4, 8, 12, 16, 24, 32):
        prepare = f"define {document}" if not command.startswith("define") else "list"
        assert virsh(daemon.root, prepare).returncode == 0
        if command.startswith("destroy"):
            assert virsh(daemon.root, "start g").returncode == 0
        uri = f"qemu+unix:///system?socket={daemon.root}/run/libvirt/libvirt-sock"
        words = ["virsh", "-c", uri, command.format(document=document)]
        client = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        select.select([], [], [], 0.01 + delay_ms / 1000)
        daemon.kill()
        client.wait(10)
        daemon.start()
        deadline = time.monotonic() + 10
        while (state := states(daemon).get("g")) not in ("running", "paused", "shut off", None):
            assert time.monotonic() < deadline, state
        check_consistent(daemon, state, command)


def check_consistent(daemon: Daemon, state: str | None, command: str) -> None:
    """Then bring everything back to nothing."""
    stored = daemon.root / "etc/libvirt/qemu/g.xml"
    assert stored.exists() == (state is not None)
    if stored.exists():
        text = stored.read_text()
        assert text.endswith("</domain>\n"), text
    if not command.startswith(("define", "undefine")):
        assert state is not None
    ours = [int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit() and runs_from(p, daemon.root)]
    if state in ("running", "paused"):
        assert len(ours) == 1
        assert virsh(daemon.root, "destroy", "g").returncode == 0
    else:
        deadline = time.monotonic() + 5
        while any(alive(pid) for pid in ours):
            assert time.monotonic() < deadline, f"orphans {ours}"
    assert not list((daemon.root / "run/libvirt/qemu").glob("g.xml"))
    assert not [p for p in stored.parent.iterdir() if p.name.startswith((".", "g.xml.")) and p.is_file()]
    if stored.exists():
        assert virsh(daemon.root, "undefine", "g").returncode == 0


def runs_from(process: Path, root: Path) -> bool:
    try:
        return str(root).encode() in (process / "cmdline").read_bytes() and b"qemu-system" in (process / "cmdline").read_bytes()
    except OSError:
        return False
