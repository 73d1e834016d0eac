"""The table of environments: that it is whole, and that it is about what there is."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from tcwc.disk import data
from tcwc.torchtune.catalogue.load import Catalogue, versions
from tcwc.torchtune.environment.facts import ABOUT, facts_of
from tcwc.torchtune.environment.releases import is_in, parse_release

RAW: dict[str, Any] = json.loads(data.read_text("schemas/knowledge/environments.json"))
ENTRIES = {name: entry for name, entry in RAW.items() if name != ABOUT}
RELEASES = versions(data.schema_names)


def catalogue(version: str) -> Catalogue:
    return Catalogue(version, data.read_schema, data.schema_names)


def test_the_file_follows_its_schema() -> None:
    schema = json.loads(data.read_text("schemas/environments.schema.json"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(RAW)


def test_every_release_can_be_installed() -> None:
    assert set(RAW[ABOUT]["releases"]) == set(RELEASES)


@pytest.mark.parametrize("version", RELEASES)
def test_every_release_works_with_something(version: str) -> None:
    facts = facts_of(catalogue(version).entries("environments"))
    for package in ("torchtune", "torch", "torchao", "datasets", "pyarrow", "python"):
        assert [f for f in facts if f.package == package and f.kind == "works"], package


def test_every_name_is_of_something_that_there_is() -> None:
    about = RAW[ABOUT]
    named = {*about["packages"], *about["also"]}
    recipes = {name for version in RELEASES for name in catalogue(version).recipe_names()}
    used = {name for each in about["releases"].values() for name in each["builds"]}
    for name, entry in ENTRIES.items():
        assert {entry["package"], *entry.get("with", {}), *entry.get("labels", {})} <= named, name
        assert set(entry.get("recipes", ())) <= recipes, name
        assert {entry.get("since", "0.5.0"), entry.get("until", "0.5.0")} <= set(RELEASES), name
        used |= set(entry.get("builds", ()))
    assert used <= set(about["builds"])


def test_every_component_is_one_of_a_catalogue() -> None:
    known = {name for version in RELEASES for name in catalogue(version).component_names()}
    for name, entry in ENTRIES.items():
        for beginning in entry.get("components", ()):
            assert any(each.startswith(beginning) for each in known), (name, beginning)


def test_what_is_to_be_installed_is_not_what_fails() -> None:
    for name, entry in ENTRIES.items():
        for requirement in entry.get("install", ()):
            package, _, version = requirement.partition("==")
            if package == entry["package"] and (release := parse_release(version)):
                spec = entry.get("range", "none")
                assert spec in ("none", "any") or not is_in(release, spec), name


def test_the_commit_is_that_of_the_catalogue() -> None:
    commit = json.loads(data.read_text("schemas/torchtune/0.7.0.dev/about.json"))["commit"]
    (requirement,) = RAW[ABOUT]["releases"]["0.7.0.dev"]["install"]
    assert requirement.endswith(f"@{commit}")
