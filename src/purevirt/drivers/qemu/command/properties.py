"""Properties of QEMU devices, objects and backends, in both of QEMU's notations.

`Props` is an ordered dict of JSON values. `to_json` is what `-device '{…}'` and friends take; `to_commas` is the older
`driver,key=value` form, with commas in values doubled, switches as on/off, and nested objects flattened with dots.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

Props = dict[str, Any]


def props(*pairs: tuple[str, Any] | None, **named: Any) -> Props:
    """A property dict without the entries whose value is None."""
    result: Props = {}
    for pair in pairs:
        if pair is not None and pair[1] is not None:
            result[pair[0]] = pair[1]
    for key, value in named.items():
        if value is not None:
            result[key.rstrip("_").replace("__", "-")] = value
    return result


def to_json(value: Mapping[str, Any]) -> str:
    """Compact JSON in insertion order."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def escape_comma(value: str) -> str:
    """Double the commas, as QEMU's option parser wants."""
    return value.replace(",", ",,")


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return escape_comma(str(value))


def _ranges(numbers: Iterable[int]) -> list[str]:
    out: list[str] = []
    start = previous = None
    for number in sorted(numbers):
        if start is None:
            start = previous = number
        elif previous is not None and number == previous + 1:
            previous = number
        else:
            out.append(f"{start}-{previous}" if previous != start else f"{start}")
            start = previous = number
    if start is not None:
        out.append(f"{start}-{previous}" if previous != start else f"{start}")
    return out


def _flatten(prefix: str, value: Any, out: list[str]) -> None:
    if isinstance(value, Mapping):
        for key, item in value.items():
            _flatten(f"{prefix}.{key}" if prefix else key, item, out)
    elif isinstance(value, list):
        if value and all(isinstance(item, int) and not isinstance(item, bool) for item in value):
            out.extend(f"{prefix}={part}" for part in _ranges(value))
        else:
            for index, item in enumerate(value):
                if isinstance(item, Mapping) and list(item) == ["str"]:
                    out.append(f"{prefix}={_scalar(item['str'])}")
                else:
                    _flatten(f"{prefix}.{index}", item, out)
    else:
        out.append(f"{prefix}={_scalar(value)}")


def to_commas(value: Mapping[str, Any], first: str) -> str:
    """`value[first]` bare, the rest as key=value."""
    out = [_scalar(value[first])]
    for key, item in value.items():
        if key != first:
            _flatten(key, item, out)
    return ",".join(out)
