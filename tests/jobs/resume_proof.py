"""The table of schemas/knowledge/training.json, made again with real trainings.

Each row is a tiny training of three epochs that is killed in the second or third, gone on with as
the outlook says, and held against one that nobody interrupted. A row of which it says that it
starts over is gone on with all the same, to see that its weights would be other ones.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tcwc.model.training import Beside, Outlook
from tcwc.torchtune.knowledge.training import outlook
from tests.conftest import EIGHTHS
from tests.experiments import CATALOGUE
from tests.jobs.lab import offline
from tests.jobs.trainings import Training, apart, epochs_run, named, on_a_cpu, write_config
from tests.truth.harness import prepared

EPOCHS = 3
CUT = {"max_steps_per_epoch": 12}
WHOLE: dict[str, Any] = {"max_steps_per_epoch": None}
"""The data make 16 steps of one process, and 8 of two."""
_TRIES = 5


@dataclass(frozen=True)
class Row:
    """`changes` to the recipe's tiny config, by dotted path; killed after so many epochs."""

    recipe: str
    changes: Mapping[str, Any]
    after: int
    without: tuple[str, ...] = ()
    names: str = "adapter"
    processes: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "processes", 2 if "distributed" in self.recipe else 1)


LORA, DPO = "lora_finetune_single_device", "lora_dpo_single_device"
FULL, DISTILLED = "full_finetune_single_device", "knowledge_distillation_single_device"

# Whoever changes their order makes the evidence again.
ROWS = (
    Row(FULL, CUT, 1, names="files"),
    Row(LORA, CUT, 2),
    Row(LORA, WHOLE, 1),
    Row(LORA, CUT | {"model.lora_dropout": 0.1}, 1),
    Row(DPO, CUT, 2),
    Row(DPO, WHOLE, 1),
    Row(DPO, WHOLE, 2, without=("lr_scheduler",)),
    Row(DISTILLED, CUT, 1),
    Row(DISTILLED, WHOLE, 2),
    Row("full_finetune_distributed", WHOLE, 1, names="files"),
    Row("lora_finetune_distributed", WHOLE, 2),
    Row("qat_distributed", WHOLE, 1, names="files"),
    Row("qat_distributed", WHOLE | {"fake_quant_after_n_steps": 12}, 1, names="files"),
    Row(FULL, WHOLE | {"optimizer_in_bwd": True}, 2, names="files"),
    Row(LORA, CUT | {"model.use_dora": True}, 1),
    Row("lora_finetune_distributed", {"max_steps_per_epoch": 6}, 1),
    # of 16 batches one fills no step, and goes into the next epoch
    Row(FULL, WHOLE | {"gradient_accumulation_steps": 3}, 1, names="files"),
)


def proof(which: int) -> dict[str, Any]:
    """What the rows of an eighth came to: how many trainings go on how, as was said of them."""
    python, labs = Path(os.environ["TCWC_TORCHTUNE_PYTHON"]), Path(os.environ["TCWC_LABS"])
    found: dict[str, Any] = {"rows": 0, "wrong": []}
    with tempfile.TemporaryDirectory(prefix="tcwc-resume-") as name:
        folder = Path(name)
        assets, bases = prepared(folder, python, labs)
        rows = ROWS[which::EIGHTHS]
        measured = [_measured(row, folder, assets, bases, python) for row in rows]
        distances = apart(python, [pair for _, pair in measured])
    for row, (said, _), distance in zip(rows, measured, distances, strict=True):
        found["rows"] += 1
        found[f"{row.recipe}: {said.resumes}"] = found.get(f"{row.recipe}: {said.resumes}", 0) + 1
        if how(distance) != said.resumes and (how(distance), said.resumes) != ("close", "no"):
            found["wrong"].append(f"{row.recipe} {dict(row.changes)}: {said}, {distance:.1e} off")
    return found


def how(distance: float) -> str:
    """What a distance of the final weights means for whoever goes on."""
    return "exact" if distance == 0 else "close"


def _measured(
    row: Row, folder: Path, assets: Path, bases: Mapping[str, Path], python: Path
) -> tuple[Outlook, tuple[Path, Path]]:
    """What is said of a row, and the final weights: uninterrupted, and gone on with."""
    config = _config(row, bases)
    place = folder / str(ROWS.index(row))
    whole, killed = place / "whole", place / "killed"
    said = outlook(
        config, row.recipe, CATALOGUE.recipe(row.recipe), CATALOGUE, _beside(row, assets)
    )
    assert said.names in (row.names, "")
    assert _train(row, config, whole, assets, python).wait() == 0, whole.with_suffix(".log")
    _kill(row, config, killed, assets, python)
    epoch = epochs_run(killed) - 1
    overrides = named(row.names, epoch, killed)
    again = _train(row, config, killed, assets, python, overrides)
    assert again.wait() == 0, (row, overrides, again.log.read_text(encoding="utf-8")[-2000:])
    return said, (_weights(whole), _weights(killed))


def _config(row: Row, bases: Mapping[str, Path]) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load(bases[row.recipe].read_text(encoding="utf-8"))
    changes: dict[str, Any] = {"epochs": EPOCHS, **row.changes}
    if row.names == "adapter":
        # On a CPU the merged weights are written over the trained ones (on_a_cpu, for others).
        changes["save_adapter_weights_only"] = True
    for path, value in changes.items():
        *above, last = path.split(".")
        (config[above[0]] if above else config)[last] = value
    for key in row.without:
        del config[key]
    return config


def _beside(row: Row, assets: Path) -> Beside:
    def text_of(name: str) -> str:
        path = Path(name.replace("${assets_dir}", str(assets)))
        return path.read_text(encoding="utf-8")

    return Beside(row.processes, None, text_of)


def _train(
    row: Row,
    config: dict[str, Any],
    out: Path,
    assets: Path,
    python: Path,
    overrides: list[str] | None = None,
) -> Training:
    path = write_config(out.with_suffix(".yaml"), config | {"output_dir": str(out)})
    environment = offline(assets)
    recipe = on_a_cpu(row.recipe, path.parent)
    return Training(
        python.parent / "tune", recipe, path, environment, overrides or (), row.processes
    )


def _kill(row: Row, config: dict[str, Any], out: Path, assets: Path, python: Path) -> None:
    """A training that was killed after so many epochs, in the one that follows."""
    for number in range(_TRIES):
        if number:
            out.rename(out.with_name(f"{out.name}.{number}"))  # it came to its end before
        training = _train(row, config, out, assets, python)
        there = f"epoch_{row.after}"
        if training.kill_when(lambda: epochs_run(out) == row.after) and not (out / there).exists():
            return
    raise AssertionError(f"{row} was never caught in epoch {row.after + 1}")


def _weights(out: Path) -> Path:
    folder = out / f"epoch_{EPOCHS - 1}"
    adapter = folder / "adapter_model.pt"
    return adapter if adapter.exists() else next(folder.glob("model-*.bin"))
