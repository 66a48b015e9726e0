"""Becoming a daemon: the pid file with its lock, the fork, systemd's sockets and its readiness message."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import resource
import socket
from collections.abc import Mapping
from pathlib import Path

from purevirt.errors import ErrorDomain, VirtError, system_error

_FIRST_FD = 3


class PidFile:
    """A pid file, locked for as long as the process lives; another daemon of the same file cannot start."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = -1

    def acquire(self) -> None:
        """Raises VirtError SYSTEM_ERROR: EAGAIN when somebody else holds it."""
        try:
            fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        except OSError as e:
            raise system_error(e.errno or errno.EIO, f"Failed to open pid file '{self.path}'", ErrorDomain.NONE) from e
        try:
            fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as e:
            os.close(fd)
            raise _locked(self.path, e) from e
        os.ftruncate(fd, 0)
        os.write(fd, f"{os.getpid()}".encode())
        self._fd = fd

    def release(self) -> None:
        if self._fd >= 0:
            self.path.unlink(missing_ok=True)
            os.close(self._fd)
            self._fd = -1


def _locked(path: Path, cause: OSError) -> VirtError:
    return system_error(cause.errno or errno.EAGAIN, f"Failed to acquire pid file '{path}'", ErrorDomain.NONE)


class Readiness:
    """The parent's end of a fork: it waits until the daemon serves, and exits as the daemon's start went."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def tell(self, status: int) -> None:
        """Once; later calls do nothing. From then on nobody reads stderr."""
        if self._fd >= 0:
            null = os.open("/dev/null", os.O_RDWR)
            os.dup2(null, 2)
            os.close(null)
            with contextlib.suppress(OSError):
                os.write(self._fd, bytes([status]))
            os.close(self._fd)
            self._fd = -1


def fork_daemon() -> Readiness:
    """Go on in a grandchild of its own session, with / as directory and the standard descriptors on /dev/null, stderr
    once the daemon is ready. The caller's process waits for `Readiness.tell` and exits with that status. Before any
    thread or event loop."""
    reader, writer = os.pipe()
    if os.fork():
        os.close(writer)
        status = os.read(reader, 1)
        os._exit(status[0] if status else 1)
    os.close(reader)
    os.setsid()
    if os.fork():
        os._exit(0)
    os.chdir("/")
    null = os.open("/dev/null", os.O_RDWR)
    for fd in (0, 1):
        os.dup2(null, fd)
    os.close(null)
    return Readiness(writer)


def activation_sockets(environ: Mapping[str, str] | None = None) -> list[tuple[str, socket.socket]]:
    """The listening sockets that systemd passed, with their names; empty when we were not started that way."""
    env = os.environ if environ is None else environ
    if env.get("LISTEN_PID") != str(os.getpid()):
        return []
    try:
        count = int(env.get("LISTEN_FDS", "0"))
    except ValueError:
        return []
    names = env.get("LISTEN_FDNAMES", "").split(":")
    out: list[tuple[str, socket.socket]] = []
    for index in range(count):
        fd = _FIRST_FD + index
        os.set_inheritable(fd, False)
        out.append((names[index] if index < len(names) else "", socket.socket(fileno=fd)))
    return out


def forget_activation() -> None:
    """Take systemd's variables out of the environment, so that no program we start believes they are for it."""
    for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"):
        os.environ.pop(name, None)


def raise_descriptor_limit(wanted: int) -> None:
    """Let this process have `wanted` descriptors, as far as its hard limit goes; never lowers the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def notify(state: str, environ: Mapping[str, str] | None = None) -> None:
    """Tell systemd ("READY=1", "STOPPING=1"); nothing happens where it does not listen."""
    address = (os.environ if environ is None else environ).get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
        sock.sendto(state.encode(), address)
