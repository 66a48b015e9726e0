"""Trees of moments: a guest's snapshots, and its checkpoints. Each has a parent that was current when it was taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from purevirt.drivers.test import errors
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.snapshot import MomentParent


class Moment(Protocol):
    """What snapshots and checkpoints have in common."""

    name: str | None
    parent: MomentParent | None


M = TypeVar("M", bound=Moment)


def parent_of(moment: Moment) -> str | None:
    return moment.parent.name if moment.parent is not None else None


class Moments(Generic[M]):
    """By name; `current` is the one the guest's disks descend from. `noun` is what errors call them."""

    def __init__(self, noun: str, missing: ErrorCode) -> None:
        self.noun = noun
        self._missing = missing
        self._items: dict[str, M] = {}
        self.current: str | None = None

    def __len__(self) -> int:
        return len(self._items)

    def get(self, name: str | None) -> M | None:
        return self._items.get(name) if name is not None else None

    def find(self, name: str) -> M:
        """The moment; the kind's own "not found"."""
        found = self._items.get(name)
        if found is None:
            raise errors.not_found(self._missing, f"no domain {self.noun} with matching name '{name}'")
        return found

    def parent(self, moment: M) -> M:
        found = self.get(parent_of(moment))
        if found is None:
            raise errors.not_found(self._missing, f"{self.noun} '{moment.name}' does not have a parent")
        return found

    # --- the tree ----------------------------------------------------------------------------------------------

    def children(self, name: str | None) -> list[M]:
        """Direct ones, newest first; of None: the roots."""
        return [item for item in reversed(self._items.values()) if parent_of(item) == name]

    def descendants(self, name: str | None) -> Iterator[M]:
        """All below, parents before their children."""
        for child in self.children(name):
            yield child
            yield from self.descendants(child.name)

    def is_leaf(self, moment: M) -> bool:
        return not any(parent_of(item) == moment.name for item in self._items.values())

    # --- changes -----------------------------------------------------------------------------------------------

    def add(self, moment: M) -> None:
        """A new one, child of the current one, which it becomes itself. OPERATION_FAILED when the name is taken."""
        name = moment.name or ""
        if name in self._items:
            raise VirtError(ErrorCode.OPERATION_FAILED, f"domain moment {name} already exists", ErrorDomain.DOMAIN)
        moment.parent = MomentParent(name=self.current) if self.current is not None else None
        self._items[name] = moment
        self.current = name

    def put(self, moment: M) -> None:
        """One that is described by a client, in place of the one of its name."""
        self._items[moment.name or ""] = moment

    def check_parent(self, moment: M) -> None:
        """A described moment's parent must exist and not descend from it."""
        parent, name = parent_of(moment), moment.name
        if parent is None:
            return
        if parent == name:
            raise _bad(f"cannot set moment {name} as its own parent")
        if parent not in self._items:
            raise _bad(f"parent {parent} for moment {name} not found")
        above: str | None = parent
        while above is not None:
            if above == name:
                raise _bad(f"parent {parent} would create cycle to {name}")
            its = self.get(above)
            above = parent_of(its) if its is not None else None

    def delete(self, moment: M, *, children: bool, itself: bool) -> None:
        """Take moments out; who stays behind moves up to the parent of what went."""
        name, parent = moment.name or "", parent_of(moment)
        gone = {item.name or "" for item in self.descendants(name)} if children else set()
        for item in gone:
            del self._items[item]
        if itself:
            for child in self.children(name):
                child.parent = MomentParent(name=parent) if parent is not None else None
            del self._items[name]
            gone.add(name)
        if self.current in gone:
            self.current = parent if itself else name


def _bad(text: str) -> VirtError:
    return VirtError(ErrorCode.INVALID_ARG, text, ErrorDomain.DOMAIN)
