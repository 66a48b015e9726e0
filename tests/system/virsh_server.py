"""Our virsh without its start-up: a process that has it loaded and forks for every command line it is sent.

A line of JSON (the arguments) in, a line of JSON [exit code, stdout, stderr] out.
"""

from __future__ import annotations

import json
import os
import sys
import traceback

from purevirt.cli.virsh.main import main
from purevirt.client.blocking import of_connection, of_domain  # what every command loads

__all__ = ["of_connection", "of_domain"]


def child(arguments: list[str], out: int, err: int) -> None:
    """Becomes virsh; does not return."""
    null = os.open(os.devnull, os.O_RDONLY)
    for target, fd in ((0, null), (1, out), (2, err)):
        os.dup2(fd, target)
    code: object = 1
    try:
        code = main(arguments)
    except SystemExit as e:
        code = e.code
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


def serve() -> None:
    requests = os.fdopen(os.dup(0), encoding="utf-8")  # sys.stdin is the commands' own, not yet read
    for line in requests:
        out, err = (os.memfd_create(name) for name in ("out", "err"))
        pid = os.fork()
        if not pid:
            child(json.loads(line), out, err)
        _, status = os.waitpid(pid, 0)
        said = []
        for fd in (out, err):
            os.lseek(fd, 0, os.SEEK_SET)
            with os.fdopen(fd, encoding="utf-8", errors="replace") as file:
                said.append(file.read())
        sys.stdout.write(json.dumps([os.waitstatus_to_exitcode(status), *said]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
