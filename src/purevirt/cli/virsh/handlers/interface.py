"""Network interfaces of the host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.editor import edit_object
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup
from purevirt.cli.virsh.documents import parse, print_xml
from purevirt.cli.virsh.files import read_text
from purevirt.cli.virsh.flags import collect
from purevirt.cli.virsh.lookup import complaining
from purevirt.errors import VirtError
from purevirt.types import constants as c

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def cmd_iface_begin(sh: Shell, a: Args) -> None:
    with complaining("Failed to begin network config change transaction"):
        sh.conn.interface_change_begin()
    sh.extra("Network config change transaction started\n")


def cmd_iface_commit(sh: Shell, a: Args) -> None:
    with complaining("Failed to commit network config change transaction"):
        sh.conn.interface_change_commit()
    sh.extra("Network config change transaction committed\n")


def cmd_iface_rollback(sh: Shell, a: Args) -> None:
    with complaining("Failed to rollback network config change transaction"):
        sh.conn.interface_change_rollback()
    sh.extra("Network config change transaction rolled back\n")


def cmd_iface_define(sh: Shell, a: Args) -> None:
    path = a.need("file")
    xml = read_text(path)
    with complaining(f"Failed to define interface from {path}"):
        found = sh.conn.interface_define_xml(xml, collect(a, {"validate": c.VIR_INTERFACE_DEFINE_VALIDATE}))
    sh.extra(f"Interface {found.get_name()} defined from {path}\n")


def cmd_iface_undefine(sh: Shell, a: Args) -> None:
    found, name = lookup.interface(sh, a), a.raw("interface")
    with complaining(f"Failed to undefine interface {name}"):
        found.undefine()
    sh.extra(f"Interface {name} undefined\n")


def cmd_iface_start(sh: Shell, a: Args) -> None:
    found, name = lookup.interface(sh, a), a.raw("interface")
    with complaining(f"Failed to start interface {name}"):
        found.create()
    sh.extra(f"Interface {name} started\n")


def cmd_iface_destroy(sh: Shell, a: Args) -> None:
    found, name = lookup.interface(sh, a), a.raw("interface")
    with complaining(f"Failed to destroy interface {name}"):
        found.destroy()
    sh.extra(f"Interface {name} destroyed\n")


def cmd_iface_dumpxml(sh: Shell, a: Args) -> bool:
    flags = collect(a, {"inactive": c.VIR_INTERFACE_XML_INACTIVE})
    return print_xml(sh, a, lookup.interface(sh, a).get_xml_desc(flags))


def cmd_iface_edit(sh: Shell, a: Args) -> None:
    found = lookup.interface(sh, a)
    name = found.get_name()
    if edit_object(
        sh,
        lambda: str(found.get_xml_desc(c.VIR_INTERFACE_XML_INACTIVE)),
        lambda text, _: sh.conn.interface_define_xml(text),
        lambda: sh.extra(f"Interface {name} XML configuration not changed.\n"),
    ):
        sh.extra(f"Interface {name} XML configuration edited.\n")


def cmd_iface_list(sh: Shell, a: Args) -> None:
    if a.flag("all"):
        flags = c.VIR_CONNECT_LIST_INTERFACES_ACTIVE | c.VIR_CONNECT_LIST_INTERFACES_INACTIVE
    elif a.flag("inactive"):
        flags = c.VIR_CONNECT_LIST_INTERFACES_INACTIVE
    else:
        flags = c.VIR_CONNECT_LIST_INTERFACES_ACTIVE
    with complaining("Failed to list interfaces"):
        found = sh.conn.list_all_interfaces(flags)
    active = {item.get_name(): item.is_active() for item in found}
    found.sort(key=lambda item: (not active[item.get_name()], item.get_name().lower()))
    rows = [
        [item.get_name(), "active" if active[item.get_name()] else "inactive", item.get_mac_string()] for item in found
    ]
    sh.out.table(["Name", "State", "MAC Address"], rows)


def cmd_iface_name(sh: Shell, a: Args) -> None:
    sh.write(lookup.interface(sh, a, by="mac").get_name() + "\n")


def cmd_iface_mac(sh: Shell, a: Args) -> None:
    sh.write(lookup.interface(sh, a, by="name").get_mac_string() + "\n")


def _bridge_document(root: Element, name: str, bridge: str, *, stp: bool, delay: int) -> str:
    """The interface's document as a bridge with the interface inside: what is not the interface's own stays outside."""
    from xml.etree import ElementTree

    kind = root.get("type")
    if kind is None:
        raise Failed(f"Existing device {name} has no type")
    if kind == "bridge":
        raise Failed(f"Existing device {name} is already a bridge")
    if root.get("name") != name:
        raise Failed(f"Interface name from config {root.get('name')} doesn't match given supplied name {name}")
    root.set("type", "bridge")
    root.set("name", bridge)
    outer = ElementTree.SubElement(root, "bridge")
    outer.set("stp", "on" if stp else "off")
    if stp:
        outer.set("delay", str(delay))
    inner = ElementTree.SubElement(outer, "interface", {"type": kind, "name": name})
    for child in list(root):
        if child.tag in ("mac", "link", kind, "bond", "vlan"):
            root.remove(child)
            inner.append(child)
    return ElementTree.tostring(root, encoding="unicode")


def cmd_iface_bridge(sh: Shell, a: Args) -> None:
    found = lookup.interface(sh, a)
    name, bridge = a.need("interface"), a.need("bridge")
    try:
        sh.conn.interface_lookup_by_name(bridge)
    except VirtError:
        pass  # what we hope for
    else:
        raise Failed(f"Network device {bridge} already exists")
    delay = a.unsigned("delay") or 0
    root = parse(found.get_xml_desc(c.VIR_INTERFACE_XML_INACTIVE))
    xml = _bridge_document(root, name, bridge, stp=not a.flag("no-stp"), delay=delay)
    with complaining(f"Failed to define new bridge interface {bridge}"):
        made = sh.conn.interface_define_xml(xml)
    sh.extra(f"Created bridge {bridge} with attached device {name}\n")
    if not a.flag("no-start"):
        with complaining(f"Failed to start bridge interface {bridge}"):
            made.create()
        sh.extra(f"Bridge interface {bridge} started\n")


def _unbridged_document(root: Element, bridge: str) -> tuple[str, str]:
    """Name and document of the one interface inside a bridge."""
    from xml.etree import ElementTree

    if root.get("type") is None:
        raise Failed(f"Existing device {bridge} has no type")
    if root.get("type") != "bridge":
        raise Failed(f"Device {bridge} is not a bridge")
    if root.get("name") != bridge:
        raise Failed(f"Interface name from config {root.get('name')} doesn't match given supplied name {bridge}")
    outer = root.find("bridge")
    if outer is None:
        raise Failed("No bridge node in xml document")
    inside = outer.findall("interface")
    if not inside:
        raise Failed("No interface attached to bridge")
    if len(inside) > 1:
        raise Failed("Multiple interfaces attached to bridge")
    inner = inside[0]
    name, kind = inner.get("name"), inner.get("type")
    if name is None:
        raise Failed(f"Device attached to bridge {bridge} has no name")
    if kind is None:
        raise Failed(f"Attached device {name} has no type")
    root.remove(outer)
    root.set("type", kind)
    root.set("name", name)
    for child in list(inner):
        root.append(child)
    return name, ElementTree.tostring(root, encoding="unicode")


def cmd_iface_unbridge(sh: Shell, a: Args) -> None:
    found = lookup.interface(sh, a, "bridge")
    bridge = a.need("bridge")
    root = parse(found.get_xml_desc(c.VIR_INTERFACE_XML_INACTIVE))
    name, xml = _unbridged_document(root, bridge)
    if found.is_active():
        with complaining(f"Failed to destroy bridge interface {bridge}"):
            found.destroy()
    with complaining(f"Failed to undefine bridge interface {bridge}"):
        found.undefine()
    with complaining(f"Failed to define new interface {name}"):
        made = sh.conn.interface_define_xml(xml)
    sh.extra(f"Device {name} un-attached from bridge {bridge}\n")
    if not a.flag("no-start"):
        with complaining(f"Failed to start interface {name}"):
            made.create()
        sh.extra(f"Interface {name} started\n")
