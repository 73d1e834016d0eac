"""The proof that no two runs write to one directory, where the author keeps them apart himself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from tcwc.design.reach import Column, Reach
from tcwc.diagnostics import Diagnostic, finding, remove_at
from tcwc.filling import NotFilled, RunName, fill, templates
from tcwc.interpolation import resolve
from tcwc.ir import Cell, Experiment, Path, Scalar, Template, Value, format_path
from tcwc.isolation import WRITTEN, Isolation, varied_paths, written
from tcwc.lint.assigned import assignments
from tcwc.lint.context import Context
from tcwc.merge import merge
from tcwc.rules import SHARED_OUTPUT


def check_collisions(context: Context) -> Iterator[Diagnostic]:
    """The first two runs that share a directory.

    A directory that ends with the run's id, or whose template names the run, is no other's. The
    experiment must merge without conflicts.
    """
    experiment = context.experiment
    if experiment.isolate_outputs and not _directories(experiment):
        return
    shared = merge(experiment.base.values, experiment.constants)
    collisions = (
        _collision(context, shared, path) for path in _Written(experiment, shared).not_its_own()
    )
    yield from islice((each for each in collisions if each is not None), 1)


def _directories(experiment: Experiment) -> list[Template]:
    """The templates of the author's in what may be a directory that a run writes to."""
    made = (each for each in assignments(experiment) if isinstance(each.value, (str, dict)))
    found = (each for one in made for each in templates(one.value, one.path))
    return [text for path, text in found if path[-1] in WRITTEN]


class _Written:
    """The directories that runs write to, and which of them are a run's own whatever it does."""

    def __init__(self, experiment: Experiment, shared: dict[str, Value]) -> None:
        self._shared = shared
        self._experiment = experiment
        self._isolation = Isolation(
            experiment.name, shared, experiment.isolate_outputs, varied_paths(experiment)
        )
        self._reach = Reach(shared, [Column(each) for each in experiment.columns])
        self._texts: dict[Path, set[str]] = {}
        self._moved: dict[Path, bool] = {}
        variants = [shared, *self._assigned()]
        for config in variants:
            for key, value in config.items():
                moved = self._isolation.moved(key, value)
                for path, text in written(key, value):
                    self._texts.setdefault(path, set()).add(text)
                    self._moved[path] = self._moved.get(path, True) and path in moved

    def _assigned(self) -> Iterator[dict[str, Value]]:
        """The shared config with each level that assigns a directory."""
        for column in self._experiment.columns:
            for level in column.levels:
                if any(
                    str(each.path[-1]) in WRITTEN or isinstance(each.value, dict)
                    for each in level.assignments
                ):
                    yield merge(self._shared, level.assignments)

    def not_its_own(self) -> Iterator[Path]:
        """The directories that have to be compared between runs."""
        for path in self._texts:
            if not any(map(self._is_own, self._reach.paths([path]))):
                yield path

    def _is_own(self, path: Path) -> bool:
        """Whether what stands at a path differs in every run by the run's id or number."""
        texts = self._texts.get(path, set())
        named = all(
            isinstance(text, Template) and {("run_id",), ("index",)} & set(text.names.values())
            for text in texts
        )
        return bool(texts) and (self._moved[path] or named)


def _collision(context: Context, shared: dict[str, Value], path: Path) -> Diagnostic | None:
    """The first two runs in which a directory is the same."""
    experiment = context.experiment
    columns = Reach(shared, [Column(each) for each in experiment.columns]).columns([path])
    known: dict[Cell, str | None] = {}
    owners: dict[str, int] = {}
    for place, cell in enumerate(experiment.cells):
        levels = tuple([cell[column] for column in columns])
        if levels not in known:
            known[levels] = _directory(experiment, shared, columns, levels, path)
        directory = known[levels]
        if directory is None:
            continue
        first = owners.setdefault(directory, place)
        if first != place:
            return _shared(context, path, directory, first, place)
    return None


def _directory(
    experiment: Experiment,
    shared: dict[str, Value],
    columns: Sequence[int],
    levels: Cell,
    path: Path,
) -> str | None:
    """What stands at a path in the runs of these levels; None where nothing does."""
    made = [
        each
        for column, level in zip(columns, levels, strict=True)
        for each in experiment.columns[column].assigned(level)
    ]
    config = merge(shared, made)
    own: dict[Path, Scalar] = RunName(experiment.name, "", 0).says()
    for column, level in zip(columns, levels, strict=True):
        arm = experiment.columns[column]
        if arm.is_arm and level is not None:
            own[arm.path] = str(arm.levels[level].value)
    try:
        filled = {key: fill(value, (key,), config, own) for key, value in config.items()}
    except NotFilled:
        return None  # a finding of its own (templates.py)
    for at, text in written(str(path[0]), filled.get(str(path[0]))):
        if at == path:
            return str(resolve(text, filled))
    return None


def _shared(context: Context, path: Path, directory: str, first: int, second: int) -> Diagnostic:
    experiment = context.experiment
    message = (
        f"runs {first} and {second} both write to `{format_path(path)}` {directory}, "
        "and the later one overwrites the earlier one's checkpoints and logs"
    )
    if experiment.isolate_outputs:
        origins = [each for each in assignments(experiment) if each.path == path]
        span = origins[-1].value_span if origins else context.start
        help = "name what tells them apart: `{run_id}`, or every variable"
        return finding(SHARED_OUTPUT, span, message, help=help)
    start = context.sections.get("isolate_outputs", context.start)
    help = (
        "remove `isolate_outputs: false`, and each run gets a directory of its own; or write "
        "`{run_id}` into it"
    )
    return finding(SHARED_OUTPUT, start, message, help=help, fix=remove_at(start))
