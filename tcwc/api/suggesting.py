"""Time limits from finished runs: as an edit of the experiment, under `resources:`.

No config has a limit in it, so no byte of one changes by the edit, nor an id or a hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tcwc.api.compilation import compile
from tcwc.api.conditions import conditions_for
from tcwc.api.measuring import AlikeRuns, TrainedRun, groups_of
from tcwc.api.starting import arms_of_run
from tcwc.api.work import tasks
from tcwc.jobs.limits import limit_of
from tcwc.jobs.needs import is_met
from tcwc.jobs.profiles.profile import Profile
from tcwc.jobs.states.rows import RunStatus
from tcwc.jobs.task import Task
from tcwc.language.rows import quoted
from tcwc.model.diagnostics import first_errors
from tcwc.model.frozen import dataclass, replace
from tcwc.model.problem import Problem
from tcwc.model.resources import NeedsWhere, time_text
from tcwc.model.source import SourceText, Span
from tcwc.yaml.entries import with_entry_below

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation
    from tcwc.api.session import Session

_SECTION, _WHEN, _TIME = "resources", "when", "time"


class NotSuggested(Problem):
    """Time limits that cannot be written by an edit: which, and what to write by hand."""


class NothingMeasured(Problem):
    """No run tells how long one takes."""


@dataclass(frozen=True, slots=True)
class Limited:
    """A group of runs that cost alike, as far as it was measured: `times` are the limits of those
    of its runs of which that tells, in seconds. `elsewhere` was seen on another machine's GPUs."""

    group: AlikeRuns
    times: Mapping[str, int]
    elsewhere: tuple[TrainedRun, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An experiment with time limits from what was measured: its new `text`, beside the `old` one
    in the file `path`. `is_there` says whether any measurement is of the cluster that was asked
    for."""

    path: str
    old: str
    text: str
    groups: tuple[Limited, ...]
    is_there: bool


def suggest(
    compilation: Compilation,
    runs: Sequence[Task],
    rows: Iterable[RunStatus],
    profile: Profile | None = None,
    session: Session | None = None,
) -> Suggestion:
    """An edit of an experiment by which its runs have the time that they need, by finished ones.

    What was measured on the cluster of a profile, or on its GPUs, counts alone where there is any.
    Writes nothing. Raises NothingMeasured, NotSuggested, and what `Compilation.runs` does.
    """
    groups = groups_of(compilation, runs, {row.run: row for row in rows}, profile)
    if not any(seen.measured.whole for group in groups for seen in group.seen):
        raise NothingMeasured("no finished run tells how long one takes", "")
    here = {
        seen
        for group in groups
        for seen in group.seen
        if profile is None or seen.machine.is_of(profile)
    }
    is_there = any(seen.measured.whole for seen in here)
    limited = [_limited(group, here if is_there else set(group.seen)) for group in groups]
    times = {run: time for each in limited for run, time in each.times.items()}
    old = compilation.place.source()
    text = _edited(compilation, old, runs, times)
    _check(compilation, text, runs, times, session)
    return Suggestion(compilation.place.path, old, text, tuple(limited), is_there)


def _limited(group: AlikeRuns, counted: set[TrainedRun]) -> Limited:
    seen = tuple(each for each in group.seen if each in counted)
    elsewhere = tuple(each for each in group.seen if each not in counted)
    measured = [each.measured for each in seen]
    found = {run: limit_of(length, measured) for run, length in group.lengths.items()}
    times = {run: time for run, time in found.items() if time is not None}
    return Limited(replace(group, seen=seen), times, elsewhere)


@dataclass(frozen=True, slots=True)
class _Case:
    """A condition of `resources:` that says a time, where it stands, and the runs that meet it."""

    case: NeedsWhere
    runs: tuple[str, ...]


def _edited(
    compilation: Compilation, old: str, runs: Sequence[Task], times: Mapping[str, int]
) -> str:
    """The text in which each run has its limit, and all others what they had."""
    resources = compilation.build.experiment.resources
    wanted = {task.run: times.get(task.run, task.needs.time) for task in runs}
    edits: list[tuple[Span, str]] = []
    for each in _cases(compilation, runs):
        if said := _changed(each, wanted):
            edits.append((each.case.spans[_TIME], said))
        for run in each.runs:
            del wanted[run]
    base = _base([wanted[run] for run in wanted], [wanted[r] for r in wanted if r not in times])
    lines: list[tuple[tuple[str, ...], str]] = []
    standing = resources.needs.time if resources else None
    if base is not None and base != standing:
        if resources is not None and _TIME in resources.spans:
            edits.append((resources.spans[_TIME], time_text(base)))
        else:
            lines.append(((_SECTION,), f"{_TIME}: {time_text(base)}"))
    lines += _lines(compilation, wanted, base)
    return _written(compilation, old, edits, lines)


def _base(every: Sequence[int | None], unmeasured: Sequence[int | None]) -> int | None:
    """The limit that all have of which no condition says another: what the runs had that were not
    measured, else the longest."""
    if unmeasured:
        return unmeasured[0]
    return max((each for each in every if each is not None), default=None)


def _cases(compilation: Compilation, runs: Sequence[Task]) -> list[_Case]:
    """The conditions by which runs have a time now, each with its runs."""
    experiment = compilation.build.experiment
    timed = [
        c for c in (experiment.resources.cases if experiment.resources else ()) if _TIME in c.spans
    ]
    met: dict[int, list[str]] = {}
    for task in runs if timed else ():
        run = compilation.runs[task.run]
        config, arms = run.config, arms_of_run(experiment, run)
        for at, case in enumerate(timed):
            if is_met(case.condition, config, arms):
                met.setdefault(at, []).append(task.run)
    return [_Case(timed[at], tuple(ids)) for at, ids in met.items()]


def _changed(each: _Case, wanted: Mapping[str, int | None]) -> str:
    """The time that a condition is to say; "" where it says it. Raises NotSuggested."""
    needed = {wanted[run] for run in each.runs}
    if len(needed) > 1:
        told = ", ".join(time_text(time) for time in sorted(filter(None, needed)))
        raise NotSuggested(
            f'{each.case.spans[_TIME]}: the runs of `when: {{"{each.case.condition.text}": ...}}`'
            f" need different times: {told}",
            "write the longest of them there, or a condition for each",
        )
    time = needed.pop()
    return "" if time is None or time == each.case.needs.time else time_text(time)


def _lines(
    compilation: Compilation, wanted: Mapping[str, int | None], base: int | None
) -> Iterator[tuple[tuple[str, ...], str]]:
    """What the runs that need another time than most have under `when:`, with the sections that it
    stands in. Raises NotSuggested."""
    resources = compilation.build.experiment.resources
    standing = {case.condition.text for case in resources.cases} if resources else set()
    for time in sorted({each for each in wanted.values() if each is not None and each != base}):
        runs = [run for run, each in wanted.items() if each == time]
        made = conditions_for(compilation, [compilation.runs[run].cell for run in runs])
        if made is None:
            message = f"no condition over the variables says which runs need {time_text(time)}"
            help = f"write it under `{_SECTION}:` by hand; they are {', '.join(runs)}"
            raise NotSuggested(message, help)
        entry = f"{_TIME}: {time_text(time)}"
        for each in made:
            if each in standing:
                yield (_SECTION, _WHEN, each), entry
            else:
                yield (_SECTION, _WHEN), f"{quoted(each)}: {{{entry}}}"


def _written(
    compilation: Compilation,
    old: str,
    edits: Iterable[tuple[Span, str]],
    lines: Iterable[tuple[tuple[str, ...], str]],
) -> str:
    """A text with values changed where they stand, and with lines more. Raises NotSuggested."""
    path, text = compilation.place.path, old
    source = SourceText(path, old)
    places = [
        (source.offset(at.line, at.column), source.offset(at.end_line, at.end_column), value)
        for at, value in edits
    ]
    for start, end, value in sorted(places, reverse=True):
        text = text[:start] + value + text[end:]
    for sections, line in lines:
        made = with_entry_below(SourceText(path, text), sections, line)
        if made is None:
            message = f"{path} cannot be edited without touching other lines"
            raise NotSuggested(message, f"write below `{'`, `'.join(sections)}`: `{line}`")
        text = made
    return text


def _check(
    compilation: Compilation,
    text: str,
    runs: Sequence[Task],
    times: Mapping[str, int],
    session: Session | None,
) -> None:
    """Refuse an edit that does anything else than what it is for. Raises NotSuggested."""
    after = compile(compilation.place.path, text=text, session=session)
    if not after.ok:
        first = first_errors(after.diagnostics, 1)
        raise NotSuggested("with these limits it would not compile", "write them by hand", first)
    wanted = {
        each.run: replace(
            each, needs=replace(each.needs, time=times.get(each.run, each.needs.time))
        )
        for each in runs
    }
    if {each.run: each for each in tasks(after)} != wanted:
        raise NotSuggested("the edit would change more than time limits", "write them by hand")
