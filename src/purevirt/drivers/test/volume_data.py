"""Data of volumes: upload, download, wipe, resize."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purevirt.api.stream import Hole, ServerStream
from purevirt.drivers.test import errors
from purevirt.drivers.test.contents import PIECE
from purevirt.drivers.test.volumes import find_volume, volume_kind
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.protocol import remote as p
from purevirt.types import constants as C

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost
    from purevirt.drivers.test.pools import TestVolume

_RESIZE = C.VIR_STORAGE_VOL_RESIZE_ALLOCATE | C.VIR_STORAGE_VOL_RESIZE_DELTA | C.VIR_STORAGE_VOL_RESIZE_SHRINK


def _full() -> VirtError:
    return VirtError(ErrorCode.OPERATION_FAILED, "no space left on the make-believe host", ErrorDomain.STORAGE)


class VolumeDataFacet:
    """virStorageVolUpload, -Download, -Wipe, -WipePattern, -Resize, -GetInfoFlags."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    # --- streams -----------------------------------------------------------------------------------------------

    async def storage_vol_upload(
        self, vol: p.NonnullStorageVol, offset: int, length: int, flags: int, stream: ServerStream
    ) -> None:
        errors.check_flags(flags, C.VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM, "testStorageVolUpload")
        volume = find_volume(self._host, vol)[1]
        stream.run(self._take(volume, offset, length or volume.capacity, stream))

    async def _take(self, volume: TestVolume, offset: int, length: int, stream: ServerStream) -> None:
        end = min(offset + length, volume.capacity)
        while (piece := await stream.recv()) is not None:
            size = piece.length if isinstance(piece, Hole) else len(piece)
            if offset + size > end:
                raise VirtError(ErrorCode.OPERATION_FAILED, "upload goes beyond the volume's end", ErrorDomain.STORAGE)
            if isinstance(piece, Hole):
                volume.contents.discard(offset, size)
            elif not volume.contents.write(offset, piece):
                raise _full()
            offset += size
        await stream.finish()

    async def storage_vol_download(
        self, vol: p.NonnullStorageVol, offset: int, length: int, flags: int, stream: ServerStream
    ) -> None:
        sparse = C.VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM
        errors.check_flags(flags, sparse, "testStorageVolDownload")
        volume = find_volume(self._host, vol)[1]
        size = max(volume.capacity - offset, 0)
        stream.run(_give(volume, offset, min(length or size, size), stream, sparse=bool(flags & sparse)))

    # --- wiping and sizes --------------------------------------------------------------------------------------

    async def storage_vol_wipe(self, vol: p.NonnullStorageVol, flags: int) -> None:
        await self.storage_vol_wipe_pattern(vol, C.VIR_STORAGE_VOL_WIPE_ALG_ZERO, flags)

    async def storage_vol_wipe_pattern(self, vol: p.NonnullStorageVol, algorithm: int, flags: int) -> None:
        """Whatever the pattern, zeros are what is left to read."""
        errors.check_flags(flags, 0, "testStorageVolWipePattern")
        if not 0 <= algorithm < C.VIR_STORAGE_VOL_WIPE_ALG_LAST:
            raise errors.bad_argument(f"wiping algorithm {algorithm} not supported")
        find_volume(self._host, vol)[1].contents.clear()

    async def storage_vol_resize(self, vol: p.NonnullStorageVol, capacity: int, flags: int) -> None:
        errors.check_flags(flags, _RESIZE, "testStorageVolResize")
        pool, volume = find_volume(self._host, vol)
        now = volume.capacity
        wanted = capacity
        if flags & C.VIR_STORAGE_VOL_RESIZE_DELTA:
            wanted = now - capacity if flags & C.VIR_STORAGE_VOL_RESIZE_SHRINK else now + capacity
        if wanted < (volume.document.allocation or 0):
            raise errors.bad_argument("can't shrink capacity below existing allocation")
        if wanted < now and not flags & C.VIR_STORAGE_VOL_RESIZE_SHRINK:
            text = "Can't shrink capacity below current capacity unless shrink flag explicitly specified"
            raise errors.bad_argument(text)
        if wanted > now + pool.document.available:
            raise errors.failed("Not enough space left in storage pool")
        volume.contents.discard(wanted, max(now - wanted, 0))
        volume.document.capacity = wanted
        if flags & C.VIR_STORAGE_VOL_RESIZE_ALLOCATE:
            pool.take(wanted - (volume.document.allocation or 0))
            volume.document.allocation = wanted

    async def storage_vol_get_info_flags(self, vol: p.NonnullStorageVol, flags: int) -> p.StorageVolGetInfoFlagsRet:
        physical = C.VIR_STORAGE_VOL_GET_PHYSICAL
        errors.check_flags(flags, physical, "testStorageVolGetInfoFlags")
        volume = find_volume(self._host, vol)[1]
        size = volume.contents.kept if flags & physical else volume.document.allocation or 0
        return p.StorageVolGetInfoFlagsRet(volume_kind(volume.document), volume.capacity, size)


async def _give(volume: TestVolume, offset: int, length: int, stream: ServerStream, *, sparse: bool) -> None:
    for piece in volume.contents.pieces(offset, length):
        if not isinstance(piece, int):
            await stream.send(piece)
        elif sparse:
            await stream.send_hole(piece)
        else:
            for start in range(0, piece, PIECE):
                await stream.send(bytes(min(PIECE, piece - start)))
    await stream.finish()
