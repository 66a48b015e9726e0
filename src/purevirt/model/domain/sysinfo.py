"""`<sysinfo>`: SMBIOS strings and firmware configuration blobs that the guest sees."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Literal

from purevirt.errors import ErrorCode
from purevirt.model._engine import (
    UUID,
    Element,
    FormatContext,
    ParseContext,
    XmlError,
    attr,
    child,
    children,
    leaf,
    own_forms,
    text,
)
from purevirt.model._engine import write_element as _write
from purevirt.model.schema_text import one_of
from purevirt.types.override import override

SysinfoType = Literal["smbios", "fwcfg"]
_DATE = re.compile(r"\s*([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}|[0-9]{2})\Z")


class SysinfoEntry(Element, tag="entry"):
    """One string of a block; in fwcfg a blob given by value or by `file`."""

    schema_cases = own_forms({"file": "present"}, {"value": "optional"})

    name: str | None = attr(needed=True)
    file: str | None = attr()
    value: str | None = text()


class _Block(Element):
    """A block of named strings; unknown names are dropped, known ones are kept in libvirt's order."""

    NAMES: ClassVar[tuple[str, ...]] = ()

    entries: list[SysinfoEntry] = children(SysinfoEntry, needed=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        found = {entry.name: entry.value for entry in reversed(self.entries) if entry.value}
        self.entries = [SysinfoEntry(name=name, value=found[name]) for name in self.NAMES if name in found]

    def get(self, name: str) -> str | None:
        """The string of that name."""
        return next((entry.value for entry in self.entries if entry.name == name), None)


class SmbiosBios(_Block, tag="bios"):
    """Block 0: BIOS information."""

    NAMES = ("vendor", "version", "date", "release")

    entries: list[SysinfoEntry] = children(
        SysinfoEntry, needed=True, here={"name": one_of(*NAMES), "file": "absent"}
    )

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        super().after_parse(ctx)
        date = self.get("date")
        if date is not None and not _is_date(date):
            raise XmlError("Invalid BIOS 'date' format", ErrorCode.XML_DETAIL)


def _is_date(date: str) -> bool:
    """mm/dd/yyyy or mm/dd/yy, as SMBIOS wants it."""
    found = _DATE.match(date)
    if found is None:
        return False
    month, day, year = (int(part) for part in found.groups())
    return 1 <= month <= 12 and 1 <= day <= 31 and (0 <= year <= 99 or year >= 1900)


class SmbiosSystem(_Block, tag="system"):
    """Block 1: system information. The UUID must be the guest's own."""

    NAMES = ("manufacturer", "product", "version", "serial", "uuid", "sku", "family")

    entries: list[SysinfoEntry] = children(
        SysinfoEntry, needed=True, here={"name": one_of(*NAMES), "file": "absent"}
    )

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        super().after_parse(ctx)
        for entry in self.entries:
            if entry.name == "uuid":
                try:
                    entry.value = UUID.parse(entry.value or "")
                except ValueError:
                    raise XmlError("malformed <sysinfo> uuid element", ErrorCode.XML_DETAIL) from None


class SmbiosBaseBoard(_Block, tag="baseBoard"):
    """Block 2: base board information; may be repeated."""

    NAMES = ("manufacturer", "product", "version", "serial", "asset", "location")

    entries: list[SysinfoEntry] = children(
        SysinfoEntry, needed=True, here={"name": one_of(*NAMES), "file": "absent"}
    )


class SmbiosChassis(_Block, tag="chassis"):
    """Block 3: chassis information."""

    NAMES = ("manufacturer", "version", "serial", "asset", "sku")

    entries: list[SysinfoEntry] = children(
        SysinfoEntry, needed=True, here={"name": one_of(*NAMES), "file": "absent"}
    )


class OemStrings(Element, tag="oemStrings"):
    """Block 11: strings of the vendor's own meaning."""

    entries: list[str] = leaf(name="entry", many=True, needed=True)

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """An empty string is still written with both tags."""
        mark = len(out)
        _write(self, out, pad, ctx, keep=False)
        for index in range(mark, len(out)):
            if out[index].endswith("<entry/>\n"):
                out[index] = out[index].replace("<entry/>", "<entry></entry>")


class Sysinfo(Element, tag="sysinfo"):
    """One set of information for the guest's firmware. smbios uses the blocks, fwcfg the entries."""

    schema_cases = own_forms(
        {"type": ("smbios",), **dict.fromkeys(("bios", "system", "base_boards", "chassis", "oem_strings"), "optional")},
        {"type": ("fwcfg",), "entries": "optional"},
    )

    type: SysinfoType = attr(SysinfoType, required=True)
    bios: SmbiosBios | None = child(SmbiosBios)
    system: SmbiosSystem | None = child(SmbiosSystem)
    base_boards: list[SmbiosBaseBoard] = children(SmbiosBaseBoard, keep=False)
    chassis: SmbiosChassis | None = child(SmbiosChassis)
    oem_strings: OemStrings | None = child(OemStrings)
    entries: list[SysinfoEntry] = children(SysinfoEntry)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if self.type == "smbios":
            self.entries = []
            return
        self.bios = self.system = self.chassis = self.oem_strings = None
        self.base_boards = []
        for entry in self.entries:
            if not entry.name:
                raise XmlError("Firmware entry is missing 'name' attribute")
            if entry.file:
                entry.value = None
            elif not entry.value:
                raise XmlError("Firmware entry must have either value or 'file' attribute")


def entries_of(block: Any) -> dict[str, str]:
    """The strings of a block by name; empty for no block."""
    return {} if block is None else {entry.name: entry.value for entry in block.entries}
