"""The secrets of one host: definitions and values, kept under one directory.

UUID.xml holds the definition, UUID.base64 the value; both are 0600 in a directory of 0700. Ephemeral secrets are
never written. A change is on disk before it is visible, so a crash leaves the old state or the new one.
"""

from __future__ import annotations

import binascii
import logging
import os
from base64 import b64decode, b64encode
from pathlib import Path
from uuid import uuid4

from purevirt.errors import ErrorCode, ErrorDomain, VirtError, system_error
from purevirt.host.files import make_directory, write_atomic
from purevirt.model._engine import ParseContext
from purevirt.model.secret import Secret
from purevirt.types.override import override

_log = logging.getLogger(__name__)


class SecretValue:
    """Bytes that never show themselves: not in repr, str, a log line or an exception. `reveal()` is the only way out."""

    __slots__ = ("_data",)

    def __init__(self, data: bytes) -> None:
        self._data = bytes(data)

    def reveal(self) -> bytes:
        return self._data

    @override
    def __repr__(self) -> str:
        return "<secret value>"


class StoredSecret:
    """One secret: its definition and, once set, its value."""

    __slots__ = ("definition", "value")

    def __init__(self, definition: Secret, value: SecretValue | None = None) -> None:
        self.definition = definition
        self.value = value

    @property
    def uuid(self) -> str:
        return self.definition.uuid or ""


def secret_error(code: int, detail: str) -> VirtError:
    return VirtError(code, detail, ErrorDomain.SECRET)


class SecretStore:
    """All secrets by UUID text. Raises VirtError with libvirt's codes and texts."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._secrets: dict[str, StoredSecret] = {}

    def load(self) -> None:
        """Read the directory, made if it is not there; what cannot be read is reported and passed over."""
        try:
            make_directory(self.directory, 0o700)
            names = sorted(entry.name for entry in os.scandir(self.directory) if not entry.name.startswith("."))
        except OSError as error:
            detail = f"cannot create config directory '{self.directory}'"
            raise system_error(error.errno or 0, detail, ErrorDomain.SECRET) from error
        for name in names:
            if name.endswith(".xml"):
                self._load_one(self.directory / name)

    def _load_one(self, path: Path) -> None:
        try:
            definition = Secret.from_xml(_read(path).decode(), ParseContext(inactive=True))
            if definition.uuid != path.stem:
                raise secret_error(ErrorCode.INTERNAL_ERROR, f"<uuid> does not match secret file name '{path.name}'")
            value_path = path.with_suffix(".base64")
            value = SecretValue(b64decode(_read(value_path), validate=False)) if value_path.exists() else None
        except (VirtError, OSError, UnicodeDecodeError, binascii.Error) as error:
            _log.error("Error reading secret %s: %s", path.name, type(error).__name__)
            return
        self._secrets[path.stem] = StoredSecret(definition, value)

    # -- looking up -------------------------------------------------------------------------------------------------

    def all(self) -> list[StoredSecret]:
        return list(self._secrets.values())

    def by_uuid(self, uuid: str) -> StoredSecret:
        found = self._secrets.get(uuid)
        if found is None:
            raise secret_error(ErrorCode.NO_SECRET, f"no secret with matching uuid '{uuid}'")
        return found

    def by_usage(self, usage_type: str, usage_id: str) -> StoredSecret:
        found = self._by_usage(usage_type, usage_id)
        if found is None:
            raise secret_error(ErrorCode.NO_SECRET, f"no secret with matching usage '{usage_id}'")
        return found

    def _by_usage(self, usage_type: str, usage_id: str) -> StoredSecret | None:
        for secret in self._secrets.values():
            its = secret.definition
            if usage_type != "none" and its.usage_type == usage_type and its.usage_id == usage_id:
                return secret
        return None

    # -- changing ---------------------------------------------------------------------------------------------------

    def define(self, definition: Secret) -> StoredSecret:
        """Make or redefine. What identifies a secret, and that a value is private, cannot be taken back."""
        definition.uuid = definition.uuid or str(uuid4())
        known = self._secrets.get(definition.uuid)
        if known is not None:
            self._check_redefinition(known.definition, definition)
        else:
            other = self._by_usage(definition.usage_type, definition.usage_id)
            if other is not None:
                detail = f"a secret with UUID {other.uuid} already defined for use with {definition.usage_id}"
                raise secret_error(ErrorCode.INTERNAL_ERROR, detail)
        secret = StoredSecret(definition, known.value if known is not None else None)
        if definition.ephemeral:
            if known is not None and not known.definition.ephemeral:
                self._remove_files(definition.uuid)
        else:
            self._save(secret, with_value=known is not None and known.definition.ephemeral)
        if known is not None:
            known.definition = definition
            return known
        self._secrets[definition.uuid] = secret
        return secret

    def _check_redefinition(self, old: Secret, new: Secret) -> None:
        if (old.usage_type, old.usage_id) != (new.usage_type, new.usage_id):
            detail = f"a secret with UUID {old.uuid} is already defined for use with {old.usage_id or '(null)'}"
            raise secret_error(ErrorCode.INTERNAL_ERROR, detail)
        if old.private and not new.private:
            raise secret_error(ErrorCode.INTERNAL_ERROR, "cannot change private flag on existing secret")

    def set_value(self, secret: StoredSecret, value: bytes) -> None:
        """Keep a value; on disk first, where the secret is kept there."""
        changed = StoredSecret(secret.definition, SecretValue(value))
        if not secret.definition.ephemeral:
            self._save(changed, with_value=True)
        secret.value = changed.value

    def undefine(self, secret: StoredSecret) -> None:
        """Forget definition and value, on disk first."""
        if not secret.definition.ephemeral:
            self._remove_files(secret.uuid)
        del self._secrets[secret.uuid]

    # -- files ------------------------------------------------------------------------------------------------------

    def _save(self, secret: StoredSecret, *, with_value: bool) -> None:
        base = self.directory / secret.uuid
        try:
            make_directory(self.directory, 0o700)
            write_atomic(base.with_suffix(".xml"), secret.definition.to_xml().encode())
            if with_value and secret.value is not None:
                write_atomic(base.with_suffix(".base64"), b64encode(secret.value.reveal()))
        except OSError as error:
            raise system_error(error.errno or 0, f"cannot write secret file '{base}'", ErrorDomain.SECRET) from None

    def _remove_files(self, uuid: str) -> None:
        for suffix in (".base64", ".xml"):
            path = (self.directory / uuid).with_suffix(suffix)
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise system_error(error.errno or 0, f"cannot unlink secret '{path}'", ErrorDomain.SECRET) from error


def _read(path: Path) -> bytes:
    """A regular file, never through a link."""
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(fd, "rb") as file:
        return file.read()
