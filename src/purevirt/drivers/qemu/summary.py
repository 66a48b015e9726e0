"""What lists and statistics want of a definition, in short: kept where a whole document would cost too much memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from purevirt.model.domain.document import Domain


class Summary(NamedTuple):
    """Of a definition, in short."""

    memory_kib: tuple[int, int]
    """The most it may have and what it starts with."""
    vcpus: tuple[int, int]
    """The most it may have and how many are plugged at first."""
    disks: list[tuple[str, str | None]]
    """Target and host file of each disk."""


def memory_of(document: Domain) -> tuple[int, int]:
    """The most memory and the current memory that the document says, KiB."""
    most = (document.memory.value if document.memory else None) or 0
    return most, (document.current_memory.value if document.current_memory else None) or most


def counts_of(document: Domain) -> tuple[int, int]:
    """The most vCPUs and how many of them are plugged, as the document says."""
    vcpu = document.vcpu
    most = vcpu.value if vcpu is not None else 1
    return most, (vcpu.current if vcpu is not None and vcpu.current else most)


def files_of(document: Domain) -> list[tuple[str, str | None]]:
    """Target and host file of each disk."""
    disks = document.devices.disks if document.devices else []
    return [(disk.dev or "", host_path(disk)) for disk in disks]


def host_path(disk: Any) -> str | None:
    """The file or block device of this host that a disk is; None for any other."""
    source = disk.source
    path = source.path if source is not None else None
    return str(path) if path and disk.type in ("file", "block") else None


def summary_of(document: Domain) -> Summary:
    return Summary(memory_of(document), counts_of(document), files_of(document))
