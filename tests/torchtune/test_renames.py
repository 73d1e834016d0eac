"""The table of names that other torchtune releases have for components."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tcwc.disk import data
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.catalogue.model import Moved

TABLE: dict[str, dict[str, Any]] = json.loads(data.read_text("schemas/knowledge/renames.json"))
CATALOGUE = Catalogue(
    "0.6.1",
    data.read_schema,
    data.schema_names,
)
RELEASES = {"0.1.0", "0.1.1", "0.2.0", "0.2.1", "0.3.0", "0.3.1", "0.4.0", "0.5.0"}


def exists(name: str) -> bool:
    return CATALOGUE.component(name) is not None


def test_old_names_are_gone_and_new_ones_are_there() -> None:
    for old, member in TABLE.items():
        assert not exists(old), old
        if "now" in member:
            assert exists(member["now"]), member["now"]
            assert member["last"] in RELEASES
        else:
            assert member["help"]


def test_what_the_help_names_is_there() -> None:
    listed = data.read_text("schemas/torchtune/0.6.1/components.json")
    for old, member in TABLE.items():
        for name in re.findall(r"torchtune\.[\w.]*\w", member.get("help", "")):
            assert exists(name) or f'"{name}.' in listed or old.startswith(name), (old, name)


@pytest.mark.parametrize(
    "old",
    [
        "torchtune.utils.FullModelHFCheckpointer",
        "torchtune.utils.FullModelMetaCheckpointer",
        "torchtune.utils.FullModelTorchTuneCheckpointer",
        "torchtune.utils.metric_logging.DiskLogger",
        "torchtune.utils.metric_logging.StdoutLogger",
        "torchtune.utils.metric_logging.TensorBoardLogger",
        "torchtune.utils.metric_logging.WandBLogger",
        "torchtune.utils.profiler",
        "torchtune.utils.setup_torch_profiler",
        "torchtune.modules.get_cosine_schedule_with_warmup",
        "torchtune.modules.lr_schedulers.get_cosine_schedule_with_warmup",
        "torchtune.modules.loss.DPOLoss",
        "torchtune.modules.rlhf.loss.PPOLoss",
        "torchtune.utils.quantization.Int8DynActInt4WeightQuantizer",
        "torchtune.datasets.stack_exchanged_paired_dataset",
    ],
)
def test_what_old_configs_name_has_a_new_name(old: str) -> None:
    moved = CATALOGUE.moved(old)
    assert moved is not None
    assert exists(moved.now)


def test_a_family_is_named_by_a_star() -> None:
    moved = CATALOGUE.moved("torchtune.models.qwen3.lora_qwen3_8b_instruct")
    assert moved == Moved("", "", TABLE["torchtune.models.qwen3.*"]["help"])
    assert CATALOGUE.moved("torchtune.models.qwen9.qwen9_1b") is None
    assert CATALOGUE.moved("mylab.data.notes") is None
