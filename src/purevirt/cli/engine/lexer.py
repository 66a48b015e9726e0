"""Words from a command string or an argument list.

Rules of the shell-like string form: blanks separate words; `;` and newline end a command; `'…'` keeps everything, `"…"`
everything but a backslash escape; a backslash takes the next character as it is, and backslash newline vanishes; `#` at
the start of a word begins a comment up to the end of the line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence


class SyntaxProblem(Exception):
    """A command line that cannot be read; each argument is a line the user sees behind "error: "."""


class End:
    """The end of one command within a line."""


END = End()


def split_string(line: str) -> Iterator[str | End]:
    """The words of `line`; an END after each command."""
    i, n = 0, len(line)
    while i < n:
        while i < n and line[i] in " \t":
            i += 1
        if i >= n:
            break
        if line[i] == "#":
            while i < n and line[i] != "\n":
                i += 1
            continue
        if line[i] in ";\n":
            i += 1
            yield END
            continue
        word, i = _word(line, i)
        if word is not None:
            yield word
    yield END


def _word(line: str, i: int) -> tuple[str | None, int]:
    """One word from position `i`; None when nothing but a line continuation was there."""
    out: list[str] = []
    n = len(line)
    single = double = seen = False
    while i < n:
        c = line[i]
        if not single and not double and c in " \t;\n":
            break
        if c == "'" and not double:
            single, seen = not single, True
        elif c == '"' and not single:
            double, seen = not double, True
        elif c == "\\" and not single:
            i += 1
            if i >= n:
                raise SyntaxProblem("dangling \\")
            if line[i] != "\n":
                out.append(line[i])
                seen = True
        else:
            out.append(c)
            seen = True
        i += 1
    if double:
        raise SyntaxProblem('missing "')
    return ("".join(out) if seen else None), i


def split_argv(args: Sequence[str]) -> Iterator[str | End]:
    """An argument list is one command; every argument one word."""
    yield from args
    yield END
