"""What trainings leave, before and after: schemas/knowledge/kept.json."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tcwc.disk import data
from tcwc.model.training import EpochKept, EpochWeights, Found
from tcwc.model.values import Value
from tcwc.torchtune.catalogue import lines
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.knowledge.kept import kept
from tests.knowledge.data import VERSIONS, load, path_of

HF = "FullModelHFCheckpointer"
LORA, FULL = "lora_finetune_single_device", "full_finetune_single_device"
ADAPTER = ("adapter_model.safetensors",)
MERGED = ("model-00001-of-00001.safetensors",)
BESIDE = "adapter_config.json lies beside them"


def config(
    reader: str = HF, family: str = "LLAMA3_2", files: Value = None, **more: Value
) -> dict[str, Value]:
    return {
        "output_dir": "runs/r",
        "epochs": 1,
        "model": {"_component_": "a.b", "lora_rank": 8, "lora_alpha": 16},
        "tokenizer": {"_component_": "a.t", "path": "${base}/tokenizer.model"},
        "dataset": {"_component_": "torchtune.datasets.alpaca_dataset"},
        "base": "/models/m",
        "checkpointer": {
            "_component_": f"torchtune.training.{reader}",
            "checkpoint_dir": "${base}",
            "checkpoint_files": files or ["model.safetensors"],
            "output_dir": "${output_dir}",
            "model_type": family,
            **more.pop("checkpointer", {}),  # type: ignore[dict-item]
        },
        **more,
    }


def left(
    values: dict[str, Value],
    recipe: str = LORA,
    version: str = "0.6.1",
    *,
    is_last: bool = True,
    **found: Any,
) -> EpochKept:
    known = Catalogue(version, data.read_schema, data.schema_names)
    return kept(values, known.recipe(recipe), known, 0, is_last, Found(**found))


def by_kind(found: EpochKept) -> dict[str, EpochWeights]:
    return {each.kind: each for each in found.weights}


def files(found: EpochKept) -> dict[str, tuple[str, ...]]:
    return {each.kind: each.files for each in found.weights}


def base(**texts: str) -> dict[str, Any]:
    """A base that is in sight, with texts of files beside it, by their names without `.json`."""
    there = {f"/models/m/{name}.json": text for name, text in {"config": "{}", **texts}.items()}
    return {"text_of": there.get}


def test_the_file_is_one_entry_a_line() -> None:
    text = path_of("kept").read_text(encoding="utf-8")
    assert lines.dump(dict(sorted(json.loads(text).items()))) == text


@pytest.mark.parametrize("version", VERSIONS)
def test_the_checkpointers_of_shipped_trainings_are_known(version: str) -> None:
    shipped = load("configs", version).values()
    sections = [each["values"].get("checkpointer") for each in shipped]
    names = {each["_component_"].rpartition(".")[2] for each in sections if each}
    assert names <= set(load("kept", version))
    assert names


def test_a_lora_run_leaves_an_adapter_and_merged_weights() -> None:
    found = left(config())
    assert files(found) == {"adapter": ADAPTER, "merged": MERGED}
    assert {each.folder for each in found.weights} == {"runs/r/epoch_0"}
    assert found.base.folder == "/models/m"
    assert found.base.files == ("model.safetensors",)
    assert found.tokenizer == "/models/m/tokenizer.model"
    assert found.dataset == "torchtune.datasets.alpaca_dataset"
    assert (found.lora_rank, found.lora_alpha) == (8, 16)


def test_an_adapter_only_where_that_is_said() -> None:
    assert files(left(config(save_adapter_weights_only=True))) == {"adapter": ADAPTER}
    assert set(files(left(config(save_adapter_weights_only=False)))) == {"adapter", "merged"}


def test_a_full_run_leaves_whole_weights_alone() -> None:
    found = left(config(save_adapter_weights_only=True), FULL)  # a key that it does not read
    assert files(found) == {"merged": MERGED}
    assert found.lora_rank is None
    assert by_kind(found)["merged"].loads_offline


def test_as_many_files_as_were_read() -> None:
    many: Value = {"filename_format": "model-{}-of-{}.safetensors", "max_filename": "00030"}
    merged = files(left(config(files=many), FULL))["merged"]
    assert len(merged) == 30
    assert merged[1] == "model-00002-of-00030.safetensors"


def test_plain_serialization() -> None:
    found = left(config(checkpointer={"safe_serialization": False}))
    assert files(found) == {
        "adapter": ("adapter_model.bin",),
        "merged": ("model-00001-of-00001.bin",),
    }


@pytest.mark.parametrize(
    ("version", "merged"),
    [("0.5.0", ("ft-model-00001-of-00001.safetensors",)), ("0.6.1", MERGED), ("0.7.0.dev", ())],
)
def test_names_of_each_version(version: str, merged: tuple[str, ...]) -> None:
    assert files(left(config(), FULL, version)) == {"merged": merged}


@pytest.mark.parametrize(
    ("reader", "whose"),
    [
        ("FullModelMetaCheckpointer", "Meta's form"),
        ("FullModelTorchTuneCheckpointer", "torchtune's own form"),
    ],
)
def test_other_forms(reader: str, whose: str) -> None:
    found = by_kind(left(config(reader)))
    assert found["merged"].files == ("model-00001-of-00001.bin",)
    assert whose in found["merged"].why_not
    assert found["adapter"].files == ("adapter_model.pt",)
    assert found["adapter"].why_not == f"{reader} writes no adapter_config.json"
    assert not found["adapter"].adapter_config
    assert not any(each.loads_offline or each.on_base for each in found.values())


@pytest.mark.parametrize("family", ["PHI3_MINI", "PHI4", "LLAMA3_VISION"])
def test_families_without_an_adapter_in_peft_s_form(family: str) -> None:
    found = by_kind(left(config(family=family)))
    assert found["adapter"].files == ("adapter_model.pt",)
    assert found["adapter"].why_not == f"torchtune writes no adapter_config.json for {family}"
    assert found["merged"].loads_offline  # nothing lies beside them


def test_phi_4_is_no_family_of_0_5_0() -> None:
    assert by_kind(left(config(family="PHI3_MINI"), version="0.5.0"))["merged"].loads_offline


def test_merged_weights_beside_an_adapter_are_added_to_once_more() -> None:
    merged = by_kind(left(config(), **base()))["merged"]
    assert not merged.loads_offline
    assert merged.why_not.startswith(BESIDE)


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        ({}, "adapter_config.json names no base model"),
        ({"original_repo_id": '{"repo_id": "meta-llama/M"}'}, "names meta-llama/M"),
        ({"original_repo_id": "[]"}, "names no base model"),
        ({"original_repo_id": "{"}, "names no base model"),
        ({"original_repo_id": '{"repo_id": 3}'}, "names no base model"),
    ],
)
def test_an_adapter_needs_a_base_that_is_a_folder(texts: dict[str, str], why: str) -> None:
    adapter = by_kind(left(config(), **base(**texts)))["adapter"]
    assert not adapter.loads_offline
    assert why in adapter.why_not
    assert adapter.on_base


def test_an_adapter_whose_base_is_named_by_its_folder() -> None:
    found = left(config(), **base(original_repo_id='{"repo_id": "/models/m"}'))
    assert by_kind(found)["adapter"].loads_offline
    assert found.base_id == "/models/m"


def test_what_is_not_in_sight_is_not_known() -> None:
    found = left(config())
    assert "is not in sight here" in by_kind(found)["adapter"].why_not
    assert "is not in sight here" in found.base.why_not
    assert left(config(), **base()).base.loads_offline


def test_a_dora_adapter_is_read_as_lora() -> None:
    values = config(model={"lora_rank": 8, "lora_alpha": 16, "use_dora": True})
    adapter = by_kind(left(values, **base(original_repo_id='{"repo_id": "/models/m"}')))["adapter"]
    assert "DoRA" in adapter.why_not
    assert not adapter.on_base


def test_what_is_there_wins() -> None:
    there = ("adapter_model.pt", "config.json", *MERGED)
    found = by_kind(left(config(), names=there, **base()))
    assert found["adapter"].files == ("adapter_model.pt",)
    assert found["adapter"].missing == ("adapter_model.safetensors", "adapter_config.json")
    assert not found["adapter"].adapter_config
    assert found["merged"].loads_offline  # the adapter's config was removed


def test_all_that_is_due_and_not_there_is_missing() -> None:
    found = by_kind(left(config(), FULL, names=("config.json",)))
    assert found["merged"].files == ()
    assert found["merged"].missing == MERGED
    assert found["merged"].why_not == f"{MERGED[0]} is missing"


@pytest.mark.parametrize(
    ("text", "loads", "why"),
    [
        ('{"base_model_name_or_path": "/models/m"}', True, ""),
        ('{"base_model_name_or_path": null}', False, "names no base model"),
        ("{", False, "is damaged"),
        ("[" * 100_000, False, "is damaged"),
    ],
)
def test_the_config_that_is_there_says_the_base(text: str, loads: bool, why: str) -> None:
    texts = {"/models/m/config.json": "{}", "runs/r/epoch_0/adapter_config.json": text}
    names = (*ADAPTER, *MERGED, "adapter_config.json")
    adapter = by_kind(left(config(), names=names, text_of=texts.get))["adapter"]
    assert adapter.loads_offline is loads
    assert why in adapter.why_not


def test_nothing_is_known_of_other_checkpointers_and_of_distributed_epochs() -> None:
    other = left(config("OwnCheckpointer"))
    assert (other.weights, other.why) == ((), "what OwnCheckpointer writes is not known")
    values = config(enable_async_checkpointing=True)
    assert "torch's distributed form" in left(values, FULL, is_last=False).why
    assert left(values, FULL).why == ""


def test_what_stands_in_the_environment_stays() -> None:
    found = left(config(base="${oc.env:MODELS}/m", output_dir="${oc.env:RUNS}/r"))
    assert found.base.folder == "${oc.env:MODELS}/m"
    assert found.weights[0].folder == "${oc.env:RUNS}/r/epoch_0"
