"""Write the regular half of the client from the facts: `client/calls/*.py` and `client/results.py`.

    python tools/gen_client_calls.py [--facts ../shared/facts] [--check]

A function of api.json is *regular* when its protocol row's argument struct follows the C arguments and its result is
nothing, one value, one object, a list of objects or names, a struct of scalars, or typed parameters. The others are
written by hand in `client/objects/`; `HAND` names them so that nothing is forgotten: a function that is neither
regular nor in `HAND` nor in `LOCAL` is an error.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "src" / "purevirt" / "client"

OBJECTS = {  # C object → (class, factory on the connection, words of its prefix)
    "virConnect": ("Connection", "", "virConnect"),
    "virDomain": ("Domain", "_domain", "virDomain"),
    "virNetwork": ("Network", "_network", "virNetwork"),
    "virNetworkPort": ("NetworkPort", "_network_port", "virNetworkPort"),
    "virInterface": ("Interface", "_interface", "virInterface"),
    "virStoragePool": ("StoragePool", "_storage_pool", "virStoragePool"),
    "virStorageVol": ("StorageVol", "_storage_vol", "virStorageVol"),
    "virNodeDevice": ("NodeDevice", "_node_device", "virNodeDevice"),
    "virSecret": ("Secret", "_secret", "virSecret"),
    "virNWFilter": ("NWFilter", "_nwfilter", "virNWFilter"),
    "virNWFilterBinding": ("NWFilterBinding", "_nwfilter_binding", "virNWFilterBinding"),
    "virDomainSnapshot": ("DomainSnapshot", "_snapshot", "virDomainSnapshot"),
    "virDomainCheckpoint": ("DomainCheckpoint", "_checkpoint", "virDomainCheckpoint"),
    "virStream": ("Stream", "", "virStream"),
    "virAdmConnect": ("AdmConnection", "", "virAdmConnect"),
    "virAdmServer": ("AdmServer", "_server", "virAdmServer"),
    "virAdmClient": ("AdmClient", "_client", "virAdmClient"),
}
WIRE_OBJECTS = {
    "remote_nonnull_domain": "virDomain",
    "remote_nonnull_network": "virNetwork",
    "remote_nonnull_network_port": "virNetworkPort",
    "remote_nonnull_interface": "virInterface",
    "remote_nonnull_storage_pool": "virStoragePool",
    "remote_nonnull_storage_vol": "virStorageVol",
    "remote_nonnull_node_device": "virNodeDevice",
    "remote_nonnull_secret": "virSecret",
    "remote_nonnull_nwfilter": "virNWFilter",
    "remote_nonnull_nwfilter_binding": "virNWFilterBinding",
    "remote_nonnull_domain_snapshot": "virDomainSnapshot",
    "remote_nonnull_domain_checkpoint": "virDomainCheckpoint",
    "admin_nonnull_server": "virAdmServer",
    "admin_nonnull_client": "virAdmClient",
}
HEADER_DOMAIN = {  # VIR_FROM_THIS of the C file of each header, measured with the distribution's client
    "libvirt-domain.h": "DOMAIN",
    "libvirt-host.h": "DOMAIN",
    "libvirt-network.h": "NETWORK",
    "libvirt-storage.h": "STORAGE",
    "libvirt-secret.h": "SECRET",
    "libvirt-nwfilter.h": "NWFILTER",
    "libvirt-interface.h": "INTERFACE",
    "libvirt-nodedev.h": "NODEDEV",
    "libvirt-domain-snapshot.h": "DOMAIN_SNAPSHOT",
    "libvirt-domain-checkpoint.h": "DOMAIN_CHECKPOINT",
    "libvirt-stream.h": "STREAMS",
    "libvirt-qemu.h": "NONE",
    "libvirt-lxc.h": "NONE",
    "libvirt-admin.h": "ADMIN",
}
#: Functions written by hand in client/objects (streams, descriptors, events, migration, odd shapes).
HAND = {
    "virConnectClose", "virConnectIsEncrypted", "virConnectIsSecure", "virConnectGetAllDomainStats", "virDomainListGetStats",
    "virConnectDomainEventDeregister", "virConnectDomainEventDeregisterAny", "virConnectDomainEventRegister",
    "virConnectDomainEventRegisterAny", "virConnectDomainQemuMonitorEventDeregister",
    "virConnectDomainQemuMonitorEventRegister", "virConnectNetworkEventDeregisterAny", "virConnectNetworkEventRegisterAny",
    "virConnectNodeDeviceEventDeregisterAny", "virConnectNodeDeviceEventRegisterAny", "virConnectSecretEventDeregisterAny",
    "virConnectSecretEventRegisterAny", "virConnectStoragePoolEventDeregisterAny", "virConnectStoragePoolEventRegisterAny",
    "virConnectRegisterCloseCallback", "virConnectUnregisterCloseCallback", "virDomainCreate", "virDomainDestroy",
    "virDomainCreateWithFiles", "virDomainCreateXMLWithFiles", "virDomainFDAssociate", "virDomainGetCPUStats",
    "virDomainGetDiskErrors", "virDomainGetEmulatorPinInfo", "virDomainGetFSInfo", "virDomainGetIOThreadInfo",
    "virDomainGetSecurityLabel", "virDomainGetSecurityLabelList", "virDomainGetVcpuPinInfo", "virDomainGetVcpus",
    "virDomainInterfaceAddresses", "virDomainLxcOpenNamespace", "virDomainMemoryStats", "virDomainOpenChannel",
    "virDomainOpenConsole", "virDomainOpenGraphics", "virDomainOpenGraphicsFD", "virDomainQemuMonitorCommandWithFiles",
    "virDomainRename", "virDomainScreenshot", "virNetworkGetDHCPLeases", "virNodeGetCPUMap", "virNodeGetCPUStats",
    "virNodeGetMemoryStats", "virNodeGetSecurityModel", "virStorageVolDownload", "virStorageVolUpload", "virDomainGetJobStats",
    "virNodeGetInfo", "virAdmConnectClose", "virAdmConnectGetLoggingFilters", "virAdmConnectGetLoggingOutputs",
    "virAdmConnectListServers", "virAdmServerListClients", "virNodeAllocPages", "virNodeGetFreePages",
    "virConnectGetCPUModelNames", "virConnectGetType", "virDomainMigrate", "virDomainMigrate2", "virDomainMigrate3",
    "virDomainMigrateToURI", "virDomainMigrateToURI2", "virDomainMigrateToURI3", "virDomainBlockPeek", "virDomainMemoryPeek",
    "virDomainPinVcpu", "virDomainPinVcpuFlags", "virDomainPinEmulator", "virDomainPinIOThread",
}  # fmt: skip
SKIP_HEADERS = {"virterror.h", "libvirt-event.h", "libvirt-common.h", "libvirt-stream.h", None}
SNAKE_WORDS = {"NWFilter": "Nwfilter", "IOThread": "Iothread", "CPUs": "Cpus"}
KEYWORDS = {"from": "from_"}
RESULT_ENUMS = {  # (C function, wire field) → enum class of client/enums.py
    ("virDomainGetInfo", "state"): "DomainState",
    ("virDomainGetState", "state"): "DomainState",
    ("virDomainGetJobInfo", "type"): "DomainJobType",
    ("virDomainGetControlInfo", "state"): "DomainControlState",
    ("virStoragePoolGetInfo", "state"): "StoragePoolState",
    ("virStorageVolGetInfo", "type"): "StorageVolType",
    ("virStorageVolGetInfoFlags", "type"): "StorageVolType",
    ("virDomainGetBlockJobInfo", "type"): "DomainBlockJobType",
    ("virConnectCompareCPU", "result"): "CPUCompareResult",
    ("virConnectCompareHypervisorCPU", "result"): "CPUCompareResult",
}
STRINGS_OKAY = {  # calls to which the C library adds VIR_TYPED_PARAM_STRING_OKAY, seen on the wire of the distribution's
    "virDomainBlockStatsFlags",
    "virDomainGetBlkioParameters",
    "virDomainGetBlockIoTune",
    "virDomainGetInterfaceParameters",
    "virDomainGetLaunchSecurityInfo",
    "virDomainGetMemoryParameters",
    "virDomainGetNumaParameters",
    "virDomainGetSchedulerParametersFlags",
    "virNodeGetMemoryParameters",
    "virNodeGetSEVInfo",
}
RESULT_NAMES = {"virDomainGetState": "DomainStateInfo"}
DOMAIN_TOPICS = [  # first pattern that matches the name behind virDomain decides the module
    ("domain_migration", r"^Migrate"),
    ("domain_block", r"^(Block|GetBlock|SetBlock|GetDisk|Backup|Attach|Detach|Update)"),
    (
        "domain_guest",
        r"^(FS|Agent|Authorized|GetGuest|SetGuest|GetTime|SetTime|SetUser|GetHostname|GetMessages|Send|Qemu|Lxc|PM|InjectNMI)",
    ),
    (
        "domain_tuning",
        r"^(Set|Get).*(Parameters|Params|Memory|Vcpu|Perf|Scheduler|Iothread|IOThread|Pin|Security|Metadata|Lifecycle)|IOThread",
    ),
    ("domain_lifecycle", r"."),
]


def snake(name: str) -> str:
    for word, plain in SNAKE_WORDS.items():
        name = name.replace(word, plain)
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return name.lower()


def method_name(function: str, prefix: str) -> str:
    """The client's method for a C function of an object; functions of other object words keep the word."""
    if function.startswith("virAdm"):
        function, prefix = "vir" + function[6:], "vir" + prefix[6:]
    own = [prefix]
    if prefix in ("virDomainSnapshot", "virDomainCheckpoint"):
        own.append("virDomain")
    for start in own:
        if function.startswith(start) and function[len(start)].isupper():
            return snake(function[len(start) :])
    return snake(function[3:])


