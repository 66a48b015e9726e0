"""Write src/purevirt/compat/calls/*.py: the regular methods of libvirt-python's classes, from the facts and our client.

    python tools/gen_compat.py [--check]

A method is regular when its C function has a client method (found by the C name in its docstring) that takes the same
arguments. What is shaped otherwise is written in compat/libvirt.py and compat/events.py by hand: HAND names them, and
the signature test counts that nothing is left out.
"""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

import purevirt.client  # noqa: E402

FACTS = ROOT.parent / "shared" / "facts"
OUT = ROOT / "src" / "purevirt" / "compat" / "calls"

CLIENT = {
    "virDomain": "Domain", "virNetwork": "Network", "virNetworkPort": "NetworkPort", "virInterface": "Interface",
    "virStoragePool": "StoragePool", "virStorageVol": "StorageVol", "virConnect": "Connection",
    "virNodeDevice": "NodeDevice", "virSecret": "Secret", "virNWFilter": "NWFilter",
    "virNWFilterBinding": "NWFilterBinding", "virStream": "Stream", "virDomainCheckpoint": "DomainCheckpoint",
    "virDomainSnapshot": "DomainSnapshot",
}  # fmt: skip
PUBLIC = {client: public for public, client in CLIENT.items()}

FILES = {
    "connect": ("virConnect",),
    "domain": ("virDomain",),
    "network": ("virNetwork", "virNetworkPort"),
    "storage": ("virStoragePool", "virStorageVol"),
    "devices": ("virInterface", "virNodeDevice"),
    "secret": ("virSecret",),
    "nwfilter": ("virNWFilter", "virNWFilterBinding"),
    "snapshot": ("virDomainCheckpoint", "virDomainSnapshot"),
    "stream": ("virStream",),
}
SPLIT_AT = 85
"""Methods per generated class, so that no module grows past the house's limit."""

HAND = {
    "virDomain": {"setTime", "migrate", "migrate2"},
    "virConnect": {
        "close", "domainEventDeregister", "domainEventRegister", "networkEventRegisterAny", "domainEventRegisterAny",
        "storagePoolEventRegisterAny", "nodeDeviceEventRegisterAny", "secretEventRegisterAny",
        "domainEventDeregisterAny", "networkEventDeregisterAny", "storagePoolEventDeregisterAny",
        "nodeDeviceEventDeregisterAny", "secretEventDeregisterAny", "unregisterCloseCallback", "registerCloseCallback",
        "setKeepAlive", "virConnGetLastError", "virConnResetLastError", "domainListGetStats",
    },
    "virStream": {
        "eventAddCallback", "eventRemoveCallback", "eventUpdateCallback", "recv", "recvFlags", "send", "recvAll", "sendAll",
        "sparseRecvAll", "sparseSendAll",
    },
}  # fmt: skip

OBJECT_ARGUMENTS = {"dconn", "st", "stream", "snap", "clonevol"}

NEEDED = {"clonevol": ("INVALID_STORAGE_VOL", "STORAGE"), "snap": ("INVALID_DOMAIN_SNAPSHOT", "DOMAIN_SNAPSHOT")}
"""Object arguments that must not be None, and the error for it."""

SETTERS = {
    "virDomainSetBlkioParameters": "get_blkio_parameters(flags)",
    "virDomainSetBlockIoTune": "get_block_io_tune({0}, flags)",
    "virDomainSetInterfaceParameters": "get_interface_parameters({0}, flags)",
    "virDomainSetMemoryParameters": "get_memory_parameters(flags)",
    "virDomainSetNumaParameters": "get_numa_parameters(flags)",
    "virDomainSetSchedulerParameters": "get_scheduler_parameters()",
    "virDomainSetSchedulerParametersFlags": "get_scheduler_parameters_flags(flags)",
    "virNodeSetMemoryParameters": "node_get_memory_parameters(flags)",
}
"""Functions for which the binding first asks which parameters there are, and the call that does."""

