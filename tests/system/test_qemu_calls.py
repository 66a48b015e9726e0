"""Calls of one guest by the distribution's python3-libvirt: results, error codes, domains and texts are libvirtd 9.0's.

What is expected here was seen there: the same program ran beside it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from purevirt.testing.boot_image import write_boot_image
from system.test_clients import SYSTEM_PYTHON, uri
from system.test_daemon_basic import root

__all__ = ["root"]

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root"),
    pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="no qemu-system-x86_64"),
]

XML = """<domain type='qemu'><name>{name}</name><uuid>{uuid}</uuid><memory unit='MiB'>64</memory>
<currentMemory unit='MiB'>32</currentMemory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features><on_crash>preserve</on_crash>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{image}'/><target dev='vda' bus='virtio'/></disk>
<disk type='file' device='cdrom'><target dev='hda' bus='ide'/><readonly/></disk>
<interface type='user'><mac address='52:54:00:11:22:33'/></interface>
<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
<graphics type='vnc' port='-1' autoport='yes'/><video><model type='vga'/></video></devices></domain>"""

PROGRAM = """
import json, sys, libvirt, libvirt_qemu
libvirt.registerErrorHandler(lambda c, e: None, None)
conn = libvirt.open(sys.argv[1])
g, k = (conn.defineXML(open(path).read()) for path in sys.argv[2:4])
image = sys.argv[4]
for line in sys.stdin:
    g = conn.lookupByUUIDString(g.UUIDString())
    try:
        found = eval(line)
        print(json.dumps(found if isinstance(found, (int, str, list, dict, tuple, bool, type(None))) else repr(found)))
    except libvirt.libvirtError as error:
        print(json.dumps({"error": [error.get_error_code(), error.get_error_domain(), error.get_error_message()]}))
