"""`<disk>`: hard disks, CD-ROM and floppy drives, LUNs passed through, with backing chain and mirror.

formatdomain.html, "Hard drives, floppy disks, CDROMs". What the guest sees is in `target`, `model` and `address`; what the
host gives is in `source`, `driver` and the chain of `backing_store`.
"""

from __future__ import annotations

from typing import Literal

from purevirt.errors import ErrorCode
from purevirt.model._engine import (
    LIVE,
    ON_OFF,
    STATUS,
    UINT,
    ULONG,
    YES_NO,
    Element,
    Field,
    FormatContext,
    ParseContext,
    Size,
    When,
    XmlError,
    attr,
    child,
    children,
    choice,
    flag,
    leaf,
)
from purevirt.model.domain.device import BootDevice
from purevirt.model.domain.virtio import VirtioOptions
from purevirt.model.schema_text import (
    ABSOLUTE_PATH,
    DISK_NAME,
    GENERIC_NAME,
    OBJECT_NAME_OR_PATH,
    POSITIVE,
    WWN,
    matching,
    one_of,
    words,
)
from purevirt.model.storage_encryption import Encryption
from purevirt.model.storage_network import Auth
from purevirt.model.storage_source import (
    SOURCES,
    FileSource,
    NetworkSource,
    NodeName,
    SourcePrivateData,
    StorageFormat,
    StorageSource,
    StorageType,
)
from purevirt.types.override import override

DiskType = StorageType
DiskDeviceKind = Literal["disk", "cdrom", "floppy", "lun"]
DiskModel = Literal["virtio", "virtio-transitional", "virtio-non-transitional"]
DiskBus = Literal["ide", "fdc", "scsi", "virtio", "xen", "usb", "uml", "sata", "sd", "none"]
TrayStatus = Literal["closed", "open"]
SgioMode = Literal["default", "filtered", "unfiltered"]
SnapshotMode = Literal["no", "internal", "external", "manual"]
CacheMode = Literal["default", "none", "writethrough", "writeback", "directsync", "unsafe"]
ErrorPolicy = Literal["stop", "report", "ignore", "enospace"]
IoMode = Literal["native", "threads", "io_uring"]
DiscardMode = Literal["unmap", "ignore"]
DetectZeroes = Literal["off", "on", "unmap"]
GeometryTranslation = Literal["none", "auto", "lba"]
MirrorJob = Literal["copy", "active-commit"]
MirrorState = Literal["yes", "abort", "pivot"]


_INTEGER = '<data type="integer"/>'


class DriverFormat:
    """Codec of the image format named by a driver: the formats libvirt knows, and Xen's old `aio` for raw."""

    safe = True
    words = StorageFormat.__args__  # type: ignore[attr-defined]
    rng = one_of(*words)

    def parse(self, value: str) -> str:
        """The format; CONFIG_UNSUPPORTED with libvirt's text when unknown."""
        if value == "aio":
            return "raw"
        if value not in self.words:
            raise XmlError(f"unknown driver format value '{value}'", ErrorCode.CONFIG_UNSUPPORTED)
        return value

    def format(self, value: str) -> str:
        """As it is."""
        return value


class MetadataCache(Element, tag="metadata_cache"):
    """The image format's cache of its own tables, in bytes."""

    max_size: int | None = leaf(
        Size("bytes"), omit=0, error="Invalid value '%s' for element or attribute './metadata_cache/max_size'"
    )


