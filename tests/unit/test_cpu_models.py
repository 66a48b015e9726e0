"""CPU models: facts, bits, comparing and completing, with the errors that clients see."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from purevirt.cpu import calls, models, x86_data, x86_decode, x86_update
from purevirt.cpu.description import Description
from purevirt.cpu.outcome import Comparison
from purevirt.errors import ErrorCode, VirtError
from purevirt.model._engine import ParseContext
from purevirt.model.cpu_data import CpuData

ROOT = Path(__file__).parents[2]
HOST = Description(arch="x86_64", is_host=True, model="Haswell", vendor="Intel", features={"vmx": "require", "invtsc": "require"})


def guest(model: str | None = None, **policies: str) -> Description:
    features = {name.replace("_dot_", "."): policy for name, policy in policies.items()}
    return Description(model=model, features=features)  # type: ignore[arg-type]


def test_every_model_decodes_to_itself() -> None:
    for model in models.x86().models.values():
        if not model.for_guest or model.name == "cpu64-rhel5":
            continue
        data = x86_data.X86Data(model.bits, models.x86().vendors.get(model.vendor or ""))
        found = x86_decode.decode(data, inputs=[model.name])
        assert found.model == model.name
        assert set(found.features.values()) <= {"disable"}
        assert set(found.features) <= set(model.removed)


def test_signatures_are_the_bytes_of_leaf_1() -> None:
    for value in (0x000306C3, 0x00080665, 0x00830F10, 0x00A20F10, 0x00000F4A, 0x00000633):
        assert x86_data.encode_signature(x86_data.decode_signature(value)) == value


def test_cpu_data_is_written_as_it_is_read() -> None:
    text = """<cpudata arch='x86'>
  <cpuid eax_in='0x00000000' ecx_in='0x00' eax='0x00000000' ebx='0x756e6547' ecx='0x6c65746e' edx='0x49656e69'/>
  <cpuid eax_in='0x00000001' ecx_in='0x00' eax='0x000306c3' ebx='0x00000000' ecx='0x00000201' edx='0x00000001'/>
  <cpuid eax_in='0x80000007' ecx_in='0x00' eax='0x00000000' ebx='0x00000000' ecx='0x00000000' edx='0x00000100'/>
  <msr index='0x10a' eax='0x00000001' edx='0x00000000'/>
