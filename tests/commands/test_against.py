"""`tcwc plan --against`: what a change does to the runs that a commit has."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tcwc.disk import data
from tests.repository import SOURCE, Repository
from tests.study import BASE

OTHER = (("[8, 16]", "[16, 32]"), ("seed: 1", "seed: 2"))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repository")
    made.experiment("a/experiment.yaml", "first")
    made.commit()
    return made


def ids(runs: list[dict[str, Any]]) -> list[str]:
    return [each["id"] for each in runs]


def only(document: Any) -> Any:
    (found,) = document["experiments"]
    return found


# --- what becomes of runs -----------------------------------------------------------------


def test_nothing_has_changed(repository: Repository) -> None:
    found = only(repository.against("HEAD"))
    assert found["kept"] == 4
    assert found["state"] == "known"
    said = repository.tcwc("plan", "--against", "main")
    assert said.out.endswith("nothing changes in 1 experiment\n")


@pytest.mark.parametrize("built", [False, True])
def test_new_changed_and_retired_runs(repository: Repository, built: bool) -> None:
    """Built or not: a reviewer sees it before and after."""
    repository.edit("a/experiment.yaml", *OTHER)
    if built:
        repository.tcwc("build", "a/experiment.yaml")
        repository.commit()
    found = only(repository.against("main~1" if built else "main"))
    assert [each["parameters"]["model.lora_rank"] for each in found["new"]] == [32, 32]
    assert ids(found["new"]) == ["run_004", "run_005"]
    assert ids(found["retired"]) == ["run_000", "run_001"]
    assert found["changed_meaning"] == [
        {"runs": ["run_002", "run_003"], "differences": ["seed 1 -> 2"]}
    ]
    assert found["kept"] == 0
    assert found["costs"]["runs"] == 4


def test_runs_that_are_back(repository: Repository) -> None:
    repository.edit("a/experiment.yaml", ("[8, 16]", "[16]"))
    repository.tcwc("build", "a/experiment.yaml")
    repository.commit()
    repository.edit("a/experiment.yaml", ("[16]", "[8, 16]"))
    found = only(repository.against("HEAD"))
    assert ids(found["revived"]) == ["run_000", "run_001"]
    assert found["kept"] == 2
    assert found["costs"]["runs"] == 2


def test_another_text_that_means_the_same(repository: Repository) -> None:
    repository.edit(
        "a/experiment.yaml", ("controls:", "engineering: {log_every_n_steps: 7}\ncontrols:")
    )
    found = only(repository.against("HEAD"))
    assert found["rewritten"] == ["run_000", "run_001", "run_002", "run_003"]
    assert found["costs"]["runs"] == 0


def test_what_all_runs_are_made_from(repository: Repository) -> None:
    repository.edit("a/experiment.yaml", ("1B_lora", "3B_lora"))
    found = only(repository.against("HEAD"))
    assert found["made_from"] == [
        'base.config "llama3_2/1B_lora_single_device" -> "llama3_2/3B_lora_single_device"'
    ]
    assert found["changed_meaning"]


def test_ids_that_start_over_are_told(repository: Repository) -> None:
    repository.edit("a/experiment.yaml", ("[8, 16]", "[16, 8]"))
    repository.tcwc("build", "a/experiment.yaml", "--renumber")
    found = only(repository.against("HEAD"))
    assert {"was": "run_000", "is": "run_002"} in found["renumbered"]
    assert "run_000 is run_002 now" in repository.tcwc("plan", "--against", "HEAD").out


def test_a_later_commit_of_the_other_branch(repository: Repository) -> None:
    """`main...` is where this branch left it: what main did since is none of its doing."""
    repository.git("switch", "--quiet", "--create", "mine")
    repository.edit("a/experiment.yaml", ("[1e-4, 3e-4]", "[1e-4, 3e-4, 1e-3]"))
    repository.tcwc("build", "a/experiment.yaml")
    repository.commit()
    repository.git("switch", "--quiet", "main")
    repository.edit("a/experiment.yaml", ("[8, 16]", "[8, 16, 64]"))
    repository.tcwc("build", "a/experiment.yaml")
    repository.commit()
    repository.git("switch", "--quiet", "mine")
    found = only(repository.against("main..."))
    assert (len(found["new"]), found["kept"], found["retired"]) == (2, 4, [])
    tip = only(repository.against("main"))
    assert len(tip["retired"]) == 2


# --- which experiments --------------------------------------------------------------------


def test_experiments_that_come_go_and_move(repository: Repository) -> None:
    repository.experiment("b/experiment.yaml", "second")
    repository.experiment("c/experiment.yaml", "third")
    repository.commit()
    shutil.rmtree(repository.folder / "b")
    shutil.move(repository.folder / "c", repository.folder / "moved")
    repository.edit("moved/experiment.yaml", *OTHER)
    repository.experiment("d/experiment.yaml", "fourth")
    found = {each["source"]: each for each in repository.against("HEAD")["experiments"]}
    states = {name: each["state"] for name, each in found.items()}
    assert states == {
        "a/experiment.yaml": "known",
        "b/experiment.yaml": "gone",
        "moved/experiment.yaml": "known",
        "d/experiment.yaml": "new",
    }
    moved = found["moved/experiment.yaml"]
    assert moved["moved_from"] == "c/experiment.yaml"
    assert ids(moved["new"]) == ["run_004", "run_005"]
    assert len(found["b/experiment.yaml"]["retired"]) == 4
    assert len(found["d/experiment.yaml"]["new"]) == 4


def test_a_source_that_was_renamed(repository: Repository) -> None:
    """Its folder moves with it, and so does its name."""
    at = repository.folder / "a"
    (at / "experiment.yaml").rename(at / "ranks.experiment.yaml")
    (at / "configs").rename(at / "ranks.configs")
    repository.edit("a/ranks.experiment.yaml", ("first", "renamed"))
    repository.tcwc("build", "a/ranks.experiment.yaml", "--adopt-mapping")
    found = only(repository.against("HEAD"))
    assert found["moved_from"] == "a/experiment.yaml"
    assert found["made_from"] == ['experiment "first" -> "renamed"']
    assert (found["new"], found["retired"], len(found["rewritten"])) == ([], [], 4)


def test_one_of_several_and_a_folder(repository: Repository) -> None:
    repository.experiment("b/experiment.yaml", "second")
    repository.experiment("b/c/experiment.yaml", "third")
    repository.commit()
    named = repository.against("HEAD", "a/experiment.yaml", "b/c/experiment.yaml")
    assert [each["experiment"] for each in named["experiments"]] == ["first", "third"]
    below = repository.against("HEAD", "b")
    assert [each["experiment"] for each in below["experiments"]] == ["second", "third"]
    shutil.rmtree(repository.folder / "b")
    shutil.rmtree(repository.folder / "a")
    (repository.folder / "b").mkdir()
    gone = repository.against("HEAD", "b")
    assert [each["experiment"] for each in gone["experiments"]] == ["third", "second"]
    assert {each["state"] for each in gone["experiments"]} == {"gone"}


def test_one_with_errors_stops_no_other(repository: Repository) -> None:
    repository.experiment("b/experiment.yaml", "second")
    repository.commit()
    repository.edit("a/experiment.yaml", ("seed: 1", "sead: 1"))
    repository.edit("b/experiment.yaml", *OTHER)
    document = repository.against("HEAD", code=1)
    first, second = document["experiments"]
    assert first["state"] == "errors"
    assert "TCW" in first["errors"][0]
    assert len(second["new"]) == 2
    said = repository.tcwc("plan", "--against", "HEAD", code=1)
    assert "error[TCW" in said.err


def test_an_output_folder_of_another_name(repository: Repository) -> None:
    text = f"output: ../out/b\n{SOURCE}"
    repository.experiment("b/experiment.yaml", "second", text)
    repository.commit()
    repository.edit("b/experiment.yaml", *OTHER)
    found = only(repository.against("HEAD", "b/experiment.yaml"))
    assert (found["moved_from"], ids(found["retired"])) == (None, ["run_000", "run_001"])


# --- what it costs ------------------------------------------------------------------------


def test_steps_and_gpu_hours(repository: Repository) -> None:
    more = "samples: 1000\nresources: {time: 2:30:00, gpus: 1, "
    more += "when: {model.lora_rank == 32: {time: 5:00:00}}}\n"
    repository.experiment("b/experiment.yaml", "second", SOURCE + more)
    repository.commit()
    repository.edit("b/experiment.yaml", *OTHER)
    found = only(repository.against("HEAD", "b/experiment.yaml"))["costs"]
    # 1,000 samples are 500 batches of 2, of which 8 make a step: see the base.
    base = repository.tcwc("show", "b/experiment.yaml", "4").out
    batch = int(next(x.split()[1] for x in base.splitlines() if x.startswith("batch_size")))
    accumulated = int(
        next(x.split()[1] for x in base.splitlines() if x.startswith("gradient_accumulation"))
    )
    assert found["steps"] == {"at_most": 4 * (1000 // batch // accumulated), "runs": 4}
    assert found["gpu_hours"] == {"at_most": 2 * 5.0 + 2 * 2.5, "runs": 4}
    said = repository.tcwc("plan", "b/experiment.yaml", "--against", "HEAD").out
    assert "to train: 4 runs, at most" in said
    assert "at most 15 GPU-hours" in said


def test_of_what_nobody_knows_nothing_is_said(repository: Repository) -> None:
    repository.edit("a/experiment.yaml", *OTHER)
    found = only(repository.against("HEAD"))["costs"]
    assert found == {"runs": 4, "steps": None, "gpu_hours": None}


# --- forms --------------------------------------------------------------------------------


def test_the_document_is_as_its_schema_says(repository: Repository) -> None:
    schema = json.loads(data.read_text("schemas/review.schema.json"))
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    repository.experiment("b/experiment.yaml", "second", SOURCE + "samples: 1000\n")
    repository.commit()
    repository.edit("a/experiment.yaml", *OTHER)
    repository.edit("b/experiment.yaml", ("seed: 1", "sead: 1"))
    document = repository.against("HEAD", code=1)
    check.validate(document)
    assert document["against"]["commit"] == repository.git("rev-parse", "HEAD")
    del document["experiments"][0]["costs"]
    assert not check.is_valid(document)


def test_a_form_that_is_of_plans_alone(repository: Repository) -> None:
    said = repository.tcwc("plan", "--against", "HEAD", "--format", "csv", code=2)
    assert "`--format markdown`" in said.err


README = """\
experiment_name: lora_rank_study
base_config: llama3_2/1B_lora_single_device
variables:
  lora_rank: [8, 16]