SHAPES = {
    "virDomainGetBlockInfo": "[{0}.capacity, {0}.allocation, {0}.physical]",
    "virDomainGetBlockJobInfo": "{{}} if {0} is None else {{name: plain(value) for name, value in {0}._asdict().items()}}",
    "virDomainBlockStats": "tuple({0})",
    "virDomainInterfaceStats": "tuple({0})",
    "virDomainGetControlInfo": "row({0})",
    "virDomainGetFSInfo": "[(f.mountpoint, f.name, f.fstype, list(f.dev_aliases)) for f in {0}]",
    "virDomainGetInfo": "row({0})",
    "virDomainInterfaceAddresses": "interfaces({0})",
    "virDomainGetJobInfo": "row({0})",
    "virDomainGetJobStats": '{{"type": int({0}.type), **{0}.params}}',
    "virDomainMemoryStats": "memory_stats({0})",
    "virDomainGetSchedulerType": "tuple({0})",
    "virDomainGetSecurityLabel": "[{0}.label, {0}.enforcing]",
    "virDomainGetSecurityLabelList": "[[label.label, label.enforcing] for label in {0}]",
    "virDomainGetState": "row({0})",
    "virDomainGetTime": '{{"seconds": {0}.seconds, "nseconds": {0}.nseconds}}',
    "virNetworkGetDHCPLeases": "[lease(found) for found in {0}]",
    "virStoragePoolGetInfo": "row({0})",
    "virStorageVolGetInfo": "row({0})",
    "virStorageVolGetInfoFlags": "row({0})",
    "virNodeGetCPUMap": "({0}.cpus, list(cpus_of({0}.cpumap, {0}.cpus)), {0}.online)",
    "virNodeGetInfo": "node_info({0})",
    "virNodeGetSecurityModel": "row({0})",
    "virConnectGetAllDomainStats": '[(make("virDomain", self, found.domain), dict(found.params)) for found in {0}]',
}
"""Results with parts: the client's result {0} as the binding shows it."""

