"""What a list of devices cannot hold, told while it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode
from purevirt.model._engine import XmlError

if TYPE_CHECKING:
    from purevirt.model.domain.devices import Devices

_INTERNAL = ErrorCode.INTERNAL_ERROR
_SINGLE = {
    "watchdog": (_INTERNAL, "only a single watchdog device is supported"),
    "memballoon": (_INTERNAL, "only a single memory balloon device is supported"),
    "nvram": (_INTERNAL, "only a single nvram device is supported"),
    "redirfilter": (_INTERNAL, "only one set of redirection filter rule is supported"),
    "iommu": (ErrorCode.XML_ERROR, "only a single IOMMU device is supported"),
    "vsock": (ErrorCode.XML_ERROR, "only a single vsock device is supported"),
}
_MOST_TPMS = 2


def check_counts(node: Node) -> None:
    """Raise for the second one of a kind of which a guest has one."""
    found: dict[str, int] = {}
    for device in node:
        if isinstance(device.tag, str):
            found[device.tag] = found.get(device.tag, 0) + 1
    for tag, (code, text) in _SINGLE.items():
        if found.get(tag, 0) > 1:
            raise XmlError(text, code)
    if found.get("tpm", 0) > _MOST_TPMS:
        raise XmlError(
            "a maximum of two TPM devices is supported, one of them being a TPM Proxy device", ErrorCode.CONFIG_UNSUPPORTED
        )


def check_usb(devices: Devices) -> None:
    """A guest without USB has no USB devices; companions of a USB bus have a master."""
    controllers = [controller for controller in devices.controllers if controller.type == "usb"]
    disabled = any(controller.model == "none" for controller in controllers)
    if disabled and len(controllers) > 1:
        raise XmlError("Can't add another USB controller: USB is disabled for this domain", ErrorCode.XML_DETAIL)
    if any(c.master is not None for c in controllers) and all(c.master is not None for c in controllers):
        raise XmlError("No master USB controller specified", ErrorCode.XML_DETAIL)
    if not disabled:
        return
    if any(item.bus == "usb" for item in devices.inputs):
        raise XmlError("Can't add USB input device. USB bus is disabled", ErrorCode.CONFIG_UNSUPPORTED)
    if any(host.mode == "subsystem" and host.type == "usb" for host in devices.hostdevs):
        raise XmlError("Can't add host USB device: USB is disabled in this host", ErrorCode.CONFIG_UNSUPPORTED)
    if any(hub.type == "usb" for hub in devices.hubs):
        raise XmlError("Can't add USB hub: USB is disabled for this domain", ErrorCode.CONFIG_UNSUPPORTED)
