"""What decides the shapes of the weights that a model loads."""

from __future__ import annotations

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
