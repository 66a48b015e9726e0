"""Streams through the binding: whole transfers, holes, refusals of handlers, a non-blocking stream on the event loop."""

import os
import sys

import libvirt

libvirt.registerErrorHandler(lambda context, error: None, None)
libvirt.virEventRegisterDefaultImpl()
libvirt.virEventAddTimeout(20, lambda *args: None, None)
conn = libvirt.open(sys.argv[1])
directory = sys.argv[2]
pool = conn.storagePoolCreateXML(f"<pool type='dir'><name>s</name><target><path>{directory}</path></target></pool>", 0)
size = 3 << 20
data = bytes(range(256)) * (size // 256)
vol = pool.createXML(
    f"<volume><name>v</name><capacity>{size}</capacity><allocation>0</allocation><target><format type='raw'/></target></volume>",
    0,
)


def stream(flags=0):
    return conn.newStream(flags)


st = stream()
vol.upload(st, 0, size, 0)
sent = [0]


def source(st, nbytes, opaque):
    piece = data[sent[0] : sent[0] + nbytes]
    sent[0] += len(piece)
    return piece


st.sendAll(source, "opaque")
print(st.finish(), sent)

got = bytearray()
st = stream()
vol.download(st, 0, 0, 0)
st.recvAll(lambda st, piece, opaque: got.extend(piece), None)
print(st.finish(), bytes(got) == data)

st = stream()
vol.download(st, 0, 0, 0)
try:
    st.recvAll(lambda st, piece, opaque: -1, None)
except RuntimeError as error:
    print(error)
st = stream()
vol.download(st, 0, 0, 0)
try:
    st.recvAll(lambda st, piece, opaque: 1 // 0, None)
except ZeroDivisionError as error:
    print(error)

# sparse: a hole in the middle
sections = [(True, 65536), (False, 1 << 20), (True, 65536), (True, 0)]


def hole(st, opaque):
    return sections[0] if sections else (True, 0)


def take(st, nbytes, opaque):
    _, length = sections.pop(0)
    return b"d" * min(nbytes, length)


def skip(st, length, opaque):
    sections.pop(0)
    return 0


st = stream()
vol.upload(st, 0, size, libvirt.VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM)
st.sparseSendAll(take, hole, skip, None)
print(st.finish(), os.path.getsize(f"{directory}/v"))

parts = []
st = stream()
vol.download(st, 0, 0, libvirt.VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM)
st.sparseRecvAll(lambda st, piece, o: parts.append(len(piece)), lambda st, length, o: parts.append(-length), None)
print(st.finish(), sum(abs(p) for p in parts), any(p < 0 for p in parts))

# non-blocking, on the loop
st = stream(libvirt.VIR_STREAM_NONBLOCK)
vol.download(st, 0, 0, 0)
total = [0]
done = []


def ready(st, events, opaque):
    assert events & libvirt.VIR_STREAM_EVENT_READABLE, events
    piece = st.recv(65536)
    if piece == -2:
        return
    total[0] += len(piece)
    if not piece:
        st.eventRemoveCallback()
        done.append(st.finish())


print(st.eventAddCallback(libvirt.VIR_STREAM_EVENT_READABLE, ready, None))
for _ in range(100000):
    libvirt.virEventRunDefaultImpl()
    if done:
        break
print(done, total)
try:
    st.eventRemoveCallback()
except libvirt.libvirtError as error:
    print(error, error.err)
st = stream(libvirt.VIR_STREAM_NONBLOCK)
vol.download(st, 0, 0, 0)
try:
    st.recvAll(lambda *args: 0, None)
except libvirt.libvirtError as error:
    print(error)
st.abort()
print(vol.delete(), pool.destroy())
