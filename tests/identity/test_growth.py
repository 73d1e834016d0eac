"""A run keeps its id and its file when the sweep around it grows or shrinks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.study import Study, experiment

pytestmark = pytest.mark.usefixtures("no_checks")


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.built(tmp_path / "study", experiment("lora_rank: [8, 16]\nlr: [1e-4, 3e-4]"))


def old_runs(study: Study, before: dict[str, bytes]) -> dict[str, bytes]:
    return {name: study.files().get(name, b"gone") for name in before}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[8, 16]", "[4, 8, 16]"),
        ("[8, 16]", "[8, 12, 16]"),
        ("[8, 16]", "[8, 16, 32]"),
        ("[8, 16]", "[32, 16, 4, 8]"),
        ("[1e-4, 3e-4]", "[5e-5, 1e-4, 3e-4]"),
        ("[1e-4, 3e-4]", "[1e-4, 2e-4, 3e-4]"),
        ("[1e-4, 3e-4]", "[1e-4, 3e-4, 5e-4]"),
        ("[1e-4, 3e-4]", "[5e-4, 0.0003, 5e-5, 0.0001]"),
    ],
)
def test_a_new_level_leaves_every_run_as_it_is(study: Study, old: str, new: str) -> None:
    before, ids, stamps = study.run_files(), study.ids(), study.stamps()
    report = study.edit(old, new).build()
    assert old_runs(study, before) == before
    assert {id: study.ids()[id] for id in ids} == ids
    assert {name: study.stamps()[name] for name in before} == {n: stamps[n] for n in before}
    added = 2 * (new.count(",") - 1)
    assert report.new == tuple(f"run_{4 + number:03d}" for number in range(added))
    assert (report.changes, report.retired) == ((), ())


FACTORS = {
    "science": "epochs: [1, 2]",
    "science, not among the constants": "seed: [1, null]",
    "engineering": "compile: [true, false]",
    "engineering, below a section": "profiler.enabled: [true, false]",
    "a nested path": "optimizer: {weight_decay: [0.01, 0.1]}",
}


@pytest.mark.parametrize("factor", FACTORS.values(), ids=FACTORS)
@pytest.mark.parametrize("front", [True, False], ids=["in front", "behind"])
def test_a_new_factor_with_the_level_that_the_runs_had(
    study: Study, factor: str, front: bool
) -> None:
    before, stamps = study.run_files(), study.stamps()
    lines = ["lora_rank: [8, 16]", "lr: [1e-4, 3e-4]"]
    lines.insert(0 if front else 2, factor)
    # epochs moves from the constants to the variables: 2 is what the runs had
    study.write("\n".join(lines), "" if factor.startswith("epochs") else "epochs: 2")
    said = study.cli("build")
    study.assert_consistent()
    assert old_runs(study, before) == before
    assert {name: study.stamps()[name] for name in before} == {n: stamps[n] for n in before}
    assert "new: runs 4-7\n" in said.out
    assert "changed meaning" not in said.out
    assert "retired" not in said.out

    # and back: the runs are what they were before, the others are kept for their return
    study.write("lora_rank: [8, 16]\nlr: [1e-4, 3e-4]")
    said = study.cli("build")
    study.assert_consistent()
    assert study.run_files() == before
    assert "retired, configs removed: runs 4-7" in said.out
    assert "changed meaning" not in said.out


def test_a_new_engineering_factor_without_the_level_that_the_runs_had(study: Study) -> None:
    # it was 1 in all of them: no new run is an old one, and no old file is rewritten
    before = study.run_files()
    study.write("lora_rank: [8, 16]\nlr: [1e-4, 3e-4]\nlog_every_n_steps: [5, 10]")
    study.build()
    assert list(study.ids()) == [f"run_{number:03d}" for number in range(4, 12)]
    assert list(study.lock.retired) == [name.removesuffix(".yaml") for name in before]


def test_a_level_that_is_a_section(tmp_path: Path) -> None:
    study = Study(tmp_path / "study").write(
        "optimizer: [{lr: 1e-4, fused: true}, {lr: 3e-4, fused: false}]"
    )
    study.build()
    before = study.run_files()
    study.write(
        "compile: [true, false]\noptimizer: [{lr: 1e-4, fused: true}, {lr: 3e-4, fused: false}]"
    )
    assert study.build().new == ("run_002", "run_003")
    assert old_runs(study, before) == before


def test_an_engineering_factor_that_is_gone(tmp_path: Path) -> None:
    study = Study(tmp_path / "study").write("compile: [true, false]\nlora_rank: [8, 16]")
    study.build()
    before = study.run_files()
    study.write("lora_rank: [8, 16]", "epochs: 2\ncompile: true")
    report = study.build()
    assert report.retired == ("run_002", "run_003")
    assert study.run_files() == {n: before[n] for n in ("run_000.yaml", "run_001.yaml")}
    # now as a constant of the other level: retired runs come back rather than new ones
    study.write("lora_rank: [8, 16]", "epochs: 2\ncompile: false")
    study.build()
    assert list(study.ids()) == ["run_000", "run_001"], "a constant changed: ids stay"


def test_a_changed_control_keeps_ids_and_says_what_changed(tmp_path: Path) -> None:
    study = Study(tmp_path / "study").write()
    study.build()
    before = study.lock
    said = study.edit("epochs: 2", "epochs: 5").cli("build")
    assert said.code == 0
    assert "runs 0-1 changed meaning: epochs 2 -> 5" in said.out
    study.assert_consistent()
    for id, record in study.lock.runs.items():
        assert record.parameters == before.runs[id].parameters
        assert record.was == (before.runs[id].science_hash,)
        assert record.science_hash != before.runs[id].science_hash
    said = study.cli("build")
    assert "changed meaning" not in said.out
    said = study.edit("epochs: 5", "epochs: 2").cli("build")
    assert "runs 0-1 changed meaning: epochs 5 -> 2" in said.out
    for id, record in study.lock.runs.items():
        assert record.science_hash == before.runs[id].science_hash
        assert before.runs[id].science_hash not in record.was


def test_check_says_what_a_changed_control_does(tmp_path: Path) -> None:
    study = Study(tmp_path / "study").write()
    study.build()
    before = study.files()
    said = study.edit("epochs: 2", "epochs: 5").cli("check")
    assert said.code == 1
    assert "epochs 2 -> 5" in said.out
    assert "tcwc build experiment.yaml" in said.all
    assert study.files() == before


def test_a_changed_engineering_key_changes_no_meaning(tmp_path: Path) -> None:
    study = Study(tmp_path / "study").write()
    study.build()
    before = study.lock
    said = study.edit("epochs: 2", "epochs: 2\n  log_every_n_steps: 50").cli("build")
    assert "2 configs rewritten; none changed meaning" in said.out
    assert [r.science_hash for r in study.lock.runs.values()] == [
        r.science_hash for r in before.runs.values()
    ]
    assert all(record.was == () for record in study.lock.runs.values())


def test_a_level_that_is_gone_is_retired_and_comes_back_with_its_id(tmp_path: Path) -> None:
    study = Study(tmp_path / "study").write("lora_rank: [8, 16, 32]")
    study.build()
    before, first = study.run_files(), study.ids()
    said = study.edit("[8, 16, 32]", "[8, 32]").cli("build")
    assert "retired, configs removed: run 1" in said.out
    assert list(study.run_files()) == ["run_000.yaml", "run_002.yaml"]
    assert dict(study.lock.retired["run_001"].parameters) == {"lora_rank": 16}
    study.edit("[8, 32]", "[64, 8, 32]")
    assert study.build().new == ("run_003",), "an id that was given is never given again"
    said = study.edit("[64, 8, 32]", "[16, 64, 8, 32]").cli("build")
    assert "back again, with the ids that they had: run 1" in said.out
    assert old_runs(study, before) == before
    assert {id: study.ids()[id] for id in first} == first
    assert study.lock.retired == {}


def test_a_retired_run_keeps_its_parameters_when_its_factor_is_renamed(tmp_path: Path) -> None:
    study = Study(tmp_path / "study").write("lora_rank: [8, 16]\nlr: [1e-4]")
    study.build()
    study.write("lora_rank: [8]\noptimizer.lr: [1e-4]")
    study.build()
    study.write("model.lora_rank: [8]\nlearning_rate: [1e-4]")
    study.build()
    study.write("model: {lora_rank: [16, 8]}\nlearning_rate: [1e-4]")
    assert study.build().revived == ("run_001",)


def test_ids_need_four_digits_after_a_thousand(tmp_path: Path) -> None:
    study = Study(tmp_path / "study")
    levels = ", ".join(map(str, range(1, 1000)))
    study.write(f"seed: [{levels}]").build()
    study.write(f"seed: [0, {levels}, 1000]").build()
    assert list(study.ids())[-2:] == ["run_999", "run_1000"]
    assert study.ids()["run_1000"] == {"seed": 1000}
    assert study.ids()["run_999"] == {"seed": 0}


def test_a_run_is_found_by_its_id_wherever_it_stands(study: Study) -> None:
    study.edit("lora_rank: [8, 16]", "lora_rank: [16, 4, 8]").build()
    for id in study.ids():
        said = study.cli("show", id)
        assert said.out.encode() == study.files()[f"{id}.yaml"]
    gone = study.cli("show", "run_017")
    assert gone.code == 1
    assert "run_017" in gone.err
