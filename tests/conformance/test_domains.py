"""What the test driver serves beyond upstream's, in this process and over the wire: the same for both."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from conformance.opened import DOMAIN, error_of, opened, session_daemon, wire
from purevirt.client.blocking.of_connection import Connection
from purevirt.client.blocking.of_domain import Domain
from purevirt.errors import ErrorCode
from purevirt.types import constants as C

DISK = "<disk type='file' device='disk'><source file='/guest/{0}'/><target dev='{0}' bus='virtio'/></disk>"
CDROM = "<disk type='file' device='cdrom'><source file='{}'/><target dev='hdc' bus='ide'/><readonly/></disk>"
BACKUP = "<domainbackup mode='{}'><disks><disk name='vda' type='file'><{}/></disk></disks></domainbackup>"
LIVE, CONFIG = C.VIR_DOMAIN_AFFECT_LIVE, C.VIR_DOMAIN_AFFECT_CONFIG


@pytest.fixture(scope="module")
def daemon() -> Iterator[Path]:
    with session_daemon() as socket:
        yield socket


@pytest.fixture(params=("in process", "over the wire"))
def way(request: pytest.FixtureRequest) -> Any:
    """Opens a test URI the one way or the other."""
    socket = request.getfixturevalue("daemon") if request.param == "over the wire" else None

    @contextmanager
    def open_it(uri: str = "test:///default") -> Iterator[Connection]:
        with opened(wire(uri, socket) if socket is not None else uri) as conn:
            yield conn

    return open_it


@pytest.fixture
def conn(way: Any) -> Iterator[Connection]:
    with ExitStack() as stack:
        yield stack.enter_context(way())


@pytest.fixture
def dom(conn: Connection) -> Domain:
    found: Domain = conn.domain_create_xml(DOMAIN.format(type="test", image="/guest/c1"))
    return found


class Seen:
    """Events of all kinds, by name of their number."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self.events: list[tuple[int, Any]] = []
        for number in range(C.VIR_DOMAIN_EVENT_ID_LAST):
            conn.domain_event_register_any(None, number, lambda event: self.events.append((event.event_id, event.args)))

    def take(self) -> list[tuple[int, Any]]:
        while self._conn.process_events(0.2):
            pass
        taken, self.events = self.events, []
        return taken


# --- devices -----------------------------------------------------------------------------------------------------------


def test_devices_come_change_and_go(conn: Connection, dom: Domain) -> None:
    seen = Seen(conn)
    dom.attach_device_flags(DISK.format("vdb"), LIVE)
    assert "<alias name='disk0'/>" in dom.get_xml_desc(0)
    assert error_of(dom.attach_device, DISK.format("vdb")) == (
        ErrorCode.OPERATION_INVALID,
        "Requested operation is not valid: target vdb already exists",
    )
    dom.detach_device_alias("disk0")
    assert "vdb" not in dom.get_xml_desc(0)
    assert seen.take() == [(C.VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, ("disk0",)), (C.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, ("disk0",))]
    nic = "<interface type='network'><mac address='52:54:00:00:00:09'/><source network='default'/></interface>"
    dom.attach_device(nic)
    dom.detach_device(
        "<interface type='network'><mac address='52:54:00:00:00:09'/></interface>".replace(
            "/></i", "/><source network='default'/></i"
        )
    )
    assert "00:09" not in dom.get_xml_desc(0)
    assert error_of(dom.detach_device, nic)[0] == ErrorCode.DEVICE_MISSING


def test_a_medium_changes(conn: Connection, dom: Domain) -> None:
    seen = Seen(conn)
    dom.attach_device(CDROM.format("/a.iso"))
    dom.update_device_flags(CDROM.format("/b.iso"), LIVE)
    assert "/b.iso" in dom.get_xml_desc(0)
    kinds = [kind for kind, _ in seen.take()]
    tray, disk = C.VIR_DOMAIN_EVENT_ID_TRAY_CHANGE, C.VIR_DOMAIN_EVENT_ID_DISK_CHANGE
    assert kinds == [C.VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, tray, disk, tray]
    code, text = error_of(dom.update_device_flags, DISK.format("vda"), LIVE)
    assert (code, text) == (ErrorCode.OPERATION_UNSUPPORTED, "Operation not supported: disk device type 'disk' cannot be updated")


