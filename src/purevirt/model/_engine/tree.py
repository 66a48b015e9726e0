"""XML text to a tree of nodes, and from a node back to its place in the text.

pyexpat feeds the C tree builder directly, so no Python runs per element. There are no entities, no DTD and no network;
size and depth are bounded. Prefixes stay as written, except that a document which declares one of libvirt's own
namespaces under another prefix is read as if it had used the usual one. Positions are not kept: when something is
wrong with a node, a second pass over the text finds its line.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any, Final
from xml.etree.ElementTree import Comment, TreeBuilder
from xml.etree.ElementTree import Element as Node
from xml.parsers import expat

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.types.override import override

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_DEPTH: Final = 256
MAX_MARKUP: Final = 100_000
"""Tags, comments and instructions of one document; the largest documents seen have a tenth. Each costs memory and a step of
whoever reads the tree, while the daemon serves nobody else: this many take about a quarter of a second."""
MAX_ATTRIBUTES: Final = 200_000
_PIECE: Final = 1 << 17

NAMESPACES: Final = {
    "http://libvirt.org/schemas/domain/qemu/1.0": "qemu",
    "http://libvirt.org/schemas/domain/lxc/1.0": "lxc",
    "http://libvirt.org/schemas/domain/bhyve/1.0": "bhyve",
    "http://libvirt.org/schemas/domain/xen/1.0": "xen",
    "http://libvirt.org/schemas/domain/vmware/1.0": "vmware",
    "http://libvirt.org/schemas/network/dnsmasq/1.0": "dnsmasq",
    "http://libvirt.org/schemas/storagepool/fs/1.0": "fs",
    "http://libvirt.org/schemas/storagepool/rbd/1.0": "rbd",
}


class XmlError(VirtError):
    """A document that is not well formed or does not say what it must; `node` is where, until `where` says it in words."""

    def __init__(
        self,
        detail: str | None,
        code: int = ErrorCode.XML_ERROR,
        *,
        node: Node | None = None,
        hint: str | None = None,
        domain: int = ErrorDomain.DOMAIN,
    ) -> None:
        super().__init__(code, detail, domain, hint=hint)
        self.node = node


def parse_tree(text: str, document: str = "domain_definition", domain: int = ErrorDomain.XML) -> Node:
    """The root node. Raises XmlError (XML_DETAIL, with libvirt's "(document):line: reason" text) when not well formed."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(data) > MAX_BYTES:
        raise XmlError(f"document of {len(data)} bytes is larger than {MAX_BYTES}", domain=domain)
    if len(data) > MAX_MARKUP:
        _check_amount(data, document, domain)
    parser = expat.ParserCreate("UTF-8")
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    builder = TreeBuilder(insert_comments=True)
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    if "<!" in text:
        if "<metadata" in text:
            parser.CommentHandler = builder.comment
        parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        for at in range(0, len(data), _PIECE):  # between pieces other threads may run
            parser.Parse(data[at : at + _PIECE], False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise _syntax_error(error, text, document, domain) from None
    root = builder.close()
    if len(data) > 4 * MAX_DEPTH:
        _check_depth(root, document, domain)
    if any(uri in text for uri in NAMESPACES):
        _normalise_prefixes(root)
    return root


def _check_amount(data: bytes, document: str, domain: int) -> None:
    """By counting characters that each of them needs, before any memory is taken for them."""
    for what, most, found in (
        ("elements", MAX_MARKUP, data.count(b"<")),
        ("attributes", MAX_ATTRIBUTES, data.count(b"='") + data.count(b'="')),
    ):
        if found > most:
            text = f"({document}): Excessive number of {what} in document: {most}"
            raise XmlError(text, ErrorCode.XML_DETAIL, domain=domain)


def _refuse_doctype(*_: Any) -> None:
    raise XmlError("a document type declaration (DTD) is not allowed", hint="remove the <!DOCTYPE …> declaration")


def _check_depth(root: Node, document: str, domain: int) -> None:
    level = [root]
    for _ in range(MAX_DEPTH):
        level = [c for node in level for c in node]
        if not level:
            return
    raise XmlError(
        f"({document}): Excessive depth in document: {MAX_DEPTH} use XML_PARSE_HUGE option",
        ErrorCode.XML_DETAIL,
        domain=domain,
    )


def _normalise_prefixes(root: Node) -> None:
    """Give names of known namespaces their usual prefix, wherever the namespace is declared; take it from strangers'."""
    _normalise(root, {})


def _normalise(node: Node, prefixes: dict[str, str]) -> None:
    declared = {key[6:]: uri for key, uri in node.attrib.items() if key.startswith("xmlns:")}
    if "xmlns" in node.attrib:
        declared[""] = node.attrib["xmlns"]
    if declared:
        prefixes = prefixes | declared
    if isinstance(node.tag, str):
        prefix, colon, local = node.tag.rpartition(":")
        usual = NAMESPACES.get(prefixes.get(prefix, ""))
        if usual is not None:
            node.tag = f"{usual}:{local}"
        elif colon and prefix in prefixes and prefix in NAMESPACES.values():
            node.tag = f"other-{prefix}:{local}"
    for child in node:
        _normalise(child, prefixes)


_REASONS: Final = {
    expat.errors.XML_ERROR_NO_ELEMENTS: "Document is empty",
    expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT: "Extra content at the end of the document",
    expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE: "Attribute redefined",
    expat.errors.XML_ERROR_UNCLOSED_TOKEN: "Couldn't find end of Start Tag",
    expat.errors.XML_ERROR_INVALID_TOKEN: "not well-formed (invalid token)",
}


def _syntax_error(error: expat.ExpatError, text: str, document: str, domain: int) -> XmlError:
    """libvirt shows libxml2's reason, the line, and a caret under the column; the reasons here are the usual ones."""
    line, column = error.lineno, error.offset
    reason = expat.errors.messages[error.code] if error.code in expat.errors.messages else str(error)
    reason = _REASONS.get(reason, reason)
    lines = text.split("\n")
    shown = lines[line - 1] if 0 < line <= len(lines) else ""
    open_tags = _open_tags(text, line, column)
    if not text.strip():
        reason, shown, column = "Document is empty", "(null)", 0
    elif not text.lstrip().startswith("<"):
        reason, column = "Start tag expected, '<' not found", 0
        shown = next((part for part in lines if part.strip()), "")
    elif error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS] and open_tags:
        tag, opened = open_tags[-1]
        reason = f"Premature end of data in tag {tag} line {opened}"
    elif error.code == expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN]:
        found = re.match(r"<([^\s/>]+)", shown[column:])
        if found:
            reason = f"Couldn't find end of Start Tag {found[1]} line {line}"
        column = len(shown)
    elif error.code == expat.errors.codes[expat.errors.XML_ERROR_TAG_MISMATCH] and open_tags:
        found = re.match(r"([^\s>]+)\s*>?", shown[column:])
        closing = found[1] if found else ""
        tag, opened = open_tags[-1]
        reason = f"Opening and ending tag mismatch: {tag} line {opened} and {closing}"
        column += found.end() if found else 0
    elif error.code == expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]:
        found = re.match(r"&([^;]*);", shown[column:])
        reason = f"Entity '{found[1] if found else ''}' not defined"
        column += found.end() if found else 0
    caret = "-" * column + "^"
    found_at = XmlError(f"({document}):{line}: {reason}\n{shown}\n{caret}", ErrorCode.XML_DETAIL, domain=domain)
    found_at.where = f"/{'/'.join(tag for tag, _ in open_tags)}, line {line}"
    return found_at


