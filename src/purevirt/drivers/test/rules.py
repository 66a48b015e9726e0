"""Faults, delays and events as data: what shall happen when a call comes, by call and object.

A call matches by its procedure's name ("domain_create*"), or its C function's ("virDomainCreate*"); an object by its name.
`after` matching calls pass first, then `times` calls are met (all, where nothing is said).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from purevirt.drivers.test import errors
from purevirt.drivers.test.event_kinds import KINDS, Words
from purevirt.errors import ErrorCode, VirtError
from purevirt.protocol import remote as p

if TYPE_CHECKING:
    from collections.abc import Mapping

    from purevirt.drivers.test.host import TestHost

_NAME = re.compile(r"<name>([^<]*)</name>")
_MOST_S = 3600.0
_MOST_REAL_S = 60.0
"""A daemon serves others too, and has only so many calls in progress."""


@dataclass(slots=True)
class Rule:
    """One rule: a fault if `error` is set, an event if `kind` is, a delay if `seconds` is."""

    call: str
    object: str = "*"
    after: int = 0
    times: int | None = None
    error: int | None = None
    message: str | None = None
    seconds: float = 0.0
    kind: str | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    met: int = 0

    def meets(self, names: tuple[str, str], name: str) -> bool:
        """Whether this call is one; counts it."""
        if not any(fnmatchcase(known, self.call) for known in names) or not fnmatchcase(name, self.object):
            return False
        self.met += 1
        past = self.met - self.after
        return past > 0 and (self.times is None or past <= self.times)


def make_rule(what: str, given: Mapping[str, str]) -> Rule:
    """A rule of words as a description or a URI has them. Raises INVALID_ARG with what is wrong."""
    words = dict(given)
    try:
        rule = Rule(words.pop("call", "*"), words.pop("object", "*"), int(words.pop("after", "0")))
        rule.times = int(words.pop("times")) if "times" in words else None
        if what == "fault":
            rule.error = _code(words.pop("error", "OPERATION_FAILED"))
            rule.message = words.pop("message", None)
        elif what == "delay":
            rule.seconds = float(words.pop("seconds", "0"))
            if not 0 <= rule.seconds <= _MOST_S:
                raise ValueError(f"{rule.seconds} seconds")
        else:
            rule.kind = words.pop("kind", "lifecycle")
            KINDS[rule.kind][1](p.NonnullDomain("", bytes(16), -1), Words(words))
            rule.words, words = words, {}
    except (ValueError, KeyError) as error:
        raise errors.bad_argument(f"{what} rule is not understood: {error}") from None
    if words:
        raise errors.bad_argument(f"{what} rule has no '{next(iter(words))}'")
    return rule


def _code(text: str) -> int:
    if text.isdecimal():
        return int(ErrorCode(int(text)))
    return int(ErrorCode[text.upper().replace("-", "_")])


def object_name(args: tuple[Any, ...]) -> str:
    """The name of what a call is about, as far as its first argument tells."""
    its = args[0] if args else ""
    for part in ("dom", "net"):
        its = getattr(its, part, its)
    if isinstance(its, str):
        found = _NAME.search(its) if its.lstrip().startswith("<") else None
        return found.group(1) if found is not None else its
    name = getattr(its, "name", None) or getattr(its, "portdev", None) or getattr(its, "usageID", None)
    return name if isinstance(name, str) else ""


def _names(procedure: str) -> tuple[str, str]:
    row = p.PROGRAM.by_name.get(procedure)
    return procedure, (row.function if row is not None else None) or procedure


async def before_call(host: TestHost, procedure: str, args: tuple[Any, ...]) -> list[Rule]:
    """Wait and fail as the rules say; the events that shall follow a call that goes well."""
    names, name = _names(procedure), object_name(args)
    following = []
    for rule in host.rules:
        if not rule.meets(names, name):
            continue
        if rule.seconds:
            await host.clock.delay(rule.seconds if host.clock.virtual else min(rule.seconds, _MOST_REAL_S))
        if rule.error is not None:
            raise VirtError(rule.error, rule.message or f"fault of {procedure} by rule", errors.FROM)
        if rule.kind is not None:
            following.append(rule)
    return following


def emit_events(host: TestHost, rules: list[Rule], args: tuple[Any, ...]) -> None:
    """Let happen what follows a call: to the guest it was about."""
    guest = host.guests.get(object_name(args))
    for rule in rules if guest is not None else ():
        number, make = KINDS[rule.kind or ""]
        assert guest is not None
        host.emit(guest, number, make(guest.ref, Words(rule.words)))
