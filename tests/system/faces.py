"""The faces that a script of API calls is run through: our sync client, our async client, the distribution's bindings.

A script names functions as C does and awaits each call; a face finds the method and gives plain values back.
"""

from __future__ import annotations

import re
import select
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from purevirt.types import constants as c

STEP_S = 0.02
BINDINGS = {
    "virConnectGetURI": "getURI", "virConnectGetType": "getType", "virConnectGetVersion": "getVersion",
    "virConnectGetLibVersion": "getLibVersion", "virConnectGetHostname": "getHostname", "virConnectIsSecure": "isSecure",
    "virConnectIsEncrypted": "isEncrypted", "virConnectListAllDomains": "listAllDomains",
    "virConnectGetAllDomainStats": "getAllDomainStats", "virDomainDefineXML": "defineXML", "virDomainCreateXML": "createXML",
    "virDomainLookupByName": "lookupByName", "virDomainLookupByID": "lookupByID",
    "virDomainLookupByUUIDString": "lookupByUUIDString", "virDomainRestore": "restore", "virStreamNew": "newStream",
    "virDomainGetXMLDesc": "XMLDesc", "virDomainGetInfo": "info", "virDomainGetState": "state", "virDomainGetName": "name",
    "virDomainGetUUIDString": "UUIDString", "virDomainGetMaxMemory": "maxMemory", "virDomainGetVcpusFlags": "vcpusFlags",
    "virDomainGetBlockInfo": "blockInfo", "virDomainGetMetadata": "metadata", "virDomainGetAutostart": "autostart",
    "virDomainHasManagedSaveImage": "hasManagedSaveImage", "virDomainGetOSType": "OSType",
}  # fmt: skip
"""libvirt-python's names that are not the C name without its prefix."""


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


class Face:
    """Our clients. `wait` makes a result of what a method returns."""

    def __init__(self) -> None:
        from purevirt.errors import VirtError

        self.error: type[Exception] = VirtError
        self.events: list[str] = []

    async def open(self) -> Any:
        raise NotImplementedError

    async def wait(self, value: Any) -> Any:
        return value

    async def turn(self, conn: Any) -> None:
        """Let events come for a moment."""
        raise NotImplementedError

    def method(self, target: Any, function: str) -> Callable[..., Any]:
        own = type(target).__name__
        prefix = {"Connection": "vir(Connect)?", "Domain": "virDomain", "Stream": "virStream"}[own]
        return getattr(target, _words(re.sub(f"^{prefix}", "", function)))  # type: ignore[no-any-return]

    async def call(self, target: Any, function: str, *arguments: Any) -> Any:
        """As the C function of that name, without the counts that lists have in Python themselves."""
        return await self.wait(self.method(target, function)(*arguments))

    async def watch(self, conn: Any) -> None:
        """Life-cycle events are put down in `events`."""

        def came(event: Any) -> None:
            self.events.append(f"{event.object.get_name()} {tuple(map(int, event.args))}")

        await self.wait(conn.domain_event_register_any(None, c.VIR_DOMAIN_EVENT_ID_LIFECYCLE, came))

    async def close(self, conn: Any) -> None:
        await self.wait(conn.close())

    def error_of(self, error: Any) -> list[object]:
        return [int(error.code), int(error.domain), error.message]

    def statistics(self, value: Any) -> list[list[str]]:
        return [sorted(one.params) for one in value]


class SyncFace(Face):
    async def open(self) -> Any:
        import purevirt

        return purevirt.open(deadline=60)

    async def turn(self, conn: Any) -> None:
        conn.process_events(STEP_S)


class AsyncFace(Face):
    async def open(self) -> Any:
        import purevirt.aio

        return await purevirt.aio.open(deadline=60)

    async def wait(self, value: Any) -> Any:
        return await value if hasattr(value, "__await__") else value

    async def turn(self, conn: Any) -> None:
        import asyncio

        await asyncio.sleep(STEP_S)


class BindingsFace(Face):
    """python3-libvirt, with its event loop in a thread."""

    def __init__(self) -> None:
        import libvirt

        self._libvirt = libvirt
        libvirt.registerErrorHandler(lambda context, error: None, None)
        libvirt.virEventRegisterDefaultImpl()
        self.error = libvirt.libvirtError
        self.events = []
        threading.Thread(target=self._loop, daemon=True).start()

    def _loop(self) -> None:
        while True:
            self._libvirt.virEventRunDefaultImpl()

    async def open(self) -> Any:
        return self._libvirt.open("qemu:///system")

    async def turn(self, conn: Any) -> None:
        select.select([], [], [], STEP_S)

    def method(self, target: Any, function: str) -> Callable[..., Any]:
        name = BINDINGS.get(function)
        if name is None:
            name = re.sub("^vir(Connect|Domain|Stream)", "", function)
            name = name[0].lower() + name[1:]
        found: Callable[..., Any] = getattr(target, name)
        if function == "virDomainSendKey":
            return lambda codeset, hold, keys: found(codeset, hold, keys, len(keys))
        return found

    async def watch(self, conn: Any) -> None:
        def came(conn: Any, dom: Any, event: int, detail: int, opaque: Any) -> None:
            self.events.append(f"{dom.name()} {(event, detail)}")

        conn.domainEventRegisterAny(None, c.VIR_DOMAIN_EVENT_ID_LIFECYCLE, came, None)

    def error_of(self, error: Any) -> list[object]:
        return [error.get_error_code(), error.get_error_domain(), error.get_error_message()]

    def statistics(self, value: Any) -> list[list[str]]:
        return [sorted(params) for _, params in value]


FACES: dict[str, Callable[[], Face]] = {"sync": SyncFace, "async": AsyncFace, "bindings": BindingsFace}


async def until(face: Face, conn: Any, met: Callable[[], bool]) -> bool:
    """Take events until the condition holds; False when it does not within 30 s."""
    deadline = time.monotonic() + 30
    while not met():
        if time.monotonic() > deadline:
            return False
        await face.turn(conn)
    return True


def chosen() -> Face:
    """The face that the program's first argument names."""
    return FACES[sys.argv[1]]()
