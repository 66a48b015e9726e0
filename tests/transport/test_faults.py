"""Connections that break: cut at every byte, peers that lie about lengths, a daemon killed, a reader that does not read.

Nothing hangs past its deadline, memory stays bounded, everybody else is served."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import purevirt
import purevirt.aio
from purevirt.drivers.remote.address import resolve
from purevirt.drivers.remote.credentials import Credentials
from purevirt.drivers.remote.driver import RemoteDriver
from purevirt.drivers.remote.handshake import open_driver, programs
from purevirt.errors import Timeout, VirtError
from purevirt.protocol import keepalive, remote
from purevirt.protocol.xdr import encode
from purevirt.rpc.aio import AsyncTransport
from purevirt.rpc.blocking import BlockingTransport, run
from purevirt.rpc.framing import Framer, pack
from purevirt.rpc.link import Link
from purevirt.rpc.session import PING, PONG
from purevirt.rpc.tcp import open_tcp
from purevirt.rpc.uri import parse_uri
from purevirt.rpc.wire_errors import decode_error
from transport.daemons import directory, needs_root, needs_virsh, our_daemon
from transport.pki import Authority

pytestmark = needs_root
DEADLINE_S = 5.0
CONF = 'listen_tls = 0\nauth_unix_rw = "none"\nkeepalive_interval = 1\nkeepalive_count = 1\n'


@pytest.fixture(scope="module")
def daemon() -> Iterator[Path]:
    """The socket of a daemon that pings silent clients after a second and gives them up after another."""
    with directory() as root, our_daemon(root, CONF) as sock:
        yield sock


def uri(sock: Path) -> str:
    return f"test+unix:///default?socket={sock}"


def connected(sock: Path) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(DEADLINE_S)
    client.connect(str(sock))
    return client


def some(sock: socket.socket) -> bytes:
    """What comes next; the connection must not have ended."""
    data = sock.recv(65536)
    assert data, "the connection has ended"
    return data


class Recording(Link):
    """Keeps what passes."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self.sent, self.received = bytearray(), bytearray()

    def _write(self, data: bytes | memoryview) -> int:
        count = super()._write(data)
        self.sent += data[:count]
        return count

    def receive(self) -> tuple[bytes, list[int]] | None:
        got = super().receive()
        if got is not None:
            self.received += got[0]
        return got


async def conversation(transport: Any, deadline_s: float = DEADLINE_S) -> int:
    """Open, two calls; how many guests there are."""
    address = resolve(parse_uri("test+unix:///default"), False)
    driver: RemoteDriver = await open_driver(transport, address, Credentials(), deadline_s)
    driver.deadline = deadline_s
    guests = await driver.invoke("connect_list_all_domains", (1, 0))
    for guest in guests.domains[:1]:
        await driver.invoke("domain_get_xml_desc", (guest, 0))
    return len(guests.domains)


def blocking(sock: socket.socket, deadline_s: float = DEADLINE_S) -> int:
    transport = BlockingTransport(Link(sock), programs().values())
    try:
        return run(conversation(transport, deadline_s))
    finally:
        transport.close()


def on_loop(sock: socket.socket) -> int:
    async def main() -> int:
        transport = AsyncTransport(Link(sock), programs().values())
        try:
            return await conversation(transport)
        finally:
            transport.close()

    return asyncio.run(main())


FACES = pytest.mark.parametrize("face", [blocking, on_loop], ids=["sync", "async"])


@pytest.fixture(scope="module")
def recorded(daemon: Path) -> tuple[bytes, bytes]:
    """What the client sends in the conversation, and what the daemon answers."""
    link = Recording(connected(daemon))
    transport = BlockingTransport(link, programs().values())
    assert run(conversation(transport)) == 1
    transport.close()
    return bytes(link.sent), bytes(link.received)


class Script(threading.Thread):
    """A server that answers each call with the next of the answers it was given, and closes when it has no more."""

    def __init__(self, answers: list[bytes]) -> None:
        super().__init__()
        self.client, self._sock = socket.socketpair()
        self._answers = answers
        self.start()

    def run(self) -> None:
        with self._sock as sock, contextlib.suppress(OSError):
            sock.settimeout(DEADLINE_S)
            framer = Framer()
            for answer in self._answers:
                data = sock.recv(65536)
                while data and not framer.feed(data):
                    data = sock.recv(65536)
                sock.sendall(answer)
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(65536):
                pass


def packets(data: bytes, boundaries: bytes) -> list[bytes]:
    """`data` cut where the packets of `boundaries` end."""
    found, at = [], 0
    while at < len(data):
        length = struct.unpack_from(">I", boundaries, at)[0]
        found.append(data[at : at + length])
        at += length
    return found


