"""TLS with x509 certificates, for the client and the server (on the standard library's ssl)."""

from __future__ import annotations

import ssl

from purevirt.rpc.link import RECEIVE, Link
from purevirt.types.override import override


class TlsLink(Link):
    """A TLS session on a connected socket; the handshake has been done."""

    would_block = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)

    def __init__(self, sock: ssl.SSLSocket) -> None:
        super().__init__(sock)
        self._tls = sock
        self.can_pass_fds = False

    @override
    def wait(self, timeout: float | None, for_writing: bool = False) -> bool:
        return self._tls.pending() > 0 or super().wait(timeout, for_writing)

    @override
    def send_parts(self, head: bytes, data: bytes | memoryview) -> int:
        return self.send_some(head + data)

    @override
    def _read(self) -> bytes:
        try:
            return self._tls.recv(RECEIVE)
        except ssl.SSLEOFError:
            return b""
