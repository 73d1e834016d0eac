"""Experiments for another version: both sides compiled, and the configs compared."""

from __future__ import annotations

import difflib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import tcwc
from tcwc.builds.changes import value_differences
from tcwc.disk import data
from tcwc.torchtune import target
from tcwc.torchtune.catalogue import lines
from tcwc.torchtune.catalogue.differences import differences
from tcwc.torchtune.catalogue.load import Catalogue
from tests.conftest import ROOT
from tests.experiments import render
from tests.study import Study, contents

TO = "0.7.0.dev"
CASES = yaml.safe_load((Path(__file__).parent / "migrations.yaml").read_text(encoding="utf-8"))


def catalogue(version: str) -> Catalogue:
    return Catalogue(version, data.read_schema, data.schema_names)


def written(study: Study, case: dict[str, Any]) -> None:
    """The files of a case: a source, and a base file where it names a shipped config for one."""
    study.source.write_text(case["source"], encoding="utf-8")
    if "base" in case:
        shipped = catalogue(case["from"]).config(case["base"])
        assert shipped is not None
        text = "# our base, tuned by hand\n" + render(shipped.values) + case.get("more", "")
        (study.folder / "base.yaml").write_text(text, encoding="utf-8")


def texts(study: Study) -> dict[str, str]:
    return {each.name: each.read_text(encoding="utf-8") for each in study.folder.glob("*.yaml")}


def added(old: str, new: str) -> Iterator[str]:
    """The lines that a text has more; every other one is as it was."""
    for line in difflib.ndiff(old.splitlines(True), new.splitlines(True)):
        assert line[0] in " +?" or line.startswith("- torchtune:"), line
        if line[0] == "+":
            yield line[2:].rstrip()


SOME = [
    pytest.param(case, id=case["name"], marks=[] if at % 8 == 0 else pytest.mark.slow)
    for at, case in enumerate(CASES)
]


@pytest.mark.parametrize("case", SOME)
def test_both_sides_compile_and_differ_only_in_what_the_catalogues_do(
    case: dict[str, Any], tmp_path: Path
) -> None:
    study = Study(tmp_path / "study")
    written(study, case)
    assert study.cli("build").code == 0
    before, was = tcwc.compile(study.source), texts(study)
    ids = {run.id: run.parameters for run in before.runs}
    said = study.cli("migrate", "experiment.yaml", "--to", TO)
    assert said.code == 0, said
    assert texts(study) == was  # shown, not written
    assert study.cli("migrate", "experiment.yaml", "--to", TO, "--write").code == 0

    now = texts(study)
    for name, text in was.items():
        fresh = [line.split("  #")[0] for line in added(text, now[name])]
        known = [f'torchtune: "{TO}"'] if name == study.source.name else ["log_level: INFO"]
        assert fresh in ([], known), fresh
    assert study.cli("build").code == 0
    after = tcwc.compile(study.source)
    assert {run.id: run.parameters for run in after.runs} == ids
    allowed = dict(expected(case, before.experiment.base.name))
    for old, new in zip(before.runs, after.runs, strict=True):
        for line in value_differences(old.config, new.config):
            assert line.split(" ")[0].split("[")[0] in allowed, (line, allowed)


def expected(case: dict[str, Any], base: str) -> Iterator[tuple[str, None]]:
    """The paths of a config that `catalog diff` lists as others, or as needed."""
    found = differences(catalogue(case["from"]), catalogue(TO))
    for recipe in found.kinds["recipes"].changed.values():
        yield from ((path, None) for path in recipe.required)
    changed = found.kinds["configs"].changed.get(base)
    if changed:
        names = (*changed.new, *changed.gone, *changed.values)
        yield from ((path.split("[")[0], None) for path in names)


def test_what_cannot_be_migrated_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    study = Study(tmp_path / "study")
    study.source.write_text(
        "experiment_name: gone\nbase_config: code_llama2/7B_lora_single_device\n"
        "variables:\n  lora_rank: [8, 16]\n"
    )
    was = texts(study)
    said = study.cli("migrate", "experiment.yaml", "--to", TO, "--write")
    assert said.code == 1
    assert "is a config up to torchtune 0.6.1" in said.all
    assert texts(study) == was
    assert study.cli("migrate", "experiment.yaml", "--to", "0.9").code == 2


@pytest.fixture
def schemas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in ("schemas", "grammar", "lint_rules"):
        shutil.copytree(ROOT / folder, tmp_path / "data" / folder)
    monkeypatch.setattr(data, "_ROOT", str(tmp_path / "data"))
    monkeypatch.setattr(target, "_shipped", target._shipped.__wrapped__)
    return tmp_path / "data" / "schemas"


OLD, NEW = "torchtune.modules.loss.CEWithChunkedOutputLoss", "torchtune.modules.loss.ChunkedLoss"


def test_a_sweep_over_a_component_that_was_renamed_keeps_its_ids(
    schemas: Path, tmp_path: Path
) -> None:
    """As 0.7.0.dev renamed none that one would sweep over, one is renamed here."""
    study = Study(tmp_path / "study").write(
        f"loss._component_: [torch.nn.CrossEntropyLoss, {OLD}]", "seed: 1"
    )
    assert study.cli("build").code == 0
    ids = {run.id: run.parameters for run in tcwc.compile(study.source).runs}
    for name in ("components", "configs"):
        path = schemas / "torchtune" / TO / f"{name}.json"
        path.write_text(path.read_text().replace(OLD, NEW))
    path = schemas / "knowledge" / "renames.json"
    table = {**json.loads(path.read_text()), OLD: {"now": NEW, "last": "0.6.1"}}
    path.write_text(lines.dump(table))

    said = study.cli("migrate", "experiment.yaml", "--to", TO, "--write")
    assert said.code == 0, said
    assert f"[torch.nn.CrossEntropyLoss, {NEW}]" in study.source.read_text()
    before = contents(study.configs)
    assert study.cli("build").code == 0
    now = {run.id: run.parameters for run in tcwc.compile(study.source).runs}
    assert list(now) == list(ids)
    assert now["run_001"] == {"loss._component_": NEW}
    assert before.keys() == contents(study.configs).keys()


OWN = """\
experiment_name: t
base_config_file: base.yaml
recipe: lora_finetune_single_device
variables: {seed: [1, 2]}
"""


def with_base(study: Study, base: str = "llama3_2/1B_lora_single_device") -> Study:
    """An experiment with a base of its own, a copy of a shipped one of 0.6.1."""
    written(study, {"source": OWN, "base": base, "from": "0.6.1"})
    return study


def test_of_two_files_both_are_written_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = with_base(Study(tmp_path / "study"))
    was, access = texts(study), os.access
    monkeypatch.setattr(os, "access", lambda p, mode: access(p, mode) and "base" not in str(p))
    said = study.cli("migrate", "experiment.yaml", "--to", TO, "--write")
    assert said.code == 2, said
    assert "base.yaml cannot be written" in said.all
    assert texts(study) == was
    monkeypatch.undo()
    assert study.cli("migrate", "experiment.yaml", "--to", TO, "--write").code == 0
    assert texts(study).keys() == was.keys()
    assert all(text != was[name] for name, text in texts(study).items())
