"""`<seclabel>`: under which security label the guest runs, and labels of single devices."""

from __future__ import annotations

from typing import Literal

from purevirt.errors import ErrorCode
from purevirt.model._engine import (
    LIVE,
    YES_NO,
    Element,
    FormatContext,
    ParseContext,
    XmlError,
    attr,
    leaf,
    write_element,
)
from purevirt.model.domain.blocks import text_or_none
from purevirt.types.override import override

SeclabelType = Literal["none", "dynamic", "static"]

_UNSUPPORTED = ErrorCode.CONFIG_UNSUPPORTED


class Seclabel(Element, tag="seclabel"):
    """The guest's label under one security model. Labels that the driver chose are live only."""

    schema_cases = (
        {"type": ("dynamic", None), "relabel": ("yes", None)},
        {"type": ("static",), "label": "present", "baselabel": "absent"},
        {"type": ("none",), "relabel": ("no", None), "label": "absent", "imagelabel": "absent", "baselabel": "absent"},
    )
    known_by = ("model",)

    type: SeclabelType | None = attr(SeclabelType)
    model: str | None = attr(parse=text_or_none)
    relabel: bool | None = attr(YES_NO)
    label: str | None = leaf(parse=text_or_none)
    imagelabel: str | None = leaf(parse=text_or_none, only=LIVE)
    baselabel: str | None = leaf(parse=text_or_none)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        kind = self.type
        if kind == "none" and self.relabel:
            raise XmlError("resource relabeling is not compatible with 'none' label type", _UNSUPPORTED)
        if kind == "dynamic" and self.relabel is False:
            raise XmlError("dynamic label type must use resource relabeling", _UNSUPPORTED)
        if kind == "static" and self.label is None:
            raise XmlError("security label is missing")
        if kind is not None and self.relabel is None:
            self.relabel = kind == "dynamic"
        if kind == "none" or (kind == "dynamic" and ctx.inactive):
            self.label = None
        if not self.relabel:
            self.imagelabel = None
        if kind != "dynamic":
            self.baselabel = None

    @override
    def shown(self, ctx: FormatContext) -> bool:
        """A label whose type is still open is not written."""
        return self.type is not None

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """A dynamic label is the driver's, so an inactive document leaves it out; "none" says no relabel."""
        shown = self
        if self.type == "none" or (self.type == "dynamic" and ctx.inactive):
            shown = self.copy()
            shown.label = None
            if self.type == "none":
                shown.relabel = None
        write_element(shown, out, pad, ctx)


def check_models(labels: list[Seclabel]) -> None:
    """At most one label per model, and a model with each when there are several."""
    seen: set[str | None] = set()
    for label in labels:
        if label.model in seen:
            text = f"seclabel for model {label.model or '(null)'} is already provided"
            raise XmlError(text, ErrorCode.XML_DETAIL)
        seen.add(label.model)
    if len(labels) > 1 and any(label.model is None for label in labels):
        raise XmlError("missing security model when using multiple labels")