WHOLE = {
    "virDomainGetVcpus": "vcpus(self._o)",
    "virDomainGetVcpuPinInfo": "[cpus_of(m, host_cpus(self._o)) for m in self._o.get_vcpu_pin_info(flags)]",
    "virDomainGetEmulatorPinInfo": "cpus_of(self._o.get_emulator_pin_info(flags).cpumap, host_cpus(self._o))",
    "virDomainGetIOThreadInfo": (
        "[(i.iothread_id, list(cpus_of(i.cpumap, host_cpus(self._o)))) for i in self._o.get_iothread_info(flags)]"
    ),
    "virDomainGetCPUStats": "cpu_stats(self._o, total, flags)",
    "virDomainPinVcpu": "self._o.pin_vcpu(vcpu, cpu_set(cpumap, self._o))",
    "virDomainPinVcpuFlags": "self._o.pin_vcpu_flags(vcpu, cpu_set(cpumap, self._o), flags)",
    "virDomainPinEmulator": "self._o.pin_emulator(cpu_set(cpumap, self._o), flags)",
    "virDomainPinIOThread": "self._o.pin_iothread(uint(iothread_val), cpu_set(cpumap, self._o), flags)",
    "virDomainAddIOThread": "self._o.add_iothread(uint(iothread_id), flags)",
    "virDomainDelIOThread": "self._o.del_iothread(uint(iothread_id), flags)",
    "virDomainSetIOThreadParams": "self._o.set_iothread_params(uint(iothread_val), params or None, flags)",
    "virDomainSendKey": "self._o.send_key(codeset, holdtime, keycodes, flags)",
    "virDomainSetVcpus": "self._o.set_vcpus(uint(nvcpus))",
    "virDomainSetVcpusFlags": "self._o.set_vcpus_flags(uint(nvcpus), flags)",
    "virDomainSnapshotListNames": "(self._o.snapshot_num(flags) and self._o.snapshot_list_names(flags)) or []",
    "virDomainSnapshotListChildrenNames": "(self._o.num_children(flags) and self._o.list_children_names(flags)) or []",
    "virDomainSetGuestVcpus": "self._o.set_guest_vcpus(text(cpumap), int(state), flags)",
    "virDomainGetDiskErrors": "{e.disk: plain(e.error) for e in self._o.get_disk_errors()}",
    "virConnectGetDomainCapabilities": "self._o.get_domain_capabilities(emulatorbin, arch, machine, virttype, sint(flags))",
    "virNodeAllocPages": "self._o.node_alloc_pages(filled(pages), startCell, cellCount, flags)",
    "virDomainRevertToSnapshot": "twin_of(snap).revert_to_snapshot(flags)",
    "virConnectListDomainsID": "(self._o.num_of_domains() and self._o.list_domains()) or []",
    "virNodeListDevices": "(self._o.node_num_of_devices(cap, flags) and self._o.node_list_devices(cap, flags)) or []",
    **{
        f"virConnectList{kind}": f"(self._o.num_of_{snake} and self._o.list_{snake}) or []"
        for kind, snake in (
            ("DefinedDomains", "defined_domains()"),
            ("DefinedInterfaces", "defined_interfaces()"),
            ("DefinedNetworks", "defined_networks()"),
            ("DefinedStoragePools", "defined_storage_pools()"),
            ("Interfaces", "interfaces()"),
            ("NWFilters", "nwfilters()"),
            ("Networks", "networks()"),
            ("Secrets", "secrets()"),
            ("StoragePools", "storage_pools()"),
        )
    },
    "virDomainAuthorizedSSHKeysSet": (
        "self._o.authorized_ssh_keys_set(user, keys if keys is not None or flags & 3 else [], flags)"
    ),
    "virDomainFSFreeze": "self._o.fs_freeze(mountpoints or [], flags)",
    "virDomainFSThaw": "self._o.fs_thaw(mountpoints or [], flags)",
    "virDomainBlockCopy": "self._o.block_copy(disk, destxml, params or {}, flags)",
}
"""Functions whose call is not the client's method with the same arguments."""


BEFORE = {
    "virDomainSendKey": "counted(keycodes, nkeycodes, 16)",
    "virNodeGetCellsFreeMemory": "cells(startCell, maxCells)",
}
"""What the binding looks at before it calls the library: the error on record stays the last one."""

NONE_ON_FAILURE = {"virDomainGetGuestVcpus", "virDomainMigrateGetCompressionCache", "virDomainMigrateGetMaxDowntime"}
"""Functions of which the binding answers None, and its own test for a failure does not see it."""


def documented() -> dict[str, tuple[str, str]]:
    """C function → (client class, method), from the docstrings."""
    found: dict[str, tuple[str, str]] = {}
    for name in CLIENT.values():
        cls = getattr(purevirt.client, name)
        for method in dir(cls):
            member = getattr(cls, method)
            if inspect.isfunction(member):
                match = re.match(r"(vir[A-Z]\w+)", member.__doc__ or "")
                if match:
                    found.setdefault(match[1], (name, method))
    return found


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def parameters(facts: dict[str, Any]) -> tuple[str, list[str]]:
    texts, names = ["self"], []
    for p in facts["params"][1:]:
        name, default = p["name"], p.get("default")
        kind = "int" if name == "flags" or (default is not None and default.lstrip("-").isdigit()) else "Any"
        texts.append(f"{name}: {kind}" + (f" = {default}" if default is not None else ""))
        names.append(name)
    return ", ".join(texts), names


