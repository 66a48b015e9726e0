"""Passwords of SASL users, in the two formats a daemon reads (docs/adr/0021).

Our own is text, one user a line, and knows no password:

    fred:SCRAM-SHA-256$4096:SALT$STORED_KEY:SERVER_KEY        (base64; RFC 5803's fields)

The other is what Debian's `saslpasswd2` writes, a Berkeley DB hash file with passwords in the clear; it is only read.
"""

from __future__ import annotations

import os
import re
import struct
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from pathlib import Path
from typing import Final

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.rpc.sasl_scram import ScramSecret

_LINE = re.compile(r"([^:\0]+):SCRAM-SHA-256\$(\d{1,7}):([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)")
_BDB_HASH: Final = 0x061561
_HASH_PAGES: Final = (2, 13)
_KEY_DATA: Final = 1


def _error(path: Path, detail: str) -> VirtError:
    return VirtError(ErrorCode.INTERNAL_ERROR, f"SASL user file '{path}': {detail}", ErrorDomain.AUTH)


class UserFile:
    """Looks users up; the file is read again when it has changed. `realm` completes names without one."""

    def __init__(self, path: Path, realm: str) -> None:
        self.path = path
        self.realm = realm
        self._stamp: tuple[int, int, int] | None = None
        self._users: dict[str, ScramSecret | str] = {}

    def secret(self, username: str) -> ScramSecret | None:
        """None for a user who is not there. Raises VirtError for a file that cannot be used."""
        self._refresh()
        name, at, realm = username.rpartition("@")
        names = (username, f"{username}@{self.realm}") if not at else (username, name if realm == self.realm else username)
        for known in names:
            found = self._users.get(known)
            if isinstance(found, str):
                found = self._users[known] = ScramSecret.of(found)
            if found is not None:
                return found
        return None

    def verify(self, username: str, password: str) -> bool:
        """Whether it is this user's password."""
        secret = self.secret(username)
        return secret is not None and secret.admits(password)

    def check(self) -> None:
        """Raises VirtError when there is a file that is none of the formats."""
        if self.path.exists():
            self._refresh()

    def _refresh(self) -> None:
        try:
            stat = self.path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if stamp != self._stamp:
                self._users = read_users(self.path)
                self._stamp = stamp
        except OSError as e:
            raise _error(self.path, e.strerror or "cannot be read") from e


def read_users(path: Path) -> dict[str, ScramSecret | str]:
    """Users as `name` or `name@realm`, with secret or password. Raises OSError, and VirtError for another format."""
    data = path.read_bytes()
    if len(data) >= 512:
        for order in "<>":
            if struct.unpack_from(f"{order}I", data, 12)[0] == _BDB_HASH:
                try:
                    return _berkeley(data, order)
                except (struct.error, IndexError, ValueError) as e:
                    raise _error(path, "damaged Berkeley DB file") from e
    try:
        return dict(_secret(line) for line in data.decode().splitlines() if line.strip() and line[0] != "#")
    except (UnicodeDecodeError, ValueError) as e:
        raise _error(path, "neither lines of NAME:SCRAM-SHA-256$… nor a Berkeley DB hash file") from e


def _secret(line: str) -> tuple[str, ScramSecret]:
    match = _LINE.fullmatch(line.strip())
    if match is None:
        raise ValueError("not a user")
    try:
        salt, stored, server = (b64decode(part, validate=True) for part in match.groups()[2:])
    except Base64Error as e:
        raise ValueError("malformed base64") from e
    if len(stored) != 32 or len(server) != 32 or not int(match[2]):
        raise ValueError("not a user")
    return match[1], ScramSecret(salt, int(match[2]), stored, server)


def user_line(name: str, secret: ScramSecret) -> str:
    """A line of our format."""
    salt, stored, server = (b64encode(part).decode() for part in (secret.salt, secret.stored_key, secret.server_key))
    return f"{name}:SCRAM-SHA-256${secret.iterations}:{salt}${stored}:{server}"


def write_users(path: Path, users: dict[str, ScramSecret]) -> None:
    """Replace the file in one step, for its owner's eyes only."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            file.writelines(user_line(name, secret) + "\n" for name, secret in users.items())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _berkeley(data: bytes, order: str) -> dict[str, ScramSecret | str]:
    """Every pair on the hash pages: `user NUL realm NUL userPassword` and the password."""
    size = struct.unpack_from(f"{order}I", data, 20)[0]
    if not 512 <= size <= 65536:
        raise ValueError("page size")
    users: dict[str, ScramSecret | str] = {}
    for start in range(size, len(data) - size + 1, size):
        page = data[start : start + size]
        if page[25] not in _HASH_PAGES:
            continue
        items = _items(page, order)
        for key, value in zip(items[::2], items[1::2], strict=True):
            parts = key.split(b"\0")
            if len(parts) == 3 and parts[2] == b"userPassword":
                users[f"{parts[0].decode()}@{parts[1].decode()}"] = value.decode()
    return users


def _items(page: bytes, order: str) -> list[bytes]:
    count = struct.unpack_from(f"{order}H", page, 20)[0]
    offsets = struct.unpack_from(f"{order}{count}H", page, 26)
    items, end = [], len(page)
    for offset in offsets:
        if not 26 <= offset < end:
            raise ValueError("item offset")
        items.append(page[offset + 1 : end] if page[offset] == _KEY_DATA else b"")
        end = offset
    return items
