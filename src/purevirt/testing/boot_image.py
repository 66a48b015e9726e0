"""A tiny bootable disk of our own: a guest that lives without an operating system, for the demo, tests and benchmarks.

It prints "UP" on the first serial port (115200 baud), sleeps in HLT, echoes every byte it receives, answers the ACPI power
button with "OFF" and a soft power-off. Typing: Enter gets the prompt "> ", "u" how long it is up ("up COUNT TICKS", hex: the
"u" so far, which it counts in its memory, and the processor's time stamp), "q" a power-off, "r" a reset. 16-bit code, made
here from mnemonics; it needs a PC with QEMU's ACPI ports (pc and q35).
"""

from __future__ import annotations

from pathlib import Path

ORIGIN = 0x7C00
SIZE = 1 << 20
"""One MiB: smaller disks boot only from IDE and floppy controllers."""

COUNT = 0x7A00
"""Where the guest keeps how often it was asked; set to nothing when it boots."""
COM1, PIC1, PIC2, PM1 = 0x3F8, 0x20, 0xA0, 0x600


class _Code:
    """Bytes with labels; the few instructions that the image needs."""

    def __init__(self) -> None:
        self.bytes = bytearray()
        self._labels: dict[str, int] = {}
        self._fixes: list[tuple[int, str, int]] = []

    def raw(self, *values: int) -> None:
        self.bytes += bytes(values)

    def label(self, name: str) -> None:
        self._labels[name] = len(self.bytes)

    def _near(self, name: str) -> None:
        self._fixes.append((len(self.bytes), name, 2))
        self.raw(0, 0)

    def call(self, name: str) -> None:
        self.raw(0xE8)
        self._near(name)

    def jump(self, name: str) -> None:
        self.raw(0xE9)
        self._near(name)

    def jump_if_equal(self, name: str) -> None:
        self.raw(0x0F, 0x84)
        self._near(name)

    def jump_if_not_equal(self, name: str) -> None:
        self.raw(0x0F, 0x85)
        self._near(name)

    def address_to_si(self, name: str) -> None:
        self.raw(0xBE)
        self._fixes.append((len(self.bytes), name, 0))
        self.raw(0, 0)

    def vector(self, number: int, name: str) -> None:
        """Interrupt `number` runs the code at `name` (segment 0)."""
        self.raw(0xC7, 0x06, *(number * 4).to_bytes(2, "little"))
        self._fixes.append((len(self.bytes), name, 0))
        self.raw(0, 0)
        self.raw(0xC7, 0x06, *(number * 4 + 2).to_bytes(2, "little"), 0, 0)

    def out_byte(self, port: int, value: int) -> None:
        self.raw(0xBA, *port.to_bytes(2, "little"), 0xB0, value, 0xEE)

    def out_word(self, port: int, value: int) -> None:
        self.raw(0xBA, *port.to_bytes(2, "little"), 0xB8, *value.to_bytes(2, "little"), 0xEF)

    def in_byte(self, port: int) -> None:
        self.raw(0xBA, *port.to_bytes(2, "little"), 0xEC)

    def assemble(self) -> bytes:
        for at, name, relative in self._fixes:
            target = self._labels[name]
            value = target - (at + relative) if relative else ORIGIN + target
            self.bytes[at : at + 2] = (value & 0xFFFF).to_bytes(2, "little")
        return bytes(self.bytes)


