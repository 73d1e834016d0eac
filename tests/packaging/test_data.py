"""The data finder, in the checkout."""

from __future__ import annotations

import json

import pytest

from tcwc.disk import data


@pytest.mark.parametrize("folder", ["schemas", "grammar", "lint_rules"])
def test_every_data_folder_has_files(folder: str) -> None:
    assert data.names(folder)


def test_names_are_sorted() -> None:
    found = data.names("schemas")
    assert found == sorted(found)
    assert {"experiment.schema.json", "torchtune"} <= set(found)


def test_a_text_is_read_as_it_is() -> None:
    assert json.loads(data.read_text("schemas/knowledge/aliases.json"))


def test_what_is_not_there() -> None:
    assert data.names("schemas/no-such-folder") == []
    with pytest.raises(FileNotFoundError):
        data.read_text("schemas/no-such-file.json")


@pytest.mark.parametrize("name", ["../pyproject.toml", "schemas/../pyproject.toml", "tcwc/cli.py"])
def test_only_data_is_found(name: str) -> None:
    with pytest.raises(ValueError, match="not a data file"):
        data.read_text(name)
