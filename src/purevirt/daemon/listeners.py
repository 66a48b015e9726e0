"""Listening sockets: made with libvirt's names, modes and groups, or taken from systemd; accepting, and pausing when full."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import grp
import os
import socket
from dataclasses import dataclass
from logging import getLogger
from pathlib import Path
from typing import TYPE_CHECKING, Final

from purevirt.daemon.client import Identity
from purevirt.daemon.server import Server
from purevirt.errors import ErrorCode, ErrorDomain, VirtError, system_error
from purevirt.host.peer import peer_credentials
from purevirt.rpc.aio_link import SocketLink, TlsLink

if TYPE_CHECKING:
    from purevirt.daemon.tls_server import TlsServer

log = getLogger("purevirt.daemon.listeners")

BACKLOG = 1000
CONFIRMED: Final = b"\1"
"""What a TLS client gets when it is let in."""
STARVED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
"""Errors of accept that last until somebody lets something go."""
RETRY_S = 1.0
"""How long a starved listener waits, unless one of the server's clients goes before."""


@dataclass(frozen=True, slots=True)
class UnixAddress:
    """A unix socket to listen on; `group` None leaves the process's own."""

    path: Path
    mode: int
    group: str | None = None
    readonly: bool = False


def bind_unix(address: UnixAddress) -> socket.socket:
    """The listening socket, its file with exactly the mode asked for. Replaces a file that nobody listens on any more.

    Raises VirtError: SYSTEM_ERROR with EADDRINUSE when another daemon does.
    """
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
    try:
        address.path.parent.mkdir(parents=True, exist_ok=True)
        if _is_served(address.path):
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
        address.path.unlink(missing_ok=True)
        old = os.umask(0o777 & ~address.mode)
        try:
            sock.bind(str(address.path))
        finally:
            os.umask(old)
        if address.group is not None:
            os.chown(address.path, -1, _gid(address.group))
        sock.listen(BACKLOG)
    except OSError as e:
        sock.close()
        text = f"Failed to bind socket to '{address.path}'"
        raise system_error(e.errno or 5, text, ErrorDomain.RPC) from e
    return sock


def _is_served(path: Path) -> bool:
    """Whether a process listens there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as probe:
        error = probe.connect_ex(str(path))
    return error not in (errno.ENOENT, errno.ECONNREFUSED, errno.ENOTDIR, errno.ENOTSOCK)


def _gid(group: str) -> int:
    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        raise VirtError(ErrorCode.INTERNAL_ERROR, f"Failed to find group '{group}'", ErrorDomain.CONF) from None


class Listener:
    """One listening socket of a server. `paused` while the server is full; the kernel's backlog holds who comes then."""

    def __init__(
        self,
        server: Server,
        sock: socket.socket,
        auth: int,
        readonly: bool,
        path: Path | None = None,
        tls: TlsServer | None = None,
    ) -> None:
        sock.setblocking(False)
        self._server = server
        self._sock = sock
        self._auth = auth
        self._readonly = readonly
        self._path = path
        self._tls = tls
        self._inode = path.stat().st_ino if path is not None else 0
        self._reading = False
        self._retry: asyncio.TimerHandle | None = None

    def reconsider(self) -> None:
        """Accept, or stop accepting, by how full the server is; nothing once closed."""
        if self._sock.fileno() < 0:
            return
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        wanted = not self._server.is_full
        if wanted and not self._reading:
            self._server.loop.add_reader(self._sock.fileno(), self._accept)
        elif self._reading and not wanted:
            self._server.loop.remove_reader(self._sock.fileno())
        self._reading = wanted

    def _accept(self) -> None:
        """One connection a turn: the loop comes again while more wait, and serves the others in between."""
        try:
            sock, _ = self._sock.accept()
        except (BlockingIOError, InterruptedError):
            return
        except OSError as e:
            log.error("accepting a connection: %s", e.strerror)
            if e.errno in STARVED:
                self._starve()
            return
        self._take(sock)

    def _starve(self) -> None:
        """Leave the socket alone for a while: it stays readable, and asking it again at once would take all the time."""
        self._server.loop.remove_reader(self._sock.fileno())
        self._reading = False
        self._retry = self._server.loop.call_later(RETRY_S, self.reconsider)

    def _take(self, sock: socket.socket) -> None:
        try:
            identity = self._identity(sock)
        except OSError as e:
            log.warning("a connection without credentials was refused: %s", e.strerror)
            sock.close()
            return
        if self._tls is not None:
            self._server.stranger_came()
            self._server.tasks.spawn(self._take_tls(self._tls, sock, identity), f"TLS handshake with {identity.address}")
            return
        link = SocketLink(self._server.loop, sock)
        client = self._server.accept(link, identity, self._auth)
        if client is not None:
            link.start()

    async def _take_tls(self, tls: TlsServer, sock: socket.socket, identity: Identity) -> None:
        """The handshake, which has its own deadline; then one byte says that the client's certificate will do."""
        link = TlsLink(self._server.loop)
        try:
            await link.serve(sock, tls.context)
            identity.x509_dname = tls.admit(link.tls)
        except OSError as e:
            log.warning("%s: authentication failed: %s", identity.address, getattr(e, "reason", None) or e.strerror or e)
            sock.close()
            link.close()
            return
        except asyncio.CancelledError:
            sock.close()
            raise
        finally:
            self._server.stranger_went()
        client = self._server.accept(link, identity, self._auth)
        if client is not None:
            link.write(CONFIRMED)
            link.start()

    def _identity(self, sock: socket.socket) -> Identity:
        if sock.family != socket.AF_UNIX:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            host, port = sock.getpeername()[:2]
            return Identity("tcp" if self._tls is None else "tls", self._readonly, address=f"{host};{port}")
        peer = peer_credentials(sock)
        return Identity(
            "unix", self._readonly, peer.uid, peer.gid, peer.pid, start_time=peer.start_time, selinux=peer.selinux
        )

    def close(self) -> None:
        """Stop listening; the socket's file goes with it."""
        if self._retry is not None:
            self._retry.cancel()
        if self._reading:
            self._server.loop.remove_reader(self._sock.fileno())
            self._reading = False
        self._sock.close()
        with contextlib.suppress(OSError):
            if self._path is not None and self._path.stat().st_ino == self._inode:
                self._path.unlink()
