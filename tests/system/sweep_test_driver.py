"""Every method of python3-libvirt's objects on the test driver, with good, edge and bad arguments; one JSON line per call.

A program, run by the interpreter that has the `libvirt` module to be asked:
`sweep_test_driver.py URI [PATTERN] [--full|--brief] [--sample=PER_MILLE:SEED] [--events] [--readonly] [--warm] [--show]`.
A line is [case, outcome, state of the host afterwards where the call succeeded]. The host is made anew after every call that
changed it, so that the cases do not depend on each other. SWEEP_DIR is a directory to write to. `--events` has the events
of a call be part of its outcome. `--warm` has every kind of object made once before the processes of the cases are forked,
which then find imported what an implementation in Python imports when it is first wanted.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import re
import sys
import tempfile
import zlib
from typing import Any

import libvirt

GUEST = """<domain type='test'><name>rich</name><uuid>11111111-2222-3333-4444-555555555501</uuid>
<memory>1048576</memory><currentMemory>524288</currentMemory><vcpu current='2'>4</vcpu><iothreads>2</iothreads>
<os><type>hvm</type></os><devices>
<disk type='file' device='disk'><source file='/guest/a'/><target dev='vda' bus='virtio'/></disk>
<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/guest/b'/><target dev='vdb' bus='virtio'/></disk>
<interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/></interface>
<interface type='bridge'><mac address='52:54:00:00:00:02'/><source bridge='br0'/></interface>
<console type='pty'/><graphics type='vnc'/></devices></domain>"""
DISK = "<disk type='file' device='disk'><source file='/guest/c'/><target dev='vdc' bus='virtio'/></disk>"
NIC = "<interface type='network'><mac address='52:54:00:00:00:09'/><source network='default'/></interface>"
HOSTDEV = (
    """<hostdev mode='subsystem' type='pci'><source><address domain='0' bus='1' slot='2' function='0'/></source></hostdev>"""
)
SNAPSHOT = "<domainsnapshot><name>{}</name></domainsnapshot>"
CHECKPOINT = "<domaincheckpoint><name>{}</name></domaincheckpoint>"
BACKUP = "<domainbackup mode='push'><disks><disk name='vda' type='file'><target file='/tmp/b'/></disk></disks></domainbackup>"
NETWORK = """<network><name>{}</name><uuid>11111111-2222-3333-4444-5555555555{}</uuid><bridge name='virbr7'/>
<ip address='192.168.99.1' netmask='255.255.255.0'><dhcp><range start='192.168.99.2' end='192.168.99.9'/></dhcp></ip></network>"""
PORT = """<networkport><uuid>11111111-2222-3333-4444-555555555590</uuid><owner><name>rich</name>
<uuid>11111111-2222-3333-4444-555555555501</uuid></owner><mac address='52:54:00:7b:35:93'/></networkport>"""
INTERFACE = "<interface type='ethernet' name='{}'><start mode='none'/><mac address='aa:bb:cc:dd:ee:{}'/></interface>"
POOL = (
    "<pool type='dir'><name>{}</name><uuid>11111111-2222-3333-4444-5555555555{}</uuid><target><path>/p{}</path></target></pool>"
)
VOLUME = "<volume><name>{}</name><capacity>1048576</capacity><allocation>{}</allocation></volume>"
VPORT = """<device><parent>scsi_host1</parent><capability type='scsi_host'><capability type='fc_host'>
<wwnn>2000000099999999</wwnn><wwpn>1000000099999999</wwpn></capability></capability></device>"""
SECRET = "<secret><uuid>11111111-2222-3333-4444-555555555570</uuid><usage type='ceph'><name>n</name></usage></secret>"
FILTER = "<filter name='f'><uuid>11111111-2222-3333-4444-555555555580</uuid></filter>"
BINDING = """<filterbinding><owner><name>rich</name><uuid>11111111-2222-3333-4444-555555555501</uuid></owner>
<portdev name='tap0'/><mac address='52:54:00:00:00:01'/><filterref filter='f'/></filterbinding>"""
UUIDS = [
    "11111111-2222-3333-4444-555555555501",
    "6695eb01-f6a4-8304-79aa-97f2502e193f",
    "x",
    "",
    "11111111-2222-3333-4444-555555555599",
]
EVENTS = "--events" in sys.argv
READONLY = "--readonly" in sys.argv
SCRATCH = os.environ.get("SWEEP_DIR") or tempfile.gettempdir()
SAVED = os.path.join(SCRATCH, "saved")

FLAGS = [0, 1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80, 0x100, 0x200, 3, 0x10000, 0x80000000]
BY_NAME: dict[str, list[Any]] = {
    "flags": FLAGS,
    "name": ["test", "default", "nobody", "", "eth1", "default-pool", "computer"],
    "uuid": [bytes.fromhex(UUIDS[0].replace("-", "")), b"x", b"y" * 16],
    "uuidstr": UUIDS,
    "id": [1, 0, -1, 99],
    "xml": ["<x/>", "", "<", "<domain/>"],
    "xmlDesc": ["<x/>", "", "<", "<domain/>"],
    "xmldesc": [PORT, "<x/>", "", "<"],
    "dxml": [None, "<x/>", ""],
    "path": ["vda", "vdb", "testnet0", "52:54:00:00:00:01", "/guest/a", "nothing", "", "/default-pool/v1", "/p7"],
    "disk": ["vda", "/guest/b", "nothing", ""],
    "dev": ["vda", "vda[1]", ""],
    "device": ["testnet0", "52:54:00:00:00:01", "nothing", ""],
    "base": [None, "vda[1]", "/x"],
    "top": [None, "vda", "/y"],
    "bandwidth": [0, 5],
    "type": ["test", "kvm", None, ""],
    "arch": ["x86_64", "i686", "ppc64", "nonsense", ""],
    "cpuNum": [0, -1, 1, 5],
    "cellNum": [0, -1, 1, 9],
    "pages": [[4], [2048], [4, 2048], []],
    "startCell": [0, 1, 5],
    "cellCount": [1, 2],
    "maxCells": [1, 2, 0, 9],
    "cap": [None, "system", "scsi_host", "fc_host", "nonsense", ""],
    "mac": [None, "52:54:00:00:00:01"],
    "macstr": ["aa:bb:cc:dd:ee:ff", "aa:bb:cc:dd:ee:00", "", "nonsense"],
    "wwnn": ["2000000012341234", "x"],
    "wwpn": ["1000000012341234", "x"],
    "key": ["/default-pool/v1", "nothing", ""],
    "portdev": ["tap0", ""],
    "portDev": ["tap0", ""],
    "usageType": [1, 0, 99],
    "usageID": ["x", ""],
    "nativeFormat": ["qemu-argv", ""],
    "nativeConfig": ["x"],
    "domainXml": [GUEST],
    "srcSpec": [None, "<source><host name='h'/></source>", "<source/>", "x"],
    "interval": [5, 0],
    "count": [5, 0],
    "target": [0, 1, 9],
    "duration": [60, 0],
    "frm": [SAVED, "/nonexistent/x", ""],
    "file": [SAVED, "/nonexistent/x", ""],
    "to": [os.path.join(SCRATCH, "out"), "/nonexistent/x", ""],
    "dumpformat": [0, 1, 2, 99, -1],
    "iothread_id": [1, 5, 0, -1],
    "iothread_val": [1, 9, 0],
    "cpumap": [(True, False, True), (False,), (True,) * 40],
    "vcpu": [0, 1, 3, 50],
    "vcpumap": ["0", "1-2", ""],
    "nvcpus": [1, 4, 5, 0, 33, -1],
    "state": [0, 1],
    "memory": [524288, 1048576, 4194304, 0, 2**40],
    "period": [5, 0, -1],
    "autostart": [0, 1, 2],
    "total": [0, 1, True],
    "offset": [0, 512, 1 << 40],
    "size": [512, 0, 1 << 30],
    "start": [0, 4096],
    "length": [0, 512],
    "capacity": [2097152, 0, 1 << 50],
    "algorithm": [0, 1, 99],
    "source": [0, 1, 2, 3, 9],
    "types": [0, 1, 0xFFFF],
    "timeout": [5, -3],
    "uri": [None, "http://x.org/y", ""],
    "metadata": ["text", "<y xmlns='u'/>", None, ""],
    "new_name": ["other", "test", "rich", "a/b", ""],
    "reason": [0],
    "mountPoint": ["/", None, "/nothing"],
    "minimum": [0, 5],
    "mountpoints": [None, ["/"], ["/nothing"], []],
    "pid_value": [1, 2, 0, -1],
    "signum": [0, 9, 15, 99],
    "codeset": [0, 1, 9, -1, 50],
    "holdtime": [0, 50],
    "keycodes": [[1, 2], [], [70000]],
    "nkeycodes": [2, 1, 0],
    "time": [None, {"seconds": 5, "nseconds": 6}],
    "user": ["root", ""],
    "password": ["x", None],
    "keys": [None, ["ssh-rsa x"]],
    "dev_name": [None, "console0", "nothing"],
    "idx": [0, 5],
    "fd": [2],
    "files": [[], [0]],
    "screen": [0, 1],
    "threshold": [0, 5],
    "seconds": [1],
    "cacheSize": [1 << 20],
    "downtime": [300],
    "duri": ["test:///default", ""],
    "dconnuri": [None, "test:///default"],
    "miguri": [None],
    "dname": [None],
    "command": [1, 2, 3, 4, 0, 9],
    "section": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 99],
    "parentIndex": [-1, 0, 1, 5],
    "alias": ["net0", "nothing", ""],
    "driverName": [None, "vfio"],
    "emulator": [None],
    "emulatorbin": [None, "/x"],
    "machine": [None],
    "virttype": [None, "test", "kvm"],
    "xmlCPU": ["<cpu/>"],
    "xmlCPUs": [["<cpu/>"]],
    "value": [b"v"],
    "eventID": [0],
    "destxml": [DISK],
    "backupXML": [BACKUP, "<x/>"],
    "checkpointXML": [None, CHECKPOINT.format("c9")],
    "targetpath": ["/default-pool"],
}
P = "params"
SPECIAL: dict[str, dict[str, list[Any]]] = {
    "virConnect.createXML": {
        "xmlDesc": [
            GUEST.replace("rich", "new").replace("5501", "5502"),
            GUEST,
            "<x/>",
            "",
            "<domain type='kvm'><name>k</name></domain>",
            "<domain type='test'><name>k</name></domain>",
        ]
    },
    "virConnect.allocPages": {"pages": [{2048: 1}, {}]},
    "virConnect.createXMLWithFiles": {"xmlDesc": [GUEST.replace("rich", "new").replace("5501", "5502")]},
    "virConnect.createLinux": {"xmlDesc": [GUEST.replace("rich", "new").replace("5501", "5502"), "<x/>"]},
    "virConnect.defineXML": {
        "xml": [
            GUEST,
            GUEST.replace("rich", "new").replace("5501", "5502"),
            GUEST.replace("rich", "new"),
            GUEST.replace("5501", "5502"),
            "<x/>",
            "",
        ]
    },
    "virConnect.defineXMLFlags": {"xml": [GUEST, GUEST.replace("<devices>", "<nonsense/><devices>"), "<x/>"]},
    "virConnect.networkCreateXML": {
        "xmlDesc": [NETWORK.format("n", "20"), NETWORK.format("default", "20"), NETWORK.format("idle", "10"), "<x/>"]
    },
    "virConnect.networkCreateXMLFlags": {"xmlDesc": [NETWORK.format("n", "20"), "<x/>"]},
    "virConnect.networkDefineXML": {
        "xml": [
            NETWORK.format("n", "20"),
            NETWORK.format("default", "20"),
            NETWORK.format("idle", "10"),
            NETWORK.format("n", "10"),
            "<x/>",
            "<network/>",
        ]
    },
    "virConnect.networkDefineXMLFlags": {"xml": [NETWORK.format("n", "20"), "<x/>"]},
    "virConnect.interfaceDefineXML": {
        "xml": [
            INTERFACE.format("eth5", "05"),
            INTERFACE.format("eth1", "05"),
            "<x/>",
            "<interface/>",
            "<interface type='bond' name='b'/>",
        ]
    },
    "virConnect.storagePoolCreateXML": {
        "xmlDesc": [
            POOL.format("p", "31", "8"),
            POOL.format("idle", "30", "7"),
            POOL.format("default-pool", "31", "8"),
            "<x/>",
            "<pool/>",
            "<pool type='dir'/>",
        ]
    },
    "virConnect.storagePoolDefineXML": {
        "xml": [
            POOL.format("p", "31", "8"),
            POOL.format("idle", "30", "7"),
            POOL.format("p", "30", "7"),
            POOL.format("default-pool", "31", "8"),
            "<x/>",
            "<pool/>",
        ]
    },
    "virConnect.nodeDeviceCreateXML": {
        "xmlDesc": [VPORT, "<x/>", "<device/>", VPORT.replace("scsi_host1", "computer"), VPORT.replace("scsi_host1", "nothing")]
    },
    "virConnect.nodeDeviceDefineXML": {"xmlDesc": [VPORT]},
    "virConnect.secretDefineXML": {"xml": [SECRET, "<x/>"]},
    "virConnect.nwfilterDefineXML": {"xmlDesc": [FILTER, "<x/>"]},
    "virConnect.nwfilterDefineXMLFlags": {"xmlDesc": [FILTER]},
    "virConnect.nwfilterBindingCreateXML": {"xml": [BINDING]},
    "virConnect.saveImageDefineXML": {"dxml": [GUEST, "<x/>", "", None]},
    "virConnect.findStoragePoolSources": {"type": ["logical", "netfs", "dir", "nonsense", "iscsi", "", "gluster"]},
    "virConnect.lookupByName": {"name": ["test", "rich", "nobody", "", "a/b"]},
    "virConnect.getAllDomainStats": {"stats": [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1023, 4096]},
    "virConnect.domainListGetStats": {"stats": [0, 1, 128, 1023]},
    "virConnect.setMemoryParameters": {P: [{"shm_pages_to_scan": 1}, {}, {"x": 1}]},
    "virConnect.setIdentity": {P: [{"user-name": "x"}]},
    "virConnect.restoreParams": {P: [{"file": SAVED}, {}]},
    "virConnect.listAllDomains": {"flags": [*FLAGS, 0x400, 0x800, 0x1000, 0x2000, 5, 9]},
    "virDomain.attachDevice": {"xml": [DISK, NIC, HOSTDEV, "<x/>", ""]},
    "virDomain.attachDeviceFlags": {"xml": [HOSTDEV, DISK, NIC, "<x/>"]},
    "virDomain.detachDevice": {"xml": [DISK, HOSTDEV, "<x/>", GUEST]},
    "virDomain.detachDeviceFlags": {"xml": [HOSTDEV, DISK, "<x/>"]},
    "virDomain.updateDeviceFlags": {"xml": [DISK, NIC, "<x/>"]},
    "virDomain.snapshotCreateXML": {
        "xmlDesc": [
            SNAPSHOT.format("s9"),
            SNAPSHOT.format("s1"),
            "<domainsnapshot/>",
            "<x/>",
            "<domainsnapshot><name>s8</name><disks><disk name='vda' snapshot='external'/></disks></domainsnapshot>",
            "<domainsnapshot><name>s8</name><disks><disk name='nothing'/></disks></domainsnapshot>",
            "<domainsnapshot><name>a/b</name></domainsnapshot>",
            "<domainsnapshot><name>s8</name><memory snapshot='external' file='/x'/></domainsnapshot>",
        ]
    },
    "virDomain.checkpointCreateXML": {
        "xmlDesc": [
            CHECKPOINT.format("c9"),
            "<domaincheckpoint/>",
            "<x/>",
            "<domaincheckpoint><name>c8</name><disks><disk name='vda' checkpoint='bitmap'/></disks></domaincheckpoint>",
        ]
    },
    "virDomain.snapshotLookupByName": {"name": ["s1", "nothing", ""]},
    "virDomain.checkpointLookupByName": {"name": ["c1", "nothing", ""]},
    "virDomain.setLifecycleAction": {"type": [0, 1, 2, 9], "action": [0, 1, 2, 3, 4, 5, 9]},
    "virDomain.metadata": {"type": [0, 1, 2, 9, -1]},
    "virDomain.setMetadata": {"type": [0, 1, 2, 9], "key": [None, "k", ""]},
    "virDomain.setMemoryParameters": {P: [{"hard_limit": 1000}, {"soft_limit": 5, "swap_hard_limit": 2}, {"x": 1}, {}]},
    "virDomain.setNumaParameters": {
        P: [
            {"numa_nodeset": "0"},
            {"numa_mode": 0},
            {"numa_nodeset": "x"},
            {"numa_nodeset": "0-9"},
            {"numa_mode": 9},
            {"x": 1},
            {},
        ]
    },
    "virDomain.setBlkioParameters": {
        P: [{"weight": 500}, {"device_weight": "/dev/sda,200"}, {"device_weight": "x"}, {"x": 1}, {}]
    },
    "virDomain.setSchedulerParameters": {P: [{"weight": 100}, {"x": 1}, {}]},
    "virDomain.setSchedulerParametersFlags": {P: [{"weight": 100}, {"x": 1}, {}]},
    "virDomain.setInterfaceParameters": {
        P: [{"inbound.average": 100}, {"inbound.peak": 5}, {"outbound.average": 1, "outbound.burst": 7}, {"x": 1}, {}]
    },
    "virDomain.setBlockIoTune": {
        P: [
            {"total_bytes_sec": 1000},
            {"read_bytes_sec": 5, "read_bytes_sec_max": 9},
            {"total_bytes_sec": 5, "read_bytes_sec": 5},
            {"group_name": "g", "total_bytes_sec": 1},
            {"x": 1},
            {},
            {"total_iops_sec": 1 << 60},
        ]
    },
    "virDomain.setPerfEvents": {P: [{"cmt": True}, {"x": True}, {}]},
    "virDomain.setIOThreadParams": {
        P: [{"poll-max-ns": 100}, {"poll-grow": 5}, {"poll_max_ns": 5}, {"x": 1}, {}, {"thread_pool_min": 1}]
    },
    "virDomain.setLaunchSecurityState": {P: [{"sev-secret": "x", "sev-secret-header": "y"}]},
    "virDomain.saveParams": {P: [{"file": SAVED}, {}]},
    "virDomain.migrate3": {P: [{}]},
    "virDomain.migrateToURI3": {P: [{}]},
    "virDomain.blockCopy": {P: [None, {"bandwidth": 5}]},
    "virDomain.openChannel": {"name": [None, "c"]},
    "virDomain.FDAssociate": {"name": ["x"]},
    "virDomain.XMLDesc": {"flags": [*FLAGS, 7, 11]},
    "virDomain.setVcpusFlags": {"nvcpus": [1, 4, 5, 33, 0], "flags": [*FLAGS, 5, 6, 7]},
    "virNetwork.update": {
        "xml": [
            "<host mac='52:54:00:aa:bb:cc' name='h' ip='192.168.122.50'/>",
            "<range start='192.168.122.20' end='192.168.122.30'/>",
            "<x/>",
            "<dns/>",
        ]
    },
    "virNetwork.portLookupByUUIDString": {"uuidstr": ["11111111-2222-3333-4444-555555555590", "x"]},
    "virNetwork.portLookupByUUID": {"uuid": [bytes.fromhex("11111111222233334444555555555590")]},
    "virNetworkPort.setParameters": {P: [{"inbound.average": 5}, {"x": 1}, {}]},
    "virStoragePool.createXML": {
        "xmlDesc": [
            VOLUME.format("v9", 4096),
            VOLUME.format("v1", 0),
            VOLUME.format("v9", 1 << 50),
            "<x/>",
            "<volume/>",
            "<volume><name>a</name></volume>",
        ]
    },
    "virStoragePool.createXMLFrom": {
        "xmlDesc": [VOLUME.format("v9", 4096), VOLUME.format("v1", 0), "<x/>", "<volume><name>a</name></volume>"]
    },
    "virStoragePool.storageVolLookupByName": {"name": ["v1", "nothing", ""]},
    "virConnect.storagePoolLookupByTargetPath": {"path": ["/default-pool", "/p7", "/x", ""]},
    "virConnect.storageVolLookupByPath": {"path": ["/default-pool/v1", "/x", ""]},
}
PASSED_OVER = {
    "c_pointer",
    "connect",
    "virConnGetLastError",
    "virConnResetLastError",
    "getConnect",
    "getDomain",
    "domain",
    "close",
    "setKeepAlive",
    "isAlive",
    "isEncrypted",
    "isSecure",
    "getURI",
    "getLibVersion",
    "eventAddCallback",
    "eventRemoveCallback",
    "eventUpdateCallback",
    "migrate",
    "migrate2",
    "migrate3",
    "migrateToURI",
    "migrateToURI2",
    "migrateToURI3",
    "network",
    "openGraphicsFD",
    "registerCloseCallback",
    "unregisterCloseCallback",
}
"""What belongs to the transport or to the module itself, and migration, which needs two hosts."""


class Host:
    """One connection and the objects that the cases are about."""

    def __init__(self, uri: str) -> None:
        if EVENTS:
            libvirt.virEventRegisterDefaultImpl()
        self.conn = libvirt.openReadOnly(uri) if READONLY else libvirt.open(uri)
        self.events: list[Any] = []
        self.callbacks: list[tuple[str, int]] = []
        if EVENTS:
            self.listen()
        self.objects: dict[str, Any] = {"virConnect": self.conn}
        self.before: list[Any] | None = None
        self.changed = False

    def listen(self) -> None:
        """Note every event there can be."""

        def note(*what: Any) -> None:
            self.events.append(plain(list(what[1:-1])))

        for number in range(libvirt.VIR_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE + 1):
            self.register("domain", number, lambda *what, n=number: note(*what[:-1], n, None))
        self.register("network", libvirt.VIR_NETWORK_EVENT_ID_LIFECYCLE, note)
        self.register("storagePool", libvirt.VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE, note)
        self.register("storagePool", libvirt.VIR_STORAGE_POOL_EVENT_ID_REFRESH, note)
        self.register("nodeDevice", libvirt.VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE, note)

    def register(self, kind: str, number: int, note: Any) -> None:
        callback = getattr(self.conn, f"{kind}EventRegisterAny")(None, number, note, None)
        self.callbacks.append((f"{kind}EventDeregisterAny", callback))

    def heard(self) -> list[Any]:
        """The events since this was asked last, in no order."""
        timers: list[int] = []
        for _ in range(3 if EVENTS else 0):
            timers.append(libvirt.virEventAddTimeout(0, lambda timer, its: None, None))
            libvirt.virEventRunDefaultImpl()
            libvirt.virEventRemoveTimeout(timers.pop())
        found = sorted(self.events, key=json.dumps)
        self.events.clear()
        return found

    def close(self) -> None:
        self.objects.clear()
        for name, callback in self.callbacks:
            getattr(self.conn, name)(callback)
        self.conn.close()

    def get(self, kind: str) -> Any:
        """The object of a name like "virDomain:running", made when it is first wanted."""
        if kind not in self.objects:
            self.before = None
            self.objects[kind] = getattr(self, "make_" + kind.replace(":", "_"))(self.conn)
        return self.objects[kind]

    def make_virDomain_test(self, conn: Any) -> Any:
        return conn.lookupByName("test")

    def make_virDomain_off(self, conn: Any) -> Any:
        return conn.defineXML(GUEST)

    def make_virDomain_running(self, conn: Any) -> Any:
        dom = conn.defineXML(GUEST)
        dom.create()
        return dom

    def make_virDomain_paused(self, conn: Any) -> Any:
        dom = self.make_virDomain_running(conn)
        dom.suspend()
        return dom

    def make_virDomain_transient(self, conn: Any) -> Any:
        return conn.createXML(GUEST)

    def make_virDomain_snapped(self, conn: Any) -> Any:
        dom = self.make_virDomain_running(conn)
        for name in ("s1", "s2"):
            dom.snapshotCreateXML(SNAPSHOT.format(name))
        return dom

    def make_virDomain_saved(self, conn: Any) -> Any:
        dom = self.make_virDomain_running(conn)
        dom.managedSave()
        return dom

    def make_virDomain_gone(self, conn: Any) -> Any:
        dom = self.make_virDomain_off(conn)
        dom.undefine()
        return dom

    def make_virDomainSnapshot_first(self, conn: Any) -> Any:
        return self.make_virDomain_snapped(conn).snapshotLookupByName("s1")

    def make_virDomainSnapshot_last(self, conn: Any) -> Any:
        return self.make_virDomain_snapped(conn).snapshotLookupByName("s2")

    def make_virDomainCheckpoint_first(self, conn: Any) -> Any:
        dom = self.make_virDomain_running(conn)
        for name in ("c1", "c2"):
            dom.checkpointCreateXML(CHECKPOINT.format(name))
        return dom.checkpointLookupByName("c1")

    def make_virNetwork_active(self, conn: Any) -> Any:
        return conn.networkLookupByName("default")

    def make_virNetwork_idle(self, conn: Any) -> Any:
        return conn.networkDefineXML(NETWORK.format("idle", "10"))

    def make_virNetwork_gone(self, conn: Any) -> Any:
        net = self.make_virNetwork_idle(conn)
        net.undefine()
        return net

    def make_virInterface_active(self, conn: Any) -> Any:
        return conn.interfaceLookupByName("eth1")

    def make_virInterface_idle(self, conn: Any) -> Any:
        return conn.interfaceDefineXML(INTERFACE.format("eth7", "07"))

    def make_virStoragePool_active(self, conn: Any) -> Any:
        pool = conn.storagePoolLookupByName("default-pool")
        if not READONLY:
            pool.createXML(VOLUME.format("v1", 4096))
        return pool

    def make_virStoragePool_idle(self, conn: Any) -> Any:
        return conn.storagePoolDefineXML(POOL.format("idle", "30", "7"))

    def make_virStoragePool_gone(self, conn: Any) -> Any:
        pool = self.make_virStoragePool_idle(conn)
        pool.undefine()
        return pool

    def make_virStorageVol_one(self, conn: Any) -> Any:
        return self.make_virStoragePool_active(conn).storageVolLookupByName("v1")

    def make_virStorageVol_gone(self, conn: Any) -> Any:
        vol = self.make_virStorageVol_one(conn)
        vol.delete()
        return vol

    def make_virNodeDevice_computer(self, conn: Any) -> Any:
        return conn.nodeDeviceLookupByName("computer")

    def make_virNodeDevice_host(self, conn: Any) -> Any:
        return conn.nodeDeviceLookupByName("scsi_host11")

    def state(self) -> list[Any]:
        """All that can be seen of the host."""
        conn = self.conn
        seen: list[Any] = []
        for dom in sorted(conn.listAllDomains(), key=lambda its: its.name()):
            flags = [0, libvirt.VIR_DOMAIN_XML_INACTIVE] if dom.isActive() and dom.isPersistent() else [0]
            seen.append([dom.name(), dom.ID(), dom.state(), dom.autostart(), dom.isPersistent(), dom.hasManagedSaveImage()])
            seen += [dom.XMLDesc(f) for f in flags]
            seen.append(sorted(snap.getName() for snap in dom.listAllSnapshots()))
            seen.append(sorted(point.getName() for point in dom.listAllCheckpoints()))
        for net in sorted(conn.listAllNetworks(), key=lambda its: its.name()):
            seen.append([net.name(), net.isActive(), net.isPersistent(), net.autostart(), net.XMLDesc()])
        for interface in sorted(conn.listAllInterfaces(), key=lambda its: its.name()):
            seen.append([interface.name(), interface.isActive(), interface.XMLDesc()])
        for pool in sorted(conn.listAllStoragePools(), key=lambda its: its.name()):
            seen.append([pool.name(), pool.info(), pool.isPersistent(), pool.autostart(), pool.XMLDesc()])
            if pool.isActive():
                seen += [vol.XMLDesc() for vol in sorted(pool.listAllVolumes(), key=lambda v: v.name())]
        seen += sorted(device.XMLDesc() for device in conn.listAllDevices())
        return [plain(item) for item in seen]


SCENES = {
    "virConnect": [""],
    "virDomain": ["running", "off", "paused", "transient", "snapped", "saved", "gone", "test"],
    "virDomainSnapshot": ["first", "last"],
    "virDomainCheckpoint": ["first"],
    "virNetwork": ["active", "idle", "gone"],
    "virInterface": ["active", "idle"],
    "virStoragePool": ["active", "idle", "gone"],
    "virStorageVol": ["one", "gone"],
    "virNodeDevice": ["computer", "host"],
}
if READONLY:  # those for which nothing has to be made
    SCENES = {
        "virConnect": [""],
        "virDomain": ["test"],
        "virNetwork": ["active"],
        "virInterface": ["active"],
        "virStoragePool": ["active"],
        "virNodeDevice": ["computer", "host"],
    }
CLOCKED = {"blockStats", "info", "interfaceStats", "vcpus"}
_RANDOM = [
    (re.compile(r"<uuid>(?!11111111|6695|dd8f|dfe2)[0-9a-f-]{36}</uuid>"), "<uuid>U</uuid>"),
    (re.compile(r"52:54:00:(?!00:00|aa:bb|7b:35)[0-9a-f:]{8}"), "52:54:00:M"),
    (re.compile(r"<creationTime>\d+</creationTime>"), "<creationTime>T</creationTime>"),
    (re.compile(re.escape(SCRATCH)), "SCRATCH"),
    (re.compile(r"\b1[67]\d{8}\b"), "T"),
    (re.compile(r"<uuid>0{8}-[0-9a-f-]+</uuid>"), "<uuid>U</uuid>"),
]


def plain(value: Any) -> Any:
    """JSON for a result; what is random is made the same."""
    if isinstance(value, bool) or value is None or isinstance(value, (int, float)):
        return value
    if isinstance(value, str):
        for pattern, text in _RANDOM:
            value = pattern.sub(text, value)
        return value
    if isinstance(value, (bytes, bytearray)):
        return f"bytes:{len(value)}:{hashlib.sha1(bytes(value)).hexdigest()[:8]}"
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    for method in ("name", "getName", "UUIDString", "portDev"):
        if hasattr(value, method):
            return f"<{type(value).__name__} {plain(getattr(value, method)())}>"
    return f"<{type(value).__name__}>"


def rounded(value: Any) -> Any:
    """Numbers that come from the clock, by their number of digits."""
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return f"{len(str(value))} digits" if isinstance(value, int) and value > 10**8 else value


def outcome(function: Any, arguments: list[Any]) -> Any:
    try:
        value = plain(function(*arguments))
        if isinstance(value, list) and re.match("list|.*(Stats|Names)$", function.__name__):  # in no order
            value.sort(key=json.dumps)
        if function.__name__ in CLOCKED:
            value = rounded(value)
        return ["ok", value]
    except libvirt.libvirtError as error:
        code, domain, message, level, s1, s2, s3, i1, i2 = error.err or (None,) * 9
        return ["error", code, domain, plain(message), level, plain(s1), plain(s2), plain(s3), i1, i2]
    except (TypeError, OverflowError, ValueError, SystemError, LookupError) as error:
        return ["python", type(error).__name__]


def values(kind: str, name: str, parameter: str) -> list[Any]:
    special = SPECIAL.get(f"{kind}.{name}", {})
    return special.get(parameter) or BY_NAME.get(parameter) or [None]


def variations(kind: str, name: str, parameters: list[str], *, full: bool, brief: bool) -> list[list[int]]:
    """Indices of values: all first ones, then each parameter's others, one at a time; values that stand first for an
    object's kind of document combine with flags 1 and 2 too."""
    sizes = [len(values(kind, name, p)) for p in parameters]
    found = [[0] * len(sizes)]
    for place, size in enumerate(sizes):
        for index in range(1, size):
            if not full and parameters[place] == "flags" and index > (2 if brief else 5) and index != size - 1:
                continue
            row = [0] * len(sizes)
            row[place] = index
            found.append(row)
    if len(parameters) > 1 and parameters[-1] == "flags" and full:
        for index in range(1, sizes[0]):
            found += [[index, *[0] * (len(sizes) - 2), flag] for flag in (1, 2)]
    if (kind, name) == ("virNetwork", "update") and not brief:
        found += [
            [c, s, i, x, f]
            for c in range(6)
            for s in range(len(BY_NAME["section"]))
            for i in (0, 1)
            for x in (0, 1)
            for f in (0, 1)
        ]
    return found


