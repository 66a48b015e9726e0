"""`<volume>`: volumes of storage pools (formatstorage.html, "Storage volume XML").

Which formats a volume may have depends on its pool's type; `complete_for_pool` applies that. A document read to create a
volume (parse context `inactive`) forgets what only a driver knows: timestamps, extents, physical size.
"""

from __future__ import annotations

import re
from typing import Literal
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode, ErrorDomain
from purevirt.model._engine import ULONG, Element, ParseContext, Size, XmlError, attr, child, children, flag, leaf
from purevirt.model.schema_text import ABSOLUTE_PATH, VOLUME_NAME, matching, one_of, words
from purevirt.model.storage_encryption import Encryption
from purevirt.model.storage_permissions import Permissions, Timestamps
from purevirt.types.override import override

VolumeType = Literal["file", "block", "dir", "network", "netdir", "ploop"]
FileFormat = Literal[
    "raw", "dir", "bochs", "cloop", "dmg", "iso", "vpc", "vdi", "fat", "vhd", "ploop", "cow", "qcow", "qcow2", "qed", "vmdk"
]
PartitionFormat = Literal[
    "none", "linux", "fat16", "fat32", "linux-swap", "linux-lvm", "linux-raid", "extended"
]

_FILES: tuple[str, ...] = FileFormat.__args__  # type: ignore[attr-defined]
_PARTITIONS: tuple[str, ...] = PartitionFormat.__args__  # type: ignore[attr-defined]
FORMATS: dict[str, tuple[str | None, tuple[str, ...]]] = {
    "dir": ("raw", _FILES),
    "fs": ("raw", _FILES),
    "netfs": ("raw", _FILES),
    "rbd": ("raw", _FILES),
    "sheepdog": ("raw", _FILES),
    "gluster": ("raw", _FILES),
    "vstorage": ("raw", _FILES),
    "disk": ("none", _PARTITIONS),
    "iscsi": ("unknown", ()),
    "iscsi-direct": ("unknown", ()),
    "scsi": ("unknown", ()),
    "mpath": ("unknown", ()),
    "logical": (None, ()),
    "zfs": (None, ()),
}
"""By pool type: the default volume format (None: volumes have none) and the formats that may be asked for."""


def _error(text: str, code: int = ErrorCode.XML_ERROR) -> XmlError:
    return XmlError(text, code, domain=ErrorDomain.STORAGE)


class Extent(Element, tag="extent"):
    """Bytes of the device that belong to the volume."""

    start: int = attr(ULONG, required=True)
    end: int = attr(ULONG, required=True)


class VolumeDevice(Element, tag="device"):
    """A device the volume lies on."""

    path: str = attr(required=True, rng=ABSOLUTE_PATH)
    extents: list[Extent] = children(Extent)


class VolumeSource(Element, tag="source"):
    """Where on the pool's devices the volume lies; told by the driver."""

    devices: list[VolumeDevice] = children(VolumeDevice)


_OTHER_FORMATS = (
    *("unknown", "luks", "auto", "ext2", "ext3", "ext4", "ufs", "iso9660", "udf", "gfs", "gfs2", "vfat", "hfs+", "xfs", "ocfs2"),
    "vmfs",
)
"""What the schema knows beside the formats of files and partitions."""


class VolumeFormat(Element, tag="format"):
    """The format of the image or partition."""

    type: str | None = attr(needed=True, rng=one_of(*_FILES, *_PARTITIONS, *_OTHER_FORMATS))


class VolumeFeatures(Element, tag="features", empty=True):
    """Features of the image format."""

    lazy_refcounts: bool = flag()
    extended_l2: bool = flag()

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """Nothing unknown."""
        for feature in node:
            if isinstance(feature.tag, str) and feature.tag not in ("lazy_refcounts", "extended_l2"):
                raise XmlError(
                    f"unsupported feature {feature.tag}", ErrorCode.CONFIG_UNSUPPORTED, node=feature, domain=ErrorDomain.STORAGE
                )


class VolumeTarget(Element, tag="target"):
    """The volume as the host sees it."""

    path: str | None = leaf()
    format: VolumeFormat | None = child(VolumeFormat)
    permissions: Permissions | None = child(Permissions)
    timestamps: Timestamps | None = child(Timestamps)
    encryption: Encryption | None = child(Encryption)
    compat: str | None = leaf(rng=matching(r"[0-9]+\.[0-9]+"))
    nocow: bool = flag()
    cluster_size: int | None = leaf(
        Size("B", "bytes"),
        name="clusterSize",
        omit=0,
        error="Invalid value '%s' for element or attribute './target/clusterSize'",
    )
    features: VolumeFeatures | None = child(VolumeFeatures, keep=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A version is two numbers; features need version 1.1."""
        self.path = self.path or None
        if self.features is not None and not self.compat:
            self.compat = "1.1"
        if self.compat is not None and not re.fullmatch(r"[0-9]+\.[0-9]+", self.compat):
            raise _error("forbidden characters in 'compat' attribute")
        if ctx.inactive:
            self.timestamps = None


class VolumeBacking(Element, tag="backingStore"):
    """The image below."""

    path: str | None = leaf(needed=True, rng=ABSOLUTE_PATH)
    format: VolumeFormat | None = child(VolumeFormat)
    permissions: Permissions | None = child(Permissions)
    timestamps: Timestamps | None = child(Timestamps)


class StorageVolume(Element, tag="volume"):
    """One volume. Sizes are bytes. In the parse context, `extra["no_capacity"]` allows a missing capacity (as the
    creation of a copy does) and `extra["optional_capacity"]` allows it where there is a backing image.
    """

    document = "storage_volume_definition"
    error_domain = ErrorDomain.STORAGE

    type: VolumeType = attr(
        VolumeType,
        default="file",
        error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown volume type '%s'"),
        rng=words(VolumeType, "ploop"),
    )
    name: str = leaf(required=True, missing="missing volume name element", rng=VOLUME_NAME)
    key: str | None = leaf()
    source: VolumeSource | None = child(VolumeSource)
    capacity: int | None = leaf(Size("bytes"), error="malformed capacity element")
    allocation: int | None = leaf(Size("bytes"), error="malformed capacity element")
    physical: int | None = leaf(Size("bytes"), omit=0)
    target: VolumeTarget = child(VolumeTarget, needed=True)
    backing_store: VolumeBacking | None = child(VolumeBacking)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Sizes, one standing for the other; without a path below there is no image below."""
        if not self.name:
            raise _error("missing volume name element")
        if self.target is None:
            self.target = VolumeTarget()
        if self.backing_store is not None and not self.backing_store.path:
            self.backing_store = None
        if self.capacity is None:
            optional = ctx.extra.get("optional_capacity") and self.backing_store is not None
            if not (ctx.extra.get("no_capacity") or optional):
                raise _error("missing capacity element")
            self.capacity = 0
        if self.allocation is None:
            self.allocation = self.capacity
        if ctx.inactive:
            self.physical = None
            self.source = None

    def complete_for_pool(self, pool_type: str) -> None:
        """The format a volume of such a pool has, asked for or by default; CONFIG_UNSUPPORTED when it cannot have it."""
        default, allowed = FORMATS[pool_type]
        for place in (self.target, self.backing_store):
            if place is None:
                continue
            asked = place.format.type if place.format is not None else None
            if not allowed or asked is None:
                asked = default
            elif asked not in allowed:
                raise _error(f"unknown volume format type {asked}", ErrorCode.CONFIG_UNSUPPORTED)
            place.format = VolumeFormat(type=asked) if asked is not None else None
