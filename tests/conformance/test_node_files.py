"""`test:///FILE`: states, snapshots, places of volumes, users, beside the distribution's driver where it is there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import purevirt
from conformance.opened import error_of, opened
from purevirt.drivers.remote.credentials import Credential
from purevirt.errors import ErrorCode

U = "11111111-2222-3333-4444-55555555550"
NODE = f"""<node xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>
<cpu><mhz>6000</mhz><model>i986</model><active>50</active><nodes>4</nodes><sockets>2</sockets><cores>4</cores><threads>2</threads></cpu>
<memory>819200</memory>
<domain type='test'><name>run</name><uuid>{U}1</uuid><memory>1048576</memory><vcpu>2</vcpu><os><type>hvm</type></os></domain>
<domain type='test'><name>off</name><uuid>{U}2</uuid><memory>1048576</memory><os><type>hvm</type></os>
<test:runstate>5</test:runstate>
<test:hasmanagedsave/><test:domainsnapshot><name>s1</name><creationTime>1000</creationTime><state>shutoff</state><active>0</active>
</test:domainsnapshot></domain>
<domain type='test'><name>paused</name><uuid>{U}3</uuid><memory>1048576</memory><os><type>hvm</type></os>
<test:runstate>3</test:runstate>
<test:transient/></domain>
<domain type='test'><name>crashed</name><uuid>{U}4</uuid><memory>1048576</memory><os><type>hvm</type></os>
<test:runstate>6</test:runstate>
<test:domainsnapshot><name>p</name><state>running</state><creationTime>1000</creationTime><active>0</active></test:domainsnapshot>
<test:domainsnapshot><name>c</name><parent><name>p</name></parent><state>running</state><creationTime>1000</creationTime>
<active>1</active></test:domainsnapshot></domain>
<network><name>n1</name><uuid>{U}5</uuid><bridge name='virbr5'/><ip address='192.168.55.1' netmask='255.255.255.0'/></network>
<interface type='ethernet' name='eth9'><start mode='onboot'/><mac address='aa:bb:cc:dd:ee:99'/><mtu size='1492'/></interface>
<pool type='dir'><name>p1</name><uuid>{U}6</uuid><target><path>/p1</path></target>
<volume type='file'><name>v1</name><key>k1</key><capacity>1000000</capacity><allocation>5000</allocation></volume>
<volume><name>v2</name><capacity unit='M'>5</capacity><target><path>/elsewhere/v2</path><format type='qcow2'/></target></volume>
</pool>
<device><name>pci_x</name><parent>computer</parent><capability type='pci'><domain>0</domain><bus>1</bus><slot>2</slot>
<function>0</function><product id='0x1'>P</product><vendor id='0x2'>V</vendor></capability></device>USERS</node>"""
USERS = "<auth><user>open</user><user password='secret'>alice</user></auth>"
COMMANDS = """\
list --all
nodeinfo
capabilities
dumpxml run
dumpxml crashed
dominfo off
domstate paused --reason
domstate crashed --reason
snapshot-list off
snapshot-list crashed --tree
snapshot-dumpxml crashed c
snapshot-dumpxml off s1
snapshot-current crashed --name
snapshot-current off --name
net-list --all
net-dumpxml n1
iface-list --all
iface-dumpxml eth9
pool-list --all --details
pool-dumpxml p1
vol-list p1 --details
vol-dumpxml v1 p1
vol-dumpxml v2 p1
nodedev-dumpxml pci_x
managedsave-remove off
start off
start crashed
resume paused
destroy paused
list --all
freecell --all
freepages --all
domstats run
"""


@pytest.mark.skipif(shutil.which("virsh") is None, reason="no virsh (libvirt-clients)")
def test_virsh_shows_the_same_of_both(tmp_path: Path) -> None:
    path = tmp_path / "node.xml"
    path.write_text(NODE.replace("USERS", ""))
    shown = []
    for program in (["virsh"], [sys.executable, "-m", "purevirt.cli.virsh"]):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "LIBVIRT_LOG_OUTPUTS": "1:file:/dev/null"}
        done = subprocess.run(
            [*program, "-c", f"test://{path}"], input=COMMANDS, env=environment, check=False, timeout=60,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        shown.append([line for line in done.stdout.splitlines() if not line.startswith("CPU time:")])
    assert len(shown[0]) > 200
    assert shown[1] == shown[0]


WRONG = "authentication failed: authentication failed, see test XML for the correct username/password"
Questions = list[tuple[int, str, str | None]]


@pytest.mark.parametrize(
    ("answers", "questions", "refused"),
    [
        ({2: "alice", 5: "secret"}, 2, None),
        ({2: "open", 5: "unused"}, 1, None),
        ({2: "alice", 5: "bad"}, 2, WRONG),
        ({2: "bob", 5: "x"}, 2, WRONG),
        ({2: "alice"}, 1, "authentication failed: Missing VIR_CRED_PASSPHRASE or VIR_CRED_NOECHOPROMPT credential type"),
        ({1: "alice", 5: "secret"}, 0, "authentication failed: Missing VIR_CRED_AUTHNAME credential type"),
        ({2: None}, 1, "authentication failed: Username request failed"),
        ({2: "alice", 7: None}, 2, "authentication failed: Password request failed"),
    ],
)
def test_users_are_asked_who_they_are(
    answers: dict[int, Any], questions: int, refused: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "node.xml"
    path.write_text(NODE.replace("USERS", USERS))
    asked: Questions = []

    def ask(credentials: list[Credential]) -> int:
        for its in credentials:
            asked.append((its.type, its.prompt, its.challenge))
            its.result = answers[its.type]
            if its.result is None:
                return -1
        return 0

    def attempt() -> None:
        purevirt.open_auth(f"test://{path}", list(answers), ask).close()

    if refused is None:
        attempt()
    else:
        assert error_of(attempt) == (ErrorCode.AUTH_FAILED, refused)
    prompts = ["Enter username for localhost", f"Enter {answers.get(2)}'s password for localhost"]
    assert [prompt for _, prompt, _ in asked] == prompts[:questions]
    assert all(challenge == "localhost" for _, _, challenge in asked)


def test_nobody_can_be_asked_without_a_callback(tmp_path: Path) -> None:
    path = tmp_path / "node.xml"
    path.write_text(NODE.replace("USERS", USERS))

    def attempt() -> None:
        with opened(f"test://{path}"):
            pass

    assert error_of(attempt) == (ErrorCode.INVALID_ARG, "invalid argument: Missing authentication credentials")
