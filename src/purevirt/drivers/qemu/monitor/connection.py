"""One QMP connection: a non-blocking socket on the loop, commands in order, events to one listener.

Own code instead of `qemu.qmp` (ADR 0012): commands can be pipelined, descriptors travel with a command's first byte,
a reply has a limit before it is stored, and a guest that does not answer is visible as `stalled` to those who must
not wait for it.
"""

from __future__ import annotations

import array
import asyncio
import json
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from logging import getLogger
from typing import Any

from purevirt.core.clock import Clock, SystemClock, wait_within
from purevirt.core.jobs import current_api, holder_name
from purevirt.drivers.qemu.monitor.decode import MAX_REPLY, BadReply, parse_line
from purevirt.errors import ErrorCode, ErrorDomain, Timeout, VirtError

log = getLogger("purevirt.qemu.monitor")

COMMAND_S = 30.0
"""Deadline of one command; long work is done by commands that start a job and answer at once."""
STALL_S = 0.15
"""A command unanswered this long marks the guest as stalled for readers."""
_CHUNK = 1 << 18


class QmpFailure(VirtError):
    """QEMU refused a command; `qmp_class` is its error class, `text` its own words."""

    def __init__(self, command: str, qmp_class: str, text: str) -> None:
        super().__init__(ErrorCode.INTERNAL_ERROR, f"unable to execute QEMU command '{command}': {text}", ErrorDomain.QEMU)
        self.command = command
        self.qmp_class = qmp_class
        self.text = text


class MonitorClosed(VirtError):
    """The connection ended, with or without the guest."""

    def __init__(self, detail: str = "End of file from qemu monitor") -> None:
        super().__init__(ErrorCode.INTERNAL_ERROR, detail, ErrorDomain.QEMU)


@dataclass(slots=True, eq=False)
class _Pending:
    command: str
    api: str
    since: float
    reply: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class QmpEvent:
    """An event as it came: name, data, time in seconds and microseconds since the epoch."""

    name: str
    data: Mapping[str, Any]
    seconds: int
    micros: int


