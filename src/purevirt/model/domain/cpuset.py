"""Sets of host CPUs, NUMA nodes and vCPUs where an empty set is an error."""

from __future__ import annotations

from purevirt.errors import ErrorCode
from purevirt.model._engine import BITMAP, XmlError, format_bitmap
from purevirt.types.override import override


class NonEmptySet(type(BITMAP)):  # type: ignore[misc]
    """A bitmap that must not be empty; `what` is the attribute that the error names."""

    def __init__(self, what: str, limit: int = 16384) -> None:
        super().__init__(limit)
        self.what = what

    @override
    def parse(self, text: str) -> frozenset[int]:
        numbers: frozenset[int] = super().parse(text)
        if not numbers:
            raise XmlError(f"Invalid value of '{self.what}': {text}", ErrorCode.CONFIG_UNSUPPORTED)
        return numbers


CPUSET = NonEmptySet("cpuset")
NODESET = NonEmptySet("nodeset")

__all__ = ["CPUSET", "NODESET", "NonEmptySet", "format_bitmap"]
