"""Virtual networks: definitions with a state, nothing behind them."""

from __future__ import annotations

import uuid as uuid_module
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from purevirt.api.events import Event
from purevirt.drivers.test import errors
from purevirt.drivers.test.host import TestHost
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model._engine import ParseContext
from purevirt.model.network import Network
from purevirt.model.network_update import update_network
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.uuid import format_uuid, parse_uuid

if TYPE_CHECKING:
    from purevirt.drivers.test.ports import TestPort

_GROUPS = (
    C.VIR_CONNECT_LIST_NETWORKS_ACTIVE | C.VIR_CONNECT_LIST_NETWORKS_INACTIVE,
    C.VIR_CONNECT_LIST_NETWORKS_PERSISTENT | C.VIR_CONNECT_LIST_NETWORKS_TRANSIENT,
    C.VIR_CONNECT_LIST_NETWORKS_AUTOSTART | C.VIR_CONNECT_LIST_NETWORKS_NO_AUTOSTART,
)
_UPDATE_FLAGS = C.VIR_NETWORK_UPDATE_AFFECT_LIVE | C.VIR_NETWORK_UPDATE_AFFECT_CONFIG


def _read(xml: str, validate: bool) -> Network:
    """A definition; options of dnsmasq are the real driver's, this one does not know their namespace."""
    document = Network.from_xml(xml, ParseContext(validate=validate))
    document.options = document.xmlns_dnsmasq = None
    return document


@dataclass(slots=True, eq=False)
class TestNetwork:
    """`next` is what it will be after its next start, None while that is `document`."""

    __test__ = False

    document: Network
    persistent: bool
    active: bool = False
    autostart: bool = False
    next: Network | None = None
    ports: dict[bytes, TestPort] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.document.name

    @property
    def uuid(self) -> bytes:
        return parse_uuid(self.document.uuid or "")

    @property
    def ref(self) -> p.NonnullNetwork:
        return p.NonnullNetwork(self.name, self.uuid)

    def traits(self) -> int:
        return (
            (C.VIR_CONNECT_LIST_NETWORKS_ACTIVE if self.active else C.VIR_CONNECT_LIST_NETWORKS_INACTIVE)
            | (C.VIR_CONNECT_LIST_NETWORKS_PERSISTENT if self.persistent else C.VIR_CONNECT_LIST_NETWORKS_TRANSIENT)
            | (C.VIR_CONNECT_LIST_NETWORKS_AUTOSTART if self.autostart else C.VIR_CONNECT_LIST_NETWORKS_NO_AUTOSTART)
        )


def _error(code: ErrorCode, detail: str) -> VirtError:
    return VirtError(code, detail, ErrorDomain.NETWORK)


def complete(document: Network) -> Network:
    """A definition with a UUID."""
    if document.uuid is None:
        document.uuid = str(uuid_module.uuid4())
    return document


def add_network(host: TestHost, document: Network, *, live: bool) -> TestNetwork:
    """The network of a definition, known or new. Raises where name or UUID are another's."""
    complete(document)
    known = host.networks.by_uuid(parse_uuid(document.uuid or ""))
    if known is not None and known.name != document.name:
        text = f"network '{known.name}' is already defined with uuid {known.document.uuid}"
        raise _error(ErrorCode.OPERATION_FAILED, text)
    if known is not None and live and known.active:
        raise _error(ErrorCode.OPERATION_INVALID, f"network is already active as '{known.name}'")
    other = host.networks.get(document.name)
    if known is None and other is not None:
        text = f"network '{document.name}' already exists with uuid {other.document.uuid}"
        raise _error(ErrorCode.OPERATION_FAILED, text)
    if known is None:
        known = TestNetwork(document, persistent=not live)
        host.networks.add(known)
    elif known.active:
        known.next = document
    else:
        if live and known.persistent:
            known.next = known.document
        known.document = document
    if not live:
        known.persistent = True
    return known


def _by_uuid(host: TestHost, uuid: bytes) -> TestNetwork:
    found = host.networks.by_uuid(uuid)
    if found is None:
        raise errors.not_found(ErrorCode.NO_NETWORK, f"no network with matching uuid '{format_uuid(uuid)}'")
    return found


def network_of(host: TestHost, ref: p.NonnullNetwork) -> TestNetwork:
    """The network that a client means, by its UUID."""
    return _by_uuid(host, ref.uuid)


