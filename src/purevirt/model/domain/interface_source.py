"""Where a guest interface ends on the host: one class of `<source>` per interface type."""

from __future__ import annotations

from typing import Literal

from purevirt.errors import ErrorCode
from purevirt.model._engine import (
    INT,
    LONG,
    ON_OFF,
    UINT,
    UUID,
    YES_NO,
    Case,
    Element,
    Hex,
    ParseContext,
    XmlError,
    attr,
    child,
    children,
    choice,
    own_forms,
)
from purevirt.model.domain.device import check_pci_ranges
from purevirt.model.ip_address import BITS, IP_TEXT, format_ip, read_ip
from purevirt.model.ip_route import Route
from purevirt.model.lenient import Silent
from purevirt.model.schema_text import (
    ABSOLUTE_PATH,
    DEVICE_NAME,
    IP_ADDRESS,
    IPV4,
    PCI_FUNCTION,
    PCI_SLOT,
    PORT,
    UINT8,
    UINT32,
    USB_NUMBER,
    matching,
    one_of,
    up_to,
)
from purevirt.types.override import override

DirectMode = Literal["vepa", "private", "bridge", "passthrough"]
_UINT_MAX = 2**32 - 1


class GuestIp(Element, tag="ip"):
    """An address given to the interface (in the guest, or in the host for `<source><ip>`)."""

    address: str | None = attr(IP_TEXT, needed=True, rng=IP_ADDRESS)
    family: str | None = attr(rng="<choice><value>ipv4</value><value>ipv6</value></choice>")
    prefix: str | None = attr(rng=up_to(128))
    peer: str | None = attr(IP_TEXT, rng=IP_ADDRESS)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Canonical addresses of one family, a prefix that fits it."""
        if self.address is None:
            raise XmlError("Missing required address in <ip>")
        wanted = self.family if self.family in ("ipv4", "ipv6") else None
        found = read_ip(self.address, wanted)
        if found is None:
            raise XmlError(f"Invalid address '{self.address}' in <ip>")
        self.family = found[0]
        self.address = format_ip(*found)
        if self.prefix is not None:
            digits = self.prefix.strip()
            if not digits.isdecimal() or int(digits[:9]) > BITS[self.family]:
                raise XmlError(f"Invalid prefix value '{self.prefix}' in <ip>")
            self.prefix = str(int(digits)) if int(digits) else None
        if self.peer is not None:
            peer = read_ip(self.peer, self.family)
            if peer is None:
                raise XmlError(f"Invalid peer '{self.peer}' in <ip>", ErrorCode.INVALID_ARG)
            self.peer = format_ip(*peer)


class SourceIp(GuestIp, tag="ip"):
    """An address of the host side of an ethernet interface."""


_BRIDGE = matching(r"[a-zA-Z0-9_\.\-\\:/ ]*")
_OF_NETWORK = {"network": attr(), "portgroup": attr(rng=DEVICE_NAME), "portid": attr(rng=UUID.rng)}
_FORM_OF_NETWORK: Case = {"network": "present", "portgroup": "optional", "portid": "optional"}
_TABLE_MANAGER = attr(name="macTableManager", rng=one_of("kernel", "libvirt"))


class NetworkSource(Element, tag="source"):
    """A virtual network; what the running interface got from it (port, bridge, device) is shown in live documents."""

    schema_hides = ("dev", "mode")
    schema_also = {"table_manager": _TABLE_MANAGER}
    schema_cases = own_forms({"network": "present"}, {"network": "present", "bridge": "present", "table_manager": "optional"})

    network: str = attr(required=True)
    portgroup: str | None = attr(rng=DEVICE_NAME)
    portid: str | None = attr(UUID, only="live")
    dev: str | None = attr()
    bridge: str | None = attr(rng=_BRIDGE)
    mode: DirectMode | None = attr(DirectMode)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Device and bridge are told, not asked for."""
        self.dev = self.bridge = self.mode = None
        if not (ctx.status or ctx.actual_net):
            self.portid = None


