"""What ssh asks for, as the caller's credentials: key passphrases, passwords, unknown hosts."""

from __future__ import annotations

from collections.abc import Callable

from purevirt.drivers.remote.credentials import (
    CRED_ECHOPROMPT,
    CRED_NOECHOPROMPT,
    CRED_PASSPHRASE,
    Credential,
    Credentials,
)

_SECRETS = (CRED_PASSPHRASE, CRED_NOECHOPROMPT)
_TEXTS = (CRED_ECHOPROMPT,)


def answers(credentials: Credentials, host: str) -> Callable[[str, str], str | None] | None:
    """The answering function for a connection to `host`; None where nobody could answer anything (ssh asks as it likes).

    A password that auth.conf has for the host (`auth-ssh-HOST`) is given once; it is not asked for again where it was wrong.
    """
    known = credentials.from_file(CRED_PASSPHRASE, "ssh", host)
    if known is None and (credentials.ask is None or not credentials.types.intersection((*_SECRETS, *_TEXTS))):
        return None
    left = [known] if known is not None else []

    def answer(prompt: str, hint: str) -> str | None:
        if hint == "none":  # a message, for which ssh expects nothing
            return ""
        if hint == "confirm" or "yes/no" in prompt:
            said = _ask(credentials, _TEXTS, prompt)
            return {"y": "yes", "n": None, "no": None, "": None}.get(said.lower(), said) if said is not None else None
        if left and "passphrase for key" not in prompt:
            return left.pop()
        return _ask(credentials, _SECRETS, prompt)

    return answer


def _ask(credentials: Credentials, kinds: tuple[int, ...], prompt: str) -> str | None:
    """The caller's answer, by the first of the kinds that he takes."""
    kind = next((kind for kind in kinds if kind in credentials.types), None)
    if credentials.ask is None or kind is None:
        return None
    question = Credential(kind, prompt.strip())
    if credentials.ask([question]) < 0:
        return None
    return question.result