@dataclass
class Param:
    name: str
    type: str
    wire: str
    default: str | None = None


@dataclass
class Method:
    function: str
    name: str
    params: list[Param]
    returns: str
    body: list[str]
    klass: str
    module: str
    imports: set[str] = field(default_factory=set)


class Facts:
    def __init__(self, directory: Path) -> None:
        self.functions: list[dict[str, Any]] = json.loads((directory / "api.json").read_text())["functions"]
        for function in self.functions:  # without VIR_DOMAIN_BLOCK_REBASE_COPY no base means the whole chain
            if function["name"] == "virDomainBlockRebase":
                function["arg_checks"]["non_null"].remove("base")
        self.rows: dict[tuple[str, int], dict[str, Any]] = {}
        self.types: dict[str, dict[str, Any]] = {}
        for program in ("remote", "qemu", "lxc", "admin"):
            document = json.loads((directory / "protocol" / f"{program}.json").read_text())
            for entry in document["types"]:
                self.types[entry["name"]] = entry
            for row in document["procedures"]:
                self.rows[program, row["number"]] = row
        constants = json.loads((directory / "constants.json").read_text())
        self.values: dict[str, int] = {}
        for library in constants["libraries"].values():
            for enum in library["enums"].values():
                for member, value in enum["members"].items():
                    self.values[member] = value if isinstance(value, int) else value["value"]

    def fields(self, struct: str | None) -> list[dict[str, Any]]:
        return [] if struct is None else self.types[struct]["fields"]


