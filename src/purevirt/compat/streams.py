"""virStream's own methods: data, holes, whole transfers through the caller's functions, readiness callbacks."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from purevirt.compat.eventloop import called
from purevirt.compat.raising import failing, libvirtError
from purevirt.types.constants import VIR_STREAM_RECV_STOP_AT_HOLE

BUFFER = 262120
"""virStorageVol.streamBufSize: what the whole-transfer methods ask their handlers for."""
WOULD_BLOCK, AT_HOLE = -2, -3


class virStreamData:
    """What a stream does beside the regular calls."""

    _o: Any
    _conn: Any
    cb: Callable[..., Any] | None

    if False:  # the regular methods of the generated class, for the type checker

        def abort(self) -> int: ...
        def recvHole(self, flags: int = 0) -> int: ...
        def sendHole(self, length: Any, flags: int = 0) -> int: ...

    def recv(self, nbytes: int) -> Any:
        """At most `nbytes` bytes, b"" at the end; -2 where a non-blocking stream has nothing."""
        with failing("virStreamRecv"):
            got = self._o.recv(nbytes)
        return WOULD_BLOCK if got is None else got

    def recvFlags(self, nbytes: int, flags: int = 0) -> Any:
        """As `recv`; -3 at a hole where the flags ask for it."""
        with failing("virStreamRecvFlags"):
            got = self._o.recv_flags(nbytes, flags)
        return WOULD_BLOCK if got is None else got

    def send(self, data: bytes) -> int:
        """How many bytes were taken; -2 where a non-blocking stream has no room."""
        with failing("virStreamSend"):
            return int(self._o.send(data))

    # -- whole transfers

    def recvAll(self, handler: Callable[..., Any], opaque: Any) -> None:
        """handler(stream, data, opaque) for all data; a negative number or an exception aborts the stream."""
        while True:
            got = self.recv(BUFFER)
            if got == WOULD_BLOCK:
                raise libvirtError("cannot use recvAll with nonblocking stream")
            if not got:
                return
            self._handle("recvAll handler", handler, got, opaque)

    def sendAll(self, handler: Callable[..., Any], opaque: Any) -> None:
        """handler(stream, nbytes, opaque) → the next data, empty at the end."""
        while data := self._ask(handler, BUFFER, opaque):
            self._send_whole(data, "sendAll")

    def sparseRecvAll(self, handler: Callable[..., Any], holeHandler: Callable[..., Any], opaque: Any) -> None:
        """As `recvAll`, with holeHandler(stream, length, opaque) for holes."""
        while True:
            got = self.recvFlags(BUFFER, VIR_STREAM_RECV_STOP_AT_HOLE)
            if got == WOULD_BLOCK:
                raise libvirtError("cannot use sparseRecvAll with nonblocking stream")
            if got == AT_HOLE:
                self._handle("holeHandler handler", holeHandler, self.recvHole(), opaque)
            elif not got:
                return
            else:
                self._handle("sparseRecvAll handler", handler, got, opaque)

    def sparseSendAll(
        self, handler: Callable[..., Any], holeHandler: Callable[..., Any], skipHandler: Callable[..., Any], opaque: Any
    ) -> None:
        """holeHandler(stream, opaque) → (in data?, length of the section); skipHandler(stream, length, opaque) passes a
        hole over; handler(stream, nbytes, opaque) → data."""
        while True:
            in_data, length = self._ask(holeHandler, opaque)
            if not in_data and length > 0:
                self.sendHole(length)
                self._handle("skipHandler handler", skipHandler, length, opaque)
                continue
            data = self._ask(handler, min(BUFFER, length) if in_data else BUFFER, opaque)
            if not data:
                return
            self._send_whole(data, "sparseSendAll")

    def _ask(self, handler: Callable[..., Any], *args: Any) -> Any:
        try:
            return handler(self, *args)
        except BaseException:
            self._abort_quietly()
            raise

    def _handle(self, name: str, handler: Callable[..., Any], *args: Any) -> None:
        answer = self._ask(handler, *args)
        if type(answer) is int and answer < 0:
            self._abort_quietly()
            raise RuntimeError(f"{name} returned {answer}")

    def _abort_quietly(self) -> None:
        with contextlib.suppress(libvirtError):  # the handler's failure is what the caller must hear of
            self.abort()

    def _send_whole(self, data: bytes, name: str) -> None:
        view = memoryview(data)
        while len(view):
            took = self.send(view)  # type: ignore[arg-type]
            if took == WOULD_BLOCK:
                raise libvirtError(f"cannot use {name} with nonblocking stream")
            view = view[took:]

    # -- readiness

    def eventAddCallback(self, events: int, cb: Callable[..., Any], opaque: Any) -> None:
        """cb(stream, events, opaque) from the event loop as long as the stream is ready."""
        data = {"cb": cb, "stream": self, "opaque": opaque}

        def ready(_: object, now: int) -> None:
            called(self._dispatchStreamEventCallback, now, data)

        with failing("virStreamEventAddCallback"):
            self._o.event_add_callback(events, ready)
            self._conn._pump.watch_streams()
        self.cb = cb

    def eventUpdateCallback(self, events: int) -> int:
        with failing("virStreamEventUpdateCallback"):
            self._o.event_update_callback(events)
            self._conn._pump.streams_changed()
        return 0

    def eventRemoveCallback(self) -> int:
        with failing("virStreamEventRemoveCallback"):
            self._o.event_remove_callback()
        self.cb = None
        return 0

    def _dispatchStreamEventCallback(self, events: int, cbData: dict[str, Any]) -> int:
        cbData["cb"](self, events, cbData["opaque"])
        return 0
