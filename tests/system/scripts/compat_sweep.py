"""Call every method of libvirt-python's classes with plausible arguments and print what comes back, one line each.

`compat_sweep.py URI`: run by a Python that finds a module `libvirt`, ours or the distribution's; it needs nothing else.
Values that differ from run to run (times, random identifiers, descriptors) are taken out.
"""

import inspect
import re
import sys

import libvirt

libvirt.registerErrorHandler(lambda context, error: None, None)

UUID = "6695eb01-f6a4-8304-79aa-97f2502e193f"
DOMAIN = "<domain type='test'><name>swept</name><memory>2048</memory><os><type>hvm</type></os></domain>"
DISK = "<disk type='file' device='disk'><source file='/nowhere'/><target dev='vdz'/></disk>"
NETWORK = "<network><name>swept</name><bridge name='virbr77'/><ip address='192.168.77.1' netmask='255.255.255.0'/></network>"
POOL = "<pool type='dir'><name>swept</name><target><path>/swept</path></target></pool>"
VOLUME = "<volume><name>swept</name><capacity>1048576</capacity><target><path>/default-pool/swept</path></target></volume>"
SNAPSHOT = "<domainsnapshot><name>snap</name></domainsnapshot>"
CHECKPOINT = "<domaincheckpoint><name>check</name></domaincheckpoint>"
INTERFACE = "<interface type='ethernet' name='eth77'><start mode='none'/><mac address='aa:bb:cc:dd:ee:77'/></interface>"

VALUES = {
    "xml": DOMAIN, "xmlDesc": DOMAIN, "xmldesc": DOMAIN, "xmlFiles": [], "name": "swept", "uuidstr": UUID, "uuid": bytes(16),
    "id": 1, "flags": 0, "nkeycodes": 1, "keycodes": [30], "path": "vda", "disk": "vda", "device": "vnet0", "dev": "vda",
    "type": 0, "params": {}, "params_dict": {}, "nparams": 0, "mountpoints": None, "files": [], "cmd": "{}", "timeout": 1,
    "memory": 2048, "nvcpus": 1, "vcpu": 0, "cpumap": (True, False), "autostart": 1, "key": "/default-pool/swept",
    "capacity": 1048576, "iothread_id": 1, "iothread_val": 1, "nkeycode": 1, "uri": "test:///default", "dname": None,
    "cap": None, "depth": 0, "stats": 0, "start": 0, "size": 64, "bandwidth": 0, "downtime": 10, "stream": None,
    "metadata": "text", "user": "root", "password": "x", "keys": ["k"], "total": True, "cellNum": 0, "maxCells": 1,
    "pages": {4: 1}, "startCell": 0, "cellCount": 1, "cpu": "<cpu/>", "xmlCPU": "<cpu/>", "xmlCPUs": ["<cpu/>"], "arch": "i686",
    "emulator": None, "machine": None, "virttype": None, "nativeFormat": "qemu-argv", "nativeConfig": "", "domainXml": DOMAIN,
    "srcSpec": None, "uri_": None, "mac": "aa:bb:cc:dd:ee:ff", "macstr": "aa:bb:cc:dd:ee:ff", "usageID": "u", "usageType": 1,
    "value": "v", "drivername": None, "wwnn": "2000000012341234", "wwpn": "1000000012341234", "command": 3, "section": 4,
    "parentIndex": 0, "to": "/nowhere/dump", "frm": "/nowhere/save", "dxml": None, "dumpformat": 0, "algorithm": 0,
    "length": 64, "offset": 0, "time": None, "duration": 60, "target": 0, "codeset": 0, "holdtime": 0, "signum": 1,
    "pid_value": 1, "types": 0, "source": 0, "lease": 0, "screen": 0, "dev_name": None, "idx": 0, "base": None, "top": None,
    "destxml": DISK, "backupXML": "<domainbackup/>", "checkpointXML": None, "threshold": 1, "interval": 1, "seconds": 1,
    "state": 0, "nbytes": 64, "data": b"x",
    "vcpumap": "0", "action": 0, "new_name": "renamed", "nodeset": None, "cpuNum": -1, "model": None,
}  # fmt: skip
PLACED = {
    "networkDefineXML": NETWORK, "networkDefineXMLFlags": NETWORK, "networkCreateXML": NETWORK,
    "networkCreateXMLFlags": NETWORK, "storagePoolDefineXML": POOL, "storagePoolCreateXML": POOL, "createXMLFrom": VOLUME,
    "snapshotCreateXML": SNAPSHOT, "interfaceDefineXML": INTERFACE,
    "attachDevice": DISK, "attachDeviceFlags": DISK, "detachDevice": DISK, "detachDeviceFlags": DISK,
    "updateDeviceFlags": DISK,
}  # fmt: skip
SPECIAL = {
    ("getFreePages", "pages"): [4], ("findStoragePoolSources", "type"): "dir", ("getMaxVcpus", "type"): None,
    ("setMemoryParameters", "params"): {"hard_limit": 4096}, ("setBlkioParameters", "params"): {"weight": 300},
    ("setBlockIoTune", "params"): {"total_iops_sec": 1}, ("setSchedulerParameters", "params"): {"weight": 60},
    ("setSchedulerParametersFlags", "params"): {"weight": 70}, ("setNumaParameters", "params"): {"numa_mode": 0},
    ("setGuestVcpus", "cpumap"): "0", ("setIOThreadParams", "params"): {"poll_grow": 1},
    ("setInterfaceParameters", "params"): {"inbound.average": 1}, ("setMetadata", "uri"): None, ("metadata", "uri"): None,
    ("lookupByUUID", "uuid"): UUID, ("networkLookupByUUID", "uuid"): "short",
    ("setTime", "time"): {"seconds": 1}, ("getDomainCapabilities", "arch"): None,
}  # fmt: skip
LEFT_OUT = {
    "close", "c_pointer", "connect", "network", "domain", "getConnect", "getDomain", "migrate", "migrate2", "migrate3",
    "migrateToURI", "migrateToURI2", "migrateToURI3", "registerCloseCallback", "unregisterCloseCallback", "recvAll",
    "sendAll", "sparseRecvAll", "sparseSendAll", "virConnGetLastError", "virConnResetLastError", "getHostname",
    "getFreeMemory", "getCellsFreeMemory", "getMemoryStats", "getCPUStats", "suspendForDuration", "nodeSuspendForDuration",
    "securityLabelList",  # none at all: the C client calls that an error without a text
    "getSysinfo", "checkpointCreateXML", "revertToSnapshot",  "setKeepAlive", "getTime", "createWithFiles", "createXMLWithFiles",
}  # fmt: skip


