"""Where the values of a run come from: base, constants, factors, formulas, templates, isolation."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.config.filling import RunName, fill, pieces
from tcwc.config.interpolation.reading import as_far_as_known
from tcwc.config.isolation import is_written
from tcwc.config.merge import lookup
from tcwc.config.walk import leaves, templates
from tcwc.explain.notes import Note, Origin
from tcwc.explain.stages import Stage, Staging, Step, deleted, shown
from tcwc.model.ir import Cell, Experiment, Op, Path, Scalar, Value, format_path
from tcwc.model.secrets import masked_value
from tcwc.model.source import Span
from tcwc.model.target import WhoReads

_REFERENCES = 3


class Origins:
    """The origins of one run's values. `config` is its whole config, as written."""

    def __init__(
        self,
        experiment: Experiment,
        cell: Cell,
        name: RunName,
        config: dict[str, Value],
        readers: WhoReads,
        draw: int | None,
    ) -> None:
        self._experiment = experiment
        self._cell = cell
        self._config = config
        self._readers = readers
        self._staging = Staging(experiment, cell, draw)
        self._own = own_names(experiment, cell, name)

    def paths(self) -> tuple[Path, ...]:
        """Every value of the run, and behind them what it has no more, or not in this run."""
        there = [path for path, _ in leaves(self._config)]
        gone = [path for path in self._gone() if not lookup(self._config, path)[0]]
        return (*there, *dict.fromkeys(gone))

    def of(self, path: Path) -> Origin:
        """Where the value at a path comes from, and what reads it."""
        there, value = lookup(self._config, path)
        changes = self._staging.changes(path)
        unset = [each.note for each in self._staging.not_set(path)]
        base = lookup(self._experiment.base.values, path)
        notes = [*self._setting(path, changes), *unset]
        notes += [*self._made_own(path, value), *self._replaced(path, changes)]
        notes += self._reading(path)
        own = bool(changes or unset) or base != (there, value)
        return Origin(path, there, value, own, tuple(notes))

    def of_arm(self, name: Path) -> tuple[Path, ...]:
        """The paths that the arm of a name sets in this run; none where there is no such arm."""
        columns = zip(self._experiment.factors, self._cell, strict=False)
        made = [f.assigned(at) for f, at in columns if f.is_arm and f.path == name]
        return tuple(each.path for level in made for each in level)

    # --- who set it ------------------------------------------------------------------------

    def _setting(self, path: Path, changes: list[Step]) -> Iterator[Note]:
        if changes:
            last = changes[-1]
            verb = "set by" if last.after[0] else "removed by"
            yield Note(verb, _who(last.stage), last.stage.assignment.value_span)
            yield from last.stage.more
        elif (base := self._base(path)) is not None:
            yield Note("set by", *base)

    def _replaced(self, path: Path, changes: list[Step]) -> Iterator[Note]:
        """What stood there before, the latest first."""
        for change in reversed(changes[:-1]):
            (there, value), stage = change.after, change.stage
            text = f"{shown(path, value)}, {stage.by}" if there else f"nothing, by {_who(stage)}"
            yield Note("replaces", text, stage.assignment.value_span)
        if changes and (base := self._base(path)) is not None:
            text, span = base
            value = lookup(self._experiment.base.values, path)[1]
            yield Note("replaces", f"{shown(path, value)}, {text}", span)

    def _base(self, path: Path) -> tuple[str, Span | None] | None:
        base = self._experiment.base
        if not lookup(base.values, path)[0]:
            return None
        return "the base", base.spans.get(path)

    # --- what became of it -----------------------------------------------------------------

    def _made_own(self, path: Path, value: Value) -> Iterator[Note]:
        """Templates filled in, the run's own directory, and what `${...}` comes to."""
        raw, keys = lookup(self._staging.merged, path)[1], self._experiment.target.write_keys
        for where, text in templates(raw, path):
            made = pieces(
                text, self._staging.merged, self._own, in_directory=is_written(where, keys)
            )
            filled = [f"{text[f.start : f.end]} is {each}" for f, each in made if f is not None]
            written = masked_value(format_path(where), text)
            yield Note("template", f"{written}: {', '.join(dict.fromkeys(filled))}")
        before = fill(raw, path, self._staging.merged, self._own, keys)
        if before != value and isinstance(before, str) and isinstance(value, str):
            added = value.removeprefix(before.rstrip("/"))
            yield Note("isolated", f"`{added}` is appended, so that no two runs share it")
        if (final := as_far_as_known(value, path, self._config)) != value:
            yield Note("comes to", shown(path, final))

    # --- what reads it ---------------------------------------------------------------------

    def _reading(self, path: Path) -> Iterator[Note]:
        found = self._readers.of(path)
        for each in found:
            yield Note("read by", str(each))
        for text in self._readers.instead(path):
            yield Note("resumed", text)
        references = self._readers.references(path)
        if references:
            more = f" and {len(references) - _REFERENCES} more" * (len(references) > _REFERENCES)
            yield Note("named by", ", ".join(references[:_REFERENCES]) + more)
        if not found and not references and lookup(self._config, path)[0]:
            yield Note("read by", "nothing known")

    # --- what is gone ----------------------------------------------------------------------

    def _gone(self) -> Iterator[Path]:
        """Paths that the run may lack; a section that was deleted stands for all in it."""
        for path, op in dict.fromkeys(
            (s.assignment.path, s.assignment.op) for s in self._staging.stages
        ):
            if op is Op.DELETE:
                yield path
            elif isinstance(lookup(self._config, path)[1], dict):
                for change in self._staging.changes(path):
                    yield from (each for each, _ in leaves(change.before[1], path))
        for each in self._staging.unset:
            yield from each.paths


def own_names(experiment: Experiment, cell: Cell, name: RunName) -> dict[Path, Scalar]:
    """What templates can say of a run that its config does not hold: its name, its arms."""
    chosen = zip(experiment.factors, cell, strict=False)
    arms = {f.path: str(f.levels[at].value) for f, at in chosen if f.is_arm and at is not None}
    return {**name.says(), **arms}


def _who(stage: Stage) -> str:
    made = stage.assignment
    return f"{stage.by}: {deleted(made)}" if made.op is not Op.SET else stage.by
