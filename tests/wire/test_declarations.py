"""Every struct and row of the protocol modules equals the frozen facts, number by number and field by field."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import pytest

from purevirt.protocol import admin, keepalive, lxc, qemu, remote, remote_types, xdr
from purevirt.protocol.rows import When
from purevirt.types import constants
from wire import facts

PROGRAMS: list[tuple[str, ModuleType]] = [
    ("remote", remote),
    ("qemu", qemu),
    ("lxc", lxc),
    ("admin", admin),
    ("keepalive", keepalive),
]
SCALARS = {
    "int": xdr.Int,
    "unsigned int": xdr.UInt,
    "hyper": xdr.Hyper,
    "unsigned hyper": xdr.UHyper,
    "unsigned short": xdr.UShort,
    "unsigned char": xdr.UChar,
    "char": xdr.Char,
}


def camel(name: str) -> str:
    return "".join(p[:1].upper() + p[1:] for p in re.sub(r"^(remote|qemu|lxc|admin)_", "", name).split("_"))


def check_field(module: ModuleType, codec: xdr.Codec, field: dict[str, Any]) -> None:
    limit, shape, ctype = field.get("max"), field.get("array"), field["type"]
    if ctype == "char" and shape == "fixed":
        assert isinstance(codec, xdr.FixedCharText)
        assert codec.size == limit
    elif ctype == "char" and shape:
        assert isinstance(codec, xdr.Chars)
        assert codec.limit == limit
    elif ctype == "opaque":
        assert isinstance(codec, xdr.Opaque)
        assert codec.limit == limit
    elif ctype.endswith("typed_param") and shape:
        assert isinstance(codec, xdr.Params)
        assert codec.limit == limit
    elif shape == "variable":
        assert isinstance(codec, xdr.Seq)
        assert codec.limit == limit
        check_scalar(module, codec.item, ctype)
    elif field["optional"]:
        assert isinstance(codec, xdr.Optional)
        check_scalar(module, codec.item, ctype)
    else:
        check_scalar(module, codec, ctype)


def check_scalar(module: ModuleType, codec: xdr.Codec, ctype: str) -> None:
    if ctype in SCALARS:
        assert codec is xdr.resolve(SCALARS[ctype])
    elif ctype.endswith("nonnull_string"):
        assert isinstance(codec, xdr.Text)
        assert codec.limit == 4194304
    elif ctype.endswith("_string"):
        assert isinstance(codec, xdr.Optional)
        assert isinstance(codec.item, xdr.Text)
    elif ctype.endswith("_uuid"):
        assert codec is xdr.resolve(xdr.Uuid)
    else:
        assert codec is xdr.resolve(getattr(module, camel(ctype)))


@pytest.mark.parametrize(("name", "module"), PROGRAMS, ids=[p[0] for p in PROGRAMS])
def test_structs(name: str, module: ModuleType) -> None:
    known = facts.load(f"protocol/{name}.json")
    structs = [t for t in known["types"] if t["kind"] == "struct" and not t["name"].endswith("_typed_param")]
    for t in structs:
        cls = getattr(module, camel(t["name"]))
        codec = xdr.codec_of(cls)
        assert [n.rstrip("_") for n, _ in codec.fields] == [f["name"] for f in t["fields"]], t["name"]
        for (_, field_codec), field in zip(codec.fields, t["fields"], strict=True):
            check_field(module, field_codec, field)
    declared = {
        n
        for file in files_of(module)
        for n, v in vars(file).items()
        if isinstance(v, xdr.StructMeta) and v.__module__ == file.__name__
    }
    assert declared == {camel(t["name"]) for t in structs}


def files_of(module: ModuleType) -> list[ModuleType]:
    """Where a program's structs are declared: those of the remote program in files of their own."""
    if module is not remote:
        return [module]
    return [import_module(f"{remote_types.__name__}.{found.name}") for found in iter_modules(remote_types.__path__)]


def test_structs_are_loaded_by_name() -> None:
    """Importing the rows loads none of the files but that of the objects; a name of a row or of a user loads its own."""
    code = (
        "import sys\nfrom purevirt.protocol import remote\n"
        "def files(): return sorted(n.split('.')[-1] for n in sys.modules if n.startswith('purevirt.protocol.remote_types.'))\n"
        "assert files() == ['objects'], files()\n"
        "assert remote.NODE_GET_INFO.ret.__name__ == 'NodeGetInfoRet'\nassert files() == ['node', 'objects'], files()\n"
        "remote.SecretGetValueArgs\nassert files() == ['node', 'objects', 'secret'], files()\n"
        "try: remote.NoSuchArgs\nexcept AttributeError: pass\nelse: raise SystemExit('found')\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, env=environment)


@pytest.mark.parametrize(("name", "module"), PROGRAMS, ids=[p[0] for p in PROGRAMS])
def test_rows(name: str, module: ModuleType) -> None:
    known = facts.load(f"protocol/{name}.json")
    program = module.PROGRAM
    assert (program.number, program.version) == (known["number"], known["version"])
    assert len(program.rows) == len(known["procedures"])
    for p in known["procedures"]:
        row = program.rows[p["number"]]
        assert (row.name, row.event) == (p["short_name"], p["kind"] == "event")
        payload = p["msg"] if row.event else p["args"]
        assert (row.args and row.args.__name__) == (camel(payload) if payload else None)
        assert (row.ret and row.ret.__name__) == (camel(p["ret"]) if p["ret"] else None)
        if row.event:
            continue
        assert row.high_priority == (p["priority"] == "high")
        assert row.auth == (p["auth_required"] is not False)
        assert row.facet == (p.get("server_conn") or "").lower()
        assert (row.stream == "read", row.stream == "write") == (bool(p["readstream"]), bool(p["writestream"]))
        assert [(a.object, a.permission) for a in row.acl] == [(a["object"], a["permission"]) for a in p["acl"] or []]
        assert [(a.object, a.permission) for a in row.acl_filter] == [
            (a["object"], a["permission"]) for a in p["aclfilter"]
        ]
        for mine, entry in zip(row.acl, p["acl"] or [], strict=True):
            check_condition(mine.when, entry)


def check_condition(when: When | None, entry: dict[str, Any]) -> None:
    if entry.get("flags"):
        mask = 0
        for flag in entry["flags"]:
            mask |= getattr(constants, flag)
        assert when
        assert (when.field, when.value) == ("flags", mask)
        assert when.test == ("set" if entry["flags_condition"] == "all_set" else "none")
    elif entry.get("param"):
        assert when
        assert (when.field, when.test) == (entry["param"], "equal")
    else:
        assert when is None


def test_readonly_rules() -> None:
    """The row's rule is the public function's; procedures without a public one are denied unless named here."""
    functions = {f["name"]: f for f in facts.load("api.json")["functions"]}
    public = 0
    for module in (remote, qemu, lxc):
        for row in module.PROGRAM.calls:
            known = functions.get(row.function)
            if known is None:
                if row.readonly:
                    assert row.auth is False or row.name in ("connect_supports_feature", "connect_get_uri")
                continue
            public += 1
            expected = known.get("readonly_allowed")
            if expected == "conditional":
                assert isinstance(row.readonly, When), row.name
            else:
                assert row.readonly is bool(expected), row.name
    assert public > 370


def test_every_row_names_a_function() -> None:
    for module in (remote, qemu, lxc, admin):
        for row in module.PROGRAM.calls:
            assert row.function.startswith("vir"), row
