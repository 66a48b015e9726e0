"""libvirt's event loop functions: the implementation that is registered, and the default one over poll.

An implementation is six functions. Handles are descriptors with VIR_EVENT_HANDLE_* bits; timeouts are in milliseconds,
-1 sleeps, 0 fires on every turn. Callbacks are `cb(watch, fd, events, opaque)` and `cb(timer, opaque)`; one that
raises is reported on stderr and changes nothing else, as in the C binding.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from purevirt.types.override import override

READABLE, WRITABLE, ERROR, HANGUP = 1, 2, 4, 8
HandleCallback = Callable[[int, int, int, Any], Any]
TimeoutCallback = Callable[[int, Any], Any]
Free = Callable[[Any], None]


class Implementation:
    """What is registered; every function answers as the C one does (-1: failure)."""

    def add_handle(self, fd: int, events: int, cb: HandleCallback, opaque: Any) -> int:
        raise NotImplementedError

    def update_handle(self, watch: int, events: int) -> None:
        raise NotImplementedError

    def remove_handle(self, watch: int) -> int:
        raise NotImplementedError

    def add_timeout(self, timeout: int, cb: TimeoutCallback, opaque: Any) -> int:
        raise NotImplementedError

    def update_timeout(self, timer: int, timeout: int) -> None:
        raise NotImplementedError

    def remove_timeout(self, timer: int) -> int:
        raise NotImplementedError


class _Handle:
    __slots__ = ("cb", "events", "fd", "opaque")

    def __init__(self, fd: int, events: int, cb: HandleCallback, opaque: Any) -> None:
        self.fd, self.events, self.cb, self.opaque = fd, events, cb, opaque


class _Timer:
    __slots__ = ("cb", "due", "every", "opaque")

    def __init__(self, every: int, cb: TimeoutCallback, opaque: Any) -> None:
        self.cb, self.opaque = cb, opaque
        self.set(every)

    def set(self, every: int) -> None:
        self.every = every
        self.due = time.monotonic() + every / 1000 if every >= 0 else None


def called(cb: Callable[..., Any], *args: Any) -> None:
    """Run a user's callback; what it raises is printed."""
    try:
        cb(*args)
    except Exception:  # noqa: BLE001  the user's code; as PyErr_Print does
        traceback.print_exc()


