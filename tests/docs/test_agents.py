"""AGENTS.md: its commands run as they stand there, and what they print follows what it names."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tcwc.cli import COMMANDS
from tcwc.disk import data
from tests.conftest import ROOT
from tests.jobs.lab import TUNE
from tests.shell import bash_here

PAGE = (ROOT / "AGENTS.md").read_text(encoding="utf-8")
SCRIPT = "".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL))
MADE = {
    "bases.json": "bases",
    "keys.json": "keys",
    "findings.json": "findings",
    "plan.json": "plan",
    "status.json": "status",
}
"""The documents that the commands make, and the schema of each."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all commands were run, one after the other."""
    made = tmp_path_factory.mktemp("agent")
    with pytest.MonkeyPatch.context() as patch:  # what trains is for this process to start
        patch.setenv("TCWC_TUNE", str(TUNE))
        patch.setenv("TCWC_BEAT", "1")
        done = bash_here(f"set -eu\n{SCRIPT}", made, os.environ)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return made


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", MADE)
def test_a_document_follows_its_schema(name: str, folder: Path) -> None:
    document = read(folder / name)
    schema = json.loads(data.read_schema(f"{MADE[name]}.schema.json"))
    assert list(Draft202012Validator(schema).iter_errors(document)) == []
    assert document["format"] == 1
    assert f"> {name}" in SCRIPT


def test_what_the_loop_comes_to(folder: Path) -> None:
    assert read(folder / "bases.json")["bases"][0]["name"] in SCRIPT
    assert read(folder / "findings.json")["summary"]["error"] == 0
    assert read(folder / "plan.json")["counts"]["runs"] == 2
    assert {each["state"] for each in read(folder / "status.json")["runs"]} == {"finished"}
    shown = (folder / "run_000.yaml").read_text(encoding="utf-8")
    assert (folder / "configs" / "run_000.yaml").read_text(encoding="utf-8") == shown
    assert "lora_alpha" in (folder / "explained.json").read_text(encoding="utf-8")


def test_what_it_names_is_there() -> None:
    for schema in re.findall(r"`(schemas/[\w.]+)`", PAGE):
        assert (ROOT / schema).exists(), schema
    assert set(re.findall(r"`tcwc (\w+)", PAGE)) <= set(COMMANDS)
    documents = {f"schemas/{name}.schema.json" for name in MADE.values()}
    assert documents <= set(re.findall(r"`(schemas/[\w.]+)`", PAGE))
