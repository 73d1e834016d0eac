"""Laws of identity over random histories of an experiment, each version built after the other."""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf

from tcwc.builds.mapping import Lock, Record
from tcwc.model.signature import config_text
from tests.conftest import share
from tests.experiments import render
from tests.study import BASE, Study, coordinates

pytestmark = pytest.mark.usefixtures("no_checks")

KEYS: dict[str, tuple[list[str], list[list[str]]]] = {
    "model.lora_rank": (["lora_rank", "model.lora_rank", "+"], [["4"], ["8"], ["16"], ["32"]]),
    "optimizer.lr": (
        ["lr", "learning_rate", "optimizer.lr", "+"],
        [["1e-4", "0.0001", "1.0e-4"], ["3e-4", "3.0e-04"], ["2e-5", "0.00002"]],
    ),
    "optimizer.weight_decay": (["weight_decay", "optimizer.weight_decay"], [["0", "0.0"], ["0.1"]]),
    "optimizer.fused": (["fused", "optimizer.fused"], [["true", "True"], ["false", "False"]]),
    "epochs": (["epochs"], [["1"], ["2"], ["5"]]),
    "seed": (["seed"], [["null", "~"], ["1"], ["2"]]),
    "compile": (["compile"], [["false", "FALSE"], ["true"]]),
    "log_every_n_steps": (["log_every_n_steps"], [["1"], ["5"], ["10"]]),
}
"""What an edit may vary or set: spellings of each key (`+`: nested), and of each of its values."""

PATHS = list(KEYS)
WHICH = st.integers(0, 11)
EDITS = st.tuples(
    st.sampled_from(
        ["add level", "drop level", "move level", "add factor", "drop factor", "move factor",
         "respell key", "respell value", "set control", "drop control", "rename experiment"]
    ),
    WHICH, WHICH, WHICH,
)  # fmt: skip
Edit = tuple[str, int, int, int]


