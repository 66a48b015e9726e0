"""The host's swtpm programs: where they are and what they say they can do."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from logging import getLogger

from purevirt.host import process

log = getLogger("purevirt.qemu.tpm")

PROBE_S = 10.0


@dataclass(frozen=True, slots=True)
class TpmPrograms:
    """Paths of swtpm and swtpm_setup, and the features that each of them lists."""

    swtpm: str
    setup: str
    swtpm_features: frozenset[str]
    setup_features: frozenset[str]

    @property
    def versions(self) -> tuple[str, ...]:
        """TPM versions that can be made; programs from before the time when they told can make both."""
        known = {"tpm-1.2": "1.2", "tpm-2.0": "2.0"}
        told = tuple(version for feature, version in known.items() if feature in self.setup_features)
        return told or ("1.2", "2.0")


_cache: dict[tuple[str, int, str, int], TpmPrograms] = {}


def known() -> TpmPrograms | None:
    """What is known without asking; None when a program is missing or has not been asked yet."""
    key = _key()
    return _cache.get(key) if key else None


async def find() -> TpmPrograms | None:
    """The programs of this host, asked again whenever one of them changes; None when one is missing."""
    key = _key()
    if key is None:
        return None
    found = _cache.get(key)
    if found is None:
        swtpm, setup = key[0], key[2]
        features = await _features([swtpm, "socket"]), await _features([setup])
        found = _cache[key] = TpmPrograms(swtpm, setup, *features)
    return found


def _key() -> tuple[str, int, str, int] | None:
    swtpm, setup = shutil.which("swtpm"), shutil.which("swtpm_setup")
    if swtpm is None or setup is None:
        return None
    return swtpm, os.stat(swtpm).st_mtime_ns, setup, os.stat(setup).st_mtime_ns


async def _features(command: list[str]) -> frozenset[str]:
    """What `--print-capabilities` lists; nothing for a program too old to know the option."""
    try:
        code, output, _ = await process.run([*command, "--print-capabilities"], deadline_s=PROBE_S)
        return frozenset(json.loads(output)["features"]) if code == 0 else frozenset()
    except (OSError, TimeoutError, ValueError, KeyError, TypeError) as error:
        log.warning("cannot learn what %s can do: %s", command[0], error)
        return frozenset()
