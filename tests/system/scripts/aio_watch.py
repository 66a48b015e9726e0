"""A monitor as users write it: one asyncio program that keeps a table of guests up to date from events alone."""

import asyncio
import contextlib
import sys

import libvirt
import libvirtaio


class Monitor:
    def __init__(self, uri):
        self.uri = uri
        self.states = {}
        self.changed = asyncio.Event()
        self.log = []

    async def start(self):
        self.impl = libvirtaio.virEventRegisterAsyncIOImpl(loop=asyncio.get_running_loop())
        self.conn = await asyncio.to_thread(libvirt.open, self.uri)
        if "+unix" in self.uri:
            self.conn.registerCloseCallback(self.closed, None)
            self.conn.setKeepAlive(5, 3)
        kinds = (libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, libvirt.VIR_DOMAIN_EVENT_ID_METADATA_CHANGE)
        self.numbers = [self.conn.domainEventRegisterAny(None, kind, self.event, kind) for kind in kinds]
        for dom in await asyncio.to_thread(self.conn.listAllDomains):
            self.states[dom.name()] = dom.state()[0]

    def event(self, conn, dom, *details):
        *details, kind = details
        self.log.append((dom.name(), kind, tuple(details)))
        with contextlib.suppress(libvirt.libvirtError):
            self.states[dom.name()] = dom.state()[0]
        self.changed.set()

    def closed(self, conn, reason, opaque):
        self.log.append(("closed", reason))

    async def until(self, condition):
        async with asyncio.timeout(50):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    async def stop(self):
        for number in self.numbers:
            self.conn.domainEventDeregisterAny(number)
        if "+unix" in self.uri:
            self.conn.unregisterCloseCallback()
        self.conn.close()  # what it answers depends on when the C library frees the callbacks
        await self.impl.drain()
        print("idle", self.impl.is_idle())


async def main():
    monitor = Monitor(sys.argv[1])
    await monitor.start()
    print(monitor.states)
    dom = await asyncio.to_thread(monitor.conn.lookupByName, "test")
    await asyncio.gather(asyncio.to_thread(dom.suspend))
    await monitor.until(lambda: monitor.states["test"] == libvirt.VIR_DOMAIN_PAUSED)
    await asyncio.to_thread(dom.resume)
    await monitor.until(lambda: monitor.states["test"] == libvirt.VIR_DOMAIN_RUNNING)
    await asyncio.to_thread(dom.setMetadata, libvirt.VIR_DOMAIN_METADATA_TITLE, "a title", None, None, 0)
    await monitor.until(lambda: len(monitor.log) == 3)
    await asyncio.to_thread(dom.destroy)
    await monitor.until(lambda: monitor.states["test"] == libvirt.VIR_DOMAIN_SHUTOFF)
    print(monitor.log)
    del dom
    await monitor.stop()


asyncio.run(main())
