"""Corpus suite qemufirmware: firmware documents read and written, their order, and what a machine gets from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from purevirt.drivers.qemu.firmware import supported
from purevirt.drivers.qemu.firmware_document import Firmware
from purevirt.testing.corpus.qemu_world import firmware_descriptors


class FirmwareSuite:
    """All relations of the suite."""

    def check(self, case: dict[str, Any], directory: Path) -> str | None:
        if case["relation"] == "json->json":
            produced: Any = Firmware.parse(case["input"], (directory / case["input"]).read_text(encoding="utf-8")).to_document()
            expected: Any = json.loads((directory / case["expected"]).read_text(encoding="utf-8"))
            for name in ("description", "tags"):
                expected.pop(name, None)
        else:
            firmwares = firmware_descriptors((directory / "../common").resolve())
            expected = case["expected_value"]
            if case["relation"] == "precedence":
                produced = [firmware.path for firmware in firmwares]
            else:
                found = supported(firmwares, case["arch"], case["machine"])
                images = [list(image) for image in found.images]
                produced = {"secure": found.secure, "images": images, "interfaces": list(found.interfaces)}
        return None if produced == expected else f"got {json.dumps(produced)}"


SUITES = {"qemufirmware": FirmwareSuite()}
