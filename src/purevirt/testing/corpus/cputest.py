"""Corpus suite cputest: comparing, completing and decoding CPUs, by the models of the database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from purevirt.cpu import calls, x86_bits, x86_update
from purevirt.cpu.description import Description
from purevirt.cpu.outcome import Comparison
from purevirt.cpu.x86_data import X86Data, describe_signature, from_document
from purevirt.cpu.x86_decode import Allowed, decode
from purevirt.drivers.qemu.capabilities import CpuDefinition
from purevirt.drivers.qemu.host_model import allowed_models, data_of
from purevirt.drivers.qemu.probe import read_cpu_definitions, read_host_cpu
from purevirt.errors import ErrorCode, VirtError
from purevirt.model._engine import FormatContext, ParseContext
from purevirt.model.arch import is_x86
from purevirt.model.cpu import Cpu, HostCpu
from purevirt.model.cpu_data import CpuData, CpuTest
from purevirt.testing.corpus.runner import Case, difference, joined, read


def _description(text: str, arch: str | None = None) -> Description:
    """A guest's or a host's CPU, as the document says itself."""
    if "<arch>" in text:
        return Description.of_host(HostCpu.from_xml(text, ParseContext()))
    return Description.of_guest(Cpu.from_xml(text, ParseContext(inactive=True)), arch)


def _host(case: Case, directory: Path) -> Description:
    return Description.of_host(HostCpu.from_xml(read(directory, case["host"]), ParseContext()))


def _replies(case: Case, directory: Path, key: str = "input_json") -> list[dict[str, Any]]:
    """The QMP replies of a file, one JSON value after another."""
    text, found, at = read(directory, case[key]), [], 0
    while at < len(text.rstrip()):
        value, end = json.JSONDecoder().raw_decode(text, at)
        found.append(value)
        at = end + len(text[end:]) - len(text[end:].lstrip())
    return found


def _definitions(replies: list[dict[str, Any]]) -> list[CpuDefinition]:
    return read_cpu_definitions(replies[1]["return"]) if len(replies) > 1 else []


def _allowed(replies: list[dict[str, Any]]) -> Allowed | None:
    return allowed_models("x86_64", _definitions(replies)) or None


def _text(cpu: Description) -> str:
    return cpu.to_guest().to_xml(FormatContext())


def _compare(case: Case, directory: Path) -> str:
    return calls.compare(case["arch"], _host(case, directory), _description(read(directory, case["input"]))).result.name


def _update(case: Case, directory: Path) -> str:
    document = Cpu.from_xml(read(directory, case["input"]), ParseContext(inactive=True))
    guest, host = Description.of_guest(document), _host(case, directory)
    calls.update(case["arch"], guest, x86_update.copy_migratable(host) if is_x86(case["arch"]) else host)
    guest.store(document)
    return document.to_xml()


def _guest_cpu(case: Case, directory: Path) -> str:
    document = Cpu.from_xml(read(directory, case["input"]), ParseContext(inactive=True))
    arch, guest, host = case["arch"], Description.of_guest(document), _host(case, directory)
    calls.convert_legacy(arch, guest)
    calls.require(arch, host, guest)
    calls.update(arch, guest, host)
    models = case["models"]
    calls.translate(arch, guest, dict.fromkeys(models, ()) if models is not None else None)
    guest.store(document)
    return document.to_xml()


def _baseline(case: Case, directory: Path) -> str:
    cpus = [Description.of_host(cpu) for cpu in CpuTest.from_xml(read(directory, case["input"]), ParseContext()).cpus]
    return _checked_baseline(case["arch"], cpus, case["flags"])


def _cpuid_baseline(case: Case, directory: Path) -> str:
    return _checked_baseline(case["arch"], [_description(read(directory, name), "x86_64") for name in case["inputs"]], [])


def _checked_baseline(arch: str, cpus: list[Description], flags: list[str]) -> str:
    """The baseline; every CPU it is of must be able to give it."""
    found = calls.baseline(arch, cpus, migratable="MIGRATABLE" in flags)
    for cpu in cpus:
        result = calls.compare(arch, cpu, found).result
        if result not in (Comparison.IDENTICAL, Comparison.SUPERSET):
            raise VirtError(ErrorCode.INTERNAL_ERROR, f"a CPU of the baseline is {result.name}")
    return _text(x86_update.expand(found) if "EXPAND_FEATURES" in flags else found)


def _has_feature(case: Case, directory: Path) -> str:
    return "YES" if x86_update.has_feature(_host(case, directory), case["feature"]) else "NO"


def _cpuid(case: Case, directory: Path) -> X86Data:
    return from_document(CpuData.from_xml(read(directory, case["input"]), ParseContext()))


def _host_cpuid(case: Case, directory: Path) -> str:
    found = decode(_cpuid(case, directory), host=True)
    found.arch = case["arch"]
    return found.to_host().to_xml()


def _guest_cpuid(case: Case, directory: Path) -> str:
    allowed = _allowed(_replies(case, directory)) if "input_json" in case else None
    found = decode(_cpuid(case, directory), allowed=allowed)
    found.fallback = "forbid"
    return _text(found)


def _signature(data: X86Data) -> str:
    return describe_signature(data.signature or (0, 0, 0))


def _json_data(case: Case, directory: Path) -> X86Data:
    host = read_host_cpu(_replies(case, directory, "input")[0]["return"]["model"])
    return data_of(host, migratable=False)


def _json_guest(case: Case, directory: Path) -> str:
    found = decode(_json_data(case, directory), allowed=_allowed(_replies(case, directory, "input")))
    found.fallback = "forbid"
    return _text(found)


class UpdateLive:
    """The result is compared by what it means: features of the model need not be said, more may be switched off."""

    def check(self, case: Case, directory: Path) -> str | None:
        guest = _description(joined(read(directory, case["input"])))
        wanted = _description(joined(read(directory, case["expected"])))
        if guest.model != wanted.model and wanted.model is not None:
            guest.fallback = "allow"
            x86_update.translate(guest, {wanted.model: ()})
        documents = (CpuData.from_xml(read(directory, case[key]), ParseContext()) for key in ("enabled", "disabled"))
        enabled, disabled = (from_document(document).bits for document in documents)
        x86_update.update_live(guest, enabled, disabled, strict=False)
        if guest.model != wanted.model:
            return f"expected {wanted.model}, got {guest.model}"
        has, should = x86_bits.all_bits(guest), x86_bits.all_bits(wanted)
        if has != should:
            return f"missing {x86_bits.joined(should & ~has)}; extra {x86_bits.joined(has & ~should)}"
        return None


_RELATIONS = {
    "cpu-compare": _compare,
    "cpu-update": _update,
    "cpu-guestcpu": _guest_cpu,
    "cpu-baseline": _baseline,
    "cpuid-baseline": _cpuid_baseline,
    "cpu-hasfeature": _has_feature,
    "cpuid->host-cpu": _host_cpuid,
    "cpuid->guest-cpu": _guest_cpuid,
    "cpuid->signature": lambda case, directory: _signature(_cpuid(case, directory)),
    "json->signature": lambda case, directory: _signature(_json_data(case, directory)),
    "json->guest-cpu": _json_guest,
}


class CpuSuite:
    """A case's relation says what is done with its files."""

    def check(self, case: Case, directory: Path) -> str | None:
        if case["relation"] == "cpu-updatelive":
            return UpdateLive().check(case, directory)
        try:
            produced = _RELATIONS[case["relation"]](case, directory)
        except VirtError as error:
            return None if case["expect"] != "ok" else error.explain()
        if case["expect"] != "ok":
            return f"expected {case['expect']}, got a result"
        if "expected_value" in case:
            return None if produced == case["expected_value"] else f"expected {case['expected_value']}, got {produced}"
        return difference(joined(read(directory, case["expected"])), produced.rstrip("\n") + "\n")


SUITES = {"cputest": CpuSuite()}