class DiskDriver(VirtioOptions, tag="driver"):
    """How the hypervisor reads and writes the image."""

    name: str | None = attr(rng=GENERIC_NAME)
    type: StorageFormat | None = attr(DriverFormat(), rng=one_of(*DriverFormat.words, "aio"))
    cache: CacheMode | None = attr(CacheMode, omit="default")
    error_policy: ErrorPolicy | None = attr(ErrorPolicy)
    rerror_policy: ErrorPolicy | None = attr(ErrorPolicy, rng=words(ErrorPolicy, "enospace"))
    io: IoMode | None = attr(IoMode)
    ioeventfd: bool | None = attr(ON_OFF)
    event_idx: bool | None = attr(ON_OFF)
    copy_on_read: bool | None = attr(ON_OFF)
    discard: DiscardMode | None = attr(DiscardMode)
    iothread: int | None = attr(UINT, nonzero=True)
    detect_zeroes: DetectZeroes | None = attr(DetectZeroes)
    queues: int | None = attr(UINT, omit=0, rng=POSITIVE)
    queue_size: int | None = attr(UINT, omit=0, rng=POSITIVE)
    metadata_cache: MetadataCache | None = child(MetadataCache)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Reading cannot run out of space."""
        if self.rerror_policy == "enospace":
            raise XmlError("Invalid disk read error policy: 'enospace'", ErrorCode.CONFIG_UNSUPPORTED)


class ImageFormat(Element, tag="format"):
    """The format of a backing image or of a mirror."""

    type: str | None = attr(rng=DriverFormat.rng, needed=True)
    metadata_cache: MetadataCache | None = child(MetadataCache)


class BackingStore(Element, tag="backingStore"):
    """The image below; one without a type ends the chain: nothing is below, and nothing is to be looked for."""

    schema_cases = (
        {"type": (*StorageType.__args__, None), "format": "present"},  # type: ignore[attr-defined]
        dict.fromkeys(("type", "index", "format", "source", "backing_store"), "absent"),
    )

    type: StorageType | None = attr(StorageType, error="unknown storage source type '%s'")
    index: int | None = attr(UINT, only=LIVE, omit=0, rng=POSITIVE)
    format: ImageFormat | None = child(ImageFormat)
    source: StorageSource | None = choice("type", SOURCES, tag="source")
    backing_store: BackingStore | None = child(lambda: BackingStore, keep=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """An image has a format and a source."""
        if self.type is None:
            self.index = self.format = self.source = self.backing_store = None
            return
        if self.format is None or self.format.type is None:
            raise XmlError("missing disk backing store format")
        if self.format.type not in DriverFormat.words:
            raise XmlError(f"unknown storage source format '{self.format.type}'")
        if self.source is None:
            raise XmlError("missing disk backing store source")
        if isinstance(self.source, NetworkSource):
            self.source.settle_unit()


class Mirror(Element, tag="mirror"):
    """The target of a running copy or active commit; live documents only.

    `file` and `image_format` are the old spelling of a file target, still written beside the new one.
    """

    schema_cases = (
        {"file": "present", "image_format": one_of(*DriverFormat.words), "job": ("copy", None), "type": ("file", None)},
        {"file": "absent", "image_format": "absent", "job": "present"},
    )

    type: StorageType | None = attr(StorageType)
    file: str | None = attr(rng=ABSOLUTE_PATH)
    image_format: str | None = attr(name="format")
    job: MirrorJob = attr(MirrorJob, default="copy", error="unknown mirror job type '%s'")
    ready: MirrorState | None = attr(MirrorState, error="unknown mirror ready state %s")
    format: ImageFormat | None = child(ImageFormat)
    source: StorageSource | None = choice("type", SOURCES, tag="source")
    backing_store: BackingStore | None = child(BackingStore, keep=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Read the old spelling into the new one and keep both in step."""
        if self.type is None:
            if self.file is None:
                raise XmlError("mirror requires file element")
            self.type = "file"
            self.source = FileSource(file=self.file)
            if self.image_format is not None:
                self.format = ImageFormat(type=self.image_format)
        if self.source is None:
            raise XmlError("mirror requires source element")
        for name in (self.format.type if self.format else None, self.image_format):
            if name is not None and name not in DriverFormat.words:
                raise XmlError(f"unknown mirror format value '{name}'")
        old_style = self.type == "file" and self.job == "copy"
        self.file = self.source.path if old_style else None
        self.image_format = self.format.type if old_style and self.format is not None else None


class BackendDomain(Element, tag="backenddomain"):
    """The Xen domain that serves the disk."""

    name: str | None = attr(needed=True, rng=OBJECT_NAME_OR_PATH)


class Geometry(Element, tag="geometry"):
    """Cylinders, heads, sectors; nothing is said unless all three are."""

    cyls: int | None = attr(UINT, needed=True, rng=_INTEGER)
    heads: int | None = attr(UINT, needed=True, rng=_INTEGER)
    secs: int | None = attr(UINT, needed=True, rng=_INTEGER)
    trans: GeometryTranslation | None = attr(GeometryTranslation)

    @override
    def shown(self, ctx: FormatContext) -> bool:
        """Whether it says something."""
        return bool(self.cyls and self.heads and self.secs)


class BlockIo(Element, tag="blockio"):
    """Block sizes shown to the guest, in bytes."""

    logical_block_size: int | None = attr(UINT, omit=0, rng=_INTEGER)
    physical_block_size: int | None = attr(UINT, omit=0, rng=_INTEGER)


