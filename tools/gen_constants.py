"""Writes src/purevirt/types/constants.py from the frozen facts (run once per libvirt level; the result is committed).

    python tools/gen_constants.py ../shared/facts
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

HEAD = '''"""libvirt's public constants: enums and macros of libvirt 9.0.0 as plain ints and strs, in C spelling.

Written by tools/gen_constants.py from the facts and committed; `tests/unit/test_constants.py` compares both.
Each block names the C enum it comes from. Plain values, so that importing this module costs next to nothing.
"""

from __future__ import annotations

'''


def main() -> None:
    facts = json.loads((Path(sys.argv[1]) / "constants.json").read_text())
    lines: list[str] = []
    seen: set[str] = set()
    for library, content in facts["libraries"].items():
        for enum, body in content["enums"].items():
            lines.append(f"# {enum} ({library})")
            for name, value in {**body["members"], **body.get("sentinels", {})}.items():
                if name not in seen:
                    seen.add(name)
                    lines.append(f"{name} = {value}")
            lines.append("")
        for kind in ("macros_int", "macros_string"):
            lines.append(f"# {kind.replace('_', ' ')} ({library})")
            for name, value in content[kind].items():
                if name not in seen:
                    seen.add(name)
                    text = json.dumps(value, ensure_ascii=True)
                    lines.append(f"{name} = {text}")
            lines.append("")
    target = Path(__file__).parent.parent / "src/purevirt/types/constants.py"
    target.write_text(HEAD + "\n".join(lines).rstrip() + "\n")


main()
