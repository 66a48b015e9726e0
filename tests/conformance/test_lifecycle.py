"""A guest's life, its documents and the errors on the way: the same calls on the test driver and on QEMU, in process and
over the wire."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from conformance.opened import error_of, opened, session_daemon, short_directory, wire
from purevirt.client.blocking.of_connection import Connection
from purevirt.errors import ErrorCode
from purevirt.types import constants as C

U = "11111111-2222-3333-4444-555555555501"
URIS = ("test:///default", "wire test:///default", "qemu:///embed?root=ROOT", "wire qemu:///session")


@pytest.fixture(scope="module", params=URIS)
def conn(request: pytest.FixtureRequest) -> Iterator[Connection]:
    way, _, uri = request.param.rpartition(" ")
    if "qemu" in uri and shutil.which("qemu-system-x86_64") is None:
        pytest.skip("no qemu-system-x86_64")
    with ExitStack() as stack:
        root = stack.enter_context(short_directory())
        uri = uri.replace("ROOT", str(root))
        if way:
            uri = wire(uri, stack.enter_context(session_daemon()))
        yield stack.enter_context(opened(uri))


def document(conn: Connection, name: str = "c1", uuid: str = U) -> str:
    arch, kind = ("", "test") if conn.get_type() == "TEST" else (" arch='x86_64' machine='pc'", "qemu")
    return (
        f"<domain type='{kind}'><name>{name}</name><uuid>{uuid}</uuid><memory unit='MiB'>32</memory><vcpu>1</vcpu>"
        f"<os><type{arch}>hvm</type></os></domain>"
    )


class Events:
    """Life-cycle events by event number, in order."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self.seen: list[int] = []
        self._number = conn.domain_event_register_any(None, 0, lambda event: self.seen.append(event.args[0]))

    def wait(self, *expected: int) -> None:
        """Until all have come; nothing else may."""
        while len(self.seen) < len(expected) and self._conn.process_events(20):
            pass
        assert tuple(self.seen) == expected
        self.seen.clear()

    def close(self) -> None:
        self._conn.domain_event_deregister_any(self._number)


def test_a_guests_life(conn: Connection) -> None:
    events = Events(conn)
    dom = conn.domain_define_xml(document(conn))
    events.wait(C.VIR_DOMAIN_EVENT_DEFINED)
    assert (dom.is_active(), dom.is_persistent(), int(dom.get_state(0)[0])) == (False, True, C.VIR_DOMAIN_SHUTOFF)
    assert error_of(dom.destroy) == (ErrorCode.OPERATION_INVALID, "Requested operation is not valid: domain is not running")
    dom.create()
    try:
        assert int(dom.get_state(0)[0]) == C.VIR_DOMAIN_RUNNING
        assert error_of(dom.create)[0] in (ErrorCode.OPERATION_INVALID, ErrorCode.INTERNAL_ERROR)
        dom.suspend()
        assert int(dom.get_state(0)[0]) == C.VIR_DOMAIN_PAUSED
        dom.resume()
        assert f"id='{conn.domain_lookup_by_name('c1').get_id()}'" in dom.get_xml_desc(0)
        assert " id=" not in re.sub(r"\n.*", "", dom.get_xml_desc(C.VIR_DOMAIN_XML_INACTIVE))
    finally:
        dom.destroy()
    while C.VIR_DOMAIN_EVENT_STOPPED not in events.seen:
        assert conn.process_events(20)
    own = (C.VIR_DOMAIN_EVENT_RESUMED, C.VIR_DOMAIN_EVENT_SHUTDOWN)  # where and whether these come is the hypervisor's
    expected = [C.VIR_DOMAIN_EVENT_STARTED, C.VIR_DOMAIN_EVENT_SUSPENDED, C.VIR_DOMAIN_EVENT_STOPPED]
    assert [e for e in events.seen if e not in own] == expected
    events.close()
    dom.undefine()
    assert error_of(dom.get_xml_desc)[0] == ErrorCode.NO_DOMAIN
    assert error_of(conn.domain_lookup_by_name, "c1")[0] == ErrorCode.NO_DOMAIN


