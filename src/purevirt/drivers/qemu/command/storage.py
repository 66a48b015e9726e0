"""Block nodes: `-blockdev` of every layer of a disk's chain, and the secrets and other objects they need.

Each image has a storage node (`libvirt-N-storage`: the file, device or connection) and a format node
(`libvirt-N-format`). N counts images over the whole guest, from the last disk up, top image first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.credentials import add_libvirt_secret, add_secret, add_tls
from purevirt.drivers.qemu.command.line import Command
from purevirt.drivers.qemu.command.properties import Props
from purevirt.drivers.qemu.command.storage_network import network_props, uses_tls
from purevirt.errors import ErrorCode, VirtError
from purevirt.model.storage_source import BlockSource, DirSource, FileSource, NetworkSource, NvmeSource

# cache mode → (writeback, direct, no-flush)
CACHE_MODES: dict[str, tuple[bool, bool, bool]] = {
    "none": (True, True, False),
    "writethrough": (False, False, False),
    "writeback": (True, False, False),
    "directsync": (False, True, False),
    "unsafe": (True, False, True),
}
WITH_BACKING = ("qcow2", "qed", "vmdk", "qcow", "vhd")
"""Formats in which an image can have another one below it."""


@dataclass(slots=True)
class Image:
    """One layer of a chain, ready to be a pair of nodes. `number` "pflash0" names a firmware image."""

    number: int | str
    source: Any
    format: str
    readonly: bool
    top: bool = True
    encryption: Any = None
    auth: Any = None
    cache: str | None = None
    driver: Any = None
    metadata_cache: int | None = None
    fdset: int | None = None
    ends_chain: bool = False
    cdrom: bool = False
    floppy: bool = False

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
    driver, source = disk.driver, disk.source
    cache = driver.cache if driver is not None else None
    metadata = driver.metadata_cache if driver is not None else None
    top = Image(
        start,
        source,
        (driver.type if driver else None) or "raw",
        disk.readonly or disk.device == "cdrom",
        encryption=disk.encryption or source.encryption,
        auth=source.auth or disk.auth,
        cache=cache,
        driver=driver,
        metadata_cache=metadata.max_size if metadata is not None else None,
        cdrom=disk.device == "cdrom",
        floppy=disk.device == "floppy",
    )
    images, layer = [top], disk.backing_store
    while layer is not None and layer.source is not None:
        metadata = layer.format.metadata_cache
        images.append(
            Image(
                start + len(images),
                layer.source,
                layer.format.type or "raw",
                True,
                top=False,
                encryption=layer.source.encryption,
                auth=layer.source.auth,
                cache=cache,
                driver=driver,
                metadata_cache=metadata.max_size if metadata is not None else None,
            )
        )
        layer = layer.backing_store
    # An empty <backingStore/> says that nothing is below; without one QEMU looks for itself.
    images[-1].ends_chain = layer is not None
    return images


def reserve_fdsets(command: Command, images: list[Image]) -> None:
    """Number the descriptor sets of images that a client opened for us."""
    for image in images:
        if isinstance(image.source, FileSource) and image.source.fdgroup:
            image.fdset = command.reserve_fdset()


def _pr_manager(image: Image) -> str:
    return "pr-helper0" if image.source.reservations.managed else f"pr-helper-{image.storage_node}"


def add_managed_reservations(command: Command, domain: Any, context: CommandContext) -> None:
    """The helper for persistent reservations that we start ourselves, when any disk uses it."""
    for disk in domain.devices.disks:
        reservations = disk.source.reservations if disk.source is not None else None
        if reservations is not None and reservations.managed:
            path = f"{context.lib_dir}/pr-helper0.sock"
            command.object({"qom-type": "pr-manager-helper", "id": "pr-helper0", "path": path})
            return


def _storage(image: Image, context: CommandContext) -> Props:
    source = image.source
    if isinstance(source, FileSource):
        props: Props = {"driver": "file", "filename": source.file}
        if image.fdset is not None:
            props["filename"] = f"/dev/fdset/{image.fdset}"
    elif isinstance(source, BlockSource):
        cdrom = image.cdrom and image.format == "raw" and context.resources.is_host_cdrom(source.dev or "")
        props = {"driver": "host_cdrom" if cdrom else "host_device", "filename": source.dev}
    elif isinstance(source, DirSource):
        props = {"driver": "vvfat", "dir": source.dir, "floppy": image.floppy, "rw": not image.readonly}
    elif isinstance(source, NetworkSource):
        props = network_props(source, image.auth, image.storage_node, context.settings)
        if _by_librbd(image):
            secret = f"{image.format_node}-encryption-secret0"
            props["encrypt"] = {"format": image.encryption.format, "key-secret": secret}
    elif isinstance(source, NvmeSource):
        a = source.address
        device = f"{a.domain:04x}:{a.bus:02x}:{a.slot:02x}.{a.function:x}"
        props = {"driver": "nvme", "device": device, "namespace": source.namespace}
    else:
        raise VirtError(ErrorCode.INTERNAL_ERROR, "storage source has no usable type")
    driver = image.driver
    if props["driver"] in ("file", "host_device", "host_cdrom"):
        if source.reservations is not None:
            props["pr-manager"] = _pr_manager(image)
        if driver is not None and driver.io is not None and image.top:
            props["aio"] = driver.io
    props["node-name"] = image.storage_node
    _cache(props, image)
    if image.fdset is not None and len(context.resources.fd_group(source.fdgroup)) == 1:
        # A single descriptor cannot be opened anew for another access mode.
        props["read-only"] = image.readonly
    else:
        props["auto-read-only"] = True
    props["discard"] = (driver.discard if driver is not None and driver.discard else "unmap")
    return props


def _is_plain(image: Image) -> bool:
    """Raw without encryption: the format node itself can show a part of what is below."""
    return image.format == "raw" and image.encryption is None


def _by_librbd(image: Image) -> bool:
    return image.encryption is not None and image.encryption.engine == "librbd"


def _cache(props: Props, image: Image) -> None:
    mode = CACHE_MODES.get(image.cache or "")
    if mode is not None:
        props["cache"] = {"direct": mode[1], "no-flush": mode[2]}


def _format(image: Image, below: str, backing: Image | None) -> Props:
    driver = image.driver
    props: Props = {"node-name": image.format_node, "read-only": image.readonly}
    if image.top and driver is not None and driver.discard:
        props["discard"] = driver.discard
    if image.top and driver is not None and driver.detect_zeroes:
        # Unmapping needs permission to discard; without it zeroes are only detected.
        unmap = driver.detect_zeroes == "unmap" and driver.discard != "unmap"
        props["detect-zeroes"] = "on" if unmap else driver.detect_zeroes
    _cache(props, image)
    encryption = None if _by_librbd(image) else image.encryption
    secret = f"{image.format_node}-encryption-secret0"
    if encryption is not None and encryption.format == "luks" and image.format == "raw":
        props |= {"driver": "luks", "key-secret": secret}
    else:
        props["driver"] = {"fat": "raw", "iso": "raw", "dir": "raw"}.get(image.format, image.format)
        if encryption is not None and image.format == "qcow2":
            kind = "aes" if encryption.format == "qcow" else "luks"
            props["encrypt"] = {"format": kind, "key-secret": secret}
        if image.source.slices and _is_plain(image):
            part = image.source.slices[0]
            props |= {"offset": part.offset, "size": part.size}
        if image.format == "qcow2" and image.metadata_cache:
            props["cache-size"] = image.metadata_cache
    props["file"] = below
    if backing is not None:
        props["backing"] = backing.format_node
    elif image.ends_chain and image.format in WITH_BACKING:
        props["backing"] = None
    return props


def _add_objects(command: Command, image: Image, context: CommandContext) -> None:
    source, settings, node = image.source, context.settings, image.storage_node
    if source.reservations is not None and not source.reservations.managed:
        path = source.reservations.source.path
        command.object({"qom-type": "pr-manager-helper", "id": _pr_manager(image), "path": path})
    if isinstance(source, NetworkSource):
        auth = image.auth
        if auth is not None and auth.secret is not None:
            kind = getattr(auth.secret, "type", None) or "ceph"
            add_libvirt_secret(
                command, context, f"{node}-auth-secret0", uuid=auth.secret.uuid, usage=auth.secret.usage, kind=kind
            )
        if source.cookies:
            text = "; ".join(f"{cookie.name}={cookie.value}" for cookie in source.cookies)
            add_secret(command, context, f"{node}-httpcookie-secret0", text.encode())
    encryption = image.encryption
    if encryption is not None and encryption.secrets:
        secret = encryption.secrets[0]
        name = f"{image.format_node}-encryption-secret0"
        add_libvirt_secret(command, context, name, uuid=secret.uuid, usage=secret.usage, kind="volume")
    if isinstance(source, NetworkSource) and uses_tls(source, settings):
        nbd = source.protocol == "nbd"
        directory = settings.nbd_tls_x509_cert_dir if nbd else settings.vxhs_tls_x509_cert_dir
        uuid = settings.nbd_tls_x509_secret_uuid if nbd else settings.vxhs_tls_x509_secret_uuid
        add_tls(command, context, f"obj{node}_tls0", directory=directory or settings.default_tls_x509_cert_dir,
                server=False, verify=True, secret_uuid=uuid, secret_alias=f"{node}-tls-secret0")  # fmt: skip


def _add_fdset(command: Command, image: Image, context: CommandContext) -> None:
    if image.fdset is None:
        return
    for number, fd in enumerate(context.resources.fd_group(image.source.fdgroup)):
        command.pass_fd(fd)
        command.add("-add-fd", f"set={image.fdset},fd={fd},opaque={image.storage_node}{number}")


def add_image(command: Command, image: Image, context: CommandContext, backing: Image | None = None) -> str:
    """The nodes of one image; returns the name of its format node."""
    _add_objects(command, image, context)
    command.blockdev(_storage(image, context))
    below = image.storage_node
    if image.source.slices and not _is_plain(image):
        below = f"libvirt-{image.number}-slice-sto"
        part = image.source.slices[0]
        command.blockdev(
            {"driver": "raw", "node-name": below, "offset": part.offset, "size": part.size,
             "file": image.storage_node, "auto-read-only": True, "discard": "unmap"}
        )  # fmt: skip
    command.blockdev(_format(image, below, backing))
    return image.format_node


def add_chain(command: Command, disk: Any, images: list[Image], context: CommandContext) -> str:
    """All nodes of a disk, bottom first; returns the name of the node that the device uses."""
    for image in images:
        _add_fdset(command, image, context)
    below: Image | None = None
    for image in reversed(images):
        add_image(command, image, context, below)
        below = image
    node = images[0].format_node
    if disk.driver is not None and disk.driver.copy_on_read:
        filter_node = f"libvirt-CoR-{disk.target.dev}"
        command.blockdev({"driver": "copy-on-read", "node-name": filter_node, "file": node, "discard": "unmap"})
        return filter_node
    return node
