"""What each completer name of the command table stands for."""

from __future__ import annotations

import os
from collections.abc import Iterable

from purevirt.cli.engine.complete import Completer
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import completers_domain as domain
from purevirt.cli.virsh import completers_host as host
from purevirt.cli.virsh import keycodes, names

Given = dict[str, str]
Words = list[str]

PERF_EVENTS = (
    "cmt", "mbmt", "mbml", "cpu_cycles", "instructions", "cache_references", "cache_misses", "branch_instructions",
    "branch_misses", "bus_cycles", "stalled_cycles_frontend", "stalled_cycles_backend", "ref_cpu_cycles", "cpu_clock",
    "task_clock", "page_faults", "context_switches", "cpu_migrations", "page_faults_min", "page_faults_maj",
    "alignment_faults", "emulation_faults",
)  # fmt: skip
VIRT_TYPES = (
    "none", "qemu", "kqemu", "kvm", "xen", "lxc", "uml", "openvz", "test", "vmware", "hyperv", "vbox", "phyp", "parallels",
    "bhyve", "vz", "hvf",
)  # fmt: skip
ARCHES = (
    "none", "alpha", "armv6l", "armv7l", "armv7b", "aarch64", "cris", "i686", "ia64", "lm32", "m68k", "microblaze",
    "microblazeel", "mips", "mipsel", "mips64", "mips64el", "openrisc", "parisc", "parisc64", "ppc", "ppcle", "ppc64",
    "ppc64le", "ppcemb", "riscv32", "riscv64", "s390", "s390x", "sh4", "sh4eb", "sparc", "sparc64", "unicore32", "x86_64",
    "xtensa", "xtensaeb",
)  # fmt: skip
FILE_FORMATS = (
    "none", "raw", "dir", "bochs", "cloop", "dmg", "iso", "vpc", "vdi", "fat", "vhd", "ploop", "cow", "qcow", "qcow2", "qed",
    "vmdk",
)  # fmt: skip


def _words(words: Iterable[str]) -> Completer:
    """A fixed choice."""
    fixed = list(words)
    return lambda sh, given, filters: fixed


def _list_of(choice: Completer, option: str) -> Completer:
    """A comma-separated list: what is typed so far, with each word that is not in it yet."""

    def complete(sh: Shell, given: Given, filters: Words) -> Words:
        done, comma, _ = given.get(option, "").rpartition(",")
        taken = done.split(",") if done else []
        return [f"{done}{comma}{word}" for word in choice(sh, given, filters) if word not in taken]

    return complete


def _nothing(sh: Shell, given: Given, filters: Words) -> Words:
    return []


def _local_paths(sh: Shell, given: Given, filters: Words) -> Words:
    """Files and directories by what is typed of their path (the word in work stands under "")."""
    typed = given.get("", "")
    folder, slash, start = typed.rpartition("/")
    try:
        found = sorted(os.scandir((folder + slash) or "."), key=lambda entry: entry.name)
    except OSError:
        return []
    return [folder + slash + entry.name for entry in found if entry.name.startswith(start)]


def _domain_events(sh: Shell, given: Given, filters: Words) -> Words:
    from purevirt.cli.virsh.handlers import domevent

    return [name for name, _ in domevent.EVENTS]


def _device_kinds(sh: Shell, given: Given, filters: Words) -> Words:
    from purevirt.cli.virsh.handlers import nodedev

    return list(nodedev.CAPABILITIES)


def _pool_types(sh: Shell, given: Given, filters: Words) -> Words:
    from purevirt.cli.virsh.handlers import pool

    return list(pool.TYPES)


def _commands(sh: Shell, given: Given, filters: Words) -> Words:
    return [*(name for name in sh.table.names() if not _hidden(sh, name)), *(group.keyword for group in sh.table.groups)]


def _hidden(sh: Shell, name: str) -> bool:
    row = sh.table.find(name)
    return row is None or row.hidden


def _keys(sh: Shell, given: Given, filters: Words) -> Words:
    wanted = given.get("codeset") or "linux"
    return keycodes.key_names(keycodes.CODESETS.index(wanted)) if wanted in keycodes.CODESETS else []