class Writer:
    def __init__(self) -> None:
        self.docs = documented()
        self.used: set[str] = set()

    def uses(self, text: str) -> str:
        self.used.update(re.findall(r"\b(\w+)\(", text))
        return text

    def method(self, cls: str, name: str, facts: dict[str, Any]) -> list[str] | None:
        """The lines of a method; None for one that is written by hand."""
        calls = facts.get("libvirtmod_calls")
        if not calls or name in HAND.get(cls, ()) or name.startswith("_") or name == "c_pointer":
            return None
        function = calls[0]
        text, names = parameters(facts)
        call, returns = self.call(cls, function, names)
        value, annotation = self.value(function, call, returns)
        raising = bool(facts.get("raises")) and function not in NONE_ON_FAILURE
        lines = [f"    def {name}({text}) -> {annotation}:"]
        if len(lines[0]) > 130:
            lines = [f"    def {name}(", f"        {text}", f"    ) -> {annotation}:"]
        if function in BEFORE:
            lines.append(f"        {self.uses(BEFORE[function])}")
        if "uuid" in names:
            lines.append(f'        uuid = uuid16(uuid, "{function}")')
        lines.append(f'        with {"failing" if raising else "answering"}("{function}"):')
        self.used.add("failing" if raising else "answering")
        if returns in ("None", "0"):
            lines.append(f"            {self.uses(value)}")
            lines.append("        return 0" if raising else "            return 0")
        else:
            shaped = "{0}" not in value
            if not shaped:
                lines.append(f"            found = {self.uses(call)}")
                value = value.replace("{0}", "found")
            if len(value) > 110:
                lines.append(f"            rows = {call}")
                value = value.replace(call, "rows")
            if len(value) > 110 and value.startswith("["):
                lines.append("            return [")
                before, after = value[1:-1].rsplit(" for ", 1)
                lines += [f"                {before}", f"                for {after}", "            ]"]
            else:
                lines.append(f"            return {self.uses(value)}")
        if not raising:
            unsigned = (facts["binding_return_type"], facts["binding_source"]) == ("unsigned long long", "c-api")
            failure = "0" if unsigned else "-1"
            if function in NONE_ON_FAILURE:
                lines[0] = lines[0].replace(f"-> {annotation}:", "-> Any:")
                annotation = "Any"
            lines.append(f"        return {'None' if annotation == 'Any' else failure}")
        return [*lines, ""]

    def call(self, cls: str, function: str, names: list[str]) -> tuple[str, str]:
        """The client's call and its return annotation."""
        client = CLIENT[cls]
        where = self.docs.get(function)
        if where is None:
            tail = function.removeprefix(cls)
            where = (client, snake(tail))
        returns = ""
        if hasattr(getattr(purevirt.client, where[0]), where[1]):
            returns = str(inspect.signature(getattr(getattr(purevirt.client, where[0]), where[1])).return_annotation)
        if function in WHOLE:
            return WHOLE[function], returns if returns in ("None",) else "Any"
        assert where[0] == client, (cls, function, where)
        assert returns, (cls, function, where)
        arguments = ", ".join(self.argument(function, n) for n in names)
        if function in SETTERS:
            getter = SETTERS[function].replace("{0}", names[0])
            arguments = arguments.replace("params", f"settable(params, lambda: self._o.{getter})")
        return f"self._o.{where[1]}({arguments})", returns

    @staticmethod
    def argument(function: str, name: str) -> str:
        if name in NEEDED:
            return f'needed({name}, ErrorCode.{NEEDED[name][0]}, ErrorDomain.{NEEDED[name][1]}, "{function}")'
        return f"twin_of({name})" if name in OBJECT_ARGUMENTS else name

    def value(self, function: str, call: str, returns: str) -> tuple[str, str]:
        """The binding's value out of the client's call, and its annotation."""
        if function in SHAPES:
            return SHAPES[function].replace("{{", "{").replace("}}", "}"), "Any"
        if function in WHOLE or returns == "None":
            return call, "int" if returns == "None" else "Any"
        if returns == "bool":
            return f"int({call})", "int"
        many = re.fullmatch(r"list\[(\w+)\]", returns)
        if many and many[1] in PUBLIC:
            return f'[make("{PUBLIC[many[1]]}", self, found) for found in {call}]', "Any"
        if returns in PUBLIC:
            return f'make("{PUBLIC[returns]}", self, {call})', "Any"
        if returns in ("int", "CPUCompareResult"):
            return f"int({call})", "int"
        return call, "Any"


