"""The host: identity, processors, memory."""

from __future__ import annotations

import time

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import names
from purevirt.cli.virsh.cpulist import letters, ranges
from purevirt.cli.virsh.documents import print_xml
from purevirt.cli.virsh.flags import collect
from purevirt.cli.virsh.lookup import complaining
from purevirt.errors import VirtError
from purevirt.types import constants as c

LIBRARY_VERSION = 9_000_000
"""The libvirt release whose interface this is: major * 1,000,000 + minor * 1,000 + release."""


def _dotted(version: int) -> str:
    return f"{version // 1_000_000}.{version // 1_000 % 1_000}.{version % 1_000}"


def cmd_uri(sh: Shell, a: Args) -> None:
    with complaining("failed to get URI"):
        sh.write(sh.conn.get_uri() + "\n")


def cmd_hostname(sh: Shell, a: Args) -> None:
    with complaining("failed to get hostname"):
        sh.write(sh.conn.get_hostname() + "\n")


def cmd_version(sh: Shell, a: Args) -> None:
    with complaining("failed to get hypervisor type"):
        kind = sh.conn.get_type()
    ours = _dotted(LIBRARY_VERSION)
    sh.write(f"Compiled against library: libvirt {ours}\n")
    sh.write(f"Using library: libvirt {ours}\n")
    sh.write(f"Using API: {kind} {ours}\n")
    with complaining("failed to get the hypervisor version"):
        running = sh.conn.get_version()
    if running == 0:
        sh.write(f"Cannot extract running {kind} hypervisor version\n")
    else:
        sh.write(f"Running hypervisor: {kind} {_dotted(running)}\n")
    if a.flag("daemon"):
        with complaining("failed to get the daemon version"):
            sh.write(f"Running against daemon: {_dotted(sh.conn.get_lib_version())}\n")


def cmd_capabilities(sh: Shell, a: Args) -> bool:
    with complaining("failed to get capabilities"):
        xml = sh.conn.get_capabilities()
    sh.write(xml + "\n") if not a.given("xpath") else print_xml(sh, a, xml)
    return True


def cmd_sysinfo(sh: Shell, a: Args) -> None:
    with complaining("failed to get sysinfo"):
        sh.write(sh.conn.get_sysinfo())


def cmd_nodeinfo(sh: Shell, a: Args) -> None:
    with complaining("failed to get node information"):
        info = sh.conn.node_get_info()
    sh.out.fields(
        [
            ("CPU model:", info.model),
            ("CPU(s):", info.cpus),
            ("CPU frequency:", f"{info.mhz} MHz"),
            ("CPU socket(s):", info.sockets),
            ("Core(s) per socket:", info.cores),
            ("Thread(s) per core:", info.threads),
            ("NUMA cell(s):", info.nodes),
            ("Memory size:", f"{info.memory} KiB"),
        ],
        width=20,
    )


def cmd_nodecpumap(sh: Shell, a: Args) -> None:
    with complaining("Unable to get cpu map"):
        found = sh.conn.node_get_cpu_map()
    shown = ranges(found.cpumap) if a.flag("pretty") else letters(found.cpumap, found.cpus)
    sh.out.fields([("CPUs present:", found.cpus), ("CPUs online:", found.online), ("CPU map:", shown)])


def cmd_nodememstats(sh: Shell, a: Args) -> None:
    cell = a.integer("cell")
    with complaining("Unable to get number of memory stats"):
        stats = sh.conn.node_get_memory_stats(c.VIR_NODE_MEMORY_STATS_ALL_CELLS if cell is None else cell)
    for name, value in stats.items():
        sh.write(f"{name:<7}: {value:>20} KiB\n")


