"""Data that are none: splits that select nothing, and what `load_dataset` cannot take."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tcwc.model.ir import Path, Value, format_path
from tcwc.model.rules import DATA_REFUSED
from tcwc.torchtune.knowledge.condition.reader import CaseReader
from tcwc.torchtune.knowledge.data.counted import Bounds, parts
from tcwc.torchtune.knowledge.data.counting import Counted, counted, is_exact
from tcwc.torchtune.knowledge.data.records import beginning, loads
from tcwc.torchtune.knowledge.data.told import Told, written

Section = dict[str, Value]

_HUNDRED = 100
"""Of fewer samples `pct1_dropremainder` drops all (datasets/arrow_reader.py:414)."""


def nothing(data: Value) -> Iterator[Told]:
    """An empty list of data sets."""
    if data == []:
        yield Told(
            DATA_REFUSED,
            ("dataset",),
            "`dataset` is an empty list, and nothing is trained",
            "name one data set or more, or remove this for that of the base",
        )


def empty_split(reader: CaseReader, where: Path, _: Section, name: str) -> Iterator[Told]:
    """A split whose slices leave nothing: however many samples there are, or of those in sight."""
    split = reader.known((*where, "split"))
    if not isinstance(split, str) or "${" in split or not loads(reader, name):
        return
    of = parts(split)
    if of is None:
        return
    if all(_selects_nothing(each) for each in of):
        yield Told(
            DATA_REFUSED,
            (*where, "split"),
            f"the split `{split}` selects nothing, however many samples there are",
            "write the first sample and the one after the last, for instance `train[:80%]` or "
            "`train[100:200]`",
        )
        return
    known = counted(reader, where)
    if known is not None and (why := _too_few(of, known, is_exact(reader, where))):
        files = ", ".join(f"`{file}`" for file in known.files)
        yield Told(
            DATA_REFUSED,
            (*where, "split"),
            f"the split `{split}` {why}: {files} {'has' if len(known.files) == 1 else 'have'} "
            f"{known.all} samples",
            f"write bounds within them, such as {written(where, 'split', _within(known.all))}",
            ((*where, "data_files"),),
        )


def _too_few(of: list[Bounds], known: Counted, exact: bool) -> str:
    """What a split does not find in a known number of samples; "" where it finds some."""
    if any(each.drops and each.percent for each in of) and known.all < _HUNDRED:
        return "drops what is less than a hundred samples, and is refused"
    # Fewer samples than were counted would be selected from another place.
    return "selects nothing" if exact and known.samples == 0 else ""


def _within(samples: int) -> str:
    return f"train[:{max(1, samples * 4 // 5)}]"


def _selects_nothing(asked: Bounds) -> bool:
    """Whether a slice ends where it begins or before, by the numbers alone."""
    start, end = asked.first, asked.last
    if asked.percent:
        start, end = start or 0, 100 if end is None else end
        start, end = (each + 100 if each < 0 else each for each in (start, end))
    if end is None:
        return False
    start = start or 0
    return end == 0 or ((start < 0) == (end < 0) and end <= start)


def all_splits(reader: CaseReader, where: Path, section: Section, name: str) -> Iterator[Told]:
    """A class that takes no split of its own, and is given none: `load_dataset` gives a mapping of
    all splits, whose length is that of the mapping."""
    component = reader.context.catalogue.component(name)
    own = component.parameters if component else {"split": None}
    handed_on = "split" not in own and loads(reader, name)
    if handed_on and "split" not in section and name.startswith("torchtune.datasets."):
        yield Told(
            DATA_REFUSED,
            (*where, "_component_"),
            f"{name} is given no split, and takes a mapping of all splits for its samples: nothing "
            "is trained",
            f"write {written(where, 'split', 'train')} beside it",
        )


def no_field(reader: CaseReader, where: Path, _: Section, name: str) -> Iterator[Told]:
    """A field that is to be taken out of a file that has none of that name."""
    field, text = reader.known((*where, "field")), (beginning(reader, where) or "").lstrip()
    of_json = reader.known((*where, "source")) == "json" and loads(reader, name)
    if not isinstance(field, str) or not text or not of_json:
        return
    if not text.startswith("["):
        try:
            whole = json.loads(text)
        except (ValueError, RecursionError):
            return  # more than was read, or lines
        if not isinstance(whole, dict) or field in whole:
            return
    file = reader.known((*where, "data_files"))
    what = "is a list of samples" if text.startswith("[") else f"has no `{field}`"
    yield Told(
        DATA_REFUSED,
        (*where, "field"),
        f"`field: {field}` is to be taken out of `{file}`, which {what}",
        f"remove `{format_path((*where, 'field'))}`"
        if text.startswith("[")
        else "write the key that holds the list of samples there",
        ((*where, "data_files"),),
    )
