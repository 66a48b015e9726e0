"""`<interface>`: guest network interfaces."""

from __future__ import annotations

from typing import Literal
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode
from purevirt.model._engine import (
    MAC,
    ON_OFF,
    UINT,
    ULONG,
    YES_NO,
    Element,
    FormatContext,
    ParseContext,
    XmlError,
    attr,
    child,
    children,
    choice,
    leaf,
    own_forms,
    write_element,
)
from purevirt.model.domain.device import RomDevice
from purevirt.model.domain.interface_source import (
    SOURCE_REQUIRED,
    SOURCES,
    ActualNetworkSource,
    BridgeSource,
    DirectSource,
    GuestIp,
    HostdevInterfaceSource,
    InterfaceSource,
    NetworkSource,
)
from purevirt.model.domain.virtio import VirtioOptions
from purevirt.model.filter_ref import FilterRef
from purevirt.model.ip_address import IP_TEXT, format_ip, read_ip
from purevirt.model.ip_route import Route
from purevirt.model.lenient import Pattern, Silent
from purevirt.model.net_bandwidth import Bandwidth
from purevirt.model.net_vlan import Vlan
from purevirt.model.port_options import PortOptions
from purevirt.model.schema_text import (
    ABSOLUTE_PATH,
    ALIAS_NAME,
    ANY_PATH,
    DEVICE_NAME,
    OBJECT_NAME_OR_PATH,
    PORT,
    POSITIVE,
    UNICAST_MAC,
    UNSIGNED,
    UNSIGNED_SHORT,
    words,
)
from purevirt.model.virtual_port import VirtualPort
from purevirt.types.override import override

InterfaceType = Literal[
    "user",
    "ethernet",
    "vhostuser",
    "server",
    "client",
    "mcast",
    "network",
    "bridge",
    "internal",
    "direct",
    "hostdev",
    "udp",
    "vdpa",
    "null",
    "vds",
]
ActualType = Literal["network", "bridge", "direct", "hostdev"]
BackendName = Literal["qemu", "vhost"]
TxMode = Literal["iothread", "timer"]
HostdevDriverName = Literal["default", "kvm", "vfio", "xen"]
LinkState = Literal["up", "down"]
MacType = Literal["generated", "static"]

VIRTIO_MODELS = ("virtio", "virtio-transitional", "virtio-non-transitional")
GENERATED_PREFIXES = ("vnet", "macvtap", "macvlan")
"""Names of host devices that we choose ourselves; they do not belong to a persistent definition."""


class InterfaceMac(Element, tag="mac"):
    """The MAC address; `type` and `check` matter to VMware guests."""

    address: str | None = attr(MAC, error="unable to parse mac address '%s'", abi=True, needed=True, rng=UNICAST_MAC)
    type: MacType | None = attr(MacType)
    check: bool | None = attr(YES_NO)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A guest's own address is unicast."""
        if self.address is not None and int(self.address[:2], 16) & 1:
            raise XmlError(f"expected unicast mac address, found multicast '{self.address}'")


class HostOffloads(Element, tag="host"):
    """Offloads that the host side offers; all are on by default."""

    csum: bool | None = attr(ON_OFF)
    gso: bool | None = attr(ON_OFF)
    tso4: bool | None = attr(ON_OFF)
    tso6: bool | None = attr(ON_OFF)
    ecn: bool | None = attr(ON_OFF)
    ufo: bool | None = attr(ON_OFF)
    mrg_rxbuf: bool | None = attr(ON_OFF)


class GuestOffloads(Element, tag="guest"):
    """Offloads that the guest may use; all are on by default."""

    csum: bool | None = attr(ON_OFF)
    tso4: bool | None = attr(ON_OFF)
    tso6: bool | None = attr(ON_OFF)
    ecn: bool | None = attr(ON_OFF)
    ufo: bool | None = attr(ON_OFF)


class InterfaceDriver(VirtioOptions, tag="driver"):
    """Tuning of a virtio interface."""

    name: BackendName | None = attr(BackendName)
    txmode: TxMode | None = attr(TxMode)
    ioeventfd: bool | None = attr(ON_OFF)
    event_idx: bool | None = attr(ON_OFF)
    queues: int | None = attr(UINT, doc="more than one", rng=POSITIVE)
    rx_queue_size: int | None = attr(UINT, omit=0, rng=POSITIVE)
    tx_queue_size: int | None = attr(UINT, omit=0, rng=POSITIVE)
    rss: bool | None = attr(ON_OFF)
    rss_hash_report: bool | None = attr(ON_OFF)
    host: HostOffloads | None = child(HostOffloads)
    guest: GuestOffloads | None = child(GuestOffloads)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """One queue is what there is anyway."""
        if self.queues is not None and self.queues <= 1:
            self.queues = None


