"""GSSAPI (RFC 4752): Kerberos, with its confidentiality layer where the connection has no other protection.

After the security context the server offers layers and its largest buffer, the client chooses: four bytes each,
wrapped. A layer's packets are a length of four bytes and a wrapped token.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from purevirt.host.gssapi import Acceptor, Context, GssError, Initiator
from purevirt.rpc.sasl import ClientMechanism, Mechanism, SaslError, ServerMechanism
from purevirt.types.override import override

SERVICE: Final = "libvirt"
_NO_LAYER, _CONFIDENTIALITY = 1, 4
_BUFFER: Final = 65536
"""The largest packet we take."""
_OVERHEAD: Final = 512
"""What wrapping adds at most (Kerberos: some 60 bytes)."""
SSF: Final = 256
"""What we call the strength of a confidential Kerberos context; libsasl says 256 or less, libvirt asks for 56."""


class _Layer:
    """The security layer: packets out, a stream in."""

    def __init__(self, context: Context, peer_limit: int) -> None:
        self._context = context
        self._piece = max(1, min(peer_limit, _BUFFER) - _OVERHEAD)
        self._pending = bytearray()

    def wrap(self, data: bytes) -> bytes:
        return b"".join(self._packets(data))

    def _packets(self, data: bytes) -> Iterable[bytes]:
        for at in range(0, len(data), self._piece):
            token = self._context.wrap(data[at : at + self._piece], True)
            yield len(token).to_bytes(4, "big") + token

    def unwrap(self, data: bytes) -> bytes:
        self._pending += data
        plain = bytearray()
        while len(self._pending) >= 4:
            length = int.from_bytes(self._pending[:4], "big")
            if not 0 < length <= _BUFFER + _OVERHEAD:
                raise SaslError(f"a security layer packet of {length} bytes")
            if len(self._pending) < 4 + length:
                break
            token = bytes(self._pending[4 : 4 + length])
            del self._pending[: 4 + length]
            try:
                piece, confidential = self._context.unwrap(token)
            except GssError as e:
                raise SaslError(str(e)) from e
            if not confidential:
                raise SaslError("a packet without confidentiality")
            plain += piece
        return bytes(plain)


class _Gssapi(Mechanism):
    name = "GSSAPI"
    layered = True

    _layer: _Layer | None = None

    def _protect(self, context: Context, peer_limit: int) -> None:
        self._layer = _Layer(context, peer_limit)
        self.ssf = SSF

    @override
    def wrap(self, data: bytes) -> bytes:
        return self._layer.wrap(data) if self._layer is not None else data

    @override
    def unwrap(self, data: bytes) -> bytes:
        return self._layer.unwrap(data) if self._layer is not None else data


class GssapiClient(_Gssapi, ClientMechanism):
    """Authenticates with the caller's tickets to the service `libvirt` of the host; `layer` demands confidentiality."""

    def __init__(self, hostname: str, layer: bool) -> None:
        super().__init__()
        self._want_layer = layer
        try:
            self._context = Initiator(f"{SERVICE}@{hostname}")
        except GssError as e:
            raise SaslError(str(e)) from e
        self._established = False

    @override
    def start(self) -> bytes | None:
        return self._token(None)

    @override
    def step(self, challenge: bytes | None) -> bytes | None:
        if self.done:
            if challenge:
                raise SaslError("the server says something after GSSAPI")
            return None
        return self._choose(challenge or b"") if self._established else self._token(challenge)

    def _token(self, challenge: bytes | None) -> bytes:
        try:
            token = self._context.step(challenge or None)
        except GssError as e:
            raise SaslError(str(e)) from e
        self._established = self._context.complete
        return token

    def _choose(self, challenge: bytes) -> bytes:
        try:
            offer, _ = self._context.unwrap(challenge)
            if len(offer) != 4:
                raise SaslError("malformed offer of security layers")
            layers, limit = offer[0], int.from_bytes(offer[1:], "big")
            wanted = _CONFIDENTIALITY if self._want_layer else _NO_LAYER
            if not layers & wanted:
                raise SaslError("the server does not offer the security layer we need")
            size = _BUFFER if wanted == _CONFIDENTIALITY else 0
            answer = self._context.wrap(bytes([wanted]) + size.to_bytes(3, "big"), False)
        except GssError as e:
            raise SaslError(str(e)) from e
        if wanted == _CONFIDENTIALITY:
            self._protect(self._context, limit)
        self.done = True
        return answer


class GssapiServer(_Gssapi, ServerMechanism):
    """Accepts tickets for `libvirt` of any host name in the keytab (None: the system's); `layer` demands
    confidentiality, else none is offered. A principal of the default realm is known without its realm."""

    def __init__(self, keytab: str | None, layer: bool) -> None:
        super().__init__()
        self._want_layer = layer
        try:
            self._context = Acceptor(keytab)
        except GssError as e:
            raise SaslError(str(e)) from e
        self._offered = False

    @override
    def step(self, response: bytes | None) -> bytes | None:
        try:
            if self._offered:
                self._take(response or b"")
                return None
            if not self._context.complete:
                if response is None:
                    return b""
                token = self._context.step(response)
                if token or not self._context.complete:
                    return token
            self._offered = True
            layer = _CONFIDENTIALITY if self._want_layer else _NO_LAYER
            size = _BUFFER if self._want_layer else 0
            return self._context.wrap(bytes([layer]) + size.to_bytes(3, "big"), False)
        except GssError as e:
            raise SaslError(str(e)) from e

    def _take(self, response: bytes) -> None:
        choice, _ = self._context.unwrap(response)
        if len(choice) < 4:
            raise SaslError("malformed choice of security layers")
        layer, limit = choice[0], int.from_bytes(choice[1:4], "big")
        if layer != (_CONFIDENTIALITY if self._want_layer else _NO_LAYER):
            raise SaslError("the client chose a security layer that was not offered")
        self.username = self._context.peer()
        authzid = choice[4:].decode(errors="replace")
        if authzid not in ("", self.username):
            raise SaslError(f"{self.username} may not act for {authzid}")
        if layer == _CONFIDENTIALITY:
            self._protect(self._context, limit)
        self.done = True
