"""What the firmware says of the machine (SMBIOS), as the kernel shows it."""

from __future__ import annotations

from pathlib import Path

_DIRECTORY = Path("/sys/class/dmi/id")


def dmi(directory: Path = _DIRECTORY) -> dict[str, str]:
    """Entry name ("bios_vendor", "product_uuid" …) → text; empty where there is no SMBIOS. Unreadable ones are left out."""
    found = {}
    for path in sorted(directory.iterdir()) if directory.is_dir() else []:
        try:
            text = path.read_text(errors="replace").strip() if path.is_file() else ""
        except OSError:
            continue
        if text:
            found[path.name] = text
    return found
