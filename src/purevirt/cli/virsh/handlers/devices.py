"""Attaching, detaching and changing devices of a domain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup, names
from purevirt.cli.virsh.documents import attribute, domain_tree, escape
from purevirt.cli.virsh.files import read_text
from purevirt.cli.virsh.flags import affect, collect
from purevirt.cli.virsh.handlers.tuning import checked_rates
from purevirt.cli.virsh.lookup import complaining
from purevirt.cli.virsh.xmltext import node_text
from purevirt.types import constants as c

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from purevirt.client import Domain


def _flags(a: Args, dom: Domain) -> int:
    """--live, --config, and --persistent: the configuration, and the guest too while it runs."""
    flags = affect(a)
    if a.flag("persistent"):
        flags |= c.VIR_DOMAIN_AFFECT_CONFIG
        if dom.is_active():
            flags |= c.VIR_DOMAIN_AFFECT_LIVE
    return flags


def _attach(a: Args, dom: Domain, xml: str, flags: int) -> None:
    if flags or a.flag("current"):
        dom.attach_device_flags(xml, flags)
    else:
        dom.attach_device(xml)


def _detach(a: Args, dom: Domain, xml: str, flags: int) -> None:
    if flags or a.flag("current"):
        dom.detach_device_flags(xml, flags)
    else:
        dom.detach_device(xml)


def cmd_attach_device(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    path = a.need("file")
    flags = _flags(a, dom)
    xml = read_text(path)
    with complaining(f"Failed to attach device from {path}"):
        _attach(a, dom, xml, flags)
    sh.extra("Device attached successfully\n")


def cmd_detach_device(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    path = a.need("file")
    flags = _flags(a, dom)
    xml = read_text(path)
    with complaining(f"Failed to detach device from {path}"):
        _detach(a, dom, xml, flags)
    sh.extra("Device detached successfully\n")


def cmd_detach_device_alias(sh: Shell, a: Args) -> None:
    flags = affect(a)
    dom = lookup.domain(sh, a)
    alias = a.need("alias")
    with complaining(f"Failed to detach device with alias {alias}"):
        dom.detach_device_alias(alias, flags)
    sh.extra("Device detach request sent successfully\n")


def cmd_update_device(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    path = a.need("file")
    flags = _flags(a, dom) | collect(a, {"force": c.VIR_DOMAIN_DEVICE_MODIFY_FORCE})
    xml = read_text(path)
    with complaining(f"Failed to update device from {path}"):
        dom.update_device_flags(xml, flags)
    sh.extra("Device updated successfully\n")


_SOURCES = {"network": "network", "bridge": "bridge", "direct": "dev", "vdpa": "dev"}


def _interface_source(a: Args, kind: str, source: str) -> str:
    if kind == "hostdev":
        match = re.match(r"([0-9a-f]{1,4}):([0-9a-f]{1,2}):([0-9a-f]{1,2})\.([0-7])\Z", source, re.IGNORECASE)
        if match is None:
            raise Failed(f"cannot parse pci address '{source}' for network interface")
        n = [int(group, 16) for group in match.groups()]
        return (
            f"  <source>\n    <address type='pci' domain='0x{n[0]:04x}' bus='0x{n[1]:02x}'"
            f" slot='0x{n[2]:02x}' function='0x{n[3]:0x}'/>\n  </source>\n"
        )
    if kind == "vhostuser":
        mode = a.text("source-mode")
        if mode is None:
            raise Failed("source-mode is mandatory")
        return f"  <source type='unix' path='{escape(source)}' mode='{escape(mode)}'/>\n"
    return f"  <source {_SOURCES[kind]}='{escape(source)}'/>\n"


def _rates_xml(a: Args) -> str:
    out = []
    for side, values in checked_rates(a):
        shown = zip(("average", "peak", "burst", "floor"), values, strict=True)
        out.append(f"    <{side}" + "".join(f" {name}='{value}'" for name, value in shown if value) + "/>\n")
    return f"  <bandwidth>\n{''.join(out)}  </bandwidth>\n" if out else ""


def _interface_xml(a: Args) -> str:
    kind, source = a.need("type"), a.need("source")
    mode = a.text("source-mode")
    if mode is not None and mode not in names.DOMAIN_INTERFACE_SOURCE_MODE:
        raise Failed(f"Invalid source mode: {mode}")
    if kind not in (*_SOURCES, "hostdev", "vhostuser"):
        raise Failed(f"No support for {kind} in command 'attach-interface'")
    managed = " managed='yes'" if a.flag("managed") else ""
    rates = _rates_xml(a)
    out = [f"<interface type='{kind}'{managed}>\n", _interface_source(a, kind, source)]
    for option, form in (
        ("target", "<target dev='%s'/>"),
        ("mac", "<mac address='%s'/>"),
        ("script", "<script path='%s'/>"),
        ("model", "<model type='%s'/>"),
        ("alias", "<alias name='%s'/>"),
    ):
        value = a.text(option)
        if value is not None:
            out.append(f"  {form % escape(value)}\n")
    return "".join(out) + rates + "</interface>\n"


def cmd_attach_interface(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    flags = _flags(a, dom)
    xml = _interface_xml(a)
    if a.flag("print-xml"):
        sh.write(xml)
        return
    with complaining("Failed to attach interface"):
        _attach(a, dom, xml, flags)
    sh.extra("Interface attached successfully\n")


def _find_interface(tree: Element, kind: str, mac: str | None) -> Element:
    """The one interface of a kind, or the one with the MAC. Raises Failed."""
    found = [e for e in tree.iterfind("./devices/interface") if e.get("type") == kind]
    if not found:
        raise Failed(f"No interface found whose type is {kind}", "Failed to detach interface")
    if mac is None:
        if len(found) > 1:
            raise Failed(
                f"Domain has {len(found)} interfaces. Please specify which one to detach using --mac",
                "Failed to detach interface",
            )
        return found[0]
    same = [e for e in found if attribute(e, "mac", "address").lower() == mac.lower()]
    if len(same) > 1:
        raise Failed(
            f"Domain has multiple interfaces matching MAC address {mac}. You must use detach-device and specify"
            " the device pci address to remove it.",
            "Failed to detach interface",
        )
    if not same:
        raise Failed(f"No interface with MAC address {mac} was found", "Failed to detach interface")
    return same[0]


def _detach_from(sh: Shell, a: Args, dom: Domain, tree: Element, kind: str, flags: int) -> None:
    xml = node_text(_find_interface(tree, kind, a.text("mac")))
    if a.flag("print-xml"):
        sh.write(xml)
        return
    with complaining("Failed to detach interface"):
        _detach(a, dom, xml, flags)


def cmd_detach_interface(sh: Shell, a: Args) -> None:
    """The persistent and the live side are looked up separately: their documents differ."""
    dom = lookup.domain(sh, a)
    kind = a.need("type")
    live, config, persistent = a.flag("live"), a.flag("config"), a.flag("persistent")
    active = dom.is_active()
    affect_config = config or persistent
    affect_live = live or (persistent and active) or (a.flag("current") and active)
    if not affect_config and not affect_live and not a.flag("current"):
        _detach_from(sh, a, dom, domain_tree(dom), kind, 0)
    else:
        if affect_config or (a.flag("current") and not active):
            _detach_from(sh, a, dom, domain_tree(dom, inactive=True), kind, c.VIR_DOMAIN_AFFECT_CONFIG)
        if affect_live:
            _detach_from(sh, a, dom, domain_tree(dom), kind, c.VIR_DOMAIN_AFFECT_LIVE)
    if not a.flag("print-xml"):
        sh.extra("Interface detached successfully\n")


def _find_disk(tree: Element, path: str, *, changeable: bool) -> Element:
    """A disk by target or source. Raises Failed."""
    for disk in tree.iterfind("./devices/disk"):
        if changeable and disk.get("device") not in ("cdrom", "floppy"):
            continue
        source = disk.find("source")
        named = [source.get(k) for k in ("file", "dev", "dir", "name")] if source is not None else []
        if attribute(disk, "target", "dev") == path or path in named:
            return disk
    raise Failed(f"No disk found whose source path or target is {path}")


def cmd_detach_disk(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    target = a.need("target")
    flags = _flags(a, dom)
    inactive = bool(flags & c.VIR_DOMAIN_AFFECT_CONFIG) and not flags & c.VIR_DOMAIN_AFFECT_LIVE
    xml = node_text(_find_disk(domain_tree(dom, inactive=inactive), target, changeable=False))
    if a.flag("print-xml"):
        sh.write(xml)
        return
    with complaining("Failed to detach disk"):
        _detach(a, dom, xml, flags)
    sh.extra("Disk detached successfully\n")


def cmd_change_media(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    path, source = a.need("path"), a.text("source")
    eject, insert = a.flag("eject"), a.flag("insert")
    update = a.flag("update") or not (eject or insert)
    flags = affect(a) | collect(a, {"force": c.VIR_DOMAIN_DEVICE_MODIFY_FORCE})
    action = "eject" if eject else "insert" if insert else "update"
    if not eject and source is None:
        if insert:
            raise Failed("New disk media source was not specified")
        action = "eject" if not a.flag("update") and not insert else action
    inactive = bool(flags & c.VIR_DOMAIN_AFFECT_CONFIG) and not flags & c.VIR_DOMAIN_AFFECT_LIVE
    disk = _find_disk(domain_tree(dom, inactive=inactive), path, changeable=True)
    if disk.get("device") not in ("cdrom", "floppy"):
        raise Failed(f"The disk device '{path}' is not removable")
    _change_source(disk, path, source, action, block=a.flag("block"), update=update)
    xml = node_text(disk)
    if a.flag("print-xml"):
        sh.write(xml)
        return
    with complaining(f"Failed to complete action {action} on media"):
        dom.update_device_flags(xml, flags)
    done = {"eject": "ejected", "insert": "inserted", "update": "updated"}[action]
    sh.extra(f"Successfully {done} media.")


def _change_source(disk: Element, path: str, source: str | None, action: str, *, block: bool, update: bool) -> None:
    """Put the new medium into the disk element, or take the old one out."""
    old = disk.find("source")
    has_medium = old is not None and any(old.get(k) for k in ("file", "dev", "dir", "name"))
    if action == "eject":
        if not has_medium:
            raise Failed(f"The disk device '{path}' doesn't have media")
        assert old is not None
        disk.remove(old)
        return
    if action == "insert" and has_medium:
        raise Failed(f"The disk device '{path}' already has media")
    position = 0
    if old is not None:
        position = list(disk).index(old)
        disk.remove(old)
    if source is None:
        raise Failed("New disk media source was not specified")
    disk.set("type", "block" if block else "file")
    disk.insert(position, ElementTree.Element("source", {"dev" if block else "file": source}))


def cmd_domif_setlink(sh: Shell, a: Args) -> None:
    name, state = a.need("interface"), a.need("state")
    config = a.flag("config")
    if state not in ("up", "down"):
        raise Failed(f"invalid link state '{state}'")
    dom = lookup.domain(sh, a)
    inactive = config or not dom.is_active()
    flags = c.VIR_DOMAIN_AFFECT_CONFIG if inactive else c.VIR_DOMAIN_AFFECT_LIVE
    found = [
        e
        for e in domain_tree(dom, inactive=inactive).iterfind("./devices/interface")
        if name in (attribute(e, "target", "dev"), attribute(e, "mac", "address"))
    ]
    if not found:
        raise Failed(f"interface '{name}' not found")
    if len(found) > 1:
        raise Failed("multiple matching interfaces found")
    link = found[0].find("link")
    if link is None:
        link = ElementTree.SubElement(found[0], "link")
    link.set("state", state)
    xml = node_text(found[0])
    if a.flag("print-xml"):
        sh.write(xml)
        return
    with complaining("Failed to update interface link state"):
        dom.update_device_flags(xml, flags)
    sh.extra("Device updated successfully\n")


def cmd_update_memory_device(sh: Shell, a: Args) -> None:
    flags = affect(a)
    dom = lookup.domain(sh, a)
    alias, node = a.text("alias"), a.unsigned("node")
    tree = domain_tree(dom, inactive=bool(flags & c.VIR_DOMAIN_AFFECT_CONFIG))
    found = list(tree.iterfind("./devices/memory"))
    if alias is not None:
        found = [e for e in found if attribute(e, "alias", "name") == alias]
    elif node is not None:
        found = [e for e in found if e.findtext("target/node") == str(node)]
    if not found:
        raise Failed("no memory device found")
    if len(found) > 1:
        raise Failed("multiple memory devices found, use --alias or --node to select one")
    size = a.scaled("requested-size", 1024)
    if size is not None:
        requested = found[0].find("target/requested")
        if requested is None:
            raise Failed("virtio-mem device is missing <requested/>")
        requested.set("unit", "KiB")
        requested.text = str((size + 1023) // 1024)
    xml = node_text(found[0])
    if a.flag("print-xml"):
        sh.write(xml)
        return
    dom.update_device_flags(xml, flags)
