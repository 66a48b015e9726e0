"""What this machine's x86 processor says of itself: CPUID leaves, feature registers, and the frequency of its clock.

CPUID is read from /dev/cpu/0/cpuid where that device is there, else by running the instruction from a page of memory; a
system that allows neither gives None. Feature registers (MSRs) come from /dev/cpu/0/msr or from KVM.
"""

from __future__ import annotations

import ctypes
import fcntl
import mmap
import os
import platform
import struct
from collections.abc import Callable, Iterator

from purevirt.host import kvm

Register = tuple[str, int, int, str]
Leaf = tuple[int, int, int, int]
"""EAX, EBX, ECX, EDX."""

_DEVICE, _MSR_DEVICE = "/dev/cpu/0/cpuid", "/dev/cpu/0/msr"
_NAMES = ("eax", "ebx", "ecx", "edx")
_MSRS = (0x10A, 0xCF)
"""IA32_ARCH_CAPABILITIES, IA32_CORE_CAPABILITIES: each is there when a bit of leaf 7 says so."""
_ARCH_CAPABILITIES, _CORE_CAPABILITIES = 1 << 29, 1 << 30
_CODE = bytes.fromhex("53 89f0 89d1 0fa2 8907 895f04 894f08 89570c 5b c3")
"""push rbx; mov eax,esi; mov ecx,edx; cpuid; store eax, ebx, ecx, edx at rdi; pop rbx; ret"""
_SUBLEAVES = {7: 2, 0xD: 2, 0xF: 2, 0x12: 2, 0x14: 1}
"""Leaves with subleaves that hold features, and how many are looked at."""
_GET_MSRS, _GET_TSC_KHZ, _CAP_TSC_CONTROL = 0xC008AE88, 0xAEA3, 60
_CHECK_EXTENSION, _CREATE_VM, _CREATE_VCPU = 0xAE03, 0xAE01, 0xAE41

Cpuid = Callable[[int, int], Leaf]


def registers() -> dict[Register, int] | None:
    """Every register that holds features, of the first processor. None on other machines or where nothing may be read."""
    if platform.machine() not in ("x86_64", "i686"):
        return None
    for opened in (_from_device, _from_instruction):
        try:
            cpuid, close = opened()
        except OSError:
            continue
        try:
            return _collect(cpuid)
        finally:
            close()
    return None


def _collect(cpuid: Cpuid) -> dict[Register, int]:
    found: dict[Register, int] = {}
    for base in (0, 0x8000_0000):
        last = min(cpuid(base, 0)[0], base + 0x40)
        for leaf in range(base, last + 1):
            for sub in range(_SUBLEAVES.get(leaf, 1)):
                for name, value in zip(_NAMES, cpuid(leaf, sub), strict=True):
                    found["cpuid", leaf, sub, name] = value
    offered = found.get(("cpuid", 7, 0, "edx"), 0)
    for bit, index in zip((_ARCH_CAPABILITIES, _CORE_CAPABILITIES), _MSRS, strict=True):
        if offered & bit and (held := _msr(index)) is not None:
            found["msr", index, 0, "eax"], found["msr", index, 0, "edx"] = held & 0xFFFFFFFF, held >> 32
    return found


def _from_device(path: str = _DEVICE) -> tuple[Cpuid, Callable[[], None]]:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def cpuid(leaf: int, sub: int) -> Leaf:
        a, b, c, d = struct.unpack("4I", os.pread(fd, 16, leaf | sub << 32))
        return a, b, c, d

    return cpuid, lambda: os.close(fd)


def _from_instruction() -> tuple[Cpuid, Callable[[], None]]:
    """The instruction itself, in a page that may be written and run; OSError where the system forbids such pages."""
    if struct.calcsize("P") != 8:
        raise OSError("the code is for 64 bits")
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(_CODE)
    anchor = ctypes.c_char.from_buffer(page)
    prototype = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint32)
    out = (ctypes.c_uint32 * 4)()

    def cpuid(leaf: int, sub: int) -> Leaf:
        prototype(ctypes.addressof(anchor))(ctypes.addressof(out), leaf, sub)  # the anchor holds the page
        return out[0], out[1], out[2], out[3]

    return cpuid, lambda: None


def _msr(index: int) -> int | None:
    """One register, from its device, else the value that KVM knows; None when nobody tells."""
    try:
        fd = os.open(_MSR_DEVICE, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return _msr_of_kvm(index)
    try:
        (value,) = struct.unpack("Q", os.pread(fd, 8, index))
        return int(value)
    except OSError:
        return _msr_of_kvm(index)
    finally:
        os.close(fd)


def _msr_of_kvm(index: int) -> int | None:
    request = bytearray(struct.pack("IIIIQ", 1, 0, index, 0, 0))
    try:
        for fd in _opened(kvm.DEVICE):
            if fcntl.ioctl(fd, _GET_MSRS, request, True) == 1:
                return int(struct.unpack_from("Q", request, 16)[0])
    except OSError:
        pass
    return None


def tsc() -> tuple[int, bool] | None:
    """Frequency of the time stamp counter in Hz and whether KVM can scale it for a guest; None when KVM does not tell."""
    try:
        for fd in _opened(kvm.DEVICE):
            scaling = fcntl.ioctl(fd, _CHECK_EXTENSION, _CAP_TSC_CONTROL) > 0
            vm = fcntl.ioctl(fd, _CREATE_VM, 0)
            try:
                vcpu = fcntl.ioctl(vm, _CREATE_VCPU, 0)
                try:
                    frequency = fcntl.ioctl(vcpu, _GET_TSC_KHZ, 0)
                finally:
                    os.close(vcpu)
            finally:
                os.close(vm)
            return frequency * 1000, scaling
    except OSError:
        pass
    return None


def _opened(path: str) -> Iterator[int]:
    fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        yield fd
    finally:
        os.close(fd)
