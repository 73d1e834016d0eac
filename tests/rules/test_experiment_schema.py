"""`experiment.schema.json`, which editors use, agrees with what the compiler takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from strictyaml.ruamel import YAML

from tcwc.disk import data
from tcwc.language.sections import shapes
from tcwc.lint.rules.rule_files import RuleCase
from tcwc.torchtune.target import TORCHTUNE
from tests.rules.cases import cases

GOOD = [case for case in cases() if case.good]
STRUCTURAL = ("TCW101", "TCW102", "TCW103", "TCW104", "TCW107", "TCW109")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(data.read_text("schemas/experiment.schema.json"))
    jsonschema.Draft202012Validator.check_schema(loaded)
    return loaded


def read(text: str) -> object:
    """As an editor's YAML server does: YAML 1.2."""
    return YAML(typ="safe", pure=True).load(text)


def errors(schema: dict[str, Any], text: str) -> list[str]:
    return [e.message for e in jsonschema.Draft202012Validator(schema).iter_errors(read(text))]


def test_has_the_sections_of_the_language(schema: dict[str, Any]) -> None:
    assert set(schema["properties"]) == set(shapes(TORCHTUNE))
    kinds = {
        "text": "string",
        "mapping": "object",
        "list": "array",
        "boolean": "boolean",
        "whole number": "integer",
    }
    for name, shape in shapes(TORCHTUNE).items():
        section = schema["properties"][name]
        assert section["description"]
        if "$ref" in section:
            section = schema["$defs"][section["$ref"].rpartition("/")[2]]
        assert kinds[shape] in section["type"], name


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.name)
def test_takes_what_is_good(schema: dict[str, Any], case: RuleCase) -> None:
    assert errors(schema, case.texts["experiment.yaml"]) == []


def test_takes_the_examples(schema: dict[str, Any], project_root: Path) -> None:
    for path in project_root.glob("examples/*/experiment.yaml"):
        assert errors(schema, path.read_text(encoding="utf-8")) == [], path


STRUCTURALLY_BAD = [case for case in cases() if not case.good and case.code in STRUCTURAL]


@pytest.mark.parametrize("case", STRUCTURALLY_BAD, ids=lambda case: case.name)
def test_refuses_what_is_structurally_bad(schema: dict[str, Any], case: RuleCase) -> None:
    assert errors(schema, case.texts["experiment.yaml"])