</cpudata>
"""
    data = x86_data.from_document(CpuData.from_xml(text, ParseContext()))
    assert (data.vendor, data.vendor_name, data.signature) == ("GenuineIntel", "Intel", (6, 60, 3))
    assert models.x86().names_of(data.bits) == ["fpu", "pni", "ssse3", "invtsc", "rdctl-no"]
    assert x86_data.to_document(data).to_xml() == text


@pytest.mark.parametrize(
    ("cpu", "reason"),
    [
        (guest("Penryn", vmx="forbid"), "Host CPU provides forbidden features: vmx"),
        (guest("Penryn", svm="require", sse4a="require"), "Host CPU does not provide required features: svm, sse4a"),
        (Description(model="Penryn", vendor="AMD"), "host CPU vendor does not match required CPU vendor AMD"),
        (Description(arch="ppc64", is_host=True, model="POWER8"), "CPU arch ppc64 does not match host arch"),
        (
            Description(model="Haswell", match="strict", features={"vmx": "optional"}),
            "Host CPU does not strictly match guest CPU: Extra features: invtsc",
        ),
    ],
)
def test_an_incompatible_cpu_says_why(cpu: Description, reason: str) -> None:
    found = calls.compare("x86_64", HOST, cpu)
    assert (found.result, found.reason) == (Comparison.INCOMPATIBLE, reason)
    with pytest.raises(VirtError) as caught:
        calls.require("x86_64", HOST, cpu)
    assert caught.value.code == ErrorCode.CPU_INCOMPATIBLE
    assert caught.value.message == f"the CPU is incompatible with host CPU: {reason}"


def test_what_a_host_cannot_give_may_be_forced_or_left_out() -> None:
    assert calls.compare("x86_64", HOST, guest("Penryn", svm="force")).result == Comparison.SUPERSET
    assert calls.compare("x86_64", HOST, guest("Broadwell", adx="disable", rdseed="disable", smap="disable",
                                               **{"3dnowprefetch": "optional"})).result == Comparison.SUPERSET  # fmt: skip
    assert calls.compare("x86_64", HOST, guest("Haswell", vmx="require", invtsc="optional")).result == Comparison.IDENTICAL


@pytest.mark.parametrize(
    ("cpu", "code", "text"),
    [
        (guest("Wunder"), ErrorCode.INTERNAL_ERROR, "internal error: Unknown CPU model Wunder"),
        (guest("Penryn", wunder="require"), ErrorCode.INTERNAL_ERROR, "internal error: Unknown CPU feature wunder"),
        (guest("Penryn", wunder="optional"), ErrorCode.INTERNAL_ERROR, "internal error: Unknown CPU feature wunder"),
    ],
)
def test_unknown_names_are_errors(cpu: Description, code: int, text: str) -> None:
    with pytest.raises(VirtError) as caught:
        calls.compare("x86_64", HOST, cpu)
    assert (caught.value.code, caught.value.message) == (code, text)


@pytest.mark.parametrize(
    ("cpus", "code", "text"),
    [
        ([], ErrorCode.INVALID_ARG, "invalid argument: No CPUs given"),
        ([guest("Penryn"), guest()], ErrorCode.INVALID_ARG, "invalid argument: no CPU model specified at index 1"),
        (
            [Description(model="486", vendor="AMD"), Description(model="486", vendor="Intel")],
            ErrorCode.OPERATION_FAILED,
            "operation failed: CPU vendors do not match",
        ),
        (
            [guest("486"), Description(model="Penryn", vendor="AMD")],
            ErrorCode.OPERATION_FAILED,
            "operation failed: CPU vendor Intel of model Penryn differs from vendor AMD",
        ),
    ],
)
def test_a_baseline_that_cannot_be(cpus: list[Description], code: int, text: str) -> None:
    with pytest.raises(VirtError) as caught:
        calls.baseline("x86_64", cpus)
    assert (caught.value.code, caught.value.message) == (code, text)


def test_a_model_that_the_hypervisor_lacks_is_said_by_another_unless_forbidden() -> None:
    cpu = guest("Haswell", vmx="require")
    calls.translate("x86_64", cpu, {"SandyBridge": (), "qemu64": ()})
    assert cpu.model == "SandyBridge"
    assert cpu.features["avx2"] == cpu.features["vmx"] == "require"
    strict = Description(model="Haswell", fallback="forbid")
    with pytest.raises(VirtError, match="CPU model Haswell is not supported by hypervisor"):
        calls.translate("x86_64", strict, {"SandyBridge": ()})


def test_a_running_guest_says_what_it_really_got() -> None:
    cpu = guest("Penryn", vmx="require")
    has = models.x86().models["Penryn"].bits | models.x86().features["hypervisor"]
    with pytest.raises(VirtError) as caught:
        x86_update.update_live(cpu.copy(), has, 0, strict=True)
    text = "guest CPU doesn't match specification: extra features: hypervisor, missing features: vmx"
    assert caught.value.message == f"operation failed: {text}"
    x86_update.update_live(cpu, has, models.x86().features["vmx"], strict=False)
    assert cpu.features == {"vmx": "disable", "hypervisor": "require"}


def test_no_model_is_read_before_it_is_needed() -> None:
    code = """
import purevirt, purevirt.daemon.main, purevirt.drivers.qemu.define, purevirt.drivers.qemu.launch, sys
loaded = sys.modules.get("purevirt.cpu.models")
assert loaded is None or not loaded._facts.cache_info().currsize
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, env=environment)
