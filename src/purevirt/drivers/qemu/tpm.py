"""Emulated TPMs: a guest's swtpm, from the manufacture of its TPM to the end of what it remembers.

swtpm gets its control socket as a listening descriptor, so that QEMU can connect at once and nobody waits for a path
to appear. It ends with QEMU's connection, even while no daemon runs.
"""

from __future__ import annotations

import os
from contextlib import suppress
from logging import getLogger
from typing import TYPE_CHECKING, Any

from purevirt.core.clock import wait_within
from purevirt.drivers.qemu import errors, tpm_programs
from purevirt.drivers.qemu.tpm_paths import TpmPaths
from purevirt.drivers.qemu.tpm_programs import TpmPrograms
from purevirt.errors import ErrorCode, VirtError
from purevirt.host import files, process
from purevirt.host.unix_socket import listen
from purevirt.model.domain.addresses_devices import devices_of

if TYPE_CHECKING:
    from purevirt.core.clock import Clock
    from purevirt.drivers.qemu.config import QemuConfig
    from purevirt.drivers.qemu.launch import HostResources
    from purevirt.drivers.qemu.paths import QemuPaths
    from purevirt.host.process import Credentials

log = getLogger("purevirt.qemu.tpm")

SETUP_S = 120.0
"""How long the making of a TPM may take: it makes keys, and certificates for them."""
CIPHER = "aes-256-cbc"
BANKS = ("sha1", "sha256", "sha384", "sha512")


def emulated(domain: Any) -> Any | None:
    """The guest's emulated TPM; there is at most one."""
    return next((tpm for tpm in devices_of(domain, "tpms") if tpm.backend.type == "emulator"), None)


class TpmEmulator:
    """The TPM of one run of one guest. `lock_fd` is kept open by swtpm: it marks what belongs to this start."""

    def __init__(self, domain: Any, tpm: Any, short_name: str, driver_paths: QemuPaths, config: QemuConfig, clock: Clock) -> None:
        paths = TpmPaths.of(driver_paths)
        self._name, self._uuid = str(domain.name), str(domain.uuid)
        self._backend = tpm.backend
        self._paths, self._config, self._clock = paths, config, clock
        self._log = paths.log_file(self._name)
        self._state = paths.state(self._uuid, self._backend.version)
        self.socket = paths.socket(short_name)
        self._pid_file = paths.pid_file(short_name)

    async def start(self, resources: HostResources, lock_fd: int, *, incoming: bool) -> process.Process:
        """Make the TPM when it is new, then start swtpm. VirtError says which of both failed and where to look."""
        programs = await tpm_programs.find()
        if programs is None:
            raise errors.unsupported(f"TPM version '{self._backend.version}' is not supported")
        passphrase = self._passphrase(resources, programs)
        credentials = self._config.swtpm_credentials
        is_new = self._make_directories(credentials)
        if not incoming:
            try:
                if is_new:
                    await self._manufacture(programs, passphrase, credentials)
                await self._choose_banks(programs, passphrase, credentials)
            except (VirtError, OSError):
                if is_new:
                    remove_state(self._paths, self._uuid)
                raise
        return self._spawn(programs, passphrase, credentials, lock_fd)

    def _passphrase(self, resources: HostResources, programs: TpmPrograms) -> bytes | None:
        """What encrypts the state, from the secret that the definition names."""
        encryption = self._backend.encryption
        if encryption is None:
            return None
        for program, features, feature in (
            (programs.setup, programs.setup_features, "cmdarg-pwdfile-fd"),
            (programs.swtpm, programs.swtpm_features, "cmdarg-pwd-fd"),
        ):
            if feature not in features:
                text = f"{program} does not support passing a passphrase using a file descriptor"
                raise VirtError(ErrorCode.ARGUMENT_UNSUPPORTED, text)
        return resources.secret(uuid=encryption.secret, usage=None, kind="vtpm")

    def _make_directories(self, credentials: Credentials | None) -> bool:
        """The directories; True when the TPM has no state yet."""
        uid, gid = (credentials.uid, credentials.gid) if credentials else (-1, -1)
        is_new = not self._state.exists()
        try:
            files.make_directory(self._paths.storage, 0o711)
            files.make_directory(self._paths.guest(self._uuid), 0o711)
            files.make_directory(self._state, 0o700, uid, gid)
            files.make_directory(self._paths.log, 0o730, uid, gid)
        except OSError as error:
            raise errors.internal(f"Could not create TPM directory {error.filename}: {error.strerror}") from error
        return is_new

    def _setup_arguments(self, programs: TpmPrograms) -> list[str]:
        return [programs.setup, *(["--tpm2"] if self._backend.version == "2.0" else [])]

    async def _manufacture(self, programs: TpmPrograms, passphrase: bytes | None, credentials: Credentials | None) -> None:
        """An endorsement key and certificates for it and for the platform; what is there already is never overwritten."""
        arguments = ["--vmid", f"{self._name}:{self._uuid}", "--logfile", str(self._log)]
        arguments += ["--createek", "--create-ek-cert", "--create-platform-cert", "--lock-nvram", "--not-overwrite"]
        await self._setup(programs, passphrase, credentials, arguments)

    async def _choose_banks(self, programs: TpmPrograms, passphrase: bytes | None, credentials: Credentials | None) -> None:
        """Activate the PCR banks that the definition lists, at every start."""
        chosen = self._backend.active_pcr_banks
        banks = [bank for bank in BANKS if chosen is not None and getattr(chosen, bank)]
        if not banks or self._backend.version != "2.0" or "cmdarg-reconfigure-pcr-banks" not in programs.setup_features:
            return
        arguments = ["--logfile", str(self._log), "--pcr-banks", ",".join(banks), "--reconfigure"]
        await self._setup(programs, passphrase, credentials, arguments)

    async def _setup(
        self, programs: TpmPrograms, passphrase: bytes | None, credentials: Credentials | None, arguments: list[str]
    ) -> None:
        """Run swtpm_setup to its end."""
        argv = self._setup_arguments(programs)
        with _Passphrase(passphrase, 1) as fds:
            if fds:
                argv += ["--pwdfile-fd", str(fds[0]), "--cipher", CIPHER]
            argv += ["--tpm-state", str(self._state), *arguments]
            try:
                program = process.spawn(argv, env=_environment(), pass_fds=fds, credentials=credentials)
            except OSError as error:
                raise errors.internal(f"Could not run '{argv[0]}': {error.strerror}") from error
        ended = False
        try:
            ended = await wait_within(self._clock, SETUP_S, program.exited)
        finally:
            if not ended:
                program.signal(9)
        status = program.exited.result() if ended else "timeout"
        if status != 0:
            raise VirtError(
                ErrorCode.INTERNAL_ERROR,
                f"Could not run '{argv[0]}'. exitstatus: {status}; Check error log '{self._log}' for details.",
            )

    def _spawn(
        self, programs: TpmPrograms, passphrase: bytes | None, credentials: Credentials | None, lock_fd: int
    ) -> process.Process:
        """Start swtpm on a socket that only the guest's user may connect to."""
        guests = self._config.credentials
        try:
            control = listen(self.socket, 0o600)
            if guests is not None:
                os.chown(self.socket, guests.uid, guests.gid)
        except OSError as error:
            raise errors.internal(f"unable to listen at '{self.socket}': {error.strerror}") from error
        argv = [programs.swtpm, "socket", "--ctrl", f"type=unixio,fd={control.fileno()}"]
        argv += ["--tpmstate", f"dir={self._state},mode=0600", "--log", f"file={self._log}", "--terminate"]
        if self._backend.version == "2.0":
            argv.append("--tpm2")
        with control, _Passphrase(passphrase, 2) as fds:
            if fds:
                argv += ["--key", f"pwdfd={fds[0]},mode={CIPHER}", "--migration-key", f"pwdfd={fds[1]},mode={CIPHER}"]
            try:
                program = process.spawn(
                    argv, env=_environment(), pass_fds=[control.fileno(), lock_fd, *fds], credentials=credentials
                )
            except OSError as error:
                raise errors.internal(f"Could not run '{argv[0]}': {error.strerror}") from error
        files.write_atomic(self._pid_file, f"{program.pid}\n".encode(), mode=0o644, durable=False)
        return program


