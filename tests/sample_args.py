"""Plausible arguments for any procedure, made from its wire struct: references name objects that exist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from purevirt.protocol import remote, xdr
from purevirt.protocol.rows import Row
from purevirt.types.typed_params import TypedParam

UUID = bytes(range(16))
NUMBERS = {
    **dict.fromkeys(("maxnames", "maxids", "maxuuids", "maxStats"), 16),
    **dict.fromkeys(("maxinfo", "maxTypes"), 4),
    **dict.fromkeys(("maxCells", "need_results"), 1),
}
"""Counts by field name: as many as there may be."""


def sample_args(row: Row, known: Mapping[type, Any], texts: Mapping[str, str]) -> tuple[Any, ...]:
    """Field values of the row's args struct. `known` has a reference per struct; `texts` a value per field name."""
    if row.args is None:
        return ()
    return tuple(_field(row, name, spec, known, texts) for name, spec in row.args.__xdr_fields__.items())


def _field(row: Row, name: str, spec: Any, known: Mapping[type, Any], texts: Mapping[str, str]) -> Any:
    codec = xdr.resolve(spec)
    if name == "uuid" and isinstance(codec, xdr.FixedOpaque):
        kind = {"domain": remote.NonnullDomain, "network": remote.NonnullNetwork, "secret": remote.NonnullSecret}
        ref = known.get(kind.get(row.name.split("_lookup")[0], remote.NonnullStoragePool))
        return ref.uuid if ref is not None else UUID
    if name == "name" and isinstance(codec, xdr.Text):
        return texts.get(f"{row.name}.name", texts.get(f"{row.facet}.name", "x"))
    if name in NUMBERS:
        return NUMBERS[name]
    if isinstance(codec, xdr.Text) and name in ("xml", "xml_desc", "dom_xml"):
        return texts.get(f"{row.facet}.{name}", texts.get(row.facet, "<x/>"))
    return value_of(codec, known)


def value_of(codec: xdr.Codec, known: Mapping[type, Any]) -> Any:
    """The smallest sensible value."""
    if isinstance(codec, xdr.Scalar):
        return 0.0 if codec.code == "d" else max(0, codec.low or 0)
    if isinstance(codec, xdr.CharText | xdr.FixedCharText | xdr.Text):
        return "x"
    if isinstance(codec, xdr.FixedOpaque):
        return UUID[: codec.size]
    if isinstance(codec, xdr.Chars | xdr.Opaque):
        return b"\1"
    if isinstance(codec, xdr.Optional):
        return None
    if isinstance(codec, xdr.Seq | xdr.Params):
        return []
    assert isinstance(codec, xdr.StructCodec)
    if codec.cls in known:
        return known[codec.cls]
    return codec.cls(*(value_of(c, known) for _, c in codec.fields))


def filled(codec: xdr.Codec, depth: int = 0) -> Any:
    """A value with something in every place: lists of one, pointers that point, numbers that are 1."""
    if isinstance(codec, xdr.Scalar):
        return 1.0 if codec.code == "d" else 1
    if isinstance(codec, xdr.CharText | xdr.FixedCharText | xdr.Text):
        return "x"
    if isinstance(codec, xdr.FixedOpaque):
        return UUID[: codec.size]
    if isinstance(codec, xdr.Chars | xdr.Opaque):
        return b"\1"
    if isinstance(codec, xdr.Optional):
        return filled(codec.item, depth + 1) if depth < 8 else None
    if isinstance(codec, xdr.Params):
        return [TypedParam("x", 2, 1)]
    if isinstance(codec, xdr.Seq):
        return [filled(codec.item, depth + 1)]
    assert isinstance(codec, xdr.StructCodec)
    return codec.cls(*(filled(c, depth + 1) for _, c in codec.fields))
