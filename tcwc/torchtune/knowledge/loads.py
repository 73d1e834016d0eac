"""Whether transformers and peft load what lies in a folder, without a network.

Tried with transformers 5.24 and peft 0.21 (tests/after/test_loads.py). What they make of a folder
with an adapter is theirs: transformers takes `adapter_config.json` beside whole weights for an
adapter on these, and adds it (before 5.4 it loaded the base that the file names, if it named one).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from tcwc.model.frozen import dataclass
from tcwc.model.training import FORM, NO_BASE

ADAPTER_CONFIG = "adapter_config.json"
_CONFIG = "config.json"
_WHOLE = ("model.safetensors", "pytorch_model.bin")
_INDEX = ".index.json"

TextOf = Callable[[str], "str | None"]
Verdict = tuple[bool, str, str]
"""Whether it is loaded, why it is not, and that in a word for some (model/training.py)."""
_LOADS: Verdict = (True, "", "")


@dataclass(frozen=True, slots=True)
class Lying:
    """What is known of a checkpointer and of the base that it reads.

    `component` is the checkpointer, `format` whose form of weights it has: "" for Hugging Face's,
    None where nobody knows. The base lies in the folder `path`, `id` is what a hub calls it, and
    `in_sight` says whether it is on this machine. `family` is its model type; `dora` says whether
    the adapter has magnitudes.
    """

    component: str
    format: str | None
    path: str
    id: str
    in_sight: bool
    family: str
    dora: bool


def loads_base(lying: Lying, files: Sequence[str], text_of: TextOf) -> Verdict:
    """The base, of which a training reads some files."""
    if why := _other_form(lying):
        return False, why, FORM if lying.format else ""
    if not lying.in_sight:
        return False, f"{lying.path or 'the base'} is not in sight here", ""
    if any(name in files for name in _WHOLE):
        return _LOADS
    if any(text_of(f"{lying.path}/{name}{_INDEX}") is not None for name in _WHOLE):
        return _LOADS
    return False, f"transformers looks for {_WHOLE[0]}, or for an index of several files", ""


def loads_merged(lying: Lying, has_config: bool) -> Verdict:
    """Whole weights that an epoch left; `has_config` says whether an adapter's lies there too."""
    if why := _other_form(lying):
        return False, why, FORM if lying.format else ""
    if has_config:
        what = "where peft is installed, transformers adds the adapter to them once more"
        return False, f"{ADAPTER_CONFIG} lies beside them: {what}", ""
    return _LOADS


def loads_adapter(
    lying: Lying, has_weights: bool, has_config: bool, text: str | None, text_of: TextOf
) -> Verdict:
    """An adapter, with the base that its `adapter_config.json` names; that has the `text`, None
    where it is not there yet."""
    if why := why_no_adapter(lying, has_weights, has_config):
        return False, why, ""
    if text is None and not lying.in_sight:
        what = f"{lying.path or 'the base'} is not in sight here, which says what its id is"
        return False, what, ""
    base = lying.id if text is None else _base_in(text)
    if base is None:
        return False, f"{ADAPTER_CONFIG} is damaged", ""
    if not base:
        return False, f"{ADAPTER_CONFIG} names no base model", NO_BASE
    if text_of(f"{base}/{_CONFIG}") is None:
        what = f"{ADAPTER_CONFIG} names {base}, which is no folder here: a hub has it"
        return False, what, NO_BASE
    return _LOADS


def why_no_adapter(lying: Lying, has_weights: bool, has_config: bool) -> str:
    """Why peft adds an adapter to no base, or not as it was trained; "" where it does."""
    if lying.format is None or lying.format:
        return f"{lying.component or 'its checkpointer'} writes no {ADAPTER_CONFIG}"
    if not has_config:
        return f"torchtune writes no {ADAPTER_CONFIG} for {lying.family}"
    if not has_weights:
        return f"torchtune keeps the adapter of {lying.family} in its own form alone"
    if lying.dora:
        return f"{ADAPTER_CONFIG} does not say that it is DoRA: peft leaves its magnitudes out"
    return ""


def _other_form(lying: Lying) -> str:
    if lying.format is None:
        return f"what {lying.component or 'its checkpointer'} writes is not known"
    return f"the weights have {lying.format} form, which transformers does not read" * bool(
        lying.format
    )


def _base_in(text: str) -> str | None:
    """The base that an adapter's config names; "" where it names none, None for what is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    base = found.get("base_model_name_or_path")
    return base if isinstance(base, str) else ""
