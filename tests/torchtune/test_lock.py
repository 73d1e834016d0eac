"""What the lock covers: the catalogue's revision, and what it says of other packages."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tcwc
from tcwc.disk import data
from tcwc.torchtune import target
from tcwc.torchtune.catalogue import lines
from tcwc.torchtune.target import TORCHTUNE
from tests.conftest import ROOT
from tests.study import Said, Study, contents

VERSION = TORCHTUNE.default_version

CONTROLS = "epochs: 2\nseed: 1\noptimizer.weight_decay: 0.1\nmax_steps_per_epoch: 100"
OPTIMIZER = "torch.optim.AdamW"


@pytest.fixture
def schemas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of tcwc's data that is used instead of its own, and read anew by each compile, as
    tests edit it between them; gives its folder `schemas`."""
    for folder in ("schemas", "grammar", "lint_rules"):
        shutil.copytree(ROOT / folder, tmp_path / "data" / folder)
    monkeypatch.setattr(data, "_ROOT", str(tmp_path / "data"))
    monkeypatch.setattr(target, "_shipped", target._shipped.__wrapped__)
    return tmp_path / "data" / "schemas"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path / "study").write("lora_rank: [8, 16]", CONTROLS)


def edited(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    members = json.loads(path.read_text())
    change(members)
    path.write_text(lines.dump(members) if path.name != "knowledge.json" else json.dumps(members))


def newer_torch(schemas: Path) -> None:
    """A file about a torch whose AdamW takes its weight decay as a text."""
    text = (schemas / "foreign" / "torch-2.13.0.json").read_text()
    (schemas / "foreign" / "torch-99.0.json").write_text(text)

    def change(members: dict[str, Any]) -> None:
        for parameter in members[OPTIMIZER]["parameters"]:
            if parameter["name"] == "weight_decay":
                parameter["type"] = {"kinds": ["str"]}

    edited(schemas / "foreign" / "torch-99.0.json", change)


def second_revision(schemas: Path, packages: dict[str, str] | None = None) -> None:
    def change(about: dict[str, Any]) -> None:
        about["revision"] = 2
        if packages is not None:
            about["packages"]["2"] = {**about["packages"]["1"], **packages}

    edited(schemas / "torchtune" / VERSION / "about.json", change)


def retyped(schemas: Path, key: str) -> None:
    """A correction: a key is a text."""

    def change(knowledge: dict[str, Any]) -> None:
        knowledge["key_types"][key] = {"type": {"kinds": ["str"]}}

    edited(schemas / "knowledge" / "knowledge.json", change)


def decay(study: Study) -> str:
    found = re.search("weight_decay: (.*)", (study.configs / "run_000.yaml").read_text())
    assert found
    return found[1]


def built(study: Study, *arguments: str) -> Said:
    said = study.cli("build", *arguments)
    assert said.code == 0, said
    return said


def recorded(study: Study) -> Any:
    return study.lock.head.torchtune


def test_a_newer_file_about_a_package_changes_nothing(schemas: Path, study: Study) -> None:
    built(study)
    before, stamps = contents(study.configs), study.stamps()
    newer_torch(schemas)
    (schemas / "foreign" / "accelerate-1.0.json").write_text("{\n}\n")
    assert study.cli("check").code == 0
    assert "Nothing to do" in built(study).out
    assert study.stamps() == stamps
    shutil.rmtree(study.configs)
    built(study)
    assert contents(study.configs) == before
    assert decay(study) == "0.1"


def test_runs_keep_the_packages_of_their_revision_until_an_upgrade(
    schemas: Path, study: Study
) -> None:
    built(study)
    before = contents(study.configs)
    newer_torch(schemas)
    second_revision(schemas, {"torch": "99.0"})

    for command in ("check", "build", "lint"):
        assert study.cli(command).code == 0
    assert contents(study.configs) == before

    study.write("lora_rank: [8, 16, 32]", CONTROLS)
    built(study)
    assert recorded(study) == {"version": VERSION, "catalogue": 1}
    assert "weight_decay: 0.1\n" in (study.configs / "run_002.yaml").read_text()

    said = built(study, "--upgrade").out
    assert "catalogue revision 1 -> torchtune 0.6.1, catalogue revision 2" in said
    assert "weight_decay 0.1 -> " in said
    assert recorded(study) == {"version": VERSION, "catalogue": 2}
    assert decay(study) == "'0.1'"
    assert study.cli("check").code == 0
    assert "revision" not in built(study).out


def test_a_new_folder_uses_the_newest_revision(schemas: Path, study: Study) -> None:
    newer_torch(schemas)
    second_revision(schemas, {"torch": "99.0"})
    built(study)
    assert decay(study) == "'0.1'"
    assert recorded(study) == {"version": VERSION, "catalogue": 2}
    assert study.cli("check").code == 0


def test_new_ids_are_recorded_with_the_packages_that_made_them(schemas: Path, study: Study) -> None:
    built(study)
    newer_torch(schemas)
    second_revision(schemas, {"torch": "99.0"})
    built(study, "--renumber")
    assert decay(study) == "0.1"
    assert recorded(study)["catalogue"] == 1
    assert study.cli("check").code == 0


def test_a_revision_that_changes_nothing_here_is_not_mentioned(schemas: Path, study: Study) -> None:
    built(study)
    second_revision(schemas)
    assert study.cli("check").code == 0
    assert "Nothing to do" in built(study).out
    assert recorded(study)["catalogue"] == 1


def science(schemas: Path) -> None:
    """A correction: weight decay is said to be engineering, so that hashes leave it out."""

    def change(knowledge: dict[str, Any]) -> None:
        knowledge["classes"]["optimizer.weight_decay"] = {"class": "engineering", "why": "."}

    edited(schemas / "knowledge" / "knowledge.json", change)


@pytest.mark.parametrize("correct", [lambda schemas: retyped(schemas, "seed"), science])
def test_a_correction_that_would_change_runs_is_named_as_the_cause(
    correct: Callable[[Path], None], schemas: Path, study: Study
) -> None:
    built(study)
    before = contents(study.configs)
    second_revision(schemas)
    correct(schemas)
    for command in ("check", "build"):
        said = study.cli(command)
        assert said.code == 1
        assert "catalogue revision 2 (the runs were built with 1) would change 2" in said.err
        assert "--upgrade" in said.err
    assert contents(study.configs) == before
    built(study, "--upgrade")
    assert study.cli("check").code == 0
    assert recorded(study)["catalogue"] == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("epochs: 2", "epochs: 3"),
        ("  epochs: 2\n", ""),
        ("weight_decay: 0.1", "betas: [0.9, 0.95]"),
        ("controls:", "derived:\n  lora_alpha: 2 * lora_rank\ncontrols:"),
        ("controls:", "engineering:\n  log_every_n_steps: 7\ncontrols:"),
        ("  lora_rank: [8, 16]", "  lora_rank: [8, 16]\n  epochs: [2, 3]"),
        ("experiment_name: study", "experiment_name: other"),
        ("1B_lora", "3B_lora"),
    ],
)
def test_an_edit_is_no_doing_of_the_catalogue(
    old: str, new: str, schemas: Path, study: Study
) -> None:
    built(study)
    newer_torch(schemas)
    second_revision(schemas, {"torch": "99.0"})
    study.edit(old, new)
    if "epochs: [" in new:
        study.edit("  epochs: 2\n", "")
    said = study.cli("check")
    assert "catalogue" not in said.all
    built(study)
    assert recorded(study)["catalogue"] == 1
    assert study.cli("check").code == 0


