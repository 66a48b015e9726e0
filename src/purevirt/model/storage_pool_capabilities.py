"""`<storagepoolCapabilities>`: which pool types a driver has, and their formats (formatstoragecaps.html)."""

from __future__ import annotations

from collections.abc import Container, Iterable

from purevirt.model._engine import YES_NO, Element, FormatContext, attr, child, children, leaf
from purevirt.model.domain.blocks import write_block
from purevirt.model.storage_pool import KINDS
from purevirt.model.storage_volume import FORMATS
from purevirt.types.override import override


class FormatChoice(Element, tag="enum"):
    """Formats that may be asked for."""

    name: str = attr(required=True)
    values: list[str] = leaf(name="value", many=True)

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        write_block(self, out, pad, ctx)


class DefaultFormat(Element, tag="defaultFormat"):
    """The format taken when none is given."""

    type: str = attr(required=True)


class PoolOptions(Element, tag="poolOptions"):
    """Formats of the pool itself."""

    default_format: DefaultFormat | None = child(DefaultFormat)
    enums: list[FormatChoice] = children(FormatChoice)


class VolumeOptions(Element, tag="volOptions"):
    """Formats of the pool's volumes."""

    default_format: DefaultFormat | None = child(DefaultFormat, needed=True)
    enums: list[FormatChoice] = children(FormatChoice)


class PoolCapabilities(Element, tag="pool"):
    """One pool type."""

    type: str = attr(required=True)
    supported: bool = attr(YES_NO, required=True)
    pool_options: PoolOptions | None = child(PoolOptions)
    vol_options: VolumeOptions | None = child(VolumeOptions)

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        write_block(self, out, pad, ctx)


class StoragePoolCapabilities(Element, tag="storagepoolCapabilities"):
    """All pool types that there are, supported by the driver or not."""

    document = "storage_pool_capabilities"

    pools: list[PoolCapabilities] = children(PoolCapabilities)


def pool_capabilities(supported: Container[str], types: Iterable[str] = tuple(KINDS)) -> StoragePoolCapabilities:
    """The document of a driver that has the `supported` pool types."""
    return StoragePoolCapabilities(pools=[_pool(kind, kind in supported) for kind in types])


def _pool(kind: str, supported: bool) -> PoolCapabilities:
    pool = PoolCapabilities(type=kind, supported=supported)
    formats, default = KINDS[kind].formats, KINDS[kind].default_format
    if formats and default is not None:
        pool.pool_options = PoolOptions(
            default_format=DefaultFormat(type=default), enums=[FormatChoice(name="sourceFormatType", values=list(formats))]
        )
    default, formats = FORMATS[kind]
    if kind in _IMAGE_POOLS and default is not None:
        values = list(formats) if formats[0] == "none" else ["none", *formats]
        if kind == "rbd":
            values = []
        pool.vol_options = VolumeOptions(
            default_format=DefaultFormat(type=default), enums=[FormatChoice(name="targetFormatType", values=values)]
        )
    return pool


_IMAGE_POOLS = ("dir", "fs", "netfs", "disk", "rbd", "gluster", "vstorage")
"""Types whose volumes have a format; RBD's is always raw, so its list of choices is empty."""
