"""On a CPU, what is saved of an epoch changes what is trained in the next one, as TCW350 says."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import tcwc
from tests.jobs.lab import Tiny, offline
from tests.jobs.trainings import Training, apart, write_config

pytestmark = [pytest.mark.slow, pytest.mark.torchtune]

ONLY = "save_adapter_weights_only"


def test_saving_merged_weights_trains_another_model(
    tmp_path: Path, tiny: Tiny, torchtune_python: Path
) -> None:
    controls = {"epochs": "2", "seed": "1"}
    varied = tiny.experiment(tmp_path, {ONLY: "[true, false]"}, controls)
    made = tcwc.compile(varied)
    (told,) = (each for each in made.diagnostics if each.code == "TCW350")
    assert told.runs == "run_001 (1 of 2 runs)"
    folders = []
    for run in made.runs:
        config = write_config(tmp_path / f"{run.id}.yaml", yaml.safe_load(run.text))
        tune = torchtune_python.parent / "tune"
        training = Training(tune, tiny.recipe, config, offline(tiny.assets))
        assert training.wait() == 0, training.log.read_text(encoding="utf-8")
        folders.append(Path(run.config["output_dir"]))
    adapters = [[each / f"epoch_{n}" / "adapter_model.pt" for each in folders] for n in (0, 1)]
    first, second = apart(torchtune_python, [(one, other) for one, other in adapters])
    assert first == 0 < second
