"""Seeded mutations of a config's keys, each as an experiment with one change."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

Config = dict[str, Any]

EXTRA: dict[str, list[tuple[str, str | None]]] = {
    "*": [
        ("dtype", "fp16"),
        ("dtype", "fp64"),
        ("dtype", "bf16"),
        ("dtype", "null"),
        ("device", "gpu"),
        ("seed", "4294967296"),
        ("enable_activation_offloading", "true"),
        ("optimizer._component_", "torch.optim.SGD"),
        ("optimizer._component_", "torch.optim.AdamX"),
        ("optimizer.betas", "[0.9, 1.5]"),
        ("optimizer.learning_rate", "0.1"),
        ("optimizer.lr", "0"),
        ("optimizer.lr", "-0.1"),
        ("checkpointer.output_dir", "${assets_dir}/ckpt/out"),
        ("checkpointer.checkpoint_files", "[model.pt, other.pt]"),
        ("checkpointer.checkpoint_files", "[absent.pt]"),
        ("checkpointer.model_type", "LLAMA9"),
        ("checkpointer._component_", "torchtune.training.FullModelHFCheckpointer"),
        ("clip_grad_norm", "0"),
        ("clip_grad_norm", "1.0"),
        ("clip_grad_norm", "-1.0"),
        ("max_steps_per_epoch", "0"),
        ("resume_from_checkpoint", "true"),
        ("dataset.packed", "true"),
        ("dataset.split", '"train[:4]"'),
        ("dataset.split", "nothing"),
        ("dataset.column_map", "{input: question}"),
        ("dataset.train_on_input", "true"),
        ("dataset.foo", "3"),
        ("dataset._component_", "torchtune.datasets.alpaca_dataset"),
        ("dataset._component_", "torchtune.datasets.preference_dataset"),
        ("model._component_", "torchtune.models.llama3.llama3"),
        ("model._component_", "torchtune.models.llama3.lora_llama3"),
        ("model.attn_dropout", "0.1"),
        ("model.attn_dropout", "1.5"),
        ("model.num_heads", "3"),
        ("model.num_kv_heads", "3"),
        ("tokenizer.max_seq_len", "8"),
        ("tokenizer.max_seq_len", "512"),
        ("tokenizer.prompt_template", "torchtune.data.NoTemplate"),
        ("metric_logger._component_", "torchtune.training.metric_logging.StdoutLogger"),
        ("loss._component_", "torchtune.rlhf.loss.DPOLoss"),
        ("loss._component_", "torch.nn.CrossEntropyLoss"),
        ("collate_fn", "torchtune.data.left_pad_sequence"),
        ("lr_scheduler", "null"),
        ("lr_scheduler.num_warmup_steps", "100"),
        ("lr_scheduler.num_cycles", "2.0"),
        ("profiler._component_", "torchtune.training.DummyProfiler"),
        ("profiler", "null"),
    ],
    "lora": [
        ("model.lora_attn_modules", "[]"),
        ("model.lora_attn_modules", "[k_proj]"),
        ("model.lora_attn_modules", "[kproj]"),
        ("model.lora_rank", "0"),
        ("model.lora_rank", "4"),
        ("model.lora_alpha", "0"),
        ("model.lora_dropout", "0.5"),
        ("model.lora_dropout", "1.5"),
        ("model.use_dora", "true"),
        ("model.quantize_base", "true"),
        ("model.apply_lora_to_output", "true"),
    ],
    "full_finetune_distributed": [
        ("dataset.data_files", "nothing"),
        ("tokenizer.path", "nothing"),
        ("model.intermediate_dim", None),
        ("model.vocab_size", "544"),
        ("model.num_layers", "1"),
        ("tokenizer.special_tokens_path", None),
        ("tokenizer.special_tokens_path", "nothing"),
        ("optimizer.weight_decay", None),
        ("seed", "null"),
    ],
    "in-backward": [
        ("optimizer_in_bwd", "true"),
        ("ac_mode", "selective"),
        ("ac_mode", "full"),
        ("tensor_parallel_dim", "2"),
        ("fsdp_cpu_offload", "true"),
        ("custom_sharded_layers", "[nothing]"),
    ],
    "qat_distributed": [
        ("quantizer.groupsize", "48"),
        ("quantizer", "null"),
        (
            "quantizer._component_",
            "torchtune.training.quantization.Int8DynActInt4WeightQuantizer",
        ),
        ("fake_quant_after_n_steps", "0"),
        ("fake_quant_after_n_steps", "2"),
        ("fake_quant_after_n_steps", "100"),
        ("compile", "true"),
    ],
    "knowledge": [
        ("kd_ratio", "2.0"),
        ("kd_ratio", "0"),
        ("kd_loss.num_output_chunks", "4"),
        ("kd_loss._component_", "torchtune.modules.loss.ForwardKLLoss"),
        ("teacher_model.num_layers", "1"),
    ],
    "ppo": [
        ("whiten_rewards", "true"),
        ("forward_batch_size", "3"),
        ("ppo_batch_size", "3"),
        ("num_steps", "4"),
        ("gradient_accumulation_steps", "3"),
        ("optimizer_in_bwd", "true"),
        ("ref_policy_checkpointer.checkpoint_files", "[other.pt]"),
        ("enable_kv_cache", "false"),
        ("epochs", "2"),
        ("top_k", "2"),
        ("policy_model.num_layers", "1"),
        ("reward_and_value_model.num_classes", "2"),
    ],
    "early_exit": [
        ("early_exit_loss", "null"),
        ("early_exit_loss.layers", '"5"'),
        ("early_exit_loss.scale_fn", "torchtune.modules.early_exit_loss.uniform_loss_scale"),
        ("early_exit_loss.scale_fn", "torchtune.modules.early_exit_loss.nothing"),
        ("early_exit_loss.curriculum", "torchtune.modules.early_exit_loss.nothing"),
        ("early_exit_loss.include_last_layer", "false"),
        ("layer_dropout", "null"),
        ("layer_dropout.prob", "0"),
        ("layer_dropout.prob", "1.5"),
        ("layer_dropout.layers_scale", "exp"),
        ("layer_dropout.layers_scale", "nothing"),
        ("loss._component_", "torchtune.modules.loss.CEWithChunkedOutputLoss"),
        ("fsdp_reshard_after_forward", "true"),
    ],
    "dpo": [
        ("loss.beta", "0.5"),
        ("loss.beta", "0"),
        ("loss.label_smoothing", "0.2"),
        ("loss._component_", "torchtune.rlhf.loss.RSOLoss"),
        ("loss._component_", "torchtune.modules.loss.CEWithChunkedOutputLoss"),
    ],
}
"""Changes worth a try, by a piece of the recipe's name (`lora` of those with an adapter)."""


