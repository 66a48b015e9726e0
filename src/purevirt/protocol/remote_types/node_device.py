"""Structs of the remote program: node device. Written by tools/gen_protocol.py."""

from typing import Annotated

from purevirt.protocol.remote_types.objects import NODE_DEVICE_CAPS_LIST_MAX, NonnullNodeDevice, NonnullString, String
from purevirt.protocol.xdr import Int, Seq, Struct, UInt


class NodeDeviceLookupByNameArgs(Struct):
    name: NonnullString


class NodeDeviceLookupByNameRet(Struct):
    dev: NonnullNodeDevice


class NodeDeviceLookupScsiHostByWwnArgs(Struct):
    wwnn: NonnullString
    wwpn: NonnullString
    flags: UInt


class NodeDeviceLookupScsiHostByWwnRet(Struct):
    dev: NonnullNodeDevice


class NodeDeviceGetXmlDescArgs(Struct):
    name: NonnullString
    flags: UInt


class NodeDeviceGetXmlDescRet(Struct):
    xml: NonnullString


class NodeDeviceGetParentArgs(Struct):
    name: NonnullString


class NodeDeviceGetParentRet(Struct):
    parentName: String


class NodeDeviceNumOfCapsArgs(Struct):
    name: NonnullString


class NodeDeviceNumOfCapsRet(Struct):
    num: Int


class NodeDeviceListCapsArgs(Struct):
    name: NonnullString
    maxnames: Int


class NodeDeviceListCapsRet(Struct):
    names: Annotated[list[NonnullString], Seq(NonnullString, NODE_DEVICE_CAPS_LIST_MAX)]


class NodeDeviceDettachArgs(Struct):
    name: NonnullString


class NodeDeviceDetachFlagsArgs(Struct):
    name: NonnullString
    driverName: String
    flags: UInt


class NodeDeviceReAttachArgs(Struct):
    name: NonnullString


class NodeDeviceResetArgs(Struct):
    name: NonnullString


class NodeDeviceCreateXmlArgs(Struct):
    xml_desc: NonnullString
    flags: UInt


class NodeDeviceCreateXmlRet(Struct):
    dev: NonnullNodeDevice


class NodeDeviceDestroyArgs(Struct):
    name: NonnullString


class NodeDeviceDefineXmlArgs(Struct):
    xml_desc: NonnullString
    flags: UInt


class NodeDeviceDefineXmlRet(Struct):
    dev: NonnullNodeDevice


class NodeDeviceUndefineArgs(Struct):
    name: NonnullString
    flags: UInt


class NodeDeviceCreateArgs(Struct):
    name: NonnullString
    flags: UInt


class NodeDeviceGetAutostartArgs(Struct):
    name: NonnullString


class NodeDeviceGetAutostartRet(Struct):
    autostart: Int


class NodeDeviceSetAutostartArgs(Struct):
    name: NonnullString
    autostart: Int


class NodeDeviceIsPersistentArgs(Struct):
    name: NonnullString


class NodeDeviceIsPersistentRet(Struct):
    persistent: Int


class NodeDeviceIsActiveArgs(Struct):
    name: NonnullString


class NodeDeviceIsActiveRet(Struct):
    active: Int
