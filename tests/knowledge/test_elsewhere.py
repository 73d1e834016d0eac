"""The table of names of other libraries: that it is whole, and names what torchtune has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from tcwc.language.sections import shapes
from tcwc.torchtune.target import TORCHTUNE
from tests.experiments import CATALOGUE
from tests.knowledge.data import KNOWLEDGE as FOLDER
from tests.knowledge.data import SCHEMAS, components, load, paths

RAW: dict[str, Any] = json.loads((FOLDER / "elsewhere.json").read_text(encoding="utf-8"))
ABOUT = RAW["about"]
TABLE: dict[str, Any] = {key: value for key, value in RAW.items() if key != "about"}
ENTRIES: list[tuple[str, dict[str, Any]]] = [
    (name, form)
    for name, entry in TABLE.items()
    if isinstance(entry, dict)
    for form in entry.get("versions", [entry])
]
"""Names with what they are, in each form that one has in some release."""
KEYS = [name for name in TABLE if not name.startswith(("= ", "$ "))]

KEYS_OF_SOME_RECIPE = {
    "num_steps", "max_seq_length", "datasets", "log_level", "loss", "tags",
    "lr_scheduler", "resume_from_checkpoint",
}  # fmt: skip
"""Names that some recipe does read: asked for in others, in sections, or with a value that it does
not take."""


def answers(entry: dict[str, Any]) -> list[dict[str, Any]]:
    return entry.get("answers", [entry])


def written() -> Iterator[tuple[str, str, str]]:
    for name, entry in ENTRIES:
        for answer in answers(entry):
            for path, value in answer.get("write", {}).items():
                yield name, path, value


def test_the_file_follows_its_schema() -> None:
    schema = json.loads((SCHEMAS / "elsewhere.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(RAW)


def test_there_is_much_in_it() -> None:
    assert len(KEYS) > 800
    assert len(TABLE) - len(KEYS) > 200


def test_other_names_lead_to_entries() -> None:
    lost = {k: v for k, v in TABLE.items() if isinstance(v, str) and v not in dict(ENTRIES)}
    assert lost == {}


def test_every_entry_has_a_source() -> None:
    assert {entry["source"] for _, entry in ENTRIES} <= ABOUT["sources"].keys()
    assert ABOUT["sources"].keys() <= {entry["source"] for _, entry in ENTRIES}


def test_every_answer_says_or_writes_something() -> None:
    means = ("say", "write", "to", "component", "section", "line", "as")
    empty = [n for n, e in ENTRIES if not all(any(m in a for m in means) for a in answers(e))]
    assert empty == []


@pytest.mark.parametrize(("name", "path", "value"), list(written()))
def test_lines_set_what_is_read(name: str, path: str, value: str) -> None:
    known = {".".join(each) for each in paths()}
    # Of components that no shipped config has.
    arguments = (
        r"metric_logger\.(group|name|mode|tags|notes|entity|project)",
        r"dataset\.conversation_(column|style)",
        r"loss\.gamma",
    )
    assert path in known or any(re.fullmatch(each, path) for each in arguments), name
    assert value


def test_components_are_there() -> None:
    named = {a["component"] for _, e in ENTRIES for a in answers(e) if "component" in a}
    named |= {value for _, path, value in written() if path.endswith("_component_")} - {"{qlora}"}
    named |= set(ABOUT["sections"].values())
    assert {each for each in named if CATALOGUE.component(each) is None} == set()
    assert named <= components().keys() | {each for each in named if CATALOGUE.component(each)}


def test_no_name_is_one_that_is_right() -> None:
    """Else the answer would be given to people who made no mistake, or never."""
    read = {key.partition(".")[0] for each in load("recipes").values() for key in each["keys"]}
    assert {name for name in KEYS if name in read} <= KEYS_OF_SOME_RECIPE
    in_file = {name for name in KEYS if name in shapes(TORCHTUNE)}
    assert in_file == {"evaluate", "output", "run_name"}  # words of other trainers below `controls`


def test_modules_are_those_of_the_builders() -> None:
    ours = set(ABOUT["adapted"][""]["modules"])
    assert {m for e in ABOUT["adapted"].values() for m in e.get("modules", ())} == ours
    types = load("knowledge")["parameter_types"]["*.lora_attn_modules"]["type"]
    assert set(types["item"]["choices"]) == ours
