"""Files with explicit modes: atomic replacement, directories with owners, no following of links.

All functions raise OSError; the caller knows the text a client shall see.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def write_atomic(path: Path, data: bytes, *, mode: int = 0o600, durable: bool = True) -> None:
    """Write, sync, rename, sync of the directory; `durable` False leaves out the syncs (tmpfs).

    A file that holds just that already is left alone: defining again what is defined costs no disk write.
    The temporary's name starts with a dot and is removed on failure, so no reader takes it for a document.
    """
    if durable and _holds(path, data, mode):
        return
    temporary = path.parent / f".{path.name}.new"
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    try:
        try:
            os.fchmod(fd, mode)
            view = memoryview(data)
            while view:
                view = view[os.write(fd, view) :]
            if durable:
                os.fdatasync(fd)
        finally:
            os.close(fd)
        os.rename(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    if durable:
        sync_directory(path.parent)


def is_temporary(name: str, suffix: str = "") -> bool:
    """Whether `write_atomic` made a file of that name on its way to one with the suffix, and died before it was there."""
    return name.startswith(".") and name.endswith(f"{suffix}.new")


def _holds(path: Path, data: bytes, mode: int) -> bool:
    """Whether a regular file of this mode has this content."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode) or stat.S_IMODE(status.st_mode) != mode or status.st_size != len(data):
            return False
        return os.read(fd, len(data) + 1) == data
    except OSError:
        return False
    finally:
        os.close(fd)


def sync_directory(path: Path) -> None:
    """Make the directory's entries durable."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def make_directory(path: Path, mode: int, uid: int = -1, gid: int = -1) -> None:
    """A directory (and its parents, 0755) with exactly this mode and owner; an existing one is adjusted.

    A symbolic link in the last component is refused (ENOTDIR).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.mkdir(path, mode)
    except FileExistsError:
        if not stat.S_ISDIR(os.lstat(path).st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path)) from None
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        status = os.fstat(fd)
        if stat.S_IMODE(status.st_mode) != mode:
            os.fchmod(fd, mode)
        if (uid, gid) != (-1, -1) and (status.st_uid, status.st_gid) != (uid, gid):
            os.fchown(fd, uid, gid)
    finally:
        os.close(fd)


def remove_tree(path: Path) -> None:
    """Remove a directory and what is in it, without following links; absent is no error."""
    try:
        entries = list(os.scandir(path))
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            remove_tree(Path(entry.path))
        else:
            Path(entry.path).unlink(missing_ok=True)
    os.rmdir(path)


def replace_symlink(link: Path, target: Path) -> None:
    """Make `link` point at `target`, atomically."""
    temporary = link.parent / f".{link.name}.new"
    temporary.unlink(missing_ok=True)
    os.symlink(target, temporary)
    os.rename(temporary, link)
