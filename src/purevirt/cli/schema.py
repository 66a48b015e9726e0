"""`purevirt schema KIND [--json]` prints the schema of a document kind; `--dir` the directory with the files of all kinds;
`--write DIR` writes them, named as libvirt names them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from purevirt.cli.schema_files import schema_directory, write_schemas
from purevirt.model._engine.json_schema import json_schema
from purevirt.model.documents import SCHEMAS, document_class, document_schema

_USAGE = "usage: purevirt schema KIND [--json] | --dir | --write DIR; kinds: {}\n"


def main() -> int:
    words = [a for a in sys.argv[1:] if a != "--json"]
    try:
        if words == ["--dir"]:
            sys.stdout.write(f"{schema_directory()}\n")
            return 0
        if len(words) == 2 and words[0] == "--write":
            write_schemas(Path(words[1]))
            return 0
    except OSError as error:
        sys.stderr.write(f"purevirt schema: {error.filename}: {error.strerror}\n")
        return 1
    if len(words) != 1 or words[0] not in SCHEMAS:
        sys.stderr.write(_USAGE.format(", ".join(SCHEMAS)))
        return 2
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps(json_schema(document_class(words[0])), indent=1) + "\n")
    else:
        sys.stdout.write(document_schema(words[0]))
    return 0
