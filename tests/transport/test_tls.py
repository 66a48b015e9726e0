"""TLS between our client, the distribution's, our daemon and the distribution's libvirtd; refused as it must be."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import purevirt
import purevirt.aio
from purevirt.errors import ErrorCode, VirtError
from purevirt.rpc.pki import distinguished_name
from purevirt.rpc.sasl_scram import ScramSecret
from purevirt.rpc.sasldb import write_users
from purevirt.rpc.tls_priority import versions_of
from purevirt.types.patterns import matches
from transport.clients import CLIENTS, Outcome, connect, user
from transport.daemons import directory, free_port, needs_libvirtd, needs_root, our_daemon, refused, their_daemon
from transport.pki import FUTURE, PAST, Authority, needs_certtool

pytestmark = [needs_root, needs_certtool]
SERVERS = ("ours", pytest.param("theirs", marks=needs_libvirtd))
GOOD = Outcome("TEST", True, True)
CUT = (38, 7, "Unable to read TLS confirmation: Input/output error")
UNVERIFIED = (45, 7, "authentication failed: Failed to verify peer's certificate")


def error(outcome: Outcome) -> tuple[int, int, str]:
    assert not outcome.kind, "the connection was not refused"
    return outcome.code, outcome.domain, outcome.message


@dataclass(frozen=True)
class Pki:
    """Client directories by what is wrong with them; `server` is in order."""

    ours: Authority
    server: Path
    crl: Path
    clients: dict[str, Path]


@pytest.fixture(scope="module")
def pki() -> Iterator[Pki]:
    with directory() as root:
        ours, strangers = Authority(root / "ours"), Authority(root / "others", "Other CA")
        clients = {
            "good": ours.client(),
            "unlisted": ours.client("mallory"),
            "expired": ours.client(validity=PAST),
            "early": ours.client(validity=FUTURE),
            "revoked": ours.client("client3"),
            "stranger": strangers.client(),
        }
        shutil.copy(ours.cert, clients["stranger"] / "cacert.pem")
        for name, parts in (("bare", ["cacert.pem"]), ("misled", ["clientcert.pem", "clientkey.pem"])):
            clients[name] = root / name
            clients[name].mkdir()
            for part in parts:
                shutil.copy(clients["good"] / part, clients[name])
        shutil.copy(strangers.cert, clients["misled"] / "cacert.pem")
        yield Pki(ours, ours.server(), ours.revoke(clients["revoked"] / "clientcert.pem"), clients)


def configuration(port: int, server: Path, extra: str = "") -> str:
    return (
        f'listen_tls = 1\nlisten_tcp = 0\ntls_port = "{port}"\nlisten_addr = "127.0.0.1"\nauth_unix_rw = "none"\n'
        f'key_file = "{server}/serverkey.pem"\ncert_file = "{server}/servercert.pem"\nca_file = "{server}/cacert.pem"\n{extra}'
    )


class Peer:
    """A daemon, and the URI of it for a client's directory."""

    def __init__(self, kind: str, port: int, pki: Pki) -> None:
        self.kind, self.port, self.pki = kind, port, pki

    def uri(self, client: str, query: str = "", host: str = "localhost") -> str:
        return f"test+tls://{host}:{self.port}/default?pkipath={self.pki.clients.get(client, client)}{query}"


@pytest.fixture(scope="module", params=SERVERS)
def peer(request: pytest.FixtureRequest, pki: Pki) -> Iterator[Peer]:
    allowed = 'tls_allowed_dn_list = ["C=GB,ST=London,O=Test Org,CN=client?", "*CN=nobody"]\n'
    with directory() as root:
        port = free_port()
        daemon = our_daemon if request.param == "ours" else their_daemon
        with daemon(root, configuration(port, pki.server, f'{allowed}crl_file = "{pki.crl}"\n')):
            yield Peer(request.param, port, pki)


@pytest.mark.parametrize("client", CLIENTS)
def test_certificates_on_both_sides(peer: Peer, client: str) -> None:
    assert connect(client, peer.uri("good")) == GOOD
    assert connect(client, peer.uri("good", host="127.0.0.1")) == GOOD
    assert connect(client, peer.uri("good", "&tls_priority=NORMAL:-VERS-TLS1.3")) == GOOD


