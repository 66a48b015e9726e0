"""Checks of a completed definition that hold for every hypervisor and need more than one element to be seen.

A driver calls `validate_general` before its own checks. Order is libvirt's where two mistakes would give two errors.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from purevirt.errors import ErrorCode
from purevirt.model._engine.place import blamed
from purevirt.model.domain.addresses_devices import iter_devices
from purevirt.model.domain.chardev import Channel, VirtioTarget, XenTarget, source_problem
from purevirt.model.domain.document import Domain
from purevirt.model.domain.memory import HugePage
from purevirt.model.domain.os import Os
from purevirt.model.domain.validate_devices import validate_device, validate_together
from purevirt.model.domain.validate_disks import validate_disk, validate_disks
from purevirt.model.domain.validate_errors import unsupported, wrong

_refuse = wrong


def validate_general(
    domain: Domain, *, slash_in_name: bool = False, firmware_autoselect: bool = True, devices: bool = True
) -> None:
    """Raise the compatible error for the first thing that is wrong. `devices`: False when they were looked at already."""
    if domain.name and "/" in domain.name and not slash_in_name:
        raise _refuse(f"name {domain.name} cannot contain '/'", where="/domain/name")
    if domain.os is not None:
        validate_os(domain.os, firmware_autoselect=firmware_autoselect)
    _validate_init(domain)
    _validate_hugepages(domain)
    _validate_initiators(domain)
    for device in _character_devices(domain):
        problem = source_problem(device)
        if problem is not None and not _path_is_chosen_later(device):
            with blamed(device):
                raise _refuse(problem[1], problem[0])
    if devices:
        validate_devices(domain)
    _validate_boot(domain)


def validate_devices(domain: Domain) -> None:
    """Each device, then what they have together."""
    if domain.devices is None:
        return
    for kind, device in iter_devices(domain):
        with blamed(device):
            if kind == "disks":
                validate_disk(device)
            validate_device(kind, device)
    validate_disks(domain.devices.disks)
    validate_together(domain)


def _validate_boot(domain: Domain) -> None:
    """A place in the boot order is one device's; the order is told by the devices or by `<os>`."""
    if domain.devices is None:
        return
    seen: set[int] = set()
    for _, device in iter_devices(domain):
        boot = getattr(device, "boot", None)
        order = boot.order if boot is not None else None
        if not order:
            continue
        if order in seen:
            with blamed(device):
                raise unsupported(f"boot order '{order}' used for more than one device")
        seen.add(order)
    if seen and domain.os is not None and domain.os.boots:
        raise unsupported("per-device boot elements cannot be used together with os/boot elements")


def validate_os(os: Os, *, firmware_autoselect: bool = True) -> None:
    """Firmware, loader and NVRAM fit one another."""
    loader, nvram = os.loader, os.nvram
    if os.firmware is not None:
        if not firmware_autoselect:
            raise _refuse("firmware auto selection not implemented for this driver", ErrorCode.XML_DETAIL, where="/domain/os")
        _validate_autoselection(os)
        if os.firmware != "efi" and nvram is not None:
            raise _refuse(f"firmware type '{os.firmware}' does not support nvram", ErrorCode.XML_DETAIL, where="/domain/os/nvram")
    elif (loader is not None and not loader.path) or (nvram is not None and loader is None):
        text = "no loader path specified and firmware auto selection disabled"
        raise _refuse(text, ErrorCode.XML_DETAIL, where="/domain/os/loader" if loader is not None else "/domain/os/nvram")
    if loader is None:
        return
    if loader.stateless:
        if nvram is not None and nvram.template:
            text = "NVRAM template is not permitted when loader is stateless"
            raise _refuse(text, ErrorCode.XML_DETAIL, where="/domain/os/nvram")
        if nvram is not None:
            raise _refuse("NVRAM is not permitted when loader is stateless", ErrorCode.XML_DETAIL, where="/domain/os/nvram")
    elif loader.stateless is False:
        if os.firmware is None and loader.type != "pflash":
            raise _refuse("Only pflash loader type permits NVRAM", ErrorCode.XML_DETAIL, where="/domain/os/loader")
        if os.firmware not in (None, "efi"):
            raise _refuse("Only EFI firmware permits NVRAM", ErrorCode.XML_DETAIL, where="/domain/os/loader")


