"""What one version of torchtune refuses or leaves out, and another does not."""

from __future__ import annotations

from pathlib import Path

import pytest

import tcwc

OLD, NOW, MAIN = "0.5.0", "0.6.1", "0.7.0.dev"

FULL = "llama3_2/1B_full"
FULL_SINGLE = "llama3_2/1B_full_single_device"
LORA = "llama3_2/1B_lora"
LORA_SINGLE = "llama3_2/1B_lora_single_device"
KD = "llama3_2/8B_to_1B_KD_lora_single_device"
KD_SHARDS = "llama3_2/8B_to_1B_KD_lora_distributed"
QAT = "llama3/8B_qat_full"
QAT_LORA = "llama3/8B_qat_lora"
QAT_SINGLE = "qwen2_5/1.5B_qat_single_device"
PPO = "mistral/7B_full_ppo_low_memory"
DPO = "llama3_1/8B_lora_dpo_single_device"
GRPO = "dev/3B_full_grpo"
VISION = "llama3_2_vision/11B_full"
VISION_SINGLE = "llama3_2_vision/11B_full_single_device"
LLAMA4 = "llama4/scout_17B_16E_lora"
QWEN3 = "qwen3/0.6B_lora_single_device"

IN_BACKWARD = "optimizer_in_bwd: true\n  gradient_accumulation_steps: 1"
SGD = f"{IN_BACKWARD}\n  =optimizer: {{_component_: torch.optim.SGD, lr: 0.1}}"
RESUMED = "resume_from_checkpoint: true\n  max_steps_per_epoch: 400"
LIST = (
    "=dataset: [{_component_: torchtune.datasets.alpaca_dataset, packed: true}, "
    "{_component_: torchtune.datasets.alpaca_dataset, packed: true}]\n"
    "  tokenizer.max_seq_len: 2048"
)
TEXTS = "=dataset: {_component_: torchtune.datasets.alpaca_dataset}"
TP = "tensor_parallel_dim: 2\n  =tensor_parallel_plan: {_component_: %s}"
PLAN = TP % "torchtune.models.llama3.base_llama_tp_plan"
LINEAR = "=loss: {_component_: torchtune.modules.loss.LinearCrossEntropyLoss}"
MILD = "loss.beta: 0.2"
PPO_SIZES = "forward_batch_size: 2\n  ppo_batch_size: 2\n  gradient_accumulation_steps: 1"

