"""Files outside of the repository: what a reader may not read, and what of them is printed."""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from tcwc.model.diagnostics import Diagnostic, Fix
from tcwc.model.frozen import replace
from tcwc.model.ir import Value
from tcwc.model.patterns import pattern

HIDDEN = "***"
"""Stands for a word that only a file outside of the repository says."""

_NOTE = f"({HIDDEN} stands for text of a file outside of the repository, which is not printed)"
_RUN = 16
"""So many characters as they stand in such a file are its text, whatever words they are."""

_TOKEN = pattern(
    r"""(?<![\w.])(?P<number>\d+(?:[,_]\d+)*(?:\.\d+)?(?:[eE][+-]?\d+)?)(?!\w)
    | (?P<word>[\w-]+)
    | (?P<odd>[^\x00-\x7f]+)""",
    re.VERBOSE,
)
_OURS = pattern(r"(?:run_\d+-)?run_\d+|\d{1,3}(?:-\d{1,3})?")
"""Run ids, and small numbers: counts, lines and columns are of tcwc's own making."""


class OutsideError(OSError):
    """A file outside of the repository, where nothing outside may be read."""

    def __init__(self, path: str) -> None:
        super().__init__(errno.EACCES, "it is outside of the repository", path)


def forbidden() -> str:
    """What to do where nothing outside of the repository may be read."""
    return (
        "copy it into the repository; or leave out --inside-only (TCWC_INSIDE_ONLY, or "
        "`inside-only` in settings), which forbids what is outside of it"
    )


class Veil:
    """Hides what only files outside of the repository say.

    What may be shown is said, and not what may not: words and numbers that stand in texts of the
    repository, or in tcwc itself. So neither a value that was computed, cut, joined or put in other
    words passes, nor one that nobody thought of.
    """

    def __init__(self, outside: Iterable[str], inside: Iterable[str], own: str) -> None:
        self._outside = "\n".join(outside)
        self._inside = "\n".join(inside)
        self._own = own
        self._words: frozenset[str] = frozenset()
        self._numbers: frozenset[float] = frozenset()
        self._runs: dict[str, bool] = {}
        """Of what was asked before: findings have words in common, and the texts are long."""

    def __call__(self, text: str) -> str:
        """The text with stars for what may not be shown."""
        if not self._words:
            self._learn()
        return self._without_runs(_TOKEN.sub(self._shown, text))

    def _learn(self) -> None:
        words: set[str] = set()
        numbers: set[float] = set()
        for found in _TOKEN.finditer(self._inside):
            words.add(found[0].strip("-"))
            if found["number"] and (number := _number(found[0])) is not None:
                numbers.add(number)
        words |= _words(self._own)
        self._words, self._numbers = frozenset(words), frozenset(numbers)

    def _shown(self, found: re.Match[str]) -> str:
        token = found[0].strip("-")
        known = token in self._words or _OURS.fullmatch(token) or not token
        if not known and found["number"]:
            known = _number(token) in self._numbers
        return found[0] if known else HIDDEN

    def _without_runs(self, text: str) -> str:
        """The text without what stands so, word by word, in a file outside and nowhere else."""
        at = 0
        while at + _RUN <= len(text):
            end = at + _RUN
            if not self._is_theirs(text[at:end]):
                at += 1
                continue
            while end < len(text) and self._is_theirs(text[end + 1 - _RUN : end + 1]):
                end += 1
            text = text[:at] + HIDDEN + text[end:]
            at += len(HIDDEN)
        return text

    def _is_theirs(self, run: str) -> bool:
        known = self._runs.get(run)
        if known is None:
            known = run in self._outside and run not in self._inside and not _says(self._own, run)
            self._runs[run] = known
        return known


@lru_cache(1)
def _words(text: str) -> frozenset[str]:
    """The words of a long text that is asked for again."""
    return frozenset(found[0].strip("-") for found in _TOKEN.finditer(text))


@lru_cache(20_000)
def _says(text: str, run: str) -> bool:
    """Whether a run stands in a long text: megabytes to look through, and the files outside that a
    process reads have most of their lines in common."""
    return run in text


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "").replace("_", ""))
    except ValueError:
        return None


def veiled(found: Diagnostic, hide: Callable[[str], str]) -> Diagnostic:
    """A finding without the text of files outside; fixes that would write some are dropped."""
    name = hide(found.rule.name)  # of a rule of the user's own
    made = replace(
        found,
        rule=found.rule if name == found.rule.name else replace(found.rule, name=name),
        message=hide(found.message),
        help=hide(found.help),
        labels=tuple(replace(label, text=hide(label.text)) for label in found.labels),
        runs=hide(found.runs),
        fixes=tuple(fix for fix in found.fixes if _is_shown(fix, hide)),
    )
    is_same = (made.message, made.help) == (found.message, found.help)
    return made if is_same else replace(made, help=f"{made.help} {_NOTE}".strip())


def _is_shown(fix: Fix, hide: Callable[[str], str]) -> bool:
    texts = (fix.title, *(each for edit in fix.edits for each in (edit.text, edit.part)))
    return all(hide(text) == text for text in texts)


def without_theirs(value: Value, shown: Callable[[str], str]) -> Value:
    """A document of JSON without the text of files outside of the repository; its own keys stay."""
    if isinstance(value, dict):
        return {key: without_theirs(each, shown) for key, each in value.items()}
    if isinstance(value, list):
        return [without_theirs(each, shown) for each in value]
    if value is None or isinstance(value, bool):
        return value
    text = shown(str(value))
    return value if text == str(value) else text
