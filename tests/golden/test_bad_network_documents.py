"""Wrong network, filter, host interface, node device and guest device documents: code, text, line and path of each.

The texts are what libvirt 9.0 answers (asked black box). A row is named after its mistake.
"""

from __future__ import annotations

import pytest

from purevirt.errors import ErrorCode, VirtError
from purevirt.model._engine import Element, ParseContext
from purevirt.model.domain.audio import Audio
from purevirt.model.domain.graphics import Graphics
from purevirt.model.domain.hostdev import Hostdev
from purevirt.model.domain.hub import Hub
from purevirt.model.domain.input import Input
from purevirt.model.domain.interface import Interface
from purevirt.model.domain.iommu import Iommu
from purevirt.model.domain.memballoon import Memballoon
from purevirt.model.domain.memory_device import MemoryDevice
from purevirt.model.domain.panic import Panic
from purevirt.model.domain.sound import Sound
from purevirt.model.domain.tpm import Tpm
from purevirt.model.domain.video import Video
from purevirt.model.domain.vsock import Vsock
from purevirt.model.domain.watchdog import Watchdog
from purevirt.model.host_interface import HostInterface
from purevirt.model.network import Network
from purevirt.model.node_device import NodeDevice
from purevirt.model.nwfilter import NwFilter

XML, DETAIL, INTERNAL = ErrorCode.XML_ERROR, ErrorCode.XML_DETAIL, ErrorCode.INTERNAL_ERROR
UNSUPPORTED, ARG, SYSTEM = ErrorCode.CONFIG_UNSUPPORTED, ErrorCode.INVALID_ARG, ErrorCode.SYSTEM_ERROR

Row = tuple[str, type[Element], str, int, str, str]


def _network(name: str, body: str, code: int, text: str, path: str) -> Row:
    return (f"network-{name}", Network, f"<network><name>n</name>\n{body}</network>", code, text, f"/network{path}")


def _rule(name: str, body: str, text: str, path: str) -> Row:
    document = f"<filter name='t'><rule action='drop' direction='in'>\n{body}</rule></filter>"
    return (f"nwfilter-{name}", NwFilter, document, INTERNAL, text, f"/filter/rule{path}, line 2")


def _device(name: str, body: str, code: int, text: str, path: str) -> Row:
    document = f"<device><name>d</name>\n{body}</device>"
    return (f"nodedev-{name}", NodeDevice, document, code, text, f"/device/capability{path}, line 2")


IP = "<ip address='10.0.0.1' netmask='255.255.255.0'>"
DHCP = "/ip/dhcp"
PCI = "<domain>0</domain><bus>2</bus><slot>0</slot><function>0</function>"

