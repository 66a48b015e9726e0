"""A private message bus, and on it polkit: the real one with rules of ours, or one that says what a test wants."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from purevirt.rpc.dbus import Bus
from purevirt.rpc.dbus_wire import CALL, ERROR, RETURN, Message, decode, encode, size_of

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
    command = ["dbus-daemon", "--nofork", f"--config-file={root}/bus.conf"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 20
        while True:
            assert process.poll() is None
            assert time.monotonic() < end
            with socket.socket(socket.AF_UNIX) as sock, contextlib.suppress(OSError):
                sock.connect(str(path))
                break
            select.select([], [], [], 0.01)
        yield f"unix:path={path}"
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def real_polkitd(root: Path, address: str, rules: str) -> Iterator[None]:
    """polkitd with these rules alone, on the bus; ready when it has its name."""
    (root / "polkit/rules.d").mkdir(parents=True)
    (root / "polkit/rules.d/10.rules").write_text(rules)
    command = ["unshare", "-m", "--propagation", "private", "sh", "-ec", _PRIVATE, "sh", str(root / "polkit"), POLKITD]
    env = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": address}
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    async def wait() -> None:
        bus = Bus(address)
        where = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")
        while not (await bus.call(*where, "NameHasOwner", "s", ("org.freedesktop.PolicyKit1",)))[0]:
            assert process.poll() is None
            await asyncio.sleep(0.01)
        bus.close()

    try:
        asyncio.run(wait())
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