def _open_tags(text: str, line: int, column: int) -> list[tuple[str, int]]:
    """The elements open where the parser stopped, with their lines."""
    stack: list[tuple[str, int]] = []
    parser = expat.ParserCreate("UTF-8")

    def start(tag: str, _attributes: dict[str, str]) -> None:
        stack.append((tag, parser.CurrentLineNumber))

    def end(_tag: str) -> None:
        stack.pop()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    with contextlib.suppress(expat.ExpatError):
        parser.Parse(text.encode("utf-8", "surrogatepass"), True)
    return stack


def locate(root: Node, node: Node, text: str) -> str:
    """ "/domain/devices/disk[2]/target, line 14" for a node of the tree that was read from `text`."""
    path = _path_to(root, node)
    if path is None:
        return ""
    index = next(i for i, n in enumerate(n for n in root.iter() if isinstance(n.tag, str)) if n is node)
    return f"{path}, line {_line_of(text, index)}"


def _path_to(root: Node, target: Node) -> str | None:
    stack: list[tuple[Node, str]] = [(root, f"/{root.tag}")]
    while stack:
        node, path = stack.pop()
        if node is target:
            return path
        counts: dict[str, int] = {}
        elements = [c for c in node if isinstance(c.tag, str)]
        totals: dict[str, int] = {}
        for c in elements:
            totals[c.tag] = totals.get(c.tag, 0) + 1
        for c in elements:
            counts[c.tag] = counts.get(c.tag, 0) + 1
            step = f"{c.tag}[{counts[c.tag]}]" if totals[c.tag] > 1 else c.tag
            stack.append((c, f"{path}/{step}"))
    return None


