"""What is known of trainings that go on: schemas/knowledge/training.json."""

from __future__ import annotations

import json

import jsonschema
import pytest

from tcwc.torchtune.catalogue import lines
from tests.knowledge.data import SCHEMAS, VERSIONS, load, path_of

TEXT = path_of("training").read_text(encoding="utf-8")


def test_the_file_follows_its_schema() -> None:
    schema = json.loads((SCHEMAS / "training.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(TEXT))
    assert lines.dump(dict(sorted(json.loads(TEXT).items()))) == TEXT  # one entry a line, sorted


@pytest.mark.parametrize("version", VERSIONS)
def test_entries_are_of_recipes_of_their_versions(version: str) -> None:
    assert set(load("training", version)) - {"*"} <= set(load("recipes", version))


def test_every_recipe_that_trains_by_epochs_is_named() -> None:
    """Of 0.6.1, in which they were tried; but for those still being developed."""
    by_epochs = {name for name, recipe in load("recipes").items() if "epochs" in recipe["keys"]}
    assert {name for name in by_epochs - set(load("training")) if "dev/" not in name} == set()


def test_what_goes_on_says_how_its_epoch_is_named() -> None:
    for name, entry in load("training").items():
        if name != "*":
            assert ("names" in entry) == (entry["resumes"] != "never"), name
            assert ("why" in entry) == (entry["resumes"] != "always"), name
