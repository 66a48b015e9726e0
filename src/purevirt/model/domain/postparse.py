"""The stage after parsing that every hypervisor shares: order, defaults, implied devices, drive addresses.

A driver gives hooks (`PostParseHooks`); the order of the steps is libvirt's, since later ones look at what earlier ones
filled in. Nothing here fails for a document that is merely unusual; checks belong to `validate`.
"""

from __future__ import annotations

from typing import Any

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model._engine.place import blamed
from purevirt.model.domain import postparse_devices as devices
from purevirt.model.domain.addresses_devices import devices_of, iter_devices
from purevirt.model.domain.defaults import settle_inputs
from purevirt.model.domain.memory import CurrentMemory, Memory
from purevirt.model.domain.postparse_boot import check_boot_order
from purevirt.model.domain.postparse_controllers import assign_indexes, reject_duplicates, reject_panics, sort_controllers
from purevirt.model.domain.postparse_implicit import (
    add_console_compat,
    add_hostdev_controllers,
    add_implicit_controllers,
    add_implicit_video,
    refresh_console_alias,
)
from purevirt.model.domain.validate_errors import wrong
from purevirt.model.domain.validate_os import check_firmware_features


class PostParseHooks:
    """What a driver adds; the methods do nothing by default."""

    wide_scsi = True
    abi_update = False
    """The definition is new: what depends on other parts of it may be changed."""
    stub_console = True
    slash_in_name = False

    def basic(self, domain: Any) -> None:
        """First of all: emulator, machine."""

    def domain(self, domain: Any) -> None:
        """Defaults of the whole definition, before devices are looked at."""

    def device(self, domain: Any, kind: str, device: Any) -> None:
        """Defaults of one device."""

    def assign_addresses(self, domain: Any) -> None:
        """Addresses for all devices; may add controllers."""

    def final(self, domain: Any) -> None:
        """After everything."""


def post_parse(domain: Any, hooks: PostParseHooks) -> None:
    """Complete a freshly parsed definition in place."""
    devices.sort_disks(domain)
    sort_controllers(domain)
    add_hostdev_controllers(domain)
    hooks.basic(domain)
    settle_inputs(domain)
    assign_indexes(domain)
    hooks.domain(domain)
    for kind, device in _all_devices(domain):
        _device(domain, kind, device, hooks)
    _settle_memory(domain, abi_update=hooks.abi_update)
    _check_init(domain)
    check_firmware_features(domain.os)
    reject_duplicates(domain)
    reject_panics(domain)
    _add_implied(domain, hooks)
    check_boot_order(domain)
    hooks.assign_addresses(domain)
    if domain.name and "/" in domain.name and not hooks.slash_in_name:
        raise wrong(f"name {domain.name} cannot contain '/'", where="/domain/name")
    refresh_console_alias(domain)
    hooks.final(domain)


def _device(domain: Any, kind: str, device: Any, hooks: PostParseHooks) -> None:
    with blamed(device):
        hooks.device(domain, kind, device)
        devices.settle_device(domain, kind, device, wide_scsi=hooks.wide_scsi)


def _all_devices(domain: Any) -> list[tuple[str, Any]]:
    found = list(iter_devices(domain))
    seen = {id(device) for _, device in found}
    found += [("consoles", console) for console in domain.devices.consoles if id(console) not in seen]
    found += [("graphics", graphics) for graphics in domain.devices.graphics]
    return found


def _check_init(domain: Any) -> None:
    if domain.os.type.value == "exe" and domain.os.init is None:
        raise wrong("init binary must be specified", where="/domain/os")


def _add_implied(domain: Any, hooks: PostParseHooks) -> None:
    known = {id(device) for _, device in _all_devices(domain)}
    if hooks.stub_console and domain.os.type.value == "hvm":
        add_console_compat(domain)
    add_implicit_controllers(domain)
    add_implicit_video(domain)
    for kind, device in _all_devices(domain):
        if id(device) not in known:
            _device(domain, kind, device, hooks)
    devices.settle_videos(domain)


def modules_size(domain: Any) -> int:
    """Memory of all memory devices, KiB."""
    return sum(module.target.size for module in devices_of(domain, "memories") if module.target is not None)


def numa_size(domain: Any) -> int:
    """Memory of all guest NUMA cells, KiB."""
    cpu = domain.cpu
    if cpu is None or cpu.numa is None:
        return 0
    return sum(cell.memory or 0 for cell in cpu.numa.cells)


def set_memory(domain: Any, total: int) -> None:
    """Make `total` KiB the guest's memory."""
    if domain.memory is None:
        domain.memory = Memory()
    domain.memory.value = total


def _settle_memory(domain: Any, *, abi_update: bool) -> None:
    """Total = cells + modules where there are cells; the balloon never above it."""
    modules = modules_size(domain)
    cells = numa_size(domain)
    total = domain.memory.value if domain.memory is not None else 0
    if cells and (abi_update or not total):
        total = cells + modules
    elif cells:
        pass
    elif modules and total and modules > total:
        raise VirtError(
            ErrorCode.XML_ERROR,
            "Total size of memory devices exceeds the total memory size",
            ErrorDomain.DOMAIN, where="/domain/memory",
        )
    if not total or (not cells and total - modules <= 0):
        if domain.os.type.value == "exe" or domain.os.init is not None:
            pass
        else:
            text = "Memory size must be specified via <memory> or in the <numa> configuration"
            raise VirtError(ErrorCode.XML_ERROR, text, ErrorDomain.DOMAIN, where="/domain/memory")
    set_memory(domain, total)
    current = domain.current_memory.value if domain.current_memory is not None else None
    if not current or current > total:
        domain.current_memory = CurrentMemory(value=total)
    limit = domain.max_memory
    if limit is not None and (bool(limit.value) != bool(limit.slots)):
        text = "both maximum memory size and memory slot count must be specified"
        raise VirtError(ErrorCode.XML_ERROR, text, ErrorDomain.DOMAIN, where="/domain/maxMemory")
    if limit is not None and limit.value and limit.value < total:
        text = "maximum memory size must be equal or greater than the actual memory size"
        raise VirtError(ErrorCode.XML_ERROR, text, ErrorDomain.DOMAIN, where="/domain/maxMemory")
