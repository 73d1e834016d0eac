"""Makes the tiny setup of the labs, and beside it the same model as hubs have models.

    python tiny_llama.py LABS OUTDIR

with the Python of torchtune. Writes, beside what LABS/train/make_tiny_assets.py does:

    hf/        config.json, generation_config.json, model.safetensors, tokenizer.json and
               tokenizer_config.json: what transformers loads; ids as tokenizer.model has them
    meta/      consolidated.00.pth, params.json: the same weights in Meta's format
    phi/       a tiny Phi-3, of which torchtune keeps adapters in no form that peft reads
    base_hf.yaml, base_hf_full.yaml, base_meta.yaml, base_phi.yaml
               the configs of base.yaml and base_full.yaml for these

The same arguments give the same bytes.
"""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors
from torchtune.models import convert_weights
from torchtune.models.phi3 import phi3
from torchtune.models.phi3._convert_weights import phi3_tune_to_hf

BEGIN, END, PAD = "<|begin_of_text|>", "<|end_of_text|>", "<|finetune_right_pad_id|>"
CHAT = (
    "{{ bos_token }}{% for message in messages %}<|start_header_id|>{{ message['role'] }}"
    "<|end_header_id|>\n\n{{ message['content'] }}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)
CHECKPOINTER = re.compile(r"  _component_: torchtune\.training\.FullModelTorchTuneCheckpointer\n")


def main() -> None:
    labs, out = Path(sys.argv[1]), Path(sys.argv[2]).resolve()
    maker = labs / "train" / "make_tiny_assets.py"
    subprocess.run([sys.executable, str(maker), str(out)], check=True)
    made = runpy.run_path(str(maker))
    shape, special = made["SHAPE"], made["SPECIAL"]
    state = torch.load(out / "ckpt" / "model.pt", weights_only=True)
    llama(out, state, shape, special)
    meta(out, state, shape)
    phi(out, shape, special)
    configs(out)


def config(shape: dict[str, int], special: list[str]) -> dict[str, Any]:
    """What config.json says of a model of this shape, whatever its family."""
    return {
        "bos_token_id": 256 + special.index(BEGIN),
        "eos_token_id": 256 + special.index(END),
        "pad_token_id": 256 + special.index(PAD),
        "hidden_act": "silu",
        "hidden_size": shape["embed_dim"],
        "initializer_range": 0.02,
        "intermediate_size": shape["intermediate_dim"],
        "max_position_embeddings": shape["max_seq_len"],
        "num_attention_heads": shape["num_heads"],
        "num_hidden_layers": shape["num_layers"],
        "num_key_value_heads": shape["num_kv_heads"],
        "rms_norm_eps": 1e-05,
        "tie_word_embeddings": False,
        "torch_dtype": "float32",
        "use_cache": True,
        "vocab_size": shape["vocab_size"],
    }


def llama(
    out: Path, state: dict[str, torch.Tensor], shape: dict[str, int], special: list[str]
) -> None:
    """The model of the labs, as a folder that transformers loads."""
    heads, groups, width = shape["num_heads"], shape["num_kv_heads"], shape["embed_dim"]
    said = config(shape, special)
    known = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "attention_bias": False,
        "head_dim": width // heads,
        "mlp_bias": False,
        "rope_theta": 500000.0,
        **said,
    }
    weights = convert_weights.tune_to_hf(state, num_heads=heads, num_kv_heads=groups, dim=width)
    folder(out / "hf", known, weights, special)


def phi(out: Path, shape: dict[str, int], special: list[str]) -> None:
    """A tiny Phi-3 of random weights."""
    torch.manual_seed(1234)
    model = phi3(**shape)
    for each in model.parameters():
        if each.dim() > 1:
            torch.nn.init.normal_(each, std=0.02)
    known = {
        "architectures": ["Phi3ForCausalLM"],
        "model_type": "phi3",
        "attention_dropout": 0.0,
        "embd_pdrop": 0.0,
        "original_max_position_embeddings": shape["max_seq_len"],
        "resid_pdrop": 0.0,
        "rope_scaling": None,
        "rope_theta": 10000.0,
        "sliding_window": None,
        **config(shape, special),
    }
    folder(out / "phi", known, phi3_tune_to_hf(model.state_dict()), special)


