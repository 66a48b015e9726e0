"""Guest memory: -m, memory backends, NUMA cells and memory modules."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.command.aliases import alias_of
from purevirt.drivers.qemu.command.context import CommandContext
from purevirt.drivers.qemu.command.device_address import add_address
from purevirt.drivers.qemu.command.hmat import add_hmat, has_hmat, initiator_of
from purevirt.drivers.qemu.command.line import Command
from purevirt.errors import ErrorCode, VirtError
from purevirt.model.domain.addresses_devices import devices_of
from purevirt.model.domain.device import DimmAddress

_POLICY = {"strict": "bind", "preferred": "preferred", "interleave": "interleave"}
_PPC_ALIGN_KIB = 256 * 1024
_MIB_KIB = 1024
_MODULE_KIB = 2048


def _unsupported(message: str) -> VirtError:
    return VirtError(ErrorCode.CONFIG_UNSUPPORTED, message)


def _round_up(value: int, unit: int) -> int:
    return -(-value // unit) * unit


def alignment_kib(domain: Any) -> int:
    """Memory comes in these steps."""
    return _PPC_ALIGN_KIB if mt.is_ppc64(mt.of(domain)[0]) else _MIB_KIB


def align(domain: Any, *, keep: bool = False) -> None:
    """Round all sizes of the live definition up to what the machine can do.

    `keep`: the guest comes from elsewhere, where the sizes of its cells were in use already.
    """
    step = alignment_kib(domain)
    modules = devices_of(domain, "memories")
    initial = domain.memory.value - sum(m.target.size for m in modules)
    cells = numa_cells(domain)
    if cells:
        for cell in cells:
            if not keep:
                cell.memory = _round_up(cell.memory or 0, step)
        initial = initial if keep else sum(cell.memory for cell in cells)
    else:
        initial = _round_up(initial, step)
    total = initial
    module_step = max(step, _MODULE_KIB)
    for module in modules:
        if module.model == "nvdimm" and step == _PPC_ALIGN_KIB:
            # The label stands beside what the guest uses, and only that is in steps.
            label = module.target.label.size if module.target.label is not None else 0
            module.target.size = (module.target.size - label) // step * step + label
        elif module.model != "virtio-mem":
            module.target.size = _round_up(module.target.size, module_step)
        total += module.target.size
    domain.memory.value = total
    if domain.max_memory is not None and domain.max_memory.value:
        domain.max_memory.value = _round_up(domain.max_memory.value, step)


def numa_cells(domain: Any) -> list[Any]:
    """The guest's NUMA cells."""
    if domain.cpu is None or domain.cpu.numa is None:
        return []
    cells: list[Any] = domain.cpu.numa.cells
    return cells


def initial_kib(domain: Any) -> int:
    """Memory without modules."""
    total: int = domain.memory.value
    modules: int = sum(module.target.size for module in devices_of(domain, "memories"))
    return total - modules


def default_ram_id(domain: Any, context: CommandContext) -> str | None:
    """Id of the RAM backend when -machine names one: no NUMA, and a QEMU that tells the id."""
    if numa_cells(domain):
        return None
    return context.caps.machine_default_ram_id(domain.type, domain.os.type.machine)


# -- hugepages -------------------------------------------------------------------------------------------------------
def _page_for(domain: Any, cell: int, context: CommandContext) -> int | None:
    """Page size in KiB for a cell (-1 = no cells); None = ordinary pages."""
    backing = domain.memory_backing
    if backing is None or backing.hugepages is None:
        return None
    pages = backing.hugepages.pages
    if not pages:
        return 0
    master = None
    for page in pages:
        if not page.nodeset:
            if master is None:
                master = page
            continue
        if cell >= 0 and cell in page.nodeset:
            return int(page.size)
        if cell < 0 and page.nodeset == frozenset({0}):
            return int(page.size)
    return int(master.size) if master is not None else None


def _hugepage_path(context: CommandContext, page_kib: int) -> tuple[str, int]:
    mounts = context.settings.hugetlbfs
    if not mounts:
        raise VirtError(
            ErrorCode.INTERNAL_ERROR, "hugetlbfs filesystem is not mounted or disabled by administrator config"
        )
    if page_kib == 0:
        mount = next((m for m in mounts if m.default), mounts[0])
    else:
        found = [m for m in mounts if m.size_kib == page_kib]
        if not found:
            raise VirtError(
                ErrorCode.INTERNAL_ERROR, f"Unable to find any usable hugetlbfs mount for {page_kib} KiB"
            )
        mount = found[0]
    return f"{mount.mount}/libvirt/qemu/{context.short_name}", mount.size_kib


