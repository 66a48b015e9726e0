#!/usr/bin/python3
"""Calls every method of the distribution's python3-libvirt on one connection: `foreign_calls.py URI`.

Arguments are tried by the names of the parameters and, where the binding refuses their types, by trying others. What
the calls answer does not matter here: the other end records which procedures arrive. Prints "Class.method" of those for
which no arguments were found.
"""

from __future__ import annotations

import inspect
import itertools
import socket
import subprocess
import sys
from typing import Any

import libvirt
import libvirt_lxc
import libvirt_qemu

libvirt.registerErrorHandler(lambda _context, _error: None, None)
DOMAIN = "<domain type='test'><name>new</name><memory>1</memory><os><type>hvm</type></os></domain>"
POOL = "<pool type='dir'><name>new</name><target><path>/tmp</path></target></pool>"
BY_NAME: dict[str, Any] = {
    "name": "test", "flags": 0, "opaque": None, "xml": DOMAIN, "xmlDesc": DOMAIN, "xmldesc": DOMAIN, "uuidstr": "0" * 32,
    "uuid": b"0" * 16, "params": {"weight": 5}, "dom": None, "cb": lambda *_: None, "path": "vda", "disk": "vda",
    "domxml": DOMAIN, "dxml": DOMAIN, "domXML": DOMAIN, "nativeConfig": "x", "nativeFormat": "x", "diskXml": DOMAIN,
    "eventID": 0, "dname": None, "uri": "qemu+tcp://127.0.0.1:1/", "dconnuri": "qemu+tcp://127.0.0.1:1/", "miguri": None,
    "bandwidth": 0, "codeset": 0, "keycodes": [1], "nkeycodes": 1, "holdtime": 1, "to": "/tmp/x", "frm": "/tmp/x",
    "xmlCPUs": ["<cpu/>"], "emulator": None, "arch": None, "machine": None, "virttype": None, "net": None, "pool": None,
    "dev": None, "secret": None, "event": None, "cmd": "{}", "files": [], "user": "root", "password": "x", "keys": ["x"],
    "type": 0, "metadata": "<x/>", "key": "x", "uri_": "urn:x", "time": {"seconds": 1}, "fds": [], "capacity": 1 << 20,
    "memory": 1024, "threshold": 1, "vcpumap": "0", "cpus": "0", "pages": [4], "startcell": 0, "cellcount": 1, "startCell": 0,
    "cellCount": 1, "doms": [], "lists": [], "value": b"x", "pid_value": 1, "signum": 1, "iothread_id": 1, "xmlDesc2": None,
}  # fmt: skip
CANDIDATES: list[Any] = [1, "x", None, [1], {"x": 1}, b"x", ["x"], (True,), lambda *_: None, 0, {}, []]
LAST = ("undefine", "destroy", "delete", "shutdown", "close", "Close", "save", "managedSave", "reboot", "reset", "free")
NOT_CALLED = {"domainEventDeregister", "dispatch", "c_pointer", "ref", "unref"}
TRIES = 4_000


def candidates(name: str, things: dict[type, Any]) -> list[Any]:
    own = [BY_NAME[name]] if name in BY_NAME else []
    return [*own, *CANDIDATES, *things.values()]