INTS = {
    "int",
    "unsigned int",
    "hyper",
    "unsigned hyper",
    "char",
    "unsigned char",
    "short",
    "unsigned short",
    "long",
    "unsigned long",
}


def scalar(wire: dict[str, Any]) -> str | None:
    """The Python type of a wire field that is one plain value or plain array; None for anything else."""
    kind, array = wire["type"], wire.get("array")
    base = {"remote_nonnull_string": "str", "admin_nonnull_string": "str", "string": "str"}.get(kind)
    base = base or {"remote_string": "str | None", "admin_string": "str | None"}.get(kind)
    if kind in INTS:
        base = "int"
    elif kind == "double":
        base = "float"
    elif kind == "remote_uuid" or kind == "opaque":
        return "bytes"
    if base is None or array is None:
        return base
    return None if kind == "char" else f"list[{base}]"


class Irregular(Exception):
    """The function does not fit the regular shapes."""


FURTHER_CHECKS: dict[str, list[tuple[str, ...]]] = {
    "virDomainAuthorizedSSHKeysSet": [("flags & 0x3 and keys is None", "null_arg", '"keys"')],
    "virDomainBlockRebase": [
        ("flags & 0x8 and base is None", "null_arg", '"base"'),
        ("flags & 0x27 and not flags & 0x8", "invalid_arg", '"use of flags requires a copy job"', '"flags"'),
    ],
    "virDomainCoreDumpWithFormat": [
        ("not 0 <= dumpformat < 5", "invalid_arg", 'f"dumpformat \'{dumpformat}\' is not supported"', '"flags"')
    ],
    "virDomainGetMetadata": [
        ("type in (0, 1) and uri is not None", "not_null_arg", '"uri"'),
        ("type == 2 and uri is None", "null_arg", '"uri"'),
    ],
    "virDomainSetMetadata": [
        (
            "type == 1 and metadata is not None and '\\n' in metadata",
            "invalid_arg", '"metadata title can\'t contain newlines"', '"metadata"',
        ),
        ("type in (0, 1) and uri is not None", "not_null_arg", '"uri"'),
        ("type in (0, 1) and key is not None", "not_null_arg", '"key"'),
        ("type == 2 and uri is None", "null_arg", '"uri"'),
        ("type == 2 and metadata is not None and key is None", "null_arg", '"key"'),
    ],
    "virStorageVolResize": [
        (
            "capacity == 0 and not flags & 0x6",
            "invalid_arg",
            '"capacity in virStorageVolResize cannot be zero without \'delta\' or \'shrink\' flags set"',
            '"capacity"',
        )
    ],
    "virDomainSendKey": [
        ("not 0 <= codeset < 10", "invalid_arg", 'f"Unsupported codeset \'{codeset}\'"', '"codeset"'),
        ("not keycodes", "positive_arg", '"nkeycodes"'),
    ],
}
"""Checks of the C functions that the tables of the facts cannot say: condition, maker, its first arguments."""

