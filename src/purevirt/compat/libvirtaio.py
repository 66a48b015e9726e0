"""The module `libvirtaio` of libvirt-python 9.0: libvirt's events on an asyncio loop.

    libvirtaio.virEventRegisterAsyncIOImpl()      # inside of the running loop, before the connection is opened
    conn = libvirt.open(...)

Calls of libvirt from other threads may change handles and timeouts; the loop is told in its own thread.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import threading
from collections.abc import Callable
from typing import Any

from purevirt.compat import libvirt
from purevirt.types.override import override

__all__ = ["getCurrentImpl", "virEventAsyncIOImpl", "virEventRegisterAsyncIOImpl"]
_READABLE, _WRITABLE = 1, 2


class Callback:
    """A handle or a timeout that libvirt has asked for; `iden` is its number."""

    _iden_counter = itertools.count()

    def __init__(self, impl: virEventAsyncIOImpl, cb: Callable[..., Any], opaque: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.iden = next(self._iden_counter)
        self.impl = impl
        self.cb = cb
        self.opaque = opaque

    @override
    def __repr__(self) -> str:
        return f"<{type(self).__name__} iden={self.iden}>"

    def close(self) -> None:
        """libvirt does not want it any more: free the opaque value once nothing can call back."""
        self.impl.log.debug("callback %d close(), scheduling ff", self.iden)
        self.impl.schedule_ff_callback(self.iden, self.opaque)


class Descriptor:
    """One file descriptor and everybody who waits for it."""

    def __init__(self, impl: virEventAsyncIOImpl, fd: int) -> None:
        self.impl = impl
        self.fd = fd
        self.callbacks: dict[int, FDCallback] = {}

    def _handle(self, event: int) -> None:
        """It is ready for `event`."""
        for callback in list(self.callbacks.values()):
            if callback.event & event:
                callback.cb(callback.iden, self.fd, event, callback.opaque)

    def update(self) -> None:
        """Tell the loop what is waited for now."""
        self.impl._in_loop(self._apply)

    def _apply(self) -> None:
        wanted = 0
        for callback in self.callbacks.values():
            wanted |= callback.event
        loop = self.impl.loop
        if wanted & _READABLE:
            loop.add_reader(self.fd, self._handle, _READABLE)
        else:
            loop.remove_reader(self.fd)
        if wanted & _WRITABLE:
            loop.add_writer(self.fd, self._handle, _WRITABLE)
        else:
            loop.remove_writer(self.fd)

    def add_handle(self, callback: FDCallback) -> None:
        self.callbacks[callback.iden] = callback
        self.update()

    def remove_handle(self, iden: int) -> None:
        self.callbacks.pop(iden).close()
        self.update()
        if not self.callbacks:
            self.impl.descriptors.pop(self.fd, None)


class DescriptorDict(dict[int, Descriptor]):
    """Descriptors by number, made when first asked for."""

    def __init__(self, impl: virEventAsyncIOImpl) -> None:
        super().__init__()
        self.impl = impl

    def __missing__(self, fd: int) -> Descriptor:
        descriptor = self[fd] = Descriptor(self.impl, fd)
        return descriptor


class FDCallback(Callback):
    """A handle: `event` are VIR_EVENT_HANDLE_* bits."""

    def __init__(self, *args: Any, descriptor: Descriptor, event: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.descriptor = descriptor
        self.event = event

    @override
    def __repr__(self) -> str:
        return f"<{type(self).__name__} iden={self.iden} fd={self.descriptor.fd} event={self.event}>"

    def update(self, event: int) -> None:
        self.event = event
        self.descriptor.update()


class TimeoutCallback(Callback):
    """A timeout of `timeout` milliseconds: -1 sleeps, 0 fires on every turn of the loop."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.timeout = -1
        self._task: asyncio.Task[None] | None = None

    @override
    def __repr__(self) -> str:
        return f"<{type(self).__name__} iden={self.iden} timeout={self.timeout}>"

    async def _timer(self) -> None:
        """Fires until `timeout` is -1 or another task has taken over."""
        me = self._task
        while self._task is me and self.timeout >= 0:
            await asyncio.sleep(self.timeout / 1000)
            if self._task is me and self.timeout >= 0:
                self.cb(self.iden, self.opaque)

    def update(self, timeout: int) -> None:
        self.timeout = timeout
        self.impl._in_loop(self._apply)

    def _apply(self) -> None:
        task, self._task = self._task, None
        if task is not None and task is not asyncio.current_task(self.impl.loop):
            task.cancel()
        if self.timeout >= 0:
            self._task = self.impl.loop.create_task(self._timer(), name=f"libvirt timer {self.iden}")

    @override
    def close(self) -> None:
        self.update(-1)
        super().close()


