"""A mapping that is gone, cut or damaged is never read as "nothing was there"."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tcwc.builds import mapping_reader
from tcwc.builds.errors import LockError
from tcwc.builds.mapping_reader import read_head, read_lock
from tcwc.cli import main
from tests.study import Said, Study, experiment, inside

pytestmark = pytest.mark.usefixtures("no_checks")


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Three runs, one of them retired."""
    texts = (experiment(f"lora_rank: {levels}") for levels in ("[8, 16, 32]", "[8, 32]"))
    return Study.built(tmp_path / "study", *texts)


def refused(study: Study, *words: str, command: str = "build", arguments: tuple[str, ...] = ()):
    before = study.files()
    said = study.cli(command, *arguments)
    assert said.code == 1, said
    assert [word for word in words if word not in said.all] == [], said
    assert study.files() == before
    return said


def release(text: str) -> str:
    """The mapping as 0.1.0 wrote it."""
    return text.replace("format: 1.1\n", "format: 1.0\n").replace("records: 3\n", "")


# --- gone -------------------------------------------------------------------------------------


@pytest.mark.parametrize("edited", [False, True])
def test_configs_without_their_mapping_are_no_first_build(study: Study, edited: bool) -> None:
    study.mapping.unlink()
    if edited:
        (study.configs / "run_002.yaml").unlink()
        path = study.configs / "run_000.yaml"
        path.write_text(path.read_text() + "mine: 1\n")
    words = "git checkout -- configs/run_mapping.yaml", "--renumber", "mean other runs"
    refused(study, *words)
    refused(study, *words, command="check")
    refused(study, *words, arguments=("--force",))
    refused(study, *words, arguments=("-o", "../look"))
    refused(study, *words, command="show", arguments=("run_000",))
    with inside(study.folder):
        assert main(["plan", "experiment.yaml"]) == 1
    said = study.cli("build", "--renumber", *(["--force"] if edited else []))
    assert said.code == 0, said
    assert [each["lora_rank"] for each in study.ids().values()] == [8, 32]
    study.assert_consistent()


def test_what_is_no_config_of_ours_keeps_nobody_from_a_first_build(study: Study) -> None:
    other = Study(study.folder.parent / "other").write()
    other.configs.mkdir()
    (other.configs / "notes.md").write_text("x")
    (other.configs / "run_007.yaml").write_text("seed: 1\n")
    (other.configs / "run_001.yaml").write_text("")
    assert other.cli("build").code == 0
    assert (other.configs / "run_007.yaml").read_text() == "seed: 1\n"


# --- cut --------------------------------------------------------------------------------------


def test_a_cut_at_any_byte_is_damage(study: Study) -> None:
    data = study.mapping.read_bytes()
    for end in range(len(data) - 1):
        with pytest.raises(LockError):
            read_lock(data[:end].decode())
    assert read_lock(data[:-1].decode()) == study.lock


def test_a_cut_of_the_older_format_is_damage_but_between_two_lines_at_the_end(
    study: Study,
) -> None:
    study.edit("[8, 32]", "[8]").build()
    text = release(study.mapping.read_text())
    lock = read_lock(text)
    assert list(lock.retired) == ["run_001", "run_002"]
    whole = [end for end in range(len(text)) if is_read(text[:end])]
    first = text.index("\n  run_002")
    assert whole == [*range(first, first + 4), len(text) - 1]


def is_read(text: str) -> bool:
    try:
        read_lock(text)
    except LockError:
        return False
    return True


@pytest.mark.parametrize("older", [False, True])
@pytest.mark.parametrize("form", ["ours", "yaml", "json"])
@pytest.mark.parametrize("section", ["runs", "retired"])
@pytest.mark.parametrize("damage", ["missing", "null"])
def test_a_section_that_is_missing_or_bare_is_damage(
    study: Study, older: bool, form: str, section: str, damage: str
) -> None:
    text = study.mapping.read_text()
    members = yaml.safe_load(release(text) if older else text)
    if damage == "missing":
        del members[section]
    else:
        members[section] = None
    if form == "json":
        text = json.dumps(members, indent=1)
    elif form == "yaml":
        text = yaml.safe_dump(members, sort_keys=False)
    else:
        lines = [f"{key}: {json.dumps(value)}\n" for key, value in members.items()]
        text = "".join(lines).replace(f"{section}: null", f"{section}:")
        text = text.replace('runs: {"', 'runs:\n  {"') if section == "retired" else text
    study.mapping.write_text(text)
    for command in ("build", "check", "lint"):
        refused(study, "run_mapping.yaml", "damaged", command=command)


