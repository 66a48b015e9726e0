"""What post-parsing settles about booting: default boot device, the loader's properties, the NVRAM path."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.command.settings import QemuSettings
from purevirt.drivers.qemu.postparse_context import PostParseContext
from purevirt.model.domain.os import Boot, Nvram


def has_boot_order(domain: Any) -> bool:
    """Does any device have a boot order."""
    devices = domain.devices
    return any(
        device.boot is not None and device.boot.order
        for kind in (devices.disks, devices.interfaces, devices.hostdevs, devices.redirdevs, devices.filesystems)
        for device in kind
    )


def settle_boot(domain: Any, context: PostParseContext) -> None:
    """A HVM guest boots from its disk when nothing else is said."""
    os = domain.os
    if os.type.value == "hvm" and not os.boots and not has_boot_order(domain):
        os.boots.append(Boot(dev="hd"))
    _settle_loader(domain, context)


def _settle_loader(domain: Any, context: PostParseContext) -> None:
    loader = domain.os.loader
    if loader is not None and loader.path and loader.type is None and domain.os.firmware is None:
        loader.type = "rom"
    if not needs_nvram(domain):
        return
    if domain.os.nvram is None:
        domain.os.nvram = Nvram()
    nvram = domain.os.nvram
    if nvram.path is None and nvram.type is None and domain.os.firmware is None:
        nvram.path = nvram_path(domain, context.settings)


def needs_nvram(domain: Any) -> bool:
    """A manually chosen read-only pflash firmware keeps its variables in a file of the guest."""
    loader = domain.os.loader
    return (
        loader is not None
        and loader.type == "pflash"
        and bool(loader.readonly)
        and not loader.stateless
        and domain.os.firmware is None
    )


def nvram_path(domain: Any, settings: QemuSettings) -> str:
    """Where the guest's own firmware variables are kept."""
    return f"{settings.nvram_dir}/{domain.name}_VARS.fd"
