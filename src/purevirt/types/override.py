"""`@override` for Python 3.11, which lacks typing.override: the type checker sees the real one, the runtime nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import override
else:

    def override(method):
        return method


__all__ = ["override"]
