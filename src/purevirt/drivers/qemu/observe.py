"""What a running guest's QEMU says of itself, for readers that must not wait long: fresh answers, or the last known.

All questions to one guest go out at once. A QEMU that does not answer in READER_S (stopped, stuck) costs its readers no
more than that once; while it is stalled they are not even asked to wait.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from purevirt.drivers.qemu.block_names import qom_paths
from purevirt.drivers.qemu.monitor import decode, queries
from purevirt.drivers.qemu.monitor.connection import MonitorClosed, QmpFailure
from purevirt.drivers.qemu.vm import Vm
from purevirt.errors import Timeout

READER_S = 0.1
"""How long a reader waits for QEMU before it is content with what was known."""


@dataclass(slots=True)
class Observed:
    """Answers of QEMU; empty where it was never asked or never answered."""

    blocks: dict[str, queries.BlockStats] = field(default_factory=dict)
    block_nodes: dict[str, str] = field(default_factory=dict)
    capacities: dict[str, tuple[int, int]] = field(default_factory=dict)
    balloon_kib: int | None = None
    guest_memory: dict[int, int] = field(default_factory=dict)
    iothreads: list[queries.IoThread] = field(default_factory=list)
    dirty_rate: queries.DirtyRate | None = None


def observed(vm: Vm) -> Observed:
    """The last known answers."""
    if vm.run is None:
        return Observed()
    known: Observed = vm.run.last.setdefault("observed", Observed())
    return known


async def observe(
    vm: Vm, *, blocks: bool = False, memory: bool = False, iothreads: bool = False, dirty_rate: bool = False
) -> Observed:
    """Fresh answers to what is asked, within READER_S; never raises for a guest that is gone or stuck."""
    known = observed(vm)
    monitor = vm.run.monitor if vm.run is not None else None
    if monitor is None or not monitor.is_open or monitor.stalled:
        return known
    asked: list[tuple[str, Any]] = []
    if blocks and vm.live is not None and vm.live.devices is not None and vm.live.devices.disks:
        asked += [(c, monitor.submit(c)) for c in ("query-blockstats", "query-named-block-nodes")]
    if memory and _has_balloon(vm):
        asked.append(("query-balloon", monitor.submit("query-balloon")))
        path = {"path": f"/machine/peripheral/{_balloon_alias(vm)}", "property": "guest-stats"}
        asked.append(("guest-stats", monitor.submit("qom-get", path)))
    if iothreads and vm.run is not None and vm.run.iothreads:
        asked.append(("query-iothreads", monitor.submit("query-iothreads")))
    if dirty_rate:
        asked.append(("query-dirty-rate", monitor.submit("query-dirty-rate")))
    for command, reply in asked:
        try:
            _take(known, command, await monitor.result(reply, command, READER_S))
        except (Timeout, MonitorClosed):
            break
        except (QmpFailure, decode.BadReply):
            continue
    return known


def _take(known: Observed, command: str, reply: Any) -> None:
    if command == "query-blockstats":
        known.blocks = queries.block_stats_of(reply)
        known.block_nodes = {
            decode.string_or(item, "qdev"): decode.string_or(item, "node-name") for item in decode.objects(reply, command)
        }
    elif command == "query-named-block-nodes":
        known.capacities = queries.node_capacity_of(reply)
    elif command == "query-balloon":
        known.balloon_kib = queries.balloon_of(reply)
    elif command == "query-iothreads":
        known.iothreads = queries.io_threads_of(reply)
    elif command == "query-dirty-rate":
        known.dirty_rate = queries.dirty_rate_of(reply)
    else:
        known.guest_memory = queries.guest_memory_of(reply)


def _balloon(vm: Vm) -> Any:
    devices = vm.live.devices if vm.live is not None else None
    return devices.memballoon if devices is not None else None


def _has_balloon(vm: Vm) -> bool:
    balloon = _balloon(vm)
    return balloon is not None and balloon.model != "none" and balloon.alias is not None


def _balloon_alias(vm: Vm) -> str:
    return str(_balloon(vm).alias.name)


def stats_of_device(known: Observed, alias: str) -> tuple[queries.BlockStats | None, str]:
    """Counters and block node of the device `alias`: QEMU names it by its QOM path."""
    for key in qom_paths(alias):
        if key in known.blocks:
            return known.blocks[key], known.block_nodes.get(key, "")
    return None, ""
