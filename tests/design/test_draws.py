"""Draws and generators end to end: what an experiment compiles to, pinned for ever."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.determinism.test_same_bytes import find_python, install
from tests.sections import HEAD, experiment, runs

DRAWN = """\
variables:
  optimizer.lr: {loguniform: [1e-5, 1e-3]}
  lora_rank: {uniform: [4, 64]}
  lora_dropout: {uniform: [0.0, 0.2]}
  epochs: {choice: [1, 2, 3]}
  seed: [1, 2]
  batch_size: [1, 2, 4]
  gradient_accumulation_steps: [8, 4, 2]
arms:
  adapter: {none: {}, some: {lora_attn_modules: [q_proj]}}
zip: [[batch_size, gradient_accumulation_steps]]
derived:
  lora_alpha: 2 * lora_rank
sample: {size: 4, seed: 7}
"""

PINNED = [
    # optimizer.lr, lora_rank, lora_dropout, epochs, seed, batch_size, accumulation, adapter, alpha
    (0.0007006543904049563, 39, 0.14206080876922741, 3, 2, 2, 4, "some", 78.0),
    (0.0007568212024733115, 54, 0.05934214112819431, 1, 1, 2, 4, "none", 108.0),
    (0.0001402727478019135, 17, 0.09816641501806433, 2, 2, 2, 4, "some", 34.0),
    (4.767666208752395e-05, 36, 0.03197607403252761, 2, 1, 2, 4, "none", 72.0),
]
NAMES = [
    "optimizer.lr",
    "lora_rank",
    "lora_dropout",
    "epochs",
    "seed",
    "batch_size",
    "gradient_accumulation_steps",
    "adapter",
    "model.lora_alpha",
]


def test_a_drawn_sample_is_pinned() -> None:
    made = runs(experiment(DRAWN))
    assert made == [dict(zip(NAMES, row, strict=True)) for row in PINNED]


@pytest.mark.parametrize(
    "left_out", ["  lora_dropout: {uniform: [0.0, 0.2]}\n", "  seed: [1, 2]\n"]
)
def test_another_variable_changes_no_draw(left_out: str) -> None:
    name = left_out.split(":", maxsplit=1)[0].strip()
    fewer = runs(experiment(DRAWN.replace(left_out, "")))
    assert fewer == [{k: v for k, v in run.items() if k != name} for run in runs(experiment(DRAWN))]


def test_a_larger_sample_begins_with_the_smaller() -> None:
    larger = runs(experiment(DRAWN.replace("size: 4", "size: 9")))
    assert larger[:4] == runs(experiment(DRAWN))
    assert len(larger) == 9


GRID = """\
variables:
  lora_rank: [4, 8, 16, 32]
  epochs: {range: [1, 5, 1]}
sample: {size: 5, seed: 7}
"""


def test_a_sample_of_a_grid_is_pinned_and_in_design_order() -> None:
    assert [tuple(run.values()) for run in runs(experiment(GRID))] == [
        (4, 2),
        (4, 5),
        (8, 1),
        (16, 1),
        (32, 2),
    ]


GENERATED = """\
variables:
  optimizer.lr: {logspace: [1e-5, 1e-3, 4]}
  optimizer.weight_decay: {range: [0, 0.3, 0.1]}
  lora_dropout: {linspace: [0, 0.1, 4]}
derived:
  lora_alpha: 3 * lora_dropout + 0.1
  optimizer.eps: optimizer.lr ** 2 / 3
exclude: ["optimizer.lr > 1e-4 and optimizer.weight_decay > 0"]
sample: {size: 12, seed: 3}
"""


def test_generated_and_computed_values_are_the_nearest_doubles_of_the_exact_ones() -> None:
    made = experiment(GENERATED)
    values = {f.name: [level.value for level in f.levels] for f in made.columns}
    assert values["optimizer.weight_decay"] == [0.0, 0.1, 0.2, 0.3]
    assert values["lora_dropout"] == [0.0, 0.1 / 3, 0.2 / 3, 0.1]
    third = Decimal("1e-5") * Decimal(100) ** (Decimal(1) / 3)
    assert values["optimizer.lr"][1] == float(third)
    for run in runs(made):
        dropout, rate = (Decimal(repr(run[name])) for name in ("lora_dropout", "optimizer.lr"))
        assert run["model.lora_alpha"] == float(3 * dropout + Decimal("0.1"))
        assert run["optimizer.eps"] == float(rate**2 / 3)


SCRIPT = """\
import json, sys, tcwc
print(json.dumps([[run.id, run.parameters, run.sha256] for run in tcwc.compile(sys.argv[1]).runs]))
"""


@pytest.mark.slow
@pytest.mark.network
@pytest.mark.parametrize("version", ["3.10", "3.11", "3.12", "3.13"])
@pytest.mark.parametrize("design", [DRAWN, GRID, GENERATED], ids=["drawn", "grid", "generated"])
def test_the_python_does_not_matter(tmp_path: Path, version: str, design: str) -> None:
    python = find_python(version)
    if python is None:
        pytest.skip(f"there is no Python {version} here")
    install(python, tmp_path / "libraries")
    path = tmp_path / "experiment.yaml"
    path.write_text(HEAD + design, encoding="utf-8")
    said = []
    for interpreter, libraries in ((python, str(tmp_path / "libraries")), (sys.executable, "")):
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{ROOT}{os.pathsep}{libraries}",
        }
        command = [interpreter, "-c", SCRIPT, str(path)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        said.append(json.loads(done.stdout))
    assert said[0] == said[1]
