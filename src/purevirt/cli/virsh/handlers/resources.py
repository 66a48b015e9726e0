"""Memory, vCPUs and IOThreads of a domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.numbers import ULLONG_MAX
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup, names
from purevirt.cli.virsh.cpulist import host_cpu_count, letters, parse_cpulist, ranges
from purevirt.cli.virsh.flags import affect, collect
from purevirt.cli.virsh.lookup import complaining
from purevirt.errors import VirtError
from purevirt.types import constants as c

if TYPE_CHECKING:
    from purevirt.client import Domain
    from purevirt.types.typed_params import Value


def _any_affect(a: Args) -> bool:
    return a.flag("live") or a.flag("config") or a.flag("current")


def _size_kib(a: Args) -> int:
    size = a.scaled("size", 1024, ULLONG_MAX)
    assert size is not None
    return (size + 1023) // 1024


def cmd_setmem(sh: Shell, a: Args) -> None:
    flags = affect(a)
    dom = lookup.domain(sh, a)
    size = _size_kib(a)
    if flags or a.flag("current"):
        dom.set_memory_flags(size, flags)
    else:
        dom.set_memory(size)


def cmd_setmaxmem(sh: Shell, a: Args) -> None:
    flags = affect(a) | c.VIR_DOMAIN_MEM_MAXIMUM
    dom = lookup.domain(sh, a)
    size = _size_kib(a)
    with complaining("Unable to change MaxMemorySize"):
        dom.set_memory_flags(size, flags)


def cmd_setvcpus(sh: Shell, a: Args) -> None:
    flags = affect(a) | collect(
        a,
        {
            "guest": c.VIR_DOMAIN_VCPU_GUEST,
            "maximum": c.VIR_DOMAIN_VCPU_MAXIMUM,
            "hotpluggable": c.VIR_DOMAIN_VCPU_HOTPLUGGABLE,
        },
    )
    dom = lookup.domain(sh, a)
    count = a.unsigned("count")
    assert count is not None
    if count == 0:
        raise Failed("Can't set 0 processors for a VM")
    if flags or a.flag("current"):
        dom.set_vcpus_flags(count, flags)
    else:
        dom.set_vcpus(count)


def cmd_setvcpu(sh: Shell, a: Args) -> None:
    flags = affect(a)
    enable = a.flag("enable")
    if not enable and not a.flag("disable"):
        raise Failed("one of --enable, --disable is required")
    dom = lookup.domain(sh, a)
    dom.set_vcpu(a.need("vcpulist"), int(enable), flags)


def _vcpu_count(dom: Domain, flags: int, *, check_state: bool) -> int | None:
    """A count; None where `check_state` says that the domain has no such side (not running, or transient)."""
    if check_state:
        try:
            if flags & c.VIR_DOMAIN_AFFECT_LIVE and not dom.is_active():
                return None
            if flags & c.VIR_DOMAIN_AFFECT_CONFIG and not dom.is_persistent():
                return None
        except VirtError:
            return None
    if flags & c.VIR_DOMAIN_VCPU_GUEST:
        what = "Failed to retrieve vCPU count from the guest"
    elif flags & c.VIR_DOMAIN_VCPU_MAXIMUM:
        what = "Failed to retrieve maximum vcpu count"
    else:
        what = "Failed to retrieve current vcpu count"
    with complaining(what):
        return int(dom.get_vcpus_flags(flags))


def cmd_vcpucount(sh: Shell, a: Args) -> None:
    picks = {
        "maximum": c.VIR_DOMAIN_VCPU_MAXIMUM,
        "guest": c.VIR_DOMAIN_VCPU_GUEST,
    }
    flags = affect(a) | collect(a, picks)
    dom = lookup.domain(sh, a)
    if any(a.flag(name) for name in ("maximum", "active", "live", "config", "current", "guest")):
        sh.write(f"{_vcpu_count(dom, flags, check_state=False)}\n")
        return
    live, config = c.VIR_DOMAIN_AFFECT_LIVE, c.VIR_DOMAIN_AFFECT_CONFIG
    most = c.VIR_DOMAIN_VCPU_MAXIMUM
    table = (("maximum", "config", most | config), ("maximum", "live", most | live))
    counts = [(x, y, _vcpu_count(dom, f, check_state=True)) for x, y, f in table]
    counts += [(x, y, _vcpu_count(dom, f, check_state=True)) for x, y, f in _CURRENT]
    for kind, side, count in counts:
        if count is not None:
            sh.write(f"{kind:<12} {side:<12} {count:>3}\n")


_CURRENT = (("current", "config", c.VIR_DOMAIN_AFFECT_CONFIG), ("current", "live", c.VIR_DOMAIN_AFFECT_LIVE))


def cmd_vcpuinfo(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    pretty = a.flag("pretty")
    maxcpu = host_cpu_count(sh)
    info = dom.get_info()
    try:
        vcpus = dom.get_vcpus()
    except VirtError:
        if info.state != c.VIR_DOMAIN_SHUTOFF:
            raise
        _inactive_vcpus(sh, dom, maxcpu, pretty)
        return
    for i, vcpu in enumerate(vcpus):
        if i:
            sh.write("\n")
        fields: list[tuple[str, object]] = [("VCPU:", vcpu.number)]
        fields.append(("CPU:", vcpu.cpu if vcpu.cpu >= 0 else "N/A"))
        fields.append(("State:", names.word(names.DOMAIN_VCPU_STATE, vcpu.state, "no state")))
        if vcpu.cpu_time:
            fields.append(("CPU time:", f"{vcpu.cpu_time / 1e9:.1f}s"))
        fields.append(("CPU Affinity:", _affinity(vcpu.cpumap, maxcpu, pretty)))
        sh.out.fields(fields)


def _affinity(cpus: frozenset[int], maxcpu: int, pretty: bool) -> str:
    return f"{ranges(cpus)} (out of {maxcpu})" if pretty else letters(cpus, maxcpu)


def _inactive_vcpus(sh: Shell, dom: Domain, maxcpu: int, pretty: bool) -> None:
    """What a domain that does not run will have."""
    pins = dom.get_vcpu_pin_info(c.VIR_DOMAIN_AFFECT_CONFIG)
    for i, cpus in enumerate(pins):
        if i:
            sh.write("\n")
        missing = [(label, "N/A") for label in ("CPU:", "State:", "CPU time:")]
        sh.out.fields([("VCPU:", i), *missing, ("CPU Affinity:", _affinity(cpus, maxcpu, pretty))])


def cmd_vcpupin(sh: Shell, a: Args) -> None:
    flags = affect(a)
    cpulist = a.text("cpulist")
    vcpu = a.unsigned("vcpu")
    if cpulist is not None and vcpu is None:
        raise Failed("vcpupin: Missing vCPU number in pin mode.")
    dom = lookup.domain(sh, a)
    maxcpu = host_cpu_count(sh)
    if cpulist is None:
        _show_vcpu_pins(sh, dom, vcpu, flags)
        return
    assert vcpu is not None
    cpus = parse_cpulist(cpulist, maxcpu)
    if _any_affect(a):
        dom.pin_vcpu_flags(vcpu, cpus, flags)
    else:
        dom.pin_vcpu(vcpu, cpus)


def _show_vcpu_pins(sh: Shell, dom: Domain, vcpu: int | None, flags: int) -> None:
    both = c.VIR_DOMAIN_AFFECT_LIVE | c.VIR_DOMAIN_AFFECT_CONFIG
    if flags & both == both:
        raise Failed("cannot query both live and config at once")
    count = _vcpu_count(dom, flags | c.VIR_DOMAIN_VCPU_MAXIMUM, check_state=True)
    if count is None:
        side = "offline" if flags & c.VIR_DOMAIN_AFFECT_LIVE else "transient"
        raise Failed(f"cannot get vcpupin for {side} domain")
    if vcpu is not None and vcpu >= count:
        config = flags & c.VIR_DOMAIN_AFFECT_CONFIG or (not flags & c.VIR_DOMAIN_AFFECT_LIVE and not dom.is_active())
        side = "persistent" if config else "live"
        raise Failed(f"vcpu {vcpu} is out of range of {side} cpu count {count}")
    pins = dom.get_vcpu_pin_info(flags)
    rows = [[str(i), ranges(cpus)] for i, cpus in enumerate(pins) if vcpu is None or i == vcpu]
    sh.out.table(["VCPU", "CPU Affinity"], rows)


def cmd_emulatorpin(sh: Shell, a: Args) -> None:
    flags = affect(a)
    dom = lookup.domain(sh, a)
    cpulist = a.text("cpulist")
    maxcpu = host_cpu_count(sh)
    if cpulist is None:
        both = c.VIR_DOMAIN_AFFECT_LIVE | c.VIR_DOMAIN_AFFECT_CONFIG
        if flags & both == both:
            raise Failed("cannot query both live and config at once")
        cpus = dom.get_emulator_pin_info(flags).cpumap
        sh.extra(f"emulator: CPU Affinity\n{'-' * 34}\n")
        sh.write(f"       *: {ranges(cpus)}\n")
        return
    wanted = parse_cpulist(cpulist, maxcpu)
    dom.pin_emulator(wanted, flags if _any_affect(a) else c.VIR_DOMAIN_AFFECT_LIVE)


def cmd_iothreadinfo(sh: Shell, a: Args) -> None:
    flags = affect(a)
    dom = lookup.domain(sh, a)
    with complaining("Unable to get domain IOThreads information"):
        threads = dom.get_iothread_info(flags)
    if not threads:
        sh.extra("No IOThreads found for the domain")
        return
    rows = [[str(thread.iothread_id), ranges(thread.cpumap)] for thread in threads]
    sh.out.table(["IOThread ID", "CPU Affinity"], rows)


def cmd_iothreadpin(sh: Shell, a: Args) -> None:
    flags = affect(a)
    dom = lookup.domain(sh, a)
    thread = a.unsigned("iothread")
    assert thread is not None
    cpus = parse_cpulist(a.need("cpulist"), host_cpu_count(sh))
    dom.pin_iothread(thread, cpus, flags)


def _thread_id(a: Args) -> int:
    number = a.integer("id")
    assert number is not None
    if number <= 0:
        raise Failed(f"Invalid IOThread id value: '{number}'")
    return number


def cmd_iothreadadd(sh: Shell, a: Args) -> None:
    flags = affect(a)
    dom = lookup.domain(sh, a)
    dom.add_iothread(_thread_id(a), flags)


def cmd_iothreaddel(sh: Shell, a: Args) -> None:
    flags = affect(a)
    dom = lookup.domain(sh, a)
    dom.del_iothread(_thread_id(a), flags)


def cmd_iothreadset(sh: Shell, a: Args) -> None:
    flags = affect(a)
    dom = lookup.domain(sh, a)
    thread = _thread_id(a)
    values: dict[str, int | None] = {"poll_max_ns": a.unsigned("poll-max-ns", 64)}
    values["poll_grow"] = a.unsigned("poll-grow")
    values["poll_shrink"] = a.unsigned("poll-shrink")
    values["thread_pool_min"] = a.integer("thread-pool-min")
    values["thread_pool_max"] = a.integer("thread-pool-max")
    params: dict[str, Value] = {key: value for key, value in values.items() if value is not None}
    if not params:
        raise Failed("Not enough arguments passed, nothing to set")
    dom.set_iothread_params(thread, params, flags)
