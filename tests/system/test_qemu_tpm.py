"""Emulated TPMs on a real swtpm and a real QEMU: made once, remembered between runs, forgotten with the guest."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from purevirt.core.clock import SystemClock
from purevirt.drivers.qemu import documents, tpm_programs
from purevirt.drivers.qemu.config import QemuConfig
from purevirt.drivers.qemu.launch import HostResources
from purevirt.drivers.qemu.paths import QemuPaths
from purevirt.drivers.qemu.state import QemuState
from purevirt.drivers.qemu.tpm import TpmEmulator, emulated
from purevirt.drivers.qemu.tpm_programs import TpmPrograms
from purevirt.errors import VirtError
from purevirt.host import process
from purevirt.host.roots import system_roots
from purevirt.types import constants as C

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not all(shutil.which(name) for name in ("qemu-system-x86_64", "swtpm", "swtpm_setup", "openssl")),
    reason="needs root, qemu-system-x86_64, swtpm, swtpm_setup and openssl",
)
UUID = "5b6a8c50-1f1c-4d4e-9d8c-7f5c1a2b3c4d"
XML = f"""<domain type='qemu'><name>g</name><uuid>{UUID}</uuid><memory unit='MiB'>64</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type></os>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
<tpm model='tpm-tis'><backend type='emulator' version='2.0'BACKEND</tpm></devices></domain>"""
PLAIN = "/>"
CMD_INIT = (2).to_bytes(4, "big") + bytes(4)
"""swtpm's control command that starts the TPM, without flags."""
PERSISTENT = " persistent_state='yes'><active_pcr_banks><sha256/><sha384/></active_pcr_banks></backend>"


AUTHORITY = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=test -keyout signkey.pem -out issuercert.pem"


@pytest.fixture
def root(open_root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A root with a certificate authority of its own, so that the host's is left alone; its programs end with it."""
    authority = open_root / "authority"
    authority.mkdir()
    subprocess.run(["openssl", *AUTHORITY.split()], cwd=authority, check=True, capture_output=True)
    settings = {"statedir": ".", "signingkey": "signkey.pem", "issuercert": "issuercert.pem", "certserial": "certserial"}
    (authority / "localca.conf").write_text("".join(f"{name} = {authority / value}\n" for name, value in settings.items()))
    (authority / "options").write_text("--platform-manufacturer purevirt\n--platform-version 1\n--platform-model test\n")
    (authority / "swtpm_setup.conf").write_text(
        f"create_certs_tool = {shutil.which('swtpm_localca')}\ncreate_certs_tool_config = {authority}/localca.conf\n"
        f"create_certs_tool_options = {authority}/options\nactive_pcr_banks = sha256\n"
    )
    monkeypatch.setenv("XDG_CONFIG_HOME", str(authority))
    (open_root / "etc/libvirt").mkdir(parents=True)
    (open_root / "etc/libvirt/qemu.conf").write_text('swtpm_user = "root"\nswtpm_group = "root"\n')
    yield open_root
    run = open_root / "run/libvirt/qemu"
    for path in (run / "g.pid", *(run / "swtpm").glob("*.pid")):
        if (pid := process.pid_from_file(path)) is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, 9)


@asynccontextmanager
async def driver_in(root: Path) -> AsyncIterator[tuple[QemuState, Any]]:
    """The driver, as after a start of the daemon."""
    state = QemuState(system_roots(root))
    await state.load()
    try:
        yield state, state.driver_for(None)  # type: ignore[arg-type]
    finally:
        await state.stop()


def within(seconds: float, scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(scenario, seconds))


def tpm_files(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root / "lib/libvirt/swtpm").glob(f"{UUID}/tpm2/*.permall")}


async def start(driver: Any, backend: str) -> Any:
    ref = await driver.call("domain_define_xml_flags", XML.replace("BACKEND", backend), 0)
    return await driver.call("domain_create_with_flags", ref, 0)


