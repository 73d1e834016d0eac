"""The finding of a condition that holds: where it points to, and what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcwc.config.merge import lookup
from tcwc.model.diagnostics import Diagnostic, Severity, finding
from tcwc.model.frozen import replace
from tcwc.model.ir import Path
from tcwc.torchtune.knowledge.condition.model import Condition, path_of
from tcwc.torchtune.knowledge.condition.reader import (
    MOST_STEPS,
    UNKNOWN_ARGUMENTS,
    CaseReader,
)
from tcwc.torchtune.knowledge.known import catalogue

_ABOUT_KEYS = frozenset(("varied", "differs", UNKNOWN_ARGUMENTS))
"""Functions whose finding is about a key, not about the value that it has."""


def report(condition: Condition, reader: CaseReader) -> Iterator[Diagnostic]:
    """What is reported: nothing where nothing of it is the author's; of arguments, each."""
    arguments = [path for test in condition.when for path in reader.arguments(test)]
    for path in arguments:
        yield from _of(condition, reader, [path])
    if not arguments:
        yield from _of(condition, reader, [p for test in condition.when for p in reader.read(test)])


def _of(condition: Condition, reader: CaseReader, paths: list[Path]) -> Iterator[Diagnostic]:
    """The finding about the first of some paths that is the author's."""
    origins = [(path, reader.origin(path)) for path in paths]
    authored = [each for each in origins if each[1] is not None]
    # What no run of a release's own base survives is what a fork mends first.
    if condition.of_base and condition.differs:
        return
    if not (authored or condition.of_base or reader.context.experiment.base.is_file):
        return
    path, origin = authored[0] if authored else origins[0]
    about_key = not _ABOUT_KEYS.isdisjoint(condition.calls())
    there = lookup(reader.case.config, path)[0]
    span = reader.context.place(path, origin, key=about_key or not there)
    found = finding(
        condition.rule,
        span,
        _text(condition.message, reader, path),
        help=_text(condition.help, reader, path),
    )
    yield _doubted(found, condition.differs, reader) if condition.differs else found


def _doubted(found: Diagnostic, file: str, reader: CaseReader) -> Diagnostic:
    """A finding from a release, where the author's own torchtune has other source there: he may
    have changed just that, so that it is no error."""
    known = catalogue(reader.context)
    differs = f"{file} of {known.version} differs there"
    message = f"in torchtune {known.release}, {found.message}; {differs}"
    help = f"{found.help}; or say that yours is otherwise: `# tcwc: ignore[{found.code}] WHY`"
    is_error = found.severity is Severity.ERROR
    severity = Severity.WARNING if is_error else found.severity
    return replace(found, message=message, help=help, severity=severity)


def _text(message: str, reader: CaseReader, place: Path) -> str:
    """A message with `{path}` replaced by what stands there, `{key}` by the key pointed to.

    `{path without PATTERN}` is what stands there less what a regular expression finds in it,
    `{model:max_seq_len}` a size of a model, wherever it is told, `{most_steps}` the steps of an
    epoch at most.
    """

    def show(found: re.Match[str]) -> str:
        if found[1] == "recipe":
            return reader.context.experiment.recipe
        if found[1] == MOST_STEPS:
            from tcwc.torchtune.knowledge.data.epoch import most_steps

            return str(most_steps(reader))
        if found[1] == "key":
            return str(place[-1])
        if found[3]:
            return str(reader.size(path_of(found[1]), found[3]))
        value = reader.known(path_of(found[1]))
        if isinstance(value, str) and found[2]:
            return re.sub(found[2], "", value)
        if isinstance(value, bool) or value is None:
            return str(value).lower().replace("none", "null")
        return str(value)

    return re.sub(r"\{([\w.]+)(?: without ([^{}]+)|:(\w+))?\}", show, message)