CASES: list[tuple[str, str, str, str]] = [
    # optimizer in backward
    (NOW, FULL_SINGLE, SGD, "TCW305"),
    (MAIN, FULL_SINGLE, SGD, ""),
    (MAIN, "llama3/8B_full_single_device", "lr_scheduler.num_warmup_steps: 0", "TCW305"),
    (NOW, "llama3/8B_full_single_device", "lr_scheduler.num_warmup_steps: 0", ""),
    (MAIN, FULL, f"{IN_BACKWARD}\n  compile: true", "TCW304"),
    (MAIN, FULL, f"{IN_BACKWARD}\n  =compile: {{model: true}}", ""),
    (NOW, FULL, f"{IN_BACKWARD}\n  compile: true", ""),
    # packs in a list
    (OLD, LORA, LIST, "TCW306"),
    (NOW, LORA, LIST, ""),
    # numbers
    (OLD, LORA_SINGLE, "max_steps_per_epoch: 0", "TCW311"),
    (NOW, LORA_SINGLE, "max_steps_per_epoch: 0", "TCW311"),
    (MAIN, LORA_SINGLE, "max_steps_per_epoch: 0", "TCW311"),
    (MAIN, LORA_SINGLE, "epochs: 0", "TCW311"),
    (MAIN, FULL_SINGLE, "optimizer_in_bwd: false\n  clip_grad_norm: 0.0", ""),
    (MAIN, FULL_SINGLE, "optimizer_in_bwd: false\n  clip_grad_norm: -1.0", "TCW311"),
    (MAIN, LORA_SINGLE, "clip_grad_norm: 0.0", "TCW311"),
    (NOW, FULL_SINGLE, "optimizer_in_bwd: false\n  clip_grad_norm: 0.0", "TCW311"),
    (NOW, "llama2/7B_lora_single_device", "tokenizer.max_seq_len: 0", "TCW312"),
    (MAIN, "llama2/7B_lora_single_device", "tokenizer.max_seq_len: 0", ""),
    # saving and measuring on the way
    (MAIN, FULL, "save_every_n_steps: 0", "TCW312"),
    (MAIN, FULL, "save_every_n_steps: 100\n  epochs: 1", ""),
    (MAIN, LORA_SINGLE, "save_every_n_steps: 100\n  epochs: 1", "TCW324"),
    (MAIN, LORA_SINGLE, "save_every_n_steps: 100\n  epochs: 2", ""),
    (MAIN, LORA, "save_every_n_steps: 100", "TCW318"),
    (MAIN, FULL, "run_val_every_n_steps: 10\n  ~dataset_val:", "TCW323"),
    (MAIN, FULL, "run_val_every_n_steps: 10", ""),
    (MAIN, FULL, "run_val_every_n_steps: 0", "TCW312"),
    (MAIN, FULL, "+checkpointer.keep_last_n_checkpoints: 0", "TCW318"),
    # quantization-aware training
    (NOW, QAT_LORA, "compile: true", "TCW313"),
    (MAIN, QAT_LORA, "compile: true", ""),
    (MAIN, QAT, "compile: true", "TCW313"),
    (MAIN, QAT, "fake_quant_after_n_steps: 10", "TCW324"),
    (MAIN, QAT_SINGLE, "fake_quant_after_n_steps: 0", "TCW314"),
    (NOW, QAT, "+lr_scheduler: {_component_: torchtune.training.lr_schedulers."
     "get_cosine_schedule_with_warmup, num_warmup_steps: 5}", "TCW310"),
    (NOW, QAT_LORA, "model.quantize_base: true", "TCW314"),
    (MAIN, QAT_LORA, "model.quantize_base: true", "TCW313"),
    # many processes
    (NOW, FULL, f"{PLAN}\n  optimizer.fused: true", "TCW316"),
    (MAIN, FULL, f"{PLAN}\n  optimizer.fused: true", ""),
    (MAIN, LORA, "tensor_parallel_dim: 2", "TCW316"),
    (MAIN, FULL, "context_parallel_dim: 0", "TCW316"),
    (MAIN, FULL, "data_parallel_shard_dim: 0", "TCW316"),
    (MAIN, FULL, "data_parallel_shard_dim: -1", ""),
    (MAIN, FULL, "enable_fp8_training: true\n  context_parallel_dim: 2", "TCW316"),
    (MAIN, LLAMA4, "context_parallel_dim: 2", "TCW316"),
    (MAIN, LLAMA4, "save_adapter_weights_only: false", "TCW318"),
    (MAIN, LORA, "device: cpu\n  enable_async_checkpointing: true", "TCW316"),
    (NOW, LORA, "device: cpu", ""),
    # resuming
    (NOW, LORA_SINGLE, RESUMED, "TCW334"),
    (MAIN, LORA_SINGLE, RESUMED, "TCW334"),
    (MAIN, LORA_SINGLE, f"{RESUMED}\n  "
     "checkpointer.checkpoint_dir: /tmp/run/epoch_0", ""),
    (MAIN, LORA_SINGLE, "checkpointer.recipe_checkpoint: /tmp/run/recipe_state.pt", "TCW319"),
    (MAIN, KD, "resume_from_checkpoint: true\n  "
     "checkpointer.checkpoint_dir: /tmp/run/epoch_0", "TCW334"),
    (NOW, LORA, "checkpointer.checkpoint_dir: hf://meta-llama/Llama-3.2-1B", "TCW332"),
    (MAIN, LORA, "checkpointer.checkpoint_dir: hf://meta-llama/Llama-3.2-1B", ""),
    # losses
    (NOW, DPO, MILD, ""),
    (MAIN, DPO, MILD, "TCW320"),
    (MAIN, PPO, PPO_SIZES, "TCW320"),
    (MAIN, KD, LINEAR, "TCW320"),
    (MAIN, LORA, LINEAR, ""),
    # data
    (NOW, VISION_SINGLE, TEXTS, "TCW323"),
    (MAIN, VISION_SINGLE, TEXTS, ""),
    (MAIN, VISION, "=dataset: {_component_: torchtune.datasets.multimodal.the_cauldron_dataset, "
     "subset: ocrvqa}", "TCW344"),
    (NOW, LORA, "tokenizer.prompt_template: {tool: [a, b]}", "TCW341"),
    (MAIN, LORA, "tokenizer.prompt_template: {tool: [a, b]}", ""),
    (NOW, LORA, "=dataset: {_component_: torchtune.datasets.alpaca_dataset, "
     "column_map: {output: answer}}", ""),
    (MAIN, LORA, "=dataset: {_component_: torchtune.datasets.alpaca_dataset, "
     "column_map: {output: answer}}", "TCW323"),
    # adapters, families
    (MAIN, QWEN3, "model.apply_lora_to_output: true", "TCW307"),
    (MAIN, QWEN3, "tokenizer.path: /tmp/Qwen3-0.6B/tokenizer.json", "TCW340"),
    (MAIN, QWEN3, "checkpointer.model_type: QWEN2", "TCW422"),
    (MAIN, GRPO, "optimizer.lr: 0.0", "TCW311"),
    (MAIN, GRPO, "lr_scheduler.num_warmup_steps: -1", "TCW312"),
]  # fmt: skip
"""A version, a base, lines of `controls`, and the one code of these families; "" for none."""


@pytest.mark.parametrize(("version", "base", "lines", "code"), CASES)
def test_a_version_says_what_is_true_of_it(
    version: str,
    base: str,
    lines: str,
    code: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("experiment.yaml").write_text(
        f'experiment_name: study\nbase_config: {base}\ntorchtune: "{version}"\n'
        f"variables:\n  batch_size: [2, 4]\ncontrols:\n  {lines}\n",
        encoding="utf-8",
    )
    found = tcwc.compile("experiment.yaml").diagnostics
    said = {each.code for each in found if each.code[3] in "23" or each.code == "TCW422"}
    said.discard("TCW330")  # no file of weights is there
    assert said == ({code} if code else set()), [each.message for each in found]