@dataclass(frozen=True)
class Mutant:
    """One change: a dotted key, and the text of its value (None deletes the key)."""

    recipe: str
    key: str
    text: str | None

    def experiment(self, base: str) -> str:
        """The change as an experiment over a base file."""
        head = f"experiment_name: mutant\nbase_config_file: {base}\nrecipe: {self.recipe}\n"
        if self.text is None:
            line = f"controls:\n  ~{self.key}:\n"
            return f"{head}variables:\n  optimizer.eps: [1.0e-8]\n{line}"
        text = "" if self.text == "" else self.text
        return f"{head}variables:\n  {self.key}: [{text}]\n"

    def apply(self, config: Config) -> Config:
        """The change as torchtune would be given it."""
        config = copy.deepcopy(config)
        *parents, last = self.key.split(".")
        here = config
        for each in parents:
            if not isinstance(here.get(each), dict):
                here[each] = {}
            here = here[each]
        if self.text is None:
            del here[last]
        else:
            value = yaml.safe_load(self.text)
            old = here.get(last)
            here[last] = {**old, **value} if _both(old, value) else value
        return config

    def __str__(self) -> str:
        return f"{self.recipe} {self.key}={'(deleted)' if self.text is None else self.text}"


def _both(old: object, new: object) -> bool:
    return isinstance(old, dict) and isinstance(new, dict)


def mutants(recipe: str, config: Config, adapter: bool, count: int) -> list[Mutant]:
    """All that `EXTRA` has for a recipe, and further ones by chance, `count` in all at least."""
    names = {"*", recipe}
    if adapter:
        names.add("lora")
    if recipe.startswith(("full_finetune", "qat", "dev/early_exit")):
        names.add("in-backward")
    names |= {name for name in ("knowledge", "dpo", "ppo", "early_exit") if name in recipe}
    extra = (Mutant(recipe, *pair) for name in sorted(names) for pair in EXTRA.get(name, []))
    chosen = [each for each in extra if each.apply(config) != config]
    by_chance = list(dict.fromkeys(_by_type(recipe, config)))
    random.Random(f"tcwc {recipe}").shuffle(by_chance)
    fresh = [each for each in by_chance if each not in set(chosen)]
    return chosen + fresh[: max(0, count - len(chosen))]


def _by_type(recipe: str, config: Config) -> Iterator[Mutant]:
    for key, value in _leaves(config):
        if key in ("output_dir", "assets_dir"):
            continue  # run_many.py sets the first, and all paths follow the second
        yield Mutant(recipe, key, None)
        for text in _others(value):
            yield Mutant(recipe, key, text)


def _leaves(config: Config, path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in config.items():
        if isinstance(value, dict):
            yield path + key, value
            yield from _leaves(value, f"{path}{key}.")
        else:
            yield path + key, value


def _others(value: Any) -> list[str]:
    """Values in place of one: of its type, at the edges of it, and of other types."""
    if isinstance(value, bool):
        return [json.dumps(not value), "null", "maybe", "3"]
    if isinstance(value, int):
        return [str(value * 2), str(value + 1), "0", "-1", "null", "many", "1.5"]
    if isinstance(value, float):
        return [repr(value * 10), repr(value / 2), "0", "-1.0", "null", "much"]
    if isinstance(value, list):
        return ["[]", "null", "nothing", "[nothing]"]
    if isinstance(value, dict):
        return ["null", "nothing"]
    return ["nothing", "null", "3"]
