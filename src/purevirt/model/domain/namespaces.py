"""Elements of single drivers in the domain document: qemu:, lxc:, bhyve:, xen: and vmware:.

A driver reads its own namespace and ignores the others'; it drops what is not its own after parsing.
"""

from __future__ import annotations

from typing import Literal

from purevirt.errors import ErrorCode, ErrorDomain
from purevirt.model._engine import Element, ParseContext, XmlError, attr, c_integer, child, children
from purevirt.model.schema_text import matching, one_of
from purevirt.types.override import override

QEMU_URI = "http://libvirt.org/schemas/domain/qemu/1.0"
LXC_URI = "http://libvirt.org/schemas/domain/lxc/1.0"
BHYVE_URI = "http://libvirt.org/schemas/domain/bhyve/1.0"
XEN_URI = "http://libvirt.org/schemas/domain/xen/1.0"
VMWARE_URI = "http://libvirt.org/schemas/domain/vmware/1.0"

DeprecationBehavior = Literal["none", "omit", "reject", "crash"]
PropertyType = Literal["string", "signed", "unsigned", "bool", "remove"]
LxcNamespaceSource = Literal["none", "name", "pid", "netns"]


def _qemu_error(detail: str, code: int = ErrorCode.XML_ERROR) -> XmlError:
    return XmlError(detail, code, domain=ErrorDomain.QEMU)


class QemuArg(Element, tag="qemu:arg"):
    """One argument appended to QEMU's command line."""

    value: str = attr(required=True, missing=(ErrorCode.INTERNAL_ERROR, "No qemu command-line argument specified"))


class QemuEnv(Element, tag="qemu:env"):
    """One variable of QEMU's environment."""

    name: str = attr(
        required=True, missing=(ErrorCode.INTERNAL_ERROR, "No qemu environment name specified"), rng=matching("[a-zA-Z0-9_]+")
    )
    value: str | None = attr()

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if not (self.name[:1].isalpha() and self.name[:1].isascii()) and self.name[:1] != "_":
            text = "Invalid environment name, it must begin with a letter or underscore"
            raise _qemu_error(text, ErrorCode.INTERNAL_ERROR)
        if not all(c.isascii() and (c.isalnum() or c == "_") for c in self.name):
            text = "Invalid environment name, it must contain only alphanumerics and underscore"
            raise _qemu_error(text, ErrorCode.INTERNAL_ERROR)


class QemuCommandline(Element, tag="qemu:commandline"):
    """Arguments and environment beyond what libvirt writes; such a guest is tainted."""

    args: list[QemuArg] = children(QemuArg)
    envs: list[QemuEnv] = children(QemuEnv)


class QemuCapabilityAdd(Element, tag="qemu:add"):
    """A QEMU capability to be assumed."""

    capability: str = attr(required=True, missing=(ErrorCode.INTERNAL_ERROR, "missing capability name"))


class QemuCapabilityDel(Element, tag="qemu:del"):
    """A QEMU capability not to be used."""

    capability: str = attr(required=True, missing=(ErrorCode.INTERNAL_ERROR, "missing capability name"))


class QemuCapabilities(Element, tag="qemu:capabilities"):
    """Changes to the capabilities probed from QEMU."""

    adds: list[QemuCapabilityAdd] = children(QemuCapabilityAdd)
    dels: list[QemuCapabilityDel] = children(QemuCapabilityDel)


class QemuProperty(Element, tag="qemu:property"):
    """One property of a device, set or removed."""

    name: str = attr(required=True, missing="missing 'name' attribute for qemu:property")
    type: PropertyType = attr(
        PropertyType,
        required=True,
        error="Invalid value for attribute 'type' in element 'property': '%s'.",
        missing="Missing required attribute 'type' in element 'property'",
    )
    value: str | None = attr()

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        if self.type == "remove":
            self.value = None
            return
        if self.value is None:
            raise _qemu_error("missing 'value' attribute for 'qemu:property'")
        number = c_integer(self.value, 10)
        fits = {
            "string": True,
            "signed": number is not None and -(2**63) <= number < 2**63,
            "unsigned": number is not None and 0 <= number < 2**64,
            "bool": self.value in ("true", "false"),
        }
        if not fits[self.type]:
            raise _qemu_error(f"invalid value '{self.value}' of 'value' attribute of 'qemu:property'")


