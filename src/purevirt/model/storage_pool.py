"""`<pool>`: storage pools of all types (formatstorage.html).

What a pool's `<source>` may hold depends on its type; `KINDS` is that table. A document read to define a pool (parse
context `inactive`) forgets what only a driver knows: sizes and free extents.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model._engine import (
    ULONG,
    UUID,
    YES_NO,
    Case,
    Element,
    FormatContext,
    Int,
    ParseContext,
    Size,
    XmlError,
    attr,
    child,
    children,
    choice,
    leaf,
    own_forms,
    write_element,
)
from purevirt.model.schema_text import (
    ABSOLUTE_DIRECTORY,
    ABSOLUTE_PATH,
    ANY_PATH,
    GENERIC_NAME,
    IP_OR_DNS_NAME,
    OBJECT_NAME,
    PORT,
    POSITIVE,
    either,
    matching,
)
from purevirt.model.storage_encryption import open_close
from purevirt.model.storage_network import Initiator, PoolAuth
from purevirt.model.storage_permissions import Permissions, sanitize_path
from purevirt.model.storage_source import HostPciAddress
from purevirt.types.override import override

PoolType = Literal[
    "dir", "fs", "netfs", "logical", "disk", "iscsi", "iscsi-direct", "scsi", "mpath", "rbd", "sheepdog", "gluster", "zfs",
    "vstorage",
]  # fmt: skip
FsFormat = Literal[
    "auto", "ext2", "ext3", "ext4", "ufs", "iso9660", "udf", "gfs", "gfs2", "vfat", "hfs+", "xfs", "ocfs2", "vmfs"
]
NetfsFormat = Literal["auto", "nfs", "glusterfs", "cifs"]
LogicalFormat = Literal["unknown", "lvm2"]
DiskFormat = Literal["unknown", "dos", "dvh", "gpt", "mac", "bsd", "pc98", "sun", "lvm2"]
RefreshAllocation = Literal["default", "capacity"]


@dataclass(frozen=True, slots=True)
class PoolKind:
    """What a pool type's source holds, its formats with the default first, and where its target comes from.

    `holds` names of: host, device, dir, adapter, name, iqn. `network` pools have no target. `target` is the directory
    in which the target path is the source's name.
    """

    holds: frozenset[str] = frozenset()
    formats: tuple[str, ...] = ()
    default_format: str | None = None
    network: bool = False
    target: str | None = None


def _kind(holds: str = "", formats: Any = None, default: str | None = None, **rest: Any) -> PoolKind:
    return PoolKind(frozenset(holds.split()), formats.__args__ if formats else (), default, **rest)


KINDS: dict[str, PoolKind] = {
    "dir": _kind(),
    "fs": _kind("device", FsFormat, "auto"),
    "netfs": _kind("host dir", NetfsFormat, "auto"),
    "logical": _kind("name device", LogicalFormat, "lvm2", target="/dev"),
    "disk": _kind("device", DiskFormat, "unknown"),
    "iscsi": _kind("host device iqn"),
    "iscsi-direct": _kind("host device iqn", network=True),
    "scsi": _kind("adapter"),
    "mpath": _kind(),
    "rbd": _kind("host name", network=True),
    "sheepdog": _kind("host name", network=True),
    "gluster": _kind("host dir name", network=True),
    "zfs": _kind("name device", target="/dev/zvol"),
    "vstorage": _kind("name"),
}


def _error(text: str, code: int = ErrorCode.XML_ERROR) -> XmlError:
    return XmlError(text, code, domain=ErrorDomain.STORAGE)


class CowFeature(Element, tag="cow"):
    """Whether new files of the pool are copied on write (btrfs)."""

    state: bool | None = attr(YES_NO, needed=True)


class PoolFeatures(Element, tag="features"):
    """What the pool's storage does by itself."""

    cow: CowFeature | None = child(CowFeature)


_IQN = matching(r"iqn\.[0-9]{4}-(0[1-9]|1[0-2])\.[a-zA-Z0-9\.\-]+(:.+)?")


