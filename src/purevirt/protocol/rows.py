"""Protocol rows: what is known of a procedure, in one place, for codec, client, dispatch, access control and docs."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from purevirt.protocol.xdr import Struct
from purevirt.types.override import override

StreamDirection = Literal["read", "write"]
"""Seen from the client: a read stream brings data from the server. Both kinds of console traffic use "read"."""


class When:
    """A condition on one argument: `set` any of the mask's bits, `none` of them, or `equal` to the value."""

    __slots__ = ("field", "test", "value")

    def __init__(self, field: str, test: Literal["set", "none", "equal"], value: int) -> None:
        self.field = field
        self.test = test
        self.value = value

    def holds(self, args: Any) -> bool:
        """Whether the args struct meets the condition."""
        given: int = getattr(args, self.field)
        if self.test == "equal":
            return given == self.value
        return bool(given & self.value) == (self.test == "set")

    @override
    def __repr__(self) -> str:
        return f"When({self.field!r}, {self.test!r}, {self.value})"


class Acl:
    """A permission that a call needs: object kind, permission, and when."""

    __slots__ = ("object", "permission", "when")

    def __init__(self, object: str, permission: str, when: When | None = None) -> None:
        self.object = object
        self.permission = permission
        self.when = when

    @override
    def __repr__(self) -> str:
        return f"Acl({self.object}:{self.permission}, {self.when})"


class Row:
    """One procedure. Its name is its constant's name in lower case; `function` is the public C function it carries out,
    which error texts name.

    `readonly`: True = allowed on a read-only connection, False = denied, a `When` = denied if it holds, None = the
    program has no such rule. `stream`/`stream_at`: the direction and the stream's place in the API's argument list.
    `acl_filter`: what a list's or an event's objects must additionally be allowed. `auth`: may be called only when
    authenticated. `facet`: the sub-driver that serves it. `errors`: the VIR_FROM_* domain of the function's own
    errors. `event` rows carry their payload in `args`.

    Structs may be given by name: they are looked up when `args` or `ret` is first read.
    """

    args: type[Struct] | None
    ret: type[Struct] | None

    __slots__ = (
        "_named",
        "_struct_named",
        "acl",
        "acl_filter",
        "args",
        "auth",
        "errors",
        "event",
        "facet",
        "function",
        "high_priority",
        "name",
        "number",
        "program",
        "readonly",
        "ret",
        "sparse_flag",
        "stream",
        "stream_at",
        "version",
    )

    def __init__(
        self,
        number: int,
        function: str,
        args: type[Struct] | str | None,
        ret: type[Struct] | str | None,
        acl: tuple[Acl, ...],
        acl_filter: tuple[Acl, ...],
        high_priority: bool,
        readonly: bool | When | None,
        stream: StreamDirection | None,
        stream_at: int,
        sparse_flag: int,
        auth: bool,
        facet: str,
        errors: int,
        event: bool,
    ) -> None:
        self.number = number
        self.function = function
        self._named = (args, ret)
        self.acl = acl
        self.acl_filter = acl_filter
        self.high_priority = high_priority
        self.readonly = readonly
        self.stream = stream
        self.stream_at = stream_at
        self.sparse_flag = sparse_flag
        self.auth = auth
        self.facet = facet
        self.errors = errors
        self.event = event
        self.name = ""
        self.program = 0
        self.version = 0
        self._struct_named: Callable[[str], type[Struct]] | None = None

    def __getattr__(self, name: str) -> type[Struct] | None:
        """`args` and `ret`, the first time."""
        if name not in ("args", "ret"):
            raise AttributeError(name)
        self.args, self.ret = map(self._struct, self._named)
        return self.args if name == "args" else self.ret

    def _struct(self, given: type[Struct] | str | None) -> type[Struct] | None:
        if not isinstance(given, str):
            return given
        assert self._struct_named is not None
        return self._struct_named(given)

    @override
    def __repr__(self) -> str:
        return f"<row {self.number} {self.name}>"


def acl(*entries: str | Acl) -> tuple[Acl, ...]:
    """Permissions from "object:permission" texts and conditional entries."""
    return tuple(e if isinstance(e, Acl) else _plain(e) for e in entries)


def _plain(entry: str) -> Acl:
    kind, permission = entry.split(":")
    return Acl(kind, permission)


def when(entry: str, field: str, test: Literal["set", "none", "equal"], value: int) -> Acl:
    """A permission needed only under a condition."""
    kind, permission = entry.split(":")
    return Acl(kind, permission, When(field, test, value))


_SIMPLE: dict[str, tuple[Acl, ...]] = {}


def call(
    number: int,
    function: str,
    args: type[Struct] | str | None = None,
    ret: type[Struct] | str | None = None,
    *,
    acl: str | tuple[Acl, ...] = (),
    filter: str = "",
    high: bool = False,
    readonly: bool | When | None = False,
    stream: StreamDirection | None = None,
    stream_at: int = 0,
    sparse_flag: int = 0,
    auth: bool = True,
    facet: str = "",
    errors: int = 0,
) -> Row:
    """A procedure that a client calls."""
    needed = acl if isinstance(acl, tuple) else _simple(acl)
    return Row(
        number,
        function,
        args,
        ret,
        needed,
        _simple(filter) if filter else (),
        high,
        readonly,
        stream,
        stream_at,
        sparse_flag,
        auth,
        facet,
        errors,
        False,
    )


def event(number: int, message: type[Struct] | str | None = None) -> Row:
    """A message that the server sends on its own."""
    return Row(number, "", message, None, (), (), False, None, None, 0, 0, True, "", 0, True)


def _simple(entry: str) -> tuple[Acl, ...]:
    found = _SIMPLE.get(entry)
    if found is None:
        found = _SIMPLE[entry] = acl(*entry.split())
    return found


class Program:
    """A numbered set of rows; `rows` by procedure number, `by_name` by procedure name. `struct_named` finds the structs
    that rows name."""

    def __init__(
        self,
        name: str,
        number: int,
        version: int,
        namespace: Mapping[str, object],
        struct_named: Callable[[str], type[Struct]] | None = None,
    ) -> None:
        self.name = name
        self.number = number
        self.version = version
        self.rows: dict[int, Row] = {}
        self.by_name: dict[str, Row] = {}
        for constant, row in namespace.items():
            if isinstance(row, Row):
                row.name = constant.lower()
                row.program = number
                row.version = version
                row._struct_named = struct_named
                self.rows[row.number] = row
                self.by_name[row.name] = row

    @property
    def calls(self) -> Iterable[Row]:
        return (row for row in self.rows.values() if not row.event)

    def method_name(self, row: Row) -> str:
        """The driver method's name: bare for the remote program, with the program's name before it for others."""
        return row.name if self.name == "remote" else f"{self.name}_{row.name}"
