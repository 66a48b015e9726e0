"""A guest's life through the API; prints one line of JSON per step: name, and the result or the error.

Run inside a world whose daemon serves qemu:///system: `python -m system.client_script FACE`.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

from purevirt.types import constants as c
from system.faces import Face, chosen, until
from system.transcript import DOCUMENTS, UUID

Look = Callable[[Any], object]


class Script:
    """Steps on one connection."""

    def __init__(self, face: Face, conn: Any) -> None:
        self.face = face
        self.conn = conn
        self.stream: Any = None

    async def step(self, name: str, target: Any, function: str, *arguments: Any, look: Look | None = None) -> Any:
        """One call; `look` picks of the result what is the same for every run."""
        try:
            value = await self.face.call(target, function, *arguments)
        except self.face.error as error:
            self.tell(name, "error", *self.face.error_of(error))
            return None
        self.tell(name, look(value) if look is not None else self.shown(value))
        return value

    def tell(self, name: str, *values: object) -> None:
        print(json.dumps([name, *values], default=str))

    def shown(self, value: Any) -> object:
        """Objects by their kind; bindings answer None where C answers 0."""
        if isinstance(value, bool | int):
            return int(value) or None
        if isinstance(value, list | tuple):
            return [self.shown(one) for one in value]
        return value if isinstance(value, str) or value is None else re.sub("^vir", "", type(value).__name__)

    # -- the console ----------------------------------------------------------------------------------------------

    async def open_console(self, guest: Any) -> None:
        self.stream = await self.face.call(self.conn, "virStreamNew", 0)
        await self.step("console", guest, "virDomainOpenConsole", None, self.stream, 0)

    async def read_until(self, wanted: bytes) -> bytes:
        seen = b""
        while wanted not in seen:
            part = await self.face.call(self.stream, "virStreamRecv", 4096)
            assert isinstance(part, bytes), part
            assert part, seen
            seen += part
        return seen

    async def uptime(self, name: str) -> int:
        """To the guest's prompt, and its command; then the console is left. Returns the guest's time stamp."""
        await self.face.call(self.stream, "virStreamSend", b"\r")
        await self.read_until(b"\r\n> ")
        await self.face.call(self.stream, "virStreamSend", b"u")
        found = re.search(rb"up (\w{4}) (\w{16})", await self.read_until(b"\r\n> "))
        assert found is not None
        self.tell(name, found[1].decode())
        await self.face.call(self.stream, "virStreamAbort")
        return int(found[2], 16)

    async def screenshot(self, guest: Any) -> None:
        stream = self.stream = await self.face.call(self.conn, "virStreamNew", 0)
        await self.step("screenshot", guest, "virDomainScreenshot", stream, 0)
        data = b""
        while part := await self.face.call(stream, "virStreamRecv", 65536):
            data += part
        await self.face.call(stream, "virStreamFinish")
        self.tell("picture", data[:4].hex(), len(data))


def without_host(xml: str) -> str:
    """What `compare_known.json` lists of a live document is compared there; the id is another for each face."""
    return re.sub(r"(?s)  <(cpu|resource)\b.*?</\1>\n| id='\d+'", "", xml)


async def life(s: Script) -> None:
    face, conn, step = s.face, s.conn, s.step
    for name in ("GetURI", "GetType", "GetVersion", "GetLibVersion", "GetHostname", "IsSecure", "IsEncrypted"):
        await step(name, conn, f"virConnect{name}")
    guest = await step("define", conn, "virDomainDefineXML", DOCUMENTS["g"])
    for name, document in DOCUMENTS.items():
        if name not in ("g", "no-image", "unknown-element", "entities"):
            await step(f"define {name}", conn, "virDomainDefineXML", document)
    await step("by uuid", conn, "virDomainLookupByUUIDString", UUID.format(0))
    await step("by id", conn, "virDomainLookupByID", 99)
    await step("bad uuid", conn, "virDomainLookupByUUIDString", "nonsense")
    await step("inactive", guest, "virDomainGetXMLDesc", c.VIR_DOMAIN_XML_INACTIVE)
    await step("create", guest, "virDomainCreateWithFlags", c.VIR_DOMAIN_START_PAUSED)
    await step("again", guest, "virDomainCreate")
    await step("state", guest, "virDomainGetState")
    await s.open_console(guest)
    await step("resume", guest, "virDomainResume")
    await s.read_until(b"UP")
    began = await s.uptime("up")
    await step("running", conn, "virConnectListAllDomains", c.VIR_CONNECT_LIST_DOMAINS_RUNNING)
    await step("info", guest, "virDomainGetInfo", look=lambda info: [int(n) for n in info[:4]])
    await step("live", guest, "virDomainGetXMLDesc", 0, look=without_host)
    await step("max memory", guest, "virDomainGetMaxMemory")
    await step("vcpus", guest, "virDomainGetVcpusFlags", c.VIR_DOMAIN_AFFECT_LIVE)
    await step("statistics", conn, "virConnectGetAllDomainStats", look=face.statistics)
    await step("block info", guest, "virDomainGetBlockInfo", "hda", look=lambda info: int(getattr(info, "capacity", info[0])))
    await step("wrong disk", guest, "virDomainGetBlockInfo", "nope")
    await s.screenshot(guest)
    await step("send key", guest, "virDomainSendKey", 0, 0, [29, 30])
    await step("no keys", guest, "virDomainSendKey", 0, 0, [])
    await step("wrong codeset", guest, "virDomainSendKey", 99, 0, [30])
    await step("suspend", guest, "virDomainSuspend")
    await step("paused", guest, "virDomainGetState")
    await step("resume again", guest, "virDomainResume")
    await step("set memory", guest, "virDomainSetMemoryFlags", 40960, c.VIR_DOMAIN_AFFECT_LIVE)
    await step("too much memory", guest, "virDomainSetMemoryFlags", 1 << 30, c.VIR_DOMAIN_AFFECT_LIVE)
    await step("wrong flags", guest, "virDomainGetState", 0x8000)
    await step("metadata", guest, "virDomainGetMetadata", c.VIR_DOMAIN_METADATA_DESCRIPTION, None)
    await step("no metadata", guest, "virDomainGetMetadata", c.VIR_DOMAIN_METADATA_ELEMENT, "http://x/y")
    title = (c.VIR_DOMAIN_METADATA_TITLE, "new", None, None, c.VIR_DOMAIN_AFFECT_LIVE)
    await step("set title", guest, "virDomainSetMetadata", *title)
    await step("managed save", guest, "virDomainManagedSave")
    await step("saved", guest, "virDomainHasManagedSaveImage")
    await step("start saved", guest, "virDomainCreate")
    await step("restored", guest, "virDomainGetState")
    await s.open_console(guest)
    then = await s.uptime("goes on")
    s.tell("uptime goes on", then > began)
    await step("save", guest, "virDomainSave", "/var/lib/libvirt/c.save")
    await step("restore", conn, "virDomainRestore", "/var/lib/libvirt/c.save")
    await step("restore what is not there", conn, "virDomainRestore", "/nonexistent")
    await s.open_console(guest)
    s.tell("uptime still goes on", await s.uptime("goes on again") > then)
    await step("shutdown", guest, "virDomainShutdown")
    s.tell("off", await until(face, conn, lambda: f"g {(c.VIR_DOMAIN_EVENT_STOPPED, 0)}" in face.events))
    await step("why", guest, "virDomainGetState")
    await step("destroy what is off", guest, "virDomainDestroy")
    await step("start", guest, "virDomainCreate")
    await step("destroy", guest, "virDomainDestroy")
    await step("autostart", guest, "virDomainSetAutostart", 1)
    await step("autostarted", guest, "virDomainGetAutostart")
    await step("undefine", guest, "virDomainUndefine")
    await step("gone", guest, "virDomainGetState")
    undefined = (c.VIR_DOMAIN_EVENT_UNDEFINED, 0)
    s.tell("last event", await until(face, conn, lambda: f"g {undefined}" in face.events))
    s.tell("events", face.events)


async def main() -> None:
    face = chosen()
    conn = await face.open()
    await face.watch(conn)
    await life(Script(face, conn))
    await face.close(conn)


if __name__ == "__main__":
    asyncio.run(main())
