"""Guests of a host with state, memory and disks: `python examples/list_guests.py [URI]`."""

from __future__ import annotations

import sys

import purevirt
from purevirt.client.enums import DomainState
from purevirt.model.domain.document import Domain as DomainDocument


def main(uri: str | None) -> int:
    with purevirt.open(uri, readonly=True, deadline=30) as conn:
        for domain in conn.list_all_domains():
            info = domain.get_info()
            document = DomainDocument.from_xml(domain.get_xml_desc())
            disks = [d.target.dev or "?" for d in document.devices.disks if d.target] if document.devices else []
            print(f"{domain.name:20} {DomainState(info.state).name:12} {info.memory // 1024:6} MiB  {', '.join(disks)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
