"""The proof that no two runs write to one directory, under whatever keys.

Every combination of levels that a directory depends on is looked at; what it comes to is what
OmegaConf makes of the config that is written. Where texts do not say that two directories are
two, they count as one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tcwc.config.filling import NotFilled
from tcwc.config.interpolation.reading import NotKnown
from tcwc.config.isolation import is_written, written
from tcwc.config.merge import merge
from tcwc.design.product import projection
from tcwc.design.reach import Column, Reach
from tcwc.lint.assigned import assignments
from tcwc.lint.context import Context
from tcwc.lint.directories import (
    Directory,
    Own,
    Plain,
    ambiguous,
    directory,
    holding,
    indistinct,
)
from tcwc.lint.naming import both
from tcwc.lint.run_view import NUMBERS, RunView
from tcwc.model.diagnostics import Diagnostic, finding, remove_at
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Cell, Experiment, Path, assigned, format_path
from tcwc.model.limits import DIRECTORIES
from tcwc.model.rules import SHARED_OUTPUT

_MAX_KNOWN = 10_000
"""Combinations that are looked at before the runs are."""


_UNSEEN = "in one of those after them, at which tcwc does not look"
_LATE = "when the runs start, and not before that is it known"


@dataclass(frozen=True, slots=True)
class _Clash:
    """Two directories that are one, those of two runs (by place); or in words why they may be."""

    one: Path
    other: Path
    shown: str
    runs: tuple[int, int] | None = None
    why: str = ""


def check_collisions(context: Context) -> Iterator[Diagnostic]:
    """The first two runs that share a directory. The experiment must merge without conflicts."""
    if len(context.experiment.cells) > 1:
        clash = _Directories(context.experiment).clash()
        if clash is not None:
            yield _shared(context, clash)


def run_directories(experiment: Experiment) -> dict[Directory, Path]:
    """The directories that runs of an experiment write to, each with a key that names it."""
    return _Directories(experiment).all()


class _Directories:
    """The directories that the runs of an experiment write to."""

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._constant = merge(experiment.base.values, experiment.constants)
        self._view = RunView(experiment, self._constant)
        self._reach = Reach(self._constant, [Column(each) for each in experiment.columns])
        self._first: dict[Directory, Path] = {}
        """Where each directory that does not depend on the run's place was met first."""

    def clash(self) -> _Clash | None:
        """Two runs that write to one directory; None where it is sure that there are none."""
        # Only what has no run's id in it can be of two runs: without any, none is gone through.
        shared = [each for each in map(self._known, self._paths()) if each.has_plain]
        return self._between_runs(shared) or self._by_texts()

    def all(self) -> dict[Directory, Path]:
        """Every directory of some run, with the key under which it was met first."""
        for path in self._paths():
            self._known(path)
        return self._first

    def _paths(self) -> dict[Path, None]:
        """Where a run may have a directory."""
        configs, keys = [self._constant], self._experiment.target.write_keys
        for column in self._experiment.columns:
            for level in column.levels:
                made = level.assignments
                if any(is_written(a.path, keys) or isinstance(a.value, dict) for a in made):
                    configs.append(merge(self._constant, made))
        members = (member for config in configs for member in config.items())
        return dict.fromkeys(
            path for key, value in members for path, _ in written(key, value, keys)
        )

    def _known(self, path: Path) -> _Known:
        """The directories at a path, by the levels that they depend on."""
        columns = self._reach.columns([path])
        known = _Known(path, columns, {})
        for levels in self._experiment.cells.projections(columns, _MAX_KNOWN):
            self.look(known, levels)
        return known

    def look(self, known: _Known, levels: Cell) -> Directory | None:
        """What runs of these levels have at a path; None where they have no directory there."""
        if levels not in known.found:
            found = self._directory(known.path, known.columns, levels)
            known.found[levels] = found
            if found is not None:
                self._first.setdefault(found, known.path)
        return known.found[levels]

    def _between_runs(self, shared: list[_Known]) -> _Clash | None:
        """Two runs with one directory that holds the name of neither."""
        projections = [(known, projection(known.columns)) for known in shared]
        owners: dict[str, tuple[int, Path]] = {}
        for place, cell in enumerate(self._experiment.cells) if shared else ():
            if place == DIRECTORIES.at_most:
                path = shared[0].path
                shown = f"another one in each of {DIRECTORIES}"
                return _Clash(path, path, shown, why=_UNSEEN)
            for known, of_cell in projections:
                found = self.look(known, of_cell(cell))
                if isinstance(found, Plain):
                    owner, path = owners.setdefault(found.text, (place, known.path))
                    if owner != place:
                        runs = None if found.unknown else (owner, place)
                        return _Clash(path, known.path, found.shown, runs, why=_LATE)
        return None

    def _by_texts(self) -> _Clash | None:
        """Two directories whose texts differ, and that may be one all the same."""
        own = [each for each in self._first if isinstance(each, Own)]
        plain = [each for each in self._first if isinstance(each, Plain)]
        pair: tuple[Directory, Directory] | None = ambiguous(own) or holding(own, plain)
        why = "for some numbers of runs (NNN), and the number is not kept apart from what follows"
        if pair is None:
            pair, why = indistinct(plain), _LATE
        if pair is None:
            return None
        one, other = pair
        shown = f"{one.shown} and {other.shown}"
        return _Clash(self._first[one], self._first[other], shown, why=why)

    def _directory(self, path: Path, columns: Sequence[int], levels: Cell) -> Directory | None:
        """What stands at a path in the runs of these levels."""
        chosen = list(zip((self._experiment.columns[at] for at in columns), levels, strict=True))
        made = assigned([column for column, _ in chosen], levels)
        config = merge(self._constant, made)
        arms = {c.path: str(c.levels[at].value) for c, at in chosen if c.is_arm and at is not None}
        try:
            one, other = (self._view.value(path, config, arms, number) for number in NUMBERS)
        except (NotFilled, NotKnown):
            return None  # no such run can be built, or started: findings of their own
        return directory(one, other) if isinstance(one, str) and isinstance(other, str) else None


@dataclass(frozen=True, slots=True)
class _Known:
    """What was found at a path so far, by the levels of the columns that it depends on."""

    path: Path
    columns: tuple[int, ...]
    found: dict[Cell, Directory | None]

    @property
    def has_plain(self) -> bool:
        return any(isinstance(each, Plain) for each in self.found.values())


def _shared(context: Context, clash: _Clash) -> Diagnostic:
    experiment = context.experiment
    if clash.runs is None:
        message = (
            f"two runs may write to one directory: {_named(clash)} is {clash.shown}, "
            f"which may be the same {clash.why}"
        )
    else:
        message = (
            f"{both(experiment, *clash.runs)} both write to {_named(clash)} {clash.shown}, "
            "and the later one overwrites the earlier one's checkpoints and logs"
        )
    if experiment.isolate_outputs or clash.runs is None:
        origins = [each for each in assignments(experiment) if each.path == clash.other]
        span = origins[-1].value_span if origins else context.start
        help = "name what tells them apart: `/{run_id}` at the end, or every variable"
        return finding(SHARED_OUTPUT, span, message, help=help)
    start = context.sections.get("isolate_outputs", context.start)
    help = (
        "remove `isolate_outputs: false`, and each run gets a directory of its own; or write "
        "`{run_id}` into it"
    )
    return finding(SHARED_OUTPUT, start, message, help=help, fix=remove_at(start))


def _named(clash: _Clash) -> str:
    names = dict.fromkeys(f"`{format_path(path)}`" for path in (clash.one, clash.other))
    return " and ".join(names)
