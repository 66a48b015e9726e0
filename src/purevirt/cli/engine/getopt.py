"""The program's own options, read as getopt_long reads them: up to the first word that is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from purevirt.cli.engine.lexer import SyntaxProblem


@dataclass(frozen=True, slots=True)
class Global:
    """One program option; `argument` says whether it takes one."""

    short: str
    long: str
    argument: Literal["none", "required", "optional"] = "none"


@dataclass(frozen=True, slots=True)
class Given:
    """An option as it was given; `short` is empty for one that has only a long name."""

    option: Global
    value: str | None


def read(options: Sequence[Global], argv: Sequence[str]) -> tuple[list[Given], list[str]]:
    """The options in their order and the words behind them. Raises SyntaxProblem."""
    given: list[Given] = []
    i = 0
    while i < len(argv):
        word = argv[i]
        if word == "--":
            return given, list(argv[i + 1 :])
        if not word.startswith("-") or word == "-":
            break
        i += 1
        if word.startswith("--"):
            i = _long(options, word, argv, i, given)
        else:
            i = _shorts(options, word, argv, i, given)
    return given, list(argv[i:])


def _long(options: Sequence[Global], word: str, argv: Sequence[str], i: int, given: list[Given]) -> int:
    name, equals, value = word[2:].partition("=")
    found = [o for o in options if o.long == name] or [o for o in options if o.long and o.long.startswith(name)]
    if len(found) != 1:
        raise SyntaxProblem(f"unsupported option '{word}'. See --help.")
    option = found[0]
    if option.argument == "none":
        if equals:
            raise SyntaxProblem(f"unsupported option '-{option.short}'. See --help.")
        given.append(Given(option, None))
    elif equals or option.argument == "optional":
        given.append(Given(option, value if equals else None))
    elif i < len(argv):
        given.append(Given(option, argv[i]))
        return i + 1
    else:
        raise _no_argument(option)
    return i


def _shorts(options: Sequence[Global], word: str, argv: Sequence[str], i: int, given: list[Given]) -> int:
    letters = word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        option = next((o for o in options if o.short == letter), None)
        if option is None:
            raise SyntaxProblem(f"unsupported option '-{letter}'. See --help.")
        if option.argument == "none":
            given.append(Given(option, None))
        elif letters:
            given.append(Given(option, letters))
            break
        elif i < len(argv):
            given.append(Given(option, argv[i]))
            i += 1
        else:
            raise _no_argument(option)
    return i


def _no_argument(option: Global) -> SyntaxProblem:
    if option.short and option.long:
        return SyntaxProblem(f"option '-{option.short}'/'--{option.long}' requires an argument")
    return SyntaxProblem(f"option '-{option.short or '-' + option.long}' requires an argument")
