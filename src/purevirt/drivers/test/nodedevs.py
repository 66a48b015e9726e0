"""Devices of the host, and virtual ports of Fibre Channel adapters that clients make and unmake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from purevirt.api.events import Event
from purevirt.drivers.test import errors
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model._engine import ParseContext
from purevirt.model.node_device import DeviceParent, NodeDevice
from purevirt.model.node_device_storage import FcHost, ScsiHostCapability
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost

_CAPABILITIES = {
    "system": C.VIR_CONNECT_LIST_NODE_DEVICES_CAP_SYSTEM,
    "pci": C.VIR_CONNECT_LIST_NODE_DEVICES_CAP_PCI_DEV,
    "usb_device": C.VIR_CONNECT_LIST_NODE_DEVICES_CAP_USB_DEV,
    "usb": C.VIR_CONNECT_LIST_NODE_DEVICES_CAP_USB_INTERFACE,
    "net": C.VIR_CONNECT_LIST_NODE_DEVICES_CAP_NET,
    "scsi_host": C.VIR_CONNECT_LIST_NODE_DEVICES_CAP_SCSI_HOST,
    "scsi_target": C.VIR_CONNECT_LIST_NODE_DEVICES_CAP_SCSI_TARGET,
    "scsi": C.VIR_CONNECT_LIST_NODE_DEVICES_CAP_SCSI,
    "storage": C.VIR_CONNECT_LIST_NODE_DEVICES_CAP_STORAGE,
    "fc_host": C.VIR_CONNECT_LIST_NODE_DEVICES_CAP_FC_HOST,
    "vports": C.VIR_CONNECT_LIST_NODE_DEVICES_CAP_VPORTS,
    "scsi_generic": C.VIR_CONNECT_LIST_NODE_DEVICES_CAP_SCSI_GENERIC,
    "drm": C.VIR_CONNECT_LIST_NODE_DEVICES_CAP_DRM,
    "mdev_types": C.VIR_CONNECT_LIST_NODE_DEVICES_CAP_MDEV_TYPES,
    "mdev": C.VIR_CONNECT_LIST_NODE_DEVICES_CAP_MDEV,
    "ccw": C.VIR_CONNECT_LIST_NODE_DEVICES_CAP_CCW_DEV,
    "css": C.VIR_CONNECT_LIST_NODE_DEVICES_CAP_CSS_DEV,
    "vdpa": C.VIR_CONNECT_LIST_NODE_DEVICES_CAP_VDPA,
    "ap_card": C.VIR_CONNECT_LIST_NODE_DEVICES_CAP_AP_CARD,
    "ap_queue": C.VIR_CONNECT_LIST_NODE_DEVICES_CAP_AP_QUEUE,
    "ap_matrix": C.VIR_CONNECT_LIST_NODE_DEVICES_CAP_AP_MATRIX,
    "vpd": C.VIR_CONNECT_LIST_NODE_DEVICES_CAP_VPD,
}
_VPORT = "scsi_host12"
_VPORT_PATTERN = "scsi_host11"
_NEW = "new device"


@dataclass(slots=True, eq=False)
class TestDevice:
    """One device."""

    __test__ = False

    document: NodeDevice
    active: bool = True
    persistent: bool = False
    """Defined, so that it stays when it is destroyed."""
    autostart: bool = False
    detached: bool = False
    """From the host's driver, for a guest."""

    @property
    def name(self) -> str:
        return self.document.name or ""

    @property
    def ref(self) -> p.NonnullNodeDevice:
        return p.NonnullNodeDevice(self.name)

    @property
    def parent(self) -> str | None:
        return self.document.parent.name if self.document.parent is not None else None

    @property
    def own_capabilities(self) -> list[str]:
        """The types as the document has them."""
        return [capability.type for capability in self._typed]

    @property
    def all_capabilities(self) -> set[str]:
        """With those below the SCSI host's own."""
        found = set(self.own_capabilities)
        for capability in self._typed:
            if isinstance(capability, ScsiHostCapability):
                found |= {"fc_host"} if capability.fc_host is not None else set()
                found |= {"vports"} if capability.vport_ops is not None else set()
        return found

    @property
    def fc_host(self) -> FcHost | None:
        for capability in self._typed:
            if isinstance(capability, ScsiHostCapability) and capability.fc_host is not None:
                return capability.fc_host
        return None

    @property
    def _typed(self) -> list[Any]:
        return list(self.document.capabilities)


def emit_device(host: TestHost, device: TestDevice, event: int) -> None:
    message = p.NodeDeviceEventLifecycleMsg(0, device.ref, event, 0)
    host.hub.emit(Event("node_device", C.VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE, device.name, message))


def create_vport(host: TestHost, wwnn: str, wwpn: str) -> TestDevice:
    """The virtual port, always of one name; a second one takes the place of the first."""
    pattern = host.devices.get(_VPORT_PATTERN)
    if pattern is None:
        raise errors.not_found(ErrorCode.NO_NODE_DEVICE, f"no node device with matching name '{_VPORT_PATTERN}'")
    device = TestDevice(pattern.document.copy())
    device.document.name = _VPORT
    its = device.fc_host
    if its is not None:
        its.wwnn, its.wwpn = wwnn, wwpn
    host.devices.add(device)
    emit_device(host, device, C.VIR_NODE_DEVICE_EVENT_CREATED)
    return device


