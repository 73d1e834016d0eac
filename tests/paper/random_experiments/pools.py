"""What random experiments are made of: bases, keys with their short names, own base files."""

from __future__ import annotations

import random
from copy import deepcopy
from typing import Any, NamedTuple

import yaml

from tests.paper import facts

SHIPPED = [
    "llama3_2/1B_lora_single_device",
    "llama3_2/1B_lora_single_device",
    "qwen2/0.5B_lora_single_device",
    "llama3_2/1B_full_single_device",
    "llama3_1/8B_lora_dpo_single_device",
    "llama3_2/8B_to_1B_KD_lora_single_device",
    "code_llama2/7B_full_low_memory",
    "llama3_1/8B_full",
    "gemma/2B_lora",
    "mistral/7B_full_ppo_low_memory",
    "llama3_2/1B_qat_lora",
]


class Knob(NamedTuple):
    """A key that may vary: its path, other names for it, and the kind of its values."""

    path: str
    names: tuple[str, ...]
    kind: str


KNOBS = [
    Knob("optimizer.lr", ("lr", "learning_rate"), "rate"),
    Knob("optimizer.weight_decay", ("weight_decay", "wd"), "share"),
    Knob("optimizer.betas", ("betas",), "pair"),
    Knob("optimizer.eps", ("eps", "adam_epsilon"), "rate"),
    Knob("optimizer.fused", ("fused",), "bool"),
    Knob("batch_size", ("bs", "micro_batch_size"), "int"),
    Knob("gradient_accumulation_steps", ("grad_accum",), "int"),
    Knob("epochs", ("num_epochs", "max_epochs"), "int"),
    Knob("seed", ("random_seed",), "int?"),
    Knob("max_steps_per_epoch", ("steps_per_epoch",), "int?"),
    Knob("clip_grad_norm", ("max_grad_norm", "grad_clip"), "float?"),
    Knob("shuffle", (), "bool"),
    Knob("compile", ("torch_compile",), "bool"),
    Knob("dtype", ("precision", "torch_dtype"), "dtype"),
    Knob("log_every_n_steps", ("logging_steps",), "int"),
    Knob("device", (), "text"),
    Knob("enable_activation_checkpointing", ("gradient_checkpointing",), "bool"),
    Knob("tokenizer.max_seq_len", ("max_seq_len", "context_length"), "int?"),
    Knob("tokenizer.path", ("tokenizer_path",), "text"),
    Knob("tokenizer.prompt_template", ("prompt_template",), "template"),
    Knob("metric_logger.filename", (), "text"),
    Knob("metric_logger.log_dir", ("log_dir",), "folder"),
    Knob("output_dir", (), "folder"),
    Knob("checkpointer.output_dir", (), "folder"),
    Knob("checkpointer.checkpoint_dir", (), "text"),
    Knob("checkpointer.checkpoint_files[0]", (), "text"),
    Knob("checkpointer.checkpoint_files", ("checkpoint_files",), "texts"),
    Knob("dataset.source", ("dataset_source",), "text"),
    Knob("dataset.split", ("dataset_split",), "text"),
    Knob("dataset.packed", ("packing",), "bool"),
    Knob("dataset.train_on_input", ("train_on_inputs",), "bool"),
    Knob("dataset.column_map", ("column_map",), "map"),
    Knob("dataset.column_map.input", (), "text"),
    Knob("dataset.data_files", ("data_files",), "files"),
    Knob("dataset.my_own_argument", (), "any"),
    Knob("model.lora_rank", ("lora_rank", "rank", "lora_r"), "int"),
    Knob("model.lora_alpha", ("lora_alpha", "alpha"), "float"),
    Knob("model.lora_dropout", ("lora_dropout",), "share"),
    Knob("model.lora_attn_modules", ("lora_attn_modules", "target_modules"), "modules"),
    Knob("model.apply_lora_to_mlp", ("apply_lora_to_mlp",), "bool"),
    Knob("model.use_dora", (), "bool"),
    Knob("loss.beta", ("beta", "dpo_beta"), "share"),
    Knob("loss.label_smoothing", ("label_smoothing",), "share"),
    Knob("kd_ratio", (), "share"),
    Knob("kl_coeff", ("kl_coef",), "share"),
    Knob("gamma", (), "float"),
    Knob("stop_token_ids", (), "ints"),
    Knob("temperature", (), "share"),
    Knob("lr_scheduler.num_warmup_steps", ("warmup_steps", "lr_warmup_steps"), "int"),
    Knob("lr_scheduler.num_cycles", (), "share"),
    Knob("profiler.enabled", (), "bool"),
    Knob("profiler.wait_steps", ("wait_steps",), "int?"),
    Knob("profiler.output_dir", (), "folder"),
]

