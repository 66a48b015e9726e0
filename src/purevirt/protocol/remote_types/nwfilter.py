"""Structs of the remote program: nwfilter. Written by tools/gen_protocol.py."""

from purevirt.protocol.remote_types.objects import NonnullNwfilter, NonnullNwfilterBinding, NonnullString
from purevirt.protocol.xdr import Struct, UInt, Uuid


class NwfilterLookupByUuidArgs(Struct):
    uuid: Uuid


class NwfilterLookupByUuidRet(Struct):
    nwfilter: NonnullNwfilter


class NwfilterLookupByNameArgs(Struct):
    name: NonnullString


class NwfilterLookupByNameRet(Struct):
    nwfilter: NonnullNwfilter


class NwfilterDefineXmlArgs(Struct):
    xml: NonnullString


class NwfilterDefineXmlRet(Struct):
    nwfilter: NonnullNwfilter


class NwfilterDefineXmlFlagsArgs(Struct):
    xml: NonnullString
    flags: UInt


class NwfilterDefineXmlFlagsRet(Struct):
    nwfilter: NonnullNwfilter


class NwfilterUndefineArgs(Struct):
    nwfilter: NonnullNwfilter


class NwfilterGetXmlDescArgs(Struct):
    nwfilter: NonnullNwfilter
    flags: UInt


class NwfilterGetXmlDescRet(Struct):
    xml: NonnullString


class NwfilterBindingLookupByPortDevArgs(Struct):
    name: NonnullString


class NwfilterBindingLookupByPortDevRet(Struct):
    nwfilter: NonnullNwfilterBinding


class NwfilterBindingCreateXmlArgs(Struct):
    xml: NonnullString
    flags: UInt


class NwfilterBindingCreateXmlRet(Struct):
    nwfilter: NonnullNwfilterBinding


class NwfilterBindingDeleteArgs(Struct):
    nwfilter: NonnullNwfilterBinding


class NwfilterBindingGetXmlDescArgs(Struct):
    nwfilter: NonnullNwfilterBinding
    flags: UInt


class NwfilterBindingGetXmlDescRet(Struct):
    xml: NonnullString