def attempt(function: Any, things: dict[type, Any]) -> bool:
    """Whether some arguments got past the binding."""
    try:
        parameters = [p for p in inspect.signature(function).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    except (TypeError, ValueError):
        return False
    needed = [p for p in parameters if p.default is p.empty] if not any(p.name == "flags" for p in parameters) else parameters
    for values in itertools.islice(itertools.product(*(candidates(p.name, things) for p in needed)), TRIES):
        try:
            function(*values)
        except libvirt.libvirtError:
            return True
        except (TypeError, AttributeError, ValueError, OverflowError, LookupError, SystemError):
            continue
        return True
    return False


def objects(conn: libvirt.virConnect) -> dict[type, Any]:
    """One of each kind that the connection has."""
    found: list[Any] = [conn, conn.listAllDomains()[0], conn.listAllNetworks()[0], conn.listAllInterfaces()[0]]
    pool = conn.listAllStoragePools()[0]
    found += [pool, conn.listAllDevices()[0], conn.newStream(0)]
    domain = found[1]
    makers = (
        lambda: pool.createXML("<volume><name>v</name><capacity>100</capacity></volume>"),
        lambda: domain.snapshotCreateXML("<domainsnapshot><name>s</name></domainsnapshot>"),
        lambda: domain.checkpointCreateXML("<domaincheckpoint><name>c</name></domaincheckpoint>"),
        lambda: conn.secretDefineXML("<secret><usage type='volume'><volume>/x</volume></usage></secret>"),
        lambda: conn.nwfilterDefineXML("<filter name='f'/>"),
        lambda: conn.nwfilterBindingCreateXML("<filterbinding/>"),
        lambda: found[2].portCreateXML("<networkport><owner><name>x</name></owner></networkport>"),
    )
    for make in makers:
        try:
            found.append(make())
        except libvirt.libvirtError:
            continue
    return {type(thing): thing for thing in found}


def calls_of(things: dict[type, Any]) -> list[tuple[str, Any]]:
    """Name and function of everything that can be called; what ends objects comes last."""
    calls = [
        (f"{cls.__name__}.{name}", getattr(thing, name))
        for cls, thing in things.items()
        for name, _ in inspect.getmembers(cls, inspect.isfunction)
        if not name.startswith("_") and name not in NOT_CALLED
    ]
    for module in (libvirt_qemu, libvirt_lxc):
        functions = inspect.getmembers(module, inspect.isfunction)
        calls += [(f"{module.__name__}.{name}", function) for name, function in functions if not name.startswith("_")]
    calls = [call for call in calls if call[0] != "virConnect.close"]
    return sorted(calls, key=lambda call: (any(word in call[0] for word in LAST), call[0]))


def exactly(things: dict[type, Any]) -> list[tuple[str, Any]]:
    """Calls whose arguments must fit together."""
    conn, dom, vol = things[libvirt.virConnect], things[libvirt.virDomain], things[libvirt.virStorageVol]
    pool, snap = things[libvirt.virStoragePool], things[libvirt.virDomainSnapshot]
    ignore = lambda *_: None  # noqa: E731

    def registered(register: Any, deregister: Any, *args: Any) -> Any:
        return lambda: deregister(register(*args, ignore, None))

    def streaming(start: Any) -> Any:
        def go() -> None:
            stream = conn.newStream(libvirt.VIR_STREAM_NONBLOCK)
            start(stream)
            stream.abort()

        return go

    peer = libvirt.VIR_MIGRATE_PEER2PEER
    qemu = libvirt_qemu
    return [
        ("domain events", registered(conn.domainEventRegisterAny, conn.domainEventDeregisterAny, None, 0)),
        ("network events", registered(conn.networkEventRegisterAny, conn.networkEventDeregisterAny, None, 0)),
        ("pool events", registered(conn.storagePoolEventRegisterAny, conn.storagePoolEventDeregisterAny, None, 0)),
        ("device events", registered(conn.nodeDeviceEventRegisterAny, conn.nodeDeviceEventDeregisterAny, None, 0)),
        ("secret events", registered(conn.secretEventRegisterAny, conn.secretEventDeregisterAny, None, 0)),
        (
            "monitor events",
            lambda: qemu.qemuMonitorEventDeregister(conn, qemu.qemuMonitorEventRegister(conn, None, None, ignore, None)),
        ),
        ("monitor", lambda: qemu.qemuMonitorCommand(dom, "{}", 0)),
        ("monitor with files", lambda: qemu.qemuMonitorCommandWithFiles(dom, "{}", [0], 0)),
        ("agent", lambda: qemu.qemuAgentCommand(dom, "{}", 1, 0)),
        ("console", streaming(lambda stream: dom.openConsole(None, stream))),
        ("channel", streaming(lambda stream: dom.openChannel(None, stream))),
        ("screenshot", streaming(lambda stream: dom.screenshot(stream, 0))),
        ("upload", streaming(lambda stream: vol.upload(stream, 0, 1))),
        ("download", streaming(lambda stream: vol.download(stream, 0, 1))),
        ("graphics", lambda: dom.openGraphics(0, socket.socketpair()[0].detach())),
        ("graphics by fd", lambda: dom.openGraphicsFD(0)),
        ("metadata", lambda: dom.metadata(libvirt.VIR_DOMAIN_METADATA_TITLE, None)),
        ("set metadata", lambda: dom.setMetadata(libvirt.VIR_DOMAIN_METADATA_TITLE, "t", None, None)),
        ("threshold", lambda: dom.setBlockThreshold("vda", 1)),
        ("domain capabilities", lambda: conn.getDomainCapabilities()),
        ("pages", lambda: conn.allocPages({4: 1}, 0, 1)),
        ("attach", lambda: qemu.qemuAttach(conn, 1, 0)),
        ("commit", lambda: dom.blockCommit("vda", None, None)),
        ("namespaces", lambda: libvirt_lxc.lxcOpenNamespace(dom, 0)),
        ("copy of a volume", lambda: pool.createXMLFrom("<volume><name>w</name></volume>", vol)),
        ("revert", lambda: dom.revertToSnapshot(snap)),
        ("migration by parameters", lambda: dom.migrate3(conn, {}, 0)),
        ("migration", lambda: dom.migrate(conn, 0, None, None, 0)),
        ("migration 2", lambda: dom.migrate2(conn, None, None, 0)),
        ("peer to peer", lambda: dom.migrateToURI3("qemu+tcp://127.0.0.1:1/", {}, peer)),
        ("peer to peer 2", lambda: dom.migrateToURI2("qemu+tcp://127.0.0.1:1/", None, None, peer)),
        ("files of a guest", lambda: dom.FDAssociate("x", [0])),
    ]


def run(uri: str, start: int) -> None:
    """Every call from number `start` on; its number is printed before it is made, so that a crash tells which it was."""
    libvirt.virEventRegisterDefaultImpl()
    things = objects(libvirt.open(uri))
    generic = calls_of(things)
    for number, (name, function) in enumerate([*exactly(things), *generic]):
        if number >= start:
            print(number, flush=True)
            if not attempt(function, things):
                print(f"no arguments found for {name}", flush=True)


def main(uri: str) -> None:
    """The calls in a child, restarted behind a call in which the C binding crashed on what it was given."""
    start = 0
    for _ in range(40):
        child = subprocess.run([sys.executable, __file__, uri, str(start)], stdout=subprocess.PIPE, text=True, check=False)
        lines = child.stdout.splitlines()
        print("\n".join(line for line in lines if not line.isdecimal()))
        if child.returncode == 0:
            return
        start = int(next(line for line in reversed(lines) if line.isdecimal())) + 1
        print(f"call {start - 1} crashed the binding: {child.returncode}")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        run(sys.argv[1], int(sys.argv[2]))
    else:
        main(sys.argv[1])
