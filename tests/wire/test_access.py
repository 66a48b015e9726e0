"""Access control over the wire: every procedure as a denied user and on a read-only connection; lists, events, identities."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest

import purevirt
from in_process_server import Served, serving
from purevirt.client.base import run
from purevirt.daemon.access.objects import Target
from purevirt.daemon.access.polkit import PolkitAuthority, action_of
from purevirt.daemon.client import Identity
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.protocol import lxc, qemu, remote
from purevirt.protocol.rows import Program, Row, When
from purevirt.types import constants as C
from sample_args import sample_args
from wire.facts import load

PROGRAMS = (remote.PROGRAM, qemu.PROGRAM, lxc.PROGRAM)
ROWS = [
    pytest.param(program, row, id=f"{program.name}.{row.name}")
    for program in PROGRAMS
    for row in program.calls
    if not row.name.startswith("auth_") and row.name not in ("connect_open", "connect_close")
]
DEADLINE = 5.0
TEXTS = {
    "": "<domain type='test'><name>new</name><memory>1</memory><os><type>hvm</type></os></domain>",
    "network": "<network><name>new</name></network>",
    "storage": "<volume><name>new</name><capacity>1</capacity></volume>",
    "domain_lookup_by_name.name": "test",
    "storage_vol_lookup_by_name.name": "there",
    "network.name": "default",
    "interface.name": "eth1",
    "storage.name": "default-pool",
    "nodedev.name": "computer",
}


class Rules:
    """A rule source that a test can change: everything is allowed but what `denied` says."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Target, str]] = []
        self.denied = lambda kind, permission, attributes: False

    async def allows(self, who: Identity, permission: str, target: Target, driver: str) -> bool:
        self.asked.append((target.kind, permission, target, driver))
        return not self.denied(target.kind, permission, target.attributes)


def all_but_opening(kind: str, permission: str, attributes: Any) -> bool:
    return (kind, permission) != ("connect", "getattr")


class World:
    """A served test driver with objects of every kind, and ways to call it."""

    def __init__(self, served: Served, rules: Rules) -> None:
        self.served, self.rules = served, rules
        self.conn = purevirt.open(served.uri())
        call = self.call
        self.domain = call("domain_lookup_by_name", "test")
        pool = call("storage_pool_lookup_by_name", "default-pool")
        found = (
            self.domain,
            call("network_lookup_by_name", "default"),
            pool,
            call("storage_vol_create_xml", pool, TEXTS["storage"].replace("new", "there"), 0),
            call("interface_lookup_by_name", "eth1"),
            call("node_device_lookup_by_name", "computer"),
            call("domain_snapshot_create_xml", self.domain, "<domainsnapshot><name>s</name></domainsnapshot>", 0),
            call("secret_define_xml", "<secret><usage type='volume'><volume>x</volume></usage></secret>", 0),
        )
        self.known = {type(ref): ref for ref in found}

    def call(self, procedure: str, *args: Any, program: Program = remote.PROGRAM, conn: Any = None) -> Any:
        link = (conn or self.conn)._a._link
        return run(link.invoke(procedure, args, DEADLINE, program.name))

    def outcome(self, procedure: str, *args: Any, program: Program, conn: Any = None) -> VirtError | None:
        """The error of a call, None when there was none."""
        try:
            self.call(procedure, *args, program=program, conn=conn)
        except VirtError as error:
            return error
        return None

    def sample(self, row: Row) -> tuple[Any, ...]:
        return sample_args(row, self.known, TEXTS)

    def state(self) -> list[str]:
        """Everything there is, as XML."""
        out = [d.get_xml_desc(0) for d in self.conn.list_all_domains(0)]
        out += [n.get_xml_desc(0) for n in self.conn.list_all_networks(0)]
        for pool in self.conn.list_all_storage_pools(0):
            out += [pool.get_xml_desc(0), *(v.get_xml_desc(0) for v in pool.list_all_volumes(0))]
        out += [d.get_xml_desc(0) for d in self.conn.list_all_node_devices(0)]
        return out


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    rules = Rules()
    with serving(tmp_path_factory.mktemp("served"), rules) as served:
        world = World(served, rules)
        yield world
        world.conn.close()


@pytest.fixture
def rules(world: World) -> Iterator[Rules]:
    yield world.rules
    world.rules.denied = lambda kind, permission, attributes: False
    world.rules.asked.clear()