@pytest.mark.parametrize(
    "swap",
    [
        ("retired:\n", ""),
        ("records: 3\n", "records: false\n"),
        ("records: 3\n", "records: 2\n"),
        ("records: 3\n", 'records: "3"\n'),
        ("records: 3\n", "records:\n"),
        ("records: 3\n", ""),
        ("runs:\n", "runs: {}\n"),
        ("runs:\n", "runs:\nruns:\n"),
        ("\nruns:\n", "\n"),
    ],
)
def test_what_does_not_hold_together_is_damage(study: Study, swap: tuple[str, str]) -> None:
    text = study.mapping.read_text()
    assert text.count(swap[0]) == 1
    study.mapping.write_text(text.replace(*swap))
    refused(study, "damaged", "git checkout -- configs/run_mapping.yaml")
    refused(study, "damaged", command="check")


def test_any_record_that_is_lost_is_missed(study: Study) -> None:
    lines = study.mapping.read_text().splitlines(keepends=True)
    for at, line in enumerate(lines):
        if line.startswith("  run_"):
            text = "".join(lines[:at] + lines[at + 1 :])
            assert not is_read(text.replace("retired:\nrecords", "retired: {}\nrecords"))


def test_any_two_lines_swapped_lose_no_record(study: Study) -> None:
    lines = study.mapping.read_text().splitlines(keepends=True)
    ids = {*study.lock.runs, *study.lock.retired}
    for one in range(len(lines)):
        for other in range(one):
            swapped = list(lines)
            swapped[one], swapped[other] = lines[other], lines[one]
            text = "".join(swapped)
            if is_read(text):
                lock = read_lock(text)
                assert {*lock.runs, *lock.retired} == ids


def test_in_the_head_it_counts_for_nothing(study: Study) -> None:
    lock, text = study.lock, study.mapping.read_text()
    head = text.replace("records: 3\n", "").replace("runs:\n", "records: 7\nruns:\n", 1)
    assert read_lock(head) == lock
    assert read_lock(yaml.safe_dump(yaml.safe_load(text))) == lock
    assert read_lock(json.dumps(yaml.safe_load(text), indent=2)) == lock
    study.mapping.write_text(head)
    assert study.cli("check").code == 0
    study.edit("[8, 32]", "[8, 32, 64]").build()
    assert study.mapping.read_text().count("records: ") == 1
    assert study.mapping.read_text().endswith("\nrecords: 4\n")


