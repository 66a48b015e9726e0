"""libvirtaio as programs use it: calls in a thread pool, events and timeouts on the loop, nothing left at the end."""

import asyncio
import sys

import libvirt
import libvirtaio


async def main():
    impl = libvirtaio.virEventRegisterAsyncIOImpl()
    print(libvirtaio.getCurrentImpl() is impl, impl.is_idle())
    loop = asyncio.get_running_loop()
    conn = await loop.run_in_executor(None, libvirt.open, sys.argv[1])
    arrived = asyncio.Queue()

    def life(conn, dom, event, detail, opaque):
        arrived.put_nowait((dom.name(), event, detail, opaque))

    number = conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, life, "opaque")
    dom = await loop.run_in_executor(None, conn.lookupByName, "test")
    await loop.run_in_executor(None, dom.destroy)
    print(await asyncio.wait_for(arrived.get(), 10))
    dom.create()
    print(await asyncio.wait_for(arrived.get(), 10))
    ticks = []
    enough = asyncio.Event()

    def tick(timer, opaque):
        ticks.append(opaque)
        if len(ticks) == 5:
            libvirt.virEventUpdateTimeout(timer, -1)
            enough.set()

    timer = libvirt.virEventAddTimeout(1, tick, "tick")
    await asyncio.wait_for(enough.wait(), 10)
    libvirt.virEventRemoveTimeout(timer)
    print(ticks)
    conn.domainEventDeregisterAny(number)
    del dom
    conn.close()  # what it answers depends on when the C library frees the callback
    await asyncio.wait_for(impl.drain(), 10)
    print(impl.is_idle())


asyncio.run(main())
