"""A guest's network interfaces: their counters and the addresses known of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from purevirt.core.jobs import AgentJob
from purevirt.drivers.qemu import errors
from purevirt.drivers.qemu.agent import require_agent
from purevirt.drivers.qemu.monitor import decode
from purevirt.drivers.qemu.stats_groups import seen_from_host
from purevirt.drivers.qemu.vm import Vm
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.host.neighbours import neighbours
from purevirt.host.netdev import net_counters
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState


def find_interface(vm: Vm, wanted: str) -> Any:
    """By MAC address or by the host's device; INVALID_ARG when there is none."""
    devices = vm.current().devices
    for net in devices.interfaces if devices is not None else []:
        mac = net.mac.address if net.mac is not None else None
        if (mac and mac.lower() == wanted.lower()) or (net.target is not None and net.target.dev == wanted):
            return net
    raise VirtError(ErrorCode.INVALID_ARG, f"'{wanted}' is not a known interface", ErrorDomain.QEMU)


class InterfaceFacet:
    """virDomainInterfaceStats, virDomainInterfaceAddresses."""

    def __init__(self, state: QemuState) -> None:
        self._state = state

    async def domain_interface_stats(self, dom: p.NonnullDomain, device: str) -> p.DomainInterfaceStatsRet:
        vm = self._state.find(dom)
        vm.require_active()
        net = find_interface(vm, device)
        name = net.target.dev if net.target is not None else None
        if not name:
            raise VirtError(ErrorCode.INTERNAL_ERROR, "Interface name not provided", ErrorDomain.NONE)
        found = net_counters().get(name)
        if found is None:
            raise VirtError(ErrorCode.INTERNAL_ERROR, "/proc/net/dev: Interface not found", ErrorDomain.NONE)
        if seen_from_host(net):
            found = found.swapped()
        received = (found.rx_bytes, found.rx_packets, found.rx_errors, found.rx_drops)
        return p.DomainInterfaceStatsRet(*received, found.tx_bytes, found.tx_packets, found.tx_errors, found.tx_drops)

    async def domain_interface_addresses(
        self, dom: p.NonnullDomain, source: int, flags: int
    ) -> list[p.DomainInterface]:
        errors.check_flags(flags, 0, "qemuDomainInterfaceAddresses")
        vm = self._state.find(dom)
        vm.require_active()
        if source == C.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT:
            async with vm.jobs.agent_job(AgentJob.QUERY):
                return _by_agent(await require_agent(vm).command("guest-network-get-interfaces"))
        if source == C.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP:
            return self._by_arp(vm)
        if source == C.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE:
            return []  # networks, and with them leases, are not this driver's yet
        text = f"Unknown IP address data source {source}"
        raise VirtError(ErrorCode.ARGUMENT_UNSUPPORTED, text, ErrorDomain.QEMU)

    @staticmethod
    def _by_arp(vm: Vm) -> list[p.DomainInterface]:
        """What the host's neighbour table knows of each interface's MAC address."""
        known = neighbours()
        found = []
        for net in vm.devices().interfaces:
            mac = (net.mac.address if net.mac is not None else None) or ""
            addresses = [p.DomainIpAddr(C.VIR_IP_ADDR_TYPE_IPV4, ip, 0) for ip in known.get(mac.lower(), [])]
            if addresses and net.target is not None and net.target.dev:
                found.append(p.DomainInterface(net.target.dev, mac, addresses))
        return found


def _by_agent(reply: Any) -> list[p.DomainInterface]:
    """Every interface that the guest itself has, with all its addresses; aliases belong to their interface."""
    found: dict[str, p.DomainInterface] = {}
    for item in decode.objects(reply, "guest-network-get-interfaces"):
        name = decode.string(item, "name", "guest-network-get-interfaces").partition(":")[0]
        mac = decode.string_or(item, "hardware-address") or None
        interface = found.setdefault(name, p.DomainInterface(name, mac, []))
        for address in decode.objects(item.get("ip-addresses") or [], "ip-addresses"):
            kind = decode.string_or(address, "ip-address-type")
            if kind not in ("ipv4", "ipv6"):
                raise errors.internal(f"unknown ip address type '{kind}'")
            number = C.VIR_IP_ADDR_TYPE_IPV4 if kind == "ipv4" else C.VIR_IP_ADDR_TYPE_IPV6
            text = decode.string(address, "ip-address", "ip-addresses")
            interface.addrs.append(p.DomainIpAddr(number, text, decode.integer_or(address, "prefix")))
    return list(found.values())
