"""Rows of the protocol that the distribution's library sends to older servers only, or that one daemon sends another.

`foreign_older_calls.py SOCKET`: the server there takes "test:///v1" and "test:///v2" for hosts that know migration of those
versions only, and has no callbacks with numbers; it is the user's own daemon too. What the calls answer does not matter here;
the server notes which came.
"""

import contextlib
import ctypes
import sys

import libvirt

PRIVATE = ("virDomainMigratePrepareTunnel", "virDomainMigratePrepareTunnel3", "virDomainMigratePrepareTunnel3Params")

libvirt.virEventRegisterDefaultImpl()
libvirt.registerErrorHandler(lambda context, error: None, None)
socket = sys.argv[1]


def connect(driver, path):
    return libvirt.open(f"{driver}+unix://{path}?socket={socket}")


for version in ("/v1", "/v2"):
    conn = connect("test", version)
    with contextlib.suppress(libvirt.libvirtError):
        conn.lookupByName("x").migrate(conn, 0, None, "test://x", 0)
    conn.close()

conn = connect("test", "/events")
conn.domainEventRegister(print, None)
number = conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_REBOOT, lambda *what: None, None)
conn.domainEventDeregisterAny(number)
conn.domainEventDeregister(print)

library = ctypes.CDLL("libvirt.so.0")
pointer, text = ctypes.c_void_p, ctypes.c_char_p


def private(name, kinds, *arguments):
    """A function of the library that daemons use."""
    function = getattr(library, name)
    function.argtypes = kinds
    return function(*arguments)


stream = conn.newStream(libvirt.VIR_STREAM_NONBLOCK)
opened, pipe = conn.c_pointer(), stream.c_pointer()
cookie, size = pointer(), ctypes.c_int()
out = [ctypes.byref(cookie), ctypes.byref(size)]
ulong, uint = ctypes.c_ulong, ctypes.c_uint
xml = b"<domain/>"
private(PRIVATE[0], [pointer, pointer, ulong, text, ulong, text], opened, pipe, 0, b"x", 0, xml)
kinds = [pointer, pointer, text, ctypes.c_int, pointer, pointer, ulong, text, ulong, text]
pipes = [conn.newStream(libvirt.VIR_STREAM_NONBLOCK) for _ in range(2)]
private(PRIVATE[1], kinds, opened, pipes[0].c_pointer(), None, 0, *out, 0, b"x", 0, xml)
kinds = [pointer, pointer, pointer, ctypes.c_int, text, ctypes.c_int, pointer, pointer, uint]
private(PRIVATE[2], kinds, opened, pipes[1].c_pointer(), None, 0, None, 0, *out, 0)

libvirt.open(None)  # which asks the user's daemon what it is
