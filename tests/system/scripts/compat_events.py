"""Events the way programs of libvirt-python use them: default loop, registration of every kind, errors, the end."""

import sys
import threading

import libvirt

libvirt.registerErrorHandler(lambda context, error: None, None)


def tell(function, *args):
    try:
        print(function.__name__, function(*args))
    except libvirt.libvirtError as error:
        print(function.__name__, error, error.err)
    except Exception as error:  # noqa: BLE001  the kind is what is compared
        print(function.__name__, type(error).__name__)


def turn(times=4):
    """A few turns of the loop; the timer bounds each."""
    for _ in range(times):
        libvirt.virEventRunDefaultImpl()


before = libvirt.open(sys.argv[1])
tell(libvirt.virEventAddTimeout, 1, print, None)
tell(before.domainEventRegisterAny, None, 0, print, None)
tell(before.setKeepAlive, 5, 3)
before.close()

tell(libvirt.virEventRegisterDefaultImpl)
tell(libvirt.virEventRegisterDefaultImpl)
timer = libvirt.virEventAddTimeout(30, lambda *args: None, None)
fired = []
once = libvirt.virEventAddTimeout(0, lambda *args: fired.append(args[1]), "opaque")
turn(2)
print(len(fired) >= 2, fired[0])
tell(libvirt.virEventUpdateTimeout, once, -1)
tell(libvirt.virEventRemoveTimeout, once)
tell(libvirt.virEventRemoveTimeout, once)
tell(libvirt.virEventRemoveHandle, 4711)

conn = libvirt.open(sys.argv[1])
dom = conn.lookupByName("test")


def life(*args):
    print("life", [type(a).__name__ for a in args], args[1].name(), args[2:])


def old(*args):
    print("old", args[1].name(), args[2:])


def other(*args):
    print("other", args[2:])


def failing(*args):
    raise ValueError("in the callback")


tell(conn.domainEventRegisterAny, None, 0, life, "all")
tell(conn.domainEventRegisterAny, None, 0, life, "again")
tell(conn.domainEventRegisterAny, dom, 0, other, "one")
tell(conn.domainEventRegister, old, "old")
tell(conn.domainEventRegister, other, "older")
print(len(conn.domainEventCallbacks), sorted(conn.domainEventCallbackID))
dom.suspend()
turn()
tell(conn.domainEventDeregisterAny, 1)
for number in (1, 9, -1, "x"):
    tell(conn.domainEventDeregisterAny, number)
tell(conn.domainEventDeregister, print)
tell(conn.domainEventDeregister, other)
dom.resume()
turn()
tell(conn.domainEventDeregister, old)
tell(conn.domainEventRegisterAny, dom, 0, failing, 1)
dom.suspend()
turn()
tell(conn.domainEventRegisterAny, None, 99, life, 1)
tell(conn.networkEventRegisterAny, None, 0, other, "net")
tell(conn.networkEventRegisterAny, None, 0, other, "net")
tell(conn.storagePoolEventRegisterAny, None, 0, other, "pool")
tell(conn.storagePoolEventRegisterAny, None, 1, lambda *args: print("refresh", len(args)), "pool")
tell(conn.nodeDeviceEventRegisterAny, None, 0, other, "dev")
net = conn.networkLookupByName("default")
net.destroy()
net.create()
pool = conn.storagePoolLookupByName("default-pool")
pool.refresh(0)
pool.destroy()
pool.create()
turn(6)

# A loop in its own thread, calls in this one.
stop = threading.Event()
arrived = threading.Event()


def run():
    while not stop.is_set():
        libvirt.virEventRunDefaultImpl()


conn.domainEventDeregisterAny(0)
number = conn.domainEventRegisterAny(None, 0, lambda *args: arrived.set(), None)
thread = threading.Thread(target=run)
thread.start()
dom.resume()
print("arrived", arrived.wait(10))
stop.set()
thread.join()
conn.domainEventDeregisterAny(number)

tell(conn.registerCloseCallback, print, 1)
tell(conn.unregisterCloseCallback)
tell(conn.close)
tell(conn.close)
tell(conn.getType)
tell(conn.newStream)
print(dom.name(), dom.isActive())
