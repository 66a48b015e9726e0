"""A private world for one daemon: mount, network and process namespaces of its own, so that both the distribution's
libvirtd and ours run with their default paths, sockets and URIs, side by side, and never meet the host's.

PID 1 of a world is a shell that reaps; when it dies the kernel ends everything inside, guests too.
"""

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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

LIBVIRTD = "/usr/sbin/libvirtd"
OURS = [sys.executable, "-m", "purevirt.daemon.main"]
UNSHARE = ["unshare", "-m", "-n", "-p", "--fork", "--kill-child", "--propagation", "private"]
SETUP = r"""
set -e
root=$1
ip link set lo up
mkdir -p /run/libvirt /etc/libvirt /var/lib/libvirt /var/cache/libvirt /var/log/libvirt
mkdir "$root/cg"; mount --rbind /sys/fs/cgroup "$root/cg"
mount -t sysfs sysfs /sys; mount --move "$root/cg" /sys/fs/cgroup
umount /sys/fs/cgroup/unified 2>/dev/null || true
mount --bind "$root/run" /run/libvirt
mount --bind "$root/etc" /etc/libvirt
mount --bind "$root/lib" /var/lib/libvirt
mount --bind "$root/cache" /var/cache/libvirt
mount --bind "$root/log" /var/log/libvirt
mount -t proc proc /proc
echo ready
trap : CHLD
while :; do sleep 1000000 & wait $!; done
"""


def why_not() -> str | None:
    """The reason why worlds cannot be made here, None where they can."""
    if os.geteuid() != 0:
        return "namespaces need root"
    for program in ("unshare", "nsenter", "ip"):
        if shutil.which(program) is None:
            return f"no {program}"
    tried = subprocess.run(["unshare", "-m", "-n", "-p", "--fork", "true"], capture_output=True, check=False)
    return None if tried.returncode == 0 else "namespaces cannot be made here"


class World:
    """One world. `run` and `popen` execute inside."""

    def __init__(self, root: Path, pid: int) -> None:
        self.root = root
        self._enter = ["nsenter", "-t", str(pid), "-m", "-n", "-p", "--wd=/", "--"]
        self.environment = {
            **os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "LC_ALL": "C.UTF-8", "HOME": "/root"
        }  # fmt: skip

    def popen(self, command: Sequence[str], **options: object) -> subprocess.Popen[str]:
        options = {"env": self.environment, "text": True, **options}
        return subprocess.Popen([*self._enter, *command], **options)  # type: ignore[call-overload, no-any-return]

    def run(self, *command: str, timeout: float = 60, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._enter, *command],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            env=self.environment,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
        )

    @property
    def socket(self) -> Path:
        """The daemon's read-write socket as it is reached from outside."""
        return self.root / "run/libvirt-sock"


@contextmanager
def world() -> Iterator[World]:
    """An empty world, gone afterwards with all that runs in it."""
    with tempfile.TemporaryDirectory(prefix="purevirt-world-") as directory:
        root = Path(directory)
        root.chmod(0o711)
        for name in ("run", "etc", "lib", "cache", "log", "etc/qemu", "lib/qemu", "lib/images", "log/qemu"):
            (root / name).mkdir(mode=0o755)
        (root / "etc/qemu.conf").write_text('stdio_handler = "file"\n')  # no log daemon beside it
        holder = subprocess.Popen(
            [*UNSHARE, "bash", "-c", SETUP, "_", directory],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            assert holder.stdout is not None
            said = holder.stdout.readline()
            assert said == "ready\n", said + holder.stdout.read()
            children = Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().split()
            yield World(root, int(children[0]))
        finally:
            holder.kill()
            holder.wait(10)
            holder.stdout.close()


@contextmanager
def daemon(place: World, command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """A daemon of the world from its first accepted connection until SIGTERM has ended it."""
    log = (place.root / "daemon.log").open("w+")
    process = place.popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        _wait_until_it_listens(place.socket, process, log.name)
        yield process
    finally:
        terminate(process)
        log.close()


def inner_pid(process: subprocess.Popen[str]) -> int | None:
    """The host's id of the program that nsenter runs for us; None when it has ended."""
    try:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    except FileNotFoundError:
        return None
    return int(children[0]) if children else None


def terminate(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> int:
    """Signal the program itself and wait for its end; its exit code."""
    pid = inner_pid(process)
    if pid is not None and process.poll() is None:
        os.kill(pid, number)
    try:
        return process.wait(20)
    finally:
        end(process)


def end(process: subprocess.Popen[str]) -> None:
    """Kill the program, and with it nsenter, which waits for it."""
    pid = inner_pid(process)
    if pid is not None:
        os.kill(pid, signal.SIGKILL)
    process.kill()
    process.wait(10)


def _wait_until_it_listens(path: Path, process: subprocess.Popen[str], log: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None, Path(log).read_text()
        with socket.socket(socket.AF_UNIX) as sock:
            try:
                sock.connect(str(path))
            except (FileNotFoundError, ConnectionRefusedError):
                select.select([], [], [], 0.02)
                continue
            return
    raise AssertionError("the daemon does not listen: " + Path(log).read_text())


@contextmanager
def theirs() -> Iterator[World]:
    """The distribution's libvirtd, served."""
    with world() as place:
        for name in ("boot", "sanlock", "lxc", "dnsmasq"):
            (place.root / "lib" / name).mkdir()
        with daemon(place, [LIBVIRTD, "-p", "/run/libvirt/daemon.pid"]):
            yield place


@contextmanager
def ours() -> Iterator[World]:
    """Our daemon with its default paths, served."""
    with world() as place, daemon(place, [*OURS, "--system", "-p", "/run/libvirt/daemon.pid"]):
        yield place
