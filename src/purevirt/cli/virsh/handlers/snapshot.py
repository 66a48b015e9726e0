"""Snapshots of domains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.editor import edit_text
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup
from purevirt.cli.virsh.documents import escape, parse, print_xml
from purevirt.cli.virsh.files import read_text
from purevirt.cli.virsh.flags import collect
from purevirt.cli.virsh.handlers.itself import split_escaped
from purevirt.cli.virsh.lineage import parent_name, print_lineage
from purevirt.cli.virsh.lookup import complaining
from purevirt.errors import ErrorCode, VirtError
from purevirt.types import constants as c

if TYPE_CHECKING:
    from purevirt.client import Domain

_CREATE = {
    "redefine": c.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE,
    "current": c.VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT,
    "no-metadata": c.VIR_DOMAIN_SNAPSHOT_CREATE_NO_METADATA,
    "halt": c.VIR_DOMAIN_SNAPSHOT_CREATE_HALT,
    "disk-only": c.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY,
    "reuse-external": c.VIR_DOMAIN_SNAPSHOT_CREATE_REUSE_EXT,
    "quiesce": c.VIR_DOMAIN_SNAPSHOT_CREATE_QUIESCE,
    "atomic": c.VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC,
    "live": c.VIR_DOMAIN_SNAPSHOT_CREATE_LIVE,
    "validate": c.VIR_DOMAIN_SNAPSHOT_CREATE_VALIDATE,
}
_REDEFINE = c.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE
_CURRENT = c.VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT


def _create(sh: Shell, dom: Domain, xml: str, flags: int, source: str | None) -> None:
    try:
        snap = dom.snapshot_create_xml(xml, flags)
    except VirtError as error:
        halting = flags & c.VIR_DOMAIN_SNAPSHOT_CREATE_HALT
        if not halting or error.code not in (ErrorCode.NO_SUPPORT, ErrorCode.INVALID_ARG):
            raise
        if not dom.is_persistent():
            raise Failed("cannot halt after snapshot of transient domain") from None
        snap = dom.snapshot_create_xml(xml, flags & ~c.VIR_DOMAIN_SNAPSHOT_CREATE_HALT)
        dom.destroy()
    made = f" created from '{source}'" if source else " created"
    sh.extra(f"Domain snapshot {snap.get_name()}{made}")


def cmd_snapshot_create(sh: Shell, a: Args) -> None:
    flags = collect(a, _CREATE)
    dom = lookup.domain(sh, a)
    path = a.text("xmlfile")
    _create(sh, dom, read_text(path) if path is not None else "<domainsnapshot/>", flags, path)


def _memory_xml(spec: str) -> str:
    """<memory> from "[file=]name[,snapshot=type]"."""
    parts = split_escaped(spec)
    file: str | None = None
    kind: str | None = None
    for i, part in enumerate(parts):
        if part.startswith("snapshot=") and kind is None:
            kind = part[9:]
        elif part.startswith("file=") and file is None:
            file = part[5:]
        elif i == 0 and "=" not in part:
            file = part
        else:
            raise Failed(f"unable to parse memspec: {spec}")
    out = f" snapshot='{escape(kind)}'" if kind else ""
    return f"  <memory{out}" + (f" file='{escape(file)}'" if file else "") + "/>\n"


def _disk_xml(spec: str) -> str:
    """<disk> from "name[,snapshot=type][,driver=type][,stype=type][,file=name]"."""
    parts = split_escaped(spec)
    values: dict[str, str] = {}
    for part in parts[1:]:
        key, equals, value = part.partition("=")
        if not equals or key not in ("snapshot", "driver", "stype", "file") or key in values:
            raise Failed(f"unable to parse diskspec: {spec}")
        values[key] = value
    kind = values.get("stype")
    if kind is not None and kind not in ("file", "block"):
        raise Failed(f"Unknown storage type: '{kind}'", f"unable to parse diskspec: {spec}")
    head = f"    <disk name='{escape(parts[0])}'"
    if "snapshot" in values:
        head += f" snapshot='{escape(values['snapshot'])}'"
    if kind == "block":
        head += " type='block'"
    if "driver" not in values and "file" not in values:
        return head + "/>\n"
    inner = f"      <driver type='{escape(values['driver'])}'/>\n" if "driver" in values else ""
    if "file" in values:
        inner += f"      <source {'dev' if kind == 'block' else 'file'}='{escape(values['file'])}'/>\n"
    return f"{head}>\n{inner}    </disk>\n"


def cmd_snapshot_create_as(sh: Shell, a: Args) -> None:
    flags = collect(a, _CREATE)
    dom = lookup.domain(sh, a)
    out = ["<domainsnapshot>\n"]
    for option, tag in (("name", "name"), ("description", "description")):
        value = a.text(option)
        if value is not None:
            out.append(f"  <{tag}>{escape(value)}</{tag}>\n")
    memory = a.text("memspec")
    if memory is not None:
        out.append(_memory_xml(memory))
    disks = [_disk_xml(spec) for spec in a.words("diskspec")]
    if disks:
        out.append("  <disks>\n" + "".join(disks) + "  </disks>\n")
    xml = "".join(out) + "</domainsnapshot>\n"
    if a.flag("print-xml"):
        sh.write(xml + "\n")
        return
    _create(sh, dom, xml, flags, None)


def cmd_snapshot_current(sh: Shell, a: Args) -> None:
    secure = collect(a, {"security-info": c.VIR_DOMAIN_SNAPSHOT_XML_SECURE})
    dom = lookup.domain(sh, a)
    name = a.text("snapshotname")
    if name is not None:
        snap = dom.snapshot_lookup_by_name(name)
        xml = snap.get_xml_desc(c.VIR_DOMAIN_SNAPSHOT_XML_SECURE)
        dom.snapshot_create_xml(xml, _REDEFINE | _CURRENT)
        sh.extra(f"Snapshot {name} set as current")
        return
    if not dom.has_current_snapshot():
        raise Failed(f"domain '{a.raw('domain')}' has no current snapshot")
    snap = dom.snapshot_current()
    sh.write(snap.get_name() if a.flag("name") else snap.get_xml_desc(secure))


def cmd_snapshot_edit(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    snap, name = lookup.snapshot(dom, a, current=True)
    secure = c.VIR_DOMAIN_SNAPSHOT_XML_SECURE
    flags = _REDEFINE
    if a.flag("current") and a.given("snapshotname"):
        flags |= _CURRENT
    try:
        if snap.is_current():
            flags |= _CURRENT
    except VirtError:
        flags |= 0  # hosts without the question keep their current snapshot
    old = snap.get_xml_desc(secure)
    text = edit_text(old)
    if text == old:
        sh.extra(f"Snapshot {name} XML configuration not changed.\n")
        return
    edited = dom.snapshot_create_xml(text, flags)
    if edited.get_name() == name:
        sh.extra(f"Snapshot {name} edited.\n")
    elif a.flag("clone"):
        sh.extra(f"Snapshot {name} cloned to {edited.get_name()}.\n")
    elif not a.flag("rename"):
        edited.delete(c.VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY)
        raise Failed(f"Must use --rename or --clone to change {name} to {edited.get_name()}")
    else:
        with complaining(f"Failed to clean up {name}"):
            snap.delete(c.VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY)
        sh.extra(f"Snapshot {name} edited.\n")


def cmd_snapshot_info(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    snap, name = lookup.snapshot(dom, a, current=True)
    fields: list[tuple[str, object]] = [("Name:", name), ("Domain:", dom.get_name())]
    tree = parse(snap.get_xml_desc())
    fields.append(("Current:", "yes" if snap.is_current() else "no"))
    state = tree.findtext("state") or ""
    fields.append(("State:", state))
    external = state == "disk-snapshot" or any(
        element.get("snapshot") == "external" for path in ("memory", "disks/disk") for element in tree.iterfind(path)
    )
    fields.append(("Location:", "external" if external else "internal"))
    fields.append(("Parent:", parent_name(snap) or "-"))
    fields.append(("Children:", snap.num_children()))
    fields.append(("Descendants:", snap.num_children(c.VIR_DOMAIN_SNAPSHOT_LIST_DESCENDANTS)))
    fields.append(("Metadata:", "yes" if snap.has_metadata() else "no"))
    sh.out.fields(fields)


_LIST = {
    "leaves": c.VIR_DOMAIN_SNAPSHOT_LIST_LEAVES,
    "no-leaves": c.VIR_DOMAIN_SNAPSHOT_LIST_NO_LEAVES,
    "metadata": c.VIR_DOMAIN_SNAPSHOT_LIST_METADATA,
    "no-metadata": c.VIR_DOMAIN_SNAPSHOT_LIST_NO_METADATA,
    "inactive": c.VIR_DOMAIN_SNAPSHOT_LIST_INACTIVE,
    "active": c.VIR_DOMAIN_SNAPSHOT_LIST_ACTIVE,
    "disk-only": c.VIR_DOMAIN_SNAPSHOT_LIST_DISK_ONLY,
    "internal": c.VIR_DOMAIN_SNAPSHOT_LIST_INTERNAL,
    "external": c.VIR_DOMAIN_SNAPSHOT_LIST_EXTERNAL,
    "topological": c.VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL,
}


def cmd_snapshot_list(sh: Shell, a: Args) -> None:
    flags = collect(a, _LIST)
    dom = lookup.domain(sh, a)
    begins = a.given("from") or a.flag("current")
    if a.flag("descendants") and not begins:
        raise Failed("--descendants requires either --from or --current")
    start = lookup.snapshot(dom, a, "from", current=True)[0] if begins else None
    if start is None:
        flags |= collect(a, {"roots": c.VIR_DOMAIN_SNAPSHOT_LIST_ROOTS})
        found = dom.list_all_snapshots(flags)
    else:
        if a.flag("descendants") or a.flag("tree"):
            flags |= c.VIR_DOMAIN_SNAPSHOT_LIST_DESCENDANTS
        found = start.list_all_children(flags)
    print_lineage(sh, a, found, start, with_state=True, topological=a.flag("topological"))


def cmd_snapshot_dumpxml(sh: Shell, a: Args) -> bool:
    flags = collect(a, {"security-info": c.VIR_DOMAIN_SNAPSHOT_XML_SECURE})
    dom = lookup.domain(sh, a)
    return print_xml(sh, a, dom.snapshot_lookup_by_name(a.need("snapshotname")).get_xml_desc(flags))


def cmd_snapshot_parent(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    snap, name = lookup.snapshot(dom, a, current=True)
    parent = parent_name(snap)
    if parent is None:
        raise Failed(f"snapshot '{name}' has no parent")
    sh.write(parent)


def cmd_snapshot_revert(sh: Shell, a: Args) -> None:
    flags = collect(
        a,
        {
            "running": c.VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING,
            "paused": c.VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED,
            "reset-nvram": c.VIR_DOMAIN_SNAPSHOT_REVERT_RESET_NVRAM,
        },
    )
    dom = lookup.domain(sh, a)
    snap, name = lookup.snapshot(dom, a, current=True)
    with complaining(f"Failed to revert snapshot {name}"):
        try:
            snap.revert_to_snapshot(flags)
        except VirtError as error:
            if not a.flag("force") or error.code != ErrorCode.SNAPSHOT_REVERT_RISKY:
                raise
            snap.revert_to_snapshot(flags | c.VIR_DOMAIN_SNAPSHOT_REVERT_FORCE)
    sh.extra(f"Domain snapshot {name} reverted\n")


def cmd_snapshot_delete(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    snap, name = lookup.snapshot(dom, a, current=True)
    flags = collect(
        a,
        {
            "children": c.VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN,
            "children-only": c.VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY,
            "metadata": c.VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY,
        },
    )
    with complaining(f"Failed to delete snapshot {name}"):
        snap.delete(flags)
    sh.extra(f"Domain snapshot {name} {'children ' if a.flag('children-only') else ''}deleted\n")
