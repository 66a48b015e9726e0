"""`<domaincheckpoint>`: a moment since which changes of the disks are tracked (formatcheckpoint.html).

The reference checks these documents against its schema before it reads them; `_schema_error` says what that says.
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
from purevirt.model.schema_text import DISK_NAME_OR_PATH, MOMENT_NAME
from purevirt.model.snapshot import DOMAIN_ARMS, MomentParent, UuidOnly
from purevirt.types.override import override

CheckpointMode = Literal["no", "bitmap"]
_NAME = re.compile(r"[a-zA-Z0-9_\-][a-zA-Z0-9_\-.]*")
_DISK_NAME = re.compile(r"(ioemu:)?(fd|hd|sd|vd|xvd|ubd)[a-zA-Z0-9_]+|/.*")
_NUMBER = re.compile(r"\s*\+?[0-9]+\s*")


def _error(text: str, code: int = ErrorCode.XML_ERROR) -> XmlError:
    return XmlError(text, code, domain=ErrorDomain.DOMAIN_CHECKPOINT)


def _schema_error(node: Node, parent: str) -> XmlError:
    detail = (
        "Unable to validate doc against /usr/share/libvirt/schemas/domaincheckpoint.rng\n"
        f"Extra element {node.tag} in interleave\nElement {parent} failed to validate content\n"
    )
    return XmlError(detail, ErrorCode.XML_INVALID_SCHEMA, node=node, domain=ErrorDomain.XML)


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


def _disk_ok(disk: Node) -> bool:
    mode = disk.get("checkpoint")
    if not isinstance(disk.tag, str):
        return True
    if disk.tag != "disk" or not _DISK_NAME.fullmatch(disk.get("name", "")) or len(disk):
        return False
    if mode == "no":
        return not set(disk.attrib) - {"name", "checkpoint"}
    return mode in (None, "bitmap") and bool(_NUMBER.fullmatch(disk.get("size", "0")))


class DomainCheckpoint(Element, tag="domaincheckpoint"):
    """One checkpoint. `creation_time` is seconds since 1970."""

    document = "domain_checkpoint"
    error_domain = ErrorDomain.DOMAIN_CHECKPOINT

    name: str | None = leaf(rng=MOMENT_NAME)
    description: str | None = leaf()
    parent: MomentParent | None = child(MomentParent)
    creation_time: int | None = leaf(LONG, name="creationTime", omit=0, parse=lambda text: _time(text))
    disks: list[CheckpointDisk] = children(CheckpointDisk, inside="disks")
    domain: Domain | UuidOnly | None = choice("@type", DOMAIN_ARMS, tag="domain")

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """What the schema demands, then what a description of an existing checkpoint must say."""
        for part in node:
            self._check_part(part)
        if not ctx.redefine:
            return
        if not self.name:
            raise _error("a redefined checkpoint must have a name")
        if self.creation_time is None:
            raise _error("missing creationTime from existing checkpoint", ErrorCode.INTERNAL_ERROR)

    def _check_part(self, part: Node) -> None:
        good = True
        if part.tag == "name":
            good = bool(_NAME.fullmatch(part.text or ""))
        elif part.tag == "creationTime":
            good = bool(_NUMBER.fullmatch(part.text or ""))
        elif part.tag == "parent":
            good = bool(_NAME.fullmatch(part.findtext("name", "")))
        elif part.tag == "disks":
            good = part.find("disk") is not None and all(_disk_ok(disk) for disk in part)
        elif isinstance(part.tag, str):
            good = part.tag in ("description", "domain")
        if not good:
            raise _schema_error(part, self.tag)

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
