"""What importing the domain document must not bring along: modules that cost more than a kind of device does.

Times are the benchmark's business (`make bench ARGS=documents`); this holds on any machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from purevirt.model._engine import attr

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("asyncio", "ast", "dataclasses", "inspect", "ipaddress", "json", "linecache", "logging", "pathlib", "socket")


def test_the_domain_document_brings_no_heavy_module() -> None:
    code = f"import sys, purevirt.model.domain.document; print(*(m for m in {HEAVY!r} if m in sys.modules))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-S", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env=environment)
    assert done.stdout.split() == []


def test_a_kind_of_device_is_loaded_with_the_first_of_them() -> None:
    code = (
        "import sys\nfrom purevirt.model.domain.document import Domain\n"
        "def loaded(): print('purevirt.model.domain.tpm' in sys.modules, 'purevirt.model.domain.video' in sys.modules)\n"
        "loaded()\n"
        "text = '<domain type=\"kvm\"><name>a</name><os><type>hvm</type></os><devices>%s</devices></domain>'\n"
        "Domain.from_xml(text % '')\nloaded()\n"
        "tpm = '<tpm model=\"tpm-tis\"><backend type=\"emulator\"/></tpm>'\n"
        "print(Domain.from_xml(text % tpm).devices.tpms[0].model)\nloaded()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True, env=environment)
    assert done.stdout.splitlines() == ["False False", "False False", "tpm-tis", "True False"]


def test_a_misspelt_word_of_a_declaration_is_an_error() -> None:
    with pytest.raises(TypeError, match="a field has no requierd"):
        attr(requierd=True)
