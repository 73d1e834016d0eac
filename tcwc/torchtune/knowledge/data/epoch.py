"""Optimizer steps of an epoch: at most so many as the data in sight make, and as are allowed.

All that asks for a number of steps asks here, so that no two findings count otherwise.
"""

from __future__ import annotations

from tcwc.config.walk import is_count
from tcwc.lint.needed import samples_said
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path
from tcwc.torchtune.keys import COMPONENT, SAMPLES_OF_A_STEP
from tcwc.torchtune.knowledge.condition.reader import CaseReader
from tcwc.torchtune.knowledge.data.counting import Counted, counted, is_exact
from tcwc.torchtune.knowledge.data.records import loads
from tcwc.torchtune.knowledge.known import catalogue

DATA: Path = ("dataset",)
BATCH, ACCUMULATION = ((key,) for key in SAMPLES_OF_A_STEP)
LIMIT: Path = ("max_steps_per_epoch",)
PATHS: tuple[Path, ...] = (DATA, BATCH, ACCUMULATION)
"""What decides how many steps the data make."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """What an epoch reads: its files, the samples in them, and how many of these are taken at
    most; `items` are what batches are made of, which are fewer where samples are packed. Without
    files it is the author who says how many samples there are."""

    files: tuple[str, ...]
    all: int
    samples: int
    items: int
    batch: int
    accumulation: int

    @property
    def packed(self) -> bool:
        return self.items < self.samples

    @property
    def batches(self) -> int:
        """Full batches: one that is not full is left out."""
        return self.items // self.batch

    @property
    def steps(self) -> int:
        """Optimizer steps, at most: one takes `accumulation` batches."""
        return self.batches // self.accumulation


def epoch(reader: CaseReader) -> Epoch | None:
    """What the data in sight, or as many as the author says, make of an epoch; None where nobody
    knows, or where the recipe takes batches that are not full."""
    batch, accumulation = (reader.case.value(path) for path in (BATCH, ACCUMULATION))
    if not counts(reader) or not is_count(batch) or not is_count(accumulation):
        return None
    said = samples_said(reader.context, reader.case)
    if said is not None:
        return Epoch((), said, said, said, int(str(batch)), int(str(accumulation)))
    known = _in_sight(reader)
    if known is None:
        return None
    return Epoch(
        tuple(name for each in known for name in each.files),
        sum(each.all for each in known),
        sum(each.samples for each in known),
        sum(each.items for each in known),
        int(str(batch)),
        int(str(accumulation)),
    )


def _sections(reader: CaseReader) -> list[Path]:
    """The data sets that an epoch reads."""
    data = reader.case.value(DATA)
    return [(*DATA, i) for i in range(len(data))] if isinstance(data, list) and data else [DATA]


def _in_sight(reader: CaseReader) -> list[Counted] | None:
    """What each data set has; None where one is not in sight."""
    if reader.context.text_of is None:
        return None
    found = [counted(reader, where) for where in _sections(reader)]
    known = [each for each in found if each is not None]
    return known if len(known) == len(found) else None


def samples_read(reader: CaseReader) -> int | None:
    """How many samples batches are made of; None where nobody knows, or knows only the most."""
    where = _sections(reader)
    if any(reader.case.value((*each, "packed")) for each in where):
        return None
    said = samples_said(reader.context, reader.case)
    if said is not None:
        return said
    known = _in_sight(reader) if all(_gives_all(reader, each) for each in where) else None
    return None if known is None else sum(each.samples for each in known)


def _gives_all(reader: CaseReader, where: Path) -> bool:
    """Whether a data set has every sample of its files: one's own component may leave out some."""
    return is_exact(reader, where) and loads(reader, str(reader.known((*where, COMPONENT))))


def most_steps(reader: CaseReader) -> int | None:
    """How many optimizer steps an epoch has at most; None where nobody knows."""
    limit = reader.known(LIMIT)
    if limit is not None and not is_count(limit):
        return None
    made = epoch(reader)
    known = [each for each in (limit, None if made is None else made.steps) if each is not None]
    return min(int(str(each)) for each in known) if known else None


def counts(reader: CaseReader) -> bool:
    """Whether a recipe leaves out a batch that is not full, and steps once in so many batches."""
    recipe, known = reader.context.experiment.recipe, catalogue(reader.context)
    return any(recipe in each["recipes"] for each in known.relations("whole_batches"))
