"""What the parts of a node device document share: the device's name in their messages, and how numbers are read."""

from __future__ import annotations

from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode
from purevirt.model._engine import Element, FormatContext, ParseContext, XmlError, write_element
from purevirt.types.override import override

_NAME = "node_device_name"


def with_device(ctx: ParseContext, name: str) -> ParseContext:
    """The context for the capabilities of device `name`."""
    return ctx.replace(extra={**ctx.extra, _NAME: name})


def device_name(ctx: ParseContext) -> str:
    """The name of the device being read."""
    return str(ctx.extra.get(_NAME, ""))


def internal(text: str, ctx: ParseContext) -> XmlError:
    """INTERNAL_ERROR "TEXT for 'DEVICE'"."""
    return XmlError(f"{text} for '{device_name(ctx)}'", ErrorCode.INTERNAL_ERROR)


def unsupported(text: str, ctx: ParseContext) -> XmlError:
    """CONFIG_UNSUPPORTED "TEXT for 'DEVICE'"."""
    return XmlError(f"{text} for '{device_name(ctx)}'", ErrorCode.CONFIG_UNSUPPORTED)


def require_numbers(element: Element, node: Node, ctx: ParseContext, what: dict[str, str]) -> None:
    """Raise INTERNAL_ERROR for the first of the fields (name → what messages call it) that is absent or no number."""
    for tag, words in what.items():
        if getattr(element, tag.rstrip("_")) is None:
            given = node.findtext(tag)
            raise internal(f"{'no' if given is None else 'invalid'} {words} supplied", ctx)


class OpenElement(Element):
    """An element that is always written with an end tag."""

    schema_ordered = True

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """Never self-closed."""
        mark = len(out)
        write_element(self, out, pad, ctx)
        if len(out) == mark + 1 and out[mark].endswith("/>\n"):
            out[mark] = out[mark][:-3] + ">\n"
            out.append(f"{pad}</{self.tag}>\n")
