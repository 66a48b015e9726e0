"""`<domainsnapshot>`: a guest's state at a moment (formatsnapshot.html).

A request names what to take; a description (parse context `redefine`) also says when it was taken, from what definition
and in which state. `<active>` and `<cookie>` are the driver's own (context `internal`).
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Literal, Self
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode, ErrorDomain
from purevirt.model._engine import (
    LONG,
    UUID,
    Element,
    FormatContext,
    Int,
    ParseContext,
    XmlError,
    attr,
    child,
    children,
    choice,
    flag,
    leaf,
    write_element,
)
from purevirt.model.cpu import Cpu
from purevirt.model.domain.disk import DriverFormat, MetadataCache, SnapshotMode
from purevirt.model.domain.document import Domain, DomainType
from purevirt.model.schema_text import ABSOLUTE_PATH, DISK_NAME_OR_PATH, one_of
from purevirt.model.storage_source import SOURCES, FileSource, StorageSource, StorageType
from purevirt.types.override import override

MemorySnapshotMode = Literal["no", "internal", "external", "manual"]
SnapshotState = Literal[
    "running", "blocked", "paused", "shutdown", "shutoff", "crashed", "pmsuspended", "disk-snapshot"
]
_OFFLINE = ("shutoff", "disk-snapshot")


def _error(text: str, code: int = ErrorCode.XML_ERROR) -> XmlError:
    return XmlError(text, code, domain=ErrorDomain.DOMAIN_SNAPSHOT)


class MomentParent(Element, tag="parent"):
    """The snapshot or checkpoint taken before."""

    name: str | None = leaf(needed=True)


class SnapshotMemory(Element, tag="memory"):
    """Whether and where the guest's memory is kept."""

    schema_cases = (
        {"snapshot": ("no", "internal"), "file": "absent"},
        {"snapshot": ("external", None), "file": "present"},
    )

    snapshot: MemorySnapshotMode | None = attr(MemorySnapshotMode)
    file: str | None = attr(rng=ABSOLUTE_PATH)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A file goes with an external snapshot, and the other way round."""
        if self.snapshot == "manual":
            raise _error("'manual' memory snapshot mode not supported")
        if self.file is not None and self.snapshot not in (None, "external"):
            raise _error(f"memory filename '{self.file}' requires external snapshot")
        if self.file is None and self.snapshot == "external":
            raise _error("external memory snapshots require a filename")
        if self.file is not None:
            self.snapshot = "external"
            if not self.file.startswith("/"):
                raise _error(f"memory snapshot file path ({self.file}) must be absolute")


class SnapshotDriver(Element, tag="driver"):
    """The format of the new image on top."""

    type: str | None = attr(rng=one_of("cow", "qcow", "qcow2", "qed", "vmdk"))
    metadata_cache: MetadataCache | None = child(MetadataCache)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A known format."""
        if self.type is not None and self.type not in DriverFormat.words:
            raise _error(f"unknown disk snapshot driver '{self.type}'", ErrorCode.CONFIG_UNSUPPORTED)


_IMAGES: Mapping[str | None, type[StorageSource]] = {**SOURCES, None: FileSource}
"""An image is a file when nothing is said."""


