"""Ports of networks: who is plugged into them, with limits that nobody enforces; and leases of the guests on them."""

from __future__ import annotations

import uuid as uuid_module
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from purevirt.drivers.test import errors
from purevirt.drivers.test.networks import TestNetwork, network_of
from purevirt.drivers.test.tuning import BANDWIDTH, answer, read_bandwidth, set_bandwidth
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model._engine import ParseContext
from purevirt.model.network_port import NetworkPlug, NetworkPort
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.arguments import check_params
from purevirt.types.typed_params import TypedParam, to_dict
from purevirt.types.uuid import format_uuid, parse_uuid

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost

LEASE_S = 3600


@dataclass(slots=True, eq=False)
class TestPort:
    """One port."""

    __test__ = False

    document: NetworkPort

    @property
    def uuid(self) -> bytes:
        return parse_uuid(self.document.uuid or "")


class PortFacet:
    """virNetworkPort*, virNetworkListAllPorts, virNetworkGetDHCPLeases."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    def _find(self, port: p.NonnullNetworkPort) -> TestPort:
        network = network_of(self._host, port.net)
        found = network.ports.get(port.uuid)
        if found is None:
            text = f"Network port with UUID {format_uuid(port.uuid)} does not exist"
            raise VirtError(ErrorCode.NO_NETWORK_PORT, text, ErrorDomain.NETWORK)
        return found

    @staticmethod
    def _ref(network: TestNetwork, port: TestPort) -> p.NonnullNetworkPort:
        return p.NonnullNetworkPort(network.ref, port.uuid)

    async def network_list_all_ports(
        self, network: p.NonnullNetwork, need_results: int, flags: int
    ) -> p.NetworkListAllPortsRet:
        errors.check_flags(flags, 0, "testNetworkListAllPorts")
        its = network_of(self._host, network)
        refs = [self._ref(its, port) for port in its.ports.values()]
        return p.NetworkListAllPortsRet(refs if need_results else [], len(refs))

    async def network_port_lookup_by_uuid(self, network: p.NonnullNetwork, uuid: bytes) -> p.NonnullNetworkPort:
        port = p.NonnullNetworkPort(network, uuid)
        return self._ref(network_of(self._host, network), self._find(port))

    async def network_port_create_xml(
        self, network: p.NonnullNetwork, xml: str, flags: int
    ) -> p.NonnullNetworkPort:
        allowed = C.VIR_NETWORK_PORT_CREATE_RECLAIM | C.VIR_NETWORK_PORT_CREATE_VALIDATE
        errors.check_flags(flags, allowed, "testNetworkPortCreateXML")
        document = NetworkPort.from_xml(xml, ParseContext(inactive=True))
        its = network_of(self._host, network)
        if not its.active:
            raise VirtError(ErrorCode.OPERATION_INVALID, "network is not active", ErrorDomain.NETWORK)
        document.uuid = document.uuid or str(uuid_module.uuid4())
        port = TestPort(document)
        if port.uuid in its.ports:
            text = f"network port with UUID {document.uuid} already exists"
            raise VirtError(ErrorCode.NETWORK_PORT_EXIST, message=text, domain=ErrorDomain.NETWORK)
        if document.plug is None:
            bridge = its.document.bridge.name if its.document.bridge is not None else None
            document.plug = NetworkPlug(bridge=bridge or "virbr0")
        its.ports[port.uuid] = port
        return self._ref(its, port)

    async def network_port_get_xml_desc(self, port: p.NonnullNetworkPort, flags: int) -> str:
        errors.check_flags(flags, 0, "testNetworkPortGetXMLDesc")
        return self._find(port).document.to_xml()

    async def network_port_get_parameters(
        self, port: p.NonnullNetworkPort, nparams: int, flags: int
    ) -> p.NetworkPortGetParametersRet:
        errors.check_getter(flags, 0, "testNetworkPortGetParameters")
        out = read_bandwidth(self._find(port).document.bandwidth)
        ret: p.NetworkPortGetParametersRet = answer(out, nparams, p.NetworkPortGetParametersRet)
        return ret

    async def network_port_set_parameters(
        self, port: p.NonnullNetworkPort, params: list[TypedParam], flags: int
    ) -> None:
        errors.check_getter(flags, 0, "testNetworkPortSetParameters")
        check_params(params, BANDWIDTH)
        set_bandwidth(self._find(port).document, {name: int(value) for name, value in to_dict(params).items()})

    async def network_port_delete(self, port: p.NonnullNetworkPort, flags: int) -> None:
        errors.check_flags(flags, 0, "testNetworkPortDelete")
        its = self._find(port)
        del network_of(self._host, port.net).ports[its.uuid]

    async def network_get_dhcp_leases(
        self, net: p.NonnullNetwork, mac: str | None, need_results: int, flags: int
    ) -> p.NetworkGetDhcpLeasesRet:
        """One for each interface of a running guest on the network: the addresses of virDomainInterfaceAddresses."""
        errors.check_flags(flags, 0, "testNetworkGetDHCPLeases")
        network = network_of(self._host, net)
        leases = self._leases(network, mac.lower() if mac is not None else None) if network.active else []
        return p.NetworkGetDhcpLeasesRet(leases if need_results else [], len(leases))

    def _leases(self, network: TestNetwork, mac: str | None) -> list[p.NetworkDhcpLease]:
        from purevirt.drivers.test.stats import network_addresses

        bridge = (network.document.bridge.name if network.document.bridge is not None else None) or ""
        expiry = self._host.clock.now_us() // 1_000_000 + LEASE_S
        found = []
        for guest in self._host.guests:
            devices = guest.document.devices
            interfaces: list[Any] = list(devices.interfaces) if guest.is_active and devices is not None else []
            for number, interface in enumerate(interfaces):
                if interface.type != "network" or interface.source.network != network.name:
                    continue
                its_mac = interface.mac.address if interface.mac is not None else ""
                if mac in (None, its_mac.lower()):
                    found += [
                        p.NetworkDhcpLease(bridge, expiry, a.type, its_mac, None, a.addr, a.prefix, guest.name, None)
                        for a in network_addresses(network, guest.id, number)
                    ]
        return found
