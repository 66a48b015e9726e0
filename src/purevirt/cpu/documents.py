"""CPU documents that clients hand in for comparing and baselines, and the answers to them."""

from __future__ import annotations

from collections.abc import Sequence

from purevirt.cpu import calls, x86_update
from purevirt.cpu.description import Description, cpu_error
from purevirt.cpu.x86_decode import Allowed
from purevirt.errors import ErrorCode, VirtError
from purevirt.model._engine import ParseContext
from purevirt.model._engine.tree import parse_tree
from purevirt.model.arch import is_x86
from purevirt.model.cpu import Cpu, HostCpu


def read(text: str, *, host: bool = False, validate: bool = False) -> Description:
    """A `<cpu>`: one with an architecture is a host's, else a guest's. `host`: it must be a host's."""
    root = parse_tree(text, "CPU_definition")
    context = ParseContext(inactive=True, validate=validate)
    named = root.find("arch") is not None
    if host and root.get("mode") is not None:
        raise cpu_error(ErrorCode.CONFIG_UNSUPPORTED, "Attribute mode is only allowed for guest CPU")
    if host and not named:
        raise cpu_error(ErrorCode.XML_ERROR, "Missing CPU architecture")
    if not named:
        return Description.of_guest(Cpu.from_xml(text, context))
    found = HostCpu.from_xml(text, context)
    if found.arch is not None and found.model is None:
        raise cpu_error(ErrorCode.XML_ERROR, "Missing CPU model name")
    return Description.of_host(found)


def compare(arch: str, host: Description | None, cpu: Description, *, strict: bool) -> int:
    """virCPUCompareResult; with `strict` an incompatible CPU raises CPU_INCOMPATIBLE."""
    return int(calls.require(arch, host, cpu) if strict else calls.compare(arch, host, cpu).result)


def read_all(texts: Sequence[str], *, host: bool) -> list[Description]:
    """The CPUs of a baseline. INVALID_ARG when there are none or one has no model."""
    if not texts:
        raise VirtError(ErrorCode.INVALID_ARG, "no CPUs given")
    found = [read(text, host=host) for text in texts]
    for index, cpu in enumerate(found):
        if cpu.model is None:
            raise VirtError(ErrorCode.INVALID_ARG, f"no CPU model specified at index {index}")
    return found


def baseline(
    arch: str,
    cpus: Sequence[Description],
    *,
    allowed: Allowed | None = None,
    features: Sequence[str] | None = None,
    migratable: bool = False,
    expand: bool = False,
    forbid_fallback: bool = False,
) -> str:
    """The guest's `<cpu>` that all of `cpus` can give, as a document."""
    found = calls.baseline(arch, cpus, allowed=allowed, features=features, migratable=migratable)
    if forbid_fallback:
        found.fallback = "forbid"
    if expand and is_x86(arch):
        found = x86_update.expand(found)
    return found.to_guest().to_xml()
