"""Storage pools."""

from __future__ import annotations

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.editor import edit_object
from purevirt.cli.engine.numbers import pretty
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup, names
from purevirt.cli.virsh.documents import escape, print_xml
from purevirt.cli.virsh.eventloop import simple_events
from purevirt.cli.virsh.files import read_text
from purevirt.cli.virsh.flags import collect
from purevirt.cli.virsh.lookup import complaining
from purevirt.errors import VirtError
from purevirt.types import constants as c

_BUILD_ON_CREATE = {
    "build": c.VIR_STORAGE_POOL_CREATE_WITH_BUILD,
    "overwrite": c.VIR_STORAGE_POOL_CREATE_WITH_BUILD_OVERWRITE,
    "no-overwrite": c.VIR_STORAGE_POOL_CREATE_WITH_BUILD_NO_OVERWRITE,
}
TYPES = {
    "dir": c.VIR_CONNECT_LIST_STORAGE_POOLS_DIR,
    "fs": c.VIR_CONNECT_LIST_STORAGE_POOLS_FS,
    "netfs": c.VIR_CONNECT_LIST_STORAGE_POOLS_NETFS,
    "logical": c.VIR_CONNECT_LIST_STORAGE_POOLS_LOGICAL,
    "disk": c.VIR_CONNECT_LIST_STORAGE_POOLS_DISK,
    "iscsi": c.VIR_CONNECT_LIST_STORAGE_POOLS_ISCSI,
    "iscsi-direct": c.VIR_CONNECT_LIST_STORAGE_POOLS_ISCSI_DIRECT,
    "scsi": c.VIR_CONNECT_LIST_STORAGE_POOLS_SCSI,
    "mpath": c.VIR_CONNECT_LIST_STORAGE_POOLS_MPATH,
    "rbd": c.VIR_CONNECT_LIST_STORAGE_POOLS_RBD,
    "sheepdog": c.VIR_CONNECT_LIST_STORAGE_POOLS_SHEEPDOG,
    "gluster": c.VIR_CONNECT_LIST_STORAGE_POOLS_GLUSTER,
    "zfs": c.VIR_CONNECT_LIST_STORAGE_POOLS_ZFS,
    "vstorage": c.VIR_CONNECT_LIST_STORAGE_POOLS_VSTORAGE,
}


def cmd_pool_autostart(sh: Shell, a: Args) -> None:
    off = a.flag("disable")
    pool, name = lookup.pool(sh, a), a.raw("pool")
    with complaining(f"failed to {'unmark' if off else 'mark'} pool {name} as autostarted"):
        pool.set_autostart(not off)
    sh.extra(f"Pool {name} {'unmarked' if off else 'marked'} as autostarted\n")


def cmd_pool_create(sh: Shell, a: Args) -> None:
    path = a.need("file")
    flags = collect(a, _BUILD_ON_CREATE)
    xml = read_text(path)
    with complaining(f"Failed to create pool from {path}"):
        pool = sh.conn.storage_pool_create_xml(xml, flags)
    sh.extra(f"Pool {pool.get_name()} created from {path}\n")


def cmd_pool_define(sh: Shell, a: Args) -> None:
    path = a.need("file")
    xml = read_text(path)
    with complaining(f"Failed to define pool from {path}"):
        pool = sh.conn.storage_pool_define_xml(xml, collect(a, {"validate": c.VIR_STORAGE_POOL_DEFINE_VALIDATE}))
    sh.extra(f"Pool {pool.get_name()} defined from {path}\n")


def _attributes(a: Args, pairs: tuple[tuple[str, str], ...]) -> str:
    return "".join(f" {name}='{escape(a.need(option))}'" for option, name in pairs if a.text(option) is not None)


