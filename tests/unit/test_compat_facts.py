"""Our `libvirt`, `libvirt_qemu`, `libvirt_lxc` and `libvirtaio` have all that libvirt-python 9.0 has: no exceptions."""

from __future__ import annotations

import inspect
import json
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FACTS = Path(__file__).resolve().parents[3] / "shared" / "facts" / "python_api.json"
pytestmark = pytest.mark.skipif(not FACTS.exists(), reason="no facts beside the project")
MODULES = ("libvirt", "libvirt_qemu", "libvirt_lxc", "libvirtaio")


def facts() -> dict[str, Any]:
    known: dict[str, Any] = json.loads(FACTS.read_text()) if FACTS.exists() else {"modules": {}, "exception": {}}
    return known


def ours(name: str) -> ModuleType:
    return import_module(f"purevirt.compat.{name}")


def parameters(function: Any) -> list[tuple[str, str, str | None]]:
    found = []
    for p in inspect.signature(function).parameters.values():
        found.append((p.name, p.kind.name.lower(), None if p.default is p.empty else repr(p.default)))
    return found


def expected(known: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    return [(p["name"], p["kind"], p.get("default")) for p in known["params"]]


METHODS = [
    (module, cls, method)
    for module in MODULES
    for cls, known in facts()["modules"].get(module, {}).get("classes", {}).items()
    for method in known["methods"]
]
FUNCTIONS = [(m, f) for m in MODULES for f in facts()["modules"].get(m, {}).get("functions", {})]


def test_every_method_has_the_same_signature() -> None:
    """Names, kinds, order and defaults."""
    classes = {m: facts()["modules"][m]["classes"] for m in MODULES}
    wrong = []
    for module, cls, method in METHODS:
        member = getattr(getattr(ours(module), cls, None), method, None)
        known = classes[module][cls]["methods"][method]
        if member is None or parameters(member) != expected(known):
            wrong.append(f"{module}.{cls}.{method}{known['signature']}")
    assert wrong == []
    assert len(METHODS) > 550


def test_every_function_has_the_same_signature() -> None:
    wrong = []
    for module, function in FUNCTIONS:
        member = getattr(ours(module), function, None)
        known = facts()["modules"][module]["functions"][function]
        if member is None or parameters(member) != expected(known):
            wrong.append(f"{module}.{function}{known['signature']}")
    assert wrong == []
    assert len(FUNCTIONS) > 30


@pytest.mark.parametrize("module", MODULES)
def test_constants_are_the_same_and_no_others(module: str) -> None:
    known = facts()["modules"][module]["constants"]
    here = {n: v for n, v in vars(ours(module)).items() if n.startswith("VIR_")}
    if module == "libvirtaio":
        here = {}
    assert here == known


@pytest.mark.parametrize("module", MODULES)
def test_classes_have_the_same_bases_and_attributes(module: str) -> None:
    for name, known in facts()["modules"][module]["classes"].items():
        cls = getattr(ours(module), name)
        for base in known["mro"]:
            assert base in {c.__name__ for c in cls.__mro__}, f"{name} is no {base}"
        for attribute in known["class_attributes"]:
            assert hasattr(cls, attribute), f"{name}.{attribute}"


def test_names_of_a_star_import() -> None:
    """`from libvirt import *` brings what users take from it."""
    space: dict[str, Any] = {}
    exec("from purevirt.compat.libvirt import *", space)  # noqa: S102
    known = facts()["modules"]["libvirt"]
    missing = [n for n in (*known["classes"], *known["constants"], *known["functions"]) if n not in space and n[0] != "_"]
    assert missing == []
    assert facts()["modules"]["libvirtaio"]["all"] == ours("libvirtaio").__all__


def test_the_exception_has_its_attributes() -> None:
    libvirt = ours("libvirt")
    known = facts()["exception"]
    libvirt.virResetLastError()
    bare = libvirt.libvirtError("text")
    assert (str(bare), bare.err, bare.args) == ("text", None, ("text",))
    assert [getattr(bare, name)() for name in known["accessors"]] == [None] * 9
    libvirt.registerErrorHandler(lambda context, error: None, None)
    with pytest.raises(libvirt.libvirtError) as caught:
        libvirt.open("nonsense")
    error = caught.value
    assert len(error.err) == len(known["err_tuple"])
    for name, index in known["accessors"].items():
        assert getattr(error, name)() == error.err[index]
    assert type(error).__module__ == "libvirt"


def test_objects_have_their_instance_attributes() -> None:
    libvirt = ours("libvirt")
    conn = libvirt.open("test:///default")
    objects = {
        "virConnect": conn,
        "virDomain": conn.lookupByName("test"),
        "virNetwork": conn.networkLookupByName("default"),
        "virStoragePool": conn.storagePoolLookupByName("default-pool"),
        "virNodeDevice": conn.nodeDeviceLookupByName("computer"),
        "virInterface": conn.interfaceLookupByName("eth1"),
        "virStream": conn.newStream(),
        "virDomainSnapshot": conn.lookupByName("test").snapshotCreateXML("<domainsnapshot/>"),
    }
    for name, instance in objects.items():
        for attribute in facts()["modules"]["libvirt"]["classes"][name]["instance_attributes"]:
            assert hasattr(instance, attribute), f"{name}.{attribute}"
    del objects, instance
    assert conn.close() == 0
