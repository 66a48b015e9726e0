"""Records are named tuples in all that programs use of them."""

from __future__ import annotations

import pickle
from typing import NamedTuple

import pytest

from purevirt.client.records import Event, NodeInfo
from purevirt.client.results import DomainInfo


class Theirs(NamedTuple):
    scope: str
    event_id: int
    object: object
    args: tuple[int, ...]


VALUES = ("domain", 3, None, (1, 2))


def test_as_typing_has_them() -> None:
    ours, theirs = Event(*VALUES), Theirs(*VALUES)
    assert ours == theirs == VALUES
    assert repr(ours) == repr(theirs).replace("Theirs", "Event")
    assert (ours._fields, ours._asdict(), hash(ours)) == (theirs._fields, theirs._asdict(), hash(theirs))
    assert (ours.scope, ours[1], ours.args) == ("domain", 3, (1, 2))
    assert Event(*VALUES[:2], args=(1, 2), object=None) == ours
    assert ours._replace(event_id=4) == ("domain", 4, None, (1, 2))
    assert type(ours._replace()) is Event
    assert pickle.loads(pickle.dumps(ours)) == ours  # noqa: S301
    match ours:
        case Event(scope, number):
            assert (scope, number) == ("domain", 3)


def test_misuse() -> None:
    with pytest.raises(TypeError, match="Event takes 4 fields, 1 were given"):
        Event("x")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="Event: missing args"):
        Event("x", 1, object=2)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="Event: unexpected other"):
        Event(*VALUES, other=1)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="unexpected field names"):
        Event(*VALUES)._replace(other=1)  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        Event(*VALUES).scope = "y"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        NodeInfo._fields[0].new = 1  # type: ignore[attr-defined]
    assert DomainInfo._fields == ("state", "max_mem", "memory", "nr_virt_cpu", "cpu_time")
