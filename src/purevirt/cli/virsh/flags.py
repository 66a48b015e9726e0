"""Option words to the flag bits of the API."""

from __future__ import annotations

from purevirt.cli.engine.args import Args
from purevirt.types.constants import VIR_DOMAIN_AFFECT_CONFIG, VIR_DOMAIN_AFFECT_LIVE


def collect(a: Args, bits: dict[str, int]) -> int:
    """The bits of the options that were given."""
    flags = 0
    for name, bit in bits.items():
        if a.given(name):
            flags |= bit
    return flags


def affect(a: Args) -> int:
    """--live and --config; none of them, or --current, is 0."""
    return collect(a, {"live": VIR_DOMAIN_AFFECT_LIVE, "config": VIR_DOMAIN_AFFECT_CONFIG})