def test_a_long_mapping_is_known_to_be_whole_without_its_runs(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapping_reader, "_LONG", 10_000)
    text = study.mapping.read_text()
    line = next(line for line in text.splitlines(keepends=True) if "run_000" in line)
    more = "".join(line.replace("run_000", f"run_{number}") for number in range(5000, 5200))
    long = text.replace("retired:\n", more + "retired:\n").replace("records: 3", "records: 203")
    assert len(long) > 10_000
    assert read_head(long) == study.lock.head
    for cut in (len(long) // 2, long.index("records"), len(long) - 2, long.index("retired") + 1):
        with pytest.raises(LockError):
            read_head(long[:cut])


# --- told -------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["cut", "not UTF-8", "folder", "other format"])
def test_lint_says_so_at_the_start_of_the_source(study: Study, how: str) -> None:
    if how == "cut":
        study.mapping.write_bytes(study.mapping.read_bytes()[:-20])
    elif how == "not UTF-8":
        study.mapping.write_bytes(b"\xff\xfe" + study.mapping.read_bytes())
    elif how == "folder":
        study.mapping.unlink()
        study.mapping.mkdir()
    else:
        study.mapping.write_text(study.mapping.read_text().replace("format: 1", "format: 7"))
    said = study.cli("lint", "--format", "concise")
    assert said.code == 1, said
    assert "experiment.yaml:1:1: error[TCW006]: configs/run_mapping.yaml" in said.out, said
    said = study.cli("lint")
    assert "= help: " in said.out
    compilation = study.compile()
    assert not compilation.ok
    assert compilation.of_source == tuple(
        each for each in compilation.diagnostics if each.code != "TCW006"
    )
    upgraded = study.compile(upgrade=True)
    assert "TCW006" in {each.code for each in upgraded.diagnostics}


def test_nothing_is_said_where_there_is_no_mapping(tmp_path: Path) -> None:
    study = Study(tmp_path / "study").write()
    assert study.compile().ok


# --- current for ever -------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["ours", "older", "sorted", "json", "another command", "spelling"])
def test_the_layout_of_a_mapping_is_never_drift(study: Study, form: str) -> None:
    text = study.mapping.read_text()
    if form == "older":
        text = release(text)
    elif form == "sorted":
        text = yaml.safe_dump(yaml.safe_load(text))
    elif form == "json":
        text = json.dumps(yaml.safe_load(text), indent=3)
    elif form == "another command":
        text = text.replace("command: tune run", "command: python -m tune run")
    elif form == "spelling":
        text = text.replace('"parameters": {', '"parameters":   {').replace("#", "# x")
    study.mapping.write_text(text)
    before = study.stamps()
    said = study.cli("check")
    assert said.code == 0, said
    assert study.stamps() == before
    if form not in ("sorted", "json"):  # another tool's layout is put right by a build
        study.build()
        assert study.stamps() == before
    study.edit("[8, 32]", "[8, 32, 64]").build()
    assert study.cli("check").code == 0
    assert "format: 1.1\n" in study.mapping.read_text()
    assert "command: tune run" in study.mapping.read_text()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"lora_rank": 8}', '"lora_rank": 8.0}'),
        ('"lora_rank": 8}', '"lora_rank": "8"}'),
        ('{"epochs": 2}', '{"epochs": 2.0}'),
        ('{"epochs": 2}', '{"epochs": 2, "seed": 1}'),
        ("recipe: lora_", "recipe: full_"),
        ("\nruns:", '\nengineering: {"device": "cuda"}\nruns:'),
        ("\nruns:", '\narms: {"a": {"b": {}}}\nruns:'),
    ],
)
def test_what_decides_bytes_is_compared_with_its_type(study: Study, old: str, new: str) -> None:
    text = study.mapping.read_text()
    assert old in text
    study.mapping.write_text(text.replace(old, new, 1))
    said = study.cli("check")
    assert said.code == 1, said
    assert study.cli("build").code == 0
    assert study.cli("check").code == 0


def test_a_record_too_many_or_too_few_is_drift(study: Study) -> None:
    lines = study.mapping.read_text().splitlines(keepends=True)
    (line,) = [line for line in lines if line.startswith("  run_000")]
    text = "".join(lines).replace(line, line + line.replace("000", "005"))
    study.mapping.write_text(text)
    refused(study, "it has 4 records, and had 3", command="check")
    study.mapping.write_text(text.replace("records: 3", "records: 4"))
    assert stale(study.cli("check"))
    assert study.cli("build").code == 0
    assert study.cli("check").code == 0
    assert "run_005" in study.lock.retired


def test_a_line_that_is_lost_is_written_again(study: Study) -> None:
    before = study.files()
    lines = study.mapping.read_text().splitlines(keepends=True)
    text = "".join(line for line in lines if "run_000:" not in line)
    study.mapping.write_text(text)
    refused(study, "it has 2 records, and had 3")
    study.mapping.write_text(text.replace("records: 3", "records: 2"))
    assert stale(study.cli("check"))
    assert study.cli("build").code == 0
    assert study.cli("check").code == 0
    assert study.files() == before


def stale(said: Said) -> bool:
    return said.code == 1 and "configs/run_mapping.yaml: stale" in said.out


def test_meta_and_the_experiments_name_are_a_reason_to_write_and_none_to_be_red(
    study: Study,
) -> None:
    study.edit("variables:", "meta: {why: because}\nvariables:")
    assert study.cli("check").code == 0
    study.build()
    assert study.lock.head.meta == {"why": "because"}


