"""Whether KVM is there, and whether it is worth using: a real guest of six bytes is run and timed."""

from __future__ import annotations

import ctypes
import fcntl
import mmap
import os
import select
import signal
import struct
import time

DEVICE = "/dev/kvm"
_CREATE_VM, _CREATE_VCPU, _RUN, _MMAP_SIZE = 0xAE01, 0xAE41, 0xAE80, 0xAE04
_SET_MEMORY, _GET_SREGS, _SET_SREGS, _SET_REGS = 0x4020AE46, 0x8138AE83, 0x4138AE84, 0x4090AE82
_CHECK_EXTENSION, _CAP_NR_VCPUS, _CAP_MAX_VCPUS = 0xAE03, 9, 66
_LOOP = bytes.fromhex("b9ffffe2fef4")
"""mov cx,0xffff; loop $; hlt"""
_SLOW_S = 0.010
"""65,535 iterations take far below a millisecond on hardware, some 30 ms where an emulator plays the processor."""
_EXIT_HLT = 5


def accessible(device: str = DEVICE) -> bool:
    """Whether this process may open the device; says nothing about speed."""
    return os.access(device, os.R_OK | os.W_OK)


def max_vcpus(device: str = DEVICE) -> int:
    """The most virtual CPUs of one guest; OSError when the device cannot be opened."""
    fd = os.open(device, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return fcntl.ioctl(fd, _CHECK_EXTENSION, _CAP_MAX_VCPUS) or fcntl.ioctl(fd, _CHECK_EXTENSION, _CAP_NR_VCPUS)
    finally:
        os.close(fd)


def usable(device: str = DEVICE, deadline_s: float = 2.0) -> bool:
    """Whether a virtual CPU really runs at hardware speed. Forks; call it before threads and loops are there."""
    if not accessible(device):
        return False
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        elapsed = -1.0
        try:
            elapsed = _time_loop(device)
        except OSError:
            elapsed = -1.0
        finally:
            os.write(write_end, struct.pack("d", elapsed))
            os._exit(0)
    os.close(write_end)
    try:
        ready, _, _ = select.select([read_end], [], [], deadline_s)
        data = os.read(read_end, 8) if ready else b""
    finally:
        os.close(read_end)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    if len(data) != 8:
        return False
    (elapsed,) = struct.unpack("d", data)
    return bool(0 <= elapsed < _SLOW_S)


def _time_loop(device: str) -> float:
    """Seconds that the loop took in a real-mode guest; -1 when it did not end with HLT."""
    kvm = os.open(device, os.O_RDWR | os.O_CLOEXEC)
    vm = fcntl.ioctl(kvm, _CREATE_VM, 0)
    memory = mmap.mmap(-1, 0x1000)
    memory[: len(_LOOP)] = _LOOP
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    fcntl.ioctl(vm, _SET_MEMORY, struct.pack("IIQQQ", 0, 0, 0x1000, 0x1000, address))
    vcpu = fcntl.ioctl(vm, _CREATE_VCPU, 0)
    run = mmap.mmap(vcpu, fcntl.ioctl(kvm, _MMAP_SIZE, 0))
    special = bytearray(0x138)
    fcntl.ioctl(vcpu, _GET_SREGS, special)
    struct.pack_into("QIH", special, 0, 0, 0xFFFF, 0)  # code segment at 0
    fcntl.ioctl(vcpu, _SET_SREGS, bytes(special))
    registers = [0] * 18
    registers[16], registers[17] = 0x1000, 2  # instruction pointer, flags
    fcntl.ioctl(vcpu, _SET_REGS, struct.pack("18Q", *registers))
    started = time.perf_counter()
    fcntl.ioctl(vcpu, _RUN, 0)
    elapsed = time.perf_counter() - started
    (reason,) = struct.unpack_from("I", run, 8)
    return elapsed if reason == _EXIT_HLT else -1.0
