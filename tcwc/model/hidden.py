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
from tcwc.model.secret_words import Words
from tcwc.model.secrets import (
    FIRST_WORDS,
    LAST_WORDS,
    NAME,
    is_plain,
    masked,
    may_name_one,
    secrets_in,
)
from tcwc.model.source import SourceText
from tcwc.model.unescaped import Unescaped

_KEY = rf"""["']?(?P<name>(?:[\w.+~=\-\[\]]*(?:[._+~=\-]|[a-z](?=[A-Z])))?{NAME})["']?[ ]*:"""
_VALUE = r"""(?:[ \t]+(?P<value>[^\s\#][^\n]*?))?(?P<note>[ \t]+\#[^\n]*)?[ \t]*$"""
_BELOW = r"""(?P<below>(?:\n(?:[ ]*$|(?P=indent)(?:[ ]+|(?=-[ ]))[^\n]*))*)"""
_LINE = r"^(?P<indent>[ ]*)(?:-[ ]+)*"
_FLAGS = re.VERBOSE | re.IGNORECASE | re.MULTILINE
_ENTRY = pattern(rf"{_LINE}{_KEY}{_VALUE}{_BELOW}", _FLAGS)
_SECTION = pattern(
    rf"""{_LINE}["']?[\w.+~=\-]*(?:{"|".join(FIRST_WORDS)})["']?[ ]*:[ ]*(?:\#[^\n]*)?$
    {_BELOW}""",
    _FLAGS,
)
"""One whose name goes on in that of an entry below: `api:`, and in it `key:`."""
_LAST = pattern(
    rf"""{_LINE}["']?(?P<name>{"|".join(LAST_WORDS)})["']?[ ]*:{_VALUE}{_BELOW}""", _FLAGS
)
_FLOW = pattern(
    rf"""[{{,]\s*{_KEY}[ \t]+(?P<value>[^\s,}}\[{{][^,}}\n]*)""", re.VERBOSE | re.IGNORECASE
)
_IS_ENTRY = pattern(r"""[ ]*(?:-[ ]+)?["']?[\w.+~=\-]+["']?[ ]*:(?:\s|$)""")
_OPEN = ("<", "$", "*", "&", "!", "{")
"""How values begin that name another place, are a special token, or have keys of their own."""
_SHORT = 5
"""Less is part of many words, and would be hidden there too."""
_LONG = 12
"""Characters of what is hidden wherever it stands, a part of a longer word too."""


@lru_cache(maxsize=8)  # each line of an excerpt asks again
def hidden_in(text: str) -> tuple[tuple[int, int], ...]:
    """Where in a source there is what nobody is to see, a line at a time."""
    read = Unescaped(text)
    found = (read.span(*each) for each in _hidden_in(read.text, escaped=read.text != text))
    return tuple(each for start, end in found for each in _by_line(text, start, end))


def _hidden_in(text: str, *, escaped: bool) -> Iterator[tuple[int, int]]:
    if escaped or "PRIVATE KEY" in text:  # those that no line shows as they are
        yield from ((each.start, each.end) for each in secrets_in(text))
    if may_name_one(text):
        yield from _entries(_ENTRY, text, 0)
        for found in _FLOW.finditer(text):
            if not _shows(found["name"], found["value"]):
                yield _inside(found["value"].rstrip(), found.start("value"))
    for section in _SECTION.finditer(text):
        yield from _entries(_LAST, section["below"], section.start("below"))


def _entries(entry: re.Pattern[str], text: str, at: int) -> Iterator[tuple[int, int]]:
    """What stands below the keys of entries, in a text that begins there in a source."""
    for found in entry.finditer(text):
        value = found["value"] or ""
        if value and not _shows(found["name"], value):
            start, end = _inside(value, found.start("value"))
            yield at + start, at + end
        if not value or value[0] in "|>" or not value.startswith(_OPEN):
            for start, end in _lines_below(found, is_block=value[:1] in ("|", ">")):
                yield at + start, at + end


def _by_line(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A stretch of a text, a line at a time."""
    for line in text[start:end].splitlines(keepends=True):
        yield start, start + len(line.rstrip())
        start += len(line)


@lru_cache(maxsize=8)  # a line of a megabyte may have many findings
def masked_line(source: SourceText, number: int) -> str:
    """A line of a source, by its number from 1, with secrets as stars."""
    line = source.line(number)
    start = source.offset(number, 1) if line else 0
    return masked(starred(source.text)[start : start + len(line)])


@lru_cache(maxsize=2)
def starred(text: str) -> str:
    """A text with stars for each secret, and where it stands once more."""
    parts, at = [], 0
    for start, end in sorted(hidden_in(text)):
        parts += [text[at:start], "*" * (end - max(start, at))]
        at = max(end, at)
    words = Words(word for word in _words(text) if len(word) >= _LONG)
    return words.hidden_in("".join(parts) + text[at:])


def without_secrets(
    found: tuple[Diagnostic, ...], sources: Iterable[SourceText]
) -> tuple[Diagnostic, ...]:
    """The findings, with stars where one says what stands below such a key."""
    texts = [each.text for each in sources]
    said = {word for text in texts for word in _words(text)}
    if not said:
        return found
    # A short one is part of many words.
    short = "|".join(re.escape(word) for word in sorted(said) if _SHORT < len(word) < _LONG)
    shown = re.compile(rf"(?<!\w)(?:{short})(?!\w)" if short else "(?!)")
    words = Words(word for word in said if len(word) >= _LONG)

    def hide(text: str) -> str:
        return shown.sub(lambda each: "*" * len(each[0]), words.masked(text))

    return tuple(
        replace(
            each,
            message=hide(each.message),
            help=hide(each.help),
            labels=tuple(Label(label.span, hide(label.text)) for label in each.labels),
        )
        for each in found
    )


def _words(text: str) -> Iterator[str]:
    """What nobody is to see of a source, as it is written and as it is read."""
    found = [text[start:end] for start, end in hidden_in(text)]
    found += [text[each.start : each.end] for each in secrets_in(text)]
    for word in found:
        yield from (word, Unescaped(word).text)


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
