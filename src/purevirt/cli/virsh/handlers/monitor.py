"""What a domain is doing: state, statistics, block devices, interfaces."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.numbers import UINT_MAX, pretty
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup, names
from purevirt.cli.virsh.documents import attribute, domain_tree
from purevirt.cli.virsh.flags import affect
from purevirt.cli.virsh.lookup import complaining
from purevirt.errors import ErrorCode, VirtError
from purevirt.types import constants as c

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from xml.etree.ElementTree import Element

    from purevirt.client import Domain
    from purevirt.types.typed_params import Value


def cmd_dominfo(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    number = dom.get_id()
    sh.out.fields(
        [
            ("Id:", "-" if number == -1 else number),
            ("Name:", dom.get_name()),
            ("UUID:", dom.get_uuid_string()),
            ("OS Type:", dom.get_os_type()),
        ]
    )
    info = dom.get_info()
    fields: list[tuple[str, object]] = [
        ("State:", names.word(names.DOMAIN_STATE, info.state, "no state")),
        ("CPU(s):", info.nr_virt_cpu),
    ]
    if info.cpu_time:
        fields.append(("CPU time:", f"{info.cpu_time / 1e9:.1f}s"))
    fields.append(("Max memory:", "no limit" if info.max_mem == UINT_MAX else f"{info.max_mem} KiB"))
    fields.append(("Used memory:", f"{info.memory} KiB"))
    fields.append(("Persistent:", _yes_no(dom.is_persistent)))
    sh.out.fields(fields)
    with suppress(VirtError):  # a host without autostart has no such line
        sh.out.fields([("Autostart:", "enable" if dom.get_autostart() else "disable")])
    sh.out.fields([("Managed save:", _yes_no(dom.has_managed_save_image))])
    _print_security(sh, dom)
    _print_messages(sh, dom)


def _yes_no(ask: Callable[[], bool]) -> str:
    try:
        return "yes" if ask() else "no"
    except VirtError:
        return "unknown"


def _print_security(sh: Shell, dom: Domain) -> None:
    try:
        model = sh.conn.node_get_security_model()
    except VirtError as error:
        if error.code != ErrorCode.NO_SUPPORT:
            raise
        return
    if not model.model:
        return
    sh.out.fields([("Security model:", model.model), ("Security DOI:", model.doi)])
    label = dom.get_security_label()
    if label.label:
        how = "enforcing" if label.enforcing else "permissive"
        sh.out.fields([("Security label:", f"{label.label} ({how})")])


def _print_messages(sh: Shell, dom: Domain) -> None:
    try:
        messages = dom.get_messages()
    except VirtError:
        return
    sh.out.fields(("Messages:" if i == 0 else "", text) for i, text in enumerate(messages))


_REASONS = {
    c.VIR_DOMAIN_NOSTATE: names.DOMAIN_NOSTATE_REASON,
    c.VIR_DOMAIN_RUNNING: names.DOMAIN_RUNNING_REASON,
    c.VIR_DOMAIN_BLOCKED: names.DOMAIN_BLOCKED_REASON,
    c.VIR_DOMAIN_PAUSED: names.DOMAIN_PAUSED_REASON,
    c.VIR_DOMAIN_SHUTDOWN: names.DOMAIN_SHUTDOWN_REASON,
    c.VIR_DOMAIN_SHUTOFF: names.DOMAIN_SHUTOFF_REASON,
    c.VIR_DOMAIN_CRASHED: names.DOMAIN_CRASHED_REASON,
    c.VIR_DOMAIN_PMSUSPENDED: names.DOMAIN_PMSUSPENDED_REASON,
}


def cmd_domstate(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    state, reason = dom.get_state()
    text = names.word(names.DOMAIN_STATE, state, "no state")
    if a.flag("reason"):
        text += f" ({names.word(_REASONS.get(state, ()), reason)})"
    sh.write(text + "\n")


def cmd_domcontrol(sh: Shell, a: Args) -> None:
    info = lookup.domain(sh, a).get_control_info()
    text = names.word(names.DOMAIN_CONTROL_STATE, info.state)
    if info.state not in (c.VIR_DOMAIN_CONTROL_OK, c.VIR_DOMAIN_CONTROL_ERROR):
        sh.write(f"{text} ({info.state_time / 1000:.3f}s)\n")
    elif info.state == c.VIR_DOMAIN_CONTROL_ERROR and info.details > 0:
        sh.write(f"{text}: {names.word(names.DOMAIN_CONTROL_ERROR_REASON, info.details)}\n")
    else:
        sh.write(f"{text}\n")


def cmd_domblkerror(sh: Shell, a: Args) -> None:
    errors = lookup.domain(sh, a).get_disk_errors()
    if not errors:
        sh.write("No errors found\n")
    for entry in errors:
        sh.write(f"{entry.disk}: {names.word(names.DOMAIN_IO_ERROR, entry.error, 'unknown error')}\n")


def cmd_domblkinfo(sh: Shell, a: Args) -> None:
    everything = a.flag("all")
    human = a.flag("human")
    device = a.text("device")
    if not everything and device is None:
        raise Failed("command 'domblkinfo' requires <device> option")
    dom = lookup.domain(sh, a)
    if not everything:
        assert device is not None
        cells = _sizes(dom, device, human)
        sh.out.fields(zip(("Capacity:", "Allocation:", "Physical:"), cells, strict=True))
        return
    rows = []
    active = dom.is_active()
    for disk in domain_tree(dom).iterfind("./devices/disk"):
        target = attribute(disk, "target", "dev")
        source = disk.find("source")
        if source is None:
            rows.append([target, "-", "-", "-"])
            continue
        try:
            rows.append([target, *_sizes(dom, target, human)])
        except VirtError as error:
            remote = source.get("protocol") is not None and not active
            if not remote or error.code not in (ErrorCode.INTERNAL_ERROR, ErrorCode.OPERATION_INVALID):
                raise
            rows.append([target, "-", "-", "-"])
    sh.out.table(["Target", "Capacity", "Allocation", "Physical"], rows)


def _sizes(dom: Domain, device: str, human: bool) -> list[str]:
    info = dom.get_block_info(device)
    values = (info.capacity, info.allocation, info.physical)
    return ["{:.3f} {}".format(*pretty(v)) for v in values] if human else [str(v) for v in values]


def cmd_domblklist(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    rows = []
    for disk in domain_tree(dom, inactive=a.flag("inactive")).iterfind("./devices/disk"):
        target = attribute(disk, "target", "dev")
        if not target:
            raise Failed("unable to query block list")
        cells = [target, _disk_source(disk) or "-"]
        if a.flag("details"):
            cells[:0] = [disk.get("type", ""), disk.get("device", "")]
        rows.append(cells)
    sh.out.table(["Type", "Device", "Target", "Source"] if a.flag("details") else ["Target", "Source"], rows)


def _disk_source(disk: Element) -> str:
    source = disk.find("source")
    if source is None:
        return ""
    if source.get("type") == "pci" and disk.get("type") == "nvme":
        address = source.find("address")
        if address is None:
            raise Failed("Unable to query NVMe disk address")
        bus, slot, function = (int(address.get(k, "0"), 0) for k in ("bus", "slot", "function"))
        segment = int(address.get("domain", "0"), 0)
        return f"nvme://{segment:04x}:{bus:02x}:{slot:02x}.{function:x}/{source.get('namespace', '')}"
    return next((source.attrib[k] for k in ("file", "dev", "dir", "name", "volume", "path") if k in source.attrib), "")


_BLOCK_STATS = (
    (c.VIR_DOMAIN_BLOCK_STATS_READ_REQ, "rd_req", "number of read operations:"),
    (c.VIR_DOMAIN_BLOCK_STATS_READ_BYTES, "rd_bytes", "number of bytes read:"),
    (c.VIR_DOMAIN_BLOCK_STATS_WRITE_REQ, "wr_req", "number of write operations:"),
    (c.VIR_DOMAIN_BLOCK_STATS_WRITE_BYTES, "wr_bytes", "number of bytes written:"),
    (c.VIR_DOMAIN_BLOCK_STATS_ERRS, "errs", "error count:"),
    (c.VIR_DOMAIN_BLOCK_STATS_FLUSH_REQ, "flush_operations", "number of flush operations:"),
    (c.VIR_DOMAIN_BLOCK_STATS_READ_TOTAL_TIMES, "rd_total_times", "total duration of reads (ns):"),
    (c.VIR_DOMAIN_BLOCK_STATS_WRITE_TOTAL_TIMES, "wr_total_times", "total duration of writes (ns):"),
    (c.VIR_DOMAIN_BLOCK_STATS_FLUSH_TOTAL_TIMES, "flush_total_times", "total duration of flushes (ns):"),
)
"""(field, short label, long label) in the order they are shown."""


def cmd_domblkstat(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    device = a.text("device") or ""
    human = a.flag("human")
    try:
        stats = dict(dom.block_stats_flags(device))
    except VirtError as error:
        if error.code != ErrorCode.NO_SUPPORT:
            raise
        stats = _plain_block_stats(dom, device, a.raw("domain") or "")
    if human:
        sh.write(f"Device: {device}\n")
    prefix = "" if human else device
    for field, short, long in _BLOCK_STATS:
        if field not in stats:
            continue
        value = names.shown(stats.pop(field))
        sh.write(f"{prefix} {long:<31} {value}\n" if human else f"{prefix} {short} {value}\n")
    for field, rest in stats.items():
        sh.write(f"{prefix} {field:<31} {names.shown(rest)}\n" if human else f"{prefix} {field} {names.shown(rest)}\n")


def _plain_block_stats(dom: Domain, device: str, name: str) -> dict[str, Value]:
    with complaining(f"Failed to get block stats {name} {device}"):
        plain = dom.block_stats(device)
    fields = (entry[0] for entry in _BLOCK_STATS[:5])
    return {field: value for field, value in zip(fields, plain, strict=True) if value >= 0}


def cmd_domifstat(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    device = a.need("interface")
    with complaining(f"Failed to get interface stats {a.raw('domain')} {device}"):
        stats = dom.interface_stats(device)
    for label, value in zip(stats._fields, stats, strict=True):
        if value >= 0:
            sh.write(f"{device} {label} {value}\n")


_MEMORY_STATS = {
    c.VIR_DOMAIN_MEMORY_STAT_SWAP_IN: "swap_in",
    c.VIR_DOMAIN_MEMORY_STAT_SWAP_OUT: "swap_out",
    c.VIR_DOMAIN_MEMORY_STAT_MAJOR_FAULT: "major_fault",
    c.VIR_DOMAIN_MEMORY_STAT_MINOR_FAULT: "minor_fault",
    c.VIR_DOMAIN_MEMORY_STAT_UNUSED: "unused",
    c.VIR_DOMAIN_MEMORY_STAT_AVAILABLE: "available",
    c.VIR_DOMAIN_MEMORY_STAT_USABLE: "usable",
    c.VIR_DOMAIN_MEMORY_STAT_ACTUAL_BALLOON: "actual",
    c.VIR_DOMAIN_MEMORY_STAT_RSS: "rss",
    c.VIR_DOMAIN_MEMORY_STAT_LAST_UPDATE: "last_update",
    c.VIR_DOMAIN_MEMORY_STAT_DISK_CACHES: "disk_caches",
    c.VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGALLOC: "hugetlb_pgalloc",
    c.VIR_DOMAIN_MEMORY_STAT_HUGETLB_PGFAIL: "hugetlb_pgfail",
}


def cmd_dommemstat(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    name = a.raw("domain")
    period = a.integer("period")
    if period is not None:
        if period < 0:
            raise Failed(f"Invalid collection period value '{period}'")
        with complaining("Unable to change balloon collection period."):
            dom.set_memory_stats_period(period, affect(a))
        return
    with complaining(f"Failed to get memory statistics for domain {name}"):
        stats = dom.memory_stats()
    for tag, value in stats.items():
        if tag in _MEMORY_STATS:
            sh.write(f"{_MEMORY_STATS[tag]} {value}\n")


def cmd_domtime(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    wanted = a.integer("time", 64)
    if wanted is None and not a.flag("now") and not a.flag("sync"):
        seconds = dom.get_time().seconds
        if a.flag("pretty"):
            sh.write("Time: " + time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds)))
        else:
            sh.write(f"Time: {seconds}")
        return
    if a.flag("now"):
        wanted = int(time.time())
    dom.set_time(wanted or 0, 0, c.VIR_DOMAIN_TIME_SYNC if a.flag("sync") else 0)


def _interfaces(tree: Element) -> Iterator[tuple[Element, str, str]]:
    """(element, target device, MAC) of every interface."""
    for element in tree.iterfind("./devices/interface"):
        yield element, attribute(element, "target", "dev"), attribute(element, "mac", "address")


def cmd_domif_getlink(sh: Shell, a: Args) -> None:
    name = a.need("interface")
    dom = lookup.domain(sh, a)
    tree = domain_tree(dom, inactive=a.flag("config"))
    is_mac = lookup.is_mac(name)
    found = [e for e, target, mac in _interfaces(tree) if (mac.lower() == name.lower() if is_mac else target == name)]
    if not found:
        raise Failed(f"Interface ({'mac' if is_mac else 'dev'}: {name}) not found.")
    if len(found) > 1:
        raise Failed("multiple matching interfaces found")
    sh.write(f"{name} {attribute(found[0], 'link', 'state') or 'up'}")


def cmd_domiflist(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    rows = []
    for element, target, mac in _interfaces(domain_tree(dom, inactive=a.flag("inactive"))):
        source = element.find("source")
        attributes = source.attrib if source is not None else {}
        shown = next((attributes[k] for k in ("bridge", "dev", "network", "name", "path") if k in attributes), "")
        cells = [target, element.get("type", ""), shown, attribute(element, "model", "type"), mac]
        rows.append([cell or "-" for cell in cells])
    sh.out.table(["Interface", "Type", "Source", "Model", "MAC"], rows)


def cmd_domifaddr(sh: Shell, a: Args) -> None:
    wanted = a.text("interface")
    full = a.flag("full")
    source = 0
    if a.text("source") is not None:
        found = names.index(names.DOMAIN_INTERFACE_ADDRESSES_SOURCE, a.need("source"))
        if found is None:
            raise Failed(f"Unknown data source '{a.raw('source')}'")
        source = found
    dom = lookup.domain(sh, a)
    with complaining("Failed to query for interfaces addresses"):
        interfaces = dom.interface_addresses(source)
    sh.extra(f" {'Name':<10} {'MAC address':<20} {'Protocol':<8}     Address\n{'-' * 79}\n")
    for interface in interfaces:
        if wanted is not None and interface.name != wanted:
            continue
        hwaddr = interface.hwaddr or ""
        if not interface.addrs:
            sh.write(f" {interface.name:<10} {hwaddr:<17}    {'N/A':<12} N/A\n")
        for i, address in enumerate(interface.addrs):
            kind = "ipv6" if address.type == c.VIR_IP_ADDR_TYPE_IPV6 else "ipv4"
            text = f"{kind:<12} {address.addr}/{address.prefix}"
            shown_name, shown_mac = (interface.name, hwaddr) if full or i == 0 else ("-", "-")
            sh.write(f" {shown_name:<10} {shown_mac:<17}    {text}\n")
