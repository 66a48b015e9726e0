"""Rows: memory, vCPUs and IOThreads of a domain."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, alias, data, flag, number, text

ROWS = (
    Command(
        "iothreadinfo",
        "view domain IOThreads",
        "Returns basic information about the domain IOThreads.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            flag("config", "affect next boot"),
            flag("live", "affect running domain"),
            flag("current", "affect current domain"),
        ),
        exclusive=(("current", "live"), ("current", "config")),
    ),
    Command(
        "iothreadpin",
        "control domain IOThread affinity",
        "Pin domain IOThreads to host physical CPUs.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            number("iothread", "IOThread ID number", complete="domain-iothread-id", required=True),
            data("cpulist", "host cpu number(s) to set", complete="domain-cpulist"),
            flag("config", "affect next boot"),
            flag("live", "affect running domain"),
            flag("current", "affect current domain"),
        ),
        exclusive=(("current", "live"), ("current", "config")),
    ),
    Command(
        "iothreadadd",
        "add an IOThread to the guest domain",
        "Add an IOThread to the guest domain.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            number("id", "iothread for the new IOThread", required=True),
            flag("config", "affect next boot"),
            flag("live", "affect running domain"),
            flag("current", "affect current domain"),
        ),
        exclusive=(("current", "live"), ("current", "config")),
    ),
    Command(
        "iothreadset",
        "modifies an existing IOThread of the guest domain",
        "Modifies an existing IOThread of the guest domain.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            number("id", "iothread id of existing IOThread", complete="domain-iothread-id", required=True),
            number("poll-max-ns", "set the maximum IOThread polling time in ns"),
            number("poll-grow", "set the value to increase the IOThread polling time"),
            number("poll-shrink", "set the value for reduction of the IOThread polling time"),
            number("thread-pool-min", "lower boundary for worker thread pool"),
            number("thread-pool-max", "upper boundary for worker thread pool"),
            flag("config", "affect next boot"),
            flag("live", "affect running domain"),
            flag("current", "affect current domain"),
        ),
        exclusive=(("current", "live"), ("current", "config")),
    ),
    Command(
        "iothreaddel",
        "delete an IOThread from the guest domain",
        "Delete an IOThread from the guest domain.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            number("id", "iothread_id for the IOThread to delete", complete="domain-iothread-id", required=True),
            flag("config", "affect next boot"),
            flag("live", "affect running domain"),
            flag("current", "affect current domain"),
        ),
        exclusive=(("current", "live"), ("current", "config")),
    ),
    Command(
        "setmaxmem",
        "change maximum memory limit",
        "Change the maximum memory allocation limit in the guest domain.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            number("size", "new maximum memory size, as scaled integer (default KiB)", required=True),
            flag("config", "affect next boot"),
            flag("live", "affect running domain"),
            flag("current", "affect current domain"),
            alias("kilobytes", "size"),
        ),
        exclusive=(("current", "live"), ("current", "config")),
    ),
    Command(
        "setmem",
        "change memory allocation",
        "Change the current memory allocation in the guest domain.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            number("size", "new memory size, as scaled integer (default KiB)", required=True),
            flag("config", "affect next boot"),
            flag("live", "affect running domain"),
            flag("current", "affect current domain"),
            alias("kilobytes", "size"),
        ),
        exclusive=(("current", "live"), ("current", "config")),
    ),
    Command(
        "setvcpus",
        "change number of virtual CPUs",
        "Change the number of virtual CPUs in the guest domain.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            number("count", "number of virtual CPUs", required=True),
            flag("maximum", "set maximum limit on next boot"),
            flag("config", "affect next boot"),
            flag("live", "affect running domain"),
            flag("current", "affect current domain"),
            flag("guest", "modify cpu state in the guest"),
            flag("hotpluggable", "make added vcpus hot(un)pluggable"),
        ),
        exclusive=(("current", "live"), ("current", "config"), ("guest", "config")),
        requires=(("maximum", "config"),),
    ),
    Command(
        "vcpucount",
        "domain vcpu counts",
        "Returns the number of virtual CPUs used by the domain.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            flag("maximum", "get maximum count of vcpus"),
            flag("active", "get number of currently active vcpus"),
            flag("live", "get value from running domain"),
            flag("config", "get value to be used on next boot"),
            flag("current", "get value according to current domain state"),
            flag("guest", "retrieve vcpu count from the guest instead of the hypervisor"),
        ),
        exclusive=(
            ("live", "config"),
            ("current", "live"),
            ("current", "config"),
            ("active", "maximum"),
            ("guest", "config"),
        ),
    ),
    Command(
        "vcpuinfo",
        "detailed domain vcpu information",
        "Returns basic information about the domain virtual CPUs.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            flag("pretty", "return human readable output"),
        ),
    ),
    Command(
        "vcpupin",
        "control or query domain vcpu affinity",
        "Pin domain VCPUs to host physical CPUs.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            number("vcpu", "vcpu number", complete="domain-vcpu"),
            text(
                "cpulist", "host cpu number(s) to set, or omit option to query", complete="domain-cpulist", empty=True
            ),
            flag("config", "affect next boot"),
            flag("live", "affect running domain"),
            flag("current", "affect current domain"),
        ),
        exclusive=(("current", "live"), ("current", "config"), ("live", "config")),
    ),
    Command(
        "emulatorpin",
        "control or query domain emulator affinity",
        "Pin domain emulator threads to host physical CPUs.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            text(
                "cpulist", "host cpu number(s) to set, or omit option to query", complete="domain-cpulist", empty=True
            ),
            flag("config", "affect next boot"),
            flag("live", "affect running domain"),
            flag("current", "affect current domain"),
        ),
        exclusive=(("current", "live"), ("current", "config")),
    ),
    Command(
        "setvcpu",
        "attach/detach vcpu or groups of threads",
        "Add or remove vcpus",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            data("vcpulist", "ids of vcpus to manipulate", complete="domain-vcpulist"),
            flag("enable", "enable cpus specified by cpumap"),
            flag("disable", "disable cpus specified by cpumap"),
            flag("config", "affect next boot"),
            flag("live", "affect running domain"),
            flag("current", "affect current domain"),
        ),
        exclusive=(("current", "live"), ("current", "config"), ("enable", "disable")),
    ),
)