class InterfaceHostdevDriver(Element, tag="driver"):
    """How a host device is assigned."""

    name: HostdevDriverName | None = attr(HostdevDriverName, omit="default", rng=words(HostdevDriverName, "default"), needed=True)


class PortRange(Element, tag="range"):
    """Ports of the host, from `start` to `end`, forwarded to `to` and on, or excluded from a wider range."""

    start: int | None = attr(UINT, nonzero=True, rng=PORT, needed=True)
    end: int | None = attr(UINT, nonzero=True, rng=PORT)
    to: int | None = attr(UINT, nonzero=True, rng=PORT)
    exclude: bool | None = attr(YES_NO)


class PortForward(Element, tag="portForward"):
    """Ports that passt forwards to the guest."""

    proto: Literal["tcp", "udp"] = attr(Literal["tcp", "udp"], required=True)
    address: str | None = attr(IP_TEXT)
    dev: str | None = attr(rng=DEVICE_NAME)
    ranges: list[PortRange] = children(PortRange)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Canonical address; ranges without a start say nothing."""
        if self.address is not None:
            found = read_ip(self.address)
            if found is None:
                raise XmlError(f"Invalid address '{self.address}' in <portForward>")
            self.address = format_ip(*found)
        self.ranges = [r for r in self.ranges if r.start is not None]


class InterfaceScript(Element, tag="script"):
    """A program run when the host device is made."""

    path: str | None = attr(needed=True, rng=ANY_PATH)

    @override
    def shown(self, ctx: FormatContext) -> bool:
        """An empty path is none."""
        return bool(self.path)


class BackendDomain(Element, tag="backenddomain"):
    """The Xen domain whose bridge is used."""

    name: str | None = attr(needed=True, rng=OBJECT_NAME_OR_PATH)


class InterfaceTarget(Element, tag="target"):
    """The host device of the interface; `managed` no means that somebody else made it."""

    dev: str | None = attr(needed=True, rng=DEVICE_NAME)
    managed: bool | None = attr(YES_NO)

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """A name chosen by us is not part of an inactive definition."""
        written = self
        if ctx.inactive and self.is_generated:
            written = InterfaceTarget(managed=self.managed)
        write_element(written, out, pad, ctx, "target", keep=False)

    @property
    def is_generated(self) -> bool:
        """Whether the name is of the kind we choose."""
        return self.managed is not False and bool(self.dev) and (self.dev or "").startswith(GENERATED_PREFIXES)


class GuestNames(Element, tag="guest"):
    """The interface's name inside a container: wanted, and got."""

    dev: str | None = attr(rng=DEVICE_NAME)
    actual: str | None = attr(rng=DEVICE_NAME)


class InterfaceModel(Element, tag="model"):
    """The device the guest sees."""

    type: str | None = attr(
        Pattern("[a-zA-Z0-9_-]*"),
        error=(ErrorCode.INVALID_ARG, "Model name contains invalid characters"),
        omit="",
        abi=True,
        needed=True,
    )


class InterfaceBackend(Element, tag="backend"):
    """The host end: passt for user networking, or the device nodes of tap and vhost."""

    type: Literal["passt"] | None = attr(Literal["passt"])
    tap: str | None = attr(rng=ABSOLUTE_PATH)
    vhost: str | None = attr(rng=ABSOLUTE_PATH)
    log_file: str | None = attr(name="logFile", rng=ABSOLUTE_PATH)


class InterfaceTune(Element, tag="tune"):
    """The send buffer of the tap device, bytes."""

    sndbuf: int | None = leaf(ULONG, error="sndbuf must be a positive integer", rng=UNSIGNED)


class Teaming(Element, tag="teaming"):
    """Pairs a virtio interface (persistent) with an assigned one (transient) that is unplugged to migrate."""

    schema_cases = own_forms({"type": ("persistent",)}, {"type": ("transient",), "persistent": "present"})

    type: Literal["persistent", "transient"] | None = attr(
        Literal["persistent", "transient"], error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown teaming type '%s'"),
        needed=True,
    )
    persistent: str | None = attr(rng=ALIAS_NAME)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """A transient member names its persistent partner."""
        if self.type == "transient" and not self.persistent:
            raise XmlError(
                "teaming persistent attribute must be set if teaming type is 'transient'",
                ErrorCode.CONFIG_UNSUPPORTED,
            )
        if self.type == "persistent" and self.persistent:
            raise XmlError(
                "teaming persistent attribute not allowed if teaming type is 'persistent'",
                ErrorCode.CONFIG_UNSUPPORTED,
            )


