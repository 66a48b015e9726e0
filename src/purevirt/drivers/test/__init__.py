"""The test driver: a make-believe host in memory (`test:///default`, `test:///FILE`). Its coroutines never suspend."""

from purevirt.drivers.test.driver import connect

__all__ = ["connect"]
