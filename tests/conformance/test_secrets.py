"""virSecret* on every driver that has secrets: the test driver's, an embedded directory, a session daemon's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from conformance.opened import error_of, opened, session_daemon, wire
from purevirt.client.blocking.of_connection import Connection
from purevirt.errors import ErrorCode
from purevirt.types import constants as C

U = "22e1353d-c27e-4d6d-bf15-465053e6ba0b"
USAGES = {
    "volume": ("<usage type='volume'><volume>/v</volume></usage>", C.VIR_SECRET_USAGE_TYPE_VOLUME, "/v"),
    "ceph": ("<usage type='ceph'><name>a b</name></usage>", C.VIR_SECRET_USAGE_TYPE_CEPH, "a b"),
    "iscsi": ("<usage type='iscsi'><target>t</target></usage>", C.VIR_SECRET_USAGE_TYPE_ISCSI, "t"),
    "tls": ("<usage type='tls'><name>n</name></usage>", C.VIR_SECRET_USAGE_TYPE_TLS, "n"),
    "vtpm": ("<usage type='vtpm'><name>n</name></usage>", C.VIR_SECRET_USAGE_TYPE_VTPM, "n"),
    "none": ("", C.VIR_SECRET_USAGE_TYPE_NONE, ""),
}
URIS = ("test:///default", "secret:///embed?root=ROOT", "wire test:///default", "wire secret:///session", "wire qemu:///session")


@pytest.fixture(params=URIS)
def conn(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connection]:
    way, _, uri = request.param.rpartition(" ")
    with ExitStack() as stack:
        uri = uri.replace("ROOT", str(tmp_path))
        if way:
            uri = wire(uri, stack.enter_context(session_daemon()))
        yield stack.enter_context(opened(uri))


def document(usage: str, *, private: str = "no", ephemeral: str = "no", uuid: str = U) -> str:
    return f"<secret ephemeral='{ephemeral}' private='{private}'><uuid>{uuid}</uuid>{usage}</secret>"


def test_a_secrets_life(conn: Connection) -> None:
    seen: list[Any] = []

    def note(kind: str) -> Any:
        return lambda event: seen.append((kind, event))

    conn.secret_event_register_any(None, C.VIR_SECRET_EVENT_ID_LIFECYCLE, note("lifecycle"))
    conn.secret_event_register_any(None, C.VIR_SECRET_EVENT_ID_VALUE_CHANGED, note("value"))
    for usage, number, name in USAGES.values():
        secret = conn.secret_define_xml(document(usage))
        assert secret.get_uuid_string() == U
        assert (secret.get_usage_type(), secret.get_usage_id()) == (number, name)
        assert error_of(secret.get_value)[0] == ErrorCode.NO_SECRET
        secret.set_value(b"\0value")
        assert secret.get_value() == b"\0value"
        if number:
            assert conn.secret_lookup_by_usage(number, name).get_uuid_string() == U
        assert [s.get_uuid_string() for s in conn.list_all_secrets(0)] == [U]
        secret.undefine()
        assert error_of(secret.get_xml_desc)[0] == ErrorCode.NO_SECRET
    while conn.process_events(0.2):
        pass
    assert [kind for kind, _ in seen] == ["lifecycle", "value", "lifecycle"] * len(USAGES)


def test_private_values_are_not_told(conn: Connection) -> None:
    secret = conn.secret_define_xml(document(USAGES["ceph"][0], private="yes", ephemeral="yes"))
    secret.set_value(b"x")
    assert error_of(secret.get_value) == (ErrorCode.INVALID_SECRET, "Invalid secret: secret is private")
    assert len(conn.list_all_secrets(C.VIR_CONNECT_LIST_SECRETS_PRIVATE)) == 1
    assert conn.list_all_secrets(C.VIR_CONNECT_LIST_SECRETS_NO_EPHEMERAL) == []
    text = "internal error: cannot change private flag on existing secret"
    assert error_of(conn.secret_define_xml, document(USAGES["ceph"][0])) == (ErrorCode.INTERNAL_ERROR, text)
    secret.undefine()


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        ("<x/>", ErrorCode.XML_ERROR),
        ("<secret", ErrorCode.XML_ERROR),
        ("<secret><uuid>x</uuid></secret>", ErrorCode.INTERNAL_ERROR),
        ("<secret><usage type='x'/></secret>", ErrorCode.CONFIG_UNSUPPORTED),
        ("<secret><usage type='tls'/></secret>", ErrorCode.INTERNAL_ERROR),
    ],
)
def test_bad_definitions(xml: str, code: int, tmp_path: Path) -> None:
    for uri in ("test:///default", f"secret:///embed?root={tmp_path}"):
        with opened(uri) as conn:
            found = error_of(conn.secret_define_xml, xml)[0]
            assert found == code or (xml == "<secret" and found == ErrorCode.XML_DETAIL)
