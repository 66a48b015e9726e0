"""Which object a call is about, with the attributes the driver knows it by: what a client says of a name is not believed.

A reference in the arguments is looked up again through the driver; a document is read; a saved guest's file is read by
the driver. A lookup is known by its result, so it is checked afterwards.
"""

from __future__ import annotations

from typing import Any

from purevirt.api.driver import Driver
from purevirt.daemon.access.documents import described, tree_of, uuid_of
from purevirt.daemon.access.objects import OF_REFERENCE, Target, with_binding, with_port, with_volume
from purevirt.protocol import remote
from purevirt.protocol.rows import Row
from purevirt.types import constants as C
from purevirt.types.uuid import format_uuid

_XML_FIELDS = ("xml", "xml_desc", "dom_xml")
_FILE_FIELDS = ("from_", "file")
_REFERENCES = (*OF_REFERENCE, remote.NonnullStorageVol, remote.NonnullNetworkPort, remote.NonnullNwfilterBinding)
_KIND_OF: dict[type, str] = {
    remote.NonnullDomain: "domain",
    remote.NonnullNetwork: "network",
    remote.NonnullStoragePool: "storage_pool",
    remote.NonnullNwfilter: "nwfilter",
    remote.NonnullNodeDevice: "node_device",
    remote.NonnullInterface: "interface",
    remote.NonnullSecret: "secret",
    remote.NonnullStorageVol: "storage_vol",
    remote.NonnullNetworkPort: "network_port",
    remote.NonnullNwfilterBinding: "nwfilter_binding",
}
_OWNED = (remote.NonnullDomainSnapshot, remote.NonnullDomainCheckpoint)


def checked_by_result(row: Row, kind: str) -> bool:
    """Whether the object is known only once the call has been made (lookups, which change nothing)."""
    if "_lookup_" not in row.name or row.ret is None:
        return False
    return any(isinstance(t, type) and _KIND_OF.get(t) == kind for t in row.ret.__xdr_fields__.values())


async def identify(driver: Driver, row: Row, kind: str, args: Any) -> Target:
    """The object of that kind which the call is about. Raises what looking it up raises (NO_DOMAIN …)."""
    if kind == "connect":
        return Target("connect")
    if kind == "storage_vol" and row.name.startswith("storage_vol_create_xml"):
        return await _new_volume(driver, args)
    if kind == "network_port" and row.name == "network_port_create_xml":
        network = await driver.call("network_lookup_by_uuid", args.network.uuid)
        return with_port(network, uuid_of(tree_of("networkport", args.xml)))
    given = _reference(args, kind)
    if given is not None:
        return await canonical(driver, given)
    if kind == "node_device" and hasattr(args, "name"):
        return await canonical(driver, remote.NonnullNodeDevice(args.name))
    return await _described(driver, row, kind, args)


def _reference(args: Any, kind: str) -> Any:
    """The first reference of the kind among the arguments; a snapshot's or checkpoint's domain counts."""
    for name in args.__slots__ if args is not None else ():
        value = getattr(args, name)
        if isinstance(value, _OWNED):
            value = value.dom
        if _KIND_OF.get(type(value)) == kind:
            return value
    return None


async def canonical(driver: Driver, ref: Any) -> Target:
    """The object as the driver knows it now."""
    kind = type(ref)
    if kind is remote.NonnullStorageVol:
        pool = await driver.call("storage_pool_lookup_by_name", ref.pool)
        found = await driver.call("storage_vol_lookup_by_name", pool, ref.name)
        return with_volume(pool, found.name, found.key)
    if kind is remote.NonnullNetworkPort:
        network = await driver.call("network_lookup_by_uuid", ref.net.uuid)
        return with_port(network, format_uuid(ref.uuid))
    if kind is remote.NonnullNwfilterBinding:
        return described("nwfilter_binding", await driver.call("nwfilter_binding_get_xml_desc", ref, 0))
    if kind in (remote.NonnullNodeDevice, remote.NonnullInterface):
        found = await driver.call(f"{_KIND_OF[kind]}_lookup_by_name", ref.name)
    else:
        found = await driver.call(f"{_KIND_OF[kind]}_lookup_by_uuid", ref.uuid)
    return OF_REFERENCE[kind](found)


def as_told(ref: Any) -> Target:
    """The object of a reference that a driver gave, without asking it again (it may be gone by now)."""
    kind = type(ref)
    if kind is remote.NonnullNwfilterBinding:
        return with_binding(ref.portdev, None, ref.filtername)
    if kind is remote.NonnullNetworkPort:
        return with_port(ref.net, format_uuid(ref.uuid))
    return OF_REFERENCE[kind](ref)


def reference_in(struct: Any) -> Any:
    """The object that an event's message or a call's result is, or is about; None when it names none."""
    if isinstance(struct, _REFERENCES):
        return struct
    for name in struct.__slots__:
        value = getattr(struct, name)
        if isinstance(value, _REFERENCES):
            return value
    return None


async def _new_volume(driver: Driver, args: Any) -> Target:
    pool = await driver.call("storage_pool_lookup_by_uuid", args.pool.uuid)
    tree = tree_of("storagevol", args.xml)
    return with_volume(pool, tree.findtext("name") or "", tree.findtext("key"))


async def _described(driver: Driver, row: Row, kind: str, args: Any) -> Target:
    """By a document or a name among the arguments; nothing more than the kind when there is neither."""
    params = {p.field: p.value for p in getattr(args, "params", ())}
    for field in _XML_FIELDS:
        xml = getattr(args, field, None)
        if isinstance(xml, str):
            return _renamed(described(kind, xml), getattr(args, "dname", None))
    if C.VIR_MIGRATE_PARAM_DEST_XML in params:
        target = described(kind, str(params[C.VIR_MIGRATE_PARAM_DEST_XML]))
        return _renamed(target, params.get(C.VIR_MIGRATE_PARAM_DEST_NAME))
    name = getattr(args, "dname", None) or params.get(C.VIR_MIGRATE_PARAM_DEST_NAME)
    if name:
        return OF_REFERENCE[remote.NonnullDomain](await driver.call("domain_lookup_by_name", name))
    path = next((getattr(args, f) for f in _FILE_FIELDS if hasattr(args, f)), params.get(C.VIR_DOMAIN_SAVE_PARAM_FILE))
    if path:
        return described(kind, await driver.call("domain_save_image_get_xml_desc", str(path), 0))
    return Target(kind)


def _renamed(target: Target, name: Any) -> Target:
    if not name:
        return target
    return Target(target.kind, {**target.attributes, "domain_name": str(name)})