class InterfaceLink(Element, tag="link"):
    """Whether the cable is plugged."""

    state: LinkState | None = attr(
        LinkState, error=(ErrorCode.CONFIG_UNSUPPORTED, "unknown interface link state '%s'"), live="now", needed=True
    )


class InterfaceMtu(Element, tag="mtu"):
    """The maximum transmission unit, bytes."""

    size: int | None = attr(UINT, omit=0, error="malformed mtu size", rng=UNSIGNED_SHORT, needed=True)


class CoalesceFrames(Element, tag="frames"):
    """How many packets are received before an interrupt."""

    max: int | None = attr(UINT, omit=0, error=(ErrorCode.XML_DETAIL, "cannot parse value '%s' for coalesce parameter"))


class CoalesceRx(Element, tag="rx"):
    """Coalescing of received packets."""

    frames: CoalesceFrames | None = child(CoalesceFrames)


class Coalesce(Element, tag="coalesce"):
    """Interrupt coalescing."""

    rx: CoalesceRx | None = child(CoalesceRx)


_ACTUAL_SOURCES: dict[str | None, type[Element]] = {
    "network": ActualNetworkSource,
    "bridge": BridgeSource,
    "direct": DirectSource,
    "hostdev": HostdevInterfaceSource,
}


class ActualInterface(Element, tag="actual"):
    """What a network interface of a running guest got from its network; only status documents say it."""

    type: ActualType = attr(ActualType, required=True)
    managed: bool | None = attr(Silent(YES_NO), omit=False)
    trust_guest_rx_filters: bool | None = attr(YES_NO, name="trustGuestRxFilters")
    hostdev_driver: InterfaceHostdevDriver | None = choice("type", {"hostdev": InterfaceHostdevDriver, None: None}, tag="driver")
    source: ActualNetworkSource | BridgeSource | DirectSource | HostdevInterfaceSource | None = choice(
        "type", _ACTUAL_SOURCES, tag="source"
    )
    vlan: Vlan | None = child(Vlan)
    virtualport: VirtualPort | None = child(VirtualPort)
    bandwidth: Bandwidth | None = child(Bandwidth)
    port: PortOptions | None = child(PortOptions)


