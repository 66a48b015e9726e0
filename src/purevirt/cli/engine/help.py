"""Help pages from the rows: all groups, one group, one command."""

from __future__ import annotations

from purevirt.cli.engine.table import Command, Group, Option, Table


def command_page(row: Command) -> str:
    """NAME, SYNOPSIS, DESCRIPTION, OPTIONS."""
    out = [f"  NAME\n    {row.name} - {row.summary}\n", f"\n  SYNOPSIS\n    {synopsis(row)}\n"]
    if row.description:
        out.append(f"\n  DESCRIPTION\n    {row.description}\n")
    shown = [o for o in row.options if o.kind != "alias"]
    if shown:
        out.append("\n  OPTIONS\n")
        plain_words = True
        for option in shown:
            out.append(f"    {_left(option, plain_words):<15}  {option.help}\n")
            plain_words = plain_words and _keeps_words_plain(option)
    return "".join(out) + "\n"


def synopsis(row: Command) -> str:
    """The one-line form."""
    out = [row.name]
    plain_words = True
    for option in row.options:
        name = option.name
        if option.kind == "flag":
            out.append(f"[--{name}]")
        elif option.kind == "number":
            out.append(f"<{name}>" if option.required else f"[--{name} <number>]")
        elif option.kind == "text":
            out.append(f"[--{name} <string>]")
        elif option.kind == "data":
            out.append(f"<{name}>")
        elif option.kind == "many":
            word = f"<{name}>" if plain_words else f"[--{name}] <string>"
            if option.required:
                out.append(f"{word}..." if plain_words else f"{{{word}}}...")
            else:
                out.append(f"[{word}]...")
        plain_words = plain_words and _keeps_words_plain(option)
    return " ".join(out)


def _keeps_words_plain(option: Option) -> bool:
    """Whether a `many` option behind this one is still shown without its name (nothing else takes bare words)."""
    return option.kind in ("flag", "alias") or (option.kind == "number" and option.required)


def _left(option: Option, plain_words: bool) -> str:
    name = option.name
    if option.kind == "flag":
        return f"--{name}"
    if option.kind == "number":
        return f"[--{name}] <number>" if option.required else f"--{name} <number>"
    if option.kind == "text":
        return f"--{name} <string>"
    if option.kind == "many" and plain_words:
        return f"<{name}>"
    return f"[--{name}] <string>"


def group_page(table: Table, group: Group) -> str:
    """The commands of one group; ends without a blank line."""
    return f" {group.title} (help keyword '{group.keyword}'):\n" + _members(table, group)


def _members(table: Table, group: Group) -> str:
    return "".join(f"    {row.name:<30} {row.summary}\n" for row in table.rows(group) if not row.hidden)


def all_groups(table: Table) -> str:
    """What `help` prints."""
    return "Grouped commands:\n\n" + "".join(group_page(table, group) + "\n" for group in table.groups)


def usage(table: Table, program: str, options: str) -> str:
    """What --help prints."""
    out = [
        f"\n{program} [options]... [<command_string>]\n{program} [options]... <command> [args...]\n\n  options:\n{options}",
        "  commands (non interactive mode):\n\n",
    ]
    for group in table.groups:
        out.append(f" {group.title} (help keyword '{group.keyword}')\n" + _members(table, group) + "\n")
    out.append(
        "\n  (specify help <group> for details about the commands in the group)\n"
        "\n  (specify help <command> for details about the command)\n\n"
    )
    return "".join(out)
