"""Where a URI leads: transport, sockets to try, and the URI the peer is asked to open.

The rules are libvirt's (`shared/facts/paths.json`, measured with the distribution's client). Nothing is opened here.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from purevirt.errors import ErrorCode, ErrorDomain, VirtError

if TYPE_CHECKING:
    from purevirt.drivers.remote.credentials import Credentials
    from purevirt.model.virconf import Conf
    from purevirt.rpc.uri import Uri

TRANSPORTS = ("tls", "unix", "ssh", "ext", "tcp", "libssh2", "libssh")
SSH_LIKE = frozenset({"ssh", "libssh2", "libssh"})
_MODES = ("auto", "legacy", "direct")
_PROXIES = ("auto", "netcat", "native")
PORTS = {"tcp": 16509, "tls": 16514}
SYSTEM_RUN = "/var/run/libvirt"
REMOTE_RUN = "/var/run/libvirt"
"""The same by its older name, which the C library's remote driver uses: also right on a host that we do not know."""
#: Parameters that are about the way, not about the driver: they are not sent on.
OURS = frozenset(
    [
        "name", "command", "socket", "auth", "authfile", "sshauth", "netcat", "keyfile", "pkipath", "known_hosts",
        "known_hosts_verify", "tls_priority", "mode", "proxy", "no_sanity", "no_verify", "no_tty",
    ]
)  # fmt: skip


def bad_argument(text: str) -> VirtError:
    return VirtError(ErrorCode.INVALID_ARG, text, ErrorDomain.REMOTE)


def runtime_dir() -> str:
    """The directory of a user's own sockets ($XDG_RUNTIME_DIR/libvirt, else under the cache directory)."""
    run = os.environ.get("XDG_RUNTIME_DIR")
    if run:
        return f"{run}/libvirt"
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return f"{cache}/libvirt"


class Address:
    """A resolved way to a daemon.

    `sockets`: unix sockets to try, best first. `name`: the URI for the peer, None lets it choose. `daemon`: who would
    serve the session socket, for starting it. `session`: the user's own daemon. `credentials`: whom to ask on the way.
    `proxy`: how ssh reaches the socket there (auto, netcat, native).
    """

    __slots__ = (
        "credentials",
        "daemon",
        "host",
        "name",
        "port",
        "proxy",
        "readonly",
        "session",
        "sockets",
        "transport",
        "uri",
        "user",
    )

    def __init__(self, transport: str, readonly: bool, uri: Uri | None) -> None:
        self.transport = transport
        self.readonly = readonly
        self.uri = uri
        self.host = "localhost"
        self.port: int | None = None
        self.user: str | None = None
        self.sockets: list[str] = []
        self.name: str | None = None
        self.daemon = "libvirtd"
        self.credentials: Credentials | None = None
        self.proxy = "auto"
        self.session = False

    def param(self, name: str) -> str | None:
        """A parameter about the way: of several of one name the last counts."""
        return self.uri.param(name, last=True) if self.uri is not None else None

    def flag(self, name: str) -> bool:
        """Whether a parameter like no_verify is not 0. Raises INVALID_ARG for what is no number of 32 bits."""
        value = self.param(name)
        if value is None:
            return False
        try:
            number = int(value)
        except ValueError:
            number = 1 << 31
        if not -1 << 31 <= number < 1 << 31:
            raise bad_argument(f"Failed to parse value of URI component {name}")
        return number != 0