class DiskTarget(Element, tag="target"):
    """The name and bus under which the guest is to see the disk."""

    dev: str | None = attr(needed=True, rng=DISK_NAME)
    bus: DiskBus | None = attr(DiskBus, omit="none", rng=words(DiskBus, "none"))
    tray: TrayStatus | None = attr(TrayStatus, omit="closed")
    removable: bool | None = attr(ON_OFF)
    rotation_rate: int | None = attr(UINT, omit=0, rng=POSITIVE)


_LIMITS = [(what, suffix) for suffix in ("", "_max", "_max_length") for what in ("bytes_sec", "iops_sec")]


class IoTune(Element, tag="iotune"):
    """Limits in bytes/s and operations/s, their bursts (`_max`) and the bursts' length in seconds; 0 is no limit."""

    schema_either = tuple(
        ((f"total_{what}{suffix}",), (f"read_{what}{suffix}", f"write_{what}{suffix}")) for what, suffix in _LIMITS
    )

    total_bytes_sec: int | None = leaf(ULONG, omit=0, error="disk iotune field 'total_bytes_sec' must be an integer")
    read_bytes_sec: int | None = leaf(ULONG, omit=0, error="disk iotune field 'read_bytes_sec' must be an integer")
    write_bytes_sec: int | None = leaf(ULONG, omit=0, error="disk iotune field 'write_bytes_sec' must be an integer")
    total_iops_sec: int | None = leaf(ULONG, omit=0, error="disk iotune field 'total_iops_sec' must be an integer")
    read_iops_sec: int | None = leaf(ULONG, omit=0, error="disk iotune field 'read_iops_sec' must be an integer")
    write_iops_sec: int | None = leaf(ULONG, omit=0, error="disk iotune field 'write_iops_sec' must be an integer")
    total_bytes_sec_max: int | None = leaf(ULONG, omit=0, error="disk iotune field 'total_bytes_sec_max' must be an integer")
    read_bytes_sec_max: int | None = leaf(ULONG, omit=0, error="disk iotune field 'read_bytes_sec_max' must be an integer")
    write_bytes_sec_max: int | None = leaf(ULONG, omit=0, error="disk iotune field 'write_bytes_sec_max' must be an integer")
    total_iops_sec_max: int | None = leaf(ULONG, omit=0, error="disk iotune field 'total_iops_sec_max' must be an integer")
    read_iops_sec_max: int | None = leaf(ULONG, omit=0, error="disk iotune field 'read_iops_sec_max' must be an integer")
    write_iops_sec_max: int | None = leaf(ULONG, omit=0, error="disk iotune field 'write_iops_sec_max' must be an integer")
    size_iops_sec: int | None = leaf(ULONG, omit=0, error="disk iotune field 'size_iops_sec' must be an integer")
    group_name: str | None = leaf()
    total_bytes_sec_max_length: int | None = leaf(ULONG, omit=0)
    read_bytes_sec_max_length: int | None = leaf(ULONG, omit=0)
    write_bytes_sec_max_length: int | None = leaf(ULONG, omit=0)
    total_iops_sec_max_length: int | None = leaf(ULONG, omit=0)
    read_iops_sec_max_length: int | None = leaf(ULONG, omit=0)
    write_iops_sec_max_length: int | None = leaf(ULONG, omit=0)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A total excludes its parts."""
        for what, suffix in (("bytes_sec", ""), ("iops_sec", ""), ("bytes_sec", "_max"), ("iops_sec", "_max")):
            total = getattr(self, f"total_{what}{suffix}")
            if total and (getattr(self, f"read_{what}{suffix}") or getattr(self, f"write_{what}{suffix}")):
                raise XmlError(f"total and read/write {what}{suffix} cannot be set at the same time")


class Transient(Element, tag="transient"):
    """Changes are thrown away when the guest ends."""

    share_backing: bool | None = attr(YES_NO, name="shareBacking", omit=False)


class QomName(Element, tag="qom"):
    """The device's path in QEMU's object tree."""

    name: str | None = attr()


class DiskPrivateData(Element, tag="privateData"):
    """What the QEMU driver knows of a used disk; status files only."""

    qom: QomName | None = child(QomName)
    nodenames: list[NodeName] = children(NodeName, inside="nodenames")
    migration_source: MigrationSource | None = child(lambda: MigrationSource)


class MigrationSource(Element, tag="migrationSource"):
    """The NBD source a migrated disk is copied from while migration runs."""

    type: StorageType | None = attr(StorageType)
    format: str | None = attr()
    source: StorageSource | None = choice("type", SOURCES, tag="source")
    private_data: SourcePrivateData | None = child(SourcePrivateData)


class DiskSecretsPlacement(Element, tag="diskSecretsPlacement"):
    """That auth or encryption stood in the disk itself and not in its source, the way of old definitions."""

    auth: Literal["true", "false"] | None = attr()
    enc: Literal["true", "false"] | None = attr()


class Disk(BootDevice, tag="disk"):
    """One drive of the guest."""

    known_by = ("target.dev",)
    schema_cases = (
        {"device": ("lun",), "type": ("block", "network", "volume")},
        {"device": ("disk", "cdrom", "floppy", None), "rawio": "absent", "sgio": "absent"},
    )

    type: DiskType = attr(StorageType, default="file")
    device: DiskDeviceKind = attr(DiskDeviceKind, default="disk")
    model: DiskModel | None = attr(DiskModel)
    rawio: bool | None = attr(YES_NO)
    sgio: SgioMode | None = attr(SgioMode, rng=words(SgioMode, "default"))
    snapshot: SnapshotMode | None = attr(SnapshotMode)
    driver: DiskDriver | None = child(DiskDriver)
    auth: Auth | None = child(Auth)
    source: StorageSource | None = choice("type", SOURCES, tag="source")
    backing_store: BackingStore | None = child(BackingStore, keep=True)
    backenddomain: BackendDomain | None = child(BackendDomain)
    geometry: Geometry | None = child(Geometry)
    blockio: BlockIo | None = child(BlockIo)
    mirror: Mirror | None = child(Mirror, only=LIVE, live="now")
    target: DiskTarget | None = child(DiskTarget, needed=True)
    iotune: IoTune | None = child(IoTune, live="now")
    readonly: bool = flag()
    shareable: bool = flag()
    transient: Transient | None = child(Transient, keep=True)
    serial: str | None = leaf(rng=matching(r"[A-Za-z0-9_\.\+\- ]+"))
    wwn: str | None = leaf(rng=WWN)
    vendor: str | None = leaf(rng=matching("[ -~]{0,8}"))
    product: str | None = leaf(rng=matching("[ -~]{0,16}"))
    encryption: Encryption | None = child(Encryption)
    private_data: DiskPrivateData | None = child(DiskPrivateData, only=STATUS)
    secrets_placement: DiskSecretsPlacement | None = child(DiskSecretsPlacement, only=STATUS)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """What the disk's own text can say wrongly; an empty serial is none."""
        BootDevice.after_parse(self, ctx)
        self.serial = self.serial or None
        if self.source is None:
            self.type = "file"  # of what kind nothing is, is not kept
        self._check_twice()
        self._check_names()
        if isinstance(self.source, NetworkSource):
            self.source.settle_unit()
        readonly = self.readonly or self.device == "cdrom"
        if self.snapshot == "no" and readonly:
            self.snapshot = None

    def _check_twice(self) -> None:
        source = self.source
        if source is not None and self.auth is not None and source.auth is not None:
            raise XmlError("an <auth> definition already found for disk source", ErrorCode.CONFIG_UNSUPPORTED)
        if source is not None and self.encryption is not None and source.encryption is not None:
            raise XmlError("an <encryption> definition already found for disk source", ErrorCode.CONFIG_UNSUPPORTED)

    def _check_names(self) -> None:
        digits = (self.wwn or "").removeprefix("0x")
        if self.wwn is not None and (len(digits) != 16 or any(c not in "0123456789abcdefABCDEF" for c in digits)):
            raise XmlError(f"Malformed wwn: {self.wwn}", ErrorCode.INTERNAL_ERROR)
        for name, value in (("vendor", self.vendor), ("product", self.product)):
            if value is not None and not all(" " <= c <= "~" for c in value):
                raise XmlError(f"disk {name} is not printable string")

    @override
    def takes_effect(self, field: Field) -> When | None:
        """Media are changed while the guest looks on."""
        removable = self.device in ("cdrom", "floppy")
        return "now" if removable and field.name in ("source", "backing_store") else field.live

    @property
    def dev(self) -> str:
        """The target name ("vda"), by which every API call names the disk; empty when there is none."""
        return (self.target.dev if self.target is not None else None) or ""

    @property
    def bus(self) -> str | None:
        """The target's bus."""
        return self.target.bus if self.target is not None else None


# What only status files have stands behind the alias and the address that every device ends with.
Disk._fields = tuple(sorted(Disk._fields, key=lambda field: field.name in ("private_data", "secrets_placement")))
