"""PLAIN (RFC 4616): the password itself, so only where the connection is protected already."""

from __future__ import annotations

from collections.abc import Callable

from purevirt.rpc.sasl import ClientMechanism, SaslError, ServerMechanism
from purevirt.types.override import override

Verify = Callable[[str, str], bool]


class PlainClient(ClientMechanism):
    name = "PLAIN"
    plaintext = True

    def __init__(self, username: str, password: str) -> None:
        super().__init__()
        if "\0" in username + password:
            raise SaslError("a NUL in user name or password")
        self._token = f"\0{username}\0{password}".encode()

    @override
    def start(self) -> bytes | None:
        self.done = True
        return self._token

    @override
    def step(self, challenge: bytes | None) -> bytes | None:
        if challenge:
            raise SaslError("the server says something after PLAIN")
        return None


class PlainServer(ServerMechanism):
    """`verify(username, password)`. A client that sends nothing at first is asked by an empty token."""

    name = "PLAIN"
    plaintext = True

    def __init__(self, verify: Verify) -> None:
        super().__init__()
        self._verify = verify

    @override
    def step(self, response: bytes | None) -> bytes | None:
        if response is None:
            return b""
        parts = response.split(b"\0")
        if len(parts) != 3:
            raise SaslError("malformed PLAIN message")
        try:
            authzid, username, password = (part.decode() for part in parts)
        except UnicodeDecodeError as e:
            raise SaslError("PLAIN message is not UTF-8") from e
        if authzid not in ("", username):
            raise SaslError(f"{username} may not act for somebody else")
        if not username or not self._verify(username, password):
            raise SaslError(f"wrong password or no such user: {username}")
        self.username = username
        self.done = True
        return None
