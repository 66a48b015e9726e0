"""SASL between our client, the distribution's, our daemon and the distribution's libvirtd: over unix sockets with
passwords, over TCP with Kerberos and its confidentiality layer; and refused as it must be."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import purevirt
import purevirt.aio
from purevirt.protocol import remote
from purevirt.protocol.xdr import decode, encode
from purevirt.rpc.framing import Framer, pack
from purevirt.rpc.sasl_gssapi import GssapiClient
from purevirt.rpc.sasl_scram import ScramSecret
from purevirt.rpc.sasldb import write_users
from purevirt.rpc.wire_errors import decode_error
from transport.clients import CLIENTS, Outcome, connect, user
from transport.daemons import (
    directory,
    environment,
    free_port,
    needs_libvirtd,
    needs_root,
    our_daemon,
    refused,
    their_daemon,
)
from transport.kerberos import Realm, needs_kdc, realm

pytestmark = needs_root
SERVERS = ("ours", pytest.param("theirs", marks=needs_libvirtd))
DENIED = Outcome(code=45, domain=7, message="authentication failed: authentication failed")


class Peer:
    """One daemon: where it is."""

    def __init__(self, sock: Path, port: int, any_host: bool) -> None:
        self.sock, self.port = sock, port
        self.any_host = any_host
        """Whether it takes tickets for any name in its keytab: libsasl takes those for the host's own name alone."""

    def unix(self, query: str = "") -> str:
        return f"test+unix:///default?socket={self.sock}{query}"

    def tcp(self, query: str = "") -> str:
        return f"test+tcp://{socket.gethostname()}:{self.port}/default{query}"


@pytest.fixture(scope="module")
def kerberos() -> Iterator[Realm]:
    if shutil.which("krb5kdc") is None:
        pytest.skip("no Kerberos KDC (krb5-kdc)")
    with directory() as root, realm(root) as found:
        yield found


def sasl_config(root: Path, keytab: Path | None) -> dict[str, str]:
    """Writes libsasl's file for the daemon; the environment that makes either daemon read it."""
    (root / "sasl2").mkdir()
    text = f"mech_list: scram-sha-256 plain gssapi\nsasldb_path: {root}/passwd.db\n"
    (root / "sasl2/libvirt.conf").write_text(text + (f"keytab: {keytab}\n" if keytab else ""))
    return {"SASL_CONF_PATH": str(root / "sasl2")}


def saslpasswd2(root: Path, name: str, password: str) -> None:
    command = ["saslpasswd2", "-p", "-a", "libvirt", "-f", str(root / "passwd.db"), name]
    subprocess.run(command, input=password, text=True, check=True, timeout=20, capture_output=True)


@pytest.fixture(scope="module", params=SERVERS)
def peer(request: pytest.FixtureRequest) -> Iterator[Peer]:
    if shutil.which("saslpasswd2") is None:
        pytest.skip("no saslpasswd2 (sasl2-bin)")
    tickets: Realm | None = request.getfixturevalue("kerberos") if shutil.which("krb5kdc") else None
    with directory() as config, directory() as root:
        port = free_port()
        env = {**sasl_config(config, tickets.keytab if tickets else None), **(tickets.env if tickets else {})}
        for name, password in (("fred", "secret"), ("mallory", "secret2")):
            saslpasswd2(config, name, password)
        conf = (
            f'listen_tls = 0\nlisten_tcp = 1\ntcp_port = "{port}"\nlisten_addr = "127.0.0.1"\nauth_tcp = "sasl"\n'
            'auth_unix_rw = "sasl"\nauth_unix_ro = "none"\nsasl_allowed_username_list = ["fr?d*"]\n'
        )
        daemon = our_daemon if request.param == "ours" else their_daemon
        with daemon(root, conf, env) as sock:
            yield Peer(sock, port, request.param == "ours")


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "PLAIN"])
@pytest.mark.parametrize("client", CLIENTS)
def test_a_password_over_a_unix_socket(peer: Peer, client: str, mechanism: str) -> None:
    uri = peer.unix(f"&auth=sasl.{mechanism}")
    assert connect(client, uri, user("fred", "secret")) == Outcome("TEST", True, True)
    assert connect(client, uri, user("fred", "wrong")) == DENIED
    assert connect(client, uri, user("nobody", "secret")) == DENIED
    assert connect(client, uri, user("mallory", "secret2")) == DENIED, "right password, but not in the list"


