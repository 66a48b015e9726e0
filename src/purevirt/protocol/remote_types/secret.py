"""Structs of the remote program: secret. Written by tools/gen_protocol.py."""

from typing import Annotated

from purevirt.protocol.remote_types.objects import SECRET_VALUE_MAX, NonnullSecret, NonnullString
from purevirt.protocol.xdr import Int, Opaque, Struct, UInt, Uuid


class SecretLookupByUuidArgs(Struct):
    uuid: Uuid


class SecretLookupByUuidRet(Struct):
    secret: NonnullSecret


class SecretDefineXmlArgs(Struct):
    xml: NonnullString
    flags: UInt


class SecretDefineXmlRet(Struct):
    secret: NonnullSecret


class SecretGetXmlDescArgs(Struct):
    secret: NonnullSecret
    flags: UInt


class SecretGetXmlDescRet(Struct):
    xml: NonnullString


class SecretSetValueArgs(Struct):
    secret: NonnullSecret
    value: Annotated[bytes, Opaque(SECRET_VALUE_MAX)]
    flags: UInt


class SecretGetValueArgs(Struct):
    secret: NonnullSecret
    flags: UInt


class SecretGetValueRet(Struct):
    value: Annotated[bytes, Opaque(SECRET_VALUE_MAX)]


class SecretUndefineArgs(Struct):
    secret: NonnullSecret


class SecretLookupByUsageArgs(Struct):
    usageType: Int
    usageID: NonnullString


class SecretLookupByUsageRet(Struct):
    secret: NonnullSecret
