"""A real daemon and clients that do wrong: what they send gets a compatible error or ends their own connection, and
everybody else is served as before.
"""

from __future__ import annotations

import random
import select
import socket
import struct
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import purevirt
from purevirt.errors import ErrorCode, VirtError
from purevirt.protocol import keepalive, remote
from purevirt.protocol.header import FRAME, HEADER_MAX, MESSAGE_MAX, MessageError, MessageType, Status
from purevirt.protocol.xdr import decode, encode
from system.served import Served, served

PROGRAM, VERSION = remote.PROGRAM.number, remote.PROGRAM.version
CALL, REPLY = int(MessageType.CALL), int(MessageType.REPLY)
OPEN = remote.PROGRAM.by_name["connect_open"].number
HOSTNAME = remote.PROGRAM.by_name["connect_get_hostname"].number
DEFINE = remote.PROGRAM.by_name["domain_define_xml_flags"].number
GUEST = (
    "<domain type='test'><name>{}</name><uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa{}</uuid><memory>1024</memory>"
    "<os><type>hvm</type></os></domain>"
)


@pytest.fixture(scope="module")
def daemon() -> Iterator[Served]:
    with tempfile.TemporaryDirectory(prefix="purevirt-hostile-") as directory, served(Path(directory)) as one:
        yield one


@pytest.fixture(autouse=True)
def others_are_served(daemon: Served) -> Iterator[None]:
    """Somebody who was connected before, with a guest, and somebody who comes afterwards; no crash in the log."""
    uri = f"test+unix:///default?socket={daemon.socket}"
    with purevirt.open(uri, deadline=20) as before:
        guest = before.domain_define_xml(GUEST.format("kept", 0))
        yield
        assert before.domain_lookup_by_name("kept").get_uuid_string() == guest.get_uuid_string()
        with purevirt.open(uri, deadline=20) as after:
            assert sorted(dom.get_name() for dom in after.list_all_domains()) == ["kept", "test"]
        guest.undefine()
    assert daemon.process.poll() is None
    assert "Traceback" not in daemon.log


def frame(procedure: int, payload: bytes = b"", *, program: int = PROGRAM, version: int = VERSION, kind: int = CALL,
          serial: int = 1, status: int = 0, length: int | None = None) -> bytes:  # fmt: skip
    size = 4 + HEADER_MAX + len(payload) if length is None else length
    return FRAME.pack(size, program, version, procedure, kind, serial, status) + payload


def receive(sock: socket.socket) -> tuple[tuple[int, ...], bytes]:
    """One packet: the header's words and the payload. EOFError when the daemon has closed the connection."""
    head = _exactly(sock, 4 + HEADER_MAX)
    words = FRAME.unpack(head)
    return words[1:], _exactly(sock, words[0] - len(head))


