"""What is known of CPU models: which bit a feature is, which features a model has. Read from models.json when first asked.

x86 features are bits of CPUID leaves and of model-specific registers. All registers that any feature uses are laid one
after another into one Python int, so a set of features is an int, and comparing, joining and subtracting are `&`, `|`
and `& ~`. A bit that is no known feature has no place and is dropped when data is read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

# A register: ("cpuid", leaf, subleaf, name) or ("msr", index, 0, name).
Register = tuple[str, int, int, str]
Signature = tuple[int, int, int]
"""Family, model and stepping as the processor tells them."""

_FILE = Path(__file__).with_name("models.json")


@dataclass(frozen=True, slots=True)
class SignaturePattern:
    """Family, model and the steppings of the processors a model describes."""

    family: int
    model: int
    steppings: range

    def matches(self, signature: Signature) -> bool:
        return signature[:2] == (self.family, self.model) and signature[2] in self.steppings


@dataclass(frozen=True, slots=True)
class X86Model:
    """A named set of features. `for_host`, `for_guest`: what raw data may be decoded to.

    `removed`: features that the model had once. Hypervisors may still mean them, so a guest says whether it has them.
    """

    name: str
    vendor: str | None
    bits: int
    signatures: tuple[SignaturePattern, ...]
    for_host: bool
    for_guest: bool
    removed: tuple[str, ...]

    def describes(self, signature: Signature | None) -> bool:
        return signature is not None and any(pattern.matches(signature) for pattern in self.signatures)


@dataclass(frozen=True, slots=True)
class X86Models:
    """The x86 part. `features` and `models` are in the order in which they are tried and listed."""

    vendors: dict[str, str]
    features: dict[str, int]
    unmigratable: frozenset[str]
    models: dict[str, X86Model]
    offsets: dict[Register, int]

    by_bit: dict[int, tuple[int, str]]
    """Each feature is one bit: its place in the order and its name, by the bit."""

    def names_of(self, bits: int) -> list[str]:
        """The features that are set, in order."""
        found, known = [], self.by_bit
        while bits:
            low = bits & -bits
            bits ^= low
            if (named := known.get(low)) is not None:
                found.append(named)
        return [name for _, name in sorted(found)]


@dataclass(frozen=True, slots=True)
class PvrModel:
    """A model known by the processor version register: (value, mask) pairs."""

    name: str
    vendor: str | None
    pvr: tuple[tuple[int, int], ...]


@cache
def _facts() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found


def _mask(text: str, offsets: dict[Register, int]) -> int:
    mask = 0
    for item in text.split():
        first, second, register, bits = item.split(":")
        kind, number, sub = ("msr", second, "0") if first == "msr" else ("cpuid", first, second)
        key = (kind, int(number, 16), int(sub, 16), register)
        mask |= int(bits, 16) << offsets.setdefault(key, 32 * len(offsets))
    return mask


def _pattern(text: str) -> SignaturePattern:
    family, model, *stepping = text.split("/")
    first, _, last = stepping[0].partition("-") if stepping else ("0", "-", "15")
    return SignaturePattern(int(family), int(model), range(int(first), int(last or first) + 1))


@cache
def x86() -> X86Models:
    """The x86 models."""
    facts = _facts()["x86"]
    offsets: dict[Register, int] = {}
    features = {row[0]: _mask(row[1], offsets) for row in facts["features"]}
    models: dict[str, X86Model] = {}
    for row in facts["models"]:
        bits = models[row["like"]].bits if "like" in row else 0
        for name in row.get("with", ()):
            bits |= features[name]
        for name in row.get("without", ()):
            bits &= ~features[name]
        patterns = tuple(_pattern(text) for text in row.get("signatures", ()))
        kinds = row.get("for", ("host", "guest"))
        removed = tuple(row.get("removed", ()))
        models[row["name"]] = X86Model(row["name"], row.get("vendor"), bits, patterns, "host" in kinds, "guest" in kinds, removed)
    unmigratable = frozenset(row[0] for row in facts["features"] if "unmigratable" in row[2:])
    by_bit: dict[int, tuple[int, str]] = {}
    for index, (name, mask) in enumerate(features.items()):
        if mask.bit_count() != 1:
            raise ValueError(f"CPU feature {name} is not one bit")
        by_bit.setdefault(mask, (index, name))
    return X86Models(dict(facts["vendors"]), features, unmigratable, models, offsets, by_bit)


@cache
def pvr_models(arch: str) -> dict[str, PvrModel]:
    """The models of "ppc64" or "arm", in order."""
    rows = _facts()[arch]["models"]
    return {
        row["name"]: PvrModel(row["name"], row.get("vendor"), tuple((value, mask) for value, mask in row["pvr"])) for row in rows
    }
