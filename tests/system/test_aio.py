"""The async client against our daemon and the distribution's libvirtd: the same tests over both."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

import purevirt
import purevirt.aio
from purevirt.client.aio_events import EventIterator
from purevirt.types.constants import (
    VIR_DOMAIN_EVENT_DEFINED,
    VIR_DOMAIN_EVENT_STARTED,
    VIR_DOMAIN_EVENT_STOPPED,
    VIR_DOMAIN_EVENT_UNDEFINED,
)
from system.peers import Proxy, libvirtd, purevirtd

PEERS = {"purevirtd": purevirtd, "libvirtd": libvirtd}
LIFECYCLE = 0
XML = "<domain type='test'><name>{}</name><memory>1024</memory><os><type>hvm</type></os></domain>"


@pytest.fixture(scope="module", params=list(PEERS))
def peer(request: pytest.FixtureRequest) -> Iterator[str]:
    """The socket of a daemon that serves the test driver."""
    if request.param == "purevirtd" and os.geteuid() != 0:
        pytest.skip("the system daemon needs root")
    with PEERS[request.param]() as path:
        yield path


def uri(path: str | Path) -> str:
    return f"test+unix:///default?socket={path}"


def go(work: Awaitable[None], seconds: float = 30) -> None:
    async def bounded() -> None:
        await asyncio.wait_for(work, seconds)

    asyncio.run(bounded())


def test_calls_objects_and_errors(peer: str) -> None:
    async def work() -> None:
        async with purevirt.aio.open(uri(peer), deadline=20) as conn:
            assert (await conn.get_type()).upper() == "TEST"
            dom = await conn.domain_lookup_by_name("test")
            assert (dom.name, await dom.is_active()) == ("test", True)
            assert dom == (await conn.list_all_domains())[0]
            with pytest.raises(purevirt.VirtError) as caught:
                await conn.domain_lookup_by_name("nobody")
            assert caught.value.code == 42
        assert not conn.is_alive()
        with pytest.raises(purevirt.VirtError, match="client socket is closed"):
            await conn.get_lib_version()

    go(work())


def test_many_calls_in_flight_and_cancelling_one_disturbs_none(peer: str) -> None:
    async def work() -> None:
        async with purevirt.aio.open(uri(peer)) as conn:
            doms = await asyncio.gather(*(conn.domain_define_xml(XML.format(f"g{i}")) for i in range(40)))
            calls = [asyncio.ensure_future(dom.get_xml_desc()) for dom in doms]
            await asyncio.sleep(0)
            for call in calls[::4]:
                call.cancel()
            texts = await asyncio.gather(*calls, return_exceptions=True)
            for number, text in enumerate(texts):
                if number % 4:
                    assert f"<name>g{number}</name>" in str(text)
                else:
                    assert isinstance(text, asyncio.CancelledError)
            await asyncio.gather(*(dom.undefine() for dom in doms))
            assert [d.name for d in await conn.list_all_domains()] == ["test"]

    go(work())


def test_events_come_in_order_and_a_slow_reader_sees_a_gap(peer: str) -> None:
    async def work() -> None:
        async with purevirt.aio.open(uri(peer)) as conn, conn.events() as all_, conn.events(limit=2) as few:
            dom = await conn.domain_define_xml(XML.format("watched"))
            await dom.create()
            await dom.destroy()
            await dom.undefine()
            kinds = [(await anext(all_)).args[0] for _ in range(4)]
            assert kinds == [
                VIR_DOMAIN_EVENT_DEFINED, VIR_DOMAIN_EVENT_STARTED, VIR_DOMAIN_EVENT_STOPPED, VIR_DOMAIN_EVENT_UNDEFINED,
            ]  # fmt: skip
            late = [await anext(few) for _ in range(3)]
            assert [e.scope for e in late] == ["gap", "domain", "domain"]
            assert [e.args[0] for e in late[1:]] == kinds[2:]
            assert late[2].object == dom

    go(work())


def test_events_of_one_guest_and_of_networks(peer: str) -> None:
    async def work() -> None:
        async with purevirt.aio.open(uri(peer)) as conn:
            test = await conn.domain_lookup_by_name("test")
            net = await conn.network_lookup_by_name("default")
            async with conn.events(of=test) as of_test, conn.events("network") as networks:
                other = await conn.domain_define_xml(XML.format("other"))
                await test.suspend()
                await test.resume()
                await other.undefine()
                await net.destroy()
                await net.create()
                assert [(await anext(of_test)).object.name for _ in range(2)] == ["test", "test"]
                assert [(await anext(networks)).object.name for _ in range(2)] == ["default", "default"]

    go(work())


def test_closing_ends_an_iteration(peer: str) -> None:
    async def work() -> None:
        conn = await purevirt.aio.open(uri(peer))
        events = await conn.events().start()
        asyncio.get_running_loop().call_later(0.01, asyncio.ensure_future, conn.close())
        assert [e async for e in events] == []

    go(work())


def test_a_deadline_that_passes_leaves_the_connection_usable(peer: str, tmp_path: Path) -> None:
    async def work() -> None:
        async with Proxy(peer, f"{tmp_path}/s") as proxy, purevirt.aio.open(uri(f"{tmp_path}/s")) as conn:
            proxy.go.clear()
            with pytest.raises(purevirt.VirtError) as caught:
                await conn.get_lib_version(deadline=0.05)
            assert caught.value.code == 68
            conn.deadline = 0.05
            with pytest.raises(purevirt.VirtError, match="virConnectGetLibVersion"):
                await conn.get_lib_version()
            conn.deadline = 20
            proxy.go.set()
            assert await conn.get_lib_version() >= 9_000_000

    go(work())


def test_opening_has_a_deadline_too(tmp_path: Path) -> None:
    async def work() -> None:
        server = await asyncio.start_unix_server(lambda reader, writer: None, f"{tmp_path}/mute")
        with pytest.raises(purevirt.VirtError) as caught:
            await purevirt.aio.open(uri(f"{tmp_path}/mute"), deadline=0.05)
        assert caught.value.code == 68
        server.close()

    go(work())


def test_a_cut_connection_fails_calls_iterators_and_tells_the_callback(peer: str, tmp_path: Path) -> None:
    async def work() -> None:
        async with Proxy(peer, f"{tmp_path}/s") as proxy:
            conn = await purevirt.aio.open(uri(f"{tmp_path}/s"))
            reasons: list[int] = []
            await conn.register_close_callback(lambda _, reason: reasons.append(reason))
            events = await conn.events().start()
            proxy.go.clear()
            call = asyncio.ensure_future(conn.get_lib_version())
            await asyncio.sleep(0)
            proxy.cut()
            with pytest.raises(purevirt.VirtError, match=r"End of file|recv"):
                await call
            with pytest.raises(purevirt.VirtError, match="client socket is closed"):
                await anext(events)
            assert reasons in ([1], [0])
            assert not conn.is_alive()
            await conn.close()

    go(work())


def test_reconnect_on_request_shows_a_gap_and_events_go_on(peer: str, tmp_path: Path) -> None:
    async def work() -> None:
        async with Proxy(peer, f"{tmp_path}/s") as proxy:
            async with purevirt.aio.open(uri(f"{tmp_path}/s"), reconnect=True, deadline=20) as conn:
                seen: list[str] = []
                await conn.domain_event_register_any(None, LIFECYCLE, lambda event: seen.append(event.scope))
                async with conn.events() as events:
                    for _ in range(2):
                        proxy.cut()
                        assert (await anext(events)).scope == "gap"
                        await _lifecycle(conn, events)
                    assert seen == ["gap", "domain", "domain"] * 2
                proxy.cut()
                versions = await asyncio.gather(*(_retrying(conn.get_lib_version) for _ in range(8)))
                assert len(set(versions)) == 1
            assert proxy.connections == 4, "one new connection for each loss, however many callers wait"

    go(work())


async def _lifecycle(conn: purevirt.aio.Connection, events: EventIterator) -> None:
    dom = await conn.domain_define_xml(XML.format("again"))
    await dom.undefine()
    assert [(await anext(events)).args[0] for _ in range(2)] == [VIR_DOMAIN_EVENT_DEFINED, VIR_DOMAIN_EVENT_UNDEFINED]


async def _retrying(call: Callable[[], Awaitable[int]]) -> int:
    """A call that may be the one in flight when the connection is cut: that one fails, the next one waits."""
    try:
        return await call()
    except purevirt.VirtError:
        return await call()


def test_a_deadline_at_work_never_hangs_the_close(peer: str, tmp_path: Path) -> None:
    async def work() -> None:
        async with Proxy(peer, f"{tmp_path}/s") as proxy:
            conn = await purevirt.aio.open(uri(f"{tmp_path}/s"))
            conn.deadline = 0.1
            proxy.go.clear()
            await conn.close()

    go(work(), 10)


def test_the_admin_interface(peer: str) -> None:
    socket = Path(peer).with_name("libvirt-admin-sock")
    if socket.stat().st_uid != os.geteuid():
        pytest.skip("a session daemon's admin socket serves its own user alone, not root")

    async def work() -> None:
        async with (
            purevirt.aio.open(uri(peer)) as conn,
            purevirt.aio.open_admin(f"libvirtd:///system?socket={socket}", deadline=20) as admin,
        ):
            servers = {server.name: server for server in await admin.list_servers()}
            assert {"libvirtd", "admin"} <= set(servers)
            pool, clients = await asyncio.gather(
                servers["libvirtd"].get_thread_pool_parameters(), servers["libvirtd"].list_clients()
            )
            assert pool["maxWorkers"]
            assert len(clients) == 1
            info = await clients[0].get_info()
            assert not info["readonly"]
            with pytest.raises(purevirt.VirtError):
                await admin.lookup_server("nobody")
            await clients[0].close()
            with pytest.raises(purevirt.VirtError):
                await conn.get_lib_version()

    go(work())


# -- the storage driver of the distribution's session daemon: streams with holes, descriptors ------------------------------


@pytest.fixture(scope="module")
def session() -> Iterator[str]:
    with libvirtd() as path:
        yield path


async def _volume(conn: purevirt.aio.Connection, directory: Path, capacity: int) -> purevirt.aio.StorageVol:
    pool = await conn.storage_pool_create_xml(
        f"<pool type='dir'><name>p{directory.name[-8:]}</name><target><path>{directory}</path></target></pool>", 0
    )
    return await pool.storage_vol_create_xml(
        f"<volume><name>v.img</name><capacity>{capacity}</capacity><allocation>0</allocation>"
        "<target><format type='raw'/></target></volume>", 0
    )  # fmt: skip


def _pool_directory(session: str, name: str) -> Path:
    directory = Path(session).parent / name
    directory.mkdir()
    if os.geteuid() == 0:
        os.chown(directory, 65534, 65534)
    return directory


def test_upload_and_download_with_progress(session: str) -> None:
    data = bytes(range(256)) * 4096 * 3 + b"end"

    async def work() -> None:
        async with purevirt.aio.open(f"qemu+unix:///session?socket={session}") as conn:
            vol = await _volume(conn, _pool_directory(session, "whole"), len(data))
            steps: list[int] = []
            assert await vol.upload_from(io.BytesIO(data), progress=steps.append) == len(data)
            assert steps[-1] == len(data)
            assert len(steps) > 3
            target = io.BytesIO()
            assert await vol.download_to(target) == len(data)
            assert target.getvalue() == data
            stream = conn.stream_new()
            await vol.download(stream)
            async with stream:
                assert b"".join([piece async for piece in stream]) == data

    go(work())


def test_holes_travel_as_holes(session: str, tmp_path: Path) -> None:
    size = 24 << 20
    source = tmp_path / "source"
    with source.open("wb") as file:
        file.write(b"begin")
        file.seek(size - 4)
        file.write(b"last")

    async def work() -> None:
        async with purevirt.aio.open(f"qemu+unix:///session?socket={session}") as conn:
            directory = _pool_directory(session, "sparse")
            vol = await _volume(conn, directory, size)
            with source.open("rb") as file:
                assert await vol.upload_from(file, sparse=True) == size
            copy = tmp_path / "copy"
            with copy.open("wb") as file:
                assert await vol.download_to(file, sparse=True) == size
            assert copy.read_bytes() == source.read_bytes()
            assert copy.stat().st_blocks * 512 < size // 4
            assert (directory / "v.img").stat().st_blocks * 512 < size // 4

    go(work())


def test_calls_go_on_while_a_stream_is_not_read(session: str) -> None:
    """More than the stream's limit waits at the peer; calls are answered, and then the stream goes on."""
    data = os.urandom(12 << 20)

    async def work() -> None:
        async with purevirt.aio.open(f"qemu+unix:///session?socket={session}") as conn:
            vol = await _volume(conn, _pool_directory(session, "slow"), len(data))
            await vol.upload_from(io.BytesIO(data))
            stream = conn.stream_new()
            await vol.download(stream)
            first = await stream.recv(65536, deadline=10)
            for _ in range(20):
                await conn.get_lib_version(deadline=10)
            assert first is not None
            rest = b"".join([piece async for piece in stream])
            assert first + rest == data
            await stream.finish(deadline=10)

    go(work())


