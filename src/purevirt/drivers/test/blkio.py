"""Block I/O: weights and limits of host devices for the whole guest, limits of single disks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from purevirt.drivers.test import errors
from purevirt.drivers.test.devices import find_disk
from purevirt.drivers.test.tuning import answer
from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model.domain.disk import IoTune
from purevirt.model.domain.tune import BlkioDevice, Blkiotune
from purevirt.protocol import remote as p
from purevirt.types import constants as C
from purevirt.types.arguments import check_params
from purevirt.types.typed_params import STRING, UINT, ULLONG, ParamList, TypedParam, to_dict

if TYPE_CHECKING:
    from purevirt.drivers.test.host import TestHost
    from purevirt.model.domain.document import Domain

_AFFECT = C.VIR_DOMAIN_AFFECT_LIVE | C.VIR_DOMAIN_AFFECT_CONFIG
_DEVICE = {
    "device_weight": "weight",
    "device_read_iops_sec": "read_iops_sec",
    "device_write_iops_sec": "write_iops_sec",
    "device_read_bytes_sec": "read_bytes_sec",
    "device_write_bytes_sec": "write_bytes_sec",
}
"""Parameter → field of a device."""
_LIMITS = ("total_bytes_sec", "read_bytes_sec", "write_bytes_sec", "total_iops_sec", "read_iops_sec", "write_iops_sec")
_THROTTLE = (
    *_LIMITS,
    *(f"{name}_max" for name in _LIMITS),
    "size_iops_sec",
    "group_name",
    *(f"{name}_max_length" for name in _LIMITS),
)
_MOST = 10**15


class BlkioFacet:
    """virDomain*BlkioParameters."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    async def domain_get_blkio_parameters(
        self, dom: p.NonnullDomain, nparams: int, flags: int
    ) -> p.DomainGetBlkioParametersRet:
        flags = errors.check_getter(flags, _AFFECT, "testDomainGetBlkioParameters")
        tune = self._host.guest(dom).one(flags).blkiotune
        devices = tune.devices if tune is not None else []
        out = ParamList().uint("weight", (tune.weight if tune is not None else None) or 0)
        for name, field in _DEVICE.items():
            values = [f"{device.path},{getattr(device, field)}" for device in devices if getattr(device, field)]
            out.string(name, ",".join(values))
        ret: p.DomainGetBlkioParametersRet = answer(out, nparams, p.DomainGetBlkioParametersRet)
        return ret

    async def domain_set_blkio_parameters(self, dom: p.NonnullDomain, params: list[TypedParam], flags: int) -> None:
        errors.check_flags(flags, _AFFECT, "testDomainSetBlkioParameters")
        check_params(params, {"weight": UINT, **dict.fromkeys(_DEVICE, STRING)})
        documents = self._host.guest(dom).targets(flags)
        given = to_dict(params)
        changes = [(_DEVICE[name], _device_values(name, str(value))) for name, value in given.items() if name in _DEVICE]
        for document in documents:
            tune = document.blkiotune = document.blkiotune or Blkiotune()
            if "weight" in given:
                tune.weight = int(given["weight"])
            for field, values in changes:
                _merge(tune, field, values)


def _device_values(name: str, text: str) -> dict[str, int]:
    """Path → value of "PATH,VALUE,PATH,VALUE…"."""
    parts = text.split(",") if text else []
    if len(parts) % 2:
        message = f"unable to parse blkio device '{name}' '{text}'"
        raise VirtError(ErrorCode.INVALID_ARG, message, ErrorDomain.DOMAIN)
    found = {}
    for path, value in zip(parts[::2], parts[1::2], strict=True):
        if not value.isascii() or not value.isdigit():
            message = f"invalid value '{value}' for parameter '{name}' of device '{path}'"
            raise VirtError(ErrorCode.INVALID_ARG, message, ErrorDomain.DOMAIN)
        found[path] = int(value)
    return found


def _merge(tune: Blkiotune, field: str, values: dict[str, int]) -> None:
    known = {device.path: device for device in tune.devices}
    for path, value in values.items():
        device = known.get(path)
        if device is None:
            device = known[path] = BlkioDevice(path=path)
            tune.devices.append(device)
        setattr(device, field, value)
    tune.devices = [device for device in tune.devices if any(getattr(device, name) for name in _DEVICE.values())]


class ThrottleFacet:
    """virDomain*BlockIoTune."""

    def __init__(self, host: TestHost) -> None:
        self._host = host

    async def domain_get_block_io_tune(
        self, dom: p.NonnullDomain, disk: str | None, nparams: int, flags: int
    ) -> p.DomainGetBlockIoTuneRet:
        flags = errors.check_getter(flags, _AFFECT, "testDomainGetBlockIoTune")
        guest = self._host.guest(dom)
        out = ParamList()
        tune = _disk(guest.one(flags), disk).iotune
        for name in _THROTTLE:
            value = getattr(tune, name) if tune is not None else None
            if name == "group_name":
                out.string(name, value or "")
            else:
                out.ullong(name, value or 0)
        ret: p.DomainGetBlockIoTuneRet = answer(out, nparams, p.DomainGetBlockIoTuneRet)
        return ret

    async def domain_set_block_io_tune(
        self, dom: p.NonnullDomain, disk: str, params: list[TypedParam], flags: int
    ) -> None:
        errors.check_flags(flags, _AFFECT, "testDomainSetBlockIoTune")
        check_params(params, {name: STRING if name == "group_name" else ULLONG for name in _THROTTLE})
        documents = self._host.guest(dom).targets(flags)
        given = to_dict(params)
        disks = [find_disk(document, disk) for document in documents]
        if None in disks:
            raise errors.bad_argument(f"missing persistent configuration for disk '{disk}'")
        _check_throttle(given)
        for its in disks:
            tune = its.iotune or IoTune()
            for name, value in given.items():
                setattr(tune, name, value)
            its.iotune = tune


def _disk(document: Domain, name: str | None) -> Any:
    found = find_disk(document, name or "")
    if found is None:
        raise errors.bad_argument(f"disk '{name}' was not found in the domain config")
    return found


def _check_throttle(given: dict[str, Any]) -> None:
    for value in given.values():
        if isinstance(value, int) and value > _MOST:
            text = f"block I/O throttle limit value must be no more than {_MOST}"
            raise VirtError(ErrorCode.ARGUMENT_UNSUPPORTED, text, errors.FROM)
    for what in ("bytes_sec", "iops_sec"):
        for suffix in ("", "_max"):
            if given.get(f"total_{what}{suffix}") and (
                given.get(f"read_{what}{suffix}") or given.get(f"write_{what}{suffix}")
            ):
                raise errors.bad_argument(f"total and read/write of {what}{suffix} cannot be set at the same time")
    for name in _LIMITS:
        if given.get(name, 0) > given.get(f"{name}_max", 0):
            raise errors.bad_argument(f"{name} cannot be set higher than {name}_max ")
