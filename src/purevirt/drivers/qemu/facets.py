"""The driver's facets, each a small object with procedures as methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState


def facets(state: QemuState) -> list[object]:
    """All of them."""
    from purevirt.drivers.qemu.console import ConsoleFacet
    from purevirt.drivers.qemu.define import DefineFacet
    from purevirt.drivers.qemu.info import InfoFacet
    from purevirt.drivers.qemu.lifecycle import LifecycleFacet
    from purevirt.drivers.qemu.lookup import LookupFacet
    from purevirt.drivers.qemu.passthrough import PassthroughFacet
    from purevirt.drivers.qemu.save import SaveFacet
    from purevirt.drivers.qemu.stats import StatsFacet

    kinds = (LookupFacet, DefineFacet, InfoFacet, LifecycleFacet, PassthroughFacet, ConsoleFacet, StatsFacet, SaveFacet)
    return [kind(state) for kind in kinds]
