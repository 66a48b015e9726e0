"""UUIDs as libvirt sees them: 16 raw bytes on the wire, canonical lower-case text everywhere else."""

from __future__ import annotations

from contextlib import suppress

UUID_BYTES = 16

_HEX = frozenset("0123456789abcdefABCDEF")


def format_uuid(raw: bytes) -> str:
    """The canonical text of 16 raw bytes. Raises ValueError for any other length."""
    if len(raw) != UUID_BYTES:
        raise ValueError(f"a UUID has {UUID_BYTES} bytes, not {len(raw)}")
    h = raw.hex()
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


def parse_uuid(text: str) -> bytes:
    """16 raw bytes from text as virUUIDParse reads it: 32 hex digits, dashes and spaces ignored between digits and
    white space around. Raises ValueError."""
    if len(text) == 36 and text[8] == text[13] == text[18] == text[23] == "-":
        # canonical, as nearly all are: a thousand are read when a daemon starts
        with suppress(ValueError):
            raw = bytes.fromhex(text[:8] + text[9:13] + text[14:18] + text[19:23] + text[24:])
            if len(raw) == UUID_BYTES:  # else there was white space, which fromhex passes over
                return raw
    digits = text.strip(" \t\n\r\v\f")
    out = [c for c in digits if c not in "- "]
    if len(out) != 2 * UUID_BYTES or not _HEX.issuperset(out):
        raise ValueError(f"malformed UUID {text!r}")
    pairs_split = any(digits[i] in "- " and _odd_digits_before(digits, i) for i in range(len(digits)))
    if pairs_split:
        raise ValueError(f"malformed UUID {text!r}")
    return bytes.fromhex("".join(out))


def _odd_digits_before(text: str, index: int) -> bool:
    """A separator may not stand inside a pair of hex digits."""
    return sum(c not in "- " for c in text[:index]) % 2 == 1