@pytest.mark.parametrize(
    ("xml", "code", "text"),
    [
        ("<x/>", ErrorCode.XML_ERROR, "XML error: unknown device type 'x'"),
        ("<disk", ErrorCode.XML_DETAIL, None),
        ("<disk type='file'><target dev='vda'/></disk>", None, None),
        ("<memballoon model='virtio'/>", None, None),
        ("<vsock model='nonsense'/>", ErrorCode.XML_ERROR, None),
    ],
)
def test_bad_devices(dom: Domain, xml: str, code: int | None, text: str | None) -> None:
    before = dom.get_xml_desc(0)
    try:
        found = error_of(dom.attach_device, xml)
    except pytest.fail.Exception:
        assert code is None
        return
    assert code in (None, found[0])
    assert text in (None, found[1])
    assert dom.get_xml_desc(0) == before


def test_config_and_live_are_two(conn: Connection) -> None:
    dom = conn.domain_define_xml(DOMAIN.format(type="test", image="/guest/c1"))
    dom.create()
    dom.attach_device_flags(DISK.format("vdb"), CONFIG)
    assert "vdb" not in dom.get_xml_desc(0)
    assert "vdb" in dom.get_xml_desc(C.VIR_DOMAIN_XML_INACTIVE)
    dom.destroy()
    assert "vdb" in dom.get_xml_desc(0)
    assert error_of(dom.attach_device_flags, DISK.format("vdc"), LIVE)[0] == ErrorCode.OPERATION_INVALID
    dom.undefine()


# --- jobs --------------------------------------------------------------------------------------------------------------


def test_block_jobs(way: Any) -> None:
    with way("test:///default?clock=virtual&tick=1&job=4") as conn:
        dom, seen = conn.domain_lookup_by_name("test"), Seen(conn)
        dom.block_pull("vda", 5)
        info = dom.get_block_job_info("vda")
        assert (int(info.type), info.bandwidth) == (C.VIR_DOMAIN_BLOCK_JOB_TYPE_PULL, 5)
        assert 0 < info.cur < info.end
        assert error_of(dom.block_pull, "vda")[0] == ErrorCode.OPERATION_UNSUPPORTED
        dom.block_job_set_speed("vda", 7)
        assert dom.get_block_job_info("vda") is None
        assert seen.take()[-1] == (
            C.VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2,
            ("vda", C.VIR_DOMAIN_BLOCK_JOB_TYPE_PULL, C.VIR_DOMAIN_BLOCK_JOB_COMPLETED),
        )


def test_copy_waits_for_its_pivot(conn: Connection, dom: Domain) -> None:
    dom.block_copy("vda", "<disk type='file'><source file='/copy'/></disk>", {})
    info = dom.get_block_job_info("vda")
    assert info is not None
    assert info.cur == info.end
    assert "/guest/c1" in dom.get_xml_desc(0)
    dom.block_job_abort("vda", C.VIR_DOMAIN_BLOCK_JOB_ABORT_PIVOT)
    assert "<source file='/copy'/>" in dom.get_xml_desc(0)
    dom.block_commit("vda", None, None, 0, C.VIR_DOMAIN_BLOCK_COMMIT_ACTIVE)
    dom.block_job_abort("vda")
    assert error_of(dom.block_job_abort, "vda")[0] == ErrorCode.OPERATION_INVALID
    assert error_of(dom.block_commit, "vda", None, None)[0] == ErrorCode.INVALID_ARG


def test_backup_is_a_job(way: Any) -> None:
    with way("test:///default?clock=virtual&tick=1&job=4") as conn:
        dom, seen = conn.domain_lookup_by_name("test"), Seen(conn)
        dom.backup_begin(BACKUP.format("push", "target file='/b'"), "<domaincheckpoint><name>c</name></domaincheckpoint>")
        assert "backup='yes'" in dom.backup_get_xml_desc()
        assert int(dom.get_job_info().type) == C.VIR_DOMAIN_JOB_UNBOUNDED
        assert error_of(dom.backup_begin, BACKUP.format("push", "target file='/b'"), None)[0] == ErrorCode.OPERATION_INVALID
        assert error_of(dom.backup_get_xml_desc)[0] == ErrorCode.NO_DOMAIN_BACKUP
        assert [c.get_name() for c in dom.list_all_checkpoints(0)] == ["c"]
        assert [kind for kind, _ in seen.take()] == [C.VIR_DOMAIN_EVENT_ID_JOB_COMPLETED]
        dom.backup_begin(
            BACKUP.format("pull", "scratch file='/s'").replace("<disks>", "<server transport='unix' socket='/s'/><disks>"), None
        )
        dom.abort_job()
        assert error_of(dom.abort_job)[0] == ErrorCode.OPERATION_INVALID


