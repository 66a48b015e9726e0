"""A reference page per document, from the same declarations: every element and attribute, its values, when it applies."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from purevirt.model._engine.codecs import Enum, Int, Size, as_codec
from purevirt.model._engine.element import ElementMeta
from purevirt.model._engine.fields import Case, Field
from purevirt.model._engine.parse import arm_class, child_tag, element_class
from purevirt.model._engine.rng import also_known

_ONLY = {"live": "running guests only", "inactive": "definitions only", "status": "status files only"}
_LIVE = {"now": "changes live", "next": "changes at the next start", "never": "never changes"}


def reference_page(roots: Sequence[ElementMeta], title: str, elsewhere: Mapping[ElementMeta, str] | None = None) -> str:
    """Markdown: a section per class, in the order of first mention. Classes of one name are told apart by a number.

    `elsewhere` has links for classes that another page tells about.
    """
    known = elsewhere or {}
    classes = [cls for cls in mentioned(roots, known) if cls not in known]
    names = {**_names(classes), **known}
    out = [f"# {title}", "", "Made from the declarations by `make docs`; do not edit.", ""]
    for cls in classes:
        out += [f"## {names[cls]}", ""]
        tag = str(cls.tag)  # type: ignore[attr-defined]
        said = summary(cls)
        out += [f"`<{tag}>`: {said}" if tag and said else f"`<{tag}>`" if tag else said, ""]
        shown = [f for f in cls._fields if f.name not in cls.schema_hides]  # type: ignore[attr-defined]
        rows = [_row(f, names) for f in shown]
        rows += [
            f"| `{_xml(f)}` | | {_value(f, names)} | read past |"
            for f in also_known(cls)
            if all(f.name != own.name for own in shown)
        ]
        if rows:
            out += ["| XML | field | value | notes |", "|---|---|---|---|", *rows, ""]
        forms = [form for case in cls.schema_cases if (form := _form(case, cls))]  # type: ignore[attr-defined]
        if forms:
            out += ["One of:", "", *(f"- {form}" for form in forms), ""]
    return "\n".join(out).rstrip("\n") + "\n"


def summary(cls: ElementMeta) -> str:
    """The first paragraph of what a class says of itself, on one line."""
    first = (cls.__doc__ or "").strip().split("\n\n")[0]
    return " ".join(first.split())


def mentioned(roots: Iterable[ElementMeta], known: Container[ElementMeta] = ()) -> list[ElementMeta]:
    """Every class that documents can contain; what is in a `known` one is not looked for."""
    found = dict.fromkeys(roots)
    queue = list(found)
    while queue:
        current = queue.pop(0)
        for field in () if current in known else current._fields:
            for inner in _classes(field):
                if inner not in found:
                    found[inner] = None
                    queue.append(inner)
    return list(found)


def _names(classes: Iterable[ElementMeta]) -> dict[ElementMeta, str]:
    names: dict[ElementMeta, str] = {}
    for cls in classes:
        name, number = cls.__qualname__, 1
        while name in names.values():
            number += 1
            name = f"{cls.__qualname__} ({number})"
        names[cls] = name
    return names


def _classes(field: Field) -> list[ElementMeta]:
    if field.only == "status":
        return []
    if field.arms is not None:
        return list(dict.fromkeys(c for arm in field.arms.values() if (c := arm_class(arm)) is not None))
    return [element_class(field)] if field.cls is not None else []


def _row(field: Field, names: dict[ElementMeta, str]) -> str:
    notes = [field.doc] if field.doc else []
    notes += ["required"] if field.required else ["required by the schema"] if field.needed else []
    notes += [_ONLY[field.only]] if field.only else []
    notes += ["secret"] if field.secret else []
    notes += [f"default {_text(field, field.default)}"] if field.default not in (None, False) else []
    notes += [_LIVE[field.live]] if field.live else []
    cells = (f"`{_xml(field)}`", f"`{field.name}`", _value(field, names), "; ".join(notes))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _xml(field: Field) -> str:
    if field.kind == "attr":
        return f"@{field.xml}"
    if field.kind == "text":
        return "text"
    if field.arms is not None and field.on is None:
        tag = ", ".join(map(str, field.arms))
    else:
        tag = child_tag(field) if field.cls is not None else str(field.xml)
    within = f"{field.inside}/" if field.inside else ""
    return f"<{within}{tag}>{' *' if field.many else ''}"


def _text(field: Field, value: object) -> str:
    return as_codec(field.codec).format(value) if field.kind in ("attr", "text", "leaf") else str(value)


def _value(field: Field, names: dict[ElementMeta, str]) -> str:
    if field.kind in ("attr", "text", "leaf"):
        codec = as_codec(field.codec)
        if isinstance(codec, Enum):
            return ", ".join(codec.words)
        if isinstance(codec, Size):
            return f"size in {codec.unit}"
        if isinstance(codec, Int):
            return "integer"
        yes = getattr(codec, "yes", None)
        return f"{yes}, {codec.no}" if yes is not None else "text"  # type: ignore[attr-defined]
    if field.kind == "flag":
        return "present or not"
    if field.kind == "raw":
        return "any"
    return ", ".join(names.get(c, c.__qualname__) for c in _classes(field))


def _form(case: Case, cls: ElementMeta) -> str:
    fields = {f.name: f for f in (*cls._fields, *also_known(cls))}
    return "; ".join(_said(fields[name], said) for name, said in case.items())


def _said(field: Field, said: str | tuple[str | None, ...] | type | Case) -> str:
    xml = f"`{_xml(field)}`"
    if said == "absent":
        return f"no {xml}"
    if isinstance(said, type):
        return f"{xml} of its own form"
    if isinstance(said, Mapping):
        inner = {f.name: f for cls in reversed(_classes(field)) for f in cls._fields}
        return f"{xml} with {', '.join(_said(inner[name], its) for name, its in said.items() if name in inner)}"
    if isinstance(said, str):
        return {"optional": f"{xml} or not", "present": xml, "once": f"one {xml}", "maybe": f"at most one {xml}"}.get(
            said, f"{xml} of one form"
        )
    return f"{xml} {', '.join('nothing' if word is None else word for word in said)}"
