"""The system's Kerberos library, as much of it as SASL's GSSAPI mechanism needs (docs/adr/0020).

MIT's `libgssapi_krb5` through ctypes; nothing is loaded before the first use. Contexts are not thread-safe.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, Structure, byref, c_char_p, c_int, c_size_t, c_uint32, c_void_p
from typing import Any, Final

from purevirt.types.override import override

_LIBRARIES: Final = ("libgssapi_krb5.so.2", "/System/Library/Frameworks/GSS.framework/GSS")
_CONTINUE: Final = 1
_ERRORS: Final = 0xFFFF0000
_FLAGS: Final = 2 | 4 | 8 | 16 | 32
"""Mutual authentication, replay and sequence detection, confidentiality, integrity."""
_ACCEPT: Final = 2
_FOREVER: Final = 0xFFFFFFFF


class GssError(Exception):
    """The library's words for what went wrong."""


class _Buffer(Structure):
    _fields_ = [("length", c_size_t), ("value", c_void_p)]


class _Oid(Structure):
    _fields_ = [("length", c_uint32), ("elements", c_char_p)]


class _Pair(Structure):
    _fields_ = [("key", c_char_p), ("value", c_char_p)]


class _Store(Structure):
    _fields_ = [("count", c_uint32), ("elements", POINTER(_Pair))]


class _Set(Structure):
    _fields_ = [("count", c_size_t), ("elements", POINTER(_Oid))]


def _oid(encoded: bytes) -> _Oid:
    return _Oid(len(encoded), encoded)


_SERVICE_NAME: Final = _oid(bytes.fromhex("2a864886f71201020104"))
_USER_NAME: Final = _oid(bytes.fromhex("2a864886f71201020101"))
_KRB5: Final = _oid(bytes.fromhex("2a864886f712010202"))
_MECHANISMS: Final = _Set(1, ctypes.pointer(_KRB5))
_library: Any = None


def _load() -> Any:
    global _library
    if _library is None:
        for name in _LIBRARIES:
            try:
                library = ctypes.CDLL(name)
            except OSError:
                continue
            for function in (
                "gss_import_name", "gss_init_sec_context", "gss_accept_sec_context", "gss_wrap", "gss_unwrap",
                "gss_display_status", "gss_display_name", "gss_canonicalize_name", "gss_compare_name",
                "gss_release_buffer", "gss_release_name", "gss_release_cred", "gss_delete_sec_context",
                "gss_acquire_cred",
            ):  # fmt: skip
                getattr(library, function).restype = c_uint32
            _library = library
            break
        else:
            raise GssError("no Kerberos library on this machine (libgssapi_krb5)")
    return _library


def available() -> bool:
    """Whether the library is here."""
    try:
        _load()
    except GssError:
        return False
    return True


def _in(data: bytes) -> tuple[_Buffer, Any]:
    """A buffer over `data`; the second must be kept alive as long as the first."""
    storage = ctypes.create_string_buffer(data, max(1, len(data)))
    return _Buffer(len(data), ctypes.cast(storage, c_void_p)), storage


def _out(buffer: _Buffer) -> bytes:
    data = ctypes.string_at(buffer.value, buffer.length) if buffer.length else b""
    _load().gss_release_buffer(byref(c_uint32()), byref(buffer))
    return data


def _words(status: int, kind: int) -> str:
    library, more, text, words = _load(), c_uint32(0), _Buffer(), []
    while True:
        library.gss_display_status(byref(c_uint32()), c_uint32(status), kind, byref(_KRB5), byref(more), byref(text))
        words.append(_out(text).decode(errors="replace"))
        if not more.value or len(words) > 8:
            return "; ".join(words)


def _check(major: int, minor: c_uint32) -> int:
    if major & _ERRORS:
        detail = f" ({_words(minor.value, 2)})" if minor.value else ""
        raise GssError(_words(major, 1) + detail)
    return major


