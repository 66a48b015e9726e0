"""Asking who opens a connection: what the caller of an opening has to answer questions with.

A driver in the caller's own process asks through `asked`; behind a daemon nobody can be asked.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, Protocol

from purevirt.errors import ErrorCode, ErrorDomain, VirtError

AUTHNAME, PASSPHRASE, NOECHOPROMPT = 2, 5, 7
"""VIR_CRED_*."""


class Credentials(Protocol):
    """`drivers/remote/credentials.py` has the class."""

    types: frozenset[int]
    ask: Any

    def from_file(self, kind: int, service: str, host: str) -> str | None: ...

    def question(self, kind: int, prompt: str, challenge: str) -> Any: ...


asked: ContextVar[Credentials | None] = ContextVar("purevirt_asked", default=None)


def _answer(service: str, host: str, kinds: tuple[int, ...], missing: str, prompt: str, what: str) -> str:
    credentials = asked.get()
    if credentials is not None:
        known = credentials.from_file(kinds[0], service, host)
        if known is not None:
            return known
    if credentials is None or credentials.ask is None:
        raise VirtError(ErrorCode.INVALID_ARG, "Missing authentication credentials", ErrorDomain.AUTH)
    kind = next((kind for kind in kinds if kind in credentials.types), None)
    if kind is None:
        raise VirtError(ErrorCode.AUTH_FAILED, f"Missing {missing} credential type", ErrorDomain.AUTH)
    question = credentials.question(kind, prompt, host)
    if credentials.ask([question]) < 0:
        raise VirtError(ErrorCode.AUTH_FAILED, f"{what} request failed", ErrorDomain.AUTH)
    result: str = question.result or ""
    return result


def username(service: str, host: str) -> str:
    """The name of who connects, out of auth.conf or from the caller. Raises AUTH_FAILED, INVALID_ARG."""
    return _answer(service, host, (AUTHNAME,), "VIR_CRED_AUTHNAME", f"Enter username for {host}", "Username")


def password(service: str, user: str, host: str) -> str:
    """As `username`: the password."""
    kinds = "VIR_CRED_PASSPHRASE or VIR_CRED_NOECHOPROMPT"
    return _answer(service, host, (PASSPHRASE, NOECHOPROMPT), kinds, f"Enter {user}'s password for {host}", "Password")