SHAPE_NAMES = (
    "cells", "counted", "cpu_set", "cpu_stats", "cpus_of", "filled", "host_cpus", "interfaces", "lease", "memory_stats",
    "node_info", "plain", "row", "settable", "sint", "text", "uint", "vcpus",
)  # fmt: skip


def module(stem: str, classes: dict[str, dict[str, Any]], writer: Writer) -> dict[str, str]:
    """The texts of the modules of one stem, by file name."""
    out: dict[str, str] = {}
    bodies: list[tuple[str, str, list[str]]] = []
    for cls in FILES[stem]:
        methods = [
            lines for name, facts in classes[cls]["methods"].items() if (lines := writer.method(cls, name, facts))
        ]
        parts = [methods[i : i + SPLIT_AT] for i in range(0, len(methods), SPLIT_AT)]
        for number, part in enumerate(parts):
            suffix = "" if len(parts) == 1 else f"_{number + 1}"
            bodies.append((f"{stem}{suffix}", f"{cls}Calls{suffix.removeprefix('_')}", [x for m in part for x in m]))
    for file in dict.fromkeys(b[0] for b in bodies):
        text = [""]
        for name, lines in [(b[1], b[2]) for b in bodies if b[0] == file]:
            about = '    """The regular methods; each is the C function it names."""'
            text += ["", f"class {name}:", about, "", "    _o: Any", ""]
            text += lines
        body = "\n".join(text).rstrip() + "\n"
        used = set(re.findall(r"\b(\w+)\(", body))
        imports = ["from typing import Any", ""]
        handle = sorted(used & {"make", "needed", "twin_of"})
        if "needed" in used:
            imports.append("from purevirt.errors import ErrorCode, ErrorDomain")
        if handle:
            imports.append(f"from purevirt.compat.handle import {', '.join(handle)}")
        imports.append(f"from purevirt.compat.raising import {', '.join(sorted(used & {'failing', 'answering', 'uuid16'}))}")
        shapes = sorted(used & set(SHAPE_NAMES))
        if shapes:
            line = f"from purevirt.compat.shapes import {', '.join(shapes)}"
            if len(line) > 130:
                line = "from purevirt.compat.shapes import (\n" + "".join(f"    {s},\n" for s in shapes) + ")"
            imports.append(line)
        head = (
            '"""Regular methods of ' + ", ".join(FILES[stem]) + ' as in libvirt-python.\n\n'
            'Generated by tools/gen_compat.py from the facts: do not edit.\n"""\n\n'
            "from __future__ import annotations\n\n"
        )
        out[file] = head + "\n".join(imports) + "\n" + body
    return out


