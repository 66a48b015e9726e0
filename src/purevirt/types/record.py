"""Named tuples that cost next to nothing to declare: for a client's start, which declares dozens and uses three.

    if TYPE_CHECKING:
        from typing import NamedTuple as Record
    else:
        from purevirt.types.record import Record

    class NodeInfo(Record):
        model: str
        memory: int

Type checkers see `typing.NamedTuple`; at run time it is a tuple with the same names, representation, `_replace`, `_asdict`,
`_fields` and pickling. (`typing.NamedTuple` compiles a constructor for each class: a quarter of a millisecond.) Fields have
no defaults. A module of records postpones its annotations: only the names are read.
"""

from __future__ import annotations

from operator import itemgetter
from typing import Any, ClassVar

from purevirt.types.override import override


class Record(tuple):  # type: ignore[type-arg]
    """Base of the tuples; see the module."""

    __slots__ = ()
    _fields: ClassVar[tuple[str, ...]] = ()

    @override
    def __init_subclass__(cls) -> None:
        cls._fields = tuple(cls.__annotations__)
        setattr(cls, "__match_args__", cls._fields)  # noqa: B010 (checkers want it final)
        for at, name in enumerate(cls._fields):
            setattr(cls, name, property(itemgetter(at)))

    def __new__(cls, *args: Any, **kwargs: Any) -> Record:
        fields = cls._fields
        if kwargs:
            try:
                args += tuple(kwargs.pop(name) for name in fields[len(args) :])
            except KeyError as e:
                raise TypeError(f"{cls.__name__}: missing {e.args[0]}") from None
            if kwargs:
                raise TypeError(f"{cls.__name__}: unexpected {', '.join(kwargs)}")
        if len(args) != len(fields):
            raise TypeError(f"{cls.__name__} takes {len(fields)} fields, {len(args)} were given")
        return tuple.__new__(cls, args)

    @override
    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in zip(self._fields, self, strict=True))})"

    def __getnewargs__(self) -> tuple[Any, ...]:
        return tuple(self)

    def _replace(self, **changes: Any) -> Record:
        """The same with other values in some fields. Raises ValueError for names that are none."""
        values = [changes.pop(name, value) for name, value in zip(self._fields, self, strict=True)]
        if changes:
            raise ValueError(f"Got unexpected field names: {list(changes)!r}")
        return type(self)(*values)

    def _asdict(self) -> dict[str, Any]:
        return dict(zip(self._fields, self, strict=True))
