"""Secrets of a make-believe host: in memory alone, told as the secret driver tells them."""

from __future__ import annotations

import uuid as uuid_module
from dataclasses import dataclass
from typing import TYPE_CHECKING

from purevirt.api.events import Event
from purevirt.drivers.test import errors
from purevirt.errors import ErrorCode, ErrorDomain, NotFound, VirtError
from purevirt.model._engine import ParseContext
from purevirt.model.secret import Secret, SecretUsageType
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.arguments import require_value
from purevirt.types.override import override
from purevirt.types.uuid import format_uuid, parse_uuid

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost

FROM = ErrorDomain.SECRET
_USAGES: tuple[str, ...] = SecretUsageType.__args__  # type: ignore[attr-defined]
_EPHEMERAL = (C.VIR_CONNECT_LIST_SECRETS_EPHEMERAL, C.VIR_CONNECT_LIST_SECRETS_NO_EPHEMERAL)
_PRIVATE = (C.VIR_CONNECT_LIST_SECRETS_PRIVATE, C.VIR_CONNECT_LIST_SECRETS_NO_PRIVATE)


@dataclass(slots=True, eq=False)
class TestSecret:
    """One secret. Its value does not show itself."""

    __test__ = False

    document: Secret
    value: bytes | None = None

    @property
    def name(self) -> str:
        return self.document.uuid or ""

    @property
    def uuid(self) -> bytes:
        return parse_uuid(self.name)

    @property
    def ref(self) -> p.NonnullSecret:
        its = self.document
        return p.NonnullSecret(self.uuid, _USAGES.index(its.usage_type), its.usage_id)

    @override
    def __repr__(self) -> str:
        return f"TestSecret({self.name})"


class SecretFacet:
    """virSecret*."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    def _find(self, uuid: bytes) -> TestSecret:
        found = self._host.secrets.by_uuid(uuid)
        if found is None:
            raise NotFound(ErrorCode.NO_SECRET, f"no secret with matching uuid '{format_uuid(uuid)}'", FROM)
        return found

    def _lifecycle(self, ref: p.NonnullSecret, event: int) -> None:
        message = p.SecretEventLifecycleMsg(0, ref, event, 0)
        self._host.hub.emit(Event("secret", C.VIR_SECRET_EVENT_ID_LIFECYCLE, ref.uuid, message))

    # --- finding -----------------------------------------------------------------------------------------------

    async def connect_num_of_secrets(self) -> int:
        return len(self._host.secrets)

    async def connect_list_secrets(self, maxuuids: int) -> list[str]:
        return [secret.name for secret in self._host.secrets][:maxuuids]

    async def connect_list_all_secrets(self, need_results: int, flags: int) -> p.ConnectListAllSecretsRet:
        errors.check_flags(flags, sum(_EPHEMERAL) + sum(_PRIVATE), "testConnectListAllSecrets")
        found = []
        for secret in self._host.secrets:
            its = secret.document
            for (yes, no), is_so in ((_EPHEMERAL, its.ephemeral), (_PRIVATE, its.private)):
                if flags & (yes | no) and not flags & (yes if is_so else no):
                    break
            else:
                found.append(secret.ref)
        return p.ConnectListAllSecretsRet(found if need_results else [], len(found))

    async def secret_lookup_by_uuid(self, uuid: bytes) -> p.NonnullSecret:
        return self._find(uuid).ref

    async def secret_lookup_by_usage(self, usageType: int, usageID: str) -> p.NonnullSecret:
        for secret in self._host.secrets:
            if usageType and (secret.ref.usageType, secret.ref.usageID) == (usageType, usageID):
                return secret.ref
        raise NotFound(ErrorCode.NO_SECRET, f"no secret with matching usage '{usageID}'", FROM)

    # --- definitions -------------------------------------------------------------------------------------------

    async def secret_define_xml(self, xml: str, flags: int) -> p.NonnullSecret:
        errors.check_flags(flags, C.VIR_SECRET_DEFINE_VALIDATE, "testSecretDefineXML")
        document = Secret.from_xml(xml, ParseContext(inactive=True))
        document.uuid = document.uuid or str(uuid_module.uuid4())
        usage = (document.usage_type, document.usage_id)
        known = self._host.secrets.get(document.uuid)
        if known is not None and (known.document.usage_type, known.document.usage_id) != usage:
            text = f"a secret with UUID {document.uuid} is already defined for use with {known.document.usage_id}"
            raise VirtError(ErrorCode.INTERNAL_ERROR, text, FROM)
        if known is not None and known.document.private and not document.private:
            raise VirtError(ErrorCode.INTERNAL_ERROR, "cannot change private flag on existing secret", FROM)
        for other in self._host.secrets if known is None and usage[0] != "none" else ():
            if (other.document.usage_type, other.document.usage_id) == usage:
                text = f"a secret with UUID {other.name} already defined for use with {usage[1]}"
                raise VirtError(ErrorCode.INTERNAL_ERROR, text, FROM)
        secret = TestSecret(document, known.value if known is not None else None)
        self._host.secrets.add(secret)
        self._lifecycle(secret.ref, C.VIR_SECRET_EVENT_DEFINED)
        return secret.ref

    async def secret_undefine(self, secret: p.NonnullSecret) -> None:
        its = self._find(secret.uuid)
        self._host.secrets.remove(its)
        self._lifecycle(its.ref, C.VIR_SECRET_EVENT_UNDEFINED)

    async def secret_get_xml_desc(self, secret: p.NonnullSecret, flags: int) -> str:
        errors.check_flags(flags, 0, "testSecretGetXMLDesc")
        return self._find(secret.uuid).document.to_xml()

    # --- values ------------------------------------------------------------------------------------------------

    async def secret_set_value(self, secret: p.NonnullSecret, value: bytes, flags: int) -> None:
        errors.check_flags(flags, 0, "testSecretSetValue")
        require_value(value)
        its = self._find(secret.uuid)
        its.value = bytes(value)
        message = p.SecretEventValueChangedMsg(0, its.ref)
        self._host.hub.emit(Event("secret", C.VIR_SECRET_EVENT_ID_VALUE_CHANGED, its.uuid, message))

    async def secret_get_value(self, secret: p.NonnullSecret, flags: int) -> bytes:
        errors.check_flags(flags, 0, "testSecretGetValue")
        its = self._find(secret.uuid)
        if its.document.private:
            raise VirtError(ErrorCode.INVALID_SECRET, "secret is private", FROM)
        if its.value is None:
            raise NotFound(ErrorCode.NO_SECRET, f"secret '{its.name}' does not have a value", FROM)
        return its.value