NETWORKS: list[Row] = [
    _network("delay-no-number", "<bridge delay='x'/>", XML, "Invalid delay value in network 'n'", "/bridge, line 2"),
    _network(
        "mac-table-manager-unknown",
        "<bridge macTableManager='x'/>",
        XML,
        "Invalid macTableManager setting 'x' in network 'n'",
        "/bridge, line 2",
    ),
    _network("mode-unknown", "<forward mode='x'/>", UNSUPPORTED, "unknown forwarding type 'x'", "/forward, line 2"),
    _network(
        "nat-without-address",
        "<forward mode='nat'/>",
        XML,
        "nat forwarding requested, but no IP address provided for network 'n'",
        ", line 1",
    ),
    _network(
        "interface-twice",
        "<forward mode='private'><interface dev='e'/><interface dev='e'/></forward>",
        XML,
        "interface 'e' can only be listed once in network n",
        "/forward, line 2",
    ),
    _network(
        "interface-without-name",
        "<forward mode='private'><interface/></forward>",
        XML,
        "Missing required dev attribute in <forward> <interface> element of network n",
        "/forward/interface, line 2",
    ),
    _network(
        "pf-without-name",
        "<forward mode='hostdev'><pf/></forward>",
        XML,
        "Missing required dev attribute in <pf> element of network 'n'",
        "/forward/pf, line 2",
    ),
    _network(
        "two-pfs",
        "<forward mode='hostdev'><pf dev='x'/><pf dev='y'/></forward>",
        XML,
        "Only one <pf> element is allowed in <forward> of network n",
        "/forward, line 2",
    ),
    _network(
        "address-type-missing",
        "<forward mode='hostdev'><address bus='3'/></forward>",
        XML,
        "missing address type in network n",
        "/forward/address, line 2",
    ),
    _network(
        "driver-unknown",
        "<forward mode='hostdev'><driver name='x'/></forward>",
        UNSUPPORTED,
        "Unknown forward <driver name='x'/> in network n",
        "/forward/driver, line 2",
    ),
    _network(
        "nat-element-in-route-mode",
        "<forward mode='route'><nat ipv6='yes'/></forward>",
        XML,
        "The <nat> element can only be used when <forward> 'mode' is 'nat' in network n",
        "/forward, line 2",
    ),
    _network(
        "nat-range-reversed",
        "<forward mode='nat'><nat><address start='1.1.1.4' end='1.1.1.1'/></nat></forward>",
        INTERNAL,
        "range 1.1.1.4 - 1.1.1.1 is reversed ",
        "/forward/nat/address, line 2",
    ),
    _network(
        "nat-port-end-missing",
        "<forward mode='nat'><nat><port start='5'/></nat></forward>",
        DETAIL,
        "Missing or invalid 'end' attribute in <port> in <nat> in <forward> in network n",
        "/forward/nat/port, line 2",
    ),
    _network(
        "bridge-name-in-passthrough",
        "<forward mode='passthrough'><interface dev='e'/></forward><bridge name='b'/>",
        XML,
        "bridge name not allowed in passthrough mode (network 'n')",
        ", line 1",
    ),
    _network(
        "stp-on-a-foreign-bridge",
        "<forward mode='bridge'/><bridge name='b' stp='on'/>",
        XML,
        "bridge delay/stp/zone options only allowed in route, nat, and isolated mode, not in bridge (network 'n')",
        ", line 1",
    ),
    _network(
        "mac-multicast",
        "<mac address='01:00:00:00:00:00'/>",
        XML,
        "Invalid multicast bridge mac address '01:00:00:00:00:00' in network 'n'",
        "/mac, line 2",
    ),
    _network("mtu-no-number", "<mtu size='x'/>", XML, "Invalid mtu size 'x' in network 'n'", "/mtu, line 2"),
    _network("uuid-malformed", "<uuid>x</uuid>", INTERNAL, "malformed uuid element", "/uuid, line 2"),
    _network("portgroup-without-name", "<portgroup/>", XML, "Missing required name attribute in portgroup", "/portgroup, line 2"),
    _network(
        "floor-on-a-network",
        "<bandwidth><inbound floor='3'/></bandwidth>",
        UNSUPPORTED,
        "floor attribute is not supported for this config",
        ", line 1",
    ),
    _network("ip-without-address", "<ip/>", XML, "Missing required address attribute in network 'n'", "/ip, line 2"),
    _network("ip-bad-address", "<ip address='x'/>", XML, "Invalid address 'x' in network 'n'", "/ip, line 2"),
    _network(
        "ip-prefix-too-long",
        "<ip address='10.0.0.1' prefix='33'/>",
        UNSUPPORTED,
        "Invalid IPv4 prefix '33' in network 'n'",
        "/ip, line 2",
    ),
    _network(
        "ip-family-missing",
        "<ip address='::1'/>",
        UNSUPPORTED,
        "no family specified for non-IPv4 address '::1' in network 'n'",
        "/ip, line 2",
    ),
    _network(
        "ipv6-netmask",
        "<ip family='ipv6' address='2001::1' netmask='255.0.0.0'/>",
        UNSUPPORTED,
        "netmask not allowed for IPv6 address '2001::1' in network 'n'",
        "/ip, line 2",
    ),
    _network(
        "range-start-missing",
        f"{IP}<dhcp><range end='10.0.0.5'/></dhcp></ip>",
        XML,
        "Missing 'start' attribute in dhcp range for network 'n'",
        f"{DHCP}/range, line 2",
    ),
    _network(
        "range-outside",
        f"{IP}<dhcp><range start='10.0.1.1' end='10.0.1.5'/></dhcp></ip>",
        INTERNAL,
        "range 10.0.1.1 - 10.0.1.5 is not entirely within network 10.0.0.1/24",
        "/ip, line 2",
    ),
    _network(
        "range-takes-broadcast",
        f"{IP}<dhcp><range start='10.0.0.5' end='10.0.0.255'/></dhcp></ip>",
        INTERNAL,
        "end of range 10.0.0.5 - 10.0.0.255 in network 10.0.0.1/24 is the broadcast address",
        "/ip, line 2",
    ),
    _network(
        "lease-too-short",
        f"{IP}<dhcp><range start='10.0.0.5' end='10.0.0.9'><lease expiry='1'/></range></dhcp></ip>",
        UNSUPPORTED,
        "The minimum lease time should be greater than 2 minutes",
        f"{DHCP}/range/lease, line 2",
    ),
    _network(
        "host-mac-bad",
        f"{IP}<dhcp><host mac='x' ip='10.0.0.4'/></dhcp></ip>",
        XML,
        "Cannot parse MAC address 'x' in network 'n'",
        f"{DHCP}/host, line 2",
    ),
    _network(
        "host-without-address",
        f"{IP}<dhcp><host name='x'/></dhcp></ip>",
        XML,
        "Missing IP address in static host definition for network 'n'",
        "/ip, line 2",
    ),
    _network(
        "host-name-bad",
        f"{IP}<dhcp><host mac='00:00:00:00:00:00' name='-x' ip='10.0.0.3'/></dhcp></ip>",
        XML,
        "Cannot use host name '-x' in network 'n'",
        f"{DHCP}/host, line 2",
    ),
    _network(
        "dns-disabled-with-records",
        "<dns enable='no'><txt name='a' value='b'/></dns>",
        XML,
        "Extra data in disabled network 'n'",
        "/dns, line 2",
    ),
    _network(
        "txt-name-with-blank",
        "<dns><txt name='a b' value='c'/></dns>",
        DETAIL,
        "prohibited character in DNS TXT record name 'a b' of network n",
        "/dns/txt, line 2",
    ),
    _network(
        "srv-port-without-target",
        "<dns><srv service='a' protocol='tcp' port='5'/></dns>",
        DETAIL,
        "DNS SRV port attribute not permitted without target for service 'a' in network 'n'",
        "/dns/srv, line 2",
    ),
    _network(
        "forwarder-empty",
        "<dns><forwarder/></dns>",
        XML,
        "Invalid forwarder element, must contain at least one of addr or domain",
        "/dns/forwarder, line 2",
    ),
    _network(
        "route-gateway-missing",
        "<route address='1.1.1.0' prefix='24'/>",
        XML,
        "n: Missing required gateway attribute in route definition",
        "/route, line 2",
    ),
    _network(
        "route-not-a-network",
        "<route address='1.1.1.1' prefix='24' gateway='1.1.1.2'/>",
        XML,
        "n: Address '1.1.1.1' in route definition is not a network address",
        "/route, line 2",
    ),
    _network(
        "route-metric-zero",
        "<route address='1.1.1.0' prefix='24' gateway='1.1.1.1' metric='0'/>",
        XML,
        "Invalid value for attribute 'metric' in element 'route': Zero is not permitted",
        "/route, line 2",
    ),
    _network(
        "route-gateway-unreachable",
        "<route address='1.1.1.0' prefix='24' gateway='1.1.2.1'/>",
        UNSUPPORTED,
        "unreachable static route gateway '1.1.2.1' specified for network 'n'",
        ", line 1",
    ),
    (
        "network-without-name",
        Network,
        "<network/>",
        ErrorCode.NO_NAME,
        "",
        "/network, line 1",
    ),
]

