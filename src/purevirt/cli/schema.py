"""`purevirt schema KIND [--json]`: the schema of a document kind, from the declarations."""

from __future__ import annotations

import json
import sys

from purevirt.model._engine.json_schema import json_schema
from purevirt.model._engine.rng import relax_ng
from purevirt.model.documents import DOCUMENTS, document_class


def main() -> int:
    words = [a for a in sys.argv[1:] if a != "--json"]
    if len(words) != 1 or words[0] not in DOCUMENTS:
        sys.stderr.write(f"usage: purevirt schema KIND [--json]; kinds: {', '.join(DOCUMENTS)}\n")
        return 2
    cls = document_class(words[0])
    sys.stdout.write(json.dumps(json_schema(cls), indent=1) + "\n" if "--json" in sys.argv else relax_ng(cls))
    return 0