def _exactly(sock: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = sock.recv(count - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def error_of(sock: socket.socket) -> tuple[int, str]:
    """The error that comes back: code and text."""
    words, payload = receive(sock)
    assert words[5] == Status.ERROR
    error = decode(MessageError, payload)
    return error.code, error.message


def is_closed(sock: socket.socket) -> bool:
    try:
        return sock.recv(1) == b""
    except ConnectionResetError:
        return True


def opened(daemon: Served) -> socket.socket:
    """A raw connection on which the test driver is open."""
    sock = daemon.connect()
    sock.sendall(frame(OPEN, encode(remote.ConnectOpenArgs("test:///default", 0))))
    assert receive(sock)[0][5] == Status.OK
    return sock


@pytest.mark.parametrize(
    ("packet", "text"),
    [
        (frame(HOSTNAME, program=0x12345678), "Cannot find program 305419896 version 1"),
        (frame(HOSTNAME, version=9), f"Cannot find program {PROGRAM} version 9"),
        (frame(99999), "unknown procedure: 99999"),
        (frame(-7), "unknown procedure: -7"),
        (frame(HOSTNAME, kind=17), "Unexpected message type 17"),
        (frame(HOSTNAME, kind=REPLY), "Unexpected message type 1"),
        (frame(HOSTNAME, status=1), "Unexpected message status 1"),
        (frame(DEFINE, b"\xff\xff\xff\xff"), "Unable to decode message payload"),
        (frame(DEFINE, b"\0\0\0\7<domain"), "Unable to decode message payload"),
        (frame(DEFINE, encode(remote.DomainDefineXmlFlagsArgs("<domain/>", 0))[:-4]), "Unable to decode message payload"),
        (frame(DEFINE, struct.pack(">I", 10 << 20) + b"x" * (10 << 20) + b"\0\0\0\0"), "Unable to decode message payload"),
    ],
    ids=[
        "unknown program", "unknown version", "unknown procedure", "negative procedure", "unknown type", "a reply",
        "a status that is no call's", "a string longer than all", "a string cut off", "arguments cut off", "10 MB of text",
    ],
)  # fmt: skip
def test_wrong_packets_get_an_error_and_the_connection_stays(daemon: Served, packet: bytes, text: str) -> None:
    with opened(daemon) as sock:
        sock.sendall(packet)
        assert error_of(sock) == (ErrorCode.RPC, text)
        sock.sendall(frame(HOSTNAME, serial=2))
        assert receive(sock)[0][4:] == (2, Status.OK)


@pytest.mark.parametrize("length", [0, 3, 4 + HEADER_MAX - 1, MESSAGE_MAX + 1, 0xFFFFFFFF])
def test_impossible_lengths_end_the_connection(daemon: Served, length: int) -> None:
    with opened(daemon) as sock:
        sock.sendall(frame(HOSTNAME, length=length))
        assert is_closed(sock)


def test_the_longest_packet_is_waited_for_and_then_refused(daemon: Served) -> None:
    with opened(daemon) as sock:
        sock.sendall(frame(DEFINE, length=MESSAGE_MAX))
        piece = b"\0" * (1 << 20)
        for _ in range(MESSAGE_MAX // len(piece) - 1):
            sock.sendall(piece)
        sock.sendall(piece[: len(piece) - 4 - HEADER_MAX])
        words, _ = receive(sock)
        assert words[5] == Status.ERROR


def test_a_packet_cut_off_by_the_end_of_the_connection(daemon: Served) -> None:
    whole = frame(DEFINE, encode(remote.DomainDefineXmlFlagsArgs(GUEST.format("half", 1), 0)))
    for cut in range(1, len(whole), 7):
        with opened(daemon) as sock:
            sock.sendall(whole[:cut])
    uri = f"test+unix:///default?socket={daemon.socket}"
    with purevirt.open(uri, deadline=20) as conn, pytest.raises(VirtError) as caught:
        conn.domain_lookup_by_name("half")
    assert caught.value.code == ErrorCode.NO_DOMAIN


def test_calls_before_the_connection_is_open(daemon: Served) -> None:
    with daemon.connect() as sock:
        sock.sendall(frame(DEFINE, encode(remote.DomainDefineXmlFlagsArgs("<domain/>", 0))))
        assert error_of(sock) == (ErrorCode.INTERNAL_ERROR, "internal error: hypervisor connection not open")


@pytest.mark.parametrize(
    ("xml", "code", "text"),
    [
        ("<a>" * 10000 + "</a>" * 10000, ErrorCode.XML_DETAIL, "Excessive depth"),
        (GUEST.format("x", 2).replace("<os>", "<metadata>" + "<a>" * 9990 + "</a>" * 9990 + "</metadata><os>"),
         ErrorCode.XML_DETAIL, "Excessive depth"),
        ("<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
            f"<!ENTITY {name} '{f'&{last};' * 10}'>" for last, name in zip("abcdefgh", "bcdefghi", strict=True))
         + "]><domain type='test'><name>&i;</name></domain>", ErrorCode.XML_ERROR, "DTD"),
        ("<!DOCTYPE d SYSTEM 'file:///etc/passwd'><domain/>", ErrorCode.XML_ERROR, "DTD"),
        ("\x01\x02", ErrorCode.XML_DETAIL, ""),
        ("<domain type='test'>" + "<a/>" * 900_000 + "</domain>", ErrorCode.XML_DETAIL, "number of elements"),
        ("<domain " + " ".join(f"a{i}=''" for i in range(300_000)) + "/>", ErrorCode.XML_DETAIL, "number of attributes"),
        ("<domain type='test'><name>" + "n" * (3 << 20), ErrorCode.XML_DETAIL, "Premature end"),
    ],
    ids=["10,000 deep", "deep metadata", "a billion laughs", "an external entity", "control characters", "900,000 elements",
         "300,000 attributes", "3 MB of name, cut off"],
)  # fmt: skip
def test_hostile_documents(daemon: Served, xml: str, code: ErrorCode, text: str) -> None:
    with purevirt.open(f"test+unix:///default?socket={daemon.socket}", deadline=30) as conn:
        began = time.monotonic()
        with pytest.raises(VirtError) as caught:
            conn.domain_define_xml(xml)
        assert (caught.value.code, text in caught.value.message) == (code, True), caught.value.message[:300]
        assert time.monotonic() - began < 10


def test_the_peer_that_says_nothing(daemon: Served) -> None:
    """It costs a descriptor and nothing else; others do not wait for it."""
    with daemon.connect() as silent, daemon.connect() as half:
        half.sendall(b"\0\0")
        with opened(daemon) as sock:
            sock.sendall(frame(HOSTNAME, serial=9))
            assert receive(sock)[0][4:] == (9, Status.OK)
        assert not select.select([silent, half], [], [], 0)[0]


def test_a_flood_of_pings(daemon: Served) -> None:
    with opened(daemon) as sock:
        ping = frame(keepalive.PING.number, program=keepalive.PROGRAM.number, version=1, kind=int(MessageType.MESSAGE))
        sock.sendall(ping * 1000 + frame(HOSTNAME, serial=3))
        words = [receive(sock)[0] for _ in range(1001)]
        assert words[-1][4] == 3
        assert {w[0] for w in words[:-1]} == {keepalive.PROGRAM.number}


def test_descriptors_that_were_not_asked_for_are_closed(daemon: Served) -> None:
    fds = Path(f"/proc/{daemon.process.pid}/fd")
    with opened(daemon) as sock, tempfile.TemporaryFile() as file:
        before = len(list(fds.iterdir()))
        for _ in range(8):  # 32 are the most that may wait for a packet that takes them
            socket.send_fds(sock, [frame(HOSTNAME)], [file.fileno()] * 4)
            receive(sock)
        socket.send_fds(sock, [frame(HOSTNAME)], [file.fileno()])
        assert is_closed(sock)
    assert _settles(lambda: len(list(fds.iterdir())) < before)


def _settles(condition: object) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if condition():  # type: ignore[operator]
            return True
        select.select([], [], [], 0.01)
    return False


def random_frame(dice: random.Random) -> bytes:
    """Bytes between pure noise and a packet with one thing wrong."""
    procedure = dice.choice((dice.randrange(1, 460), dice.getrandbits(31)))
    payload = dice.randbytes(dice.choice((0, 4, 8, 16, 20, 36, dice.randrange(200))))
    if dice.random() < 0.3:
        payload = bytes(4 * (len(payload) // 4)) + payload
    kind = dice.choice((0, 0, 0, 0, 1, 2, 3, 4, 5, 6, dice.getrandbits(32)))
    program = dice.choice((PROGRAM,) * 6 + (0x20008087, 0x6B656570, dice.getrandbits(32)))
    length = dice.getrandbits(32) if dice.random() < 0.002 else None
    return frame(procedure, payload, program=program, version=dice.choice((1, 1, 1, dice.getrandbits(32))), kind=kind,
                 serial=dice.getrandbits(32), status=dice.choice((0, 0, 0, dice.getrandbits(32))), length=length)  # fmt: skip


def test_100000_random_frames(daemon: Served) -> None:
    dice = random.Random(20221128)
    left, connections = 100_000, 0
    while left > 0:
        connections += 1
        left -= _pour(daemon, dice, left)
    assert connections < 5000


def _pour(daemon: Served, dice: random.Random, most: int) -> int:
    """Send on one connection until it is closed or all is sent; answers are read and thrown away. How many went out."""
    with opened(daemon) if dice.random() < 0.8 else daemon.connect() as sock:
        sent, batch, pending = 0, 0, b""
        deadline = time.monotonic() + 60
        while sent < most or pending:
            assert time.monotonic() < deadline
            if not pending:
                sent += batch
                batch = min(50, most - sent)
                pending = b"".join(random_frame(dice) for _ in range(batch))
            readable, writable, _ = select.select([sock], [sock], [], 10)
            assert readable or writable, "the daemon neither reads nor answers"
            try:
                if readable and not sock.recv(1 << 20):
                    return sent
                if writable:
                    pending = pending[sock.send(pending, socket.MSG_DONTWAIT) :]
            except BlockingIOError:
                continue
            except (BrokenPipeError, ConnectionResetError):
                return sent
        return sent


def test_1000_connections_are_served(daemon: Served) -> None:
    socks: list[socket.socket] = []
    try:
        for _ in range(1000):
            socks.append(daemon.connect())
            socks[-1].sendall(frame(OPEN, encode(remote.ConnectOpenArgs("test:///default", 0))))
        for sock in socks:
            assert receive(sock)[0][5] == Status.OK
        for sock in socks[::100]:
            sock.sendall(frame(HOSTNAME, serial=5))
            assert receive(sock)[0][4:] == (5, Status.OK)
    finally:
        for sock in socks:
            sock.close()
