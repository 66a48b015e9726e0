"""The driver's facets, each a small object with procedures as methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from purevirt.drivers.qemu.state import QemuState


def facets(state: QemuState) -> list[object]:
    """All of them."""
    from purevirt.drivers.qemu.agent_calls import AgentFacet
    from purevirt.drivers.qemu.block import BlockFacet
    from purevirt.drivers.qemu.caps import CapabilitiesFacet
    from purevirt.drivers.qemu.console import ConsoleFacet
    from purevirt.drivers.qemu.cpu_calls import CpuFacet
    from purevirt.drivers.qemu.cpu_stats import CpuStatsFacet
    from purevirt.drivers.qemu.define import DefineFacet
    from purevirt.drivers.qemu.dirty_rate import DirtyRateFacet
    from purevirt.drivers.qemu.dump import DumpFacet
    from purevirt.drivers.qemu.fd_groups import FdGroupFacet
    from purevirt.drivers.qemu.graphics_fd import GraphicsFdFacet
    from purevirt.drivers.qemu.info import InfoFacet
    from purevirt.drivers.qemu.interfaces import InterfaceFacet
    from purevirt.drivers.qemu.iothreads import IothreadFacet
    from purevirt.drivers.qemu.jobs import JobFacet
    from purevirt.drivers.qemu.keys import KeyFacet
    from purevirt.drivers.qemu.lifecycle import LifecycleFacet
    from purevirt.drivers.qemu.lookup import LookupFacet
    from purevirt.drivers.qemu.memory import MemoryFacet
    from purevirt.drivers.qemu.messages import MessageFacet
    from purevirt.drivers.qemu.metadata import MetadataFacet
    from purevirt.drivers.qemu.node import NodeFacet
    from purevirt.drivers.qemu.node_actions import NodeActionFacet
    from purevirt.drivers.qemu.passthrough import PassthroughFacet
    from purevirt.drivers.qemu.peek import PeekFacet
    from purevirt.drivers.qemu.pinning import PinFacet
    from purevirt.drivers.qemu.power import PowerFacet
    from purevirt.drivers.qemu.rename import RenameFacet
    from purevirt.drivers.qemu.save import SaveFacet
    from purevirt.drivers.qemu.save_edit import SaveEditFacet
    from purevirt.drivers.qemu.screenshot import ScreenshotFacet
    from purevirt.drivers.qemu.security import SecurityFacet
    from purevirt.drivers.qemu.stats import StatsFacet
    from purevirt.drivers.qemu.vcpus import VcpuFacet

    return [
        LookupFacet(state),
        DefineFacet(state),
        InfoFacet(state),
        LifecycleFacet(state),
        PassthroughFacet(state),
        ConsoleFacet(state),
        StatsFacet(state),
        SaveFacet(state),
        MemoryFacet(state),
        MetadataFacet(state),
        KeyFacet(state),
        ScreenshotFacet(state),
        NodeFacet(state),
        SecurityFacet(state),
        VcpuFacet(state),
        PinFacet(state),
        IothreadFacet(state),
        JobFacet(state),
        DumpFacet(state),
        RenameFacet(state),
        NodeActionFacet(state),
        AgentFacet(state),
        CapabilitiesFacet(state),
        CpuFacet(state),
        GraphicsFdFacet(state),
        FdGroupFacet(state),
        CpuStatsFacet(state),
        SaveEditFacet(state),
        MessageFacet(state),
        PeekFacet(state),
        PowerFacet(state),
        InterfaceFacet(state),
        BlockFacet(state),
        DirtyRateFacet(state),
    ]
