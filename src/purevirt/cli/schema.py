"""`purevirt schema KIND [--json]` prints the schema of a document kind; `--write DIR` writes all, named as libvirt names them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from purevirt.model._engine.json_schema import json_schema
from purevirt.model.documents import SCHEMAS, document_class, document_schema

_USAGE = "usage: purevirt schema KIND [--json] | --write DIR; kinds: {}\n"


def main() -> int:
    words = [a for a in sys.argv[1:] if a != "--json"]
    if len(words) == 2 and words[0] == "--write":
        return write(Path(words[1]))
    if len(words) != 1 or words[0] not in SCHEMAS:
        sys.stderr.write(_USAGE.format(", ".join(SCHEMAS)))
        return 2
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps(json_schema(document_class(words[0])), indent=1) + "\n")
    else:
        sys.stdout.write(document_schema(words[0]))
    return 0


def write(directory: Path) -> int:
    """One file per kind (`domain.rng`, `network.rng`, …), each complete in itself. 1 when the directory cannot be written."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for kind in SCHEMAS:
            (directory / f"{kind}.rng").write_text(document_schema(kind), encoding="utf-8")
    except OSError as error:
        sys.stderr.write(f"purevirt schema: {error.filename}: {error.strerror}\n")
        return 1
    return 0