class DefaultLoop(Implementation):
    """The default implementation. One thread calls `run_once` again and again; any thread may call the rest."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._handles: dict[int, _Handle] = {}
        self._timers: dict[int, _Timer] = {}
        self._next_watch = self._next_timer = 0
        self._runner: int | None = None
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)

    @override
    def add_handle(self, fd: int, events: int, cb: HandleCallback, opaque: Any) -> int:
        with self._lock:
            self._next_watch += 1
            self._handles[self._next_watch] = _Handle(fd, events, cb, opaque)
            self._interrupt()
            return self._next_watch

    @override
    def update_handle(self, watch: int, events: int) -> None:
        with self._lock:
            handle = self._handles.get(watch)
            if handle is not None:
                handle.events = events
                self._interrupt()

    @override
    def remove_handle(self, watch: int) -> int:
        with self._lock:
            if self._handles.pop(watch, None) is None:
                return -1
            self._interrupt()
            return 0

    @override
    def add_timeout(self, timeout: int, cb: TimeoutCallback, opaque: Any) -> int:
        with self._lock:
            self._next_timer += 1
            self._timers[self._next_timer] = _Timer(timeout, cb, opaque)
            self._interrupt()
            return self._next_timer

    @override
    def update_timeout(self, timer: int, timeout: int) -> None:
        with self._lock:
            found = self._timers.get(timer)
            if found is not None:
                found.set(timeout)
                self._interrupt()

    @override
    def remove_timeout(self, timer: int) -> int:
        with self._lock:
            if self._timers.pop(timer, None) is None:
                return -1
            self._interrupt()
            return 0

    def _interrupt(self) -> None:
        """Let a turn that waits in another thread look again."""
        if self._runner is not None and self._runner != threading.get_ident():
            with contextlib.suppress(BlockingIOError):  # full: enough is written already to wake it
                self._wake_out.send(b"!")

    def run_once(self) -> int:
        """One turn: wait for the first descriptor or timeout, run the timeouts that are due, then the descriptors."""
        with self._lock:
            self._runner = threading.get_ident()
            watched = [(watch, h.fd, h.events) for watch, h in self._handles.items() if h.events and h.fd >= 0]
            dues = [t.due for t in self._timers.values() if t.due is not None]
        wait = max(0.0, min(dues) - time.monotonic()) if dues else None
        ready = wait_for([(self._wake_in.fileno(), READABLE), *((fd, events) for _, fd, events in watched)], wait)
        with self._lock:
            self._runner = None
            if self._wake_in.fileno() in ready:
                self._swallow()
        self._run_timers()
        for watch, fd, _ in watched:
            found = ready.get(fd)
            with self._lock:
                handle = self._handles.get(watch)
            if found and handle is not None:
                hit = found & (handle.events | ERROR | HANGUP)
                if hit:
                    called(handle.cb, watch, fd, hit, handle.opaque)
        return 0

    def _swallow(self) -> None:
        try:
            while self._wake_in.recv(4096):
                pass
        except BlockingIOError:
            return

    def _run_timers(self) -> None:
        now = time.monotonic()
        with self._lock:
            due = [(number, t) for number, t in self._timers.items() if t.due is not None and t.due <= now]
        for number, timer in due:
            with self._lock:
                if self._timers.get(number) is not timer or timer.due is None or timer.due > now:
                    continue  # removed or set anew by one that ran before it
                timer.set(timer.every)
            called(timer.cb, number, timer.opaque)


def wait_for(wanted: list[tuple[int, int]], timeout: float | None) -> dict[int, int]:
    """Which descriptors are ready for what, after at most `timeout` seconds. Bits are VIR_EVENT_HANDLE_*."""
    if not hasattr(select, "poll"):
        return _select(wanted, timeout)
    poll = select.poll()
    masks: dict[int, int] = {}
    for fd, events in wanted:
        masks[fd] = masks.get(fd, 0) | events
    for fd, events in masks.items():
        poll.register(fd, (select.POLLIN if events & READABLE else 0) | (select.POLLOUT if events & WRITABLE else 0))
    bits = ((select.POLLIN, READABLE), (select.POLLOUT, WRITABLE), (select.POLLERR, ERROR), (select.POLLHUP, HANGUP),
            (select.POLLNVAL, ERROR))  # fmt: skip
    found = poll.poll(None if timeout is None else int(timeout * 1000 + 0.999))
    return {fd: sum({bit for mask, bit in bits if got & mask}) for fd, got in found}


def _select(wanted: list[tuple[int, int]], timeout: float | None) -> dict[int, int]:
    """`wait_for` where there is no poll (Windows: sockets only)."""
    reads = [fd for fd, events in wanted if events & READABLE]
    writes = [fd for fd, events in wanted if events & WRITABLE]
    readable, writable, _ = select.select(reads, writes, [], timeout)
    found = dict.fromkeys(readable, READABLE)
    for fd in writable:
        found[fd] = found.get(fd, 0) | WRITABLE
    return found


class UserLoop(Implementation):
    """Six functions of the user's, as virEventRegisterImpl takes them.

    They get `invoke_handle` or `invoke_timeout` as the callback and a tuple (callback, opaque, free) as the opaque value.
    """

    def __init__(
        self,
        functions: tuple[Callable[..., Any], ...],
        invoke_handle: Callable[..., None],
        invoke_timeout: Callable[..., None],
    ) -> None:
        self._add_handle, self._update_handle, self._remove_handle = functions[:3]
        self._add_timeout, self._update_timeout, self._remove_timeout = functions[3:]
        self._invoke_handle = invoke_handle
        self._invoke_timeout = invoke_timeout

    @override
    def add_handle(self, fd: int, events: int, cb: HandleCallback, opaque: Any) -> int:
        return int(self._add_handle(fd, events, self._invoke_handle, (cb, opaque, None)))

    @override
    def update_handle(self, watch: int, events: int) -> None:
        self._update_handle(watch, events)

    @override
    def remove_handle(self, watch: int) -> int:
        self._remove_handle(watch)
        return 0

    @override
    def add_timeout(self, timeout: int, cb: TimeoutCallback, opaque: Any) -> int:
        return int(self._add_timeout(timeout, self._invoke_timeout, (cb, opaque, None)))

    @override
    def update_timeout(self, timer: int, timeout: int) -> None:
        self._update_timeout(timer, timeout)

    @override
    def remove_timeout(self, timer: int) -> int:
        self._remove_timeout(timer)
        return 0


registered: Implementation | None = None
"""The program's implementation; None until one is registered."""
_default: DefaultLoop | None = None


def register(implementation: Implementation) -> None:
    """The first one counts, as in the C library: descriptors may already be with it."""
    global registered
    if registered is None:
        registered = implementation


def register_default() -> None:
    global _default
    if _default is None:
        _default = DefaultLoop()
    register(_default)


def run_default() -> int:
    """One turn of the default implementation. Without one there is nothing to wait for: it waits for ever, as C does."""
    if _default is None:
        register_default()
    assert _default is not None
    return _default.run_once()
