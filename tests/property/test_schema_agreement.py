"""Our emitted schemas and libvirt's judge documents alike: golden documents changed one thing at a time, a share of the changes.

`python -m purevirt.testing.schema_differential` tries all of them, over the corpus too, and shows where the two differ.
"""

from __future__ import annotations

import pytest

from purevirt.model.documents import SCHEMAS
from purevirt.testing.schema_differential import INSTALLED, compare, main

SHARE = {"domain": 97, "domainsnapshot": 7, "nwfilter": 7, "nodedev": 29, "secret": 1, "domaincheckpoint": 1}
LEAST = {"capability": 0.9, "domaincaps": 0.9, "storagepoolcaps": 0.97}
"""Reports that no client hands in: libvirt's schemas want a fixed order and fixed words in places where ours do not."""


@pytest.mark.parametrize("kind", SCHEMAS)
def test_judged_alike(kind: str) -> None:
    pytest.importorskip("lxml.etree")
    if not (INSTALLED / f"{kind}.rng").exists():
        pytest.skip(f"no {INSTALLED / kind}.rng: libvirt is not installed")
    # libxml2 takes a third of a second for the largest filter.
    found = compare(kind, None, 3, share=SHARE.get(kind, 5))
    assert found.tried > 20
    differ = [*found.accepts, *found.refuses]
    assert 1 - len(differ) / found.tried >= LEAST.get(kind, 0.99), differ[:5]


def test_the_tool_tells(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("lxml.etree")
    if not (INSTALLED / "secret.rng").exists():
        pytest.skip(f"no {INSTALLED / 'secret.rng'}: libvirt is not installed")
    monkeypatch.setattr("sys.argv", ["x", "--kind", "secret", "--corpus", "/none"])
    assert main() == 0
    assert capsys.readouterr().out.startswith("secret: ")
