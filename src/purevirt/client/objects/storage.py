"""Storage pools and volumes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

from purevirt.client.calls.storage import StoragePoolCalls, StorageVolCalls
from purevirt.client.checks import FROM_STORAGE, FROM_STREAMS, read_only
from purevirt.client.objects.identity import HasName, HasUUID
from purevirt.client.transfer import receive_into, send_from
from purevirt.errors import ErrorCode, VirtError
from purevirt.types.constants import (
    VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM,
    VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM,
)

if TYPE_CHECKING:
    from purevirt.client.objects.stream import Stream


class StoragePool(StoragePoolCalls, HasName, HasUUID):
    """A storage pool (virStoragePool)."""

    __slots__ = ()


class StorageVol(StorageVolCalls, HasName):
    """A storage volume (virStorageVol)."""

    __slots__ = ()

    def get_key(self) -> str:
        key: str = self._ref.key
        return key

    async def download(
        self, stream: Stream, offset: int = 0, length: int = 0, flags: int = 0, *, deadline: float | None = None
    ) -> None:
        """virStorageVolDownload: attach a stream that brings the volume's bytes (`length` 0: to its end)."""
        self._check_stream(stream, "virStorageVolDownload")
        sparse = bool(flags & VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM)
        await stream._attach("storage_vol_download", (self._ref, offset, length, flags), deadline, sparse=sparse)

    async def upload(
        self, stream: Stream, offset: int = 0, length: int = 0, flags: int = 0, *, deadline: float | None = None
    ) -> None:
        """virStorageVolUpload: attach a stream that takes the volume's bytes."""
        self._check_stream(stream, "virStorageVolUpload")
        sparse = bool(flags & VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM)
        await stream._attach("storage_vol_upload", (self._ref, offset, length, flags), deadline, sparse=sparse)

    def _check_stream(self, stream: Stream, function: str) -> None:
        if self._conn._readonly:
            raise read_only(function, FROM_STORAGE)
        if stream is None:
            raise VirtError(ErrorCode.INVALID_STREAM, function, FROM_STREAMS)

    async def download_to(
        self,
        target: BinaryIO,
        offset: int = 0,
        length: int = 0,
        *,
        sparse: bool = False,
        progress: Callable[[int], None] | None = None,
    ) -> int:
        """Copy the volume (or part of it) into an open file; the number of bytes, holes included.

        `progress` is called with the running total. Holes become seeks in `target` when `sparse`.
        """
        stream = self._conn.stream_new()
        flags = VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM if sparse else 0
        await self.download(stream, offset, length, flags)
        return await receive_into(stream, target, sparse=sparse, progress=progress)

    async def upload_from(
        self,
        source: BinaryIO,
        offset: int = 0,
        length: int = 0,
        *,
        sparse: bool = False,
        progress: Callable[[int], None] | None = None,
    ) -> int:
        """Copy an open file into the volume; the number of bytes. `sparse` sends a seekable file's holes as holes."""
        stream = self._conn.stream_new()
        flags = VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM if sparse else 0
        await self.upload(stream, offset, length, flags)
        return await send_from(stream, source, sparse=sparse, progress=progress)