class _Backend:
    """One memory backend object and what has to come before it."""

    def __init__(self) -> None:
        self.props: dict[str, Any] = {}
        self.thread_context: dict[str, Any] | None = None
        self.plain = True


def _pages(domain: Any, cell: int, module: Any, context: CommandContext) -> tuple[int | None, bool]:
    page = module.source.pagesize if module is not None and module.source is not None else None
    if page:
        if page == context.page_size // 1024:
            return None, False
        return int(page), True
    page = _page_for(domain, cell, context)
    if page is not None and page == context.page_size // 1024:
        # Pages of the system's own size are ordinary memory.
        return None, False
    return page, page is not None


def _nodes(domain: Any, cell: int, module: Any, context: CommandContext) -> tuple[list[int], str | None]:
    if module is not None and module.source is not None and module.source.nodemask:
        mode = "strict"
        numatune = domain.numatune
        if numatune is not None and numatune.memory is not None and numatune.memory.mode is not None:
            mode = numatune.memory.mode
        return sorted(module.source.nodemask), _POLICY.get(mode)
    numatune = domain.numatune
    if numatune is None:
        return [], None
    if cell >= 0:
        for memnode in numatune.memnodes:
            if memnode.cellid == cell:
                return sorted(memnode.nodeset), _POLICY.get(memnode.mode)
    memory = numatune.memory
    if memory is None:
        return [], None
    mode = memory.mode or "strict"
    nodeset = context.auto_nodeset if memory.placement == "auto" else memory.nodeset
    if not nodeset:
        return [], None
    return sorted(nodeset), _POLICY.get(mode)


def backend(
    domain: Any,
    alias: str,
    *,
    cell: int,
    size_kib: int,
    context: CommandContext,
    module: Any = None,
    force: bool = False,
    system: bool = False,
) -> _Backend:
    """The memory-backend object of a cell, a module or the whole RAM (`cell` -1)."""
    caps = context.caps
    backing = domain.memory_backing
    result = _Backend()
    props = result.props
    share = module.access == "shared" if module is not None and module.access is not None else None
    discard = module.discard if module is not None else None
    if cell >= 0:
        element = numa_cells(domain)[cell]
        if share is None and element.mem_access is not None:
            share = element.mem_access == "shared"
        if discard is None and element.discard is not None:
            discard = element.discard
    page, huge = _pages(domain, cell, module, context)
    source_type = backing.source.type if backing is not None and backing.source is not None else None
    if share is None and backing is not None and backing.access is not None and backing.access.mode is not None:
        share = backing.access.mode == "shared"
    if discard is None and backing is not None and backing.discard:
        discard = True
    nvdimm = module is not None and module.model in ("nvdimm", "virtio-pmem")
    nvdimm_path = module.source.path if nvdimm else None
    use_canonical = False
    prealloc = False
    if backing is not None and backing.allocation is not None and backing.allocation.mode == "immediate":
        prealloc = True
    needs_file = False
    if module is not None and module.model == "sgx-epc":
        props["qom-type"] = "memory-backend-epc"
    elif not nvdimm and source_type == "memfd":
        props["qom-type"] = "memory-backend-memfd"
        needs_file = True
    elif huge or nvdimm or share is not None or source_type == "file":
        props["qom-type"] = "memory-backend-file"
        needs_file = True
    else:
        props["qom-type"] = "memory-backend-ram"
    props["id"] = alias
    if props["qom-type"] == "memory-backend-memfd" and huge:
        props["hugetlb"] = True
        props["hugetlbsize"] = (page or _default_page(context)) * 1024
        prealloc = True
    elif props["qom-type"] == "memory-backend-file":
        if nvdimm_path is not None:
            props["mem-path"] = nvdimm_path
            prealloc = prealloc or (module.model == "nvdimm" and not module.source.pmem)
        elif huge:
            props["mem-path"] = _hugepage_path(context, page or 0)[0]
            prealloc = True
        else:
            name = alias_of(module) if module is not None else alias
            props["mem-path"] = f"{context.settings.memory_backing_dir}/{context.short_name}/{name}"
        if discard is not None:
            props["discard-data"] = discard
    if share is not None:
        props["share"] = share
    elif props["qom-type"] == "memory-backend-epc":
        pass
    if system and needs_file and caps.has("memory-backend-file.x-use-canonical-path-for-ramblock-id"):
        use_canonical = True
    if use_canonical:
        props["x-use-canonical-path-for-ramblock-id"] = False
    if module is not None and module.model == "virtio-mem":
        # Only the part that is plugged is to be backed.
        if caps.has("memory-backend-file.reserve"):
            props["reserve"] = False
        prealloc = False
    nodes, policy = _nodes(domain, cell, module, context)
    if prealloc:
        props["prealloc"] = True
        threads = backing.allocation.threads if backing is not None and backing.allocation is not None else None
        if threads and caps.has("memory-backend-file.prealloc-threads"):
            props["prealloc-threads"] = threads
    props["size"] = size_kib * 1024
    if module is not None and module.source is not None and module.source.alignsize:
        props["align"] = module.source.alignsize * 1024
    if module is not None and module.source is not None and module.source.pmem:
        props["pmem"] = True
    if nodes:
        context.resources.require_nodes(nodes)
        if policy is not None:
            props["host-nodes"] = nodes
            props["policy"] = policy
    if prealloc and nodes and policy is not None and caps.has("thread-context"):
        result.thread_context = {"qom-type": "thread-context", "id": f"tc-{alias}", "node-affinity": nodes}
        props["prealloc-context"] = f"tc-{alias}"
    result.plain = not (
        needs_file or force or _bound(domain, cell) or share is not None or module is not None
    )
    return result