def _validate_autoselection(os: Os) -> None:
    """A firmware that is looked for is not described by hand as well."""
    wanted = os.firmware_features
    if wanted is not None and wanted.wants("enrolled-keys") and wanted.wants("secure-boot") is False:
        raise _refuse(
            "firmware feature 'enrolled-keys' cannot be enabled when firmware feature 'secure-boot' is disabled",
            ErrorCode.XML_DETAIL,
            where="/domain/os/firmware",
        )
    loader = os.loader
    said: tuple[tuple[str, str, bool], ...] = (
        ("loader", "readonly", loader is not None and loader.readonly is not None),
        ("loader", "type", loader is not None and loader.type is not None),
        ("loader", "path", loader is not None and bool(loader.path)),
        ("loader", "secure", loader is not None and loader.secure is False),
        ("nvram", "template", os.nvram is not None and os.nvram.template is not None),
    )
    for element, attribute, present in said:
        if present:
            text = f"{element} attribute '{attribute}' cannot be specified when firmware autoselection is enabled"
            raise _refuse(text, ErrorCode.XML_DETAIL, where=f"/domain/os/{element}")


def _validate_init(domain: Domain) -> None:
    os = domain.os
    if os is not None and os.type is not None and os.type.value == "exe" and os.init is None:
        raise _refuse("init binary must be specified", where="/domain/os")


def _validate_hugepages(domain: Domain) -> None:
    """One size at most for all nodes not named; named nodes exist and have one size each."""
    backing = domain.memory_backing
    if backing is None or backing.hugepages is None:
        return
    cells = len(domain.cpu.numa.cells) if domain.cpu is not None and domain.cpu.numa is not None else 0
    master: HugePage | None = None
    earlier: list[HugePage] = []
    for number, page in enumerate(backing.hugepages.pages, start=1):
        where = f"/domain/memoryBacking/hugepages/page[{number}]"
        if page.nodeset is None:
            if master is not None:
                text = f"two master hugepages detected: {page.size} and {master.size}"
                raise _refuse(text, ErrorCode.XML_DETAIL, where=where)
            master = page
            continue
        unknown = sorted(node for node in page.nodeset if node >= cells)
        if unknown:
            raise _refuse(f"hugepages: node {unknown[0]} not found", ErrorCode.XML_DETAIL, where=where)
        for other in earlier:
            if other.nodeset is not None and other.nodeset & page.nodeset:
                text = f"nodeset attribute of hugepages of sizes {page.size} and {other.size} intersect"
                raise _refuse(text, ErrorCode.XML_DETAIL, where=where)
        earlier.append(page)


def _validate_initiators(domain: Domain) -> None:
    """Memory is accessed by processors."""
    numa = domain.cpu.numa if domain.cpu is not None else None
    links = numa.interconnects if numa is not None else None
    if numa is None or links is None:
        return
    for initiator in [link.initiator for link in links.latencies] + [link.initiator for link in links.bandwidths]:
        if not numa.cells[initiator].cpus:
            raise _refuse("NUMA nodes without CPUs can't be initiator", where="/domain/cpu/numa/interconnects")


def _path_is_chosen_later(device: Any) -> bool:
    """Socket paths of virtio and Xen channels are made up by the driver."""
    if not isinstance(device, Channel) or device.type != "unix" or (device.source and device.source.path):
        return False
    return isinstance(device.target, VirtioTarget | XenTarget)


def _character_devices(domain: Domain) -> Iterator[Any]:
    """Everything whose host side is a character device."""
    devices = domain.devices
    if devices is None:
        return
    yield from devices.serials
    yield from devices.parallels
    yield from devices.consoles
    yield from devices.channels
    yield from (card for card in devices.smartcards if card.mode == "passthrough")
    yield from devices.redirdevs
    for rng in devices.rngs:
        backend: Any = rng.backend
        if backend is not None and hasattr(backend, "sources"):
            yield backend