controls:
  learning_rate: 3e-4
  seed: 1
samples: 10000
resources: {time: 4:00:00, gpus: 1}
"""


def test_what_the_readme_quotes(tmp_path: Path, project_root: Path) -> None:
    made = Repository(tmp_path)
    made.experiment("experiment.yaml", text=README)
    commit = made.commit()
    made.edit("experiment.yaml", ("[8, 16]", "[8, 16, 32]"), ("3e-4", "1e-4"))
    said = made.tcwc("plan", "experiment.yaml", "--against", "main").out
    quoted = (project_root / "README.md").read_text(encoding="utf-8")
    assert said.replace(commit[:12], "e5ba53244c8e") in quoted


# --- commits that there are none of -------------------------------------------------------


@pytest.mark.parametrize("ref", ["nowhere", "", "-x", "--output=x", "main..x", "^HEAD", "HEAD:a"])
def test_no_commit(repository: Repository, ref: str) -> None:
    said = repository.tcwc("plan", f"--against={ref}", code=2)
    assert "commit" in said.err
    assert not said.out


def test_no_repository(tmp_path: Path) -> None:
    made = Repository(tmp_path / "x")
    shutil.rmtree(made.folder / ".git")
    made.experiment("experiment.yaml")
    said = made.tcwc("plan", "--against", "HEAD", code=2)
    assert "no git repository" in said.err


def test_a_shallow_clone(repository: Repository, tmp_path: Path) -> None:
    repository.edit("a/experiment.yaml", *OTHER)
    repository.tcwc("build", "a/experiment.yaml")
    repository.commit()
    clone = Repository(tmp_path / "clone")
    clone.git("fetch", "--quiet", "--depth=1", f"file://{repository.folder}", "main")
    clone.git("checkout", "--quiet", "FETCH_HEAD")
    said = clone.tcwc("plan", "--against", "HEAD~1", code=2)
    assert "shallow" in said.err
    old = repository.git("rev-parse", "main~1")
    clone.git("fetch", "--quiet", "--depth=1", f"file://{repository.folder}", old)
    assert len(only(clone.against("FETCH_HEAD"))["new"]) == 2
    assert "at which" in clone.tcwc("plan", "--against", "FETCH_HEAD...", code=2).err


def test_a_mapping_that_was_damaged_then(repository: Repository) -> None:
    mapping = repository.folder / "a/configs/run_mapping.yaml"
    whole = mapping.read_bytes()
    mapping.write_bytes(whole[: len(whole) // 2])
    repository.commit()
    mapping.write_bytes(whole)
    found = only(repository.against("HEAD", code=2))
    assert "a/configs/run_mapping.yaml of HEAD: the mapping is damaged" in found["errors"][0]


@pytest.mark.parametrize("depth", [150, 300, 900])
def test_a_mapping_of_then_with_a_deep_value(repository: Repository, depth: int) -> None:
    """A stranger's: it is told or passed over, and no walk through it ends in a traceback."""
    mapping = repository.folder / "a/configs/run_mapping.yaml"
    text = mapping.read_text(encoding="utf-8")
    deep = f'"model.lora_rank": {"[" * depth}1{"]" * depth},'
    mapping.write_text(text.replace('"model.lora_rank": 8,', deep), encoding="utf-8")
    repository.commit()
    mapping.write_text(text, encoding="utf-8")
    for form in ("table", "markdown", "json"):
        said = repository.tcwc("plan", "--against", "HEAD", "--format", form, code=None)
        assert said.code == (2 if depth > 200 else 0), said
        assert ("nested too deeply" in said.err) is (depth > 200)


