"""Corpus suite qemuxml2argv: a definition to the command that starts it, in the world of the manifest."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

from purevirt.drivers.qemu.addresses.assign import assign_addresses
from purevirt.drivers.qemu.command.build import build_command
from purevirt.drivers.qemu.command.context import CommandContext, Tap
from purevirt.drivers.qemu.command.graphics import wanted_ports
from purevirt.drivers.qemu.pool_volume import translate_volume
from purevirt.drivers.qemu.postparse import post_parse
from purevirt.drivers.qemu.validate import validate
from purevirt.errors import ErrorCode, VirtError
from purevirt.model._engine import ParseContext
from purevirt.model.domain.document import Domain
from purevirt.model.storage_pool import StoragePool
from purevirt.testing.corpus.qemu_world import make_world
from purevirt.types.aes import encrypt_cbc


class FakeResources:
    """The descriptors and answers that the manifest fixes."""

    def listen_socket(self, path: str) -> int | None:
        return 1729

    def require_nodes(self, nodes: list[int]) -> None:
        """The host that the cases are written for has eight nodes."""
        if missing := sorted(set(nodes) - set(range(8))):
            raise VirtError(ErrorCode.INTERNAL_ERROR, f"Mock: no numa node set is available at bit {missing[0]}")

    def open_output(self, path: str, *, append: bool | None, log: bool) -> int | None:
        return 1751 if log else 1750

    def tap(self, interface: Any) -> Tap:
        queues = interface.driver.queues or 1 if interface.driver is not None else 1
        virtio = interface.model is not None and (interface.model.type or "").startswith("virtio")
        return Tap("vnet0", tuple(range(3, 3 + queues)), tuple(range(44, 44 + queues)) if virtio else ())

    def __init__(self, case: dict[str, Any], directory: Path) -> None:
        self._case, self._directory = case, directory

    def slirp_fd(self, interface: Any) -> int | None:
        return None

    def volume_source(self, disk: Any) -> tuple[Any, str]:
        source = disk.source
        path = self._directory.parent / "common" / "storagepoolxml2xmlout" / f"{source.pool}.xml"
        if not path.exists():
            raise VirtError(ErrorCode.NO_STORAGE_POOL, f"no storage pool with matching name '{source.pool}'")
        pool = StoragePool.from_xml(path.read_text(encoding="utf-8"))
        kind = source.volume.partition("+")[0] if "+" in source.volume else "block"
        return translate_volume(source, pool, kind, f"/some/{kind}/device/{source.volume}")

    def vdpa_fd(self, path: str) -> int:
        return 1732

    def vhost_scsi_fd(self, hostdev: Any) -> int:
        return 3

    def scsi_device(self, hostdev: Any) -> str:
        return "/dev/sg0"

    def tpm_fds(self, path: str) -> tuple[int, int] | None:
        return 1730, 1731

    def tpm_socket(self, tpm: Any) -> str:
        return "/dev/test"

    def virtiofs_socket(self, filesystem: Any) -> str:
        return f"/tmp/lib/domain-{self._case['short']}/{filesystem.alias.name}-fs.sock"

    def vhost_user_fd(self, device: Any) -> int:
        return 1729

    def fd_group(self, name: str) -> list[int]:
        return list(self._case["fd_groups"][name])

    def vsock(self, vsock: Any) -> tuple[int, int]:
        cid = vsock.cid
        return 6789, 42 if cid is None or cid.auto or not cid.address else cid.address

    def secret(self, *, uuid: str | None, usage: str | None, kind: str) -> bytes:
        known = usage in ("mycluster_myname", "client.admin secret")
        if uuid is None and not known and not (kind == "volume" and (usage or "").startswith("/storage/guest_disks/")):
            raise VirtError(ErrorCode.NO_SECRET, f"Secret not found: no secret with matching usage '{usage}'")
        return b"AQCVn5hO6HzFAhAAq0NCv8jtJcIcE+HOBlMQ1A"

    def encrypt(self, value: bytes) -> tuple[str, str]:
        iv = bytes(range(16))
        return b64encode(encrypt_cbc(bytes(range(32)), iv, value)).decode(), b64encode(iv).decode()

    def is_host_cdrom(self, path: str) -> bool:
        return path == "/dev/cdrom"


def run(case: dict[str, Any], directory: Path) -> str:
    """Parse, complete, check, build, print."""
    world = make_world(case, directory, with_arch=True)
    text = (directory / case["input"]).read_text(encoding="utf-8")
    domain = Domain.from_xml(text, ParseContext(inactive=True))
    context = world.context(inactive=True)
    post_parse(domain, context)
    validate(domain, context)
    assign_addresses(domain, context.caps, new_domain=True)
    for item in domain.devices.graphics if domain.devices is not None else ():
        # Nobody listens: the ports are the first there are.
        plain, secure = wanted_ports(item, world.settings)
        if item.type == "spice" and plain:
            item.port = 5901
        if item.type == "spice" and secure:
            item.tls_port = 5902
    short = f"-1-{(domain.name or '')[:20]}"
    incoming = case.get("migrate_from")
    if incoming == "stdio":
        incoming = f"fd:{case['migrate_fd']}"
    built = build_command(
        domain,
        CommandContext(
            caps=context.caps,
            resources=FakeResources(case | {"short": short}, directory),  # type: ignore[arg-type]
            settings=world.settings,
            short_name=short,
            lib_dir=f"/tmp/lib/domain-{short}",
            environment={"PATH": "/bin", "USER": "test", "LOGNAME": "test"},
            host_arch=case.get("host_arch", "x86_64"),
            host_cpu=context.host.host_cpu,
            auto_nodeset=frozenset(range(4)),
            monitor_fd=1729,
            incoming=incoming,
            channel_target_dir=f"/tmp/channel/domain-{short}",
            firmware=context.host.firmware_descriptors,
            random_bytes=context.host.random_bytes,
            now=1234567890,
            local_offset_s=-1800,
            render_node="/dev/dri/foo",
        ),
    )
    # The frame joins the broken lines of the expected text; do the same here.
    return built.render().replace("\\\n", "")


SUITES = {"qemuxml2argv": run}