class Context:
    """A security context being established or `complete`."""

    def __init__(self) -> None:
        self._lib = _load()
        self._context = c_void_p()
        self._name = c_void_p()
        self._cred = c_void_p()
        self.complete = False

    def __del__(self) -> None:
        library = getattr(self, "_lib", None)
        if library is not None:
            minor = c_uint32()
            library.gss_delete_sec_context(byref(minor), byref(self._context), None)
            library.gss_release_name(byref(minor), byref(self._name))
            library.gss_release_cred(byref(minor), byref(self._cred))

    def wrap(self, data: bytes, confidential: bool) -> bytes:
        """A token that only the peer can unwrap. Raises GssError, also when it would not be confidential."""
        minor, state, result = c_uint32(), c_int(), _Buffer()
        source, _keep = _in(data)
        major = self._lib.gss_wrap(
            byref(minor), self._context, int(confidential), 0, byref(source), byref(state), byref(result)
        )
        _check(major, minor)
        token = _out(result)
        if confidential and not state.value:
            raise GssError("this Kerberos context has no confidentiality")
        return token

    def unwrap(self, token: bytes) -> tuple[bytes, bool]:
        """The data, and whether it was confidential. Raises GssError for anything that was tampered with."""
        minor, state, quality, result = c_uint32(), c_int(), c_uint32(), _Buffer()
        source, _keep = _in(token)
        major = self._lib.gss_unwrap(
            byref(minor), self._context, byref(source), byref(result), byref(state), byref(quality)
        )
        _check(major, minor)
        return _out(result), bool(state.value)


class Initiator(Context):
    """The client's side, for a service named `service@host`, with the caller's default tickets."""

    def __init__(self, service: str) -> None:
        super().__init__()
        minor = c_uint32()
        name, _keep = _in(service.encode())
        major = self._lib.gss_import_name(byref(minor), byref(name), byref(_SERVICE_NAME), byref(self._name))
        _check(major, minor)

    def step(self, token: bytes | None) -> bytes:
        """The next token for the server, empty when there is none. Raises GssError."""
        minor, flags, result = c_uint32(), c_uint32(), _Buffer()
        source, _keep = _in(token or b"")
        major = self._lib.gss_init_sec_context(
            byref(minor), None, byref(self._context), self._name, byref(_KRB5), c_uint32(_FLAGS), c_uint32(0), None,
            byref(source) if token is not None else None, None, byref(result), byref(flags), None,
        )  # fmt: skip
        _check(major, minor)
        self.complete = not major & _CONTINUE
        return _out(result)


class Acceptor(Context):
    """The server's side; `keytab` is a file with the service's keys, None for the system's."""

    def __init__(self, keytab: str | None) -> None:
        super().__init__()
        self._client = c_void_p()
        minor = c_uint32()
        if keytab is None:
            major = self._lib.gss_acquire_cred(
                byref(minor), None, c_uint32(_FOREVER), byref(_MECHANISMS), _ACCEPT, byref(self._cred), None, None
            )
        else:
            acquire = self._lib.gss_acquire_cred_from
            acquire.restype = c_uint32
            pair = _Pair(b"keytab", keytab.encode())
            store = _Store(1, ctypes.pointer(pair))
            major = acquire(
                byref(minor), None, c_uint32(_FOREVER), byref(_MECHANISMS), _ACCEPT, byref(store), byref(self._cred),
                None, None,
            )  # fmt: skip
        _check(major, minor)

    @override
    def __del__(self) -> None:
        library = getattr(self, "_lib", None)
        if library is not None and hasattr(self, "_client"):
            library.gss_release_name(byref(c_uint32()), byref(self._client))
        super().__del__()

    def step(self, token: bytes) -> bytes:
        """The next token for the client, empty when there is none. Raises GssError."""
        minor, flags, result = c_uint32(), c_uint32(), _Buffer()
        source, _keep = _in(token)
        self._lib.gss_release_name(byref(c_uint32()), byref(self._client))
        major = self._lib.gss_accept_sec_context(
            byref(minor), byref(self._context), self._cred, byref(source), None, byref(self._client), None,
            byref(result), byref(flags), None, None,
        )  # fmt: skip
        _check(major, minor)
        self.complete = not major & _CONTINUE
        return _out(result)

    def peer(self) -> str:
        """The client's principal, without its realm where that is the default realm (as libsasl gives it)."""
        full = self._display(self._client)
        short = full.partition("@")[0]
        minor, bare = c_uint32(), c_void_p()
        name, _keep = _in(short.encode())
        _check(self._lib.gss_import_name(byref(minor), byref(name), byref(_USER_NAME), byref(bare)), minor)
        canonical = c_void_p()
        try:
            equal = c_int()
            _check(self._lib.gss_canonicalize_name(byref(minor), bare, byref(_KRB5), byref(canonical)), minor)
            _check(self._lib.gss_compare_name(byref(minor), self._client, canonical, byref(equal)), minor)
            return short if equal.value else full
        finally:
            self._lib.gss_release_name(byref(minor), byref(bare))
            self._lib.gss_release_name(byref(minor), byref(canonical))

    def _display(self, name: c_void_p) -> str:
        minor, text = c_uint32(), _Buffer()
        _check(self._lib.gss_display_name(byref(minor), name, byref(text), None), minor)
        return _out(text).decode(errors="replace")
