"""`<controller>`: the buses that devices plug into (formatdomain.html, "Controllers")."""

from __future__ import annotations

from typing import Literal
from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode
from purevirt.model._engine import (
    INT,
    ON_OFF,
    UINT,
    Element,
    Hex,
    Int,
    ParseContext,
    Size,
    XmlError,
    attr,
    child,
    leaf,
    own_forms,
)
from purevirt.model.domain.device import Device, UsbMaster
from purevirt.model.domain.virtio import VirtioOptions
from purevirt.model.schema_text import UINT8, words
from purevirt.types.override import override

ControllerType = Literal["ide", "fdc", "scsi", "sata", "virtio-serial", "ccid", "usb", "pci", "xenbus", "isa"]
ScsiModel = Literal[
    "auto", "buslogic", "lsilogic", "lsisas1068", "vmpvscsi", "ibmvscsi", "virtio-scsi", "lsisas1078",
    "virtio-transitional", "virtio-non-transitional", "ncr53c90", "dc390", "am53c974",
]  # fmt: skip
UsbModel = Literal[
    "piix3-uhci", "piix4-uhci", "ehci", "ich9-ehci1", "ich9-uhci1", "ich9-uhci2", "ich9-uhci3", "vt82c686b-uhci",
    "pci-ohci", "nec-xhci", "qusb1", "qusb2", "qemu-xhci", "none",
]  # fmt: skip
PciModel = Literal[
    "pci-root", "pcie-root", "pci-bridge", "dmi-to-pci-bridge", "pcie-to-pci-bridge", "pcie-root-port",
    "pcie-switch-upstream-port", "pcie-switch-downstream-port", "pci-expander-bus", "pcie-expander-bus",
]  # fmt: skip
IdeModel = Literal["piix3", "piix4", "ich6"]
VirtioSerialModel = Literal["virtio", "virtio-transitional", "virtio-non-transitional"]
PciModelName = Literal[
    "none", "pci-bridge", "i82801b11-bridge", "ioh3420", "x3130-upstream", "xio3130-downstream", "pxb", "pxb-pcie",
    "pcie-root-port", "spapr-pci-host-bridge", "pcie-pci-bridge",
]  # fmt: skip

MODELS: dict[str, tuple[str, ...]] = {
    "scsi": ScsiModel.__args__,  # type: ignore[attr-defined]
    "usb": UsbModel.__args__,  # type: ignore[attr-defined]
    "pci": PciModel.__args__,  # type: ignore[attr-defined]
    "ide": IdeModel.__args__,  # type: ignore[attr-defined]
    "virtio-serial": VirtioSerialModel.__args__,  # type: ignore[attr-defined]
}
"""The models of each controller type; a type that is missing here has none."""


class _Count(Int):
    """A count that libvirt reads as a signed integer and then wants not negative: two texts for two mistakes."""

    def __init__(self) -> None:
        super().__init__(0, 2**31 - 1, "integer value")

    @override
    def parse(self, text: str) -> int:
        """The number; ValueError says which of the two it is not."""
        value = INT.parse(text)
        if value < 0:
            raise ValueError("non-negative value")
        return int(value)


COUNT = _Count()


class _TargetNumber(Hex):
    """A number of the `<target>`, read in any base; decimal or, with digits, hexadecimal when written."""

    def __init__(self, *, written_hex: bool = False) -> None:
        super().__init__(1, 2**31 - 1)
        self.minimum = -(2**31)
        self.what = "integer value"
        self.written_hex = written_hex

    @override
    def format(self, value: int) -> str:
        """`8` or `0x8`."""
        return super().format(value) if self.written_hex else str(value)


COMPANION_PORTS = {"ich9-uhci1": 0, "ich9-uhci2": 2, "ich9-uhci3": 4}
"""Where the ports of the ICH9's USB 1 companions start on their USB 2 master."""


class ControllerModel(Element, tag="model"):
    """The device the hypervisor emulates for the PCI controller."""

    name: PciModelName | None = attr(PciModelName, omit="none", needed=True, rng=words(PciModelName, "none"))