class PoolHost(Element, tag="host"):
    """A server."""

    name: str = attr(required=True, missing="missing storage pool host name", rng=IP_OR_DNS_NAME)
    port: int | None = attr(Int(-(2**31), 2**31 - 1, "integer value"), omit=0, rng=PORT)


class FreeExtent(Element, tag="freeExtent"):
    """Unused bytes of a device."""

    start: int = attr(ULONG, required=True)
    end: int = attr(ULONG, required=True)


class PoolDevice(Element, tag="device"):
    """A block device or iSCSI target the pool is made of."""

    path: str = attr(
        required=True, missing="missing storage pool source device path", rng=either(ABSOLUTE_PATH, GENERIC_NAME, _IQN)
    )
    part_separator: bool | None = attr(YES_NO)
    free_extents: list[FreeExtent] = children(FreeExtent)


class PoolDir(Element, tag="dir"):
    """The directory on the server."""

    path: str | None = attr(needed=True, rng=ABSOLUTE_DIRECTORY)


class NamedItem(Element, tag="name"):
    """An element that is nothing but a name."""

    name: str | None = attr(needed=True)


class ParentAddress(Element, tag="parentaddr"):
    """A SCSI host found by the PCI address of its parent, so that its number may change."""

    unique_id: int = attr(
        Int(0, 2**32 - 1),
        required=True,
        missing="Missing or invalid scsi adapter 'unique_id' value",
        error="Missing or invalid scsi adapter 'unique_id' value",
        rng=POSITIVE,
        needed=False,
    )
    address: HostPciAddress = child(HostPciAddress, required=True, missing="Missing scsi_host PCI address element")


class WorldWideName:
    """Codec of a Fibre Channel name: 16 hexadecimal digits."""

    safe = True
    rng = '<data type="string"><param name="pattern">(0x)?[0-9a-fA-F]{16}</param></data>'

    def parse(self, value: str) -> str:
        """As it is, without a 0x; INTERNAL_ERROR when it is none."""
        digits = value.removeprefix("0x")
        if len(digits) != 16 or any(c not in "0123456789abcdefABCDEF" for c in digits):
            raise XmlError(f"Malformed wwn: {value}", ErrorCode.INTERNAL_ERROR, domain=ErrorDomain.NONE)
        return digits

    def format(self, value: str) -> str:
        """As it is."""
        return value


_WWN = WorldWideName()


class Adapter(Element, tag="adapter"):
    """The base of both adapter types; `TYPE` is the `type` attribute."""

    TYPE = ""


class ScsiHostAdapter(Adapter):
    """A SCSI host by name, or by its parent's address."""

    schema_cases = own_forms({"name": "present"}, {"parentaddr": "present"})

    TYPE = "scsi_host"

    name: str | None = attr()
    parentaddr: ParentAddress | None = child(ParentAddress, needed=False)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """One of the two."""
        if self.name is None and self.parentaddr is None:
            raise _error("Either 'name' or 'parent' must be specified for the 'scsi_host' adapter")
        if self.name is not None and self.parentaddr is not None:
            raise _error("Both 'name' and 'parent' cannot be specified for the 'scsi_host' adapter")


