"""Names of CPU features: libvirt's documents and QEMU's properties differ in a few of x86."""

from __future__ import annotations

from purevirt.drivers.qemu import machine_types as mt

_TO_QEMU = {
    "cmp_legacy": "cmp-legacy", "ds_cpl": "ds-cpl", "fxsr_opt": "fxsr-opt", "kvm_pv_eoi": "kvm-pv-eoi",
    "kvm_pv_unhalt": "kvm-pv-unhalt", "lahf_lm": "lahf-lm", "nodeid_msr": "nodeid-msr", "pclmuldq": "pclmulqdq",
    "perfctr_core": "perfctr-core", "perfctr_nb": "perfctr-nb", "tsc_adjust": "tsc-adjust",
}  # fmt: skip
_FROM_QEMU = {theirs: ours for ours, theirs in _TO_QEMU.items()}


def to_qemu(arch: str, name: str) -> str:
    """A feature as QEMU calls it."""
    return _TO_QEMU.get(name, name) if mt.is_x86(arch) else name


def from_qemu(arch: str, name: str) -> str:
    """A feature as documents call it."""
    return _FROM_QEMU.get(name, name) if mt.is_x86(arch) else name
