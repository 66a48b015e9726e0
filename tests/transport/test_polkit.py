"""auth_unix_rw = "polkit": who may use the sockets, asked of the real polkitd and of one that misbehaves."""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from purevirt.host.peer import process_start_time
from transport.clients import CLIENTS, SYSTEM_PYTHON, Outcome, connect
from transport.daemons import directory, needs_libvirtd, needs_root, our_daemon, their_daemon
from transport.polkit import PolkitError, fake_polkit, message_bus, needs_bus, needs_polkitd, real_polkitd

pytestmark = [needs_root, needs_bus]
SERVERS = ("ours", pytest.param("theirs", marks=needs_libvirtd))
GOOD = Outcome("TEST", False, True)
DENIED = Outcome(code=45, domain=60, message="authentication failed: access denied by policy")
NOBODY_TO_ASK = Outcome(
    code=94, domain=60,
    message="authentication unavailable: no polkit agent available to authenticate action 'org.libvirt.unix.manage'",
)  # fmt: skip
RULES = """
polkit.addRule(function(action, subject) {
  if (action.id == "org.libvirt.unix.manage" && subject.user == "games") return polkit.Result.YES;
  if (action.id == "org.libvirt.unix.manage" && subject.user == "sync") return polkit.Result.NO;
});
"""


@pytest.fixture(autouse=True)
def _others_can_read_our_code() -> None:
    here = Path(__file__)
    if any(not os.stat(path).st_mode & stat.S_IXOTH for path in list(here.parents)[:-1]):
        pytest.skip("another user cannot read this source tree")
    if not Path(SYSTEM_PYTHON).exists():
        pytest.skip("no Python that another user could run")


@pytest.fixture(scope="module")
def bus() -> Iterator[str]:
    with directory() as root, message_bus(root) as address:
        yield address


@pytest.fixture(scope="module")
def polkitd() -> Iterator[str]:
    with directory() as root, message_bus(root) as address, real_polkitd(root, address, RULES):
        yield address


def uri(sock: Path, readonly: bool = False, query: str = "") -> str:
    return f"test+unix:///default?socket={sock}{'-ro' if readonly else ''}{query}"


@pytest.fixture(scope="module", params=SERVERS)
def asked(request: pytest.FixtureRequest, polkitd: str) -> Iterator[Path]:
    """The socket of a daemon that asks the real polkitd."""
    conf = 'listen_tls = 0\nauth_unix_rw = "polkit"\nauth_unix_ro = "polkit"\n'
    daemon = our_daemon if request.param == "ours" else their_daemon
    with directory() as root, daemon(root, conf, {"DBUS_SYSTEM_BUS_ADDRESS": polkitd}) as sock:
        yield sock


@needs_polkitd
@pytest.mark.parametrize("client", CLIENTS)
def test_the_real_polkitd(asked: Path, client: str) -> None:
    assert connect(client, uri(asked), login="games") == GOOD
    assert connect(client, uri(asked, query="&auth=polkit"), login="games") == GOOD
    assert connect(client, uri(asked), login="sync") == DENIED
    assert connect(client, uri(asked), login="nobody") == NOBODY_TO_ASK
    assert connect(client, uri(asked, True), login="nobody", readonly=True) == GOOD
    assert connect(client, uri(asked)) == GOOD, "root is not asked"
    got = connect(client, uri(asked, query="&auth=polkit"))
    assert got.message == "authentication failed: requested authentication type polkit rejected"


def test_what_polkit_is_told_and_how_its_answers_read(bus: str) -> None:
    requests: list[tuple[Any, ...]] = []
    answers: list[tuple[bool, bool, dict[str, str]] | PolkitError] = []

    def answer(request: tuple[Any, ...]) -> tuple[bool, bool, dict[str, str]]:
        (kind, subject), *rest = request
        values = {key: getattr(value, "value", value) for key, value in subject.items()}
        requests.append(((kind, {**values, "alive": process_start_time(values["pid"])}), *rest))
        found = answers.pop(0)
        if isinstance(found, PolkitError):
            raise found
        return found

    with directory() as root, our_daemon(root, "listen_tls = 0\n", {"DBUS_SYSTEM_BUS_ADDRESS": bus}) as sock:

        def outcome(result: tuple[bool, bool, dict[str, str]] | PolkitError) -> Outcome:
            answers.append(result)
            return connect("ours", uri(sock), login="games")

        got = outcome((True, False, {}))
        assert (got.code, got.domain) == (89, 47), "nobody has polkit's name"
        answers.clear()
        with fake_polkit(bus, answer):
            assert outcome((True, False, {})) == GOOD
            assert outcome((False, False, {})) == DENIED
            assert outcome((False, True, {})) == NOBODY_TO_ASK
            cancelled = "authentication cancelled: user cancelled authentication process"
            assert outcome((False, True, {"polkit.dismissed": "true"})) == Outcome(code=79, domain=60, message=cancelled)
            assert outcome(PolkitError("no idea")).code == 89
            answers.append((True, False, {}))
            assert connect("ours", uri(sock, True), login="games", readonly=True) == GOOD
    (kind, subject), action, details, flags, _ = requests[0]
    assert (kind, action, details, flags) == ("unix-process", "org.libvirt.unix.manage", {}, 1)
    assert subject["uid"] == pwd.getpwnam("games").pw_uid
    assert subject["start-time"] == subject["alive"], "the process that connected, not a later one of its number"
    assert requests[-1][1] == "org.libvirt.unix.monitor"


def test_without_a_bus_nobody_but_root_gets_in() -> None:
    """The default: polkit for everybody else; the sockets are open to ask."""
    env = {"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent"}
    with directory() as root, our_daemon(root, "listen_tls = 0\n", env) as sock:
        assert connect("ours", uri(sock)) == GOOD
        text = "internal error: Unable to get system bus connection: Could not connect: No such file or directory"
        assert connect("ours", uri(sock), login="nobody") == Outcome(code=1, domain=47, message=text)
        assert stat.S_IMODE(sock.stat().st_mode) == 0o777


def test_without_authentication_the_socket_is_roots() -> None:
    with directory() as root, our_daemon(root, 'listen_tls = 0\nauth_unix_rw = "none"\n') as sock:
        assert stat.S_IMODE(sock.stat().st_mode) == 0o700