@dataclass
class Version:
    """An experiment: for each key, which of its values by index; and how all is spelled."""

    factors: dict[str, list[int]] = field(default_factory=lambda: {"model.lora_rank": [1, 2]})
    controls: dict[str, int] = field(default_factory=lambda: {"epochs": 1})
    names: dict[str, int] = field(default_factory=dict)
    values: dict[tuple[str, int], int] = field(default_factory=dict)
    experiment: int = 0

    def apply(self, edit: Edit) -> None:
        kind, a, b, c = edit
        EDIT[kind](self, a, b, c)

    def factor(self, a: int) -> str:
        return list(self.factors)[a % len(self.factors)]

    def level(self, path: str, b: int) -> int:
        return b % len(KEYS[path][1])

    def _levels(self, a: int, b: int, c: int, *, drop: bool, add: bool) -> None:
        path = self.factor(a)
        levels = self.factors[path]
        level = self.level(path, b)
        had = level in levels
        if (drop or add) and had and len(levels) > 1:
            levels.remove(level)
        if add and level not in levels and (had or not drop):
            levels.insert(c % (len(levels) + 1), level)

    def add_factor(self, a: int, b: int, c: int) -> None:
        path = PATHS[a % len(PATHS)]
        if path in self.factors or len(self.factors) == 3:
            return
        self.controls.pop(path, None)
        count = len(KEYS[path][1])
        items = list(self.factors.items())
        items.insert(c % (len(items) + 1), (path, list(dict.fromkeys((b % count, c % count)))))
        self.factors = dict(items)

    def drop_factor(self, a: int, b: int, c: int) -> None:
        path = self.factor(a)
        if len(self.factors) > 1:
            del self.factors[path]
            if c % 2:
                self.controls[path] = self.level(path, b)

    def move_factor(self, a: int, b: int, c: int) -> None:
        path = self.factor(a)
        levels = self.factors.pop(path)
        items = list(self.factors.items())
        items.insert(b % (len(items) + 1), (path, levels))
        self.factors = dict(items)

    def set_control(self, a: int, b: int, c: int) -> None:
        path = PATHS[a % len(PATHS)]
        if path not in self.factors:
            self.controls[path] = self.level(path, b)

    def drop_control(self, a: int, b: int, c: int) -> None:
        if self.controls:
            del self.controls[list(self.controls)[a % len(self.controls)]]

    def respell_key(self, a: int, b: int, c: int) -> None:
        self.names[PATHS[a % len(PATHS)]] = b

    def respell_value(self, a: int, b: int, c: int) -> None:
        path = PATHS[a % len(PATHS)]
        self.values[path, self.level(path, b)] = c

    def rename(self, a: int, b: int, c: int) -> None:
        self.experiment = a % 2

    # --- as text and as values ------------------------------------------------------------

    def text(self) -> str:
        lines = [f"experiment_name: study{self.experiment}", f"base_config: {BASE}", "variables:"]
        nested: set[str] = set()
        for path, levels in self.factors.items():
            listed = ", ".join(self.spelled(path, level) for level in levels)
            lines.append(self.line(path, f"[{listed}]", nested))
        lines += ["controls:"] if self.controls else []
        nested = set()
        for path, level in self.controls.items():
            lines.append(self.line(path, self.spelled(path, level), nested))
        return "\n".join(lines) + "\n"

    def line(self, path: str, value: str, nested: set[str]) -> str:
        spellings = KEYS[path][0]
        name = spellings[self.names.get(path, 0) % len(spellings)]
        if name == "+":
            above, _, below = path.partition(".")
            if above not in nested:
                nested.add(above)
                return f"  {above}: {{{below}: {value}}}"
            name = path
        return f"  {name}: {value}"

    def spelled(self, path: str, level: int) -> str:
        spellings = KEYS[path][1][level]
        return spellings[self.values.get((path, level), 0) % len(spellings)]

    def value(self, path: str, level: int) -> Any:
        text = KEYS[path][1][level][0]
        value: Any = json.loads(text)
        return float(value) if path in ("optimizer.weight_decay", "optimizer.lr") else value

    def runs(self) -> list[dict[str, Any]]:
        """The coordinates of every run, last factor fastest."""
        rows: list[dict[str, Any]] = [{}]
        for path, levels in self.factors.items():
            rows = [{**row, path: self.value(path, level)} for row in rows for level in levels]
        return rows


EDIT: dict[str, Callable[[Version, int, int, int], None]] = {
    "add level": lambda v, a, b, c: v._levels(a, b, c, drop=False, add=True),
    "drop level": lambda v, a, b, c: v._levels(a, b, c, drop=True, add=False),
    "move level": lambda v, a, b, c: v._levels(a, b, c, drop=True, add=True),
    "add factor": Version.add_factor,
    "drop factor": Version.drop_factor,
    "move factor": Version.move_factor,
    "respell key": Version.respell_key,
    "respell value": Version.respell_value,
    "set control": Version.set_control,
    "drop control": Version.drop_control,
    "rename experiment": Version.rename,
}


