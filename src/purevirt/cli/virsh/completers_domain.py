"""Completion of what belongs to a guest: its devices, snapshots, vCPUs. The guest is the one already typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import cpulist, names
from purevirt.cli.virsh.documents import domain_tree
from purevirt.cli.virsh.lookup import find_domain
from purevirt.types import constants as c

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from purevirt.client import Domain

Given = dict[str, str]
Words = list[str]

_FILTERS = {
    "active": c.VIR_CONNECT_LIST_DOMAINS_ACTIVE,
    "inactive": c.VIR_CONNECT_LIST_DOMAINS_INACTIVE,
    "persistent": c.VIR_CONNECT_LIST_DOMAINS_PERSISTENT,
    "running": c.VIR_CONNECT_LIST_DOMAINS_RUNNING,
    "paused": c.VIR_CONNECT_LIST_DOMAINS_PAUSED,
    "shutoff": c.VIR_CONNECT_LIST_DOMAINS_SHUTOFF,
    "other": c.VIR_CONNECT_LIST_DOMAINS_OTHER,
    "managedsave": c.VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE,
    "has-snapshot": c.VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT,
    "has-checkpoint": c.VIR_CONNECT_LIST_DOMAINS_HAS_CHECKPOINT,
}


def domains(sh: Shell, given: Given, filters: Words) -> Words:
    return [dom.get_name() for dom in _listed(sh, filters)]


def domain_uuids(sh: Shell, given: Given, filters: Words) -> Words:
    return [dom.get_uuid_string() for dom in _listed(sh, filters)]


def _listed(sh: Shell, filters: Words) -> list[Domain]:
    flags = 0
    for word in filters:
        flags |= _FILTERS[word]
    found: list[Domain] = sh.conn.list_all_domains(flags)
    return found


def _domain(sh: Shell, given: Given) -> Domain | None:
    name = given.get("domain")
    return find_domain(sh, name) if name else None


def _tree(sh: Shell, given: Given) -> Element | None:
    dom = _domain(sh, given)
    return None if dom is None else domain_tree(dom, inactive="config" in given)


def _attributes(sh: Shell, given: Given, path: str, name: str) -> Words:
    tree = _tree(sh, given)
    return [] if tree is None else [value for found in tree.iterfind(path) if (value := found.get(name))]


def disk_targets(sh: Shell, given: Given, filters: Words) -> Words:
    return _attributes(sh, given, "./devices/disk/target", "dev")


def interfaces(sh: Shell, given: Given, filters: Words) -> Words:
    """Host devices; MAC addresses with the word "mac", and of an interface that has no device yet."""
    tree = _tree(sh, given)
    out: Words = []
    for one in tree.iterfind("./devices/interface") if tree is not None else ():
        if given.get("type") and one.get("type") != given["type"]:
            continue
        target, mac = one.find("target"), one.find("mac")
        device = target.get("dev") if target is not None and "mac" not in filters else None
        address = mac.get("address") if mac is not None else None
        out += [word for word in (device or address,) if word]
    return out


def aliases(sh: Shell, given: Given, filters: Words) -> Words:
    return _attributes(sh, given, "./devices//alias", "name")


def consoles(sh: Shell, given: Given, filters: Words) -> Words:
    tree = _tree(sh, given)
    found = [one for kind in ("serial", "console") for one in tree.iterfind(f"./devices/{kind}")] if tree is not None else []
    return list(dict.fromkeys(name for one in found if (alias := one.find("alias")) is not None and (name := alias.get("name"))))


def chain_files(sh: Shell, given: Given, filters: Words) -> Words:
    """Of a disk's backing chain, else its target; by index where there is one ("vda[1]")."""
    tree, path = _tree(sh, given), given.get("path")
    out: Words = []
    for disk in tree.iterfind("./devices/disk") if tree is not None else ():
        target = disk.find("target")
        name = target.get("dev", "") if target is not None else ""
        if path and path != name:
            continue
        out.append(name)
        out += [f"{name}[{source.get('index')}]" for source in disk.iter("source") if source.get("index")]
    return out


def snapshots(sh: Shell, given: Given, filters: Words) -> Words:
    dom = _domain(sh, given)
    return [] if dom is None else [one.get_name() for one in dom.list_all_snapshots()]


def checkpoints(sh: Shell, given: Given, filters: Words) -> Words:
    dom = _domain(sh, given)
    return [] if dom is None else [one.get_name() for one in dom.list_all_checkpoints()]


def iothreads(sh: Shell, given: Given, filters: Words) -> Words:
    dom = _domain(sh, given)
    return [] if dom is None else [str(one.iothread_id) for one in dom.get_iothread_info()]


def vcpus(sh: Shell, given: Given, filters: Words) -> Words:
    tree = _tree(sh, given)
    count = tree.findtext("./vcpu") if tree is not None else None
    return [str(number) for number in range(int(count or 0))]


def host_cpus(sh: Shell, given: Given, filters: Words) -> Words:
    return [str(number) for number in range(sh.conn.node_get_cpu_map().cpus)]


def mount_points(sh: Shell, given: Given, filters: Words) -> Words:
    dom = _domain(sh, given)
    return [] if dom is None else [one.mountpoint for one in dom.get_fs_info()]


def guest_vcpus(sh: Shell, given: Given, filters: Words) -> Words:
    """As the guest agent tells them."""
    dom = _domain(sh, given)
    if dom is None:
        return []
    known = str(dom.get_guest_vcpus().get("vcpus", ""))
    return [str(number) for number in sorted(cpulist.parse_bitmap(known))] if known else []


def signals(sh: Shell, given: Given, filters: Words) -> Words:
    return list(names.DOMAIN_PROCESS_SIGNAL)
