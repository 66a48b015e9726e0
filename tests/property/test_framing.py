"""Messages are the same however their bytes arrive: fed whole, in pieces, or received into the framer's own places."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from purevirt.protocol.header import MessageType
from purevirt.rpc.framing import Framer, Message, pack

SIZES = st.one_of(st.integers(0, 40), st.integers(16_380, 16_400), st.just(70_000))


def shape(messages: list[Message]) -> list[tuple[int, bytes]]:
    return [(m.serial, bytes(m.payload)) for m in messages]


@given(sizes=st.lists(SIZES, max_size=8), cuts=st.lists(st.integers(1, 30_000), min_size=1, max_size=8), placed=st.booleans())
def test_any_way_of_arriving_gives_the_same_messages(sizes: list[int], cuts: list[int], placed: bool) -> None:
    sent = [(serial, bytes([serial + 1]) * size) for serial, size in enumerate(sizes)]
    wire = b"".join(pack(1, 1, 1, int(MessageType.STREAM), serial, 0, payload) for serial, payload in sent)
    framer, got, at, turn = Framer(), [], 0, 0
    while at < len(wire):
        space = framer.space() if placed else None
        count = min(cuts[turn % len(cuts)], len(wire) - at)
        turn += 1
        if space is None:
            got += shape(framer.feed(wire[at : at + count]))
        else:
            count = min(count, len(space))
            space[:count] = wire[at : at + count]
            got += shape(framer.filled(count))
        at += count
    assert got == sent
    assert framer.buffered == 0


def test_large_messages_in_a_row_are_received_into_place() -> None:
    """After the first, only headers are read elsewhere: no payload is copied."""
    packet = pack(1, 1, 1, int(MessageType.STREAM), 7, 0, bytes(100_000))
    framer = Framer()
    assert framer.space() is None
    assert framer.feed(packet[:50_000]) == []
    spaces = []
    for wire in (packet[50_000:], packet, packet):
        while wire:
            space = framer.space()
            assert space is not None
            spaces.append(len(space))
            space[:] = wire[: len(space)]
            framer.filled(len(space))
            wire = wire[len(space) :]
    assert spaces == [50_028, 28, 100_000, 28, 100_000]


def test_small_messages_between_large_ones_do_not_cost_a_copy() -> None:
    """libvirtd's rhythm: a full packet, one of 24 bytes. After some small ones in a row whatever comes is read again."""
    large, small, empty = (pack(1, 1, 1, int(MessageType.STREAM), 7, 0, bytes(size)) for size in (20_000, 24, 0))
    framer = Framer()
    framer.space()
    framer.feed(large[:-1])
    spaces, got = [], []
    wire = large[-1:] + (small + large) * 3 + empty + small + small
    while (space := framer.space()) is not None:
        spaces.append(len(space))
        space[:] = wire[: len(space)]
        got += [len(m.payload) for m in framer.filled(len(space))]
        wire = wire[len(space) :]
    assert spaces == [1, *[28, 24, 28, 20_000] * 3, 28, 28, 24, 28, 24]
    assert got == [20_000, *[24, 20_000] * 3, 0, 24, 24]
    assert wire == b""
    assert [len(m.payload) for m in framer.feed(small + small)] == [24, 24]
