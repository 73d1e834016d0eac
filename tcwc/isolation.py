"""Keeps the outputs of runs apart: each directory that a run writes to gets the run's own name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tcwc.interpolation import reference_paths
from tcwc.ir import Path, Value
from tcwc.merge import lookup

WRITTEN = ("output_dir", "log_dir")
"""Keys that name a directory a run writes to, at the top level or in a component section.

`output_dir` of recipes, checkpointers and the profiler, `log_dir` of the metric loggers
(torchtune/training/checkpointing, metric_logging.py and _profiler.py of 0.6.1).
"""


@dataclass(frozen=True, slots=True)
class Isolation:
    """Appends `/EXPERIMENT/RUN` to write directories, where `enabled`.

    A directory that follows another one by `${...}` moves with it, and is left as it is;
    references are followed through `constant`, the config that all runs share.
    """

    experiment: str
    constant: dict[str, Value]
    enabled: bool

    def member(self, key: str, value: Value, run_id: str) -> Value:
        """A top-level member with its write directories made the run's own."""
        if isinstance(value, str):
            return self._own(value, run_id) if self._moves((key,), value) else value
        if not isinstance(value, dict):
            return value
        moved = {
            name: self._own(text, run_id)
            for name in WRITTEN
            if isinstance(text := value.get(name), str) and self._moves((key, name), text)
        }
        return {**value, **moved}

    def moves(self, key: str, value: Value) -> bool:
        """Whether a member holds a directory that is made the run's own."""
        return any(self._moves(path, text) for path, text in written(key, value))

    def _moves(self, path: Path, text: str) -> bool:
        return self.enabled and path[-1] in WRITTEN and not self._follows(path, text)

    def _own(self, text: str, run_id: str) -> str:
        return f"{text.rstrip('/')}/{self.experiment}/{run_id}"

    def _follows(self, path: Path, text: str) -> bool:
        """Whether a directory lies, by interpolation, under another one that is written to."""
        seen: set[Path] = {path}
        waiting: list[Value] = [text]
        while waiting:
            for reference in reference_paths(waiting.pop()):
                target: Path = tuple(reference.split("."))
                there, value = lookup(self.constant, target)
                if there and target[-1] in WRITTEN and len(target) <= 2 and target != path:
                    return True
                if target not in seen:
                    seen.add(target)
                    waiting.append(value)
        return False


def written(key: str, value: Value) -> Iterator[tuple[Path, str]]:
    """The directories that a top-level member says a run writes to, with their texts."""
    if key in WRITTEN and isinstance(value, str):
        yield (key,), value
    elif isinstance(value, dict):
        for name in WRITTEN:
            if isinstance(text := value.get(name), str):
                yield (key, name), text