EXPECTED_OTHERS = {
    ErrorCode.NO_DOMAIN: ("domain_lookup_by_id", "domain_lookup_by_uuid", "domain_migrate_finish"),
    ErrorCode.NO_STORAGE_VOL: ("storage_vol_lookup_by_key", "storage_vol_lookup_by_path"),
    ErrorCode.NO_STORAGE_POOL: ("storage_pool_lookup_by_target_path",),
    ErrorCode.NO_INTERFACE: ("interface_lookup_by_mac_string",),
    ErrorCode.NO_NODE_DEVICE: ("node_device_",),
    ErrorCode.NO_SECRET: ("secret_lookup_by_usage",),
    ErrorCode.NO_NWFILTER: ("nwfilter_",),
    ErrorCode.NO_NWFILTER_BINDING: ("nwfilter_binding_",),
    ErrorCode.NO_NETWORK_PORT: ("network_port_",),
    ErrorCode.SYSTEM_ERROR: ("domain_restore", "domain_save_image_"),
    ErrorCode.NO_SUPPORT: ("secret_", "nwfilter_", "network_port_", "node_device_", "storage_pool_"),
}
"""What a call may be answered instead of "access denied": what it names does not exist, or the driver has no such kind."""


@pytest.mark.parametrize(("program", "row"), ROWS)
def test_a_denied_user_may_nothing(world: World, rules: Rules, program: Program, row: Row) -> None:
    args = world.sample(row)
    struct = row.args(*args) if row.args is not None else None
    rules.denied = all_but_opening
    needed = [r for r in row.acl if r.when is None or r.when.holds(struct)]
    error = world.outcome(row.name, *args, program=program)
    if not needed or {(r.object, r.permission) for r in needed} == {("connect", "getattr")}:
        return
    assert error is not None, "it was let through"
    if error.code == ErrorCode.ACCESS_DENIED:
        assert (error.message, error.domain) == ("access denied: 'TEST' denied access", ErrorDomain.ACCESS)
    else:
        assert row.name.startswith(EXPECTED_OTHERS.get(ErrorCode(error.code), ())), error.message


@pytest.mark.parametrize(("program", "row"), ROWS)
def test_a_read_only_connection_changes_nothing(world: World, rules: Rules, program: Program, row: Row) -> None:
    """Denied by the row's rule with the function's name, whatever else is wrong with the call; else never denied for that."""
    args = list(world.sample(row))
    if isinstance(row.readonly, When):
        assert row.args is not None
        args[row.args.__slots__.index(row.readonly.field)] = row.readonly.value
    with purevirt.open(world.served.uri(readonly=True), readonly=True) as conn:
        error = world.outcome(row.name, *args, program=program, conn=conn)
    denied = error is not None and error.code == ErrorCode.OPERATION_DENIED and "read only access" in error.message
    assert denied == (row.readonly is False or isinstance(row.readonly, When))
    if denied:
        assert error is not None
        assert error.message == f"operation forbidden: read only access prevents {row.function}"


def test_denied_calls_leave_no_trace(world: World, rules: Rules) -> None:
    before = world.state()
    rules.denied = all_but_opening
    for program in PROGRAMS:
        for row in program.calls:
            if row.acl and row.name not in ("connect_open",):
                world.outcome(row.name, *world.sample(row), program=program)
    rules.denied = lambda kind, permission, attributes: False
    assert world.state() == before
    for procedure in ("domain_suspend", "domain_resume"):  # no job is left held
        world.call(procedure, world.domain)


def test_opening_can_be_denied(world: World, rules: Rules) -> None:
    rules.denied = lambda kind, permission, attributes: kind == "connect"
    with pytest.raises(VirtError) as caught:
        purevirt.open(world.served.uri())
    assert caught.value.code == ErrorCode.ACCESS_DENIED


def hide(name: str) -> Any:
    return lambda kind, permission, attributes: name in attributes.values()


def test_lists_show_only_what_may_be_seen(world: World, rules: Rules) -> None:
    conn = world.conn
    assert [d.name for d in conn.list_all_domains(0)] == ["test"]
    rules.denied = hide("test")
    assert conn.list_all_domains(0) == []
    assert world.call("connect_list_domains", 16) == []
    assert world.call("connect_num_of_domains") == 0
    assert world.call("connect_list_all_domains", 0, 0).ret == 0
    assert world.call("connect_get_all_domain_stats", [], 0, 0) == []
    rules.denied = hide("default")
    assert conn.list_all_networks(0) == []
    assert (world.call("connect_num_of_networks"), world.call("connect_list_networks", 16)) == (0, [])
    rules.denied = hide("there")
    pool = world.known[remote.NonnullStoragePool]
    assert world.call("storage_pool_num_of_volumes", pool) == 0
    assert world.call("storage_pool_list_volumes", pool, 16) == []
    assert world.call("storage_pool_list_all_volumes", pool, 1, 0).vols == []
    rules.denied = hide("computer")
    names = world.call("node_list_devices", None, 64, 0)
    assert names
    assert "computer" not in names
    assert world.call("node_num_of_devices", None, 0) == len(names)


