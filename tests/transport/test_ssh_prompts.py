"""What ssh asks for, answered by the caller's credential callback or auth.conf instead of the terminal."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import purevirt
import purevirt.aio
from purevirt.drivers.remote.credentials import (
    CRED_ECHOPROMPT,
    CRED_NOECHOPROMPT,
    CRED_PASSPHRASE,
    Credential,
    Credentials,
)
from purevirt.drivers.remote.ssh_prompts import answers
from purevirt.errors import VirtError
from purevirt.host.askpass import Askpass
from transport.daemons import directory, needs_root, our_daemon
from transport.sshd import PASSWORD, SECRET, USER, Server, needs_sshd, serving

ALL = (CRED_ECHOPROMPT, CRED_PASSPHRASE, CRED_NOECHOPROMPT)
Ask = Callable[[list[Credential]], int]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    conf = 'auth_unix_rw = "none"\nlisten_tls = 0\n'
    with directory() as root, our_daemon(root, conf) as sock, directory() as place, serving(place, sock.parent) as ssh:
        ssh.offer_helper("none")
        yield ssh


@pytest.fixture(autouse=True)
def _nothing_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The socket for ssh's questions is gone with the connection. (`tmp_path` is made before its place is changed.)"""
    with directory() as place:
        monkeypatch.setattr(tempfile, "tempdir", str(place))
        yield
        assert not list(place.glob("purevirt-ask-*"))


class Caller:
    """Answers with one text (None refuses) and remembers what was asked."""

    def __init__(self, answer: str | None) -> None:
        self.answer = answer
        self.asked: list[tuple[int, str]] = []

    def __call__(self, questions: list[Credential]) -> int:
        for question in questions:
            self.asked.append((question.type, question.prompt))
            question.result = self.answer
        return -1 if self.answer is None else 0


def uri(server: Server, query: str, transport: str = "ssh") -> str:
    return f"test+{transport}://{USER}@localhost:{server.port}/default?command={server.ssh}&proxy=netcat&{query}"


def opened(face: str, address: str, types: tuple[int, ...], ask: Ask | None) -> str:
    """The host's name through the connection."""
    if face == "sync":
        with purevirt.client.open_auth(address, types, ask, deadline=20) as conn:
            return conn.get_type()

    async def go() -> str:
        async with purevirt.aio.open_auth(address, types, ask, deadline=20) as conn:
            return await conn.get_type()

    return asyncio.run(go())


@needs_root
@needs_sshd
@pytest.mark.parametrize("face", ["sync", "async"])
def test_a_keys_passphrase(server: Server, face: str) -> None:
    caller = Caller(SECRET)
    assert opened(face, uri(server, f"keyfile={server.locked_key}"), ALL, caller) == "TEST"
    assert caller.asked == [(CRED_PASSPHRASE, f"Enter passphrase for key '{server.locked_key}':")]


@needs_root
@needs_sshd
@pytest.mark.parametrize(
    ("answer", "types", "times"), [("not it", ALL, 3), (None, ALL, 1), (SECRET, (CRED_ECHOPROMPT,), 0)],
    ids=["wrong", "refused", "kind not taken"],
)  # fmt: skip
def test_without_the_passphrase_it_is_refused(server: Server, answer: str | None, types: tuple[int, ...], times: int) -> None:
    caller = Caller(answer)
    with pytest.raises(VirtError, match=r"Permission denied \(publickey") as caught:
        opened("sync", uri(server, f"keyfile={server.locked_key}&sshauth=privkey"), types, caller)
    assert (caught.value.code, len(caller.asked)) == (38, times)
    assert caught.value.hint is not None
    assert f"Enter passphrase for key '{server.locked_key}'" in caught.value.hint


