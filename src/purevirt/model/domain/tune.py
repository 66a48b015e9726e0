"""How the host schedules the guest: `<cputune>`, `<blkiotune>`, `<resource>` (formatdomain.html, "CPU Tuning" and after)."""

from __future__ import annotations

from typing import Any, Literal
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode, ErrorDomain
from purevirt.model._engine import (
    BITMAP,
    INT,
    LONG,
    UINT,
    ULONG,
    Element,
    FormatContext,
    ParseContext,
    XmlError,
    attr,
    c_integer,
    child,
    children,
    leaf,
)
from purevirt.model.domain.blocks import text_or_none
from purevirt.model.domain.cpuset import CPUSET
from purevirt.model.domain.tune_resctrl import Cachetune, Memorytune, check_groups
from purevirt.model.schema_text import ABSOLUTE_PATH, UNSIGNED, UNSIGNED_SHORT, matching, up_to
from purevirt.types.override import override

Scheduler = Literal["batch", "idle", "fifo", "rr"]

_UNSUPPORTED = ErrorCode.CONFIG_UNSUPPORTED
SHARES = (2, 262144)
PERIOD = (1000, 1000000)
QUOTA = (1000, 17592186044415)
"""Least and most; the last two in microseconds."""


class VcpuPin(Element, tag="vcpupin"):
    """Host CPUs that a vCPU may run on."""

    known_by = ("vcpu",)

    vcpu: int = attr(UINT, required=True)
    cpuset: frozenset[int] = attr(CPUSET, required=True, missing=(ErrorCode.INTERNAL_ERROR, "missing cpuset for vcpupin"))


class EmulatorPin(Element, tag="emulatorpin"):
    """Host CPUs that the hypervisor process itself may run on."""

    cpuset: frozenset[int] = attr(CPUSET, required=True, missing=(ErrorCode.INTERNAL_ERROR, "missing cpuset for emulatorpin"))


class IothreadPin(Element, tag="iothreadpin"):
    """Host CPUs that an I/O thread may run on."""

    known_by = ("iothread",)

    iothread: int = attr(UINT, required=True, nonzero=True)
    cpuset: frozenset[int] = attr(CPUSET, required=True, missing=(ErrorCode.INTERNAL_ERROR, "missing cpuset for iothreadpin"))


class Schedule(Element):
    """A scheduler of sched(7); `priority` belongs to the real-time ones and is needed there."""

    schema_cases = (
        {"scheduler": ("batch", "idle"), "priority": "absent"},
        {"scheduler": ("fifo", "rr"), "priority": "present"},
    )

    scheduler: Scheduler = attr(Scheduler, required=True)
    priority: int | None = attr(INT, rng=UNSIGNED_SHORT)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if self.scheduler not in ("fifo", "rr"):
            self.priority = None
        elif self.priority is None:
            message = f"Missing required attribute 'priority' in element '{self.tag}'"
            raise XmlError(message, domain=ErrorDomain.XML)


class VcpuSched(Schedule, tag="vcpusched"):
    """The scheduler of vCPUs."""

    vcpus: frozenset[int] = attr(BITMAP, required=True, missing="Missing attribute 'vcpus' in element 'vcpusched'", needed=False)
    scheduler: Scheduler = attr(Scheduler, required=True)
    priority: int | None = attr(INT, rng=UNSIGNED_SHORT)


class IothreadSched(Schedule, tag="iothreadsched"):
    """The scheduler of I/O threads."""

    iothreads: frozenset[int] = attr(
        BITMAP, required=True, missing="Missing attribute 'iothreads' in element 'iothreadsched'", needed=False
    )
    scheduler: Scheduler = attr(Scheduler, required=True)
    priority: int | None = attr(INT, rng=UNSIGNED_SHORT)


class EmulatorSched(Schedule, tag="emulatorsched"):
    """The scheduler of the hypervisor process."""


def _number(codec: Any, what: str, zero: Any = 0) -> Any:
    allowed = up_to(QUOTA[1], -1) if "quota" in what else up_to(PERIOD[1], PERIOD[0]) if "period" in what else UNSIGNED
    return leaf(codec, omit=zero, error=f"can't parse cputune {what} value", rng=allowed)


