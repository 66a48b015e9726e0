"""Rows: cgroup and scheduler parameters."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, alias, data, flag, many, number, text

ROWS = (
    Command(
        "blkdeviotune",
        "Set or query a block device I/O tuning parameters.",
        "Set or query disk I/O parameters such as block throttling.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            data("device", "block device", complete="domain-disk-target"),
            number("total-bytes-sec", "total throughput limit, as scaled integer (default bytes)"),
            number("read-bytes-sec", "read throughput limit, as scaled integer (default bytes)"),
            number("write-bytes-sec", "write throughput limit, as scaled integer (default bytes)"),
            number("total-iops-sec", "total I/O operations limit per second"),
            number("read-iops-sec", "read I/O operations limit per second"),
            number("write-iops-sec", "write I/O operations limit per second"),
            number("total-bytes-sec-max", "total max, as scaled integer (default bytes)"),
            number("read-bytes-sec-max", "read max, as scaled integer (default bytes)"),
            number("write-bytes-sec-max", "write max, as scaled integer (default bytes)"),
            number("total-iops-sec-max", "total I/O operations max"),
            number("read-iops-sec-max", "read I/O operations max"),
            number("write-iops-sec-max", "write I/O operations max"),
            number("size-iops-sec", "I/O size in bytes"),
            text("group-name", "group name to share I/O quota between multiple drives", complete="complete-empty"),
            number("total-bytes-sec-max-length", "duration in seconds to allow total max bytes"),
            number("read-bytes-sec-max-length", "duration in seconds to allow read max bytes"),
            number("write-bytes-sec-max-length", "duration in seconds to allow write max bytes"),
            number("total-iops-sec-max-length", "duration in seconds to allow total I/O operations max"),
            number("read-iops-sec-max-length", "duration in seconds to allow read I/O operations max"),
            number("write-iops-sec-max-length", "duration in seconds to allow write I/O operations max"),
            flag("config", "affect next boot"),
            flag("live", "affect running domain"),
            flag("current", "affect current domain"),
            alias("total_bytes_sec", "total-bytes-sec"),
            alias("read_bytes_sec", "read-bytes-sec"),
            alias("write_bytes_sec", "write-bytes-sec"),
            alias("total_iops_sec", "total-iops-sec"),
            alias("read_iops_sec", "read-iops-sec"),
            alias("write_iops_sec", "write-iops-sec"),
            alias("total_bytes_sec_max", "total-bytes-sec-max"),
            alias("read_bytes_sec_max", "read-bytes-sec-max"),
            alias("write_bytes_sec_max", "write-bytes-sec-max"),
            alias("total_iops_sec_max", "total-iops-sec-max"),
            alias("read_iops_sec_max", "read-iops-sec-max"),
            alias("write_iops_sec_max", "write-iops-sec-max"),
            alias("size_iops_sec", "size-iops-sec"),
            alias("group_name", "group-name"),
            alias("total_bytes_sec_max_length", "total-bytes-sec-max-length"),
            alias("read_bytes_sec_max_length", "read-bytes-sec-max-length"),
            alias("write_bytes_sec_max_length", "write-bytes-sec-max-length"),
            alias("total_iops_sec_max_length", "total-iops-sec-max-length"),
            alias("read_iops_sec_max_length", "read-iops-sec-max-length"),
            alias("write_iops_sec_max_length", "write-iops-sec-max-length"),
        ),
        exclusive=(("current", "live"), ("current", "config")),
    ),
    Command(
        "blkiotune",
        "Get or set blkio parameters",
        (
            "Get or set the current blkio parameters for a guest domain.\n    To get the blkio parameters use "
            "following command: \n\n    virsh # blkiotune <domain>"
        ),
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            number("weight", "IO Weight"),
            text(
                "device-weights",
                "per-device IO Weights, in the form of /path/to/device,weight,...",
                complete="complete-empty",
            ),
            text(
                "device-read-iops-sec",
                "per-device read I/O limit per second, in the form of /path/to/device,read_iops_sec,...",
                complete="complete-empty",
            ),
            text(
                "device-write-iops-sec",
                "per-device write I/O limit per second, in the form of /path/to/device,write_iops_sec,...",
                complete="complete-empty",
            ),
            text(
                "device-read-bytes-sec",
                "per-device bytes read per second, in the form of /path/to/device,read_bytes_sec,...",
                complete="complete-empty",
            ),
            text(
                "device-write-bytes-sec",
                "per-device bytes wrote per second, in the form of /path/to/device,write_bytes_sec,...",
                complete="complete-empty",
            ),
            flag("config", "affect next boot"),
            flag("live", "affect running domain"),
            flag("current", "affect current domain"),
        ),
        exclusive=(("current", "live"), ("current", "config")),
    ),
    Command(
        "cpu-stats",
        "show domain cpu statistics",
        "Display per-CPU and total statistics about the domain's CPUs",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            flag("total", "Show total statistics only"),
            number("start", "Show statistics from this CPU"),
            number("count", "Number of shown CPUs at most"),
        ),
    ),
    Command(
        "domiftune",
        "get/set parameters of a virtual interface",
        "Get/set parameters of a domain's virtual interface.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            data("interface", "interface device (MAC Address)", complete="domain-interface"),
            text("inbound", "control domain's incoming traffics", complete="complete-empty"),
            text("outbound", "control domain's outgoing traffics", complete="complete-empty"),
            flag("config", "affect next boot"),
            flag("live", "affect running domain"),
            flag("current", "affect current domain"),
        ),
        exclusive=(("current", "live"), ("current", "config")),
    ),
    Command(
        "memtune",
        "Get or set memory parameters",
        (
            "Get or set the current memory parameters for a guest domain.\n    To get the memory parameters "
            "use following command: \n\n    virsh # memtune <domain>"
        ),
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            number("hard-limit", "Max memory, as scaled integer (default KiB)"),
            number("soft-limit", "Memory during contention, as scaled integer (default KiB)"),
            number("swap-hard-limit", "Max memory plus swap, as scaled integer (default KiB)"),
            number("min-guarantee", "Min guaranteed memory, as scaled integer (default KiB)"),
            flag("config", "affect next boot"),
            flag("live", "affect running domain"),
            flag("current", "affect current domain"),
        ),
        exclusive=(("current", "live"), ("current", "config")),
    ),
    Command(
        "perf",
        "Get or set perf event",
        (
            "Get or set the current perf events for a guest domain.\n    To get the perf events list use "
            "following command: \n\n    virsh # perf <domain>"
        ),
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            text("enable", "perf events which will be enabled", complete="domain-perf-enable"),
            text("disable", "perf events which will be disabled", complete="domain-perf-disable"),
            flag("config", "affect next boot"),
            flag("live", "affect running domain"),
            flag("current", "affect current domain"),
        ),
        exclusive=(("current", "live"), ("current", "config")),
    ),
    Command(
        "numatune",
        "Get or set numa parameters",
        (
            "Get or set the current numa parameters for a guest domain.\n    To get the numa parameters use "
            "following command: \n\n    virsh # numatune <domain>"
        ),
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            text(
                "mode",
                (
                    "NUMA mode, one of strict, preferred and interleave \nor a number from the "
                    "virDomainNumatuneMemMode enum"
                ),
                complete="domain-numatune-mode",
            ),
            text("nodeset", "NUMA node selections to set"),
            flag("config", "affect next boot"),
            flag("live", "affect running domain"),
            flag("current", "affect current domain"),
        ),
        exclusive=(("current", "live"), ("current", "config")),
    ),
    Command(
        "schedinfo",
        "show/set scheduler parameters",
        "Show/Set scheduler parameters.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            number("weight", "weight for XEN_CREDIT", named=True),
            number("cap", "cap for XEN_CREDIT", named=True),
            flag("current", "get/set current scheduler info"),
            flag("config", "get/set value to be used on next boot"),
            flag("live", "get/set value from running domain"),
            many("set", "parameter=value"),
        ),
        exclusive=(("current", "live"), ("current", "config")),
    ),
)