@pytest.mark.parametrize(
    ("query", "answers", "expected"),
    [
        ("&auth=sasl.NONSENSE", user("fred", "secret"), "SASL mechanism NONSENSE not supported by server"),
        ("&auth=polkit", user("fred", "secret"), "requested authentication type polkit rejected"),
        ("&auth=none", user("fred", "secret"), "unknown authentication type none"),
        ("&auth=foo", user("fred", "secret"), "unknown authentication type foo"),
        ("&auth=sasl.PLAIN", {"refuse": "1"}, "Failed to collect auth credentials"),
        ("&auth=sasl.SCRAM-SHA-256", {},
         "Failed to start SASL negotiation: -4 (SASL(-4): no mechanism available: No worthy mechs found)"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("client", CLIENTS)
def test_what_the_client_itself_refuses(
    peer: Peer, client: str, query: str, answers: dict[str, str], expected: str
) -> None:
    got = connect(client, peer.unix(query), answers)
    assert (got.code, got.message) == (45, f"authentication failed: {expected}")


@pytest.mark.parametrize("client", CLIENTS)
def test_names_and_passwords_from_auth_conf(peer: Peer, client: str, tmp_path: Path) -> None:
    (tmp_path / "auth.conf").write_text(
        "[credentials-a]\nauthname=fred\npassword=secret\n[auth-libvirt-localhost]\ncredentials=a\n"
    )
    env = {"LIBVIRT_AUTH_FILE": str(tmp_path / "auth.conf")}
    scram = "&auth=sasl.SCRAM-SHA-256"
    unasked = {"refuse": "1"}
    assert connect(client, peer.unix(scram), unasked, env) == Outcome("TEST", True, True)
    assert connect(client, peer.unix(f"{scram}&authfile={tmp_path}/auth.conf"), unasked) == Outcome("TEST", True, True)


@needs_kdc
@pytest.mark.parametrize("client", CLIENTS)
def test_kerberos_over_tcp_with_its_layer(peer: Peer, client: str, kerberos: Realm) -> None:
    assert connect(client, peer.tcp(), None, kerberos.user_env()) == Outcome("TEST", True, True)
    if peer.any_host:  # on a unix socket the host's name is localhost
        assert connect(client, peer.unix("&auth=sasl.GSSAPI"), None, kerberos.user_env()) == Outcome("TEST", True, True)
        assert connect(client, peer.unix(), user("nobody", "wrong"), kerberos.user_env()).kind == "TEST", "tickets go first"


@needs_kdc
@pytest.mark.parametrize("client", CLIENTS)
def test_no_ticket_no_connection(peer: Peer, client: str, kerberos: Realm, tmp_path: Path) -> None:
    env = {**kerberos.user_env(), "KRB5CCNAME": f"FILE:{tmp_path}/none"}
    got = connect(client, peer.tcp(), None, env)
    assert got.code == 45
    assert got.message.startswith("authentication failed: Failed to start SASL negotiation")


@pytest.mark.parametrize("client", CLIENTS)
def test_no_password_goes_over_bare_tcp(peer: Peer, client: str) -> None:
    for mechanism in ("PLAIN", "SCRAM-SHA-256"):
        got = connect(client, peer.tcp(f"?auth=sasl.{mechanism}"), user("fred", "secret"))
        assert (got.code, got.message) == (45, f"authentication failed: SASL mechanism {mechanism} not supported by server")


@needs_kdc
def test_large_replies_and_many_calls_through_the_layer(peer: Peer, kerberos: Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents larger than one packet of the layer, in both directions."""
    for name, value in kerberos.user_env().items():
        monkeypatch.setenv(name, value)
    with purevirt.open(peer.tcp(), deadline=20) as conn:
        text = "x" * 200_000
        dom = conn.domain_define_xml(
            f"<domain type='test'><name>big</name><description>{text}</description><memory>1</memory>"
            "<os><type>hvm</type></os></domain>"
        )
        for _ in range(20):
            assert text in dom.get_xml_desc(0)
        dom.undefine()


@needs_kdc
def test_the_async_client_through_the_layer(peer: Peer, kerberos: Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in kerberos.user_env().items():
        monkeypatch.setenv(name, value)

    async def main() -> None:
        async with purevirt.aio.open(peer.tcp(), deadline=20) as conn:
            text = "x" * 100_000
            guest = await conn.domain_define_xml(
                f"<domain type='test'><name>big</name><description>{text}</description><memory>1</memory>"
                "<os><type>hvm</type></os></domain>"
            )
            documents = await asyncio.gather(*(guest.get_xml_desc(0) for _ in range(20)))
            assert all(text in document for document in documents)
            await guest.undefine()

    asyncio.run(main())


def test_a_refused_client_is_let_go_and_others_are_served() -> None:
    with directory() as root:
        env = sasl_config(root, None)
        write_users(root / "passwd.db", {"fred": ScramSecret.of("secret")})
        with our_daemon(root / "d", 'listen_tls = 0\nauth_unix_rw = "sasl"\n', env) as sock:
            rows = remote.PROGRAM.by_name
            token = encode(remote.AuthSaslStartArgs("PLAIN", 0, b"\0fred\0wrong"))
            with socket.socket(socket.AF_UNIX) as wrong:
                wrong.settimeout(10)
                wrong.connect(str(sock))
                wrong.sendall(call(rows["auth_sasl_init"].number, 1) + call(rows["auth_sasl_start"].number, 2, token))
                data = b""
                while piece := wrong.recv(65536):
                    data += piece
            last = Framer().feed(data)[-1]
            assert decode_error(last.payload).message == DENIED.message
            uri = f"test+unix:///default?socket={sock}"
            assert connect("ours", uri, user("fred", "secret")).kind == "TEST"


def test_our_own_user_file() -> None:
    """Written by `purevirt saslpasswd`, read by the daemon: no password is in it."""
    with directory() as root:
        env = sasl_config(root, None)
        for option, name in (("-p", "fred"), ("-p", "gone"), ("-d", "gone")):
            tool = [sys.executable, "-m", "purevirt.cli.main", "saslpasswd", option, "-f", str(root / "passwd.db"), name]
            subprocess.run(tool, input="secret\n", text=True, env=environment(), check=True, timeout=20)
        assert (root / "passwd.db").stat().st_mode & 0o777 == 0o600
        assert "secret" not in (root / "passwd.db").read_text()
        with our_daemon(root / "d", 'listen_tls = 0\nauth_unix_rw = "sasl"\n', env) as sock:
            uri = f"test+unix:///default?socket={sock}&auth=sasl."
            for mechanism in ("PLAIN", "SCRAM-SHA-256"):
                assert connect("ours", uri + mechanism, user("fred", "secret")).kind == "TEST"
                assert connect("ours", uri + mechanism, user("fred", "wrong")) == DENIED
                assert connect("ours", uri + mechanism, user("gone", "secret")) == DENIED


def test_what_cannot_be_served_is_refused_at_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "libvirt.conf").write_text(f"mech_list: digest-md5\nsasldb_path: {tmp_path}/users\n")
    monkeypatch.setenv("SASL_CONF_PATH", str(tmp_path))
    said = refused(tmp_path / "a", 'auth_unix_rw = "sasl"\n')
    assert "auth_unix_rw: none of the SASL mechanisms" in said
    assert "(DIGEST-MD5) is available" in said
    (tmp_path / "libvirt.conf").write_text(f"mech_list: scram-sha-256\nsasldb_path: {tmp_path}/users\n")
    assert "protects a TCP connection" in refused(tmp_path / "a", "listen_tcp = 1\n", "--listen")
    (tmp_path / "users").write_text("garbage\n")
    assert "neither lines of NAME" in refused(tmp_path / "a", 'auth_unix_rw = "sasl"\n')


def call(number: int, serial: int, payload: bytes = b"") -> bytes:
    return pack(remote.PROGRAM.number, remote.PROGRAM.version, number, 0, serial, 0, payload)


def test_calls_before_authentication_are_refused_whenever_they_come(peer: Peer) -> None:
    """Also those in one packet with the last token: they were sent before anybody was known."""
    rows = remote.PROGRAM.by_name
    token = encode(remote.AuthSaslStartArgs("PLAIN", 0, b"\0fred\0secret"))
    opened = encode(remote.ConnectOpenArgs("test:///default", 0))
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(10)
        sock.connect(str(peer.sock))
        sock.sendall(call(rows["auth_sasl_init"].number, 1))
        framer = Framer()
        replies = framer.feed(sock.recv(65536))
        sock.sendall(call(rows["auth_sasl_start"].number, 2, token) + call(rows["connect_open"].number, 3, opened))
        while len(replies) < 3:
            replies += framer.feed(sock.recv(65536))
    by_serial = {reply.serial: reply for reply in replies}
    assert by_serial[2].status == 0
    if peer.any_host:  # ours; libvirtd answers in order and has the client known by then
        assert "authentication required" in decode_error(by_serial[3].payload).message


@needs_kdc
def test_nothing_slips_in_before_the_layer(kerberos: Realm, peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The beginning of a packet that somebody on the way appends to the last token: the connection ends."""
    if not peer.any_host:
        pytest.skip("about our daemon")
    for name, value in kerberos.user_env().items():
        monkeypatch.setenv(name, value)
    rows = remote.PROGRAM.by_name
    mechanism = GssapiClient(socket.gethostname(), True)
    framer = Framer()
    with socket.create_connection(("127.0.0.1", peer.port), timeout=10) as sock:

        def ask(data: bytes) -> bytes:
            sock.sendall(data)
            found = []
            while not found:
                got = sock.recv(65536)
                assert got
                found = framer.feed(got)
            return bytes(found[0].payload)

        ask(call(rows["auth_sasl_init"].number, 1))
        start = remote.AuthSaslStartArgs("GSSAPI", 0, mechanism.start() or b"")
        ret = decode(remote.AuthSaslStartRet, ask(call(rows["auth_sasl_start"].number, 2, encode(start))))
        number, serial = rows["auth_sasl_step"].number, 3
        while not mechanism.done:
            token = mechanism.step(ret.data) or b""
            injected = call(rows["connect_open"].number, 9)[:20] if mechanism.done else b""
            payload = encode(remote.AuthSaslStepArgs(0, token))
            ret = decode(remote.AuthSaslStepRet, ask(call(number, serial, payload) + injected))
            serial += 1
        assert ret.complete
        assert sock.recv(100) == b""
