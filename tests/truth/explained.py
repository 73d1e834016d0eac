"""What lint is silent about, although the run crashes or trains the base's weights: why.

By key, text (None: deleted) and outcome of a mutant. Here is what the keys' classes and defaults
do not say by themselves (harness.py); a silence that is in no table is a miss.
"""

from __future__ import annotations

Which = tuple[str, str | None, str]

NO_CHANGE: dict[Which, str] = {
    (
        "loss._component_",
        "torch.nn.CrossEntropyLoss",
        "same",
    ): "the same loss: the base's computes it in chunks",
    ("seed", "null", "same"): "nothing in this recipe draws random numbers",
    ("profiler._component_", None, "same"): "the recipe fills in the only one that it takes",
}

UNKNOWABLE: dict[Which, str] = {
    ("checkpointer.checkpoint_files", "[absent.pt]", "crash"): "disk: which files are in a folder",
    ("dataset.source", "3", "crash"): "disk: which data sets the hub has, or its cache",
    ("clip_grad_norm", "1.0", "same"): "data: no gradient of the tiny model is that large",
    ("tokenizer.max_seq_len", None, "same"): "data: no sample is cut",
}
"""What is on the disk, in the data, or fits into memory: no reader of configs sees it."""

RIGHTLY_SILENT = 20
CANNOT_BE_KNOWN = 15