@FACES
def test_the_servers_side_cut_at_every_byte(face: Callable[[socket.socket], int], recorded: tuple[bytes, bytes]) -> None:
    _, answers = recorded
    step = 1 if face is blocking else 7
    for cut in range(0, len(answers), step):
        server = Script(packets(answers[:cut], answers))
        began = time.monotonic()
        with pytest.raises(VirtError) as caught:
            face(server.client)
        server.join(DEADLINE_S)
        assert not isinstance(caught.value, Timeout), f"hung at byte {cut}"
        assert time.monotonic() - began < DEADLINE_S
    assert face(Script(packets(answers, answers)).client) == 1, "the recording itself is a good conversation"


def test_the_clients_side_cut_at_every_byte(daemon: Path, recorded: tuple[bytes, bytes]) -> None:
    sent, _ = recorded
    for cut in range(len(sent)):
        with connected(daemon) as sock:
            sock.sendall(sent[:cut])
            if cut % 2:  # half of them by a reset: unread answers
                sock.shutdown(socket.SHUT_WR)
                while sock.recv(65536):
                    pass
    assert clients_of(daemon) == 0
    with purevirt.open(uri(daemon), deadline=DEADLINE_S) as conn:
        assert conn.list_all_domains(0)


@pytest.mark.parametrize(
    ("row", "what"),
    [("connect_get_lib_version", "hypervisor"), ("connect_list_networks", "network"), ("node_get_info", "hypervisor")],
)
def test_calls_before_the_connection_is_open(daemon: Path, row: str, what: str) -> None:
    """In libvirtd's words, which name the kind of driver."""
    found = remote.PROGRAM.by_name[row]
    args = encode(remote.ConnectListNetworksArgs(5)) if row == "connect_list_networks" else b""
    with connected(daemon) as sock:
        sock.sendall(pack(found.program, found.version, found.number, 0, 1, 0, args))
        (message,) = Framer().feed(some(sock))
    error = decode_error(message.payload)
    assert (error.code, error.domain, error.message) == (1, 7, f"internal error: {what} connection not open")


def clients_of(sock: Path) -> int:
    """How many clients the daemon has, once it has seen that those who left are gone."""
    admin = f"libvirtd:///system?socket={sock.parent}/libvirt-admin-sock"
    with purevirt.open_admin(admin, deadline=DEADLINE_S) as conn:
        server = conn.lookup_server("libvirtd")
        end = time.monotonic() + DEADLINE_S
        while (count := len(server.list_clients())) and time.monotonic() < end:
            continue
        return count


LIES = (0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 0x01000000)


def lying(data: bytes) -> Iterator[bytes]:
    """`data` with one of its words replaced: lengths, counts, numbers, whatever it was."""
    for at in range(0, len(data) - 3, 4):
        for lie in LIES:
            changed = data[:at] + struct.pack(">I", lie) + data[at + 4 :]
            if changed != data:
                yield changed


def peak_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def test_a_server_that_lies_about_every_length(recorded: tuple[bytes, bytes]) -> None:
    before = peak_kib()
    for answers in lying(recorded[1]):
        server = Script(packets(answers, recorded[1]))
        with contextlib.suppress(VirtError):
            blocking(server.client, 0.2)  # a length that is too long cannot be known from a slow answer
        server.join(DEADLINE_S)
        assert not server.is_alive()
    assert peak_kib() - before < 64 * 1024


def test_a_client_that_lies_about_every_length(daemon: Path, recorded: tuple[bytes, bytes]) -> None:
    pid = daemon_pid(daemon)
    before = rss_kib(pid)
    for sent in lying(recorded[0]):
        with connected(daemon) as sock:
            sock.sendall(sent)
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(65536):
                pass
    assert rss_kib(pid) - before < 64 * 1024
    assert clients_of(daemon) == 0
    with purevirt.open(uri(daemon), deadline=DEADLINE_S) as conn:
        assert conn.list_all_domains(0)


def daemon_pid(sock: Path) -> int:
    return int((sock.parents[1] / "libvirtd.pid").read_text())


def rss_kib(pid: int) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.partition("VmRSS:")[2].split()[0])


# -- killed


@contextlib.contextmanager
def victim() -> Iterator[tuple[Path, int]]:
    """A daemon to kill: its socket and process."""
    with contextlib.suppress(AssertionError), directory() as root, our_daemon(root, CONF) as sock:
        yield sock, daemon_pid(sock)


