"""The program purevirtd: arguments, directories, drivers, sockets, signals.

SIGTERM and SIGINT end the daemon and leave guests running; SIGHUP reads the configuration's log settings again.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from dataclasses import dataclass, field
from logging import getLogger
from pathlib import Path

from purevirt.daemon.access.control import access_control
from purevirt.daemon.admin_driver import Administered
from purevirt.daemon.admin_driver import handlers as admin_handlers
from purevirt.daemon.auth import AuthCalls
from purevirt.daemon.config import DaemonConfig, mode_of, read_config
from purevirt.daemon.connect_calls import ConnectCalls
from purevirt.daemon.ip_sockets import bind_ip
from purevirt.daemon.listeners import Listener, UnixAddress, bind_unix
from purevirt.daemon.logging import LogConfig, level_named
from purevirt.daemon.polkit import Polkit
from purevirt.daemon.server import Server
from purevirt.daemon.services import Service, sasl_for, service_of, services
from purevirt.daemon.tls_server import load_tls
from purevirt.drivers.registry import DriverHost, start_all, stop_all
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.host.daemonize import (
    PidFile,
    Readiness,
    activation_sockets,
    forget_activation,
    fork_daemon,
    notify,
    raise_descriptor_limit,
)
from purevirt.host.roots import Roots, session_roots, system_roots
from purevirt.protocol import admin, lxc, qemu, remote
from purevirt.protocol.remote import AuthType
from purevirt.types.constants import LIBVIR_VERSION_NUMBER

log = getLogger("purevirt.daemon.main")

DESCRIPTORS = 8192
"""Open files that the daemon wants; the limit that libvirtd.service sets."""
USAGE = """Usage: purevirtd --system|--session [OPTION ...]
  --root DIR        keep etc, run, lib, log and cache under DIR
  -d, --daemon      run in the background
  -p, --pid-file F  write the process id to F
  -f, --config F    read F instead of libvirtd.conf
  -l, --listen      listen on TCP and TLS as libvirtd.conf says
  -t, --timeout N   end after N seconds without a client
  -v, --verbose     log more
  -V, --version     say which libvirt this is
