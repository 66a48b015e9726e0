"""Network interfaces: the host side (`-netdev` with what it needs in front) and the card."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.command.aliases import alias_of
from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.device_address import add_address, add_rom, add_virtio_options, virtio_driver
from purevirt.drivers.qemu.command.line import Command
from purevirt.drivers.qemu.command.properties import Props, escape_comma
from purevirt.errors import ErrorCode, VirtError
from purevirt.model.domain.device import CcwAddress

VIRTIO = ("virtio", "virtio-transitional", "virtio-non-transitional")
TAP_TYPES = ("bridge", "network", "ethernet", "direct")
_OFFLOADS = (
    *((("host", name), option) for name, option in (("csum", "csum"), ("gso", "gso"), ("tso4", "host_tso4"))),
    *((("host", name), option) for name, option in (("tso6", "host_tso6"), ("ecn", "host_ecn"), ("ufo", "host_ufo"))),
    (("host", "mrg_rxbuf"), "mrg_rxbuf"),
    *((("guest", name), f"guest_{name}") for name in ("csum", "tso4", "tso6", "ecn", "ufo")),
)  # fmt: skip


def add_interfaces(command: Command, domain: Any, context: CommandContext, indexes: dict[int, int]) -> None:
    """Every interface but those that are host devices, which are added with these."""
    for interface in domain.devices.interfaces:
        _check_backend(interface)
        if interface.actual_type == "hostdev":
            continue
        netdev = _backend(command, interface, context) | {"id": f"host{alias_of(interface)}"}
        _vhost_props(interface, netdev, context)
        command.netdev(netdev)
        if uses_legacy_nic(domain, interface):
            _add_legacy(command, interface)
        else:
            command.device(interface_device(domain, interface, indexes), interface)


def _check_backend(interface: Any) -> None:
    """Only a tap device comes from a path of the user's choice."""
    backend, kind = interface.backend, interface.actual_type
    if backend is None or kind in TAP_TYPES:
        return
    for path, what in ((backend.tap, "tap"), (backend.vhost, "vhost")):
        if path:
            raise VirtError(
                ErrorCode.CONFIG_UNSUPPORTED,
                f"interface {interface.mac.address} - custom {what} device path is not supported for network interfaces of "
                f"type {kind}",
            )


def uses_legacy_nic(domain: Any, interface: Any) -> bool:
    """Boards whose network card is not on a bus that -device reaches; what is set up for them is the card itself."""
    arch, machine = mt.of(domain)
    if interface.is_virtio or (interface.model is not None and interface.model.type == "usb-net"):
        return False
    on_board = mt.is_arm(arch) and machine != "versatilepb" and not mt.is_arm_virt(arch, machine)
    return on_board and interface.address is None


def _add_legacy(command: Command, interface: Any) -> None:
    name = alias_of(interface)
    model = f",model={interface.model.type}" if interface.model is not None and interface.model.type else ""
    command.add("-net", f"nic,macaddr={interface.mac.address},netdev=host{name}{model},id={name}")


# -- the host side ---------------------------------------------------------------------------------------------------
def _address(source: Any) -> str:
    return f"{source.address or ''}:{source.port}"


def _user(interface: Any) -> Props:
    netdev: Props = {"type": "user"}
    for ip in interface.ips:
        if ip.family == "ipv6":
            netdev["ipv6-prefix"] = ip.address
            if ip.prefix:
                netdev["ipv6-prefixlen"] = int(ip.prefix)
        else:
            netdev["net"] = f"{ip.address}/{ip.prefix}" if ip.prefix else ip.address
    return netdev