class Cputune(Element, tag="cputune"):
    """CPU shares, bandwidth (µs), pinning, schedulers, cache and memory bandwidth."""

    shares: int | None = _number(ULONG, "shares", None)
    period: int | None = _number(ULONG, "period")
    quota: int | None = _number(LONG, "quota")
    global_period: int | None = _number(ULONG, "global period")
    global_quota: int | None = _number(LONG, "global quota")
    emulator_period: int | None = _number(ULONG, "emulator period")
    emulator_quota: int | None = _number(LONG, "emulator quota")
    iothread_period: int | None = _number(ULONG, "iothread period")
    iothread_quota: int | None = _number(LONG, "iothread quota")
    vcpupins: list[VcpuPin] = children(VcpuPin)
    emulatorpin: EmulatorPin | None = child(EmulatorPin)
    iothreadpins: list[IothreadPin] = children(IothreadPin)
    emulatorsched: EmulatorSched | None = child(EmulatorSched, live="next")
    vcpuscheds: list[VcpuSched] = children(VcpuSched, live="next")
    iothreadscheds: list[IothreadSched] = children(IothreadSched, live="next")
    cachetunes: list[Cachetune] = children(Cachetune, live="next")
    memorytunes: list[Memorytune] = children(Memorytune, live="next")

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        for tag in ("emulatorpin", "emulatorsched"):
            if len(node.findall(tag)) > 1:
                raise XmlError(f"only one {tag} is supported", node=node.findall(tag)[1])

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        self._order_pins()
        self.vcpuscheds = _one_each(self.vcpuscheds, "vcpus")
        self.iothreadscheds = _one_each(self.iothreadscheds, "iothreads")
        check_groups(self.cachetunes, self.memorytunes)

    def _order_pins(self) -> None:
        seen: set[int] = set()
        for pin in self.vcpupins:
            if pin.vcpu in seen:
                raise XmlError(f"duplicate vcpupin for vcpu '{pin.vcpu}'", ErrorCode.INTERNAL_ERROR)
            seen.add(pin.vcpu)
        self.vcpupins.sort(key=lambda pin: pin.vcpu)
        threads: set[int] = set()
        for thread in self.iothreadpins:
            if thread.iothread in threads:
                raise XmlError(f"duplicate iothreadpin for same iothread '{thread.iothread}'", ErrorCode.INTERNAL_ERROR)
            threads.add(thread.iothread)


def _one_each(given: list[Any], what: str) -> list[Any]:
    """One element per vCPU or thread, in ascending order, as libvirt keeps and writes them."""
    single: dict[int, Any] = {}
    for sched in given:
        for number in sorted(getattr(sched, what)):
            if number in single:
                raise XmlError(f"'{sched.tag}' attributes '{what}' must not overlap", ErrorCode.XML_DETAIL)
            one = sched.copy()
            setattr(one, what, frozenset((number,)))
            single[number] = one
    return [single[number] for number in sorted(single)]


def _wrapping(bits: int, what: str) -> Any:
    """A number read as strtoul reads it: a negative one wraps around."""

    def parse(text: str) -> int:
        value = c_integer(text, 10)
        if value is None or not -(2**bits) < value < 2**bits:
            raise XmlError(f"could not parse {what} {text}", _UNSUPPORTED)
        return value % int(2**bits)

    return parse


class BlkioDevice(Element, tag="device"):
    """Limits of one host device; 0 is no limit."""

    known_by = ("path",)

    path: str | None = leaf(parse=text_or_none, needed=True, rng=ABSOLUTE_PATH)
    weight: int | None = leaf(UINT, parse=_wrapping(32, "weight"), omit=0, rng=up_to(1000, 100))
    read_iops_sec: int | None = leaf(UINT, parse=_wrapping(32, "read iops sec"), omit=0)
    write_iops_sec: int | None = leaf(UINT, parse=_wrapping(32, "write iops sec"), omit=0)
    read_bytes_sec: int | None = leaf(ULONG, parse=_wrapping(64, "read bytes sec"), omit=0)
    write_bytes_sec: int | None = leaf(ULONG, parse=_wrapping(64, "write bytes sec"), omit=0)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if not self.path:
            raise XmlError("missing per-device path", _UNSUPPORTED)

    @override
    def shown(self, ctx: FormatContext) -> bool:
        """A device without any limit is not written."""
        limits = (self.weight, self.read_iops_sec, self.write_iops_sec, self.read_bytes_sec, self.write_bytes_sec)
        return any(limits)


def _weight(text: str) -> int | None:
    value = c_integer(text, 10)
    return value if value is not None and 0 < value < 2**32 else None


class Blkiotune(Element, tag="blkiotune"):
    """The guest's share of block I/O, and limits per host device."""

    weight: int | None = leaf(UINT, parse=_weight, omit=0, rng=up_to(1000, 100))
    devices: list[BlkioDevice] = children(BlkioDevice)


class FibreChannel(Element, tag="fibrechannel"):
    """The application identifier that fabric switches see."""

    appid: str | None = attr(needed=True, rng=matching("[ -~]{1,128}"))


class Resource(Element, tag="resource"):
    """The cgroup partition the guest is put into."""

    partition: str | None = leaf(parse=text_or_none, rng=ABSOLUTE_PATH)
    fibrechannel: FibreChannel | None = child(FibreChannel)
