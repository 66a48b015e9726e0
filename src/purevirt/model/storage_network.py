"""The parts of a `<source>` that is reached over a network: hosts, cookies, TLS checks, credentials by reference.

formatdomain.html, "Hard drives, floppy disks, CDROMs", for `type='network'`; shared by disks, hostdevs and snapshots.
"""

from __future__ import annotations

from typing import Literal

from purevirt.errors import ErrorCode, ErrorDomain
from purevirt.model._engine import (
    UINT,
    ULONG,
    YES_NO,
    Element,
    ParseContext,
    XmlError,
    attr,
    child,
    text,
)
from purevirt.model.schema_text import ABSOLUTE_PATH, GENERIC_NAME, IP_OR_DNS_NAME, POSITIVE, UNSIGNED, matching, one_of
from purevirt.model.storage_encryption import SecretReference
from purevirt.types.override import override

NetworkProtocol = Literal[
    "none", "nbd", "rbd", "sheepdog", "gluster", "iscsi", "http", "https", "ftp", "ftps", "tftp", "ssh", "vxhs", "nfs"
]
HostTransport = Literal["tcp", "unix", "rdma"]
AuthType = Literal["none", "chap", "ceph"]

DEFAULT_PORTS: dict[str, int] = {
    "nbd": 10809,
    "sheepdog": 7000,
    "gluster": 24007,
    "iscsi": 3260,
    "http": 80,
    "https": 443,
    "ftp": 21,
    "ftps": 990,
    "tftp": 69,
    "ssh": 22,
    "vxhs": 9999,
}
"""The port a protocol uses when none is given; rbd and nfs leave it to their libraries."""


class PortNumber:
    """Codec of a TCP port: a number up to 65535."""

    safe = True
    rng = UNSIGNED

    def parse(self, value: str) -> int:
        """The port; INVALID_ARG with libvirt's text when it is none."""
        if not value.isascii() or not value.isdigit():
            raise XmlError(f"failed to parse port number '{value}'", ErrorCode.INVALID_ARG, domain=ErrorDomain.NONE)
        port = int(value[:9])
        if port > 65535:
            raise XmlError(f"port '{value}' out of range", ErrorCode.INVALID_ARG, domain=ErrorDomain.NONE)
        return port

    def format(self, value: int) -> str:
        """Decimal."""
        return str(value)


PORT = PortNumber()


class SourceHost(Element, tag="host"):
    """One server: a name and a port, or the path of a unix socket."""

    schema_cases = (
        {"transport": ("tcp", "rdma", None), "name": "present", "socket": "absent"},
        {"transport": ("unix",), "name": "absent", "port": "absent", "socket": "present"},
    )

    name: str | None = attr(rng=IP_OR_DNS_NAME)
    port: int | None = attr(PORT, omit=0)
    transport: HostTransport | None = attr(
        HostTransport,
        omit="tcp",
        error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown protocol transport type '%s'"),
    )
    socket: str | None = attr(rng=ABSOLUTE_PATH)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A unix socket has a path and nothing else, every other transport a name and no path."""
        if self.transport == "unix":
            if self.socket is None:
                raise XmlError("missing socket for unix transport")
            self.name = self.port = None
            return
        if self.socket is not None:
            raise XmlError(f"transport '{self.transport or '(null)'}' does not support socket attribute")
        if self.name is None:
            raise XmlError("missing name for host")


class SourceSnapshot(Element, tag="snapshot"):
    """The storage's own snapshot to use."""

    name: str | None = attr(needed=True, rng=GENERIC_NAME)


class SourceConfig(Element, tag="config"):
    """A configuration file for the storage client."""

    file: str | None = attr(needed=True, rng=ABSOLUTE_PATH)


class InitiatorIqn(Element, tag="iqn"):
    """The name we log in as."""

    name: str | None = attr(needed=True)


class Initiator(Element, tag="initiator"):
    """The iSCSI initiator."""

    iqn: InitiatorIqn | None = child(InitiatorIqn, needed=True)


