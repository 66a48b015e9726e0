"""What a QEMU answers is hostile input: these take one value out of it, or raise the error of a bad reply.

The guest can influence much of what QEMU says, and a broken QEMU anything. Every access to a reply goes through here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from purevirt.errors import ErrorCode, ErrorDomain, VirtError

MAX_REPLY = 10 * 1024 * 1024
"""Bytes of one line; a longer one breaks the connection, as with libvirt."""

Reply = Any
"""A decoded JSON value of which nothing is known yet."""


class BadReply(VirtError):
    """The monitor said something that its protocol does not allow."""

    def __init__(self, what: str) -> None:
        super().__init__(ErrorCode.INTERNAL_ERROR, what, ErrorDomain.QEMU)


def parse_line(line: bytes) -> dict[str, Reply]:
    """One message. Raises BadReply for what is not a JSON object, too deep, or with absurd numbers."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        shown = line[:80].decode("utf-8", "replace")
        raise BadReply(f"cannot parse json {shown}: {error}") from error
    if not isinstance(value, dict):
        raise BadReply("Parsed JSON reply isn't an object")
    return value


def mapping(value: Reply, what: str) -> Mapping[str, Reply]:
    """An object, or BadReply naming `what`."""
    if not isinstance(value, dict):
        raise BadReply(f"{what} reply was malformed")
    return value


def sequence(value: Reply, what: str) -> list[Reply]:
    """An array, or BadReply naming `what`."""
    if not isinstance(value, list):
        raise BadReply(f"{what} reply was not an array")
    return value


def objects(value: Reply, what: str) -> Iterator[Mapping[str, Reply]]:
    """The objects of an array."""
    for item in sequence(value, what):
        yield mapping(item, what)


def integer(value: Mapping[str, Reply], key: str, what: str) -> int:
    """A whole number that must be there."""
    found = value.get(key)
    if not isinstance(found, int) or isinstance(found, bool):
        raise BadReply(f"{what} reply was missing '{key}'")
    return found


def integer_or(value: Mapping[str, Reply], key: str, default: int = 0) -> int:
    """A whole number within 64 bits, the default when it is absent or something else."""
    found = value.get(key)
    if isinstance(found, int) and not isinstance(found, bool) and -(1 << 63) <= found < 1 << 64:
        return found
    return default


def string(value: Mapping[str, Reply], key: str, what: str) -> str:
    """A text that must be there."""
    found = value.get(key)
    if not isinstance(found, str):
        raise BadReply(f"{what} reply was missing '{key}'")
    return found


def string_or(value: Mapping[str, Reply], key: str, default: str = "") -> str:
    found = value.get(key)
    return found if isinstance(found, str) else default


def flag_or(value: Mapping[str, Reply], key: str, default: bool = False) -> bool:
    found = value.get(key)
    return found if isinstance(found, bool) else default


def child(value: Mapping[str, Reply], key: str) -> Mapping[str, Reply]:
    """An object inside, empty when it is absent or something else."""
    found = value.get(key)
    return found if isinstance(found, dict) else {}