class _Passphrase:
    """`with _Passphrase(value, n) as fds`: n pipes that each give the value once; none without a value."""

    def __init__(self, value: bytes | None, count: int) -> None:
        self._value, self._count = value, count
        self._fds: list[int] = []

    def __enter__(self) -> list[int]:
        for _ in range(self._count if self._value is not None else 0):
            reading, writing = os.pipe2(os.O_CLOEXEC)
            self._fds.append(reading)
            try:
                os.set_blocking(writing, False)  # a pipe holds far more than a passphrase; one that does not fit is an error
                os.write(writing, self._value or b"")
            finally:
                os.close(writing)
        return self._fds

    def __exit__(self, *_: object) -> None:
        while self._fds:
            os.close(self._fds.pop())


def _environment() -> dict[str, str]:
    """What the programs need: swtpm_setup looks for its settings under HOME when it is not root's."""
    wanted = ("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "XDG_CONFIG_HOME")
    return {"LC_ALL": "C", "PATH": "/usr/bin:/bin", **{name: os.environ[name] for name in wanted if name in os.environ}}


def forget_run(driver_paths: QemuPaths, short_name: str) -> None:
    """The run is over: what it had under /run goes; a swtpm that QEMU never connected to ends."""
    paths = TpmPaths.of(driver_paths)
    pid_file = paths.pid_file(short_name)
    socket = paths.socket(short_name)
    pid = process.pid_from_file(pid_file)
    if pid is not None and _serves(pid, paths):
        with suppress(ProcessLookupError):
            os.kill(pid, 15)
    for path in (socket, pid_file):
        path.unlink(missing_ok=True)


def _serves(pid: int, paths: TpmPaths) -> bool:
    """Whether the process is a swtpm with state of ours, not one that got the pid later."""
    start = b"dir=" + os.fsencode(paths.storage) + b"/"
    return any(word.startswith(start) for word in process.arguments(pid))


def settle_state(driver_paths: QemuPaths, domain: Any, *, remove: bool | None = None) -> None:
    """The guest is known no more: its TPM forgets everything, unless the definition makes it persistent.

    `remove` says otherwise than the definition: True always, False never.
    """
    tpm = emulated(domain)
    if tpm is not None and (not tpm.backend.persistent_state if remove is None else remove):
        remove_state(TpmPaths.of(driver_paths), str(domain.uuid))


def remove_state(paths: TpmPaths, uuid: str) -> None:
    """Forget everything that the guest's TPM knew."""
    try:
        files.remove_tree(paths.guest(uuid))
    except OSError as error:
        log.warning("cannot remove the TPM state %s: %s", error.filename, error.strerror)