@pytest.mark.parametrize("who", ["unlisted", "bare", "expired", "early", "stranger", "revoked"])
@pytest.mark.parametrize("client", CLIENTS)
def test_clients_that_the_server_refuses(peer: Peer, client: str, who: str) -> None:
    """With the client's own checks off. The server just closes; in TLS 1.3 the client may still be writing then."""
    got = error(connect(client, peer.uri(who, "&no_sanity=1")))
    assert got == CUT or got[2].startswith("authentication failed: TLS handshake failed"), got
    assert connect(client, peer.uri("good")) == GOOD, "others are served"


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("expired", "The client certificate {dir}/clientcert.pem has expired"),
        ("early", "The client certificate {dir}/clientcert.pem is not yet active"),
        ("stranger", "Our own certificate {dir}/clientcert.pem failed validation against {dir}/cacert.pem: "
         "The certificate hasn't got a known issuer."),
        ("misled", "Our own certificate {dir}/clientcert.pem failed validation against {dir}/cacert.pem: "
         "The certificate hasn't got a known issuer."),
        ("/nonexistent", "Cannot read CA certificate '/nonexistent/cacert.pem': No such file or directory"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("client", CLIENTS)
def test_clients_that_know_better(peer: Peer, client: str, who: str, expected: str) -> None:
    message = expected.format(dir=peer.pki.clients.get(who, who))
    assert error(connect(client, peer.uri(who))) == (38, 7, message)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_bad_priority(peer: Peer, client: str) -> None:
    expected = (38, 7, "Failed to set TLS session priority to FOO: The request is invalid.")
    assert error(connect(client, peer.uri("good", "&tls_priority=FOO"))) == expected


@pytest.mark.parametrize("client", CLIENTS)
def test_a_server_of_another_name_or_authority(peer: Peer, client: str) -> None:
    elsewhere = socket.gethostname()
    assert error(connect(client, peer.uri("good", host=elsewhere))) == UNVERIFIED
    assert connect(client, peer.uri("good", "&no_verify=1", host=elsewhere)) == GOOD
    assert error(connect(client, peer.uri("misled", "&no_sanity=1"))) == UNVERIFIED
    assert connect(client, peer.uri("misled", "&no_sanity=1&no_verify=1")) == GOOD


def test_large_documents(peer: Peer) -> None:
    with purevirt.open(peer.uri("good"), deadline=20) as conn:
        text = "x" * 300_000
        dom = conn.domain_define_xml(
            f"<domain type='test'><name>big</name><description>{text}</description><memory>1</memory>"
            "<os><type>hvm</type></os></domain>"
        )
        assert text in dom.get_xml_desc(0)
        dom.undefine()


def test_the_async_client(peer: Peer) -> None:
    """Many calls at once, each answer larger than a TLS record."""

    async def main() -> None:
        async with purevirt.aio.open(peer.uri("good"), deadline=20) as conn:
            text = "x" * 100_000
            guest = await conn.domain_define_xml(
                f"<domain type='test'><name>big</name><description>{text}</description><memory>1</memory>"
                "<os><type>hvm</type></os></domain>"
            )
            documents = await asyncio.gather(*(guest.get_xml_desc(0) for _ in range(20)))
            assert all(text in document for document in documents)
            await guest.undefine()

    asyncio.run(main())


@pytest.mark.parametrize("validity", [PAST, FUTURE], ids=["expired", "early"])
@pytest.mark.parametrize("client", CLIENTS)
def test_a_server_whose_time_is_not_now(pki: Pki, client: str, validity: tuple[str, str]) -> None:
    server = pki.ours.server(validity=validity)
    with directory() as root:
        port = free_port()
        said = refused(root, configuration(port, server), "--listen")
        state = "has expired" if validity == PAST else "is not yet active"
        assert f"The server certificate {server}/servercert.pem {state}" in said
        with our_daemon(root, configuration(port, server, "tls_no_sanity_certificate = 1\n")):
            assert error(connect(client, Peer("ours", port, pki).uri("good"))) == UNVERIFIED


@pytest.mark.parametrize("client", CLIENTS)
def test_a_server_that_takes_anybody_asks_for_a_password(pki: Pki, client: str) -> None:
    """tls_no_verify_certificate with auth_tls = "sasl": inside TLS even PLAIN is in order."""
    with directory() as root:
        port = free_port()
        (root / "sasl2").mkdir()
        (root / "sasl2/libvirt.conf").write_text(f"mech_list: plain scram-sha-256\nsasldb_path: {root}/users\n")
        write_users(root / "users", {"fred": ScramSecret.of("secret")})
        extra = 'tls_no_verify_certificate = 1\nauth_tls = "sasl"\n'
        with our_daemon(root, configuration(port, pki.server, extra), {"SASL_CONF_PATH": str(root / "sasl2")}):
            uri = Peer("ours", port, pki).uri("bare")
            for mechanism in ("PLAIN", "SCRAM-SHA-256"):
                assert connect(client, f"{uri}&auth=sasl.{mechanism}", user("fred", "secret")) == GOOD
                refusal = error(connect(client, f"{uri}&auth=sasl.{mechanism}", user("fred", "wrong")))
                assert refusal == (45, 7, "authentication failed: authentication failed")


@pytest.mark.skipif(shutil.which("virt-admin") is None, reason="no virt-admin (libvirt-clients)")
def test_new_certificates_without_a_restart(pki: Pki) -> None:
    with directory() as root:
        files, port = root / "pki", free_port()
        shutil.copytree(pki.server, files)
        with our_daemon(root / "d", configuration(port, files)) as sock:
            uri = Peer("ours", port, pki).uri("good")
            assert connect("ours", uri) == GOOD
            update = ["virt-admin", "-c", f"libvirtd:///system?socket={sock.parent}/libvirt-admin-sock", "server-update-tls",
                      "libvirtd"]  # fmt: skip
            shutil.copy(pki.ours.server(("elsewhere",)) / "servercert.pem", files)
            mismatched = subprocess.run(update, capture_output=True, text=True, timeout=30, check=False)
            assert mismatched.returncode == 1, "the key belongs to another certificate"
            assert connect("ours", uri) == GOOD, "what was good stays"
            for path in pki.ours.server(("elsewhere",)).glob("server*.pem"):
                shutil.copy(path, files)
            subprocess.run(update, capture_output=True, timeout=30, check=True)
            assert error(connect("ours", uri)) == UNVERIFIED, "the new certificate is for another host"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('cert_file = "/nonexistent"', "Cannot read server certificate '/nonexistent': No such file or directory"),
        ('ca_file = "/etc/passwd"', "Unable to set x509 CA certificate: /etc/passwd"),
        ('key_file = "/etc/passwd"', "Unable to set x509 key and certificate: /etc/passwd"),
        ('crl_file = "/nonexistent"', "Cannot read CA revocation list '/nonexistent': No such file or directory"),
        ('tls_priority = "FOO"', "Failed to set TLS session priority to FOO: The request is invalid."),
        ('tls_priority = "NORMAL:-AES-128-GCM"', "cannot be had with this TLS library"),
        ('tls_port = "nonsense"', "Unable to resolve address '127.0.0.1' service 'nonsense'"),
    ],
)
def test_what_cannot_be_served_is_refused_at_start(pki: Pki, line: str, expected: str) -> None:
    key = line.partition(" ")[0]
    conf = "".join(f"{each}\n" for each in configuration(free_port(), pki.server).splitlines() if not each.startswith(key))
    with directory() as root:
        assert expected in refused(root, f"{conf}{line}\n", "--listen")


