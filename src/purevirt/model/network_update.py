"""Changing one section of a virtual network in place (virNetworkUpdate).

Sections and commands are libvirt's, by name ("IP_DHCP_HOST", "ADD_LAST") or by number. What may be added twice, and what
tells the entry to delete, is different for each section.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model._engine import Element, ParseContext, XmlError, parse_tree
from purevirt.model.network import Network, PortGroup
from purevirt.model.network_context import with_network
from purevirt.model.network_dns import Dns, DnsHost, DnsSrv, DnsTxt
from purevirt.model.network_forward import Forward, ForwardInterface
from purevirt.model.network_ip import Dhcp, DhcpHost, DhcpRange, NetworkIp

COMMANDS: Final = ("NONE", "MODIFY", "DELETE", "ADD_LAST", "ADD_FIRST")
SECTIONS: Final = (
    *("NONE", "BRIDGE", "DOMAIN", "IP", "IP_DHCP_HOST", "IP_DHCP_RANGE", "FORWARD", "FORWARD_INTERFACE"),
    *("FORWARD_PF", "PORTGROUP", "DNS_HOST", "DNS_TXT", "DNS_SRV"),
)
_FIXED: Final = {
    "BRIDGE": "bridge",
    "DOMAIN": "domain",
    "IP": "ip",
    "FORWARD": "forward",
    "FORWARD_PF": "forward pf",
}
"""Sections that cannot be updated, as messages name them."""

_ADDING: Final = ("ADD_FIRST", "ADD_LAST")

Part = TypeVar("Part", bound=Element)
Kind = TypeVar("Kind", bound=Element)


def update_network(network: Network, command: str | int, section: str | int, parent_index: int, xml: str) -> None:
    """Apply one update to `network`.

    `parent_index` chooses the `<ip>` of a DHCP section, -1 the one that serves DHCP. Raises OPERATION_UNSUPPORTED for
    what cannot be updated, OPERATION_INVALID for what exists already or cannot be found; the network is unchanged then.
    """
    what = _name(section, SECTIONS)
    if what in _FIXED:
        raise _unsupported(f"can't update '{_FIXED[what]}' section of network '{network.name}'")
    handler = _HANDLERS.get(what)
    if handler is None:
        raise _unsupported("can't update unrecognized section of network")
    handler(network, _name(command, COMMANDS), parent_index, xml)


def _name(value: str | int, names: tuple[str, ...]) -> str:
    if isinstance(value, str):
        return value
    return names[value] if 0 <= value < len(names) else str(value)


def _invalid(text: str) -> VirtError:
    return VirtError(ErrorCode.OPERATION_INVALID, text, ErrorDomain.NETWORK)


def _unsupported(text: str) -> VirtError:
    return VirtError(ErrorCode.OPERATION_UNSUPPORTED, text, ErrorDomain.NETWORK)


def _read(network: Network, cls: type[Part], xml: str, *, partial: bool) -> Part:
    root = parse_tree(xml, "network_update_xml", ErrorDomain.XML)
    if root.tag != cls.tag:
        raise XmlError(
            f"unexpected element <{root.tag}>, expecting <{cls.tag}>, while updating network '{network.name}'",
            domain=ErrorDomain.NETWORK,
        )
    try:
        return cls.from_node(root, with_network(ParseContext(), network.name, partial=partial))
    except XmlError as error:
        if error.domain == ErrorDomain.DOMAIN:
            error.domain = int(ErrorDomain.NETWORK)
        raise


def _unknown_command(command: str) -> VirtError:
    number = COMMANDS.index(command) if command in COMMANDS else command
    return _unsupported(f"unrecognized network update command code {number}")


def _add(entries: list[Part], entry: Part, command: str) -> None:
    entries.insert(0 if command == "ADD_FIRST" else len(entries), entry)


# -- DHCP --------------------------------------------------------------------------------------------------------------


def _serves(ip: NetworkIp) -> bool:
    return ip.dhcp is not None and bool(ip.dhcp.ranges or ip.dhcp.hosts)


def _is_ipv4(ip: NetworkIp) -> bool:
    return ip.family != "ipv6"


def _find_ip(network: Network, parent_index: int) -> NetworkIp:
    if parent_index >= 0:
        if parent_index < len(network.ips):
            return network.ips[parent_index]
        raise _invalid(
            f"couldn't update dhcp host entry - no <ip> element found at index {parent_index} in network '{network.name}'"
        )
    for wanted in (_serves, _is_ipv4):
        for ip in network.ips:
            if wanted(ip):
                return ip
    if network.ips:
        return network.ips[0]
    raise _invalid(f"couldn't update dhcp host entry - no <ip> element found in network '{network.name}'")


def _check_single_server(network: Network, ip: NetworkIp) -> None:
    if _is_ipv4(ip) and any(_is_ipv4(other) and other is not ip and _serves(other) for other in network.ips):
        raise _invalid("dhcp is supported only for a single IPv4 address on each network")


def _dhcp_of(ip: NetworkIp) -> Dhcp:
    if ip.dhcp is None:
        ip.dhcp = Dhcp()
    return ip.dhcp


def _update_host(network: Network, command: str, parent_index: int, xml: str) -> None:
    ip = _find_ip(network, parent_index)
    partial = command == "DELETE"
    given = _read(network, DhcpHost, xml, partial=partial)
    ctx = with_network(ParseContext(), network.name, partial=partial)
    given.check("ipv4" if _is_ipv4(ip) else "ipv6", ctx)
    hosts = ip.dhcp.hosts if ip.dhcp is not None else []
    mac = given.mac or "unknown"
    name = given.name if given.name is not None else "(null)"
    match command:
        case "MODIFY":
            found = next((i for i, host in enumerate(hosts) if _same_guest(host, given)), None)
            if found is None:
                raise _invalid(
                    f"couldn't locate an existing dhcp host entry with \"mac='{mac}'\" \"name='{name}'\" "
                    f"\"ip='{given.ip}'\" in network '{network.name}'"
                )
            hosts[found] = given
        case "ADD_FIRST" | "ADD_LAST":
            _check_single_server(network, ip)
            if any(_clashes(host, given) for host in hosts):
                raise _invalid(
                    f"there is an existing dhcp host entry in network '{network.name}' that matches "
                    f"\"<host mac='{mac}' name='{name}' ip='{given.ip}'/>\""
                )
            _add(_dhcp_of(ip).hosts, given, command)
        case "DELETE":
            found = next((i for i, host in enumerate(hosts) if _is_meant(host, given)), None)
            if found is None:
                raise _invalid(f"couldn't locate a matching dhcp host entry in network '{network.name}'")
            del hosts[found]
        case _:
            raise _unknown_command(command)


def _same_guest(host: DhcpHost, given: DhcpHost) -> bool:
    """Which host to modify: the one with this MAC address, without one in the update the one with this name."""
    if given.mac is not None:
        return host.mac == given.mac
    return given.name is not None and host.name == given.name


def _clashes(host: DhcpHost, given: DhcpHost) -> bool:
    """Whether the new host would share MAC address, name or address with an existing one."""
    return any(getattr(given, part) is not None and getattr(given, part) == getattr(host, part) for part in ("mac", "name", "ip"))


def _is_meant(host: DhcpHost, given: DhcpHost) -> bool:
    """Whether everything said of the host to delete is true of this one."""
    return all(getattr(given, part) is None or getattr(given, part) == getattr(host, part) for part in ("mac", "name", "ip"))


def _update_range(network: Network, command: str, parent_index: int, xml: str) -> None:
    ip = _find_ip(network, parent_index)
    given = _read(network, DhcpRange, xml, partial=False)
    if command == "MODIFY":
        raise _unsupported("dhcp ranges cannot be modified, only added or deleted")
    given.check(ip)
    ranges = ip.dhcp.ranges if ip.dhcp is not None else []
    found = next((i for i, r in enumerate(ranges) if (r.start, r.end) == (given.start, given.end)), None)
    match command:
        case "ADD_FIRST" | "ADD_LAST":
            _check_single_server(network, ip)
            if found is not None:
                raise _invalid(
                    f"there is an existing dhcp range entry in network '{network.name}' that matches "
                    f"\"<range start='{given.start}' end='{given.end}'/>\""
                )
            _add(_dhcp_of(ip).ranges, given, command)
        case "DELETE":
            if found is None:
                raise _invalid(f"couldn't locate a matching dhcp range entry in network '{network.name}'")
            del ranges[found]
        case _:
            raise _unknown_command(command)


# -- forward interfaces, port groups -----------------------------------------------------------------------------------


def _update_forward_interface(network: Network, command: str, parent_index: int, xml: str) -> None:
    root = parse_tree(xml, "network_update_xml", ErrorDomain.XML)
    if root.tag == ForwardInterface.tag and command == "MODIFY":
        raise _unsupported("forward interface entries cannot be modified, only added or deleted")
    if root.tag == ForwardInterface.tag and root.get("dev") is None:
        raise XmlError("missing dev attribute in <interface> element", domain=ErrorDomain.NETWORK)
    given = _read(network, ForwardInterface, xml, partial=False)
    interfaces = network.forward.interfaces if network.forward is not None else []
    found = next((i for i, interface in enumerate(interfaces) if interface.dev == given.dev), None)
    match command:
        case "ADD_FIRST" | "ADD_LAST":
            if found is not None:
                raise _invalid(
                    f"there is an existing interface entry in network '{network.name}' that matches "
                    f"\"<interface dev='{given.dev}'>\""
                )
            if network.forward is None:
                network.forward = Forward(mode="none")
            _add(network.forward.interfaces, given, command)
        case "DELETE":
            if found is None:
                raise _invalid(
                    f"couldn't find an interface entry in network '{network.name}' matching <interface dev='{given.dev}'>"
                )
            if interfaces[found].connections:
                raise _invalid(
                    f"unable to delete interface '{given.dev}' in network '{network.name}'. "
                    f"It is currently being used by {interfaces[found].connections} domains."
                )
            del interfaces[found]
        case _:
            raise _unknown_command(command)


def _update_portgroup(network: Network, command: str, parent_index: int, xml: str) -> None:
    given = _read(network, PortGroup, xml, partial=False)
    groups = network.portgroups
    found = next((i for i, group in enumerate(groups) if group.name == given.name), None)
    if command in ("MODIFY", "DELETE") and found is None:
        raise _invalid(f"couldn't find a portgroup entry in network '{network.name}' matching <portgroup name='{given.name}'>")
    if command in ("ADD_FIRST", "ADD_LAST") and found is not None:
        raise _invalid(
            f"there is an existing portgroup entry in network '{network.name}' that matches \"<portgroup name='{given.name}'>\""
        )
    if command != "DELETE" and given.default and any(g.default and g.name != given.name for g in groups):
        raise _invalid(
            f"a different portgroup entry in network '{network.name}' is already set as the default. Only one default is allowed."
        )
    if command in ("ADD_FIRST", "ADD_LAST"):
        _add(groups, given, command)
    elif command == "MODIFY" and found is not None:
        groups[found] = given
    elif command == "DELETE" and found is not None:
        del groups[found]
    else:
        raise _unknown_command(command)


# -- DNS ---------------------------------------------------------------------------------------------------------------


def _change_records(
    network: Network,
    command: str,
    entries: list[Kind],
    given: Kind,
    matching: list[int],
    words: tuple[str, str],
) -> None:
    """Add or delete a DNS record; `words`: its kind, and the text for one that is there already."""
    kind, existing = words
    match command:
        case "ADD_FIRST" | "ADD_LAST":
            if matching:
                raise _invalid(f"{existing} in network {network.name}")
            _add(entries, given, command)
        case "DELETE":
            if not matching:
                raise _invalid(f"couldn't locate a matching {kind} record in network {network.name}")
            if len(matching) > 1:
                what = "matching DNS HOST records" if kind == "DNS HOST" else f"{kind} records matching all specified fields"
                raise _invalid(f"multiple {what} were found in network {network.name}")
            del entries[matching[0]]
        case _:
            raise _unknown_command(command)


def _dns_of(network: Network) -> Dns:
    if network.dns is None:
        network.dns = Dns()
    return network.dns


def _refuse_modify(command: str, kind: str) -> None:
    if command == "MODIFY":
        raise _unsupported(f"{kind} records cannot be modified, only added or deleted")


def _update_dns_host(network: Network, command: str, parent_index: int, xml: str) -> None:
    _refuse_modify(command, "DNS HOST")
    given = _read(network, DnsHost, xml, partial=command not in _ADDING)
    hosts = _dns_of(network).hosts
    names = set(given.hostnames) if command == "DELETE" else set()
    matching = [
        i
        for i, host in enumerate(hosts)
        if (given.ip is not None and host.ip == given.ip) or not names.isdisjoint(host.hostnames)
    ]
    existing = "there is already at least one DNS HOST record with a matching field"
    _change_records(network, command, hosts, given, matching, ("DNS HOST", existing))


def _update_dns_txt(network: Network, command: str, parent_index: int, xml: str) -> None:
    _refuse_modify(command, "DNS TXT")
    given = _read(network, DnsTxt, xml, partial=command not in _ADDING)
    txts = _dns_of(network).txts
    matching = [i for i, txt in enumerate(txts) if txt.name == given.name][:1]
    existing = f"there is already a DNS TXT record with name '{given.name}'"
    _change_records(network, command, txts, given, matching, ("DNS TXT", existing))


def _update_dns_srv(network: Network, command: str, parent_index: int, xml: str) -> None:
    _refuse_modify(command, "DNS SRV")
    given = _read(network, DnsSrv, xml, partial=command not in _ADDING)
    srvs = _dns_of(network).srvs
    parts = ("service", "protocol", "domain", "target", "port", "priority", "weight")
    matching = [
        i
        for i, srv in enumerate(srvs)
        if all(not getattr(given, part) or getattr(given, part) == getattr(srv, part) for part in parts)
    ]
    existing = "there is already at least one DNS SRV record matching all specified fields"
    _change_records(network, command, srvs, given, matching, ("DNS SRV", existing))


_HANDLERS: Final[dict[str, Callable[[Network, str, int, str], None]]] = {
    "IP_DHCP_HOST": _update_host,
    "IP_DHCP_RANGE": _update_range,
    "FORWARD_INTERFACE": _update_forward_interface,
    "PORTGROUP": _update_portgroup,
    "DNS_HOST": _update_dns_host,
    "DNS_TXT": _update_dns_txt,
    "DNS_SRV": _update_dns_srv,
}
