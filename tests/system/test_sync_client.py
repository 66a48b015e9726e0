"""The sync client against our daemon and the distribution's: events, deadlines, loss and reconnect, streams, threads."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import purevirt
from purevirt.client import Event
from purevirt.types.constants import VIR_STREAM_EVENT_READABLE, VIR_STREAM_NONBLOCK
from system.peers import Proxy, libvirtd, purevirtd

PEERS = {"purevirtd": purevirtd, "libvirtd": libvirtd}
XML = "<domain type='test'><name>{}</name><memory>1024</memory><os><type>hvm</type></os></domain>"


@pytest.fixture(scope="module", params=list(PEERS))
def peer(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "purevirtd" and os.geteuid() != 0:
        pytest.skip("the system daemon needs root")
    with PEERS[request.param]() as path:
        yield path


class Between:
    """The proxy on a loop of its own, so that blocking code can use it."""

    def __init__(self, proxy: Proxy, loop: asyncio.AbstractEventLoop) -> None:
        self.proxy, self._loop = proxy, loop

    def cut(self) -> None:
        done = threading.Event()
        self._loop.call_soon_threadsafe(lambda: (self.proxy.cut(), done.set()))
        assert done.wait(10)

    def stall(self, stalled: bool) -> None:
        self._loop.call_soon_threadsafe(self.proxy.go.clear if stalled else self.proxy.go.set)


@contextlib.contextmanager
def between(peer: str, path: str) -> Iterator[Between]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    proxy = Proxy(peer, path)
    try:
        asyncio.run_coroutine_threadsafe(proxy.__aenter__(), loop).result(10)
        yield Between(proxy, loop)
        asyncio.run_coroutine_threadsafe(proxy.__aexit__(), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def uri(path: str | Path) -> str:
    return f"test+unix:///default?socket={path}"


def test_events_by_callback_and_iteration(peer: str) -> None:
    with purevirt.open(uri(peer), deadline=20) as conn:
        seen: list[Event] = []
        number = conn.domain_event_register_any(None, 0, seen.append)
        same = conn.domain_event_register_any(None, 0, lambda event: None)
        dom = conn.domain_lookup_by_name("test")
        dom.suspend()
        dom.resume()
        while len(seen) < 2:
            assert conn.process_events(10), "no event came"
        assert [(e.object.name, e.args) for e in seen] == [("test", (3, 0)), ("test", (4, 0))]
        conn.domain_event_deregister_any(number)
        conn.domain_event_deregister_any(same)
        dom.suspend()
        dom.resume()
        conn.process_events(0)
        assert len(seen) == 2


def test_a_deadline_leaves_the_connection_usable(peer: str, tmp_path: Path) -> None:
    with between(peer, f"{tmp_path}/s") as path, purevirt.open(uri(f"{tmp_path}/s")) as conn:
        path.stall(True)
        with pytest.raises(purevirt.VirtError) as caught:
            conn.get_lib_version(deadline=0.05)
        assert caught.value.code == 68
        path.stall(False)
        assert conn.get_lib_version(deadline=20) >= 9_000_000


def test_a_loss_is_told_and_reconnect_shows_a_gap(peer: str, tmp_path: Path) -> None:
    with between(peer, f"{tmp_path}/s") as path:
        with purevirt.open(uri(f"{tmp_path}/s"), reconnect=True, deadline=20) as conn:
            seen: list[str] = []
            closed: list[int] = []
            conn.register_close_callback(lambda _, reason: closed.append(reason))
            conn.domain_event_register_any(None, 0, lambda event: seen.append(event.scope))
            path.cut()
            with pytest.raises(purevirt.VirtError):  # the call that finds the connection dead fails
                conn.get_lib_version()
            assert conn.get_lib_version() >= 9_000_000
            dom = conn.domain_define_xml(XML.format("after"))
            dom.undefine()
            while len(seen) < 3:
                assert conn.process_events(10), "no event came"
            assert seen == ["gap", "domain", "domain"]
            assert closed in ([0], [1])
        assert path.proxy.connections == 2


VOLUME = "<volume><name>{}</name><capacity>8388608</capacity></volume>"


@pytest.fixture(scope="module")
def ours() -> Iterator[str]:
    if os.geteuid() != 0:
        pytest.skip("the system daemon needs root")
    with purevirtd() as path:
        yield path


@pytest.fixture(params=["purevirtd", "libvirtd"])
def storing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Between, str, str]]:
    """A way that can be cut to a daemon with volumes (the test driver's, libvirtd's storage driver), the URI, a pool."""
    if request.param == "purevirtd":
        socket = request.getfixturevalue("ours")
        # a make-believe host goes with its last connection: another one stays
        with purevirt.open(uri(socket)), between(socket, f"{tmp_path}/s") as path:
            yield path, uri(f"{tmp_path}/s"), "default-pool"
        return
    socket = request.getfixturevalue("session")
    directory = Path(socket).parent / "cut"
    directory.mkdir(exist_ok=True)
    if os.geteuid() == 0:
        os.chown(directory, 65534, 65534)
    with purevirt.open(f"qemu+unix:///session?socket={socket}", deadline=20) as conn:
        xml = f"<pool type='dir'><name>cut</name><target><path>{directory}</path></target></pool>"
        pool = conn.storage_pool_create_xml(xml)
        with between(socket, f"{tmp_path}/s") as path:
            yield path, f"qemu+unix:///session?socket={tmp_path}/s", "cut"
        pool.destroy()


@pytest.mark.parametrize("direction", ["upload", "download"])
def test_streams_end_with_the_connection_and_new_ones_begin(storing: tuple[Between, str, str], direction: str) -> None:
    """A stream that was under way fails at once, whatever its deadline; the next one has a connection again."""
    path, address, name = storing
    data = os.urandom(8 << 20)
    with purevirt.open(address, reconnect=True, deadline=60) as conn:
        pool = conn.storage_pool_lookup_by_name(name)
        vol = pool.storage_vol_create_xml(VOLUME.format(direction))
        vol.upload_from(io.BytesIO(data))
        stream = conn.stream_new()
        getattr(vol, direction)(stream)
        if direction == "upload":
            stream.send(data[:1000])
        else:
            assert stream.recv(1000)
        path.cut()
        with pytest.raises(purevirt.VirtError) as caught:
            _go_on(stream, direction)
        assert re.search("Broken pipe|End of file|reset by peer|client socket is closed", caught.value.message)
        with pytest.raises(purevirt.VirtError):
            stream.finish()
        got = io.BytesIO()
        vol.upload_from(io.BytesIO(data))
        vol.download_to(got)
        assert got.getvalue() == data
        vol.delete()
    assert path.proxy.connections == 2


def _go_on(stream: purevirt.client.Stream, direction: str) -> None:
    """Until the stream ends."""
    while True:
        if direction == "upload":
            stream.send_all_of(bytes(100_000))
        elif not stream.recv(1 << 20):
            return


def test_calls_for_descriptors_fail_or_have_a_new_connection(peer: str, tmp_path: Path) -> None:
    """The one that meets the loss fails with it; the next one reaches the driver."""
    with between(peer, f"{tmp_path}/s") as path:
        with purevirt.open(uri(f"{tmp_path}/s"), reconnect=True, deadline=20) as conn:
            dom = conn.domain_lookup_by_name("test")
            number = conn.domain_event_register_any(None, 0, lambda event: None)
            path.cut()
            for message in ("End of file|reset by peer|Broken pipe", "virDomainOpenGraphicsFD|graphics"):
                with pytest.raises(purevirt.VirtError, match=message):
                    dom.open_graphics_fd(0)
            path.cut()
            with pytest.raises(purevirt.VirtError):
                conn.get_lib_version()
            conn.domain_event_deregister_any(number)  # nobody has to be asked for that
            assert path.proxy.connections == 2
            assert conn.is_secure()
        assert path.proxy.connections == 3


def test_without_reconnect_it_stays_closed(peer: str, tmp_path: Path) -> None:
    with between(peer, f"{tmp_path}/s") as path:
        conn = purevirt.open(uri(f"{tmp_path}/s"), deadline=20)
        path.cut()
        for _ in range(2):
            with pytest.raises(purevirt.VirtError):
                conn.get_lib_version()
        assert not conn.is_alive()
        conn.close()


def test_threads_share_a_connection(peer: str) -> None:
    wrong: list[str] = []
    with purevirt.open(uri(peer), deadline=30) as conn:

        def work(number: int) -> None:
            dom = conn.domain_define_xml(XML.format(f"t{number}"))
            for _ in range(20):
                if f"<name>t{number}</name>" not in dom.get_xml_desc():
                    wrong.append(dom.name)
            dom.undefine()

        threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert wrong == []
        assert [d.name for d in conn.list_all_domains()] == ["test"]


@pytest.fixture(scope="module")
def session() -> Iterator[str]:
    with libvirtd() as path:
        yield path


def test_a_stream_with_callbacks(session: str) -> None:
    directory = Path(session).parent / "sync"
    directory.mkdir()
    if os.geteuid() == 0:
        os.chown(directory, 65534, 65534)
    data = os.urandom(1 << 20)
    with purevirt.open(f"qemu+unix:///session?socket={session}", deadline=20) as conn:
        pool = conn.storage_pool_create_xml(f"<pool type='dir'><name>s</name><target><path>{directory}</path></target></pool>")
        vol = pool.storage_vol_create_xml(f"<volume><name>v</name><capacity>{len(data)}</capacity></volume>")
        assert vol.upload_from(io.BytesIO(data)) == len(data)
        stream = conn.stream_new(VIR_STREAM_NONBLOCK)
        vol.download(stream)
        got = bytearray()
        over: list[bool] = []

        def readable(st: purevirt.client.Stream, events: int) -> None:
            piece = st.recv(65536)
            if piece == b"":
                st.event_remove_callback()
                over.append(True)
            got.extend(piece or b"")

        stream.event_add_callback(VIR_STREAM_EVENT_READABLE, readable)
        while not over:
            conn.process_events(10)
        stream.finish()
        assert bytes(got) == data
        vol.delete()
        pool.destroy()
