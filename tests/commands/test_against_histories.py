"""`tcwc plan --against` after random edits, held against what the two mappings say themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tcwc.builds.mapping import Lock
from tcwc.builds.mapping_reader import read_lock
from tests.repository import Repository
from tests.study import BASE, coordinates

RANKS, RATES = (4, 8, 16, 32), ("1e-4", "3e-4", "1e-3")


def sources(random: Random) -> Iterator[str]:
    """An experiment and edits of it."""
    ranks, rates, seed, extra = random.sample(RANKS, 2), list(RATES[:1]), 1, ""
    while True:
        yield (
            f"experiment_name: study\nbase_config: {BASE}\n"
            f"variables: {{model.lora_rank: {ranks}, optimizer.lr: [{', '.join(rates)}]}}\n"
            f"controls: {{seed: {seed}}}\n{extra}"
        )
        match random.randrange(5):
            case 0:
                ranks = random.sample(RANKS, random.randint(1, 4))
            case 1:
                rates = random.sample(RATES, random.randint(1, 3))
            case 2:
                seed = random.randint(1, 2)
            case 3:
                extra = random.choice(("", "engineering: {log_every_n_steps: 9}\n"))
            case _:
                extra = random.choice(("", 'exclude: ["model.lora_rank == 8"]\n'))


@pytest.mark.parametrize("seed", range(4))
def test_what_is_said_is_what_happens(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    made, edits = Repository(tmp_path), sources(random)
    locks: list[Lock] = []
    for _ in range(5):
        made.experiment("experiment.yaml", text=next(edits))
        made.commit()
        mapping = made.folder / "configs/run_mapping.yaml"
        locks.append(read_lock(mapping.read_text(encoding="utf-8")))
    for back, old in enumerate(reversed(locks)):
        (found,) = made.against(f"HEAD~{back}")["experiments"]
        agrees(found, old, locks[-1])


def agrees(found: Any, old: Lock, new: Lock) -> None:
    """Ids are one run for ever, and a commit is an ancestor: the mappings tell it by their ids."""
    both = old.runs.keys() & new.runs.keys()
    for id in both:
        assert coordinates(old, old.runs[id]) == coordinates(new, new.runs[id])
    same = {id for id in both if old.runs[id].sha256 == new.runs[id].sha256}
    meant = {id for id in both if old.runs[id].science_hash == new.runs[id].science_hash}
    assert found["kept"] == len(same)
    assert set(found["rewritten"]) == meant - same
    changed = [id for each in found["changed_meaning"] for id in each["runs"]]
    assert set(changed) == both - meant
    assert len(changed) == len(set(changed))
    assert {each["id"] for each in found["retired"]} == old.runs.keys() - new.runs.keys()
    come = new.runs.keys() - old.runs.keys()
    assert {each["id"] for each in found["revived"]} == come & old.retired.keys()
    assert {each["id"] for each in found["new"]} == come - old.retired.keys()
    assert found["renumbered"] == []
    seeds = [each for each in found["changed_meaning"] if "seed" in str(each["differences"])]
    assert len(seeds) == len(found["changed_meaning"])
