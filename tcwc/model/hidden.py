"""What a YAML source has below a key such as `password`: hidden whole, wherever it is shown.

A line by itself does not say it: a value may have spaces, and may stand on the lines below its key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from tcwc.model.diagnostics import Diagnostic, Label
from tcwc.model.frozen import replace
from tcwc.model.patterns import pattern
from tcwc.model.secrets import NAME, is_plain, masked, may_name_one, secrets_in
from tcwc.model.source import SourceText

_KEY = rf"""["']?(?P<name>(?:[\w.+~=\-\[\]]*(?:[._+~=\-]|[a-z](?=[A-Z])))?{NAME})["']?[ ]*:"""
_ENTRY = pattern(
    rf"""^(?P<indent>[ ]*)(?:-[ ]+)*{_KEY}(?:[ \t]+(?P<value>[^\s\#][^\n]*?))?
    (?P<note>[ \t]+\#[^\n]*)?[ \t]*$
    (?P<below>(?:\n(?:[ ]*$|(?P=indent)(?:[ ]+|(?=-[ ]))[^\n]*))*)""",
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_FLOW = pattern(
    rf"""[{{,]\s*{_KEY}[ \t]+(?P<value>[^\s,}}\[{{][^,}}\n]*)""", re.VERBOSE | re.IGNORECASE
)
_IS_ENTRY = pattern(r"""[ ]*(?:-[ ]+)?["']?[\w.+~=\-]+["']?[ ]*:(?:\s|$)""")
_OPEN = ("<", "$", "*", "&", "!", "{")
"""How values begin that name another place, are a special token, or have keys of their own."""
_SHORT = 5
"""Less is part of many words, and would be hidden there too."""


@lru_cache(maxsize=8)  # each line of an excerpt asks again
def hidden_in(text: str) -> tuple[tuple[int, int], ...]:
    """Where in a source there is what nobody is to see, a line at a time."""
    return tuple(_hidden_in(text))


def _hidden_in(text: str) -> Iterator[tuple[int, int]]:
    if "PRIVATE KEY" in text:
        yield from _of_several_lines(text)
    if not may_name_one(text):
        return
    for found in _ENTRY.finditer(text):
        value = found["value"] or ""
        if value and not _shows(found["name"], value):
            yield _inside(value, found.start("value"))
        if not value or value[0] in "|>" or not value.startswith(_OPEN):
            yield from _lines_below(found, is_block=value[:1] in ("|", ">"))
    for found in _FLOW.finditer(text):
        if not _shows(found["name"], found["value"]):
            yield _inside(found["value"].rstrip(), found.start("value"))


def _of_several_lines(text: str) -> Iterator[tuple[int, int]]:
    """The lines of secrets that go on over several."""
    for each in secrets_in(text):
        at = each.start
        for line in text[each.start : each.end].splitlines(keepends=True):
            yield at, at + len(line.rstrip())
            at += len(line)


@lru_cache(maxsize=8)  # a line of a megabyte may have many findings
def masked_line(source: SourceText, number: int) -> str:
    """A line of a source, by its number from 1, with secrets as stars."""
    line = source.line(number)
    start = source.offset(number, 1) if line else 0
    parts, at = [], 0
    for here, end in hidden_in(source.text):
        if start <= here < start + len(line):
            stop = min(end - start, len(line))
            parts += [line[at : max(here - start, at)], "*" * (stop - max(here - start, at))]
            at = max(stop, at)
    return masked("".join(parts) + line[at:])


def without_secrets(
    found: tuple[Diagnostic, ...], sources: Iterable[SourceText]
) -> tuple[Diagnostic, ...]:
    """The findings, with stars where one says what stands below such a key."""
    values = {each.text[a:b] for each in sources for a, b in hidden_in(each.text)}
    values = {value for value in values if len(value) > _SHORT}
    if not values:
        return found
    longest = sorted(values, key=lambda value: (-len(value), value))
    words = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)")

    def hide(text: str) -> str:
        return words.sub(lambda each: "*" * len(each[0]), text)

    return tuple(
        replace(
            each,
            message=hide(each.message),
            help=hide(each.help),
            labels=tuple(Label(label.span, hide(label.text)) for label in each.labels),
        )
        for each in found
    )


def _shows(name: str, value: str) -> bool:
    """Whether a value may be seen."""
    bare = value.strip("\"'")
    return not bare or bare.startswith((*_OPEN, "|", ">")) or is_plain(name, bare)


def _inside(value: str, start: int) -> tuple[int, int]:
    """Where a value stands without its quotes or brackets."""
    before = 1 if value[0] in "\"'[" else 0
    after = 1 if len(value) > 1 and value[-1] in "\"']" else 0
    return start + before, start + len(value) - after


def _lines_below(found: re.Match[str], *, is_block: bool) -> Iterator[tuple[int, int]]:
    """The lines that go on with a value: those of a block, items, a continued string; no keys."""
    at = found.start("below")
    for line in found["below"].split("\n"):
        bare = line.lstrip(" -")
        if bare.strip() and (is_block or not _IS_ENTRY.match(line)) and not bare.startswith("#"):
            yield _inside(bare, at + len(line) - len(bare))
        at += len(line) + 1