ARGUMENTS_FIRST = {"virDomainAuthorizedSSHKeysSet", "virDomainSendProcessSignal"}
"""Functions that look at their arguments before they look whether the connection may change anything."""

PATHS = {
    ("virDomainSave", "to"), ("virDomainSaveFlags", "to"), ("virDomainCoreDump", "to"), ("virDomainCoreDumpWithFormat", "to"),
    ("virDomainRestore", "from"), ("virDomainRestoreFlags", "from"), ("virDomainSaveImageGetXMLDesc", "file"),
    ("virDomainSaveImageDefineXML", "file"),
}  # fmt: skip
"""Names of files that the C library makes absolute before a driver, perhaps in another place, sees them."""


class Generator:
    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.results: dict[str, list[tuple[str, str]]] = {}
        self.methods: list[Method] = []
        self.irregular: list[tuple[str, str]] = []

    def run(self) -> None:
        for function in self.facts.functions:
            name = function["name"]
            row = function.get("rpc")
            if row is None or name in HAND or function.get("object") not in OBJECTS:
                continue
            if function.get("header") in SKIP_HEADERS:
                continue
            try:
                self.methods.append(self.method(function))
            except Irregular as reason:
                self.irregular.append((name, str(reason)))

    # -- one function ---------------------------------------------------------------------------------------------

    def method(self, function: dict[str, Any]) -> Method:
        name: str = function["name"]
        owner = function["object"]
        klass, _, prefix = OBJECTS[owner]
        row = self.facts.rows[function["rpc"]["program"], function["rpc"]["number"]]
        params, wire_args = self.arguments(function, row, owner)
        conn = "self" if owner in ("virConnect", "virAdmConnect") else "conn"
        body: list[str] = []
        if conn == "conn":
            body.append("conn = self._conn")
        body += self.checks(function, params, conn)
        program = function["rpc"]["program"]
        tail = "" if program == "remote" or owner.startswith("virAdm") else f', "{program}"'
        arguments = ", ".join(wire_args) + ("," if len(wire_args) == 1 else "")
        if function["name"] in STRINGS_OKAY:
            arguments = arguments.replace("flags", "flags | STRINGS_OKAY")
        call = f'await {conn}._call("{row["short_name"]}", ({arguments}), deadline{tail})'
        returns, lines, imports = self.result(function, row, owner, conn, call)
        module = self.module(function, owner)
        return Method(name, method_name(name, prefix), params, returns, body + lines, klass, module, imports)

    def module(self, function: dict[str, Any], owner: str) -> str:
        name, header = function["name"], function["header"]
        if owner == "virDomain":
            rest = name[len("virDomain") :]
            if header in ("libvirt-domain-snapshot.h", "libvirt-domain-checkpoint.h"):
                return "domain_lifecycle"
            return next(module for module, pattern in DOMAIN_TOPICS if re.search(pattern, rest))
        if owner == "virConnect":
            topic = header.removeprefix("libvirt-").removesuffix(".h")
            return "connection_host" if topic in ("host",) else "connection_" + topic.replace("-", "_")
        if owner.startswith("virAdm"):
            return "admin"
        group = {"virNetworkPort": "network", "virStorageVol": "storage", "virStoragePool": "storage"}
        group |= {"virNWFilterBinding": "nwfilter", "virDomainSnapshot": "snapshot", "virDomainCheckpoint": "snapshot"}
        return group.get(owner, snake(owner[3:]))

    def arguments(self, function: dict[str, Any], row: dict[str, Any], owner: str) -> tuple[list[Param], list[str]]:
        wires = list(self.facts.fields(row["args"]))
        expressions: list[str] = []
        params: list[Param] = []
        if owner not in ("virConnect", "virAdmConnect"):
            first = wires.pop(0) if wires else None
            if first is None or WIRE_OBJECTS.get(first["type"]) != owner:
                if owner == "virNodeDevice" and first is not None and first["name"] == "name":
                    expressions.append("self._ref.name")
                else:
                    raise Irregular("first argument is not the object")
            else:
                expressions.append("self._ref")
        c_args = function["args"][1:]
        checks = function.get("arg_checks", {})
        position = 0
        for wire in wires:
            special = self.implied(row, wire)
            if special is not None:
                expressions.append(special)
                continue
            while position < len(c_args) and self.is_skipped(c_args[position], wire):
                position += 1
            if position == len(c_args):
                raise Irregular(f"no C argument for {wire['name']}")
            c_arg = c_args[position]
            position += 1
            param, expression = self.argument(function["name"], c_arg, wire, checks)
            params.append(param)
            expressions.append(expression)
        self.defaults(params)
        return params, expressions

    def implied(self, row: dict[str, Any], wire: dict[str, Any]) -> str | None:
        """Wire fields that no caller gives: how much room there is for the answer. We ask for the most that fits."""
        if wire["name"] == "need_results":
            return "1"
        if wire["name"] in ("maxnames", "maxids", "maxuuids") or (wire["name"] == "nparams" and wire["type"] == "int"):
            return str(self.facts.fields(row["ret"])[0]["max"])
        return None

    @staticmethod
    def is_skipped(c_arg: dict[str, Any], wire: dict[str, Any]) -> bool:
        kind, name = c_arg["type"], c_arg["name"]
        if wire.get("array") == "variable" or wire["type"] in WIRE_OBJECTS:
            return kind in ("int", "unsigned int") and name.startswith("n")
        if wire["type"] in INTS and ("*" in kind or kind.endswith("Ptr")):
            return True  # an out argument
        if kind.endswith("*") and "char" not in kind:
            return True
        counts = r"n[a-z]+s|ncpus|maplen|nparams|nkeycodes|maxnames|nameslen|maxids|maxuuids|value_size"
        return re.fullmatch(counts, name) is not None and wire["name"] != name

    def argument(
        self, function: str, c_arg: dict[str, Any], wire: dict[str, Any], checks: dict[str, Any]
    ) -> tuple[Param, str]:
        name = snake(c_arg["name"])
        name = KEYWORDS.get(name, name)
        kind = wire["type"]
        if kind in WIRE_OBJECTS:
            klass = OBJECTS[WIRE_OBJECTS[kind]][0]
            return Param(name, klass, kind), f"{name}._ref"
        if kind in ("remote_typed_param", "admin_typed_param"):
            return Param(name, "Params", kind), f"wire_params({name})"
        python = scalar(wire)
        if python is None:
            raise Irregular(f"argument {wire['name']}: {kind}")
        if python.startswith("list["):
            return Param(name, python.replace("list", "Sequence", 1), kind), f"list({name})"
        if python == "str | None" and c_arg["name"] in checks.get("non_null", []) and "null" not in checks:
            python = "str"
        if c_arg["name"] == "autostart":
            return Param(name, "bool", kind), f"int({name})"
        if (function, c_arg["name"]) in PATHS:
            return Param(name, python, kind), f"absolute({name})"
        return Param(name, python, kind), name

    @staticmethod
    def defaults(params: list[Param]) -> None:
        """What libvirt-python gives defaults: flags, bandwidth, and optional strings at the end."""
        for param in reversed(params):
            if param.name in ("flags", "bandwidth"):
                param.default = "0"
            elif param.type.endswith("| None"):
                param.default = "None"
            else:
                break

    # -- checks before the wire -------------------------------------------------------------------------------------

    @staticmethod
    def further(name: str, origin: str) -> list[str]:
        lines: list[str] = []
        for condition, maker, *arguments in FURTHER_CHECKS.get(name, ()):
            lines += [f"if {condition}:", f'    raise {maker}({", ".join([*arguments, chr(34) + name + chr(34)])}, {origin})']
        return lines

    def checks(self, function: dict[str, Any], params: list[Param], conn: str) -> list[str]:
        name = function["name"]
        origin = f"FROM_{HEADER_DOMAIN[function['header']]}"
        by_name = {p.name: p for p in params}
        lines: list[str] = []
        refusal: list[str] = []
        if function.get("readonly_allowed") is False:
            refusal = [f"if {conn}._readonly:", f'    raise read_only("{name}", {origin})']
            lines += refusal if name not in ARGUMENTS_FIRST else []
        elif function.get("readonly_allowed") == "conditional":
            lines += self.conditional(function, conn, origin)
        lines += self.further(name, origin)
        tables = function.get("arg_checks", {})
        for flag_a, flag_b in tables.get("exclusive_flags", []):
            a, b = self.facts.values[flag_a], self.facts.values[flag_b]
            if "flags" not in by_name:
                continue
            lines += [
                f"if flags & {a:#x} and flags & {b:#x}:",
                f'    raise exclusive_flags("{flag_a}", "{flag_b}", "{name}", {origin})',
            ]
        for flag_a, flag_b in tables.get("flag_requires", []):
            a, b = self.facts.values[flag_a], self.facts.values[flag_b]
            lines += [
                f"if flags & {a:#x} and not flags & {b:#x}:",
                f'    raise required_flag("{flag_a}", "{flag_b}", "{name}", {origin})',
            ]
        tests = {
            "non_null": ("{0} is None", "null_arg"),
            "non_empty_string": ("not {0}", "empty_arg"),
            "non_zero": ("{0} == 0", "zero_arg"),
            "non_negative": ("{0} < 0", "negative_arg"),
        }
        for key, (test, maker) in tests.items():
            for argument in tables.get(key, []):
                local = snake(argument.strip("*"))
                if local not in by_name or (key == "non_null" and "null" in tables):
                    continue
                lines += [f"if {test.format(local)}:", f'    raise {maker}("{argument}", "{name}", {origin})']
        return [*lines, *refusal] if name in ARGUMENTS_FIRST else lines

    def conditional(self, function: dict[str, Any], conn: str, origin: str) -> list[str]:
        condition: str = function["readonly_denied_if"]
        names = re.findall(r"VIR_\w+", condition)
        for constant in names:
            condition = condition.replace(constant, f"{self.facts.values[constant]:#x}")
        if "SECURE" not in function["readonly_denied_if"]:
            return [f"if {conn}._readonly and {condition}:", f'    raise read_only("{function["name"]}", {origin})']
        return [f"if {conn}._readonly and {condition}:", f'    raise secure_flag("{function["name"]}", {origin})']

    # -- results ------------------------------------------------------------------------------------------------------

    def result(
        self, function: dict[str, Any], row: dict[str, Any], owner: str, conn: str, call: str
    ) -> tuple[str, list[str], set[str]]:
        name = function["name"]
        fields = self.facts.fields(row["ret"])
        if not fields:
            return "None", [call], set()
        if len(fields) == 1 or (len(fields) == 2 and fields[1]["name"] in ("ret", "nparams") and fields[0].get("array")):
            access = "" if len(fields) == 1 else f".{fields[0]['name']}"
            return self.single(function, fields[0], owner, conn, call, access)
        result = re.sub(r"^vir(Connect)?", "", name).replace("Get", "", 1).replace("Flags", "")
        result = RESULT_NAMES.get(name, result)
        columns: list[tuple[str, str]] = []
        values: list[str] = []
        for wire in fields:
            python = scalar(wire)
            if python is None or wire.get("array"):
                raise Irregular(f"result field {wire['name']}")
            expression = f"r.{wire['name']}"
            enum = RESULT_ENUMS.get((name, wire["name"]))
            if enum:
                python, expression = enum, f"enum_of({enum}, {expression})"
            elif wire["name"] == "found":
                continue
            columns.append((snake(wire["name"]), python))
            values.append(expression)
        self.results[result] = columns
        lines = [f"r = {call}"]
        returns = result
        if fields[0]["name"] == "found":
            lines += ["if not r.found:", "    return None"]
            returns = f"{result} | None"
        lines.append(f"return {result}({', '.join(values)})")
        return returns, lines, {result} | {e for e in (RESULT_ENUMS.get((name, w["name"])) for w in fields) if e}

    def single(
        self, function: dict[str, Any], wire: dict[str, Any], owner: str, conn: str, call: str, access: str
    ) -> tuple[str, list[str], set[str]]:
        name, kind = function["name"], wire["type"]
        value = f"({call}){access}" if access else call
        if kind in ("remote_typed_param", "admin_typed_param"):
            return "dict[str, ParamValue]", [f"return params_dict({value})"], set()
        if kind in WIRE_OBJECTS:
            klass, factory, _ = OBJECTS[WIRE_OBJECTS[kind]]
            if function["return"] == "int" and WIRE_OBJECTS[kind] == owner and not wire.get("array"):
                return "None", [f"self._ref = {call}"], set()  # the object with its new id
            if wire.get("array"):
                return f"list[{klass}]", [f"make = {conn}.{factory}", f"return [make(r) for r in {value}]"], set()
            return klass, [f"return {conn}.{factory}({value})"], set()
        if wire["type"] == "char":
            raise Irregular("character array")
        python = scalar(wire)
        if python is None:
            raise Irregular(f"result {kind}")
        enum = RESULT_ENUMS.get((name, wire["name"]))
        if enum:
            return enum, [f"return enum_of({enum}, {value})"], {enum}
        boolean = re.search(r"(Is[A-Z]\w*|Has[A-Z]\w*|GetAutostart)$", name) and python == "int"
        if boolean:
            return "bool", [f"return bool({value})"], set()
        if python.startswith("list["):
            return python, [f"return list({value})"], set()
        return python, [f"result: {python} = {value}", "return result"], set()


