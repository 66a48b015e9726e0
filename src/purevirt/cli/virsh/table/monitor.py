"""Rows: what a domain is doing."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, alias, data, flag, number, text

ROWS = (
    Command(
        "domblkerror",
        "Show errors on block devices",
        "Show block device errors",
        (data("domain", "domain name, id or uuid", complete="domain-name active"),),
    ),
    Command(
        "domblkinfo",
        "domain block device size information",
        "Get block device size info for a domain.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            text("device", "block device", complete="domain-disk-target"),
            flag("human", "Human readable output"),
            flag("all", "display all block devices info"),
        ),
        exclusive=(("all", "device"),),
    ),
    Command(
        "domblklist",
        "list all domain blocks",
        "Get the summary of block devices for a domain.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            flag("inactive", "get inactive rather than running configuration"),
            flag("details", "additionally display the type and device value"),
        ),
    ),
    Command(
        "domblkstat",
        "get device block stats for a domain",
        "Get device block stats for a running domain. See man page or use --human for explanation of fields",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            text("device", "block device", complete="domain-disk-target", empty=True),
            flag("human", "print a more human readable output"),
        ),
    ),
    Command(
        "domcontrol",
        "domain control interface state",
        "Returns state of a control interface to the domain.",
        (data("domain", "domain name, id or uuid", complete="domain-name active"),),
    ),
    Command(
        "domif-getlink",
        "get link state of a virtual interface",
        "Get link state of a domain's virtual interface.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            data("interface", "interface device (MAC Address)", complete="domain-interface"),
            flag("config", "Get persistent interface state"),
            alias("persistent", "config"),
        ),
    ),
    Command(
        "domifaddr",
        "Get network interfaces' addresses for a running domain",
        "Get network interfaces' addresses for a running domain",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            text("interface", "network interface name", complete="domain-interface"),
            flag("full", "always display names and MACs of interfaces"),
            text("source", "address source: 'lease', 'agent', or 'arp'", complete="domain-interface-addr-source"),
        ),
    ),
    Command(
        "domiflist",
        "list all domain virtual interfaces",
        "Get the summary of virtual interfaces for a domain.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            flag("inactive", "get inactive rather than running configuration"),
        ),
    ),
    Command(
        "domifstat",
        "get network interface stats for a domain",
        "Get network interface stats for a running domain.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            data("interface", "interface device specified by name or MAC Address", complete="domain-interface"),
        ),
    ),
    Command(
        "dominfo",
        "domain information",
        "Returns basic information about the domain.",
        (data("domain", "domain name, id or uuid", complete="domain-name"),),
    ),
    Command(
        "dommemstat",
        "get memory statistics for a domain",
        "Get memory statistics for a running domain.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            number("period", "period in seconds to set collection", named=True),
            flag("config", "affect next boot"),
            flag("live", "affect running domain"),
            flag("current", "affect current domain"),
        ),
        exclusive=(("current", "live"), ("current", "config")),
    ),
    Command(
        "domstate",
        "domain state",
        "Returns state about a domain.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            flag("reason", "also print reason for the state"),
        ),
    ),
    Command(
        "domtime",
        "domain time",
        "Gets or sets the domain's system time",
        (
            data("domain", "domain name, id or uuid", complete="domain-name active"),
            flag("now", "set to the time of the host running virsh"),
            flag("pretty", "print domain's time in human readable form"),
            flag("sync", "instead of setting given time, synchronize from domain's RTC"),
            number("time", "time to set"),
        ),
        exclusive=(("time", "now"), ("time", "sync"), ("now", "sync")),
    ),
)
