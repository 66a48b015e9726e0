"""`<permissions>` and the paths of storage pools and volumes (formatstorage.html, "Target elements")."""

from __future__ import annotations

import re

from purevirt.errors import ErrorDomain
from purevirt.model._engine import Element, XmlError, leaf
from purevirt.model.schema_text import matching


class ModeBits:
    """Codec of permission bits, in octal, up to 07777."""

    safe = True
    rng = '<data type="string"><param name="pattern">[0-7]+</param></data>'

    def parse(self, value: str) -> int | None:
        """The bits; None when nothing is said."""
        if not value:
            return None
        text = value.strip()
        if not re.fullmatch(r"[0-7]+", text) or int(text, 8) > 0o7777:
            raise XmlError("malformed octal mode", domain=ErrorDomain.STORAGE)
        return int(text, 8)

    def format(self, value: int) -> str:
        """Octal behind a zero: 0644, 00."""
        return f"0{value:o}"


class OwnerNumber:
    """Codec of a user or group number; -1 (however written) says nothing."""

    safe = True
    rng = '<choice><data type="unsignedInt"/><value>-1</value></choice>'

    def __init__(self, what: str) -> None:
        self.what = what

    def parse(self, value: str) -> int | None:
        """The number; None for "as it comes"."""
        if not re.fullmatch(r"\s*-?[0-9]{1,10}", value) or not -1 <= int(value) < 2**32:
            raise XmlError(f"malformed {self.what} element", domain=ErrorDomain.STORAGE)
        number = int(value)
        return None if number in (-1, 2**32 - 1) else number

    def format(self, value: int) -> str:
        """Decimal."""
        return str(value)


class Permissions(Element, tag="permissions"):
    """Mode, owner, group and security label of a file or directory; None leaves it as it comes."""

    mode: int | None = leaf(ModeBits())
    owner: int | None = leaf(OwnerNumber("owner"))
    group: int | None = leaf(OwnerNumber("group"))
    label: str | None = leaf(parse=lambda text: text or None)


_TIME = matching(r"[0-9]+(\.[0-9]{0,9})?")


class Timestamps(Element, tag="timestamps"):
    """Times of a volume's file: seconds since 1970 with nine digits behind the dot. Read from a driver, never set."""

    atime: str | None = leaf(rng=_TIME)
    mtime: str | None = leaf(rng=_TIME)
    ctime: str | None = leaf(rng=_TIME)
    btime: str | None = leaf(rng=_TIME)


def sanitize_path(path: str) -> str:
    """Collapse runs of slashes and drop a trailing one; two leading slashes mean something and stay (virFileSanitizePath)."""
    lead = "//" if path.startswith("//") and not path.startswith("///") else ""
    rest = re.sub("/+", "/", path)
    if lead:
        return lead + rest.strip("/") if rest != "/" else "//"
    return rest.rstrip("/") if len(rest) > 1 else rest
