"""The secret driver: passphrases and keys for storage, TLS and TPMs, on one host (formatsecret.html)."""

from purevirt.drivers.secret.driver import connect, start

__all__ = ["connect", "start"]
