"""Network interfaces: what each type and card can have."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.postparse_context import PostParseContext
from purevirt.drivers.qemu.validate_guest import unsupported
from purevirt.errors import ErrorCode, ErrorDomain, VirtError

_MTU_TYPES = ("network", "bridge", "ethernet", "vhostuser", "vdpa", "direct")
_COALESCE_TYPES = ("network", "bridge", "ethernet", "direct")


def validate_interface(domain: Any, interface: Any, context: PostParseContext) -> None:
    """One interface."""
    caps = context.caps
    _validate_ips(interface)
    if interface.type == "vdpa":
        _validate_vdpa(interface, caps)
    if interface.is_virtio:
        _validate_virtio(interface, caps)
    if interface.mtu is not None and interface.mtu.size and interface.type not in _MTU_TYPES:
        raise unsupported(f"setting MTU on interface type {interface.type} is not supported yet")
    _validate_teaming(interface)
    if interface.coalesce is not None and interface.type not in _COALESCE_TYPES:
        raise unsupported(f"coalesce settings on interface type {interface.type} are not supported")


def _validate_ips(interface: Any) -> None:
    if interface.type != "user":
        if interface.type != "ethernet" and (interface.ips or interface.routes):
            raise unsupported(
                "Invalid attempt to set network interface guest-side IP route and/or address info, not supported by QEMU"
            )
        return
    if interface.routes:
        raise unsupported("Invalid attempt to set network interface guest-side IP route, not supported by QEMU")
    seen: set[str] = set()
    for ip in interface.ips:
        prefix = int(ip.prefix or 0)
        if ip.peer:
            raise unsupported("Invalid attempt to set peer IP for guest")
        if ip.family in seen:
            raise unsupported(f"Only one {'IPv6' if ip.family == 'ipv6' else 'IPv4'} address per interface is allowed")
        seen.add(ip.family)
        if ip.family == "ipv4" and prefix and not 4 <= prefix <= 27:
            raise VirtError(ErrorCode.XML_ERROR, "invalid prefix, must be in range of 4-27", ErrorDomain.QEMU)
        if ip.family == "ipv6" and prefix and prefix != 64:
            raise unsupported(f"unsupported IPv6 address prefix='{prefix}' - must be 64")


def _validate_virtio(interface: Any, caps: QemuCaps) -> None:
    driver = interface.driver
    if driver is None:
        return
    for field in ("rx_queue_size", "tx_queue_size"):
        value = getattr(driver, field)
        if not value:
            continue
        if value & (value - 1):
            raise unsupported(f"{field} has to be a power of two")
    if driver.rss is not None and not caps.has("virtio-net.rss"):
        raise unsupported("virtio rss is not supported with this QEMU binary")
    if driver.rss_hash_report is not None and not caps.has("virtio-net.rss"):
        raise unsupported("virtio rss hash report is not supported with this QEMU binary")


def _validate_vdpa(interface: Any, caps: QemuCaps) -> None:
    if not caps.has("netdev.vhost-vdpa"):
        raise unsupported("vDPA devices are not supported with this QEMU binary")
    if interface.model is None or interface.model.type != "virtio":
        model = interface.model.type if interface.model is not None else "<null>"
        raise unsupported(f"invalid model for interface of type '{interface.type}': '{model}'")


def _validate_teaming(interface: Any) -> None:
    teaming = interface.teaming
    if teaming is None:
        return
    if teaming.type == "persistent" and not interface.is_virtio:
        model = interface.model.type if interface.model is not None else "<null>"
        raise unsupported(f"virtio-net teaming persistent interface must be <model type='virtio'/>, not '{model}'")
    if teaming.type == "transient" and interface.type not in ("hostdev", "network"):
        raise unsupported(f"virtio-net teaming transient interface must be type='hostdev', not '{interface.type}'")
