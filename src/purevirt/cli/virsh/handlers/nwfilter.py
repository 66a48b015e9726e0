"""Network filters and their bindings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.editor import edit_object
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup
from purevirt.cli.virsh.documents import print_xml
from purevirt.cli.virsh.files import read_text
from purevirt.cli.virsh.flags import collect
from purevirt.cli.virsh.lookup import complaining
from purevirt.errors import ErrorCode, VirtError
from purevirt.types import constants as c

if TYPE_CHECKING:
    from purevirt.client import NWFilter


def cmd_nwfilter_define(sh: Shell, a: Args) -> None:
    path = a.need("file")
    xml = read_text(path)
    with complaining(f"Failed to define network filter from {path}"):
        if a.flag("validate"):
            found = sh.conn.nwfilter_define_xml_flags(xml, c.VIR_NWFILTER_DEFINE_VALIDATE)
        else:
            found = sh.conn.nwfilter_define_xml(xml)
    sh.extra(f"Network filter {found.get_name()} defined from {path}\n")


def cmd_nwfilter_undefine(sh: Shell, a: Args) -> None:
    found = lookup.nwfilter(sh, a)
    with complaining(f"Failed to undefine network filter {a.raw('nwfilter')}"):
        found.undefine()
    sh.extra(f"Network filter {a.raw('nwfilter')} undefined\n")


def cmd_nwfilter_dumpxml(sh: Shell, a: Args) -> bool:
    return print_xml(sh, a, lookup.nwfilter(sh, a).get_xml_desc())


def _list(sh: Shell) -> list[NWFilter]:
    """All of them; a host that cannot list them cannot count them either, and says so."""
    try:
        found: list[NWFilter] = sh.conn.list_all_nwfilters()
        return found
    except VirtError as error:
        if error.code != ErrorCode.NO_SUPPORT:
            raise
    with complaining("Failed to count network filters"):
        sh.conn.num_of_nwfilters()
    return []


def cmd_nwfilter_list(sh: Shell, a: Args) -> None:
    with complaining("Failed to list network filters"):
        found = _list(sh)
    found.sort(key=lambda item: item.get_name().lower())
    sh.out.table(["UUID", "Name"], [[item.get_uuid_string(), item.get_name()] for item in found])


def cmd_nwfilter_edit(sh: Shell, a: Args) -> None:
    found = lookup.nwfilter(sh, a)
    name = found.get_name()
    if edit_object(
        sh,
        lambda: str(found.get_xml_desc()),
        lambda text, _: sh.conn.nwfilter_define_xml(text),
        lambda: sh.extra(f"Network filter {name} XML configuration not changed.\n"),
    ):
        sh.extra(f"Network filter {name} XML configuration edited.\n")


def cmd_nwfilter_binding_create(sh: Shell, a: Args) -> None:
    path = a.need("file")
    xml = read_text(path)
    with complaining(f"Failed to create network filter from {path}"):
        found = sh.conn.nwfilter_binding_create_xml(xml, collect(a, {"validate": 1}))
    sh.extra(f"Network filter binding on {found.get_port_dev()} created from {path}\n")


def cmd_nwfilter_binding_delete(sh: Shell, a: Args) -> None:
    found = lookup.nwfilter_binding(sh, a)
    with complaining(f"Failed to delete network filter binding on {a.raw('binding')}"):
        found.delete()
    sh.extra(f"Network filter binding on {a.raw('binding')} deleted\n")


def cmd_nwfilter_binding_dumpxml(sh: Shell, a: Args) -> bool:
    return print_xml(sh, a, lookup.nwfilter_binding(sh, a).get_xml_desc())


def cmd_nwfilter_binding_list(sh: Shell, a: Args) -> None:
    with complaining("Failed to list network filter bindings"):
        found = sh.conn.list_all_nwfilter_bindings()
    found.sort(key=lambda item: item.get_port_dev().lower())
    sh.out.table(["Port Dev", "Filter"], [[item.get_port_dev(), item.get_filter_name()] for item in found])
