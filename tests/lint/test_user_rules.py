"""Rules of the user's own: which runs break them, where it is said, and files that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tcwc
from tcwc.api.rule_files import read_user_rules
from tcwc.cli import main
from tcwc.disk.data import read_schema
from tcwc.lint.rules.rule_format import schema
from tcwc.model.diagnostics import Diagnostic
from tests.conftest import share

ROOT = Path(__file__).parents[2]
HEAD = """\
code: LAB001
name: a-rule
severity: warning
summary: It is so.
why: Because we say so.
"""
CASES = """\
cases:
  good: [{experiment: ""}]
  bad: [{experiment: "", expect: [{code: LAB001, line: 1, column: 1, message: it is so}]}]
"""
EXPERIMENT = """\
experiment_name: study
base_config: llama3_2/1B_lora_single_device
variables:
  learning_rate: [1e-4, 3e-3, 1e-2]
  lora_rank: [8, 16]
controls:
  seed: 1
"""


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tcwc.toml").write_text('rules = ["lab"]\n')
    (tmp_path / "lab").mkdir()
    return tmp_path


def found(lab: Path, condition: str, experiment: str = EXPERIMENT) -> list[Diagnostic]:
    (lab / "lab" / "rule.yaml").write_text(f"{HEAD}{condition}\n{CASES}")
    (lab / "experiment.yaml").write_text(experiment)
    codes = ("LAB001", "TCW130", "TCW131", "TCW005")
    return [each for each in tcwc.compile("experiment.yaml").diagnostics if each.code in codes]


@pytest.mark.parametrize(
    ("condition", "place", "runs", "message"),
    [
        (
            "require: optimizer.lr <= 1e-3",
            (4, 25),
            "run_002-run_005 (4 of 6 runs)",
            "is 0.003 or 0.01",
        ),
        (
            "require: learning_rate <= 1e-3",
            (4, 25),
            "run_002-run_005 (4 of 6 runs)",
            "`optimizer.lr` is 0.003",
        ),
        (
            "forbid: lora_rank > 8",
            (5, 18),
            "run_001, run_003, run_005 (3 of 6 runs)",
            "must not hold",
        ),
        (
            "forbid: lora_rank > 8 and learning_rate > 5e-3",
            (5, 18),
            "run_005 (1 of 6 runs)",
            "`optimizer.lr`",
        ),
        ("require: seed == null", (7, 9), "", "`seed` is 1"),
        ("require: '\"/scratch\" in output_dir'", (2, 1), "", "`output_dir` is"),
        ("require: '\"/scratch\" in checkpointer.output_dir'", (2, 1), "", "/tmp/torchtune"),
        ("require: profiler == null", (2, 1), "", "is a section with"),
        ("require: no_such == null and 1 > 2", (2, 1), "", "is not there"),
    ],
)
def test_broken(lab: Path, condition: str, place: tuple[int, int], runs: str, message: str) -> None:
    (each,) = found(lab, condition)
    assert (each.code, each.severity.value) == ("LAB001", "warning")
    assert (each.span.line, each.span.column) == place
    assert each.runs == runs
    assert message in each.message


@pytest.mark.parametrize(
    "condition",
    [
        "require: optimizer.lr <= 1e-2",
        "forbid: lora_rank > 16",
        "require: no_such == null",
        "require: model.lora_alpha == 128",
        "recipes: [full_finetune_single_device]\nrequire: 1 > 2",
    ],
)
def test_kept(lab: Path, condition: str) -> None:
    assert found(lab, condition) == []


def test_a_reference_is_followed_to_the_factor_that_sets_what_it_names(lab: Path) -> None:
    experiment = EXPERIMENT.replace("seed: 1", "seed: 1\n  lr_scheduler.num_warmup_steps: ${seed}")
    experiment = experiment.replace("  seed: 1\n", "").replace(
        "rank: [8, 16]", "rank: [8, 16]\n  seed: [1, 200]"
    )
    (each,) = found(lab, "require: lr_scheduler.num_warmup_steps < 100", experiment)
    assert each.runs == "run_001, run_003, run_005, run_007, run_009, run_011 (6 of 12 runs)"
    assert "is 200" in each.message


@pytest.mark.parametrize(
    ("condition", "message", "help"),
    [
        ("require: lora_rnk < 3", "there is no `lora_rnk`", "model.lora_rank"),
        ("require: model.lora_rnk < 3", "there is no `model.lora_rnk`", "recipes"),
        ("require: seed + 1", "neither true nor false", "comparison"),
        ("require: seed / 0 < 1", "division by zero", ""),
        ("require: compile + 1 < 2", "true or false", ""),
    ],
)
def test_undecidable(lab: Path, condition: str, message: str, help: str) -> None:
    (each,) = found(lab, condition)
    assert each.code == "TCW131"
    assert message in each.message
    assert help in each.help
    assert each.labels[0].span.file == "lab/rule.yaml"
    assert each.labels[0].span.line == 6


def test_what_cannot_be_decided_for_want_of_keys_is_no_echo_of_another_error(lab: Path) -> None:
    experiment = EXPERIMENT.replace("lora_rank: [8, 16]", "lora_rnak: [8, 16]")
    assert found(lab, "require: model.nothing < 3", experiment) == []


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("", [(1, 1, "empty")]),
        ("- 1", [(1, 1, "a list")]),
        ("a: [", [(1, 5, "not readable")]),
        (HEAD + CASES, [(1, 1, "no `require` or `forbid`")]),
        (HEAD + "require: a ==\n" + CASES, [(6, 14, "too early")]),
        (HEAD + "require: 'a &&'\n" + CASES, [(6, 13, "`&&`")]),
        (HEAD + "require: >-\n  a\n  && b\n" + CASES, [(6, 10, "`&&`")]),
        (HEAD + "require: a\nforbid: b\n" + CASES, [(7, 1, "cannot stand together")]),
        (HEAD + "require: [a]\n" + CASES, [(6, 10, "a string is needed")]),
        (HEAD + "requir: a\n" + CASES, [(6, 1, "no `requir`")]),
        (HEAD.replace("LAB001", "TCW101") + "require: a\n" + CASES, [(1, 7, "form")]),
        (HEAD.replace("warning", "warn") + "require: a\n" + CASES, [(3, 11, "one of error")]),
        (HEAD.replace("why: Because we say so.\n", "") + "require: a\n" + CASES, [(1, 1, "`why`")]),
        (HEAD + "require: a\n" + CASES.replace("experiment", "experimnt"), None),
    ],
)
def test_a_bad_file_is_a_finding_with_its_place(
    text: str, places: list[tuple[int, int, str]] | None
) -> None:
    read = read_user_rules([("lab/rule.yaml", text)])
    assert read.rules == ()
    assert read.diagnostics
    assert all(
        each.code == "TCW130" and each.span.file == "lab/rule.yaml" for each in read.diagnostics
    )
    if places is not None:
        got = [(each.span.line, each.span.column) for each in read.diagnostics]
        assert got == [place[:2] for place in places], read.diagnostics
        for each, place in zip(read.diagnostics, places, strict=True):
            assert place[2] in each.message


def test_yaml_that_ends_at_a_quote_gets_the_line_as_it_is_to_be() -> None:
    read = read_user_rules([("a.yaml", HEAD + 'require: "/x" in output_dir\n' + CASES)])
    (each,) = read.diagnostics
    assert each.span.line == 6
    assert each.help == """quote the whole expression: require: '"/x" in output_dir'"""


def test_one_code_in_two_files_is_reported_at_the_second() -> None:
    text = HEAD + "require: 1 < 2\n" + CASES
    read = read_user_rules([("a.yaml", text), ("b.yaml", text)])
    assert len(read.rules) == 1
    (each,) = read.diagnostics
    assert str(each.span) == "b.yaml:1:7"
    assert str(each.labels[0].span) == "a.yaml:1:7"


def test_the_schema_is_one() -> None:
    validator = schema("user_rule.schema.json", read_schema)
    validator.check_schema(validator.schema)


def test_a_bad_rule_file_is_shown_once_for_many_experiments(
    lab: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found(lab, "require: 1 <")
    (lab / "b.experiment.yaml").write_text(EXPERIMENT)
    assert main(["lint", "--format", "concise"]) == 1
    assert capsys.readouterr().out.count("TCW130") == 1


def test_severity_and_suppression_hold_for_own_codes(lab: Path) -> None:
    (lab / "tcwc.toml").write_text('rules = ["lab"]\n[severity]\nLAB001 = "error"\n')
    (each,) = found(lab, "require: seed == 2")
    assert each.severity.value == "error"
    ignored = EXPERIMENT.replace("seed: 1", "seed: 1  # tcwc: ignore[LAB001] a pilot")
    assert found(lab, "require: seed == 2", ignored) == []


def test_no_folder_of_rules_is_said(lab: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (lab / "tcwc.toml").write_text('rules = ["nowhere"]\n')
    (lab / "experiment.yaml").write_text(EXPERIMENT)
    assert main(["lint"]) == 2
    assert "nowhere" in capsys.readouterr().err


# --- tcwc rule -------------------------------------------------------------------------------


def test_rule_lists_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("TCW201  unknown-key") and "error" in line for line in lines)
    assert lines == sorted(lines)


def test_rule_explains(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "tcw201", "control-overridden"]) == 0
    out = capsys.readouterr().out
    assert "TCW201 unknown-key (error)" in out
    assert "    | experiment_name: study" in out
    assert "experiment.yaml:4:3: TCW201: recipe lora_finetune_single_device reads no key" in out
    assert "TCW401 control-overridden (warning)" in out


def test_rule_says_which_are_in_preview(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "TCW425"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("TCW425 even-rates (info, preview)\n")
    assert "A preview rule: off, unless --preview" in out
    assert main(["rule"]) == 0
    marked = [line for line in capsys.readouterr().out.splitlines() if "(preview)" in line]
    assert [line.split()[0] for line in marked] == ["TCW425"]


def test_an_unknown_code_gets_near_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "TCW2O1"]) == 2
    assert "did you mean TCW201" in capsys.readouterr().err


def test_the_labs_rules_pass_their_cases(capsys: pytest.CaptureFixture[str]) -> None:
    folder = ROOT / "examples" / "lab_rules" / "lint_rules"
    assert main(["rule", "--test", str(folder)]) == 0
    assert "Ran 5 cases of 2 rules: all as expected." in capsys.readouterr().out


def test_a_case_that_is_wrong_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = ROOT / "examples" / "lab_rules" / "lint_rules"
    text = (folder / "LAB001-learning-rate.yaml").read_text()
    (tmp_path / "a.yaml").write_text(text.replace("<= 1e-3\nhelp", "<= 1e-4\nhelp"))
    assert main(["rule", "--test", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert "LAB001-good-1: not expected: LAB001 at experiment.yaml:4:25" in out
    assert "1 failed" in out
    (tmp_path / "a.yaml").write_text(text.replace("<= 1e-3\nhelp", "<= 1\nhelp"))
    assert main(["rule", "--test", str(tmp_path)]) == 1
    assert "expected LAB001 at experiment.yaml:4:25, and it is not" in capsys.readouterr().out


def test_an_empty_folder_is_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "--test", str(tmp_path)]) == 2
    assert "there are no rules" in capsys.readouterr().err
    assert main(["rule", "--test", str(tmp_path / "none")]) == 2


PIECES = (
    *("code: LAB001\n", "name: a\n", "severity: error\n", "summary: It is so.\n", "require: ", "a"),
    *(
        "forbid: ",
        "recipes: [a]\n",
        "cases: ",
        "{good: [], bad: []}\n",
        "1 <",
        "&&",
        "'",
        '"',
        "- ",
    ),
    *(
        "\n",
        "\n  ",
        ": ",
        "[",
        "]",
        "{",
        "}",
        "&x ",
        "*x",
        "<<: ",
        "\0",
        "é",
        "1",
        "null",
        HEAD,
        CASES,
    ),
)


@settings(max_examples=share(300))
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_any_text_is_a_rule_or_findings_with_places_in_it(text: str) -> None:
    read = read_user_rules([("a.yaml", text)])
    assert bool(read.rules) != bool(read.diagnostics)
    lines = text.split("\n")
    for each in read.diagnostics:
        assert each.message
        assert 1 <= each.span.line <= len(lines)
        assert 1 <= each.span.column <= len(lines[each.span.line - 1]) + 1


def test_a_value_that_only_the_start_of_a_run_tells(lab: Path) -> None:
    experiment = EXPERIMENT + "  output_dir: ${oc.env:HOME}/x\n"
    (broken,) = found(lab, "require: epochs > 1 and output_dir == 'x'", experiment)
    assert "`output_dir` is known only when the run starts" in broken.message
    (undecided,) = found(lab, "require: output_dir == 'x'", experiment)
    assert undecided.code == "TCW131"
    assert "`${oc.env:HOME}` is known only when the run starts" in undecided.message
