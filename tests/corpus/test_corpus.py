"""Every suite that we serve, over the external corpus; the table of passed/total per suite is printed at the end.

A suite's bar is its number of failing cases that are known and explained in `known.json`; a case that starts to fail, or
one listed there that passes now, fails the test: the list can only shrink.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from purevirt.testing.corpus import run_suite, suites

KNOWN: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "known.json").read_text(encoding="utf-8"))
_table: dict[str, tuple[int, int]] = {}


@pytest.mark.parametrize("name", sorted(suites()))
def test_suite(name: str, corpus: Path) -> None:
    if not (corpus / name / "manifest.json").exists():
        pytest.skip(f"the corpus has no suite {name}")
    results = list(run_suite(name, suites()[name], corpus))
    failed = {r.name: r.reason for r in results if r.reason is not None}
    _table[name] = (len(results) - len(failed), len(results))
    known = KNOWN.get(name, {})
    new = {case: reason for case, reason in failed.items() if case not in known}
    assert not new, f"{len(new)} cases fail: " + "\n".join(f"{c}: {r}" for c, r in list(new.items())[:5])
    present = {r.name for r in results}
    healed = sorted(case for case in known if case in present and case not in failed)
    assert not healed, f"listed as failing but pass now: {healed[:10]}"


@pytest.fixture(scope="module", autouse=True)
def _print_table(request: pytest.FixtureRequest) -> object:
    yield
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print()
        for name, (passed, total) in sorted(_table.items()):
            print(f"corpus {name} {passed} {total}")


def test_known_failures_have_reasons() -> None:
    assert all(reason for cases in KNOWN.values() for reason in cases.values())

