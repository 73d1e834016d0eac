"""How many samples there are: in the files of a data set that are in sight, and in a split."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping

from tcwc.model.digits import number_of
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Value
from tcwc.model.limits import GUESSED

_SLICE = re.compile(
    r"[^\[]+(?:\[(?P<first>-?[\d_]+%?)?:(?P<last>-?[\d_]+%?)?\])?(?:\((?P<rounding>[^)]*)\))?"
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a part of a split asks for: from the first sample to the one before the last, in
    samples or in percent. None is for what is not said."""

    first: int | None
    last: int | None
    percent: bool
    drops: bool
    """Whether percentages are of whole hundreds, what is left over dropped."""

    def of(self, samples: int) -> int:
        """How many samples of so many are selected."""
        first, last = self.ends(samples)
        return max(last - first, 0)

    def ends(self, samples: int) -> tuple[int, int]:
        """The first sample of so many and the one after the last (datasets/arrow_reader.py:427)."""
        first, last = (self._absolute(each, samples) for each in (self.first or 0, self.last))
        first, last = (max(samples + each, 0) if each < 0 else each for each in (first, last))
        return min(first, samples), min(last, samples)

    def _absolute(self, bound: int | None, samples: int) -> int:
        if bound is None:
            return samples
        if not self.percent:
            return bound
        return bound * (samples // 100) if self.drops else round(bound * samples / 100)


def parts(split: str) -> list[Bounds] | None:
    """The parts of a split, which `+` joins; None for one that is not understood."""
    if len(split) > GUESSED.at_most:
        return None
    found = [_SLICE.fullmatch(part) for part in split.split("+")]
    return [_bounds(each) for each in found if each] if all(found) else None


def _bounds(found: re.Match[str]) -> Bounds:
    texts = found["first"], found["last"]
    first, last = (number_of(each.rstrip("%").replace("_", "")) if each else None for each in texts)
    drops = found["rounding"] == "pct1_dropremainder"
    return Bounds(first, last, "%" in "".join(filter(None, texts)), drops)


def selected(split: str, samples: int) -> int | None:
    """How many samples a split has of a file's; None where nobody knows."""
    of = parts(split)
    return None if of is None else sum(each.of(samples) for each in of)


def samples_of(text: str, section: Mapping[str, Value]) -> int | None:
    """The samples of a file, as `datasets` reads it; None where nobody knows."""
    source = section.get("source")
    if source == "json":
        return _of_json(text, section.get("field"))
    if source == "csv":
        return _of_csv(text, section)
    return _of_lines(text, section.get("sample_by")) if source == "text" else None


def _of_csv(text: str, section: Mapping[str, Value]) -> int:
    """At most: what else of it is left out is not counted."""
    named = section.get("column_names") or section.get("names") or "header" in section
    rows = sum(1 for row in csv.reader(text.splitlines()) if row)
    return max(0, rows - (0 if named else 1))


def _of_lines(text: str, by: Value) -> int | None:
    if by == "paragraph":
        return len(re.split(r"\n\n+", text.strip("\n"))) if text.strip("\n") else 0
    if by == "document":
        return 1
    return len(text.splitlines()) if by in (None, "line") else None


def _of_json(text: str, field: Value) -> int | None:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        lines = [line for line in text.splitlines() if line.strip()]
        # Not one document: an object a line.
        return len(lines) if lines and all(line.lstrip()[:1] == "{" for line in lines) else None
    if isinstance(field, str) and isinstance(read, dict):
        read = read.get(field)
    return len(read) if isinstance(read, list) else None
