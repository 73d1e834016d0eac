"""Corrupted sources of which the original is known, and what `--fix` makes of them.

After a fix either the runs are those of the original, to the byte, or an error is still there; a
corruption that makes another valid experiment of the source has nothing that could be repaired.

    python -m tests.evidence tests.fix.proof:proof fixes
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from random import Random

from tcwc.api.compilation import Compilation, compile
from tcwc.api.session import Session
from tcwc.lint.fix import Outcome, repair
from tcwc.lint.replacements import Linted
from tcwc.model.evaluations import Evaluation
from tests.conftest import EIGHTHS
from tests.fix.corruptions import Corruption, applied, corruptions, whole
from tests.fix.originals import originals
from tests.fix.ways import fixed, variant

SOURCES = 10_200
"""Corrupted sources; about one in eighty is another valid experiment, and is not counted."""

Runs = tuple[tuple[str, str], ...]
"""Science hash and config of each run; tool and settings of each evaluation."""


_RECENT = 10


class Wrong(AssertionError):
    """A fix made another experiment than the original."""


@dataclass(frozen=True, slots=True)
class Original:
    """An experiment, its text and its runs.

    `tried` says of single corruptions whether they make another one, `recent` what a few texts
    compiled to.
    """

    path: Path
    text: str
    session: Session
    runs: Runs
    tried: dict[Corruption, bool] = field(default_factory=dict)
    recent: dict[str, Compilation] = field(default_factory=dict)

    def compiled(self, text: str) -> Compilation:
        if text not in self.recent:
            if len(self.recent) > _RECENT:
                self.recent.clear()
            self.recent[text] = compile(str(self.path), text=text, session=self.session)
        return self.recent[text]

    def is_another(self, edits: Corruption) -> bool:
        """Whether a corruption alone makes another valid experiment."""
        if edits not in self.tried:
            made = self.compiled(applied(self.text, edits))
            self.tried[edits] = made.ok and runs(made) != self.runs
        return self.tried[edits]

    def repaired(self, text: str, *, unsafe: bool) -> Outcome:
        def found(texts: Mapping[str, str]) -> Linted:
            made = self.compiled(texts.get(str(self.path), text))
            return Linted(made.diagnostics, made.sources)

        own = str(self.path)
        return repair(found, unsafe=unsafe, may_edit=lambda name: name == own)


def runs(made: Compilation) -> Runs:
    """The runs of an experiment without errors, in any order, and how they are evaluated."""
    found = sorted((run.science_hash, run.text) for run in made.runs)
    return (*found, *sorted(map(_evaluated, made.build.experiment.evaluations)))


def _evaluated(said: Evaluation) -> tuple[str, str]:
    """An evaluation, whatever it is called, and wherever it stands."""
    more = said.settings, said.epochs, said.baseline, said.checkpoints, said.needs
    return said.tool, repr(more)


def read(folder: Path) -> list[Original]:
    """The originals, in a folder of their own."""
    made = []
    for path in originals(folder):
        text, session = path.read_text(encoding="utf-8"), Session()
        made.append(Original(path, text, session, runs(compile(str(path), session=session))))
    return made


@dataclass(frozen=True, slots=True)
class Case:
    """A corrupted source: of which original, by what, and its text."""

    original: Original
    made: tuple[tuple[str, Corruption], ...]
    text: str


def case(originals: list[Original], seed: int) -> Case:
    """The corrupted source of a seed; corruptions that alone are another experiment left out."""
    random = Random(seed)
    original = random.choice(originals)
    made = corruptions(random, original.text, random.choice((1, 1, 2, 3)))
    if len(made) > 1:
        made = [each for each in made if not original.is_another(each[1])]
    return Case(original, tuple(made), applied(original.text, list(whole(made))))


def verdict(case: Case, unsafe: bool) -> str:
    """What fixes make of a corrupted source: "right", "none", or that it is "another". Raises
    Wrong."""
    original = case.original
    before = original.compiled(case.text)
    was = runs(before) if before.ok else None
    if was is not None and was != original.runs:
        return "another"
    outcome = original.repaired(case.text, unsafe=unsafe)
    new = outcome.texts.get(str(original.path), case.text)
    if new == case.text:
        return "none" if was is None else "right"
    after = original.compiled(new)
    if not after.ok:
        return "none"
    if runs(after) != original.runs:
        if _is_another_in_part(case):
            return "another"
        raise Wrong(f"{[kind for kind, _ in case.made]} {case.text} became {new}")
    return "right"


def _is_another_in_part(case: Case) -> bool:
    """Whether some of the corruptions together are another valid experiment, so that a repair of
    the others gives that: with a misspelt recipe, say, fewer values are errors."""
    parts = [part for size in range(1, len(case.made)) for part in combinations(case.made, size)]
    return any(case.original.is_another(tuple(whole(part))) for part in parts)


def proof(eighth: int) -> dict[str, int]:
    """What came of the seeds of an eighth, by the kind of the first corruption."""
    return counted(range(eighth, SOURCES, EIGHTHS))


def counted(seeds: Iterable[int]) -> dict[str, int]:
    """What came of some seeds. Every tenth goes every way of the command line too. Raises Wrong,
    and AssertionError where the ways differ."""
    counts: Counter[str] = Counter(right=0, none=0, another=0, wrong=0, every_way=0)
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            known = read(Path(folder))
            for seed in seeds:
                each = case(known, seed)
                said = verdict(each, unsafe=seed % 5 != 0) if each.made else "another"
                counts[said] += 1
                if said == "another":
                    continue
                counts[f"{each.made[0][0]}: {said}"] += 1
                if seed % 20 in (3, 15):
                    counts["every_way"] += 1
                    every_way(each, seed)
        finally:
            os.chdir(here)
    return dict(sorted(counts.items()))


def every_way(case: Case, seed: int) -> None:
    """Repair a source by every way, with line ends, a mark and an end by its seed; twice, as the
    second time has nothing to do."""
    original, unsafe = case.original, seed % 20 == 3
    flag = "--unsafe-fixes" if unsafe else "--fix"
    data = variant(case.text, seed // 20)
    try:
        made = fixed(original.path, data, flag)
        plain = made.decode("utf-8-sig").replace("\r\n", "\n")
        text = case.text.rstrip("\n") if seed // 20 & 2 else case.text
        outcome = original.repaired(text, unsafe=unsafe)
        expected = outcome.texts.get(str(original.path), text)
        assert plain == expected, f"{data!r} became {made!r}, and not {expected}"
        again = original.repaired(plain, unsafe=unsafe)
        assert not again.texts, f"{plain} became {again.texts}"
    finally:
        original.path.write_text(original.text, encoding="utf-8")