class NetworkFacet:
    """virNetwork*."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    def _find(self, net: p.NonnullNetwork) -> TestNetwork:
        return self._named(net.name)

    def _by_uuid(self, uuid: bytes) -> TestNetwork:
        return _by_uuid(self._host, uuid)

    def _named(self, name: str) -> TestNetwork:
        found = self._host.networks.get(name)
        if found is None:
            raise errors.not_found(ErrorCode.NO_NETWORK, f"no network with matching name '{name}'")
        return found

    def _emit(self, network: TestNetwork, event: int) -> None:
        message = p.NetworkEventLifecycleMsg(0, network.ref, event, 0)
        self._host.hub.emit(Event("network", C.VIR_NETWORK_EVENT_ID_LIFECYCLE, network.uuid, message))

    # --- finding -----------------------------------------------------------------------------------------------

    async def network_lookup_by_name(self, name: str) -> p.NonnullNetwork:
        return self._named(name).ref

    async def network_lookup_by_uuid(self, uuid: bytes) -> p.NonnullNetwork:
        return self._by_uuid(uuid).ref

    async def connect_num_of_networks(self) -> int:
        return sum(network.active for network in self._host.networks)

    async def connect_list_networks(self, maxnames: int) -> list[str]:
        return [network.name for network in self._host.networks if network.active][:maxnames]

    async def connect_num_of_defined_networks(self) -> int:
        return sum(not network.active for network in self._host.networks)

    async def connect_list_defined_networks(self, maxnames: int) -> list[str]:
        return [network.name for network in self._host.networks if not network.active][:maxnames]

    async def connect_list_all_networks(self, need_results: int, flags: int) -> p.ConnectListAllNetworksRet:
        errors.check_flags(flags, sum(_GROUPS), "testConnectListAllNetworks")
        refs = [
            network.ref
            for network in self._host.networks
            if all(not flags & group or network.traits() & flags & group for group in _GROUPS)
        ]
        return p.ConnectListAllNetworksRet(refs if need_results else [], len(refs))

    # --- definitions -------------------------------------------------------------------------------------------

    async def network_define_xml(self, xml: str) -> p.NonnullNetwork:
        return await self.network_define_xml_flags(xml, 0)

    async def network_define_xml_flags(self, xml: str, flags: int) -> p.NonnullNetwork:
        errors.check_flags(flags, C.VIR_NETWORK_DEFINE_VALIDATE, "testNetworkDefineXMLFlags")
        validate = bool(flags & C.VIR_NETWORK_DEFINE_VALIDATE)
        network = add_network(self._host, _read(xml, validate), live=False)
        self._emit(network, C.VIR_NETWORK_EVENT_DEFINED)
        return network.ref

    async def network_create_xml(self, xml: str) -> p.NonnullNetwork:
        return await self.network_create_xml_flags(xml, 0)

    async def network_create_xml_flags(self, xml: str, flags: int) -> p.NonnullNetwork:
        errors.check_flags(flags, C.VIR_NETWORK_CREATE_VALIDATE, "testNetworkCreateXMLFlags")
        validate = bool(flags & C.VIR_NETWORK_CREATE_VALIDATE)
        network = add_network(self._host, _read(xml, validate), live=True)
        network.active = True
        self._emit(network, C.VIR_NETWORK_EVENT_STARTED)
        return network.ref

    async def network_undefine(self, net: p.NonnullNetwork) -> None:
        network = self._find(net)
        if network.active:
            raise errors.invalid(f"Network '{network.name}' is still running")
        self._host.networks.remove(network)
        self._emit(network, C.VIR_NETWORK_EVENT_UNDEFINED)

    async def network_update(
        self, net: p.NonnullNetwork, command: int, section: int, parentIndex: int, xml: str, flags: int
    ) -> None:
        errors.check_flags(flags, _UPDATE_FLAGS, "testNetworkUpdate")
        network = self._by_uuid(net.uuid)
        if not flags & _UPDATE_FLAGS:
            flags = C.VIR_NETWORK_UPDATE_AFFECT_LIVE if network.active else C.VIR_NETWORK_UPDATE_AFFECT_CONFIG
        if flags & C.VIR_NETWORK_UPDATE_AFFECT_LIVE and not network.active:
            raise _error(ErrorCode.OPERATION_INVALID, "network is not running")
        if flags & C.VIR_NETWORK_UPDATE_AFFECT_CONFIG and not network.persistent:
            raise _error(ErrorCode.OPERATION_INVALID, "cannot change persistent config of a transient network")
        if flags & C.VIR_NETWORK_UPDATE_AFFECT_CONFIG:
            if network.active and network.next is None:
                network.next = network.document.copy()
            update_network(network.next or network.document, command, section, parentIndex, xml)
        if flags & C.VIR_NETWORK_UPDATE_AFFECT_LIVE:
            if network.persistent and network.next is None:
                network.next = network.document.copy()
            update_network(network.document, command, section, parentIndex, xml)

    async def network_get_xml_desc(self, net: p.NonnullNetwork, flags: int) -> str:
        errors.check_flags(flags, 0, "testNetworkGetXMLDesc")
        return self._find(net).document.to_xml()

    async def network_get_bridge_name(self, net: p.NonnullNetwork) -> str:
        network = self._find(net)
        name = network.document.bridge.name if network.document.bridge is not None else None
        if not name:
            raise errors.internal(f"network '{network.name}' does not have a bridge name.")
        return name

    async def network_get_autostart(self, net: p.NonnullNetwork) -> int:
        return int(self._find(net).autostart)

    async def network_set_autostart(self, net: p.NonnullNetwork, autostart: int) -> None:
        self._find(net).autostart = bool(autostart)

    # --- life --------------------------------------------------------------------------------------------------

    async def network_is_active(self, net: p.NonnullNetwork) -> int:
        return int(self._by_uuid(net.uuid).active)

    async def network_is_persistent(self, net: p.NonnullNetwork) -> int:
        return int(self._by_uuid(net.uuid).persistent)

    async def network_create(self, net: p.NonnullNetwork) -> None:
        network = self._find(net)
        if network.active:
            raise errors.invalid(f"Network '{network.name}' is already running")
        network.active = True
        self._emit(network, C.VIR_NETWORK_EVENT_STARTED)

    async def network_destroy(self, net: p.NonnullNetwork) -> None:
        network = self._find(net)
        network.active = False
        network.ports.clear()
        if network.next is not None:
            network.document, network.next = network.next, None
        self._emit(network, C.VIR_NETWORK_EVENT_STOPPED)
        if not network.persistent:
            self._host.networks.remove(network)
