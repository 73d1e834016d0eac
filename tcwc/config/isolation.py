"""Keeps the outputs of runs apart: each directory that a run writes to gets the run's own name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

from tcwc.config.interpolation.reading import visited
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Experiment, Path, Template, Value, overlap


@dataclass(frozen=True, slots=True)
class Isolation:
    """Appends `/EXPERIMENT/RUN` to the directories under the `keys` of writing, where `enabled`.

    A directory that follows another one by `${...}` moves with it, and is left as it is;
    references are followed through `constant`, the config that all runs share. So is one whose
    template names the run, or a path that is `varied`: its author keeps the runs apart.
    """

    experiment: str
    constant: dict[str, Value]
    enabled: bool
    keys: tuple[str, ...]
    varied: AbstractSet[Path] = frozenset()

    def moved(self, key: str, value: Value) -> tuple[Path, ...]:
        """The directories in a top-level member that are made the run's own."""
        return tuple(
            path for path, text in written(key, value, self.keys) if self._moves(path, text)
        )

    def member(self, value: Value, moved: Iterable[Path], run_id: str) -> Value:
        """A top-level member with these directories in it made the run's own."""
        for path in moved:
            if isinstance(value, str):
                value = self._own(value, run_id)
            elif isinstance(value, dict):
                name = str(path[1])
                value = {**value, name: self._own(str(value[name]), run_id)}
        return value

    def directory(self, path: Path, written: str, filled: str, run_id: str) -> str:
        """What a run has at a path: `filled` is what was written there with templates filled in."""
        return self._own(filled, run_id) if self._moves(path, written) else filled

    def _moves(self, path: Path, text: str) -> bool:
        return (
            self.enabled
            and is_written(path, self.keys)
            and not self.is_kept_apart(text)
            and not self._follows(path, text)
        )

    def _own(self, text: str, run_id: str) -> str:
        return f"{text.rstrip('/')}/{self.experiment}/{run_id}"

    def is_kept_apart(self, text: str) -> bool:
        """Whether a text is a template that differs between runs by what it names."""
        return isinstance(text, Template) and any(
            path in (("run_id",), ("index",)) or any(overlap(path, each) for each in self.varied)
            for path in text.names.values()
        )

    def _follows(self, path: Path, text: str) -> bool:
        """Whether a directory lies, by interpolation, under another one that is written to."""
        return "${" in text and any(
            is_written(each, self.keys) and each != path
            for each in visited(text, path, self.constant)
        )


def is_written(path: Path, keys: tuple[str, ...]) -> bool:
    """Whether a path is that of a directory that a run writes to, by the target's write keys."""
    return len(path) <= 2 and path[-1:] != () and path[-1] in keys


def varied_paths(experiment: Experiment) -> AbstractSet[Path]:
    """The paths that differ between runs, arms' names among them."""
    set_by = {
        a.path for each in experiment.columns for level in each.levels for a in level.assignments
    }
    return set_by | {factor.path for factor in experiment.factors}


def written(key: str, value: Value, keys: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    """The directories that a top-level member says a run writes to, with their texts."""
    if key in keys and isinstance(value, str):
        yield (key,), value
    elif isinstance(value, dict):
        for name in keys:
            if isinstance(text := value.get(name), str):
                yield (key, name), text
