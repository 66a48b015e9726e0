"""Firmware by description: the JSON documents that distributions install beside their firmware images.

A definition that says `<os firmware='efi'>` gets the first firmware, in the order of the documents' names, that suits its
architecture, machine, features and security needs. Later directories are hidden by earlier ones, name by name; an empty
document hides without offering anything.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from logging import getLogger
from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.firmware_document import FileMapping, Firmware, FlashMapping
from purevirt.drivers.qemu.postparse_firmware import nvram_path
from purevirt.errors import ErrorCode, VirtError
from purevirt.model.domain.features import Features, Smm
from purevirt.model.domain.os import Loader, Nvram

log = getLogger("purevirt.qemu.firmware")

SYSTEM_DIRECTORIES = ("/etc/qemu/firmware", "/usr/share/qemu/firmware")
"""Where the documents are; administrators' ones first."""

_INTERFACES = {"efi": "uefi", "bios": "bios"}


def load_descriptors(directories: tuple[str, ...] = SYSTEM_DIRECTORIES, root: str = "") -> list[Firmware]:
    """All documents in order of precedence. One that cannot be read is passed over with a warning.

    `root` stands before the directories, but not in the documents' paths.
    """
    found: dict[str, Firmware | None] = {}
    for directory in directories:
        try:
            names = sorted(os.listdir(root + directory))
        except OSError:
            continue
        for name in names:
            if name.endswith(".json") and not name.startswith(".") and name not in found:
                found[name] = _load(f"{directory}/{name}", root)
    return [firmware for name in sorted(found) if (firmware := found[name]) is not None]


def _load(path: str, root: str) -> Firmware | None:
    try:
        with open(root + path, encoding="utf-8") as file:
            text = file.read()
        return Firmware.parse(path, text) if text.strip() else None
    except (OSError, ValueError, VirtError) as error:
        log.warning("cannot use firmware description %s: %s", path, error)
        return None


@dataclass(frozen=True, slots=True)
class FirmwareSupport:
    """What a machine can boot: `<os firmware=…>` values, whether one protects its variables, images with their templates."""

    interfaces: tuple[str, ...]
    secure: bool
    images: tuple[tuple[str, str | None], ...]


def supported(firmwares: list[Firmware], arch: str, machine: str) -> FirmwareSupport:
    """What the documents offer to a machine, images in order of precedence."""
    suiting = [firmware for firmware in firmwares if firmware.suits(arch, machine)]
    images: dict[tuple[str, str | None], None] = {}
    for firmware in suiting:
        mapping = firmware.mapping
        template = mapping.template.filename if isinstance(mapping, FlashMapping) and mapping.template else None
        images[mapping.path, template] = None
    offered = {interface for firmware in suiting for interface in firmware.interfaces}
    return FirmwareSupport(
        tuple(sorted(ours for ours, theirs in _INTERFACES.items() if theirs in offered)),
        any("requires-smm" in firmware.features for firmware in suiting),
        tuple(images),
    )


def _suits_mapping(firmware: Firmware, domain: Any) -> bool:
    """Can the image be used the way the definition keeps, or does not keep, its variables."""
    mapping, loader = firmware.mapping, domain.os.loader
    stateless = loader.stateless if loader is not None else None
    if isinstance(mapping, FileMapping):
        return mapping.device == "memory" and stateless is not False
    if mapping.mode != ("stateless" if stateless else "split") or mapping.executable.format != "raw":
        return False
    return mapping.template is None or mapping.template.format == "raw"


def _suits_features(firmware: Firmware, domain: Any) -> bool:
    offered = firmware.features
    pm, wanted, loader = domain.pm, domain.os.firmware_features, domain.os.loader
    if pm is not None:
        for element, name in ((pm.suspend_to_mem, "acpi-s3"), (pm.suspend_to_disk, "acpi-s4")):
            if element is not None and element.enabled and name not in offered:
                return False
    for name in ("secure-boot", "enrolled-keys"):
        choice = wanted.wants(name) if wanted is not None else None
        if choice is not None and choice != (name in offered):
            return False
    if loader is not None and loader.secure is not None and loader.secure != ("secure-boot" in offered):
        return False
    smm = domain.features.smm if domain.features is not None else None
    if smm is not None and smm.state is False and "requires-smm" in offered:
        return False
    return _suits_security(domain.launch_security, offered)


_SEV_ES = 0x4


def _suits_security(security: Any, offered: tuple[str, ...]) -> bool:
    if security is None or security.type != "sev":
        return True
    if "amd-sev" not in offered:
        return False
    return not (security.policy or 0) & _SEV_ES or "amd-sev-es" in offered


def find(domain: Any, caps: QemuCaps, firmwares: list[Firmware]) -> Firmware | None:
    """The first firmware that suits the definition."""
    interface = _INTERFACES[domain.os.firmware]
    arch, machine = mt.of(domain)
    machine = caps.canonical_machine(domain.type, machine)
    for firmware in firmwares:
        if (
            interface in firmware.interfaces
            and firmware.suits(arch, machine)
            and _suits_mapping(firmware, domain)
            and _suits_features(firmware, domain)
        ):
            return firmware
    return None


def _apply(domain: Any, firmware: Firmware, settings: Any) -> None:
    mapping, os_ = firmware.mapping, domain.os
    if os_.loader is None:
        os_.loader = Loader()
    loader = os_.loader
    loader.path = mapping.path
    if isinstance(mapping, FileMapping):
        loader.type = "rom"
    else:
        loader.type, loader.readonly = "pflash", True
        if mapping.template is not None:
            if os_.nvram is None:
                os_.nvram = Nvram()
            os_.nvram.template = mapping.template.filename
            if os_.nvram.path is None and os_.nvram.source is None:
                os_.nvram.path = nvram_path(domain, settings)
    if "requires-smm" in firmware.features:
        if domain.features is None:
            domain.features = Features()
        if domain.features.smm is None:
            domain.features.smm = Smm(state=True)
    if "secure-boot" in firmware.features and isinstance(mapping, FlashMapping):
        loader.secure = True


def _template_of(path: str, firmwares: list[Firmware], settings: Any) -> str | None:
    """The variable store that belongs to an image chosen by hand."""
    for firmware in firmwares:
        mapping = firmware.mapping
        if isinstance(mapping, FlashMapping) and mapping.path == path and mapping.template is not None:
            return mapping.template.filename
    return next((variables for code, variables in settings.firmwares if code == path), None)


def fill(domain: Any, caps: QemuCaps, firmwares: list[Firmware], settings: Any) -> None:
    """Settle the firmware of a guest that starts: the image, its variable store, and what both need.

    OPERATION_FAILED when a firmware is to be looked for and there is none that suits.
    """
    loader = domain.os.loader
    if domain.os.firmware is None:
        nvram = domain.os.nvram
        if loader is not None and loader.type == "pflash" and loader.path and nvram is not None and nvram.template is None:
            nvram.template = _template_of(loader.path, firmwares, settings)
        return
    if loader is not None and loader.path:
        return
    firmware = find(domain, caps, firmwares)
    if firmware is None:
        raise VirtError(ErrorCode.OPERATION_FAILED, f"Unable to find any firmware to satisfy '{domain.os.firmware}'")
    _apply(domain, firmware, settings)
