"""Rows: the host."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, data, flag, number, text

ROWS = (
    Command(
        "allocpages",
        "Manipulate pages pool size",
        "Allocate or free some pages in the pool for NUMA cell.",
        (
            number("pagesize", "page size (in kibibytes)", complete="allocpages-pagesize", required=True),
            number("pagecount", "page count", required=True),
            number("cellno", "NUMA cell number", complete="cellno"),
            flag("add", "instead of setting new pool size add pages to it"),
            flag("all", "set on all NUMA cells"),
        ),
        exclusive=(("all", "cellno"),),
    ),
    Command(
        "capabilities",
        "capabilities",
        "Returns capabilities of hypervisor/driver.",
    ),
    Command(
        "domcapabilities",
        "domain capabilities",
        "Returns capabilities of emulator with respect to host and libvirt.",
        (
            text("virttype", "virtualization type (/domain/@type)", complete="domain-virt-type"),
            text("emulatorbin", "path to emulator binary (/domain/devices/emulator)"),
            text("arch", "domain architecture (/domain/os/type/@arch)", complete="arch"),
            text("machine", "machine type (/domain/os/type/@machine)"),
        ),
    ),
    Command(
        "freecell",
        "NUMA free memory",
        "display available free memory for the NUMA cell.",
        (
            number("cellno", "NUMA cell number", complete="cellno"),
            flag("all", "show free memory for all NUMA cells"),
        ),
        exclusive=(("all", "cellno"),),
    ),
    Command(
        "freepages",
        "NUMA free pages",
        "display available free pages for the NUMA cell.",
        (
            number("cellno", "NUMA cell number", complete="cellno"),
            number("pagesize", "page size (in kibibytes)", complete="allocpages-pagesize"),
            flag("all", "show free pages for all NUMA cells"),
        ),
        exclusive=(("all", "cellno"),),
    ),
    Command(
        "hostname",
        "print the hypervisor hostname",
        "",
    ),
    Command(
        "maxvcpus",
        "connection vcpu maximum",
        "Show maximum number of virtual CPUs for guests on this connection.",
        (text("type", "domain type", complete="domain-virt-type"),),
    ),
    Command(
        "node-memory-tune",
        "Get or set node memory parameters",
        (
            "Get or set node memory parameters\n    To get the memory parameters, use following command: \n\n  "
            "  virsh # node-memory-tune"
        ),
        (
            number("shm-pages-to-scan", "number of pages to scan before the shared memory service goes to sleep"),
            number(
                "shm-sleep-millisecs", "number of millisecs the shared memory service should sleep before next scan"
            ),
            number("shm-merge-across-nodes", "Specifies if pages from different numa nodes can be merged"),
        ),
    ),
    Command(
        "nodecpumap",
        "node cpu map",
        "Displays the node's total number of CPUs, the number of online CPUs and the list of online CPUs.",
        (flag("pretty", "return human readable output"),),
    ),
    Command(
        "nodecpustats",
        "Prints cpu stats of the node.",
        "Returns cpu stats of the node, in nanoseconds.",
        (
            number("cpu", "prints specified cpu statistics only.", complete="node-cpu"),
            flag("percent", "prints by percentage during 1 second."),
        ),
    ),
    Command(
        "nodeinfo",
        "node information",
        "Returns basic information about the node.",
    ),
    Command(
        "nodememstats",
        "Prints memory stats of the node.",
        "Returns memory stats of the node, in kilobytes.",
        (number("cell", "prints specified cell statistics only."),),
    ),
    Command(
        "nodesevinfo",
        "node SEV information",
        "Returns basic SEV information about the node.",
    ),
    Command(
        "nodesuspend",
        "suspend the host node for a given time duration",
        "Suspend the host node for a given time duration and attempt to resume thereafter.",
        (
            data(
                "target",
                "mem(Suspend-to-RAM), disk(Suspend-to-Disk), hybrid(Hybrid-Suspend)",
                complete="node-suspend-target",
            ),
            number("duration", "Suspend duration in seconds, at least 60", required=True),
        ),
    ),
    Command(
        "sysinfo",
        "print the hypervisor sysinfo",
        "output an XML string for the hypervisor sysinfo, if available",
    ),
    Command(
        "uri",
        "print the hypervisor canonical URI",
        "",
    ),
    Command(
        "version",
        "show version",
        "Display the system version information.",
        (flag("daemon", "report daemon version too"),),
    ),
)
