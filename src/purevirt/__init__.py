"""purevirt: libvirt in Python. `purevirt.open` is the sync client, `purevirt.aio.open` the async one.

Importing this module costs nothing; what a name needs is loaded when it is used.
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers know the name; `typing` itself would cost more than all of this
if TYPE_CHECKING:
    from purevirt.client import open, open_admin, open_auth, open_read_only
    from purevirt.errors import VirtError

__version__ = "0.1.0"
__all__ = ["VirtError", "__version__", "open", "open_admin", "open_auth", "open_read_only"]


def __getattr__(name: str) -> object:
    if name == "VirtError":
        from purevirt.errors import VirtError

        return VirtError
    if name in __all__:
        from purevirt.client import opening

        return getattr(opening, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