def boot_sector() -> bytes:
    """512 bytes with the signature of a bootable disk."""
    c = _Code()
    c.raw(0xFA, 0x31, 0xC0, 0x8E, 0xD8, 0x8E, 0xC0, 0x8E, 0xD0, 0xBC, 0x00, 0x7C)  # cli; ds = es = ss = 0; sp
    c.raw(0xEA)  # jmp 0:start
    c._fixes.append((len(c.bytes), "start", 0))
    c.raw(0, 0, 0, 0)
    c.label("start")
    c.raw(0xFC)  # cld
    c.raw(0xA3, *COUNT.to_bytes(2, "little"))  # ax is 0
    for register, value in ((3, 0x80), (0, 1), (1, 0), (3, 3), (2, 7), (4, 0x0B), (1, 1)):
        c.out_byte(COM1 + register, value)  # 115200 8n1, FIFO, interrupt on receive
    c.vector(0x0C, "serial")  # IRQ 4
    c.vector(0x71, "button")  # IRQ 9, the ACPI interrupt
    c.out_byte(PIC1 + 1, 0xFF & ~(1 << 4 | 1 << 2))
    c.out_byte(PIC2 + 1, 0xFF & ~(1 << 1))
    c.out_word(PM1 + 2, 1 << 8)  # power button enable
    c.address_to_si("up")
    c.call("print")
    c.label("sleep")
    c.raw(0xFB, 0xF4)  # sti; hlt
    c.jump("sleep")

    c.label("serial")
    c.label("more")
    c.in_byte(COM1 + 5)
    c.raw(0xA8, 0x01)  # test al, 1: data there?
    c.jump_if_equal("served")
    c.in_byte(COM1)
    c.raw(0x3C, ord("q"))
    c.jump_if_equal("off")
    c.raw(0x3C, ord("r"))
    c.jump_if_equal("reset")
    c.raw(0x3C, ord("u"))
    c.jump_if_equal("uptime")
    c.raw(0x3C, 0x0D)
    c.jump_if_equal("prompt")
    c.call("put")
    c.jump("more")
    c.label("prompt")
    c.address_to_si("line")
    c.call("print")
    c.jump("more")
    c.label("uptime")
    c.address_to_si("up_is")
    c.call("print")
    c.raw(0xA1, *COUNT.to_bytes(2, "little"), 0x40, 0xA3, *COUNT.to_bytes(2, "little"))  # ax = ++count
    c.call("word")
    c.raw(0xB0, ord(" "))
    c.call("put")
    c.raw(0x0F, 0x31, 0x66, 0x50, 0x66, 0x52)  # rdtsc; push eax; push edx
    c.raw(0x89, 0xE5)  # mov bp, sp
    for at in (2, 0, 6, 4):  # from the top word down, as they lie on the stack
        c.raw(0x8B, 0x46, at)
        c.call("word")
    c.raw(0x83, 0xC4, 8)  # add sp, 8
    c.jump("prompt")
    c.label("served")
    c.raw(0xB0, 0x20, 0xE6, PIC1, 0xCF)  # end of interrupt; iret

    c.label("button")
    c.raw(0xBA, *PM1.to_bytes(2, "little"), 0xED, 0xEF)  # in ax, dx; out dx, ax: acknowledge what was set
    c.raw(0xF6, 0xC4, 0x01)  # test ah, 1: the power button?
    c.raw(0xB0, 0x20, 0xE6, PIC2, 0xE6, PIC1)
    c.jump_if_equal("not_button")
    c.address_to_si("bye")
    c.call("print")
    c.jump("off")
    c.label("not_button")
    c.raw(0xCF)

    c.label("off")
    c.out_word(PM1 + 4, 1 << 13)  # sleep type 0 is S5 on QEMU's PCs
    c.raw(0xFA, 0xF4)
    c.label("reset")
    c.raw(0xB0, 0xFE, 0xE6, 0x64)  # the keyboard controller's reset line
    c.raw(0xFA, 0xF4)

    c.label("word")  # ax in hex
    c.raw(0x89, 0xC7, 0xB9, 4, 0)  # di = ax; cx = 4
    c.label("digit")
    c.raw(0xC1, 0xC7, 4, 0x89, 0xF8, 0x24, 0x0F)  # rol di, 4; ax = di; al &= 15
    c.raw(0x3C, 10, 0x1C, 0x69, 0x2F)  # cmp al, 10; sbb al, 0x69; das: a digit of hex
    c.call("put")
    c.raw(0x49)  # dec cx
    c.jump_if_not_equal("digit")
    c.raw(0xC3)
    c.label("print")
    c.raw(0xAC, 0x84, 0xC0)  # lodsb; test al, al
    c.jump_if_equal("printed")
    c.call("put")
    c.jump("print")
    c.label("printed")
    c.raw(0xC3)
    c.label("put")
    c.raw(0x88, 0xC4)  # mov ah, al
    c.label("wait")
    c.in_byte(COM1 + 5)
    c.raw(0xA8, 0x20)  # test al, 0x20: may send?
    c.jump_if_equal("wait")
    c.raw(0xBA, *COM1.to_bytes(2, "little"), 0x88, 0xE0, 0xEE, 0xC3)  # al = ah; out dx, al; ret
    c.label("up")
    c.bytes += b"UP\r\n\0"
    c.label("line")
    c.bytes += b"\r\n> \0"
    c.label("up_is")
    c.bytes += b"up \0"
    c.label("bye")
    c.bytes += b"OFF\r\n\0"
    code = c.assemble()
    if len(code) > 510:
        raise ValueError(f"the boot sector has {len(code)} bytes")
    return code.ljust(510, b"\0") + b"\x55\xaa"


def write_boot_image(path: Path) -> None:
    """The whole disk."""
    path.write_bytes(boot_sector().ljust(SIZE, b"\0"))