def test_names_and_uuids_are_ones_own(conn: Connection) -> None:
    dom = conn.domain_define_xml(document(conn))
    other = "11111111-2222-3333-4444-555555555502"
    assert error_of(conn.domain_define_xml, document(conn, uuid=other)) == (
        ErrorCode.OPERATION_FAILED,
        f"operation failed: domain 'c1' already exists with uuid {U}",
    )
    assert error_of(conn.domain_define_xml, document(conn, name="c2")) == (
        ErrorCode.OPERATION_FAILED,
        f"operation failed: domain 'c1' is already defined with uuid {U}",
    )
    assert conn.domain_lookup_by_uuid_string(U).name == "c1"
    assert [d.name for d in conn.list_all_domains(C.VIR_CONNECT_LIST_DOMAINS_INACTIVE)] == ["c1"]
    dom.undefine()


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        ("", ErrorCode.XML_DETAIL),
        ("<domain", ErrorCode.XML_DETAIL),
        ("<x/>", ErrorCode.XML_ERROR),
        ("<domain type='TYPE'/>", ErrorCode.NO_NAME),
        ("<domain type='TYPE'><name>x</name><uuid>1</uuid></domain>", ErrorCode.INTERNAL_ERROR),
        ("<domain type='TYPE'><name>a/b</name></domain>", ErrorCode.XML_ERROR),
        ("<domain type='TYPE'><name>x</name><memory>1</memory><os><type>nonsense</type></os></domain>", None),
    ],
)
def test_bad_documents(conn: Connection, xml: str, code: int | None) -> None:
    kind = "test" if conn.get_type() == "TEST" else "qemu"
    before = len(conn.list_all_domains(0))
    found = error_of(conn.domain_define_xml, xml.replace("TYPE", kind))[0]
    assert code in (None, found)
    assert error_of(conn.domain_create_xml, xml.replace("TYPE", kind))[0] == found
    assert len(conn.list_all_domains(0)) == before


def test_metadata_and_autostart(conn: Connection) -> None:
    dom = conn.domain_define_xml(document(conn))
    config: Any = C.VIR_DOMAIN_AFFECT_CONFIG
    dom.set_metadata(C.VIR_DOMAIN_METADATA_TITLE, "a title", None, None, config)
    dom.set_metadata(C.VIR_DOMAIN_METADATA_ELEMENT, "<x a='1'/>", "k", "http://x.org/", config)
    assert dom.get_metadata(C.VIR_DOMAIN_METADATA_TITLE, None, config) == "a title"
    assert dom.get_metadata(C.VIR_DOMAIN_METADATA_ELEMENT, "http://x.org/", config) == '<x a="1"/>'
    missing = (ErrorCode.NO_DOMAIN_METADATA, "metadata not found: Requested metadata element is not present")
    assert error_of(dom.get_metadata, C.VIR_DOMAIN_METADATA_DESCRIPTION, None, config) == missing
    dom.set_autostart(True)
    assert dom.get_autostart()
    assert len(conn.list_all_domains(C.VIR_CONNECT_LIST_DOMAINS_AUTOSTART)) == 1
    dom.set_autostart(False)
    dom.undefine()


def test_flags_nobody_knows_are_refused(conn: Connection) -> None:
    dom = conn.domain_define_xml(document(conn))
    for call, args in (
        (dom.get_xml_desc, (1 << 20,)),
        (dom.create_with_flags, (1 << 20,)),
        (conn.list_all_domains, (1 << 20,)),
        (dom.get_state, (1 << 20,)),
        (conn.domain_define_xml_flags, (document(conn), 1 << 20)),
    ):
        code, text = error_of(call, *args)
        assert code == ErrorCode.INVALID_ARG
        assert "unsupported flags (0x100000) in function " in text
    dom.undefine()