# -- output ------------------------------------------------------------------------------------------------------------

HEAD = '''"""{title}

Generated by tools/gen_client_calls.py from the facts: do not edit.
"""

from __future__ import annotations

'''


def wrap(prefix: str, parts: list[str], suffix: str) -> str:
    line = prefix + ", ".join(parts) + suffix
    if len(line) <= 118:
        return line + "\n"
    pad = " " * 8
    joined = ", ".join(parts)
    if len(pad + joined) <= 118:
        return f"{prefix}\n{pad}{joined}\n    {suffix.lstrip()}\n"
    return prefix + "\n" + "".join(f"{pad}{p},\n" for p in parts) + f"    {suffix.lstrip()}\n"


def emit_method(method: Method) -> str:
    parts = ["self"]
    for p in method.params:
        parts.append(f"{p.name}: {p.type}" + (f" = {p.default}" if p.default is not None else ""))
    parts += ["*", "deadline: float | None = None"]
    text = wrap(f"    async def {method.name}(", parts, f") -> {method.returns}:")
    text += f'        """{method.function}."""\n'
    for line in method.body:
        text += emit_line("        " + line)
    return text


def emit_line(line: str) -> str:
    """One statement, the call's argument tuple on its own lines where it is long."""
    if len(line) <= 120:
        return line + "\n"
    pad = line[: len(line) - len(line.lstrip())]
    match = re.match(r"^(.*?_call\()(.*)(\))([^()]*\)?[^()]*)$", line)
    if match is None:
        match = re.match(r"^(.*?\()(.*)(\))()$", line)
    if match is None:
        raise ValueError(f"cannot break: {line}")
    return f"{match[1]}\n{pad}    {match[2]}\n{pad}{match[3]}{match[4]}\n"


