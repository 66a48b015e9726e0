"""Connections through ssh: our client, the distribution's, both helpers, netcat, both daemons."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import purevirt
from purevirt.drivers.remote.address import resolve
from purevirt.drivers.remote.dial import ssh_target
from purevirt.errors import VirtError
from purevirt.rpc.ssh import command_line, remote_command
from purevirt.rpc.uri import parse_uri, unescape
from transport.clients import CLIENTS, Outcome, connect
from transport.daemons import directory, needs_libvirtd, needs_root, our_daemon, their_daemon
from transport.sshd import USER, Server, needs_sshd, serving

SERVERS = ("ours", pytest.param("theirs", marks=needs_libvirtd))
GOOD = Outcome("TEST", False, True)


class Peer:
    """A daemon behind an ssh server."""

    def __init__(self, kind: str, ssh: Server, sock: Path) -> None:
        self.kind, self.ssh, self.sock = kind, ssh, sock

    def uri(self, query: str = "", user: str = USER, port: int | None = None) -> str:
        way = f"{user}@localhost:{port or self.ssh.port}"
        return f"test+ssh://{way}/default?command={self.ssh.ssh}&keyfile={self.ssh.key}&no_tty=1{query}"


@pytest.fixture(scope="module", params=SERVERS)
def peer(request: pytest.FixtureRequest) -> Iterator[Peer]:
    conf = 'listen_tls = 0\nauth_unix_rw = "none"\nauth_unix_ro = "none"\n'
    daemon = our_daemon if request.param == "ours" else their_daemon
    with directory() as root, daemon(root, conf) as sock, directory() as place, serving(place, sock.parent) as ssh:
        yield Peer(request.param, ssh, sock)


@needs_root
@needs_sshd
@pytest.mark.parametrize("helper", ["ours", "theirs", "none"])
@pytest.mark.parametrize("client", CLIENTS)
def test_through_a_helper_or_netcat(peer: Peer, client: str, helper: str) -> None:
    peer.ssh.offer_helper(helper)
    assert connect(client, peer.uri()) == GOOD
    assert connect(client, peer.uri("&proxy=native" if helper != "none" else "&proxy=netcat"), readonly=True) == GOOD


@needs_root
@needs_sshd
@pytest.mark.parametrize("client", CLIENTS)
def test_a_socket_by_name(peer: Peer, client: str) -> None:
    peer.ssh.offer_helper("none")
    assert connect(client, peer.uri(f"&socket={peer.sock}&netcat=nc")) == GOOD
    got = connect(client, peer.uri("&socket=/nonexistent"))
    assert got.code == 38
    assert "nc: /nonexistent: No such file or directory" in got.message


@needs_root
@needs_sshd
@pytest.mark.parametrize("client", CLIENTS)
def test_what_ssh_says_is_in_the_error(peer: Peer, client: str, tmp_path: Path) -> None:
    got = connect(client, peer.uri(user="nobody"))
    assert (got.code, got.domain) == (38, 7)
    assert "Permission denied (publickey" in got.message
    assert "Connection reset by peer" in got.message
    (tmp_path / "known").write_text("")
    got = connect(client, peer.uri().replace(f"command={peer.ssh.ssh}", "command=/bin/false"))
    assert (got.code, got.domain) == (38, 7)


@needs_root
@needs_sshd
def test_the_spellings_of_the_libraries(peer: Peer, tmp_path: Path) -> None:
    peer.ssh.offer_helper("none")
    for spelling in ("libssh", "libssh2"):
        way = peer.uri("&sshauth=privkey").replace("test+ssh", f"test+{spelling}").replace("no_tty=1&", "")
        assert connect("ours", f"{way}&known_hosts={peer.ssh.known_hosts}&known_hosts_verify=normal") == GOOD
        (tmp_path / "known").write_text("")
        way = way.replace(f"command={peer.ssh.ssh}", "command=ssh")
        got = connect("ours", f"{way}&known_hosts={tmp_path}/known&known_hosts_verify=normal")
        assert "Host key verification failed" in got.message
        assert connect("ours", f"{way}&known_hosts={tmp_path}/known&known_hosts_verify=auto") == GOOD
        assert connect("ours", f"{way}&known_hosts={tmp_path}/known&known_hosts_verify=normal") == GOOD, "now it is known"


@needs_root
@needs_sshd
def test_large_documents_and_streams_pass(peer: Peer) -> None:
    peer.ssh.offer_helper("ours")
    with purevirt.open(peer.uri(), deadline=20) as conn:
        text = "x" * 300_000
        dom = conn.domain_define_xml(
            f"<domain type='test'><name>big</name><description>{text}</description><memory>1</memory>"
            "<os><type>hvm</type></os></domain>"
        )
        assert text in dom.get_xml_desc(0)
        dom.undefine()


def line(uri: str, readonly: bool = False) -> list[str]:
    return command_line(ssh_target(resolve(parse_uri(uri), readonly)))


def test_the_command_line() -> None:
    words = line("qemu+ssh://fred@host:2222/system?keyfile=/k&no_tty=1&no_verify=1&x=1", readonly=True)
    assert words[:-1] == [
        "ssh", "-p", "2222", "-l", "fred", "-i", "/k", "-T", "-e", "none", "-o", "BatchMode=yes",
        "-o", "StrictHostKeyChecking=no", "--", "host",
    ]  # fmt: skip
    assert "virt-ssh-helper -r" in words[-1]
    assert "qemu:///system?x=1" in words[-1]
    assert "/var/run/libvirt/libvirt-sock-ro" in words[-1]


@pytest.mark.parametrize(
    ("query", "wanted", "unwanted"),
    [
        ("proxy=native", "virt-ssh-helper", " -U "),
        ("proxy=netcat", " -U ", "virt-ssh-helper"),
        ("netcat=/x/nc", "/x/nc", "virt-ssh-helper"),
        ("socket=/s", " -U ", "virt-ssh-helper"),
        ("mode=legacy", "which virt-ssh-helper", "nothing"),
        ("name=lxc:///system", "lxc:///system", "qemu"),
    ],
)
def test_the_proxy(query: str, wanted: str, unwanted: str) -> None:
    command = line(f"qemu+ssh://host/system?{query}")[-1]
    assert wanted in command
    assert unwanted not in command


def test_nothing_of_a_uri_is_a_command_for_the_other_end(tmp_path: Path) -> None:
    """A shell that runs the command line with programs that print their arguments gets each as one word."""
    for name in ("virt-ssh-helper", "nc"):
        (tmp_path / name).write_text('#!/bin/sh\nfor word in "$@"; do printf "[%s]" "$word"; done\n')
        (tmp_path / name).chmod(0o755)
    nasty = "a'b%22c$(touch%20x)%60id%60%3Bd"
    for proxy in ("native", "netcat"):
        uri = f"qemu+ssh://host/system?proxy={proxy}&socket=/s'{nasty}&name=qemu:///x{nasty}"
        command = remote_command(ssh_target(resolve(parse_uri(uri), False)))
        environment = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
        done = subprocess.run(["sh", "-c", command], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
        plain = unescape(nasty)
        assert done.stdout == (f"[qemu:///x{plain}]" if proxy == "native" else f"[-U][/s'{plain}]")
        assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("uri", "code", "message"),
    [
        ("qemu+ssh://host/system?mode=direct", 84, "Operation not supported: Cannot use direct socket mode for ssh transport"),
        ("qemu+ssh://host/system?proxy=foo", 8, "invalid argument: Unnkown proxy type 'foo'"),
        ("qemu+libssh://host/system?sshauth=foo", 8, "invalid argument: Invalid authentication method: 'foo'"),
        ("qemu+libssh://host/system?known_hosts_verify=foo", 8,
         "invalid argument: Invalid host key verification method: 'foo'"),
        ("qemu+ssh://host/system?no_tty=foo", 8, "invalid argument: Failed to parse value of URI component no_tty"),
        ("qemu+ext:///system", 8, "invalid argument: remote_open: for 'ext' transport, command is required"),
        ("qemu+ext:///system?command=/nonexistent/x", 38, "Cannot find '/nonexistent/x' in path: No such file or directory"),
    ],
)  # fmt: skip
def test_bad_uris(uri: str, code: int, message: str) -> None:
    with pytest.raises(VirtError) as caught:
        purevirt.open(uri, deadline=5)
    assert (caught.value.code, caught.value.message) == (code, message)
