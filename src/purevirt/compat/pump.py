"""A connection on libvirt's event loop: its socket as a handle, its queued events and its streams as timeouts.

Nothing runs a callback but the thread that runs the loop: what other threads take from the socket during their calls
is queued and a timeout set to 0.
"""

from __future__ import annotations

import time
from typing import Any

from purevirt.compat import eventloop
from purevirt.compat.handle import Session
from purevirt.errors import ErrorCode, ErrorDomain, VirtError


class Pump:
    """Made when a connection is opened; without a registered loop it stays idle and events cannot be registered."""

    def __init__(self, twin: Any, session: Session) -> None:
        self._twin = twin
        self._session = session
        self._link = twin._a._link
        self._loop = eventloop.registered
        self._watch = self._timer = self._stream_timer = self._keepalive_timer = -1
        self._registered = 0
        self._transport = getattr(self._link, "transport", None)
        (self._link if self._transport is None else self._transport).on_stream = self.streams_changed
        if self._loop is not None and self._transport is not None:
            self._transport.on_closing = self.forget_socket
            self._watch = self._loop.add_handle(self._link.fileno(), eventloop.READABLE, self._readable, None)

    # -- the socket

    def _readable(self, watch: int, fd: int, events: int, opaque: Any) -> None:
        try:
            self._link.pump(0.0)
        except VirtError:
            return  # it has ended: the close callback was told, calls will say so

    def forget_socket(self) -> None:
        """The descriptor is about to be closed."""
        if self._loop is None:
            return
        for attribute, remove in (
            ("_watch", self._loop.remove_handle),
            ("_keepalive_timer", self._loop.remove_timeout),
            ("_stream_timer", self._loop.remove_timeout),
        ):
            number = getattr(self, attribute)
            if number >= 0:
                setattr(self, attribute, -1)
                remove(number)

    # -- events

    def need_timer(self, what: str) -> None:
        """Before a registration. Raises INTERNAL_ERROR where no loop would run the callbacks."""
        loop = self._loop if self._loop is not None else eventloop.registered
        if loop is None:
            raise VirtError(ErrorCode.INTERNAL_ERROR, f"could not initialize {what} event timer", ErrorDomain.NONE)
        self._loop = loop
        if self._timer < 0:
            self._timer = loop.add_timeout(-1, self._flush, None)
            self._twin._a._subscriptions.wake = self._events_queued

    def added(self) -> None:
        """A callback holds the connection open."""
        self._registered += 1
        self._session.hold()

    def removed(self) -> None:
        """A registration has gone; with the last one goes the timer."""
        self._registered -= 1
        self._session.drop()
        if self._registered <= 0 and self._timer >= 0 and self._loop is not None:
            self._twin._a._subscriptions.wake = None
            timer, self._timer = self._timer, -1
            self._loop.remove_timeout(timer)

    def _events_queued(self) -> None:
        if self._timer >= 0 and self._loop is not None:
            self._loop.update_timeout(self._timer, 0)

    def _flush(self, timer: int, opaque: Any) -> None:
        assert self._loop is not None
        self._loop.update_timeout(timer, -1)
        self._twin._a._subscriptions.dispatch()

    # -- streams

    def watch_streams(self) -> None:
        """A stream has (or changed) a callback. Raises INTERNAL_ERROR without a loop."""
        loop = self._loop if self._loop is not None else eventloop.registered
        if loop is None:
            raise VirtError(ErrorCode.INTERNAL_ERROR, "unable to register stream event timer", ErrorDomain.STREAMS)
        self._loop = loop
        if self._stream_timer < 0:
            self._stream_timer = loop.add_timeout(-1, self._check_streams, None)
        self.streams_changed()

    def streams_changed(self) -> None:
        if self._stream_timer >= 0 and self._loop is not None and getattr(self._link, "watched", None):
            self._loop.update_timeout(self._stream_timer, 0)

    def _check_streams(self, timer: int, opaque: Any) -> None:
        assert self._loop is not None
        fired = self._twin._check_streams()
        if self._stream_timer >= 0:
            self._loop.update_timeout(timer, 0 if fired else -1)

    # -- keepalive

    def set_keepalive(self, interval: int, count: int) -> None:
        """virConnectSetKeepAlive. Raises INTERNAL_ERROR where no loop would send the pings."""
        if self._transport is not None and self._loop is None:
            raise VirtError(
                ErrorCode.INTERNAL_ERROR,
                "the caller doesn't support keepalive protocol; perhaps it's missing event loop implementation",
                ErrorDomain.REMOTE,
            )
        self._twin.set_keep_alive(interval, count)
        if self._transport is None or self._loop is None:
            return
        if self._keepalive_timer < 0:
            self._keepalive_timer = self._loop.add_timeout(-1, self._keepalive, None)
        self._arm_keepalive()

    def _arm_keepalive(self) -> None:
        assert self._transport is not None
        due = self._transport.next_wakeup
        if self._keepalive_timer >= 0 and self._loop is not None:
            wait = -1 if due is None else max(1, int((due - time.monotonic()) * 1000))
            self._loop.update_timeout(self._keepalive_timer, wait)

    def _keepalive(self, timer: int, opaque: Any) -> None:
        self._readable(-1, -1, 0, None)
        self._arm_keepalive()
