"""What really ran, as far as that is known before it runs."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

import tcwc
from tcwc.api.facts import facts_of, note_facts, repository
from tcwc.api.jobs_folder import freeze
from tcwc.api.work import tasks
from tcwc.disk.files import Place
from tcwc.disk.inputs import hub_revision
from tcwc.disk.once import write_once
from tcwc.model.training import Inputs
from tests.study import Study

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def git(folder: Path, *words: str) -> str:
    name = ["-c", "user.name=a", "-c", "user.email=a@b"]
    command = ["git", *name, *words]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def test_a_repository(tmp_path: Path) -> None:
    assert repository(str(tmp_path)) is None
    git(tmp_path, "init", "-q")
    (tmp_path / "a").write_text("1", encoding="utf-8")
    git(tmp_path, "add", "a")
    git(tmp_path, "commit", "-qm", "a")
    (tmp_path / "new").touch()
    commit = git(tmp_path, "rev-parse", "HEAD").strip()
    assert repository(str(tmp_path)) == {"commit": commit, "clean": True}
    (tmp_path / "a").write_text("2", encoding="utf-8")
    assert repository(str(tmp_path)) == {"commit": commit, "clean": False}


def test_files_by_size_and_hash(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "b.json").write_bytes(b"bb")
    (tmp_path / "data" / "a.json").write_bytes(b"a")
    (tmp_path / "w.pt").write_bytes(b"1234")
    os.utime(tmp_path / "w.pt", (7, 7))
    reads = Inputs(("${oc.env:W}/w.pt", "no.pt"), (("data", "data"), ("data", "no")), (), "", True)
    place = Place(str(tmp_path / "experiment.yaml"))
    said = json.loads(facts_of(place, [reads, reads], {"W": str(tmp_path)}))
    assert said["data"] == [
        {"what": "data", "path": "data/a.json", "size": 1, "sha256": sha256(b"a").hexdigest()},
        {"what": "data", "path": "data/b.json", "size": 2, "sha256": sha256(b"bb").hexdigest()},
        {"what": "data", "path": "no", "size": None, "sha256": None},
    ]
    first, second = said["weights"]
    assert first == {"path": "${oc.env:W}/w.pt", "size": 4, "modified": 7, "revision": None}
    assert second["size"] is None


@pytest.mark.parametrize(
    ("file", "noted"),
    [
        ("models/x/w.pt", "models/x/.cache/huggingface/download/w.pt.metadata"),
        ("models/x/original/w.pt", "models/x/.cache/huggingface/download/original/w.pt.metadata"),
        (f"hub/snapshots/{COMMIT}/w.pt", ""),
        (f"hub/snapshots/{COMMIT}/original/w.pt", ""),
    ],
)
def test_the_revision_of_a_download(tmp_path: Path, file: str, noted: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.touch()
    if noted:
        assert hub_revision(str(path)) is None
        metadata = tmp_path / noted
        metadata.parent.mkdir(parents=True)
        metadata.write_text(f"{COMMIT}\netag\n1.5\n", encoding="utf-8")
    assert hub_revision(str(path)) == COMMIT


def test_what_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    assert write_once(str(tmp_path), "a.yaml", "text")
    assert not write_once(str(tmp_path), "a.yaml", "text")
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    path.chmod(0o644)
    path.write_text("edited", encoding="utf-8")
    assert write_once(str(tmp_path), "a.yaml", "text")
    assert path.read_text(encoding="utf-8") == "text"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.yaml", "a.yaml.edited"]


def test_configs_are_frozen_by_their_hash(tmp_path: Path) -> None:
    study = Study(tmp_path).write()
    study.build()
    made = tcwc.compile(study.source)
    freeze(made, tasks(made))
    frozen = tmp_path / "configs" / "slurm" / "frozen"
    found = {each.stem: each.read_bytes() for each in frozen.glob("*.yaml")}
    assert found == {run.sha256: run.text.encode() for run in made.runs}
    assert {sha256(data).hexdigest() for data in found.values()} == set(found)
    assert (frozen.parent / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_facts_are_named_by_their_hash(tmp_path: Path) -> None:
    study = Study(tmp_path).write()
    made = tcwc.compile(study.source)
    reads = [Inputs(("w",), (), ("hub/data",), "m", True)]
    name = note_facts(made, reads, {})
    assert note_facts(made, reads, {}) == name
    (facts,) = (tmp_path / "configs" / "slurm" / "frozen").iterdir()
    assert facts.name == f"{name}.facts.json"
    assert sha256(facts.read_bytes()).hexdigest().startswith(name)
    assert json.loads(facts.read_bytes())["fetched"] == ["hub/data"]
