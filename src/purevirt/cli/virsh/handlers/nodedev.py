"""Devices of the host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup, names
from purevirt.cli.virsh.documents import print_xml
from purevirt.cli.virsh.eventloop import simple_events
from purevirt.cli.virsh.files import read_text
from purevirt.cli.virsh.flags import collect
from purevirt.cli.virsh.lookup import complaining
from purevirt.cli.virsh.tree import print_tree
from purevirt.errors import VirtError
from purevirt.types import constants as c

if TYPE_CHECKING:
    from purevirt.client import NodeDevice

CAPABILITIES = {
    "system": c.VIR_CONNECT_LIST_NODE_DEVICES_CAP_SYSTEM,
    "pci": c.VIR_CONNECT_LIST_NODE_DEVICES_CAP_PCI_DEV,
    "usb_device": c.VIR_CONNECT_LIST_NODE_DEVICES_CAP_USB_DEV,
    "usb": c.VIR_CONNECT_LIST_NODE_DEVICES_CAP_USB_INTERFACE,
    "net": c.VIR_CONNECT_LIST_NODE_DEVICES_CAP_NET,
    "scsi_host": c.VIR_CONNECT_LIST_NODE_DEVICES_CAP_SCSI_HOST,
    "scsi_target": c.VIR_CONNECT_LIST_NODE_DEVICES_CAP_SCSI_TARGET,
    "scsi": c.VIR_CONNECT_LIST_NODE_DEVICES_CAP_SCSI,
    "storage": c.VIR_CONNECT_LIST_NODE_DEVICES_CAP_STORAGE,
    "fc_host": c.VIR_CONNECT_LIST_NODE_DEVICES_CAP_FC_HOST,
    "vports": c.VIR_CONNECT_LIST_NODE_DEVICES_CAP_VPORTS,
    "scsi_generic": c.VIR_CONNECT_LIST_NODE_DEVICES_CAP_SCSI_GENERIC,
    "drm": c.VIR_CONNECT_LIST_NODE_DEVICES_CAP_DRM,
    "mdev_types": c.VIR_CONNECT_LIST_NODE_DEVICES_CAP_MDEV_TYPES,
    "mdev": c.VIR_CONNECT_LIST_NODE_DEVICES_CAP_MDEV,
    "ccw": c.VIR_CONNECT_LIST_NODE_DEVICES_CAP_CCW_DEV,
    "css": c.VIR_CONNECT_LIST_NODE_DEVICES_CAP_CSS_DEV,
    "vdpa": c.VIR_CONNECT_LIST_NODE_DEVICES_CAP_VDPA,
    "ap_card": c.VIR_CONNECT_LIST_NODE_DEVICES_CAP_AP_CARD,
    "ap_queue": c.VIR_CONNECT_LIST_NODE_DEVICES_CAP_AP_QUEUE,
    "ap_matrix": c.VIR_CONNECT_LIST_NODE_DEVICES_CAP_AP_MATRIX,
    "vpd": c.VIR_CONNECT_LIST_NODE_DEVICES_CAP_VPD,
}


def _validate(a: Args) -> int:
    return collect(a, {"validate": c.VIR_NODE_DEVICE_CREATE_XML_VALIDATE})


def cmd_nodedev_create(sh: Shell, a: Args) -> None:
    path = a.need("file")
    xml = read_text(path)
    with complaining(f"Failed to create node device from {path}"):
        dev = sh.conn.node_device_create_xml(xml, _validate(a))
    sh.extra(f"Node device {dev.get_name()} created from {path}\n")


def cmd_nodedev_define(sh: Shell, a: Args) -> None:
    path = a.need("file")
    xml = read_text(path)
    with complaining(f"Failed to define node device from '{path}'"):
        dev = sh.conn.node_device_define_xml(xml, _validate(a))
    sh.extra(f"Node device '{dev.get_name()}' defined from '{path}'\n")


def cmd_nodedev_destroy(sh: Shell, a: Args) -> None:
    dev = lookup.node_device(sh, a)
    with complaining(f"Failed to destroy node device '{a.raw('device')}'"):
        dev.destroy()
    sh.extra(f"Destroyed node device '{a.raw('device')}'\n")


def cmd_nodedev_undefine(sh: Shell, a: Args) -> None:
    dev = lookup.node_device(sh, a)
    with complaining(f"Failed to undefine node device '{a.raw('device')}'"):
        dev.undefine()
    sh.extra(f"Undefined node device '{a.raw('device')}'\n")


def _by_name(sh: Shell, a: Args) -> NodeDevice:
    name = a.need("device")
    with complaining(f"Could not find matching device '{name}'"):
        found: NodeDevice = sh.conn.node_device_lookup_by_name(name)
    return found


def cmd_nodedev_detach(sh: Shell, a: Args) -> None:
    dev, name = _by_name(sh, a), a.raw("device")
    driver = a.text("driver")
    with complaining(f"Failed to detach device {name}"):
        if driver is not None:
            dev.detach_flags(driver)
        else:
            dev.dettach()
    sh.extra(f"Device {name} detached\n")


def cmd_nodedev_reattach(sh: Shell, a: Args) -> None:
    dev, name = _by_name(sh, a), a.raw("device")
    with complaining(f"Failed to re-attach device {name}"):
        dev.re_attach()
    sh.extra(f"Device {name} re-attached\n")


def cmd_nodedev_reset(sh: Shell, a: Args) -> None:
    dev, name = _by_name(sh, a), a.raw("device")
    with complaining(f"Failed to reset device {name}"):
        dev.reset()
    sh.extra(f"Device {name} reset\n")


def cmd_nodedev_start(sh: Shell, a: Args) -> None:
    dev, name = _by_name(sh, a), a.raw("device")
    with complaining(f"Failed to start device {name}"):
        dev.create()
    sh.extra(f"Device {name} started\n")


def cmd_nodedev_autostart(sh: Shell, a: Args) -> None:
    off = a.flag("disable")
    dev, name = lookup.node_device(sh, a), a.raw("device")
    with complaining(f"failed to {'unmark' if off else 'mark'} device {name} as autostarted"):
        dev.set_autostart(not off)
    sh.extra(f"Device {name} {'unmarked' if off else 'marked'} as autostarted\n")


def cmd_nodedev_dumpxml(sh: Shell, a: Args) -> bool:
    return print_xml(sh, a, lookup.node_device(sh, a).get_xml_desc())


def cmd_nodedev_info(sh: Shell, a: Args) -> None:
    dev = lookup.node_device(sh, a)
    fields: list[tuple[str, object]] = [("Name:", dev.get_name()), ("Parent:", dev.get_parent() or "")]
    for label, ask in (("Active:", dev.is_active), ("Persistent:", dev.is_persistent)):
        try:
            fields.append((label, "yes" if ask() else "no"))
        except VirtError:
            fields.append((label, "yes"))  # hosts that cannot say only have such devices
    try:
        fields.append(("Autostart:", "yes" if dev.get_autostart() else "no"))
    except VirtError:
        fields.append(("Autostart:", "no autostart"))
    sh.out.fields(fields)


def cmd_nodedev_list(sh: Shell, a: Args) -> None:
    flags = 0
    caps = a.text("cap")
    tree, inactive = a.flag("tree"), a.flag("inactive")
    if inactive and a.flag("all"):
        raise Failed("Option --all is incompatible with --inactive")
    if tree and (caps is not None or inactive):
        raise Failed("Option --tree is incompatible with --cap and --inactive")
    for cap in caps.split(",") if caps else []:
        if cap not in CAPABILITIES:
            raise Failed("Invalid capability type")
        flags |= CAPABILITIES[cap]
    if inactive or a.flag("all"):
        flags |= c.VIR_CONNECT_LIST_NODE_DEVICES_INACTIVE
    if not inactive:
        flags |= c.VIR_CONNECT_LIST_NODE_DEVICES_ACTIVE
    with complaining("Failed to list node devices"):
        devices = sh.conn.list_all_node_devices(flags)
    devices.sort(key=lambda dev: dev.get_name().lower())
    if not tree:
        sh.write("".join(f"{dev.get_name()}\n" for dev in devices))
        return
    named = [dev.get_name() for dev in devices]
    parents = [None if dev.get_name() == "computer" else dev.get_parent() for dev in devices]
    print_tree(sh, named, parents)


def cmd_nodedev_event(sh: Shell, a: Args) -> bool:
    find = (lambda: lookup.node_device(sh, a)) if a.given("device") else None
    return simple_events(sh, a, "node device", ("lifecycle", "update"), names.NODE_DEVICE_EVENT, find, "node_device")
