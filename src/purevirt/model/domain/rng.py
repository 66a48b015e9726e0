"""`<rng>`: a random number generator for the guest (formatdomain.html, "Random number generator device")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode
from purevirt.model._engine import UINT, Element, FormatContext, ParseContext, XmlError, attr, child, children, choice, text
from purevirt.model._engine.element import write_element
from purevirt.model.domain.chardev import (
    ChardevLog,
    ChardevProtocol,
    ChardevSource,
    ChardevType,
    check_source_nodes,
    normalise_sources,
)
from purevirt.model.domain.device import Device
from purevirt.model.domain.virtio import VirtioDriver, VirtioModel
from purevirt.model.schema_text import ABSOLUTE_PATH, POSITIVE
from purevirt.model.storage_encryption import open_close
from purevirt.types.override import override

RngBackendModel = Literal["random", "egd", "builtin"]


class RngRate(Element, tag="rate"):
    """At most `bytes` in `period` milliseconds (a second when left out)."""

    bytes: int | None = attr(UINT, error="invalid RNG rate bytes value", needed=True, rng=POSITIVE)
    period: int | None = attr(UINT, omit=0, error="invalid RNG rate period value", rng=POSITIVE)

    @override
    def shown(self, ctx: FormatContext) -> bool:
        """A rate of nothing is no rate."""
        return bool(self.bytes)


class RngBackend(Element, tag="backend"):
    """The base of all backends; `MODEL` is their `model` attribute."""

    MODEL = ""


class RandomBackend(RngBackend):
    """A device file of the host."""

    MODEL = "random"

    path: str | None = text(rng=ABSOLUTE_PATH)


class BuiltinBackend(RngBackend):
    """The hypervisor's own generator."""

    MODEL = "builtin"


class EgdBackend(RngBackend):
    """An entropy daemon at the end of a character device."""

    MODEL = "egd"

    type: ChardevType = attr(
        ChardevType,
        required=True,
        missing="missing EGD backend type",
        error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown backend type '%s' for egd"),
    )
    sources: list[ChardevSource] = children(ChardevSource, keep=False)
    protocol: ChardevProtocol | None = child(ChardevProtocol)
    log: ChardevLog | None = child(ChardevLog)

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """As many sources as the type can use."""
        check_source_nodes(self.type, node)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Keep what the type uses."""
        normalise_sources(self, self.type)

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """Always with an end tag; a pty's path belongs to the running guest alone."""
        mark = len(out)
        sources = self.sources
        if self.type == "pty" and ctx.inactive:
            self.sources = []
        try:
            write_element(self, out, pad, ctx)
        finally:
            self.sources = sources
        open_close(out, mark)


RNG_BACKENDS: Mapping[str | None, type[RngBackend]] = {cls.MODEL: cls for cls in (RandomBackend, EgdBackend, BuiltinBackend)}


class Rng(Device, tag="rng"):
    """One generator."""

    model: VirtioModel = attr(
        VirtioModel,
        required=True,
        missing="missing RNG device model",
        error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown RNG model '%s'"),
    )
    rate: RngRate | None = child(RngRate)
    backend: RngBackend | None = choice(
        "@model",
        RNG_BACKENDS,
        tag="backend",
        error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown RNG backend model '%s'"),
        missing="missing RNG device backend model",
        needed=True,
    )
    driver: VirtioDriver | None = child(VirtioDriver)

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """Exactly one backend."""
        if len(node.findall("backend")) != 1:
            raise XmlError("only one RNG backend is supported", node=node)