def bound(host: Host, its: Any, values_: list[Any], parameters: list[str]) -> list[Any]:
    """Arguments that are objects are made here."""
    given = []
    for parameter, value in zip(parameters, values_, strict=True):
        if parameter in ("st", "stream"):
            value = host.conn.newStream(libvirt.VIR_STREAM_NONBLOCK)
        elif parameter == "snap":
            value = its.snapshotLookupByName("s1")
        elif parameter == "clonevol":
            value = host.conn.storagePoolLookupByName("default-pool").storageVolLookupByName("v1")
        elif parameter in ("doms",):
            value = host.conn.listAllDomains()
        given.append(value)
    return given


def run_case(host: Host, subject: str, name: str, given: list[Any], parameters: list[str], *, show: bool) -> list[Any]:
    """[outcome, state after]; the host knows whether it was changed. Holds no object when it returns."""
    try:
        its = host.get(subject)
        arguments = bound(host, its, given, parameters)
    except libvirt.libvirtError as error:
        host.changed = True
        return [["scene", plain(str(error))], None]
    if host.before is None:
        host.before = host.state()
    host.heard()
    said = outcome(getattr(its, name), arguments)
    if said[0] != "ok":
        return [said, None]
    said += [host.heard()] if EVENTS else []
    state = host.state()
    host.changed = state != host.before
    return [said, state if show else hashlib.sha1(json.dumps(state).encode()).hexdigest()[:10]]