FILTERS: list[Row] = [
    _rule("mac-bad", "<mac srcmacaddr='x'/>", "srcmacaddr has illegal value x", "/mac"),
    _rule(
        "mac-mask-with-holes", "<mac srcmacmask='ff:00:ff:00:00:00'/>", "srcmacmask has illegal value ff:00:ff:00:00:00", "/mac"
    ),
    _rule("ethertype-too-small", "<mac protocolid='0x12'/>", "protocolid has illegal value 0x12", "/mac"),
    _rule("vlan-too-large", "<vlan vlanid='4096'/>", "vlanid has illegal value 4096", "/vlan"),
    _rule("dscp-too-large", "<ip dscp='64'/>", "dscp has illegal value 64", "/ip"),
    _rule("mask-too-long", "<ip srcipaddr='1.2.3.4' srcipmask='33'/>", "srcipmask has illegal value 33", "/ip"),
    _rule("port-too-large", "<tcp srcportstart='70000'/>", "srcportstart has illegal value 70000", "/tcp"),
    _rule("tcp-flags-without-slash", "<tcp flags='SYN'/>", "flags has illegal value SYN", "/tcp"),
    _rule("state-unknown", "<tcp state='x'/>", "state has illegal value x", "/tcp"),
    _rule("ipset-flags-unknown", "<tcp ipset='x' ipsetflags='src,foo'/>", "ipsetflags has illegal value src,foo", "/tcp"),
    _rule("variable-malformed", "<tcp srcipaddr='$A-'/>", "srcipaddr has illegal value $A-", "/tcp"),
    _rule(
        "ports-without-protocol",
        "<ip srcportstart='5'/>",
        "IP rule with port specification requires protocol specification with protocol to be either one of "
        "tcp(6), udp(17), dccp(33), or sctp(132)",
        "/ip",
    ),
    ("nwfilter-without-name", NwFilter, "<filter/>", INTERNAL, "filter has no name", "/filter, line 1"),
    (
        "nwfilter-chain-unknown",
        NwFilter,
        "<filter name='t' chain='foo'/>",
        ARG,
        "Invalid chain name 'foo'. Please use a chain name called 'root' or any of the following prefixes: "
        "mac, vlan, stp, arp, rarp, ipv4, ipv6",
        "/filter, line 1",
    ),
    (
        "nwfilter-rule-without-action",
        NwFilter,
        "<filter name='t'><rule direction='in'/></filter>",
        INTERNAL,
        "rule node requires action attribute",
        "/filter/rule, line 1",
    ),
]

