"""What makes the test driver's events, each by the call that does: in this process and over the wire.

The kinds of guests' events that no call makes are made by rules: `test_domains.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from conformance.opened import opened, session_daemon, wire
from purevirt.client.blocking.of_connection import Connection
from purevirt.client.blocking.of_domain import Domain
from purevirt.types import constants as C

DISK = "<disk type='file' device='disk'><source file='/guest/c'/><target dev='vdc' bus='virtio'/></disk>"
CDROM = "<disk type='file' device='cdrom'>{}<target dev='sda' bus='sata'/><readonly/></disk>"
BACKUP = "<domainbackup><disks><disk name='vda' type='file'><target file='/tmp/b'/></disk></disks></domainbackup>"
NETWORK = "<network><name>n</name><bridge name='virbr7'/><ip address='192.168.99.1' netmask='255.255.255.0'/></network>"
POOL = "<pool type='dir'><name>p</name><target><path>/p</path></target></pool>"
MDEV = """<device><parent>computer</parent><capability type='mdev'><type id='t'/>
<uuid>11111111-2222-3333-4444-555555555590</uuid></capability></device>"""
SECRET = "<secret><uuid>11111111-2222-3333-4444-555555555570</uuid><usage type='ceph'><name>n</name></usage></secret>"
Act = Callable[[Connection, Domain], Any]


def _change_medium(conn: Connection, dom: Domain) -> None:
    dom.attach_device_flags(CDROM.format(""), 1)
    dom.update_device_flags(CDROM.format("<source file='/iso'/>"), 1)


def _backup(conn: Connection, dom: Domain) -> None:
    dom.backup_begin(BACKUP)


def _detach(conn: Connection, dom: Domain) -> None:
    dom.attach_device_flags(DISK, 1)
    dom.detach_device_flags(DISK, 1)


def _wake(conn: Connection, dom: Domain) -> None:
    dom.pm_suspend_for_duration(C.VIR_NODE_SUSPEND_TARGET_MEM, 0)
    dom.pm_wakeup()


DOMAIN: dict[str, tuple[int, Act]] = {
    "lifecycle": (C.VIR_DOMAIN_EVENT_ID_LIFECYCLE, lambda conn, dom: dom.suspend()),
    "metadata-change": (
        C.VIR_DOMAIN_EVENT_ID_METADATA_CHANGE,
        lambda conn, dom: dom.set_metadata(C.VIR_DOMAIN_METADATA_TITLE, "t", None, None, 0),
    ),
    "block-job": (C.VIR_DOMAIN_EVENT_ID_BLOCK_JOB, lambda conn, dom: dom.block_pull("vda")),
    "block-job-2": (C.VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2, lambda conn, dom: dom.block_pull("vda")),
    "block-threshold": (
        C.VIR_DOMAIN_EVENT_ID_BLOCK_THRESHOLD, lambda conn, dom: dom.set_block_threshold("vda", 1),
    ),
    "device-added": (C.VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, lambda conn, dom: dom.attach_device_flags(DISK, 1)),
    "device-removed": (C.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, _detach),
    "disk-change": (C.VIR_DOMAIN_EVENT_ID_DISK_CHANGE, _change_medium),
    "tray-change": (C.VIR_DOMAIN_EVENT_ID_TRAY_CHANGE, _change_medium),
    "job-completed": (C.VIR_DOMAIN_EVENT_ID_JOB_COMPLETED, _backup),
    "pm-suspend": (C.VIR_DOMAIN_EVENT_ID_PMSUSPEND, _wake),
    "pm-suspend-disk": (
        C.VIR_DOMAIN_EVENT_ID_PMSUSPEND_DISK,
        lambda conn, dom: dom.pm_suspend_for_duration(C.VIR_NODE_SUSPEND_TARGET_DISK, 0),
    ),
    "pm-wakeup": (C.VIR_DOMAIN_EVENT_ID_PMWAKEUP, _wake),
}  # fmt: skip


def _redefine(conn: Connection, dom: Domain) -> None:
    conn.node_device_define_xml(MDEV)
    conn.node_device_define_xml(MDEV)


def _secret(conn: Connection, dom: Domain) -> None:
    conn.secret_define_xml(SECRET).set_value(b"v")


OTHERS: dict[str, tuple[str, int, Act]] = {
    "network lifecycle": ("network", C.VIR_NETWORK_EVENT_ID_LIFECYCLE, lambda conn, dom: conn.network_define_xml(NETWORK)),
    "pool lifecycle": (
        "storage_pool", C.VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE, lambda conn, dom: conn.storage_pool_define_xml(POOL),
    ),
    "pool refresh": (
        "storage_pool", C.VIR_STORAGE_POOL_EVENT_ID_REFRESH,
        lambda conn, dom: conn.storage_pool_lookup_by_name("default-pool").refresh(),
    ),
    "device lifecycle": (
        "node_device", C.VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE, lambda conn, dom: conn.node_device_define_xml(MDEV),
    ),
    "device update": ("node_device", C.VIR_NODE_DEVICE_EVENT_ID_UPDATE, _redefine),
    "secret lifecycle": ("secret", C.VIR_SECRET_EVENT_ID_LIFECYCLE, _secret),
    "secret value": ("secret", C.VIR_SECRET_EVENT_ID_VALUE_CHANGED, _secret),
}  # fmt: skip


@pytest.fixture(scope="module", params=["here", "wire"])
def base(request: pytest.FixtureRequest) -> Iterator[Callable[[str], str]]:
    with ExitStack() as stack:
        if request.param == "here":
            yield lambda uri: uri
        else:
            path = stack.enter_context(session_daemon())
            yield lambda uri: wire(uri, path)


def _heard(conn: Connection, register: Callable[..., Any], number: int, act: Act) -> list[Any]:
    seen: list[Any] = []
    register(None, number, seen.append)
    act(conn, conn.domain_lookup_by_name("test"))
    while not seen and conn.process_events(5):
        pass
    return seen


@pytest.mark.parametrize("kind", DOMAIN)
def test_a_guests_event(kind: str, base: Callable[[str], str]) -> None:
    number, act = DOMAIN[kind]
    with opened(base(f"test:///default?for={kind}")) as conn:
        seen = _heard(conn, conn.domain_event_register_any, number, act)
        assert seen
        assert seen[0].event_id == number


@pytest.mark.parametrize("kind", OTHERS)
def test_an_objects_event(kind: str, base: Callable[[str], str]) -> None:
    what, number, act = OTHERS[kind]
    with opened(base(f"test:///default?for={kind.replace(' ', '-')}")) as conn:
        assert _heard(conn, getattr(conn, f"{what}_event_register_any"), number, act)
