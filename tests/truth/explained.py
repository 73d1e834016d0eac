"""What lint cannot see, or rightly says nothing of, with the reason; by key and text of a mutant.

The number of mutants that this table excuses may only go down.
"""

from __future__ import annotations

AT_MOST = 60
"""Mutants that are excused."""

REASONS: dict[tuple[str, str | None], str] = {
    ("checkpointer.checkpoint_files", "[absent.pt]"): "which files there are, only the disk says",
    (
        "checkpointer._component_",
        "torchtune.training.FullModelHFCheckpointer",
    ): "the format of the weights is on the disk (no config.json beside them)",
    (
        "dataset._component_",
        "torchtune.datasets.alpaca_dataset",
    ): "which columns the data have, only the data say",
    ("dataset.data_files", "nothing"): "which files there are, only the disk says",
    ("tokenizer.max_seq_len", "512"): "rightly silent: no sample of the tiny data is that long",
    ("tokenizer.max_seq_len", "null"): "rightly silent: no sample of the tiny data is cut",
    ("tokenizer.special_tokens_path", "3"): "which files there are, only the disk says",
    (
        "tokenizer.special_tokens_path",
        None,
    ): "the default special tokens lie outside of the tiny vocabulary, which the weights have",
    ("clip_grad_norm", "1.0"): "rightly silent: no gradient of the tiny model is that large",
    (
        "loss._component_",
        "torch.nn.CrossEntropyLoss",
    ): "rightly silent: the same loss, and here to the last bit",
    (
        "model.quantize_base",
        "true",
    ): "the tiny matrices have fewer blocks than the quantization needs; no real model's have",
    ("model.apply_lora_to_output", None): "rightly silent: false is the default",
    ("optimizer.weight_decay", None): "rightly silent: 0.01 is the default",
    ("seed", "null"): "rightly silent: nothing in this recipe is random",
    ("model.intermediate_dim", None): "the widths of the weights are on the disk",
    ("teacher_model.num_layers", "1"): "the number of layers of the weights is on the disk",
}