def _backend(command: Command, interface: Any, context: CommandContext) -> Props:
    name, kind, source = alias_of(interface), interface.actual_type, interface.source
    if kind == "user":
        if interface.backend is not None and interface.backend.type == "passt":
            path = context.resources.passt_socket(interface)
            return {"type": "stream", "addr": {"type": "unix", "path": path}, "server": False}
        fd = context.resources.slirp_fd(interface)
        if fd is not None:
            command.pass_fd(fd)
            return {"type": "socket", "fd": str(fd)}
        return _user(interface)
    if kind == "internal":
        return {"type": "user"}
    if kind in TAP_TYPES:
        return {"type": "tap"}
    if kind == "client":
        return {"type": "socket", "connect": _address(source)}
    if kind == "server":
        return {"type": "socket", "listen": _address(source)}
    if kind == "mcast":
        return {"type": "socket", "mcast": _address(source)}
    if kind == "udp":
        return {"type": "socket", "udp": _address(source), "localaddr": _address(source.local)}
    if kind == "vhostuser":
        return _vhost_user(command, interface)
    if kind == "vdpa":
        fd = context.resources.vdpa_fd(source.dev)
        netdev: Props = {"type": "vhost-vdpa", "vhostdev": command.add_fdset([(fd, f"{name}-vdpa")])}
        return netdev | _queues(interface)
    raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, f"unsupported interface type '{kind}'")


def queues_of(interface: Any) -> int:
    """How many queue pairs the card has."""
    return (interface.driver.queues if interface.driver is not None else None) or 1


def _queues(interface: Any) -> Props:
    return {"queues": queues_of(interface)} if queues_of(interface) > 1 else {}


def _vhost_user(command: Command, interface: Any) -> Props:
    name, source = alias_of(interface), interface.source
    text = f"socket,id=char{name},path={escape_comma(source.path)}"
    if source.mode == "server":
        text += ",server=on"
    elif source.reconnect is not None and source.reconnect.enabled is not None:
        text += f",reconnect={source.reconnect.timeout or 0}"
    command.add("-chardev", text)
    return {"type": "vhost-user", "chardev": f"char{name}"} | _queues(interface)


def _vhost_props(interface: Any, netdev: Props, context: CommandContext) -> None:
    """The descriptors of a tap device stand around its id, as libvirt puts them."""
    if netdev["type"] != "tap":
        return
    tap = context.resources.tap(interface)
    many = len(tap.fds) > 1
    name = netdev.pop("id")
    netdev["fds" if many else "fd"] = ":".join(map(str, tap.fds))
    if tap.vhost_fds:
        netdev["vhost"] = True
        netdev["vhostfds" if len(tap.vhost_fds) > 1 else "vhostfd"] = ":".join(map(str, tap.vhost_fds))
    if interface.tune is not None and interface.tune.sndbuf is not None:
        netdev["sndbuf"] = interface.tune.sndbuf
    netdev["id"] = name


# -- the card --------------------------------------------------------------------------------------------------------
def _virtio(device: Props, interface: Any) -> None:
    driver = interface.driver
    add_virtio_options(device, driver)
    if driver is not None:
        if driver.txmode is not None:
            device["tx"] = "timer" if driver.txmode == "timer" else "bh"
        for field in ("ioeventfd", "event_idx"):
            _put(device, field, getattr(driver, field))
        for (side, field), option in _OFFLOADS:
            _put(device, option, getattr(getattr(driver, side), field, None))
        if driver.queues and driver.queues > 1:
            device["mq"] = True
            if not isinstance(interface.address, CcwAddress):
                # One vector per queue of each pair, one for control, one for configuration.
                device["vectors"] = 2 * driver.queues + 2
        _put(device, "rx_queue_size", driver.rx_queue_size or None)
        _put(device, "tx_queue_size", driver.tx_queue_size or None)
    if interface.teaming is not None and interface.teaming.type == "persistent":
        device["failover"] = True
    if interface.mtu is not None and interface.mtu.size:
        device["host_mtu"] = interface.mtu.size
    if driver is not None:
        _put(device, "rss", driver.rss)
        _put(device, "hash", driver.rss_hash_report)


def _put(device: Props, name: str, value: Any) -> None:
    if value is not None:
        device[name] = value


def interface_device(domain: Any, interface: Any, indexes: dict[int, int]) -> Props:
    """The -device of a card."""
    name = alias_of(interface)
    model = interface.model.type if interface.model is not None else "rtl8139"
    device: Props = {"driver": model}
    if model in VIRTIO:
        device["driver"] = virtio_driver("virtio-net", interface, model)
        _virtio(device, interface)
    device |= {"netdev": f"host{name}", "id": name, "mac": interface.mac.address}
    if id(interface) in indexes:
        device["bootindex"] = indexes[id(interface)]
    add_address(device, domain, interface)
    add_rom(device, interface)
    return device