class SnapshotDisk(Element, tag="disk"):
    """What happens to one disk."""

    schema_cases = (
        {"snapshot": ("no", "internal", "manual"), "type": "absent", "driver": "absent", "source": "absent"},
        {"snapshot": ("external", None), "type": ("file", None), "source": {"reservations": "absent", "fdgroup": "absent"}},
        {
            "snapshot": ("external", None),
            "type": ("block",),
            "source": {"dev": f"present{ABSOLUTE_PATH}", "reservations": "absent"},
        },
        {"snapshot": ("external", None), "type": ("network",), "source": "present", "driver": "absent"},
    )

    name: str = attr(
        required=True,
        missing=(ErrorCode.INTERNAL_ERROR, "missing name from disk snapshot element"),
        rng=DISK_NAME_OR_PATH,
    )
    snapshot: SnapshotMode | None = attr(SnapshotMode)
    type: StorageType | None = attr(StorageType)
    driver: SnapshotDriver | None = child(SnapshotDriver)
    source: StorageSource | None = choice("type", _IMAGES, tag="source", hides=("startup_policy",))

    @property
    def source_type(self) -> str:
        """The kind of storage of the new image."""
        return self.type or "file"

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A new image means an external snapshot; it has an absolute path."""
        if self.type not in (None, "file", "block", "network"):
            raise _error(f"unsupported disk snapshot type '{self.type}'")
        path = self.source.path if self.source is not None else None
        if self.snapshot is None and (path or (self.driver is not None and self.driver.type)):
            self.snapshot = "external"
        if path and self.source_type in ("file", "block") and not path.startswith("/"):
            raise _error(f"disk snapshot image path '{path}' must be absolute")
        self._settle_type()

    def _settle_type(self) -> None:
        said = self.source is not None and not self.source.is_empty
        if said or (self.driver is not None and self.driver.type is not None):
            self.type = self.type or "file"
        else:
            self.type = self.driver = self.source = None


class UuidOnly(Element, tag="domain"):
    """What very old snapshots know of their guest."""

    uuid: str | None = leaf(UUID, needed=True)


DOMAIN_ARMS: Mapping[str | None, type[Element]] = {
    None: UuidOnly,
    **dict.fromkeys(DomainType.__args__, Domain),  # type: ignore[attr-defined]
}
"""`<domain type=…>` is a whole definition, without a type it is a UUID."""


class InactiveDomain(Domain, tag="inactiveDomain"):
    """The definition the guest would have had at its next start."""


class SaveCookie(Element, tag="cookie"):
    """What the driver needs to bring the guest back: the CPU it really had, and its helpers."""

    cpu: Cpu | None = child(Cpu)
    slirp_helper: bool = flag(name="slirpHelper")


def _check_description(node: Node) -> None:
    if not node.findtext("name"):
        raise _error("a redefined snapshot must have a name")
    try:
        LONG.parse(node.findtext("creationTime") or "")
    except ValueError:
        raise _error("missing creationTime from existing snapshot", ErrorCode.INTERNAL_ERROR) from None
    state = node.findtext("state")
    if not state:
        raise _error("missing state from existing snapshot")
    if state not in SnapshotState.__args__:  # type: ignore[attr-defined]
        raise _error(f"Invalid state '{state}' in domain snapshot XML", ErrorCode.CONFIG_UNSUPPORTED)


class DomainSnapshot(Element, tag="domainsnapshot"):
    """One snapshot. `creation_time` is seconds since 1970. A state of None means: not said yet."""

    document = "domain_snapshot"
    error_domain = ErrorDomain.DOMAIN_SNAPSHOT

    name: str | None = leaf()
    description: str | None = leaf()
    state: str | None = leaf(rng=one_of(*(word for word in SnapshotState.__args__ if word != "pmsuspended")))  # type: ignore[attr-defined]
    parent: MomentParent | None = child(MomentParent)
    creation_time: int | None = leaf(
        LONG,
        name="creationTime",
        omit=0,
        error=(ErrorCode.INTERNAL_ERROR, "missing creationTime from existing snapshot"),
        rng="<text/>",
    )
    memory: SnapshotMemory | None = child(SnapshotMemory)
    disks: list[SnapshotDisk] = children(SnapshotDisk, inside="disks")
    domain: Domain | UuidOnly | None = choice("@type", DOMAIN_ARMS, tag="domain")
    inactive_domain: InactiveDomain | None = child(InactiveDomain)
    cookie: SaveCookie | None = child(SaveCookie, rng='<ref name="anyElements"/>')
    active: int | None = leaf(
        Int(-(2**31), 2**31 - 1), error="Could not find 'active' element", rng=one_of("0", "1")
    )

    @override
    @classmethod
    def from_node(cls, node: Node, ctx: ParseContext | None = None) -> Self:
        """What a description of an existing snapshot must say is looked for before anything else is read."""
        if ctx is not None and ctx.redefine:
            try:
                _check_description(node)
            except XmlError as error:
                error.node = node
                raise
        return super().from_node(node, ctx)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A request says nothing of the past; memory is kept of running guests alone."""
        self.name = self.name or None
        self.description = self.description or None
        if not ctx.redefine:
            self.state = self.parent = self.creation_time = self.domain = self.inactive_domain = None
        elif self.parent is not None and not self.parent.name:
            self.parent = None
        if self.memory is not None and self.memory.snapshot is None:
            self.memory = None
        offline = self.state in _OFFLINE
        if self.memory is None and ctx.redefine:
            self.memory = SnapshotMemory(snapshot="no" if offline else "internal")
        if offline and self.memory is not None and self.memory.snapshot != "no":
            raise _error("memory state cannot be saved with offline or disk-only snapshot")
        if not ctx.internal:
            self.active = None

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """The definitions inside are written as inactive ones; `<active>` is the driver's own."""
        inner = copy.copy(ctx)
        inner.inactive = True
        twin = self
        if not ctx.internal and self.active is not None:
            twin = copy.copy(self)
            twin.active = None
        write_element(twin, out, pad, inner)
