"""Migration."""

from __future__ import annotations

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.numbers import pretty
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup
from purevirt.cli.virsh.connection import open_uri
from purevirt.cli.virsh.files import read_text
from purevirt.cli.virsh.flags import collect
from purevirt.cli.virsh.lookup import complaining
from purevirt.cli.virsh.migrating import Migration
from purevirt.types import constants as c
from purevirt.types.typed_params import INT, STRING, ULLONG, TypedParam

FLAGS = {
    "live": c.VIR_MIGRATE_LIVE,
    "p2p": c.VIR_MIGRATE_PEER2PEER,
    "tunnelled": c.VIR_MIGRATE_TUNNELLED,
    "persistent": c.VIR_MIGRATE_PERSIST_DEST,
    "undefinesource": c.VIR_MIGRATE_UNDEFINE_SOURCE,
    "suspend": c.VIR_MIGRATE_PAUSED,
    "copy-storage-all": c.VIR_MIGRATE_NON_SHARED_DISK,
    "copy-storage-inc": c.VIR_MIGRATE_NON_SHARED_INC,
    "copy-storage-synchronous-writes": c.VIR_MIGRATE_NON_SHARED_SYNCHRONOUS_WRITES,
    "change-protection": c.VIR_MIGRATE_CHANGE_PROTECTION,
    "unsafe": c.VIR_MIGRATE_UNSAFE,
    "compressed": c.VIR_MIGRATE_COMPRESSED,
    "auto-converge": c.VIR_MIGRATE_AUTO_CONVERGE,
    "rdma-pin-all": c.VIR_MIGRATE_RDMA_PIN_ALL,
    "offline": c.VIR_MIGRATE_OFFLINE,
    "abort-on-error": c.VIR_MIGRATE_ABORT_ON_ERROR,
    "postcopy": c.VIR_MIGRATE_POSTCOPY,
    "postcopy-resume": c.VIR_MIGRATE_POSTCOPY_RESUME,
    "zerocopy": c.VIR_MIGRATE_ZEROCOPY,
    "tls": c.VIR_MIGRATE_TLS,
    "parallel": c.VIR_MIGRATE_PARALLEL,
}
_TEXTS = (
    ("migrateuri", "migrate_uri"),
    ("graphicsuri", "graphics_uri"),
    ("listen-address", "listen_address"),
    ("dname", "destination_name"),
    ("disks-uri", "disks_uri"),
    ("tls-destination", "tls.destination"),
)
_NUMBERS = (
    ("comp-mt-level", "compression.mt.level", INT),
    ("comp-mt-threads", "compression.mt.threads", INT),
    ("comp-mt-dthreads", "compression.mt.dthreads", INT),
    ("comp-xbzrle-cache", "compression.xbzrle.cache", ULLONG),
    ("auto-converge-initial", "auto_converge.initial", INT),
    ("auto-converge-increment", "auto_converge.increment", INT),
    ("postcopy-bandwidth", "bandwidth.postcopy", ULLONG),
    ("parallel-connections", "parallel.connections", INT),
    ("bandwidth", "bandwidth", ULLONG),
)


def _params(a: Args) -> list[TypedParam]:
    """The migration parameters that the options name."""
    params: list[TypedParam] = []
    for option, field in _TEXTS:
        value = a.text(option)
        if value is not None:
            params.append(TypedParam(field, STRING, value))
    for option, field in (("xml", "destination_xml"), ("persistent-xml", "persistent_xml")):
        path = a.text(option)
        if path is not None:
            with complaining(f"cannot read file '{path}'"):
                params.append(TypedParam(field, STRING, read_text(path)))
    disks = a.text("migrate-disks")
    params += [TypedParam("migrate_disks", STRING, disk) for disk in disks.split(",")] if disks else []
    port = a.integer("disks-port")
    if port is not None:
        params.append(TypedParam("disks_port", INT, port))
    methods = a.text("comp-methods")
    params += [TypedParam("compression", STRING, method) for method in methods.split(",")] if methods else []
    for option, field, kind in _NUMBERS:
        number = a.unsigned(option, 64) if kind == ULLONG else a.integer(option)
        if number is not None:
            params.append(TypedParam(field, kind, number))
    return params


def cmd_migrate(sh: Shell, a: Args) -> None:
    a.exclude("live", "offline")
    for one, other in (("timeout-suspend", "timeout-postcopy"),):
        a.exclude(one, other)
    dom = lookup.domain(sh, a)
    target = a.need("desturi")
    flags = collect(a, FLAGS)
    if flags & c.VIR_MIGRATE_NON_SHARED_SYNCHRONOUS_WRITES and not flags & (
        c.VIR_MIGRATE_NON_SHARED_DISK | c.VIR_MIGRATE_NON_SHARED_INC
    ):
        raise Failed("'--copy-storage-synchronous-writes' requires one of '--copy-storage-all', 'copy-storage-inc'")
    timeout = a.unsigned("timeout")
    if timeout is not None and a.flag("offline"):
        raise Failed("migrate: Unexpected timeout for offline migration")
    if timeout is None and (a.flag("timeout-suspend") or a.flag("timeout-postcopy")):
        raise Failed("migrate: Unexpected --timeout-* option without --timeout")
    params = _params(a)
    peer = bool(flags & c.VIR_MIGRATE_PEER2PEER) or a.flag("direct")
    there = None if peer else open_uri(target)

    def work() -> None:
        if there is not None:
            dom.migrate3(there, params, flags)
        else:
            dom.migrate_to_uri3(target if flags & c.VIR_MIGRATE_PEER2PEER else None, params, flags)

    try:
        Migration(sh, a, dom, timeout).run(work)
    finally:
        if there is not None:
            there.close()


def cmd_migrate_setmaxdowntime(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    downtime = a.integer("downtime", 64)
    assert downtime is not None
    if downtime < 1:
        raise Failed("migrate: Invalid downtime")
    dom.migrate_set_max_downtime(downtime)


def cmd_migrate_getmaxdowntime(sh: Shell, a: Args) -> None:
    sh.write(f"{lookup.domain(sh, a).migrate_get_max_downtime()}\n")


def cmd_migrate_compcache(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    size = a.unsigned("size", 64)
    if size is not None:
        dom.migrate_set_compression_cache(size)
    sh.write("Compression cache: {:.3f} {}".format(*pretty(dom.migrate_get_compression_cache())))


def cmd_migrate_setspeed(sh: Shell, a: Args) -> None:
    flags = collect(a, {"postcopy": c.VIR_DOMAIN_MIGRATE_MAX_SPEED_POSTCOPY})
    dom = lookup.domain(sh, a)
    speed = a.unsigned("bandwidth", 64, wrap=True)
    assert speed is not None
    dom.migrate_set_max_speed(speed, flags)


def cmd_migrate_getspeed(sh: Shell, a: Args) -> None:
    flags = collect(a, {"postcopy": c.VIR_DOMAIN_MIGRATE_MAX_SPEED_POSTCOPY})
    sh.write(f"{lookup.domain(sh, a).migrate_get_max_speed(flags)}\n")


def cmd_migrate_postcopy(sh: Shell, a: Args) -> None:
    lookup.domain(sh, a).migrate_start_post_copy()
