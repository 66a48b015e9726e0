"""Properties of protocol nodes for images on servers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from purevirt.drivers.qemu.command.properties import Props
from purevirt.drivers.qemu.command.settings import QemuSettings
from purevirt.errors import ErrorCode, VirtError
from purevirt.model.storage_network import DEFAULT_PORTS

Builder = Callable[[Any, Any, str, QemuSettings], Props]


def _server(host: Any, protocol: str) -> Props:
    if host.transport == "unix":
        return {"type": "unix", "path": host.socket}
    return {"type": "inet", "host": host.name, "port": str(host.port or DEFAULT_PORTS.get(protocol, 0))}


def uses_tls(source: Any, settings: QemuSettings) -> bool:
    """Is the connection encrypted: as the source says, else as the configuration does for its protocol."""
    if source.protocol not in ("nbd", "vxhs"):
        return False
    default = settings.nbd_tls if source.protocol == "nbd" else settings.vxhs_tls
    return bool(default if source.tls is None else source.tls)


def _nbd(source: Any, auth: Any, node: str, settings: QemuSettings) -> Props:
    props: Props = {"driver": "nbd", "server": _server(source.hosts[0], "nbd")}
    if source.name:
        props["export"] = source.name
    if uses_tls(source, settings):
        props["tls-creds"] = f"obj{node}_tls0"
        if source.tls_hostname:
            props["tls-hostname"] = source.tls_hostname
    return props


def _host_name(name: str) -> str:
    return f"[{name}]" if ":" in name else name


def _url(source: Any, auth: Any, node: str, settings: QemuSettings) -> Props:
    protocol, host = source.protocol, source.hosts[0]
    url = f"{protocol}://{_host_name(host.name)}:{host.port or DEFAULT_PORTS[protocol]}/{(source.name or '').lstrip('/')}"
    if source.query:
        url += f"?{source.query}"
    props: Props = {"driver": protocol, "url": url}
    if auth is not None:
        props |= {"username": auth.username, "password-secret": f"{node}-auth-secret0"}
    if source.ssl is not None and source.ssl.verify is not None:
        props["sslverify"] = source.ssl.verify
    if source.cookies:
        props["cookie-secret"] = f"{node}-httpcookie-secret0"
    if source.timeout is not None and source.timeout.seconds:
        props["timeout"] = source.timeout.seconds
    if source.readahead is not None and source.readahead.size:
        props["readahead"] = source.readahead.size
    return props


def _iscsi(source: Any, auth: Any, node: str, settings: QemuSettings) -> Props:
    host = source.hosts[0]
    target, _, lun = (source.name or "").partition("/")
    portal = f"{_host_name(host.name)}:{host.port or DEFAULT_PORTS['iscsi']}"
    props: Props = {"driver": "iscsi", "portal": portal, "target": target, "lun": int(lun or 0), "transport": "tcp"}
    if auth is not None:
        props |= {"user": auth.username, "password-secret": f"{node}-auth-secret0"}
    if source.initiator is not None and source.initiator.iqn is not None:
        props["initiator-name"] = source.initiator.iqn.name
    return props


def _rbd(source: Any, auth: Any, node: str, settings: QemuSettings) -> Props:
    pool, name = source.volume_and_path
    props: Props = {"driver": "rbd", "pool": pool, "image": name}
    if source.snapshot is not None:
        props["snapshot"] = source.snapshot.name
    if source.config is not None:
        props["conf"] = source.config.file
    if source.hosts:
        props["server"] = [{"host": host.name, "port": str(host.port or 6789)} for host in source.hosts]
    if auth is not None:
        props |= {"user": auth.username, "auth-client-required": ["cephx", "none"]}
        props["key-secret"] = f"{node}-auth-secret0"
    return props


def _gluster(source: Any, auth: Any, node: str, settings: QemuSettings) -> Props:
    volume, path = source.volume_and_path
    servers = [_server(host, "gluster") for host in source.hosts]
    props: Props = {"driver": "gluster", "volume": volume, "path": path, "server": servers}
    return props | {"debug": settings.gluster_debug_level}


def _ssh(source: Any, auth: Any, node: str, settings: QemuSettings) -> Props:
    host = source.hosts[0]
    server = {"host": host.name, "port": str(host.port or DEFAULT_PORTS["ssh"])}
    props: Props = {"driver": "ssh", "path": source.name, "server": server}
    if auth is not None:
        props["user"] = auth.username
    return props


def _nfs(source: Any, auth: Any, node: str, settings: QemuSettings) -> Props:
    server = {"host": source.hosts[0].name, "type": "inet"}
    props: Props = {"driver": "nfs", "server": server, "path": source.name}
    for key in ("user", "group"):
        value = getattr(source.identity, key, None)
        if value is not None:
            props[key] = int(str(value).removeprefix("+"))
    return props


def _vxhs(source: Any, auth: Any, node: str, settings: QemuSettings) -> Props:
    host = source.hosts[0]
    props: Props = {"driver": "vxhs"}
    if uses_tls(source, settings):
        props["tls-creds"] = f"obj{node}_tls0"
    server = {"host": host.name, "port": str(host.port or DEFAULT_PORTS["vxhs"])}
    return props | {"vdisk-id": source.name, "server": server}


_BUILDERS: dict[str, Builder] = {
    "nbd": _nbd, "iscsi": _iscsi, "rbd": _rbd, "gluster": _gluster, "ssh": _ssh, "nfs": _nfs, "vxhs": _vxhs,
    **dict.fromkeys(("http", "https", "ftp", "ftps", "tftp"), _url),
}  # fmt: skip


def network_props(source: Any, auth: Any, node: str, settings: QemuSettings) -> Props:
    """The protocol node of a network source; `node` names the secrets that go with it."""
    builder = _BUILDERS.get(source.protocol)
    if builder is None:
        raise VirtError(
            ErrorCode.CONFIG_UNSUPPORTED, f"network protocol '{source.protocol}' is not supported by QEMU driver"
        )
    return builder(source, auth, node, settings)
