"""Writes src/purevirt/protocol/{remote,qemu,lxc,admin,keepalive}.py and remote_types/ from the frozen facts; the result
is committed.

    PYTHONPATH=src python tools/gen_protocol.py ../shared/facts
    ruff check --fix --select I,F401 src/purevirt/protocol; ruff format --line-length 120 src/purevirt/protocol/…

What the modules declare is compared with the facts by `tests/wire/test_declarations.py`.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from purevirt.protocol.remote_types import home

FACTS = Path(sys.argv[1])
OUT = Path(__file__).parent.parent / "src/purevirt/protocol"
SCALARS = {
    "int": "Int",
    "unsigned int": "UInt",
    "hyper": "Hyper",
    "unsigned hyper": "UHyper",
    "unsigned short": "UShort",
    "unsigned char": "UChar",
    "char": "Char",
}
API = json.loads((FACTS / "api.json").read_text())
READONLY: dict[str, tuple[Any, str | None]] = {
    f["name"]: (f.get("readonly_allowed"), f.get("readonly_denied_if")) for f in API["functions"]
}
HEADERS = {f["name"]: f["header"] for f in API["functions"]}
INTERNAL = {r["name"]: f for f in API["internal_functions"] for r in f.get("rpc_all", [])}
# Functions that carry a procedure, where the facts name several or an internal one.
FUNCTIONS = {"domain_lookup_by_uuid": "virDomainLookupByUUID", "connect_is_secure": "virConnectIsSecure"}
ALWAYS_ALLOWED = {"connect_supports_feature", "connect_get_uri"}
# Host functions whose missing driver the library reports from a named domain, the others from none (measured).
HOST_REPORTS = dict.fromkeys(
    [
        "virConnectCompareCPU", "virConnectBaselineCPU", "virNodeGetMemoryStats", "virNodeSuspendForDuration",
        "virNodeGetMemoryParameters", "virNodeAllocPages", "virConnectCompareHypervisorCPU",
        "virConnectBaselineHypervisorCPU", "virNodeGetSEVInfo",
    ],
    "DOMAIN",
)  # fmt: skip
SASL_BYTES = re.compile(r"auth_sasl_.*")


def camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


class Writer:
    def __init__(self, program: str) -> None:
        self.program = program
        self.facts = json.loads((FACTS / f"protocol/{program}.json").read_text())
        self.prefix = program + "_"
        self.consts = {v: k.removeprefix(program.upper() + "_") for k, v in self.facts["constants"].items()}
        self.used: set[str] = set()
        self.remote: set[str] = set()
        self.cvals: set[str] = set()
        self.files: dict[str, list[str]] = {}

    def cls(self, ctype: str) -> str:
        if ctype.startswith(self.prefix):
            return camel(ctype.removeprefix(self.prefix))
        name = camel(ctype.removeprefix("remote_"))
        self.remote.add(name)
        return name

    def limit(self, field: dict[str, Any]) -> str:
        const = field.get("max_const")
        return str(const).removeprefix(self.program.upper() + "_") if const else str(field["max"])

    def base(self, ctype: str) -> tuple[str, str]:
        """Python annotation alias and item spec of a scalar type."""
        bare = ctype.removeprefix(self.prefix).removeprefix("remote_")
        if ctype in SCALARS:
            self.used.add(SCALARS[ctype])
            return SCALARS[ctype], SCALARS[ctype]
        if bare == "nonnull_string":
            self.note_alias(ctype, "NonnullString")
            return "NonnullString", "NonnullString"
        if bare == "string":
            self.note_alias(ctype, "String")
            return "String", "String"
        if bare == "uuid":
            self.used.add("Uuid")
            return "Uuid", "Uuid"
        name = self.cls(ctype)
        return name, name

    def note_alias(self, ctype: str, name: str) -> None:
        if not ctype.startswith(self.prefix):
            self.remote.add(name)

    def field(self, struct: str, field: dict[str, Any]) -> str:
        name = field["name"] + ("_" if field["name"] in ("from", "class", "in") else "")
        ctype = field["type"]
        shape = field.get("array")
        if ctype == "char" and shape == "fixed":
            self.used.add("FixedCharText")
            return f"    {name}: Annotated[str, FixedCharText({self.limit(field)})]"
        if ctype == "char" and shape == "variable":
            sasl = SASL_BYTES.match(struct.removeprefix(self.prefix))
            codec, py = ("Chars", "bytes") if sasl else ("CharText", "str")
            self.used.add(codec)
            return f"    {name}: Annotated[{py}, {codec}({self.limit(field)})]"
        if ctype == "opaque":
            self.used.add("Opaque")
            return f"    {name}: Annotated[bytes, Opaque({self.limit(field)})]"
        if ctype.endswith("_typed_param") and shape == "variable":
            self.used.add("Params")
            return f"    {name}: Annotated[list[TypedParam], Params({self.limit(field)}, STRING_MAX)]"
        alias, item = self.base(ctype)
        if shape == "variable":
            self.used.add("Seq")
            return f"    {name}: Annotated[list[{alias}], Seq({item}, {self.limit(field)})]"
        assert shape is None, field
        if field["optional"]:
            self.used.add("Optional")
            return f"    {name}: Annotated[{alias} | None, Optional({item})]"
        return f"    {name}: {alias}"

    def types(self) -> list[str]:
        """All declarations; those of the remote program are also kept by file (`self.files`)."""
        lines: list[str] = []
        for t in self.facts["types"]:
            bare = t["name"].removeprefix(self.prefix)
            if t["kind"] == "union" or bare == "typed_param":
                continue
            if t["kind"] == "enum":
                lines += ["", "", f"class {camel(bare)}(IntEnum):", f'    """{t["name"]}."""', ""]
                common = t["name"].upper().removesuffix("TYPE")
                lines += [f"    {m.removeprefix(common)} = {v}" for m, v in t["members"].items()]
                continue
            if t["kind"] == "typedef":
                if bare in ("uuid", "nonnull_string", "string"):
                    continue
                target = camel(t["type"].removeprefix(self.prefix))
                self.used.add("Optional")
                lines += ["", "", f"{camel(bare)} = Annotated[{target} | None, Optional({target})]"]
                continue
            name = self.cls(t["name"])
            declared = ["", "", f"class {name}(Struct):", *(self.field(t["name"], f) for f in t["fields"])]
            file = home(name) if self.program == "remote" else None
            if file is None:
                lines += declared
            else:
                self.files.setdefault(file, []).extend(declared)
        return lines

    def condition(self, entry: dict[str, Any]) -> str:
        what = f'"{entry["object"]}:{entry["permission"]}"'
        if entry.get("flags"):
            test = {"all_set": "set", "none_set": "none"}[entry["flags_condition"]]
            self.cvals.update(entry["flags"])
            mask = " | ".join("C." + f for f in entry["flags"])
            return f'when({what}, "flags", "{test}", {mask})'
        if entry.get("param"):
            self.cvals.add(entry["param_value"])
            return f'when({what}, "{entry["param"]}", "equal", C.{entry["param_value"]})'
        return what

    def readonly(self, p: dict[str, Any], function: str) -> str:
        if self.program == "admin":
            return "None"
        if p["auth_required"] is False or p["short_name"] in ALWAYS_ALLOWED:
            return "True"
        if p["name"] in INTERNAL:
            return str(bool(INTERNAL[p["name"]]["readonly_allowed"]))
        allowed, denied_if = READONLY[function]
        if allowed != "conditional":
            return str(bool(allowed))
        flag = re.fullmatch(r"flags & \(?([A-Z0-9_ |]+)\)?", denied_if or "")
        if flag:
            mask = " | ".join("C." + f for f in flag[1].split(" | "))
            return f'When("flags", "set", {mask})'
        equal = re.fullmatch(r"(\w+) == (\w+)", denied_if or "")
        assert equal, denied_if
        return f'When("{equal[1]}", "equal", C.{equal[2]})'

    def function(self, p: dict[str, Any]) -> str:
        short = p["short_name"]
        if short in FUNCTIONS:
            return FUNCTIONS[short]
        api = p["api"]
        if len(api) == 1:
            return str(api[0])
        wanted = "vir" + p["dispatch_name"]
        if wanted in api or not api:
            return str(INTERNAL[p["name"]]["name"]) if p["name"] in INTERNAL else wanted
        return str(api[-1])

    def payload(self, ctype: str) -> str:
        """A row's struct: the class, or in the remote program its name, by which it is loaded when needed."""
        name = self.cls(ctype)
        return f'"{name}"' if self.program == "remote" else name

    def row(self, p: dict[str, Any]) -> list[str]:
        constant = p["short_name"].upper()
        if p["kind"] == "event":
            if self.program == "keepalive":
                return [f"{constant} = event({p['number']})"]
            return [f"{constant} = event({p['number']}, {self.payload(p['msg'])})"]
        function = self.function(p)
        args = [str(p["number"]), f'"{function}"']
        if p["args"] or p["ret"]:
            args.append(self.payload(p["args"]) if p["args"] else "None")
        if p["ret"]:
            args.append(self.payload(p["ret"]))
        if p["acl"]:
            entries = [self.condition(e) for e in p["acl"]]
            if any(e.startswith("when") for e in entries):
                args.append(f"acl=acl({', '.join(entries)})")
            else:
                args.append('acl="' + " ".join(e.strip('"') for e in entries) + '"')
        if p["aclfilter"]:
            args.append('filter="' + " ".join(f"{e['object']}:{e['permission']}" for e in p["aclfilter"]) + '"')
        if p["priority"] == "high":
            args.append("high=True")
        readonly = self.readonly(p, function)
        if readonly != "False":
            args.append(f"readonly={readonly}")
        for kind in ("read", "write"):
            if p[kind + "stream"]:
                args += [f'stream="{kind}"', f"stream_at={p[kind + 'stream']}"]
        if p["sparseflag"]:
            args.append(f"sparse_flag=C.{p['sparseflag']}")
        if p["auth_required"] is False:
            args.append("auth=False")
        if p.get("server_conn"):
            args.append(f'facet="{p["server_conn"].lower()}"')
        origin = self.origin(p, function)
        if origin != "NONE":
            args.append(f"errors=E.{origin}")
        line = f"{constant} = call({', '.join(args)})"
        if len(line) <= 120:
            return [line]
        one = "    " + ", ".join(args)
        if len(one) <= 120:
            return [f"{constant} = call(", one, ")"]
        return [f"{constant} = call(", *(f"    {a}," for a in args), ")"]

    def origin(self, p: dict[str, Any], function: str) -> str:
        """The VIR_FROM_THIS of the file that the public function lives in."""
        if self.program == "admin":
            return "ADMIN"
        if function in HOST_REPORTS:
            return HOST_REPORTS[function]
        header = HEADERS.get(function)
        if header is None:
            return "DOMAIN" if p["short_name"].startswith("domain_migrate") else "NONE"
        part = header.removeprefix("libvirt-").removesuffix(".h")
        return {"host": "NONE", "libvirt": "NONE", "event": "EVENT", "qemu": "NONE", "lxc": "NONE"}.get(
            part, part.upper().replace("-", "_")
        )

    def constants(self) -> list[str]:
        drop = ("PROGRAM", "PROTOCOL_VERSION")
        found = {k.removeprefix(self.program.upper() + "_"): v for k, v in self.facts["constants"].items()}
        return [f"{k} = {v}" for k, v in found.items() if k not in drop]

    def write_remote(self) -> None:
        """Rows in remote.py, structs in files of their own; what they share is in `objects`."""
        common = self.types()
        rows = [line for p in self.facts["procedures"] for line in self.row(p)]
        names = ", ".join(sorted({*self.used, "Struct", "Text", "Optional"}))
        imports = [
            "from enum import IntEnum",
            "from typing import Annotated",
            "",
            f"from purevirt.protocol.xdr import {names}",
            "from purevirt.types.typed_params import TypedParam",
        ]
        strings = [
            "",
            "NonnullString = Annotated[str, Text(STRING_MAX)]",
            "String = Annotated[str | None, Optional(Text(STRING_MAX))]",
        ]
        written = "Written by tools/gen_protocol.py."
        place = OUT / "remote_types"
        head = [f'"""Limits, objects and what several calls of the remote program share. {written}"""', "", *imports]
        _save(place / "objects.py", [*head, "", *self.constants(), *strings, *common])
        declared = [re.split(r"[ (:]", line.removeprefix("class "))[0] for line in [*self.constants(), *strings, *common]
                    if re.match(r"class |[A-Za-z_]+ = ", line)]
        for file, lines in sorted(self.files.items()):
            title = file.replace("_", " ")
            used = [name for name in declared if re.search(rf"\b{name}\b", "\n".join(lines))]
            head = [f'"""Structs of the remote program: {title}. {written}"""', "", *imports]
            head += [f"from purevirt.protocol.remote_types.objects import {', '.join(used)}"] if used else []
            _save(place / f"{file}.py", [*head, *lines])
        needs = "Program, When, acl, call, event, when"
        stars = [f"    from purevirt.protocol.remote_types.{file} import *  # noqa: F403" for file in sorted(self.files)]
        text = [
            f'"""The remote program (0x{self.facts["number"]:08x}): every struct and procedure of libvirt 9.0.0\'s '
            "remote_protocol.x.",
            "",
            "Declarations only, written from the facts by tools/gen_protocol.py and compared with them by",
            "`tests/wire/test_declarations.py`. Structs are in `remote_types`, loaded when first named here. Names:",
            "docs/architecture.md.",
            '"""',
            "",
            "from importlib import import_module",
            "from typing import TYPE_CHECKING, Any",
            "",
            "from purevirt.errors import ErrorDomain as E",
            "from purevirt.protocol.remote_types import home",
            "from purevirt.protocol.remote_types.objects import *  # noqa: F403",
            f"from purevirt.protocol.rows import {needs}",
            "from purevirt.types import constants as C",
            "",
            "",
            "def struct_named(name: str) -> Any:",
            '    """A struct of this program by its name. Raises AttributeError where there is none."""',
            "    found = globals().get(name)",
            "    if found is None:",
            "        file = home(name)",
            "        if file is None:",
            '            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")',
            '        found = globals()[name] = getattr(import_module(f"purevirt.protocol.remote_types.{file}"), name)',
            "    return found",
            "",
            "",
            "if TYPE_CHECKING:",
            *stars,
            "else:",
            "    __getattr__ = struct_named",
            "",
            *rows,
            "",
            f'PROGRAM = Program("remote", 0x{self.facts["number"]:08x}, {self.facts["version"]}, globals(), struct_named)',
        ]
        _save(OUT / "remote.py", text)

    def write(self) -> None:
        if self.program == "remote":
            self.write_remote()
            return
        types = self.types()
        rows = [line for p in self.facts["procedures"] for line in self.row(p)]
        constants = self.constants()
        own_strings = self.program == "admin"
        if own_strings:
            self.used |= {"Text", "Optional"}
        has_structs = bool(self.facts["types"])
        if has_structs:
            self.used.add("Struct")
        text = "\n".join(rows)
        needs = sorted(
            n
            for n in ("When", "acl", "call", "event", "when", "Program")
            if re.search(rf"\b{n}\(", text) or n == "Program"
        )
        needs.sort(key=lambda n: (not n[0].isupper(), n))
        head = [
            f'"""The {self.program} program (0x{self.facts["number"]:08x}): every struct and procedure of '
            f"libvirt 9.0.0's {Path(self.facts['source']).name}.",
            "",
            "Declarations only, written from the facts by tools/gen_protocol.py and compared with them by",
            "`tests/wire/test_declarations.py`. Names: docs/architecture.md.",
            '"""',
            "",
        ]
        if any(t["kind"] == "enum" for t in self.facts["types"]):
            head.append("from enum import IntEnum")
        if "Annotated" in "\n".join(types) or own_strings:
            head.append("from typing import Annotated")
        head.append("")
        if self.remote:
            names = sorted(self.remote, key=lambda n: n.lower())
            one = f"from purevirt.protocol.remote import {', '.join(names)}"
            self.remote_import = (
                [one]
                if len(one) <= 120
                else ["from purevirt.protocol.remote import (", *(f"    {n}," for n in names), ")"]
            )
            head += self.remote_import
        head.append(f"from purevirt.protocol.rows import {', '.join(needs)}")
        used = sorted(self.used, key=lambda n: n.lower())
        if used:
            one = f"from purevirt.protocol.xdr import {', '.join(used)}"
            head += (
                [one] if len(one) <= 120 else ["from purevirt.protocol.xdr import (", *(f"    {n}," for n in used), ")"]
            )
        if "E." in text:
            head.append("from purevirt.errors import ErrorDomain as E")
        if "C." in text:
            head.append("from purevirt.types import constants as C")
        if "list[TypedParam]" in "\n".join(types) and own_strings:
            head.append("from purevirt.types.typed_params import TypedParam")
        head.append("")
        body = constants
        if own_strings:
            body += [
                "",
                "NonnullString = Annotated[str, Text(STRING_MAX)]",
                "String = Annotated[str | None, Optional(Text(STRING_MAX))]",
            ]
        name = self.program
        tail = ["", f'PROGRAM = Program("{name}", 0x{self.facts["number"]:08x}, {self.facts["version"]}, globals())']
        out = "\n".join([*head, *body, *types, "", "", *rows, *tail, ""])
        (OUT / f"{name}.py").write_text(re.sub(r"\n{4,}", "\n\n\n", out))


def _save(path: Path, lines: list[str]) -> None:
    path.write_text(re.sub(r"\n{4,}", "\n\n\n", "\n".join([*lines, ""])))


for name in ("remote", "qemu", "lxc", "admin", "keepalive"):
    Writer(name).write()