def test_nothing_of_the_repository_is_run(repository: Repository, tmp_path: Path) -> None:
    """Filters and text conversions are those of a checkout, and nobody asks for one."""
    ran = tmp_path / "ran"
    trap = repository.write("trap.sh", f"#!/bin/sh\ntouch {ran}\ncat\n")
    os.chmod(trap, 0o755)
    repository.write(".gitattributes", "*.yaml filter=trap diff=trap\n")
    repository.commit()
    for key in ("filter.trap.smudge", "filter.trap.clean", "diff.trap.textconv"):
        repository.git("config", key, str(trap))
    repository.git("config", "core.fsmonitor", str(trap))
    repository.edit("a/experiment.yaml", *OTHER)
    ran.unlink(missing_ok=True)
    assert len(only(repository.against("HEAD"))["new"]) == 2
    assert not ran.exists()


# --- what is printed ----------------------------------------------------------------------


def test_secrets_are_stars(repository: Repository) -> None:
    token = "hf_" + "a1B2c3D4e5" * 4
    text = SOURCE.replace("seed: 1", f"seed: 1\n  +hub.token: {token}")
    repository.experiment("b/experiment.yaml", "second", text)
    repository.commit()
    repository.edit("b/experiment.yaml", (token, token[:-4] + "zzzz"))
    for form in ("table", "markdown", "json"):
        said = repository.tcwc("plan", "b/experiment.yaml", "--against", "HEAD", "--format", form)
        assert "hub.token" in said.out
        assert token[:20] not in said.all


