"""A reference page per document, from the same declarations: every element and attribute, its values, when it applies."""

from __future__ import annotations

from purevirt.model._engine.codecs import Enum, Int, Size, as_codec
from purevirt.model._engine.element import ElementMeta
from purevirt.model._engine.fields import Field
from purevirt.model._engine.parse import arm_class, child_tag, element_class

_ONLY = {"live": "running guests only", "inactive": "definitions only", "status": "status files only"}


def reference_page(cls: ElementMeta, title: str) -> str:
    """Markdown: a section per class, in the order of first mention."""
    out = [f"# {title}", "", "Made from the declarations by `make docs`; do not edit.", ""]
    queue, seen = [cls], {cls}
    while queue:
        current = queue.pop(0)
        tag = str(current.tag)  # type: ignore[attr-defined]
        out += [f"## {current.__qualname__}: `<{tag}>`", ""]
        first = (current.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")
        out += [first, ""] if first else []
        rows = [_row(f) for f in current._fields]
        if rows:
            out += ["| XML | field | value | notes |", "|---|---|---|---|", *rows, ""]
        for f in current._fields:
            for inner in _classes(f):
                if inner not in seen:
                    seen.add(inner)
                    queue.append(inner)
    return "\n".join(out)


def _classes(field: Field) -> list[ElementMeta]:
    if field.arms is not None:
        return [c for arm in field.arms.values() if (c := arm_class(arm)) is not None]
    return [element_class(field)] if field.cls is not None else []


def _row(field: Field) -> str:
    notes = [field.doc] if field.doc else []
    notes += ["required"] if field.required else []
    notes += [_ONLY[field.only]] if field.only else []
    notes += ["secret"] if field.secret else []
    notes += [f"default {field.default}"] if field.default not in (None, False) else []
    if field.kind == "attr":
        xml = f"@{field.xml}"
    elif field.kind == "text":
        xml = "text"
    else:
        tag = child_tag(field) if field.cls is not None else field.xml
        xml = f"{field.inside}/{tag}" if field.inside else f"{tag or 'several'}"
        xml += " *" if field.many else ""
    value = _value(field).replace("|", "\\|")
    return f"| `{xml}` | `{field.name}` | {value} | {'; '.join(notes).replace('|', chr(92) + '|')} |"


def _value(field: Field) -> str:
    if field.kind in ("attr", "text", "leaf"):
        codec = as_codec(field.codec)
        if isinstance(codec, Enum):
            return ", ".join(codec.words)
        if isinstance(codec, Size):
            return f"size in {codec.unit}"
        if isinstance(codec, Int):
            return "integer"
        return "yes, no" if hasattr(codec, "yes") else "text"
    if field.kind == "flag":
        return "present or not"
    if field.kind == "raw":
        return "any"
    return ", ".join(c.__qualname__ for c in _classes(field))
