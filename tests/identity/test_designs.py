"""Runs keep their ids and files when a design with arms, zip, when, ... around them changes."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import share
from tests.study import BASE, Study

pytestmark = pytest.mark.usefixtures("no_checks")

HEAD = f"experiment_name: study\nbase_config: {BASE}\n"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path / "study")


def build(study: Study, text: str) -> Any:
    study.source.write_text(HEAD + text, encoding="utf-8")
    return study.build()


GROWTH = {
    "a level of an arm": (
        "arms: {a: {x: {lora_rank: 8}, y: {lora_rank: 16, lora_alpha: 32}}}\n",
        "arms: {a: {z: {lora_rank: 4}, x: {lora_rank: 8}, y: {lora_rank: 16, lora_alpha: 32}}}\n",
        1,
    ),
    "an arm of which a level is what the runs had": (
        "variables: {lora_rank: [8, 16]}\n",
        "variables: {lora_rank: [8, 16]}\narms: {a: {more: {epochs: 5}, none: {}}}\n",
        2,
    ),
    "an arm over engineering of which a level is what the runs had": (
        "variables: {lora_rank: [8, 16]}\n",
        "variables: {lora_rank: [8, 16]}\n"
        "arms: {a: {off: {compile: false}, on: {compile: true, log_every_n_steps: 7}}}\n",
        2,
    ),
    "a step of a zip": (
        "variables: {batch_size: [1, 2], gradient_accumulation_steps: [8, 4]}\n"
        "zip: [[batch_size, gradient_accumulation_steps]]\n",
        "variables: {batch_size: [4, 1, 2], gradient_accumulation_steps: [2, 8, 4]}\n"
        "zip: [[batch_size, gradient_accumulation_steps]]\n",
        1,
    ),
    "a variable that is set where its condition holds": (
        "variables: {lora_rank: [8, 16]}\n",
        "variables:\n  lora_rank: [8, 16]\n"
        "  weight_decay: {values: [0.01, 0.1], when: lora_rank == 16}\n",
        1,
    ),
    "a level of a conditional variable over engineering": (
        "variables:\n  lora_rank: [8, 16]\n"
        "  compile: {values: [true], when: lora_rank == 16}\n",
        "variables:\n  lora_rank: [8, 16]\n"
        "  compile: {values: [false, true], when: lora_rank == 16}\n",
        1,
    ),
    "a factor beside a conditional one over engineering": (
        "variables:\n  lora_rank: [8, 16]\n"
        "  compile: {values: [true, false], when: lora_rank == 16}\n",
        "variables:\n  lora_rank: [8, 16]\n"
        "  compile: {values: [true, false], when: lora_rank == 16}\n"
        "  log_every_n_steps: [5, 1]\n",
        3,
    ),
    "a factor beside an arm over engineering": (
        "arms: {a: {off: {compile: false}, on: {compile: true}}}\n",
        "arms: {a: {off: {compile: false}, on: {compile: true}}}\n"
        "variables: {log_every_n_steps: [5, 1]}\n",
        2,
    ),
    "a derived value": (
        "variables: {lora_rank: [8, 16]}\ncontrols: {seed: 1}\n",
        "variables: {lora_rank: [8, 16, 64]}\ncontrols: {seed: 1}\nderived: {epochs: 5 - 4}\n",
        1,
    ),
    "an exclude less": (
        "variables: {lora_rank: [8, 16], epochs: [1, 2]}\n"
        "exclude: [lora_rank == 8 and epochs == 2]\n",
        "variables: {lora_rank: [8, 16], epochs: [1, 2]}\n",
        1,
    ),
    "a row": (
        "variables: {lora_rank: [8, 16]}\n",
        "variables: {lora_rank: [8, 16]}\ninclude: [{lora_rank: 32, epochs: 5}]\n",
        1,
    ),
    "rows before other rows": (
        "variables: {lora_rank: [8, 16]}\ninclude: [{lora_rank: 32}]\n",
        "variables: {lora_rank: [8, 16]}\ninclude: [{lora_rank: 4}, {lora_rank: 32}]\n",
        1,
    ),
    "a larger sample of a grid": (
        "variables: {lora_rank: [4, 8, 16, 32], epochs: [1, 2, 3]}\nsample: {size: 4, seed: 7}\n",
        "variables: {lora_rank: [4, 8, 16, 32], epochs: [1, 2, 3]}\nsample: {size: 9, seed: 7}\n",
        5,
    ),
    "a larger sample that is drawn": (
        "variables:\n  optimizer.lr: {loguniform: [1e-5, 1e-3]}\n  lora_rank: {choice: [8, 16]}\n"
        "sample: {size: 4, seed: 7}\n",
        "variables:\n  optimizer.lr: {loguniform: [1e-5, 1e-3]}\n  lora_rank: {choice: [8, 16]}\n"
        "sample: {size: 7, seed: 7}\n",
        3,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GROWTH)
def test_runs_keep_ids_and_files_when_a_design_grows_and_shrinks(study: Study, name: str) -> None:
    small, large, more = GROWTH[name]
    build(study, small)
    before, ids = study.run_files(), study.ids()
    report = build(study, large)
    after = study.run_files()
    assert {name: after.get(name) for name in before} == before
    assert report.new == tuple(f"run_{len(ids) + at:03d}" for at in range(more))
    assert (report.retired, report.changes) == ((), ())
    large_ids = study.ids()

    report = build(study, small)
    assert study.run_files() == before
    assert study.ids() == ids
    assert len(report.retired) == more
    assert report.new == ()

    report = build(study, large)
    assert study.run_files() == after, "what comes again has the id and the file that it had"
    assert study.ids() == large_ids
    assert len(report.revived) == more


def test_what_an_arm_set_is_kept_while_a_retired_run_had_it(study: Study) -> None:
    arms = "arms: {a: {off: {compile: false}, on: {compile: true}}}\n"
    rank = "variables: {lora_rank: [8, 16]}\n"
    build(study, arms + rank)
    before = study.run_files()
    build(study, arms.replace("on: {compile: true}", "fast: {log_every_n_steps: 7}") + rank)
    assert study.lock.head.arms == {
        "a": {"off": {"compile": False}, "fast": {"log_every_n_steps": 7}, "on": {"compile": True}}
    }
    build(study, rank + "controls: {seed: 3}\n")
    assert study.lock.head.arms["a"] == {
        "on": {"compile": True},
        "fast": {"log_every_n_steps": 7},
    } | {"off": {"compile": False}}
    # the arm as a variable: the retired runs are told by what their levels set
    build(study, "variables: {lora_rank: [8, 16], compile: [true, false]}\n")
    assert {n: study.run_files().get(n) for n in before} == before


def test_a_new_level_in_a_sampled_grid_displaces_the_last_only(study: Study) -> None:
    text = "variables: {{lora_rank: [{}], epochs: [1, 2, 3, 4]}}\nsample: {{size: 8, seed: 3}}\n"
    build(study, text.format("4, 8, 16"))
    ids = study.ids()
    report = build(study, text.format("4, 6, 8, 16"))
    kept = {id: each for id, each in study.ids().items() if each["lora_rank"] != 6}
    assert kept.items() <= ids.items()
    assert len(report.new) == len(report.retired) == 8 - len(kept)
    assert 0 < len(report.new) < 8


# --- random histories --------------------------------------------------------------------------


@dataclass(frozen=True)
class Version:
    """A design, by what of each kind is in it."""

    ranks: tuple[int, ...] = (8, 16)
    arm: tuple[str, ...] = ()
    zipped: int = 0
    when: str = ""
    fast: tuple[str, ...] = ()
    derived: bool = False
    exclude: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    sample: int = 0
    arms_first: bool = False
    order: tuple[str, ...] = field(default=("rank", "zip", "fast"))

    def text(self) -> str:
        parts = {
            "rank": [f"  lora_rank: {list(self.ranks)}"],
            "zip": [
                f"  batch_size: {[1, 2, 4][: self.zipped]}",
                f"  gradient_accumulation_steps: {[8, 4, 2][: self.zipped]}",
            ]
            if self.zipped
            else [],
            "fast": [f"  compile: {self._fast()}"] if self.fast else [],
        }
        lines = ["variables:", *(line for part in self.order for line in parts[part])]
        arm = ["arms:", "  adapter:", *(f"    {name}: {ARMS[name]}" for name in self.arm)]
        lines = [*(arm if self.arm and self.arms_first else []), *lines]
        lines += arm if self.arm and not self.arms_first else []
        lines += ["zip: [[batch_size, gradient_accumulation_steps]]"] if self.zipped else []
        lines += ["derived: {epochs: 1 + lora_rank // 8}"] if self.derived else []
        lines += [f"exclude: {json.dumps(self.exclude)}"] if self.exclude else []
        lines += [f"sample: {{size: {self.sample}, seed: 1}}"] if self.sample else []
        rows = [self._row(rank) for rank in self.rows]
        lines += ["include:", *rows] if rows else []
        return "\n".join(lines) + "\n"

    def _fast(self) -> str:
        levels = ", ".join(self.fast)
        return f"{{values: [{levels}], when: {self.when}}}" if self.when else f"[{levels}]"

    def _row(self, rank: int) -> str:
        cell = {"lora_rank": str(rank), "max_steps_per_epoch": "9"}
        if self.zipped:
            cell |= {"batch_size": "1", "gradient_accumulation_steps": "8"}
        if self.fast and not self.when:
            cell["compile"] = self.fast[0]
        if self.arm:
            cell["adapter"] = self.arm[0]
        return "  - {" + ", ".join(f"{key}: {value}" for key, value in cell.items()) + "}"


ARMS = {
    "none": "{}",
    "alpha": "{lora_alpha: 16, lora_dropout: 0.1}",
    "logged": "{log_every_n_steps: 5}",
    "same": "{lora_alpha: 128}",
}
CHOICES: dict[str, st.SearchStrategy[Any]] = {
    "ranks": st.lists(st.sampled_from([4, 8, 16, 32]), min_size=1, max_size=3, unique=True),
    "arm": st.lists(st.sampled_from(list(ARMS)), max_size=3, unique=True),
    "zipped": st.integers(0, 3),
    "when": st.sampled_from(["", "lora_rank > 8", "lora_rank == 8"]),
    "fast": st.lists(st.sampled_from(["true", "false"]), max_size=2, unique=True),
    "derived": st.booleans(),
    "exclude": st.lists(st.sampled_from(["lora_rank == 16", "compile"]), max_size=2, unique=True),
    "rows": st.lists(st.sampled_from([64, 128]), max_size=2, unique=True),
    "sample": st.sampled_from([0, 0, 2, 5]),
    "arms_first": st.booleans(),
    "order": st.permutations(["rank", "fast", "zip"]),
}
assert list(CHOICES) == [each.name for each in fields(Version)]
EDITS = st.one_of(*(st.tuples(st.just(name), value) for name, value in CHOICES.items()))


@given(st.lists(EDITS, min_size=1, max_size=8))
@settings(max_examples=share(25))
def test_an_id_means_one_run_over_random_designs(edits: list[tuple[str, Any]]) -> None:
    histories(edits)


@pytest.mark.slow
@given(st.lists(EDITS, min_size=5, max_size=25))
@settings(max_examples=100)
def test_the_same_over_long_histories(edits: list[tuple[str, Any]]) -> None:
    histories(edits)


def histories(edits: list[tuple[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        study = Study(Path(folder))
        version = Version()
        configs: dict[str, dict[str, Any]] = {}
        given: dict[str, str] = {}  # coordinates: id
        for edit in [("ranks", (8, 16)), *edits]:
            name, value = edit
            version = replace(version, **{name: tuple(value) if name in _LISTS else value})
            study.source.write_text(HEAD + version.text(), encoding="utf-8")
            compilation = study.compile()
            if not compilation.ok:
                continue  # nothing is left, or a row is a run: not what this is about
            study.build()
            ids = study.lock.runs.keys() | study.lock.retired.keys()
            assert configs.keys() <= ids, "no id is forgotten"
            for run in study.compile().runs:
                coordinates = json.dumps(run.parameters, sort_keys=True)
                assert given.get(coordinates, run.id) == run.id, "a run keeps its id"
                if given.get(coordinates) is None and run.id in configs:
                    assert run.config == configs[run.id], "an id under other coordinates"
                configs[run.id] = run.config
            retired = study.lock.retired.values()
            records = [*study.lock.runs.values(), *retired]
            given = {json.dumps(dict(r.parameters), sort_keys=True): r.id for r in records}


_LISTS = {"ranks", "arm", "fast", "exclude", "rows", "order"}