def _bound(domain: Any, cell: int) -> bool:
    """Has the cell a memory policy of its own."""
    return domain.numatune is not None and any(memnode.cellid == cell for memnode in domain.numatune.memnodes)


def _default_page(context: CommandContext) -> int:
    mounts = context.settings.hugetlbfs
    return next((m.size_kib for m in mounts if m.default), 2048)


def add_backend(command: Command, built: _Backend) -> None:
    """Its thread context first, then the object."""
    if built.thread_context is not None:
        command.object(built.thread_context)
    command.object(built.props)


def add_memory(command: Command, domain: Any, context: CommandContext) -> None:
    """-m, the system RAM backend, -overcommit"""
    initial = initial_kib(domain)
    limit = domain.max_memory
    if limit is not None and limit.slots:
        command.add("-m", f"size={initial}k,slots={limit.slots},maxmem={limit.value}k")
    else:
        command.add("-m", str(initial // 1024))
    ram_id = default_ram_id(domain, context)
    if ram_id is not None:
        built = backend(domain, ram_id, cell=-1, size_kib=initial, context=context, force=True, system=True)
        add_backend(command, built)
    elif not numa_cells(domain):
        _add_mem_path(command, domain, context)
    locked = domain.memory_backing is not None and domain.memory_backing.locked
    command.add("-overcommit", f"mem-lock={'on' if locked else 'off'}")


def _add_mem_path(command: Command, domain: Any, context: CommandContext) -> None:
    """The way of QEMUs that do not tell the RAM's id."""
    backing = domain.memory_backing
    if backing is None:
        return
    page, huge = _pages(domain, -1, None, context)
    if backing.allocation is not None and backing.allocation.mode == "immediate":
        command.add("-mem-prealloc")
        if not huge and (backing.source is None or backing.source.type != "file"):
            return
    if huge:
        path = _hugepage_path(context, page or 0)[0]
        if backing.allocation is None or backing.allocation.mode != "immediate":
            command.add("-mem-prealloc")
    elif backing.source is not None and backing.source.type == "file":
        path = f"{context.settings.memory_backing_dir}/{context.short_name}/ram"
    else:
        return
    command.add("-mem-path", path)


# -- NUMA ------------------------------------------------------------------------------------------------------------
def _cpu_ranges(cpus: Any) -> list[str]:
    out: list[str] = []
    ordered = sorted(cpus or ())
    index = 0
    while index < len(ordered):
        last = index
        while last + 1 < len(ordered) and ordered[last + 1] == ordered[last] + 1:
            last += 1
        out.append(str(ordered[index]) if last == index else f"{ordered[index]}-{ordered[last]}")
        index = last + 1
    return out


def add_numa(command: Command, domain: Any, context: CommandContext) -> None:
    """-object and -numa for every cell, distances, HMAT"""
    cells = numa_cells(domain)
    if not cells:
        return
    caps = context.caps
    built = []
    for index, cell in enumerate(cells):
        built.append(
            backend(domain, f"ram-node{index}", cell=index, size_kib=cell.memory or 0, context=context)
            if cell.memory
            else None
        )
    needed = any(item is not None and not item.plain for item in built)
    legacy = caps.machine_numa_mem_supported(domain.type, domain.os.type.machine)
    numa = domain.cpu.numa
    hmat = has_hmat(numa)
    if not legacy or hmat:
        needed = True
    if not needed:
        _add_mem_path(command, domain, context)
    for index, cell in enumerate(cells):
        item = built[index]
        if needed and item is not None:
            add_backend(command, item)
        text = f"node,nodeid={index}"
        for cpus in _cpu_ranges(cell.cpus):
            text += f",cpus={cpus}"
        if hmat and (initiator := initiator_of(numa, index)) is not None:
            text += f",initiator={initiator}"
        if item is not None:
            text += f",memdev=ram-node{index}" if needed else f",mem={(cell.memory or 0) // 1024}"
        command.add("-numa", text)
    _add_distances(command, cells, caps)
    if hmat:
        add_hmat(command, numa)


def _add_distances(command: Command, cells: list[Any], caps: Any) -> None:
    if not any(getattr(cell, "distances", None) for cell in cells):
        return
    table: dict[tuple[int, int], int] = {}
    for index, cell in enumerate(cells):
        siblings = getattr(cell, "distances", None)
        for sibling in getattr(siblings, "siblings", siblings) or []:
            table[(index, sibling.id)] = sibling.value
    for source in range(len(cells)):
        for target in range(len(cells)):
            value = table.get((source, target))
            if value is None:
                value = table.get((target, source), 10 if source == target else 20)
            command.add("-numa", f"dist,src={source},dst={target},val={value}")


# -- modules ---------------------------------------------------------------------------------------------------------
_MODULE_DRIVER = {"dimm": "pc-dimm", "nvdimm": "nvdimm", "virtio-pmem": "virtio-pmem-pci", "virtio-mem": "virtio-mem-pci"}


def add_modules(command: Command, domain: Any, context: CommandContext) -> None:
    """Memory devices and their backends"""
    for module in devices_of(domain, "memories"):
        alias = alias_of(module)
        cell = module.target.node if module.target.node is not None else -1
        cells = numa_cells(domain)
        if module.model != "sgx-epc" and cells and cell >= len(cells):
            raise VirtError(
                ErrorCode.CONFIG_UNSUPPORTED,
                message=f"can't add memory backend for guest node '{cell}' as the guest has only '{len(cells)}' NUMA "
                "nodes configured",
            )
        built = backend(
            domain, f"mem{alias}", cell=cell, size_kib=module.target.size, context=context, module=module, force=True
        )
        add_backend(command, built)
        if module.model != "sgx-epc":
            command.device(_module_device(domain, module, context))


def _module_device(domain: Any, module: Any, context: CommandContext) -> dict[str, Any]:
    target = module.target
    device: dict[str, Any] = {"driver": _MODULE_DRIVER[module.model]}
    if target.node is not None:
        device["node"] = target.node
    if target.label is not None and target.label.size:
        device["label-size"] = target.label.size * 1024
    if module.uuid is not None:
        device["uuid"] = module.uuid
    if target.block:
        device["block-size"] = target.block * 1024
    if target.requested is not None:
        device["requested-size"] = target.requested * 1024
    if module.model == "nvdimm" and target.readonly:
        device["unarmed"] = True
    device["memdev"] = f"mem{alias_of(module)}"
    backing = domain.memory_backing
    if (
        module.model == "virtio-mem"
        and context.caps.has("virtio-mem-pci.prealloc")
        and (_pages(domain, target.node if target.node is not None else -1, module, context)[1]
             or (backing is not None and backing.allocation is not None and backing.allocation.mode == "immediate"))
    ):
        device["prealloc"] = True
    device["id"] = alias_of(module)
    if module.model in ("dimm", "nvdimm"):
        if isinstance(module.address, DimmAddress):
            device["slot"] = module.address.slot
            if module.address.base:
                device["addr"] = module.address.base
    else:
        add_address(device, domain, module)
    return device

