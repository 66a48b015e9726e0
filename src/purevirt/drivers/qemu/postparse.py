"""Completing a QEMU domain definition after parsing: what libvirt's QEMU driver fills in, in its order.

`post_parse(domain, context)` works in place and is idempotent for a definition that is complete. The context carries the
capabilities of the emulator once the emulator is known.
"""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.addresses.assign import assign_addresses
from purevirt.drivers.qemu.capabilities import QemuCaps
from purevirt.drivers.qemu.postparse_audio import add_default_audio
from purevirt.drivers.qemu.postparse_context import PostParseContext
from purevirt.drivers.qemu.postparse_cpu import settle_cpu, settle_numa, settle_vcpus
from purevirt.drivers.qemu.postparse_defaults import add_default_devices, check_tseg, enable_default_features
from purevirt.drivers.qemu.postparse_devices import settle_device
from purevirt.drivers.qemu.postparse_firmware import settle_boot
from purevirt.drivers.qemu.postparse_seclabel import settle_seclabel
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.postparse import PostParseHooks
from purevirt.model.domain.postparse import post_parse as generic_post_parse
from purevirt.types.override import override


class QemuPostParse(PostParseHooks):
    """The QEMU driver's hooks."""

    wide_scsi = False

    def __init__(self, context: PostParseContext) -> None:
        self.context = context
        self.abi_update = context.abi_update

    @override
    def basic(self, domain: Any) -> None:
        """Architecture and emulator."""
        settle_seclabel(domain, self.context)
        settle_emulator(domain, self.context)

    @override
    def domain(self, domain: Any) -> None:
        """Machine, features, implied devices, CPU."""
        context, caps = self.context, self.context.caps
        _settle_machine(domain, caps)
        settle_boot(domain, context)
        enable_default_features(domain, caps)
        add_default_devices(domain, caps, context)
        settle_vcpus(domain)
        settle_cpu(domain, caps, context)
        settle_numa(domain, context)
        add_default_audio(domain, context)
        check_tseg(domain, caps)

    @override
    def device(self, domain: Any, kind: str, device: Any) -> None:
        """Models and other choices of one device."""
        settle_device(domain, kind, device, self.context)

    @override
    def assign_addresses(self, domain: Any) -> None:
        """All addresses."""
        context = self.context
        assign_addresses(
            domain, context.caps, new_domain=context.abi_update, iommu_group=context.host.iommu_group
        )


def settle_emulator(domain: Any, context: PostParseContext) -> None:
    """Fill in architecture and emulator, and look its capabilities up."""
    type_ = domain.os.type
    if type_.arch is None:
        type_.arch = _default_arch(domain, context)
    if domain.devices.emulator is None:
        emulator = context.host.emulators.get(type_.arch)
        if emulator is None:
            raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, f"No emulator found for arch '{type_.arch}'", ErrorDomain.QEMU)
        domain.devices.emulator = emulator
    caps = context.host.caps_for(domain.devices.emulator)
    context.caps = caps if caps is not None else QemuCaps(emulator=domain.devices.emulator)


def _default_arch(domain: Any, context: PostParseContext) -> str:
    """The host's, whatever emulator is named."""
    return context.host.arch


def _settle_machine(domain: Any, caps: QemuCaps) -> None:
    type_ = domain.os.type
    if type_.machine is None:
        machine = caps.preferred_machine(domain.type)
        if machine is None:
            raise VirtError(
                ErrorCode.INVALID_ARG,
                f"could not get preferred machine for {domain.devices.emulator} type={domain.type}", ErrorDomain.QEMU,
            )
        type_.machine = machine
    type_.machine = caps.canonical_machine(domain.type, type_.machine)


def post_parse(domain: Any, context: PostParseContext) -> None:
    """Complete the definition in place."""
    generic_post_parse(domain, QemuPostParse(context))
