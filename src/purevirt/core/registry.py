"""The objects of a driver by UUID, name and id; iteration order is the order of arrival."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class Named(Protocol):
    """What the registry indexes. `id` is -1 while inactive."""

    name: str
    uuid: bytes
    id: int


T = TypeVar("T", bound=Named)


class Registry(Generic[T]):
    """Three indices over one set. Reading never waits; changes happen under the object's job."""

    def __init__(self) -> None:
        self._by_uuid: dict[bytes, T] = {}
        self._by_name: dict[str, T] = {}
        self._by_id: dict[int, T] = {}

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._by_uuid.values()))

    def __len__(self) -> int:
        return len(self._by_uuid)

    def by_uuid(self, uuid: bytes) -> T | None:
        return self._by_uuid.get(uuid)

    def by_name(self, name: str) -> T | None:
        return self._by_name.get(name)

    def by_id(self, number: int) -> T | None:
        return self._by_id.get(number)

    def active(self) -> list[T]:
        """Objects with an id, by id."""
        return [self._by_id[number] for number in sorted(self._by_id)]

    def add(self, item: T) -> None:
        """Both keys must be free: the caller has checked, with the compatible error."""
        if item.uuid in self._by_uuid or item.name in self._by_name:
            raise KeyError(item.name)
        self._by_uuid[item.uuid] = item
        self._by_name[item.name] = item
        if item.id >= 0:
            self._by_id[item.id] = item

    def remove(self, item: T) -> None:
        """Forget the object; removing what is not there is no error."""
        if self._by_uuid.get(item.uuid) is item:
            del self._by_uuid[item.uuid]
        if self._by_name.get(item.name) is item:
            del self._by_name[item.name]
        if self._by_id.get(item.id) is item:
            del self._by_id[item.id]

    def set_id(self, item: T, number: int) -> None:
        """Give the object an id, or take it away with -1."""
        if self._by_id.get(item.id) is item:
            del self._by_id[item.id]
        item.id = number
        if number >= 0:
            self._by_id[number] = item

    def rename(self, item: T, name: str) -> None:
        """The new name must be free."""
        if name in self._by_name:
            raise KeyError(name)
        del self._by_name[item.name]
        item.name = name
        self._by_name[name] = item
