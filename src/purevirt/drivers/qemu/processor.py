"""This host's processor among the models: what capabilities show and what guests are compared with."""

from __future__ import annotations

import os
from functools import cache

from purevirt.cpu import x86_data
from purevirt.cpu.description import Description
from purevirt.cpu.x86_decode import decode
from purevirt.errors import VirtError
from purevirt.host import cpuid


@cache
def processor() -> Description | None:
    """The host's CPU; None where its features cannot be read or no model fits. Reads devices: not for the event loop."""
    registers = cpuid.registers()
    if registers is None:
        return None
    try:
        found = decode(x86_data.from_registers(registers.items()), host=True)
    except VirtError:
        return None
    found.arch = os.uname().machine
    return found
