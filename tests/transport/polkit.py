"""A private message bus, and on it polkit: the real one with rules of ours, or one that says what a test wants."""

from __future__ import annotations

import asyncio
import os
import select
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from purevirt.rpc.dbus_wire import CALL, ERROR, RETURN, SIGNAL, Message, decode, encode, size_of

POLKITD = "/usr/lib/polkit-1/polkitd"
needs_bus = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="no dbus-daemon")
needs_polkitd = pytest.mark.skipif(not Path(POLKITD).exists(), reason="no polkitd")

_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth><policy context="default">
<allow user="*"/><allow own="*"/><allow send_destination="*" eavesdrop="true"/><allow receive_sender="*"/>
</policy></busconfig>
"""
_PRIVATE = 'mount --bind "$1" /etc/polkit-1; exec "$2" --no-debug'


@contextmanager
def message_bus(root: Path) -> Iterator[str]:
    """Its address."""
    path = root / "bus"
    (root / "bus.conf").write_text(_BUS.format(path=path))
    command = ["dbus-daemon", "--nofork", "--print-address=1", f"--config-file={root}/bus.conf"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert process.stdout is not None
        assert select.select([process.stdout], [], [], 20)[0], "the bus does not start"
        assert process.stdout.readline(), "the bus has ended"  # its address: it listens
        yield f"unix:path={path}"
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def name_taken(address: str, name: str) -> Iterator[None]:
    """Around starting a service: leaves when it has taken its name on the bus, which the bus announces."""
    bus = {"path": "/org/freedesktop/DBus", "interface": "org.freedesktop.DBus", "destination": "org.freedesktop.DBus"}
    rule = f"type='signal',member='NameOwnerChanged',arg0='{name}'"
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(20)
        sock.connect(address.partition("=")[2])
        stream = sock.makefile("rwb")
        stream.write(b"\0AUTH EXTERNAL " + str(os.geteuid()).encode().hex().encode() + b"\r\nBEGIN\r\n")
        stream.write(encode(Message(CALL, 1, {**bus, "member": "Hello"}), ""))
        stream.write(encode(Message(CALL, 2, {**bus, "member": "AddMatch"}, (rule,)), "s"))
        stream.flush()
        assert stream.readline().startswith(b"OK ")

        def until(wanted: Callable[[Message], bool]) -> None:
            while not wanted(_message(stream)):
                pass

        until(lambda message: message.fields.get("reply_to") == 2)
        yield
        until(lambda message: message.kind == SIGNAL and message.body[0] == name and bool(message.body[2]))


def _message(stream: BinaryIO) -> Message:
    head = stream.read(16)
    return decode(head + stream.read(size_of(head) - 16))


@contextmanager
def real_polkitd(root: Path, address: str, rules: str) -> Iterator[None]:
    """polkitd with these rules alone, on the bus; ready when it has its name."""
    (root / "polkit/rules.d").mkdir(parents=True)
    (root / "polkit/rules.d/10.rules").write_text(rules)
    command = ["unshare", "-m", "--propagation", "private", "sh", "-ec", _PRIVATE, "sh", str(root / "polkit"), POLKITD]
    env = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": address}
    with name_taken(address, "org.freedesktop.PolicyKit1"):
        process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


Answer = Callable[[tuple[Any, ...]], tuple[bool, bool, dict[str, str]]]


class PolkitError(Exception):
    """What the fake answers instead."""


@contextmanager
def fake_polkit(address: str, answer: Answer) -> Iterator[None]:
    """`answer` gets the arguments of CheckAuthorization and returns its result, or raises PolkitError."""
    ready, over = threading.Event(), threading.Event()

    async def serve() -> None:
        reader, writer = await asyncio.open_unix_connection(address.partition("=")[2])
        writer.write(b"\0AUTH EXTERNAL " + str(os.geteuid()).encode().hex().encode() + b"\r\nBEGIN\r\n")
        assert (await reader.readline()).startswith(b"OK ")
        bus = {"path": "/org/freedesktop/DBus", "interface": "org.freedesktop.DBus", "destination": "org.freedesktop.DBus"}
        writer.write(encode(Message(CALL, 1, {**bus, "member": "Hello"}), ""))
        writer.write(encode(Message(CALL, 2, {**bus, "member": "RequestName"}, ("org.freedesktop.PolicyKit1", 4)), "su"))
        answering = asyncio.create_task(_answer(reader, writer, answer, ready))
        await asyncio.to_thread(over.wait)
        answering.cancel()
        writer.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(20)
        yield
    finally:
        over.set()
        thread.join(20)


async def _answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer, ready: threading.Event
) -> None:
    serial = 2
    while True:
        head = await reader.readexactly(16)
        message = decode(head + await reader.readexactly(size_of(head) - 16))
        if message.fields.get("reply_to") == 2:
            ready.set()
        if message.kind != CALL:
            continue
        serial += 1
        fields = {"reply_to": message.serial, "destination": message.fields["sender"]}
        try:
            writer.write(encode(Message(RETURN, serial, fields, (answer(message.body),)), "(bba{ss})"))
        except PolkitError as e:
            fields["error"] = "org.freedesktop.PolicyKit1.Error.Failed"
            writer.write(encode(Message(ERROR, serial, fields, (str(e),)), "s"))