def dispatchers(methods: dict[str, Any], events: dict[str, Any]) -> str:
    """calls/dispatch.py: what an event's callback gets, and which dispatcher an event id has."""
    lines = [
        '"""What happens between an event and the callback registered for it, as in libvirt-python.',
        "",
        "Generated by tools/gen_compat.py from the facts: do not edit.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "from typing import Any",
        "",
        "from purevirt.compat.handle import make",
        "from purevirt.compat.shapes import graphics_address",
        "",
        "DISPATCH = {",
    ]
    for scope, facts in events["objects"].items():
        lines += [f'    ("{scope}", {e["id"]}): "{e["python_dispatcher"]}",' for e in facts["events"]]
    lines += ["}", '"""(scope, event id) → method."""', "", "", "class virConnectDispatch:"]
    lines += ['    """The dispatchers. `dom`, `net` … are the client\'s objects, cbData is what was registered."""', ""]
    lines += ["    domainEventCallbacks: dict[Any, dict[str, Any]]", ""]
    for name, facts in methods.items():
        if not name.startswith("_dispatch"):
            continue
        names = [p["name"] for p in facts["params"][1:]]
        lines.append(f"    def {name}(self, {', '.join(f'{n}: Any' for n in names)}) -> {facts['return_annotation']}:")
        if len(lines[-1]) > 130:
            lines[-1:] = [f"    def {name}(", f"        self, {', '.join(f'{n}: Any' for n in names)}", "    ) -> int:"]
        if name == "_dispatchDomainEventCallbacks":
            lines.append("        for callback, data in list(self.domainEventCallbacks.items()):")
            lines.append('            callback(self, make("virDomain", self, dom), event, detail, data["opaque"])')
            lines.append("")
            continue
        made = facts.get("returns_objects")
        given = [n for n in names if n != "cbData"]
        if made:
            given[0] = f'make("{made[0]}", self, {given[0]})'
        given = [f"graphics_address({n})" if n in ("localAddr", "remoteAddr") else n for n in given]
        lines.append(f'        cbData["cb"](self, {", ".join(given)}, cbData["opaque"])')
        if len(lines[-1]) > 130:
            every = ["self", *given, 'cbData["opaque"]']
            lines[-1:] = ['        cbData["cb"](', *(f"            {g}," for g in every), "        )"]
        lines += ["        return 0", ""] if facts["return_annotation"] == "int" else [""]
    return "\n".join(lines).rstrip() + "\n"


def domains(functions: list[dict[str, Any]]) -> str:
    """function_domains.py: where an error about a bad handle comes from, for what is not VIR_FROM_DOMAIN."""
    from gen_client_calls import HEADER_DOMAIN

    from purevirt.errors import ErrorDomain

    rows = {f["name"]: HEADER_DOMAIN.get(f.get("header") or "", "NONE") for f in functions}
    rows["virConnectClose"] = "NONE"
    mine = {f["name"] for f in functions if f["object"] == "virConnect"}
    odd = {name: int(ErrorDomain[domain]) for name, domain in sorted(rows.items()) if domain != "DOMAIN"}
    body = "".join(f'    "{name}": {number},\n' for name, number in odd.items() if name in mine)
    return (
        '"""VIR_FROM_* of the functions that report a handle that is closed; 20 (VIR_FROM_DOM) for all others.\n\n'
        'Generated by tools/gen_compat.py from the facts: do not edit.\n"""\n\n'
        "from __future__ import annotations\n\nFUNCTION_DOMAINS = {\n" + body + "}\n"
    )


def formatted(text: str) -> str:
    """As ruff sorts and formats it."""
    ruff = str(Path(sys.executable).with_name("ruff"))
    for command in (["check", "--select", "I,F401", "--fix-only", "--quiet"], ["format", "--quiet"]):
        words = [ruff, *command, "--stdin-filename", str(OUT / "x.py"), "-"]
        text = subprocess.run(words, input=text, capture_output=True, text=True, check=True).stdout
    return text


def generate() -> dict[Path, str]:
    """Path → text of every generated file."""
    classes = json.loads((FACTS / "python_api.json").read_text())["modules"]["libvirt"]["classes"]
    events = json.loads((FACTS / "events.json").read_text())
    functions = json.loads((FACTS / "api.json").read_text())["functions"]
    files = {
        OUT / "__init__.py": "",
        OUT / "dispatch.py": formatted(dispatchers(classes["virConnect"]["methods"], events)),
        OUT / "function_domains.py": domains(functions),
    }
    writer = Writer()
    for stem in FILES:
        for file, text in module(stem, classes, writer).items():
            files[OUT / f"{file}.py"] = formatted(text)
    return files


def main() -> int:
    checking = "--check" in sys.argv
    differing = 0
    for path, text in generate().items():
        if not path.exists() or path.read_text() != text:
            differing += 1
            if not checking:
                path.write_text(text)
    return 1 if checking and differing else 0


if __name__ == "__main__":
    sys.exit(main())
