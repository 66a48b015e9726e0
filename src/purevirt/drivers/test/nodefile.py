"""A host described by a file: `<node>` with its hardware and objects, each inline or in a file of its own."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element as Node

from purevirt.api.asking import password, username
from purevirt.drivers.test import errors
from purevirt.drivers.test.define import admit
from purevirt.drivers.test.documents import complete
from purevirt.drivers.test.guest import Guest
from purevirt.drivers.test.host import Hardware, TestHost
from purevirt.drivers.test.interfaces import TestInterface
from purevirt.drivers.test.networks import add_network
from purevirt.drivers.test.nodedevs import TestDevice
from purevirt.drivers.test.options import apply_description
from purevirt.drivers.test.pools import add_pool
from purevirt.drivers.test.snapshots import completed
from purevirt.errors import ErrorCode, VirtError
from purevirt.model._engine import ParseContext, c_integer, parse_tree
from purevirt.model.domain.document import Domain
from purevirt.model.host_interface import HostInterface
from purevirt.model.network import Network
from purevirt.model.node_device import NodeDevice
from purevirt.model.snapshot import DomainSnapshot, UuidOnly
from purevirt.model.storage_pool import StoragePool
from purevirt.model.storage_volume import StorageVolume
from purevirt.types import constants as C

_NAMESPACE = "http://libvirt.org/schemas/domain/test/1.0"
_MAX_CPUS = 128
_MODEL_LENGTH = 31


def bad_xml(detail: str) -> VirtError:
    return VirtError(ErrorCode.XML_ERROR, detail, errors.FROM)


async def read_host(path: str) -> TestHost:
    """The host that a file describes."""
    root = _read(path)
    if root.tag != "node":
        raise bad_xml(f"expecting root element of 'node', not '{root.tag}'")
    host = TestHost()
    base = Path(path).parent
    _read_hardware(root, host.hardware)
    for node, prefixes in _objects(root, "domain", base):
        _add_domain(host, node, prefixes, base)
    for node, _ in _objects(root, "network", base):
        add_network(host, Network.from_node(node), live=False).active = True
    for node, _ in _objects(root, "interface", base):
        host.interfaces.add(TestInterface(HostInterface.from_node(node), active=True))
    for node, _ in _objects(root, "pool", base):
        _add_pool(host, node, base)
    for node, _ in _objects(root, "device", base):
        host.devices.add(TestDevice(NodeDevice.from_node(node)))
    await apply_description(host, root)
    _check_users(root)
    return host


def _read(path: str) -> Node:
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise bad_xml(f"failed to parse xml document '{path}'") from None
    return parse_tree(text, path, errors.FROM)


def _objects(root: Node, tag: str, base: Path) -> list[tuple[Node, set[str]]]:
    """Elements of a kind, those of other files read in, with the prefixes of the test namespace that hold there."""
    above = _prefixes(root)
    found = []
    for node in root.findall(tag):
        name = node.get("file")
        if name is not None:
            node = _read(str(base / name))
            found.append((node, _prefixes(node)))
        else:
            found.append((node, above | _prefixes(node)))
    return found


def _prefixes(node: Node) -> set[str]:
    return {key[6:] for key, value in node.attrib.items() if key.startswith("xmlns:") and value == _NAMESPACE}


# --- hardware ----------------------------------------------------------------------------------------------------------


def _number(root: Node, path: str, what: str) -> int | None:
    text = root.findtext(path)
    if text is None:
        return None
    value = c_integer(text, 10)
    if value is None or value < 0:
        raise bad_xml(f"invalid node {what} value")
    return value


def _read_hardware(root: Node, its: Hardware) -> None:
    nodes = _number(root, "cpu/nodes", "cpu nodes")
    sockets = _number(root, "cpu/sockets", "cpu sockets")
    cores = _number(root, "cpu/cores", "cpu cores")
    threads = _number(root, "cpu/threads", "cpu threads")
    its.nodes = its.nodes if nodes is None else nodes
    its.sockets = its.sockets if sockets is None else sockets
    its.cores = its.cores if cores is None else cores
    its.threads = its.threads if threads is None else threads
    whole = its.cores * its.threads * its.sockets * its.nodes
    active = _number(root, "cpu/active", "cpu active")
    its.cpus = whole if active is None else min(active, whole)
    mhz = _number(root, "cpu/mhz", "cpu mhz")
    its.mhz = its.mhz if mhz is None else mhz
    model = root.findtext("cpu/model")
    if model is not None:
        if len(model.encode()) > _MODEL_LENGTH:
            raise errors.internal(f"Model {model} too big for destination")
        its.model = model
    memory = _number(root, "memory", "memory")
    its.memory = its.memory if memory is None else memory


# --- guests ------------------------------------------------------------------------------------------------------------


def _add_snapshot(guest: Guest, node: Node, base: Path) -> None:
    """One snapshot that the guest has from the start; the active one is its current."""
    name = node.get("file")
    if name is not None:
        node = _read(str(base / name))
    node.tag = "domainsnapshot"
    snapshot = completed(DomainSnapshot.from_node(node, ParseContext(inactive=True, redefine=True, internal=True)))
    if snapshot.active is None:
        raise errors.internal("Could not find 'active' element")
    if snapshot.domain is None:  # what is known of the guest then is who it is
        snapshot.domain = UuidOnly(uuid=guest.uuid_text)
    if snapshot.active:
        if guest.snapshots.current is not None:
            raise errors.internal("more than one snapshot claims to be active")
        guest.snapshots.current = snapshot.name
    guest.snapshots.put(snapshot)


def _add_domain(host: TestHost, node: Node, prefixes: set[str], base: Path) -> None:
    extras, snapshots = _take_extras(node, prefixes)
    document = complete(Domain.from_node(node, ParseContext(inactive=True)))
    state, transient, saved = _read_extras(extras)
    known = admit(host, document, live=False)
    guest = known or Guest(document, persistent=not transient)
    guest.managed_save = saved
    host.guests.add(guest)
    if state != C.VIR_DOMAIN_SHUTOFF:
        host.start(guest, 0)
    guest.set_state(state, 0)
    for snapshot in snapshots:
        _add_snapshot(guest, snapshot, base)


def _take_extras(node: Node, prefixes: set[str]) -> tuple[list[tuple[str, str]], list[Node]]:
    """The elements of the test namespace, taken out of the document: names and texts; those that are snapshots."""
    found, snapshots = [], []
    for prefix in prefixes:
        node.attrib.pop(f"xmlns:{prefix}", None)
        for item in [item for item in node if isinstance(item.tag, str) and item.tag.startswith(f"{prefix}:")]:
            name = item.tag[len(prefix) + 1 :]
            node.remove(item)
            if name == "domainsnapshot":
                snapshots.append(item)
            else:
                found.append((name, (item.text or "").strip()))
    return found, snapshots


def _read_extras(extras: list[tuple[str, str]]) -> tuple[int, bool, bool]:
    """State, whether transient, whether there is a managed save image."""
    state = C.VIR_DOMAIN_RUNNING
    names = {name for name, _ in extras}
    for name, text in extras:
        if name != "runstate":
            continue
        value = c_integer(text, 10)
        if value is None or value < 0:
            raise bad_xml("invalid runstate")
        if value > C.VIR_DOMAIN_PMSUSPENDED:
            raise bad_xml(f"runstate '{value}' out of range'")
        state = value
    transient, saved = "transient" in names, "hasmanagedsave" in names
    if transient and state == C.VIR_DOMAIN_SHUTOFF:
        raise bad_xml("transient domain cannot have runstate 'shutoff'")
    if saved and state != C.VIR_DOMAIN_SHUTOFF:
        raise bad_xml("domain with managedsave data can only have runstate 'shutoff'")
    return state, transient, saved


def _add_pool(host: TestHost, node: Node, base: Path) -> None:
    """A running pool with the volumes that stand inside it."""
    volumes = _objects(node, "volume", base)
    for item in node.findall("volume"):
        node.remove(item)
    pool = add_pool(host, StoragePool.from_node(node, ParseContext(inactive=True)), live=False)
    pool.active = True
    for volume, _ in volumes:
        key = volume.findtext("key")
        document = StorageVolume.from_node(volume, ParseContext(inactive=True))
        document.key = key.strip() if key and key.strip() else None
        pool.add_volume(document, host.budget, own_place=True)


def _check_users(root: Node) -> None:
    """Where a description has users, who opens it must be one of them; one without a password is not asked for it."""
    users = [((node.text or "").strip(), node.get("password")) for node in root.findall("auth/user")]
    if not users:
        return
    if any(not name for name, _ in users):
        raise bad_xml("missing username in /node/auth/user field")
    name = username("test", "localhost")
    if (name, None) in users:
        return
    if (name, password("test", name, "localhost")) not in users:
        text = "authentication failed, see test XML for the correct username/password"
        raise VirtError(ErrorCode.AUTH_FAILED, text, errors.FROM)