# --- streams -----------------------------------------------------------------------------------------------------------


def test_volume_data(conn: Connection) -> None:
    pool = conn.storage_pool_lookup_by_name("default-pool")
    volume = pool.storage_vol_create_xml("<volume><name>v</name><capacity>300000</capacity></volume>")
    data = bytes(range(256)) * 1000
    volume.upload_from(io.BytesIO(data), offset=10)
    out = io.BytesIO()
    volume.download_to(out)
    assert out.getvalue() == bytes(10) + data + bytes(300000 - 10 - len(data))
    twin = pool.storage_vol_create_xml_from("<volume><name>w</name><capacity>300000</capacity></volume>", volume)
    volume.wipe()
    for its, expected in ((volume, bytes(20)), (twin, bytes(10) + data[:10])):
        out = io.BytesIO()
        its.download_to(out, length=20)
        assert out.getvalue() == expected
    assert error_of(twin.resize, 5)[0] == ErrorCode.INVALID_ARG
    twin.resize(600000)
    assert twin.get_info().capacity == 600000
    assert error_of(twin.upload_from, io.BytesIO(b"x" * 700000))[0] == ErrorCode.OPERATION_FAILED
    for its in (volume, twin):
        its.delete()


def test_console_answers(conn: Connection, dom: Domain) -> None:
    stream = conn.stream_new()
    dom.open_console(None, stream)
    assert stream.recv(100) == b"\r\nc1 login: "
    stream.send(b"root\r")
    assert stream.recv(100) == b"root\r"
    second = conn.stream_new()
    assert error_of(dom.open_console, None, second)[0] == ErrorCode.OPERATION_FAILED
    stream.finish()
    assert error_of(dom.open_console, "nothing", conn.stream_new())[0] == ErrorCode.INTERNAL_ERROR


def test_screenshot_is_a_picture(conn: Connection, dom: Domain) -> None:
    stream = conn.stream_new()
    assert dom.screenshot(stream) == "image/png"
    data = b""
    while piece := stream.recv(65536):
        data += piece
    stream.finish()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert data.endswith(b"IEND\xaeB`\x82")


# --- other objects -----------------------------------------------------------------------------------------------------


def test_network_ports_and_leases(conn: Connection) -> None:
    net = conn.network_lookup_by_name("default")
    owner = "<owner><name>test</name><uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid></owner>"
    uuid = "<uuid>aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb</uuid>"
    port = net.port_create_xml(f"<networkport>{uuid}{owner}<mac address='52:54:00:7b:35:93'/></networkport>")
    assert "<plug type='network' bridge='virbr0'/>" in port.get_xml_desc()
    port.set_parameters({"inbound.average": 5})
    assert port.get_parameters()["inbound.average"] == 5
    assert [p.get_uuid_string() for p in net.list_all_ports(0)] == [port.get_uuid_string()]
    port.delete()
    assert error_of(port.get_xml_desc)[0] == ErrorCode.NO_NETWORK_PORT
    (lease,) = net.get_dhcp_leases(None)
    assert (lease.mac, lease.ipaddr, lease.prefix) == ("aa:bb:cc:dd:ee:ff", "192.168.122.3", 24)
    assert net.get_dhcp_leases("00:00:00:00:00:01") == []


def test_filters_and_bindings(conn: Connection) -> None:
    its = conn.nwfilter_define_xml("<filter name='f'><filterref filter='g'/></filter>")
    assert error_of(conn.nwfilter_define_xml, "<filter name='g'><filterref filter='f'/></filter>") == (
        ErrorCode.OPERATION_FAILED,
        "operation failed: filter would introduce a loop",
    )
    owner = "<owner><name>test</name><uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid></owner><portdev name='tap0'/>"
    xml = f"<filterbinding>{owner}<mac address='52:54:00:7b:35:93'/><filterref filter='f'/></filterbinding>"
    binding = conn.nwfilter_binding_create_xml(xml)
    assert (binding.get_port_dev(), binding.get_filter_name()) == ("tap0", "f")
    assert error_of(its.undefine)[0] == ErrorCode.OPERATION_INVALID
    binding.delete()
    its.undefine()
    assert conn.list_all_nwfilters(0) == []


# --- data that makes trouble ---------------------------------------------------------------------------------------------


