"""Names of evaluations and of their keys: those of folders, and keys where a name belongs."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.language.shapes import as_name
from tcwc.model.diagnostics import Diagnostic, finding, replace_by
from tcwc.model.evaluators import Evaluators
from tcwc.model.patterns import pattern
from tcwc.model.rules import BAD_EVALUATION
from tcwc.yaml.nodes import Entry, MappingNode

WITH, EPOCHS, BASELINE, CHECKPOINTS, RESOURCES, WEIGHTS = (
    "with", "epochs", "baseline", "checkpoints", "resources", "weights",
)  # fmt: skip
COMMON = (WITH, EPOCHS, BASELINE, CHECKPOINTS, RESOURCES)
"""The keys of every evaluation, whatever its tool."""

_NAME = pattern(r"[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*")
_MAX_NAME = 80
_TAKEN = pattern(r"base|base\..*|epoch_[0-9]+|run_[0-9]+\..*|.*\.part|.*\.(?:failed|was)-.*")
"""The names that results of runs and of the base have, those that are set aside, and configs."""


def nameless(section: MappingNode, known: Evaluators) -> Entry | None:
    """The first key of an evaluation that stands where the name of one belongs."""
    keys = {*COMMON, WEIGHTS, *known.chosen_by, *known.elsewhere}
    for tool in known.tools.values():
        keys |= {*tool.settings, *tool.others, *tool.elsewhere}
    entries = (each for each in section.entries if not isinstance(each.value, MappingNode))
    return next((each for each in entries if each.key.text in keys), None)


def bad_names(entries: tuple[Entry, ...], what: str, example: str) -> Iterator[Diagnostic]:
    """Names that no folder has on every machine, and two that some machines take for one."""
    seen: dict[str, str] = {}
    for entry in entries:
        name = entry.key.text
        before = seen.setdefault(name.lower(), name)
        fits = _NAME.fullmatch(name) and len(name) <= _MAX_NAME
        if fits and not (_TAKEN.fullmatch(name.lower()) and what != "an evaluation"):
            if before != name:
                message = f"`{before}` and `{name}` are one folder where capitals do not count"
                help = "give one of them another name"
                yield finding(BAD_EVALUATION, entry.key.span, message, help=help)
            continue
        if fits:
            message = f"`{name}` is the name of other results beside it"
            yield finding(BAD_EVALUATION, entry.key.span, message, help=f"write `{example}: ...`")
            continue
        better = as_name(name)[:_MAX_NAME].strip(".-_") or example
        message = (
            f"the name of {what} is that of a folder: letters, digits, `.`, `_` and `-`, at most "
            f"{_MAX_NAME}, and it begins with a letter or digit"
        )
        fix = replace_by(entry.key.span, better) if _NAME.fullmatch(better) else None
        yield finding(
            BAD_EVALUATION, entry.key.span, message, help=f"write `{better}: ...`", fix=fix
        )
