"""Running a conformance corpus: cases of a directory against our own engines.

A suite is a function `run(case, directory) -> str`: it returns the produced text, or raises VirtError where the case
expects a failure. Each module `purevirt.testing.corpus.NAME` offers `SUITES: dict[str, Suite]`; a suite that compares
in its own way offers an object with `check(case, directory) -> str | None` instead (None: passed, else the reason).
"""

from purevirt.testing.corpus.runner import Case, Result, Suite, run_suite, suites

__all__ = ["Case", "Result", "Suite", "run_suite", "suites"]
