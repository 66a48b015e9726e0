"""Stateful drivers within this process (`qemu:///embed?root=DIR`): no daemon, a directory tree of their own.

One thread of ours runs the drivers' loop; a client, with a loop or without, waits for it. Connections to one root share the
host; it is given back with the last of them, guests that were not started with AUTODESTROY run on. The secret driver of the
same root stands beside the hypervisor's, also for `secret:///embed?root=DIR`.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import sys
import threading
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from purevirt.api.context import CallContext, current
from purevirt.client.aio_embedded_stream import EmbeddedChannel, EmbeddedStream
from purevirt.client.local import lent, named_support, subscription
from purevirt.drivers.registry import DriverHost, load, open_driver, stop_all
from purevirt.errors import ErrorCode, ErrorDomain, NoSupport, Timeout, VirtError
from purevirt.host.daemonize import PidFile
from purevirt.host.files import make_directory
from purevirt.host.roots import embedded_roots
from purevirt.protocol.remote import PROGRAM

if TYPE_CHECKING:
    from purevirt.api.driver import Driver
    from purevirt.client.channel import Channel

_hosts: dict[tuple[str, Path], EmbeddedHost] = {}
_lock = threading.Lock()
_START_S = 120.0
"""Probing an emulator for the first time takes its time."""


_END_S = 20.0


class EmbeddedHost:
    """One hypervisor's driver under one root, with its thread. Made under `_lock`."""

    def __init__(self, name: str, root: Path) -> None:
        self.key = (name, root)
        self.connections = 0
        self.host = DriverHost(embedded_roots(root), autostart=False)
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name=f"purevirt {name} embed", daemon=True)
        self._pid_file = PidFile(self.host.roots.driver(name).state / "driver.pid")

    def start(self) -> None:
        """Raises VirtError: another process has the root, the driver cannot start, there is no such driver."""
        name, root = self.key
        module = load(name)
        if module is None or not hasattr(module, "start"):
            raise VirtError(ErrorCode.NO_CONNECT, f"{name}:///embed")
        make_directory(self._pid_file.path.parent, 0o755)
        self._pid_file.acquire()
        try:
            secrets = load("secret")
            if secrets is not None:
                state = secrets.embedded(root)
                self.host.states["secret"], self.host.context = state, state.own
            self._thread.start()
            self.host.states[name] = self.wait(module.start(self.host), _START_S)
        except BaseException:
            self.stop()
            raise

    def wait(self, work: Coroutine[Any, Any, Any], deadline: float | None) -> Any:
        """Run in the loop's thread, wait in this one."""
        future = asyncio.run_coroutine_threadsafe(work, self.loop)
        try:
            return future.result(deadline)
        except concurrent.futures.TimeoutError:
            future.cancel()
            raise Timeout(f"no answer within {deadline} s") from None

    def stop(self) -> None:
        if self._thread.is_alive():
            self.wait(stop_all(self.host), 30)
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join(10)
        self.loop.close()
        self._pid_file.release()


