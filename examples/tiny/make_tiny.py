"""Makes a model so small that a laptop trains it in seconds, with its tokenizer and 64 samples.

python make_tiny.py        with the Python that torchtune is installed in; it writes assets/
"""

import base64
import json
from pathlib import Path

import torch
from torchtune.models.llama3 import llama3

ASSETS = Path(__file__).parent / "assets"
SPECIAL = [
    *("<|begin_of_text|>", "<|end_of_text|>", "<|reserved_special_token_0|>"),
    *("<|reserved_special_token_1|>", "<|finetune_right_pad_id|>", "<|step_id|>"),
    *("<|start_header_id|>", "<|end_header_id|>", "<|eom_id|>", "<|eot_id|>"),
    *("<|python_tag|>", "<|image|>", "<|video|>"),
]


def main() -> None:
    (ASSETS / "model").mkdir(parents=True, exist_ok=True)
    torch.manual_seed(1)
    # As `model:` in base.yaml. The bytes and the special tokens are its vocabulary, rounded up.
    model = llama3(
        vocab_size=272,
        num_layers=2,
        num_heads=4,
        num_kv_heads=2,
        embed_dim=64,
        max_seq_len=256,
        intermediate_dim=128,
    )
    for parameter in model.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.02)
    torch.save(model.state_dict(), ASSETS / "model" / "model.pt")
    tokens = "".join(f"{base64.b64encode(bytes([b])).decode()} {b}\n" for b in range(256))
    (ASSETS / "tokenizer.model").write_text(tokens, encoding="utf-8")
    added = [{"id": 256 + n, "content": text, "special": True} for n, text in enumerate(SPECIAL)]
    special = json.dumps({"added_tokens": added})
    (ASSETS / "special_tokens.json").write_text(special, encoding="utf-8")
    sums = ({"input": f"{n} + {7 * n % 64} =", "output": f"{n + 7 * n % 64}"} for n in range(64))
    (ASSETS / "train.json").write_text(json.dumps(list(sums)), encoding="utf-8")


if __name__ == "__main__":
    main()