def test_the_daemon_is_killed_while_a_call_waits() -> None:
    with victim() as (sock, pid):
        conn = purevirt.open(uri(sock), deadline=30)
        reasons: list[int] = []
        conn.register_close_callback(lambda _, reason: reasons.append(reason))
        os.kill(pid, signal.SIGSTOP)
        killer = threading.Timer(0.05, os.kill, (pid, signal.SIGKILL))
        killer.start()
        began = time.monotonic()
        with pytest.raises(VirtError) as caught:
            conn.list_all_domains(0)
        assert time.monotonic() - began < DEADLINE_S
        assert not isinstance(caught.value, Timeout)
        assert reasons in ([0], [1]), "VIR_CONNECT_CLOSE_REASON_ERROR (a reset) or _EOF, once"
        assert not conn.is_alive()
        with pytest.raises(VirtError, match="client socket is closed"):
            conn.list_all_domains(0)
        conn.close()
        killer.join()


def test_the_daemon_is_killed_while_async_calls_and_events_wait() -> None:
    async def main(sock: Path, pid: int) -> None:
        async with purevirt.aio.open(uri(sock), deadline=30) as conn:
            closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            await conn.register_close_callback(lambda _, reason: closed.set_result(reason))
            await conn.list_all_domains(0)
            os.kill(pid, signal.SIGSTOP)
            calls = [asyncio.create_task(conn.list_all_domains(0)) for _ in range(20)]
            await asyncio.sleep(0)
            os.kill(pid, signal.SIGKILL)
            done = await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), DEADLINE_S)
            assert all(isinstance(each, VirtError) and not isinstance(each, Timeout) for each in done)
            assert await asyncio.wait_for(closed, DEADLINE_S) in (0, 1)

    with victim() as (sock, pid):
        asyncio.run(main(sock, pid))


@needs_virsh
def test_the_distributions_client_notices_that_the_daemon_is_gone() -> None:
    with victim() as (sock, pid):
        command = ["virsh", "-c", uri(sock), "event", "lifecycle", "--loop"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as virsh:
            admin = f"libvirtd:///system?socket={sock.parent}/libvirt-admin-sock"
            with purevirt.open_admin(admin, deadline=DEADLINE_S) as conn:
                server = conn.lookup_server("libvirtd")
                while not server.list_clients():
                    continue
            with purevirt.open(uri(sock), deadline=DEADLINE_S) as conn2:
                assert conn2.is_alive()
            os.kill(pid, signal.SIGKILL)
            said, _ = virsh.communicate(timeout=DEADLINE_S)
        assert "End of file while reading data" in said or "Disconnected from" in said or "Connection reset" in said, said


GUEST = """<domain type='qemu'><name>s</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type></os><devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
<serial type='pty'/><console type='pty'/></devices></domain>"""


@pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64")
def test_the_daemon_is_killed_while_streams_are_open() -> None:
    """A console that waits for data, and what is sent into it: both fail at once."""
    with victim() as (sock, pid):
        qemu = f"qemu+unix:///system?socket={sock}"
        conn = purevirt.open(qemu, deadline=60)
        guest = conn.domain_create_xml(GUEST, 1)
        pids = [int(path.read_text()) for path in (sock.parent / "qemu").glob("*.pid")]
        try:
            stream = conn.stream_new()
            guest.open_console(None, stream, 0)
            killer = threading.Timer(0.1, os.kill, (pid, signal.SIGKILL))
            killer.start()
            began = time.monotonic()
            with pytest.raises(VirtError) as caught:
                stream.recv(1024)
            assert time.monotonic() - began < DEADLINE_S
            assert not isinstance(caught.value, Timeout)
            with pytest.raises(VirtError):
                stream.send(b"x")
            conn.close()
            killer.join()
        finally:
            for each in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)


# -- slow and silent


@pytest.fixture(scope="module")
def silence() -> Iterator[int]:
    """A port where connections are taken and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture(scope="module")
def mute() -> Iterator[Path]:
    """A program for `command=` that says nothing, and writes down its process id."""
    with directory() as root:
        program = root / "mute"
        program.write_text(f"#!/bin/sh\necho $$ > {root}/pid\nexec sleep 600\n")
        program.chmod(0o755)
        yield program


@pytest.mark.parametrize("transport", ["tcp", "tls", "ssh", "ext"])
def test_opening_ends_at_its_deadline(transport: str, silence: int, mute: Path, authority: Path) -> None:
    query = f"?pkipath={authority}" if transport == "tls" else f"?command={mute}" if transport in ("ssh", "ext") else ""
    host = "" if transport == "ext" else f"localhost:{silence}"
    began = time.monotonic()
    with pytest.raises(Timeout):
        purevirt.open(f"test+{transport}://{host}/default{query}", deadline=0.4)
    assert 0.3 < time.monotonic() - began < DEADLINE_S
    if transport in ("ssh", "ext"):
        with pytest.raises(ProcessLookupError):  # it does not stay behind
            os.kill(int((mute.parent / "pid").read_text()), 0)


def test_a_deadline_that_has_passed_before_connecting(silence: int) -> None:
    """Loading certificates may have taken all of it."""
    with pytest.raises(Timeout, match="in time"):
        open_tcp("localhost", silence, time.monotonic() - 1)


@pytest.fixture(scope="module")
def authority() -> Iterator[Path]:
    """A client's directory of certificates."""
    if shutil.which("certtool") is None:
        pytest.skip("no certtool (gnutls-bin)")
    with directory() as root:
        yield Authority(root / "ca").client()


