"""The secret driver in a directory: files, redefinition rules, private values, events, errors, no leaks."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path
from typing import Any

import pytest

from purevirt.api.context import CallContext
from purevirt.api.driver import Driver
from purevirt.api.events import Event
from purevirt.drivers.secret.driver import SecretState, connect
from purevirt.errors import ErrorCode, VirtError
from purevirt.protocol import remote

U = "22e1353d-c27e-4d6d-bf15-465053e6ba0b"
CANARY = b"canary\0value"


def xml(name: str = "n1", *, uuid: str = U, ephemeral: str = "no", private: str = "no") -> str:
    return (
        f"<secret ephemeral='{ephemeral}' private='{private}'>\n  <uuid>{uuid}</uuid>\n"
        f"  <usage type='ceph'>\n    <name>{name}</name>\n  </usage>\n</secret>\n"
    )


def opened(root: Path) -> tuple[SecretState, Driver, CallContext]:
    own = CallContext(privileged=True)
    state = SecretState(root, own)
    state.store.load()
    return state, state.driver_for(CallContext(connection_id=1)), own


def run(driver: Driver, procedure: str, *args: Any) -> Any:
    return asyncio.run(driver.call(procedure, *args))


def define(driver: Driver, text: str) -> remote.NonnullSecret:
    secret: remote.NonnullSecret = run(driver, "secret_define_xml", text, 0)
    return secret


def test_files_are_private_and_survive(tmp_path: Path) -> None:
    root = tmp_path / "secrets"
    _, driver, _ = opened(root)
    secret = define(driver, xml())
    run(driver, "secret_set_value", secret, CANARY, 0)
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    assert {p.name: stat.S_IMODE(p.stat().st_mode) for p in root.iterdir()} == {f"{U}.xml": 0o600, f"{U}.base64": 0o600}
    assert (root / f"{U}.xml").read_text() == xml()
    _, again, _ = opened(root)
    assert run(again, "secret_get_value", secret, 0) == CANARY
    run(again, "secret_undefine", secret)
    assert list(root.iterdir()) == []


def test_ephemeral_is_never_written(tmp_path: Path) -> None:
    _, driver, _ = opened(tmp_path)
    secret = define(driver, xml(ephemeral="yes"))
    run(driver, "secret_set_value", secret, CANARY, 0)
    assert list(tmp_path.iterdir()) == []
    define(driver, xml())
    assert {p.suffix for p in tmp_path.iterdir()} == {".xml", ".base64"}
    define(driver, xml(ephemeral="yes"))
    assert list(tmp_path.iterdir()) == []
    assert run(driver, "secret_get_value", secret, 0) == CANARY


def test_private_value_is_for_the_host_alone(tmp_path: Path) -> None:
    state, driver, own = opened(tmp_path)
    secret = define(driver, xml(private="yes"))
    run(driver, "secret_set_value", secret, CANARY, 0)
    with pytest.raises(VirtError) as caught:
        run(driver, "secret_get_value", secret, 0)
    assert (caught.value.code, caught.value.message) == (ErrorCode.INVALID_SECRET, "Invalid secret: secret is private")
    assert run(state.driver_for(own), "secret_get_value", secret, 0) == CANARY
    assert b"canary" not in repr(state.store.all()[0].value).encode()


@pytest.mark.parametrize(
    ("second", "text"),
    [
        (xml("n2"), f"internal error: a secret with UUID {U} is already defined for use with n1"),
        (xml(uuid=U[:-1] + "c"), f"internal error: a secret with UUID {U} already defined for use with n1"),
        (xml(private="no"), "internal error: cannot change private flag on existing secret"),
        ("<x/>", "XML error: expecting root element of 'secret', not 'x'"),
        ("<secret private='maybe'/>", "XML error: invalid value of 'private'"),
        ("<secret><uuid>x</uuid></secret>", "internal error: malformed uuid element"),
        ("<secret><usage type='x'/></secret>", "unsupported configuration: unknown secret usage type x"),
        ("<secret><usage type='iscsi'/></secret>", "internal error: iSCSI usage specified, but target is missing"),
    ],
)
def test_refused_definitions(tmp_path: Path, second: str, text: str) -> None:
    _, driver, _ = opened(tmp_path)
    define(driver, xml(private="yes"))
    with pytest.raises(VirtError) as caught:
        define(driver, second)
    assert caught.value.message == text


def test_missing_secrets_and_flags(tmp_path: Path) -> None:
    _, driver, _ = opened(tmp_path)
    gone = remote.NonnullSecret(uuid=bytes.fromhex(U.replace("-", "")), usageType=2, usageID="n1")
    for procedure, args, text in (
        ("secret_lookup_by_uuid", (gone.uuid,), f"Secret not found: no secret with matching uuid '{U}'"),
        ("secret_lookup_by_usage", (99, "x"), "Secret not found: no secret with matching usage 'x'"),
        ("secret_get_value", (gone, 0), f"Secret not found: no secret with matching uuid '{U}'"),
        ("secret_define_xml", (xml(), 8), "unsupported flags (0x8) in function secretDefineXML"),
        ("connect_list_all_secrets", (1, 1 << 10), "unsupported flags (0x400) in function secretConnectListAllSecrets"),
    ):
        with pytest.raises(VirtError) as caught:
            run(driver, procedure, *args)
        assert caught.value.message == text
    define(driver, xml())
    with pytest.raises(VirtError, match="does not have a value"):
        run(driver, "secret_get_value", gone, 0)


def test_lists_by_flags(tmp_path: Path) -> None:
    _, driver, _ = opened(tmp_path)
    for n, (ephemeral, private) in enumerate([("no", "no"), ("no", "yes"), ("yes", "no"), ("yes", "yes")]):
        define(driver, xml(f"n{n}", uuid=U[:-1] + str(n), ephemeral=ephemeral, private=private))

    def names(flags: int) -> list[str]:
        return [s.usageID for s in run(driver, "connect_list_all_secrets", 1, flags).secrets]

    assert names(0) == names(15) == ["n0", "n1", "n2", "n3"]
    assert (names(1), names(2), names(4), names(8), names(5)) == (
        ["n2", "n3"], ["n0", "n1"], ["n1", "n3"], ["n0", "n2"], ["n3"],
    )  # fmt: skip
    assert run(driver, "connect_num_of_secrets") == 4
    assert len(run(driver, "connect_list_secrets", 3)) == 3


def test_events(tmp_path: Path) -> None:
    state, driver, _ = opened(tmp_path)
    seen: list[Event] = []
    state.hub.subscribe("secret", seen.append)
    secret = define(driver, xml())
    run(driver, "secret_set_value", secret, CANARY, 0)
    run(driver, "secret_undefine", secret)
    assert [(e.event_id, getattr(e.message, "event", None)) for e in seen] == [(0, 0), (1, None), (0, 1)]
    assert all(CANARY not in repr(e).encode() for e in seen)


def test_embedded_directory(tmp_path: Path) -> None:
    uri = f"secret:///embed?root={tmp_path}"
    driver = asyncio.run(connect(uri, None))
    define(driver, xml())
    assert (tmp_path / "etc/secrets" / f"{U}.xml").exists()
    other = asyncio.run(connect(uri, None))
    assert run(other, "connect_num_of_secrets") == 1
    for bad, text in (
        ("secret:///embed", "invalid argument: Missing URI parameter 'root'"),
        ("secret:///embed?root=x", "unsupported configuration: root path must be absolute"),
    ):
        with pytest.raises(VirtError) as caught:
            asyncio.run(connect(bad, None))
        assert caught.value.message == text


def test_damaged_files_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(xml())
    (tmp_path / f"{U}.xml").write_text("<secret")
    _, driver, _ = opened(tmp_path)
    assert run(driver, "connect_num_of_secrets") == 0