class Monitor:
    """A connected monitor. Created by `connect`; `closed` becomes done when the connection is over."""

    def __init__(
        self, sock: socket.socket, on_event: Callable[[QmpEvent], None], clock: Clock | None = None, name: str = ""
    ) -> None:
        self.name = name
        self._clock = clock or SystemClock()
        self._on_event = on_event
        self._socket = sock
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray()
        self._scanned = 0
        self._out: list[tuple[bytes, tuple[int, ...]]] = []
        self._pending: dict[int, _Pending] = {}
        self._next_id = 1
        self.greeting: asyncio.Future[Mapping[str, Any]] = self._loop.create_future()
        self.closed: asyncio.Future[VirtError] = self._loop.create_future()
        sock.setblocking(False)
        self._loop.add_reader(sock.fileno(), self._readable)

    # --- state -------------------------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        return not self.closed.done()

    @property
    def stalled(self) -> bool:
        """Whether a command has waited so long that a reader should be content with what is known."""
        for pending in self._pending.values():
            return self._clock.monotonic() - pending.since > STALL_S
        return False

    @property
    def commands(self) -> int:
        """How many have been sent."""
        return self._next_id - 1

    @property
    def waiting_for(self) -> str | None:
        """The command that QEMU has not answered yet, the oldest one."""
        return next((p.command for p in self._pending.values()), None)

    # --- commands ----------------------------------------------------------------------------------------------

    def submit(
        self, command: str, arguments: Mapping[str, Any] | None = None, *, fds: Sequence[int] = (), oob: bool = False
    ) -> asyncio.Future[Any]:
        """Send a command without waiting; the future gets the value of "return" or the error. Order is kept."""
        reply: asyncio.Future[Any] = self._loop.create_future()
        if self.closed.done():
            reply.set_exception(self.closed.result())
            return reply
        number = self._next_id
        self._next_id += 1
        message: dict[str, Any] = {"exec-oob" if oob else "execute": command, "id": number}
        if arguments:
            message["arguments"] = arguments
        data = json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogateescape")
        self._pending[number] = _Pending(command, holder_name(current_api.get()), self._clock.monotonic(), reply)
        log.debug("%s > %s", self.name, command)
        self._send(data + b"\n", tuple(fds))
        return reply

    async def execute(
        self,
        command: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        fds: Sequence[int] = (),
        deadline_s: float | None = None,
    ) -> Any:
        """Send a command and return the value of its "return".

        Raises QmpFailure, MonitorClosed, or Timeout after `deadline_s` (COMMAND_S); a reply that comes later is dropped.
        A QEMU that has let a command wait so long before is not asked again until it answers: Timeout at once.
        """
        oldest = next(iter(self._pending.values()), None)
        if oldest is not None and oldest.reply.cancelled() and self._clock.monotonic() - oldest.since >= COMMAND_S:
            raise self._stuck()
        return await self.result(self.submit(command, arguments, fds=fds), command, deadline_s)

    async def result(self, reply: asyncio.Future[Any], command: str = "", deadline_s: float | None = None) -> Any:
        """Wait for a submitted command."""
        if not await wait_within(self._clock, COMMAND_S if deadline_s is None else deadline_s, reply):
            reply.cancel()
            log.warning("%s: the monitor does not answer command '%s'", self.name, command)
            raise self._stuck()
        return reply.result()

    def _stuck(self) -> Timeout:
        """The error of whoever needs the monitor while QEMU does not answer: it names the call that QEMU owes an answer."""
        oldest = next(iter(self._pending.values()), None)
        held = f" (held by monitor={oldest.api})" if oldest is not None else ""
        return Timeout(f"cannot acquire state change lock{held}", ErrorDomain.QEMU)

    async def negotiate(self, deadline_s: float | None = None) -> None:
        """Wait for the greeting and leave the capabilities phase."""
        ready = self.submit("qmp_capabilities")
        await self.result(ready, "qmp_capabilities", deadline_s)

    # --- socket ------------------------------------------------------------------------------------------------

    def _send(self, data: bytes, fds: tuple[int, ...]) -> None:
        if self._out:
            self._out.append((data, fds))
            return
        self._out.append((data, fds))
        self._flush()

    def _flush(self) -> None:
        while self._out:
            data, fds = self._out[0]
            ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
            try:
                sent = self._socket.sendmsg([data], ancillary)
            except BlockingIOError:
                self._loop.add_writer(self._socket.fileno(), self._writable)
                return
            except OSError as error:
                self._fail(MonitorClosed(f"Unable to write to monitor: {os.strerror(error.errno or 0)}"))
                return
            if sent < len(data):
                self._out[0] = (data[sent:], ())
            else:
                self._out.pop(0)

    def _writable(self) -> None:
        self._loop.remove_writer(self._socket.fileno())
        self._flush()

    def _readable(self) -> None:
        try:
            data = self._socket.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError as error:
            self._fail(MonitorClosed(f"Unable to read from monitor: {os.strerror(error.errno or 0)}"))
            return
        if not data:
            self._fail(MonitorClosed())
            return
        self._buffer += data
        try:
            self._take_lines()
        except BadReply as error:
            self._fail(error)

    def _take_lines(self) -> None:
        while (end := self._buffer.find(b"\n", self._scanned)) >= 0:
            line = bytes(self._buffer[:end]).strip()
            del self._buffer[: end + 1]
            self._scanned = 0
            if line:
                self._dispatch(parse_line(line))
            if self.closed.done():
                return
        self._scanned = len(self._buffer)
        if self._scanned > MAX_REPLY:
            raise BadReply(f"QEMU monitor reply exceeds buffer size ({MAX_REPLY} bytes)")

    def _dispatch(self, message: dict[str, Any]) -> None:
        if "event" in message:
            self._event(message)
        elif "return" in message or "error" in message:
            self._reply(message)
        elif "QMP" in message:
            if not self.greeting.done():
                greeting = message["QMP"]
                self.greeting.set_result(greeting if isinstance(greeting, dict) else {})
        else:
            raise BadReply(f"Unknown JSON reply with keys {sorted(message)[:4]}")

    def _event(self, message: dict[str, Any]) -> None:
        stamp = message.get("timestamp")
        data = message.get("data")
        stamp = stamp if isinstance(stamp, dict) else {}
        seconds, micros = stamp.get("seconds"), stamp.get("microseconds")
        event = QmpEvent(
            str(message["event"]),
            data if isinstance(data, dict) else {},
            seconds if isinstance(seconds, int) and seconds >= 0 else 0,
            micros if isinstance(micros, int) and micros >= 0 else 0,
        )
        log.debug("%s ! %s", self.name, event.name)
        self._on_event(event)

    def _reply(self, message: dict[str, Any]) -> None:
        number = message.get("id")
        if number is None and len(self._pending) >= 1:  # an error before QEMU could read the id
            number = next(iter(self._pending))
        pending = self._pending.pop(number, None) if isinstance(number, int) else None
        if pending is None:
            raise BadReply(f"Unexpected JSON reply with id {number!r}")
        if pending.reply.done():
            return
        if "error" in message:
            error = message["error"] if isinstance(message["error"], dict) else {}
            pending.reply.set_exception(
                QmpFailure(
                    pending.command,
                    str(error.get("class", "GenericError")),
                    str(error.get("desc", "unknown QEMU command error")),
                )
            )
        else:
            pending.reply.set_result(message["return"])

    def _fail(self, error: VirtError) -> None:
        if self.closed.done():
            return
        fd = self._socket.fileno()
        if fd >= 0:
            self._loop.remove_reader(fd)
            self._loop.remove_writer(fd)
            self._socket.close()
        self.closed.set_result(error)
        for pending in self._pending.values():
            if not pending.reply.done():
                pending.reply.set_exception(error)
                pending.reply.exception()  # somebody may have stopped waiting; do not warn
        self._pending.clear()
        if not self.greeting.done():
            self.greeting.cancel()

    def drain(self) -> None:
        """Take in what QEMU said before it ended; its last events are the reason of its end."""
        for _ in range(64):
            if self.closed.done():
                return
            before = len(self._buffer), self._scanned
            self._readable()
            if (len(self._buffer), self._scanned) == before:
                return

    def close(self) -> None:
        """End the connection; the guest stays. Waiting commands fail."""
        self._fail(MonitorClosed("monitor closed"))


def connect(path: str, on_event: Callable[[QmpEvent], None], clock: Clock | None = None, name: str = "") -> Monitor:
    """Connect to a listening monitor socket: the kernel accepts at once, even before QEMU runs. Raises OSError."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        sock.setblocking(False)
        sock.connect(path)
    except OSError:
        sock.close()
        raise
    return Monitor(sock, on_event, clock, name)
