"""`<metadata>`: subtrees of applications, kept as they are, one per namespace.

An element without a namespace and a second element of a namespace are dropped, as libvirt drops them on reading.
Prefixes declared further up in the document are declared on `<metadata>` itself, so that the tree stands alone.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode, VirtError
from purevirt.model._engine import RawTree, parse_tree


def _uri(node: Node, scopes: tuple[Node, ...]) -> str | None:
    prefix, colon, _ = str(node.tag).partition(":")
    name = f"xmlns:{prefix}" if colon else "xmlns"
    for scope in (node, *scopes):
        found = scope.get(name)
        if found is not None:
            return found or None
    return None


def adopt(metadata: Node, root: Node) -> None:
    """Make the freshly read `<metadata>` of `root` stand alone and say each namespace once."""
    seen: set[str] = set()
    for entry in list(metadata):
        uri = _uri(entry, (metadata, root)) if isinstance(entry.tag, str) else None
        if uri is None or uri in seen:
            metadata.remove(entry)
        else:
            seen.add(uri)
    used = {prefix for node in metadata.iter() for prefix in _prefixes(node)}
    declared = {key: value for key, value in root.attrib.items() if key.startswith("xmlns:") and key[6:] in used}
    for key, value in declared.items():
        if key not in metadata.attrib and not all(_declares(entry, key) for entry in metadata):
            metadata.set(key, value)


def _prefixes(node: Node) -> list[str]:
    if not isinstance(node.tag, str):
        return []
    names = [node.tag, *(key for key in node.attrib if not key.startswith("xmlns"))]
    return [name.partition(":")[0] for name in names if ":" in name]


def _declares(entry: Node, key: str) -> bool:
    return entry.get(key) is not None


def find(metadata: RawTree | None, uri: str) -> str | None:
    """The text of the element in a namespace, None when there is none."""
    for entry in metadata.node if metadata is not None else ():
        if isinstance(entry.tag, str) and _uri(entry, (metadata.node,) if metadata is not None else ()) == uri:
            return RawTree(_without_declaration(entry, uri)).to_xml()
    return None


def _without_declaration(entry: Node, uri: str) -> Node:
    """A copy as applications get it: the element's own name without the prefix that libvirt keeps it under."""
    prefix, colon, name = str(entry.tag).partition(":")
    if not colon:
        return entry
    bare = Node(name, {k: v for k, v in entry.attrib.items() if not (k == f"xmlns:{prefix}" and v == uri)})
    bare.text = entry.text
    for c in entry:
        bare.append(_strip(c, prefix))
    return bare


def _strip(node: Node, prefix: str) -> Node:
    if not isinstance(node.tag, str):
        return node
    tag = node.tag.removeprefix(f"{prefix}:")
    twin = Node(tag, dict(node.attrib))
    twin.text, twin.tail = node.text, node.tail
    twin.extend(_strip(c, prefix) for c in node)
    return twin


def replace(metadata: RawTree | None, key: str | None, uri: str, text: str | None) -> RawTree | None:
    """A new tree in which the namespace's element is `text` under the prefix `key`, or is gone when `text` is None.

    Raises XML_DETAIL for a text that is not XML and INVALID_ARG without a key.
    """
    kept = [] if metadata is None else [e for e in metadata.node if _uri(e, (metadata.node,)) != uri]
    tree = Node("metadata", dict(metadata.node.attrib) if metadata is not None else {})
    tree.extend(kept)
    if text is not None:
        if not key:
            raise VirtError(ErrorCode.INVALID_ARG, "Invalid value for 'key'")
        tree.append(_with_prefix(parse_tree(text, "metadata_xml"), key, uri))
    return RawTree(tree) if len(tree) else None


def _with_prefix(node: Node, key: str, uri: str) -> Node:
    def rename(old: Node) -> None:
        for c in old.iter():
            if isinstance(c.tag, str) and ":" not in c.tag:
                c.tag = f"{key}:{c.tag}"

    rename(node)
    node.attrib = {f"xmlns:{key}": uri, **{k: v for k, v in node.attrib.items() if k != "xmlns"}}
    return node