HOST_INTERFACES: list[Row] = [
    (
        "interface-type-missing",
        HostInterface,
        "<interface/>",
        XML,
        "Missing required attribute 'type' in element 'interface'",
        "/interface, line 1",
    ),
    ("interface-without-name", HostInterface, "<interface type='ethernet'/>", XML, "interface has no name", "/interface, line 1"),
    (
        "interface-start-mode-unknown",
        HostInterface,
        "<interface type='ethernet' name='e'><start mode='x'/></interface>",
        XML,
        "unknown interface startmode x",
        "/interface/start, line 1",
    ),
    (
        "interface-bridge-missing",
        HostInterface,
        "<interface type='bridge' name='b'/>",
        XML,
        "bridge interface misses the bridge element",
        "/interface, line 1",
    ),
    (
        "interface-bridge-in-bridge",
        HostInterface,
        "<interface type='bridge' name='b'><bridge><interface type='bridge' name='q'><bridge/></interface></bridge></interface>",
        XML,
        "interface has unsupported type 'bridge'",
        "/interface/bridge, line 1",
    ),
    (
        "interface-arp-target-missing",
        HostInterface,
        "<interface type='bond' name='b'><bond><arpmon interval='1'/></bond></interface>",
        XML,
        "bond interface arpmon target missing",
        "/interface/bond/arpmon, line 1",
    ),
    (
        "interface-protocol-family-unknown",
        HostInterface,
        "<interface type='ethernet' name='e'><protocol family='x'/></interface>",
        XML,
        "unsupported protocol family 'x'",
        "/interface/protocol, line 1",
    ),
]

