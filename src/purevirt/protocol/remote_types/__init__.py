"""The remote program's structs, by what they are about. `protocol/remote.py` has all their names and loads a file when a
name of it is first used: a connection needs some dozens of seven hundred.
"""

from __future__ import annotations

_STARTS = (
    ("Auth", "connect"),
    ("ConnectList", "lists"),
    ("ConnectNum", "lists"),
    ("Connect", "connect"),
    ("NodeDevice", "node_device"),
    ("Node", "node"),
    ("Storage", "storage"),
    ("Network", "network"),
    ("Nwfilter", "nwfilter"),
    ("Interface", "interface"),
    ("Secret", "secret"),
    ("DomainMigrate", "domain_migration"),
    ("DomainSnapshot", "domain_snapshot"),
    ("DomainCheckpoint", "domain_snapshot"),
    ("DomainBackup", "domain_snapshot"),
    ("DomainGet", "domain_facts"),
    ("DomainBlock", "domain_block"),
)


def home(name: str) -> str | None:
    """The file that a struct of a call or an event is in; None for all others, which are in `objects`."""
    if name.endswith("Msg"):
        return "events"
    if not name.endswith(("Args", "Ret")):
        return None
    for start, file in _STARTS:
        if name.startswith(start):
            return file
    return "domain"