class BridgeSource(Element, tag="source"):
    """A bridge of the host."""

    schema_also = {**_OF_NETWORK, "table_manager": _TABLE_MANAGER}
    schema_cases = own_forms({"bridge": "present"}, {"bridge": "present", **_FORM_OF_NETWORK})

    bridge: str = attr(required=True, rng=_BRIDGE)


class ActualNetworkSource(Element, tag="source"):
    """The bridge that a network of ours gave, in status documents."""

    bridge: str | None = attr()
    dev: str | None = attr()
    mode: DirectMode | None = attr(DirectMode)


class SourceRoute(Route, tag="route"):
    """A route of the host by an ethernet interface."""

    OWNER = "interface host IP"


class EthernetSource(Element, tag="source"):
    """A tap device: addresses and routes of its host side."""

    ips: list[SourceIp] = children(SourceIp)
    routes: list[Route] = children(SourceRoute)


class Reconnect(Element, tag="reconnect"):
    """Whether and after how many seconds a lost connection is made again."""

    enabled: bool | None = attr(YES_NO, needed=True)
    timeout: int | None = attr(UINT)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A timeout is needed where reconnecting is wanted, and means nothing elsewhere."""
        if self.enabled and self.timeout is None:
            raise XmlError("Missing required attribute 'timeout' in element 'reconnect'")
        if not self.enabled:
            self.timeout = None


class VhostUserSource(Element, tag="source"):
    """The UNIX socket of a vhost-user network process."""

    type: str = attr(required=True, rng="<value>unix</value>")
    path: str = attr(required=True, rng=ABSOLUTE_PATH)
    mode: Literal["server", "client"] = attr(Literal["server", "client"], required=True)
    reconnect: Reconnect | None = child(Reconnect)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Only UNIX sockets; only a client can reconnect."""
        if self.type != "unix":
            raise XmlError(f"Type='{self.type}' unsupported for <interface type='vhostuser'>", ErrorCode.CONFIG_UNSUPPORTED)
        if self.mode == "server" and self.reconnect is not None and self.reconnect.enabled:
            raise XmlError(
                "'reconnect' attribute unsupported 'server' mode for <interface type='vhostuser'>",
                ErrorCode.CONFIG_UNSUPPORTED,
            )


class DirectSource(Element, tag="source"):
    """A host interface that the guest attaches to by macvtap."""

    schema_also = _OF_NETWORK
    schema_cases = own_forms({"dev": "present"}, {"dev": "present", **_FORM_OF_NETWORK})

    dev: str = attr(required=True, rng=DEVICE_NAME)
    mode: DirectMode = attr(DirectMode, default="vepa")


class UserSource(Element, tag="source"):
    """The host interface whose settings passt copies."""

    dev: str | None = attr(rng=DEVICE_NAME, needed=True)


class InternalSource(Element, tag="source"):
    """A network inside the hypervisor."""

    name: str = attr(required=True, rng=DEVICE_NAME)


class SocketLocal(Element, tag="local"):
    """Our end of a UDP tunnel."""

    address: str = attr(required=True, rng=IPV4)
    port: int = attr(INT, required=True, rng=PORT)


class SocketSource(Element, tag="source"):
    """A multicast group or the peer of a TCP or UDP tunnel."""

    address: str = attr(required=True, rng=IPV4)
    port: int = attr(INT, required=True, rng=PORT)


class ServerSource(Element, tag="source"):
    """Where to wait for the peer of a TCP tunnel."""

    address: str | None = attr(rng=IPV4)
    port: int = attr(INT, required=True, rng=PORT)


class UdpSource(Element, tag="source"):
    """Both ends of a UDP tunnel."""

    address: str = attr(required=True, rng=IPV4)
    port: int = attr(INT, required=True, rng=PORT)
    local: SocketLocal = child(SocketLocal, required=True, missing="'<local>' element missing for 'udp' socket interface")


class SourceAddress(Element, tag="address"):
    """The base of host device addresses that say their bus."""

    type: str = attr()