def test_a_correction_is_named_beside_an_edit(schemas: Path, study: Study) -> None:
    built(study)
    second_revision(schemas)
    retyped(schemas, "seed")
    study.edit("epochs: 2", "epochs: 3")
    for command in ("check", "build"):
        said = study.cli(command)
        assert "catalogue revision 2 (the runs were built with 1) would change 2" in said.err
    study.edit("seed: 1\n", "seed: 2\n")  # this is the author's
    assert built(study)


def test_runs_of_a_newer_tcwc_are_not_changed_by_this_one(schemas: Path, study: Study) -> None:
    second_revision(schemas)
    built(study)
    before = contents(study.configs)
    second_revision_gone = schemas / "torchtune" / VERSION / "about.json"
    shutil.copy(ROOT / "schemas" / "torchtune" / VERSION / "about.json", second_revision_gone)
    for command in ("check", "build"):
        said = study.cli(command)
        assert said.code == 1
        assert "built with catalogue revision 2" in said.err
        assert "this tcwc knows revision 1" in said.err
        assert contents(study.configs) == before


def newer_torchtune(schemas: Path) -> None:
    """A second catalogue, of a torchtune in which much is otherwise."""
    folder = schemas / "torchtune" / "0.7.0"
    shutil.copytree(schemas / "torchtune" / VERSION, folder)
    for file in folder.iterdir():
        file.write_text(file.read_text().replace('"lr": 0.0003', '"lr": 0.5'))
    edited(folder / "about.json", lambda about: about.update(torchtune="0.7.0", revision=4))

    def change(knowledge: dict[str, Any]) -> None:
        seed = knowledge["key_types"]["seed"]
        newer = {"since": "0.7.0", "type": {"kinds": ["str"]}}
        knowledge["key_types"]["seed"] = {"versions": [newer, seed]}

    edited(schemas / "knowledge" / "knowledge.json", change)