def test_half_a_configuration() -> None:
    with directory() as root:
        said = refused(root, 'cert_file = "/etc/x.pem"\n', "--listen")
        assert "No CA certificate path set to match server key/cert" in said
        said = refused(root, "", "--listen")
        assert f"Cannot read CA certificate '{root}/etc/pki/CA/cacert.pem': No such file or directory" in said


def test_a_stranger_who_says_nothing_does_not_keep_others_out(peer: Peer) -> None:
    address = ("127.0.0.1", peer.port)
    with socket.create_connection(address) as silent, socket.create_connection(address) as noisy:
        noisy.sendall(b"GET / HTTP/1.0\r\n\r\n" * 10)
        assert connect("ours", peer.uri("good")) == GOOD
        silent.close()


@pytest.mark.parametrize(
    ("priority", "expected"),
    [
        ("NORMAL", [2, 3]),
        ("NORMAL:-VERS-ALL:+VERS-TLS1.2", [2]),
        ("NORMAL:-VERS-TLS-ALL:+VERS-TLS1.3:%COMPAT", [3]),
        ("SECURE128:+VERS-TLS1.1", [1, 2, 3]),
    ],
)
def test_priorities(priority: str, expected: list[int]) -> None:
    by_number = {1: ssl.TLSVersion.TLSv1_1, 2: ssl.TLSVersion.TLSv1_2, 3: ssl.TLSVersion.TLSv1_3}
    assert versions_of(priority) == {by_number[n] for n in expected}


@pytest.mark.parametrize(
    ("priority", "code"),
    [("", 38), ("FOO", 38), ("NORMAL:", 38), ("NORMAL:FOO", 38), ("SECURE256", 67), ("NORMAL:+CURVE-X25519", 67),
     ("NORMAL:%FOO", 67), ("NONE", 67)],
)  # fmt: skip
def test_priorities_that_are_refused(priority: str, code: int) -> None:
    with pytest.raises(VirtError) as caught:
        versions_of(priority)
    assert caught.value.code == ErrorCode(code)


def test_distinguished_names_as_gnutls_writes_them() -> None:
    subject = ((("countryName", "GB"),), (("organizationName", "A, B+C"),), (("commonName", " #x "), ("userId", "u")))
    assert distinguished_name({"subject": subject}) == "C=GB,O=A\\, B\\+C,CN=\\ #x\\ +UID=u"


def test_patterns_have_two_wildcards_only() -> None:
    assert matches("CN=a[1]", ["CN=?[1]"])
    assert not matches("CN=a1", ["CN=a[1]"])
    assert matches("", ["*"])
    assert not matches("ab", ["a"])
