"""Our daemon as a program under a directory of its own, as a user's session: no root needed, nothing shared."""

from __future__ import annotations

import os
import resource
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(slots=True)
class Served:
    """A running daemon. `log` is what it wrote to stderr so far, `socket` where it listens."""

    root: Path
    process: subprocess.Popen[str]

    @property
    def socket(self) -> Path:
        return self.root / "run/libvirt/libvirt-sock"

    @property
    def uri(self) -> str:
        return f"qemu+unix:///session?socket={self.socket}"

    @property
    def log(self) -> str:
        return (self.root / "stderr").read_text()

    @property
    def cpu_s(self) -> float:
        """Processor time that the daemon has used, in seconds."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def connect(self, timeout: float = 10) -> socket.socket:
        """A raw connection."""
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(timeout)
        sock.connect(str(self.socket))
        return sock

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)


@contextmanager
def served(
    root: Path, *options: str, config: str = "", descriptors: int | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[Served]:
    """From READY=1 on; killed at the end when it has not ended by itself. `config` is its libvirtd.conf."""
    (root / "etc/libvirt").mkdir(parents=True, exist_ok=True)
    (root / "etc/libvirt/libvirtd.conf").write_text(config)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready, (root / "stderr").open("a") as err:
        ready.bind(str(root / "notify"))
        process = launch(
            ["--session", "--root", str(root), *options],
            {"NOTIFY_SOCKET": str(root / "notify"), **(environment or {})},
            err.fileno(),
            descriptors,
        )
        daemon = Served(root, process)
        try:
            wait_for_message(ready, b"READY=1", process, daemon)
            yield daemon
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(20)
                finally:
                    process.kill()
                    process.wait(20)
            (root / "notify").unlink()


def launch(
    options: Sequence[str], environment: Mapping[str, str], err: int, descriptors: int | None = None
) -> subprocess.Popen[str]:
    """purevirtd with these options."""

    def limit() -> None:
        if descriptors is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

    return subprocess.Popen(
        [sys.executable, "-m", "purevirt.daemon.main", *options],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        stdin=subprocess.DEVNULL,
        stdout=err,
        stderr=err,
        text=True,
        preexec_fn=limit,
    )


def wait_for_message(ready: socket.socket, wanted: bytes, process: subprocess.Popen[str], daemon: Served) -> None:
    """A message on the notify socket; fails at once when the program ends."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if select.select([ready], [], [], 0.05)[0]:
            assert ready.recv(100) == wanted
            return
        assert process.poll() is None, daemon.log
    raise AssertionError("the daemon did not become ready: " + daemon.log)