COMMANDS = (
    ("lint", "experiment.yaml"),
    ("lint", "experiment.yaml", "--format", "json"),
    ("build", "experiment.yaml"),
    ("check", "experiment.yaml"),
    ("plan", "experiment.yaml", "--format", "json"),
    ("show", "experiment.yaml", "run_000"),
    ("explain", "experiment.yaml", "run_000"),
    ("rule",),
    ("rule", "TCW201"),
)


def everything(study: Study) -> tuple[list[Said], dict[str, bytes], list[str]]:
    """What all commands say, what is written, and what the API gives."""
    shutil.rmtree(study.configs, ignore_errors=True)
    said = []
    for command, *arguments in COMMANDS:
        given = [each for each in arguments if each != "experiment.yaml"]
        if command in ("build", "check", "show", "lint"):
            said.append(study.cli(command, *given))
        else:
            said.append(study.cli(command, *arguments))
    texts = [run.text for run in tcwc.compile(study.source).runs]
    return said, contents(study.configs), texts


def test_another_catalogue_changes_nothing_for_who_names_none(schemas: Path, study: Study) -> None:
    own = study.folder / "mine.py"
    own.write_text("def data(tokenizer, seed: int = 0): ...\n")
    study.write("lora_rank: [8, 16]", CONTROLS + "\n=dataset: {_component_: mine.data, seed: 3}")
    before = everything(study)
    newer_torchtune(schemas)
    assert everything(study) == before
    assert recorded(study) == {"version": "0.6.1", "catalogue": 1}

    study.write("lora_rank: [8, 16]", CONTROLS, more='torchtune: "0.7.0"\n')
    shutil.rmtree(study.configs)
    built(study)
    assert recorded(study) == {"version": "0.7.0", "catalogue": 4}
    assert "lr: 0.5\n" in (study.configs / "run_000.yaml").read_text()


def test_a_version_that_is_not_known_is_told_with_those_that_are(
    schemas: Path, study: Study
) -> None:
    newer_torchtune(schemas)
    study.write(more='torchtune: "0.9"\n')
    said = study.cli("lint")
    assert "it has 0.5.0, 0.6.1, 0.7.0.dev (also `nightly`, `main`), 0.7.0; name the" in said.all
