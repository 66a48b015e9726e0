"""`<domaincheckpoint>`: a moment since which changes of the disks are tracked (formatcheckpoint.html).

These documents are checked against their schema before they are read, as the reference does.
"""

from __future__ import annotations

import copy
import re
from typing import Literal
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode, ErrorDomain
from purevirt.model._engine import (
    LONG,
    ULONG,
    UUID,
    Element,
    FormatContext,
    ParseContext,
    XmlError,
    attr,
    child,
    children,
    choice,
    leaf,
    write_element,
)
from purevirt.model.domain.document import Domain
from purevirt.model.schema_text import DISK_NAME_OR_PATH, MOMENT_NAME, NOTHING
from purevirt.model.snapshot import DOMAIN_ARMS, MomentParent, UuidOnly
from purevirt.types.override import override

CheckpointMode = Literal["no", "bitmap"]
_NUMBER = re.compile(r"\s*\+?[0-9]+\s*")


def _error(text: str, code: int = ErrorCode.XML_ERROR) -> XmlError:
    return XmlError(text, code, domain=ErrorDomain.DOMAIN_CHECKPOINT)


class CheckpointParent(MomentParent, tag="parent"):
    """The checkpoint taken before."""

    name: str | None = leaf(rng=MOMENT_NAME, needed=True)


class CheckpointDisk(Element, tag="disk"):
    """Whether a disk's changes are tracked, and in which bitmap; `size` in bytes of what changed, when asked for."""

    schema_cases = (
        {"checkpoint": ("no",), "bitmap": "absent", "size": "absent"},
        {"checkpoint": ("bitmap", None)},
    )

    name: str = attr(required=True, rng=DISK_NAME_OR_PATH)
    checkpoint: CheckpointMode | None = attr(CheckpointMode)
    bitmap: str | None = attr()
    size: int | None = attr(ULONG)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A bitmap's name means tracking; the size is only ever told, never set."""
        if self.bitmap is not None and self.checkpoint is None:
            self.checkpoint = "bitmap"
        if ctx.redefine or ctx.inactive:
            self.size = None


class _NoDefinition(UuidOnly, tag="domain"):
    """Read as of snapshots; the schema has it of them alone."""

    uuid: str | None = leaf(UUID, rng=NOTHING, needed=True)


class DomainCheckpoint(Element, tag="domaincheckpoint"):
    """One checkpoint. `creation_time` is seconds since 1970."""

    document = "domain_checkpoint"
    error_domain = ErrorDomain.DOMAIN_CHECKPOINT
    validated = True

    name: str | None = leaf(rng=MOMENT_NAME)
    description: str | None = leaf()
    parent: MomentParent | None = child(CheckpointParent)
    creation_time: int | None = leaf(LONG, name="creationTime", omit=0, parse=lambda text: _time(text), rng=ULONG.rng)
    disks: list[CheckpointDisk] = children(CheckpointDisk, inside="disks", needed=True)
    domain: Domain | UuidOnly | None = choice("@type", {**DOMAIN_ARMS, None: _NoDefinition}, tag="domain")

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """What a description of an existing checkpoint must say."""
        if not ctx.redefine:
            return
        if not self.name:
            raise _error("a redefined checkpoint must have a name")
        if self.creation_time is None:
            raise _error("missing creationTime from existing checkpoint", ErrorCode.INTERNAL_ERROR)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A request says nothing of the past."""
        self.description = self.description or None
        if not ctx.redefine:
            self.parent = self.creation_time = self.domain = None
        if isinstance(self.domain, UuidOnly):
            self.domain = None

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """The definition inside is an inactive one. Extra `no_domain` leaves it out."""
        inner = copy.copy(ctx)
        inner.inactive = True
        twin = self
        if ctx.extra.get("no_domain") and self.domain is not None:
            twin = copy.copy(self)
            twin.domain = None
        write_element(twin, out, pad, inner)


def _time(text: str) -> int | None:
    return int(text) if _NUMBER.fullmatch(text) else None
