"""`tcwc export`: a row for weights of each kind, before and after training, and commands."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tcwc.disk import data
from tests.jobs.stamps import Folders
from tests.study import Said, Study

SOURCE = """\
experiment_name: tiny
base_config: llama3_2/1B_lora_single_device
variables: {lora_rank: [8, 16]}
derived: {lora_alpha: 2 * lora_rank}
controls: {output_dir: out, epochs: 2, checkpointer.checkpoint_dir: models/m}
run_name: "r{lora_rank}"
"""
MEMBERS = [
    "format", "experiment", "run", "name", "kind", "epoch", "last", "state", "parameters",
    "science_hash", "folder", "files", "bytes", "adapter_config", "base_path", "base_id",
    "tokenizer", "dataset", "prompt_template", "lora_rank", "lora_alpha", "loads_offline",
    "why_not",
]  # fmt: skip


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.built(tmp_path / "study", SOURCE)


@pytest.fixture
def folders(study: Study) -> Folders:
    return Folders(study.source)


def export(study: Study, *arguments: str) -> list[dict[str, Any]]:
    found = study.cli("export", "experiment.yaml", *arguments)
    assert found.code == 0, found.err
    return [json.loads(line) for line in found.out.splitlines()]


def keys(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(row["run"], row["epoch"], row["kind"]) for row in rows]


def leave(folders: Folders, run: str, epoch: int, **files: int) -> Path:
    """What an epoch leaves: files of so many bytes, `__` in a name for a dot, `_` for a dash."""
    folder = folders.of(run) / f"epoch_{epoch}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, size in files.items():
        (folder / name.replace("__", ".")).write_bytes(b"x" * size)
    return folder


# Before training


def test_rows_before_training(study: Study) -> None:
    rows = export(study)
    assert keys(rows) == [
        (None, None, "base"),
        *((run, e, kind) for run in ("run_000", "run_001") for e in (0, 1)
          for kind in ("adapter", "merged")),
    ]  # fmt: skip
    assert all(list(row) == MEMBERS for row in rows)
    base, adapter = rows[0], rows[1]
    assert base["files"] == ["model.safetensors"]
    assert base["folder"] == base["base_path"] == str(study.folder / "models/m")
    assert adapter["state"] == "never_started"
    assert adapter["name"] == "r8"
    assert adapter["parameters"] == {"lora_rank": 8}
    assert adapter["files"] == ["adapter_model.safetensors"]
    assert adapter["bytes"] is None
    assert adapter["adapter_config"] is True
    assert adapter["folder"] == str(study.folder / "out/tiny/run_000/epoch_0")
    assert (adapter["lora_rank"], adapter["lora_alpha"]) == (8, 16)
    assert adapter["tokenizer"] == "/tmp/Llama-3.2-1B-Instruct/original/tokenizer.model"
    assert [row["last"] for row in rows[1:5]] == [False, False, True, True]
    assert not any(row["loads_offline"] for row in rows)
    assert all(row["why_not"] for row in rows)


def test_the_base_in_sight(study: Study) -> None:
    model = study.folder / "models/m"
    model.mkdir(parents=True)
    (model / "config.json").write_text("{}", encoding="utf-8")
    (model / "original_repo_id.json").write_text('{"repo_id": "meta-llama/M"}', encoding="utf-8")
    base, adapter = export(study)[:2]
    assert base["loads_offline"] is True
    assert base["base_id"] == adapter["base_id"] == "meta-llama/M"
    assert "names meta-llama/M" in adapter["why_not"]
    (model / "original_repo_id.json").unlink()
    assert export(study)[1]["why_not"] == "adapter_config.json names no base model"
    where = json.dumps({"repo_id": str(model)})
    (model / "original_repo_id.json").write_text(where, encoding="utf-8")
    assert export(study)[1]["loads_offline"] is True


# After it


def test_what_is_there_wins(study: Study, folders: Folders) -> None:
    folders.start("run_000")
    folders.end("run_000", "finished")
    leave(folders, "run_000", 0, adapter_model__safetensors=5, adapter_model__pt=9)
    last = leave(folders, "run_000", 1, adapter_model__safetensors=6, adapter_config__json=3)
    (last / "model-00001-of-00002.safetensors").write_bytes(b"x" * 10)
    (last / "model-00002-of-00002.safetensors").write_bytes(b"x" * 20)
    rows = export(study, "--only", "run_000")
    assert keys(rows)[1:] == [
        ("run_000", 0, "adapter"), ("run_000", 0, "merged"),
        ("run_000", 1, "adapter"), ("run_000", 1, "merged"),
    ]  # fmt: skip
    first, lost, adapter, merged = rows[1:]
    assert (first["files"], first["bytes"]) == (["adapter_model.safetensors"], 5)
    assert first["adapter_config"] is False
    assert (lost["files"], lost["bytes"]) == ([], None)
    assert lost["why_not"] == "model-00001-of-00001.safetensors is missing"
    assert merged["bytes"] == 30
    assert merged["files"] == [f"model-0000{n}-of-00002.safetensors" for n in (1, 2)]
    assert adapter["why_not"] == "adapter_config.json is damaged"
    assert {row["state"] for row in rows[1:]} == {"finished"}


def test_epochs_that_were_removed_have_no_row_but_the_last(study: Study, folders: Folders) -> None:
    folders.start("run_000")
    folders.end("run_000", "finished")
    shutil.rmtree(folders.of("run_000") / "epoch_0")
    assert {row["epoch"] for row in export(study, "--only", "run_000")} == {None, 1}
    shutil.rmtree(folders.of("run_000") / "epoch_1")
    rows = export(study, "--only", "run_000")
    assert {row["epoch"] for row in rows} == {None, 1}
    assert all("is missing" in row["why_not"] for row in rows[1:])


def test_a_running_one_has_what_is_there_and_what_will_be(study: Study, folders: Folders) -> None:
    folders.start("run_000")
    leave(folders, "run_000", 0, adapter_model__safetensors=5, adapter_config__json=2)
    rows = export(study, "--kind", "adapter", "--only", "run_000")
    assert [(row["epoch"], row["bytes"]) for row in rows] == [(0, 5), (1, None)]


def test_the_weights_of_others_are_not_told(study: Study, folders: Folders) -> None:
    folders.start("run_000")
    leave(folders, "run_000", 0, adapter_model__safetensors=5)
    folders.identity("run_000", run="run_001")
    rows = export(study, "--only", "run_000", "--kind", "adapter")
    assert [(row["state"], row["bytes"]) for row in rows] == [("foreign", None)] * 2


def test_weights_of_an_earlier_meaning_have_its_hash(study: Study, folders: Folders) -> None:
    folders.start("run_000")
    folders.end("run_000", "finished")
    before = folders.tasks["run_000"].science_hash
    study.edit("epochs: 2", "epochs: 3")
    study.cli("build")
    rows = export(study, "--only", "run_000")[1:]
    assert {row["state"] for row in rows} == {"changed"}
    assert {row["science_hash"] for row in rows} == {before}


# What is asked for


def test_epochs_and_kinds(study: Study) -> None:
    assert {row["epoch"] for row in export(study, "--epochs", "last")} == {None, 1}
    assert {row["epoch"] for row in export(study, "--epochs", "0")} == {None, 0}
    assert {row["kind"] for row in export(study, "--kind", "merged")} == {"merged"}
    both = export(study, "--kind", "merged", "--kind", "base")
    assert {row["kind"] for row in both} == {"merged", "base"}


@pytest.mark.parametrize("epochs", ["x", "-1", "1.5", ""])
def test_epochs_that_are_none(study: Study, epochs: str) -> None:
    found = study.cli("export", "experiment.yaml", f"--epochs={epochs}")
    assert found.code == 2
    assert f"`{epochs}` is no choice of epochs" in found.err


def test_nothing_of_what_is_asked_for(study: Study) -> None:
    found = study.cli("export", "experiment.yaml", "--kind", "merged", "--epochs", "7")
    assert found.code == 3
    assert "there are no merged weights of --epochs 7" in found.err
    found = study.cli("export", "experiment.yaml", "--epochs", "7")
    assert (found.code, found.out) == (3, "")  # not the base alone
    assert keys(export(study, "--epochs", "7", "--kind", "base")) == [(None, None, "base")]
    assert study.cli("export", "experiment.yaml", "--kind", "merged", "--format", "csv").code == 0


def test_lines_follow_their_schema(study: Study, folders: Folders) -> None:
    schema = json.loads(data.read_text("schemas/export.schema.json"))
    jsonschema.Draft202012Validator.check_schema(schema)
    folders.start("run_000")
    leave(folders, "run_000", 0, adapter_model__safetensors=5)
    check = jsonschema.Draft202012Validator(schema)
    for row in export(study):
        assert list(check.iter_errors(row)) == []
        assert row.keys() == schema["properties"].keys()


def test_a_selection(study: Study) -> None:
    assert {row["run"] for row in export(study, "--only", "lora_rank == 16")} == {None, "run_001"}
    assert study.cli("export", "experiment.yaml", "--only", "finished").code == 3


def test_csv(study: Study) -> None:
    found = study.cli("export", "experiment.yaml", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(found.out)))
    assert list(rows[0])[:5] == ["experiment", "run", "name", "parameters.lora_rank", "kind"]
    assert rows[1]["parameters.lora_rank"] == "8"
    assert rows[1]["adapter_config"] == "true"
    assert rows[0]["run"] == rows[1]["bytes"] == ""


def test_lists_are_words_in_csv(study: Study, folders: Folders) -> None:
    folders.start("run_000")
    folder = leave(folders, "run_000", 0)
    for name in ("a.safetensors", "b.safetensors"):
        (folder / name).write_text("x", encoding="utf-8")
    found = study.cli("export", "experiment.yaml", "--format", "csv", "--kind", "merged")
    assert next(csv.DictReader(io.StringIO(found.out)))["files"] == "a.safetensors b.safetensors"


def test_what_nobody_knows_is_told(tmp_path: Path) -> None:
    more = "  checkpointer._component_: mine.Checkpointer\n"
    source = SOURCE.replace("controls: {", "controls:\n  ").replace(", epochs", "\n  epochs")
    source = source.replace(", checkpointer.checkpoint_dir", "\n  checkpointer.checkpoint_dir")
    source = source.replace("models/m}\n", f"models/m\n{more}")
    study = Study.built(tmp_path / "study", source)
    found = study.cli("export", "experiment.yaml", "--kind", "merged")
    assert found.code == 3
    assert found.out == ""
    assert "there are no merged weights" in found.err
    assert "run_000 is left out: what Checkpointer writes is not known" in found.err


# Commands


def commands(study: Study, *arguments: str) -> Said:
    return study.cli("export", "experiment.yaml", "--commands", *arguments)


def test_a_command_for_each_run_that_is_left(study: Study, folders: Folders) -> None:
    folders.start("run_000")
    folders.end("run_000", "finished")
    found = commands(study)
    assert found.code == 0
    (line,) = found.out.splitlines()
    script = study.folder / "configs/slurm/local/job.sbatch"
    assert line.startswith(f"cd {study.folder} && ")
    assert line.endswith(f"bash {script} run_001")
    assert script.exists()
    assert "without 1 run: 1 finished" in found.err


def test_a_command_is_one_word_of_bash_whatever_the_folder_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = "it's $(touch oops)\n& -x"
    study = Study.built(tmp_path / odd, SOURCE)
    tune = tmp_path / odd / "tune"
    tune.write_text("#!/bin/sh\n", encoding="utf-8")
    tune.chmod(0o755)
    monkeypatch.setenv("TCWC_TUNE", str(tune))
    (line, _) = commands(study).out.splitlines()
    shown = line.replace(" bash ", ' printf \'%s|\' "$PWD" "$TCWC_TUNE" ').replace(
        "&& T", "&& export T"
    )
    shown = shown.replace(" printf", "; printf", 1)
    done = subprocess.run(["bash", "-c", shown], capture_output=True, text=True, check=True)
    script = study.folder / "configs/slurm/local/job.sbatch"
    assert done.stdout.split("|")[:4] == [str(study.folder), str(tune), str(script), "run_000"]
    assert not list(tmp_path.rglob("oops"))


def test_what_trains_may_be_elsewhere(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TCWC_TUNE", raising=False)
    monkeypatch.setenv("PATH", str(study.folder))
    found = commands(study)
    assert found.code == 0
    assert "TCWC_TUNE" not in found.out
    assert "there is no `tune` here" in found.err


def test_runs_of_several_machines_have_no_one_command(tmp_path: Path) -> None:
    source = (
        "experiment_name: wide\nbase_config: llama3_2/1B_full\nvariables: {seed: [1, 2]}\n"
        "controls: {output_dir: out}\nresources:\n  time: 1:00:00\n  gpus: 2\n  nodes: 2\n"
    )
    study = Study.built(tmp_path / "study", source)
    found = commands(study)
    assert found.code == 1
    assert found.out == ""
    assert "run_000 is for 2 machines" in found.err


def test_commands_need_configs(study: Study) -> None:
    shutil.rmtree(study.folder / "configs")
    found = commands(study)
    assert found.code == 1
    assert "tcwc build" in found.err