"""


def run(root: Path, calls: dict[str, object]) -> None:
    """Evaluate each call in turn; `g` is the guest, `k` another definition."""
    if subprocess.run([SYSTEM_PYTHON, "-c", "import libvirt_qemu"], capture_output=True, check=False, timeout=30).returncode:
        pytest.skip("no python3-libvirt")
    image = root / "disk.img"
    write_boot_image(image)
    paths = []
    for number, name in enumerate("gk"):
        paths.append(root / f"{name}.xml")
        paths[-1].write_text(XML.format(name=name, image=image, uuid=f"4dea22b3-1d52-d8f3-2516-782e98ab3fa{number}"))
    command = [SYSTEM_PYTHON, "-c", PROGRAM, uri(root), *map(str, paths), str(root / "image.save")]
    given = "".join(f"{call}\n" for call in calls)
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=100, check=False)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    seen = dict(zip(calls, answers, strict=False))
    expected = {call: json.loads(json.dumps(wanted)) for call, wanted in calls.items()}
    assert {c: v for c, v in seen.items() if expected[c] != v} == {}, done.stderr
    assert len(seen) == len(calls), done.stderr


def error(code: int, domain: int, text: str) -> dict[str, object]:
    return {"error": [code, domain, text]}


OFF = error(55, 20, "Requested operation is not valid: domain is not running")
NO_AGENT = error(86, 10, "Guest agent is not responding: QEMU guest agent is not connected")
NOT_BOTH = "Flags 'VIR_DOMAIN_SAVE_RUNNING' and 'VIR_DOMAIN_SAVE_PAUSED' are mutually exclusive"


def test_a_stopped_guest(root: Path) -> None:
    run(
        root,
        {
            "g.rename('k')": error(55, 20, "Requested operation is not valid: domain with name 'k' already exists"),
            "g.rename('g')": error(55, 20, "Requested operation is not valid: Can't rename domain to itself"),
            "g.rename('a/b')": error(27, 10, "XML error: name a/b cannot contain '/'"),
            "g.rename('x', 1)": error(8, 10, "unsupported flags (0x1) in function qemuDomainRename"),
            "g.setAutostart(1)": 0,
            "g.rename('x')": 0,
            "(g.name(), g.autostart(), '<name>x</name>' in g.XMLDesc())": ["x", 1, True],
            "g.rename('g') ": 0,
            "g.messages()": [],
            "g.undefineFlags(4 | 8)": error(55, 10, "Requested operation is not valid: cannot both keep and delete nvram"),
            "g.createWithFlags(16)": error(8, 10, "unsupported flags (0x10) in function qemuDomainCreateWithFlags"),
            "g.setLifecycleAction(0, 1, 0)": 0,
            "g.setLifecycleAction(0, 9, 0)": error(8, 20, "invalid argument: invalid lifecycle action '9'"),
            "g.setLifecycleAction(7, 1, 0)": error(8, 20, "invalid argument: invalid lifecycle type '7'"),
            "g.setLifecycleAction(0, 5, 0)": error(
                67, 20, "unsupported configuration: Lifecycle event 'poweroff' doesn't support 'coredump-restart' action"
            ),
            "g.setLifecycleAction(2, 4, 1)": OFF,
            "'<on_poweroff>restart' in g.XMLDesc()": True,
            "g.setMemoryStatsPeriod(3, 2)": 0,
            "\"<stats period='3'/>\" in g.XMLDesc()": True,
            "g.blockPeek('vda', 510, 2) == b'U\\xaa'": True,
            "g.blockPeek('vdz', 0, 2)": error(8, 10, "invalid argument: disk 'vdz' not found in domain"),
            "g.blockPeek('vda', 1 << 20, 2)": error(
                8, 10, "invalid argument: 'vda' starting from 1048576 has only 0 bytes available"
            ),
            "g.memoryPeek(0, 4, 2)": OFF,
            "g.diskErrors()": OFF,
            "g.setBlockThreshold('vda', 1)": OFF,
            "g.interfaceAddresses(0)": OFF,
            "g.getCPUStats(True)": OFF,
            "g.pMWakeup()": OFF,
            "g.jobInfo()": OFF,
            "g.jobStats(1)": {"type": 0},
            "g.openChannel(None, conn.newStream())": OFF,
            "g.openGraphicsFD(0)": OFF,
            "g.startDirtyRateCalc(0)": error(
                67, 10, "unsupported configuration: seconds=0 is invalid, please choose value within [1, 60]."
            ),
            "g.managedSaveGetXMLDesc()": error(
                55, 10, "Requested operation is not valid: domain does not have managed save image"
            ),
        },
    )


def test_a_running_guest(root: Path) -> None:
    run(
        root,
        {
            "g.createWithFlags(1)": 0,
            "g.state()": [3, 1],
            "g.rename('x')": error(55, 10, "Requested operation is not valid: cannot rename active domain"),
            "g.info()[2]": 65536,  # no driver in the guest: the balloon stays as large as the memory
            "(\" index='2'/>\" in g.XMLDesc(), '<backingStore/>' in g.XMLDesc())": [True, True],
            "\"listen='127.0.0.1'\" in g.XMLDesc()": True,
            "\"state='disconnected'\" in g.XMLDesc()": True,
            "\"<seclabel type='dynamic' model='dac' relabel='yes'>\" in g.XMLDesc()": True,
            "g.memoryPeek(0, 4, 2) == bytes(4)": True,
            "g.memoryPeek(0, 4, 0)": error(
                8, 10, "invalid argument: flags parameter must be VIR_MEMORY_VIRTUAL or VIR_MEMORY_PHYSICAL"
            ),
            "g.diskErrors()": {},
            "g.setBlockThreshold('vda', 1)": 0,
            "g.setBlockThreshold('vdz', 1)": error(8, 10, "invalid argument: failed to find disk 'vdz'"),
            "g.blockStatsFlags('') == g.blockStatsFlags('vda')": True,
            "sorted(g.getCPUStats(True)[0])": ["cpu_time", "system_time", "user_time"],
            "g.interfaceAddresses(0)": {},
            "g.interfaceAddresses(1)": error(55, 10, "Requested operation is not valid: domain is not running"),
            "g.interfaceAddresses(9)": error(74, 10, "argument unsupported: Unknown IP address data source 9"),
            "g.interfaceStats('vnet0')": error(8, 10, "invalid argument: 'vnet0' is not a known interface"),
            "g.interfaceStats('52:54:00:11:22:33')": error(1, 0, "internal error: Interface name not provided"),
            "g.setMemoryStatsPeriod(3, 3)": 0,
            "g.setMemoryStatsPeriod(3, 8)": error(8, 10, "unsupported flags (0x8) in function qemuDomainSetMemoryStatsPeriod"),
            "g.setLifecycleAction(1, 0, 1)": 0,
            "g.pMSuspendForDuration(9, 0)": error(8, 10, "invalid argument: Unknown suspend target: 9"),
            "g.openConsole('nope', conn.newStream())": error(1, 10, "internal error: cannot find character device nope"),
            "g.openChannel('nope', conn.newStream())": error(1, 10, "internal error: cannot find channel nope"),
            "g.openChannel(None, conn.newStream())": 0,
            "__import__('os').read(g.openGraphicsFD(0), 4).decode()": "RFB ",
            "g.openGraphicsFD(1)": error(1, 10, "internal error: No graphics backend with index 1"),
            "g.startDirtyRateCalc(1)": 0,
            "g.messages()": [],
            "libvirt_qemu.qemuMonitorCommand(g, '[]', 0)": (
                '{"error":{"class":"GenericError","desc":"QMP input must be a JSON object"}}'
            ),
            "libvirt_qemu.qemuMonitorCommand(g, '{}', 0)": (
                '{"error":{"class":"GenericError","desc":"QMP input lacks member \'execute\'"}}'
            ),
            "libvirt_qemu.qemuMonitorCommand(g, '{\"execute\":\"query-name\"}', 0).split(',\"id\":')[0]": (
                '{"return":{"name":"g"}'
            ),
            "g.messages() ": ["tainted: custom monitor control commands issued"],
            "g.messages(1)": [],
            "g.resume()": 0,
            "g.pMWakeup()": error(
                1,
                10,
                "internal error: unable to execute QEMU command 'system_wakeup': "
                "Unable to wake up: guest is not in suspended state",
            ),
            "g.shutdownFlags(2)": NO_AGENT,
            "g.reboot(2)": NO_AGENT,
            "g.saveFlags(image, None, 1 | 2 | 4)": error(8, 20, NOT_BOTH),
            "g.saveFlags(image, None, 1)": 0,
            "conn.saveImageDefineXML(image, conn.saveImageGetXMLDesc(image).replace('<name>g<', '<name>z<'))": error(
                67, 20, "unsupported configuration: Target domain name 'z' does not match source 'g'"
            ),
            "conn.saveImageDefineXML(image, conn.saveImageGetXMLDesc(image).replace('>preserve<', '>destroy<'), 4)": 0,
            "'<on_crash>destroy' in conn.saveImageGetXMLDesc(image)": True,
            "conn.restoreFlags(image, None, 1)": 0,
            "g.state() ": [3, 2],
            "conn.restore(image)": error(55, 20, "Requested operation is not valid: domain 'g' is already active"),
            "g.managedSave()": 0,
            "g.rename('x') ": error(
                55, 10, "Requested operation is not valid: domain with a managed saved state can't be renamed"
            ),
            "g.undefine()": error(
                55, 10, "Requested operation is not valid: Refusing to undefine while domain managed save image exists"
            ),
            "g.managedSaveDefineXML(g.managedSaveGetXMLDesc().replace('<on_reboot>destroy', '<on_reboot>restart'), 2)": 0,
            "g.createWithFlags(8)": 0,
            "g.hasManagedSaveImage()": 0,
            "g.destroyFlags(1)": 0,
        },
    )
