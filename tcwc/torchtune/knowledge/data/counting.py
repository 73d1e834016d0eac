"""Counts the samples of a data set whose files are in sight."""

from __future__ import annotations

from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path
from tcwc.torchtune.knowledge.condition.reader import CaseReader
from tcwc.torchtune.knowledge.data.counted import samples_of, selected
from tcwc.torchtune.knowledge.data.packs import packs
from tcwc.torchtune.knowledge.data.records import files_of

_SOME = 5
"""Fewer samples show what the data look like, and are not those that are trained on."""

_FEWER = ("features", "filter_fn", "on_bad_lines", "comment", "skiprows", "skipfooter")
"""Arguments under which fewer samples may be read, or nobody knows which."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Files of a data set, the samples in them, and at most how many of them its split selects;
    `items` are what it gives at most: these samples, or the packs that they make."""

    files: tuple[str, ...]
    all: int
    samples: int
    items: int


def counted(reader: CaseReader, where: Path) -> Counted | None:
    """How many samples a data set has; None where nobody knows, or where its files are a sample of
    others."""
    section, text_of = reader.known(where), reader.context.text_of
    files = files_of(reader, where)
    if not isinstance(section, dict) or text_of is None or not files:
        return None
    read = {key: reader.known((*where, key)) for key in section}
    texts = [text_of(file) if not any(each in file for each in "*?[") else None for file in files]
    counts = [None if text is None else samples_of(text, read) for text in texts]
    total = sum(each for each in counts if each is not None)
    if None in counts or total < _SOME:
        return None
    split = read.get("split", "train")
    some = selected(split, total) if isinstance(split, str) and "${" not in split else total
    most = read.get("nrows")
    if read.get("source") == "csv" and isinstance(most, int):
        some = min(total if some is None else some, most * len(files))
    taken = total if some is None else some
    return Counted(
        tuple(files), total, taken, packs(reader, where, list(filter(None, texts)), taken)
    )


def is_exact(reader: CaseReader, where: Path) -> bool:
    """Whether just these samples are read: no argument leaves out some."""
    section = reader.case.value(where)
    return isinstance(section, dict) and not any(section.get(key) for key in (*_FEWER, "nrows"))
