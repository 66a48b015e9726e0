"""`<memory>` under `<devices>`: pluggable memory. All sizes are held in KiB."""

from __future__ import annotations

from typing import Literal

from purevirt.errors import ErrorCode
from purevirt.model._engine import (
    BITMAP,
    UINT,
    UUID,
    YES_NO,
    Element,
    ParseContext,
    Size,
    XmlError,
    attr,
    child,
    flag,
    leaf,
    own_forms,
)
from purevirt.model.domain.device import Device
from purevirt.model.schema_text import ABSOLUTE_PATH
from purevirt.types.override import override

MemoryModel = Literal["dimm", "nvdimm", "virtio-pmem", "virtio-mem", "sgx-epc"]
MemoryAccess = Literal["shared", "private"]


class MemorySource(Element, tag="source"):
    """Where the memory comes from: pages of the host (dimm, virtio-mem, sgx-epc) or a file (nvdimm, virtio-pmem)."""

    schema_cases = own_forms(
        {"pagesize": "optional", "nodemask": "optional"}, {"path": "present", "alignsize": "optional", "pmem": "optional"}
    )

    nodemask: frozenset[int] | None = leaf(BITMAP, omit=frozenset())
    pagesize: int | None = leaf(Size("KiB"), omit=0)
    path: str | None = leaf(rng=ABSOLUTE_PATH)
    alignsize: int | None = leaf(Size("KiB"), omit=0)
    pmem: bool = flag()


class MemoryLabel(Element, tag="label"):
    """The label area of an NVDIMM."""

    size: int | None = leaf(Size("KiB"), omit=0, needed=True)


class MemoryTarget(Element, tag="target"):
    """What the guest sees."""

    size: int = leaf(Size("KiB"), required=True)
    node: int | None = leaf(UINT, error="invalid value of memory device node")
    label: MemoryLabel | None = child(MemoryLabel)
    readonly: bool = flag()
    block: int | None = leaf(Size("KiB"), omit=0)
    requested: int | None = leaf(Size("KiB"), live="now")
    current: int | None = leaf(Size("KiB"), only="live")


class MemoryDevice(Device, tag="memory"):
    """A memory device."""

    model: MemoryModel = attr(MemoryModel, required=True, abi=True)
    access: MemoryAccess | None = attr(MemoryAccess, abi=True)
    discard: bool | None = attr(YES_NO, abi=True)
    uuid: str | None = leaf(UUID)
    source: MemorySource | None = child(MemorySource)
    target: MemoryTarget = child(MemoryTarget, required=True, missing="missing <target> element for <memory> device")

    FILE_BACKED = ("nvdimm", "virtio-pmem")

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Keep what this model has; a file-backed one must say which file."""
        super().after_parse(ctx)
        source = self.source
        if self.model in self.FILE_BACKED:
            if source is None or not source.path:
                raise XmlError(f"path is required for model '{self.model}'", ErrorCode.XML_DETAIL)
            source.nodemask = source.pagesize = None
        elif source is not None:
            source.path = source.alignsize = None
            source.pmem = False
        target = self.target
        if self.model == "virtio-pmem" and self.access is None:
            self.access = "shared"
        if self.model != "nvdimm":
            self.uuid = None
            target.label = None
            target.readonly = False
        if self.model != "virtio-mem":
            target.block = target.requested = target.current = None
