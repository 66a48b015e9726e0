"""Write docs/reference/KIND.md, one page per document kind, and their index. usage: gen_docs.py [DIR]"""

from __future__ import annotations

import sys
from pathlib import Path

from purevirt.model._engine.reference import mentioned, reference_page, summary
from purevirt.model.documents import SCHEMAS, document_class, document_forms

HOLD_GUESTS = ("domainsnapshot", "domaincheckpoint", "domainbackup")
"""Kinds that are made of parts of the domain document; its page tells about those."""
OUT = Path(__file__).parent.parent / "docs" / "reference"


def pages() -> dict[str, str]:
    """File name → text."""
    guest = {cls: f"[{cls.__qualname__}](domain.md)" for cls in mentioned([document_class("domain")])}
    found = {}
    for kind in SCHEMAS:
        elsewhere = guest if kind in HOLD_GUESTS else {}
        found[f"{kind}.md"] = reference_page(document_forms(kind), kind, elsewhere)
    classes = {kind: document_class(kind) for kind in SCHEMAS}
    rows = [f"| [{kind}]({kind}.md) | `<{cls.tag}>` | {summary(cls)} |" for kind, cls in classes.items()]
    note = "Made from the declarations by `make docs`; do not edit."
    head = ["# Documents", "", note, "", "| kind | root | |", "|---|---|---|"]
    found["README.md"] = "\n".join([*head, *rows, ""])
    return found


def main(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    texts = pages()
    for old in set(out.glob("*.md")) - {out / name for name in texts}:
        old.unlink()
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8")
    print(f"{len(texts)} pages")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else OUT)
