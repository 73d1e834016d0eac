"""What is known of torchtune's trainings before they begin: schemas/knowledge/training.json.

A training goes on only where it was seen to end with the weights of one that nobody interrupted;
what was not tried starts over.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tcwc.config.interpolation.reading import NotKnown, Reading, reading_of
from tcwc.config.walk import strings
from tcwc.model.arguments import arguments
from tcwc.model.known import Knowledge, Recipe
from tcwc.model.training import Beside, Outlook
from tcwc.model.values import Value
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.keys import COMPONENT, SAMPLES_OF_A_STEP
from tcwc.torchtune.knowledge.data.counted import samples_of, selected

_FOLDERS = ("checkpointer.output_dir", "output_dir")
_FILES = "checkpointer.checkpoint_files"
_CHECKPOINTER = f"checkpointer.{COMPONENT}"
_PLAIN = "model-{}-of-{}.bin"
"""The names of an epoch's files where `safe_serialization` is false."""
_DIGITS = 5
_LIMIT = "max_steps_per_epoch"
_DROPOUT = "dropout"
_SEEN = {"torchtune", "torch", "torchao", "bitsandbytes"}
"""The packages whose components draw no random numbers in training but for dropout."""
_WATCHING = {"metric_logger", "profiler"}
"""Sections of what changes no weight."""
_COUNTED = {"source", "data_files", "split", "field", COMPONENT}
"""Arguments of a data set that say which samples it has; what else it has may leave some out."""
_OF_EACH = {"column_map", "column", "prompt_template", "train_on_input", "new_system_prompt"}
"""Arguments about each sample."""


def outlook(
    config: dict[str, Value], name: str, recipe: Recipe | None, known: Knowledge, beside: Beside
) -> Outlook:
    """What is known of a training by its config and recipe."""
    assert isinstance(known, Catalogue)
    table = known.entries("training")
    own = recipe is None or known.recipe(name) is None
    epochs = None if own else _epochs(config, recipe, table["*"])
    entry = None if own else table.get(name)
    if entry is None:
        what = "a recipe of one's own" if own else f"this recipe of torchtune {known.version}"
        return Outlook(_folder(config), epochs, "no", f"not known for {what}")
    why = (
        _starts_over(config, entry, table["*"], epochs)
        or _uncounted(config, entry, beside)
        or _carried(config, beside)
    )
    if why:
        return Outlook(_folder(config), epochs, "no", why)
    drawn = _dropout(config, known) or _of_others(config)
    how = "close" if drawn else "exact"
    return Outlook(_folder(config), epochs, how, drawn, _names(config, entry, table["*"]))


def value_in(config: dict[str, Value], path: str, late: Any = None) -> Any:
    """What a dotted path of a config comes to; None where that is nothing, and `late` where it is
    not known before the run starts."""
    try:
        return reading_of(config).at(tuple(path.split(".")))[1]
    except NotKnown:
        return late


def _folder(config: dict[str, Value]) -> str:
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
    counted = recipe is not None and "epochs" in recipe.keys and _is_count(epochs)
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
    limit = value_in(config, _LIMIT)
    if not _is_count(limit):
        return f"{entry['why']} where no `{_LIMIT}` cuts epochs short"
    batches = _batches(config, beside)
    if batches is None:
        return f"{entry['why']} unless `{_LIMIT}` cuts epochs short, and {_unknown(config, beside)}"
    steps = batches // _accumulation(config)
    if limit < steps:
        return ""
    return f"{entry['why']}: `{_LIMIT}: {limit}` does not cut an epoch of {steps} steps short"


def _carried(config: dict[str, Value], beside: Beside) -> str:
    """Why what an epoch leaves for the next one is lost; "" where it leaves nothing.

    Batches after the last whole step of an epoch are summed into the first step of the next one,
    and no state has them: full_finetune_single_device ended 1.8e-4 off, lora_dpo_single_device
    1.6e-3, with 16 batches of which three make a step.
    """
    accumulation = _accumulation(config)
    if accumulation == 1:
        return ""
    key = SAMPLES_OF_A_STEP[1]
    what = f"`{key}`: batches that fill no step at an epoch's end go into the next one's first"
    batches, limit = _batches(config, beside), value_in(config, _LIMIT)
    if batches is None:
        return f"{what}, and {_unknown(config, beside)}"
    steps, over = divmod(batches, accumulation)
    if not over or (_is_count(limit) and limit <= steps):
        return ""
    return f"{what}: of {batches} batches, {over}"


def _accumulation(config: dict[str, Value]) -> int:
    """The batches of a step; 0, which is none of its numbers, where that is not known."""
    value = value_in(config, SAMPLES_OF_A_STEP[1], late=0)
    return 1 if value is None else value if _is_count(value) else 0


def _batches(config: dict[str, Value], beside: Beside) -> int | None:
    """The full batches that data make of an epoch, at least, which are all that a recipe takes
    (`drop_last=True`); None where nobody knows."""
    batch = value_in(config, SAMPLES_OF_A_STEP[0], late=0)
    batch = 1 if batch is None else batch
    samples = _fewest(config, beside)
    if samples is None or not _is_count(batch) or not _accumulation(config):
        return None
    of_a_process = -(-samples // beside.world)  # the sampler fills up
    return int(of_a_process // batch)


def _fewest(config: dict[str, Value], beside: Beside) -> int | None:
    """The samples of an epoch, at least. Packs of samples are fewer than these, and nobody knows
    how many; where a file in sight has fewer than the author says, these are all."""
    if is_packed(config):
        return None
    said, seen = samples_in(config, beside), _samples_in_sight(config, beside)
    return said if said is None or seen is None else min(said, seen)


def _unknown(config: dict[str, Value], beside: Beside) -> str:
    """Why nobody knows how many batches there are."""
    if is_packed(config):
        return "how many packs there are is not known before"
    if samples_in(config, beside) is None:
        return "how many samples there are is not known (`samples:` says it)"
    return "how many steps an epoch has is not known"


def is_packed(config: dict[str, Value]) -> bool:
    """Whether a data set of a training packs its samples."""
    section = value_in(config, "dataset")
    places = range(len(section)) if isinstance(section, list) else ()
    paths = ["dataset.packed", *(f"dataset.{place}.packed" for place in places)]
    return any(value_in(config, path, late=True) for path in paths)


def samples_in(config: dict[str, Value], beside: Beside) -> int | None:
    """The samples that a training has: as the author says, else those in the one file of its one
    data set; None where nobody knows."""
    if beside.samples is not None:
        return beside.samples
    return _samples_in_sight(config, beside)


def _samples_in_sight(config: dict[str, Value], beside: Beside) -> int | None:
    """Those in the one file of the one data set; None where it is not in sight, or no count."""
    section = value_in(config, "dataset")
    if not isinstance(section, dict):
        return None
    data = {key: value_in(config, f"dataset.{key}") for key in section}
    file, split = data.get("data_files"), data.get("split", "train")
    more = {key for key, value in data.items() if value} - _COUNTED - _OF_EACH
    if more or not isinstance(file, str) or not isinstance(split, str):
        return None
    text = beside.text_of(file)
    field = data.get("field")
    found = None if text is None else _samples_of(text, str(data.get("source")), field)
    return None if found is None else selected(split, found)


@lru_cache(4)  # the runs of an experiment mostly have one file
def _samples_of(text: str, source: str, field: str | None) -> int | None:
    return samples_of(text, {"source": source, "field": field})


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


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


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
