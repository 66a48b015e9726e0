"""XML as commands print it, whole or what an XPath expression selects; and small questions to a domain's document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.cli.engine.args import Args
from purevirt.cli.engine.shell import Shell
from purevirt.types.constants import VIR_DOMAIN_XML_INACTIVE

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from purevirt.client import Domain


def print_xml(sh: Shell, a: Args, xml: str) -> bool:
    """The document, or the parts that --xpath selects; False when it selects nothing."""
    expression = a.text("xpath")
    if expression is None:
        sh.write(xml)
        return True
    from purevirt.cli.virsh.xpath import select_text

    sh.write(select_text(xml, expression, wrap=a.flag("wrap")))
    return True


def parse(xml: str) -> Element:
    """The document as a tree."""
    from xml.etree import ElementTree

    return ElementTree.fromstring(xml)


def domain_tree(dom: Domain, *, inactive: bool = False) -> Element:
    """A domain's document as a tree."""
    return parse(dom.get_xml_desc(VIR_DOMAIN_XML_INACTIVE if inactive else 0))


def attribute(element: Element, path: str, name: str) -> str:
    """An attribute of the first element at `path`, "" when there is none."""
    found = element.find(path)
    return "" if found is None else found.get(name, "")


def escape(text: str) -> str:
    """Text for an attribute value in single quotes or for an element."""
    return (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("'", "&apos;")
    )
