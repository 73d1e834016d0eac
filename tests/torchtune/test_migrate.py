"""Experiments for another version: both sides compiled, and the configs compared."""

from __future__ import annotations

import difflib
import json
import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import tcwc
from tcwc.builds.changes import value_differences
from tcwc.disk import data
from tcwc.model.differences import Differences
from tcwc.torchtune import target
from tcwc.torchtune.catalogue import lines
from tcwc.torchtune.catalogue.differences import differences
from tcwc.torchtune.catalogue.load import Catalogue
from tests.conftest import ROOT
from tests.experiments import render
from tests.study import Study, contents

TO = "0.7.0.dev"
CASES = yaml.safe_load((Path(__file__).parent / "migrations.yaml").read_text(encoding="utf-8"))


@cache
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


@cache
def differences_from(version: str) -> Differences:
    return differences(catalogue(version), catalogue(TO))


def expected(case: dict[str, Any], base: str) -> Iterator[tuple[str, None]]:
    """The paths of a config that `catalog diff` lists as others, or as needed."""
    found = differences_from(case["from"])
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


ONE = "llama3_2/1B_lora_single_device"


def base_text() -> str:
    shipped = catalogue("0.6.1").config(ONE)
    assert shipped is not None
    return render(shipped.values)


def ready(study: Study) -> dict[str, Any]:
    """What the runs of an experiment are, once it is migrated and built."""
    assert study.cli("build").code == 0
    assert tcwc.compile(study.source).experiment.version == TO
    return {run.id: run.config for run in tcwc.compile(study.source).runs}


@pytest.mark.parametrize(
    ("constants", "written_there"),
    [
        ("", 'controls: {log_level: "INFO"}'),
        ("controls:\n  seed: 3  # three\n", '  log_level: "INFO"'),
        ("controls: {seed: 3}\n", 'controls: {seed: 3, log_level: "INFO"}'),
        ("controls: {}\n", 'controls: {log_level: "INFO"}'),
    ],
)
@pytest.mark.parametrize("link", [False, True])
def test_a_base_of_somewhere_else_is_left_alone(
    link: bool, constants: str, written_there: str, tmp_path: Path
) -> None:
    study = Study(tmp_path / "study")
    (study.folder / ".git").mkdir()
    (tmp_path / "base.yaml").write_text(base_text())
    if link:
        (study.folder / "base.yaml").symlink_to(tmp_path / "base.yaml")
    text = OWN if link else OWN.replace("base.yaml", "../base.yaml")
    study.source.write_text(text.replace("variables: {seed", "variables: {epochs") + constants)
    said = study.cli("migrate", "experiment.yaml", "--to", TO, "--write")
    assert said.code == 0, said
    assert (tmp_path / "base.yaml").read_text() == base_text()
    assert written_there in study.source.read_text().splitlines()
    assert {config["log_level"] for config in ready(study).values()} == {"INFO"}


def test_an_experiment_of_somewhere_else_is_left_alone(tmp_path: Path) -> None:
    study, outside = Study(tmp_path / "study"), Study(tmp_path / "outside").write()
    (study.folder / ".git").mkdir()
    study.source.symlink_to(outside.source)
    was = outside.source.read_text()
    said = study.cli("migrate", "experiment.yaml", "--to", TO, "--write")
    assert said.code == 2, said
    assert "a link leads out of the repository" in said.err
    assert outside.source.read_text() == was


FORMS = {
    "a base that ends": (OWN, base_text() + "...\n", 'torchtune: "0.7.0.dev"'),
    "a base of Windows": (OWN, base_text().replace("\n", "\r\n"), 'torchtune: "0.7.0.dev"'),
    "a base whose last line does not end": (OWN, base_text().rstrip(), 'torchtune: "0.7.0.dev"'),
    "a source in braces": (
        "{experiment_name: t, base_config_file: base.yaml, recipe: lora_finetune_single_device, "
        "variables: {seed: [1, 2]}}\n",
        base_text(),
        '{experiment_name: t, base_config_file: base.yaml, torchtune: "0.7.0.dev", recipe: '
        "lora_finetune_single_device, variables: {seed: [1, 2]}}",
    ),
    "a version in a block": (
        OWN + "torchtune: >-\n  0.6.1\n",
        base_text(),
        'torchtune: "0.7.0.dev"',
    ),
    "a base in a block": (
        OWN.replace("base.yaml", ">-\n  base.yaml"),
        base_text(),
        'torchtune: "0.7.0.dev"',
    ),
}


