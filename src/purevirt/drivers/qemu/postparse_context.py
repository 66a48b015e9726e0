"""What post-parsing and validation know besides the document: flags, configuration, host and capabilities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.command.settings import QemuSettings
from purevirt.drivers.qemu.firmware_document import Firmware


@dataclass(slots=True)
class HostFacts:
    """The host as definitions see it. Everything is injected, so that a definition can be read for another host.

    `caps_for(emulator)` gives the capabilities of a binary, or raises. `emulators` maps architectures to binaries.
    `host_cpu` is the host's CPU as a model (or None where its model is unknown). `random_bytes(n)` feeds generated MACs.
    `iommu_group(address)` tells the group of a PCI device (dddd:bb:ss.f), None when it is not known.
    """

    arch: str
    caps_for: Callable[[str], QemuCaps | None]
    emulators: dict[str, str] = field(default_factory=dict)
    host_cpu: Any = None
    random_bytes: Callable[[int], bytes] = lambda count: bytes(range(count))
    firmware_descriptors: list[Firmware] = field(default_factory=list)
    tpm_versions: tuple[str, ...] = ("1.2", "2.0")
    guest_virt_types: dict[str, tuple[str, ...]] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    iommu_group: Callable[[str], int | None] = lambda address: None
    fips: bool = False


@dataclass(slots=True)
class PostParseContext:
    """One run. `abi_update`: the definition is new, defaults that change the guest ABI may be chosen.
    `security_model`: the host's first one, for definitions that leave it out."""

    host: HostFacts
    settings: QemuSettings = field(default_factory=QemuSettings)
    abi_update: bool = False
    abi_update_migration: bool = False
    inactive: bool = True
    security_model: str | None = None
    caps: QemuCaps = field(default_factory=lambda: QemuCaps(emulator=""))
