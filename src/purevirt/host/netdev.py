"""Counters of network interfaces, as the kernel keeps them in /proc/net/dev."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_TABLE = Path("/proc/net/dev")


@dataclass(frozen=True, slots=True)
class NetCounters:
    """What went through an interface, seen from its owner."""

    rx_bytes: int
    rx_packets: int
    rx_errors: int
    rx_drops: int
    tx_bytes: int
    tx_packets: int
    tx_errors: int
    tx_drops: int

    def swapped(self) -> NetCounters:
        """Seen from the other end: what the host's tap sends, its guest receives."""
        return NetCounters(
            self.tx_bytes,
            self.tx_packets,
            self.tx_errors,
            self.tx_drops,
            self.rx_bytes,
            self.rx_packets,
            self.rx_errors,
            self.rx_drops,
        )


def net_counters(table: Path = _TABLE) -> dict[str, NetCounters]:
    """Interface name → counters; empty when the table cannot be read."""
    try:
        lines = table.read_text().splitlines()
    except OSError:
        return {}
    found = {}
    for line in lines:
        name, colon, rest = line.rpartition(":")
        values = rest.split()
        if colon and len(values) >= 12 and all(value.isdecimal() for value in values):
            n = [int(value) for value in values]
            found[name.strip()] = NetCounters(n[0], n[1], n[2], n[3], n[8], n[9], n[10], n[11])
    return found