def emit_module(module: str, methods: list[Method]) -> str:
    classes: dict[str, list[Method]] = {}
    for method in methods:
        classes.setdefault(method.klass, []).append(method)
    body = ""
    for klass, members in classes.items():
        mixin = class_of(module, klass)
        base = "ConnectionCore" if klass == "Connection" else "AdmConnectionCore" if klass == "AdmConnection" else "Base"
        if klass == "AdmServer" or klass == "AdmClient":
            base = "AdmBase"
        body += f'\n\nclass {mixin}({base}):\n    """Calls of {klass}; see the class of that name."""\n\n    __slots__ = ()\n'
        for method in members:
            body += "\n" + emit_method(method)
    return HEAD.format(title=f"Client calls: {module.replace('_', ' ')}.") + imports_of(body, methods) + body


def class_of(module: str, klass: str) -> str:
    topic = "".join(w.capitalize() for w in module.split("_"))
    return f"{topic}Calls" if topic.lower().startswith(klass.lower()) and klass in ("Domain", "Connection") else f"{klass}Calls"


CHECKS = {
    "read_only", "secure_flag", "exclusive_flags", "required_flag", "null_arg", "empty_arg", "zero_arg", "negative_arg",
    "absolute", "invalid_arg", "not_null_arg", "positive_arg",
}  # fmt: skip
"""What client/checks.py offers to generated code."""