def clean(text):
    text = re.sub(r" at 0x[0-9a-f]+", "", text)
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID", text)
    text = re.sub(r"<creationTime>\d+", "<creationTime>T", text)
    return re.sub(r"\d{9,}", "N", text)


def shown(value, unordered=False):
    if isinstance(value, (list, tuple)):
        texts = [shown(v) for v in value]
        if unordered:
            texts.sort()
        inside = ", ".join(texts)
        return f"({inside})" if isinstance(value, tuple) else f"[{inside}]"
    if type(value).__module__.rpartition(".")[2] == "libvirt":
        kind = type(value).__name__
        name = getattr(value, "name", getattr(value, "getName", getattr(value, "UUIDString", None)))
        return f"{kind}({name() if name is not None and kind != 'virDomainStats' else ''})"
    if isinstance(value, bytes) and len(value) == 16:
        return "bytes(16)"
    return repr(value)


def arguments(method, name):
    out = []
    for p in list(inspect.signature(method).parameters.values()):
        if (name, p.name) in SPECIAL:
            out.append(SPECIAL[name, p.name])
        elif p.name in ("xml", "xmlDesc", "xmldesc") and name in PLACED:
            out.append(PLACED[name])
        elif p.default is not inspect.Parameter.empty:
            break
        else:
            out.append(VALUES.get(p.name))
    return out


def sweep(label, make):
    for name in sorted(dir(type(make()))):
        if name.startswith("_") or name in LEFT_OUT or "Event" in name or "event" in name:
            continue
        try:
            target = make()
        except libvirt.libvirtError as error:
            print(label, "cannot be made:", clean(str(error)))
            return
        method = getattr(target, name)
        if not callable(method):
            continue
        try:
            result = shown(method(*arguments(method, name)), name.startswith("list") or name == "getAllDomainStats")
        except libvirt.libvirtError as error:
            result = f"{error} {error.err}"
        except (TypeError, ValueError, LookupError, OverflowError, SystemError):
            result = "bad argument"
        print(label, name, clean(result))


conn = libvirt.open(sys.argv[1])


def domain():
    try:
        dom = conn.lookupByName("test")
    except libvirt.libvirtError:
        dom = conn.defineXML(DOMAIN.replace("swept", "test"))
    if not dom.isActive():
        dom.create()
    return dom


def snapshot():
    try:
        return domain().snapshotLookupByName("mine")
    except libvirt.libvirtError:
        return domain().snapshotCreateXML(SNAPSHOT.replace("snap<", "mine<"))


def network():
    try:
        return conn.networkLookupByName("default")
    except libvirt.libvirtError:
        return conn.networkDefineXML(NETWORK.replace("swept", "default"))


def pool():
    try:
        found = conn.storagePoolLookupByName("default-pool")
    except libvirt.libvirtError:
        found = conn.storagePoolDefineXML(POOL.replace("swept", "default-pool"))
    if not found.isActive():
        found.create()
    return found


def volume():
    try:
        return pool().storageVolLookupByName("vol")
    except libvirt.libvirtError:
        return pool().createXML(VOLUME.replace("swept", "vol"))


def interface():
    try:
        return conn.interfaceLookupByName("eth1")
    except libvirt.libvirtError:
        return conn.interfaceDefineXML(INTERFACE.replace("eth77", "eth1"))


sweep("connection", lambda: conn)
sweep("domain", domain)
sweep("snapshot", snapshot)
sweep("network", network)
sweep("pool", pool)
sweep("volume", volume)
sweep("interface", interface)
sweep("device", lambda: conn.nodeDeviceLookupByName("computer"))
sweep("stream", lambda: conn.newStream(0))