def destroy_vport(host: TestHost, device: TestDevice) -> None:
    host.devices.remove(device)
    emit_device(host, device, C.VIR_NODE_DEVICE_EVENT_DELETED)


def by_wwns(host: TestHost, wwnn: str | None, wwpn: str | None) -> TestDevice | None:
    """The adapter with these names."""
    for device in host.devices:
        its = device.fc_host
        if its is not None and its.wwnn == wwnn and its.wwpn == wwpn:
            return device
    return None


def _parent_device(host: TestHost, parent: DeviceParent | None) -> TestDevice | None:
    """The adapter that shall have the new port: by name, by its world wide names, any that can have ports."""
    if parent is not None and parent.name:
        return host.devices.get(parent.name)
    if parent is not None and parent.wwnn:
        return by_wwns(host, parent.wwnn, parent.wwpn)
    return next((device for device in host.devices if "vports" in device.all_capabilities), None)


def named_device(host: TestHost, name: str) -> TestDevice:
    """The device; NO_NODE_DEVICE."""
    found = host.devices.get(name)
    if found is None:
        raise errors.not_found(ErrorCode.NO_NODE_DEVICE, f"no node device with matching name '{name}'")
    return found


class NodeDeviceFacet:
    """virNodeDevice*."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    def _named(self, name: str) -> TestDevice:
        return named_device(self._host, name)

    async def node_device_lookup_by_name(self, name: str) -> p.NonnullNodeDevice:
        return self._named(name).ref

    def _with(self, cap: str | None) -> list[str]:
        return [device.name for device in self._host.devices if cap is None or cap in device.all_capabilities]

    async def node_num_of_devices(self, cap: str | None, flags: int) -> int:
        errors.check_flags(flags, 0, "testNodeNumOfDevices")
        return len(self._with(cap))

    async def node_list_devices(self, cap: str | None, maxnames: int, flags: int) -> list[str]:
        errors.check_flags(flags, 0, "testNodeListDevices")
        return self._with(cap)[:maxnames]

    async def connect_list_all_node_devices(self, need_results: int, flags: int) -> p.ConnectListAllNodeDevicesRet:
        errors.check_flags(flags, sum(_CAPABILITIES.values()), "testConnectListAllNodeDevices")
        wanted = {name for name, bit in _CAPABILITIES.items() if flags & bit}
        refs = [device.ref for device in self._host.devices if not wanted or wanted & device.all_capabilities]
        return p.ConnectListAllNodeDevicesRet(refs if need_results else [], len(refs))

    async def node_device_get_xml_desc(self, name: str, flags: int) -> str:
        errors.check_flags(flags, 0, "testNodeDeviceGetXMLDesc")
        return self._named(name).document.to_xml()

    async def node_device_get_parent(self, name: str) -> str | None:
        return self._named(name).parent

    async def node_device_num_of_caps(self, name: str) -> int:
        return len(self._named(name).own_capabilities)

    async def node_device_list_caps(self, name: str, maxnames: int) -> list[str]:
        return self._named(name).own_capabilities[:maxnames]

    async def node_device_create_xml(self, xml_desc: str, flags: int) -> p.NonnullNodeDevice:
        errors.check_flags(flags, C.VIR_NODE_DEVICE_CREATE_XML_VALIDATE, "testNodeDeviceCreateXML")
        validate = bool(flags & C.VIR_NODE_DEVICE_CREATE_XML_VALIDATE)
        document = NodeDevice.from_xml(xml_desc, ParseContext(validate=validate, extra={"new_device_name": _NEW}))
        its = TestDevice(document).fc_host
        if its is None:
            raise VirtError(ErrorCode.INTERNAL_ERROR, "Device is not a fibre channel HBA", ErrorDomain.NODEDEV)
        parent = _parent_device(self._host, document.parent)
        if parent is None:
            text = f"Could not find parent device for '{document.name}'"
            raise VirtError(ErrorCode.INTERNAL_ERROR, text, ErrorDomain.NODEDEV)
        if "vports" not in parent.all_capabilities:
            text = f"Parent device {parent.name} is not capable of vport operations"
            raise VirtError(ErrorCode.INTERNAL_ERROR, text, ErrorDomain.NODEDEV)
        return create_vport(self._host, its.wwnn or "", its.wwpn or "").ref

    async def node_device_destroy(self, name: str) -> None:
        device = self._named(name)
        if device.persistent:
            if not device.active:
                raise errors.invalid("Device is not active")
            device.active = False
            emit_device(self._host, device, C.VIR_NODE_DEVICE_EVENT_DELETED)
            return
        if "mdev" in device.own_capabilities:
            self._host.devices.remove(device)
            emit_device(self._host, device, C.VIR_NODE_DEVICE_EVENT_DELETED)
            return
        if device.fc_host is not None and self._host.devices.get(device.parent or "") is not None:
            destroy_vport(self._host, device)
