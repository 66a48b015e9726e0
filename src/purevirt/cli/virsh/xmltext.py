"""An element as libxml2 writes it: double quotes, and the indentation it had in its document."""

from __future__ import annotations

from xml.etree.ElementTree import Element


def _text(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def _value(value: str) -> str:
    escaped = _text(value).replace('"', "&quot;")
    return escaped.replace("\n", "&#10;").replace("\t", "&#9;")


def node_text(element: Element) -> str:
    """The element with the white space inside it as it was read."""
    out: list[str] = []
    _write(element, out)
    return "".join(out)


def _write(element: Element, out: list[str]) -> None:
    out.append(f"<{element.tag}" + "".join(f' {name}="{_value(value)}"' for name, value in element.attrib.items()))
    if not len(element) and not element.text:
        out.append("/>")
        return
    out.append(">" + _text(element.text or ""))
    for child in element:
        _write(child, out)
        out.append(_text(child.tail or ""))
    out.append(f"</{element.tag}>")
