"""Loads the weights of `tcwc export` by transformers and peft, without a network.

    python load_weights.py < rows.jsonl > found.jsonl

For each row what came of loading it as docs/running.md says: `logits` of a short text, or `error`;
`on_base`, for an adapter, those of peft on `base_path`; `alone`, for merged weights, those of the
folder without what is an adapter's.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import tempfile
from collections.abc import Callable
from typing import Any, NoReturn

os.environ["HF_HUB_OFFLINE"] = "1"


def refuse(*_: object, **__: object) -> NoReturn:
    raise OSError("there is no network")


socket.socket.connect = refuse  # type: ignore[method-assign, assignment]
socket.getaddrinfo = refuse
socket.create_connection = refuse

import torch  # noqa: E402
from peft import PeftConfig, PeftModel  # noqa: E402
from transformers import AutoModelForCausalLM  # noqa: E402

TEXT = torch.tensor([[256, *b"What is 2 + 2?"]])


def logits(model: Any) -> list[float]:
    with torch.no_grad():
        return [float(each) for each in model(TEXT).logits[0, -1]]


def whole(folder: str) -> list[float]:
    return logits(AutoModelForCausalLM.from_pretrained(folder))


def adapter(folder: str) -> list[float]:
    return on(PeftConfig.from_pretrained(folder).base_model_name_or_path, folder)


def on(base: str, folder: str) -> list[float]:
    return logits(PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), folder))


def alone(folder: str) -> list[float]:
    """The folder without its adapter, by links."""
    with tempfile.TemporaryDirectory() as made:
        for name in os.listdir(folder):
            if not name.startswith("adapter_"):
                os.symlink(os.path.join(folder, name), os.path.join(made, name))
        return whole(made)


def tried(load: Callable[..., list[float]], *words: str) -> dict[str, Any]:
    try:
        return {"logits": load(*words), "error": ""}
    except Exception as error:
        return {"logits": None, "error": f"{type(error).__name__}: {error}"}


def main() -> None:
    for line in sys.stdin:
        row = json.loads(line)
        folder, is_adapter = row["folder"], row["kind"] == "adapter"
        found = tried(adapter if is_adapter else whole, folder)
        if is_adapter:
            found["on_base"] = tried(on, row["base_path"], folder)
        if row["kind"] == "merged":
            found["alone"] = tried(alone, folder)
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
