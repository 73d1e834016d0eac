"""Where torchtune's loggers write, by the config."""

from __future__ import annotations

import re

import pytest

from tcwc.model.values import Value
from tcwc.torchtune.logs import logs

DISK = "torchtune.training.metric_logging.DiskLogger"
WANDB = "torchtune.training.metric_logging.WandBLogger"


def of(section: dict[str, Value] | None, **more: Value) -> tuple[str, str, str]:
    """Which logger it is, where it writes, and why nobody reads it."""
    found = logs({"output_dir": "/out", **more, "metric_logger": section})
    return found.source, found.folder, found.why_not


def test_a_logger_to_disk() -> None:
    section: dict[str, Value] = {"_component_": DISK, "log_dir": "${output_dir}/logs"}
    assert of(section) == ("disklogger", "/out/logs", "")
    found = logs({"output_dir": "/out", "metric_logger": section})
    (began,) = re.fullmatch(found.files, "log_1795917915.txt").groups()  # type: ignore[union-attr]
    assert began == "1795917915"
    assert re.fullmatch(found.files, "catalog_1795917915.txt") is None
    assert re.fullmatch(found.files, "log_1795917915.txt.swp") is None


def test_a_file_name_of_ones_own() -> None:
    section: dict[str, Value] = {"_component_": DISK, "log_dir": "/l", "filename": "a+b.txt"}
    found = logs({"metric_logger": section})
    assert re.fullmatch(found.files, "a+b.txt")
    assert re.fullmatch(found.files, "aab.txt") is None


def test_what_is_known_only_where_it_runs_stays() -> None:
    section: dict[str, Value] = {"_component_": DISK, "log_dir": "${oc.env:SCRATCH}/logs"}
    assert of(section) == ("disklogger", "${oc.env:SCRATCH}/logs", "")
    through: dict[str, Value] = {"_component_": DISK, "log_dir": "${output_dir}/logs"}
    found = of(through, output_dir="${oc.env:SCRATCH}/out")
    assert found == ("disklogger", "${oc.env:SCRATCH}/out/logs", "")


@pytest.mark.parametrize(
    ("section", "folder"),
    [
        ({"log_dir": "/l"}, "/l"),
        ({"log_dir": "/l", "dir": "/d"}, "/d"),
        ({"project": "x"}, "."),
        ({"log_dir": None}, "."),
    ],
)
def test_wandb(section: dict[str, Value], folder: str) -> None:
    assert of({"_component_": WANDB, **section}) == ("wandb", folder, "")
    pattern = logs({"metric_logger": {"_component_": WANDB}}).files
    for name in (
        "wandb/offline-run-20261130_082209-5rndbzgr/run-5rndbzgr.wandb",
        "wandb/run-20261130_082209-5rndbzgr/files/wandb-summary.json",
    ):
        assert re.fullmatch(pattern, name)
    assert re.fullmatch(pattern, "wandb/latest-run/run-5rndbzgr.wandb") is None


@pytest.mark.parametrize(
    "section",
    [
        None,
        {"_component_": DISK},
        {"_component_": "mine.DiskLogger", "log_dir": "/l"},
        {"_component_": "torchtune.training.metric_logging.TensorBoardLogger", "log_dir": "/l"},
        {"_component_": "${nothing}"},
    ],
)
def test_what_nobody_reads_is_told_with_what_to_write(section: dict[str, Value] | None) -> None:
    assert of(section)[0] == ""
    found = logs({"metric_logger": section})
    assert found.why_not
    assert found.help
