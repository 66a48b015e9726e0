"""Firmware by description: the JSON documents that distributions install beside their firmware images.

A definition that says `<os firmware='efi'>` gets the first firmware, in the order of the documents' names, that suits its
architecture, machine, features and security needs. Later directories are hidden by earlier ones, name by name; an empty
document hides without offering anything.
"""

from __future__ import annotations

import json
import os
from fnmatch import fnmatchcase
from logging import getLogger
from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.postparse_context import FirmwareDescriptor
from purevirt.drivers.qemu.postparse_firmware import nvram_path
from purevirt.errors import ErrorCode, VirtError
from purevirt.model.domain.features import Features, Smm
from purevirt.model.domain.os import Loader, Nvram

log = getLogger("purevirt.qemu.firmware")

SYSTEM_DIRECTORIES = ("/etc/qemu/firmware", "/usr/share/qemu/firmware")
"""Where the documents are; administrators' ones first."""

_INTERFACES = {"efi": "uefi", "bios": "bios"}
_ARCHES = {"i386": "i686", "arm": "armv7l"}
"""QEMU's names of architectures where they are not libvirt's."""


def load_descriptors(directories: tuple[str, ...] = SYSTEM_DIRECTORIES) -> list[FirmwareDescriptor]:
    """All documents in order of precedence. One that cannot be read is passed over with a warning."""
    found: dict[str, FirmwareDescriptor | None] = {}
    for directory in directories:
        try:
            names = sorted(os.listdir(directory))
        except OSError:
            continue
        for name in names:
            if not name.endswith(".json") or name.startswith(".") or name in found:
                continue
            found[name] = _load(f"{directory}/{name}")
    return [descriptor for name in sorted(found) if (descriptor := found[name]) is not None]


def _load(path: str) -> FirmwareDescriptor | None:
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        return FirmwareDescriptor(path, json.loads(text)) if text.strip() else None
    except (OSError, ValueError) as error:
        log.warning("cannot use firmware description %s: %s", path, error)
        return None


def _features_of(descriptor: FirmwareDescriptor) -> frozenset[str]:
    return frozenset(descriptor.document.get("features", ()))


def _suits_machine(descriptor: FirmwareDescriptor, arch: str, machine: str) -> bool:
    return any(
        _ARCHES.get(target["architecture"], target["architecture"]) == arch
        and any(fnmatchcase(machine, pattern) for pattern in target["machines"])
        for target in descriptor.document.get("targets", ())
    )


def suiting(arch: str, machine: str) -> list[FirmwareDescriptor]:
    """What is there for a machine of that architecture, best first."""
    return [descriptor for descriptor in load_descriptors() if _suits_machine(descriptor, arch, machine)]


def _suits_mapping(descriptor: FirmwareDescriptor, domain: Any) -> bool:
    """Can the image be used the way the definition keeps, or does not keep, its variables."""
    mapping, loader = descriptor.document["mapping"], domain.os.loader
    stateless = loader.stateless if loader is not None else None
    if mapping["device"] == "memory":
        return stateless is not False
    if mapping["device"] != "flash":
        return False
    wanted = "stateless" if stateless else "split"
    if mapping.get("mode", "split") != wanted or mapping["executable"].get("format") != "raw":
        return False
    return bool(stateless) or mapping["nvram-template"].get("format") == "raw"


def _suits_features(descriptor: FirmwareDescriptor, domain: Any) -> bool:
    offered = _features_of(descriptor)
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


def _suits_security(security: Any, offered: frozenset[str]) -> bool:
    if security is None or security.type != "sev":
        return True
    if "amd-sev" not in offered:
        return False
    return not (security.policy or 0) & _SEV_ES or "amd-sev-es" in offered


def find(domain: Any, caps: QemuCaps, descriptors: list[FirmwareDescriptor]) -> FirmwareDescriptor | None:
    """The first firmware that suits the definition."""
    interface = _INTERFACES[domain.os.firmware]
    arch, machine = mt.of(domain)
    machine = caps.canonical_machine(domain.type, machine)
    for descriptor in descriptors:
        if (
            interface in descriptor.document.get("interface-types", ())
            and _suits_machine(descriptor, arch, machine)
            and _suits_mapping(descriptor, domain)
            and _suits_features(descriptor, domain)
        ):
            return descriptor
    return None


def _apply(domain: Any, descriptor: FirmwareDescriptor, settings: Any) -> None:
    mapping, os_ = descriptor.document["mapping"], domain.os
    if os_.loader is None:
        os_.loader = Loader()
    loader = os_.loader
    if mapping["device"] == "memory":
        loader.path, loader.type = mapping["filename"], "rom"
    else:
        loader.path, loader.type, loader.readonly = mapping["executable"]["filename"], "pflash", True
        if mapping.get("mode", "split") == "split":
            if os_.nvram is None:
                os_.nvram = Nvram()
            os_.nvram.template = mapping["nvram-template"]["filename"]
            if os_.nvram.path is None and os_.nvram.source is None:
                os_.nvram.path = nvram_path(domain, settings)
    offered = _features_of(descriptor)
    if "requires-smm" in offered:
        if domain.features is None:
            domain.features = Features()
        if domain.features.smm is None:
            domain.features.smm = Smm(state=True)
    if "secure-boot" in offered and mapping["device"] == "flash":
        loader.secure = True


def _template_of(path: str, descriptors: list[FirmwareDescriptor], settings: Any) -> str | None:
    """The variable store that belongs to an image chosen by hand."""
    for descriptor in descriptors:
        mapping = descriptor.document["mapping"]
        if mapping["device"] == "flash" and mapping["executable"]["filename"] == path and "nvram-template" in mapping:
            return str(mapping["nvram-template"]["filename"])
    return next((variables for code, variables in settings.firmwares if code == path), None)


def fill(domain: Any, caps: QemuCaps, descriptors: list[FirmwareDescriptor], settings: Any) -> None:
    """Settle the firmware of a guest that starts: the image, its variable store, and what both need.

    OPERATION_FAILED when a firmware is to be looked for and there is none that suits.
    """
    loader = domain.os.loader
    if domain.os.firmware is None:
        nvram = domain.os.nvram
        if loader is not None and loader.type == "pflash" and loader.path and nvram is not None and nvram.template is None:
            nvram.template = _template_of(loader.path, descriptors, settings)
        return
    if loader is not None and loader.path:
        return
    descriptor = find(domain, caps, descriptors)
    if descriptor is None:
        raise VirtError(
            ErrorCode.OPERATION_FAILED, f"Unable to find any firmware to satisfy '{domain.os.firmware}'"
        )
    _apply(domain, descriptor, settings)
