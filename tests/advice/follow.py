"""Does what a help says, as a user would who only copies the lines that it quotes."""

from __future__ import annotations

import re

from tcwc.model.diagnostics import Diagnostic

_LINE = r"`([+~=]?[\w.]+:(?: [^`]*)?)`"
"""A line of an experiment among the words that a help quotes."""
_UNDER = re.compile(rf"((?:{_LINE}(?:, | and )?)+) (?:under `(\w+):`|at (the top level))")
_VALUE = re.compile(r"(?:^|: )write ([^`\s,;]+|[\w ]+: \[[^`]*\])(?:, or .*)?$")
"""A value alone that a help says to write."""
_PLAIN = re.compile(
    r"(?:^|: )(?:write|remove the quotes:) ([^`\s,;]+(?:, [^`\s,;]+)+|\"[^\"]+\"|\S+)$"
)
"""A list, a string in quotes or a value without them, in place of what is there."""
_MEANT = re.compile(r"did you mean `?([\w./]+)`?")


def followed(text: str, found: Diagnostic) -> str | None:
    """The text of an experiment after what a finding's help says; None where it says nothing that
    can be done without thought."""
    lines = text.split("\n")
    at = found.span.line - 1
    first, last = _entry(lines, at)
    here, elsewhere = _quoted(found.help)
    if here or elsewhere:
        first, last = _outer(lines, first, last, here)
        indent = _indent(lines[first])
        gone = {label.span.line - 1 for label in found.labels}
        stays = bool(elsewhere) and not here and ", not here" not in found.help
        kept = lines[first : last + 1] if stays else [indent + each for each in here]
        made = [*lines[:first], *kept]
        made += [each for n, each in enumerate(lines[last + 1 :], last + 1) if n not in gone]
        for section, line in elsewhere:
            made = _added(_without_empty(made), section, line)
        return "\n".join(made)
    if (plain := _PLAIN.search(found.help)) is not None:
        return _in_place(lines, found, plain[1])
    if "remove" in found.help:
        return "\n".join(_without_empty([*lines[:first], *lines[last + 1 :]]))
    if (meant := _MEANT.search(found.help)) is not None:
        line = lines[at]
        start, end = found.span.column - 1, found.span.end_column - 1
        lines[at] = line[:start] + meant[1] + line[end:]
        return "\n".join(lines)
    if (value := _VALUE.search(found.help)) is not None and found.span.line == found.span.end_line:
        return _in_place(lines, found, value[1])
    return None


def _in_place(lines: list[str], found: Diagnostic, text: str) -> str:
    """The lines with a text in place of what a finding points to."""
    at, line = found.span.line - 1, lines[found.span.line - 1]
    lines[at] = line[: found.span.column - 1] + text + line[found.span.end_column - 1 :]
    return "\n".join(lines)


def _outer(lines: list[str], first: int, last: int, here: list[str]) -> tuple[int, int]:
    """The entry around one, where the only line to write has its key."""
    for at in range(first - 1, -1, -1):
        key = lines[at].strip().partition(":")[0]
        outside = len(_indent(lines[at])) < len(_indent(lines[first]))
        if outside and len(here) == 1 and key == here[0].partition(":")[0]:
            return _entry(lines, at)
    return first, last


def _quoted(help: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The lines that take the place of the finding's, and those that go elsewhere, with where."""
    said = f": {help}".partition(": write ")[2]
    if not said or ", or write" in help:
        return [], []
    said = re.sub(r", or (?:`|move ).*?(?=;|$)", "", said)
    elsewhere = [
        (section or "", line)
        for block, _, section, _top in _UNDER.findall(said)
        for line in re.findall(_LINE, block)
    ]
    for block in _UNDER.finditer(said):
        said = said.replace(block[0], "")
    return re.findall(_LINE, said), elsewhere


def _entry(lines: list[str], at: int) -> tuple[int, int]:
    """The lines of the entry that begins at a line, or in it."""
    indent = len(_indent(lines[at]))
    last = at
    for n in range(at + 1, len(lines)):
        if lines[n].strip() and len(_indent(lines[n])) <= indent:
            break
        last = n if lines[n].strip() else last
    return at, last


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _added(lines: list[str], section: str, line: str) -> list[str]:
    """A line at the end of a section, or of the file, in place of what has the same key there."""
    if not section:
        key = line.partition(":")[0]
        there = [at for at, each in enumerate(lines) if each.startswith(f"{key}:")]
        for first, last in (_entry(lines, at) for at in reversed(there)):
            lines = [*lines[:first], *lines[last + 1 :]]
        return [*lines, line]
    if f"{section}:" not in lines:
        return [*lines, f"{section}:", f"  {line}"]
    at = lines.index(f"{section}:")
    _, last = _entry(lines, at)
    return [*lines[: last + 1], f"  {line}", *lines[last + 1 :]]


def _without_empty(lines: list[str]) -> list[str]:
    """The lines without keys below which nothing is left."""
    lines = [each for each in lines if each.strip()]
    kept = [
        each
        for n, each in enumerate(lines)
        if not re.fullmatch(r"\s*[\w.]+:", each)
        or (n + 1 < len(lines) and len(_indent(lines[n + 1])) > len(_indent(each)))
    ]
    return kept if kept == lines else _without_empty(kept)


def rebuilt(found: Diagnostic) -> str:
    """The experiment of the lines that a help quotes alone, without the file that it is about."""
    lines: list[str] = []
    for section, line in _quoted(found.help)[1]:
        lines = _added(lines, section, line)
    return "\n".join(lines) + "\n"
