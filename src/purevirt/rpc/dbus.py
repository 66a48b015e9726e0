"""A connection to a message bus: method calls with a deadline, on the event loop. Signals are not listened to."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from typing import Any

from purevirt.core.tasks import TaskOwner
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.rpc.dbus_wire import CALL, ERROR, RETURN, DBusError, Message, decode, encode, size_of

SYSTEM_BUS = "unix:path=/run/dbus/system_bus_socket"


def _failed(text: str) -> VirtError:
    return VirtError(ErrorCode.DBUS_SERVICE, text, ErrorDomain.DBUS)


def socket_path(address: str) -> str:
    """The socket of the first unix address in a list of bus addresses. Raises VirtError."""
    for one in address.split(";"):
        transport, _, options = one.partition(":")
        values = dict(pair.split("=", 1) for pair in options.split(",") if "=" in pair)
        if transport == "unix" and "path" in values:
            return values["path"]
        if transport == "unix" and "abstract" in values:
            return "\0" + values["abstract"]
    raise _failed(f"no unix socket in the bus address '{address}'")


class Bus:
    """Connects when it is first needed, and again after the bus has gone."""

    def __init__(self, address: str | None = None) -> None:
        self._address = address or os.environ.get("DBUS_SYSTEM_BUS_ADDRESS") or SYSTEM_BUS
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._serial = 0
        self._waiting: dict[int, asyncio.Future[Message]] = {}
        self._connecting = asyncio.Lock()
        self._tasks = TaskOwner("message bus")

    async def call(
        self,
        destination: str,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        body: tuple[Any, ...] = (),
        deadline_s: float = 25.0,
    ) -> tuple[Any, ...]:
        """The reply's values. Raises VirtError DBUS_SERVICE with the service's text, or when it does not answer in time."""
        try:
            async with asyncio.timeout(deadline_s):
                await self._connected()
                fields = {"path": path, "interface": interface, "member": member, "destination": destination}
                reply = await self._send(Message(CALL, fields=fields, body=body), signature)
        except TimeoutError:
            raise _failed(f"{destination} did not answer {member} within {deadline_s:g} s") from None
        except (OSError, DBusError, asyncio.IncompleteReadError) as e:
            self.close()
            raise _failed(f"the message bus at {self._address} cannot be reached: {e}") from e
        if reply.kind == ERROR:
            text = str(reply.body[0]) if reply.body else ""
            raise _failed(f"{reply.fields.get('error', '')}: {text}")
        return reply.body

    async def _send(self, message: Message, signature: str) -> Message:
        assert self._writer is not None
        self._serial += 1
        message.serial = serial = self._serial
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._waiting[serial] = answer
        try:
            self._writer.write(encode(message, signature))
            return await answer
        finally:
            self._waiting.pop(serial, None)

    async def _connected(self) -> None:
        async with self._connecting:
            if self._writer is not None:
                return
            try:
                reader, writer = await asyncio.open_unix_connection(socket_path(self._address))
            except OSError as e:
                text = f"Unable to get system bus connection: Could not connect: {e.strerror or e}"
                raise VirtError(ErrorCode.INTERNAL_ERROR, text, ErrorDomain.DBUS) from e
            try:
                await _authenticate(reader, writer)
            except BaseException:
                writer.close()
                raise
            self._writer = writer
            self._reading = self._tasks.spawn(self._read(reader), "read")
            bus = "org.freedesktop.DBus"
            fields = {"path": "/org/freedesktop/DBus", "interface": bus, "member": "Hello", "destination": bus}
            await self._send(Message(CALL, fields=fields), "")

    async def _read(self, reader: asyncio.StreamReader) -> None:
        error: Exception = ConnectionResetError("the message bus has closed the connection")
        try:
            while True:
                head = await reader.readexactly(16)
                message = decode(head + await reader.readexactly(size_of(head) - 16))
                answer = self._waiting.get(message.fields.get("reply_to", 0))
                if answer is not None and message.kind in (RETURN, ERROR) and not answer.done():
                    answer.set_result(message)
        except (OSError, DBusError) as e:
            error = e
        except asyncio.IncompleteReadError:
            pass
        finally:
            self.close()
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(error)

    def close(self) -> None:
        """Drop the connection; the next call makes a new one."""
        writer, self._writer = self._writer, None
        reading, self._reading = self._reading, None
        if writer is not None:
            with suppress(RuntimeError):  # the loop may have been closed already
                writer.close()
        if reading is not None and reading is not asyncio.current_task():
            reading.cancel()


async def _authenticate(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """SASL EXTERNAL: the kernel tells the bus who we are."""
    uid = str(os.geteuid()).encode().hex()
    writer.write(f"\0AUTH EXTERNAL {uid}\r\n".encode())
    answer = await reader.readline()
    if not answer.startswith(b"OK "):
        raise DBusError(f"the bus refused us: {answer.decode(errors='replace').strip()}")
    writer.write(b"BEGIN\r\n")
