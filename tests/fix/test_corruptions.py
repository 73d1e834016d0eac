"""A source that went wrong is repaired to what it was, or not at all; in every way alike."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from tests.evidence import check
from tests.fix.corruptions import FOREIGN, KINDS
from tests.fix.originals import originals
from tests.fix.proof import SOURCES, counted, proof, read, runs


def test_some_sources() -> None:
    counts = counted(range(SOURCES, SOURCES + 40))
    assert counts["wrong"] == 0
    assert min(counts["right"], counts["none"]) > 5
    assert counts["every_way"] > 3


@pytest.mark.slow
def test_sources() -> None:
    check("fixes", proof)


def test_the_originals_have_runs_and_no_errors(tmp_path: Path) -> None:
    known = read(tmp_path)
    assert len(known) > 15
    for each in known:
        made = each.compiled(each.text)
        assert made.ok, (each.path, made.diagnostics)
        assert runs(made) == each.runs != ()


def test_every_kind_of_corruption_finds_something(tmp_path: Path) -> None:
    texts = [path.read_text(encoding="utf-8") for path in originals(tmp_path)]
    found: Counter[str] = Counter()
    for kind, corrupt in KINDS.items():
        for number, text in enumerate(texts):
            found[kind] += corrupt(Random(number), text) is not None
    assert not [kind for kind in KINDS if not found[kind]]
    names = [name for name in FOREIGN if not any(name in text for text in texts)]
    assert not names