def test_what_is_outside_is_stars(tmp_path: Path) -> None:
    made = Repository(tmp_path / "repository")
    shipped = made.tcwc("bases", "--show", BASE).out
    base = made.write("../base.yaml", f"{shipped}\nmystery: qwertyuiop\n")
    named = "base_config_file: ../base.yaml\nrecipe: lora_finetune_single_device"
    text = SOURCE.replace(f"base_config: {BASE}", named)
    made.experiment(
        "experiment.yaml", text=text.replace("seed: 1", "seed: 1\n  +noted: ${mystery}")
    )
    made.commit()
    base.write_text(f"{shipped}\nmystery: asdfghjkl\n", encoding="utf-8")
    for form in ("table", "markdown", "json"):
        said = made.tcwc("plan", "--against", "HEAD", "--format", form)
        assert "mystery" in said.out
        assert "asdfghjkl" not in said.all
    said = made.tcwc("plan", "--against", "HEAD", "--inside-only", code=1)
    assert "mystery" not in said.all


# --- what is not looked at ------------------------------------------------------------------


def test_runs_whose_source_alone_is_gone_are_retired(repository: Repository) -> None:
    """Their configs were left; once the commit has them so, that is no change any more."""
    (repository.folder / "a/experiment.yaml").unlink()
    found = only(repository.against("HEAD"))
    assert (found["state"], found["source"], len(found["retired"])) == (
        "gone",
        "a/experiment.yaml",
        4,
    )
    repository.commit()
    assert repository.against("HEAD")["experiments"] == []


