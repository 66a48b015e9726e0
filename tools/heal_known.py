"""Delete from tests/corpus/known.json the cases that pass now. Never adds any.  usage: heal_known.py CORPUS [SUITE…]"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from purevirt.testing.corpus import run_suite, suites

KNOWN = Path(__file__).parent.parent / "tests" / "corpus" / "known.json"


def main(corpus: Path, names: list[str]) -> None:
    known: dict[str, dict[str, str]] = json.loads(KNOWN.read_text(encoding="utf-8"))
    served = suites()
    for name in names or list(known):
        if not known.get(name):
            continue
        healed = [r.name for r in run_suite(name, served[name], corpus) if r.reason is None and r.name in known[name]]
        for case in healed:
            del known[name][case]
        print(name, len(healed), "healed,", len(known[name]), "left")
    left = {name: dict(sorted(cases.items())) for name, cases in sorted(known.items()) if cases}
    KNOWN.write_text(json.dumps(left, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
