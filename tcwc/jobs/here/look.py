"""A look at a run with other values: what is compiled for it, and where what is said of it points.

The run's config becomes the base of an experiment of one run, whose constants are the options: so
an option is checked as a constant is, names, types, rules and all.
"""

from __future__ import annotations

import os.path
from collections.abc import Iterable, Sequence

from tcwc.config.isolation import Isolation
from tcwc.model.diagnostics import Diagnostic
from tcwc.model.frozen import dataclass, replace
from tcwc.model.patterns import pattern
from tcwc.model.source import SourceText, Span
from tcwc.model.values import Value

OPTIONS = "--try"
"""What a finding calls the text that options stand in, one a line."""

_OPTION = pattern(r"([+=]*[A-Za-z_][\w.\[\]-]*)=([^\n\r]*)", 16)
_INDENT, _BETWEEN = 2, 2  # `  key: value`, where the option has `key=value`


@dataclass(frozen=True, slots=True)
class Option:
    """A key and its value as they were written."""

    key: str
    value: str


def read_option(text: str) -> Option | None:
    """The key and the value of `KEY=VALUE`; None for what is none."""
    found = _OPTION.fullmatch(text)
    return Option(found[1], found[2].strip()) if found else None


def experiment_of(head: Sequence[str], options: Iterable[Option]) -> str:
    """The text of the experiment: lines of its head, and the options as constants."""
    lines = [f"{' ' * _INDENT}{each.key}: {each.value}".rstrip() for each in options]
    section = ["controls:", *lines] if lines else []
    return "\n".join([*head, *section, ""])


class InOptions:
    """Takes findings in the text of such an experiment to the options themselves."""

    def __init__(self, name: str, head: Sequence[str], options: Sequence[Option]) -> None:
        self._name = name
        self._first = len(head) + 2
        self._options = options
        written = [f"{each.key}={each.value}" for each in options]
        self.source = SourceText(OPTIONS, "\n".join(written))

    def has(self, found: Diagnostic) -> bool:
        """Whether a finding is of an option."""
        last = self._first + len(self._options)
        return found.span.file == self._name and self._first <= found.span.line < last

    def pointed(self, found: Diagnostic) -> Diagnostic:
        """A finding of an option that points to it. It keeps no fix: there is no file to repair."""
        labels = tuple(
            replace(each, span=self._span(each.span))
            for each in found.labels
            if self.has(replace(found, span=each.span))
        )
        return replace(found, span=self._span(found.span), labels=labels, fixes=())

    def _span(self, span: Span) -> Span:
        ends = (span.line, span.column), (span.end_line, span.end_column)
        first, last = (self._place(*each) for each in ends)
        return Span(OPTIONS, *first, *last)

    def _place(self, line: int, column: int) -> tuple[int, int]:
        number = min(max(line - self._first, 0), len(self._options) - 1)
        option = self._options[number]
        if line - self._first > number:  # the end of the last one is the start of a next line
            return number + 1, len(option.key) + len(option.value) + 2
        behind = column > len(option.key) + _INDENT + 1
        return number + 1, max(column - _INDENT - (_BETWEEN - 1 if behind else 0), 1)


def in_folder(config: dict[str, Value], keys: tuple[str, ...], folder: str) -> dict[str, Value]:
    """A config whose directories of writing, by their `keys`, are in a folder: what lay below the
    run's own lies so there as well."""
    isolation = Isolation("", config, enabled=True, keys=keys)
    own = config.get(keys[0])
    made = dict(config)
    for key, value in config.items():
        for path in isolation.moved(key, value):
            if len(path) == 1:
                made[key] = folder if key == keys[0] else os.path.join(folder, key)
            elif isinstance(member := made[key], dict):
                name = str(path[1])
                text = str(member[name])
                above = own.rstrip("/") if isinstance(own, str) else None
                is_below = above is not None and f"{text}/".startswith(f"{above}/")
                beside = os.path.join(folder, key)
                new = folder + text[len(above or "") :] if is_below else beside
                made[key] = {**member, name: new}
    return made
