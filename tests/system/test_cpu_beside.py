"""Baselines of many made-up hosts, beside those of the distribution's libvirt: the same document or the same error."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

import pytest

from purevirt.cpu import calls, models, x86_update
from purevirt.cpu.description import Description
from purevirt.errors import VirtError
from purevirt.model._engine import ParseContext
from purevirt.model.cpu import HostCpu

SCRIPT = Path(__file__).parent / "scripts" / "cpu_baselines.py"
COUNT = 200
_EXPAND = 1


def _hosts(dice: random.Random) -> list[str]:
    """One to three hosts, mostly of one vendor, with features of their own."""
    known = models.x86()
    vendor = dice.choice(["Intel", "AMD", None])
    pool = [model.name for model in known.models.values() if model.vendor in (vendor, None)]
    found = []
    for _ in range(dice.choice([1, 2, 2, 3])):
        named = f"<vendor>{vendor}</vendor>" if vendor and dice.random() < 0.8 else ""
        name = dice.choice(pool if dice.random() < 0.95 else list(known.models))
        features = dice.sample(list(known.features), dice.choice([0, 2, 5, 10, 30]))
        listed = "".join(f"<feature name='{feature}'/>" for feature in features)
        shape = "<topology sockets='1' cores='1' threads='1'/>"
        found.append(f"<cpu><arch>x86_64</arch><model>{name}</model>{named}{shape}{listed}</cpu>")
    return found


def _ours(cpus: list[str], flags: int) -> str:
    try:
        described = [Description.of_host(HostCpu.from_xml(text, ParseContext())) for text in cpus]
        found = calls.baseline("x86_64", described)
    except VirtError as error:
        return str(error.message)
    return (x86_update.expand(found) if flags & _EXPAND else found).to_guest().to_xml()


def test_baselines_are_those_of_libvirt() -> None:
    dice = random.Random(90)
    rows = [(_hosts(dice), dice.choice([0, 0, _EXPAND])) for _ in range(COUNT)]
    try:
        ran = subprocess.run(
            ["/usr/bin/python3", str(SCRIPT)], input=json.dumps(rows), capture_output=True, text=True, timeout=60
        )
    except FileNotFoundError:
        pytest.skip("no distribution Python")
    if ran.returncode:
        pytest.skip(f"the distribution's libvirt binding does not work: {ran.stderr.strip()[-80:]}")
    for (cpus, flags), theirs in zip(rows, json.loads(ran.stdout), strict=True):
        assert _ours(cpus, flags).strip() == theirs.strip(), cpus
