"""Limits of disks: QEMU gets them through its monitor before the guest runs, one throttling group per disk or by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from purevirt.drivers.qemu.block_names import qom_name

_WHO = {"total": "", "read": "_rd", "write": "_wr"}
_WHAT = {"bytes": "bps", "iops": "iops"}

Throttle = tuple[str, dict[str, Any]]


def throttle_commands(domain: Any) -> Iterator[Throttle]:
    """The monitor command of each disk that has limits."""
    for disk in domain.devices.disks:
        if disk.iotune is not None and (arguments := throttle_arguments(disk.iotune)) is not None:
            yield "block_set_io_throttle", {"id": qom_name(disk), **arguments}


def throttle_arguments(tune: Any) -> dict[str, Any] | None:
    """`<iotune>` in QEMU's names; None when it limits nothing."""
    found: dict[str, Any] = {}
    for what, short in _WHAT.items():
        for who, suffix in _WHO.items():
            name, ours = f"{short}{suffix}", f"{who}_{what}_sec"
            found[name] = getattr(tune, ours) or 0
            if burst := getattr(tune, f"{ours}_max"):
                found[f"{name}_max"] = burst
            if length := getattr(tune, f"{ours}_max_length"):
                found[f"{name}_max_length"] = length
    if tune.size_iops_sec:
        found["iops_size"] = tune.size_iops_sec
    if not any(found.values()):
        return None
    if tune.group_name:
        found["group"] = tune.group_name
    return found
