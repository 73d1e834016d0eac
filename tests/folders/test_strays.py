"""Configs that the mapping does not know: their ids are never given to other runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tcwc.builds.mapping_reader import read_lock
from tcwc.model.frozen import replace
from tests.study import Said, Study, experiment, render_lock

pytestmark = pytest.mark.usefixtures("no_checks")


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.built(tmp_path / "study", experiment("lora_rank: [8, 16, 32, 64]"))


def forget(study: Study, *ids: str) -> None:
    """Take lines out of the mapping, as if it had been written without: a merge does so."""
    text = study.mapping.read_text()
    count = text.count("\n  run_")
    lines = text.replace(f"records: {count}", f"records: {count - len(ids)}").splitlines(True)
    kept = [line for line in lines if not any(f"  {id}:" in line for id in ids)]
    assert len(lines) == len(kept) + len(ids)
    study.mapping.write_text("".join(kept))


def ranks(study: Study) -> dict[str, int]:
    return {id: each["lora_rank"] for id, each in study.ids().items()}


def test_runs_get_the_ids_of_their_configs_back(study: Study) -> None:
    before = study.files()
    forget(study, "run_001", "run_003")
    assert study.cli("check").code == 1
    said = study.cli("build")
    assert said.code == 0, said
    assert "with the ids of their configs in the folder: runs 1, 3\n" in said.out
    assert study.files() == before


def test_a_new_run_beside_them_gets_an_id_above_all(study: Study) -> None:
    forget(study, "run_002", "run_003")
    study.edit("[8, 16, 32, 64]", "[8, 128, 16, 64, 32]").build()
    assert ranks(study) == {
        "run_000": 8, "run_001": 16, "run_002": 32, "run_003": 64, "run_004": 128
    }  # fmt: skip


def test_a_run_of_which_a_constant_changed_gets_its_id_back(study: Study) -> None:
    forget(study, "run_001", "run_003")
    study.edit("epochs: 2", "epochs: 5").edit("[8, 16, 32, 64]", "[8, 128, 16, 32, 64]")
    said = study.cli("build")
    assert said.code == 0, said
    assert "runs 0-3 changed meaning: epochs 2 -> 5" in said.out
    assert ranks(study) == {
        "run_000": 8, "run_001": 16, "run_002": 32, "run_003": 64, "run_004": 128
    }  # fmt: skip


def test_but_not_where_it_could_be_two(tmp_path: Path) -> None:
    study = Study(tmp_path / "study").write("lora_rank: [8, 16]", "seed: 1")
    study.build()
    forget(study, "run_001")
    # run_001 says nothing of a template; so it is neither of the two
    study.write('lora_rank: [16]\n+note: ["{index}", "x{index}"]', "seed: 2")
    said = study.cli("build")
    assert said.code == 1
    assert "configs/run_001.yaml is a config of tcwc" in said.err


def test_a_config_that_is_nobodys_is_refused_with_three_ways_out(study: Study) -> None:
    forget(study, "run_003")
    shutil.copy(study.mapping, study.folder / "mapping")
    study.edit("[8, 16, 32, 64]", "[8, 16, 32, 128]")
    before = study.files()
    for arguments in ([], ["--force"], ["-o", "../look"]):
        said = study.cli("build", *arguments)
        assert (said.code, study.files()) == (1, before), said
        assert "configs/run_003.yaml is a config of tcwc, but configs/run_mapping.yaml" in said.err
        assert "`git checkout -- configs/run_mapping.yaml`" in said.err
        assert "`git rm -f configs/run_003.yaml`" in said.err
    said = study.cli("check")
    assert said.code == 1
    assert "run_003.yaml: extra: a config of a run that run_mapping.yaml does not" in said.out
    assert "`git rm -f configs/run_003.yaml`" in said.out
    assert study.cli("build", "--renumber").code == 0
    study.assert_consistent()


def test_removing_it_is_a_way_out(study: Study) -> None:
    forget(study, "run_003")
    study.edit("[8, 16, 32, 64]", "[8, 16, 32]")
    (study.configs / "run_003.yaml").unlink()
    assert study.cli("build").code == 0
    assert study.cli("check").code == 0


def test_an_edited_one_is_refused_even_with_force(study: Study) -> None:
    forget(study, "run_003")
    path = study.configs / "run_003.yaml"
    path.write_text(path.read_text() + "mine: 1\n")
    for arguments in ([], ["--force"]):
        said = study.cli("build", *arguments)
        assert said.code == 1
        assert "run_003.yaml is a config of tcwc, but" in said.err


def test_an_empty_one_is_removed_and_its_number_left_free(study: Study) -> None:
    forget(study, "run_003")
    (study.configs / "run_003.yaml").write_text("")
    study.edit("[8, 16, 32, 64]", "[8, 16, 32, 128]").build()
    assert list(ranks(study)) == ["run_000", "run_001", "run_002", "run_004"]


def test_the_config_of_a_run_that_has_another_id_retires_its_own(study: Study) -> None:
    # both branches added the level 64: here as run_003, there as run_004
    text = (study.configs / "run_003.yaml").read_text()
    there = Study(study.folder.parent / "theirs").write("lora_rank: [8, 16, 32]")
    there.build()
    there.edit("[8, 16, 32]", "[8, 16, 32, 100, 64]").build()
    assert ranks(there)["run_004"] == 64
    shutil.copy(there.configs / "run_004.yaml", study.configs)
    said = study.cli("build")
    assert said.code == 0, said
    assert "run_004 of another branch is run_003 now" in said.out
    assert (study.configs / "run_003.yaml").read_text() == text
    assert dict(study.lock.retired["run_004"].parameters) == {"lora_rank": 64}
    assert study.cli("check").code == 0
    study.edit("[8, 16, 32, 64]", "[8, 16, 32, 64, 128]").build()
    assert ranks(study)["run_005"] == 128


def test_a_copy_of_a_known_config_is_removed(study: Study) -> None:
    shutil.copy(study.configs / "run_001.yaml", study.configs / "run_007.yaml")
    said = study.cli("check")
    assert "configs/run_007.yaml: extra: the source has no such run" in said.out
    study.build()
    assert study.cli("check").code == 0


def test_a_config_under_another_name_keeps_its_own_id(study: Study) -> None:
    forget(study, "run_003")
    (study.configs / "run_003.yaml").rename(study.configs / "run_009.yaml")
    study.build()
    assert ranks(study)["run_003"] == 64


def test_line_ends_do_not_hide_a_config(study: Study) -> None:
    forget(study, "run_003")
    path = study.configs / "run_003.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert study.cli("build").code == 0
    assert ranks(study)["run_003"] == 64


@pytest.mark.parametrize("template", ["r{run_id}", "r{index}", "r{index:04d}_{run_id}"])
def test_configs_that_hold_their_number(tmp_path: Path, template: str) -> None:
    study = Study(tmp_path / "study").write(
        "lora_rank: [8, 16, 1, 3]", f'+note: "{template}"\nepochs: 2'
    )
    study.build()
    before = study.files()
    forget(study, "run_001", "run_003")
    study.build()
    assert study.files() == before


@pytest.mark.parametrize("same", [True, False])
def test_what_a_killed_build_left_is_recorded_and_removed(study: Study, same: bool) -> None:
    old = study.mapping.read_bytes()
    study.edit("[8, 16, 32, 64]", "[8, 16, 32, 64, 128, 256]").build()
    staging = study.configs / ".tcwc-configs-99999999-abcdef01.tmp"
    staging.mkdir()
    study.mapping.rename(staging / "run_mapping.yaml")
    study.mapping.write_bytes(old)
    if not same:
        study.edit("128, 256]", "512, 256]")
    study.build()
    assert not staging.exists()
    found = ranks(study)
    assert found["run_005"] == 256
    if same:
        assert found["run_004"] == 128
    else:
        assert found["run_006"] == 512
        assert dict(study.lock.retired["run_004"].parameters) in (
            {"lora_rank": 128}, {"model.lora_rank": 128}
        )  # fmt: skip
    study.edit(", 64", ", 64, 1024").build()
    assert ranks(study)["run_006" if same else "run_007"] == 1024


def test_a_half_written_mapping_explains_nothing(study: Study) -> None:
    forget(study, "run_003")
    study.edit("32, 64]", "32]")
    staging = study.configs / ".tcwc-configs-99999999-abcdef01.tmp"
    staging.mkdir()
    (staging / "run_mapping.yaml").write_bytes(study.mapping.read_bytes()[:-30])
    assert study.cli("build").code == 1


# --- the configs speak against the mapping ------------------------------------------------------


def damaged(study: Study) -> Said:
    before = study.files()
    for command in ("build", "check"):
        said = study.cli(command)
        assert said.code == 1, said
        assert "run_mapping.yaml is damaged" in said.err, said
        assert "git checkout -- configs/run_mapping.yaml" in said.err
    assert study.files() == before
    return said


@pytest.mark.parametrize(
    ("one", "other"), [("run_000", "run_001"), ("run_001", "run_003"), ("run_002", "run_003")]
)
@pytest.mark.parametrize("retired", [False, True])
def test_two_ids_swapped(study: Study, one: str, other: str, retired: bool) -> None:
    if retired:
        study.edit("32, 64]", "32]").build()
    lock = study.lock
    records = {**lock.runs, **lock.retired}
    swapped = {one: replace(records[other], id=one), other: replace(records[one], id=other)}
    runs = {id: swapped.get(id, record) for id, record in lock.runs.items()}
    gone = {id: swapped.get(id, record) for id, record in lock.retired.items()}
    study.mapping.write_text(render_lock(replace(lock, runs=runs, retired=gone)))
    assert read_lock(study.mapping.read_text()).runs == runs
    damaged(study)


def test_ids_moved_by_one(study: Study) -> None:
    lock = study.lock
    records = list(lock.runs.values())
    runs = {
        id: replace(record, id=id)
        for id, record in zip(lock.runs, [*records[1:], records[0]], strict=True)
    }
    study.mapping.write_text(render_lock(replace(lock, runs=runs)))
    damaged(study)


def test_configs_of_an_older_or_newer_commit_are_no_evidence(study: Study) -> None:
    old = study.files()
    study.edit("epochs: 2", "epochs: 5").build()
    new = study.files()
    for mapping, configs in ((old, new), (new, old)):
        for name in old:
            (study.configs / name).write_bytes((mapping if "mapping" in name else configs)[name])
        said = study.cli("build")
        assert said.code == 0, said
        assert study.run_files() == {n: data for n, data in new.items() if n.startswith("run_0")}


def test_a_build_of_a_renamed_experiment_that_was_killed_is_repaired(study: Study) -> None:
    """All configs have the new name already, and the mapping has the old one."""
    study.write().build()
    old = study.mapping.read_bytes()
    study.edit("experiment_name: study", "experiment_name: renamed").build()
    study.mapping.write_bytes(old)
    refused = study.cli("build")
    assert refused.code == 1
    assert "is of the experiment study" in refused.all
    (study.configs / ".tcwc-configs-99999999-abcdef01.tmp").mkdir()
    study.build()
    assert study.lock.head.experiment == "renamed"
