"""`<numatune>`: which host nodes the guest's memory comes from."""

from __future__ import annotations

from typing import Literal

from purevirt.errors import ErrorCode
from purevirt.model._engine import UINT, Element, ParseContext, XmlError, attr, child, children
from purevirt.model.domain.cpuset import NODESET
from purevirt.types.override import override

NumatuneMode = Literal["strict", "preferred", "interleave", "restrictive"]
NumatunePlacement = Literal["static", "auto"]

_UNSUPPORTED = ErrorCode.CONFIG_UNSUPPORTED


class NumaMemory(Element, tag="memory"):
    """The rule for all memory. `placement="auto"` asks numad; static is not written, the node set says it."""

    schema_cases = ({"placement": ("auto",), "nodeset": "absent"}, {"placement": ("static", None)})

    mode: NumatuneMode | None = attr(NumatuneMode, error=(_UNSUPPORTED, "Unsupported NUMA memory tuning mode '%s'"))
    placement: NumatunePlacement | None = attr(
        NumatunePlacement, omit="static", error=(_UNSUPPORTED, "Unsupported NUMA memory placement mode '%s'")
    )
    nodeset: frozenset[int] | None = attr(NODESET, live="now")

    def settle(self, vcpus_placed_automatically: bool) -> bool:
        """Fill in what is left open; False when the element says nothing at all."""
        if self.mode is None and self.placement is None and self.nodeset is None:
            return False
        self.mode = self.mode or "strict"
        if self.placement is None:
            self.placement = "static" if self.nodeset or not vcpus_placed_automatically else "auto"
        if self.placement == "auto":
            self.nodeset = None
        elif self.nodeset is None:
            raise XmlError("nodeset for NUMA memory tuning must be set if 'placement' is 'static'", _UNSUPPORTED)
        return True


class MemNode(Element, tag="memnode"):
    """The rule for one guest node."""

    cellid: int = attr(UINT, required=True)
    mode: NumatuneMode = attr(NumatuneMode, default="strict", needed=True)
    nodeset: frozenset[int] = attr(NODESET, required=True, missing="Missing required nodeset attribute in memnode element")


class Numatune(Element, tag="numatune"):
    """NUMA policy of the guest."""

    memory: NumaMemory | None = child(NumaMemory)
    memnodes: list[MemNode] = children(MemNode)

    @override
    def after_parse(self, ctx: ParseContext) -> None:
        self.memnodes.sort(key=lambda node: node.cellid)

    def check_nodes(self, cells: int) -> None:
        """Every rule is for an existing guest node, once, and fits the rule for all."""
        if self.memnodes and not cells:
            raise XmlError("Element 'memnode' is invalid without any guest NUMA cells")
        if self.memnodes and self.memory is not None and self.memory.placement == "auto":
            raise XmlError("Per-node binding is not compatible with automatic NUMA placement.", _UNSUPPORTED)
        restrictive = self.memory is not None and self.memory.mode == "restrictive"
        seen: set[int] = set()
        for node in self.memnodes:
            if node.cellid >= cells:
                raise XmlError("Argument 'cellid' in memnode element must correspond to existing guest's NUMA cell")
            if node.cellid in seen:
                raise XmlError(f"Multiple memnode elements with cellid {node.cellid}")
            if restrictive and node.mode != "restrictive":
                message = "'restrictive' mode is required in memnode element when mode is 'restrictive' in memory element"
                raise XmlError(message)
            seen.add(node.cellid)
