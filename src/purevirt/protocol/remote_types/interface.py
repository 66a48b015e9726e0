"""Structs of the remote program: interface. Written by tools/gen_protocol.py."""

from purevirt.protocol.remote_types.objects import NonnullInterface, NonnullString
from purevirt.protocol.xdr import Int, Struct, UInt


class InterfaceLookupByNameArgs(Struct):
    name: NonnullString


class InterfaceLookupByNameRet(Struct):
    iface: NonnullInterface


class InterfaceLookupByMacStringArgs(Struct):
    mac: NonnullString


class InterfaceLookupByMacStringRet(Struct):
    iface: NonnullInterface


class InterfaceGetXmlDescArgs(Struct):
    iface: NonnullInterface
    flags: UInt


class InterfaceGetXmlDescRet(Struct):
    xml: NonnullString


class InterfaceDefineXmlArgs(Struct):
    xml: NonnullString
    flags: UInt


class InterfaceDefineXmlRet(Struct):
    iface: NonnullInterface


class InterfaceUndefineArgs(Struct):
    iface: NonnullInterface


class InterfaceCreateArgs(Struct):
    iface: NonnullInterface
    flags: UInt


class InterfaceDestroyArgs(Struct):
    iface: NonnullInterface
    flags: UInt


class InterfaceChangeBeginArgs(Struct):
    flags: UInt


class InterfaceChangeCommitArgs(Struct):
    flags: UInt


class InterfaceChangeRollbackArgs(Struct):
    flags: UInt


class InterfaceIsActiveArgs(Struct):
    iface: NonnullInterface


class InterfaceIsActiveRet(Struct):
    active: Int
