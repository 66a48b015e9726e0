"""One script of API calls, six ways: our sync client, our async client and the distribution's Python bindings, each on the
distribution's libvirtd and on our daemon. Results, errors and events are equal.

What still differs between the daemons is listed with its reason, and the list is exact.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from system import worlds
from system.transcript import normal, prepare

PYTHON = "/usr/bin/python3"
INTERPRETERS = {"sync": sys.executable, "async": sys.executable, "bindings": PYTHON}
pytestmark = [
    pytest.mark.skipif(worlds.why_not() is not None, reason=str(worlds.why_not())),
    pytest.mark.skipif(not Path(worlds.LIBVIRTD).exists(), reason="no libvirtd (libvirt-daemon)"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64"),
]

Steps = dict[str, list[object]]


def run(daemon: str) -> dict[str, Steps]:
    """Face → step → what it said; one after the other on one daemon."""
    has = subprocess.run([PYTHON, "-c", "import libvirt"], capture_output=True, check=False, timeout=30).returncode == 0
    out: dict[str, Steps] = {}
    with (worlds.theirs if daemon == "theirs" else worlds.ours)() as place:
        prepare(place)
        for face, python in INTERPRETERS.items():
            if face == "bindings" and not has:
                continue
            done = place.run(python, "-m", "system.client_script", face, timeout=100)
            assert done.returncode == 0, f"{face}: {done.stderr}\n{done.stdout[-1000:]}"
            out[face] = {step[0]: step[1:] for step in map(json.loads, normal(done.stdout).splitlines())}
    return out


@pytest.fixture(scope="module")
def recorded() -> dict[str, dict[str, Steps]]:
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(("theirs", "ours"), pool.map(run, ("theirs", "ours")), strict=True))


@pytest.mark.parametrize("face", INTERPRETERS)
def test_both_daemons_answer_the_same(recorded: dict[str, dict[str, Steps]], face: str) -> None:
    if face not in recorded["ours"]:
        pytest.skip("no python3-libvirt")
    theirs, ours = recorded["theirs"][face], recorded["ours"][face]
    assert list(theirs) == list(ours)
    assert len(theirs) > 70
    differing = {step: (theirs[step], ours[step]) for step in theirs if theirs[step] != ours[step]}
    assert not differing, "\n".join(f"{step}: {answers}" for step, answers in differing.items())


@pytest.mark.parametrize("daemon", ["theirs", "ours"])
@pytest.mark.parametrize("face", ["async", "bindings"])
def test_all_faces_say_the_same(recorded: dict[str, dict[str, Steps]], daemon: str, face: str) -> None:
    if face not in recorded[daemon]:
        pytest.skip("no python3-libvirt")
    one, other = recorded[daemon]["sync"], recorded[daemon][face]
    differing = {step: (one[step], other[step]) for step in one if one[step] != other[step]}
    assert not differing


def test_the_guest_went_on_where_it_was(recorded: dict[str, dict[str, Steps]]) -> None:
    """Its memory counted on over managed save and save, and its time stamp grew."""
    for faces in recorded.values():
        for steps in faces.values():
            assert [steps[s] for s in ("up", "goes on", "goes on again")] == [["0001"], ["0002"], ["0003"]]
            assert [steps[s] for s in ("uptime goes on", "uptime still goes on", "off", "last event")] == [[True]] * 4