OWN = [
    Knob("data_root", (), "root"),
    Knob("num", (), "int"),
    Knob("ratio", (), "float"),
    Knob("flag", (), "bool"),
    Knob("nothing", (), "any"),
    Knob("words", (), "texts"),
    Knob("words[1]", (), "text"),
    Knob("table.a", (), "int"),
    Knob("table.b.c", (), "text"),
    Knob("chained", (), "int"),
]

DATASETS = [
    {"_component_": "torchtune.datasets.instruct_dataset", "source": "json"},
    {"_component_": "torchtune.datasets.chat_dataset", "conversation_style": "openai"},
    {"_component_": "torchtune.datasets.text_completion_dataset", "source": "text"},
    {"_component_": "torchtune.datasets.alpaca_dataset"},
    {"_component_": "torchtune.datasets.alpaca_cleaned_dataset"},
]
OPTIMIZERS = ["torch.optim.AdamW", "torch.optim.Adam", "torch.optim.SGD", "torch.optim.NAdam"]


class Base(NamedTuple):
    """A base: how the experiment names it, its values, its recipe, its file if it has one."""

    head: str
    values: dict[str, Any]
    recipe: str
    file: str
    own: bool


def base_of(rng: random.Random, plain: bool) -> Base:
    """A shipped config, or a file with keys of its own and references; `plain`: easy ones."""
    name = rng.choice(SHIPPED)
    entry = facts.table("configs")[name]
    values, recipe = deepcopy(entry["values"]), entry["recipes"][0]
    if rng.random() < 0.65:
        head = f"base_config: {name}\n"
        if len(entry["recipes"]) > 1:
            head += f"recipe: {recipe}\n"
        return Base(head, values, recipe, "", False)
    own_keys(rng, values, plain)
    text = yaml.safe_dump(values, sort_keys=False, default_flow_style=False)
    head = f"base_config_file: base.yaml\nrecipe: {recipe}\n"
    return Base(head, values, recipe, text, True)


def own_keys(rng: random.Random, values: dict[str, Any], plain: bool) -> None:
    """Keys of the base's own, and what reads them."""
    values |= {"data_root": "/data", "num": 3, "ratio": 0.5, "flag": True, "nothing": None}
    values |= {"words": ["a", "b"], "table": {"a": 1, "b": {"c": "x"}}}
    values["chained"] = 4 if plain else "${num}"
    values["tokenizer"]["path"] = "${data_root}/tokenizer.model"
    reads = ["${data_root}/x", "${table.b.c}", "${words[0]}", "${num}", "${ratio}", "${flag}"]
    reads += ["${nothing}", "${words}", "${table}", "${chained}", "${output_dir}/more"]
    reads += ["a{b}c", "model-{}-of-{}", "${oc.env:NOWHERE_TO_BE_FOUND,1}"]
    if not plain:
        reads += ["\\${not_one}", "${table.${key}}", "${.first}", "${..num}"]
        reads += ["is ${flag}, ${nothing}, ${words}", "${uses.first}", "${oc.env:NOWHERE,${num}}"]
        values["key"] = "a"
    values["uses"] = {"first": "${data_root}"}
    values["uses"] |= {f"key_{place}": each for place, each in enumerate(rng.sample(reads, 6))}
    values["readers"] = "${data_root}${num}${ratio}${flag}${nothing}${chained}"
    values["reads_whole"] = ["${words}", "${table}", "${uses}", "${readers}"]
    values["last"] = "${reads_whole}"
    if rng.random() < 0.4:
        values["epochs"] = "${num}"
    if rng.random() < 0.3 and not plain:
        values["batch_size"] = "${chained}"
    if rng.random() < 0.3:
        values["metric_logger"]["log_dir"] = "${data_root}/logs"


def knobs(base: Base) -> list[Knob]:
    """The keys of the pool that this base and its recipe know."""
    keys = facts.table("recipes")[base.recipe]["keys"]
    found = [each for each in KNOBS if reads(base, keys, each.path)]
    return found + (OWN if base.own else [])


def reads(base: Base, keys: dict[str, Any], path: str) -> bool:
    head, _, rest = path.partition(".")
    if not rest:
        return head in keys or head in base.values
    section = base.values.get(head)
    if not isinstance(section, dict):
        return False
    rest = rest.split(".")[0].split("[")[0]
    name = str(section.get("_component_"))
    if rest == "my_own_argument":
        return facts.component(name) is not None and facts.parameter(name, rest) is not None
    return rest in section or rest in facts.named(name)
