"""The mapping as a lock: whose it is, what it pins, and what is refused rather than overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tcwc.builds.errors import BuildError
from tests.study import BASE, Said, Study, experiment

pytestmark = pytest.mark.usefixtures("no_checks")


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.built(tmp_path / "study", experiment("lora_rank: [8, 16, 32]"))


def edit_mapping(study: Study, old: str, new: str) -> None:
    text = study.mapping.read_text()
    assert text.count(old) >= 1, text
    study.mapping.write_text(text.replace(old, new))


def refused(
    study: Study, *words: str, command: str = "build", arguments: tuple[str, ...] = ()
) -> Said:
    """A command that fails with these words and changes nothing."""
    before = study.stamps()
    said = study.cli(command, *arguments)
    assert said.code == 1, said
    assert [word for word in words if word not in said.all] == [], said
    assert study.stamps() == before
    return said


# --- starting over ---------------------------------------------------------------------------


def test_renumber_says_what_it_renames_and_starts_over(study: Study) -> None:
    study.edit("[8, 16, 32]", "[32, 4, 8]").build()
    assert list(study.ids()) == ["run_000", "run_002", "run_003"]
    said = study.cli("build", "--renumber")
    assert said.code == 0
    assert "run_002 becomes run_000" in said.err
    assert "run_003 becomes run_001" in said.err
    assert "run_000 becomes run_002" in said.err
    assert "configs/run_000.yaml (lora_rank=32)" in said.out
    study.assert_consistent()
    assert [each["lora_rank"] for each in study.ids().values()] == [32, 4, 8]
    assert study.lock.retired == {}
    assert "becomes" not in study.cli("build", "--renumber").all


def test_renumber_does_not_take_over_what_is_not_ours(study: Study) -> None:
    edit_mapping(study, "source: experiment.yaml", "source: other.yaml")
    refused(study, "belongs to other.yaml", "--adopt-mapping", arguments=("--renumber",))
    edit_mapping(study, "source: other.yaml", "source: experiment.yaml")
    edit_mapping(study, "format: 1.1", "format: 2.0")
    refused(study, "format 2.0", arguments=("--renumber",))
    with pytest.raises(Exception, match=r"format 2\.0"):
        study.compile().write(renumber=True)


# --- whose it is ------------------------------------------------------------------------------


def test_a_renamed_source_adopts_its_mapping(study: Study) -> None:
    study.edit("[8, 16, 32]", "[32, 8]").build()
    ids, files = study.ids(), study.run_files()
    renamed = Study(study.folder, "ranks.yaml")
    study.source.rename(renamed.source)
    renamed.edit(f"base_config: {BASE}", f"base_config: {BASE}\noutput: configs")
    refused(renamed, "belongs to experiment.yaml, not to ranks.yaml", "--adopt-mapping")
    refused(renamed, "belongs to experiment.yaml, not to ranks.yaml", command="check")
    assert renamed.cli("build", "--adopt-mapping").code == 0
    assert (renamed.ids(), renamed.run_files()) == (ids, files)
    assert renamed.cli("check").code == 0


def test_two_experiments_do_not_share_a_folder(study: Study) -> None:
    other = Study(study.folder, "other.experiment.yaml").write(
        "epochs: [7]", "", "output: configs\n"
    )
    refused(other, "belongs to experiment.yaml, not to other.experiment.yaml")


def test_a_build_elsewhere_leaves_the_folder_of_another_experiment_alone(study: Study) -> None:
    other = Study(study.folder.parent / "other").write("epochs: [7]", "")
    other.edit("experiment_name: study", "experiment_name: other")
    before = study.stamps()
    said = other.cli("build", "-o", "../study/configs")
    assert (said.code, study.stamps()) == (1, before)
    assert "../study/configs holds the runs of study" in said.err
    assert other.cli("build", "-o", "../look").code == 0
    assert other.cli("build", "-o", "../look").code == 0
    assert not other.configs.exists()


def test_a_build_elsewhere_has_the_ids_of_the_lock_and_writes_the_same_bytes(study: Study) -> None:
    study.edit("[8, 16, 32]", "[64, 32, 8]").build()
    before = study.stamps()
    assert study.cli("build", "-o", "../look").code == 0
    look = Study(study.folder)
    look.configs = study.folder.parent / "look"
    assert look.files() == study.files()
    assert study.stamps() == before


# --- formats ----------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["build", "check"])
def test_a_mapping_of_an_unknown_format_is_not_overwritten(study: Study, command: str) -> None:
    edit_mapping(study, "format: 1.1", "format: 2.0")
    refused(study, "format 2.0", "newer", command=command)


@pytest.mark.parametrize("text", ["", "hello\n", "- a\n- b\n", "runs: {}\n", "\x00\x01", "{" * 500])
def test_a_file_that_is_no_mapping_is_not_overwritten(study: Study, text: str) -> None:
    study.mapping.write_text(text)
    refused(study, "run_mapping.yaml")
    refused(study, "run_mapping.yaml", command="check")


def test_a_mapping_in_another_encoding_is_not_overwritten(study: Study) -> None:
    study.mapping.write_bytes(b"\xff\xfe" + "format: 1.1".encode("utf-16-le"))
    before = study.files()
    for command in ("build", "check"):
        said = study.cli(command)
        assert said.code == 2
        assert "UTF-8" in said.err
    assert study.files() == before


def test_what_a_newer_revision_added_is_kept(study: Study) -> None:
    edit_mapping(study, "format: 1.1", "format: 1.7")
    edit_mapping(study, "\nruns:\n", '\nreviewed_by: {"name": "ada"}\nruns:\n')
    line = study.mapping.read_text().splitlines()[-3]
    assert line.startswith("  run_002")
    edit_mapping(study, line, line.removesuffix("}") + ', "note": "x"}')
    before = study.stamps()
    assert study.cli("check").code == 0
    study.build()
    assert study.stamps() == before
    study.edit("[8, 16, 32]", "[8, 16, 32, 64]").build()
    text = study.mapping.read_text()
    assert "format: 1.7\n" in text
    assert 'reviewed_by: {"name": "ada"}\n' in text
    assert '"note": "x"}' in text


def test_a_mapping_that_a_tool_reformatted_still_holds_the_ids(study: Study) -> None:
    study.edit("[8, 16, 32]", "[64, 32, 8]").build()
    before = study.files()
    study.mapping.write_text(yaml.safe_dump(yaml.safe_load(study.mapping.read_text())))
    assert study.mapping.read_bytes() != before["run_mapping.yaml"]
    study.build()
    assert study.files() == before


def test_no_mapping_no_check(study: Study) -> None:
    study.mapping.unlink()
    said = study.cli("check")
    assert said.code == 1
    assert "there is no run_mapping.yaml in configs" in said.err
    assert "git checkout -- configs/run_mapping.yaml" in said.err
    for path in study.configs.glob("run_*"):
        path.unlink()
    said = study.cli("check")
    assert said.code == 1
    assert "there is no run_mapping.yaml in configs" in said.err
    assert "tcwc build experiment.yaml" in said.err
    assert "commit" in said.err


# --- what it pins -----------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["build", "check"])
def test_a_short_name_that_moved_needs_an_upgrade(study: Study, command: str) -> None:
    edit_mapping(study, '"lora_rank": "model.lora_rank"', '"lora_rank": "teacher.lora_rank"')
    said = refused(
        study, "TCW213", "teacher.lora_rank", "model.lora_rank", "--upgrade", command=command
    )
    assert "experiment.yaml:4:3" in said.all
    assert study.cli("build", "--upgrade").code == 0
    assert study.lock.head.names["lora_rank"] == "model.lora_rank"
    assert study.cli("check").code == 0


def test_writing_the_path_that_is_meant_is_the_other_way_out(study: Study) -> None:
    edit_mapping(study, '"lora_rank": "model.lora_rank"', '"lora_rank": "teacher.lora_rank"')
    assert study.edit("lora_rank", "model.lora_rank").cli("build").code == 0


def test_torchtune_is_the_one_of_the_lock(study: Study) -> None:
    assert study.lock.head.torchtune["version"] == "0.6.1"
    edit_mapping(study, '{"version": "0.6.1"', '{"version": "99.0"')
    for command in ("build", "check"):
        refused(study, "torchtune 99.0", "--upgrade", command=command)
    assert study.cli("build", "--upgrade").code == 0
    assert study.lock.head.torchtune["version"] == "0.6.1"


def test_a_corrected_catalogue_changes_no_committed_byte(study: Study) -> None:
    # the configs are the same by the new revision: nothing is written, not even its number
    edit_mapping(study, '"catalogue": 1', '"catalogue": 0')
    before = study.stamps()
    assert study.cli("check").code == 0
    study.build()
    assert study.stamps() == before
    study.edit("[8, 16, 32]", "[8, 16, 32, 64]").build()
    assert study.lock.head.torchtune["catalogue"] == 0
    assert study.cli("build", "--upgrade").code == 0
    assert study.lock.head.torchtune["catalogue"] == 1


def test_a_corrected_catalogue_that_would_change_a_run_needs_an_upgrade(study: Study) -> None:
    # as if the old catalogue had given run_001 another config
    edit_mapping(study, '"catalogue": 1', '"catalogue": 0')
    old = study.lock.runs["run_001"].sha256
    edit_mapping(study, old, "0" * 64)
    words = ("catalogue revision 1 (the runs were built with 0) would change 1 of them", "run_001")
    refused(study, *words, "--upgrade")
    refused(study, *words, "--upgrade", command="check")
    assert study.cli("build", "--upgrade").code == 0
    assert study.lock.head.torchtune["catalogue"] == 1
    assert study.cli("check").code == 0


# --- and otherwise ----------------------------------------------------------------------------


def test_two_runs_are_never_one_record(study: Study) -> None:
    line = next(line for line in study.mapping.read_text().splitlines() if "run_001" in line)
    edit_mapping(study, line, f"{line}\n{line}")
    refused(study, "run_001 twice")
    refused(study, "run_001 twice", command="check")


def test_output_outside_the_folder_is_the_authors_choice(study: Study) -> None:
    other = Study(study.folder / "studies").write("epochs: [7]", "", "output: ../outputs/here\n")
    assert other.cli("build").code == 0
    assert (study.folder / "outputs" / "here" / "run_mapping.yaml").exists()
    assert other.cli("check").code == 0


@pytest.mark.parametrize("name", ["../evil", "a/b", "/tmp/x", "..", ".hidden", "a\\b", "~", "a b"])
def test_an_experiment_name_is_no_path(tmp_path: Path, name: str) -> None:
    study = Study(tmp_path / "study").write()
    study.edit("experiment_name: study", f"experiment_name: '{name}'")
    said = study.cli("build")
    assert said.code == 1
    assert "experiment.yaml:1:18" in said.err
    assert list(study.folder.iterdir()) == [study.source]


def test_an_experiment_with_errors_has_no_build(study: Study) -> None:
    study.edit("epochs: 2", "epochs: two")
    with pytest.raises(BuildError):
        study.compile().write()
    refused(study, "experiment.yaml:6:11", "nothing was written")
