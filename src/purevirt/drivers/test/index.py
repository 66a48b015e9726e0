"""Named objects of one kind, in the order of arrival: every kind that the host has sits in such an index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class Named(Protocol):
    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


class Index(Generic[T]):
    """By name and, where they have one, by UUID."""

    def __init__(self) -> None:
        self._items: dict[str, T] = {}
        self._by_uuid: dict[bytes, T] = {}

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._items.values()))

    def __len__(self) -> int:
        return len(self._items)

    def get(self, name: str) -> T | None:
        return self._items.get(name)

    def by_uuid(self, uuid: bytes) -> T | None:
        return self._by_uuid.get(uuid)

    def add(self, item: T) -> None:
        before = self._items.get(item.name)
        if before is not None:
            self._by_uuid.pop(getattr(before, "uuid", b""), None)
        self._items[item.name] = item
        uuid = getattr(item, "uuid", None)
        if uuid is not None:
            self._by_uuid[uuid] = item

    def remove(self, item: T) -> None:
        self._items.pop(item.name, None)
        self._by_uuid.pop(getattr(item, "uuid", b""), None)

    def rename(self, item: T, before: str) -> None:
        """The item has its new name already."""
        del self._items[before]
        self._items[item.name] = item