def test_life_of_an_emulated_tpm(root: Path) -> None:
    log = root / "log/swtpm/libvirt/qemu/g-swtpm.log"
    run_files = root / "run/libvirt/qemu/swtpm"

    async def life() -> None:
        async with driver_in(root) as (state, driver):
            ref = await start(driver, PLAIN)
            vm = state.find(ref)
            (emulator,) = vm.require_active().helpers
            assert sorted(os.listdir(run_files)) == ["1-g-swtpm.pid", "1-g-swtpm.sock"]
            (tpm,) = await vm.require_monitor().execute("query-tpm")
            assert (tpm["model"], tpm["options"]["type"]) == ("tpm-tis", "emulator")
            await driver.call("domain_destroy", ref)
            await asyncio.wait_for(emulator.exited, 10)
            assert os.listdir(run_files) == []
            assert list(tpm_files(root)) == ["tpm2-00.permall"]
            await start(driver, PERSISTENT)
            assert log.read_text().count("Starting vTPM manufacturing") == 1, "a TPM is made once"
            assert "Successfully activated PCR banks sha256,sha384" in log.read_text()
        async with driver_in(root) as (state, driver):
            vm = next(iter(state.vms))
            async with vm.jobs.job():
                assert vm.state == C.VIR_DOMAIN_RUNNING
            (pid_file,) = run_files.glob("*.pid")
            emulator = process.find(process.pid_from_file(pid_file) or 0)
            assert emulator is not None, "it serves on without a daemon"
            await driver.call("domain_destroy", vm.ref)
            await asyncio.wait_for(emulator.exited, 10)
            assert os.listdir(run_files) == []
            with pytest.raises(VirtError, match="cannot both keep and delete TPM"):
                await driver.call("domain_undefine_flags", vm.ref, C.VIR_DOMAIN_UNDEFINE_TPM | C.VIR_DOMAIN_UNDEFINE_KEEP_TPM)
            await driver.call("domain_undefine", vm.ref)
            assert tpm_files(root), "a persistent TPM outlives the definition"
            for flags, kept in ((C.VIR_DOMAIN_UNDEFINE_KEEP_TPM, True), (0, False)):
                ref = await driver.call("domain_define_xml_flags", XML.replace("BACKEND", PLAIN), 0)
                await driver.call("domain_undefine_flags", ref, flags)
                assert bool(tpm_files(root)) == kept

    within(120, life())


def test_a_tpm_that_cannot_be_made_leaves_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = TpmPrograms("/usr/bin/swtpm", "/bin/false", frozenset(), frozenset({"tpm-2.0"}))
    resources = HostResources(bytes(32))

    async def find() -> TpmPrograms:
        return broken

    monkeypatch.setattr(tpm_programs, "find", find)

    async def attempt() -> None:
        config, paths = QemuConfig(), QemuPaths(system_roots(root), system_roots(root).driver("qemu"))
        document = documents.parse_inactive(XML.replace("BACKEND", PLAIN))
        emulator = TpmEmulator(document, emulated(document), "1-g", paths, config, SystemClock())
        with pytest.raises(VirtError) as caught:
            await emulator.start(resources, 0, incoming=False)
        log = root / "log/swtpm/libvirt/qemu/g-swtpm.log"
        wanted = f"Could not run '/bin/false'. exitstatus: 1; Check error log '{log}' for details."
        assert caught.value.message == f"internal error: {wanted}"
        assert not (root / "lib/libvirt/swtpm" / UUID).exists()

    within(30, attempt())


def test_the_state_of_a_tpm_is_encrypted_with_the_secret(root: Path) -> None:
    """swtpm_setup and swtpm read the same passphrase; another one does not open the state."""
    secret = "<encryption secret='12345678-1234-4321-aaaa-123456789012'/>"

    class Secrets(HostResources):
        def __init__(self, value: bytes) -> None:
            super().__init__(bytes(32))
            self.value = value

        def secret(self, *, uuid: str | None, usage: str | None, kind: str) -> bytes:
            assert (uuid, usage, kind) == ("12345678-1234-4321-aaaa-123456789012", None, "vtpm")
            return self.value

    async def life() -> None:
        (root / "run/libvirt/qemu/swtpm").mkdir(parents=True)
        paths = QemuPaths(system_roots(root), system_roots(root).driver("qemu"))
        document = documents.parse_inactive(XML.replace("BACKEND", f">{secret}</backend>"))
        emulator = TpmEmulator(document, emulated(document), "1-g", paths, QemuConfig(), SystemClock())
        program = await emulator.start(Secrets(b"first"), 0, incoming=False)
        program.signal(15)
        await program.exited
        (made,) = tpm_files(root).values()
        again = await emulator.start(Secrets(b"other"), 0, incoming=False)
        reader, writer = await asyncio.open_unix_connection(str(emulator.socket))
        writer.write(CMD_INIT)
        answer = await asyncio.wait_for(reader.read(4), 10)
        writer.close()
        again.signal(15)
        await again.exited
        assert int.from_bytes(answer, "big") != 0
        assert list(tpm_files(root).values()) == [made]

    within(60, life())


def test_a_start_checks_again_what_the_host_can_give(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The definition was fine when it was made; since then the host's programs have changed."""

    async def life() -> None:
        async with driver_in(root) as (state, driver):
            ref = await driver.call("domain_define_xml_flags", XML.replace("BACKEND", PLAIN), 0)

            async def none() -> None:
                return None

            monkeypatch.setattr(tpm_programs, "find", none)
            monkeypatch.setattr(tpm_programs, "known", lambda: None)
            with pytest.raises(VirtError, match=r"TPM version '2\.0' is not supported"):
                await driver.call("domain_create_with_flags", ref, 0)
            assert not state.find(ref).is_active

    within(60, life())
