"""The keys by which torchtune's configs say what is made, and where a run writes."""

from __future__ import annotations

COMPONENT = "_component_"
"""The key that names what torchtune instantiates from a section."""

SAMPLES_OF_A_STEP = ("batch_size", "gradient_accumulation_steps")
"""Keys whose product is how many samples an optimizer step sums over."""

SCALE = ("model.lora_alpha", "model.lora_rank")
"""A key that people set to a multiple of another one: their ratio scales an adapter."""

WRITE_KEYS = ("output_dir", "log_dir")
"""Keys that name a directory a run writes to, at the top level or in a component section.

`output_dir` of recipes, checkpointers and the profiler, `log_dir` of the metric loggers
(torchtune/training/checkpointing, metric_logging.py and _profiler.py of 0.6.1).
"""

LOADS = "datasets.load_dataset"
"""What data sets hand on the arguments to that they do not know."""

NO_RELEASE = "0.0.0"
"""The number of what was built from a checkout: what is true of some releases is not of it."""

REGISTRY = "torchtune/_recipe_registry.py"
"""The file of torchtune that lists its recipes and their configs."""

CHECKPOINT = "epoch_{epoch}"
"""What an epoch leaves (training/checkpointing/_checkpointer.py: `epoch_{epoch}`)."""

LEAVES = ("epoch_", "recipe_state")
"""What tells of a training in a folder: checkpoints, and the state to go on from."""

STATE = "recipe_state/recipe_state.pt"
"""What a recipe goes on from (training/checkpointing/_checkpointer.py); no last one leaves it."""

SAVED = "torchtune_config.yaml"
"""The config that a training ran with, in its folder (training/metric_logging.py, 0.5.0 on)."""

GOES_ON = ("checkpointer.", "resume_from_checkpoint=")
"""How the overrides of a job begin by which a recipe goes on from an epoch (scripts/job.sh)."""

WEIGHTS = (".safetensors", ".bin", ".pt")
"""The ends of the names of files with weights that checkpointers write (none writes `.pth`)."""

LENGTHS = ("epochs", "max_steps_per_epoch")
"""Keys that say how many steps a training has, of data that are the same."""

MODEL_SECTIONS = (
    "tokenizer",
    "checkpointer",
    "ref_checkpointer",
    "teacher_checkpointer",
    "ref_policy_checkpointer",
    "value_checkpointer",
    "reward_checkpointer",
)
"""Sections that belong to a model as a whole: what is not a key of one is that of no other."""

MODEL_COMPONENTS = ("model", "teacher_model", "policy_model", "reward_and_value_model")
"""Sections that build a model; their other keys say how it is trained (rank, dropout)."""

MODELS_ROOT = "/tmp"
"""Where shipped configs look for weights, as `tune download` leaves them there by default."""
