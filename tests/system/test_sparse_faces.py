"""Files with holes into a volume and out again, by both faces: in this process, through our daemon, through libvirtd's."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import purevirt
import purevirt.aio
from system.peers import libvirtd, purevirtd

SIZE = 4 << 20
PIECES = {0: bytes([1]) * 65536, 1 << 20: bytes([2]) * 4096, (3 << 20) + 100: bytes([3]) * 100_000}
VOLUME = f"<volume><name>holes</name><capacity>{SIZE}</capacity><allocation>0</allocation></volume>"


@pytest.fixture(scope="module")
def daemon() -> Iterator[str]:
    if os.geteuid() != 0:
        pytest.skip("the system daemon needs root")
    with purevirtd() as path:
        yield path


@pytest.fixture(scope="module")
def session() -> Iterator[str]:
    with libvirtd() as path:
        yield path


@pytest.fixture(params=["in process", "purevirtd", "libvirtd"])
def way(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """A URI and the name of a pool there; another connection keeps a make-believe host alive."""
    if request.param != "libvirtd":
        uri = "test:///default"
        if request.param == "purevirtd":
            uri = f"test+unix:///default?socket={request.getfixturevalue('daemon')}"
        with purevirt.open(uri):
            yield uri, "default-pool"
        return
    socket = request.getfixturevalue("session")
    directory = Path(socket).parent / "holes"
    directory.mkdir(exist_ok=True)
    if os.geteuid() == 0:
        os.chown(directory, 65534, 65534)
    uri = f"qemu+unix:///session?socket={socket}"
    with purevirt.open(uri, deadline=20) as conn:
        pool = conn.storage_pool_create_xml(f"<pool type='dir'><name>h</name><target><path>{directory}</path></target></pool>")
        yield uri, "h"
        pool.destroy()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    with path.open("wb") as file:
        file.truncate(SIZE)
        for at, data in PIECES.items():
            file.seek(at)
            file.write(data)
    return path


def checked(source: Path, target: Path, steps: list[int], back: list[int]) -> None:
    """The bytes are the same, the holes are holes, progress went up to the end."""
    assert target.read_bytes() == source.read_bytes()
    assert target.stat().st_blocks * 512 < 1 << 20, "holes were written out"
    for reported in (steps, back):
        assert reported == sorted(reported)
        assert reported[-1] == SIZE
        assert len(reported) >= len(PIECES)


def test_sync(way: tuple[str, str], source: Path, tmp_path: Path) -> None:
    uri, name = way
    steps: list[int] = []
    back: list[int] = []
    with purevirt.open(uri, deadline=20) as conn:
        vol = conn.storage_pool_lookup_by_name(name).storage_vol_create_xml(VOLUME)
        with source.open("rb") as file:
            assert vol.upload_from(file, sparse=True, progress=steps.append) == SIZE
        with (tmp_path / "target").open("wb") as file:
            assert vol.download_to(file, sparse=True, progress=back.append) == SIZE
        vol.delete()
    checked(source, tmp_path / "target", steps, back)


def test_async(way: tuple[str, str], source: Path, tmp_path: Path) -> None:
    uri, name = way
    steps: list[int] = []
    back: list[int] = []

    async def work() -> None:
        async with purevirt.aio.open(uri, deadline=20) as conn:
            pool = await conn.storage_pool_lookup_by_name(name)
            vol = await pool.storage_vol_create_xml(VOLUME)
            with source.open("rb") as file:
                assert await vol.upload_from(file, sparse=True, progress=steps.append) == SIZE
            with (tmp_path / "target").open("wb") as file:
                assert await vol.download_to(file, sparse=True, progress=back.append) == SIZE
            await vol.delete()

    asyncio.run(work())
    checked(source, tmp_path / "target", steps, back)


def test_holes_are_seen_or_read_as_zeros(way: tuple[str, str], source: Path) -> None:
    """virStreamRecvFlags stops at a hole, virStreamRecvHole tells its length; plain reading gives zeros."""
    uri, name = way
    with purevirt.open(uri, deadline=20) as conn:
        vol = conn.storage_pool_lookup_by_name(name).storage_vol_create_xml(VOLUME)
        with source.open("rb") as file:
            vol.upload_from(file, sparse=True)
        stream = conn.stream_new()
        vol.download(stream, flags=1)  # VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM
        data, holes = bytearray(), 0
        while True:
            piece = stream.recv_flags(100_000, 1)  # VIR_STREAM_RECV_STOP_AT_HOLE
            if piece == -3:
                length = stream.recv_hole()
                assert length > 0
                data += bytes(length)
                holes += length
            elif piece:
                assert isinstance(piece, bytes)
                data += piece
            else:
                break
        stream.finish()
        assert bytes(data) == source.read_bytes()
        assert holes > 3 << 20
        plain = conn.stream_new()
        vol.download(plain, flags=1)
        data.clear()
        while piece := plain.recv(100_000):
            data += piece
        plain.finish()
        assert bytes(data) == source.read_bytes()
        vol.delete()
