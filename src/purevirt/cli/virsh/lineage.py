"""Listing snapshots and checkpoints: from where, how deep, in which form. Both kinds are listed alike."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh.documents import parse
from purevirt.cli.virsh.tree import print_tree
from purevirt.errors import ErrorCode, VirtError

_NO_PARENT = (ErrorCode.NO_DOMAIN_SNAPSHOT, ErrorCode.NO_DOMAIN_CHECKPOINT)


def parent_name(item: Any) -> str | None:
    """The parent's name, None for a root."""
    try:
        return str(item.get_parent().get_name())
    except VirtError as error:
        if error.code in _NO_PARENT:
            return None
        raise


def creation_time(text: str | None) -> str:
    """Seconds since the epoch as local time."""
    return time.strftime("%Y-%m-%d %H:%M:%S %z", time.localtime(int(text or 0)))


def print_lineage(sh: Shell, a: Args, items: Sequence[Any], start: Any, *, with_state: bool, topological: bool) -> None:
    """The list as a tree, as names or as a table; `start` is the object the list began at, None for all roots."""
    found = list(items)
    if start is not None and a.flag("tree"):
        found.insert(0, start)
    if not topological:
        found.sort(key=lambda item: item.get_name().lower())
    names = [item.get_name() for item in found]
    if a.flag("tree"):
        first = start.get_name() if start is not None else None
        print_tree(sh, names, [None if name == first else parent_name(i) for name, i in zip(names, found, strict=True)])
        return
    if a.flag("name"):
        sh.write("".join(f"{name}\n" for name in names))
        return
    header = ["Name", "Creation Time"] + (["State"] if with_state else []) + (["Parent"] if a.flag("parent") else [])
    rows = []
    for item in found:
        tree = parse(item.get_xml_desc())
        row = [item.get_name(), creation_time(tree.findtext("creationTime"))]
        if with_state:
            row.append(tree.findtext("state") or "")
        if a.flag("parent"):
            row.append(parent_name(item) or "")
        rows.append(row)
    sh.out.table(header, rows)
