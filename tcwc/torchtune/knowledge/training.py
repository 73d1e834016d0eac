"""What is known of torchtune's trainings before they begin: schemas/knowledge/training.json.

A training goes on only where it was seen to end with the weights of one that nobody interrupted;
what was not tried starts over.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tcwc.config.interpolation.reading import NotKnown, Reading
from tcwc.config.walk import is_count, strings
from tcwc.model.arguments import arguments
from tcwc.model.frozen import replace
from tcwc.model.known import Knowledge, Recipe
from tcwc.model.training import Beside, Outlook
from tcwc.model.values import Value
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.keys import COMPONENT, SAMPLES_OF_A_STEP
from tcwc.torchtune.knowledge.length import (
    LIMIT,
    accumulation_in,
    batches_in,
    is_packed,
    samples_in,
    steps_in,
    value_in,
)

_FOLDERS = ("checkpointer.output_dir", "output_dir")
_FILES = "checkpointer.checkpoint_files"
_CHECKPOINTER = f"checkpointer.{COMPONENT}"
_PLAIN = "model-{}-of-{}.bin"
"""The names of an epoch's files where `safe_serialization` is false."""
_DIGITS = 5
_DROPOUT = "dropout"
_SEEN = {"torchtune", "torch", "torchao", "bitsandbytes"}
"""The packages whose components draw no random numbers in training but for dropout."""
_WATCHING = {"metric_logger", "profiler"}
"""Sections of what changes no weight."""


def outlook(
    config: dict[str, Value], name: str, recipe: Recipe | None, known: Knowledge, beside: Beside
) -> Outlook:
    """What is known of a training by its config and recipe."""
    assert isinstance(known, Catalogue)
    steps = steps_in(config, name, known, beside)
    return replace(_ends(config, name, recipe, known, beside), steps=steps)


def _ends(
    config: dict[str, Value], name: str, recipe: Recipe | None, known: Catalogue, beside: Beside
) -> Outlook:
    """What it leaves, and how it goes on after an end in the middle."""
    table = known.entries("training")
    own = recipe is None or known.recipe(name) is None
    epochs = None if own else _epochs(config, recipe, table["*"])
    entry = None if own else table.get(name)
    if entry is None:
        what = "a recipe of one's own" if own else f"this recipe of torchtune {known.version}"
        return Outlook(output_folder(config), epochs, "no", f"not known for {what}")
    why = (
        _starts_over(config, entry, table["*"], epochs)
        or _uncounted(config, entry, beside)
        or _carried(config, beside)
    )
    if why:
        return Outlook(output_folder(config), epochs, "no", why)
    drawn = _dropout(config, known) or _of_others(config)
    how = "close" if drawn else "exact"
    return Outlook(output_folder(config), epochs, how, drawn, _names(config, entry, table["*"]))


def output_folder(config: dict[str, Value]) -> str:
    """Where checkpoints go: what is known only when the run starts stays as it is written."""
    reading = Reading(config, late=lambda resolver: resolver.text)
    for path in _FOLDERS:
        try:
            _, folder = reading.at(tuple(path.split(".")))
        except NotKnown:
            continue
        if isinstance(folder, str):
            return folder
    return ""


def _epochs(config: dict[str, Value], recipe: Recipe | None, all: Mapping[str, Any]) -> int | None:
    """The checkpoints, `epoch_0` and on, that a recipe leaves; None where nobody can tell."""
    epochs = value_in(config, "epochs")
    counted = recipe is not None and "epochs" in recipe.keys and is_count(epochs)
    return epochs if counted and not _set(config, all["elsewhere"]) else None


def _starts_over(
    config: dict[str, Value], entry: Mapping[str, Any], all: Mapping[str, Any], epochs: int | None
) -> str:
    """Why a training starts over, whatever its data are; "" where it may go on."""
    if entry["resumes"] == "never":
        return str(entry["why"])
    if epochs is None:
        return "how many epochs it has is not known"
    if epochs == 1:
        return "with `epochs: 1` it saves nothing on the way"
    if _checkpointer(config) not in all["checkpointers"]:
        return f"not known for `{value_in(config, _CHECKPOINTER)}`"
    if entry["names"] != "adapter" and not _five_digits(value_in(config, _FILES)):
        return f"the files that it saves have five digits, unlike those of `{_FILES}`"
    return _set(config, {**all["unless"], **entry.get("unless", {})})