NODE_DEVICES: list[Row] = [
    _device(
        "type-unknown", "<capability type='x'/>", XML, "Invalid value for attribute 'type' in element 'capability': 'x'.", ""
    ),
    _device("pci-domain-missing", "<capability type='pci'/>", INTERNAL, "no PCI domain ID supplied for 'd'", ""),
    _device(
        "pci-vendor-missing", f"<capability type='pci'>{PCI}</capability>", INTERNAL, "no PCI vendor ID supplied for 'd'", ""
    ),
    _device(
        "drm-type-unknown", "<capability type='drm'><type>x</type></capability>", UNSUPPORTED, "unknown drm type 'x' for 'd'", ""
    ),
    _device("mdev-type-missing", "<capability type='mdev'/>", UNSUPPORTED, "missing type id attribute for 'd'", ""),
    _device(
        "storage-size-missing",
        "<capability type='storage'><block>/dev/x</block></capability>",
        INTERNAL,
        "no size supplied for 'd'",
        "",
    ),
    _device(
        "ccw-ssid-missing", "<capability type='ccw'><cssid>0</cssid></capability>", UNSUPPORTED, "missing ssid value for 'd'", ""
    ),
    _device(
        "net-feature-unknown",
        "<capability type='net'><interface>e</interface><feature name='foo'/></capability>",
        XML,
        "unknown network device feature 'foo'",
        "/feature",
    ),
    (
        "nodedev-without-capability",
        NodeDevice,
        "<device><name>d</name></device>",
        INTERNAL,
        "no device capabilities for 'd'",
        "/device, line 1",
    ),
]


def _guest(name: str, cls: type[Element], document: str, code: int, text: str, path: str) -> Row:
    return (name, cls, document, code, text, f"/{cls.tag}{path}, line 1")


