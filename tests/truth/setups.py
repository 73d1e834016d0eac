"""Tiny configs that really train, one for each recipe that the tiny assets allow."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import yaml

Config = dict[str, Any]

SFT_FULL = ("full_finetune_single_device", "full_finetune_distributed", "qat_distributed")
LORA = ("lora_finetune_single_device", "lora_finetune_distributed")
DPO = ("lora_dpo_single_device", "lora_dpo_distributed", "full_dpo_distributed")
DISTILLATION = ("knowledge_distillation_single_device", "knowledge_distillation_distributed")
RECIPES = (*SFT_FULL, *LORA, *DPO, *DISTILLATION)

_QUANTIZER = "torchtune.training.quantization.Int8DynActInt4WeightQATQuantizer"


def write_setups(assets: Path) -> dict[str, Path]:
    """Write a base config for each recipe beside what make_tiny_assets.py wrote; by recipe."""
    lora, full = _load(assets / "base.yaml"), _load(assets / "base_full.yaml")
    _write_preferences(assets)
    paths = {}
    for recipe in RECIPES:
        config = copy.deepcopy(lora if _is_lora(recipe) else full)
        if recipe in DPO:
            _prefer(config, recipe)
        elif recipe in DISTILLATION:
            _distil(config, full)
        elif recipe == "qat_distributed":
            config["quantizer"] = {"_component_": _QUANTIZER, "groupsize": 32}
            del config["lr_scheduler"]
        if recipe == "lora_dpo_distributed":
            del config["compile"]
        if recipe in ("knowledge_distillation_distributed", "lora_dpo_single_device"):
            config.pop("clip_grad_norm", None)
        path = assets / f"{recipe}.yaml"
        path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
        paths[recipe] = path
    return paths


def _is_lora(recipe: str) -> bool:
    return "lora" in recipe or recipe in DISTILLATION


def _load(path: Path) -> Config:
    loaded: Config = yaml.safe_load(path.read_text(encoding="utf-8"))
    loaded["optimizer"]["lr"] = 0.001  # PyYAML reads 1e-3 as a text
    return loaded


def _prefer(config: Config, recipe: str) -> None:
    config["dataset"] = {
        "_component_": "torchtune.datasets.preference_dataset",
        "source": "json",
        "data_files": "${assets_dir}/preferences.json",
        "split": "train",
    }
    config["loss"] = {"_component_": "torchtune.rlhf.loss.DPOLoss", "beta": 0.1}
    for key in ("clip_grad_norm", "profiler"):
        if _is_lora(recipe):
            config.pop(key, None)
    if recipe == "full_dpo_distributed":
        config["ref_checkpointer"] = {**config["checkpointer"], "output_dir": "${output_dir}/ref"}


def _distil(config: Config, full: Config) -> None:
    config["teacher_model"] = full["model"]
    config["teacher_checkpointer"] = {**config["checkpointer"], "output_dir": "${output_dir}/t"}
    config["kd_loss"] = {"_component_": "torchtune.modules.loss.ForwardKLWithChunkedOutputLoss"}
    config["kd_ratio"] = 0.5
    del config["enable_activation_offloading"]


def _write_preferences(assets: Path) -> None:
    examples = json.loads((assets / "train.json").read_text(encoding="utf-8"))
    pairs = []
    for each in examples:
        asked = {"role": "user", "content": each["input"]}
        answers = (each["output"], each["output"][::-1] + "?")
        chosen, rejected = ({"role": "assistant", "content": text} for text in answers)
        pairs.append({"chosen": [asked, chosen], "rejected": [asked, rejected]})
    (assets / "preferences.json").write_text(json.dumps(pairs), encoding="utf-8")
