"""One client's connection on the server: bytes in, calls to the dispatcher, replies, events and streams out.

**Limits.** A client's calls in progress are bounded (`max_client_requests`); what comes beyond waits here in order,
except high-priority rows, and when too much waits, or a stream is full, its socket is not read any further. A client
that does not read its events loses them (one log line), not the daemon its memory.

**The end.** However a connection ends, its streams are cancelled, its event subscriptions dropped, its close callbacks
run and its driver closed, once. Calls in progress go on; their replies are dropped (a half-done start or migration is
not undone because somebody's terminal was closed).
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from logging import getLogger
from typing import TYPE_CHECKING, Any, TypeVar

from purevirt.api.context import CallContext
from purevirt.api.driver import Driver
from purevirt.core.tasks import TaskOwner
from purevirt.daemon.event_relay import EventRelay
from purevirt.daemon.server_stream import ClientStream
from purevirt.errors import VirtError
from purevirt.host.peer import group_name, user_name
from purevirt.rpc.aio_link import AsyncLink
from purevirt.rpc.framing import ProtocolError
from purevirt.rpc.keepalive import KeepAlive
from purevirt.rpc.session import PING, PONG, Call, Ping, Pong, Refused, ServerSession, StreamPacket

if TYPE_CHECKING:
    from purevirt.daemon.server import Server
    from purevirt.rpc.sasl import Mechanism

log = getLogger("purevirt.daemon.client")
T = TypeVar("T")
Incident = Call | StreamPacket | Refused | Ping | Pong

STRANGER_LIMIT = 1 << 20
"""Largest message before authentication."""
MESSAGE_LIMIT = 33554432
QUEUE_STOP = 256
"""Calls waiting here above which the socket is not read."""
UNSENT_STOP = 8 << 20
"""Reply bytes waiting to be sent above which the socket is not read."""
EVENT_STOP = 4 << 20
"""Unsent bytes above which events are dropped."""


@dataclass(slots=True, eq=False)
class Identity:
    """Who is at the other end, as far as the transport and the authentication tell."""

    transport: str = "unix"
    readonly: bool = False
    uid: int | None = None
    gid: int | None = None
    pid: int | None = None
    start_time: int | None = None
    selinux: str | None = None
    sasl_user_name: str | None = None
    x509_dname: str | None = None
    address: str = "127.0.0.1;0"
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def unix_user_name(self) -> str | None:
        """Asked of the system when it is wanted, not for every connection."""
        return user_name(self.uid) if self.uid is not None else None

    @property
    def unix_group_name(self) -> str | None:
        return group_name(self.gid) if self.gid is not None else None


class ServedClient:
    """See the module. `authenticated` opens all procedures but the auth ones; `sasl` is the negotiation in progress."""

    def __init__(self, server: Server, link: AsyncLink, number: int, identity: Identity, auth: int) -> None:
        self.server = server
        self.link = link
        self.number = number
        self.identity = identity
        self.auth = auth
        self.authenticated = auth == 0
        self.session = ServerSession(server.programs, MESSAGE_LIMIT if self.authenticated else STRANGER_LIMIT)
        self.connected_at = int(time.time())
        self.readonly = identity.readonly
        self.driver: Driver | None = None
        self.context = CallContext()
        self.sasl: Any = None
        self.asking = False
        """polkit is being asked about it."""
        self.tasks = TaskOwner(f"client {number}")
        self.events = EventRelay(self)
        self.close_callback = False
        self.in_progress = 0
        self._waiting: deque[Call] = deque()
        self._streams: dict[int, ClientStream] = {}
        self._paused = False
        self._over = False
        self._keepalive: KeepAlive | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._dropped_events = 0
        link.on_data = self._data
        link.on_space = self.session.framer.space
        link.on_filled = self._filled
        link.on_closed = self._closed

    # -- in

    def _data(self, data: bytes, fds: Sequence[int]) -> None:
        self._came(self.session.receive, data, fds)

    def _filled(self, count: int, fds: Sequence[int]) -> None:
        self._came(self.session.received, count, fds)

    def _came(self, receive: Callable[[T, Sequence[int]], list[Incident]], what: T, fds: Sequence[int]) -> None:
        if self._keepalive is not None:
            self._keepalive.heard(self.server.loop.time())
        try:
            incidents = receive(what, fds)
        except ProtocolError as e:
            log.warning("client %d: %s", self.number, e.message)
            self.link.close()
            return
        for incident in incidents:
            kind = type(incident)
            if kind is Call:
                self._call(incident)  # type: ignore[arg-type]
            elif kind is StreamPacket:
                self._stream(incident)  # type: ignore[arg-type]
            elif kind is Refused:
                self._refused(incident)  # type: ignore[arg-type]
            elif kind is Ping:
                self.link.write(PONG)
            if self._over:
                return
        if self.link.buffered > UNSENT_STOP:
            self.reconsider_reading()

    def _call(self, call: Call) -> None:
        if call.row.auth and not self.authenticated:
            self.server.dispatcher.refuse_stranger(self, call)
        elif self.in_progress >= self.server.max_client_requests and not call.row.high_priority:
            self._waiting.append(call)
            if len(self._waiting) > QUEUE_STOP:
                self.reconsider_reading()
        else:
            self.server.dispatcher.begin(self, call)

    def call_done(self) -> None:
        """A call that had suspended is over: the next one that waited may start."""
        self.in_progress -= 1
        while self._waiting and self.in_progress < self.server.max_client_requests:
            self.server.dispatcher.begin(self, self._waiting.popleft())
        if self._paused:
            self.reconsider_reading()

    def _stream(self, packet: StreamPacket) -> None:
        stream = self._streams.get(packet.serial)
        if stream is not None:
            stream.packet(packet)

    def _refused(self, refused: Refused) -> None:
        log.info("client %d: %s", self.number, refused.error.message)
        if refused.reply:
            self.link.write(refused.reply)

    def reconsider_reading(self) -> None:
        """Pause or resume the socket, by what is waiting."""
        stop = (
            len(self._waiting) > QUEUE_STOP
            or self.link.buffered > UNSENT_STOP
            or any(stream.full for stream in self._streams.values())
        )
        if stop and not self._paused:
            self._paused = True
            self.link.pause()
            if self.link.buffered > UNSENT_STOP:
                self.tasks.spawn(self._resume_when_sent(), "resume")
        elif not stop and self._paused and not self._over:
            self._paused = False
            self.link.resume()

    async def _resume_when_sent(self) -> None:
        await self.link.drain()
        self.reconsider_reading()

    # -- out

    def send_event(self, packet: bytes) -> None:
        """An event for this client; dropped while it does not read what it has been sent."""
        if self.link.buffered > EVENT_STOP:
            if not self._dropped_events:
                log.warning("client %d does not read its events; dropping them", self.number)
            self._dropped_events += 1
            return
        if self._dropped_events:
            log.warning("client %d reads again; %d events were dropped", self.number, self._dropped_events)
            self._dropped_events = 0
        self.link.write(packet)

    # -- streams

    def open_stream(self, call: Call) -> ClientStream:
        stream = ClientStream(self, self.session.open_stream(call))
        self._streams[call.serial] = stream
        return stream

    def stream_over(self, serial: int) -> None:
        self._streams.pop(serial, None)
        self.session.close_stream(serial)
        if self._paused:
            self.reconsider_reading()

    # -- authentication, keepalive

    def admit(self, layer: Mechanism | None = None) -> None:
        """Authentication has succeeded; what follows the reply that is being made passes through `layer`."""
        if self.authenticated or self._over:
            return
        self.authenticated = True
        self.sasl = None
        self.session.framer.limit = MESSAGE_LIMIT
        if layer is not None:
            self.server.loop.call_soon(self._protect, layer)
        self.server.admitted(self)

    def _protect(self, layer: Mechanism) -> None:
        if self._over:
            return
        if self.session.framer.buffered:  # bytes that somebody put in before the protection began
            log.error("client %d: unprotected data after authentication", self.number)
            self.link.close()
            return
        from purevirt.rpc.aio_layer import AsyncLayer

        self.link = AsyncLayer(self.link, layer)

    def start_keepalive(self) -> bool:
        """Ping this client when it is silent; False where the configuration has it off."""
        if self.server.keepalive_interval <= 0:
            return False
        if self._keepalive is None:
            now = self.server.loop.time()
            self._keepalive = KeepAlive(self.server.keepalive_interval, self.server.keepalive_count, now)
            self._arm()
        return True

    def _arm(self) -> None:
        assert self._keepalive is not None
        due = self._keepalive.next_at
        if due is not None:
            self._timer = self.server.loop.call_at(due, self._tick)

    def _tick(self) -> None:
        assert self._keepalive is not None
        action = self._keepalive.check(self.server.loop.time())
        if action == "dead":
            log.warning("client %d: connection closed due to keepalive timeout", self.number)
            self.link.close()
            return
        if action == "ping":
            self.link.write(PING)
        self._arm()

    # -- the end

    def close(self, after_writing: bool = False) -> None:
        self.link.close(after_writing)

    def _closed(self, error: VirtError | None) -> None:
        if self._over:
            return
        self._over = True
        if error is not None:
            log.info("client %d: %s", self.number, error.message)
        if self._timer is not None:
            self._timer.cancel()
        for fd in self.session.framer.drain():
            os.close(fd)
        for call in self._waiting:
            for fd in call.fds:
                os.close(fd)
        self._waiting.clear()
        for stream in list(self._streams.values()):
            stream.lost()
        self._streams.clear()
        self.events.drop_all()
        self.server.lost(self)
        self.server.tasks.spawn(self._release(), f"release client {self.number}")

    async def _release(self) -> None:
        callbacks = list(self.context.on_close)
        self.context.on_close.clear()
        for callback in callbacks:
            try:
                callback()
            except VirtError as e:
                log.warning("client %d: close callback: %s", self.number, e.message)
        await self.close_driver()
        await self.tasks.close()

    async def close_driver(self) -> None:
        """The connection is no longer open; the client may open another."""
        driver, self.driver = self.driver, None
        if driver is not None:
            try:
                await driver.close()
            except VirtError as e:
                log.warning("client %d: closing its driver: %s", self.number, e.message)
