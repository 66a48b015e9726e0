"""A guest's CPU made concrete: by the host it starts on, by the models its hypervisor knows, by what it got when it ran."""

from __future__ import annotations

from purevirt.cpu import models
from purevirt.cpu.description import Description, Policy, cpu_error
from purevirt.cpu.x86_bits import all_bits, bits_with, feature_bits, model_of
from purevirt.cpu.x86_data import X86Data
from purevirt.cpu.x86_decode import Allowed, decode
from purevirt.errors import ErrorCode


def update(guest: Description, host: Description) -> None:
    """Replace what depends on the host: host-model and `minimum` become the host's model, `optional` is decided."""
    if guest.mode == "host-model" or guest.match == "minimum":
        wanted = dict(guest.features)
        if guest.mode == "host-model":
            guest.vendor = host.vendor
        guest.model, guest.features = host.model, dict(host.features) | wanted
        guest.mode, guest.match = "custom", "exact"
    has = all_bits(host)
    for name, policy in guest.features.items():
        if policy == "optional":
            mask = feature_bits(name)
            guest.features[name] = "require" if has & mask == mask else "disable"


def settle_removed(guest: Description) -> None:
    """Say of the features that the model had once that the guest has them not: hypervisors may still mean them."""
    model = models.x86().models.get(guest.model or "")
    for name in model.removed if model is not None else ():
        guest.features.setdefault(name, "disable")


def check_features(guest: Description) -> None:
    """CONFIG_UNSUPPORTED for a feature that nobody knows."""
    for name in guest.features:
        if name not in models.x86().features:
            raise cpu_error(ErrorCode.CONFIG_UNSUPPORTED, f"unknown CPU feature: {name}")


def translate(guest: Description, allowed: Allowed | None) -> None:
    """Say the CPU by a model that the hypervisor knows; CONFIG_UNSUPPORTED when the guest allows no other model."""
    if guest.model is None or not allowed or guest.model in allowed:
        return
    if guest.fallback != "allow":
        raise cpu_error(ErrorCode.CONFIG_UNSUPPORTED, f"CPU model {guest.model} is not supported by hypervisor")
    model = model_of(guest.model)
    data = X86Data(all_bits(guest), models.x86().vendors.get(model.vendor or ""))
    if model.signatures:
        pattern = model.signatures[0]
        data.signature = (pattern.family, pattern.model, pattern.steppings[0])
    found = decode(data, allowed=allowed)
    guest.model = found.model
    for name, policy in guest.features.items():
        found.features[name] = "require" if policy == "optional" else policy
    guest.features = found.features


def copy_migratable(cpu: Description) -> Description:
    """The CPU without the features that keep a guest from moving."""
    copy, fixed = cpu.copy(), models.x86().unmigratable
    copy.features = {name: policy for name, policy in cpu.features.items() if name not in fixed}
    return copy


def expand(cpu: Description) -> Description:
    """The CPU with the features of its model listed too, sorted by name."""
    copy = cpu.copy()
    features: dict[str, Policy] = dict.fromkeys(models.x86().names_of(all_bits(cpu)), "require")
    copy.features = dict(sorted((features | cpu.features).items()))
    return copy


def has_feature(cpu: Description, name: str) -> bool:
    """Does the CPU have the feature; INTERNAL_ERROR when nobody knows it."""
    mask = feature_bits(name)
    return all_bits(cpu) & mask == mask


def update_live(guest: Description, enabled: int, disabled: int, *, strict: bool) -> None:
    """Write into a running guest's CPU what the hypervisor really gave it.

    `enabled`: the features the guest has; `disabled`: those that were asked for and could not be had. With `strict`
    (check='full') a difference raises OPERATION_FAILED instead.
    """
    as_host = guest.mode in ("host-passthrough", "maximum")
    expected, switched_off = all_bits(guest), bits_with(guest, "disable")
    added, removed = [], []
    features = dict(guest.features)
    for name, mask in models.x86().features.items():
        wanted = expected & mask == mask
        unwanted = not wanted and (not as_host or switched_off & mask == mask)
        if unwanted and enabled & mask == mask:
            added.append(name)
            features[name] = "require"
        if disabled & mask == mask or (wanted and enabled & mask != mask):
            removed.append(name)
            features[name] = "disable"
    if strict and (added or removed):
        raise cpu_error(ErrorCode.OPERATION_FAILED, _mismatch(added, removed))
    guest.features = features


def _mismatch(added: list[str], removed: list[str]) -> str:
    said = [f"{what} features: {','.join(names)}" for what, names in (("extra", added), ("missing", removed)) if names]
    return "guest CPU doesn't match specification: " + ", ".join(said)
