"""What a URI's parameters and a description's own section ask of a host: clock, jobs, rules, inventory."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl
from xml.etree.ElementTree import Element as Node

from purevirt.drivers.test import errors
from purevirt.drivers.test.clock import EPOCH_US, TICK_US, VirtualClock
from purevirt.drivers.test.inventory import NAMES, fill, read_inventory
from purevirt.drivers.test.rules import make_rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from purevirt.drivers.test.host import TestHost

_MOST_S = 10**10


def _seconds(what: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= _MOST_S:
        raise errors.bad_argument(f"{what} is not a number of seconds: '{text}'")
    return value


def set_clock(host: TestHost, given: Mapping[str, str]) -> None:
    """`mode` real or virtual; `start` and `tick` of the virtual one in seconds."""
    mode = given.get("mode", "virtual")
    if mode not in ("real", "virtual"):
        raise errors.bad_argument(f"clock mode '{mode}' is not real or virtual")
    if mode == "virtual":
        start = round(_seconds("clock start", given["start"]) * 1_000_000) if "start" in given else EPOCH_US
        tick = round(_seconds("clock tick", given["tick"]) * 1_000_000) if "tick" in given else TICK_US
        host.clock = VirtualClock(start, tick)


async def apply_query(host: TestHost, query: str) -> None:
    """Parameters of `test:///default?…`; those that nobody here knows are left alone, as upstream leaves all."""
    counts: dict[str, str] = {}
    clock: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name in NAMES:
            counts[name] = value
        elif name == "clock":
            clock["mode"] = value
        elif name in ("start", "tick"):
            clock[name] = value
        elif name == "job":
            host.job_s = _seconds("job", value)
        elif name in ("fault", "delay", "event"):
            host.rules.append(make_rule(name, _rule_words(name, value)))
    if clock:
        set_clock(host, clock)
    if counts:
        await fill(host, read_inventory(counts))


def _rule_words(what: str, text: str) -> dict[str, str]:
    """CALL[@OBJECT][:VALUE[:MORE]]: an error and its text, seconds, a kind of event and its WORD=VALUE,…."""
    head, _, rest = text.partition(":")
    call, _, target = head.partition("@")
    value, _, more = rest.partition(":")
    words = {"call": call or "*", "object": target or "*"}
    if what == "delay":
        return {**words, "seconds": value}
    if what == "fault":
        return {**words, **({"error": value} if value else {}), **({"message": more} if more else {})}
    pairs = (part.partition("=") for part in more.split(",") if part)
    return {**words, **({"kind": value} if value else {}), **{name: given for name, _, given in pairs}}


async def apply_description(host: TestHost, root: Node) -> None:
    """`<clock>`, `<jobs>`, `<rules>` and `<inventory>` of a `<node>`; upstream's driver passes them over."""
    for node in root.findall("clock"):
        set_clock(host, node.attrib)
    for node in root.findall("jobs"):
        host.job_s = _seconds("jobs", node.get("seconds", "0"))
    for node in root.findall("inventory"):
        await fill(host, read_inventory(node.attrib))
    for node in root.findall("rules/*"):
        if node.tag not in ("fault", "delay", "event"):
            raise errors.bad_argument(f"rules have no '{node.tag}'")
        host.rules.append(make_rule(node.tag, node.attrib))