def test_rules_get_the_objects_own_names(world: World, rules: Rules) -> None:
    """What a client writes into its reference beside the UUID does not count."""
    lie = remote.NonnullDomain("harmless", world.domain.uuid, world.domain.id)
    world.call("domain_get_state", lie, 0)
    kind, permission, target, driver = rules.asked[-1]
    assert (kind, permission, driver) == ("domain", "read", "TEST")
    assert target.attributes["domain_name"] == "test"
    lie = remote.NonnullStorageVol("default-pool", "there", "/some/other/key")
    world.call("storage_vol_get_info", lie)
    assert rules.asked[-1][2].attributes["vol_key"] == "/default-pool/there"


def test_rules_get_the_names_in_a_document(world: World, rules: Rules) -> None:
    rules.denied = all_but_opening
    xml = "<domain type='test'><name>n</name><uuid>11111111222233334444555555555555</uuid></domain>"
    for procedure, args in (("domain_define_xml_flags", (xml, 0)), ("domain_create_xml", (xml, 0))):
        with pytest.raises(VirtError):
            world.call(procedure, *args)
        assert rules.asked[-1][2] == Target(
            "domain", {"domain_name": "n", "domain_uuid": "11111111-2222-3333-4444-555555555555"}
        )
    with pytest.raises(VirtError) as caught:
        world.call("domain_define_xml_flags", "<domain", 0)
    assert caught.value.code == ErrorCode.XML_DETAIL


def test_events_of_hidden_objects_are_not_told(world: World, rules: Rules) -> None:
    rules.denied = hide("hidden")
    seen: list[str] = []

    def callback(event: Any) -> None:
        seen.append(event.object.name)

    conn = world.conn
    number = conn.domain_event_register_any(None, C.VIR_DOMAIN_EVENT_ID_LIFECYCLE, callback)
    with purevirt.open(world.served.uri()) as other:
        rules.denied = lambda kind, permission, attributes: (
            permission == "getattr" and kind == "domain" and attributes.get("domain_name") == "hidden"
        )
        for name in ("hidden", "shown"):
            other.domain_define_xml(TEXTS[""].replace("new", name))
    until = time.monotonic() + 10
    while "shown" not in seen and time.monotonic() < until:
        conn.process_events(1.0)
    conn.domain_event_deregister_any(number)
    assert seen == ["shown"]
    rules.denied = lambda kind, permission, attributes: False
    for name in ("hidden", "shown"):
        conn.domain_lookup_by_name(name).undefine()


class RecordingPolkit:
    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    async def check(
        self, pid: int, start_time: int, uid: int, action: str, details: dict[str, str], interactive: bool
    ) -> bool:
        self.asked.append((pid, start_time, uid, action, details, interactive))
        return False


async def _ask(who: Identity, service: RecordingPolkit) -> bool:
    target = Target("storage_vol", {"pool_name": "p", "vol_name": "v"})
    return await PolkitAuthority(service).allows(who, "data_read", target, "QEMU")


def test_polkit_is_asked_about_process_action_and_details() -> None:
    service = RecordingPolkit()
    who = Identity(uid=1000, gid=1000, pid=42, start_time=99)
    assert asyncio.run(_ask(who, service)) is False
    details = {"connect_driver": "QEMU", "pool_name": "p", "vol_name": "v"}
    assert service.asked == [(42, 99, 1000, "org.libvirt.api.storage-vol.data-read", details, False)]


@pytest.mark.parametrize(
    "who", [Identity("tcp"), Identity(pid=1), Identity(pid=1, uid=2), Identity(uid=1, start_time=3)], ids=str
)
def test_who_polkit_cannot_know_may_nothing(who: Identity) -> None:
    service = RecordingPolkit()
    with pytest.raises(VirtError):
        asyncio.run(_ask(who, service))
    assert service.asked == []


def test_permissions_of_all_rows_are_polkit_actions() -> None:
    objects = load("acl.json")["objects"]
    actions = {p["polkit_action"] for o in objects.values() for p in o["permissions"]}
    ours = {action_of(r.object, r.permission) for p in PROGRAMS for row in p.calls for r in (*row.acl, *row.acl_filter)}
    assert ours <= actions
