"""One script of virsh commands, four ways: the distribution's virsh and ours, on the distribution's libvirtd and on ours.

Exit codes, texts and events must be equal after what varies between two runs is made equal. What still differs between
the daemons is listed in `compare_known.json` with its reason; the list must be exact, so it can only shrink:
`PUREVIRT_HEAL=1 pytest tests/system/test_compare_virsh.py` takes out what has healed (and adds nothing).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from system import worlds
from system.transcript import DISTRIBUTION, OURS, Step, differences, record

KNOWN = Path(__file__).with_name("compare_known.json")
pytestmark = [
    pytest.mark.skipif(worlds.why_not() is not None, reason=str(worlds.why_not())),
    pytest.mark.skipif(not Path(worlds.LIBVIRTD).exists(), reason="no libvirtd (libvirt-daemon)"),
    pytest.mark.skipif(shutil.which("virsh") is None, reason="no virsh (libvirt-clients)"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64"),
]

Recorded = dict[tuple[str, str], list[Step]]
MAKERS: dict[str, Callable[[], AbstractContextManager[worlds.World]]] = {"theirs": worlds.theirs, "ours": worlds.ours}


@pytest.fixture(scope="module")
def recorded() -> Recorded:
    """(daemon, virsh) → what the script's steps said; the two daemons side by side."""
    out: Recorded = {}

    def one(daemon: str) -> None:
        for name, virsh in (("theirs", DISTRIBUTION), ("ours", OURS)):
            with MAKERS[daemon]() as place:
                out[daemon, name] = record(place, virsh)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(one, daemon) for daemon in MAKERS]:
            done.result(600)
    return out


def shown(found: dict[str, list[str]]) -> str:
    return "\n".join(f"{step}\n    " + "\n    ".join(lines) for step, lines in found.items())


@pytest.mark.parametrize("daemon", ["theirs", "ours"])
def test_both_virshs_say_the_same(recorded: Recorded, daemon: str) -> None:
    found = differences(recorded[daemon, "theirs"], recorded[daemon, "ours"])
    assert not found, shown(found)


def test_both_daemons_answer_the_same(recorded: Recorded) -> None:
    found = differences(recorded["theirs", "theirs"], recorded["ours", "theirs"])
    known: dict[str, dict[str, object]] = json.loads(KNOWN.read_text())
    new: dict[str, list[str]] = {}
    healed: dict[str, list[str]] = {}
    for step in {**found, **known}:
        listed = list(known.get(step, {}).get("lines", []))  # type: ignore[call-overload]
        there = found.get(step, [])
        if fresh := [line for line in there if line not in listed]:
            new[step] = fresh
        if gone := [line for line in listed if line not in there]:
            healed[step] = gone
    if os.environ.get("PUREVIRT_HEAL") and not new:
        kept = {
            step: {**entry, "lines": [line for line in entry["lines"] if line not in healed.get(step, [])]}  # type: ignore[attr-defined]
            for step, entry in known.items()
        }
        KNOWN.write_text(json.dumps({s: e for s, e in kept.items() if e["lines"]}, indent=1) + "\n")
        healed = {}
    assert not new, f"the daemons differ in more than is listed:\n{shown(new)}"
    assert not healed, f"healed: run this test once with PUREVIRT_HEAL=1 and commit {KNOWN.name}:\n{shown(healed)}"