class SourceSsl(Element, tag="ssl"):
    """Whether the server's certificate is checked."""

    verify: bool | None = attr(YES_NO, needed=True)


_COOKIE_NAME_BAD = frozenset(" \t()<>@,;:\\\"/[]?={}")
_COOKIE_VALUE_BAD = frozenset(' ",;\\')


class Cookie(Element, tag="cookie"):
    """One HTTP cookie; the value is a secret."""

    name: str = attr(
        required=True, missing=(ErrorCode.XML_ERROR, "missing cookie name"), rng=matching(r"[!#$%&'*+\-.0-9A-Z\^_`a-z|~]+")
    )
    value: str | None = text(rng=matching("\"?[!#$%&'()*+\\-./0-9:>=<?@A-Z\\^_`\\[\\]a-z|~]+\"?"), needed=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """There is a value."""
        if not self.value:
            raise XmlError(f"missing value for cookie '{self.name}'")


def check_cookies(cookies: list[Cookie]) -> None:
    """Refuse what HTTP does not allow in cookies, and one name given twice."""
    seen: set[str] = set()
    for cookie in cookies:
        value = cookie.value or ""
        if value[:1] == '"' and value[-1:] == '"' and len(value) > 1:
            value = value[1:-1]
        if any(c in _COOKIE_NAME_BAD or not " " < c < "\x7f" for c in cookie.name):
            raise XmlError(f"cookie name '{cookie.name}' contains invalid characters", domain=ErrorDomain.STORAGE)
        if any(c in _COOKIE_VALUE_BAD or not " " < c < "\x7f" for c in value):
            raise XmlError(f"value of cookie '{cookie.name}' contains invalid characters", domain=ErrorDomain.STORAGE)
    for cookie in cookies:
        if cookie.name in seen:
            raise XmlError(f"duplicate cookie '{cookie.name}'", domain=ErrorDomain.STORAGE)
        seen.add(cookie.name)


class SourceReadahead(Element, tag="readahead"):
    """Bytes to read ahead; 0 is the protocol's default."""

    size: int | None = attr(ULONG, omit=0, error="invalid readahead size or timeout", needed=True, rng=POSITIVE)


class SourceTimeout(Element, tag="timeout"):
    """Seconds a connection may take; 0 is the protocol's default."""

    seconds: int | None = attr(ULONG, omit=0, error="invalid readahead size or timeout", needed=True, rng=POSITIVE)


class NfsIdentity(Element, tag="identity"):
    """Who we are to the NFS server: names, or numbers as `+1000`."""

    user: str | None = attr(rng=GENERIC_NAME)
    group: str | None = attr(rng=GENERIC_NAME)


class AuthSecret(SecretReference, tag="secret"):
    """The password's secret; `type` is its usage type."""

    type: str | None = attr(needed=True, rng=one_of("ceph", "iscsi"))


class Auth(Element, tag="auth"):
    """Who we are to the storage server, and the secret that proves it."""

    type: AuthType | None = attr(AuthType, error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown auth type '%s'"), omit="none")
    username: str = attr(required=True, missing=(ErrorCode.XML_ERROR, "missing username for auth"), rng=GENERIC_NAME)
    secret: AuthSecret = child(AuthSecret, required=True, missing="Missing <secret> element in auth")


class PoolAuth(Auth, tag="auth"):
    """Credentials of a pool: its secrets tell no usage type."""

    schema_cases = ({"type": ("chap", "ceph"), "username": "<text/>"},)

    secret: AuthSecret = child(
        AuthSecret, required=True, missing="Missing <secret> element in auth", hides=("type",), here={"uuid": "<text/>"}
    )


class VhostReconnect(Element, tag="reconnect"):
    """Whether and after how many seconds a lost connection is made again."""

    enabled: bool | None = attr(YES_NO, needed=True)
    timeout: int | None = attr(UINT)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A timeout goes with `enabled='yes'` alone, and is needed then."""
        if not self.enabled:
            self.timeout = None
        elif self.timeout is None:
            raise XmlError("Missing required attribute 'timeout' in element 'reconnect'", domain=ErrorDomain.XML)
