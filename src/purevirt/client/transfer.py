"""Whole files through a stream, with holes and a progress callback.

Written against the async stream; the sync face runs the same coroutines.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

from purevirt.api.stream import Hole
from purevirt.client.channel import PACKET

if TYPE_CHECKING:
    from purevirt.client.objects.stream import Stream

Progress = Callable[[int], None]


async def receive_into(
    stream: Stream, target: BinaryIO, *, sparse: bool = False, progress: Progress | None = None
) -> int:
    """Everything the stream brings into `target`; then finish. On any failure the stream is aborted."""
    total = 0
    offload = stream.get_connect()._offload
    try:
        while True:
            piece = await stream._recv_view(PACKET)
            if piece is None:
                break
            if isinstance(piece, Hole):
                total += piece.length
                await offload(_skip, target, piece.length, sparse)
            else:
                total += len(piece)
                await offload(target.write, piece)
            if progress is not None:
                progress(total)
        if sparse:
            await offload(target.truncate)
        await stream.finish()
    except BaseException:
        await stream.abort_quietly()
        raise
    return total


def _skip(target: BinaryIO, length: int, sparse: bool) -> None:
    if sparse and target.seekable():
        target.seek(length, os.SEEK_CUR)
        return
    zeros = bytes(min(length, PACKET))
    while length > 0:
        target.write(zeros[:length])
        length -= len(zeros)


async def send_from(
    stream: Stream, source: BinaryIO, *, sparse: bool = False, progress: Progress | None = None
) -> int:
    """All of `source` from where it stands; then finish. On any failure the stream is aborted."""
    total = 0
    offload = stream.get_connect()._offload
    try:
        while True:
            if sparse:
                hole = await offload(_hole_here, source)
                if hole:
                    await stream.send_hole(hole)
                    total += hole
                    _report(progress, total)
                    continue
            piece = await offload(_read, source, sparse)
            if not piece:
                break
            await stream.send_all_of(piece)
            total += len(piece)
            _report(progress, total)
        await stream.finish()
    except BaseException:
        await stream.abort_quietly()
        raise
    return total


def _report(progress: Progress | None, total: int) -> None:
    if progress is not None:
        progress(total)


def _hole_here(source: BinaryIO) -> int:
    """Length of the hole at the current position (skipped over), 0 when there is data or the end."""
    here = source.tell()
    try:
        data = source.seek(here, os.SEEK_DATA)
    except OSError:  # ENXIO: nothing but a hole up to the end
        data = max(here, os.fstat(source.fileno()).st_size)
        source.seek(data)
    return data - here


def _read(source: BinaryIO, sparse: bool) -> bytes:
    if not sparse:
        return source.read(PACKET)
    here = source.tell()
    try:
        hole = source.seek(here, os.SEEK_HOLE)
    except OSError:  # ENXIO: at the end
        return b""
    source.seek(here)
    return source.read(min(PACKET, hole - here))
