"""The client needs nothing that Windows or macOS lacks: its imports walked, and itself run without those things."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import purevirt
from transport.daemons import directory, free_port, our_daemon

PACKAGE = Path(purevirt.__file__).parent
LACKING = {
    "_curses", "_posixsubprocess", "_winapi", "crypt", "curses", "epoll", "fcntl", "grp", "msvcrt", "nis", "ossaudiodev",
    "posix", "pty", "pwd", "readline", "resource", "spwd", "syslog", "termios", "tty", "winreg", "winsound",
}  # fmt: skip
"""Standard modules that are not there on one of Linux, macOS, Windows."""
START = [
    "__init__.py", "aio.py", "client", "compat", "drivers/remote", "rpc/blocking.py", "rpc/aio.py", "rpc/link.py", "rpc/tcp.py",
    "rpc/tls.py",
]  # fmt: skip
LOCAL_ONLY = {
    "purevirt.drivers.registry": "in-process drivers, which the URI has to ask for",
    "purevirt.host.cgroup_join": "virDomainLxcEnterCGroup, which is about this host's own containers",
    "purevirt.host.session_daemon": "starting a session's daemon, which listens on a unix socket",
    "purevirt.host.daemonize": "the pid file of an embedded driver's directory, which the URI has to ask for",
    "purevirt.host.gssapi": "Kerberos through the system's library, when the server asks for it",
}


def file_of(module: str) -> Path | None:
    base = PACKAGE.parent / Path(*module.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.exists():
            return path
    return None


def guarded(tree: ast.AST) -> set[ast.AST]:
    """Everything under `if TYPE_CHECKING` and in a `try` that expects ImportError."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        typing_only = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        expected = isinstance(node, ast.Try) and any(
            h.type is not None and "ImportError" in ast.unparse(h.type) for h in node.handlers
        )
        if typing_only or expected:
            assert isinstance(node, ast.If | ast.Try)
            found.update(inner for statement in node.body for inner in ast.walk(statement))
    return found


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = guarded(tree)
    names: set[str] = set()
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def walked() -> dict[Path, set[str]]:
    """Every file the client may come to, with what it imports, functions' own imports included."""
    todo = [p for name in START for p in ([PACKAGE / name] if name.endswith(".py") else sorted((PACKAGE / name).rglob("*.py")))]
    seen: dict[Path, set[str]] = {}
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen[path] = imported(path)
        for module in seen[path]:
            if module.startswith("purevirt") and module not in LOCAL_ONLY:
                found = file_of(module)
                if found is not None:
                    todo.append(found)
    return seen


def test_no_import_that_another_system_lacks() -> None:
    files = walked()
    wrong = {
        str(path.relative_to(PACKAGE)): sorted(lacking)
        for path, names in files.items()
        if (lacking := {n.partition(".")[0] for n in names} & LACKING)
    }
    assert wrong == {}
    assert len(files) > 90


def test_the_walk_sees_what_it_should() -> None:
    """A file with such an import is found, a guarded one is not."""
    bad = "def f():\n    import fcntl\ntry:\n    import pwd\nexcept ImportError:\n    pass\n"
    tree = ast.parse(bad)
    skipped = guarded(tree)
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) and n not in skipped for a in n.names}
    assert names == {"fcntl"}


ELSEWHERE = """
import asyncio, sys, os, socket, select, signal
LACKING = set(sys.argv[2].split(","))
class Lacking:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in LACKING:
            raise ImportError("no " + name + " on this system")
sys.meta_path.insert(0, Lacking())
for name in LACKING:
    sys.modules.pop(name, None)
for module, names in (
    (os, "geteuid getuid getegid getgid getgroups setsid fork forkpty chown mkfifo SEEK_DATA SEEK_HOLE openpty uname"),
    (socket, "AF_UNIX SCM_RIGHTS SO_PEERCRED CMSG_SPACE CMSG_LEN MSG_CMSG_CLOEXEC"),
    (select, "poll"),
    (signal, "SIGHUP SIGKILL SIGUSR1"),
):
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)
def socketpair():
    with socket.create_server(("127.0.0.1", 0)) as server:
        one = socket.create_connection(server.getsockname())
        return one, server.accept()[0]
socket.socketpair = socketpair  # as Windows has it
import purevirt, purevirt.aio
uri = sys.argv[1]
with purevirt.open(uri, deadline=20) as conn:
    dom = conn.domain_lookup_by_name("test")
    conn.domain_event_register_any(None, 0, lambda event: seen.append(event.args))
    seen = []
    dom.suspend()
    while not seen:
        assert conn.process_events(10)
    dom.resume()
async def main():
    async with purevirt.aio.open(uri, deadline=20) as conn:
        async with conn.events() as events:
            dom = (await conn.list_all_domains())[0]
            await dom.suspend()
            await dom.resume()
            print(dom.name, seen, (await anext(events)).args)
asyncio.run(main())
sys.path.insert(0, os.path.join(os.path.dirname(purevirt.__file__), "compat", "shim"))
import libvirt, libvirtaio
print(libvirt.open(uri).lookupByName("test").name())
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="the system daemon needs root")
def test_over_tcp_without_the_things_other_systems_lack() -> None:
    """The client run with those modules, system calls and socket kinds taken away."""
    with directory() as root:
        port = free_port()
        conf = f'listen_tls = 0\nlisten_tcp = 1\ntcp_port = "{port}"\nlisten_addr = "127.0.0.1"\nauth_tcp = "none"\n'
        with our_daemon(root, conf):
            command = [sys.executable, "-c", ELSEWHERE, f"test+tcp://127.0.0.1:{port}/default", ",".join(LACKING)]
            environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "test [(3, 0)] (3, 0)\ntest\n"), done.stderr
