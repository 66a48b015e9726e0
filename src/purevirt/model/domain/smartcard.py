"""`<smartcard>`: a card reader whose cards are the host's (formatdomain.html, "Smartcard devices")."""

from __future__ import annotations

from typing import Literal
from xml.etree.ElementTree import Element as Node

from purevirt.model._engine import FormatContext, ParseContext, XmlError, attr, child, children, leaf, own_forms, write_element
from purevirt.model.domain.chardev import (
    BAD_TYPE,
    ChardevLog,
    ChardevProtocol,
    ChardevSource,
    ChardevType,
    check_source_nodes,
    normalise_sources,
)
from purevirt.model.domain.device import Device
from purevirt.model.schema_text import ABSOLUTE_DIRECTORY
from purevirt.types.override import override

SmartcardMode = Literal["host", "host-certificates", "passthrough"]


class Smartcard(Device, tag="smartcard"):
    """One reader: the host's own card, three certificates of the host, or a character device to elsewhere."""

    schema_hides = ("alias", "master")
    schema_cases = own_forms(
        {"mode": ("host",)},
        {"mode": ("host-certificates",), "certificates": "present", "database": "optional"},
        {"mode": ("passthrough",), "type": "present", "sources": "optional", "protocol": "optional", "log": "optional"},
    )

    mode: SmartcardMode = attr(SmartcardMode, required=True)
    type: ChardevType | None = attr(ChardevType, error=BAD_TYPE, doc="passthrough")
    certificates: list[str] = leaf(name="certificate", many=True)
    database: str | None = leaf(doc="an absolute directory; /etc/pki/nssdb when left out", rng=ABSOLUTE_DIRECTORY)
    sources: list[ChardevSource] = children(ChardevSource, keep=False)
    protocol: ChardevProtocol | None = child(ChardevProtocol)
    log: ChardevLog | None = child(ChardevLog)

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """As many sources as the type can use."""
        if self.mode == "passthrough":
            check_source_nodes(self.type, node)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Each mode has its own fields."""
        Device.after_parse(self, ctx)
        if self.mode == "host-certificates":
            if len(self.certificates) != 3:
                raise XmlError("host-certificates mode needs exactly three certificates")
            if self.database is not None and not self.database.startswith("/"):
                raise XmlError(f"expecting absolute path: {self.database}")
        else:
            self.certificates = []
            self.database = None
        if self.mode == "passthrough" and self.type is None:
            raise XmlError("passthrough mode requires a character device type attribute")
        if self.mode != "passthrough":
            self.type = None
        normalise_sources(self, self.type)

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """A pty's path belongs to the running guest alone."""
        sources = self.sources
        if self.type == "pty" and ctx.inactive:
            self.sources = []
        try:
            write_element(self, out, pad, ctx)
        finally:
            self.sources = sources
