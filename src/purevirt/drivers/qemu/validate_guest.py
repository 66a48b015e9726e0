"""The guest as a whole: emulator, firmware, lifecycle, SMBIOS, launch security."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.device import IsaAddress


def unsupported(detail: str) -> VirtError:
    """CONFIG_UNSUPPORTED of the QEMU driver."""
    return VirtError(ErrorCode.CONFIG_UNSUPPORTED, detail, ErrorDomain.QEMU)


_ALSO_RUNS = {"x86_64": ("i686",), "aarch64": ("armv7l",), "armv7l": ("armv6l",), "ppc64": ("ppc64le",)}


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
        domain.os.firmware is None and loader is not None and loader.type == "pflash" and loader.readonly is not False
    )


def validate_firmware(domain: Any, caps: QemuCaps) -> None:
    """Memory guarantees, UEFI and ACPI, the generation identifier."""
    arch, _ = mt.of(domain)
    if domain.memtune is not None and domain.memtune.min_guarantee:
        raise unsupported("Parameter 'min_guarantee' not supported by QEMU.")
    acpi = bool(domain.features is not None and domain.features.acpi)
    if mt.is_x86(arch) and _is_uefi(domain) and not acpi:
        raise unsupported("UEFI requires ACPI on this architecture")
    if arch == "aarch64" and acpi and not _is_uefi(domain):
        raise unsupported("ACPI requires UEFI on this architecture")
    if domain.genid is not None and not caps.has("vmgenid"):
        raise unsupported("this QEMU does not support the 'genid' capability")
    if domain.os.bios is not None and domain.os.bios.useserial:
        if not mt.is_x86(arch):
            raise unsupported("BIOS serial console only supported on x86 architectures")
        if not domain.devices.serials:
            text = "need at least one serial port to use BIOS serial output"
            raise VirtError(ErrorCode.XML_ERROR, text, ErrorDomain.QEMU)


def _validate_sysinfo(domain: Any) -> None:
    """Files that are handed to the firmware have names of their own."""
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


def validate_lifecycle(domain: Any) -> None:
    """Actions that QEMU can take."""
    if "rename-restart" in (domain.on_poweroff, domain.on_reboot, domain.on_crash):
        raise unsupported(
            "qemu driver doesn't support the 'rename-restart' action for 'on_reboot'/'on_poweroff'/'on_crash'"
        )
    if "preserve" in (domain.on_poweroff, domain.on_reboot):
        raise unsupported("qemu driver doesn't support the 'preserve' action for 'on_reboot'/'on_poweroff'")
    if domain.on_reboot == "destroy" and domain.on_poweroff == "restart":
        raise unsupported("qemu driver doesn't support 'onReboot' set to 'destroy and 'onPoweroff' set to 'reboot'")


def validate_rest(domain: Any, caps: QemuCaps) -> None:
    """Consoles, SMBIOS, panic notifiers, TPMs as a group, launch security."""
    _validate_consoles(domain, caps)
    _validate_sysinfo(domain)
    for panic in domain.devices.panics:
        _validate_panic(domain, panic, caps)
    _validate_tpm_count(domain)
    _validate_security(domain, caps)


def _validate_consoles(domain: Any, caps: QemuCaps) -> None:
    for console in domain.devices.consoles:
        kind = console.target.type if console.target is not None else None
        if kind == "sclp" and not caps.has("s390-sclp"):
            raise unsupported("sclpconsole is not supported in this QEMU binary")
        if kind == "sclplm" and not caps.has("sclplmconsole"):
            raise unsupported("sclplmconsole is not supported in this QEMU binary")
        if kind not in (None, "none", "serial", "virtio", "sclp", "sclplm"):
            raise unsupported(f"unsupported console target type {kind}")


def _validate_panic(domain: Any, panic: Any, caps: QemuCaps) -> None:
    arch, model = domain.os.type.arch, panic.model
    if model == "s390" and not mt.is_s390(arch):
        raise unsupported(f"only S390 guests support panic device of model '{model}'")
    if model == "hyperv" and not mt.is_x86(arch):
        raise unsupported(f"only i686 and x86_64 guests support panic device of model '{model}'")
    if model == "pseries" and not mt.is_pseries(*mt.of(domain)):
        raise unsupported(f"only pSeries guests support panic device of model '{model}'")
    if model in ("s390", "hyperv", "pseries") and panic.address is not None:
        raise unsupported(f"setting the panic device address is not supported for model '{model}'")
    if model == "isa":
        if not caps.has("pvpanic"):
            raise unsupported("the QEMU binary does not support the ISA panic device")
        if panic.address is not None and not isinstance(panic.address, IsaAddress):
            raise unsupported("panic is supported only with ISA address type")


def _validate_tpm_count(domain: Any) -> None:
    tpms = domain.devices.tpms
    proxies = [tpm for tpm in tpms if tpm.model == "spapr-tpm-proxy"]
    if len(proxies) > 1:
        raise unsupported("only a single TPM Proxy device is supported")
    if len(tpms) - len(proxies) > 1:
        raise unsupported("only a single TPM non-proxy device is supported")
