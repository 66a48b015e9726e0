"""`<cookie>` of a saved guest: what the definition does not say of how it ran (save images and internal snapshots)."""

from __future__ import annotations

from purevirt.model._engine import Element, child, flag
from purevirt.model.cpu import Cpu


class SaveCookie(Element, tag="cookie"):
    """The CPU as the guest saw it; whether user-mode networking was served by a helper process."""

    document = "save_cookie"

    cpu: Cpu | None = child(Cpu)
    slirp_helper: bool = flag(name="slirpHelper")
