"""The secret driver: passphrases and keys for storage, TLS and TPMs, on one host (formatsecret.html)."""

from purevirt.drivers.secret.driver import connect, embedded, start

__all__ = ["connect", "embedded", "start"]
