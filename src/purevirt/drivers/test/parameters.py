"""Typed parameters that clients send: only known names of the right types are taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from purevirt.errors import ErrorCode, VirtError
from purevirt.types.typed_params import TYPE_NAMES, TypedParam


def check_types(params: Iterable[TypedParam], types: Mapping[str, int]) -> None:
    """ARGUMENT_UNSUPPORTED for a name that is not taken, INVALID_ARG for a wrong type or one said twice."""
    seen: set[str] = set()
    for param in params:
        if param.field not in types:
            raise VirtError(ErrorCode.ARGUMENT_UNSUPPORTED, f"parameter '{param.field}' not supported")
        if param.type != types[param.field]:
            text = (
                f"invalid type '{TYPE_NAMES[param.type]}' for parameter '{param.field}', "
                f"expected '{TYPE_NAMES[types[param.field]]}'"
            )
            raise VirtError(ErrorCode.INVALID_ARG, text)
        if param.field in seen:
            raise VirtError(ErrorCode.INVALID_ARG, f"parameter '{param.field}' occurs multiple times")
        seen.add(param.field)
