"""Why a guest that was started is not quite supported: found in its definition, in the order libvirt lists them."""

from __future__ import annotations

from typing import Any

from purevirt.model.domain.document import Domain


def taints_of(document: Domain) -> list[str]:
    """The reasons."""
    devices: Any = document.devices
    cpu = document.cpu
    checks = {
        "running with undesirable elevated privileges": any(disk.rawio for disk in devices.disks),
        "network configuration using opaque shell scripts": any(
            interface.script is not None and interface.script.path for interface in devices.interfaces
        ),
        "use of host cdrom passthrough": any(
            disk.device == "cdrom" and disk.type == "block" and getattr(disk.source, "dev", None) for disk in devices.disks
        ),
        "custom device tree blob used": bool(document.os and document.os.dtb),
        "use of deprecated configuration settings": bool(deprecations_of(document)),
        "use of host CPU passthrough": cpu is not None and cpu.mode == "host-passthrough",
    }
    return [text for text, holds in checks.items() if holds]


def deprecations_of(document: Domain) -> list[str]:
    """Settings that should not be used any more."""
    model = document.cpu.model if document.cpu is not None else None
    name = model.value if model is not None else None
    return [f"CPU model {name}"] if name and "Deprecated" in name else []
