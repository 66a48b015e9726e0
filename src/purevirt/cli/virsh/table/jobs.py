"""Rows: domain jobs and the dirty rate."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, data, flag, number, text

ROWS = (
    Command(
        "domjobabort",
        "abort active domain job",
        "Aborts the currently running domain job",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            flag("postcopy", "interrupt post-copy migration"),
        ),
    ),
    Command(
        "domjobinfo",
        "domain job information",
        "Returns information about jobs running on a domain.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            flag("completed", "return statistics of a recently completed job"),
            flag("keep-completed", "don't destroy statistics of a recently completed job when reading"),
            flag("anystats", "print statistics for any kind of job (even failed ones)"),
            flag("rawstats", "print the raw data returned by libvirt"),
        ),
        requires=(("keep-completed", "completed"),),
    ),
    Command(
        "domdirtyrate-calc",
        "Calculate a vm's memory dirty rate",
        (
            "Calculate memory dirty rate of a domain in order to decide whether it's proper to be migrated out "
            "or not.\nThe calculated dirty rate information is available by calling 'domstats --dirtyrate'."
        ),
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            number(
                "seconds",
                (
                    "calculate memory dirty rate within specified seconds, the supported value range from 1 to 60, "
                    "default to 1."
                ),
            ),
            text(
                "mode",
                (
                    "dirty page rate calculation mode, either of these 3 options 'page-sampling, dirty-bitmap, "
                    "dirty-ring' can be specified."
                ),
                complete="domain-dirty-rate-calc-mode",
            ),
        ),
    ),
)
