"""Reading and writing the 60-device guest in this process, and importing its document; prints {metric: seconds} as JSON.

Runs under the project's Python, without a daemon: `python -m benchmarks.documents`. Medians of CPU time, so that what else the
machine does counts little.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from benchmarks.guests import sixty

_IMPORT = (
    "import time; start = time.process_time()\n"
    "import purevirt.model.domain.document\n"
    "print(time.process_time() - start)"
)


def median(action: Callable[[], object], times: int) -> float:
    """CPU seconds of one call."""
    action()
    samples = []
    for _ in range(times):
        start = time.process_time()
        action()
        samples.append(time.process_time() - start)
    return statistics.median(samples)


def imported() -> float:
    """CPU seconds that a new interpreter needs to import the domain document, from bytecode."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run([sys.executable, "-c", _IMPORT], check=True, capture_output=True, text=True, env=environment)
    return float(done.stdout)


def measure() -> dict[str, float]:
    from purevirt.model._engine import FormatContext, ParseContext
    from purevirt.model.domain.document import Domain

    text, inactive, written = sixty("bench-sixty"), ParseContext(inactive=True), FormatContext(inactive=True)
    domain = Domain.from_xml(text, inactive)
    imported()  # writes the bytecode
    return {
        "parse_60": median(lambda: Domain.from_xml(text, inactive), 200),
        "format_60": median(lambda: domain.to_xml(written), 200),
        "import": statistics.median(imported() for _ in range(9)),
    }


if __name__ == "__main__":
    print(json.dumps(measure()))