def _source(a: Args) -> str:
    """What stands inside <source>."""
    out = []
    for option, form in (
        ("source-host", "<host name='%s'/>"),
        ("source-path", "<dir path='%s'/>"),
        ("source-dev", "<device path='%s'/>"),
    ):
        value = a.text(option)
        if value is not None:
            out.append(f"    {form % escape(value)}\n")
    wwnn, wwpn = a.text("adapter-wwnn"), a.text("adapter-wwpn")
    if wwnn is not None and wwpn is not None:
        parents = (
            ("adapter-parent", "parent"),
            ("adapter-parent-wwnn", "parent_wwnn"),
            ("adapter-parent-wwpn", "parent_wwpn"),
            ("adapter-parent-fabric-wwn", "parent_fabric_wwn"),
        )
        given = tuple(p for p in parents if any(o.name == p[0] for o in a.command.options))
        head = _attributes(a, given)
        out.append(f"    <adapter type='fc_host'{head} wwnn='{escape(wwnn)}' wwpn='{escape(wwpn)}'/>\n")
    elif a.text("adapter-name") is not None:
        out.append(f"    <adapter type='scsi_host' name='{escape(a.need('adapter-name'))}'/>\n")
    if a.text("source-initiator") is not None:
        iqn = escape(a.need("source-initiator"))
        out.append(f"    <initiator>\n      <iqn name='{iqn}'/>\n    </initiator>\n")
    out.append(_auth(a))
    for option, form in (
        ("source-format", "<format type='%s'/>"),
        ("source-name", "<name>%s</name>"),
        ("source-protocol-ver", "<protocol ver='%s'/>"),
    ):
        value = a.text(option)
        if value is not None:
            out.append(f"    {form % escape(value)}\n")
    return "".join(out)


def _auth(a: Args) -> str:
    kind, user = a.text("auth-type"), a.text("auth-username")
    usage, uuid = a.text("secret-usage"), a.text("secret-uuid")
    if kind is None or user is None or (usage is None and uuid is None):
        return ""
    secret = f"usage='{escape(usage)}'" if usage is not None else f"uuid='{escape(uuid or '')}'"
    return f"    <auth type='{escape(kind)}' username='{escape(user)}'>\n      <secret {secret}/>\n    </auth>\n"


def build_xml(a: Args) -> str:
    """The <pool> document of the -as commands."""
    out = [f"<pool type='{escape(a.need('type'))}'>\n", f"  <name>{escape(a.need('name'))}</name>\n"]
    source = _source(a)
    if source:
        out.append(f"  <source>\n{source}  </source>\n")
    target = a.text("target")
    if target is not None:
        out.append(f"  <target>\n    <path>{escape(target)}</path>\n  </target>\n")
    return "".join(out) + "</pool>\n"


def cmd_pool_create_as(sh: Shell, a: Args) -> None:
    flags = collect(a, _BUILD_ON_CREATE)
    xml = build_xml(a)
    if a.flag("print-xml"):
        sh.write(xml)
        return
    with complaining(f"Failed to create pool {a.raw('name')}"):
        pool = sh.conn.storage_pool_create_xml(xml, flags)
    sh.extra(f"Pool {pool.get_name()} created\n")


def cmd_pool_define_as(sh: Shell, a: Args) -> None:
    xml = build_xml(a)
    if a.flag("print-xml"):
        sh.write(xml)
        return
    with complaining(f"Failed to define pool {a.raw('name')}"):
        pool = sh.conn.storage_pool_define_xml(xml)
    sh.extra(f"Pool {pool.get_name()} defined\n")


def cmd_pool_build(sh: Shell, a: Args) -> None:
    pool, name = lookup.pool(sh, a), a.raw("pool")
    flags = collect(
        a,
        {"overwrite": c.VIR_STORAGE_POOL_BUILD_OVERWRITE, "no-overwrite": c.VIR_STORAGE_POOL_BUILD_NO_OVERWRITE},
    )
    with complaining(f"Failed to build pool {name}"):
        pool.build(flags)
    sh.extra(f"Pool {name} built\n")


