"""Corrupted sources of which the original is known, and what `--fix` makes of them.

After a fix either the runs are those of the original, to the byte, or an error is still there; a
corruption that makes another valid experiment of the source has nothing that could be repaired.

    python -m tests.evidence tests.fix.proof:proof fixes
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tcwc.api.compilation import Compilation, compile
from tcwc.api.session import Session
from tcwc.lint.fix import Linted, Outcome, repair
from tests.evidence import EIGHTHS
from tests.fix.corruptions import Corruption, applied, corruptions, whole
from tests.fix.originals import originals

SOURCES = 12_000
"""Corrupted sources; about a sixth is another valid experiment, and is not counted."""

Runs = tuple[tuple[str, str], ...]
"""Science hash and config of each run."""


class Wrong(AssertionError):
    """A fix made another experiment than the original."""


@dataclass(frozen=True, slots=True)
class Original:
    """An experiment, its text and its runs; what single corruptions make of it, as far as tried."""

    path: Path
    text: str
    session: Session
    runs: Runs
    tried: dict[Corruption, bool] = field(default_factory=dict)

    def compiled(self, text: str) -> Compilation:
        return compile(str(self.path), text=text, session=self.session)

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
    """The runs of an experiment without errors, in any order."""
    return tuple(sorted((run.science_hash, run.text) for run in made.runs))


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
        raise Wrong(f"{[kind for kind, _ in case.made]} {case.text} became {new}")
    return "right"


def proof(eighth: int) -> dict[str, int]:
    """What came of the seeds of an eighth, by the kind of the first corruption."""
    return counted(range(eighth, SOURCES, EIGHTHS))


def counted(seeds: Iterable[int], look: Callable[[Case], None] = lambda _: None) -> dict[str, int]:
    """What came of some seeds. `look` sees each case besides. Raises Wrong."""
    counts: Counter[str] = Counter(right=0, none=0, another=0, wrong=0)
    with tempfile.TemporaryDirectory() as folder:
        known = read(Path(folder))
        for seed in seeds:
            each = case(known, seed)
            if not each.made:
                counts["another"] += 1
                continue
            look(each)
            said = verdict(each, unsafe=True)
            counts[said] += 1
            if said != "another":
                counts[f"{each.made[0][0]}: {said}"] += 1
    return dict(sorted(counts.items()))