"""


@dataclass(slots=True)
class Options:
    """The command line. `timeout_s` None: stay for ever."""

    session: bool = field(default_factory=lambda: os.geteuid() != 0)
    root: Path | None = None
    daemon: bool = False
    listen: bool = False
    pid_file: Path | None = None
    config: Path | None = None
    timeout_s: int | None = None
    verbose: bool = False


VALUED = ("--root", "--pid-file", "--config", "--timeout")
_SHORT = {
    "-d": "--daemon",
    "-l": "--listen",
    "-p": "--pid-file",
    "-f": "--config",
    "-t": "--timeout",
    "-v": "--verbose",
    "-V": "--version",
    "-h": "--help",
}


def parse_options(arguments: list[str]) -> Options:
    """Raises ValueError with what is wrong."""
    options = Options()
    words = _spelt_out(arguments)
    while words:
        word, equals, given = words.pop(0).partition("=")
        if word in ("--system", "--session"):
            options.session = word == "--session"
        elif word in ("--daemon", "--listen"):
            setattr(options, word[2:], True)
        elif word == "--verbose":
            options.verbose = True
        elif word in VALUED:
            if not equals and not words:
                raise ValueError(f"option {word} needs a value")
            value = given if equals else words.pop(0)
            if word == "--timeout":
                if not value.isdecimal() or int(value) == 0:
                    raise ValueError(f"invalid value for --timeout: '{value}'")
                options.timeout_s = int(value)
            else:
                setattr(options, word[2:].replace("-", "_"), Path(value).absolute())
        else:
            raise ValueError(f"unknown option '{word}'")
    return options


def _spelt_out(arguments: list[str]) -> list[str]:
    """Short options in their long form, also bundled ("-dv") and with the value attached ("-t30")."""
    out: list[str] = []
    takes_value = False
    for word in arguments:
        if takes_value or not word.startswith("-") or word.startswith("--"):
            takes_value = not takes_value and word in VALUED
            out.append(word)
            continue
        for at, letter in enumerate(word[1:], start=1):
            name = _SHORT.get(f"-{letter}")
            if name is None:
                raise ValueError(f"unknown option '-{letter}'")
            out.append(name)
            if name in VALUED:
                rest = word[at + 1 :]
                out += [rest] if rest else []
                takes_value = not rest
                break
    return out


class Daemon:
    """What runs: the drivers, the server for guests' clients, the one for administrators, and their sockets."""

    def __init__(self, options: Options, roots: Roots, config: DaemonConfig, logs: LogConfig) -> None:
        self.options, self.roots, self.config, self.logs = options, roots, config, logs
        self.loop = asyncio.get_running_loop()
        self.host = DriverHost(roots)
        self.passed = activation_sockets()
        forget_activation()
        self.services = services(config, roots, options.listen, [name for name, _ in self.passed])
        handlers = {name: dict(own) for name, own in ConnectCalls(self.host).handlers().items()}
        polkit = Polkit()
        handlers["remote"].update(AuthCalls(sasl_for(self.services, config, roots), polkit).handlers())
        programs = (remote.PROGRAM, qemu.PROGRAM, lxc.PROGRAM)
        self.server = Server("libvirtd", self.loop, programs, handlers, access_control(config, polkit))
        administered = Administered([self.server], logs, self._default_outputs, self._set_timeout)
        self.admin = Server("admin", self.loop, (admin.PROGRAM,), admin_handlers(administered))
        administered.servers.append(self.admin)
        self.tls = load_tls(config, roots.etc.parent) if any(s.name == "tls" for s in self.services) else None
        if self.tls is not None:
            self.server.update_tls = self._update_tls
        self.listeners: list[Listener] = []
        self.over = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._apply_limits()
        for server in (self.server, self.admin):
            server.changed = self._clients_changed

    def _apply_limits(self) -> None:
        config, server, admins = self.config, self.server, self.admin
        server.max_clients = config.max_clients
        server.max_anonymous_clients = config.max_anonymous_clients
        server.max_client_requests = config.max_client_requests
        server.keepalive_interval = config.keepalive_interval
        server.keepalive_count = config.keepalive_count
        server.lanes.minimum, server.lanes.normal = config.min_workers, max(config.min_workers, config.max_workers)
        server.lanes.reserved = config.prio_workers
        admins.max_clients = config.admin_max_clients
        admins.max_anonymous_clients = 0
        admins.max_client_requests = config.admin_max_client_requests
        admins.keepalive_interval = config.admin_keepalive_interval
        admins.keepalive_count = config.admin_keepalive_count
        admins.lanes.minimum = config.admin_min_workers
        admins.lanes.normal = max(config.admin_min_workers, config.admin_max_workers)
        admins.lanes.reserved = 0

    def listen(self) -> None:
        """Systemd's sockets where it passed some, else our own by configuration. Raises VirtError.

        Before the drivers start, so that a second daemon ends here and not among the first one's guests. Nobody is let
        in yet; who comes waits.
        """
        if self.passed:
            for name, sock in self.passed:
                self._add(sock, service_of(name, self.services), None)
        else:
            for address, service in self._addresses():
                self._add(bind_unix(address), service, address.path)
            for service in self.services:
                if service.port is not None:
                    for sock in bind_ip(self.config.listen_addr, service.port):
                        self._add(sock, service, None)

    def _add(self, sock: socket.socket, service: Service, path: Path | None) -> None:
        server = self.admin if service.name == "admin" else self.server
        tls = self.tls if service.name == "tls" else None
        self.listeners.append(Listener(server, sock, service.auth, service.readonly, path, tls))

    def _update_tls(self) -> None:
        """The certificates as the files are now, for clients that come from now on. Raises VirtError."""
        if self.tls is not None:
            self.tls.context = load_tls(self.config, self.roots.etc.parent).context

    def _addresses(self) -> list[tuple[UnixAddress, Service]]:
        config, privileged = self.config, self.roots.privileged
        folder = Path(config.unix_sock_dir) if config.unix_sock_dir else self.roots.run
        private = 0o700
        by_name = {service.name: service for service in self.services}
        usual = "0777" if by_name["rw"].auth == AuthType.POLKIT else "0700"
        rw = mode_of(config.unix_sock_rw_perms or usual) if privileged else private
        out = [(UnixAddress(folder / "libvirt-sock", rw, config.unix_sock_group), by_name["rw"])]
        if privileged:
            ro = mode_of(config.unix_sock_ro_perms)
            out.append((UnixAddress(folder / "libvirt-sock-ro", ro, config.unix_sock_group, True), by_name["ro"]))
        admin_mode = mode_of(config.unix_sock_admin_perms) if privileged else private
        out.append((UnixAddress(folder / "libvirt-admin-sock", admin_mode), by_name["admin"]))
        return out

    def _clients_changed(self) -> None:
        for listener in self.listeners:
            listener.reconsider()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.options.timeout_s is not None and not self.server.clients and not self.admin.clients:
            self._timer = self.loop.call_later(self.options.timeout_s, self._idle)

    def _idle(self) -> None:
        """Nobody has been here for the time of --timeout: end, unless guests run that need us."""
        self._timer = None
        if any(state.is_needed() for state in self.host.states.values()):
            self._clients_changed()
        else:
            self.over.set()

    def _default_outputs(self) -> str:
        return self.logs.default_outputs(self.options.daemon, self.roots.log / "libvirtd.log")

    def _set_timeout(self, seconds: int) -> None:
        self.options.timeout_s = seconds or None
        self._clients_changed()

    def reload(self) -> None:
        """SIGHUP: the log settings of the configuration file, as it is now."""
        try:
            apply_logging(self.logs, read_config(config_path(self.options, self.roots), False), self.options, self.roots)
        except VirtError as e:
            log.error("the configuration was not read again: %s", e.message)

    async def run(self, readiness: Readiness) -> None:
        """Serve until told to end."""
        for number in (signal.SIGTERM, signal.SIGINT):
            self.loop.add_signal_handler(number, self.over.set)
        self.loop.add_signal_handler(signal.SIGHUP, self.reload)
        try:
            self.listen()
            await start_all(self.host, lambda name, e: log.error("the driver %s could not start: %s", name, e))
            self._clients_changed()
            readiness.tell(0)
            notify("READY=1")
            await self.over.wait()
        finally:
            notify("STOPPING=1")
            for listener in self.listeners:
                listener.close()
            await self.server.close()
            await self.admin.close()
            await stop_all(self.host)


