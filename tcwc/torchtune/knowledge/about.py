"""What a shipped config is about: by its values and recipe, and by its name beyond them."""

from __future__ import annotations

import re

from tcwc.model.about import About
from tcwc.model.known import Knowledge, ShippedConfig
from tcwc.model.launch import Basis
from tcwc.model.values import Value
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.header import Header
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.sizes import MODELS
from tcwc.torchtune.launch import start

_TASKS = {
    "eleuther_eval": "evaluation",
    "generate": "generation",
    "quantize": "quantization",
    "knowledge_distillation": "kd",
    "grpo": "grpo",
    "dpo": "dpo",
    "ppo": "ppo",
    "qat": "qat",
}
"""What recipes are for, by a part of their names; the others train on texts as they are."""
_TRAINS_NOT = ("evaluation", "generation", "quantization")
_SIZE = re.compile(r"(?<![a-z0-9.])(\d+(?:\.\d+)?[bm]|mini)(?![a-z0-9])", re.IGNORECASE)
_TO = "_to_"
"""Between the sizes of a teacher and of its student, which is what is trained."""
_ALONE = ("single", "single device", "1 gpu", "one gpu")
_SEVERAL = ("distributed", "multi gpu", "multi-gpu", "several gpus")


def about(config: ShippedConfig, known: Knowledge) -> About:
    """What a shipped config is about."""
    assert isinstance(known, Catalogue)
    header = known.launch(config.name)
    recipes = config.recipes or tuple(filter(None, [likely_recipe(config, header, known)]))
    recipe = known.recipe(recipes[0]) if recipes else None
    begun = start(Basis(config.name, config.values), recipes[0] if recipes else "", recipe, known)
    devices = begun.nodes * begun.processes
    return About(
        config.name,
        _family(config),
        _size(config, header),
        _method(config, recipes[0] if recipes else ""),
        devices,
        config.recipes,
        tuple(each.repository for each in header.downloads),
        any(each.is_gated for each in header.downloads),
        begun.processes > 1 and bool(begun.note) and begun.nodes == 1,
        "" if config.recipes or not recipes else recipes[0],
        _ALONE if devices == 1 else (*_SEVERAL, f"{devices} gpus"),
    )


def likely_recipe(config: ShippedConfig, header: Header, known: Catalogue) -> str:
    """The recipe of a config that is registered for none: that of its comment, else that of the
    configs that are named alike but for their sizes; "" where neither is known."""
    said = next((name for name in header.processes if known.recipe(name)), "")
    if said:
        return said
    alike = (
        known.config(each) for each in known.config_names() if _kind(each) == _kind(config.name)
    )
    return next((each.recipes[0] for each in alike if each is not None and each.recipes), "")


def _kind(name: str) -> str:
    """What the name of a config says beside its model and size."""
    return _SIZE.sub("", name.rpartition("/")[2].replace("_", " "))


def _model(config: ShippedConfig) -> tuple[dict[str, Value], str]:
    """The section of the model that a config trains, and the name of its component."""
    section = next((config.values[key] for key in MODELS if key in config.values), None)
    given = section if isinstance(section, dict) else {}
    return given, str(given.get(COMPONENT) or "")


def _family(config: ShippedConfig) -> str:
    """The family of a model is the module of what makes it, else the folder of its config."""
    module = _model(config)[1].rpartition(".")[0].rpartition(".")[2]
    return module or config.name.rpartition("/")[0]


def _size(config: ShippedConfig, header: Header) -> str:
    """How large a model is: as its config is named, else its weights, else what makes it."""
    last = config.name.rpartition("/")[2].rpartition(_TO)[2].replace("_", " ")
    made = _model(config)[1].replace("_", " ")
    names = [last, *(each.repository for each in header.downloads), made]
    found = next(filter(None, map(_SIZE.search, names)), None)
    return (found[0] if found[0] == "mini" else found[0].upper()) if found else ""


def _method(config: ShippedConfig, recipe: str) -> str:
    """How it trains: what it changes of the model, and to what end; or what it does instead."""
    task = next((word for part, word in _TASKS.items() if part in recipe), "")
    if task in _TRAINS_NOT:
        return task
    return f"{_adapter(config)} {task}".strip()


def _adapter(config: ShippedConfig) -> str:
    """What it trains of the model: all of it, or what LoRA or DoRA add to one that is quantized
    (`q`) or not."""
    given, component = _model(config)
    name = component.rpartition(".")[2]
    if not re.match(r"q?lora_", name):
        return "full"
    kind = "dora" if given.get("use_dora") is True else "lora"
    quantized = name.startswith("qlora_") or given.get("quantize_base") is True
    return f"q{kind}" if quantized else kind
