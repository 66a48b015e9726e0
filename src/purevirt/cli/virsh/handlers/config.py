"""A domain's definition, its names and its metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.editor import edit_object, edit_text
from purevirt.cli.engine.problems import Failed
from purevirt.cli.engine.shell import Shell
from purevirt.cli.virsh import lookup
from purevirt.cli.virsh.documents import print_xml
from purevirt.cli.virsh.files import read_text
from purevirt.cli.virsh.flags import affect, collect
from purevirt.cli.virsh.lookup import complaining
from purevirt.errors import ErrorCode, VirtError
from purevirt.types import constants as c

if TYPE_CHECKING:
    from purevirt.client import Domain


def cmd_autostart(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    name = a.raw("domain")
    off = a.flag("disable")
    with complaining(f"Failed to {'unmark' if off else 'mark'} domain '{name}' as autostarted"):
        dom.set_autostart(not off)
    sh.extra(f"Domain '{name}' {'unmarked' if off else 'marked'} as autostarted\n")


def cmd_define(sh: Shell, a: Args) -> None:
    path = a.need("file")
    flags = collect(a, {"validate": c.VIR_DOMAIN_DEFINE_VALIDATE})
    xml = read_text(path)
    with complaining(f"Failed to define domain from {path}"):
        dom = sh.conn.domain_define_xml_flags(xml, flags) if flags else sh.conn.domain_define_xml(xml)
    sh.extra(f"Domain '{dom.get_name()}' defined from {path}\n")


def cmd_domid(sh: Shell, a: Args) -> None:
    number = lookup.domain(sh, a, by="name uuid").get_id()
    sh.write("-\n" if number == -1 else f"{number}\n")


def cmd_domname(sh: Shell, a: Args) -> None:
    sh.write(lookup.domain(sh, a, by="id uuid").get_name() + "\n")


def cmd_domuuid(sh: Shell, a: Args) -> None:
    sh.write(lookup.domain(sh, a, by="name id").get_uuid_string() + "\n")


def cmd_domrename(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a, by="name uuid")
    dom.rename(a.need("new-name"))
    sh.extra("Domain successfully renamed\n")


def cmd_dumpxml(sh: Shell, a: Args) -> bool:
    flags = collect(
        a,
        {
            "inactive": c.VIR_DOMAIN_XML_INACTIVE,
            "security-info": c.VIR_DOMAIN_XML_SECURE,
            "update-cpu": c.VIR_DOMAIN_XML_UPDATE_CPU,
            "migratable": c.VIR_DOMAIN_XML_MIGRATABLE,
        },
    )
    return print_xml(sh, a, lookup.domain(sh, a).get_xml_desc(flags))


def cmd_edit(sh: Shell, a: Args) -> None:
    dom = lookup.domain(sh, a)
    name = dom.get_name()

    def define(text: str, validate: bool) -> None:
        flags = c.VIR_DOMAIN_DEFINE_VALIDATE if validate else 0
        sh.conn.domain_define_xml_flags(text, flags)

    def fetch() -> str:
        return str(dom.get_xml_desc(c.VIR_DOMAIN_XML_INACTIVE | c.VIR_DOMAIN_XML_SECURE))

    changed = edit_object(
        sh,
        fetch,
        define,
        lambda: sh.extra(f"Domain '{name}' XML configuration not changed.\n"),
        can_ignore=not a.flag("skip-validate"),
    )
    if changed:
        sh.extra(f"Domain '{name}' XML configuration edited.\n")


def cmd_domxml_from_native(sh: Shell, a: Args) -> None:
    form, path = a.need("format"), a.need("config")
    sh.write(sh.conn.domain_xml_from_native(form, read_text(path)))


def cmd_domxml_to_native(sh: Shell, a: Args) -> None:
    form = a.need("format")
    path = a.text("xml")
    if a.given("domain"):
        xml = lookup.domain(sh, a).get_xml_desc()
    elif path is not None:
        xml = read_text(path)
    else:
        raise Failed("need either domain or domain XML")
    sh.write(sh.conn.domain_xml_to_native(form, xml))


def cmd_desc(sh: Shell, a: Args) -> None:
    """Show or set the title or the description."""
    dom = lookup.domain(sh, a)
    title = a.flag("title")
    word = "title" if title else "description"
    kind = c.VIR_DOMAIN_METADATA_TITLE if title else c.VIR_DOMAIN_METADATA_DESCRIPTION
    flags = affect(a)
    text: str | None = " ".join(a.words("new-desc")) if a.given("new-desc") else None
    if text is None and not a.flag("edit"):
        shown = _description(dom, kind, word, flags)
        if shown:
            sh.write(shown)
        else:
            sh.extra(f"No {word} for domain: {dom.get_name()}")
        return
    if a.flag("edit"):
        old = text if text is not None else _description(dom, kind, word, flags)
        text = edit_text(old)
        if text.endswith("\n"):
            text = text[:-1]
        if text == old:
            sh.extra(f"Domain {word} not changed\n")
            return
    with complaining(f"Failed to set new domain {word}"):
        dom.set_metadata(kind, text, None, None, flags)
    sh.extra(f"Domain {word} updated successfully")


def _description(dom: Domain, kind: int, element: str, flags: int) -> str:
    """The text; "" when there is none. Hosts without the call are asked for the document."""
    try:
        return str(dom.get_metadata(kind, None, flags))
    except VirtError as error:
        if error.code == ErrorCode.NO_DOMAIN_METADATA:
            return ""
        if error.code != ErrorCode.NO_SUPPORT:
            raise
    from xml.etree import ElementTree

    shown = c.VIR_DOMAIN_XML_INACTIVE if flags & c.VIR_DOMAIN_AFFECT_CONFIG else 0
    return ElementTree.fromstring(dom.get_xml_desc(shown)).findtext(element) or ""


def cmd_metadata(sh: Shell, a: Args) -> None:
    """Show, set or remove the metadata element of a namespace."""
    dom = lookup.domain(sh, a)
    uri = a.need("uri")
    key = a.text("key")
    text = a.text("set")
    flags = affect(a)
    element = c.VIR_DOMAIN_METADATA_ELEMENT
    if (text is not None or a.flag("edit")) and key is None:
        raise Failed("namespace key is required when modifying metadata")
    if text is not None or a.flag("remove"):
        dom.set_metadata(element, text, key, uri, flags)
        sh.extra("Metadata removed\n" if a.flag("remove") else "Metadata modified\n")
    elif a.flag("edit"):
        try:
            old = dom.get_metadata(element, uri, flags)
        except VirtError as error:
            if error.code != ErrorCode.NO_DOMAIN_METADATA:
                raise
            old = "\n"
        edited = edit_text(old)
        if edited == old:
            sh.extra("Metadata not changed")
            return
        dom.set_metadata(element, edited, key, uri, flags)
        sh.extra("Metadata modified\n")
    else:
        sh.write(dom.get_metadata(element, uri, flags) + "\n")