GUEST_DEVICES: list[Row] = [
    _guest(
        "address-type-unknown",
        Watchdog,
        "<watchdog model='ib700'><address type='x'/></watchdog>",
        UNSUPPORTED,
        "unknown address type 'x'",
        "/address",
    ),
    _guest(
        "address-type-missing",
        Watchdog,
        "<watchdog model='ib700'><address/></watchdog>",
        INTERNAL,
        "No type specified for device address",
        "/address",
    ),
    _guest(
        "pci-slot-too-large",
        Watchdog,
        "<watchdog model='ib700'><address type='pci' slot='0x20'/></watchdog>",
        XML,
        "Invalid PCI address slot='0x20', must be <= 0x1F",
        "/address",
    ),
    _guest(
        "ccw-partial",
        Watchdog,
        "<watchdog model='ib700'><address type='ccw' cssid='0xfe'/></watchdog>",
        INTERNAL,
        "Invalid partial specification for virtio ccw address",
        "/address",
    ),
    _guest(
        "usb-port-malformed",
        Input,
        "<input type='tablet'><address type='usb' port='1.x'/></input>",
        INTERNAL,
        "Cannot parse <address> 'port' attribute",
        "/address",
    ),
    _guest("watchdog-without-model", Watchdog, "<watchdog/>", INTERNAL, "watchdog must contain model name", ""),
    _guest(
        "watchdog-action-unknown",
        Watchdog,
        "<watchdog model='ib700' action='x'/>",
        UNSUPPORTED,
        "unknown watchdog action 'x'",
        "",
    ),
    _guest("input-type-missing", Input, "<input/>", INTERNAL, "missing input device type", ""),
    _guest(
        "input-model-without-virtio",
        Input,
        "<input type='tablet' bus='usb' model='virtio'/>",
        UNSUPPORTED,
        "only bus 'virtio' is supported for input model 'virtio'",
        "",
    ),
    _guest("hub-type-unknown", Hub, "<hub type='x'/>", UNSUPPORTED, "unknown hub device type 'x'", ""),
    _guest("panic-model-unknown", Panic, "<panic model='x'/>", UNSUPPORTED, "unknown panic model 'x'", ""),
    _guest(
        "memballoon-model-missing",
        Memballoon,
        "<memballoon/>",
        XML,
        "Missing required attribute 'model' in element 'memballoon'",
        "",
    ),
    _guest(
        "iommu-model-unknown",
        Iommu,
        "<iommu model='x'/>",
        XML,
        "Invalid value for attribute 'model' in element 'iommu': 'x'.",
        "",
    ),
    _guest("vsock-cid-reserved", Vsock, "<vsock><cid address='1'/></vsock>", UNSUPPORTED, "guest CIDs must be >= 3", "/cid"),
    _guest(
        "sound-codec-unknown",
        Sound,
        "<sound model='ich6'><codec type='x'/></sound>",
        UNSUPPORTED,
        "unknown codec type 'x'",
        "/codec",
    ),
    _guest(
        "audio-id-zero",
        Audio,
        "<audio id='0' type='none'/>",
        XML,
        "Invalid value for attribute 'id' in element 'audio': Zero is not permitted",
        "",
    ),
    _guest(
        "audio-settings-not-fixed",
        Audio,
        "<audio id='1' type='none'><input><settings/></input></audio>",
        UNSUPPORTED,
        "audio settings specified without fixed settings flag",
        "/input",
    ),
    _guest("video-model-unknown", Video, "<video><model type='x'/></video>", UNSUPPORTED, "unknown video model 'x'", "/model"),
    _guest(
        "video-ram-without-qxl",
        Video,
        "<video><model type='vga' ram='3'/></video>",
        UNSUPPORTED,
        "ram attribute only supported for video type qxl",
        "/model",
    ),
    _guest("tpm-without-backend", Tpm, "<tpm/>", XML, "missing TPM device backend", ""),
    _guest(
        "tpm-external-without-source",
        Tpm,
        "<tpm><backend type='external'/></tpm>",
        XML,
        "missing external TPM backend type",
        "/backend",
    ),
    _guest(
        "memory-without-target", MemoryDevice, "<memory model='dimm'/>", XML, "missing <target> element for <memory> device", ""
    ),
    _guest(
        "nvdimm-without-path",
        MemoryDevice,
        "<memory model='nvdimm'><target><size>5</size></target></memory>",
        DETAIL,
        "path is required for model 'nvdimm'",
        "",
    ),
    _guest("graphics-port-no-number", Graphics, "<graphics type='vnc' port='x'/>", INTERNAL, "cannot parse vnc port x", ""),
    _guest(
        "graphics-listen-contradiction",
        Graphics,
        "<graphics type='vnc' listen='a'><listen type='address' address='b'/></graphics>",
        UNSUPPORTED,
        "graphics 'listen' attribute 'a' must match 'address' attribute of first listen element (found 'b')",
        "",
    ),
    _guest(
        "graphics-password-time",
        Graphics,
        "<graphics type='vnc' passwd='a' passwdValidTo='x'/>",
        INTERNAL,
        "cannot parse password validity time 'x', expect YYYY-MM-DDTHH:MM:SS",
        "",
    ),
    _guest(
        "graphics-network-without-name",
        Graphics,
        "<graphics type='vnc'><listen type='network'/></graphics>",
        XML,
        "'network' attribute is required for listen type 'network'",
        "/listen",
    ),
    _guest("hostdev-mode-unknown", Hostdev, "<hostdev mode='x' type='usb'/>", UNSUPPORTED, "unknown hostdev mode 'x'", ""),
    _guest(
        "hostdev-without-source",
        Hostdev,
        "<hostdev mode='subsystem' type='usb'/>",
        XML,
        "Missing <source> element in hostdev device",
        "",
    ),
    _guest(
        "hostdev-product-missing",
        Hostdev,
        "<hostdev mode='subsystem' type='usb'><source><vendor id='1'/></source></hostdev>",
        INTERNAL,
        "missing product",
        "/source",
    ),
    _guest(
        "hostdev-wwpn-malformed",
        Hostdev,
        "<hostdev mode='subsystem' type='scsi_host'><source protocol='vhost' wwpn='x'/></hostdev>",
        XML,
        "malformed 'wwpn' value",
        "/source",
    ),
    _guest(
        "interface-source-missing",
        Interface,
        "<interface type='bridge'/>",
        XML,
        "interface type='bridge' requires a 'source' element",
        "",
    ),
    _guest(
        "interface-mac-malformed",
        Interface,
        "<interface><mac address='xx'/></interface>",
        XML,
        "unable to parse mac address 'xx'",
        "/mac",
    ),
    _guest(
        "interface-mac-multicast",
        Interface,
        "<interface><mac address='01:00:00:00:00:00'/></interface>",
        XML,
        "expected unicast mac address, found multicast '01:00:00:00:00:00'",
        "/mac",
    ),
    _guest(
        "interface-model-characters",
        Interface,
        "<interface><model type='a b'/></interface>",
        ARG,
        "Model name contains invalid characters",
        "/model",
    ),
    _guest(
        "interface-vlan-empty",
        Interface,
        "<interface><vlan/></interface>",
        XML,
        "missing tag id - each <vlan> must have at least one <tag id='n'/> subelement",
        "/vlan",
    ),
    _guest(
        "interface-vlan-too-large",
        Interface,
        "<interface><vlan><tag id='5000'/></vlan></interface>",
        XML,
        "vlan tag id 5000 too large (maximum 4095)",
        "/vlan/tag",
    ),
    _guest(
        "interface-bandwidth-no-number",
        Interface,
        "<interface><bandwidth><inbound average='x'/></bandwidth></interface>",
        UNSUPPORTED,
        "could not convert bandwidth average value 'x'",
        "/bandwidth/inbound",
    ),
    _guest(
        "interface-floor-outbound",
        Interface,
        "<interface><bandwidth><outbound floor='1'/></bandwidth></interface>",
        UNSUPPORTED,
        "'floor' attribute allowed only in <inbound> element",
        "/bandwidth/outbound",
    ),
    _guest(
        "interface-virtualport-unknown",
        Interface,
        "<interface type='network'><source network='d'/><virtualport type='x'/></interface>",
        UNSUPPORTED,
        "unknown virtualport type x",
        "/virtualport",
    ),
    _guest(
        "interface-virtualport-extra",
        Interface,
        "<interface type='direct'><source dev='x'/><virtualport type='802.1Qbh'>"
        "<parameters managerid='1'/></virtualport></interface>",
        XML,
        "extra managerid unsupported in <virtualport type='802.1Qbh'>",
        "/virtualport",
    ),
    _guest(
        "interface-teaming-without-partner",
        Interface,
        "<interface><teaming type='transient'/></interface>",
        UNSUPPORTED,
        "teaming persistent attribute must be set if teaming type is 'transient'",
        "/teaming",
    ),
    _guest(
        "interface-route-not-a-network",
        Interface,
        "<interface><route address='1.1.1.1' gateway='1.1.1.2'/></interface>",
        XML,
        "guest interface: Address '1.1.1.1' in route definition is not a network address",
        "/route",
    ),
]

ROWS = [*NETWORKS, *FILTERS, *HOST_INTERFACES, *NODE_DEVICES, *GUEST_DEVICES]


@pytest.mark.parametrize(("name", "cls", "document", "code", "text", "where"), ROWS, ids=[row[0] for row in ROWS])
def test_bad_document(name: str, cls: type[Element], document: str, code: int, text: str, where: str) -> None:
    """Each mistake has libvirt's code and words, and says where it is."""
    with pytest.raises(VirtError) as caught:
        cls.from_xml(document, ParseContext(inactive=True))
    assert (caught.value.code, caught.value.detail or "") == (code, text)
    assert caught.value.where == where


def test_names_are_unique() -> None:
    """A row is found by its name."""
    assert len({row[0] for row in ROWS}) == len(ROWS)