def _line_of(text: str, index: int) -> int:
    """Line of the element that starts as number `index` in document order."""
    seen = -1
    line = 0
    parser = expat.ParserCreate("UTF-8")

    def start(_tag: str, _attributes: dict[str, str]) -> None:
        nonlocal seen, line
        seen += 1
        if seen == index:
            line = parser.CurrentLineNumber

    parser.StartElementHandler = start
    parser.Parse(text.encode("utf-8", "surrogatepass"), True)
    return line


_ESCAPES: Final = {ord("<"): "&lt;", ord(">"): "&gt;", ord("&"): "&amp;", ord("'"): "&apos;", ord('"'): "&quot;"}
_SPECIAL: Final = re.compile("[<>&'\"\x00-\x08\x0b\x0c\x0e-\x1f]")
_COMMENT: Final[Any] = Comment
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def escape(value: str) -> str:
    """Text for an attribute or an element, as libvirt writes it; characters that XML cannot hold are left out."""
    if _SPECIAL.search(value):
        return _CONTROL.sub("", value).translate(_ESCAPES)
    return value


class RawTree:
    """An element kept as it was read: for `<metadata>` and foreign namespaces. Written as libxml2 writes a node."""

    __slots__ = ("node",)

    def __init__(self, node: Node) -> None:
        self.node = node

    @classmethod
    def from_xml(cls, text: str, document: str = "metadata_xml") -> RawTree:
        return cls(parse_tree(text, document))

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, RawTree) and self.to_xml() == other.to_xml()

    @override
    def __hash__(self) -> int:
        return hash(self.to_xml())

    @override
    def __repr__(self) -> str:
        return f"RawTree({self.to_xml()!r})"

    @property
    def namespace(self) -> str | None:
        """The namespace of the element's own name, None when it has none."""
        prefix, colon, _ = str(self.node.tag).partition(":")
        return self.node.get(f"xmlns:{prefix}") if colon else self.node.get("xmlns")

    def to_xml(self, depth: int = 0) -> str:
        """Without indentation before the first line and without a newline at the end; `depth` counts two-space levels."""
        out: list[str] = []
        _dump(self.node, depth, out)
        return "".join(out)


def _dump(node: Node, depth: int, out: list[str]) -> None:
    attributes = sorted(node.attrib.items(), key=lambda item: not item[0].startswith("xmlns"))
    head = str(node.tag) + "".join(f' {name}="{_quote(value)}"' for name, value in attributes)
    children = list(node)
    keep_text = not children or bool(node.text and node.text.strip())
    body = node.text or "" if keep_text else ""
    if not children and not body:
        out.append(f"<{head}/>")
        return
    out.append(f"<{head}>{_text(body)}")
    tails = [c.tail or "" if keep_text or (c.tail or "").strip() else "" for c in children]
    inline = bool(body) or any(tails)
    for c, tail in zip(children, tails, strict=True):
        if not inline:
            out.append("\n" + "  " * (depth + 1))
        if c.tag is _COMMENT:
            out.append(f"<!--{c.text or ''}-->")
        elif inline:
            _dump_inline(c, out)
        else:
            _dump(c, depth + 1, out)
        out.append(_text(tail))
    if children and not inline:
        out.append("\n" + "  " * depth)
    out.append(f"</{node.tag}>")


def _dump_inline(node: Node, out: list[str]) -> None:
    attributes = sorted(node.attrib.items(), key=lambda item: not item[0].startswith("xmlns"))
    head = str(node.tag) + "".join(f' {name}="{_quote(value)}"' for name, value in attributes)
    if not len(node) and not node.text:
        out.append(f"<{head}/>")
        return
    out.append(f"<{head}>{_text(node.text or '')}")
    for c in node:
        if c.tag is _COMMENT:
            out.append(f"<!--{c.text or ''}-->")
        else:
            _dump_inline(c, out)
        out.append(_text(c.tail or ""))
    out.append(f"</{node.tag}>")


def _text(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def _quote(value: str) -> str:
    return _text(value).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