class ControllerTarget(Element, tag="target"):
    """What the guest sees of a PCI controller: chassis, port, bus number, index, hotplug, NUMA node."""

    chassis_nr: int | None = attr(_TargetNumber(), name="chassisNr", rng=UINT8)
    chassis: int | None = attr(_TargetNumber(), rng=UINT8)
    port: int | None = attr(_TargetNumber(written_hex=True), rng=UINT8)
    bus_nr: int | None = attr(_TargetNumber(), name="busNr", rng=UINT8)
    index: int | None = attr(_TargetNumber(), rng=UINT8)
    hotplug: bool | None = attr(ON_OFF)
    node: int | None = leaf(UINT, error="invalid NUMA node in target")

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Ranges: each number fits its place in PCI configuration space."""
        for name, value, low, high in (
            ("chassisNr", self.chassis_nr, 1, 255),
            ("chassis", self.chassis, 0, 255),
            ("port", self.port, 0, 255),
            ("busNr", self.bus_nr, 1, 254),
            ("target index", self.index, 0, 30),
        ):
            if value is not None and not low <= value <= high:
                raise XmlError(
                    f"PCI controller {name} '{value}' out of range - must be {low}-{high}",
                    ErrorCode.CONFIG_UNSUPPORTED,
                )


class ControllerDriver(VirtioOptions, tag="driver"):
    """Queues, limits and the IOThread of a controller."""

    queues: int | None = attr(UINT, omit=0)
    cmd_per_lun: int | None = attr(UINT, omit=0)
    max_sectors: int | None = attr(UINT, omit=0)
    ioeventfd: bool | None = attr(ON_OFF)
    iothread: int | None = attr(UINT, omit=0)


_ROOTS = ("pci-root", "pcie-root")
_BRIDGES = tuple(model for model in MODELS["pci"] if model not in _ROOTS)


class Controller(Device, tag="controller"):
    """One controller; `index` None asks for the lowest free one of its type."""

    schema_hides = ()
    known_by = ("type", "index")
    schema_cases = own_forms(
        {"type": ("fdc", "sata", "ccid", "isa")},
        {"type": ("scsi",), "model": (*MODELS["scsi"], None)},
        {"type": ("usb",), "model": (*MODELS["usb"], None), "ports": "optional", "master": "optional"},
        {"type": ("ide",), "model": (*MODELS["ide"], None)},
        {"type": ("pci",), "model": _ROOTS, "pci_model": "optional", "target": "optional", "pcihole64": "optional"},
        {"type": ("pci",), "model": _BRIDGES, "pci_model": "optional", "target": "optional"},
        {"type": ("virtio-serial",), "model": (*MODELS["virtio-serial"], None), "ports": "optional", "vectors": "optional"},
        {"type": ("xenbus",), "max_grant_frames": "optional", "max_event_channels": "optional"},
    )

    type: ControllerType = attr(ControllerType, default="ide", needed=True)
    index: int | None = attr(COUNT)
    model: str | None = attr()
    ports: int | None = attr(COUNT, doc="usb and virtio-serial")
    vectors: int | None = attr(COUNT, doc="virtio-serial")
    max_grant_frames: int | None = attr(COUNT, name="maxGrantFrames", doc="xenbus")
    max_event_channels: int | None = attr(COUNT, name="maxEventChannels", doc="xenbus")
    pci_model: ControllerModel | None = child(ControllerModel)
    target: ControllerTarget | None = child(ControllerTarget)
    pcihole64: int | None = leaf(Size("KiB"), doc="KiB; pci-root and pcie-root")
    driver: ControllerDriver | None = child(ControllerDriver)

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """`<model>` and `<target>` stand once."""
        for tag in ("model", "target"):
            if len(node.findall(tag)) > 1:
                raise XmlError(f"Multiple <{tag}> elements in controller definition not allowed", node=node)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """The model is one of the type's; what another type alone may have is forgotten."""
        Device.after_parse(self, ctx)
        if self.model is not None and self.model not in MODELS.get(self.type, ()):
            raise XmlError(f"Unknown model type '{self.model}'", ErrorCode.CONFIG_UNSUPPORTED)
        if self.type not in ("usb", "virtio-serial"):
            self.ports = None
        if self.type != "virtio-serial":
            self.vectors = None
        if self.type != "xenbus":
            self.max_grant_frames = self.max_event_channels = None
        if self.type != "pci":
            self.pci_model = self.target = self.pcihole64 = None
        elif self.model not in ("pci-root", "pcie-root"):
            self.pcihole64 = None
        if self.type == "usb" and self.model == "none":
            self.address = None
        if self.type == "usb" and self.model in COMPANION_PORTS and self.master is None:
            self.master = UsbMaster(startport=COMPANION_PORTS[self.model])