def folder(
    at: Path, known: dict[str, Any], weights: dict[str, torch.Tensor], special: list[str]
) -> None:
    """A model as hubs have it."""
    at.mkdir(exist_ok=True)
    (at / "config.json").write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")
    ends = {key: known[key] for key in ("bos_token_id", "eos_token_id", "pad_token_id")}
    (at / "generation_config.json").write_text(json.dumps(ends, indent=2) + "\n")
    own = {name: each.clone().contiguous() for name, each in weights.items()}
    save_file(own, at / "model.safetensors", metadata={"format": "pt"})
    # As many as the model has rows: lm-eval cuts a model that has an adapter to its tokenizer.
    unused = (f"<|unused_{n}|>" for n in range(known["vocab_size"] - 256 - len(special)))
    tokenizer([*special, *unused]).save(str(at / "tokenizer.json"))
    says = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": BEGIN,
        "eos_token": END,
        "pad_token": PAD,
        "model_max_length": known["max_position_embeddings"],
        "clean_up_tokenization_spaces": False,
        "chat_template": CHAT,
    }
    (at / "tokenizer_config.json").write_text(json.dumps(says, indent=2) + "\n")


def tokenizer(special: list[str]) -> Tokenizer:
    """Bytes are ids 0 to 255, special tokens follow: as tokenizer.model and special_tokens.json."""
    made = Tokenizer(models.BPE(vocab={c: i for i, c in enumerate(bytes_as_text())}, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(each, normalized=False) for each in special])
    made.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A",
        pair=f"{BEGIN} $A {BEGIN} $B",
        special_tokens=[(BEGIN, 256 + special.index(BEGIN))],
    )
    return made


def bytes_as_text() -> list[str]:
    """The letter that stands for each byte in a byte-level vocabulary (GPT-2's)."""
    shown = {*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    letters, more = [], 0
    for byte in range(256):
        letters.append(chr(byte) if byte in shown else chr(256 + more))
        more += byte not in shown
    return letters


def meta(out: Path, state: dict[str, torch.Tensor], shape: dict[str, int]) -> None:
    """The model of the labs in Meta's format."""
    at = out / "meta"
    at.mkdir(exist_ok=True)
    torch.save(convert_weights.tune_to_meta(state), at / "consolidated.00.pth")
    says = {"dim": shape["embed_dim"], "n_layers": shape["num_layers"]}
    (at / "params.json").write_text(json.dumps(says) + "\n")


def configs(out: Path) -> None:
    """base.yaml and base_full.yaml, for the weights that were made here."""
    lora, full = ((out / name).read_text() for name in ("base.yaml", "base_full.yaml"))
    hub = ("FullModelHFCheckpointer", "hf", "model.safetensors", "LLAMA3")
    phi_model = lora.replace("llama3.lora_llama3", "phi3.lora_phi3")
    made = {
        "base_hf": (lora, *hub),
        "base_hf_full": (full, *hub),
        "base_meta": (lora, "FullModelMetaCheckpointer", "meta", "consolidated.00.pth", "LLAMA3"),
        "base_phi": (phi_model, "FullModelHFCheckpointer", "phi", "model.safetensors", "PHI3_MINI"),
    }
    for name, (text, reader, where, file, family) in made.items():
        text, count = CHECKPOINTER.subn(f"  _component_: torchtune.training.{reader}\n", text)
        assert count == 1
        for old, new in (
            ("/ckpt\n", f"/{where}\n"),
            ("[model.pt]", f"[{file}]"),
            ("model_type: LLAMA3", f"model_type: {family}"),
            (f"output_dir: {out}/out_", f"output_dir: {out}/out_{name}_"),
        ):
            assert old in text
            text = text.replace(old, new)
        (out / f"{name}.yaml").write_text(text)


if __name__ == "__main__":
    main()
