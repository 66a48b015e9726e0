"""Named objects of one kind, in the order of arrival: every kind that the host has sits in such an index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class Named(Protocol):
    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


class Index(Generic[T]):
    """By name; UUIDs are looked through, a make-believe host has few objects."""

    def __init__(self) -> None:
        self._items: dict[str, T] = {}

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._items.values()))

    def __len__(self) -> int:
        return len(self._items)

    def get(self, name: str) -> T | None:
        return self._items.get(name)

    def by_uuid(self, uuid: bytes) -> T | None:
        return next((item for item in self if getattr(item, "uuid", None) == uuid), None)

    def add(self, item: T) -> None:
        self._items[item.name] = item

    def remove(self, item: T) -> None:
        self._items.pop(item.name, None)

    def rename(self, item: T, before: str) -> None:
        """The item has its new name already."""
        del self._items[before]
        self._items[item.name] = item
