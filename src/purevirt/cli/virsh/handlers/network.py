"""Virtual networks and their ports."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.editor import edit_object
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup, names
from purevirt.cli.virsh.documents import print_xml
from purevirt.cli.virsh.eventloop import simple_events
from purevirt.cli.virsh.files import read_text
from purevirt.cli.virsh.flags import collect
from purevirt.cli.virsh.lookup import complaining
from purevirt.errors import VirtError
from purevirt.types import constants as c

if TYPE_CHECKING:
    from purevirt.client import NetworkPort

_FILTERS = {
    "persistent": c.VIR_CONNECT_LIST_NETWORKS_PERSISTENT,
    "transient": c.VIR_CONNECT_LIST_NETWORKS_TRANSIENT,
    "autostart": c.VIR_CONNECT_LIST_NETWORKS_AUTOSTART,
    "no-autostart": c.VIR_CONNECT_LIST_NETWORKS_NO_AUTOSTART,
}


def cmd_net_autostart(sh: Shell, a: Args) -> None:
    off = a.flag("disable")
    net = lookup.network(sh, a)
    name = a.raw("network")
    with complaining(f"failed to {'unmark' if off else 'mark'} network {name} as autostarted"):
        net.set_autostart(not off)
    sh.extra(f"Network {name} {'unmarked' if off else 'marked'} as autostarted\n")


def cmd_net_create(sh: Shell, a: Args) -> None:
    path = a.need("file")
    xml = read_text(path)
    with complaining(f"Failed to create network from {path}"):
        if a.flag("validate"):
            net = sh.conn.network_create_xml_flags(xml, c.VIR_NETWORK_CREATE_VALIDATE)
        else:
            net = sh.conn.network_create_xml(xml)
    sh.extra(f"Network {net.get_name()} created from {path}\n")


def cmd_net_define(sh: Shell, a: Args) -> None:
    path = a.need("file")
    xml = read_text(path)
    with complaining(f"Failed to define network from {path}"):
        if a.flag("validate"):
            net = sh.conn.network_define_xml_flags(xml, c.VIR_NETWORK_DEFINE_VALIDATE)
        else:
            net = sh.conn.network_define_xml(xml)
    sh.extra(f"Network {net.get_name()} defined from {path}\n")


def cmd_net_destroy(sh: Shell, a: Args) -> None:
    net = lookup.network(sh, a)
    with complaining(f"Failed to destroy network {a.raw('network')}"):
        net.destroy()
    sh.extra(f"Network {a.raw('network')} destroyed\n")


def cmd_net_start(sh: Shell, a: Args) -> None:
    net = lookup.network(sh, a)
    with complaining(f"Failed to start network {a.raw('network')}"):
        net.create()
    sh.extra(f"Network {a.raw('network')} started\n")


def cmd_net_undefine(sh: Shell, a: Args) -> None:
    net = lookup.network(sh, a)
    with complaining(f"Failed to undefine network {a.raw('network')}"):
        net.undefine()
    sh.extra(f"Network {a.raw('network')} has been undefined\n")


def cmd_net_dumpxml(sh: Shell, a: Args) -> bool:
    net = lookup.network(sh, a)
    return print_xml(sh, a, net.get_xml_desc(collect(a, {"inactive": c.VIR_NETWORK_XML_INACTIVE})))


def cmd_net_edit(sh: Shell, a: Args) -> None:
    net = lookup.network(sh, a)
    name = net.get_name()

    def fetch() -> str:
        if net.is_active() and not net.is_persistent():
            return str(net.get_xml_desc())
        return str(net.get_xml_desc(c.VIR_NETWORK_XML_INACTIVE))

    if edit_object(
        sh,
        fetch,
        lambda text, _: sh.conn.network_define_xml(text),
        lambda: sh.extra(f"Network {name} XML configuration not changed.\n"),
    ):
        sh.extra(f"Network {name} XML configuration edited.\n")


def cmd_net_info(sh: Shell, a: Args) -> None:
    net = lookup.network(sh, a)
    fields: list[tuple[str, object]] = [("Name:", net.get_name()), ("UUID:", net.get_uuid_string())]
    fields.append(("Active:", "yes" if net.is_active() else "no"))
    try:
        fields.append(("Persistent:", "yes" if net.is_persistent() else "no"))
    except VirtError:
        fields.append(("Persistent:", "unknown"))
    try:
        fields.append(("Autostart:", "yes" if net.get_autostart() else "no"))
    except VirtError:
        fields.append(("Autostart:", "no autostart"))
    with suppress(VirtError):  # a network without a bridge has no such line
        fields.append(("Bridge:", net.get_bridge_name()))
    sh.out.fields(fields)


def cmd_net_list(sh: Shell, a: Args) -> None:
    if sum(a.flag(name) for name in ("uuid", "name", "table")) > 1:
        raise Failed("Only one argument from --table, --name and --uuid may be specified.")
    flags = collect(a, _FILTERS)
    if a.flag("all"):
        flags |= c.VIR_CONNECT_LIST_NETWORKS_ACTIVE | c.VIR_CONNECT_LIST_NETWORKS_INACTIVE
    elif a.flag("inactive"):
        flags |= c.VIR_CONNECT_LIST_NETWORKS_INACTIVE
    else:
        flags |= c.VIR_CONNECT_LIST_NETWORKS_ACTIVE
    with complaining("Failed to list networks"):
        nets = sh.conn.list_all_networks(flags)
    active = {net.get_uuid_string(): net.is_active() for net in nets}
    nets.sort(key=lambda net: (not active[net.get_uuid_string()], net.get_name().lower()))
    if a.flag("uuid") or a.flag("name"):
        for net in nets:
            sh.write((net.get_uuid_string() if a.flag("uuid") else net.get_name()) + "\n")
        return
    rows = []
    for net in nets:
        try:
            auto = "yes" if net.get_autostart() else "no"
        except VirtError:
            auto = "no autostart"
        state = "active" if active[net.get_uuid_string()] else "inactive"
        rows.append([net.get_name(), state, auto, "yes" if net.is_persistent() else "no"])
    sh.out.table(["Name", "State", "Autostart", "Persistent"], rows)


def cmd_net_name(sh: Shell, a: Args) -> None:
    sh.write(lookup.network(sh, a, by="uuid").get_name() + "\n")


def cmd_net_uuid(sh: Shell, a: Args) -> None:
    sh.write(lookup.network(sh, a, by="name").get_uuid_string() + "\n")


def cmd_net_update(sh: Shell, a: Args) -> None:
    net = lookup.network(sh, a)
    word = a.need("command")
    command = (
        c.VIR_NETWORK_UPDATE_COMMAND_ADD_LAST if word == "add" else names.index(names.NETWORK_UPDATE_COMMAND, word)
    )
    if not command:
        raise Failed(f"unrecognized command name '{word}'")
    section = names.index(names.NETWORK_SECTION, a.need("section"))
    if not section:
        raise Failed(f"unrecognized section name '{a.raw('section')}'")
    index = a.integer("parent-index")
    xml = a.need("xml")
    if not xml.startswith("<"):
        xml = read_text(xml)
    live, config = a.flag("live"), a.flag("config")
    flags = collect(a, {"live": c.VIR_NETWORK_UPDATE_AFFECT_LIVE, "config": c.VIR_NETWORK_UPDATE_AFFECT_CONFIG})
    with complaining(f"Failed to update network {net.get_name()}"):
        net.update(command, section, -1 if index is None else index, xml, flags)
    if live and config:
        what = "persistent config and live state"
    elif config:
        what = "persistent config"
    elif live or net.is_active():
        what = "live state"
    else:
        what = "persistent config"
    sh.extra(f"Updated network {net.get_name()} {what}")


def cmd_net_dhcp_leases(sh: Shell, a: Args) -> None:
    mac = a.text("mac")
    net = lookup.network(sh, a)
    with complaining(f"Failed to get leases info for {a.raw('network')}"):
        leases = net.get_dhcp_leases(mac)
    leases.sort(key=lambda lease: lease.expirytime)
    rows = []
    for lease in leases:
        expiry = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(lease.expirytime))
        kind = "ipv6" if lease.type == c.VIR_IP_ADDR_TYPE_IPV6 else "ipv4"
        rows.append(
            [
                expiry,
                lease.mac or "",
                kind,
                f"{lease.ipaddr}/{lease.prefix}",
                lease.hostname or "-",
                lease.clientid or "-",
            ]
        )
    sh.out.table(["Expiry Time", "MAC address", "Protocol", "IP address", "Hostname", "Client ID or DUID"], rows)


def cmd_net_event(sh: Shell, a: Args) -> bool:
    find = (lambda: lookup.network(sh, a)) if a.given("network") else None
    return simple_events(sh, a, "network", names.NETWORK_EVENT_ID, names.NETWORK_EVENT, find, "network")


def _port(sh: Shell, a: Args) -> NetworkPort:
    text = a.need("port")
    complaint = f"failed to get network port '{text}'"
    try:
        net = lookup.network(sh, a)
    except Failed as failure:
        raise Failed(*failure.lines) from None
    if len(text) != lookup.UUID_LENGTH:
        raise Failed(complaint)
    try:
        port: NetworkPort = net.port_lookup_by_uuid_string(text)
    except VirtError:
        raise Failed(complaint) from None
    return port


def cmd_net_port_list(sh: Shell, a: Args) -> None:
    if a.flag("uuid") and a.flag("table"):
        raise Failed("Only one argument from --table and --uuid may be specified.")
    net = lookup.network(sh, a)
    ports = sorted(net.list_all_ports(), key=lambda port: port.get_uuid_string())
    if a.flag("uuid"):
        for port in ports:
            sh.write(port.get_uuid_string() + "\n")
        return
    sh.out.table(["UUID"], [[port.get_uuid_string()] for port in ports])


def cmd_net_port_create(sh: Shell, a: Args) -> None:
    path = a.need("file")
    net = lookup.network(sh, a)
    xml = read_text(path)
    with complaining(f"Failed to create network from {path}"):
        port = net.port_create_xml(xml, collect(a, {"validate": c.VIR_NETWORK_PORT_CREATE_VALIDATE}))
    sh.extra(f"Network port {port.get_uuid_string()} created from {path}\n")


def cmd_net_port_dumpxml(sh: Shell, a: Args) -> bool:
    return print_xml(sh, a, _port(sh, a).get_xml_desc())


def cmd_net_port_delete(sh: Shell, a: Args) -> None:
    port = _port(sh, a)
    with complaining(f"Failed to delete network port {port.get_uuid_string()}"):
        port.delete()
    sh.extra(f"Network port {port.get_uuid_string()} deleted\n")