def cmd_pool_start(sh: Shell, a: Args) -> None:
    pool, name = lookup.pool(sh, a), a.raw("pool")
    with complaining(f"Failed to start pool {name}"):
        pool.create(collect(a, _BUILD_ON_CREATE))
    sh.extra(f"Pool {name} started\n")


def cmd_pool_destroy(sh: Shell, a: Args) -> None:
    pool, name = lookup.pool(sh, a), a.raw("pool")
    with complaining(f"Failed to destroy pool {name}"):
        pool.destroy()
    sh.extra(f"Pool {name} destroyed\n")


def cmd_pool_delete(sh: Shell, a: Args) -> None:
    pool, name = lookup.pool(sh, a), a.raw("pool")
    with complaining(f"Failed to delete pool {name}"):
        pool.delete()
    sh.extra(f"Pool {name} deleted\n")


def cmd_pool_refresh(sh: Shell, a: Args) -> None:
    pool, name = lookup.pool(sh, a), a.raw("pool")
    with complaining(f"Failed to refresh pool {name}"):
        pool.refresh()
    sh.extra(f"Pool {name} refreshed\n")


def cmd_pool_undefine(sh: Shell, a: Args) -> None:
    pool, name = lookup.pool(sh, a), a.raw("pool")
    with complaining(f"Failed to undefine pool {name}"):
        pool.undefine()
    sh.extra(f"Pool {name} has been undefined\n")


def cmd_pool_dumpxml(sh: Shell, a: Args) -> bool:
    flags = collect(a, {"inactive": c.VIR_STORAGE_XML_INACTIVE})
    return print_xml(sh, a, lookup.pool(sh, a).get_xml_desc(flags))


def cmd_pool_edit(sh: Shell, a: Args) -> None:
    pool = lookup.pool(sh, a)
    name = pool.get_name()
    if edit_object(
        sh,
        lambda: str(pool.get_xml_desc(c.VIR_STORAGE_XML_INACTIVE)),
        lambda text, _: sh.conn.storage_pool_define_xml(text),
        lambda: sh.extra(f"Pool {name} XML configuration not changed.\n"),
    ):
        sh.extra(f"Pool {name} XML configuration edited.\n")


def cmd_pool_name(sh: Shell, a: Args) -> None:
    sh.write(lookup.pool(sh, a, by="uuid").get_name() + "\n")


def cmd_pool_uuid(sh: Shell, a: Args) -> None:
    sh.write(lookup.pool(sh, a, by="name").get_uuid_string() + "\n")


def size(value: int) -> str:
    """ "100.00 GiB"."""
    return "{:.2f} {}".format(*pretty(value))


def cmd_pool_info(sh: Shell, a: Args) -> None:
    pool = lookup.pool(sh, a)
    plain = a.flag("bytes")
    sh.out.fields([("Name:", pool.get_name()), ("UUID:", pool.get_uuid_string())])
    info = pool.get_info()
    fields: list[tuple[str, object]] = [("State:", names.word(names.STORAGE_POOL_STATE, info.state))]
    try:
        fields.append(("Persistent:", "yes" if pool.is_persistent() else "no"))
    except VirtError:
        fields.append(("Persistent:", "unknown"))
    try:
        fields.append(("Autostart:", "yes" if pool.get_autostart() else "no"))
    except VirtError:
        fields.append(("Autostart:", "no autostart"))
    if info.state in (c.VIR_STORAGE_POOL_RUNNING, c.VIR_STORAGE_POOL_DEGRADED):
        for label, value in (
            ("Capacity:", info.capacity),
            ("Allocation:", info.allocation),
            ("Available:", info.available),
        ):
            fields.append((label, value if plain else size(value)))
    sh.out.fields(fields)


