"""A process that lives long (a notebook, an editor's server): what it keeps has an end."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import pytest

import tcwc
from tcwc.api.session import Session
from tcwc.model.recent import Recent

FULL, MANY = 1_400, 2_000
"""After so many experiments every cache is full; after so many more it is as full as before."""

FOLDERS = 50


def source(number: int) -> str:
    """An experiment of which no other shares a name, a path, a text or a formula."""
    names = [f"{package}.of_{number}_{each}" for package in ("mine", "torchtune") for each in "abc"]
    parts = "\n".join(f"  +spare_{at}: {{_component_: {name}}}" for at, name in enumerate(names))
    keys = "\n".join(f'  +extra.of_{number}.k{at}: "${{seed}}/{number}/{at}"' for at in range(8))
    return f"""\
experiment_name: study_{number}
base_config: llama3_2/1B_lora_single_device
variables:
  lora_rank: [8, {number + 16}]
  optimizer.weight_decay: {{values: [0.0, 0.{number}1], when: "lora_rank > {number}"}}
derived:
  lora_alpha: {number} + 2 * lora_rank
exclude:
  - lora_rank == {number} and optimizer.weight_decay == 0.{number}1
controls:
  output_dir: runs/{number}/{{experiment_name}}/{{run_id}}
  optimizer._component_: mine_{number}.Optimizer
  dataset._component_: torchtune.datasets.no_such_{number}
{parts}
{keys}
"""


@pytest.mark.slow
def test_memory_is_flat_over_thousands_of_experiments(tmp_path: Path) -> None:
    """Counts blocks of memory: whatever keeps one object of each experiment adds a thousand."""
    session = Session()
    blocks = {}
    for number in range(1, MANY + 1):
        made = tcwc.compile(
            tmp_path / str(number % FOLDERS) / "experiment.yaml",
            text=source(number),
            session=session if number % 2 else None,
        )
        assert made.diagnostics
        if number in (FULL, MANY):
            del made
            gc.collect()
            blocks[number] = sys.getallocatedblocks()
    assert blocks[MANY] - blocks[FULL] < (MANY - FULL) // 2


def test_a_session_keeps_what_holds_in_few_folders(tmp_path: Path) -> None:
    session = Session()
    for number in range(FOLDERS):
        path = tmp_path / str(number) / "experiment.yaml"
        assert tcwc.compile(path, text=source(number), session=session).experiment is not None
    kept = [each for each in vars(session).values() if isinstance(each, Recent)]
    assert len(kept) == 4
    assert all(0 < len(each) < FOLDERS for each in kept)


def test_the_newest_are_kept() -> None:
    recent: Recent[int, str] = Recent(3)
    for key in (1, 2, 3, 2, 4, 5):
        recent[key] = str(key)
    assert recent == {3: "3", 4: "4", 5: "5"}
    recent[4] = "four"
    assert recent == {3: "3", 4: "four", 5: "5"}