COMPLETERS: dict[str, Completer] = {
    "allocpages-pagesize": host.page_sizes,
    "arch": _words(ARCHES),
    "cellno": host.numa_cells,
    "checkpoint-name": domain.checkpoints,
    "codeset-name": _words(keycodes.CODESETS),
    "complete-empty": _nothing,
    "complete-help-command": _commands,
    "complete-path-local-existing": _local_paths,
    "cpumodel": host.cpu_models,
    "domain-blockjob-base-top": domain.chain_files,
    "domain-console": domain.consoles,
    "domain-core-dump-format": _words(names.DOMAIN_CORE_DUMP_FORMAT),
    "domain-cpulist": _list_of(domain.host_cpus, "cpulist"),
    "domain-device-alias": domain.aliases,
    "domain-dirty-rate-calc-mode": _words(names.DOMAIN_DIRTY_RATE_CALC_MODE),
    "domain-disk-target": domain.disk_targets,
    "domain-event-name": _domain_events,
    "domain-fsmountpoints": domain.mount_points,
    "domain-hostname-source": _words(names.DOMAIN_HOSTNAME_SOURCE),
    "domain-interface": domain.interfaces,
    "domain-interface-addr-source": _words(names.DOMAIN_INTERFACE_ADDRESSES_SOURCE),
    "domain-interface-source-mode": _words(names.DOMAIN_INTERFACE_SOURCE_MODE),
    "domain-interface-state": _words(("up", "down")),
    "domain-iothread-id": domain.iothreads,
    "domain-lifecycle": _words(names.DOMAIN_LIFECYCLE),
    "domain-lifecycle-action": _words(names.DOMAIN_LIFECYCLE_ACTION),
    "domain-migrate-comp-methods": _list_of(_words(("xbzrle", "mt")), "comp-methods"),
    "domain-migrate-disks": _list_of(domain.disk_targets, "migrate-disks"),
    "domain-name": domain.domains,
    "domain-numatune-mode": _words(("strict", "preferred", "interleave", "restrictive")),
    "domain-perf-disable": _list_of(_words(PERF_EVENTS), "disable"),
    "domain-perf-enable": _list_of(_words(PERF_EVENTS), "enable"),
    "domain-shutdown-mode": _list_of(_words(("acpi", "agent", "initctl", "signal", "paravirt")), "mode"),
    "domain-signal": domain.signals,
    "domain-storage-file-format": _words(FILE_FORMATS),
    "domain-undefine-storage-disks": _list_of(domain.disk_targets, "storage"),
    "domain-uuid": domain.domain_uuids,
    "domain-vcpu": domain.vcpus,
    "domain-vcpulist": _list_of(domain.vcpus, "vcpulist"),
    "domain-vcpulist-via-agent": _list_of(domain.guest_vcpus, "cpulist"),
    "domain-virt-type": _words(VIRT_TYPES),
    "interface-mac": host.interface_macs,
    "interface-name": host.interfaces,
    "keycode-name": _keys,
    "network-dhcp-mac": host.dhcp_macs,
    "network-event-name": _words(names.NETWORK_EVENT_ID),
    "network-name": host.networks,
    "network-port-uuid": host.network_ports,
    "network-update-command": _words(("add", *names.NETWORK_UPDATE_COMMAND[1:])),
    "network-update-section": _words(names.NETWORK_SECTION[1:]),
    "network-uuid": host.network_uuids,
    "node-cpu": host.online_cpus,
    "node-device-capability-name": _list_of(_device_kinds, "cap"),
    "node-device-event-name": _words(("lifecycle", "update")),
    "node-device-name": host.node_devices,
    "node-device-pcibackend": _words(("default", "kvm", "vfio", "xen")),
    "node-suspend-target": _words(names.NODE_SUSPEND_TARGET),
    "nwfilter-binding-name": host.nwfilter_bindings,
    "nwfilter-name": host.nwfilters,
    "pool-event-name": _words(("lifecycle", "refresh")),
    "pool-type": _list_of(_pool_types, "type"),
    "secret-event-name": _words(("lifecycle", "value-changed")),
    "secret-uuid": host.secrets,
    "snapshot-name": domain.snapshots,
    "storage-pool-name": host.pools,
    "storage-vol-key": host.volume_keys,
    "storage-vol-name": host.volumes,
    "storage-vol-wipe-algorithm": _words(names.STORAGE_VOL_WIPE_ALGORITHM),
}
"""By the name that the table's options carry."""