class FcHostAdapter(Adapter):
    """A virtual Fibre Channel host by its names, and the parent it is made on."""

    TYPE = "fc_host"

    parent: str | None = attr()
    parent_wwnn: str | None = attr(_WWN)
    parent_wwpn: str | None = attr(_WWN)
    parent_fabric_wwn: str | None = attr(_WWN)
    managed: bool | None = attr(YES_NO)
    wwnn: str | None = attr(_WWN, needed=True)
    wwpn: str | None = attr(_WWN, needed=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Both names, and both of the parent's or none."""
        if self.wwnn is None or self.wwpn is None:
            raise _error("'wwnn' and 'wwpn' must be specified for adapter type 'fchost'")
        if self.parent_wwnn is not None and self.parent_wwpn is None:
            raise _error(f"when providing parent_wwnn='{self.parent_wwnn}', the parent_wwpn must also be provided")
        if self.parent_wwnn is None and self.parent_wwpn is not None:
            raise _error(f"when providing parent_wwpn='{self.parent_wwpn}', the parent_wwnn must also be provided")


class OldAdapter(Adapter):
    """The adapter of old documents, which have no type: it can only be a name."""

    # The old spelling is that of a SCSI host without its type.
    schema_hides = ("type", "wwnn", "wwpn", "parent")
    schema_also = {"parentaddr": child(ParentAddress)}
    schema_cases = own_forms({"name": "present"}, {"parentaddr": "present"})

    type: str | None = attr()
    name: str | None = attr()
    wwnn: str | None = attr()
    wwpn: str | None = attr()
    parent: str | None = attr()

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Only a name can be said without a type."""
        if self.type is not None:
            detail = f"Invalid value for attribute 'type' in element 'adapter': '{self.type}'."
            raise XmlError(detail, domain=ErrorDomain.XML, hint="allowed: scsi_host, fc_host")
        if self.wwnn is not None or self.wwpn is not None or self.parent is not None:
            raise _error("Use of 'wwnn', 'wwpn', and 'parent' attributes requires use of the adapter 'type'")


ADAPTERS: Mapping[str | None, type[Adapter]] = {"scsi_host": ScsiHostAdapter, "fc_host": FcHostAdapter, None: OldAdapter}


class PoolFormat(Element, tag="format"):
    """How the source is formatted."""

    type: str | None = attr(needed=True)


class NfsProtocol(Element, tag="protocol"):
    """The NFS version to mount with."""

    ver: str | None = attr(needed=True)


class PoolSource(Element, tag="source"):
    """What the pool is made of; `KINDS` says what each type uses."""

    hosts: list[PoolHost] = children(PoolHost)
    devices: list[PoolDevice] = children(PoolDevice)
    dir: PoolDir | None = child(PoolDir)
    adapter: Adapter | None = choice("@type", ADAPTERS, tag="adapter")
    name: str | None = leaf()
    initiator: Initiator | None = child(Initiator)
    format: PoolFormat | None = child(PoolFormat)
    auth: PoolAuth | None = child(PoolAuth)
    protocol: NfsProtocol | None = child(NfsProtocol)
    vendor: NamedItem | None = child(NamedItem, tag="vendor")
    product: NamedItem | None = child(NamedItem, tag="product")

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """Always there, with an end tag."""
        mark = len(out)
        write_element(self, out, pad, ctx)
        open_close(out, mark)


_VENDOR: Case = {"vendor": "optional", "product": "optional"}
_FS_FORMATS = (
    *("auto", "ext2", "ext3", "ext4", "ufs", "iso9660", "udf", "gfs", "gfs2", "vfat", "hfs+", "xfs", "ocfs2", "vmfs"),
)
_DISK_FORMATS = ("unknown", "dos", "dvh", "gpt", "mac", "bsd", "pc98", "sun", "lvm2")


def _form(types: tuple[str, ...], source: Case | None, target: Case | None, **more: str) -> Case:
    """One form of a pool: its source and target as the schema has them (None: neither may be said)."""
    sources: Case = {**{f.name: "absent" for f in PoolSource._fields if f.name not in (source or {})}, **(source or {})}
    return {
        "type": types,
        "source": sources if source is not None else {"." : "optional", **sources},
        "target": target if target is not None else "absent",
        **{name: more.get(name, "absent") for name in ("refresh", "mount_opts", "config_opts")},
        "name": more.get("name", "optional"),
    }


_THERE: Case = {".": "present"}
_WITH_PATH: Case = {".": "present", "path": "present"}


class PoolTarget(Element, tag="target"):
    """Where the pool's volumes appear on the host."""

    path: str | None = leaf(rng=ABSOLUTE_PATH)
    permissions: Permissions | None = child(Permissions)


class RefreshVolume(Element, tag="volume"):
    """How the allocation of volumes is found out."""

    allocation: RefreshAllocation | None = attr(
        RefreshAllocation,
        error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown storage pool volume refresh allocation type %s"),
    )


class PoolRefresh(Element, tag="refresh"):
    """Settings of a refresh."""

    volume: RefreshVolume | None = child(RefreshVolume)


class MountOption(Element, tag="fs:option"):
    """One option for mount(8)."""

    name: str = attr(required=True, missing="no fs mount option name specified")


class RbdOption(Element, tag="rbd:option"):
    """One librados setting."""

    name: str = attr(required=True, missing="no rbd option name specified")
    value: str = attr(required=True, missing="no rbd option value specified")


def _formats(*words: str) -> Case:
    return {"type": words}


_TARGET_NAME: Case = {".": "once", "path": _IQN, "part_separator": "absent", "free_extents": "absent"}
_MOUNTED = {"name": "present", "mount_opts": "optional"}
_POOL_FORMS = (
    _form(("dir",), _VENDOR, _WITH_PATH, name="present"),
    _form(("fs",), {**_THERE, "devices": "once", "format": _formats(*_FS_FORMATS), **_VENDOR}, _WITH_PATH, **_MOUNTED),
    _form(
        ("netfs",),
        {**_THERE, "hosts": "present", "dir": "present", "format": _formats("auto", "nfs"), "protocol": "optional", **_VENDOR},
        _WITH_PATH,
        **_MOUNTED,
    ),
    _form(
        ("netfs",),
        {
            **_THERE, "hosts": "present", "dir": {".": "present", "path": ANY_PATH},
            "format": {".": "present", **_formats("cifs", "glusterfs")}, **_VENDOR,
        },
        _WITH_PATH,
        **_MOUNTED,
    ),
    _form(
        ("logical",),
        {**_THERE, "name": "optional", "devices": "optional", "format": _formats("unknown", "lvm2"), **_VENDOR},
        _THERE,
    ),
    _form(
        ("disk",), {**_THERE, "devices": "once", "format": _formats(*_DISK_FORMATS), **_VENDOR}, _WITH_PATH, name="present"
    ),
    _form(
        ("iscsi",),
        {**_THERE, "hosts": "present", "devices": "once", "initiator": "optional", "auth": "optional", **_VENDOR},
        _WITH_PATH,
        name="present",
    ),
    _form(
        ("iscsi-direct",),
        {**_THERE, "hosts": "present", "devices": _TARGET_NAME, "initiator": "present", "auth": "optional"},
        None,
        name="present",
    ),
    _form(("scsi",), {**_THERE, "adapter": "present", **_VENDOR}, _WITH_PATH, name="present"),
    _form(("mpath",), {}, _WITH_PATH, name="present"),
    _form(
        ("rbd",), {**_THERE, "name": "present", "hosts": "present", "auth": "optional"}, None, refresh="optional",
        config_opts="optional",
    ),
    _form(("sheepdog",), {**_THERE, "name": "present", "hosts": "present"}, None),
    _form(("gluster",), {**_THERE, "name": "present", "hosts": "present", "dir": "optional"}, None),
    _form(("zfs",), {**_THERE, "name": "present", "devices": "maybe"}, {"path": "present"}),
    _form(("vstorage",), {**_THERE, "name": "present"}, _WITH_PATH),
)
"""What the schema has of each type."""


class _ToldSize(Size):
    """A size that the driver tells: what stands in a definition is read past."""

    @override
    def parse_scaled(self, text: str, unit: str | None) -> int:
        """The size, 0 when it is none."""
        try:
            return super().parse_scaled(text, unit)
        except (ValueError, VirtError):
            return 0


class StoragePool(Element, tag="pool"):
    """One storage pool. Sizes are bytes."""

    schema_cases = _POOL_FORMS
    document = "storage_pool_definition"
    error_domain = ErrorDomain.STORAGE

    type: PoolType = attr(PoolType, required=True)
    xmlns_fs: str | None = attr(name="xmlns:fs")
    xmlns_rbd: str | None = attr(name="xmlns:rbd")
    name: str | None = leaf(rng=OBJECT_NAME)
    uuid: str | None = leaf(UUID, error="malformed uuid element")
    capacity: int = leaf(_ToldSize("bytes"), default=0)
    allocation: int = leaf(_ToldSize("bytes"), default=0)
    available: int = leaf(_ToldSize("bytes"), default=0)
    features: PoolFeatures | None = child(PoolFeatures)
    source: PoolSource = child(PoolSource, keep=True)
    target: PoolTarget | None = child(PoolTarget)
    refresh: PoolRefresh | None = child(PoolRefresh)
    mount_opts: list[MountOption] = children(MountOption, inside="fs:mount_opts")
    config_opts: list[RbdOption] = children(RbdOption, inside="rbd:config_opts")

    @property
    def kind(self) -> PoolKind:
        """What the type means."""
        return KINDS[self.type]

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Defaults of the type, and what it cannot be without."""
        if ctx.inactive:
            self.capacity = self.allocation = self.available = 0
        if self.source is None:
            self.source = PoolSource()
        self._complete_source(ctx)
        self._check_name()
        if self.features is not None and self.features.cow is not None and self.type not in ("fs", "dir"):
            raise _error("cow feature may only be used for 'fs' and 'dir' pools", ErrorCode.NO_SUPPORT)
        self._check_source()
        self._complete_target()
        if self.type not in ("fs", "netfs"):
            self.mount_opts = []
        if self.type != "rbd":
            self.config_opts = []
        self.xmlns_fs = "http://libvirt.org/schemas/storagepool/fs/1.0" if self.mount_opts else None
        self.xmlns_rbd = "http://libvirt.org/schemas/storagepool/rbd/1.0" if self.config_opts else None

    def _complete_source(self, ctx: ParseContext) -> None:
        source, kind = self.source, self.kind
        if kind.formats:
            word = (source.format.type if source.format else None) or kind.default_format
            if word not in kind.formats:
                raise _error(f"unknown pool format type {word}", ErrorCode.CONFIG_UNSUPPORTED)
            source.format = PoolFormat(type=word)
        else:
            source.format = None
        if source.auth is not None and source.auth.type in (None, "none"):
            raise _error("storage pool missing auth type", ErrorCode.CONFIG_UNSUPPORTED)
        for device in source.devices if ctx.inactive else []:
            device.free_extents = []
        if source.dir is not None and source.dir.path is not None:
            source.dir.path = sanitize_path(source.dir.path)
        if self.type == "gluster" and (source.dir is None or source.dir.path is None):
            source.dir = PoolDir(path="/")

    def _check_name(self) -> None:
        source = self.source
        if not self.name:
            self.name = source.name if "name" in self.kind.holds else None
        if not self.name:
            raise _error("missing pool source name element")
        if "/" in self.name:
            raise _error(f"name {self.name} cannot contain '/'")

    def _check_source(self) -> None:
        source, holds = self.source, self.kind.holds
        if "host" in holds and not source.hosts:
            raise _error("missing storage pool source host name")
        if "dir" in holds and (source.dir is None or source.dir.path is None):
            raise _error("missing storage pool source path")
        if self.type == "rbd" and not source.name:
            raise _error("element 'name' is mandatory for RBD pool")
        if "name" in holds and not source.name:
            source.name = self.name
        if isinstance(source.adapter, OldAdapter):
            name = source.adapter.name
            source.adapter = ScsiHostAdapter(name=name) if name is not None else None
        if "adapter" in holds and source.adapter is None:
            raise _error("missing storage pool source adapter")
        if self.type in ("fs", "disk") and not source.devices:
            raise _error("missing storage pool source device name")
        if self.type == "iscsi-direct" and (source.initiator is None or not _iqn(source.initiator)):
            raise _error("missing initiator IQN", ErrorCode.CONFIG_UNSUPPORTED)
        self._forget_unused()

    def _forget_unused(self) -> None:
        source, holds = self.source, self.kind.holds
        if "host" not in holds:
            source.hosts = []
        if "device" not in holds:
            source.devices = []
        if "dir" not in holds:
            source.dir = None
        if "adapter" not in holds:
            source.adapter = None
        if "name" not in holds:
            source.name = None
        if "iqn" not in holds:
            source.initiator = None

    def _complete_target(self) -> None:
        kind = self.kind
        if kind.network:
            self.target = None
            return
        if self.target is None:
            self.target = PoolTarget()
        if kind.target is not None:
            self.target.path = f"{kind.target}/{self.source.name}"
        elif not self.target.path:
            raise _error("missing storage pool target path")
        else:
            self.target.path = sanitize_path(self.target.path)


def _iqn(initiator: Initiator) -> str | None:
    return initiator.iqn.name if initiator.iqn is not None else None
