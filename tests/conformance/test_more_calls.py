"""Calls of the test driver that upstream's lacks: agents, pages, devices that are defined, migration to another host."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import purevirt
from conformance.opened import error_of, opened, session_daemon, wire
from purevirt.client.blocking.of_connection import Connection
from purevirt.errors import ErrorCode
from purevirt.types import constants as C

MDEV = """<device><parent>computer</parent><capability type='mdev'><type id='t'/>
<uuid>11111111-2222-3333-4444-555555555590</uuid></capability></device>"""
NAME = "mdev_11111111_2222_3333_4444_555555555590_computer"
GUEST = "<domain type='test'><name>{0}</name><uuid>{1}</uuid><memory>2048</memory><os><type>hvm</type></os></domain>"
U = "11111111-2222-3333-4444-555555555501"


@pytest.fixture(scope="module", params=["here", "wire"])
def daemon(request: pytest.FixtureRequest) -> Iterator[Path | None]:
    with ExitStack() as stack:
        yield stack.enter_context(session_daemon()) if request.param == "wire" else None


def uri_of(text: str, daemon: Path | None) -> str:
    return text if daemon is None else wire(text, daemon)


@pytest.fixture
def conn(daemon: Path | None) -> Iterator[Connection]:
    with opened(uri_of("test:///default?clock=virtual", daemon)) as its:
        yield its


def test_keys_and_processors_of_a_guest(conn: Connection) -> None:
    dom = conn.domain_lookup_by_name("test")
    dom.authorized_ssh_keys_set("root", ["a", "b"])
    dom.authorized_ssh_keys_set("root", ["c"], C.VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_APPEND)
    dom.authorized_ssh_keys_set("root", ["a"], C.VIR_DOMAIN_AUTHORIZED_SSH_KEYS_SET_REMOVE)
    assert dom.authorized_ssh_keys_get("root") == ["b", "c"]
    assert error_of(dom.authorized_ssh_keys_get, "nobody")[0] == ErrorCode.OPERATION_FAILED
    assert dom.get_guest_vcpus() == {"vcpus": "0-1", "online": "0-1", "offlinable": "1"}
    dom.set_guest_vcpus("1", 0)
    assert dom.get_guest_vcpus()["online"] == "0"
    assert error_of(dom.set_guest_vcpus, "0", 0)[0] == ErrorCode.INVALID_ARG
    assert error_of(dom.set_guest_vcpus, "5", 1)[0] == ErrorCode.INVALID_ARG
    dom.set_vcpu("1", 0)
    assert dom.get_vcpus_flags(0) == 1
    assert "<vcpu id='1' enabled='no'" in dom.get_xml_desc(0)
    assert dom.agent_set_response_timeout(-2) == 0
    dom.start_dirty_rate_calc(1)
    (record,) = conn.get_all_domain_stats(C.VIR_DOMAIN_STATS_DIRTYRATE)
    assert record.params["dirtyrate.calc_status"] == C.VIR_DOMAIN_DIRTYRATE_MEASURING
    dom.destroy()
    assert error_of(dom.get_guest_vcpus)[0] == ErrorCode.OPERATION_INVALID


def test_the_host(conn: Connection) -> None:
    assert conn.node_alloc_pages({2048: 3}, 0, 2) == 2
    assert conn.get_capabilities().count("<pages unit='KiB' size='2048'>3</pages>") == 2
    assert error_of(conn.node_alloc_pages, {3: 1}, 0, 1)[0] == ErrorCode.OPERATION_FAILED
    conn.node_set_memory_parameters({"shm_sleep_millisecs": 7})
    assert conn.node_get_memory_parameters()["shm_sleep_millisecs"] == 7
    assert error_of(conn.node_suspend_for_duration, 0, 5) == (
        ErrorCode.INVALID_ARG, "invalid argument: Suspend duration is too short",
    )  # fmt: skip
    conn.node_suspend_for_duration(0, 60)
    assert "<domain>test</domain>" in conn.get_domain_capabilities()
    assert error_of(conn.get_domain_capabilities, None, "ppc64")[0] == ErrorCode.INVALID_ARG
    assert "<pool type='dir' supported='yes'>" in conn.get_storage_pool_capabilities()


def test_devices_are_defined_and_come_and_go(conn: Connection) -> None:
    device = conn.node_device_define_xml(MDEV)
    assert (device.name, device.is_active(), device.is_persistent()) == (NAME, False, True)
    device.create()
    device.set_autostart(True)
    assert (device.is_active(), device.get_autostart()) == (True, True)
    device.destroy()
    device.undefine()
    assert error_of(conn.node_device_lookup_by_name, NAME)[0] == ErrorCode.NO_NODE_DEVICE
    own = conn.node_device_lookup_by_name("computer")
    assert error_of(own.undefine)[0] == ErrorCode.OPERATION_INVALID
    assert error_of(own.reset)[0] == ErrorCode.INVALID_ARG


def test_save_with_parameters(conn: Connection, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    dom = conn.domain_lookup_by_name("test")
    dom.save_params({"file": str(tmp_path / "s")})
    conn.domain_restore_params({"file": str(tmp_path / "s")})
    assert error_of(conn.domain_restore_params, {}) == (
        ErrorCode.INVALID_ARG, "invalid argument: missing path to the image to restore from",
    )  # fmt: skip
    assert dom.is_active()


def test_migration(daemon: Path | None) -> None:
    with ExitStack() as stack:
        here = stack.enter_context(opened(uri_of("test:///default?host=a", daemon)))
        there = stack.enter_context(opened(uri_of("test:///default?host=b", daemon)))
        seen: list[int] = []
        there.domain_event_register_any(None, C.VIR_DOMAIN_EVENT_ID_LIFECYCLE, lambda event: seen.append(event.args[0]))
        dom = here.domain_define_xml(GUEST.format("m", U))
        dom.create()
        moved = dom.migrate3(there, {"destination_name": "n"}, C.VIR_MIGRATE_LIVE | C.VIR_MIGRATE_PERSIST_DEST)
        assert (moved.name, moved.get_uuid_string(), moved.is_active(), moved.is_persistent()) == ("n", U, True, True)
        assert list(moved.get_state()) == [C.VIR_DOMAIN_RUNNING, C.VIR_DOMAIN_RUNNING_MIGRATED]
        assert list(dom.get_state()) == [C.VIR_DOMAIN_SHUTOFF, C.VIR_DOMAIN_SHUTOFF_MIGRATED]
        while there.process_events(0.2):
            pass
        assert seen == [C.VIR_DOMAIN_EVENT_STARTED, C.VIR_DOMAIN_EVENT_DEFINED, C.VIR_DOMAIN_EVENT_RESUMED]
        back = moved.migrate3(here, {"destination_name": "m"}, C.VIR_MIGRATE_UNDEFINE_SOURCE)
        assert back.is_active()
        assert error_of(there.domain_lookup_by_name, "n")[0] == ErrorCode.NO_DOMAIN


def test_migration_that_fails_leaves_the_guest_where_it_was(daemon: Path | None) -> None:
    with ExitStack() as stack:
        here = stack.enter_context(opened(uri_of("test:///default?host=c", daemon)))
        fault = "fault=domain_migrate_finish3_params:operation-failed:no%20room"
        there = stack.enter_context(opened(uri_of(f"test:///default?host=d&{fault}", daemon)))
        dom = here.domain_create_xml(GUEST.format("m", U))
        assert error_of(dom.migrate3, there, {}, 0) == (ErrorCode.OPERATION_FAILED, "operation failed: no room")
        assert list(dom.get_state()) == [C.VIR_DOMAIN_RUNNING, C.VIR_DOMAIN_RUNNING_MIGRATION_CANCELED]
        full = stack.enter_context(opened(uri_of("test:///default?host=e", daemon)))
        full.domain_define_xml(GUEST.format("m", U[:-1] + "9"))
        with pytest.raises(purevirt.VirtError, match="already exists with uuid"):
            dom.migrate3(full, {}, 0)
        assert dom.is_active()
