"""Tiny configs that really train, one for each recipe that the tiny assets allow.

qat_lora_finetune_distributed is not among them: with the torchao that torchtune 0.6.1 can be
installed with, it crashes whatever the config says. dev/lora_finetune_distributed_multi_dataset
streams its data from the network.
"""

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
PPO = "ppo_full_finetune_single_device"
EARLY_EXIT = "dev/early_exit_finetune_distributed"
RECIPES = (*SFT_FULL, *LORA, *DPO, *DISTILLATION, PPO, EARLY_EXIT)

LOADING = ("generate", "quantize")
"""Recipes that load a model and train none: a run of theirs ends where it would train."""

REWARD_MODEL = """
import sys, torch
state = torch.load(sys.argv[1])
state["output.weight"] = state["output.weight"][:1].clone()
torch.save(state, sys.argv[2])
"""
"""Makes of a model's weights those of one with a single output, which rates texts."""

OTHER_WEIGHTS = """
import json, pathlib, sys, torch
from safetensors.torch import save_file
from torchtune.models.convert_weights import tune_to_hf, tune_to_meta
state, folder = torch.load(sys.argv[1]), pathlib.Path(sys.argv[2])
shape = {"num_attention_heads": 4, "num_key_value_heads": 2, "hidden_size": 64}
for name in ("hf", "meta", "wide"):
    (folder / name).mkdir()
    (folder / name / "config.json").write_text(json.dumps(shape))
theirs = tune_to_hf(dict(state), num_heads=4, num_kv_heads=2, dim=64)
for part in (0, 1):
    half = {key: theirs[key].contiguous() for key in sorted(theirs)[part::2]}
    save_file(half, folder / "hf" / f"model-0000{part + 1}-of-00002.safetensors")
torch.save(tune_to_meta(dict(state)), folder / "meta" / "consolidated.00.pth")
for key in ("tok_embeddings.weight", "output.weight"):
    state[key] = torch.cat([state[key], state[key][:16]])
torch.save(state, folder / "wide" / "model.pt")
"""
"""Writes a model's weights in Hugging Face's format and in Meta's, and those of a model that knows
16 tokens more."""

_QUANTIZER = "torchtune.training.quantization.Int8DynActInt4WeightQATQuantizer"


def config_name(recipe: str) -> str:
    """The file of a recipe's base config."""
    return f"{recipe.replace('/', '_')}.yaml"


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
        elif recipe == EARLY_EXIT:
            config["early_exit_loss"] = {"layers": "0,1", "scale": 1.0}
            config["layer_dropout"] = {"prob": 0.2, "layers": ":"}
            config["loss"] = {"_component_": "torch.nn.CrossEntropyLoss"}  # it needs a mean
            config["fsdp_reshard_after_forward"] = False  # else a newer torch gathers no norm
        elif recipe == PPO:
            _reinforce(config)
        if recipe == "lora_dpo_distributed":
            del config["compile"]
        if recipe in ("knowledge_distillation_distributed", "lora_dpo_single_device"):
            config.pop("clip_grad_norm", None)
        path = assets / config_name(recipe)
        path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
        paths[recipe] = path
    return paths


def write_loading_setups(assets: Path) -> dict[str, Path]:
    """Write a base config for each recipe that loads a model and trains none; by recipe."""
    full = _load(assets / "base_full.yaml")
    kept = ("assets_dir", "output_dir", "model", "checkpointer", "device", "dtype")
    paths = {}
    for recipe in LOADING:
        config = {key: full[key] for key in kept} | {"seed": 1234, "quantizer": None}
        if recipe == "generate":
            config |= {"tokenizer": full["tokenizer"], **_GENERATION}
        else:
            config["quantizer"] = {"_component_": _QUANTIZER, "groupsize": 32}
        path = assets / config_name(recipe)
        path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
        paths[recipe] = path
    return paths


_GENERATION: Config = {
    "prompt": {"system": None, "user": "?"},
    "max_new_tokens": 4,
    "temperature": 0.6,
    "top_k": 5,
    "enable_kv_cache": True,
}


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


def _reinforce(config: Config) -> None:
    for key in (
        "max_steps_per_epoch",
        "epochs",
        "clip_grad_norm",
        "lr_scheduler",
        "enable_activation_offloading",
    ):
        del config[key]
    model, policy = config.pop("model"), config["checkpointer"]
    value = {**policy, "checkpoint_dir": "${assets_dir}/reward", "model_type": "REWARD"}
    del value["recipe_checkpoint"]
    config["policy_model"] = model
    config["reward_and_value_model"] = {
        **model,
        "_component_": "torchtune.models.mistral._component_builders.mistral_classifier",
        "num_classes": 1,
    }
    config["ref_policy_checkpointer"] = {**policy, "output_dir": "${output_dir}/policy"}
    config["value_checkpointer"] = {**value, "output_dir": "${output_dir}/value"}
    config["reward_checkpointer"] = {**value, "output_dir": "${output_dir}/reward"}
    config["dataset"] = {
        "_component_": "torchtune.datasets.text_completion_dataset",
        "source": "json",
        "data_files": "${assets_dir}/train.json",
        "split": "train",
        "column": "input",
        "add_eos": False,
    }
    config["tokenizer"]["max_seq_len"] = 64
    config["loss"] = {"_component_": "torchtune.rlhf.loss.PPOLoss", "epsilon": 0.2}
    config |= _PPO_NUMBERS


_PPO_NUMBERS: Config = {
    "num_steps": 16,
    "batch_size": 8,
    "ppo_epochs": 1,
    "ppo_batch_size": 4,
    "forward_batch_size": 4,
    "max_generated_tokens": 6,
    "min_response_length": 2,
    "temperature": 0.7,
    "top_k": None,
    "penalise_no_eos": True,
    "reward_penalty": -3,
    "whiten_rewards": False,
    "stop_token_ids": [257, 265],
    "gamma": 1,
    "lmbda": 0.95,
    "kl_coeff": 0.01,
    "enable_kv_cache": True,
}


def _write_preferences(assets: Path) -> None:
    examples = json.loads((assets / "train.json").read_text(encoding="utf-8"))
    pairs = []
    for each in examples:
        asked = {"role": "user", "content": each["input"]}
        answers = (each["output"], each["output"][::-1] + "?")
        chosen, rejected = ({"role": "assistant", "content": text} for text in answers)
        pairs.append({"chosen": [asked, chosen], "rejected": [asked, rejected]})
    (assets / "preferences.json").write_text(json.dumps(pairs), encoding="utf-8")