def test_a_streams_error_is_raised(session: str) -> None:
    async def work() -> None:
        async with purevirt.aio.open(f"qemu+unix:///session?socket={session}") as conn:
            vol = await _volume(conn, _pool_directory(session, "short"), 1024)
            with pytest.raises(purevirt.VirtError):
                await vol.upload_from(io.BytesIO(bytes(1 << 20)), length=1024)
            assert await conn.get_lib_version() >= 9_000_000

    go(work())


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_cut_in_the_middle_of_a_stream_is_an_error_at_once(session: str, tmp_path: Path, direction: str) -> None:
    class Cutting(io.BytesIO):
        """Cuts the connection after the first megabyte."""

        def cut_after(self, done: int) -> None:
            if done > 1 << 20:
                proxy.cut()

    async def work() -> None:
        nonlocal proxy
        async with Proxy(session, f"{tmp_path}/s") as proxy:
            conn = await purevirt.aio.open(f"qemu+unix:///session?socket={tmp_path}/s")
            vol = await _volume(conn, _pool_directory(session, f"cut-{direction}"), 64 << 20)
            file = Cutting(bytes(64 << 20) if direction == "up" else b"")
            transfer = vol.upload_from if direction == "up" else vol.download_to
            with pytest.raises(purevirt.VirtError):
                await transfer(file, progress=file.cut_after)
            assert not conn.is_alive()
            await conn.close()

    proxy: Proxy
    go(work())


