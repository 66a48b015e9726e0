"""The guest as a whole: emulator, firmware, power management, namespaces."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.postparse_context import PostParseContext
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.sysinfo import entries_of


def unsupported(detail: str) -> VirtError:
    """CONFIG_UNSUPPORTED of the QEMU driver."""
    return VirtError(ErrorCode.CONFIG_UNSUPPORTED, detail, ErrorDomain.QEMU)


_ALSO_RUNS = {"x86_64": ("i686",), "i686": ("x86_64",), "aarch64": ("armv7l",), "ppc64": ("ppc64le",), "ppc64le": ("ppc64",)}


def _runs_arch(caps: QemuCaps, arch: str) -> bool:
    if caps.arch is None:
        # Capabilities that were made up without an architecture; a binary that nobody could ask has no accelerator.
        return bool(caps.accels)
    return arch == caps.arch or arch in _ALSO_RUNS.get(caps.arch, ())


def validate_emulator(domain: Any, caps: QemuCaps) -> None:
    """The binary runs this kind of guest."""
    type_, emulator = domain.os.type, domain.devices.emulator
    if type_.value != "hvm":
        raise unsupported(f"Emulator '{emulator}' does not support os type '{type_.value}'")
    if not _runs_arch(caps, type_.arch):
        raise unsupported(f"Emulator '{emulator}' does not support arch '{type_.arch}'")
    if not caps.supports_virt_type(domain.type):
        raise unsupported(f"Emulator '{emulator}' does not support virt type '{domain.type}'")
    if not caps.is_machine_supported(domain.type, type_.machine):
        raise unsupported(f"Emulator '{emulator}' does not support machine type '{type_.machine}'")


def _is_uefi(domain: Any) -> bool:
    """UEFI by selection, or by hand: read-only flash."""
    loader = domain.os.loader
    return domain.os.firmware == "efi" or (
        domain.os.firmware is None and loader is not None and loader.type == "pflash" and loader.readonly is True
    )


def _validate_firmware(domain: Any) -> None:
    arch, machine = mt.of(domain)
    acpi = bool(domain.features is not None and domain.features.acpi)
    if mt.is_x86(arch) and _is_uefi(domain) and not acpi:
        raise unsupported("UEFI requires ACPI on this architecture")
    if arch == "aarch64" and acpi and not _is_uefi(domain):
        raise unsupported("ACPI requires UEFI on this architecture")
    loader, wanted = domain.os.loader, domain.os.firmware_features
    if domain.os.firmware is None and wanted is not None and wanted.features:
        raise VirtError(
            ErrorCode.XML_DETAIL,
            "cannot use feature-based firmware autoselection when firmware autoselection is disabled",
            ErrorDomain.DOMAIN,
        )
    if loader is None or not loader.secure:
        return
    if not mt.is_q35(arch, machine):
        raise unsupported("Secure boot is supported with q35 machine types only")
    if arch != "x86_64":
        raise unsupported("Secure boot is supported for x86_64 architecture only")
    smm = domain.features.smm if domain.features is not None else None
    if domain.os.firmware is None and (smm is None or not smm.state):
        raise unsupported("Secure boot requires SMM feature enabled")


def _validate_power(domain: Any, caps: QemuCaps) -> None:
    pm = domain.pm
    if pm is None:
        return
    q35 = mt.is_q35(*mt.of(domain))
    for element, name, flag in ((pm.suspend_to_mem, "S3", "disable-s3"), (pm.suspend_to_disk, "S4", "disable-s4")):
        if element is None or element.enabled is None:
            continue
        if not (q35 and caps.has(f"ich9-{flag}")) and not caps.has(flag):
            raise unsupported(f"setting ACPI {name} not supported")


def _validate_sysinfo(domain: Any) -> None:
    """The SMBIOS UUID is the guest's own."""
    for info in domain.sysinfos:
        uuid = entries_of(info.system).get("uuid")
        if uuid is not None and domain.uuid is not None and uuid != domain.uuid:
            raise VirtError(ErrorCode.XML_DETAIL, "UUID mismatch between <uuid> and <sysinfo>", ErrorDomain.DOMAIN)
    if any(info.type == "fwcfg" and not info.entries for info in domain.sysinfos):
        raise VirtError(ErrorCode.XML_ERROR, "invalid or missing 'entry' element in 'sysinfo' element", ErrorDomain.QEMU)
    for info in domain.sysinfos if domain.sysinfos else ():
        for entry in info.entries if info.type == "fwcfg" else ():
            if not entry.name.startswith("opt/"):
                raise unsupported("Invalid firmware name")
            if entry.name.startswith(("opt/ovmf/", "opt/org.qemu/")):
                raise unsupported("That firmware name is reserved")


def _validate_security(domain: Any, caps: QemuCaps) -> None:
    security = domain.launch_security
    if security is None:
        return
    if security.type == "sev":
        if not caps.has("sev-guest"):
            raise unsupported("SEV launch security is not supported with this QEMU binary")
        if security.kernel_hashes is not None and not caps.has("sev-guest-kernel-hashes"):
            raise unsupported("SEV measured direct kernel boot is not supported with this QEMU binary")
    elif not (caps.has("confidential-guest-support") and caps.has("s390-pv-guest")):
        raise unsupported("S390 PV launch security is not supported with this QEMU binary")


def _validate_boot(domain: Any) -> None:
    delay = domain.os.bios.reboot_timeout if domain.os.bios is not None else None
    if delay is not None and not -1 <= delay <= 65535:
        raise unsupported("invalid value for rebootTimeout, must be in range [-1,65535]")


def validate_guest(domain: Any, context: PostParseContext) -> None:
    """What concerns no single device."""
    caps = context.caps
    memtune = domain.memtune
    if memtune is not None and memtune.min_guarantee:
        raise unsupported("Parameter 'min_guarantee' not supported by QEMU.")
    _validate_firmware(domain)
    if domain.genid is not None and not caps.has("vmgenid"):
        raise unsupported("QEMU does not support 'genid' capability")
    _validate_boot(domain)
    _validate_power(domain, caps)
    _validate_sysinfo(domain)
    _validate_security(domain, caps)
