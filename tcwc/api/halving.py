"""Half the batch at twice the accumulation, for some runs of an experiment: as an edit of it.

What it records are constants of just these runs (`controls: {when: ...}`), so that their ids stay,
and their science hashes say that they are trained otherwise. Nothing is ever retried in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tcwc.api.compilation import compile
from tcwc.api.conditions import conditions_for
from tcwc.api.starting import arms_of_run
from tcwc.config.interpolation.closure import mentions
from tcwc.config.walk import strings
from tcwc.jobs.needs import samples_of
from tcwc.jobs.task import Task
from tcwc.language.rows import quoted
from tcwc.model.diagnostics import Severity
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Assignment, Cell, Experiment, Factor, Value, format_path
from tcwc.model.problem import Problem
from tcwc.model.source import SourceText
from tcwc.model.training import Beside
from tcwc.yaml.entries import with_entry_below

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation
    from tcwc.api.session import Session

_SHOWN = 5
_SECTION = ("controls", "when")


class NotHalved(Problem):
    """Runs whose batch cannot be halved: which, why, and what to do instead."""


@dataclass(frozen=True, slots=True)
class Halving:
    """An experiment in which some runs have half the batch: its new `text`, beside the `old` one
    in the file `path`.

    `lines` are what is recorded, `notes` why the results are others than they would have been.
    """

    path: str
    old: str
    text: str
    runs: tuple[str, ...]
    lines: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Pair:
    """The batch and the accumulation of some runs, and what they become."""

    batch: int
    accumulation: int

    def line(self, keys: tuple[str, str]) -> str:
        return f"{{{keys[0]}: {self.batch // 2}, {keys[1]}: {self.accumulation * 2}}}"


def halve(
    compilation: Compilation, runs: Sequence[Task], session: Session | None = None
) -> Halving:
    """An edit of an experiment by which some runs have half the batch at twice the accumulation.

    Writes nothing. Raises NotHalved, and what `Compilation.runs` does.
    """
    experiment = compilation.build.experiment
    if not experiment.target.products:
        raise NotHalved(f"{experiment.target.name} has no batch to halve", "")
    keys = experiment.target.products[0]
    if not runs:
        raise NotHalved("there is no run whose batch is to be halved", "")
    old = compilation.place.source()
    text, lines = _edited(compilation, old, [each.run for each in runs], keys)
    _check(compilation, text, [each.run for each in runs], keys, session)
    notes = dict.fromkeys(note for task in runs for note in _notes(compilation, task, keys))
    ids = tuple(each.run for each in runs)
    return Halving(compilation.place.path, old, text, ids, tuple(lines), tuple(notes))


def _edited(
    compilation: Compilation, old: str, runs: Sequence[str], keys: tuple[str, str]
) -> tuple[str, list[str]]:
    """The text with what is recorded, and that as lines."""
    experiment = compilation.build.experiment
    groups: dict[_Pair, list[Cell]] = {}
    for id in runs:
        run = compilation.runs[id]
        pair = _pair(id, run.config, keys)
        _check_varied(experiment, run.cell, keys)
        groups.setdefault(pair, []).append(run.cell)
    text, lines = old, []
    standing = [_standing(experiment, cells, keys) for cells in groups.values()]
    # From the end of the text, so that the places before stay where they are.
    edits = [
        (span, value)
        for pair, columns in zip(groups, standing, strict=True)
        for column in columns
        for span, value in _values(column, pair, keys)
    ]
    source = SourceText(compilation.place.path, old)
    for (start, end), value in sorted(
        ((_offsets(source, span), value) for span, value in edits), reverse=True
    ):
        text = text[:start] + value + text[end:]
    for (pair, cells), columns in zip(groups.items(), standing, strict=True):
        lines += [_entry(column.name, pair, keys) for column in columns]
        told = {cell for column in columns for cell in _whose(experiment, column)}
        left = [cell for cell in cells if cell not in told]
        for condition in _conditions(compilation, left) if left else ():
            line = _entry(condition, pair, keys)
            _check_new(experiment, condition, line)
            lines.append(line)
            made = with_entry_below(SourceText(compilation.place.path, text), _SECTION, line)
            if made is None:
                raise NotHalved(
                    f"{compilation.place.path} cannot be edited without touching other lines",
                    f"write below `when` of `controls`: `{line}`",
                )
            text = made
    return text, lines


def _check_new(experiment: Experiment, condition: str, line: str) -> None:
    """Refuse a condition that stands there with other constants: a key cannot stand twice."""
    for column in experiment.conditional:
        if column.name == condition:
            raise NotHalved(
                f"{column.span}: `when: {{{quoted(condition)}: ...}}` has other constants of these"
                " runs",
                f"write there also what is in `{line}`",
            )


def _entry(condition: str, pair: _Pair, keys: tuple[str, str]) -> str:
    return f"{quoted(condition)}: {pair.line(keys)}"


def _pair(id: str, config: Mapping[str, Value], keys: tuple[str, str]) -> _Pair:
    """The batch and the accumulation of a run. Raises NotHalved for what has no half."""
    batch, accumulation = (config.get(key, 1) for key in keys)
    for key, value in zip(keys, (batch, accumulation), strict=True):
        if not isinstance(value, int) or isinstance(value, bool):
            raise NotHalved(
                f"{id} has `{key}: {value}`, which is no number",
                f"write `{key}` as a number under `controls:`, then halve it",
            )
    assert isinstance(batch, int)
    assert isinstance(accumulation, int)
    if batch == 1:
        raise NotHalved(
            f"{id} has `{keys[0]}: 1`, and there is no half of it",
            "it needs less memory in another way: shorter samples, activation checkpointing,"
            " or a GPU with more",
        )
    if batch % 2:
        raise NotHalved(
            f"{id} has `{keys[0]}: {batch}`, which is odd: no accumulation of halves sums over as"
            " many samples",
            f"choose an even `{keys[0]}`; `{keys[0]}: 1` with"
            f" `{keys[1]}: {batch * accumulation}` sums over as many too",
        )
    return _Pair(batch, accumulation)


def _check_varied(experiment: Experiment, cell: Cell, keys: tuple[str, str]) -> None:
    """Refuse a batch that is what the experiment compares, or follows from that."""
    for column, level in zip(experiment.columns, cell, strict=True):
        if column.is_constant or level is None:
            continue
        for each in column.assigned(level):
            if each.path[0] in keys:
                is_derived = column in experiment.derived
                what = "is derived" if is_derived else f"is a level of `{column.name}`"
                raise NotHalved(
                    f"`{format_path(each.path)}` {what}, and halving it would change what the"
                    " experiment compares",
                    "change it there: the levels, or the formula",
                )


def _standing(experiment: Experiment, cells: Sequence[Cell], keys: tuple[str, str]) -> list[Factor]:
    """The constants of some runs that set their batch by now.

    Raises NotHalved where they are of other runs too.
    """
    found = []
    for column in experiment.conditional:
        set_here = {a.path[0] for a in column.assigned(0)} & set(keys)
        whose = set(_whose(experiment, column))
        if not set_here or not whose & set(cells):
            continue
        if not (whose <= set(cells) and set_here == set(keys)):
            raise NotHalved(
                f"{column.span}: `when: {{{quoted(column.name)}: ...}}` sets"
                f" {' and '.join(f'`{k}`' for k in keys if k in set_here)} of these runs"
                f"{'' if whose <= set(cells) else ', and of others'}",
                "halve it there by hand",
            )
        found.append(column)
    return found


def _whose(experiment: Experiment, column: Factor) -> Iterator[Cell]:
    """The runs that have constants of some."""
    at = len(experiment.factors) + experiment.conditional.index(column)
    return (cell for cell in experiment.cells if cell[at] is not None)


def _values(column: Factor, pair: _Pair, keys: tuple[str, str]) -> Iterator[tuple[Assignment, str]]:
    """The assignments of constants that are changed, and their new texts."""
    new = {keys[0]: pair.batch // 2, keys[1]: pair.accumulation * 2}
    for each in column.assigned(0):
        if each.path[0] in new:
            yield each, str(new[str(each.path[0])])


def _offsets(source: SourceText, each: Assignment) -> tuple[int, int]:
    span = each.value_span
    return (
        source.offset(span.line, span.column),
        source.offset(span.end_line, span.end_column),
    )


def _conditions(compilation: Compilation, cells: Sequence[Cell]) -> list[str]:
    """Conditions of just these runs. Raises NotHalved."""
    made = conditions_for(compilation, cells)
    if made is None:
        raise NotHalved(
            "no condition over the variables says which runs these are",
            "halve the batch of all by hand, under `controls:`",
        )
    return made


def _check(
    compilation: Compilation,
    text: str,
    runs: Sequence[str],
    keys: tuple[str, str],
    session: Session | None,
) -> None:
    """Refuse an edit that does anything else than what it is for. Raises NotHalved."""
    after = compile(compilation.place.path, text=text, session=session)
    if not after.ok:
        errors = [each for each in after.diagnostics if each.severity is Severity.ERROR]
        first = errors[0].message if errors else "it has errors"
        raise NotHalved(f"with half the batch it would not compile: {first}", errors[0].help)
    before = {run.id: run for run in compilation.runs}
    for run in after.runs:
        old = before.pop(run.id, None)
        if old is None:
            raise NotHalved(f"the edit would make another run, {run.id}", "halve it by hand")
        if run.id not in runs:
            if run.science_hash != old.science_hash:
                raise NotHalved(f"the edit would change {run.id} too", "halve it by hand")
            continue
        new, was = run.config, _pair(run.id, old.config, keys)
        wanted = {**old.config, keys[0]: was.batch // 2, keys[1]: was.accumulation * 2}
        if new != wanted:
            raise NotHalved(f"the edit would not halve the batch of {run.id}", "halve it by hand")
    if before:
        raise NotHalved(f"the edit would lose {min(before)}", "halve it by hand")


def _followers(config: Mapping[str, Value], keys: tuple[str, str]) -> Iterator[str]:
    """What is a number of its own in an experiment's eyes, and is read off the batch by a run."""
    for place, text in strings(dict(config)):
        named = [key for key in keys if (key,) in set(mentions(text, place))]
        if named:
            whose = " and ".join(f"`{key}`" for key in named)
            yield f"`{format_path(place)}: {text}` follows {whose}, and is another value then"


def _notes(compilation: Compilation, task: Task, keys: tuple[str, str]) -> Iterator[str]:
    """Why the result of a run changes."""
    experiment, run = compilation.build.experiment, compilation.runs[task.run]
    training, known, config = experiment.target.training, compilation.known, run.config
    assert training is not None
    assert known is not None
    yield from _followers(config, keys)
    samples = samples_of(experiment.samples, config, arms_of_run(experiment, run))
    beside = Beside(task.world, samples, compilation.place.text_of)
    yield from training.halved(config, experiment.recipe, compilation.recipe, known, beside)
