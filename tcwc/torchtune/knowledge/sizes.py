"""What decides the shapes of the weights that a model loads, and what gives it these weights."""

from __future__ import annotations

from typing import Any

from tcwc.config.canonical import canonical_json
from tcwc.model.ir import Value
from tcwc.torchtune.catalogue.load import Catalogue

SIZES = (
    "num_layers",
    "vocab_size",
    "embed_dim",
    "intermediate_dim",
    "num_heads",
    "num_kv_heads",
    "head_dim",
    "num_classes",
)
"""Arguments of torchtune's model builders that decide which weights there are, and their shapes."""

LOADERS: tuple[tuple[str, str], ...] = (
    ("model", "checkpointer"),
    ("model", "ref_checkpointer"),
    ("teacher_model", "teacher_checkpointer"),
    ("policy_model", "checkpointer"),
    ("policy_model", "ref_policy_checkpointer"),
    ("reward_and_value_model", "value_checkpointer"),
    ("reward_and_value_model", "reward_checkpointer"),
)
"""Models, and what gives them their weights."""

MODELS = tuple(dict.fromkeys(model for model, _ in LOADERS))
"""Sections of models that load weights."""

LOADING = tuple(dict.fromkeys(loader for _, loader in LOADERS))
"""Sections of what loads weights."""

_TOLD_APART_BY = ("num_layers", "vocab_size", "embed_dim", "num_heads", "num_kv_heads")
"""What no two models of torchtune share whose weights have other shapes, conversions apart."""


def family(catalogue: Catalogue, model: str) -> dict[str, Any] | None:
    """What relations.json knows of the family of a model's component."""
    module = model.rpartition(".")[0]
    known = catalogue.relations("families")
    return next((dict(each) for each in known if each["module"] == module), None)


def shape(catalogue: Catalogue, model: str) -> str:
    """What two models have in common that can load the same weights; "" where that is not known.

    A head for classes in place of the vocabulary's is none of it: recipes with such a model let it
    load either.
    """
    known, sizes = family(catalogue, model), catalogue.sizes(model)
    if known is None or not sizes:
        return ""
    own: list[Value] = [sizes.get(each) for each in _TOLD_APART_BY]
    return canonical_json([own, sorted(known["model_types"])])
