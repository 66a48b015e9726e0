"""SCSI, storage and Fibre Channel capabilities of node devices."""

from __future__ import annotations

from xml.etree.ElementTree import Element as Node

from purevirt.errors import ErrorCode
from purevirt.model._engine import UINT, ULONG, Case, Element, ParseContext, XmlError, attr, choice, leaf
from purevirt.model.lenient import Silent
from purevirt.model.node_device_context import OpenElement, device_name, internal, require_numbers
from purevirt.model.schema_text import WWN, matching, one_of
from purevirt.types.override import override


def check_sub_types(node: Node, ctx: ParseContext, known: tuple[str, ...], owner: str) -> None:
    """Raise INTERNAL_ERROR for a nested capability without a type or of an unknown one."""
    for nested in node.findall("capability"):
        kind = nested.get("type")
        if kind is None:
            raise internal(f"missing {owner} capability type", ctx)
        if kind not in known:
            raise internal(f"unknown {owner} capability type '{kind}'", ctx)


class FcHost(OpenElement, tag="capability"):
    """A Fibre Channel host bus adapter."""

    type: str = attr(default="fc_host", needed=True)
    wwnn: str | None = leaf(needed=True, rng=WWN)
    wwpn: str | None = leaf(needed=True, rng=WWN)
    fabric_wwn: str | None = leaf(rng=WWN)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Both names must be known."""
        for name in ("wwnn", "wwpn"):
            if not getattr(self, name):
                raise XmlError(
                    f"no {name.upper()} supplied for '{device_name(ctx)}', and auto-generation failed",
                    ErrorCode.INTERNAL_ERROR,
                )


class VportOps(Element, tag="capability"):
    """Virtual ports: a fact of the host, so nothing that a document says of them is taken over."""

    schema_ordered = True

    type: str = attr(default="vport_ops", needed=True)
    max_vports: int | None = leaf(Silent(UINT), needed=True)
    vports: int | None = leaf(Silent(UINT), needed=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Read as none, as libvirt reads them."""
        self.max_vports = self.vports = 0


class ScsiHostCapability(OpenElement, tag="capability"):
    """A SCSI host adapter."""

    type: str = attr(default="scsi_host", needed=True)
    host: int | None = leaf(Silent(UINT), needed=True)
    unique_id: int | None = leaf(Silent(UINT))
    fc_host: FcHost | None = choice("@type", {"fc_host": FcHost, None: None}, tag="capability")
    vport_ops: VportOps | None = choice("@type", {"vport_ops": VportOps, None: None}, tag="capability")

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """A number, which a device to be made has not yet; known capabilities."""
        if not ctx.extra.get("new_device_name"):
            require_numbers(self, node, ctx, {"host": "SCSI host ID"})
        if node.find("unique_id") is not None and self.unique_id is None:
            raise internal("invalid unique_id supplied", ctx)
        check_sub_types(node, ctx, ("fc_host", "vport_ops"), "SCSI host")


class FcRemotePort(OpenElement, tag="capability"):
    """The remote port behind a SCSI target."""

    type: str = attr(default="fc_remote_port", needed=True)
    rport: str | None = leaf(needed=True)
    wwpn: str | None = leaf(rng=WWN, needed=True)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        """Both must be said; the name is 64 bits in hexadecimal."""
        if not self.rport:
            raise internal("missing rport name", ctx)
        if not self.wwpn:
            raise internal("missing wwpn identifier", ctx)
        self.wwpn = _wwn(self.wwpn)


def _wwn(value: str) -> str:
    try:
        return f"0x{int(value, 16):016x}"
    except ValueError:
        return value


class ScsiTargetCapability(OpenElement, tag="capability"):
    """A SCSI target."""

    type: str = attr(default="scsi_target", needed=True)
    target: str | None = leaf(needed=True)
    fc_remote_port: FcRemotePort | None = choice("@type", {"fc_remote_port": FcRemotePort, None: None}, tag="capability")

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """It is named."""
        if not self.target:
            raise internal("no target name supplied", ctx)
        check_sub_types(node, ctx, ("fc_remote_port",), "SCSI target")


class ScsiCapability(OpenElement, tag="capability"):
    """A SCSI device."""

    type: str = attr(default="scsi", needed=True)
    host: int | None = leaf(Silent(UINT), needed=True)
    bus: int | None = leaf(Silent(UINT), needed=True)
    target: int | None = leaf(Silent(UINT), needed=True)
    lun: int | None = leaf(Silent(UINT), needed=True)
    scsi_type: str | None = leaf(name="type")

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """The whole address."""
        require_numbers(
            self,
            node,
            ctx,
            {"host": "SCSI host ID", "bus": "SCSI bus ID", "target": "SCSI target ID", "lun": "SCSI LUN ID"},
        )


class ScsiGenericCapability(OpenElement, tag="capability"):
    """The generic character device of a SCSI device."""

    type: str = attr(default="scsi_generic", needed=True)
    char: str | None = leaf(needed=True)


_BLOCKS: tuple[Case, ...] = (
    {"logical_block_size": "present", "num_blocks": "present"},
    {"logical_block_size": "absent", "num_blocks": "absent"},
)
_PATH = matching(r"/[a-zA-Z0-9_\+\-/%]+")


class RemovableMedia(OpenElement, tag="capability"):
    """A drive with removable media; sizes in bytes."""

    schema_cases = _BLOCKS

    type: str = attr(default="removable", needed=True)
    media_available: int | None = leaf(Silent(UINT), needed=True, rng=one_of("0", "1"))
    media_size: int | None = leaf(Silent(ULONG), needed=True)
    media_label: str | None = leaf()
    logical_block_size: int | None = leaf(Silent(ULONG), omit=0)
    num_blocks: int | None = leaf(Silent(ULONG), omit=0)

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """The size must be said; block sizes are facts of the host."""
        self.media_available = 1 if self.media_available else 0
        require_numbers(self, node, ctx, {"media_size": "removable media size"})
        self.logical_block_size = self.num_blocks = None


class Hotpluggable(Element, tag="capability"):
    """A drive that can be unplugged."""

    type: str = attr(default="hotpluggable", needed=True)


class StorageCapability(OpenElement, tag="capability"):
    """A block device; sizes in bytes."""

    schema_cases = (
        {"removable": "present", **dict.fromkeys(("size", "logical_block_size", "num_blocks"), "absent")},
        *({"removable": "absent", "size": "present", **blocks} for blocks in _BLOCKS),
    )

    type: str = attr(default="storage", needed=True)
    block: str | None = leaf(needed=True, rng=_PATH)
    bus: str | None = leaf()
    drive_type: str | None = leaf()
    model: str | None = leaf()
    vendor: str | None = leaf()
    serial: str | None = leaf()
    removable: RemovableMedia | None = choice("@type", {"removable": RemovableMedia, None: None}, tag="capability")
    size: int | None = leaf(Silent(ULONG))
    logical_block_size: int | None = leaf(Silent(ULONG), omit=0)
    num_blocks: int | None = leaf(Silent(ULONG), omit=0)
    hotpluggable: Hotpluggable | None = choice("@type", {"hotpluggable": Hotpluggable, None: None}, tag="capability")

    @override
    def check_node(self, node: Node, ctx: ParseContext) -> None:
        """A device, and a size unless its media is removable; block sizes are facts of the host."""
        if not self.block:
            raise internal("no block device path supplied", ctx)
        check_sub_types(node, ctx, ("removable", "hotpluggable"), "storage")
        if self.removable is None:
            require_numbers(self, node, ctx, {"size": "size"})
        else:
            self.size = None
        self.logical_block_size = self.num_blocks = None
