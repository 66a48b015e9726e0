"""The CPU that a running guest really has, as QEMU tells it, written into the live document.

QEMU answers for all CPUID leaves at once (`feature-words`), and names what was asked for and could not be had. It says
nothing of model-specific registers there; those are asked for one by one, and only of guests that can have them.
"""

from __future__ import annotations

from typing import Any

from purevirt.cpu import models, x86_data, x86_update
from purevirt.cpu.description import Description
from purevirt.cpu.models import Register
from purevirt.cpu.x86_bits import all_bits, bits_of
from purevirt.drivers.qemu import machine_types as mt
from purevirt.drivers.qemu.cpu_names import from_qemu, to_qemu
from purevirt.drivers.qemu.monitor import decode
from purevirt.drivers.qemu.vm import Runtime, Vm

_GATE = "arch-capabilities"
"""The feature that says that the register of the others is there."""


async def settle_live_cpu(vm: Vm, run: Runtime) -> None:
    """Ask, compare with what the definition wants, and say the rest. OPERATION_FAILED when check='full' and they differ."""
    document = vm.require_live()
    kind = document.os.type if document.os is not None else None
    cpu, arch = document.cpu, kind.arch if kind is not None else None
    if cpu is None or arch is None or not mt.is_x86(arch) or cpu.model_name is None or cpu.mode not in (None, "custom"):
        return
    if run.cpu_path is None:
        return
    wanted = Description.of_guest(cpu, arch)
    enabled, disabled = await _ask(vm, run.cpu_path, wanted)
    vm.require_active()
    asked = cpu.copy()
    x86_update.update_live(wanted, enabled, disabled, strict=cpu.check == "full")
    changed = wanted.features != {feature.name: feature.policy for feature in cpu.features}
    wanted.store(cpu)
    cpu.check = "full"
    run.asked_cpu = asked if changed else None
    vm.changed()


async def _ask(vm: Vm, path: str, wanted: Description) -> tuple[int, int]:
    """Bits of the features that the first processor has, and of those that it was refused."""
    monitor, arch = vm.require_monitor(), wanted.arch or "x86_64"
    names = _register_features() if all_bits(wanted) & bits_of([_GATE]) else []
    questions = [
        monitor.submit("qom-get", {"path": path, "property": name})
        for name in ("feature-words", "unavailable-features", *(to_qemu(arch, name) for name in names))
    ]
    words, refused, *single = [await monitor.result(question, "qom-get") for question in questions]
    enabled = x86_data.from_registers(registers_of(words)).bits
    enabled |= bits_of(name for name, value in zip(names, single, strict=True) if value is True)
    return enabled, bits_of(from_qemu(arch, name) for name in decode.sequence(refused, "qom-get") if isinstance(name, str))


def registers_of(reply: Any) -> list[tuple[Register, int]]:
    """The registers in a reply for `feature-words`."""
    return [
        (
            (
                "cpuid",
                decode.integer(item, "cpuid-input-eax", "feature-words"),
                decode.integer_or(item, "cpuid-input-ecx"),
                decode.string(item, "cpuid-register", "feature-words").lower(),
            ),
            decode.integer(item, "features", "feature-words"),
        )
        for item in decode.objects(reply, "feature-words")
    ]


def _register_features() -> list[str]:
    """The features that are bits of model-specific registers."""
    known = models.x86()
    mask = sum(0xFFFFFFFF << at for register, at in known.offsets.items() if register[0] == "msr")
    return [name for name, bit in known.features.items() if bit & mask]
