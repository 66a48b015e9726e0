"""Saved images, managed save and core dumps."""

from __future__ import annotations

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.editor import edit_object
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup, names
from purevirt.cli.virsh.documents import print_xml
from purevirt.cli.virsh.files import read_text
from purevirt.cli.virsh.flags import collect
from purevirt.cli.virsh.lookup import complaining
from purevirt.cli.virsh.watch import watched
from purevirt.types import constants as c

_SAVE = {
    "bypass-cache": c.VIR_DOMAIN_SAVE_BYPASS_CACHE,
    "running": c.VIR_DOMAIN_SAVE_RUNNING,
    "paused": c.VIR_DOMAIN_SAVE_PAUSED,
    "reset-nvram": c.VIR_DOMAIN_SAVE_RESET_NVRAM,
}
_SECURE = {"security-info": c.VIR_DOMAIN_SAVE_IMAGE_XML_SECURE}


def cmd_save(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    path = a.need("file")
    flags = collect(a, _SAVE)
    changed = a.text("xml")
    xml = read_text(changed) if changed is not None else None

    def work() -> None:
        if flags or xml is not None:
            dom.save_flags(path, xml, flags)
        else:
            dom.save(path)

    with complaining(f"Failed to save domain '{dom.get_name()}' to {path}"):
        watched(sh, dom, work, label="Save", verbose=a.flag("verbose"))
    sh.extra(f"\nDomain '{dom.get_name()}' saved to {path}\n")


def cmd_restore(sh: Shell, a: Args) -> None:
    path = a.need("file")
    flags = collect(a, _SAVE)
    changed = a.text("xml")
    xml = read_text(changed) if changed is not None else None
    with complaining(f"Failed to restore domain from {path}"):
        if flags or xml is not None:
            sh.conn.domain_restore_flags(path, xml, flags)
        else:
            sh.conn.domain_restore(path)
    sh.extra(f"Domain restored from {path}\n")


def cmd_managedsave(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    flags = collect(a, _SAVE)
    with complaining(f"Failed to save domain '{dom.get_name()}' state"):
        watched(sh, dom, lambda: dom.managed_save(flags), label="Managedsave", verbose=a.flag("verbose"))
    sh.extra(f"\nDomain '{dom.get_name()}' state saved by libvirt\n")


def cmd_managedsave_remove(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    name = a.raw("domain")
    with complaining("Failed to check for domain managed save image"):
        saved = dom.has_managed_save_image()
    if not saved:
        sh.extra(f"Domain '{name}' has no manage save image; removal skipped")
        return
    with complaining(f"Failed to remove managed save image for domain '{name}'"):
        dom.managed_save_remove()
    sh.extra(f"Removed managedsave image for domain '{name}'")


def cmd_managedsave_dumpxml(sh: Shell, a: Args) -> bool:
    dom = lookup.domain(sh, a)
    return print_xml(sh, a, dom.managed_save_get_xml_desc(collect(a, _SECURE)))


def cmd_managedsave_define(sh: Shell, a: Args) -> None:
    flags = collect(a, _SAVE)
    path = a.need("xml")
    dom = lookup.domain(sh, a)
    xml = read_text(path)
    with complaining(f"Failed to update {a.raw('domain')} XML configuration"):
        dom.managed_save_define_xml(xml, flags)
    sh.extra(f"Managed save state file of domain '{dom.get_name()}' updated.\n")


def cmd_managedsave_edit(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    flags = collect(a, _SAVE)
    name = dom.get_name()
    if edit_object(
        sh,
        lambda: str(dom.managed_save_get_xml_desc(c.VIR_DOMAIN_SAVE_IMAGE_XML_SECURE)),
        lambda text, _: dom.managed_save_define_xml(text, flags),
        lambda: sh.extra(f"Managed save image of domain '{name}' XML configuration not changed.\n"),
    ):
        sh.extra(f"Managed save image of Domain '{name}' XML configuration edited.\n")


def cmd_save_image_dumpxml(sh: Shell, a: Args) -> bool:
    return print_xml(sh, a, sh.conn.domain_save_image_get_xml_desc(a.need("file"), collect(a, _SECURE)))


def cmd_save_image_define(sh: Shell, a: Args) -> None:
    path = a.need("file")
    xml = read_text(a.need("xml"))
    with complaining(f"Failed to update {path}"):
        sh.conn.domain_save_image_define_xml(path, xml, collect(a, _SAVE))
    sh.extra(f"State file {path} updated.\n")


def cmd_save_image_edit(sh: Shell, a: Args) -> None:
    path = a.need("file")
    flags = collect(a, _SAVE)
    if edit_object(
        sh,
        lambda: str(sh.conn.domain_save_image_get_xml_desc(path, c.VIR_DOMAIN_SAVE_IMAGE_XML_SECURE)),
        lambda text, _: sh.conn.domain_save_image_define_xml(path, text, flags),
        lambda: sh.extra(f"Saved image {path} XML configuration not changed.\n"),
    ):
        sh.extra(f"State file {path} edited.\n")


_DUMP = {
    "live": c.VIR_DUMP_LIVE,
    "crash": c.VIR_DUMP_CRASH,
    "bypass-cache": c.VIR_DUMP_BYPASS_CACHE,
    "reset": c.VIR_DUMP_RESET,
    "memory-only": c.VIR_DUMP_MEMORY_ONLY,
}


def cmd_dump(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    path = a.need("file")
    flags = collect(a, _DUMP)
    form = c.VIR_DOMAIN_CORE_DUMP_FORMAT_RAW
    wanted = a.text("format")
    if wanted is not None:
        if not a.flag("memory-only"):
            raise Failed("--format only works with --memory-only")
        found = names.index(names.DOMAIN_CORE_DUMP_FORMAT, wanted)
        if found is None:
            raise Failed(
                f"format '{wanted}' is not supported, expecting "
                "'kdump-zlib', 'kdump-lzo', 'kdump-snappy', 'win-dmp' or 'elf'"
            )
        form = found

    def work() -> None:
        if form != c.VIR_DOMAIN_CORE_DUMP_FORMAT_RAW:
            dom.core_dump_with_format(path, form, flags)
        else:
            dom.core_dump(path, flags)

    with complaining(f"Failed to core dump domain '{dom.get_name()}' to {path}"):
        watched(sh, dom, work, label="Dump", verbose=a.flag("verbose"))
    sh.extra(f"\nDomain '{dom.get_name()}' dumped to {path}\n")