def imports_of(body: str, methods: list[Method]) -> str:
    used = set(re.findall(r"[A-Za-z_][A-Za-z_0-9]*", body))
    constants = {u for u in used if u.startswith("FROM_")}
    checks = sorted((used & CHECKS) | constants, key=lambda n: (n.isupper() is False and not n.startswith("FROM_"), n))
    params = sorted(used & {"Params", "ParamValue", "STRINGS_OKAY", "params_dict", "wire_params"}, key=str.lower)
    bases = sorted(used & {"Base", "ConnectionCore", "AdmBase", "AdmConnectionCore", "enum_of"})
    results = sorted({i for m in methods for i in m.imports} - set(RESULT_ENUMS.values()))
    enums = sorted({i for m in methods for i in m.imports} & set(RESULT_ENUMS.values()))
    classes = sorted(used & {c[0] for c in OBJECTS.values()})
    classes = [c for c in classes if re.search(rf"[\[ ]{c}[\],:)| ]", re.sub(r'""".*?"""', "", body, flags=re.S))]
    text = ""
    types: list[str] = []
    if "Sequence" in used:
        types.append("    from collections.abc import Sequence\n")
    if classes:
        types.append("    from purevirt.client.objects import " + ", ".join(classes) + "\n")
    if types:
        text += "from typing import TYPE_CHECKING\n\n"
    for module, names in (("base", bases), ("checks", checks), ("enums", enums), ("params", params), ("results", results)):
        if names:
            text += wrap_import(f"from purevirt.client.{module} import ", names)
    if types:
        text += "\nif TYPE_CHECKING:\n" + "\n".join(types)
    return text


