"""The proof that no two runs write to one directory, where the author keeps them apart himself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tcwc.design.product import projection
from tcwc.design.reach import Column, Reach
from tcwc.diagnostics import Diagnostic, finding, remove_at
from tcwc.filling import NotFilled, RunName, fill
from tcwc.interpolation import referenced, resolve
from tcwc.ir import Cell, Experiment, Path, Template, Value, format_path
from tcwc.isolation import Isolation, is_written, varied_paths, written
from tcwc.lint.assigned import assignments
from tcwc.lint.context import Context
from tcwc.merge import lookup, merge
from tcwc.rules import SHARED_OUTPUT

_OF_THE_RUN = frozenset((("run_id",), ("index",)))
"""What a template can name that differs in every run."""

_MAX_KNOWN = 10_000
"""Combinations that are looked at before the runs are."""


def check_collisions(context: Context) -> Iterator[Diagnostic]:
    """The first two runs that share a directory.

    A directory that ends with the run's id, or whose template names the run, is no other's. The
    experiment must merge without conflicts.
    """
    directories = _Directories(context.experiment)
    for path in directories.paths():
        pair = directories.shared(path)
        if pair is not None:
            yield _shared(context, path, *pair)
            return


class _Directories:
    """The directories that the runs of an experiment write to."""

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._constant = merge(experiment.base.values, experiment.constants)
        self._isolation = Isolation(
            experiment.name,
            self._constant,
            experiment.isolate_outputs,
            varied_paths(experiment),
        )
        self._reach = Reach(self._constant, [Column(each) for each in experiment.columns])

    def paths(self) -> dict[Path, None]:
        """Where a run may have one."""
        configs = [self._constant]
        for column in self._experiment.columns:
            for level in column.levels:
                if any(is_written(a.path) or isinstance(a.value, dict) for a in level.assignments):
                    configs.append(merge(self._constant, level.assignments))
        members = (member for config in configs for member in config.items())
        return dict.fromkeys(path for key, value in members for path, _ in written(key, value))

    def shared(self, path: Path) -> tuple[str, int, int] | None:
        """A directory at a path that two runs have, and the places of the first two."""
        columns = self._reach.columns([path])
        known = {
            levels: self._directory(path, columns, levels)
            for levels in self._experiment.cells.projections(columns, _MAX_KNOWN)
        }
        if not any(known.values()):
            return None
        of_cell = projection(columns)
        owners: dict[str, int] = {}
        for place, cell in enumerate(self._experiment.cells):
            levels = of_cell(cell)
            if levels not in known:
                known[levels] = self._directory(path, columns, levels)
            directory = known[levels]
            if directory is not None and owners.setdefault(directory, place) != place:
                return directory, owners[directory], place
        return None

    def _directory(self, path: Path, columns: Sequence[int], levels: Cell) -> str | None:
        """What stands at a path in the runs of these levels; None where it is each run's own."""
        chosen = list(zip((self._experiment.columns[at] for at in columns), levels, strict=True))
        config = merge(
            self._constant, (a for column, level in chosen for a in column.assigned(level))
        )
        if self._is_own(config, path):
            return None
        own = RunName(self._experiment.name, "", 0).says()
        own |= {c.path: str(c.levels[at].value) for c, at in chosen if c.is_arm and at is not None}
        try:
            filled = {key: fill(value, (key,), config, own) for key, value in config.items()}
        except NotFilled:
            return None  # a finding of its own (unfilled.py)
        there, text = lookup(filled, path)
        return str(resolve(text, filled)) if there else None

    def _is_own(self, config: dict[str, Value], path: Path) -> bool:
        """Whether a directory differs in every run by the run's id or number, in itself or in
        what it follows by `${...}`."""
        met = dict.fromkeys([path])
        waiting = [path]
        while waiting:
            at = waiting.pop()
            text = lookup(config, at)[1]
            names = text.names.values() if isinstance(text, Template) else ()
            moved = self._isolation.moved(str(at[0]), config.get(str(at[0])))
            if at in moved or not _OF_THE_RUN.isdisjoint(names):
                return True
            waiting += [each for each in referenced(text) if each not in met]
            met |= dict.fromkeys(waiting)
        return False


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