class EmbeddedLink:
    """A connection (`client.base.Link`)."""

    alive = True
    encrypted = False
    secure = True
    reports_close = False
    unknown_callback = "could not find event callback {} for deletion"

    def __init__(self, owner: EmbeddedHost, uri: str) -> None:
        self._owner = owner
        self._context = CallContext(
            connection_id=id(self), uid=os.geteuid(), gid=os.getegid(), pid=os.getpid(), uri=uri,
            privileged=os.geteuid() == 0,
        )  # fmt: skip
        self._arrived = threading.Event()
        self.watched: list[Any] = []
        self.on_stream: Callable[[], None] | None = None
        """Called when a watched stream may be ready, for event loops; from the driver's thread."""
        self.deadline: float | None = None
        self.on_close: Callable[[int], None] | None = None
        self._driver: Driver = owner.wait(self._as_us(open_driver(uri, owner.host)), _START_S)

    async def _as_us(self, work: Coroutine[Any, Any, Any]) -> Any:
        """In the loop: with our context."""
        current.set(self._context)
        return await work

    async def run(self, work: Coroutine[Any, Any, Any], deadline: float | None) -> Any:
        """Let the caller's loop go on while it waits, if it has one."""
        seconds = self.deadline if deadline is None else deadline
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return self._owner.wait(self._as_us(work), seconds)
        future = asyncio.run_coroutine_threadsafe(self._as_us(work), self._owner.loop)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), seconds)
        except TimeoutError:
            raise Timeout(f"no answer within {seconds} s") from None

    def set_keepalive(self, interval_s: int, count: int) -> None:
        raise NoSupport("virConnectSetKeepAlive")

    async def invoke(
        self, procedure: str, args: tuple[Any, ...], deadline: float | None = None, program: str = "remote"
    ) -> Any:
        try:
            return await self.run(self._driver.call(procedure, *args, program=program), deadline)
        except NoSupport as error:
            raise named_support(error, procedure, program) from None

    async def invoke_fds(
        self,
        procedure: str,
        args: tuple[Any, ...],
        fds: Sequence[int],
        deadline: float | None = None,
        program: str = "remote",
    ) -> tuple[Any, list[int]]:
        with lent(fds) as context:

            async def call() -> Any:
                current.set(context)
                return await self._driver.call(procedure, *args, program=program)

            try:
                return await self.run(call(), deadline), context.reply_fds
            except NoSupport as error:
                raise named_support(error, procedure, program) from None

    async def open_channel(
        self, procedure: str, args: tuple[Any, ...], deadline: float | None = None, *, sparse: bool = False
    ) -> tuple[Any, Channel]:
        async def call() -> tuple[Any, EmbeddedStream]:
            stream = EmbeddedStream()
            ret = await self._driver.call(procedure, *args, stream)
            await stream.start()
            return ret, stream

        try:
            ret, stream = await self.run(call(), deadline)
        except NoSupport as error:
            raise named_support(error, procedure, "remote") from None
        return ret, EmbeddedChannel(self, stream, uploads=PROGRAM.by_name[procedure].stream == "write")

    def supports(self, procedure: str) -> bool:
        return self._driver.supports(procedure)

    # -- events

    async def subscribe(
        self,
        scope: str,
        event_id: int,
        ref: Any,
        deliver: Callable[[Any], None],
        extra: tuple[Any, ...] = (),
        deadline: float | None = None,
    ) -> object:
        theirs = _running_loop()

        def bring(message: Any) -> None:
            if theirs is not None:
                theirs.call_soon_threadsafe(deliver, message)
            else:
                deliver(message)
            self._arrived.set()

        async def add() -> object:
            return subscription(self._driver, scope, event_id, ref, bring)

        return await self.run(add(), deadline)

    async def unsubscribe(self, token: Any, deadline: float | None = None) -> None:
        hub = self._driver.events
        if hub is not None:

            async def remove() -> None:
                hub.unsubscribe(token)

            await self.run(remove(), deadline)

    def streams_changed(self) -> None:
        """A watched stream may be ready."""
        self._arrived.set()
        if self.on_stream is not None:
            self.on_stream()

    def pump(self, timeout: float) -> bool:
        """Wait for events and changes of watched streams; whether any came."""
        came = self._arrived.wait(timeout)
        self._arrived.clear()
        return came

    # -- the end

    async def close(self) -> None:
        """Guests started with AUTODESTROY go; the host goes with its last connection."""

        async def end() -> None:
            before = asyncio.all_tasks()
            callbacks = list(self._context.on_close)
            self._context.on_close.clear()
            for callback in callbacks:
                callback()
            begun = asyncio.all_tasks() - before  # guests that end with us: not to be cut short by the end of the loop
            if begun:
                await asyncio.wait(begun, timeout=_END_S)
            await self._driver.close()

        await self.run(end(), None)
        with _lock:
            self._owner.connections -= 1
            if not self._owner.connections:
                del _hosts[self._owner.key]
                self._owner.stop()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def open_embedded(uri: str) -> EmbeddedLink:
    """The connection of an embed URI. Raises VirtError."""
    parts = urlsplit(uri)
    root = parse_qs(parts.query, keep_blank_values=True).get("root", [None])[0]
    if root is None:
        raise VirtError(ErrorCode.INVALID_ARG, "Missing URI parameter 'root'", ErrorDomain.URI)
    if not root.startswith("/"):
        raise VirtError(ErrorCode.CONFIG_UNSUPPORTED, "root path must be absolute")
    if sys.platform == "win32":
        raise VirtError(ErrorCode.NO_CONNECT, uri)
    with _lock:
        key = (parts.scheme, Path(root))
        owner = _hosts.get(key)
        if owner is None:
            owner = EmbeddedHost(*key)
            owner.start()
            _hosts[key] = owner
        owner.connections += 1
    try:
        return EmbeddedLink(owner, uri)
    except BaseException:
        with _lock:
            owner.connections -= 1
            if not owner.connections:
                del _hosts[key]
                owner.stop()
        raise
