"""The security model of a definition from before several models were possible."""

from __future__ import annotations

from typing import Any

from purevirt.drivers.qemu.postparse_context import PostParseContext


def settle_seclabel(domain: Any, context: PostParseContext) -> None:
    """A single label without a model is of the host's first one; a host without labels makes it "none"."""
    model = context.security_model
    if len(domain.seclabels) != 1 or model is None:
        return
    label = domain.seclabels[0]
    if label.model is not None:
        return
    open_ = label.type == "dynamic" and label.baselabel is None and context.inactive
    if label.type != "none" and not open_:
        return
    label.model = model
    if model == "none" and context.inactive:
        label.type = "none"
        label.relabel = False
