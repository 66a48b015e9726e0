"""Changed domain documents put to the distribution's libvirtd and to our QEMU driver: the same document or the same error.

The list is the same every time; PUREVIRT_DOCUMENTS and PUREVIRT_SEED make a longer or another one. What differs is mostly
which of two mistakes is named first, so a share of the answers must be equal and not all; the rest is shown.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import sys
from pathlib import Path

import pytest

from system import worlds
from system.changed_documents import Changed, changed
from system.test_clients import SYSTEM_PYTHON

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / os.environ.get("PUREVIRT_CORPUS", "../shared/corpus")
COUNT = int(os.environ.get("PUREVIRT_DOCUMENTS", "200"))
SEED = int(os.environ.get("PUREVIRT_SEED", "1"))
EQUAL = 0.98
SCRIPT = Path(__file__).with_name("define_documents.py")
pytestmark = [
    pytest.mark.skipif(worlds.why_not() is not None, reason=str(worlds.why_not())),
    pytest.mark.skipif(not Path(worlds.LIBVIRTD).exists(), reason="no libvirtd (libvirt-daemon)"),
    pytest.mark.skipif(not Path(SYSTEM_PYTHON).exists(), reason=f"no {SYSTEM_PYTHON}"),
    pytest.mark.skipif(not Path("/usr/bin/qemu-system-x86_64").exists(), reason="no qemu-system-x86_64"),
]
_MAC, _UUID = re.compile(r"\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b"), re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


def bases() -> list[tuple[str, str]]:
    """Our own golden documents and, where it is, the corpus's input of the QEMU suites."""
    files = sorted((ROOT / "tests/golden/documents/domain").glob("*.xml"))
    for suite in ("qemuxml2argv", "qemuxml2xml"):
        files += sorted((CORPUS / suite).glob("*data/*.xml"))
    texts = [(file.name, file.read_text(encoding="utf-8")) for file in files]
    return [(name, text) for name, text in texts if re.search(r"<domain[^>]* type=['\"](qemu|kvm)", text)]


def comparable(answer: list[object], document: Changed) -> list[object]:
    """Without what is made up at random: addresses and identifiers that do not stand in the document."""
    given = document.xml.lower()
    text = str(answer[-1])
    for pattern in (_MAC, _UUID):
        text = pattern.sub(lambda found: found.group() if found.group() in given else "made up", text)
    return [*answer[:-1], text]


def difference(theirs: list[object], ours: list[object], document: Changed) -> list[str] | None:
    """What differs, None when nothing does."""
    one, other = comparable(theirs, document), comparable(ours, document)
    if one == other:
        return None
    if one[0] == other[0] == "ok":
        lines = difflib.unified_diff(str(one[1]).splitlines(), str(other[1]).splitlines(), lineterm="", n=0)
        return [line for line in lines if not line.startswith(("---", "+++", "@@"))][:6]
    return [f"theirs {str(one)[:200]}", f"ours   {str(other)[:200]}"]


def test_same_answers() -> None:
    documents = list(changed(bases(), COUNT, SEED))
    answers: dict[str, list[list[object]]] = {}
    with worlds.theirs() as place:
        shared = place.root / "run"
        (shared / "in.json").write_text(json.dumps([document.xml for document in documents]))
        for who, python in (("theirs", SYSTEM_PYTHON), ("ours", sys.executable)):
            done = place.run(python, str(SCRIPT), who, "/run/libvirt/in.json", f"/run/libvirt/{who}.json", timeout=60 + COUNT)
            assert done.returncode == 0, done.stderr
            answers[who] = json.loads((shared / f"{who}.json").read_text())
    compared = list(zip(answers["theirs"], answers["ours"], documents, strict=False))
    assert len(compared) > COUNT / 2
    differing = [(document, found) for one, other, document in compared if (found := difference(one, other, document))]
    shown = "\n".join(f"{d.base}: {'; '.join(d.changes)}\n    " + "\n    ".join(found) for d, found in differing)
    print(f"{len(compared) - len(differing)} of {len(compared)} documents have the same answer\n{shown}")
    assert len(differing) <= (1 - EQUAL) * len(compared), shown