@pytest.mark.parametrize("text", ["{}\n", "a: 1\n", "- 1\n", "# nothing\n"])
def test_a_source_without_anything_beside_a_damaged_mapping(study: Study, text: str) -> None:
    study.mapping.write_bytes(study.mapping.read_bytes()[:-20])
    study.source.write_text(text)
    assert study.cli("lint").code == 1
    assert not study.compile().ok


def test_parameters_that_were_swapped_are_damage(study: Study) -> None:
    one, other = '{"lora_rank": 8}', '{"lora_rank": 32}'
    text = study.mapping.read_text()
    swapped = text.replace(one, "X").replace(other, one).replace("X", other)
    study.mapping.write_text(swapped)
    refused(study, "run_000 are of two runs", "git checkout -- configs/run_mapping.yaml")
    refused(study, "run_000 are of two runs", command="check")
    study.mapping.write_text(text)
    study.edit("epochs: 2", "epochs: 3")  # then it is the author who changed them
    assert study.cli("build").code == 0


def test_an_id_that_was_changed_in_the_mapping_is_damage(study: Study) -> None:
    text = study.mapping.read_text()
    study.mapping.write_text(text.replace("  run_002:", "  run_010:"))
    refused(study, "run_002.yaml is the config that it records for run_010")
    refused(study, "run_002.yaml is the config that it records for run_010", command="check")


def test_a_catalogue_that_only_a_newer_tcwc_has(study: Study) -> None:
    study.mapping.write_text(study.mapping.read_text().replace('"catalogue": 1', '"catalogue": 9'))
    refused(study, "catalogue revision 9", "knows revision 1", "--upgrade")
    refused(study, "catalogue revision 9", command="check")
    assert study.cli("build", "--upgrade").code == 0
    assert study.lock.head.torchtune["catalogue"] == 1


def test_a_mark_before_a_config_is_an_edit_to_check_and_build(study: Study) -> None:
    path = study.configs / "run_000.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert "run_000.yaml: edited by hand" in study.cli("check").out
    assert "edited by hand" in study.cli("build").err
    assert study.cli("build", "--force").code == 0
    assert study.cli("check").code == 0


def test_a_run_that_comes_back_after_a_constant_changed_is_no_damage(study: Study) -> None:
    study.edit("epochs: 2", "epochs: 3").build()
    study.edit("[8, 32]", "[8, 16, 32]")
    assert study.cli("build").code == 0
    assert study.cli("check").code == 0
    assert study.ids()["run_001"] == {"lora_rank": 16}


def test_an_operator_that_changed_is_no_damage(tmp_path: Path) -> None:
    levels = "[{_component_: torch.optim.AdamW, lr: 1e-4}, {_component_: torch.optim.AdamW}]"
    study = Study(tmp_path / "study").write(f"optimizer: {levels}\nseed: [1, 2]")
    study.build()
    study.edit("optimizer: ", "=optimizer: ")
    said = study.cli("build")
    assert said.code == 0, said
    assert "changed meaning" in said.out


@pytest.mark.parametrize("written", ["epochs: 3\n", "epochs:   3\n"])
def test_an_edit_that_the_source_says_too_is_no_work_to_lose(study: Study, written: str) -> None:
    study.write()
    study.build()
    for name in ("run_000.yaml", "run_001.yaml"):
        path = study.configs / name
        path.write_text(path.read_text().replace("epochs: 2\n", written))
    assert "--force" in study.cli("check").out
    study.edit("epochs: 2", "epochs: 3")
    said = study.cli("check").out
    assert "the source says the same" in said
    assert "--force" not in said
    assert study.cli("build").code == 0
    assert study.cli("check").code == 0


def test_a_note_in_a_config_is_more_than_its_source_says(study: Study) -> None:
    study.write()
    study.build()
    path = study.configs / "run_000.yaml"
    path.write_text(path.read_text().replace("epochs: 2\n", "epochs: 3  # better\n"))
    study.edit("epochs: 2", "epochs: 3")
    assert study.cli("build").code == 2
    assert "better" in path.read_text()
