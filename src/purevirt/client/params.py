"""Typed parameters at the client: plain dicts out, dicts or lists of `TypedParam` in.

A value given in a dict gets the C type its name has in libvirt's headers, else the type libvirt-python would guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from purevirt.client.param_types import PARAM_TYPES
from purevirt.types.typed_params import TypedParam, Value, from_dict, to_dict

ParamValue = Value
Params = Mapping[str, Value | list[Value]] | Sequence[TypedParam]


STRINGS_OKAY = 4
"""VIR_TYPED_PARAM_STRING_OKAY: without it a server leaves parameters with string values out."""


def params_dict(params: Iterable[TypedParam]) -> dict[str, ParamValue]:
    return to_dict(params)


def wire_params(params: Params) -> list[TypedParam]:
    """What goes to the wire. Raises ValueError when a value does not fit its parameter's C type."""
    if isinstance(params, Mapping):
        return from_dict(params, PARAM_TYPES)
    return list(params)