def test_stream_callbacks_run_on_the_loop(session: str) -> None:
    data = os.urandom(1 << 20)

    async def work() -> None:
        async with purevirt.aio.open(f"qemu+unix:///session?socket={session}") as conn:
            vol = await _volume(conn, _pool_directory(session, "watched"), len(data))
            await vol.upload_from(io.BytesIO(data))
            stream = conn.stream_new(1)
            await vol.download(stream)
            got = bytearray()
            over = asyncio.Event()

            def readable(_: object, events: int) -> None:
                assert events == 1
                over.set()

            stream.event_add_callback(1, readable)
            while True:
                over.clear()
                await over.wait()
                piece = await stream.recv(65536)
                if piece == b"":
                    break
                got += piece or b""
            stream.event_remove_callback()
            await stream.finish()
            assert bytes(got) == data

    go(work())


def test_descriptors_are_passed(session: str) -> None:
    async def work() -> None:
        async with purevirt.aio.open(f"qemu+unix:///session?socket={session}") as conn:
            dom = await conn.domain_define_xml(XML.replace("'test'", "'qemu'").format("fds"))
            reader, writer = os.pipe()
            try:
                await dom.fd_associate("group", [reader, writer])
                await dom.undefine()
            finally:
                os.close(reader)
                os.close(writer)

    go(work())
