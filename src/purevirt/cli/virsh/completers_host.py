"""Completion of the host's objects: networks, pools, volumes, devices, secrets, filters, interfaces, NUMA cells."""

from __future__ import annotations

from collections.abc import Callable

from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh.documents import parse
from purevirt.types import constants as c

Given = dict[str, str]
Words = list[str]
Completer = Callable[[Shell, Given, Words], Words]

_NETWORKS = {
    "active": c.VIR_CONNECT_LIST_NETWORKS_ACTIVE,
    "inactive": c.VIR_CONNECT_LIST_NETWORKS_INACTIVE,
    "persistent": c.VIR_CONNECT_LIST_NETWORKS_PERSISTENT,
}
_POOLS = {
    "active": c.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE,
    "inactive": c.VIR_CONNECT_LIST_STORAGE_POOLS_INACTIVE,
    "persistent": c.VIR_CONNECT_LIST_STORAGE_POOLS_PERSISTENT,
}
_INTERFACES = {
    "active": c.VIR_CONNECT_LIST_INTERFACES_ACTIVE,
    "inactive": c.VIR_CONNECT_LIST_INTERFACES_INACTIVE,
}


def _all_of(listing: str, getter: str, flags: dict[str, int] | None = None) -> Completer:
    """A getter of every object that a list of the connection has; `flags` by filter word."""

    def complete(sh: Shell, given: Given, filters: Words) -> Words:
        wanted = 0
        for word in filters:
            wanted |= (flags or {})[word]
        return [getattr(one, getter)() for one in getattr(sh.conn, listing)(wanted)]

    return complete


networks = _all_of("list_all_networks", "get_name", _NETWORKS)
network_uuids = _all_of("list_all_networks", "get_uuid_string", _NETWORKS)
pools = _all_of("list_all_storage_pools", "get_name", _POOLS)
node_devices = _all_of("list_all_node_devices", "get_name")
secrets = _all_of("list_all_secrets", "get_uuid_string")
nwfilters = _all_of("list_all_nwfilters", "get_name")
nwfilter_bindings = _all_of("list_all_nwfilter_bindings", "get_port_dev")
interfaces = _all_of("list_all_interfaces", "get_name", _INTERFACES)
interface_macs = _all_of("list_all_interfaces", "get_mac_string", _INTERFACES)


def network_ports(sh: Shell, given: Given, filters: Words) -> Words:
    name = given.get("network")
    return [port.get_uuid_string() for port in sh.conn.network_lookup_by_name(name).list_all_ports()] if name else []


def dhcp_macs(sh: Shell, given: Given, filters: Words) -> Words:
    name = given.get("network")
    return [lease.mac for lease in sh.conn.network_lookup_by_name(name).get_dhcp_leases()] if name else []


def volumes(sh: Shell, given: Given, filters: Words) -> Words:
    """Names, of the pool already typed."""
    pool = given.get("pool")
    return [vol.get_name() for vol in sh.conn.storage_pool_lookup_by_name(pool).list_all_volumes()] if pool else []


def volume_keys(sh: Shell, given: Given, filters: Words) -> Words:
    active = sh.conn.list_all_storage_pools(c.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE)
    return [vol.get_key() for pool in active for vol in pool.list_all_volumes()]


def numa_cells(sh: Shell, given: Given, filters: Words) -> Words:
    tree = parse(sh.conn.get_capabilities())
    return [cell.get("id", "") for cell in tree.iterfind("./host/topology/cells/cell")]


def page_sizes(sh: Shell, given: Given, filters: Words) -> Words:
    """Of one cell or of the host, with their unit."""
    tree, cell = parse(sh.conn.get_capabilities()), given.get("cellno")
    path = f"./host/topology/cells/cell[@id='{cell}']/pages" if cell else "./host/cpu/pages"
    return [_scaled(int(one.get("size", "0"))) for one in tree.iterfind(path)]


def _scaled(kib: int) -> str:
    unit = 0
    while kib >= 1024 and unit < 3:
        kib, unit = kib // 1024, unit + 1
    return f"{kib}{('KiB', 'MiB', 'GiB', 'TiB')[unit]}"


def online_cpus(sh: Shell, given: Given, filters: Words) -> Words:
    return [str(number) for number in sorted(sh.conn.node_get_cpu_map().cpumap)]


def cpu_models(sh: Shell, given: Given, filters: Words) -> Words:
    """Those of the architecture already typed, as the driver knows them."""
    arch = given.get("arch")
    return list(sh.conn.get_cpu_model_names(arch)) if arch else []
