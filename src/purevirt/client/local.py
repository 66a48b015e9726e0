"""In-process drivers behind the client: the same procedures, called in this process instead of over a socket."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from purevirt.errors import ErrorCode, ErrorDomain, NoSupport, VirtError

if TYPE_CHECKING:
    from purevirt.api.context import CallContext
    from purevirt.api.driver import Driver
    from purevirt.client.base import Link
    from purevirt.client.channel import Channel
    from purevirt.client.local_stream import Pipe
    from purevirt.rpc.uri import Uri


MakeChannel = Callable[["LocalLink"], "tuple[Pipe, Channel]"]
"""Makes the two ends of a stream for the face."""


def _blocking_channel(link: LocalLink) -> tuple[Pipe, Channel]:
    from purevirt.client.local_stream import LocalChannel, Pipe

    pipe = Pipe(link.streams_changed)
    return pipe, LocalChannel(pipe, link.watched)


class LocalLink:
    """A driver of this process. `deadline` is not enforced: its coroutines run to their end without waiting."""

    alive = True
    encrypted = False
    secure = True
    reports_close = False
    unknown_callback = "could not find event callback {} for deletion"

    def __init__(self, driver: Driver, make_channel: MakeChannel | None = None) -> None:
        self._driver = driver
        self._make_channel = make_channel or _blocking_channel
        self.watched: list[Any] = []
        """Streams with a callback, where no event loop watches them."""
        self.on_stream: Callable[[], None] | None = None
        """Called when one of them may be ready, for libvirt's event loop."""
        self.deadline: float | None = None
        self.on_close: Callable[[int], None] | None = None

    def streams_changed(self) -> None:
        if self.on_stream is not None and self.watched:
            self.on_stream()

    def set_keepalive(self, interval_s: int, count: int) -> None:
        raise NoSupport("virConnectSetKeepAlive", ErrorDomain.DOMAIN)

    async def invoke(
        self, procedure: str, args: tuple[Any, ...], deadline: float | None = None, program: str = "remote"
    ) -> Any:
        try:
            return await self._driver.call(procedure, *args, program=program)
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
        from purevirt.api.context import current

        with lent(fds) as context:
            token = current.set(context)
            try:
                return await self.invoke(procedure, args, deadline, program), context.reply_fds
            finally:
                current.reset(token)

    async def open_channel(
        self, procedure: str, args: tuple[Any, ...], deadline: float | None = None, *, sparse: bool = False
    ) -> tuple[Any, Channel]:
        from purevirt.protocol import remote

        pipe, channel = self._make_channel(self)
        pipe.upload = remote.PROGRAM.by_name[procedure].stream == "write"
        try:
            value = await self.invoke(procedure, (*args, pipe), deadline)
        except BaseException:
            await pipe.stop()
            raise
        return value, channel

    def supports(self, procedure: str) -> bool:
        return self._driver.supports(procedure)

    async def subscribe(
        self,
        scope: str,
        event_id: int,
        ref: Any,
        deliver: Callable[[Any], None],
        extra: tuple[Any, ...] = (),
        deadline: float | None = None,
    ) -> object:
        return subscription(self._driver, scope, event_id, ref, deliver)

    async def unsubscribe(self, token: Any, deadline: float | None = None) -> None:
        hub = self._driver.events
        if hub is not None:
            hub.unsubscribe(token)

    async def close(self) -> None:
        await self._driver.close()


@contextmanager
def lent(fds: Sequence[int]) -> Iterator[CallContext]:
    """A call's context with duplicates of the descriptors; what the driver does not take of them is closed."""
    from purevirt.api.context import CallContext

    context = CallContext(fds=[os.dup(fd) for fd in fds])
    try:
        yield context
    finally:
        for fd in context.fds:
            os.close(fd)


def subscription(driver: Driver, scope: str, event_id: int, ref: Any, deliver: Callable[[Any], None]) -> object:
    """Hear of a driver's events as wire messages; `ref` is the object to watch, None for all. Raises NO_SUPPORT."""
    if driver.events is None:
        raise VirtError(ErrorCode.NO_SUPPORT)
    key = None if ref is None else getattr(ref, "uuid", None) or ref.name
    return driver.events.subscribe(scope, lambda event: deliver(event.message), event_id, key)  # type: ignore[arg-type]


def named_support(error: NoSupport, procedure: str, program: str) -> NoSupport:
    """The same error with the name of the API function in it, as the daemon says it."""
    from importlib import import_module

    row = import_module(f"purevirt.protocol.{program}").PROGRAM.by_name.get(procedure)
    if row is None or not row.function:
        return error
    return NoSupport(row.function, error.domain or row.errors or ErrorDomain.DOMAIN)


async def open_local(uri: Uri, readonly: bool, make_channel: MakeChannel | None = None) -> Link:
    """The in-process driver of a URI. Raises NO_CONNECT where there is none.

    Drivers that need a loop of their own get one (`client.aio_embedded`); the others' coroutines never wait.
    """
    from purevirt.drivers.registry import open_driver

    if uri.path == "/embed" and uri.driver != "secret":
        from purevirt.client.aio_embedded import open_embedded

        return open_embedded(uri.text)

    return LocalLink(await open_driver(uri.text), make_channel)
