"""A private world for one daemon: own mount, network and PID namespaces, own /etc/libvirt, /run/libvirt, /var/*/libvirt."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

PIDFILE = "/run/libvirt/daemon.pid"
_SETUP = r"""
set -e
root=$1
ip link set lo up
mkdir -p /run/libvirt
mount -t tmpfs -o mode=755 tmpfs /run/libvirt
for d in etc:/etc/libvirt lib:/var/lib/libvirt cache:/var/cache/libvirt log:/var/log/libvirt; do
    mkdir -p "${d#*:}"; mount --bind "$root/${d%%:*}" "${d#*:}"
done
mount -t proc proc /proc
umount /sys/fs/cgroup/unified 2>/dev/null || true
echo ready
while :; do sleep 1000000 & wait $!; done
"""


class World:
    """`with World(start_command) as w: w.run([...])`. PID 1 of the world reaps orphans at once, as an init does.

    `settings`: the daemon's libvirtd.conf, None for the host's.
    """

    def __init__(self, start_command: str, settings: str | None = None) -> None:
        self.start_command = start_command
        self.settings = settings
        self.root = Path(tempfile.mkdtemp(prefix="purevirt-bench-"))
        self._unshare: subprocess.Popen[str] | None = None
        self._init = 0

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def _start(self) -> None:
        for part in ("etc", "lib", "cache", "log"):
            source = {"etc": Path("/etc/libvirt"), "cache": Path("/var/cache/libvirt")}.get(part)
            if source is not None and source.is_dir():
                shutil.copytree(source, self.root / part, symlinks=True)
            (self.root / part).mkdir(exist_ok=True)
        for old in [*(self.root / "etc").glob("qemu/*.xml"), *(self.root / "etc").glob("qemu/networks/autostart/*")]:
            old.unlink()
        if self.settings is not None:
            (self.root / "etc" / "libvirtd.conf").write_text(self.settings, encoding="utf-8")
        for d in ("boot", "images", "qemu", "qemu/channel/target", "qemu/save", "qemu/snapshot", "qemu/dump", "qemu/nvram"):
            (self.root / "lib" / d).mkdir(parents=True, exist_ok=True)
        (self.root / "log" / "qemu").mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o755)
        with contextlib.suppress(LookupError):
            shutil.chown(self.root / "lib" / "qemu", "libvirt-qemu", "libvirt-qemu")
        command = ["unshare", "-m", "-n", "-p", "--fork", "--kill-child", "--propagation", "private"]
        self._unshare = subprocess.Popen(
            [*command, "bash", "-c", _SETUP, "_", str(self.root)], stdout=subprocess.PIPE, text=True
        )
        assert self._unshare.stdout is not None
        if self._unshare.stdout.readline().strip() != "ready":
            raise SystemExit("the private world could not be made (root is needed)")
        children = Path(f"/proc/{self._unshare.pid}/task/{self._unshare.pid}/children").read_text().split()
        self._init = int(children[0])
        self.run(["bash", "-c", self.start_command])

    def run(self, command: list[str], timeout: float = 600) -> str:
        """Output of a command inside; its failure is the benchmark's."""
        enter = ["nsenter", "-t", str(self._init), "-m", "-n", "-p", f"--wd={os.getcwd()}", "--"]
        done = subprocess.run([*enter, *command], stdout=subprocess.PIPE, text=True, timeout=timeout, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command[:4])} … ended with {done.returncode}")
        return done.stdout

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Nothing of the world is left: its processes go with its PID 1."""
        if self._init:
            os.kill(self._init, signal.SIGKILL)
        if self._unshare is not None:
            self._unshare.wait(10)
        shutil.rmtree(self.root, ignore_errors=True)
