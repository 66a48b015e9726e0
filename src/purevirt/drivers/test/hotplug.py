"""Devices that come, go and change: virDomainAttachDevice and its kin, in the running guest and in its definition."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from purevirt.drivers.test import errors
from purevirt.drivers.test.documents import complete
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model._engine import Element, ParseContext, XmlError, parse_tree
from purevirt.model._engine.parse import element_class
from purevirt.model.domain.device import Alias
from purevirt.model.domain.devices import Devices
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from collections.abc import Callable

    from purevirt.drivers.test.guest import Guest
    from purevirt.drivers.test.host import TestHost
    from purevirt.model.domain.document import Domain

_AFFECT = C.VIR_DOMAIN_AFFECT_LIVE | C.VIR_DOMAIN_AFFECT_CONFIG
_FORCE = C.VIR_DOMAIN_DEVICE_MODIFY_FORCE
_REMOVABLE = ("cdrom", "floppy")
_NEVER_ALIKE = ("alias", "address")
"""What belongs to the place in the running guest, not to the device."""


@cache
def _fields() -> dict[str, Any]:
    """The places of devices by tag; only now, since a class is made when it is first needed."""
    found = (field for field in Devices._fields if field.kind in ("child", "children"))
    return {str(element_class(field).tag): field for field in found}  # type: ignore[attr-defined]


def parse_device(text: str) -> Any:
    """The device of a document. XML_ERROR for what is none."""
    root = parse_tree(text, "device_definition", ErrorDomain.XML)
    field = _fields().get(root.tag)
    if field is None:
        raise XmlError(f"unknown device type '{root.tag}'")
    return field.cls.from_node(root, ParseContext(inactive=True))


def _place(document: Domain, device: Any) -> tuple[Devices, str, bool]:
    """Where such devices are: the holder, the field, and whether there can be several."""
    devices = document.devices = document.devices or Devices()
    field = _fields()[device.tag]
    return devices, field.name, field.kind == "children"


def _alike(given: Any, known: Any) -> bool:
    """Whether everything said of the one is true of the other."""
    if isinstance(given, Element):
        if type(given) is not type(known):
            return False
        return all(
            _alike(getattr(given, f.name), getattr(known, f.name))
            for f in type(given)._fields
            if f.name not in _NEVER_ALIKE and getattr(given, f.name) not in (None, [], f.default)
        )
    return bool(given == known)


def _find(document: Domain, given: Any) -> Any:
    """The guest's device that a document means: disks by target, interfaces by MAC address, others by what is said of them."""
    devices, name, many = _place(document, given)
    found = getattr(devices, name)
    candidates = list(found) if many else [found] if found is not None else []
    if given.tag == "disk":
        target = given.target.dev if given.target is not None else None
        its = next((d for d in candidates if d.target is not None and d.target.dev == target), None)
        if its is None:
            raise VirtError(ErrorCode.DEVICE_MISSING, f"no target device {target}", errors.FROM)
        return its
    mac = given.mac.address if given.tag == "interface" and given.mac is not None else None
    if mac is not None:
        its = next((d for d in candidates if d.mac is not None and d.mac.address == mac), None)
        if its is None:
            text = f"no device matching MAC address {mac} found"
            raise VirtError(ErrorCode.DEVICE_MISSING, text, errors.FROM)
        return its
    its = next((d for d in candidates if _alike(given, d)), None)
    if its is None:
        raise VirtError(ErrorCode.DEVICE_MISSING, f"matching {given.tag} device was not found", errors.FROM)
    return its


def _alias(device: Any) -> str:
    alias = getattr(device, "alias", None)
    return (alias.name if alias is not None else None) or ""


def _free_alias(document: Domain, device: Any) -> str:
    devices = document.devices or Devices()
    taken = {_alias(d) for name in (f.name for f in _fields().values()) for d in _listed(getattr(devices, name))}
    stem = "net" if device.tag == "interface" else device.tag
    return next(f"{stem}{n}" for n in range(len(taken) + 1) if f"{stem}{n}" not in taken)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value is not None else []


# --- the three changes, each on a copy of a document that is kept if all goes well ---------------------------------------


def _attach(document: Domain, device: Any, *, live: bool) -> None:
    devices, name, many = _place(document, device)
    if device.tag == "disk" and device.target is not None:
        for disk in devices.disks:
            if disk.target is not None and disk.target.dev == device.target.dev:
                raise errors.invalid(f"target {device.target.dev} already exists")
    if device.tag == "hostdev" and any(_alike(device, other) for other in devices.hostdevs):
        raise errors.invalid("host device is already in the domain configuration")
    if not many and getattr(devices, name) is not None:
        raise errors.invalid(f"domain already has a {device.tag}")
    if live and not _alias(device):
        device.alias = Alias(name=_free_alias(document, device))
    if many:
        getattr(devices, name).append(device)
    else:
        setattr(devices, name, device)
    complete(document)


def _remove(document: Domain, its: Any) -> None:
    devices, name, many = _place(document, its)
    if many:
        setattr(devices, name, [device for device in getattr(devices, name) if device is not its])
    else:
        setattr(devices, name, None)