def _list_flags(a: Args) -> int:
    if a.flag("all"):
        flags = c.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE | c.VIR_CONNECT_LIST_STORAGE_POOLS_INACTIVE
    elif a.flag("inactive"):
        flags = c.VIR_CONNECT_LIST_STORAGE_POOLS_INACTIVE
    else:
        flags = c.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE
    flags |= collect(
        a,
        {
            "autostart": c.VIR_CONNECT_LIST_STORAGE_POOLS_AUTOSTART,
            "no-autostart": c.VIR_CONNECT_LIST_STORAGE_POOLS_NO_AUTOSTART,
            "persistent": c.VIR_CONNECT_LIST_STORAGE_POOLS_PERSISTENT,
            "transient": c.VIR_CONNECT_LIST_STORAGE_POOLS_TRANSIENT,
        },
    )
    kinds = a.text("type")
    for kind in kinds.split(",") if kinds else []:
        if kind not in TYPES:
            raise Failed(f"Invalid pool type '{kind}'")
        flags |= TYPES[kind]
    return flags


def cmd_pool_list(sh: Shell, a: Args) -> None:
    flags = _list_flags(a)
    with complaining("Failed to list pools"):
        pools = sh.conn.list_all_storage_pools(flags)
    active = {pool.get_uuid_string(): pool.is_active() for pool in pools}
    pools.sort(key=lambda pool: (not active[pool.get_uuid_string()], pool.get_name().lower()))
    if a.flag("uuid") or a.flag("name"):
        for pool in pools:
            if a.flag("uuid"):
                sh.write(f"{pool.get_uuid_string()}\n")
            else:
                sh.write(f"{pool.get_name():<20}\n")
        return
    details = a.flag("details")
    rows = []
    for pool in pools:
        try:
            auto = "yes" if pool.get_autostart() else "no"
        except VirtError:
            auto = "no autostart"
        running = active[pool.get_uuid_string()]
        if not details:
            rows.append([pool.get_name(), "active" if running else "inactive", auto])
            continue
        info = pool.get_info()
        row = [pool.get_name(), names.word(names.STORAGE_POOL_STATE, info.state), auto]
        row.append("yes" if pool.is_persistent() else "no")
        sized = info.state in (c.VIR_STORAGE_POOL_RUNNING, c.VIR_STORAGE_POOL_DEGRADED)
        row += [size(v) if sized else "-" for v in (info.capacity, info.allocation, info.available)]
        rows.append(row)
    header = ["Name", "State", "Autostart"]
    sh.out.table([*header, "Persistent", "Capacity", "Allocation", "Available"] if details else header, rows)


def cmd_find_storage_pool_sources_as(sh: Shell, a: Args) -> None:
    kind = a.need("type")
    host, port, initiator = a.text("host"), a.text("port"), a.text("initiator")
    spec: str | None = None
    if host is not None:
        port_text = f" port='{escape(port)}'" if port is not None else ""
        spec = f"<source>\n  <host name='{escape(host)}'{port_text}/>\n"
        if initiator is not None:
            spec += f"  <initiator>\n    <iqn name='{escape(initiator)}'/>\n  </initiator>\n"
        spec += "</source>\n"
    with complaining(f"Failed to find any {kind} pool sources"):
        sh.write(sh.conn.find_storage_pool_sources(kind, spec))


def cmd_find_storage_pool_sources(sh: Shell, a: Args) -> None:
    kind, path = a.need("type"), a.text("srcSpec")
    spec = read_text(path) if path is not None else None
    with complaining(f"Failed to find any {kind} pool sources"):
        sh.write(sh.conn.find_storage_pool_sources(kind, spec))


def cmd_pool_capabilities(sh: Shell, a: Args) -> None:
    with complaining("failed to get storage pool capabilities"):
        sh.write(sh.conn.get_storage_pool_capabilities() + "\n")


def cmd_pool_event(sh: Shell, a: Args) -> bool:
    find = (lambda: lookup.pool(sh, a)) if a.given("pool") else None
    return simple_events(sh, a, "storage pool", ("lifecycle", "refresh"), names.POOL_EVENT, find, "storage_pool")
