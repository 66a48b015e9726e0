"""Rows: migration."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, alias, data, flag, number, text

ROWS = (
    Command(
        "migrate",
        "migrate domain to another host",
        "Migrate domain to another host.  Add --live for live migration.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            data(
                "desturi",
                (
                    "connection URI of the destination host as seen from the client(normal migration) or "
                    "source(p2p migration)"
                ),
                complete="complete-empty",
            ),
            flag("live", "live migration"),
            flag("offline", "offline migration"),
            flag("p2p", "peer-2-peer migration"),
            flag("direct", "direct migration"),
            flag("tunnelled", "tunnelled migration"),
            flag("persistent", "persist VM on destination"),
            flag("undefinesource", "undefine VM on source"),
            flag("suspend", "do not restart the domain on the destination host"),
            flag("copy-storage-all", "migration with non-shared storage with full disk copy"),
            flag(
                "copy-storage-inc",
                (
                    "migration with non-shared storage with incremental copy (same base image shared between "
                    "source and destination)"
                ),
            ),
            flag(
                "copy-storage-synchronous-writes",
                (
                    "force guest disk writes to be synchronously written to the destination to improve storage "
                    "migration convergence"
                ),
            ),
            flag("change-protection", "prevent any configuration changes to domain until migration ends"),
            flag("unsafe", "force migration even if it may be unsafe"),
            flag("verbose", "display the progress of migration"),
            flag("compressed", "compress repeated pages during live migration"),
            flag("auto-converge", "force convergence during live migration"),
            flag("rdma-pin-all", "pin all memory before starting RDMA live migration"),
            flag("abort-on-error", "abort on soft errors during migration"),
            flag("postcopy", "enable post-copy migration; switch to it using migrate-postcopy command"),
            flag("postcopy-after-precopy", "automatically switch to post-copy migration after one pass of pre-copy"),
            flag("postcopy-resume", "resume failed post-copy migration"),
            flag("zerocopy", "use zero-copy mechanism for migrating memory pages"),
            text("migrateuri", "migration URI, usually can be omitted", complete="complete-empty"),
            text("graphicsuri", "graphics URI to be used for seamless graphics migration", complete="complete-empty"),
            text(
                "listen-address",
                "listen address that destination should bind to for incoming migration",
                complete="complete-empty",
            ),
            text("dname", "rename to new name during migration (if supported)", complete="complete-empty"),
            number(
                "timeout",
                (
                    "run action specified by --timeout-* option (suspend by default) if live migration exceeds "
                    "timeout (in seconds)"
                ),
            ),
            flag("timeout-suspend", "suspend the guest after timeout"),
            flag("timeout-postcopy", "switch to post-copy after timeout"),
            text("xml", "filename containing updated XML for the target", complete="complete-path-local-existing"),
            text("migrate-disks", "comma separated list of disks to be migrated", complete="domain-migrate-disks"),
            number("disks-port", "port to use by target server for incoming disks migration"),
            text("disks-uri", "URI to use for disks migration (overrides --disks-port)", complete="complete-empty"),
            text(
                "comp-methods",
                "comma separated list of compression methods to be used",
                complete="domain-migrate-comp-methods",
            ),
            number("comp-mt-level", "compress level for multithread compression"),
            number("comp-mt-threads", "number of compression threads for multithread compression"),
            number("comp-mt-dthreads", "number of decompression threads for multithread compression"),
            number("comp-xbzrle-cache", "page cache size for xbzrle compression"),
            number("auto-converge-initial", "initial CPU throttling rate for auto-convergence"),
            number("auto-converge-increment", "CPU throttling rate increment for auto-convergence"),
            text(
                "persistent-xml",
                "filename containing updated persistent XML for the target",
                complete="complete-path-local-existing",
            ),
            flag("tls", "use TLS for migration"),
            number("postcopy-bandwidth", "post-copy migration bandwidth limit in MiB/s"),
            flag("parallel", "enable parallel migration"),
            number("parallel-connections", "number of connections for parallel migration"),
            number("bandwidth", "migration bandwidth limit in MiB/s"),
            text(
                "tls-destination",
                "override the destination host name used for TLS verification",
                complete="complete-empty",
            ),
            alias("tunneled", "tunnelled"),
        ),
        exclusive=(("live", "offline"), ("timeout-suspend", "timeout-postcopy")),
        requires=(
            ("postcopy-after-precopy", "postcopy"),
            ("postcopy-resume", "postcopy"),
            ("timeout-postcopy", "postcopy"),
            ("persistent-xml", "persistent"),
            ("tls-destination", "tls"),
        ),
    ),
    Command(
        "migrate-setmaxdowntime",
        "set maximum tolerable downtime",
        "Set maximum tolerable downtime of a domain which is being live-migrated to another host.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            number("downtime", "maximum tolerable downtime (in milliseconds) for migration", required=True),
        ),
    ),
    Command(
        "migrate-getmaxdowntime",
        "get maximum tolerable downtime",
        "Get maximum tolerable downtime of a domain which is being live-migrated to another host.",
        (data("domain", "domain name, id or uuid", complete="domain-name active"),),
    ),
    Command(
        "migrate-compcache",
        "get/set compression cache size",
        (
            "Get/set size of the cache (in bytes) used for compressing repeatedly transferred memory pages "
            "during live migration."
        ),
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            number("size", "requested size of the cache (in bytes) used for compression", named=True),
        ),
    ),
    Command(
        "migrate-setspeed",
        "Set the maximum migration bandwidth",
        "Set the maximum migration bandwidth (in MiB/s) for a domain which is being migrated to another host.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            number("bandwidth", "migration bandwidth limit in MiB/s", required=True),
            flag("postcopy", "set post-copy migration bandwidth"),
        ),
    ),
    Command(
        "migrate-getspeed",
        "Get the maximum migration bandwidth",
        "Get the maximum migration bandwidth (in MiB/s) for a domain.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            flag("postcopy", "get post-copy migration bandwidth"),
        ),
    ),
    Command(
        "migrate-postcopy",
        "Switch running migration from pre-copy to post-copy",
        (
            "Switch running migration from pre-copy to post-copy. The migration must have been started with "
            "--postcopy option."
        ),
        (data("domain", "domain name, id or uuid", complete="domain-name active"),),
    ),
)
