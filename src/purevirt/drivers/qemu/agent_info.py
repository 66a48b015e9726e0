"""The groups of virDomainGetGuestInfo: each a command of the guest agent and how its answer becomes parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from purevirt.drivers.qemu.monitor import decode
from purevirt.types import constants as C
from purevirt.types.typed_params import ParamList

Add = Callable[[ParamList, Any], None]


def _users(out: ParamList, reply: Any) -> None:
    users = list(decode.objects(reply, "guest-get-users"))
    out.uint("user.count", len(users))
    for index, user in enumerate(users):
        out.string(f"user.{index}.name", decode.string_or(user, "user"))
        if "domain" in user:
            out.string(f"user.{index}.domain", decode.string_or(user, "domain"))
        login = user.get("login-time")
        out.ullong(f"user.{index}.login-time", int(login * 1000) if isinstance(login, int | float) and login > 0 else 0)


_OS = (
    *("id", "name", "pretty-name", "version", "version-id", "machine", "variant", "variant-id"),
    *("kernel-release", "kernel-version"),
)


def _os(out: ParamList, reply: Any) -> None:
    data = decode.mapping(reply, "guest-get-osinfo")
    for key in _OS:
        if value := decode.string_or(data, key):
            out.string(f"os.{key}", value)


def _timezone(out: ParamList, reply: Any) -> None:
    data = decode.mapping(reply, "guest-get-timezone")
    if name := decode.string_or(data, "zone"):
        out.string("timezone.name", name)
    out.int("timezone.offset", decode.integer_or(data, "offset"))


def _hostname(out: ParamList, reply: Any) -> None:
    data = decode.mapping(reply, "guest-get-host-name")
    out.string("hostname", decode.string(data, "host-name", "guest-get-host-name"))


def _file_systems(out: ParamList, reply: Any) -> None:
    systems = list(decode.objects(reply, "guest-get-fsinfo"))
    out.uint("fs.count", len(systems))
    for index, one in enumerate(systems):
        prefix = f"fs.{index}"
        out.string(f"{prefix}.name", decode.string_or(one, "name")).string(
            f"{prefix}.mountpoint", decode.string_or(one, "mountpoint")
        )
        out.string(f"{prefix}.fstype", decode.string_or(one, "type"))
        for key in ("total-bytes", "used-bytes"):
            if key in one:
                out.ullong(f"{prefix}.{key}", decode.integer_or(one, key))
        disks = list(decode.objects(one.get("disk") or [], "guest-get-fsinfo disk"))
        out.uint(f"{prefix}.disk.count", len(disks))
        for number, disk in enumerate(disks):
            for key, name in (("serial", "serial"), ("dev", "device")):
                if value := decode.string_or(disk, key):
                    out.string(f"{prefix}.disk.{number}.{name}", value)


def _disks(out: ParamList, reply: Any) -> None:
    disks = list(decode.objects(reply, "guest-get-disks"))
    out.uint("disk.count", len(disks))
    for index, disk in enumerate(disks):
        out.string(f"disk.{index}.name", decode.string_or(disk, "name"))
        out.boolean(f"disk.{index}.partition", decode.flag_or(disk, "partition"))
        below = [str(name) for name in disk.get("dependencies") or []]
        if below:
            out.uint(f"disk.{index}.dependency.count", len(below))
        for number, name in enumerate(below):
            out.string(f"disk.{index}.dependency.{number}.name", name)
        if alias := decode.string_or(disk, "alias"):
            out.string(f"disk.{index}.guest_alias", alias)


def _interfaces(out: ParamList, reply: Any) -> None:
    interfaces = list(decode.objects(reply, "guest-network-get-interfaces"))
    out.uint("if.count", len(interfaces))
    for index, one in enumerate(interfaces):
        out.string(f"if.{index}.name", decode.string_or(one, "name"))
        if mac := decode.string_or(one, "hardware-address"):
            out.string(f"if.{index}.hwaddr", mac)
        addresses = list(decode.objects(one.get("ip-addresses") or [], "ip-addresses"))
        out.uint(f"if.{index}.addr.count", len(addresses))
        for number, address in enumerate(addresses):
            prefix = f"if.{index}.addr.{number}"
            out.string(f"{prefix}.type", decode.string_or(address, "ip-address-type"))
            out.string(f"{prefix}.addr", decode.string_or(address, "ip-address"))
            out.uint(f"{prefix}.prefix", decode.integer_or(address, "prefix"))


GROUPS: dict[int, tuple[str, Add]] = {
    C.VIR_DOMAIN_GUEST_INFO_USERS: ("guest-get-users", _users),
    C.VIR_DOMAIN_GUEST_INFO_OS: ("guest-get-osinfo", _os),
    C.VIR_DOMAIN_GUEST_INFO_TIMEZONE: ("guest-get-timezone", _timezone),
    C.VIR_DOMAIN_GUEST_INFO_HOSTNAME: ("guest-get-host-name", _hostname),
    C.VIR_DOMAIN_GUEST_INFO_FILESYSTEM: ("guest-get-fsinfo", _file_systems),
    C.VIR_DOMAIN_GUEST_INFO_DISKS: ("guest-get-disks", _disks),
    C.VIR_DOMAIN_GUEST_INFO_INTERFACES: ("guest-network-get-interfaces", _interfaces),
}
"""In libvirt's order."""
