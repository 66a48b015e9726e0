"""AES-256 in CBC mode with PKCS#7 padding (FIPS 197, SP 800-38A): how secrets reach QEMU under the guest's master key.

Values are a few dozen bytes, once per start; plain table lookups are fast enough.
"""

from __future__ import annotations


def _multiply(a: int, b: int) -> int:
    """Product in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = (a << 1) ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return product


def _make_sbox() -> bytes:
    exponents, value = [0] * 255, 1
    for power in range(255):
        exponents[power] = value
        value = _multiply(value, 3)
    inverse = {0: 0} | {exponents[power]: exponents[-power % 255] for power in range(255)}
    box = bytearray(256)
    for number in range(256):
        bits = inverse[number]
        rotated = bits * 0x0101 >> 4  # five rotations of one byte, summed below
        box[number] = (bits ^ rotated ^ bits * 0x0101 >> 5 ^ bits * 0x0101 >> 6 ^ bits * 0x0101 >> 7) & 0xFF ^ 0x63
    return bytes(box)


_SBOX = _make_sbox()
_DOUBLE = bytes(_multiply(value, 2) for value in range(256))
_SHIFTED = tuple((4 * (column + row) + row) % 16 for column in range(4) for row in range(4))
_ROUNDS = 14


def _round_keys(key: bytes) -> list[bytes]:
    words = [key[at : at + 4] for at in range(0, 32, 4)]
    constant = 1
    while len(words) < 4 * (_ROUNDS + 1):
        word = words[-1]
        if len(words) % 8 == 0:
            turned = word[1:] + word[:1]
            word = bytes(_SBOX[byte] for byte in turned)
            word = bytes([word[0] ^ constant]) + word[1:]
            constant = _DOUBLE[constant]
        elif len(words) % 8 == 4:
            word = bytes(_SBOX[byte] for byte in word)
        words.append(_xor(words[-8], word))
    return [b"".join(words[at : at + 4]) for at in range(0, len(words), 4)]


def _xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


def _mix(block: bytes) -> bytes:
    out = bytearray()
    for at in range(0, 16, 4):
        column = block[at : at + 4]
        total = column[0] ^ column[1] ^ column[2] ^ column[3]
        out += bytes(byte ^ total ^ _DOUBLE[byte ^ column[(i + 1) % 4]] for i, byte in enumerate(column))
    return bytes(out)


def _encrypt_block(block: bytes, keys: list[bytes]) -> bytes:
    state = _xor(block, keys[0])
    for number in range(1, _ROUNDS + 1):
        state = bytes(_SBOX[state[at]] for at in _SHIFTED)
        if number < _ROUNDS:
            state = _mix(state)
        state = _xor(state, keys[number])
    return state


def encrypt_cbc(key: bytes, iv: bytes, value: bytes) -> bytes:
    """`value`, padded, under a key of 32 bytes and an initialisation vector of 16."""
    if len(key) != 32 or len(iv) != 16:
        raise ValueError("AES-256 takes a key of 32 bytes and a vector of 16")
    keys = _round_keys(key)
    padding = 16 - len(value) % 16
    value += bytes([padding]) * padding
    out, previous = bytearray(), iv
    for at in range(0, len(value), 16):
        previous = _encrypt_block(_xor(value[at : at + 16], previous), keys)
        out += previous
    return bytes(out)
