"""D-Bus marshalling: what is written is read back, known bytes, and damaged bytes raise DBusError only."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purevirt.rpc.dbus_wire import CALL, DBusError, Message, Variant, decode, encode, size_of, split

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
BASIC = {
    "y": st.integers(0, 255),
    "q": st.integers(0, 2**16 - 1),
    "i": st.integers(-(2**31), 2**31 - 1),
    "u": st.integers(0, 2**32 - 1),
    "x": st.integers(-(2**63), 2**63 - 1),
    "t": st.integers(0, 2**64 - 1),
    "d": st.floats(allow_nan=False),
    "b": st.booleans(),
    "s": TEXT,
}


def typed(depth: int = 2) -> st.SearchStrategy[tuple[str, Any]]:
    """A signature of one complete type, with a value of it."""
    basic = st.sampled_from(sorted(BASIC)).flatmap(lambda k: BASIC[k].map(lambda v: (k, v)))
    if depth == 0:
        return basic
    inner = typed(depth - 1)
    struct = st.lists(inner, min_size=1, max_size=3).map(
        lambda pairs: ("(" + "".join(k for k, _ in pairs) + ")", tuple(v for _, v in pairs))
    )
    variant = inner.map(lambda pair: ("v", Variant(*pair)))
    array = inner.filter(lambda pair: pair[0] != "y").map(lambda pair: ("a" + pair[0], [pair[1], pair[1]]))
    raw = st.binary(max_size=9).map(lambda v: ("ay", v))
    mapping = st.tuples(TEXT, inner).map(lambda item: ("a{s" + item[1][0] + "}", {item[0]: item[1][1]}))
    return st.one_of(basic, struct, variant, array, raw, mapping)


@given(st.lists(typed(), max_size=4))
def test_what_is_written_is_read_back(pairs: list[tuple[str, Any]]) -> None:
    signature = "".join(kind for kind, _ in pairs)
    body = tuple(value for _, value in pairs)
    data = encode(Message(CALL, 7, {"path": "/a", "member": "M"}, body), signature)
    assert size_of(data[:16]) == len(data)
    message = decode(data)
    assert (message.serial, message.fields["member"], message.body) == (7, "M", body)
    assert split(signature) == [kind for kind, _ in pairs]


def test_known_bytes() -> None:
    """The specification's example of an array of one string, behind a byte."""
    data = encode(Message(CALL, 1, {}, (1, ["foo"])), "yas")
    assert data.endswith(bytes.fromhex("01000000 08000000 03000000 666f6f00"))


@given(st.lists(typed(), max_size=3), st.data())
def test_damaged_bytes_raise_one_error(pairs: list[tuple[str, Any]], data: st.DataObject) -> None:
    whole = bytearray(encode(Message(CALL, 1, {"path": "/a"}, tuple(v for _, v in pairs)), "".join(k for k, _ in pairs)))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    try:
        size_of(bytes(whole[:16]))
        decode(bytes(whole))
    except DBusError:
        pass


@pytest.mark.parametrize("signature", ["a", "(s", "a{s", "z", "(s}", "a" * 60 + "s"])
def test_wrong_signatures(signature: str) -> None:
    with pytest.raises(DBusError):
        split(signature)


@pytest.mark.parametrize(("signature", "value"), [("u", -1), ("u", "x"), ("s", 1), ("as", 5), ("(su)", ("x",)), ("y", 256)])
def test_values_that_do_not_fit(signature: str, value: Any) -> None:
    with pytest.raises(DBusError):
        encode(Message(CALL, 1, {}, (value,)), signature)
