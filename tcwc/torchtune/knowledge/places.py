"""Which components can stand where: an optimizer is no model, whatever arguments both take.

Told from names alone, and only where both the place and the component are of a known sort.
"""

from __future__ import annotations

import re

from tcwc.model.ir import Path

_COMPONENTS = (
    ("an interface, of which nothing is made", r"torchtune\..*(Interface|\.Transform)"),
    ("an interface, of which nothing is made", r"torchtune\..*\.(Base|Model)Tokenizer"),
    (
        "a tokenizer of plain text, which takes no messages",
        r"torchtune\..*\.(SentencePiece|TikToken|HuggingFace|GPT2)BaseTokenizer",
    ),
    ("a collator", r"torchtune\.data\.(_collate\.)?(padded_collate\w*|left_pad_sequence)"),
    ("a transform of samples", r"torchtune\.data\.(_messages\.)?\w+ToMessages"),
    ("a prompt template", r"torchtune\.data\.(_prompt_templates\.)?\w+Template"),
    (
        "a learning-rate schedule",
        r"torch\.optim\.lr_scheduler\.\w+|torchtune\.training\.(lr_schedulers\.)?get_\w+_schedule\w*",
    ),
    ("an optimizer", r"(torch|torchao|bitsandbytes)\.optim\.\w+"),
    ("a dataset", r"torchtune\.datasets\.(multimodal\.)?\w+_dataset"),
    ("a tokenizer", r"torchtune\.models\.\w+\.\w*([tT]okenizer|_transform)"),
    ("a checkpointer", r"torchtune\.training\.\w+Checkpointer"),
    ("a metric logger", r"torchtune\.training\.metric_logging\.\w+Logger"),
    ("a loss", r"torch\.nn\.\w*Loss|torchtune\.(modules|rlhf)\.loss\.\w+"),
    ("a quantizer", r"(torchao|torchtune\.training)\.quantization\.(qat\.)?\w*Quantizer\w*"),
    ("a profiler", r"torchtune\.training\.setup_torch_profiler"),
    ("a transform of messages", r"torchtune\.data\.\w+ToMessages"),
    ("a prompt template", r"torchtune\.(data|models\.\w+)\.\w+Template"),
    ("a collator", r"torchtune\.data\.(left_pad_|padded_)\w*"),
    ("a model", r"torchtune\.models\.\w+\.[a-z0-9_]+_\d+(_\d+)?[bm](_\w+)?"),
)
_PLACES = (
    ("a learning-rate schedule", r"lr_scheduler"),
    ("an optimizer", r"optimizer"),
    ("a dataset", r"dataset"),
    ("a tokenizer", r"tokenizer"),
    ("a checkpointer", r"(\w+_)?checkpointer"),
    ("a metric logger", r"metric_logger"),
    ("a loss", r"(kd_)?loss"),
    ("a quantizer", r"quantizer"),
    ("a profiler", r"profiler"),
    ("a model", r"(\w+_)?model"),
)


def misplaced(path: Path, name: str) -> tuple[str, str] | None:
    """What a section is the place of and what its component is, where these differ."""
    keys = [key for key in path if isinstance(key, str)]
    place = _sort(keys[0], _PLACES) if len(keys) == 1 else ""
    thing = _sort(name, _COMPONENTS) if place else ""
    return (place, thing) if place and thing and place != thing else None


def is_for(path: Path, name: str) -> bool:
    """Whether a component is surely of the sort that a section is the place of."""
    place = _sort(str(path[0]), _PLACES) if len(path) == 1 else ""
    return bool(place) and _sort(name, _COMPONENTS) == place


def _sort(name: str, sorts: tuple[tuple[str, str], ...]) -> str:
    return next((sort for sort, pattern in sorts if re.fullmatch(pattern, name)), "")
