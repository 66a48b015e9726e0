"""Checks of a completed definition that hold for every hypervisor and need more than one element to be seen.

A driver without checks of its own calls `validate_general`; one with some checks each device after `validate_device` did, and
ends with `validate_whole`. Order is libvirt's where two mistakes would give two errors.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from purevirt.errors import ErrorCode
from purevirt.model._engine.place import blamed
from purevirt.model.domain.addresses_devices import DEVICE_KINDS, is_serial_alias, iter_devices
from purevirt.model.domain.document import Domain
from purevirt.model.domain.memory import HugePage
from purevirt.model.domain.os import Os
from purevirt.model.domain.validate_devices import validate_device, validate_together, validate_videos
from purevirt.model.domain.validate_disks import validate_disks
from purevirt.model.domain.validate_errors import unsupported, wrong
from purevirt.model.domain.validate_os import validate_os
from purevirt.model.domain.validate_tuning import validate_blkiotune, validate_cputune, validate_resource

_refuse = wrong


def validate_general(domain: Domain, *, firmware_autoselect: bool = True) -> None:
    """Raise the compatible error for the first thing that is wrong: each device, then the whole."""
    for kind, device in validated_devices(domain):
        with blamed(device):
            validate_device(domain, kind, device)
    validate_whole(domain, firmware_autoselect=firmware_autoselect)


def validated_devices(domain: Any) -> Iterator[tuple[str, Any]]:
    """Every device that is checked by itself; the first console even where it is a serial port seen again."""
    consoles = False
    for kind, device in iter_devices(domain):
        if not consoles and DEVICE_KINDS.index(kind) >= _CONSOLES:
            consoles = True
            if domain.devices.consoles and is_serial_alias(domain, domain.devices.consoles[0]):
                yield "consoles", domain.devices.consoles[0]
        yield kind, device
    for kind in ("graphics", "audios"):
        for device in getattr(domain.devices, kind):
            yield kind, device


_CONSOLES = DEVICE_KINDS.index("consoles")


def validate_whole(domain: Domain, *, firmware_autoselect: bool = True, firmware_features: bool = False) -> None:
    """What devices have together, and what concerns none of them."""
    validate_resource(domain)
    if domain.devices is not None:
        validate_disks(domain.devices.disks)
        validate_together(domain)
    _validate_hugepages(domain)
    if domain.os is not None:
        validate_os(domain.os, firmware_autoselect=firmware_autoselect, firmware_features=firmware_features)
    validate_cputune(domain)
    if domain.os is not None:
        _validate_boot(domain.os)
    validate_videos(domain)
    validate_blkiotune(domain)
    _validate_initiators(domain)


def _validate_boot(os: Os) -> None:
    timeout = os.bootmenu.timeout if os.bootmenu is not None else None
    if timeout is not None and timeout > _LONGEST:
        text = f"invalid value for boot menu timeout, must be in range [0,{_LONGEST}]"
        raise unsupported(text, where="/domain/os/bootmenu")
    delay = os.bios.reboot_timeout if os.bios is not None else None
    if delay is not None and not -1 <= delay <= _LONGEST:
        text = f"invalid value for rebootTimeout, must be in range [-1,{_LONGEST}]"
        raise unsupported(text, where="/domain/os/bios")


_LONGEST = 65535


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
