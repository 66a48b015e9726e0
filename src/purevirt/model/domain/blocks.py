"""Two layouts of libvirt's formatter that are not derived from declarations.

Some elements are written with a line for the closing tag even when they hold nothing (`<devices>`, `<kvm>`), and some
texts are written in the largest unit that divides them.
"""

from __future__ import annotations

from purevirt.model._engine import Element, FormatContext, write_element

_UNITS = ((2**60, "EiB"), (2**50, "PiB"), (2**40, "TiB"), (2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))


def write_block(element: Element, out: list[str], pad: str, ctx: FormatContext) -> None:
    """Write the element with an opening and a closing line, whatever it holds."""
    mark = len(out)
    write_element(element, out, pad, ctx)
    if len(out) == mark + 1 and out[mark].endswith("/>\n"):
        out[mark] = out[mark][:-3] + ">\n"
        out.append(f"{pad}</{element.tag}>\n")


def pretty_size(size: int) -> tuple[int, str]:
    """(value, unit) for a number of bytes, in the largest unit that divides it (virFormatIntPretty)."""
    for factor, unit in _UNITS:
        if size and size % factor == 0:
            return size // factor, unit
    return (0, "KiB") if size == 0 else (size, "bytes")


def text_or_none(text: str) -> str | None:
    """Text of an element that counts as absent when empty."""
    return text or None
