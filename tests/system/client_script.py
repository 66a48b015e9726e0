"""A guest's life through the sync client; prints one line of JSON per step: name, and the result or the error.

Run inside a world whose daemon serves qemu:///system: `python -m system.client_script`.
"""

from __future__ import annotations

import json
import select
import time
from collections.abc import Callable
from typing import Any

import purevirt
from purevirt.client import Connection, Domain
from purevirt.errors import VirtError
from purevirt.types import constants as c
from system.transcript import DOCUMENTS, UUID


def tell(name: str, work: Callable[[], Any]) -> Any:
    """One step."""
    try:
        value = work()
    except VirtError as e:
        print(json.dumps([name, "error", int(e.code), int(e.domain), e.message]))
        return None
    print(json.dumps([name, shown(value)], default=str))
    return value


def shown(value: object) -> object:
    """What of a value is the same for every run."""
    if isinstance(value, Connection | Domain) or value is None:
        return type(value).__name__
    if isinstance(value, dict):
        return sorted(value)
    return value


def console(guest: Domain, conn: Connection) -> str:
    """A byte to the guest and its echo."""
    stream = conn.stream_new(c.VIR_STREAM_NONBLOCK)
    guest.open_console(None, stream, 0)
    seen, deadline = b"", time.monotonic() + 30
    while b"~" not in seen and time.monotonic() < deadline:
        stream.send(b"~")
        select.select([conn.fileno()], [], [], 0.1)
        conn.process_events(0.0)
        seen += stream.recv(4096) or b""
    stream.abort()
    return "echo" if b"~" in seen else repr(seen)


def screenshot(guest: Domain, conn: Connection) -> list[object]:
    stream = conn.stream_new()
    kind = guest.screenshot(stream, 0)
    data = b""
    while piece := stream.recv(65536):
        data += piece
    stream.finish()
    return [kind, data[:4].hex()]


def until_off(guest: Domain) -> str:
    deadline = time.monotonic() + 30
    while guest.is_active() and time.monotonic() < deadline:
        select.select([], [], [], 0.05)
    return str(tuple(guest.get_state()))


def main() -> None:
    conn = purevirt.open(deadline=60)
    events: list[str] = []
    conn.domain_event_register_any(
        None, c.VIR_DOMAIN_EVENT_ID_LIFECYCLE, lambda e: events.append(f"{e.object.get_name()} {tuple(map(int, e.args))}")
    )
    for name in ("get_uri", "get_type", "get_version", "get_lib_version", "get_hostname", "is_secure", "is_encrypted"):
        tell(name, getattr(conn, name))
    xml = DOCUMENTS["g"]
    guest = tell("define", lambda: conn.domain_define_xml(xml))
    for name, document in DOCUMENTS.items():
        if name not in ("g", "no-image", "unknown-element", "entities"):
            tell(f"define {name}", lambda text=document: conn.domain_define_xml(text))  # type: ignore[misc]
    tell("same by uuid", lambda: conn.domain_lookup_by_uuid_string(UUID.format(0)) == guest)
    tell("by id", lambda: conn.domain_lookup_by_id(99))
    tell("bad uuid", lambda: conn.domain_lookup_by_uuid_string("nonsense"))
    tell("inactive", lambda: guest.get_xml_desc(c.VIR_DOMAIN_XML_INACTIVE))
    tell("create", lambda: guest.create_with_flags(c.VIR_DOMAIN_START_PAUSED))
    tell("again", guest.create)
    tell("state", guest.get_state)
    tell("resume", guest.resume)
    tell("running", lambda: [dom.get_name() for dom in conn.list_all_domains(c.VIR_CONNECT_LIST_DOMAINS_RUNNING)])
    tell("max memory", guest.get_max_memory)
    tell("vcpus", lambda: guest.get_vcpus_flags(c.VIR_DOMAIN_AFFECT_LIVE))
    tell("statistics", lambda: [sorted(one.params) for one in conn.get_all_domain_stats()])
    tell("block info", lambda: guest.get_block_info("hda").capacity)
    tell("wrong disk", lambda: guest.get_block_info("nope"))
    tell("console", lambda: console(guest, conn))
    tell("screenshot", lambda: screenshot(guest, conn))
    tell("send key", lambda: guest.send_key(0, 0, [29, 30]))
    tell("no keys", lambda: guest.send_key(0, 0, []))
    tell("wrong codeset", lambda: guest.send_key(99, 0, [30]))
    tell("suspend", guest.suspend)
    tell("paused", guest.get_state)
    tell("resume again", guest.resume)
    tell("set memory", lambda: guest.set_memory_flags(40960, c.VIR_DOMAIN_AFFECT_LIVE))
    tell("too much memory", lambda: guest.set_memory_flags(1 << 30, c.VIR_DOMAIN_AFFECT_LIVE))
    tell("wrong flags", lambda: guest.get_state(0x8000))
    tell("metadata", lambda: guest.get_metadata(c.VIR_DOMAIN_METADATA_DESCRIPTION))
    tell("no metadata", lambda: guest.get_metadata(c.VIR_DOMAIN_METADATA_ELEMENT, "http://x/y"))
    tell("set title", lambda: guest.set_metadata(c.VIR_DOMAIN_METADATA_TITLE, "new", None, None, c.VIR_DOMAIN_AFFECT_LIVE))
    tell("managed save", guest.managed_save)
    tell("saved", guest.has_managed_save_image)
    tell("start saved", guest.create)
    tell("restored", guest.get_state)
    tell("save", lambda: guest.save("/var/lib/libvirt/c.save"))
    tell("restore", lambda: conn.domain_restore("/var/lib/libvirt/c.save"))
    tell("restore what is not there", lambda: conn.domain_restore("/nonexistent"))
    tell("console again", lambda: console(guest, conn))
    tell("shutdown", guest.shutdown)
    tell("off", lambda: until_off(guest))
    tell("destroy what is off", guest.destroy)
    tell("autostart", lambda: guest.set_autostart(True))
    tell("autostarted", guest.get_autostart)
    tell("undefine", guest.undefine)
    tell("gone", guest.get_state)
    while conn.process_events(0.2):
        pass
    tell("events", lambda: events)
    conn.close()
    tell("closed", conn.get_hostname)


if __name__ == "__main__":
    main()