class QemuFrontend(Element, tag="qemu:frontend"):
    """Properties of the device's front end (-device)."""

    properties: list[QemuProperty] = children(QemuProperty)


class QemuDevice(Element, tag="qemu:device"):
    """Overrides of the device with an alias."""

    alias: str = attr(required=True, missing="missing 'alias' attribute for qemu:device")
    frontend: QemuFrontend | None = child(QemuFrontend)


class QemuOverride(Element, tag="qemu:override"):
    """Overrides of device properties that libvirt sets or does not know."""

    devices: list[QemuDevice] = children(QemuDevice)


class QemuDeprecation(Element, tag="qemu:deprecation"):
    """What QEMU does on deprecated use; checked when the guest starts."""

    behavior: str | None = attr(needed=True, rng=one_of("none", "omit", "reject", "crash"))


class LxcShareNet(Element, tag="lxc:sharenet"):
    """Whose network namespace the container joins."""

    type: LxcNamespaceSource = attr(LxcNamespaceSource, required=True)
    value: str | None = attr(needed=True)


class LxcShareIpc(Element, tag="lxc:shareipc"):
    """Whose IPC namespace the container joins."""

    type: LxcNamespaceSource = attr(LxcNamespaceSource, required=True)
    value: str | None = attr(needed=True)


class LxcShareUts(Element, tag="lxc:shareuts"):
    """Whose UTS namespace the container joins."""

    type: LxcNamespaceSource = attr(LxcNamespaceSource, required=True)
    value: str | None = attr(needed=True)


class LxcNamespace(Element, tag="lxc:namespace"):
    """Namespaces shared with another container or process."""

    sharenet: LxcShareNet | None = child(LxcShareNet)
    shareipc: LxcShareIpc | None = child(LxcShareIpc)
    shareuts: LxcShareUts | None = child(LxcShareUts)


class BhyveArg(Element, tag="bhyve:arg"):
    """One argument appended to bhyve's command line."""

    value: str = attr(required=True, missing=(ErrorCode.INTERNAL_ERROR, "No bhyve command-line argument specified"))


class BhyveCommandline(Element, tag="bhyve:commandline"):
    """Arguments beyond what libvirt writes."""

    args: list[BhyveArg] = children(BhyveArg)


class XenArg(Element, tag="xen:arg"):
    """One argument appended to the device model's command line."""

    value: str = attr(required=True, missing=(ErrorCode.INTERNAL_ERROR, "No xen command-line argument specified"))


class XenCommandline(Element, tag="xen:commandline"):
    """Arguments beyond what libvirt writes."""

    args: list[XenArg] = children(XenArg)


FIELDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "xmlns_qemu": (QEMU_URI, ("qemu_commandline", "qemu_capabilities", "qemu_override", "qemu_deprecation")),
    "xmlns_lxc": (LXC_URI, ("lxc_namespace",)),
    "xmlns_bhyve": (BHYVE_URI, ("bhyve_commandline",)),
    "xmlns_xen": (XEN_URI, ("xen_commandline",)),
    "xmlns_vmware": (VMWARE_URI, ("vmware_datacenterpath",)),
}
"""Declaration attribute of the root → (URI, fields of the domain that live in the namespace)."""


def says_nothing(element: object) -> bool:
    """Whether an element of a namespace holds nothing, so that it is not kept."""
    fields = getattr(type(element), "_fields", ())
    return bool(fields) and not any(getattr(element, field.name) for field in fields)