def test_faults_and_events_by_rule(way: Any) -> None:
    uri = "test:///default?fault=domain_suspend@test:operation-failed:no%20luck&event=domain_resume:watchdog:action=2"
    with way(uri.replace(" ", "%20")) as conn:
        dom, seen = conn.domain_lookup_by_name("test"), Seen(conn)
        assert error_of(dom.suspend) == (ErrorCode.OPERATION_FAILED, "operation failed: no luck")
        error_of(dom.resume)
        assert seen.take() == []
        dom.destroy()
        assert [kind for kind, _ in seen.take()] == [C.VIR_DOMAIN_EVENT_ID_LIFECYCLE]


def test_every_kind_of_event_can_happen(way: Any) -> None:
    from purevirt.drivers.test.event_kinds import KINDS

    rules = "&".join(f"event=domain_get_info:{kind}" for kind in KINDS)
    with way(f"test:///default?{rules}") as conn:
        dom, seen = conn.domain_lookup_by_name("test"), Seen(conn)
        dom.get_info()
        assert [kind for kind, _ in seen.take()] == list(range(C.VIR_DOMAIN_EVENT_ID_LAST))


def test_a_virtual_clock_does_not_wait(way: Any) -> None:
    with way("test:///default?clock=virtual&start=1000&tick=0&delay=domain_reset:3600&job=7000") as conn:
        dom = conn.domain_lookup_by_name("test")
        dom.block_pull("vda")
        dom.reset()
        assert dom.get_block_job_info("vda") is not None
        dom.reset()
        assert dom.get_block_job_info("vda") is None


def test_inventory(way: Any) -> None:
    with way(
        "test:///default?domains=30&running=10&networks=3&pools=2&volumes=4&interfaces=2&nodedevs=2&secrets=2&nwfilters=2"
    ) as c:
        assert len(c.list_all_domains(C.VIR_CONNECT_LIST_DOMAINS_ACTIVE)) == 11
        assert len(c.list_all_domains(0)) == 31
        counts = [len(f(0)) for f in (c.list_all_networks, c.list_all_storage_pools, c.list_all_interfaces, c.list_all_secrets)]
        assert counts == [4, 3, 3, 2]
        assert len(c.storage_pool_lookup_by_name("pool-2").list_all_volumes(0)) == 4
        assert "52:54:01:00:00:1e" in c.domain_lookup_by_name("domain-30").get_xml_desc(0)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("domains=x", "inventory of 'domains' is not understood: 'x' (a number up to 20000)"),
        ("domains=200000", "inventory of 'domains' is not understood: '200000' (a number up to 20000)"),
        ("domains=1&running=2", "2 of 1 domains cannot run"),
        ("volumes=1", "volumes need pools"),
        ("clock=sundial", "clock mode 'sundial' is not real or virtual"),
        ("job=-1", "job is not a number of seconds: '-1'"),
        ("fault=x:NO_SUCH_CODE", "fault rule is not understood: 'NO_SUCH_CODE'"),
        ("delay=x:-5", "delay rule is not understood: -5.0 seconds"),
        ("event=x:nonsense", "event rule is not understood: 'nonsense'"),
        ("event=x:watchdog:action=z", "event rule is not understood: invalid literal for int() with base 0: 'z'"),
    ],
)
def test_bad_parameters(query: str, text: str) -> None:
    with pytest.raises(Exception, match="invalid argument: ") as caught, opened(f"test:///default?{query}"):
        pass
    assert str(caught.value) == f"invalid argument: {text}"


def test_a_description_with_rules(tmp_path: Path, way: Any) -> None:
    (tmp_path / "host.xml").write_text(
        "<node><clock mode='virtual' start='0' tick='0'/><jobs seconds='5'/><inventory domains='3' running='3'/>"
        "<rules><fault call='virDomainShutdown*' object='domain-2' error='OPERATION_TIMEOUT' after='1' times='1'/>"
        "<delay call='domain_get_state' seconds='5'/></rules></node>"
    )
    with way(f"test://{tmp_path}/host.xml") as conn:
        dom, other = conn.domain_lookup_by_name("domain-2"), conn.domain_lookup_by_name("domain-1")
        other.shutdown()
        dom.block_pull("vda")
        dom.get_state(0)
        assert dom.get_block_job_info("vda") is None
        dom.shutdown()
        dom.create()
        assert error_of(dom.shutdown)[0] == ErrorCode.OPERATION_TIMEOUT
        dom.shutdown()
