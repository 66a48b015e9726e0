"""Reading the files that commands name."""

from __future__ import annotations

from purevirt.errors import VirtError, system_error

MAX_XML_FILE = 10 * 1024 * 1024


def read_text(path: str, limit: int = MAX_XML_FILE) -> str:
    """The file's text. Raises VirtError (SYSTEM_ERROR), also when it is larger than `limit` bytes."""
    return read_bytes(path, limit).decode("utf-8", "surrogateescape")


def read_bytes(path: str, limit: int = MAX_XML_FILE) -> bytes:
    """The file's bytes; at most `limit`."""
    try:
        file = open(path, "rb")  # noqa: SIM115 opening and reading fail with different texts
    except OSError as error:
        raise system_error(error.errno or 0, f"Failed to open file '{path}'") from error
    with file:
        try:
            content = file.read(limit + 1)
        except OSError as error:
            raise system_error(error.errno or 0, f"Failed to read file '{path}'") from error
    if len(content) > limit:
        raise _too_large(path)
    return content


def _too_large(path: str) -> VirtError:
    import errno

    return system_error(errno.EOVERFLOW, f"Failed to read file '{path}'")
