"""An event loop of the program's own, registered with virEventRegisterImpl; what it is asked for is printed."""

import select
import sys

import libvirt

libvirt.registerErrorHandler(lambda context, error: None, None)
handles, timers = {}, {}
last = 0


def number():
    global last
    last += 1
    return last


def add_handle(fd, events, callback, opaque):
    handles[number()] = [fd, events, callback, opaque]
    print("add handle", events, type(opaque).__name__)
    return last


def update_handle(watch, events):
    handles[watch][1] = events


def remove_handle(watch):
    print("remove handle")
    return handles.pop(watch)[3]


def add_timeout(timeout, callback, opaque):
    timers[number()] = [timeout, callback, opaque]
    print("add timeout", timeout)
    return last


def update_timeout(timer, timeout):
    timers[timer][0] = timeout


def remove_timeout(timer):
    print("remove timeout")
    return timers.pop(timer)[2]


def turn():
    fds = [h[0] for h in handles.values() if h[1] & libvirt.VIR_EVENT_HANDLE_READABLE]
    readable = select.select(fds, [], [], 0.02)[0]
    for watch, (fd, _, callback, opaque) in list(handles.items()):
        if fd in readable:
            callback(watch, fd, libvirt.VIR_EVENT_HANDLE_READABLE, opaque)
    for timer, (timeout, callback, opaque) in list(timers.items()):
        if timeout == 0:
            callback(timer, opaque)


libvirt.virEventRegisterImpl(add_handle, update_handle, remove_handle, add_timeout, update_timeout, remove_timeout)
mine = libvirt.virEventAddTimeout(0, lambda timer, opaque: print("mine", opaque), "opaque")
turn()
libvirt.virEventRemoveTimeout(mine)
conn = libvirt.open(sys.argv[1])
seen = []
registered = conn.domainEventRegisterAny(None, 0, lambda c, d, event, detail, o: seen.append((d.name(), event)), None)
dom = conn.lookupByName("test")
dom.suspend()
dom.resume()
for _ in range(100):
    turn()
    if len(seen) == 2:
        break
print(seen)
conn.domainEventDeregisterAny(registered)
del dom
conn.close()
print(len(handles), len(timers))