def cmd_node_memory_tune(sh: Shell, a: Args) -> None:
    params = {}
    for option in ("shm-pages-to-scan", "shm-sleep-millisecs", "shm-merge-across-nodes"):
        value = a.unsigned(option)
        if value is not None:
            params[option.replace("-", "_").replace("shm_", "shm_", 1)] = value
    if params:
        with complaining("Unable to change memory parameters"):
            sh.conn.node_set_memory_parameters(params)
        return
    with complaining("Unable to get number of memory parameters"):
        found = sh.conn.node_get_memory_parameters()
    if found:
        sh.write("Shared memory:\n")
    for name, value in found.items():
        sh.write(f"\t{name.removeprefix('shm_'):<15} {names.shown(value)}\n")


def cmd_nodesevinfo(sh: Shell, a: Args) -> None:
    with complaining("Unable to get host SEV information"):
        found = sh.conn.node_get_sev_info()
    for name, value in found.items():
        sh.write(f"{name:<18}: {names.shown(value)}\n")


def cmd_nodesuspend(sh: Shell, a: Args) -> None:
    duration = a.integer("duration", 64)
    assert duration is not None
    target = names.index(names.NODE_SUSPEND_TARGET, a.need("target"))
    if target is None:
        raise Failed("Invalid target")
    if duration < 0:
        raise Failed("Invalid duration")
    with complaining("The host was not suspended"):
        sh.conn.node_suspend_for_duration(target, duration)


def cmd_maxvcpus(sh: Shell, a: Args) -> None:
    kind = a.text("type")
    try:
        from purevirt.cli.virsh.documents import parse

        caps = parse(sh.conn.get_domain_capabilities(None, None, None, kind))
        vcpu = caps.find("vcpu")
        if vcpu is not None and vcpu.get("max"):
            sh.write(f"{int(vcpu.get('max', '0'))}\n")
            return
    except VirtError:
        pass  # not every driver has domain capabilities; the older call answers then
    sh.write(f"{sh.conn.get_max_vcpus(kind)}\n")


def cmd_domcapabilities(sh: Shell, a: Args) -> bool:
    with complaining("failed to get emulator capabilities"):
        xml = sh.conn.get_domain_capabilities(
            a.text("emulatorbin"),
            a.text("arch"),
            a.text("machine"),
            a.text("virttype"),
            collect(a, {"disable-deprecated-features": 1}),
        )
    return print_xml(sh, a, xml if a.text("xpath") is not None else xml + "\n")


def cmd_freecell(sh: Shell, a: Args) -> None:
    cell = a.integer("cellno")
    if a.flag("all"):
        _all_cells(sh)
    elif cell is not None:
        memory = sh.conn.node_get_cells_free_memory(cell, 1)
        sh.write(f"{cell}: {memory[0] // 1024} KiB\n")
    else:
        sh.write(f"Total: {sh.conn.node_get_free_memory() // 1024} KiB\n")


def _all_cells(sh: Shell) -> None:
    from purevirt.cli.virsh.documents import parse

    with complaining("unable to get node capabilities"):
        caps = parse(sh.conn.get_capabilities())
    cells = [int(cell.get("id", "0")) for cell in caps.iterfind("./host/topology/cells/cell")]
    total = 0
    for cell in cells:
        with complaining(f"failed to get free memory for NUMA node number: {cell}"):
            free = sh.conn.node_get_cells_free_memory(cell, 1)[0] // 1024
        total += free
        sh.write(f"{cell:>5}: {free:>10} KiB\n")
    sh.extra("-" * 20 + "\n")
    sh.extra(f"{'Total':>5}: {total:>10} KiB\n")


