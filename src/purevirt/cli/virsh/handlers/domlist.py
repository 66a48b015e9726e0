"""list and domstats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import names
from purevirt.cli.virsh.flags import collect
from purevirt.cli.virsh.lookup import complaining, find_domain
from purevirt.errors import ErrorCode, VirtError
from purevirt.types import constants as c

if TYPE_CHECKING:
    from purevirt.client import Domain

_FILTERS = {
    "persistent": c.VIR_CONNECT_LIST_DOMAINS_PERSISTENT,
    "transient": c.VIR_CONNECT_LIST_DOMAINS_TRANSIENT,
    "with-snapshot": c.VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT,
    "without-snapshot": c.VIR_CONNECT_LIST_DOMAINS_NO_SNAPSHOT,
    "with-checkpoint": c.VIR_CONNECT_LIST_DOMAINS_HAS_CHECKPOINT,
    "without-checkpoint": c.VIR_CONNECT_LIST_DOMAINS_NO_CHECKPOINT,
    "state-running": c.VIR_CONNECT_LIST_DOMAINS_RUNNING,
    "state-paused": c.VIR_CONNECT_LIST_DOMAINS_PAUSED,
    "state-shutoff": c.VIR_CONNECT_LIST_DOMAINS_SHUTOFF,
    "state-other": c.VIR_CONNECT_LIST_DOMAINS_OTHER,
    "autostart": c.VIR_CONNECT_LIST_DOMAINS_AUTOSTART,
    "no-autostart": c.VIR_CONNECT_LIST_DOMAINS_NO_AUTOSTART,
    "with-managed-save": c.VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE,
    "without-managed-save": c.VIR_CONNECT_LIST_DOMAINS_NO_MANAGEDSAVE,
}


def _activity(a: Args) -> int:
    if a.flag("all"):
        return c.VIR_CONNECT_LIST_DOMAINS_ACTIVE | c.VIR_CONNECT_LIST_DOMAINS_INACTIVE
    only_inactive = a.flag("inactive") or a.flag("state-shutoff")
    return c.VIR_CONNECT_LIST_DOMAINS_INACTIVE if only_inactive else c.VIR_CONNECT_LIST_DOMAINS_ACTIVE


def _order(dom: Domain) -> tuple[bool, int, str]:
    """Running domains by id, then the others by name."""
    number = dom.get_id()
    return (False, number, "") if number != -1 else (True, 0, dom.get_name().lower())


def cmd_list(sh: Shell, a: Args) -> None:
    with complaining("Failed to list domains"):
        domains = sh.conn.list_all_domains(_activity(a) | collect(a, _FILTERS))
    domains.sort(key=_order)
    plain = [name for name in ("uuid", "id", "name") if a.flag(name)]
    if plain:
        for dom in domains:
            sh.write(" ".join(_plain(dom, what) for what in plain) + "\n")
        return
    header = ["Id", "Name", "State"]
    if a.flag("title"):
        header.append("Title")
    rows = []
    for dom in domains:
        number = dom.get_id()
        row = ["-" if number == -1 else str(number), dom.get_name(), _state(dom, a.flag("managed-save"))]
        if a.flag("title"):
            row.append(_title(dom))
        rows.append(row)
    sh.out.table(header, rows)


def _plain(dom: Domain, what: str) -> str:
    if what == "uuid":
        return dom.get_uuid_string()
    if what == "name":
        return dom.get_name()
    number = dom.get_id()
    return "-" if number == -1 else str(number)


def _state(dom: Domain, show_saved: bool) -> str:
    try:
        state = dom.get_state().state
    except VirtError:
        return "no state"  # gone since the list was made
    if show_saved and state == c.VIR_DOMAIN_SHUTOFF:
        with complaining():
            if dom.has_managed_save_image():
                return "saved"
    return names.word(names.DOMAIN_STATE, state, "no state")


def _title(dom: Domain) -> str:
    try:
        return str(dom.get_metadata(c.VIR_DOMAIN_METADATA_TITLE))
    except VirtError as error:
        if error.code in (ErrorCode.NO_DOMAIN_METADATA, ErrorCode.NO_SUPPORT):
            return ""
        raise


_GROUPS = {
    "state": c.VIR_DOMAIN_STATS_STATE,
    "cpu-total": c.VIR_DOMAIN_STATS_CPU_TOTAL,
    "balloon": c.VIR_DOMAIN_STATS_BALLOON,
    "vcpu": c.VIR_DOMAIN_STATS_VCPU,
    "interface": c.VIR_DOMAIN_STATS_INTERFACE,
    "block": c.VIR_DOMAIN_STATS_BLOCK,
    "perf": c.VIR_DOMAIN_STATS_PERF,
    "iothread": c.VIR_DOMAIN_STATS_IOTHREAD,
    "memory": c.VIR_DOMAIN_STATS_MEMORY,
    "dirtyrate": c.VIR_DOMAIN_STATS_DIRTYRATE,
    "vm": c.VIR_DOMAIN_STATS_VM,
}
_STATS_FLAGS = {
    "list-active": c.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE,
    "list-inactive": c.VIR_CONNECT_GET_ALL_DOMAINS_STATS_INACTIVE,
    "list-persistent": c.VIR_CONNECT_GET_ALL_DOMAINS_STATS_PERSISTENT,
    "list-transient": c.VIR_CONNECT_GET_ALL_DOMAINS_STATS_TRANSIENT,
    "list-running": c.VIR_CONNECT_GET_ALL_DOMAINS_STATS_RUNNING,
    "list-paused": c.VIR_CONNECT_GET_ALL_DOMAINS_STATS_PAUSED,
    "list-shutoff": c.VIR_CONNECT_GET_ALL_DOMAINS_STATS_SHUTOFF,
    "list-other": c.VIR_CONNECT_GET_ALL_DOMAINS_STATS_OTHER,
    "enforce": c.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS,
    "backing": c.VIR_CONNECT_GET_ALL_DOMAINS_STATS_BACKING,
    "nowait": c.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT,
}


def cmd_domstats(sh: Shell, a: Args) -> None:
    groups = collect(a, _GROUPS)
    flags = collect(a, _STATS_FLAGS)
    if a.given("domain"):
        domains = [find_domain(sh, name) for name in a.words("domain") if name]
        if not domains:
            raise Failed()
        records = sh.conn.domain_list_get_stats(domains, groups, flags)
    else:
        records = sh.conn.get_all_domain_stats(groups, flags)
    for i, record in enumerate(records):
        if i:
            sh.write("\n")
        sh.write(f"Domain: '{record.domain.get_name()}'\n")
        sh.out.fields_raw((key, names.shown(value)) for key, value in record.params.items())
