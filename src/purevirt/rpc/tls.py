"""TLS with x509 certificates on the standard library's ssl: contexts, a blocking link, libvirt's words for failures.

After the handshake a libvirt server that accepts the client sends one byte, 1, inside the session; one that does not
closes the connection.
"""

from __future__ import annotations

import socket
import ssl
import threading
from typing import TYPE_CHECKING, Final

from purevirt.errors import ErrorCode, ErrorDomain, Timeout, VirtError
from purevirt.rpc.link import RECEIVE, Link, time_left
from purevirt.types.override import override

if TYPE_CHECKING:
    from purevirt.rpc.pki import Credentials

CONFIRMED: Final = b"\1"


class TlsLink(Link):
    """A TLS session on a connected socket; the handshake has been done. One thread may read while another writes."""

    packets_may_be_joined = False  # libvirtd waits for the socket while packets lie decrypted: a record each
    would_block = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)

    def __init__(self, sock: ssl.SSLSocket) -> None:
        super().__init__(sock)
        self._tls = sock
        self.can_pass_fds = False
        self._lock = threading.Lock()  # a session of OpenSSL serves one thread at a time
        self._unsent: bytes | None = None

    @override
    def wait(self, timeout: float | None, for_writing: bool = False) -> bool:
        return self._tls.pending() > 0 or super().wait(timeout, for_writing)

    @override
    def send_parts(self, head: bytes, data: bytes | memoryview) -> int:
        return self.send_some(head + data)

    @override
    def _read(self) -> bytes:
        with self._lock:
            try:
                return self._tls.recv(RECEIVE)
            except ssl.SSLEOFError:
                return b""

    @override
    def _write(self, data: bytes | memoryview) -> int:
        """What OpenSSL could not write it must be given again, even when the caller has given it up."""
        with self._lock:
            if self._unsent is not None and self._unsent != data[: len(self._unsent)]:
                sent = self._tls.send(self._unsent)
                self._unsent = self._unsent[sent:] or None
                return 0
            try:
                sent = self._tls.send(data if self._unsent is None else self._unsent)
            except self.would_block:
                self._unsent = bytes(data) if self._unsent is None else self._unsent
                raise
            self._unsent = None
            return sent


def client_context(credentials: Credentials, verify: bool, priority: str | None) -> ssl.SSLContext:
    """For connecting. Raises VirtError for files that cannot be read. `verify` False takes any server."""
    context = _context(ssl.PROTOCOL_TLS_CLIENT, credentials, verify, priority)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def server_context(credentials: Credentials, verify: bool, priority: str | None) -> ssl.SSLContext:
    """For listening. Raises VirtError. `verify` False takes any client, and asks for no certificate."""
    context = _context(ssl.PROTOCOL_TLS_SERVER, credentials, verify, priority)
    context.verify_mode = ssl.CERT_REQUIRED if verify else ssl.CERT_NONE
    context.num_tickets = 0  # libvirt's client takes a ticket that comes before the confirming byte for a failure
    return context


def _context(
    protocol: ssl._SSLMethod, credentials: Credentials, verify: bool, priority: str | None
) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    credentials.load_into(context, verify)
    if priority is not None:
        from purevirt.rpc.tls_priority import apply_priority

        apply_priority(context, priority)
    return context


def tls_error(code: ErrorCode, text: str) -> VirtError:
    return VirtError(code, text, ErrorDomain.RPC)


def handshake_error(cause: OSError) -> VirtError:
    """What the C library says when this happens during a handshake; the reason in OpenSSL's words is the hint."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        error = tls_error(ErrorCode.AUTH_FAILED, "Failed to verify peer's certificate")
        error.hint = cause.verify_message
        return error
    if isinstance(cause, (TimeoutError, *TlsLink.would_block)):
        return Timeout("TLS handshake did not end in time", ErrorDomain.RPC)
    reason = getattr(cause, "reason", None) or cause.strerror or "The TLS connection was non-properly terminated."
    return tls_error(ErrorCode.AUTH_FAILED, f"TLS handshake failed {reason}")


def confirmation_error(answer: bytes) -> VirtError | None:
    """Whether the server let us in, by what came after the handshake (empty: it closed the connection)."""
    if answer == CONFIRMED:
        return None
    if answer:
        text = "server verification (of our certificate or IP address) failed"
        return tls_error(ErrorCode.RPC, text)
    return tls_error(ErrorCode.SYSTEM_ERROR, "Unable to read TLS confirmation: Input/output error")


def open_tls(sock: socket.socket, context: ssl.SSLContext, hostname: str, deadline: float | None) -> TlsLink:
    """Handshake and confirmation on a connected socket, which is closed when they fail. Raises VirtError."""
    try:
        sock.settimeout(time_left(deadline))
        tls = context.wrap_socket(sock, server_hostname=hostname, do_handshake_on_connect=False)
    except (OSError, ValueError) as e:
        sock.close()
        raise handshake_error(e if isinstance(e, OSError) else OSError(0, str(e))) from e
    try:
        tls.do_handshake()
    except OSError as e:
        tls.close()
        raise handshake_error(e) from e
    try:
        tls.settimeout(time_left(deadline))
        answer = tls.recv(1)
    except (TimeoutError, *TlsLink.would_block) as e:
        tls.close()
        raise handshake_error(e) from e
    except OSError:
        answer = b""
    refusal = confirmation_error(answer)
    if refusal is not None:
        tls.close()
        raise refusal
    return TlsLink(tls)