def test_runs_of_a_renamed_source_with_errors_are_not_gone(repository: Repository) -> None:
    """The mapping was not moved along, which is its error."""
    folder = repository.folder / "a"
    (folder / "experiment.yaml").rename(folder / "x.experiment.yaml")
    found = only(repository.against("HEAD", code=1))
    assert (found["source"], found["experiment"], found["state"]) == (
        "a/x.experiment.yaml",
        "first",
        "errors",
    )


def test_experiments_that_settings_leave_out_are_counted(repository: Repository) -> None:
    repository.experiment("b/experiment.yaml", "second")
    repository.write("tcwc.toml", 'exclude = ["a"]\n')
    repository.edit("a/experiment.yaml", *OTHER)
    assert repository.against("HEAD")["excluded"] == 1
    for form in ("table", "markdown"):
        said = repository.tcwc("plan", "--against", "HEAD", "--format", form)
        assert "1 of 1 experiment differs: 4 runs new (1 more is excluded by settings)" in said.out


def test_another_folder_of_a_build_is_named(repository: Repository) -> None:
    folder = repository.folder / "a"
    (folder / "configs").rename(folder / "out")
    repository.edit("a/experiment.yaml", ("seed: 1\n", "seed: 1\noutput: out\n"))
    repository.tcwc("build", "a/experiment.yaml")
    found = only(repository.against("HEAD"))
    assert (found["moved_from"], found["kept"]) == ("a/configs", 4)


def test_a_link_in_the_place_of_a_folder_is_another_one(repository: Repository) -> None:
    repository.experiment("b/experiment.yaml", "second")
    repository.commit()
    shutil.rmtree(repository.folder / "a")
    (repository.folder / "a").symlink_to("b")
    found = {each["source"]: each["state"] for each in repository.against("HEAD")["experiments"]}
    assert found == {"a/experiment.yaml": "gone", "b/experiment.yaml": "known"}


def test_a_link_to_where_a_build_is_now_hides_none(repository: Repository) -> None:
    folder = repository.folder / "a"
    (folder / "configs").rename(folder / "real")
    (folder / "configs").symlink_to("real")
    repository.edit("a/experiment.yaml", ("seed: 1", "seed: 2"))
    found = only(repository.against("HEAD"))
    assert len(found["changed_meaning"][0]["runs"]) == 4


def test_other_numbers_of_processes_are_another_meaning(repository: Repository) -> None:
    """The configs are the same, and a run of 2 is not taken for one of 8."""
    text = "experiment_name: third\nbase_config: llama3_2/1B_lora\nvariables: {seed: [1, 2]}\n"
    text += "resources: {time: 1:00:00, when: {seed == 2: {gpus: 2}}}\n"
    repository.experiment("c/experiment.yaml", text=text)
    repository.commit()
    repository.edit("c/experiment.yaml", ("gpus: 2", "gpus: 8"), ("[1, 2]", "[1, 2, 3]"))
    found = only(repository.against("HEAD", "c"))
    assert found["changed_meaning"] == [{"runs": ["run_001"], "differences": ["processes 2 -> 8"]}]
    assert (found["kept"], ids(found["new"]), found["costs"]["runs"]) == (1, ["run_002"], 2)
    repository.edit("c/experiment.yaml", ("gpus: 8", "gpus: 2"), ("1:00:00", "2:00:00"))
    assert only(repository.against("HEAD", "c"))["changed_meaning"] == []
    shutil.move(repository.folder / "c/configs", repository.folder / "c/out")
    repository.edit("c/experiment.yaml", ("variables", "output: out\nvariables"))
    repository.tcwc("build", "c/experiment.yaml")
    assert only(repository.against("HEAD", "c"))["kept"] == 2
