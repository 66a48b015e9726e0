"""Starting a user's own daemon when a client wants it, as users of qemu:///session expect.

Clients of the same user, the C library's too, take turns by a lock on `libvirtd.lock` beside the sockets; whoever gets it
second finds the daemon running. The program comes back when the daemon serves (--daemon) and ends by itself when it has
not been needed for two minutes. LIBVIRT_AUTOSTART=0 in the environment: nothing is started; VIRTD_PATH or LIBVIRTD_PATH:
that program is.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from purevirt.errors import ErrorCode, ErrorDomain, VirtError

IDLE_S = 120
PATIENCE_S = 30.0
"""How long a daemon may take to come up."""

T = TypeVar("T")


def is_wanted(environ: Mapping[str, str] | None = None) -> bool:
    """Whether clients start daemons here."""
    return (os.environ if environ is None else environ).get("LIBVIRT_AUTOSTART", "") != "0"


def command(environ: Mapping[str, str] | None = None) -> list[str]:
    """The daemon's command line: ours, or the program that the environment names."""
    env = os.environ if environ is None else environ
    given = env.get("VIRTD_PATH") or env.get("LIBVIRTD_PATH")
    program = [given] if given else [sys.executable, "-m", "purevirt.daemon.main", "--session"]
    return [*program, f"--timeout={IDLE_S}", "--daemon"]


def connected(directory: str, connect: Callable[[], T]) -> T:
    """What `connect` returns, the daemon started if it was not there. Raises VirtError: when it cannot be started."""
    Path(directory).mkdir(parents=True, exist_ok=True, mode=0o700)
    with _turn(os.path.join(directory, "libvirtd.lock")):
        try:
            return connect()
        except VirtError:
            _start()
        return connect()


@contextmanager
def _turn(path: str) -> Iterator[None]:
    import fcntl  # not where Windows is; neither are unix sockets

    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.lockf(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _start() -> None:
    environment = dict(os.environ)
    parts = [str(Path(__file__).resolve().parents[2]), environment.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, parts))  # the same package, also where it is not installed
    try:
        done = subprocess.run(
            command(), env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True, timeout=PATIENCE_S, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as e:
        raise _failed(str(e)) from e
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise _failed(lines[-1] if lines else f"exit status {done.returncode}")


def _failed(why: str) -> VirtError:
    return VirtError(ErrorCode.INTERNAL_ERROR, f"unable to start the session daemon: {why}", ErrorDomain.RPC)