def resolve(uri: Uri | None, readonly: bool, conf: Conf | None = None) -> Address:
    """The address of a URI (None: whatever runs here). `conf` (libvirt.conf) has the defaults of `mode` and `proxy`.
    Raises VirtError INVALID_ARG for what cannot be meant."""
    transport = uri.transport if uri is not None else "unix"
    if transport is None:
        transport = "tls" if uri is not None and uri.server else "unix"
    if transport not in TRANSPORTS:
        known = "|".join(TRANSPORTS)
        raise bad_argument(f"remote_open: transport in URL not recognised (should be {known})")
    address = Address(transport, readonly, uri)
    if uri is not None:
        address.host = uri.server or "localhost"
        address.user = uri.user
        address.port = uri.port
    address.name = _name_for_peer(uri)
    mode = _choice(address, "mode", _MODES, "Unknown remote mode '%s'", conf)
    address.proxy = _choice(address, "proxy", _PROXIES, "Unnkown proxy type '%s'", conf)  # the original's spelling
    if address.proxy == "native" and transport in SSH_LIKE and address.param("netcat") is not None:
        raise VirtError(ErrorCode.INVALID_ARG, "netcat path not valid with native proxy mode", ErrorDomain.RPC)
    if transport == "unix" and uri is not None and uri.server:
        raise bad_argument(f"using unix socket and remote server '{uri.server}' is not supported.")
    if transport in PORTS and not address.port:
        address.port = PORTS[transport]
    for name in ("no_verify", "no_sanity", "no_tty"):
        address.flag(name)
    address.session = _is_session(uri) and transport == "unix"
    if transport == "unix" or transport in SSH_LIKE:
        address.sockets = _sockets(address, mode)
    return address


def _choice(address: Address, name: str, known: tuple[str, ...], error: str, conf: Conf | None) -> str:
    """What the URI says, else `remote_NAME` of libvirt.conf, else the first of the known."""
    value = address.param(name)
    if value is None and conf is not None:
        value = conf.get_string(f"remote_{name}")
    if value is None:
        return known[0]
    if value not in known:
        raise bad_argument(error % value)
    return value


def _is_session(uri: Uri | None) -> bool:
    """root has no session: its qemu:///session is served by the system's daemon."""
    if not hasattr(os, "geteuid") or os.geteuid() == 0:
        return False
    return uri is None or uri.path == "/session" or uri.scheme.startswith("test+")


def _name_for_peer(uri: Uri | None) -> str | None:
    """The URI without transport, host and our own parameters; `name=` overrides it (and may be empty)."""
    if uri is None:
        return None
    given = uri.param("name", last=True)
    if given is not None:
        return given
    from purevirt.rpc.uri import escape, escape_path

    if uri.server is None and uri.transport is None and not uri.path.startswith("/"):
        return uri.text  # "qemu:system": the peer says what is wrong with it
    params = [(k, v) for k, v in uri.params if k.lower() not in OURS]
    query = "&".join(f"{escape(k)}={escape(v)}" for k, v in params)
    path = escape_path(uri.path)
    return f"{uri.driver}://{path}" + (f"?{query}" if query else "")


def _sockets(address: Address, mode: str) -> list[str]:
    """Candidates in libvirt's order: the driver's own daemon if its socket exists, then the one of libvirtd."""
    given = address.param("socket")
    if given is not None:
        return [given]
    if address.transport in SSH_LIKE:
        if mode == "direct":
            text = f"Cannot use direct socket mode for {address.transport} transport"
            raise VirtError(ErrorCode.OPERATION_UNSUPPORTED, text, ErrorDomain.REMOTE)
        return [f"{REMOTE_RUN}/libvirt-sock{'-ro' if address.readonly else ''}"]
    directory = runtime_dir() if address.session else REMOTE_RUN
    suffix = "-sock-ro" if address.readonly and not address.session else "-sock"
    legacy = f"{directory}/libvirt{suffix}"
    drivers = [address.uri.driver] if address.uri is not None else ["qemu", "lxc"]
    direct = [f"{directory}/virt{driver}d{suffix}" for driver in drivers]
    if mode == "legacy":
        return [legacy]
    if mode == "direct":
        if address.uri is None:
            raise bad_argument("Cannot use direct socket mode if no URI is set")
        return direct
    present = [path for path in direct if os.path.exists(path)]
    return [*present, legacy]