@needs_root
@needs_sshd
@pytest.mark.parametrize("transport", ["ssh", "libssh", "libssh2"])
def test_a_password(server: Server, transport: str) -> None:
    caller = Caller(PASSWORD)
    assert opened("sync", uri(server, "sshauth=password", transport), ALL, caller) == "TEST"
    assert [kind for kind, _ in caller.asked] == [CRED_PASSPHRASE]
    assert "password" in caller.asked[0][1]
    with pytest.raises(VirtError, match="Permission denied"):
        opened("sync", uri(server, "sshauth=password", transport), ALL, Caller("not it"))
    with pytest.raises(VirtError, match="Permission denied"):
        opened("sync", uri(server, "sshauth=password&no_tty=1", transport), ALL, caller)
    assert len(caller.asked) == 1, "no_tty: nobody is asked"


@needs_root
@needs_sshd
def test_a_password_of_auth_conf(server: Server, tmp_path: Path) -> None:
    """It needs no callback; a wrong one is given once."""
    conf = tmp_path / "auth.conf"
    for password, works in ((PASSWORD, True), ("not it", False)):
        conf.write_text(f"[credentials-me]\npassword={password}\n[auth-ssh-localhost]\ncredentials=me\n")
        address = uri(server, f"sshauth=password&authfile={conf}")
        if works:
            assert opened("sync", address, (), None) == "TEST"
        else:
            with pytest.raises(VirtError, match="Permission denied"):
                opened("sync", address, (), None)


@needs_root
@needs_sshd
def test_an_unknown_host(server: Server, tmp_path: Path) -> None:
    """`normal` asks who can be asked, and remembers; nobody's word is needed the second time."""
    known = tmp_path / "known"
    known.write_text("")
    way = uri(server, f"keyfile={server.key}&known_hosts={known}&known_hosts_verify=normal", "libssh")
    way = way.replace(f"command={server.ssh}", "command=ssh")
    for answer in ("n", None):
        with pytest.raises(VirtError, match="Host key verification failed"):
            opened("sync", way, ALL, Caller(answer))
    caller = Caller("y")
    assert opened("sync", way, ALL, caller) == "TEST"
    assert [kind for kind, _ in caller.asked] == [CRED_ECHOPROMPT]
    assert "authenticity of host" in caller.asked[0][1]
    assert opened("sync", way, ALL, caller) == "TEST"
    assert len(caller.asked) == 1


@pytest.mark.parametrize(
    ("prompt", "hint", "types", "answer", "given"),
    [
        ("Enter passphrase for key '/k': ", "", ALL, "x", "x"),
        ("me@host's password: ", "", (CRED_NOECHOPROMPT,), "x", "x"),
        ("me@host's password: ", "", (CRED_ECHOPROMPT,), "x", None),
        ("Are you sure you want to continue connecting (yes/no/[fingerprint])? ", "", ALL, "yes", "yes"),
        ("Are you sure you want to continue connecting (yes/no/[fingerprint])? ", "", ALL, "Y", "yes"),
        ("Are you sure you want to continue connecting (yes/no/[fingerprint])? ", "", ALL, "SHA256:abc", "SHA256:abc"),
        ("Are you sure you want to continue connecting (yes/no/[fingerprint])? ", "", ALL, "N", None),
        ("Allow use of key /k?", "confirm", ALL, "y", "yes"),
        ("Allow use of key /k?", "confirm", ALL, "", None),
        ("Confirm user presence for key", "none", ALL, "x", ""),
    ],
)  # fmt: skip
def test_prompts(prompt: str, hint: str, types: tuple[int, ...], answer: str, given: str | None) -> None:
    answering = answers(Credentials(types, Caller(answer)), "host")
    assert answering is not None
    assert answering(prompt, hint) == given


def test_a_long_name_of_the_temporary_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A unix socket's address is short: the system's own directory is taken then."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("x" * 100)))
    asking = Askpass(lambda prompt, hint: None)
    place = Path(asking.environment["PUREVIRT_ASKPASS"]).parent
    assert place.parent == Path("/tmp")
    assert place.stat().st_mode & 0o777 == 0o700
    asking.close()
    assert not place.exists()


def test_nobody_to_ask() -> None:
    assert answers(Credentials(), "host") is None
    assert answers(Credentials(ALL), "host") is None
    assert answers(Credentials((1, 2), Caller("x")), "host") is None