@pytest.mark.parametrize(("source", "base", "line"), FORMS.values(), ids=FORMS)
def test_texts_of_every_form(source: str, base: str, line: str, tmp_path: Path) -> None:
    study = Study(tmp_path / "study")
    study.source.write_text(source)
    (study.folder / "base.yaml").write_bytes(base.encode())
    said = study.cli("migrate", "experiment.yaml", "--to", TO, "--write")
    assert said.code == 0, said
    assert line in study.source.read_text().splitlines()
    now = (study.folder / "base.yaml").read_bytes()
    assert now.count(b"\r\n") in (0, now.count(b"\n"))
    ready(study)


def pair(tmp_path: Path) -> tuple[Study, Study]:
    """Two experiments with one base file, which one of them knows by a link."""
    one = with_base(Study(tmp_path / "study", "a.experiment.yaml"))
    other = Study(one.folder, "b.experiment.yaml")
    (one.folder / "link.yaml").symlink_to("base.yaml")
    other.source.write_text(OWN.replace("base.yaml", "link.yaml").replace("name: t", "name: u"))
    return one, other


def test_a_base_of_two_experiments_is_changed_for_both_or_for_none(tmp_path: Path) -> None:
    one, other = pair(tmp_path)
    was = texts(one)
    for more in ([], ["--write"]):
        said = one.cli("migrate", "a.experiment.yaml", "--to", TO, *more)
        assert said.code == 1
        assert "nothing is written: base.yaml is read by `b.experiment.yaml` too" in said.err
        together = ["migrate", "a.experiment.yaml", "b.experiment.yaml", "--to", TO, *more]
        assert f"`tcwc {' '.join(together)}`" in said.err
        assert texts(one) == was
    split = one.cli("migrate", "a.experiment.yaml", "--to", TO, "b.experiment.yaml")
    assert f"`tcwc {' '.join(together[:-1])}`" in split.err
    together.insert(1, "./a.experiment.yaml")  # twice is once
    assert one.cli(*together).code == 0
    assert (one.folder / "base.yaml").read_text().count("log_level") == 1
    assert (one.folder / "link.yaml").is_symlink()
    assert one.cli("build", one.source.name, other.source.name).code == 0
    assert one.cli("check").code == 0


def test_a_base_that_stays_as_it_is_may_be_that_of_others(tmp_path: Path) -> None:
    one, _ = pair(tmp_path)
    with (one.folder / "base.yaml").open("a") as file:
        file.write("log_level: INFO\n")
    assert one.cli("migrate", "a.experiment.yaml", "--to", TO, "--write").code == 0


def test_one_that_has_errors_is_mended_first(tmp_path: Path) -> None:
    study = with_base(Study(tmp_path / "study"))
    study.source.write_text(study.source.read_text() + "controls:\n  nonsense.of_mine: 2\n")
    said = study.cli("migrate", "experiment.yaml", "--to", TO, "--write")
    assert said.code == 1
    assert "experiment.yaml has errors as it is" in said.err
    assert "mend them (`tcwc lint experiment.yaml`)" in said.err


def test_what_is_no_experiment_is_told_once(tmp_path: Path) -> None:
    study = with_base(Study(tmp_path / "study"))
    said = study.cli("migrate", "base.yaml", "--to", TO)
    assert said.code == 1
    assert "no experiment" in said.err
    assert "has errors as it is" not in said.err


def test_names_from_before_the_first_release_have_a_fix(tmp_path: Path) -> None:
    study = with_base(Study(tmp_path / "study"), "llama3_1/8B_lora_dpo_single_device")
    study.edit("lora_finetune_single_device", "lora_dpo_single_device")
    base = study.folder / "base.yaml"
    base.write_text(base.read_text().replace("torchtune.rlhf.", "torchtune.modules.rlhf."))
    said = study.cli("migrate", "experiment.yaml", "--to", TO)
    assert said.code == 1
    assert "TCW230" in said.err
    assert "`tcwc lint --fix experiment.yaml` mends them; then migrate again" in said.err
    assert study.cli("lint", "--fix").code == 0