class Interface(RomDevice, tag="interface"):
    """A guest network interface. `mac` is None until one is made up for it."""

    schema_hides = ("actual", "master")
    schema_cases = own_forms(
        {"type": ("bridge",), "source": "optional", "virtualport": "optional"},
        {"type": ("ethernet", "user"), "source": "optional"},
        {"type": ("vhostuser", "internal", "mcast", "client", "udp", "server", "vdpa", "vds"), "source": "present"},
        {"type": ("network", "direct"), "source": "present", "virtualport": "optional"},
        {"type": ("hostdev",), "source": "present", "virtualport": "optional", "managed": "optional"},
        {"type": ("null",)},
    )
    known_by = ("mac.address",)

    type: InterfaceType = attr(InterfaceType, default="user", abi=True, needed=True)
    managed: bool | None = attr(Silent(YES_NO), omit=False)
    trust_guest_rx_filters: bool | None = attr(YES_NO, name="trustGuestRxFilters", live="now")
    mac: InterfaceMac | None = child(InterfaceMac, abi=True)
    hostdev_driver: InterfaceHostdevDriver | None = choice("type", {"hostdev": InterfaceHostdevDriver, None: None}, tag="driver")
    source: InterfaceSource | None = choice("type", SOURCES, tag="source", live="now")
    actual: ActualInterface | None = child(ActualInterface)
    vlan: Vlan | None = child(Vlan, live="now")
    virtualport: VirtualPort | None = child(VirtualPort, live="now")
    bandwidth: Bandwidth | None = child(Bandwidth, live="now")
    port: PortOptions | None = child(PortOptions, live="now")
    ips: list[GuestIp] = children(GuestIp)
    routes: list[Route] = children(Route)
    port_forwards: list[PortForward] = children(PortForward)
    script: InterfaceScript | None = child(InterfaceScript)
    downscript: InterfaceScript | None = child(InterfaceScript, tag="downscript")
    backenddomain: BackendDomain | None = child(BackendDomain)
    target: InterfaceTarget | None = child(InterfaceTarget)
    guest: GuestNames | None = child(GuestNames)
    model: InterfaceModel | None = child(InterfaceModel)
    driver: InterfaceDriver | None = choice("type", {"hostdev": None, None: InterfaceDriver}, tag="driver")
    backend: InterfaceBackend | None = child(InterfaceBackend)
    filterref: FilterRef | None = child(FilterRef, live="now")
    tune: InterfaceTune | None = child(InterfaceTune)
    teaming: Teaming | None = child(Teaming)
    link: InterfaceLink | None = child(InterfaceLink, live="now")
    mtu: InterfaceMtu | None = child(InterfaceMtu)
    coalesce: Coalesce | None = child(Coalesce, live="now")

    FILTERED_TYPES = ("ethernet", "network", "bridge")
    VIRTUAL_PORT_TYPES = ("network", "bridge", "direct", "hostdev")

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """Addresses of the host's end are an ethernet interface's alone."""
        source = node.find("source")
        if self.type == "ethernet" or source is None or (source.find("ip") is None and source.find("route") is None):
            return
        raise XmlError(
            "Invalid attempt to set network interface host-side IP route and/or address info on interface of type "
            f"'{self.type}'. This is only supported on interfaces of type 'ethernet'",
            ErrorCode.CONFIG_UNSUPPORTED,
            node=source,
        )

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Refuse a type without its source; forget what this type and model do not have."""
        super().after_parse(ctx)
        if self.model is not None and not self.model.type:
            self.model = None
        if self.model is not None and (self.model.type or "").lower() == "virtio":
            self.model.type = "virtio"
        if self.type in SOURCE_REQUIRED and self.source is None:
            raise XmlError(f"interface type='{self.type}' requires a 'source' element")
        if self.type == "hostdev" and self.source is None:
            raise XmlError("missing source address type")
        if self.type != "hostdev":
            self.managed = None
        if not ctx.actual_net or self.type != "network":
            self.actual = None
        self._check_virtual_port()
        if not self.is_virtio:
            self.driver = None
            if self.backend is not None:
                self.backend.vhost = None
        if self.filterref is not None and (self.type not in self.FILTERED_TYPES or not self.filterref.filter):
            self.filterref = None
        if self.type == "user" and not (self.backend is not None and self.backend.type == "passt"):
            self.source = None
        if self.teaming is not None and self.teaming.type is None:
            self.teaming = None
        if ctx.inactive and self.target is not None and self.target.is_generated:
            self.target = InterfaceTarget(managed=self.target.managed) if self.target.managed else None

    def _check_virtual_port(self) -> None:
        if self.virtualport is not None and self.type not in self.VIRTUAL_PORT_TYPES:
            raise XmlError(
                f"<virtualport> element unsupported for <interface type='{self.type}'>", ErrorCode.CONFIG_UNSUPPORTED
            )
        if self.virtualport is not None and self.type != "network":
            self.virtualport.require_type()

    @property
    def is_virtio(self) -> bool:
        """Whether the guest sees a virtio device."""
        return self.model is not None and self.model.type in VIRTIO_MODELS

    @property
    def actual_type(self) -> str:
        """The type in force: what the network gave, else the interface's own."""
        return self.actual.type if self.actual is not None else self.type

    @override
    def format_xml(self, out: list[str], pad: str, ctx: FormatContext) -> None:
        """Status documents hold `<actual>`; live ones show its facts as the interface's own; inactive ones neither."""
        if self.actual is None or ctx.actual_net:
            write_element(self, out, pad, ctx)
            return
        written = self.copy()
        written.actual = None
        if not ctx.inactive:
            written._show_actual(self.actual)
        write_element(written, out, pad, ctx)

    def _show_actual(self, actual: ActualInterface) -> None:
        self.type = actual.type
        self.managed = actual.managed
        self.hostdev_driver = actual.hostdev_driver
        self.trust_guest_rx_filters = actual.trust_guest_rx_filters or self.trust_guest_rx_filters
        self.vlan = actual.vlan or self.vlan
        self.virtualport = actual.virtualport or self.virtualport
        self.bandwidth = actual.bandwidth or self.bandwidth
        self.port = actual.port or self.port
        source = self.source
        if isinstance(actual.source, HostdevInterfaceSource):
            self.source = actual.source
        elif isinstance(source, NetworkSource) and actual.source is not None:
            for name in ("bridge", "dev", "mode"):
                setattr(source, name, getattr(actual.source, name, None))
