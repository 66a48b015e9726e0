"""Rows: a domain's definition, names and metadata."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, data, flag, many, text

ROWS = (
    Command(
        "autostart",
        "autostart a domain",
        "Configure a domain to be automatically started at boot.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name persistent"),
            flag("disable", "disable autostarting"),
        ),
    ),
    Command(
        "define",
        "define (but don't start) a domain from an XML file",
        "Define a domain.",
        (
            data("file", "file containing an XML domain description", complete="complete-path-local-existing"),
            flag("validate", "validate the XML against the schema"),
        ),
    ),
    Command(
        "desc",
        "show or set domain's description or title",
        "Allows setting or modifying the description or title of a domain.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            flag("live", "modify/get running state"),
            flag("config", "modify/get persistent configuration"),
            flag("current", "modify/get current state configuration"),
            flag("title", "modify/get the title instead of description"),
            flag("edit", "open an editor to modify the description"),
            many("new-desc", "message"),
        ),
        exclusive=(("current", "live"), ("current", "config")),
    ),
    Command(
        "domid",
        "convert a domain name or UUID to domain id",
        "",
        (data("domain", "domain name or uuid", complete="domain-name active"),),
    ),
    Command(
        "domname",
        "convert a domain id or UUID to domain name",
        "",
        (data("domain", "domain id or uuid", complete="domain-uuid"),),
    ),
    Command(
        "domrename",
        "rename a domain",
        "Rename an inactive domain.",
        (
            data("domain", "domain name or uuid", complete="domain-name inactive"),
            data("new-name", "new domain name", complete="complete-empty"),
        ),
    ),
    Command(
        "domuuid",
        "convert a domain name or id to domain UUID",
        "",
        (data("domain", "domain id or name", complete="domain-name"),),
    ),
    Command(
        "domxml-from-native",
        "Convert native config to domain XML",
        "Convert native guest configuration format to domain XML format.",
        (
            data("format", "source config data format"),
            data("config", "config data file to import from", complete="complete-path-local-existing"),
        ),
    ),
    Command(
        "domxml-to-native",
        "Convert domain XML to native config",
        "Convert domain XML config to a native guest configuration format.",
        (
            data("format", "target config data type format"),
            text("domain", "domain name, id or uuid", complete="domain-name", named=True),
            text("xml", "xml data file to export from", complete="complete-path-local-existing"),
        ),
        exclusive=(("domain", "xml"),),
    ),
    Command(
        "dumpxml",
        "domain information in XML",
        "Output the domain information as an XML dump to stdout.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            flag("inactive", "show inactive defined XML"),
            flag("security-info", "include security sensitive information in XML dump"),
            flag("update-cpu", "update guest CPU according to host CPU"),
            flag("migratable", "provide XML suitable for migrations"),
            text("xpath", "xpath expression to filter the XML document", complete="complete-empty", named=True),
            flag("wrap", "wrap xpath results in an common root element"),
        ),
    ),
    Command(
        "edit",
        "edit XML configuration for a domain",
        "Edit the XML configuration for a domain.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            flag("skip-validate", "skip validation of the XML against the schema"),
        ),
    ),
    Command(
        "metadata",
        "show or set domain's custom XML metadata",
        "Shows or modifies the XML metadata of a domain.",
        (
            data("domain", "domain name, id or uuid", complete="domain-name"),
            data("uri", "URI of the namespace"),
            flag("live", "modify/get running state"),
            flag("config", "modify/get persistent configuration"),
            flag("current", "modify/get current state configuration"),
            flag("edit", "use an editor to change the metadata"),
            text("key", "key to be used as a namespace identifier"),
            text("set", "new metadata to set", complete="complete-empty"),
            flag("remove", "remove the metadata corresponding to an uri"),
        ),
        exclusive=(("edit", "set"), ("remove", "set"), ("remove", "edit"), ("current", "live"), ("current", "config")),
    ),
)
