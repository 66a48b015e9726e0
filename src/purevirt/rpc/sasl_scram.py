"""SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding.

User names and passwords are taken as their UTF-8 bytes: libsasl, the other end in the field, does not apply SASLprep.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from purevirt.rpc.sasl import ClientMechanism, SaslError, ServerMechanism
from purevirt.types.override import override

ITERATIONS: Final = 4096
MOST_ITERATIONS: Final = 1_000_000
"""A server that asks for more wants our processor, not our password."""
_ATTRIBUTE = re.compile(r"([A-Za-z])=(.*)", re.DOTALL)


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


def _xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


@dataclass(frozen=True, slots=True)
class ScramSecret:
    """What a server keeps in the place of a password."""

    salt: bytes
    iterations: int
    stored_key: bytes
    server_key: bytes

    @classmethod
    def of(cls, password: str, salt: bytes | None = None, iterations: int = ITERATIONS) -> ScramSecret:
        """A password's secret; costs some milliseconds by design."""
        salt = os.urandom(16) if salt is None else salt
        salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
        stored = hashlib.sha256(_hmac(salted, b"Client Key")).digest()
        return cls(salt, iterations, stored, _hmac(salted, b"Server Key"))

    def admits(self, password: str) -> bool:
        """Whether it is this secret's password."""
        other = ScramSecret.of(password, self.salt, self.iterations)
        return hmac.compare_digest(other.stored_key, self.stored_key)


Lookup = Callable[[str], ScramSecret | None]


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in text.split(","):
        match = _ATTRIBUTE.fullmatch(part)
        if match is None or match[1] in found:
            raise SaslError("malformed SCRAM message")
        found[match[1]] = match[2]
    return found


def _decode(token: bytes | None) -> str:
    try:
        return (token or b"").decode()
    except UnicodeDecodeError as e:
        raise SaslError("SCRAM message is not UTF-8") from e


def _base64(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (Base64Error, ValueError) as e:
        raise SaslError("malformed base64 in SCRAM message") from e


def _nonce() -> str:
    return b64encode(os.urandom(24)).decode()


class ScramClient(ClientMechanism):
    """Proves the password without telling it, and wants the server to prove that it knows its secret."""

    name = "SCRAM-SHA-256"

    def __init__(self, username: str, password: str, nonce: str | None = None) -> None:
        super().__init__()
        self._password = password
        self._nonce = nonce or _nonce()
        escaped = username.replace("=", "=3D").replace(",", "=2C")
        self._first = f"n={escaped},r={self._nonce}"
        self._signature: bytes | None = None

    @override
    def start(self) -> bytes | None:
        return f"n,,{self._first}".encode()

    @override
    def step(self, challenge: bytes | None) -> bytes | None:
        text = _decode(challenge)
        if self._signature is None:
            return self._prove(text)
        if not hmac.compare_digest(_base64(_attributes(text).get("v", "")), self._signature):
            raise SaslError("the server does not know the password")
        self.done = True
        return None

    def _prove(self, text: str) -> bytes:
        got = _attributes(text)
        nonce, salt, count = got.get("r", ""), got.get("s"), got.get("i", "")
        if not nonce.startswith(self._nonce) or nonce == self._nonce or salt is None:
            raise SaslError("malformed SCRAM challenge")
        if not count.isascii() or not count.isdecimal() or len(count) > 8 or not 0 < int(count) <= MOST_ITERATIONS:
            raise SaslError(f"unacceptable SCRAM iteration count '{count[:20]}'")
        salted = hashlib.pbkdf2_hmac("sha256", self._password.encode(), _base64(salt), int(count))
        client_key = _hmac(salted, b"Client Key")
        bare = f"c=biws,r={nonce}"
        signed = f"{self._first},{text},{bare}".encode()
        proof = _xor(client_key, _hmac(hashlib.sha256(client_key).digest(), signed))
        self._signature = _hmac(_hmac(salted, b"Server Key"), signed)
        return f"{bare},p={b64encode(proof).decode()}".encode()


class ScramServer(ServerMechanism):
    """`lookup(username)` gives the user's secret. Whether a user exists is not told: an unknown one fails at the end,
    as a wrong password does."""

    name = "SCRAM-SHA-256"

    def __init__(self, lookup: Lookup, nonce: str | None = None) -> None:
        super().__init__()
        self._lookup = lookup
        self._nonce = nonce or _nonce()
        self._secret: ScramSecret | None = None
        self._user = ""
        self._known = False
        self._header = self._challenge = self._first = ""

    @override
    def step(self, response: bytes | None) -> bytes | None:
        text = _decode(response)
        return self._check(text) if self._secret is not None else self._begin(text)

    def _begin(self, text: str) -> bytes:
        flag, _, rest = text.partition(",")
        authzid, _, self._first = rest.partition(",")
        if flag not in ("n", "y"):
            raise SaslError("channel binding is not supported")
        got = _attributes(self._first)
        if "m" in got or not got.get("n") or not got.get("r"):
            raise SaslError("malformed SCRAM message")
        self._header = f"{flag},{authzid},"
        self._user = got["n"].replace("=2C", ",").replace("=3D", "=")
        if authzid not in ("", f"a={got['n']}"):
            raise SaslError(f"{self._user} may not act for somebody else")
        found = self._lookup(self._user)
        self._known = found is not None
        self._secret = found or _nobody(self._user)
        self._nonce = got["r"] + self._nonce
        salt = b64encode(self._secret.salt).decode()
        self._challenge = f"r={self._nonce},s={salt},i={self._secret.iterations}"
        return self._challenge.encode()

    def _check(self, text: str) -> bytes:
        secret = self._secret
        assert secret is not None
        got = _attributes(text)
        if _base64(got.get("c", "")) != self._header.encode() or got.get("r") != self._nonce:
            raise SaslError("malformed SCRAM message")
        signed = f"{self._first},{self._challenge},{text.rpartition(',p=')[0]}".encode()
        proof = _base64(got.get("p", ""))
        signature = _hmac(secret.stored_key, signed)
        if len(proof) != len(signature):
            raise SaslError("malformed SCRAM message")
        right = hmac.compare_digest(hashlib.sha256(_xor(proof, signature)).digest(), secret.stored_key)
        if not right or not self._known:
            raise SaslError(f"wrong password or no such user: {self._user}")
        self.username = self._user
        self.done = True
        return b"v=" + b64encode(_hmac(secret.server_key, signed))


_BLUFF: Final = os.urandom(32)


def _nobody(username: str) -> ScramSecret:
    """A secret that no password has, the same for the same name as long as this process lives."""
    salt = _hmac(_BLUFF, username.encode())[:16]
    return ScramSecret(salt, ITERATIONS, os.urandom(32), os.urandom(32))
