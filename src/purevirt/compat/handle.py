"""What every compatible object has: the client's object in `_o`, the virConnect in `_conn`; and how long a connection lives.

A closed virConnect stays connected as long as one of its objects or callbacks is alive, as C's reference counts have it.
"""

from __future__ import annotations

import threading
from typing import Any

from purevirt.errors import ErrorCode, ErrorDomain, VirtError

CLASSES: dict[str, type[Any]] = {}
"""The public classes by name; compat/libvirt.py fills it in, the generated methods make their results with it."""


def make(name: str, parent: Any, twin: Any) -> Any:
    """An object of a public class around the client's object."""
    return CLASSES[name](parent, _obj=twin)


def twin_of(argument: Any) -> Any:
    """The client's object of an argument; None and foreign values stay what they are."""
    return getattr(argument, "_o", argument)


def needed(argument: Any, code: ErrorCode, domain: ErrorDomain, function: str) -> Any:
    """As `twin_of`, where None is an error of the library."""
    if argument is None:
        raise VirtError(code, function, domain)
    return twin_of(argument)


class ClosedHandle(Exception):
    """A call on a virConnect that was closed; `raising.failing` makes the compatible error of it."""


class _Closed:
    """Stands for the client's connection in a closed virConnect."""

    def __getattr__(self, name: str) -> Any:
        raise ClosedHandle


CLOSED: Any = _Closed()


class Session:
    """The client's connection and how many objects use it."""

    def __init__(self, twin: Any) -> None:
        self._twin = twin
        self._users = 0
        self._closing = False
        self._lock = threading.RLock()  # a finalizer may run inside of any of these

    def hold(self) -> None:
        with self._lock:
            self._users += 1

    def drop(self) -> None:
        with self._lock:
            self._users -= 1
            last = self._closing and self._users == 0
        if last:
            self._twin.close()

    def close(self) -> int:
        """1 where objects still hold it open, else 0."""
        with self._lock:
            self._closing = True
            if self._users > 0:
                return 1
        self._twin.close()
        return 0


class Handle:
    """An object of a connection. `parent` is the virConnect or anything that has one."""

    _conn: Any
    _o: Any
    _session: Session | None = None

    def __init__(self, conn: Any, _obj: Any = None) -> None:
        self._conn = getattr(conn, "_conn", conn)
        if _obj is None:
            raise TypeError(f"{type(self).__name__} objects come from calls of the connection")
        self._o = _obj
        self._session = self._conn._session
        self._session.hold()

    def __del__(self) -> None:
        session, self._session = self._session, None
        self._o = None
        if session is not None:
            session.drop()

    def connect(self) -> Any:
        """The virConnect the object belongs to."""
        return self._conn

    def c_pointer(self) -> int:
        """A number that stands for the object as long as it lives (there is no C object behind it)."""
        return id(self._o)
