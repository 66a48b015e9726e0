"""`<perf>`: hardware events that are counted for the guest."""

from __future__ import annotations

from typing import Literal, get_args

from purevirt.model._engine import YES_NO, Element, ParseContext, XmlError, attr, children
from purevirt.types.override import override

PerfEventName = Literal[
    "cmt", "mbmt", "mbml", "cpu_cycles", "instructions", "cache_references", "cache_misses", "branch_instructions",
    "branch_misses", "bus_cycles", "stalled_cycles_frontend", "stalled_cycles_backend", "ref_cpu_cycles", "cpu_clock",
    "task_clock", "page_faults", "context_switches", "cpu_migrations", "page_faults_min", "page_faults_maj",
    "alignment_faults", "emulation_faults",
]  # fmt: skip
_ORDER = {name: index for index, name in enumerate(get_args(PerfEventName))}


class PerfEvent(Element, tag="event"):
    """One event, counted or not."""

    known_by = ("name",)

    name: PerfEventName = attr(PerfEventName, required=True)
    enabled: bool = attr(YES_NO, required=True)


class Perf(Element, tag="perf"):
    """Each event at most once, kept in libvirt's order."""

    events: list[PerfEvent] = children(PerfEvent, needed=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        seen: set[str] = set()
        for event in self.events:
            if event.name in seen:
                raise XmlError(f"perf event '{event.name}' was already specified")
            seen.add(event.name)
        self.events.sort(key=lambda event: _ORDER[event.name])
