"""How long a training is, before it begins: its samples, batches and optimizer steps."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from tcwc.config.interpolation.reading import NotKnown, reading_of
from tcwc.config.walk import is_count
from tcwc.model.training import Beside
from tcwc.model.values import Value
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.keys import COMPONENT, LENGTHS, SAMPLES_OF_A_STEP
from tcwc.torchtune.knowledge.data.counted import samples_of, selected

_EPOCHS, LIMIT = LENGTHS
_COUNTED = {"source", "data_files", "split", "field", COMPONENT}
"""Arguments of a data set that say which samples it has; what else it has may leave some out."""
_OF_EACH = {"column_map", "column", "prompt_template", "train_on_input", "new_system_prompt"}
"""Arguments about each sample."""


def steps_in(config: dict[str, Value], name: str, known: Catalogue, beside: Beside) -> int | None:
    """The optimizer steps of all epochs, at most; None where nobody knows, or where a recipe takes
    batches that are not full too."""
    epochs, limit = value_in(config, _EPOCHS), value_in(config, LIMIT, late=0)
    drops = any(name in each["recipes"] for each in known.relations("whole_batches"))
    if not drops or not is_count(epochs) or not (limit is None or is_count(limit)):
        return None
    batches = batches_in(config, beside)
    made = None if batches is None else batches // accumulation_in(config)
    found = [each for each in (limit, made) if each is not None]
    return int(epochs * min(found)) if found else None


def value_in(config: dict[str, Value], path: str, late: Any = None) -> Any:
    """What a dotted path of a config comes to; None where that is nothing, and `late` where it is
    not known before the run starts."""
    try:
        return reading_of(config).at(tuple(path.split(".")))[1]
    except NotKnown:
        return late


def batches_in(config: dict[str, Value], beside: Beside) -> int | None:
    """The full batches that data make of an epoch, at least, which are all that a recipe takes
    (`drop_last=True`); None where nobody knows."""
    batch = value_in(config, SAMPLES_OF_A_STEP[0], late=0)
    batch = 1 if batch is None else batch
    samples = _fewest(config, beside)
    if samples is None or not is_count(batch) or not accumulation_in(config):
        return None
    of_a_process = -(-samples // beside.world)  # the sampler fills up
    return int(of_a_process // batch)


def accumulation_in(config: dict[str, Value]) -> int:
    """The batches of a step; 0, which is none of its numbers, where that is not known."""
    value = value_in(config, SAMPLES_OF_A_STEP[1], late=0)
    return 1 if value is None else value if is_count(value) else 0


def _fewest(config: dict[str, Value], beside: Beside) -> int | None:
    """The samples of an epoch, at least. Packs of samples are fewer than these, and nobody knows
    how many; where a file in sight has fewer than the author says, these are all."""
    if is_packed(config):
        return None
    said, seen = samples_in(config, beside), _samples_in_sight(config, beside)
    return said if said is None or seen is None else min(said, seen)


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
