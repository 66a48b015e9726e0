"""`python -m purevirt.testing.corpus DIR [SUITE ...] [--json FILE] [--fails] [--case TEXT]`: what `make corpus` runs.

Prints `SUITE passed total` for each suite that the directory has and we know, then a total.
"""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path

from purevirt.testing.corpus.runner import Result, run_suite, suites


def main(arguments: list[str]) -> int:
    options = dict(itertools.pairwise(arguments))
    show_fails = "--fails" in arguments
    report = options.get("--json")
    only = options.get("--case")
    words = [a for a in arguments if not a.startswith("--") and a not in (report, only)]
    corpus = Path(words[0]) if words else Path("../shared/corpus")
    if not corpus.is_dir():
        print(f"no corpus directory at {corpus}", file=sys.stderr)
        return 2
    known = suites()
    wanted = words[1:] or sorted(s for s in known if (corpus / s / "manifest.json").exists())
    results: list[Result] = []
    for name in wanted:
        if name not in known or not (corpus / name / "manifest.json").exists():
            print(f"{name} 0 0 (not known here)" if name not in known else f"{name} 0 0 (not in {corpus})")
            continue
        mine = [r for r in run_suite(name, known[name], corpus) if only is None or only in r.name]
        results += mine
        print(f"{name} {sum(r.reason is None for r in mine)} {len(mine)}", flush=True)
        for r in mine if show_fails else []:
            if r.reason is not None:
                print(f"--- {name}: {r.name}\n{r.reason}")
    print(f"total {sum(r.reason is None for r in results)} {len(results)}")
    if report is not None:
        rows = [{"suite": r.suite, "name": r.name, "passed": r.reason is None, "reason": r.reason} for r in results]
        Path(report).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