def test_a_slow_reader_of_events(daemon: Path) -> None:
    """It loses events, not the daemon its memory; others do not wait for it; afterwards it is served again."""
    pid = daemon_pid(daemon)
    with purevirt.open(uri(daemon), deadline=20) as conn:
        guest = conn.domain_lookup_by_name("test")
        slow = connected(daemon)
        rows, framer = remote.PROGRAM.by_name, Framer()

        def ask(name: str, serial: int, args: Any) -> None:
            row = rows[name]
            slow.sendall(pack(row.program, row.version, row.number, 0, serial, 0, encode(args) if args is not None else b""))

        ask("connect_open", 1, remote.ConnectOpenArgs("test:///default", 0))
        ask("connect_domain_event_callback_register_any", 2, remote.ConnectDomainEventCallbackRegisterAnyArgs(METADATA, None))
        assert replies(slow, framer, 2) == [1, 2]
        before = rss_kib(pid)
        key = "x" * 200_000
        for number in range(100):
            guest.set_metadata(2, f"<a n='{number}'/>", "k", f"http://{key}", 1)
        assert rss_kib(pid) - before < 40 * 1024, "100 events of 200 kB each"
        ask("connect_get_lib_version", 3, None)
        assert replies(slow, framer, 1) == [3], "after what it had been sent"
        guest.set_metadata(2, None, "k", "http://late", 1)
        while True:
            messages = framer.feed(some(slow))
            if any(b"http://late" in bytes(message.payload) for message in messages):
                break
        slow.close()


METADATA = 23
"""VIR_DOMAIN_EVENT_ID_METADATA_CHANGE."""


def test_a_silent_client_is_given_up(daemon: Path) -> None:
    """One that asked for keepalive and answers no ping; one that answers is kept."""
    rows = remote.PROGRAM.by_name
    row = rows["connect_supports_feature"]
    asked = pack(row.program, row.version, row.number, 0, 1, 0, encode(remote.ConnectSupportsFeatureArgs(KEEPALIVE)))
    with connected(daemon) as silent, connected(daemon) as lively:
        for sock in (silent, lively):
            sock.sendall(asked)
        framer = Framer()
        got = []
        while not any(m.program == keepalive.PROGRAM.number for m in got):
            got += framer.feed(some(lively))
        lively.sendall(PONG)
        while silent.recv(65536):
            pass
        assert replies_to_ping(lively)


KEEPALIVE = 10
"""VIR_DRV_FEATURE_PROGRAM_KEEPALIVE."""


def replies_to_ping(sock: socket.socket) -> bool:
    sock.sendall(PING)
    framer = Framer()
    while True:
        for message in framer.feed(some(sock)):
            if message.program == keepalive.PROGRAM.number and message.procedure == keepalive.PONG.number:
                return True


@FACES
def test_a_silent_server_is_given_up(face: Callable[[socket.socket], int]) -> None:
    """Our own pings: nobody answers, so a call without a deadline ends all the same."""
    client, server = socket.socketpair()
    row = remote.PROGRAM.by_name["connect_get_lib_version"]
    began = time.monotonic()
    with server, pytest.raises(VirtError, match="connection closed due to keepalive timeout"):
        (_wait_blocking if face is blocking else _wait_on_loop)(client, row)
    assert 0.2 < time.monotonic() - began < DEADLINE_S


def _wait_blocking(client: socket.socket, row: Any) -> None:
    transport = BlockingTransport(Link(client), programs().values())
    transport.set_keepalive(0.1, 2)
    run(transport.call(row))


def _wait_on_loop(client: socket.socket, row: Any) -> None:
    asyncio.run(_silent(client, row))


async def _silent(client: socket.socket, row: Any) -> None:
    transport = AsyncTransport(Link(client), programs().values())
    transport.set_keepalive(0.1, 2)
    await transport.call(row)


def replies(sock: socket.socket, framer: Framer, count: int) -> list[int]:
    """Serials of the next replies."""
    found: list[int] = []
    while len(found) < count:
        found += [message.serial for message in framer.feed(some(sock)) if message.type == 1]
    return found
