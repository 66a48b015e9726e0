"""Every public function of libvirt's four libraries has a method in both faces of the client, or a reason why it has none."""

from __future__ import annotations

import importlib.util
import inspect
import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import purevirt.client
from purevirt.client import aio_opening, objects, opening

ROOT = Path(__file__).resolve().parents[2]
FACTS = ROOT.parent / "shared" / "facts" / "api.json"
pytestmark = pytest.mark.skipif(not FACTS.exists(), reason="no facts beside the project")

REASONS = {
    r"^vir\w+(Free|Ref|ListFree)$|^virTypedParamsClear$": "Python counts references",
    r"^vir(Conn)?(Copy|Get|Reset|Save|Set|Free|Default)?(Last)?Error(Code|Domain|Message|Func)?$|^virDefaultErrorFunc$":
        "errors are exceptions",
    r"^virTypedParams": "typed parameters are dicts",
    r"^virEvent": "the sync face is pumped, the async one runs on asyncio; libvirt's loop is in the compatible module",
    r"^vir(Adm)?(Initialize|GetVersion)$|^virConnectAuthPtrDefault$": "nothing to initialise; the package's own version",
    r"^virStream(Sparse)?(Recv|Send)All$": "download_to, upload_from and iteration; with handlers in the compatible module",
}  # fmt: skip


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gen_client_calls", ROOT / "tools" / "gen_client_calls.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def named(face: ModuleType, openers: ModuleType) -> set[str]:
    """C functions that the first line of a docstring names."""
    found: set[str] = set()
    for name in objects.__all__:
        for _, member in inspect.getmembers(getattr(face, name)):
            text = (member.fget.__doc__ if isinstance(member, property) else getattr(member, "__doc__", None)) or ""
            found.update(re.findall(r"\b(vir[A-Z]\w+)", text.partition("\n")[0]))
    for member in vars(openers).values():
        found.update(re.findall(r"\b(vir[A-Z]\w+)", getattr(member, "__doc__", None) or "") if callable(member) else ())
    return found


def functions() -> list[dict[str, Any]]:
    known: list[dict[str, Any]] = json.loads(FACTS.read_text())["functions"]
    return known


@pytest.mark.parametrize("face", ["sync", "async"])
def test_every_function_has_a_method(face: str) -> None:
    module, openers = (purevirt.client, opening) if face == "sync" else (objects, aio_opening)
    rules = generator()
    have = named(module, openers)
    missing = []
    for function in functions():
        name, owner = function["name"], function.get("object")
        if name in have or any(re.search(pattern, name) for pattern in REASONS):
            continue
        row = rules.OBJECTS.get(owner)
        if row is not None and hasattr(getattr(module, row[0]), rules.method_name(name, row[2])):
            continue
        missing.append(name)
    assert missing == []
    assert len(functions()) > 550


def test_no_reason_covers_a_call() -> None:
    """The reasons are for what needs no peer: none of those functions has a procedure."""
    for function in functions():
        if any(re.search(pattern, function["name"]) for pattern in REASONS):
            assert not function.get("rpc"), function["name"]


def test_every_call_takes_a_deadline() -> None:
    """Each coroutine of the async face that is a function of libvirt."""
    without = []
    for name in objects.__all__:
        for method, member in inspect.getmembers(getattr(objects, name), inspect.iscoroutinefunction):
            documented = re.match(r"vir[A-Z]\w+", member.__doc__ or "")
            if method in ("close", "get_uri"):
                continue  # closing has a bound of its own, and the URI is known without asking
            if documented and "deadline" not in inspect.signature(member).parameters:
                without.append(f"{name}.{method}")
    assert without == []
