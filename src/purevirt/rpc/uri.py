"""Connection URIs: `driver[+transport]://[user@]host[:port]/path?parameters`, read without the standard library's
parsers (their import costs more than a connection).
"""

from __future__ import annotations

import re

_SHAPE = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*):(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#.*)?$")
_WRONG = re.compile(r"[\x00-\x20\x7f\"<>\\^`{|}]|%(?![0-9A-Fa-f]{2})")
"""What may stand nowhere in a URI unescaped (RFC 3986), and escapes that are none."""
_HOST = re.compile(r"^(?:([^@]*)@)?(\[[^\]]*\]|[^:]*)(?::([0-9]*))?$")
_UNESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")
_IN_PATHS = _PLAIN | frozenset(b"!*'()/@$+,;=&")


class Uri:
    """The parts, unescaped. `server` is None where there is no `//`, "" in `qemu:///system`; `params` keeps order."""

    __slots__ = ("params", "path", "port", "scheme", "server", "text", "user")

    def __init__(
        self,
        scheme: str,
        server: str | None,
        path: str,
        params: list[tuple[str, str]],
        user: str | None = None,
        port: int | None = None,
        text: str = "",
    ) -> None:
        self.scheme = scheme
        self.server = server
        self.path = path
        self.params = params
        self.user = user
        self.port = port
        self.text = text

    @property
    def driver(self) -> str:
        """`qemu` of `qemu+ssh`."""
        return self.scheme.partition("+")[0]

    @property
    def transport(self) -> str | None:
        """`ssh` of `qemu+ssh`, in lower case; None where the URI names none."""
        _, plus, transport = self.scheme.partition("+")
        return transport.lower() if plus else None

    def param(self, name: str, *, last: bool = False) -> str | None:
        """A parameter by its name, in any case; the first of several, or the last."""
        for key, value in reversed(self.params) if last else self.params:
            if key.lower() == name:
                return value
        return None


def unescape(text: str) -> str:
    if "%" not in text:
        return text
    raw = _UNESCAPE.sub(lambda m: chr(int(m[1], 16)), text)
    try:
        return raw.encode("latin-1").decode()
    except UnicodeError:
        return raw


def escape(text: str) -> str:
    """As libvirt writes names and values of parameters into the URI it sends on."""
    return _escaped(text, _PLAIN)


def escape_path(text: str) -> str:
    """As it writes the path."""
    return _escaped(text, _IN_PATHS)


def _escaped(text: str, plain: frozenset[int]) -> str:
    return "".join(chr(b) if b in plain else f"%{b:02X}" for b in text.encode())


def canonical(text: str) -> str:
    """A URI as libvirt writes it again: the path with no more escapes than needed, and `//` before it."""
    match = _SHAPE.match(text)
    if match is None or not match[3].startswith("/"):
        return text
    return f"{match[1]}://{match[2] or ''}{escape_path(unescape(match[3]))}{text[match.end(3) :]}"


def parse_uri(text: str) -> Uri | None:
    """The parts of a URI; None when it is not one (no scheme, characters that must be escaped)."""
    match = _SHAPE.match(text)
    if match is None or _WRONG.search(text):
        return None
    scheme, authority, path, query = match.groups()
    user = port = None
    server: str | None = None
    if authority is not None:
        parts = _HOST.match(authority)
        if parts is None:
            return None
        user = unescape(parts[1]) if parts[1] is not None else None
        server = parts[2].strip("[]")
        port = int(parts[3]) if parts[3] else None
    params = []
    for item in re.split("[&;]", query) if query else []:
        if item:
            key, _, value = item.partition("=")
            params.append((unescape(key), unescape(value)))
    return Uri(scheme, server, unescape(path), params, user, port, text)
