"""--xpath: the parts of a document that an XPath 1.0 expression selects, as text in libxml2's form."""

from __future__ import annotations

import sys
from typing import Any
from xml.dom.minidom import Node, parseString
from xml.sax.saxutils import escape

from purevirt.cli.virsh.xpath_eval import XPathError, evaluate
from purevirt.cli.virsh.xpath_parse import XPathSyntaxError, parse
from purevirt.errors import ErrorCode, ErrorDomain, VirtError

_ATTRIBUTE = {'"': "&quot;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"}
_TEXTUAL = (Node.TEXT_NODE, Node.CDATA_SECTION_NODE, Node.ENTITY_REFERENCE_NODE)


def select_text(xml: str, expression: str, *, wrap: bool) -> str:
    """The selected nodes, one after the other, or inside <nodes>.

    An expression that cannot be evaluated selects nothing and is complained about on stderr. VirtError
    (INTERNAL_ERROR) when its value is no set of nodes.
    """
    document = parseString(xml.encode())
    _drop_layout(document)
    try:
        found = evaluate(parse(expression), document)
    except XPathSyntaxError:
        print(f"XPath error : Invalid expression\n{expression}", file=sys.stderr)
        found = []
    except XPathError as error:
        print(f"XPath error : {error}", file=sys.stderr)
        found = []
    if not isinstance(found, list):
        raise VirtError(ErrorCode.INTERNAL_ERROR, f"Incorrect xpath '{expression}'", ErrorDomain.XML)
    if wrap:
        return _wrapped(found) + "\n"
    return "".join(format_node(node) + "\n" for node in found)


def _drop_layout(node: Any) -> None:
    """Take out white space that only lays elements out, as libxml2 does without blanks: not beside other text."""
    kept: list[Any] = []
    for child in list(node.childNodes):
        is_blank = child.nodeType == Node.TEXT_NODE and not child.data.strip() and len(node.childNodes) > 1
        if is_blank and not (kept and (kept[0].nodeType in _TEXTUAL or kept[-1].nodeType in _TEXTUAL)):
            node.removeChild(child)
            continue
        kept.append(child)
        _drop_layout(child)


def _wrapped(nodes: list[Any]) -> str:
    named: dict[str, str] = {}
    for node in nodes:
        if node.nodeType == Node.ATTRIBUTE_NODE:  # one of each name: the last one seen, in its place
            named.pop(node.nodeName, None)
            named[node.nodeName] = format_node(node)
    attributes = "".join(named.values())
    inside = [node for node in nodes if node.nodeType != Node.ATTRIBUTE_NODE]
    if not inside:
        return f"<nodes{attributes}/>"
    if any(node.nodeType in _TEXTUAL for node in inside):
        return f"<nodes{attributes}>{''.join(format_node(node, indent=None) for node in inside)}</nodes>"
    body = "".join(
        f"{'' if node.nodeType == Node.DOCUMENT_NODE else '  '}{format_node(node, indent=1)}\n" for node in inside
    )
    return f"<nodes{attributes}>\n{body}</nodes>"


def format_node(node: Any, indent: int | None = 0) -> str:
    """A node as libxml2 writes it. Children without text between them are put on lines of their own; None: nothing is."""
    match node.nodeType:
        case Node.ATTRIBUTE_NODE:
            return f' {node.nodeName}="{escape(node.value, _ATTRIBUTE)}"'
        case Node.TEXT_NODE:
            return escape(node.data, {"\r": "&#13;"})
        case Node.CDATA_SECTION_NODE:
            return f"<![CDATA[{node.data}]]>"
        case Node.COMMENT_NODE:
            return f"<!--{node.data}-->"
        case Node.PROCESSING_INSTRUCTION_NODE:
            return f"<?{node.target} {node.data}?>"
        case Node.DOCUMENT_NODE:
            body = "".join(format_node(child) + "\n" for child in node.childNodes)
            return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'
    return _format_element(node, indent)


def _format_element(node: Any, indent: int | None) -> str:
    attributes = "".join(
        format_node(node.getAttributeNode(name)) for name in node.attributes.keys()  # noqa: SIM118 no dict
    )
    head = f"<{node.nodeName}{attributes}"
    if not node.childNodes:
        return head + "/>"
    if indent is None or any(child.nodeType in _TEXTUAL for child in node.childNodes):
        body = "".join(format_node(child, None) for child in node.childNodes)
    else:
        pad = "  " * (indent + 1)
        body = "".join(f"\n{pad}{format_node(child, indent + 1)}" for child in node.childNodes) + "\n" + "  " * indent
    return f"{head}>{body}</{node.nodeName}>"