def _update(document: Domain, given: Any, *, live: bool) -> Any:
    its = _find(document, given)
    if live and given.tag == "disk" and (its.device or "disk") not in _REMOVABLE and given.source != its.source:
        text = f"disk device type '{its.device or 'disk'}' cannot be updated"
        raise VirtError(ErrorCode.OPERATION_UNSUPPORTED, text, errors.FROM)
    if live and given.tag not in ("disk", "interface", "graphics", "memballoon"):
        text = f"live update of device '{given.tag}' is not supported"
        raise VirtError(ErrorCode.OPERATION_UNSUPPORTED, text, errors.FROM)
    for part in _NEVER_ALIKE:
        if getattr(given, part, None) is None:
            setattr(given, part, getattr(its, part, None))
    devices, name, many = _place(document, given)
    if many:
        setattr(devices, name, [given if device is its else device for device in getattr(devices, name)])
    else:
        setattr(devices, name, given)
    complete(document)
    return its


class HotplugFacet:
    """virDomainAttachDevice, virDomainDetachDevice, virDomainUpdateDeviceFlags."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    @staticmethod
    def _change(guest: Guest, flags: int, change: Callable[[Domain, bool], None]) -> None:
        """Change copies of the documents that the flags mean, then put them in place."""
        live, _ = guest.scopes(flags & _AFFECT)
        made: list[tuple[Domain, Domain]] = []
        for document in guest.targets(flags & _AFFECT):
            twin = document.copy()
            change(twin, live and document is guest.document)
            made.append((document, twin))
        for document, twin in made:
            if guest.next is document:
                guest.next = twin
            if guest.document is document:
                guest.document = twin

    # --- attach ------------------------------------------------------------------------------------------------

    async def domain_attach_device(self, dom: p.NonnullDomain, xml: str) -> None:
        await self.domain_attach_device_flags(dom, xml, C.VIR_DOMAIN_AFFECT_LIVE)

    async def domain_attach_device_flags(self, dom: p.NonnullDomain, xml: str, flags: int) -> None:
        errors.check_flags(flags, _AFFECT, "testDomainAttachDeviceFlags")
        guest = self._host.guest(dom)
        parse_device(xml)
        aliases: list[str] = []

        def change(document: Domain, live: bool) -> None:
            device = parse_device(xml)
            _attach(document, device, live=live)
            if live:
                aliases.append(_alias(device))

        self._change(guest, flags, change)
        for alias in aliases:
            message = p.DomainEventCallbackDeviceAddedMsg(0, guest.ref, alias)
            self._host.emit(guest, C.VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, message)

    # --- detach ------------------------------------------------------------------------------------------------

    async def domain_detach_device(self, dom: p.NonnullDomain, xml: str) -> None:
        await self.domain_detach_device_flags(dom, xml, C.VIR_DOMAIN_AFFECT_LIVE)

    async def domain_detach_device_flags(self, dom: p.NonnullDomain, xml: str, flags: int) -> None:
        errors.check_flags(flags, _AFFECT, "testDomainDetachDeviceFlags")
        guest = self._host.guest(dom)
        given = parse_device(xml)
        self._detach(guest, flags, lambda document: _find(document, given))

    async def domain_detach_device_alias(self, dom: p.NonnullDomain, alias: str, flags: int) -> None:
        errors.check_flags(flags, _AFFECT, "testDomainDetachDeviceAlias")
        guest = self._host.guest(dom)

        def find(document: Domain) -> Any:
            devices = document.devices or Devices()
            for field in _fields().values():
                for device in _listed(getattr(devices, field.name)):
                    if _alias(device) == alias:
                        return device
            raise VirtError(ErrorCode.DEVICE_MISSING, f"no device found with alias {alias}", errors.FROM)

        self._detach(guest, flags, find)

    def _detach(self, guest: Guest, flags: int, find: Callable[[Domain], Any]) -> None:
        gone: list[str] = []

        def change(document: Domain, live: bool) -> None:
            its = find(document)
            _remove(document, its)
            if live:
                gone.append(_alias(its) or its.tag)

        self._change(guest, flags, change)
        for alias in gone:
            message = p.DomainEventDeviceRemovedMsg(guest.ref, alias)
            self._host.emit(guest, C.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, message)

    # --- update ------------------------------------------------------------------------------------------------

    async def domain_update_device_flags(self, dom: p.NonnullDomain, xml: str, flags: int) -> None:
        errors.check_flags(flags, _AFFECT | _FORCE, "testDomainUpdateDeviceFlags")
        guest = self._host.guest(dom)
        parse_device(xml)
        changed: list[tuple[Any, Any]] = []

        def change(document: Domain, live: bool) -> None:
            given = parse_device(xml)
            before = _update(document, given, live=live)
            if live and given.tag == "disk" and before.source != given.source:
                changed.append((before, given))

        self._change(guest, flags, change)
        for before, now in changed:
            self._medium_changed(guest, before, now)

    def _medium_changed(self, guest: Guest, before: Any, now: Any) -> None:
        """The tray opens and closes around the change."""
        alias = _alias(now) or now.target.dev
        old, new = (getattr(disk.source, "path", None) for disk in (before, now))
        opened, closed = C.VIR_DOMAIN_EVENT_TRAY_CHANGE_OPEN, C.VIR_DOMAIN_EVENT_TRAY_CHANGE_CLOSE
        tray, disk = C.VIR_DOMAIN_EVENT_ID_TRAY_CHANGE, C.VIR_DOMAIN_EVENT_ID_DISK_CHANGE
        reason = C.VIR_DOMAIN_EVENT_DISK_CHANGE_MISSING_ON_START
        self._host.emit(guest, tray, p.DomainEventTrayChangeMsg(guest.ref, alias, opened))
        self._host.emit(guest, disk, p.DomainEventDiskChangeMsg(guest.ref, old, new, alias, reason))
        self._host.emit(guest, tray, p.DomainEventTrayChangeMsg(guest.ref, alias, closed))