def _set(config: dict[str, Value], keys: Mapping[str, str]) -> str:
    """Why the first of some keys that is set, or may be, matters; "" where none is."""
    found = (f"`{key}`: {why}" for key, why in keys.items() if value_in(config, key, late=True))
    return next(found, "")


def _uncounted(config: dict[str, Value], entry: Mapping[str, Any], beside: Beside) -> str:
    """Why a recipe that counts steps only in epochs that are cut short starts over; "" where it
    does not."""
    without = entry.get("without")
    if entry["resumes"] == "always" or (without and value_in(config, without) is None):
        return ""
    limit = value_in(config, LIMIT)
    if not is_count(limit):
        return f"{entry['why']} where no `{LIMIT}` cuts epochs short"
    batches = batches_in(config, beside)
    if batches is None:
        return f"{entry['why']} unless `{LIMIT}` cuts epochs short, and {_unknown(config, beside)}"
    steps = batches // accumulation_in(config)
    if limit < steps:
        return ""
    return f"{entry['why']}: `{LIMIT}: {limit}` does not cut an epoch of {steps} steps short"


def _carried(config: dict[str, Value], beside: Beside) -> str:
    """Why what an epoch leaves for the next one is lost; "" where it leaves nothing.

    Batches after the last whole step of an epoch are summed into the first step of the next one,
    and no state has them: full_finetune_single_device ended 1.8e-4 off, lora_dpo_single_device
    1.6e-3, with 16 batches of which three make a step.
    """
    accumulation = accumulation_in(config)
    if accumulation == 1:
        return ""
    key = SAMPLES_OF_A_STEP[1]
    what = f"`{key}`: batches that fill no step at an epoch's end go into the next one's first"
    batches, limit = batches_in(config, beside), value_in(config, LIMIT)
    if batches is None:
        return f"{what}, and {_unknown(config, beside)}"
    steps, over = divmod(batches, accumulation)
    if not over or (is_count(limit) and limit <= steps):
        return ""
    return f"{what}: of {batches} batches, {over}"


def _unknown(config: dict[str, Value], beside: Beside) -> str:
    """Why nobody knows how many batches there are."""
    if is_packed(config):
        return "how many packs there are is not known before"
    if samples_in(config, beside) is None:
        return "how many samples there are is not known (`samples:` says it)"
    return "how many steps an epoch has is not known"


def _dropout(config: dict[str, Value], known: Knowledge) -> str:
    """The argument of a model that has it draw random numbers in training; "" where none has."""
    section = value_in(config, "model")
    section = section if isinstance(section, dict) else {}
    name = section.get(COMPONENT)
    taken = arguments(known, name) if isinstance(name, str) else None
    named = taken.named if taken else {}
    for key in (key for key in {**named, **section} if key.endswith(_DROPOUT)):
        value = value_in(config, f"model.{key}", late=1) if key in section else named[key].default
        if _is_positive(value):
            return f"model.{key}"
    return ""


def _of_others(config: dict[str, Value]) -> str:
    """The first component that is neither torchtune's nor torch's: nobody knows whether it draws
    random numbers, as an own data set does that changes its samples; "" where there is none."""
    for path, value in strings(config):
        is_named = path[-1] == COMPONENT and path[0] not in _WATCHING
        if is_named and value.partition(".")[0] not in _SEEN:
            return value
    return ""


def _is_positive(value: object) -> bool:
    try:
        return float(str(value)) > 0
    except ValueError:  # the text of a default that is no number
        return False


def _names(config: dict[str, Value], entry: Mapping[str, Any], all: Mapping[str, Any]) -> str:
    """How an epoch is named; a list of files over their format is refused."""
    if entry["names"] == "adapter":
        return "adapter"
    if not isinstance(value_in(config, _FILES), dict):
        return "files"
    is_plain = value_in(config, "checkpointer.safe_serialization") is False
    return _PLAIN if is_plain else str(all["checkpointers"][_checkpointer(config)])


def _checkpointer(config: dict[str, Value]) -> str:
    return str(value_in(config, _CHECKPOINTER)).rpartition(".")[2]


def _five_digits(files: object) -> bool:
    """Whether a format of names numbers files as they are saved; what is no format does."""
    return not isinstance(files, dict) or len(str(files.get("max_filename"))) == _DIGITS
