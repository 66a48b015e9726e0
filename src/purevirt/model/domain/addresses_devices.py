"""Walking all devices that have an alias and an address, in libvirt's order.

`kind` is the name of the device's list in `Devices` (`disks`, `interfaces`, …); a device of which there is at most one has
the plural name all the same, so code can match on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

# (kind, attribute of Devices). An attribute may hold a list, one object or None.
DEVICE_KINDS: tuple[str, ...] = (
    "disks",
    "interfaces",
    "sounds",
    "hostdevs",
    "videos",
    "controllers",
    "smartcards",
    "serials",
    "parallels",
    "channels",
    "consoles",
    "inputs",
    "filesystems",
    "watchdogs",
    "memballoons",
    "rngs",
    "nvrams",
    "hubs",
    "shmems",
    "tpms",
    "panics",
    "memories",
    "iommus",
    "vsocks",
    "cryptos",
    "redirdevs",
)

_SINGULAR = {
    "watchdogs": "watchdog",
    "memballoons": "memballoon",
    "nvrams": "nvram",
    "vsocks": "vsock",
    "iommus": "iommu",
    "memories": "memorys",
}


def devices_of(domain: Any, kind: str) -> list[Any]:
    """The devices of one kind, as a list."""
    devices = domain.devices
    value = getattr(devices, kind, None)
    if value is None:
        value = getattr(devices, _SINGULAR.get(kind, kind), None)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def iter_devices(domain: Any) -> Iterator[tuple[str, Any]]:
    """Every device with (kind, device). A console that is only another name of a serial port is left out."""
    devices = domain.devices
    cls: Any = type(devices)
    for kind, attribute in _attributes(cls):
        value = getattr(devices, attribute)
        if not value:
            continue
        for index, device in enumerate(value if isinstance(value, list) else (value,)):
            if kind == "consoles" and index == 0 and is_serial_alias(domain, device):
                continue
            yield kind, device


@cache
def _attributes(cls: type) -> tuple[tuple[str, str], ...]:
    """Which attribute of the devices' class holds each kind it has."""
    found = ((kind, next((n for n in (kind, _SINGULAR.get(kind, kind)) if hasattr(cls, n)), "")) for kind in DEVICE_KINDS)
    return tuple((kind, name) for kind, name in found if name)


def is_serial_alias(domain: Any, console: Any) -> bool:
    """Is the first console just the first serial port seen again."""
    target = console.target
    type_ = target.type if target is not None else None
    if type_ not in (None, "serial"):
        return False
    return bool(domain.devices.serials)
