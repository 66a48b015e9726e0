"""The file that holds a guest's firmware variables."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.host import files


def create_nvram(document: Any) -> None:
    """Make the variable store from its template when the guest has none yet; an existing one is left alone."""
    nvram = document.os.nvram
    path = nvram.path if nvram is not None else None
    if path is None or os.path.exists(path):
        return
    if not nvram.template:
        raise VirtError(
            ErrorCode.OPERATION_FAILED,
            f"unable to find any master var store for loader: {document.os.loader.path}",
            ErrorDomain.QEMU,
        )
    try:
        content = Path(nvram.template).read_bytes()
    except OSError as error:
        raise VirtError(
            ErrorCode.SYSTEM_ERROR, f"Failed to open file '{nvram.template}': {error.strerror}", ErrorDomain.QEMU,
            int1=error.errno or 0,
        ) from error  # fmt: skip
    try:
        files.write_atomic(Path(path), content, mode=0o600)
    except OSError as error:
        raise VirtError(
            ErrorCode.SYSTEM_ERROR, f"Failed to create file '{path}': {error.strerror}", ErrorDomain.QEMU,
            int1=error.errno or 0,
        ) from error  # fmt: skip