def run_from(uri: str, subject: str, name: str, cases: list[tuple[str, list[Any]]], parameters: list[str], show: bool) -> int:
    """Run cases on one fresh host until one has changed it; how many. Ends without a trace when in a process of its own."""
    host, done = Host(uri), 0
    for case, given in cases[:100]:
        line = [case, *run_case(host, subject, name, given, parameters, show=show)]
        print(json.dumps([*line, plain(given)] if show else line))
        done += 1
        if host.changed:
            break
    sys.stdout.flush()
    host.close()
    return done


def in_child(function: Any, *arguments: Any) -> int:
    """The function's small number, from a forked process: what a failed call leaks in the module goes with it."""
    child = os.fork()
    if not child:
        code = 255
        try:
            code = function(*arguments)
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def prepare(uri: str) -> int:
    host = Host(uri)
    host.get("virDomain:running").save(SAVED)
    host.close()
    return 0


def sampling() -> tuple[int, str]:
    """How many of 1000 cases, and what they are drawn by."""
    for word in sys.argv[1:]:
        if word.startswith("--sample="):
            share, _, seed = word.removeprefix("--sample=").partition(":")
            return int(share), seed
    return 1000, ""


def warm(uri: str) -> None:
    """Every scene and what is asked of it once, in this process."""
    for kind, scenes in SCENES.items():
        for scene in scenes:
            host = Host(uri)
            host.get(f"{kind}:{scene}" if scene else kind)
            host.state()
            host.close()


