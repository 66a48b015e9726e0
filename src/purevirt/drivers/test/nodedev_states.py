"""Devices that are defined and come and go (mediated ones), and devices that drivers let go for guests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.api.events import Event
from purevirt.drivers.test import errors
from purevirt.drivers.test.nodedevs import TestDevice, emit_device, named_device
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model._engine import ParseContext
from purevirt.model.node_device import MdevCapability, NodeDevice
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost

_NEW = "new device"


def _name(document: NodeDevice) -> str:
    """What a definition is called: its own name, or the one that its UUID and parent give it."""
    for capability in document.capabilities:
        if isinstance(capability, MdevCapability) and capability.uuid and document.parent is not None:
            return f"mdev_{capability.uuid.replace('-', '_')}_{document.parent.name}"
    if document.name in (None, _NEW):
        raise VirtError(ErrorCode.XML_ERROR, "the device has neither a name nor a UUID", ErrorDomain.NODEDEV)
    return document.name or ""


class NodeDeviceStateFacet:
    """virNodeDeviceDefineXML, -Undefine, -Create, -IsActive, -IsPersistent, -Autostart, -Dettach, -ReAttach, -Reset."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    def _named(self, name: str) -> TestDevice:
        return named_device(self._host, name)

    # --- definitions -------------------------------------------------------------------------------------------

    async def node_device_define_xml(self, xml_desc: str, flags: int) -> p.NonnullNodeDevice:
        errors.check_flags(flags, C.VIR_NODE_DEVICE_DEFINE_XML_VALIDATE, "testNodeDeviceDefineXML")
        validate = bool(flags & C.VIR_NODE_DEVICE_DEFINE_XML_VALIDATE)
        document = NodeDevice.from_xml(xml_desc, ParseContext(validate=validate, extra={"new_device_name": _NEW}))
        parent = document.parent.name if document.parent is not None else None
        if not parent or self._host.devices.get(parent) is None:
            text = f"Could not find parent device for '{document.name}'"
            raise VirtError(ErrorCode.INTERNAL_ERROR, text, ErrorDomain.NODEDEV)
        document.name = _name(document)
        known = self._host.devices.get(document.name)
        if known is not None:
            if not known.persistent:
                raise errors.failed(f"device '{known.name}' is the host's own")
            known.document = document
            update = p.NodeDeviceEventUpdateMsg(0, known.ref)
            self._host.hub.emit(Event("node_device", C.VIR_NODE_DEVICE_EVENT_ID_UPDATE, known.name, update))
            return known.ref
        device = TestDevice(document, active=False, persistent=True)
        self._host.devices.add(device)
        emit_device(self._host, device, C.VIR_NODE_DEVICE_EVENT_DEFINED)
        return device.ref

    async def node_device_undefine(self, name: str, flags: int) -> None:
        errors.check_flags(flags, 0, "testNodeDeviceUndefine")
        device = self._named(name)
        if not device.persistent:
            raise errors.invalid("Node device is not defined")
        device.persistent = False
        if not device.active:
            self._host.devices.remove(device)
        emit_device(self._host, device, C.VIR_NODE_DEVICE_EVENT_UNDEFINED)

    async def node_device_create(self, name: str, flags: int) -> None:
        errors.check_flags(flags, 0, "testNodeDeviceCreate")
        device = self._named(name)
        if device.active:
            raise errors.invalid("Device is already active")
        device.active = True
        emit_device(self._host, device, C.VIR_NODE_DEVICE_EVENT_CREATED)

    # --- state -------------------------------------------------------------------------------------------------

    async def node_device_is_active(self, name: str) -> int:
        return int(self._named(name).active)

    async def node_device_is_persistent(self, name: str) -> int:
        return int(self._named(name).persistent)

    async def node_device_get_autostart(self, name: str) -> int:
        return int(self._named(name).autostart)

    async def node_device_set_autostart(self, name: str, autostart: int) -> None:
        device = self._named(name)
        if not device.persistent:
            raise errors.invalid("cannot set autostart for transient device")
        device.autostart = bool(autostart)

    # --- for guests --------------------------------------------------------------------------------------------

    def _pci(self, name: str) -> TestDevice:
        device = self._named(name)
        if "pci" not in device.own_capabilities:
            raise errors.bad_argument(f"device {name} is not a PCI device")
        return device

    async def node_device_dettach(self, name: str) -> None:
        self._pci(name).detached = True

    async def node_device_detach_flags(self, name: str, driverName: str | None, flags: int) -> None:
        errors.check_flags(flags, 0, "testNodeDeviceDetachFlags")
        if driverName not in (None, "vfio", "kvm", "xen"):
            text = f"unknown device assignment driver '{driverName}'"
            raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, text, errors.FROM)
        await self.node_device_dettach(name)

    async def node_device_re_attach(self, name: str) -> None:
        self._pci(name).detached = False

    async def node_device_reset(self, name: str) -> None:
        if not self._pci(name).detached:
            raise errors.invalid(f"Not resetting active device {name}")
