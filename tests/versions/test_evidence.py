"""What stands at the places of a release is found again in a fork, or is not there any more."""

from __future__ import annotations

import json
import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from tcwc.disk.data import read_schema
from tcwc.disk.packages import open_packages
from tcwc.torchtune.introspect.evidence import changed, function_at, unit_at, units
from tests.conftest import wheel_of
from tests.knowledge.data import DEFAULT, VERSIONS, load
from tests.versions.citations import citations, recipes_of
from tools.regenerate_cited import cited

MAIN = "0.7.0.dev"
RECIPE = """\
import torch

class Recipe:
    def __init__(self, cfg):
        self.dtype = cfg.dtype
        if self.dtype == torch.float16:
            # not supported
            raise ValueError(
                "no fp16"
            )
        elif cfg.strict:
            self.strict = True

    def save(self):
        write(self.model)
"""
REFUSES, SETS, SAVES = "r.py:8", "r.py:12", "r.py:15"
PLACES = ["r.py", "r.py save", REFUSES, SETS, SAVES]


def missing_from(text: str) -> list[str]:
    there = units(RECIPE)
    known = {"r.py": {place: unit_at(there, place).hash for place in PLACES}}
    return changed(known, {"r.py": text}.get).get("r.py", [])


CHANGES = {
    "nothing": ("", "", []),
    "a comment, and how lines are broken": (
        '# not supported\n            raise ValueError(\n                "no fp16"\n            )',
        'raise ValueError("no fp16")',
        [],
    ),
    "a line elsewhere": ("self.dtype = cfg.dtype", "self.dtype = cfg.dtype; x = 1", ["r.py"]),
    "what is refused": ('"no fp16"', '"no halves"', ["r.py", REFUSES]),
    "no more refused": ("raise ValueError(", "warn(", ["r.py", REFUSES]),
    "its condition": ("== torch.float16", "is None", ["r.py", REFUSES, SETS]),
    "another branch": ("elif cfg.strict:", "elif cfg.loose:", ["r.py", SETS]),
    "a function": ("write(self.model)", "pass", ["r.py", "r.py save", SAVES]),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_not_there_any_more(what: str) -> None:
    old, new, gone = CHANGES[what]
    text = RECIPE.replace(old, new) if old else RECIPE
    assert (text != RECIPE) == bool(old)
    assert missing_from(text) == gone


def test_nothing_is_there_where_the_file_is_gone() -> None:
    assert changed({"r.py": {REFUSES: "abc"}}, lambda _: None) == {"r.py": [REFUSES]}


def test_the_function_that_a_place_is_in() -> None:
    there = units(RECIPE)
    assert function_at(there, REFUSES) == "__init__"
    assert function_at(there, "r.py:1") == ""


@pytest.mark.parametrize("version", VERSIONS)
def test_every_place_that_is_named_is_known(version: str) -> None:
    """Else schemas/cited is older than what is known by hand: tools/regenerate_cited.py."""
    known = json.loads(read_schema(f"cited/{version}.json"))
    named = set()
    for each in citations(lines_only=False):
        files = {each.file}
        if each.recipes and each.file.startswith("recipes/"):
            files = {load("recipes", version)[name]["file"] for name in recipes_of(each, version)}
        if version in each.versions:
            named |= {(file, each.place) for file in files}
    assert {(file, place) for file in known for place in known[file]} <= named
    assert {(file, each) for file, each in named if each not in known.get(file, [each])} == set()
    assert version != DEFAULT or {file for file, _ in named} == set(known)


@pytest.mark.slow
@pytest.mark.network
def test_what_ships_is_what_stands_there(torchtune_wheel: Path, tmp_path: Path) -> None:
    main = os.environ.get("TCWC_TORCHTUNE_MAIN")
    if not main:
        pytest.skip("no source tree of torchtune's main (TCWC_TORCHTUNE_MAIN)")
    places = {"0.5.0": wheel_of("0.5.0", tmp_path), DEFAULT: torchtune_wheel, MAIN: Path(main)}
    with ExitStack() as stack:
        sources = {v: stack.enter_context(open_packages(each)) for v, each in places.items()}
        for version in VERSIONS:
            assert cited(version, sources) == read_schema(f"cited/{version}.json")
            found = json.loads(cited(version, sources))
            assert changed(found, sources[version].read) == {}