def main() -> int:
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    full, brief, show = (f"--{word}" in sys.argv for word in ("full", "brief", "show"))
    wanted = re.compile(words[1] if len(words) > 1 else "")
    share, seed = sampling()
    libvirt.registerErrorHandler(lambda context, error: None, None)
    if "--warm" in sys.argv:
        warm(words[0])
    if not READONLY and in_child(prepare, words[0]):
        return 1
    for kind, scenes in SCENES.items():
        for name, function in inspect.getmembers(getattr(libvirt, kind)):
            if name.startswith("_") or name in PASSED_OVER or "Event" in name or not callable(function):
                continue
            parameters = list(inspect.signature(function).parameters)[1:]
            for scene in scenes[:1] if brief else scenes:
                subject = f"{kind}:{scene}" if scene else kind
                cases = []
                for row in variations(kind, name, parameters, full=full and scene == scenes[0], brief=brief):
                    case = f"{subject}.{name}({','.join(map(str, row))})"
                    if wanted.search(case) and zlib.crc32(f"{seed}{case}".encode()) % 1000 < share:
                        cases.append((case, [values(kind, name, p)[i] for p, i in zip(parameters, row, strict=True)]))
                while cases:
                    sys.stdout.flush()
                    done = in_child(run_from, words[0], subject, name, cases, parameters, show)
                    if not 0 < done < 255:
                        print(json.dumps([cases[0][0], ["died", done], None]))
                        done = 1
                    cases = cases[done:]
    return 0


if __name__ == "__main__":
    sys.exit(main())