class History:
    """Builds version upon version, and holds each against what went before."""

    def __init__(self, folder: Path) -> None:
        self.study = Study(folder)
        self.version = Version()
        self.lock: Lock | None = None
        self.last_config: dict[str, dict[str, Any]] = {}
        self.build()

    def edit(self, edit: Edit) -> None:
        before = copy.deepcopy(self.version)
        self.version.apply(edit)
        if self.version != before:
            self.build()

    def build(self) -> None:
        self.study.source.write_text(self.version.text())
        old_files = self.study.files() if self.lock else {}
        report = self.study.build()
        lock = self.study.lock
        self.configs_are_plain_merges()
        if self.lock is not None:
            self.known_runs_stay(self.lock, lock)
            self.no_id_means_something_else(self.lock, lock)
            self.nothing_is_forgotten(self.lock, lock)
            self.report_is_true(self.lock, lock, report, old_files)
        stamps = self.study.stamps()
        assert self.study.build().new == ()
        assert self.study.stamps() == stamps, "the second build of a version writes nothing"
        self.lock = lock
        self.last_config |= {run.id: run.config for run in self.study.compile().runs}

    def configs_are_plain_merges(self) -> None:
        compilation = self.study.compile()
        files = self.study.run_files()
        base = compilation.experiment.base.values if compilation.experiment else {}
        for run, row in zip(compilation.runs, self.version.runs(), strict=True):
            text = files[f"{run.id}.yaml"].decode()
            name = f"study{self.version.experiment}"
            assert text == run.text == config_text(name, run.id, render(run.config))
            assert OmegaConf.to_container(OmegaConf.create(text)) == run.config
            wanted = copy.deepcopy(base)
            for path, level in self.version.controls.items():
                put(wanted, path, self.version.value(path, level))
            for path, value in row.items():
                put(wanted, path, value)
            put(wanted, "output_dir", f"{base['output_dir']}/{name}/{run.id}")
            assert same(run.config, wanted), (run.config, wanted)

    def known_runs_stay(self, old: Lock, new: Lock) -> None:
        before = {coordinates(old, r): r.id for r in {**old.retired, **old.runs}.values()}
        for record in new.runs.values():
            assert before.get(coordinates(new, record), record.id) == record.id

    def no_id_means_something_else(self, old: Lock, new: Lock) -> None:
        """Where a run has other coordinates, its factors are others, and their values the same."""
        configs = {run.id: run.config for run in self.study.compile().runs}
        for id, record in new.runs.items():
            before = old.runs.get(id) or old.retired.get(id)
            if before is None or coordinates(old, before) == coordinates(new, record):
                continue
            was, now = (paths(old, before), paths(new, record))
            assert was != now
            for path in was | now:
                assert get(self.last_config[id], path) == get(configs[id], path), (id, path)

    def nothing_is_forgotten(self, old: Lock, new: Lock) -> None:
        ids = new.runs.keys() | new.retired.keys()
        assert old.runs.keys() | old.retired.keys() <= ids
        for id in new.retired:
            before = old.runs.get(id) or old.retired[id]
            assert coordinates(old, before) == coordinates(new, new.retired[id])

    def report_is_true(self, old: Lock, new: Lock, report: Any, files: dict[str, bytes]) -> None:
        known = old.runs.keys() | old.retired.keys()
        assert set(report.new) == new.runs.keys() - known
        assert set(report.revived) == new.runs.keys() & old.retired.keys()
        assert set(report.retired) == old.runs.keys() - new.runs.keys()
        changed = {id for change in report.changes for id in change.ids}
        now = self.study.files()
        for id in changed:
            assert files.get(f"{id}.yaml") != now[f"{id}.yaml"]
        for change in report.changes:
            assert change.differences or set(change.ids) <= old.retired.keys()


def paths(lock: Lock, record: Record) -> set[str]:
    return {str(lock.head.names.get(name, name)) for name in record.parameters}


def put(config: dict[str, Any], path: str, value: Any) -> None:
    *above, last = path.split(".")
    for key in above:
        config = config.setdefault(key, {})
    config[last] = value


def get(config: dict[str, Any], path: str) -> Any:
    value: Any = config
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def same(one: Any, other: Any) -> bool:
    """Equal, and of equal types; the order of keys is the writer's own business."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


@given(st.lists(EDITS, min_size=1, max_size=7))
@settings(max_examples=share(40))
@example([("add factor", 6, 0, 1), ("drop factor", 1, 1, 1), ("add factor", 6, 1, 0)])
@example([("drop level", 0, 1, 0), ("add factor", 3, 1, 0), ("add level", 0, 1, 0)])
def test_an_id_means_one_run_and_a_run_keeps_its_id(edits: list[Edit]) -> None:
    histories(edits)


@pytest.mark.slow
@given(st.lists(EDITS, min_size=5, max_size=25))
@settings(max_examples=120)
def test_the_same_over_long_histories(edits: list[Edit]) -> None:
    histories(edits)


def histories(edits: list[Edit]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        history = History(Path(folder))
        for edit in edits:
            history.edit(edit)
