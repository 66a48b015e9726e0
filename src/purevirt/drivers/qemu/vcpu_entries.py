"""The vCPUs of a document one by one, whether it lists them (`<vcpus>`) or only counts them (`<vcpu current=…>`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.model.domain.vcpu import Vcpu, VcpuEntry

if TYPE_CHECKING:
    from purevirt.model.domain.document import Domain


def entries_of(document: Domain) -> list[VcpuEntry]:
    """One entry per possible vCPU, in order: copies, or made of the counts; those plugged at boot cannot be unplugged."""
    if document.vcpus:
        return [entry.copy() for entry in document.vcpus]
    vcpu = document.vcpu
    most = vcpu.value if vcpu is not None else 1
    now = (vcpu.current if vcpu is not None else None) or most
    return [VcpuEntry(id=i, enabled=i < now, hotpluggable=i >= now) for i in range(most)]


def write_entries(document: Domain, entries: list[VcpuEntry], *, listed: bool) -> None:
    """Put them back. `listed`: name each one; a document that named them goes on doing so."""
    vcpu = document.vcpu = document.vcpu or Vcpu(value=1)
    vcpu.value = len(entries)
    now = sum(entry.enabled for entry in entries)
    vcpu.current = now if now != len(entries) else None
    if listed or document.vcpus:
        document.vcpus = entries


def set_count(document: Domain, count: int, *, hotpluggable: bool) -> None:
    """Plug the lowest that are not, or unplug the highest that are; the order of plugging is forgotten."""
    entries = entries_of(document)
    now = sum(entry.enabled for entry in entries)
    for entry in entries:
        entry.order = None
    listed = False
    for entry in entries:
        if now < count and not entry.enabled:
            entry.enabled, entry.hotpluggable = True, hotpluggable
            listed = listed or hotpluggable
            now += 1
    for entry in reversed(entries):
        if now > count and entry.enabled:
            entry.enabled, entry.hotpluggable = False, True
            now -= 1
    write_entries(document, entries, listed=listed)


def set_maximum(document: Domain, most: int) -> None:
    """Possible vCPUs come, unplugged, or go, the highest first; what tuning says of those that go, goes."""
    entries = entries_of(document)[:most]
    entries += [VcpuEntry(id=i, enabled=False, hotpluggable=True) for i in range(len(entries), most)]
    write_entries(document, entries, listed=False)
    if document.cputune is not None:
        document.cputune.vcpupins = [pin for pin in document.cputune.vcpupins if pin.vcpu < most]
        document.cputune.vcpuscheds = [s for s in document.cputune.vcpuscheds if not s.vcpus or min(s.vcpus) < most]
