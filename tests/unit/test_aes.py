"""AES-256-CBC against the standard's own vectors."""

from __future__ import annotations

import pytest

from purevirt.types.aes import encrypt_cbc


def test_sp_800_38a_vector() -> None:
    key = bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
    iv = bytes(range(16))
    plain = bytes.fromhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51")
    expected = "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"
    assert encrypt_cbc(key, iv, plain).hex()[:64] == expected


def test_padding_fills_a_whole_block_when_nothing_is_missing() -> None:
    assert len(encrypt_cbc(bytes(32), bytes(16), bytes(16))) == 32
    assert len(encrypt_cbc(bytes(32), bytes(16), b"")) == 16


def test_wrong_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        encrypt_cbc(bytes(16), bytes(16), b"x")
