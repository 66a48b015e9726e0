"""Cgroup, scheduler and throttling parameters: shown when no value is given, set otherwise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.numbers import LLONG_MAX, UINT_MAX, scale, unsigned
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup, names
from purevirt.cli.virsh.flags import affect
from purevirt.cli.virsh.lookup import complaining
from purevirt.errors import VirtError
from purevirt.types import constants as c

if TYPE_CHECKING:
    from collections.abc import Mapping

    from purevirt.types.typed_params import Value

_STRINGS = c.VIR_TYPED_PARAM_STRING_OKAY
"""We read parameters that are text; without it a host leaves them out."""
_UNLIMITED = c.VIR_DOMAIN_MEMORY_PARAM_UNLIMITED


def _show(sh: Shell, params: Mapping[str, object]) -> None:
    for name, value in params.items():
        sh.out.fields([(f"{name:<15}:", names.shown(value))], width=16)


_IO_SIZES = ("total-bytes-sec", "read-bytes-sec", "write-bytes-sec")
_IO_SIZES_MAX = ("total-bytes-sec-max", "read-bytes-sec-max", "write-bytes-sec-max")
_IO_COUNTS = ("total-iops-sec", "read-iops-sec", "write-iops-sec")
_IO_COUNTS_MAX = ("total-iops-sec-max", "read-iops-sec-max", "write-iops-sec-max", "size-iops-sec")
_IO_LENGTHS = (
    "total-bytes-sec-max-length",
    "read-bytes-sec-max-length",
    "write-bytes-sec-max-length",
    "total-iops-sec-max-length",
    "read-iops-sec-max-length",
    "write-iops-sec-max-length",
)


def cmd_blkdeviotune(sh: Shell, a: Args) -> None:
    flags = affect(a)
    dom = lookup.domain(sh, a)
    disk = a.need("device")
    params: dict[str, Value] = {}
    try:
        for option in (*_IO_SIZES, *_IO_SIZES_MAX):
            size = a.scaled(option, 1)
            if size is not None:
                params[option.replace("-", "_")] = size
        for option in (*_IO_COUNTS, *_IO_COUNTS_MAX, *_IO_LENGTHS):
            count = a.unsigned(option, 64)
            if count is not None:
                params[option.replace("-", "_")] = count
    except Failed as problem:
        raise Failed(*problem.lines, "Unable to parse integer parameter") from problem.__cause__
    group = a.text("group-name")
    if group is not None:
        params["group_name"] = group
    if not params:
        with complaining("Unable to get block I/O throttle parameters"):
            _show(sh, dom.get_block_io_tune(disk, flags | _STRINGS))
        return
    with complaining("Unable to change block I/O throttle"):
        dom.set_block_io_tune(disk, params, flags)


def cmd_blkiotune(sh: Shell, a: Args) -> None:
    flags = affect(a)
    dom = lookup.domain(sh, a)
    params: dict[str, Value] = {}
    weight = a.integer("weight")
    if weight is not None:
        if weight < 0:
            raise Failed(f"Invalid value of {weight} for I/O weight")
        params["weight"] = weight
    for option, field in (
        ("device-weights", "device_weight"),
        ("device-read-iops-sec", "device_read_iops_sec"),
        ("device-write-iops-sec", "device_write_iops_sec"),
        ("device-read-bytes-sec", "device_read_bytes_sec"),
        ("device-write-bytes-sec", "device_write_bytes_sec"),
    ):
        value = a.text(option)
        if value is not None:
            params[field] = value
    if not params:
        with complaining("Unable to get blkio parameters"):
            _show(sh, dom.get_blkio_parameters(flags | _STRINGS))
        return
    with complaining("Unable to change blkio parameters"):
        dom.set_blkio_parameters(params, flags)


def _limit_kib(a: Args, option: str) -> int | None:
    """A size in KiB; a negative number is "unlimited"."""
    text = a.raw(option)
    if text is None:
        return None
    match = re.match(r"\s*([+-]?\d+)(.*)\Z", text, re.DOTALL)
    if match is None or not -LLONG_MAX - 1 <= int(match[1]) <= LLONG_MAX:
        raise Failed(f"Unable to parse integer parameter {option}")
    if int(match[1]) < 0:
        return _UNLIMITED
    try:
        size = scale(int(match[1]), match[2], 1024, LLONG_MAX)
    except VirtError as error:
        raise Failed(f"Unable to parse integer parameter {option}") from error
    return (size + 1023) // 1024


def cmd_memtune(sh: Shell, a: Args) -> None:
    flags = affect(a)
    dom = lookup.domain(sh, a)
    params: dict[str, Value] = {}
    for option, field in (
        ("hard-limit", "hard_limit"),
        ("soft-limit", "soft_limit"),
        ("swap-hard-limit", "swap_hard_limit"),
        ("min-guarantee", "min_guarantee"),
    ):
        limit = _limit_kib(a, option)
        if limit is not None:
            params[field] = limit
    if not params:
        with complaining("Unable to get memory parameters"):
            found = dom.get_memory_parameters(flags | _STRINGS)
        _show(sh, {k: "unlimited" if v == _UNLIMITED else v for k, v in found.items()})
        return
    with complaining("Unable to change memory parameters"):
        dom.set_memory_parameters(params, flags)


_NUMA_MODES = ("strict", "preferred", "interleave", "restrictive")


def cmd_numatune(sh: Shell, a: Args) -> None:
    flags = affect(a)
    dom = lookup.domain(sh, a)
    params: dict[str, Value] = {}
    nodeset = a.text("nodeset")
    if nodeset is not None:
        params["numa_nodeset"] = nodeset
    mode = a.text("mode")
    if mode is not None:
        number = unsigned(mode, 31)
        found = number if number is not None else names.index(_NUMA_MODES, mode)
        if found is None:
            raise Failed(f"Invalid mode: {mode}")
        params["numa_mode"] = found
    if not params:
        with complaining("Unable to get numa parameters"):
            current = dom.get_numa_parameters(flags | _STRINGS)
        shown: dict[str, object] = dict(current)
        if isinstance(current.get("numa_mode"), int):
            shown["numa_mode"] = names.word(_NUMA_MODES, int(current["numa_mode"]), "")
        _show(sh, shown)
        return
    with complaining("Unable to change numa parameters"):
        dom.set_numa_parameters(params, flags)


def _rate(a: Args, option: str) -> list[int | None] | None:
    """average, peak, burst, floor of "1,2,3,4"; None for what was left out."""
    text = a.text(option)
    if text is None:
        return None
    fields = text.split(",")
    if len(fields) > 4:
        raise Failed(f"Rate string '{text}' has too many fields")
    values: list[int | None] = []
    for name, field in zip(("average", "peak", "burst", "floor"), fields, strict=False):
        number = unsigned(field, 64) if field else None
        if field and number is None:
            raise Failed(f"field '{name}' is malformed")
        values.append(number)
    return values + [None] * (4 - len(values))


def cmd_domiftune(sh: Shell, a: Args) -> None:
    flags = affect(a)
    dom = lookup.domain(sh, a)
    device = a.need("interface")
    params: dict[str, Value] = {}
    for side, values in checked_rates(a):
        _store_rate(params, side, values)
    if not params:
        with complaining("Unable to get interface parameters"):
            _show(sh, dom.get_interface_parameters(device, flags | _STRINGS))
        return
    with complaining("Unable to set interface parameters"):
        dom.set_interface_parameters(device, params, flags)


def checked_rates(a: Args) -> list[tuple[str, list[int | None]]]:
    """--inbound and --outbound, where given, with what each must have. Raises Failed."""
    inbound, outbound = _rate(a, "inbound"), _rate(a, "outbound")
    found = []
    if inbound is not None:
        if not inbound[0] and not inbound[3] and (a.command.name != "domiftune" or inbound[0] is inbound[3] is None):
            raise Failed("either inbound average or floor is mandatory")
        found.append(("inbound", inbound))
    if outbound is not None:
        if outbound[0] is None or (outbound[0] == 0 and a.command.name != "domiftune"):
            raise Failed("outbound average is mandatory")
        if outbound[3]:
            raise Failed("outbound floor is unsupported yet")
        found.append(("outbound", outbound))
    return found


def _store_rate(params: dict[str, Value], side: str, values: list[int | None]) -> None:
    if any(value is not None and value > UINT_MAX for value in values):
        raise Failed(f"{side} rate larger than maximum {UINT_MAX}")
    order = ("average", "peak", "burst", "floor")
    for name, value in zip(order, values, strict=True):
        if value:
            params[f"{side}.{name}"] = value
    if not any(key.startswith(side) for key in params):
        params[f"{side}.average"] = 0


def cmd_schedinfo(sh: Shell, a: Args) -> None:
    flags = affect(a)
    flagged = bool(flags) or a.flag("current")
    wanted: dict[str, str] = {}
    dom = lookup.domain(sh, a)
    for option in ("weight", "cap"):
        number = a.integer(option)
        if number is not None:
            wanted[option] = str(number)
    kind = dom.get_scheduler_type()
    sh.write(f"{'Scheduler':<15}: {kind.type}\n")
    for word in a.words("set"):
        name, equals, value = word.partition("=")
        if not equals:
            raise Failed("Invalid syntax for --set, expecting name=value")
        wanted[name] = value
    both = c.VIR_DOMAIN_AFFECT_LIVE | c.VIR_DOMAIN_AFFECT_CONFIG
    query = 0 if flags & both == both else flags

    def read() -> Mapping[str, Value]:
        return dom.get_scheduler_parameters_flags(query | _STRINGS) if flagged else dom.get_scheduler_parameters()

    params = read() if kind.nparams else {}
    changes: dict[str, Value] = {}
    for name, old in params.items():
        if name in wanted:
            changes[name] = _as_old(wanted[name], old, name)
    unknown = [name for name in wanted if name not in params]
    if unknown and not changes:
        raise Failed(f"invalid scheduler option: {unknown[0]}")
    if changes:
        if flagged:
            dom.set_scheduler_parameters_flags(changes, flags)
        else:
            dom.set_scheduler_parameters(changes)
        params = read()
    elif flags & both == both:
        raise Failed("cannot query both live and config at once")
    _show(sh, params)


def _as_old(text: str, old: Value, name: str) -> Value:
    """The text as a value of the kind that the parameter has now. Raises VirtError for what does not fit."""
    from purevirt.errors import ErrorCode

    try:
        if isinstance(old, bool):
            return text not in ("0", "")
        if isinstance(old, int):
            return int(text)
        if isinstance(old, float):
            return float(text)
    except ValueError:
        kind = "double" if isinstance(old, float) else "uint"
        raise VirtError(
            ErrorCode.INVALID_ARG,
            f"Invalid value for field '{name}': expected {'double' if kind == 'double' else 'unsigned int'}",
        ) from None
    return text


def cmd_perf(sh: Shell, a: Args) -> None:
    flags = affect(a)
    dom = lookup.domain(sh, a)
    params: dict[str, Value] = {}
    for option, value in (("disable", False), ("enable", True)):
        text = a.text(option)
        if text is not None:
            params.update(dict.fromkeys(text.split(","), value))
    if not params:
        with complaining("Unable to get perf events"):
            found = dom.get_perf_events(flags | _STRINGS)
    else:
        with complaining("Unable to enable/disable perf events"):
            dom.set_perf_events(params, flags)
        found = params
    _show(sh, {name: "enabled" if value else "disabled" for name, value in found.items()})


_TIMES = ("cpu_time", "user_time", "system_time", "vcpu_time")


def cmd_cpu_stats(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    total = a.flag("total")
    start, count = a.integer("start"), a.integer("count")
    if start is not None and start < 0:
        raise Failed("Invalid value for start CPU")
    if count is not None and count < 0:
        raise Failed("Invalid value for number of CPUs to show")
    both = not total and start is None and count is None
    with complaining(f"Failed to retrieve CPU statistics for domain '{dom.get_name()}'"):
        if not total:
            _per_cpu(sh, dom.get_cpu_stats(0, 0), start or 0, count)
        if total or both:
            _total(sh, dom.get_cpu_stats())


def _per_cpu(sh: Shell, cpus: list[dict[str, Value]], start: int, count: int | None) -> None:
    if not cpus:
        sh.write("No per-CPU stats available")
        return
    if start > len(cpus) - 1:
        raise Failed(f"Start CPU {start} is out of range (min: 0, max: {len(cpus) - 1})")
    left = len(cpus) - start
    if count is not None and count > left:
        sh.write(f"Only {left} CPUs available to show\n")
    for number, stats in list(enumerate(cpus))[start : start + (left if count is None else count)]:
        sh.write(f"CPU{number}:\n")
        _times(sh, stats)


def _total(sh: Shell, totals: list[dict[str, Value]]) -> None:
    if not totals:
        sh.write("No total stats available")
        return
    sh.write("Total:\n")
    _times(sh, totals[0])


def _times(sh: Shell, stats: Mapping[str, Value]) -> None:
    for name, value in stats.items():
        sh.write(f"\t{name:<12} ")
        if name in _TIMES and isinstance(value, int):
            sh.write(f"{value // 10**9:>9}.{value % 10**9:09} seconds\n")
        else:
            sh.write(names.shown(value) + "\n")
