"""A persistent definition: known by name and UUID from the start, read and parsed when first needed."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from purevirt.drivers.qemu.summary import Summary, summary_of
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.types.uuid import parse_uuid

if TYPE_CHECKING:
    from purevirt.model.domain.document import Domain
    from purevirt.types.typed_params import KeptParams

HEADER = """<!--
WARNING: THIS IS AN AUTO-GENERATED FILE. CHANGES TO IT ARE LIKELY TO BE
OVERWRITTEN AND LOST. Changes to this xml configuration should be made using:
  virsh edit {name}
or other application using the libvirt API.
-->

"""
"""What stands above every stored definition, as libvirt writes it."""

_KEPT = 64
"""Parsed documents of inactive guests that stay in memory; the others are parsed again when asked for."""

Parse = Callable[[str], "Domain"]


class Definition:
    """One definition. `text` is the formatted inactive document with its secrets; `document()` parses it once.

    Documents obtained here are shared: copy before changing one.
    """

    __slots__ = ("__weakref__", "_memory", "_parse", "_path", "_summary", "_text", "stats", "texts")

    def __init__(self, memory: ParsedMemory, parse: Parse, text: str | None, path: Path | None = None) -> None:
        self._memory = memory
        self._parse = parse
        self._text = text
        self._path = path
        self.texts: dict[int, str] = {}
        """Formatted for clients, by VIR_DOMAIN_XML_* flags."""
        self.stats: tuple[object, KeptParams] | None = None
        """Statistics of the inactive guest, and what of them the definition does not decide: state, sizes of files."""
        self._summary: Summary | None = None

    @property
    def text(self) -> str:
        """The document as stored, without the header. OSError or VirtError when the file cannot be read any more."""
        if self._text is None:
            assert self._path is not None
            try:
                text = self._path.read_text(encoding="utf-8", errors="surrogateescape")
            except OSError as error:
                raise VirtError(
                    ErrorCode.INTERNAL_ERROR, f"cannot read {self._path}: {error.strerror}", ErrorDomain.QEMU
                ) from error
            self._text = text[text.index("<domain") :] if "<domain" in text else text
        return self._text

    def document(self) -> Domain:
        """The parsed document. VirtError when it is not valid (any more)."""
        known = self._memory.get(self)
        if known is None:
            known = self._parse(self.text)
            self._memory.put(self, known)
        return known

    def summary(self) -> Summary:
        """What lists and statistics ask of an inactive guest; the document is not kept for it. VirtError as `document`."""
        if self._summary is None:
            self._summary = summary_of(self.document())
        return self._summary

    def keep(self, document: Domain) -> None:
        """Remember what was parsed already."""
        self._memory.put(self, document)


class ParsedMemory:
    """The parsed documents that are held, the least recently used one goes first."""

    def __init__(self, limit: int = _KEPT) -> None:
        self._limit = limit
        self._held: OrderedDict[int, tuple[Definition, Domain]] = OrderedDict()

    def get(self, definition: Definition) -> Domain | None:
        held = self._held.get(id(definition))
        if held is None or held[0] is not definition:
            return None
        self._held.move_to_end(id(definition))
        return held[1]

    def put(self, definition: Definition, document: Domain) -> None:
        self._held[id(definition)] = (definition, document)
        self._held.move_to_end(id(definition))
        while len(self._held) > self._limit:
            self._held.popitem(last=False)

    def drop(self, definition: Definition) -> None:
        self._held.pop(id(definition), None)


_NAME = re.compile(rb"<name>([^<]*)</name>")
_UUID = re.compile(rb"<uuid>([^<]*)</uuid>")
_ENTITIES = {b"&lt;": b"<", b"&gt;": b">", b"&amp;": b"&", b"&quot;": b'"', b"&apos;": b"'"}


def read_index(path: Path) -> tuple[str, bytes]:
    """Name and UUID of a stored definition without parsing it. ValueError when they do not stand there."""
    with open(path, "rb", buffering=0) as file:
        data = file.read(4096)
    start = data.find(b"<domain")
    name, uuid = _NAME.search(data, max(start, 0)), _UUID.search(data, max(start, 0))
    if start < 0 or name is None or uuid is None:
        raise ValueError(f"{path}: no name or UUID near its head")
    raw = name.group(1)
    for entity, character in _ENTITIES.items():
        if b"&" in raw:
            raw = raw.replace(entity, character)
    return raw.decode("utf-8", "surrogateescape"), parse_uuid(uuid.group(1).decode())
