"""Who a document describes: of the XML that a client wants to define or create, only what access rules can ask for.

The names are read as the documents' own parsers read them (first element of a kind counts). A document that is no XML
raises the error that the driver would; one that is otherwise wrong is left for the driver to refuse.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from purevirt.daemon.access.objects import Target, with_binding
from purevirt.errors import VirtError
from purevirt.model._engine import parse_tree
from purevirt.model.documents import document_class
from purevirt.types.uuid import format_uuid, parse_uuid

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element as Node

_SECRET_USAGE = {
    "volume": ("volume", "secret_usage_volume"),
    "ceph": ("name", "secret_usage_ceph"),
    "iscsi": ("target", "secret_usage_target"),
    "tls": ("name", "secret_usage_name"),
}
"""Usage type → (element that names the use, attribute of rules)."""


def tree_of(kind: str, xml: str) -> Node:
    """The document's tree. Raises XmlError as parsing the document would."""
    cls: Any = document_class(kind)
    tree: Node = parse_tree(xml, cls.document or f"{cls.tag}_definition", int(cls.error_domain))
    return tree


def uuid_of(tree: Node) -> str | None:
    """Canonical, None when absent or malformed (a new one will be made, or the driver refuses)."""
    text = tree.findtext("uuid")
    if not text:
        return None
    try:
        return format_uuid(parse_uuid(text))
    except (ValueError, VirtError):
        return None


def _named(kind: str, prefix: str) -> Callable[[Node], Target]:
    def read(tree: Node) -> Target:
        given = {f"{prefix}_name": tree.findtext("name"), f"{prefix}_uuid": uuid_of(tree)}
        return Target(kind, {k: v for k, v in given.items() if v})

    return read


def _secret(tree: Node) -> Target:
    uuid = uuid_of(tree)
    attributes = {"secret_uuid": uuid} if uuid else {}
    usage = tree.find("usage")
    element, attribute = _SECRET_USAGE.get(usage.get("type", "") if usage is not None else "", ("", ""))
    value = usage.findtext(element) if usage is not None and element else None
    if value:
        attributes[attribute] = value
    return Target("secret", attributes)


def _interface(tree: Node) -> Target:
    mac = tree.find("mac")
    given = {"interface_name": tree.get("name"), "interface_macaddr": mac.get("address") if mac is not None else None}
    return Target("interface", {k: v for k, v in given.items() if v})


def _node_device(tree: Node) -> Target:
    name = tree.findtext("name")
    return Target("node_device", {"node_device_name": name} if name else {})


def _binding(tree: Node) -> Target:
    def attribute(tag: str, name: str) -> str | None:
        found = tree.find(tag)
        return found.get(name) if found is not None else None

    return with_binding(attribute("portdev", "name"), attribute("linkdev", "name"), attribute("filterref", "filter"))


_READERS: dict[str, tuple[str, Callable[[Node], Target]]] = {
    "domain": ("domain", _named("domain", "domain")),
    "network": ("network", _named("network", "network")),
    "storage_pool": ("storagepool", _named("storage_pool", "pool")),
    "nwfilter": ("nwfilter", _named("nwfilter", "nwfilter")),
    "secret": ("secret", _secret),
    "interface": ("interface", _interface),
    "node_device": ("nodedev", _node_device),
    "nwfilter_binding": ("nwfilterbinding", _binding),
}


def described(kind: str, xml: str) -> Target:
    """The object of that kind that the document is about. Raises XmlError for what is no XML."""
    schema, read = _READERS[kind]
    return read(tree_of(schema, xml))
