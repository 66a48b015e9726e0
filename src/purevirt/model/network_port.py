"""The network port document: what an interface of a guest uses of a virtual network."""

from __future__ import annotations

from typing import Any, Literal

from purevirt.errors import ErrorCode, ErrorDomain
from purevirt.model._engine import MAC, UUID, YES_NO, Element, ParseContext, XmlError, attr, child, choice, leaf
from purevirt.model.net_bandwidth import Bandwidth
from purevirt.model.net_vlan import Vlan
from purevirt.model.port_options import PortOptions
from purevirt.model.schema_text import DEVICE_NAME, UNICAST_MAC, words
from purevirt.model.storage_source import HostPciAddress
from purevirt.model.virtual_port import VirtualPort
from purevirt.types.override import override

PlugMode = Literal["vepa", "private", "bridge", "passthrough"]
PlugDriverName = Literal["default", "kvm", "vfio"]
MacTableManager = Literal["default", "kernel", "libvirt"]


def _internal(text: str) -> tuple[int, str]:
    return (ErrorCode.INTERNAL_ERROR, text)


def _mac_table_manager() -> Any:
    text = "Invalid macTableManager setting '%s' in network port"
    return attr(MacTableManager, name="macTableManager", omit="default", error=text, rng=words(MacTableManager, "default"))


class PortOwner(Element, tag="owner"):
    """The guest."""

    name: str = leaf(required=True, missing=_internal("network port has no owner name"))
    uuid: str = leaf(
        UUID,
        required=True,
        missing=_internal("network port has no owner UUID"),
        error=_internal("Unable to parse UUID '%s'"),
    )


class PortMac(Element, tag="mac"):
    """The interface's MAC address."""

    address: str = attr(
        MAC,
        required=True,
        missing=_internal("network port has no mac"),
        error=_internal("Unable to parse MAC '%s'"),
        rng=UNICAST_MAC,
    )


class PortRxFilters(Element, tag="rxfilters"):
    """Whether the guest's own receive filters are followed."""

    trust_guest: bool | None = attr(YES_NO, name="trustGuest", needed=True)


class Plug(Element, tag="plug"):
    """How the interface is connected."""

    type: str = attr()


class NetworkPlug(Plug, tag="plug"):
    """A bridge of ours."""

    type: str = attr(default="network", needed=True)
    bridge: str = attr(required=True, missing="Missing network port bridge name", rng=DEVICE_NAME)
    mac_table_manager: MacTableManager | None = _mac_table_manager()


class BridgePlug(Plug, tag="plug"):
    """A bridge of the host."""

    type: str = attr(default="bridge", needed=True)
    bridge: str = attr(required=True, missing="Missing network port bridge name", rng=DEVICE_NAME)
    mac_table_manager: MacTableManager | None = _mac_table_manager()


class DirectPlug(Plug, tag="plug"):
    """A macvtap device on a host interface."""

    type: str = attr(default="direct", needed=True)
    dev: str = attr(required=True, missing="Missing network port link device name", rng=DEVICE_NAME)
    mode: PlugMode | None = attr(PlugMode, error="Invalid mode setting '%s' in network port", needed=True)


class PlugDriver(Element, tag="driver"):
    """How the device is assigned."""

    name: PlugDriverName | None = attr(
        PlugDriverName,
        omit="default",
        error="Missing network port driver name",
        needed=True,
        rng=words(PlugDriverName, "default"),
    )


class HostdevPlug(Plug, tag="plug"):
    """A PCI device of the host."""

    type: str = attr(default="hostdev-pci", needed=True)
    managed: bool | None = attr(YES_NO)
    driver: PlugDriver | None = child(PlugDriver)
    address: HostPciAddress | None = child(HostPciAddress, keep=True, needed=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Unmanaged unless said; a device must be named."""
        self.managed = bool(self.managed)
        if self.address is None:
            raise XmlError("Missing network port PCI address")


class NetworkPort(Element, tag="networkport"):
    """A port."""

    document = "network_port_definition"
    error_domain = ErrorDomain.NETWORK

    uuid: str = leaf(
        UUID, required=True, missing=_internal("network port has no uuid"), error=_internal("Unable to parse UUID '%s'")
    )
    owner: PortOwner = child(PortOwner, required=True, missing=_internal("network port has no owner name"))
    group: str | None = leaf(rng=DEVICE_NAME)
    mac: PortMac = child(PortMac, required=True, missing=_internal("network port has no mac"))
    virtualport: VirtualPort | None = child(VirtualPort)
    bandwidth: Bandwidth | None = child(Bandwidth)
    vlan: Vlan | None = child(Vlan)
    port: PortOptions | None = child(PortOptions)
    rxfilters: PortRxFilters | None = child(PortRxFilters)
    plug: NetworkPlug | BridgePlug | DirectPlug | HostdevPlug | None = choice(
        "@type",
        {"none": None, "network": NetworkPlug, "bridge": BridgePlug, "direct": DirectPlug, "hostdev-pci": HostdevPlug},
        tag="plug",
    )
