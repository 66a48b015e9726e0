"""The kernel's table of IPv4 neighbours (ARP)."""

from __future__ import annotations

from pathlib import Path

_TABLE = Path("/proc/net/arp")
_COMPLETE = 0x2


def neighbours(table: Path = _TABLE) -> dict[str, list[str]]:
    """MAC address in lower case → IPv4 addresses that answered from it; empty when the table cannot be read."""
    try:
        lines = table.read_text().splitlines()[1:]
    except OSError:
        return {}
    found: dict[str, list[str]] = {}
    for line in lines:
        fields = line.split()  # address, hardware type, flags, MAC, mask, device
        if len(fields) >= 6 and int(fields[2], 16) & _COMPLETE:
            found.setdefault(fields[3].lower(), []).append(fields[0])
    return found
