"""What the daemon offers and to whom: its listening services, and how a client of each must say who it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from purevirt.daemon import sasl_config
from purevirt.daemon.config import DaemonConfig
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.host.roots import Roots
from purevirt.protocol.remote import AuthType

_NUMBERS = {"none": AuthType.NONE, "sasl": AuthType.SASL, "polkit": AuthType.POLKIT}


@dataclass(frozen=True, slots=True)
class Service:
    """`name`: rw, ro, admin, tcp or tls. `key`: the setting of libvirtd.conf that gives `auth`. `port`: a number or
    a service's name where it is an IP service."""

    name: str
    auth: int
    key: str
    readonly: bool = False
    port: str | None = None


def services(config: DaemonConfig, roots: Roots, listen: bool, passed: Sequence[str] = ()) -> list[Service]:
    """The services of a configuration; `listen`: those for other hosts as well. Sockets that systemd
    has `passed` are wanted by their being there. Nobody but root and whom polkit lets in uses the system daemon's unix
    sockets unless the configuration says otherwise."""
    unset = "polkit" if roots.privileged else "none"
    found = [
        Service("rw", _NUMBERS[config.auth_unix_rw or unset], "auth_unix_rw"),
        Service("ro", _NUMBERS[config.auth_unix_ro or unset], "auth_unix_ro", readonly=True),
        Service("admin", AuthType.NONE, ""),
    ]
    if roots.privileged:
        for name, wanted in (("tcp", config.listen_tcp), ("tls", config.listen_tls)):
            if (listen and wanted) or any(name in _words(unit) for unit in passed):
                key = f"auth_{name}"
                found.append(Service(name, _NUMBERS[getattr(config, key)], key, port=getattr(config, f"{name}_port")))
    return found


def service_of(name: str, known: Sequence[Service]) -> Service:
    """The service for a socket that systemd passed, by the socket unit's name."""
    by_name = {service.name: service for service in known}
    words = _words(name)
    for kind in ("admin", "ro", "tcp", "tls"):
        if kind in words:
            if kind not in by_name:
                text = f"systemd passed the socket '{name}', but its service is not configured"
                raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, text, ErrorDomain.CONF)
            return by_name[kind]
    return by_name["rw"]


def _words(unit: str) -> list[str]:
    """libvirtd-tls.socket: libvirtd, tls, socket."""
    return unit.replace(".", "-").split("-")


def sasl_for(known: Sequence[Service], config: DaemonConfig, roots: Roots) -> sasl_config.SaslConfig | None:
    """How to do SASL, when some service wants it. Raises VirtError when it cannot be done."""
    loaded = None
    for service in known:
        if service.auth == AuthType.SASL:
            allowed = config.sasl_allowed_username_list
            loaded = sasl_config.load(roots.etc.parent, service.key, allowed, config.tcp_min_ssf)
    return loaded
