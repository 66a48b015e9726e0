"""Objects and their parents drawn as a tree of text."""

from __future__ import annotations

from collections.abc import Sequence

from purevirt.cli.engine.shell import Shell


def print_tree(sh: Shell, names: Sequence[str], parents: Sequence[str | None]) -> None:
    """Each root with all below it; a name whose parent is not listed is no root and not shown."""
    children: dict[str | None, list[str]] = {}
    for name, parent in zip(names, parents, strict=True):
        children.setdefault(parent, []).append(name)
    for root in children.get(None, []):
        _node(sh, root, children, [])


def _node(sh: Shell, name: str, children: dict[str | None, list[str]], path: list[bool]) -> None:
    """`path`: for each level above, whether more of that level follow."""
    indent = "".join("  | " if more else "    " for more in path[:-1])
    if path:
        sh.write(f"{indent}  +- {name}\n")
    else:
        sh.write(f"{name}\n")
    below = children.get(name, [])
    lead = "".join("  | " if more else "    " for more in path)
    if below:
        sh.write(f"{lead}  |\n")
    for i, child in enumerate(below):
        _node(sh, child, children, [*path, i + 1 < len(below)])
    if not below and (not path or not path[-1]):
        sh.write(f"{lead}\n" if path else "\n")
