"""The driver's facets, each a small object with procedures as methods."""

from __future__ import annotations

from purevirt.drivers.test.agent import AgentFacet
from purevirt.drivers.test.allstats import AllStatsFacet
from purevirt.drivers.test.backup import BackupFacet
from purevirt.drivers.test.blkio import BlkioFacet, ThrottleFacet
from purevirt.drivers.test.blockjobs import BlockJobFacet
from purevirt.drivers.test.checkpoints import CheckpointFacet
from purevirt.drivers.test.connection import ConnectionFacet
from purevirt.drivers.test.console import ConsoleFacet
from purevirt.drivers.test.cpu_models import CpuModelFacet
from purevirt.drivers.test.define import DefineFacet
from purevirt.drivers.test.dirty_rate import DirtyRateFacet
from purevirt.drivers.test.disk_sizes import DiskFacet
from purevirt.drivers.test.guest_facts import GuestFactsFacet
from purevirt.drivers.test.guestops import GuestOpsFacet
from purevirt.drivers.test.hardware import HardwareFacet
from purevirt.drivers.test.host import TestHost
from purevirt.drivers.test.host_actions import HostActionsFacet
from purevirt.drivers.test.host_facts import HostFactsFacet
from purevirt.drivers.test.hotplug import HotplugFacet
from purevirt.drivers.test.info import InfoFacet
from purevirt.drivers.test.interfaces import InterfaceFacet
from purevirt.drivers.test.iothreads import IothreadFacet
from purevirt.drivers.test.jobs import JobFacet
from purevirt.drivers.test.lifecycle import LifecycleFacet
from purevirt.drivers.test.lookup import LookupFacet
from purevirt.drivers.test.memory import MemoryFacet
from purevirt.drivers.test.metadata import MetadataFacet
from purevirt.drivers.test.migration import MigrationFacet
from purevirt.drivers.test.migration_limits import MigrationLimitsFacet
from purevirt.drivers.test.networks import NetworkFacet
from purevirt.drivers.test.nodedev_states import NodeDeviceStateFacet
from purevirt.drivers.test.nodedevs import NodeDeviceFacet
from purevirt.drivers.test.nwfilters import BindingFacet, FilterFacet
from purevirt.drivers.test.pools import PoolFacet
from purevirt.drivers.test.ports import PortFacet
from purevirt.drivers.test.power import PowerFacet
from purevirt.drivers.test.saving import SaveFacet
from purevirt.drivers.test.scheduler import SchedulerFacet
from purevirt.drivers.test.screenshot import ScreenshotFacet
from purevirt.drivers.test.secrets import SecretFacet
from purevirt.drivers.test.snapshots import SnapshotFacet
from purevirt.drivers.test.stats import StatsFacet
from purevirt.drivers.test.tuning import BandwidthFacet, LifecycleActionFacet, MemtuneFacet, NumaFacet, PerfFacet
from purevirt.drivers.test.vcpus import VcpuFacet
from purevirt.drivers.test.volume_data import VolumeDataFacet
from purevirt.drivers.test.volumes import VolumeFacet

_KINDS = (
    HardwareFacet,
    LookupFacet,
    DefineFacet,
    LifecycleFacet,
    InfoFacet,
    NetworkFacet,
    InterfaceFacet,
    PoolFacet,
    VolumeFacet,
    NodeDeviceFacet,
    IothreadFacet,
    AllStatsFacet,
    VcpuFacet,
    StatsFacet,
    SchedulerFacet,
    MemtuneFacet,
    NumaFacet,
    PerfFacet,
    LifecycleActionFacet,
    BandwidthFacet,
    BlkioFacet,
    ThrottleFacet,
    MetadataFacet,
    GuestOpsFacet,
    SaveFacet,
    CpuModelFacet,
    SnapshotFacet,
    CheckpointFacet,
    MemoryFacet,
    ScreenshotFacet,
    JobFacet,
    BlockJobFacet,
    BackupFacet,
    HotplugFacet,
    ConsoleFacet,
    PortFacet,
    FilterFacet,
    BindingFacet,
    SecretFacet,
    VolumeDataFacet,
    DiskFacet,
    PowerFacet,
    GuestFactsFacet,
    HostFactsFacet,
    MigrationLimitsFacet,
    MigrationFacet,
    NodeDeviceStateFacet,
    HostActionsFacet,
    DirtyRateFacet,
    AgentFacet,
)


def facets(host: TestHost, uri: str) -> list[object]:
    """All of them."""
    return [ConnectionFacet(host, uri), *(kind(host) for kind in _KINDS)]
