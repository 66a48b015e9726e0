"""Checkpoints of domains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.editor import edit_text
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup
from purevirt.cli.virsh.documents import escape, print_xml
from purevirt.cli.virsh.files import read_text
from purevirt.cli.virsh.flags import collect
from purevirt.cli.virsh.handlers.itself import split_escaped
from purevirt.cli.virsh.lineage import parent_name, print_lineage
from purevirt.cli.virsh.lookup import complaining
from purevirt.types import constants as c

if TYPE_CHECKING:
    from purevirt.client import Domain

_CREATE = {
    "redefine": c.VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE,
    "redefine-validate": c.VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE_VALIDATE,
    "quiesce": c.VIR_DOMAIN_CHECKPOINT_CREATE_QUIESCE,
}


def _create(sh: Shell, dom: Domain, xml: str, flags: int, source: str | None) -> None:
    made = dom.checkpoint_create_xml(xml, flags)
    sh.extra(f"Domain checkpoint {made.get_name()} created" + (f" from '{source}'" if source else ""))


def cmd_checkpoint_create(sh: Shell, a: Args) -> None:
    flags = collect(a, _CREATE)
    dom = lookup.domain(sh, a)
    path = a.text("xmlfile")
    _create(sh, dom, read_text(path) if path is not None else "<domaincheckpoint/>", flags, path)


def _disk_xml(spec: str) -> str:
    parts = split_escaped(spec)
    out = f"    <disk name='{escape(parts[0])}'"
    values: dict[str, str] = {}
    for part in parts[1:]:
        key, equals, value = part.partition("=")
        if not equals or key not in ("checkpoint", "bitmap") or key in values:
            raise Failed(f"unable to parse diskspec: {spec}")
        values[key] = value
    for key in ("checkpoint", "bitmap"):
        if key in values:
            out += f" {key}='{escape(values[key])}'"
    return out + "/>\n"


def cmd_checkpoint_create_as(sh: Shell, a: Args) -> None:
    flags = collect(a, _CREATE)
    dom = lookup.domain(sh, a)
    out = ["<domaincheckpoint>\n"]
    for tag in ("name", "description"):
        value = a.text(tag)
        if value is not None:
            out.append(f"  <{tag}>{escape(value)}</{tag}>\n")
    disks = [_disk_xml(spec) for spec in a.words("diskspec")]
    if disks:
        out.append("  <disks>\n" + "".join(disks) + "  </disks>\n")
    xml = "".join(out) + "</domaincheckpoint>\n"
    if a.flag("print-xml"):
        sh.write(xml + "\n")
        return
    _create(sh, dom, xml, flags, None)


def cmd_checkpoint_edit(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    point, name = lookup.checkpoint(dom, a)
    old = point.get_xml_desc(c.VIR_DOMAIN_CHECKPOINT_XML_SECURE)
    text = edit_text(old)
    if text == old:
        sh.extra(f"Checkpoint {name} XML configuration not changed.\n")
        return
    edited = dom.checkpoint_create_xml(text, c.VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE)
    if edited.get_name() != name:
        edited.delete(c.VIR_DOMAIN_CHECKPOINT_DELETE_METADATA_ONLY)
        raise Failed(f"Cannot rename checkpoint {name} to {edited.get_name()}")
    sh.extra(f"Checkpoint {name} edited.\n")


def cmd_checkpoint_info(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    point, name = lookup.checkpoint(dom, a)
    sh.out.fields(
        [
            ("Name:", name),
            ("Domain:", dom.get_name()),
            ("Parent:", parent_name(point) or "-"),
            ("Children:", len(point.list_all_children())),
            ("Descendants:", len(point.list_all_children(c.VIR_DOMAIN_CHECKPOINT_LIST_DESCENDANTS))),
        ]
    )


def cmd_checkpoint_list(sh: Shell, a: Args) -> None:
    flags = collect(
        a,
        {
            "leaves": c.VIR_DOMAIN_CHECKPOINT_LIST_LEAVES,
            "no-leaves": c.VIR_DOMAIN_CHECKPOINT_LIST_NO_LEAVES,
            "topological": c.VIR_DOMAIN_CHECKPOINT_LIST_TOPOLOGICAL,
        },
    )
    dom = lookup.domain(sh, a)
    if a.flag("descendants") and not a.given("from"):
        raise Failed("--descendants requires --from")
    start = lookup.checkpoint(dom, a, "from")[0] if a.given("from") else None
    if start is None:
        found = dom.list_all_checkpoints(flags | collect(a, {"roots": c.VIR_DOMAIN_CHECKPOINT_LIST_ROOTS}))
    else:
        if a.flag("descendants") or a.flag("tree"):
            flags |= c.VIR_DOMAIN_CHECKPOINT_LIST_DESCENDANTS
        found = start.list_all_children(flags)
    print_lineage(sh, a, found, start, with_state=False, topological=a.flag("topological"))


def cmd_checkpoint_dumpxml(sh: Shell, a: Args) -> bool:
    flags = collect(
        a,
        {
            "security-info": c.VIR_DOMAIN_CHECKPOINT_XML_SECURE,
            "no-domain": c.VIR_DOMAIN_CHECKPOINT_XML_NO_DOMAIN,
            "size": c.VIR_DOMAIN_CHECKPOINT_XML_SIZE,
        },
    )
    dom = lookup.domain(sh, a)
    return print_xml(sh, a, lookup.checkpoint(dom, a)[0].get_xml_desc(flags))


def cmd_checkpoint_parent(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    point, name = lookup.checkpoint(dom, a)
    parent = parent_name(point)
    if parent is None:
        raise Failed(f"checkpoint '{name}' has no parent")
    sh.write(parent)


def cmd_checkpoint_delete(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    point, name = lookup.checkpoint(dom, a)
    flags = collect(
        a,
        {
            "children": c.VIR_DOMAIN_CHECKPOINT_DELETE_CHILDREN,
            "children-only": c.VIR_DOMAIN_CHECKPOINT_DELETE_CHILDREN_ONLY,
            "metadata": c.VIR_DOMAIN_CHECKPOINT_DELETE_METADATA_ONLY,
        },
    )
    with complaining(f"Failed to delete checkpoint {name}"):
        point.delete(flags)
    sh.extra(f"Domain checkpoint {name} {'children ' if a.flag('children-only') else ''}deleted\n")