def test_what_needs_a_hand_can_be_followed(tmp_path: Path) -> None:
    """Nobody can write for a version what the source is not of yet."""
    study = Study(tmp_path / "study").write(more="recipe: lora_dpo_single_device\n")
    shipped = "base_config: llama3_1/8B_lora_dpo_single_device"
    study.edit(f"base_config: {ONE}", shipped)
    said = study.cli("migrate", "experiment.yaml", "--to", TO, "--write")
    assert said.code == 1
    assert f'write `torchtune: "{TO}"` in experiment.yaml and mend them there' in said.err
    (place,) = {line.split(": error")[0] for line in said.err.splitlines() if "TCW320" in line}
    study.edit(shipped, f'{shipped}\ntorchtune: "{TO}"')
    assert place in study.cli("lint", "experiment.yaml").out


# What is said of it.


def notes(study: Study, *more: str) -> list[str]:
    said = study.cli("migrate", "experiment.yaml", "--to", TO, *more)
    assert said.code == 0, said
    return [line for line in said.out.splitlines() if line.startswith("note: ")]


def test_notes_are_of_what_the_experiment_has(tmp_path: Path) -> None:
    study = Study(tmp_path / "study").write(controls="seed: 1")
    said = "\n".join(notes(study))
    assert "save_every_n_steps" in said
    assert "as 0.6.1 does" in said
    for no in ("rlhf", "CEWithChunkedOutputLoss", "labels"):  # the base's own loss is another now
        assert no not in said
    study.edit("seed: 1", "loss._component_: torchtune.modules.loss.CEWithChunkedOutputLoss")
    assert "CEWithChunkedOutputLoss" in "\n".join(notes(study))
    study.source.write_text("experiment_name: e\nbase_config: eleuther_evaluation\n")
    assert not any("save_every_n_steps" in note for note in notes(study))


def test_notes_of_another_release_and_of_data_of_ones_own(tmp_path: Path) -> None:
    study = Study(tmp_path / "study")
    (study.folder / "mine.py").write_text("def data(tokenizer, packed: bool = False): ...\n")
    study.write(controls="=dataset: {_component_: mine.data}", more='torchtune: "0.5.0"\n')
    said = "\n".join(notes(study))
    assert "of your own that were written for 0.5.0" in said
    assert "0.6.1" not in said


def test_runs_that_would_write_over_what_was_trained(tmp_path: Path) -> None:
    study = Study(tmp_path / "study").write()
    (note,) = [each for each in notes(study) if "write over" in each]
    assert note.startswith("note: runs 0-1 train otherwise than before")
    assert "`experiment_name`" in note
    assert "`output_dir`" in note
    study.edit("epochs: 2", "epochs: 2\n  loss._component_: torch.nn.CrossEntropyLoss")
    assert not any("write over" in each for each in notes(study))


def test_what_comes_next(tmp_path: Path) -> None:
    study = with_base(Study(tmp_path / "study"))
    said = study.cli("migrate", "experiment.yaml", "--to", "nightly", "--write")
    assert "Written. Next: tcwc build experiment.yaml\n" in said.out
    assert f"need torchtune {TO}: tcwc doctor experiment.yaml --python PATH" in said.out


@pytest.mark.parametrize(
    ("arguments", "help"),
    [
        (["experiment.yaml"], f"`tcwc migrate experiment.yaml --to {TO}`"),
        (["experiment.yaml"], "there are 0.5.0, 0.6.1, 0.7.0.dev (also `nightly`, `main`)"),
        (["a.yaml", "b.yaml"], f"`tcwc migrate a.yaml b.yaml --to {TO}`"),
        ([], f"`tcwc migrate experiment.yaml --to {TO}`"),
        (["--to", "nightly"], "`tcwc migrate experiment.yaml --to nightly`"),
        (["experiment.yaml", "--to", "0.8"], "there are 0.5.0, 0.6.1"),
    ],
)
def test_what_is_missing_is_told(arguments: list[str], help: str, tmp_path: Path) -> None:
    study = Study(tmp_path / "study").write()
    said = study.cli("migrate", *arguments)
    assert said.code == 2
    assert help in said.err
