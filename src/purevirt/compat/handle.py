"""What every compatible object has: the client's object in `_o`, the virConnect in `_conn`."""

from __future__ import annotations

from typing import Any

CLASSES: dict[str, type[Any]] = {}
"""The public classes by name; compat/libvirt.py fills it in, the generated methods make their results with it."""


def make(name: str, parent: Any, twin: Any) -> Any:
    """An object of a public class around the client's object."""
    return CLASSES[name](parent, _obj=twin)


def twin_of(argument: Any) -> Any:
    """The client's object of an argument; None and foreign values stay what they are."""
    return getattr(argument, "_o", argument)


class Handle:
    """An object of a connection. `parent` is the virConnect or anything that has one."""

    _conn: Any
    _o: Any

    def __init__(self, conn: Any, _obj: Any = None) -> None:
        self._conn = getattr(conn, "_conn", conn)
        if _obj is None:
            raise TypeError(f"{type(self).__name__} objects come from calls of the connection")
        self._o = _obj

    def __del__(self) -> None:
        self._o = None

    def connect(self) -> Any:
        """The virConnect the object belongs to."""
        return self._conn

    def c_pointer(self) -> int:
        """A number that stands for the object as long as it lives (there is no C object behind it)."""
        return id(self._o)
