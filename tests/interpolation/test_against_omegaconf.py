"""tcwc reads `${...}` as the real OmegaConf does, or says that it cannot know the value."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from omegaconf import OmegaConf

from tcwc.config.interpolation.closure import led_to, mentions
from tcwc.config.interpolation.reading import visited
from tcwc.model.ir import Path, Value, overlap
from tests.conftest import share
from tests.evidence import check
from tests.interpolation.generate import config
from tests.interpolation.proof import BASES, Nothing, nodes, proof, read, readable, run, same


def test_some_bases() -> None:
    counts = run(range(BASES, BASES + 16))
    assert counts["derived"] > 60
    assert counts["filled"] > 15
    assert counts["refused texts"] > 0


def depends(raw: Value, path: Path, base: dict[str, Any]) -> set[Path]:
    """The closure of what a value mentions, by one step after the other."""
    found, left = set(), [*mentions(raw, path)]
    while left:
        if (one := left.pop()) not in found:
            found.add(one)
            left += led_to(base, one, ())
    return found


@pytest.mark.deep
@pytest.mark.filterwarnings("ignore")  # OmegaConf warns of empty arguments
def test_a_value_depends_on_what_it_visits_and_mentions_alone() -> None:
    """Whatever else changes, OmegaConf reads the same: so nothing is left out of either."""
    tried = 0
    for seed in range(BASES, BASES + share(320)):
        base = readable(config(seed), Counter())
        before = OmegaConf.create(base)
        for path, raw in nodes(base):
            if not isinstance(raw, str) or "${" not in raw:
                continue
            wanted = read(before, path)
            if isinstance(wanted, Nothing):
                continue
            for known in (depends(raw, path, base), set(visited(raw, path, base))):
                other = OmegaConf.create(changed(base, {path, *known}))
                assert same(read(other, path), wanted), f"base {seed}, {path}: {raw}, {known}"
                tried += 1
    assert tried > share(120)


def changed(value: Any, kept: set[Path], at: Path = ()) -> Any:
    """A config in which each value is another one that stands on the way to none of the kept."""
    if any(overlap(at, each) for each in kept):
        if isinstance(value, dict):
            return {key: changed(item, kept, (*at, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [changed(item, kept, (*at, index)) for index, item in enumerate(value)]
        return value
    return "changed"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("${oc.select:a}", ("a",)),
        ("x${ oc.select: a.b , 1}y", ("a", "b")),
        ("${oc.dict.keys:.b}", ("c", "b")),
        ("${oc.deprecated:a}", ("a",)),
        ("${oc.select:${d}}", ("d",)),
    ],
)
def test_a_resolver_that_looks_a_key_up_names_it(text: str, named: Path) -> None:
    assert named in set(mentions(text, ("c", "k")))
    assert named in visited(text, ("c", "k"), {"a": {"b": 1}, "c": {"b": {}, "k": text}, "d": "a"})


def test_an_index_that_counts_from_the_end_may_be_a_key() -> None:
    assert {("d", -1), ("d", "-1")} <= set(mentions("${d.-1}", ("k",)))


@pytest.mark.slow
def test_bases() -> None:
    check("references", proof)
