"""Which components of other packages are described, and types as the files have them."""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.model.types import Type

# Per package: the modules whose public names are listed, and how those names must end. Torch's
# losses and torchao's quantizers share their modules with much that no config can name.
LISTED: Mapping[str, Mapping[str, str]] = {
    "bitsandbytes": {"bitsandbytes.optim": ""},
    "datasets": {"datasets": "load_dataset"},
    "torch": {"torch.nn": "Loss", "torch.optim": "", "torch.optim.lr_scheduler": ""},
    "torchao": {
        "torchao.optim": "",
        "torchao.quantization": "Quantizer",
        "torchao.quantization.qat": "Quantizer",
    },
}


def is_listed(name: str) -> bool:
    """Tell whether a component of this dotted name is one that some package's file describes."""
    module, _, last = name.rpartition(".")
    ending = LISTED.get(name.partition(".")[0], {}).get(module)
    return ending is not None and last.endswith(ending)


def type_json(of: Type) -> dict[str, object]:
    """Write a type as the catalogue's files have it."""
    written: dict[str, object] = {"kinds": list(of.kinds)}
    if of.choices:
        written["choices"] = list(of.choices)
    if of.item is not None:
        written["item"] = type_json(of.item)
    return written