def version_text(number: int) -> str:
    """"9.0.0" of 9000000."""
    return f"{number // 1000000}.{number // 1000 % 1000}.{number % 1000}"


def config_path(options: Options, roots: Roots) -> Path:
    return options.config or roots.etc / "libvirtd.conf"


def apply_logging(logs: LogConfig, config: DaemonConfig, options: Options, roots: Roots) -> None:
    """Level, filters and outputs: the environment's (LIBVIRT_DEBUG, LIBVIRT_LOG_*) before the configuration's."""
    environ = os.environ
    level = level_named(environ.get("LIBVIRT_DEBUG", "")) or config.log_level
    logs.set_level(min(level, 2) if options.verbose else level)
    logs.set_filters(environ.get("LIBVIRT_LOG_FILTERS") or config.log_filters or "")
    outputs = environ.get("LIBVIRT_LOG_OUTPUTS") or config.log_outputs
    if not outputs:
        if options.daemon:
            roots.log.mkdir(parents=True, exist_ok=True)
        outputs = logs.default_outputs(options.daemon, roots.log / "libvirtd.log")
    logs.set_outputs(outputs)


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 0 after a regular end, 1 when it could not start, 2 for a wrong command line."""
    words = sys.argv[1:] if arguments is None else arguments
    if "--help" in words or "-h" in words:
        sys.stdout.write(USAGE)
        return 0
    if "--version" in words or "-V" in words:
        sys.stdout.write(f"purevirtd (libvirt) {version_text(LIBVIR_VERSION_NUMBER)}\n")
        return 0
    try:
        options = parse_options(words)
    except ValueError as e:
        sys.stderr.write(f"purevirtd: {e}\n{USAGE}")
        return 2
    readiness = fork_daemon() if options.daemon else Readiness(-1)
    try:
        return serve(options, readiness)
    except VirtError as e:
        sys.stderr.write(f"purevirtd: {e.explain()}\n")
        log.error("%s", e.message)
        return 1
    finally:
        readiness.tell(1)


def serve(options: Options, readiness: Readiness) -> int:
    if not options.session and os.geteuid() != 0:
        text = "the system daemon needs root; use --session"
        raise VirtError(ErrorCode.OPERATION_DENIED, text, ErrorDomain.NONE)
    raise_descriptor_limit(DESCRIPTORS)
    roots = session_roots(options.root) if options.session else system_roots(options.root)
    roots.run.mkdir(parents=True, exist_ok=True)
    config = read_config(config_path(options, roots), options.config is not None)
    logs = LogConfig()
    apply_logging(logs, config, options, roots)
    pid_file = PidFile(options.pid_file or (roots.run.parent if roots.privileged else roots.run) / "libvirtd.pid")
    pid_file.acquire()
    try:
        asyncio.run(_run(options, roots, config, logs, readiness))
    finally:
        pid_file.release()
        with contextlib.suppress(OSError):
            logs.close()
    return 0


async def _run(options: Options, roots: Roots, config: DaemonConfig, logs: LogConfig, readiness: Readiness) -> None:
    await Daemon(options, roots, config, logs).run(readiness)


if __name__ == "__main__":
    sys.exit(main())
