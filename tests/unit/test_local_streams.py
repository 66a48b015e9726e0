"""Streams of in-process drivers, sync and async: data, holes, both ends, errors, readiness, a driver slower than we."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import pytest

from purevirt.api.driver import FacetDriver
from purevirt.api.stream import Hole, ServerStream
from purevirt.client import Connection
from purevirt.client.aio_opening import _loop_channel
from purevirt.client.base import run
from purevirt.client.local import LocalLink
from purevirt.client.objects import Connection as AioConnection
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.protocol.remote import NonnullStorageVol
from purevirt.types.constants import VIR_STREAM_EVENT_READABLE, VIR_STREAM_NONBLOCK

DATA = bytes(range(256)) * 40_000  # more than a stream's high water


class Volumes:
    """A facet with the streams that storage has; what is uploaded can be downloaded."""

    def __init__(self) -> None:
        self.pieces: list[bytes | Hole] = []
        self.finished = False
        self.stopped = False

    async def storage_vol_upload(self, vol: Any, offset: int, length: int, flags: int, stream: ServerStream) -> None:
        if length == 1:
            raise VirtError(ErrorCode.INVALID_ARG, "no", ErrorDomain.STORAGE)
        stream.run(self._take(stream, length))

    async def _take(self, stream: ServerStream, length: int) -> None:
        while (piece := await stream.recv()) is not None:
            self.pieces.append(piece)
            if length and sum(p.length if isinstance(p, Hole) else len(p) for p in self.pieces) > length:
                raise VirtError(ErrorCode.INTERNAL_ERROR, "volume is full", ErrorDomain.STORAGE)
        self.finished = True

    async def storage_vol_download(self, vol: Any, offset: int, length: int, flags: int, stream: ServerStream) -> None:
        stream.run(self._give(stream))

    async def _give(self, stream: ServerStream) -> None:
        try:
            for piece in self.pieces:
                await (stream.send_hole(piece.length) if isinstance(piece, Hole) else stream.send(piece))
        finally:
            self.stopped = True


def volume(conn: Any) -> Any:
    return conn._storage_vol(NonnullStorageVol("pool", "name", "key"))


def sync_pair() -> tuple[Volumes, Connection, Any]:
    facet = Volumes()
    inner = AioConnection(LocalLink(FacetDriver("Memory", [facet])), "memory:///")
    from purevirt.client.blocking.of_storage import StorageVol

    return facet, Connection(inner), StorageVol(volume(inner))


def async_pair() -> tuple[Volumes, AioConnection, Any]:
    facet = Volumes()
    conn = AioConnection(LocalLink(FacetDriver("Memory", [facet]), _loop_channel), "memory:///")
    conn._subscriptions.inline = True
    return facet, conn, volume(conn)


def test_sync_upload_and_download() -> None:
    facet, _, vol = sync_pair()
    assert vol.upload_from(io.BytesIO(DATA)) == len(DATA)
    assert facet.finished
    target = io.BytesIO()
    assert vol.download_to(target) == len(DATA)
    assert target.getvalue() == DATA


def test_async_upload_and_download() -> None:
    async def work() -> None:
        facet, _, vol = async_pair()
        assert await vol.upload_from(io.BytesIO(DATA)) == len(DATA)
        assert facet.finished
        target = io.BytesIO()
        assert await vol.download_to(target) == len(DATA)
        assert target.getvalue() == DATA

    asyncio.run(asyncio.wait_for(work(), 30))


def test_holes_stay_holes() -> None:
    facet, conn, vol = sync_pair()
    stream = conn.stream_new()
    vol.upload(stream)
    stream.send(b"one")
    stream.send_hole(1000)
    stream.send(b"two")
    stream.finish()
    assert facet.pieces == [b"one", Hole(1000), b"two"]
    stream = conn.stream_new()
    vol.download(stream)
    assert [stream.recv_any(100) for _ in range(4)] == [b"one", Hole(1000), b"two", None]
    stream.finish()


def test_an_error_of_the_call_and_of_the_pump() -> None:
    _, conn, vol = sync_pair()
    with pytest.raises(VirtError, match="invalid argument: no"):
        vol.upload(conn.stream_new(), 0, 1)
    with pytest.raises(VirtError, match="volume is full"):
        vol.upload_from(io.BytesIO(DATA), length=100)


def test_giving_up_a_download_stops_the_driver() -> None:
    facet, conn, vol = sync_pair()
    facet.pieces = [bytes(1 << 20)] * 16
    stream = conn.stream_new()
    vol.download(stream)
    assert len(stream.recv(1000)) == 1000
    stream.abort()
    assert facet.stopped

    async def work() -> None:
        facet, conn, vol = async_pair()
        facet.pieces = [bytes(1 << 20)] * 16
        stream = conn.stream_new()
        await vol.download(stream)
        assert len(await stream.recv(1000)) == 1000
        await stream.abort()
        assert facet.stopped

    asyncio.run(asyncio.wait_for(work(), 30))


def test_readiness_callbacks() -> None:
    facet, conn, vol = sync_pair()
    facet.pieces = [b"data"]
    stream = conn.stream_new(VIR_STREAM_NONBLOCK)
    vol.download(stream)
    got: list[bytes] = []
    stream.event_add_callback(VIR_STREAM_EVENT_READABLE, lambda s, events: got.append(s.recv(100)))
    while b"" not in got:
        conn.process_events()
    assert got == [b"data", b""]

    async def work() -> None:
        facet, conn, vol = async_pair()
        facet.pieces = [b"data"]
        stream = conn.stream_new(VIR_STREAM_NONBLOCK)
        await vol.download(stream)
        ready = asyncio.Event()
        stream.event_add_callback(VIR_STREAM_EVENT_READABLE, lambda s, events: ready.set())
        await ready.wait()
        assert await stream.recv(100) == b"data"

    asyncio.run(asyncio.wait_for(work(), 30))


def test_waiting_for_what_cannot_come_is_an_error_not_a_hang() -> None:
    """Without a loop nothing but our own calls runs the driver."""

    class Silent:
        async def storage_vol_download(self, vol: Any, offset: int, length: int, flags: int, stream: ServerStream) -> None:
            stream.run(self._wait(stream))

        async def _wait(self, stream: ServerStream) -> None:
            await stream.recv()

    inner = AioConnection(LocalLink(FacetDriver("Silent", [Silent()])), "silent:///")
    stream = inner.stream_new()
    run(volume(inner).download(stream))
    with pytest.raises(VirtError) as caught:
        run(stream.recv(10))
    assert caught.value.code == ErrorCode.OPERATION_TIMEOUT
    run(stream.abort())