class SourcePciAddress(SourceAddress, tag="address"):
    """A PCI function of the host."""

    schema_also = {"multifunction": attr(ON_OFF)}

    type: str = attr(default="pci", needed=True)
    domain: int = attr(Hex(4, _UINT_MAX), default=0, rng=UINT32)
    bus: int = attr(Hex(2, _UINT_MAX), default=0, rng=UINT8)
    slot: int = attr(Hex(2, _UINT_MAX), default=0, rng=PCI_SLOT)
    function: int = attr(Hex(1, _UINT_MAX), default=0, rng=PCI_FUNCTION)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Check the ranges."""
        check_pci_ranges(self.bus, self.slot, self.function)


class SourceUsbAddress(SourceAddress, tag="address"):
    """A USB device of the host."""

    type: str = attr(default="usb", needed=True)
    bus: int = attr(UINT, required=True, rng=USB_NUMBER)
    device: int = attr(UINT, required=True, rng=USB_NUMBER)


class UsbId(Element):
    """A USB vendor or product number."""

    id: int = attr(Hex(4, _UINT_MAX), required=True, nonzero=True, rng=matching("(0x)?[0-9a-fA-F]{1,4}"))


class UsbVendor(UsbId, tag="vendor"):
    """The vendor."""


class UsbProduct(UsbId, tag="product"):
    """The product."""


class HostdevInterfaceSource(Element, tag="source"):
    """A network device of the host, handed over as a whole."""

    schema_also = {"missing": attr(YES_NO)}
    schema_cases = (
        {"vendor": "present", "product": "present", "address": "absent"},
        {"vendor": "absent", "product": "absent", "address": "present"},
    )

    missing: bool | None = attr(Silent(YES_NO), only="status", omit=False)
    vendor: UsbVendor | None = child(UsbVendor)
    product: UsbProduct | None = child(UsbProduct)
    address: SourceAddress | None = choice(
        "@type",
        {"pci": SourcePciAddress, "usb": SourceUsbAddress},
        tag="address",
        error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown host device source address type '%s'"),
        missing="missing source address type",
    )

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """The device must be said somehow."""
        if self.address is None and self.vendor is None and self.product is None:
            raise XmlError("missing source address type")
        if self.vendor is not None and self.product is None:
            raise XmlError("missing product", ErrorCode.INTERNAL_ERROR)
        if self.vendor is None and self.product is not None:
            raise XmlError("missing vendor", ErrorCode.INTERNAL_ERROR)


class VdpaSource(Element, tag="source"):
    """A vhost-vdpa character device."""

    dev: str = attr(required=True, rng=DEVICE_NAME)


class VdsSource(Element, tag="source"):
    """A port of a VMware distributed switch."""

    switchid: str = attr(UUID, required=True)
    portid: int = attr(LONG, required=True)
    portgroupid: str = attr(required=True)
    connectionid: int = attr(LONG, required=True)


InterfaceSource = (
    NetworkSource
    | BridgeSource
    | EthernetSource
    | VhostUserSource
    | DirectSource
    | UserSource
    | InternalSource
    | SocketSource
    | ServerSource
    | UdpSource
    | HostdevInterfaceSource
    | VdpaSource
    | VdsSource
)

SOURCES: dict[str | None, type[Element] | None] = {
    "network": NetworkSource,
    "bridge": BridgeSource,
    "ethernet": EthernetSource,
    "vhostuser": VhostUserSource,
    "direct": DirectSource,
    "user": UserSource,
    "internal": InternalSource,
    "mcast": SocketSource,
    "client": SocketSource,
    "server": ServerSource,
    "udp": UdpSource,
    "hostdev": HostdevInterfaceSource,
    "vdpa": VdpaSource,
    "vds": VdsSource,
    "null": None,
}
SOURCE_REQUIRED = frozenset(
    ("network", "bridge", "vhostuser", "direct", "internal", "mcast", "client", "server", "udp", "vdpa", "vds")
)
