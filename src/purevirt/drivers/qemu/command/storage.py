"""Block nodes: `-blockdev` of every layer of a disk's chain, and the secrets and other objects they need.

Each image has a storage node (`libvirt-N-storage`: the file, device or connection) and a format node
(`libvirt-N-format`). N counts images over the whole guest, in disk order, top image first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.credentials import add_secret
from purevirt.drivers.qemu.command.line import Command
from purevirt.errors import ErrorCode, VirtError
from purevirt.model.storage_network import DEFAULT_PORTS
from purevirt.model.storage_source import BlockSource, DirSource, FileSource, NetworkSource, NvmeSource

# cache mode → (writeback, direct, no-flush)
CACHE_MODES: dict[str, tuple[bool, bool, bool]] = {
    "none": (True, True, False),
    "writethrough": (False, False, False),
    "writeback": (True, False, False),
    "directsync": (False, True, False),
    "unsafe": (True, False, True),
}


@dataclass(slots=True)
class Image:
    """One layer of a chain, ready to be a pair of nodes."""

    number: int
    source: Any
    format: str
    readonly: bool
    top: bool
    encryption: Any
    cache: str | None
    driver: Any

    @property
    def storage_node(self) -> str:
        """Name of the protocol node."""
        return f"libvirt-{self.number}-storage"

    @property
    def format_node(self) -> str:
        """Name of the format node."""
        return f"libvirt-{self.number}-format"


def chain_of(disk: Any, start: int) -> list[Image]:
    """The images of a disk, top first, numbered from `start`."""
    driver = disk.driver
    cache = driver.cache if driver is not None else None
    readonly = disk.readonly or disk.device == "cdrom"
    encryption = disk.encryption or (disk.source.encryption if disk.source is not None else None)
    images = [Image(start, disk.source, (driver.type if driver else None) or "raw", readonly, True, encryption, cache, driver)]
    layer = disk.backing_store
    while layer is not None and layer.source is not None:
        kind = layer.format.type if layer.format is not None and layer.format.type else "raw"
        images.append(
            Image(start + len(images), layer.source, kind, True, False, layer.source.encryption, cache, driver)
        )
        layer = layer.backing_store
    return images


def _server(host: Any, protocol: str) -> dict[str, Any]:
    if host.transport == "unix":
        return {"type": "unix", "path": host.socket}
    return {"type": "inet", "host": host.name, "port": str(host.port or DEFAULT_PORTS.get(protocol, 0))}


def _network(source: NetworkSource, image: Image, context: CommandContext) -> dict[str, Any]:
    protocol = source.protocol
    auth = source.auth
    secret = f"{image.storage_node}-auth-secret0" if auth is not None else None
    if protocol == "nbd":
        props: dict[str, Any] = {"driver": "nbd", "server": _server(source.hosts[0], protocol)}
        if source.name:
            props["export"] = source.name
        return props
    if protocol in ("http", "https", "ftp", "ftps", "tftp"):
        host = source.hosts[0]
        url = f"{protocol}://{host.name}:{host.port or DEFAULT_PORTS[protocol]}/{source.name or ''}"
        if source.query:
            url += f"?{source.query}"
        props = {"driver": protocol, "url": url}
        if auth is not None:
            props |= {"username": auth.username, "password-secret": secret}
        if source.ssl is not None and source.ssl.verify is not None:
            props["sslverify"] = source.ssl.verify
        if source.cookies:
            props["cookie-secret"] = f"{image.storage_node}-httpcookie-secret0"
        if source.readahead is not None and source.readahead.size:
            props["readahead"] = source.readahead.size
        if source.timeout is not None and source.timeout.seconds:
            props["timeout"] = source.timeout.seconds
        return props
    if protocol == "iscsi":
        host = source.hosts[0]
        target, _, lun = (source.name or "").partition("/")
        props = {
            "driver": "iscsi", "portal": f"{host.name}:{host.port or 3260}", "target": target, "lun": int(lun or 0),
            "transport": "tcp",
        }  # fmt: skip
        if auth is not None:
            props |= {"user": auth.username, "password-secret": secret}
        if source.initiator is not None and source.initiator.iqn is not None:
            props["initiator-name"] = source.initiator.iqn.name
        return props
    if protocol == "rbd":
        pool, name = source.volume_and_path
        props = {"driver": "rbd", "pool": pool, "image": name}
        if source.snapshot is not None:
            props["snapshot"] = source.snapshot.name
        if source.config is not None:
            props["conf"] = source.config.file
        if source.hosts:
            props["server"] = [{"host": h.name, "port": str(h.port or 6789)} for h in source.hosts]
        if auth is not None:
            props |= {"user": auth.username, "auth-client-required": ["cephx", "none"], "key-secret": secret}
        return props
    if protocol == "gluster":
        volume, path = source.volume_and_path
        return {
            "driver": "gluster", "volume": volume, "path": path, "server": [_server(h, protocol) for h in source.hosts],
            "debug": context.settings.gluster_debug_level,
        }  # fmt: skip
    if protocol == "ssh":
        server = {"host": source.hosts[0].name, "port": str(source.hosts[0].port or 22)}
        props = {"driver": "ssh", "path": source.name, "server": server}
        if auth is not None:
            props["user"] = auth.username
        return props
    if protocol == "nfs":
        identity = source.identity
        props = {"driver": "nfs", "server": {"host": source.hosts[0].name, "type": "inet"}, "path": source.name}
        if identity is not None:
            for key in ("user", "group"):
                value = getattr(identity, key, None)
                if value is not None:
                    props[key] = int(str(value).removeprefix("+"))
        return props
    raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, f"network protocol '{protocol}' is not supported by QEMU driver")


def _storage(image: Image, disk: Any, context: CommandContext) -> dict[str, Any]:
    source = image.source
    if isinstance(source, FileSource):
        props: dict[str, Any] = {"driver": "file", "filename": source.file}
    elif isinstance(source, BlockSource):
        cdrom = disk.device == "cdrom" and image.format == "raw" and context.resources.is_host_cdrom(source.dev or "")
        props = {"driver": "host_cdrom" if cdrom else "host_device", "filename": source.dev}
    elif isinstance(source, DirSource):
        props = {"driver": "vvfat", "dir": source.dir, "floppy": disk.device == "floppy", "rw": not image.readonly}
    elif isinstance(source, NetworkSource):
        props = _network(source, image, context)
    elif isinstance(source, NvmeSource):
        a = source.address
        device = f"{a.domain:04x}:{a.bus:02x}:{a.slot:02x}.{a.function:x}"
        props = {"driver": "nvme", "device": device, "namespace": source.namespace}
    else:
        raise VirtError(ErrorCode.INTERNAL_ERROR, "storage source has no usable type")
    if props["driver"] in ("file", "host_device", "host_cdrom"):
        if source.reservations is not None:
            props["pr-manager"] = "pr-helper0" if source.reservations.managed else f"pr-helper-{disk.alias.name}"
        if image.driver is not None and image.driver.io is not None and image.top:
            props["aio"] = image.driver.io
    props["node-name"] = image.storage_node
    _cache(props, image)
    props["auto-read-only"] = True
    props["discard"] = (image.driver.discard if image.driver is not None and image.driver.discard else "unmap")
    return props


def _cache(props: dict[str, Any], image: Image) -> None:
    mode = CACHE_MODES.get(image.cache or "")
    if mode is not None:
        props["cache"] = {"direct": mode[1], "no-flush": mode[2]}


def _format(image: Image, below: str, backing: Image | None, last_open: bool) -> dict[str, Any]:
    driver = image.driver
    props: dict[str, Any] = {"node-name": image.format_node, "read-only": image.readonly}
    if image.top and driver is not None and driver.discard:
        props["discard"] = driver.discard
    if image.top and driver is not None and driver.detect_zeroes:
        props["detect-zeroes"] = driver.detect_zeroes
    _cache(props, image)
    encryption = image.encryption
    secret = f"{image.format_node}-encryption-secret0"
    if encryption is not None and encryption.format == "luks" and image.format == "raw":
        props |= {"driver": "luks", "key-secret": secret}
    else:
        props["driver"] = {"fat": "raw", "iso": "raw", "dir": "raw"}.get(image.format, image.format)
        if encryption is not None and image.format == "qcow2":
            kind = "aes" if encryption.format == "qcow" else "luks"
            props["encrypt"] = {"format": kind, "key-secret": secret}
        cache = driver.metadata_cache if image.top and driver is not None else None
        if cache is not None and cache.max_size:
            props["cache-size"] = cache.max_size
    props["file"] = below
    if backing is not None:
        props["backing"] = backing.format_node
    elif last_open and image.format in ("qcow2", "qed", "vmdk", "qcow"):
        props["backing"] = None
    return props


def _add_secrets(command: Command, image: Image, context: CommandContext) -> None:
    source = image.source
    auth = source.auth
    if auth is not None and isinstance(source, NetworkSource) and auth.secret is not None:
        kind = getattr(auth.secret, "type", None) or "ceph"
        value = context.resources.secret(uuid=auth.secret.uuid, usage=auth.secret.usage, kind=kind)
        add_secret(command, context, f"{image.storage_node}-auth-secret0", value)
    if isinstance(source, NetworkSource) and source.cookies:
        text = "; ".join(f"{cookie.name}={cookie.value}" for cookie in source.cookies)
        add_secret(command, context, f"{image.storage_node}-httpcookie-secret0", text.encode())
    encryption = image.encryption
    if encryption is not None and encryption.secrets:
        secret = encryption.secrets[0]
        value = context.resources.secret(uuid=secret.uuid, usage=secret.usage, kind="volume")
        add_secret(command, context, f"{image.format_node}-encryption-secret0", value)


def add_chain(command: Command, disk: Any, images: list[Image], context: CommandContext) -> str:
    """All nodes of a disk, bottom first; returns the name of the top node."""
    below: Image | None = None
    terminated = disk.backing_store is None
    for image in reversed(images):
        _add_secrets(command, image, context)
        command.blockdev(_storage(image, disk, context))
        file_node = image.storage_node
        slices = image.source.slices
        if slices:
            file_node = f"libvirt-{image.number}-slice-sto"
            part = slices[0]
            command.blockdev(
                {"driver": "raw", "node-name": file_node, "offset": part.offset, "size": part.size,
                 "file": image.storage_node, "auto-read-only": True, "discard": "unmap"}
            )  # fmt: skip
        command.blockdev(_format(image, file_node, below, below is None and not terminated))
        below = image
    return images[0].format_node
