"""SASL: what a mechanism is, on either side of a connection, and which ones there are.

A mechanism turns tokens into tokens and does no I/O. The exchange, with libvirt's procedures around it, is in
`drivers/remote/auth_sasl.py` (client) and `daemon/auth_sasl.py` (server). RFC 4422; tokens may be absent (None),
which is not the same as empty.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

PREFERENCE = ("GSSAPI", "SCRAM-SHA-256", "PLAIN")
"""Strongest first: the client takes the first that both sides have."""
DATA_MAX = 65536
"""Longest token (REMOTE_AUTH_SASL_DATA_MAX)."""


class SaslError(Exception):
    """The exchange cannot go on; the text is for the log of the side that found it."""


class Mechanism:
    """One exchange. `done`: nothing more is expected from the peer. `ssf`: strength in bits of the security layer that
    was negotiated, 0 for none; then `wrap` and `unwrap` are for everything that follows the exchange."""

    name: ClassVar[str] = ""
    plaintext: ClassVar[bool] = False
    """Whether the peer learns the password."""
    layered: ClassVar[bool] = False
    """Whether it can protect what follows."""

    def __init__(self) -> None:
        self.done = False
        self.ssf = 0

    def wrap(self, data: bytes) -> bytes:
        """`data` as it goes over the wire."""
        return data

    def unwrap(self, data: bytes) -> bytes:
        """The plain bytes that the wire's bytes complete; keeps what is not complete. Raises SaslError."""
        return data


class ClientMechanism(Mechanism):
    """`start` gives the first token (None where the server speaks first), `step` answers the server's."""

    def start(self) -> bytes | None:
        raise NotImplementedError

    def step(self, challenge: bytes | None) -> bytes | None:
        raise NotImplementedError


class ServerMechanism(Mechanism):
    """`step` answers the client's tokens, the first one included; `username` is who it is once `done`."""

    def __init__(self) -> None:
        super().__init__()
        self.username = ""

    def step(self, response: bytes | None) -> bytes | None:
        raise NotImplementedError


Ask = Callable[[str], str]
"""Gives the answer to a question: "authname" or "password". Raises VirtError when nobody answers."""


def client_mechanism(name: str, ask: Ask, hostname: str, layer: bool) -> ClientMechanism:
    """`layer`: what follows the exchange must be protected by it. Raises SaslError when this machine cannot do it."""
    if name == "SCRAM-SHA-256":
        from purevirt.rpc.sasl_scram import ScramClient

        return ScramClient(ask("authname"), ask("password"))
    if name == "PLAIN":
        from purevirt.rpc.sasl_plain import PlainClient

        return PlainClient(ask("authname"), ask("password"))
    if name == "GSSAPI":
        from purevirt.rpc.sasl_gssapi import GssapiClient

        return GssapiClient(hostname, layer)
    raise SaslError(f"no mechanism {name}")


def usable(offered: list[str], layer: bool) -> list[str]:
    """Those of the offered mechanisms that we have, best first. Without another protection (`layer`) only those that
    bring one of their own: no password and no call goes over a bare TCP connection in the clear."""
    return [name for name in PREFERENCE if name in offered and (name == "GSSAPI" or not layer)]
