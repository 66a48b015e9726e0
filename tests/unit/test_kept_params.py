"""Typed parameters whose encoding is kept: the same bytes and values as those that are encoded each time."""

from __future__ import annotations

from purevirt.protocol import remote as p
from purevirt.protocol.xdr import decode, encode
from purevirt.types.typed_params import KeptParams, ParamList


def test_kept_parameters_are_written_as_any_others() -> None:
    plain = ParamList().int("state.state", 5).string("block.0.name", "vdä").ullong("balloon.maximum", 1 << 63)
    kept = KeptParams(plain)
    guest = p.NonnullDomain("a", bytes(16), -1)
    wanted = encode(p.DomainStatsRecord(guest, plain))
    for _ in range(2):
        assert encode(p.DomainStatsRecord(guest, kept)) == wanted
    assert kept.encoded is not None
    assert kept == plain
    assert decode(p.DomainStatsRecord, wanted).params == list(plain)