def wrap_import(prefix: str, names: list[str]) -> str:
    line = prefix + ", ".join(names)
    if len(line) <= 120:
        return line + "\n"
    return prefix + "(\n" + "".join(f"    {n},\n" for n in names) + ")\n"


def emit_results(results: dict[str, list[tuple[str, str]]]) -> str:
    enums = sorted({t for columns in results.values() for _, t in columns if t in set(RESULT_ENUMS.values())})
    text = HEAD.format(title="What calls answer that have more than one value: immutable, typed, unpackable.")
    text += "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from typing import NamedTuple as Record\n\n"
    block = wrap_import("from purevirt.client.enums import ", enums)
    text += "".join(f"    {line}\n" for line in block.splitlines())
    text += "else:\n    from purevirt.types.record import Record\n"
    for name, columns in sorted(results.items()):
        text += f'\n\nclass {name}(Record):\n    """What the call of that name answers."""\n\n'
        text += "".join(f"    {column}: {python}\n" for column, python in columns)
    return text


def emit_param_types(facts: Path) -> str:
    families = json.loads((facts / "constants.json").read_text())["typed_parameter_fields"]
    types: dict[str, str] = {}
    for family in families.values():
        for entry in family.values():
            if entry["type"] is not None and isinstance(entry["field"], str):
                types.setdefault(entry["field"], entry["type"].removeprefix("VIR_TYPED_PARAM_"))
    used = sorted(set(types.values()))
    text = HEAD.format(title="The C type of every typed parameter libvirt names.")
    text += f"from purevirt.types.typed_params import {', '.join(used)}\n\nPARAM_TYPES: dict[str, int] = {{\n"
    return text + "".join(f'    "{name}": {kind},\n' for name, kind in sorted(types.items())) + "}\n"


def generate(facts: Path) -> dict[Path, str]:
    """Path → text of every generated file."""
    generator = Generator(Facts(facts))
    generator.run()
    if generator.irregular:
        raise SystemExit("neither regular nor by hand:\n" + "\n".join(f"  {n}: {r}" for n, r in generator.irregular))
    modules: dict[str, list[Method]] = {}
    for method in generator.methods:
        modules.setdefault(method.module, []).append(method)
    files = {OUT / "calls" / f"{name}.py": emit_module(name, methods) for name, methods in modules.items()}
    files[OUT / "param_types.py"] = emit_param_types(facts)
    files[OUT / "results.py"] = emit_results(generator.results)
    return {path: formatted(text) for path, text in files.items()}


def formatted(text: str) -> str:
    """As ruff formats and sorts it, so that regenerating gives the committed files."""
    ruff = str(Path(sys.executable).with_name("ruff"))
    for command in (["check", "--select", "I,F401", "--fix-only", "--quiet"], ["format", "--quiet"]):
        done = subprocess.run(
            [ruff, *command, "--config", str(ROOT / "pyproject.toml"), "--stdin-filename", str(OUT / "x.py"), "-"],
            input=text,
            capture_output=True,
            text=True,
            check=True,
        )
        text = done.stdout
    return text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=Path, default=ROOT.parent / "shared" / "facts")
    parser.add_argument("--check", action="store_true", help="fail where a committed file differs")
    options = parser.parse_args()
    differing = 0
    for path, text in generate(options.facts).items():
        if path.exists() and path.read_text() == text:
            continue
        differing += 1
        if not options.check:
            path.write_text(text)
    return 1 if options.check and differing else 0


if __name__ == "__main__":
    sys.exit(main())