def cmd_nodecpustats(sh: Shell, a: Args) -> None:
    """Nanoseconds per state; with --percent what happened within one second."""
    cpu = a.integer("cpu")
    number = c.VIR_NODE_CPU_STATS_ALL_CPUS if cpu is None else cpu
    with complaining("Unable to get number of cpu stats"):
        first = _in_words(sh.conn.node_get_cpu_stats(number))
    if not a.flag("percent"):
        for name, value in first.items():
            sh.write(f"{name + ':':<15} {value:>20}\n")
        return
    if "utilization" in first:
        usage = float(first["utilization"])
        sh.write(f"{'usage:':<15} {usage:5.1f}%\n{'idle:':<15} {100 - usage:5.1f}%\n")
        return
    time.sleep(1)
    with complaining("Unable to get node cpu stats"):
        second = _in_words(sh.conn.node_get_cpu_stats(number))
    spent = {name: second.get(name, 0) - value for name, value in first.items()}
    total = sum(spent.values())
    busy = total - spent.get("idle", 0) - spent.get("iowait", 0)
    sh.write(f"{'usage:':<15} {_percent(busy, total)}%\n")
    for name, value in spent.items():
        sh.write(f"{name + ':':<15} {_percent(value, total)}%\n")


def _in_words(stats: dict[str, int]) -> dict[str, int]:
    """The states in the order and with the words they are shown; "kernel" is shown as system."""
    order = {"user": "user", "kernel": "system", "idle": "idle", "iowait": "iowait", "utilization": "utilization"}
    return {shown: stats[field] for field, shown in order.items() if field in stats}


def _percent(part: int, total: int) -> str:
    """One decimal; a clock that stands still gives C's "-nan"."""
    return f"{part / total * 100:5.1f}" if total else " -nan"


def _page_sizes(sh: Shell) -> list[int]:
    """The host's page sizes in KiB. Raises Failed."""
    from purevirt.cli.virsh.documents import parse

    with complaining("unable to get node capabilities"):
        caps = parse(sh.conn.get_capabilities())
    found = {int(e.get("size", "0")) for e in caps.iterfind("./host/cpu/pages")}
    if not found:
        found = {int(e.get("size", "0")) for e in caps.iterfind("./host/topology/cells/cell/pages")}
    if not found:
        raise Failed("could not get information about supported page sizes")
    return sorted(found)


def _cell_ids(sh: Shell) -> list[int]:
    from purevirt.cli.virsh.documents import parse

    with complaining("unable to get node capabilities"):
        caps = parse(sh.conn.get_capabilities())
    return [int(cell.get("id", "0")) for cell in caps.iterfind("./host/topology/cells/cell")]


def _size_kib(a: Args) -> int | None:
    size = a.scaled("pagesize", 1024)
    return None if size is None else (size + 1023) // 1024


def cmd_freepages(sh: Shell, a: Args) -> None:
    size, cell = _size_kib(a), a.integer("cellno")
    if a.flag("all"):
        sizes = _page_sizes(sh) if size is None else [size]
        for node in _cell_ids(sh):
            counts = sh.conn.node_get_free_pages(sizes, node, 1)
            sh.write(f"Node {node}:\n")
            _print_pages(sh, counts[node])
            sh.write("\n")
        return
    if cell is None:
        raise Failed("missing cellno argument")
    if cell < -1:
        raise Failed("cell number must be non-negative integer or -1")
    if size is None:
        raise Failed("missing pagesize argument")
    _print_pages(sh, sh.conn.node_get_free_pages([size], cell, 1)[cell])


def _print_pages(sh: Shell, counts: dict[int, int]) -> None:
    for size, count in counts.items():
        sh.write(f"{size}KiB: {count}\n")


def cmd_allocpages(sh: Shell, a: Args) -> None:
    size, count, cell = _size_kib(a), a.unsigned("pagecount", 64), a.integer("cellno")
    assert size is not None
    assert count is not None
    flags = collect(a, {"add": c.VIR_NODE_ALLOC_PAGES_ADD})
    start, cells = -1, 1
    if a.flag("add"):
        flags = c.VIR_NODE_ALLOC_PAGES_ADD
    else:
        flags = c.VIR_NODE_ALLOC_PAGES_SET
    if a.flag("all"):
        start, cells = 0, len(_cell_ids(sh))
        if not cells:
            return
    elif cell is not None:
        if cell < -1:
            raise Failed("cell number must be non-negative integer or -1")
        start = cell
    sh.conn.node_alloc_pages({size: count}, start, cells, flags)
