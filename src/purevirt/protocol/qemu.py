"""The qemu program (0x20008087): every struct and procedure of libvirt 9.0.0's qemu_protocol.x.

Declarations only, written from the facts by tools/gen_protocol.py and compared with them by
`tests/wire/test_declarations.py`. Names: docs/architecture.md.
"""

from purevirt.protocol.remote import Domain, NonnullDomain, NonnullString, String
from purevirt.protocol.rows import Program, call, event
from purevirt.protocol.xdr import Hyper, Int, Struct, UInt


class DomainMonitorCommandArgs(Struct):
    dom: NonnullDomain
    cmd: NonnullString
    flags: UInt


class DomainMonitorCommandRet(Struct):
    result: NonnullString


class DomainAttachArgs(Struct):
    pid_value: UInt
    flags: UInt


class DomainAttachRet(Struct):
    dom: NonnullDomain


class DomainAgentCommandArgs(Struct):
    dom: NonnullDomain
    cmd: NonnullString
    timeout: Int
    flags: UInt


class DomainAgentCommandRet(Struct):
    result: String


class ConnectDomainMonitorEventRegisterArgs(Struct):
    dom: Domain
    event: String
    flags: UInt


class ConnectDomainMonitorEventRegisterRet(Struct):
    callbackID: Int


class ConnectDomainMonitorEventDeregisterArgs(Struct):
    callbackID: Int


class DomainMonitorEventMsg(Struct):
    callbackID: Int
    dom: NonnullDomain
    event: NonnullString
    seconds: Hyper
    micros: UInt
    details: String


class DomainMonitorCommandWithFilesArgs(Struct):
    dom: NonnullDomain
    cmd: NonnullString
    flags: UInt


class DomainMonitorCommandWithFilesRet(Struct):
    result: NonnullString


DOMAIN_MONITOR_COMMAND = call(
    1,
    "virDomainQemuMonitorCommand",
    DomainMonitorCommandArgs,
    DomainMonitorCommandRet,
    acl="domain:write",
    facet="hypervisor",
)
DOMAIN_ATTACH = call(
    2, "virDomainQemuAttach", DomainAttachArgs, DomainAttachRet, acl="domain:start domain:write", facet="hypervisor"
)
DOMAIN_AGENT_COMMAND = call(
    3,
    "virDomainQemuAgentCommand",
    DomainAgentCommandArgs,
    DomainAgentCommandRet,
    acl="domain:write",
    facet="hypervisor",
)
CONNECT_DOMAIN_MONITOR_EVENT_REGISTER = call(
    4,
    "virConnectDomainQemuMonitorEventRegister",
    ConnectDomainMonitorEventRegisterArgs,
    ConnectDomainMonitorEventRegisterRet,
    acl="connect:search_domains connect:write",
    filter="domain:getattr",
    high=True,
    facet="hypervisor",
)
CONNECT_DOMAIN_MONITOR_EVENT_DEREGISTER = call(
    5,
    "virConnectDomainQemuMonitorEventDeregister",
    ConnectDomainMonitorEventDeregisterArgs,
    acl="connect:write",
    high=True,
    facet="hypervisor",
)
DOMAIN_MONITOR_EVENT = event(6, DomainMonitorEventMsg)
DOMAIN_MONITOR_COMMAND_WITH_FILES = call(
    7,
    "virDomainQemuMonitorCommandWithFiles",
    DomainMonitorCommandWithFilesArgs,
    DomainMonitorCommandWithFilesRet,
    acl="domain:write",
    facet="hypervisor",
)

PROGRAM = Program("qemu", 0x20008087, 1, globals())