class virEventAsyncIOImpl:
    """libvirt's event loop over asyncio's."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self.loop = loop or asyncio.get_event_loop()
        self.callbacks: dict[int, Any] = {}
        self.descriptors = DescriptorDict(self)
        self.log = logging.getLogger(type(self).__name__)
        self._pending = 0
        self._freeing: set[asyncio.Task[None]] = set()
        self._lock = threading.Lock()
        self._finished = asyncio.Event()
        self._finished.set()

    @override
    def __repr__(self) -> str:
        return f"<{type(self).__name__} callbacks={self.callbacks} descriptors={self.descriptors}>"

    def _in_loop(self, work: Callable[[], None]) -> None:
        """Now where we are in the loop's thread, else soon."""
        try:
            here = asyncio.get_running_loop() is self.loop
        except RuntimeError:
            here = False
        if here or not self.loop.is_running():
            if not self.loop.is_closed():
                work()
        else:
            self.loop.call_soon_threadsafe(work)

    def _pending_inc(self) -> None:
        with self._lock:
            self._pending += 1
        self._finished.clear()

    def _pending_dec(self) -> None:
        with self._lock:
            self._pending -= 1
            none_left = self._pending == 0
        if none_left:
            self._finished.set()

    def register(self) -> virEventAsyncIOImpl:
        """Make libvirt use it."""
        libvirt.virEventRegisterImpl(
            self._add_handle,
            self._update_handle,
            self._remove_handle,
            self._add_timeout,
            self._update_timeout,
            self._remove_timeout,
        )
        return self

    def schedule_ff_callback(self, iden: int, opaque: Any) -> None:
        """Free an opaque value, but not from inside of the call that removes its owner."""
        self._pending_inc()

        def start() -> None:
            self._freeing.add(task := self.loop.create_task(self._ff_callback(iden, opaque)))
            task.add_done_callback(self._freeing.discard)

        self._in_loop(start)

    async def _ff_callback(self, iden: int, opaque: Any) -> None:
        self.log.debug("ff_callback(iden=%d, opaque=...)", iden)
        libvirt.virEventInvokeFreeCallback(opaque)
        self._pending_dec()

    async def drain(self) -> None:
        """Wait until everything that was removed is freed."""
        await self._finished.wait()

    def is_idle(self) -> bool:
        """No handle, no timeout, nothing left to free."""
        return not self.callbacks and not self._pending

    # -- what libvirt calls

    def _add_handle(self, fd: int, event: int, cb: Callable[..., Any], opaque: Any) -> int:
        callback = FDCallback(self, cb, opaque, descriptor=self.descriptors[fd], event=event)
        self.callbacks[callback.iden] = callback
        callback.descriptor.add_handle(callback)
        return callback.iden

    def _update_handle(self, watch: int, event: int) -> None:
        self.callbacks[watch].update(event)

    def _remove_handle(self, watch: int) -> int:
        callback = self.callbacks.pop(watch, None)
        if callback is None:
            return -1
        callback.descriptor.remove_handle(watch)
        return 0

    def _add_timeout(self, timeout: int, cb: Callable[..., Any], opaque: Any) -> int:
        callback = TimeoutCallback(self, cb, opaque)
        self.callbacks[callback.iden] = callback
        callback.update(timeout)
        return callback.iden

    def _update_timeout(self, timer: int, timeout: int) -> None:
        self.callbacks[timer].update(timeout)

    def _remove_timeout(self, timer: int) -> int:
        callback = self.callbacks.pop(timer, None)
        if callback is None:
            return -1
        callback.close()
        return 0


_current_impl: virEventAsyncIOImpl | None = None


def getCurrentImpl() -> virEventAsyncIOImpl | None:
    """What virEventRegisterAsyncIOImpl made last."""
    return _current_impl


def virEventRegisterAsyncIOImpl(loop: asyncio.AbstractEventLoop | None = None) -> virEventAsyncIOImpl:
    """Let libvirt use asyncio: the given loop, else the running one."""
    global _current_impl
    _current_impl = virEventAsyncIOImpl(loop=loop).register()
    return _current_impl
