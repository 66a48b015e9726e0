"""A volume read through a non-blocking stream by an asyncio program: readiness callbacks feed an asyncio.Queue."""

import asyncio
import hashlib
import sys

import libvirt
import libvirtaio

SIZE = 2 << 20


async def main(uri, directory):
    libvirtaio.virEventRegisterAsyncIOImpl()
    conn = await asyncio.to_thread(libvirt.open, uri)
    pool = conn.storagePoolCreateXML(f"<pool type='dir'><name>d</name><target><path>{directory}</path></target></pool>")
    vol = pool.createXML(f"<volume><name>v</name><capacity>{SIZE}</capacity><allocation>0</allocation></volume>")
    up = conn.newStream()
    vol.upload(up, 0, SIZE)
    left = [SIZE]

    def source(stream, nbytes, opaque):
        piece = bytes(min(nbytes, left[0]))
        left[0] -= len(piece)
        return piece

    await asyncio.to_thread(up.sendAll, source, None)
    await asyncio.to_thread(up.finish)

    pieces = asyncio.Queue()
    down = conn.newStream(libvirt.VIR_STREAM_NONBLOCK)
    vol.download(down, 0, SIZE)

    def readable(stream, events, opaque):
        piece = stream.recv(65536)
        if piece == -2:
            return
        pieces.put_nowait(piece)
        if not piece:
            stream.eventRemoveCallback()

    down.eventAddCallback(libvirt.VIR_STREAM_EVENT_READABLE, readable, None)
    digest, total = hashlib.sha256(), 0
    while piece := await asyncio.wait_for(pieces.get(), 10):
        digest.update(piece)
        total += len(piece)
    print(total, digest.hexdigest() == hashlib.sha256(bytes(SIZE)).hexdigest())
    print(down.finish(), vol.delete(), pool.destroy())


asyncio.run(main(*sys.argv[1:3]))
