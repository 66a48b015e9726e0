"""The reference pages: the committed ones are those of the declarations, and they say what the declarations say."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from tools.gen_docs import pages

from purevirt.model._engine import NOW, UINT, YES_NO, Element, Size, attr, child, children, flag, leaf, raw, text
from purevirt.model._engine.reference import reference_page

ROOT = Path(__file__).resolve().parents[2]


def test_committed_pages_are_current() -> None:
    directory = ROOT / "docs" / "reference"
    committed = {path.name: path.read_text(encoding="utf-8") for path in directory.glob("*.md")}
    texts = pages()
    assert sorted(committed) == sorted(texts)
    assert not [name for name, page in texts.items() if committed[name] != page], "make docs"


class Part(Element, tag="part"):
    """A part.

    More of it.
    """

    id: int = attr(UINT, required=True)
    value: str | None = text()


class Whole(Element, tag="whole"):
    """All of it,
    on two lines."""

    schema_cases = ({"on": ("yes",), "size": "present"}, {"on": ("no", None), "size": "absent"})

    on: bool | None = attr(YES_NO, live=NOW)
    kind: str = attr(Literal["a", "b"], default="a", doc="this | that")
    size: int | None = leaf(Size("KiB"))
    empty: bool = flag()
    parts: list[Part] = children(Part, inside="parts")
    other: Part | None = child(Part, tag="other", needed=True)
    rest: object = raw()


def test_page() -> None:
    assert reference_page([Whole], "whole") == """# whole

Made from the declarations by `make docs`; do not edit.

## Whole

`<whole>`: All of it, on two lines.

| XML | field | value | notes |
|---|---|---|---|
| `@on` | `on` | yes, no | changes live |
| `@kind` | `kind` | a, b | this \\| that; default a |
| `<size>` | `size` | size in KiB |  |
| `<empty>` | `empty` | present or not |  |
| `<parts/part> *` | `parts` | Part |  |
| `<other>` | `other` | Part | required by the schema |
| `<rest>` | `rest` | any |  |

One of:

- `@on` yes; `<size>`
- `@on` no, nothing; no `<size>`

## Part

`<part>`: A part.

| XML | field | value | notes |
|---|---|---|---|
| `@id` | `id` | integer | required |
| `text` | `value` | text |  |
"""
