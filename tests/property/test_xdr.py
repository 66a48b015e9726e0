"""decode∘encode is the identity for every struct, interpreted and specialised; damaged bytes raise XdrError only."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from purevirt.protocol import admin, header, lxc, qemu, remote, xdr
from purevirt.protocol.xdr_compile import compile_reader, compile_writer
from purevirt.types.typed_params import TypedParam

STRUCTS = sorted(
    {v for m in (header, remote, qemu, lxc, admin) for v in vars(m).values() if isinstance(v, xdr.StructMeta)}
    - {xdr.Struct},
    key=lambda c: (c.__module__, c.__name__),
)
BOUNDS = {"i": 31, "q": 63, "I": 32, "Q": 64}
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=9)


def params() -> st.SearchStrategy[TypedParam]:
    value = st.one_of(
        st.tuples(st.just(1), st.integers(-(2**31), 2**31 - 1)),
        st.tuples(st.just(2), st.integers(0, 2**32 - 1)),
        st.tuples(st.just(3), st.integers(-(2**63), 2**63 - 1)),
        st.tuples(st.just(4), st.integers(0, 2**64 - 1)),
        st.tuples(st.just(5), st.floats(allow_nan=False)),
        st.tuples(st.just(6), st.booleans()),
        st.tuples(st.just(7), TEXTS),
    )
    return st.builds(lambda name, tv: TypedParam(name, *tv), TEXTS, value)


def values(codec: xdr.Codec) -> st.SearchStrategy[Any]:
    if isinstance(codec, xdr.Scalar):
        if codec.code == "d":
            return st.floats(allow_nan=False)
        bits = BOUNDS[codec.code]
        low = -(1 << bits) if codec.code in "iq" else 0
        return st.integers(codec.low if codec.low is not None else low, codec.high or (1 << bits) - 1)
    if isinstance(codec, xdr.CharText | xdr.FixedCharText):
        return TEXTS.filter(lambda t: len(t.encode()) < 30)
    if isinstance(codec, xdr.Chars | xdr.Opaque):
        return st.binary(max_size=min(codec.limit, 9))
    if isinstance(codec, xdr.Text):
        return TEXTS
    if isinstance(codec, xdr.FixedOpaque):
        return st.binary(min_size=codec.size, max_size=codec.size)
    if isinstance(codec, xdr.Optional):
        return st.none() | values(codec.item)
    if isinstance(codec, xdr.Seq):
        return st.lists(values(codec.item), max_size=3)
    if isinstance(codec, xdr.Params):
        return st.lists(params(), max_size=4)
    assert isinstance(codec, xdr.StructCodec)
    return st.tuples(*(values(c) for _, c in codec.fields)).map(lambda fields: codec.cls(*fields))


@pytest.mark.parametrize("cls", STRUCTS, ids=lambda c: f"{c.__module__.rpartition('.')[2]}.{c.__name__}")
def test_round_trip(cls: type[xdr.Struct]) -> None:
    codec = xdr.codec_of(cls)
    reader, writer = compile_reader(codec), compile_writer(codec)
    interpreted = xdr.StructCodec(cls)

    @settings(max_examples=3, deadline=None, database=None)
    @given(values(codec), st.data())
    def check(value: Any, data: st.DataObject) -> None:
        out, fast = bytearray(), bytearray()
        interpreted.write(value, out)
        writer(value, fast)
        assert out == fast
        assert len(out) % 4 == 0
        assert len(out) >= codec.min_size
        assert interpreted.read(bytes(out), 0) == (value, len(out))
        assert reader(bytes(out), 0) == (value, len(out))
        assert reader(memoryview(out), 0) == (value, len(out))
        if out:
            cut = data.draw(st.integers(0, len(out) - 1))
            with pytest.raises(xdr.XdrError):
                xdr.decode(cls, bytes(out[:cut]))
            spot = data.draw(st.integers(0, len(out) - 1))
            out[spot] ^= 1 << data.draw(st.integers(0, 7))
            with contextlib.suppress(xdr.XdrError):
                xdr.decode(cls, bytes(out))

    check()
