"""docs/support.md: which driver serves which call, read from the drivers' own methods and the protocol's rows."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from purevirt.protocol import lxc, qemu, remote  # noqa: E402
from purevirt.protocol.rows import Program  # noqa: E402

PROGRAMS: tuple[Program, ...] = (remote.PROGRAM, qemu.PROGRAM, lxc.PROGRAM)
DRIVERS = ("qemu", "test", "secret")
TARGET = ROOT / "docs/support.md"
FACETS = {
    "": "Connection and host",
    "domain": "Domains",
    "network": "Networks",
    "interface": "Interfaces",
    "storage": "Storage",
    "nodedev": "Node devices",
    "nwfilter": "Network filters",
    "secret": "Secrets",
}


def coroutines(files: list[Path]) -> set[str]:
    """Names of the coroutine methods in those modules."""
    found: set[str] = set()
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.AsyncFunctionDef):
                found.add(node.name)
    return found


def served() -> dict[str, set[str]]:
    """Column → procedures."""
    source = ROOT / "src/purevirt"
    out = {name: coroutines(sorted((source / "drivers" / name).rglob("*.py"))) for name in DRIVERS}
    daemon = coroutines(sorted((source / "daemon").glob("*.py")))
    out["daemon"] = {name.removeprefix("do_") for name in daemon if name.startswith("do_")}
    events = ("network", "storage_pool", "node_device", "secret")
    out["daemon"] |= {f"connect_{kind}_event_{word}_any" for kind in events for word in ("register", "deregister")}
    return out


def page() -> str:
    """The text of docs/support.md."""
    columns = served()
    names = list(columns)
    lines = [
        "# Which driver serves which call",
        "",
        "Made by `make docs` (tools/gen_support.py) from the drivers' methods. A call that its driver does not serve answers "
        "VIR_ERR_NO_SUPPORT.",
        "`daemon`: answered by the daemon for every driver. A guest's driver leaves secrets to the secret driver.",
        "",
    ]
    totals = dict.fromkeys(names, 0)
    body: list[str] = []
    for facet, title in FACETS.items():
        rows = [(p, r) for p in PROGRAMS for r in p.calls if _facet(p, r.facet, r.name) == facet]
        if not rows:
            continue
        body += [f"## {title}", "", f"| call | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
        for program, row in sorted(rows, key=lambda pair: pair[1].function or pair[1].name):
            method = program.method_name(row)
            marks = ["•" if method in columns[name] else "" for name in names]
            for name, mark in zip(names, marks, strict=True):
                totals[name] += bool(mark)
            body.append(f"| {row.function or row.name} (`{method}`) | {' | '.join(marks)} |")
        body.append("")
    count = sum(1 for p in PROGRAMS for _ in p.calls)
    lines += [f"| of {count} calls | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    lines += [f"| served | {' | '.join(str(totals[name]) for name in names)} |", ""]
    return "\n".join([*lines, *body]).rstrip() + "\n"


def _facet(program: Program, facet: str, name: str) -> str:
    if facet in FACETS and facet:
        return facet
    return "domain" if name.startswith("domain_") or program.name == "lxc" else ""


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
