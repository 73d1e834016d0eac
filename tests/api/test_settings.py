"""`[tool.tcwc]` and tcwc.toml: where they are found, what they change, what they may not say."""

from __future__ import annotations

from pathlib import Path

import pytest

import tcwc
from tcwc.api.settings import read_settings
from tcwc.cli import main
from tcwc.disk.files import FileProblem, find_settings

OVERRIDDEN = """\
experiment_name: study
base_config: llama3_2/1B_lora_single_device
variables:
  lora_rank: [8, 16]
controls:
  lora_rank: 4
"""
"""With a warning, TCW401."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with an experiment in a folder of its own; tcwc runs at its top."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "pilot").mkdir()
    (tmp_path / "pilot" / "experiment.yaml").write_text(OVERRIDDEN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(project: Path) -> list[tuple[str, str]]:
    compilation = tcwc.compile(project / "pilot" / "experiment.yaml")
    return [(each.code, each.severity.value) for each in compilation.diagnostics]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("", [("TCW401", "warning")]),
        ('ignore = ["TCW401"]', []),
        ('ignore = ["TCW4"]', []),
        ('ignore = ["TCW402"]', [("TCW401", "warning")]),
        ('select = ["TCW2"]', []),
        ('select = ["TCW401"]', [("TCW401", "warning")]),
        ('per-file-ignores = {"pilot/*" = ["TCW401"]}', []),
        ('per-file-ignores = {"experiment.yaml" = ["TCW401"]}', []),
        ('per-file-ignores = {"other/*" = ["TCW401"]}', [("TCW401", "warning")]),
        ('severity = {TCW401 = "error"}', [("TCW401", "error")]),
        ('severity = {TCW401 = "info", TCW = "error"}', [("TCW401", "info")]),
        ('severity = {TCW401 = "off"}', []),
        ('preview = true\nselect = ["TCW425"]', []),
        ("preview = true", [("TCW401", "warning")]),
        ('required-version = ">=0.1, <9"', [("TCW401", "warning")]),
    ],
)
def test_what_they_change(project: Path, settings: str, expected: list[tuple[str, str]]) -> None:
    (project / "tcwc.toml").write_text(settings)
    assert found(project) == expected
    (project / "tcwc.toml").unlink()
    (project / "pyproject.toml").write_text(f"[project]\nname = 'x'\n\n[tool.tcwc]\n{settings}\n")
    assert found(project) == expected


def test_lint_build_and_check_agree(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    experiment = "pilot/experiment.yaml"
    assert main(["lint", experiment]) == main(["build", experiment]) == 0
    for settings in ("strict = true", 'severity = {TCW401 = "error"}'):
        (project / "tcwc.toml").write_text(settings)
        assert main(["lint", experiment]) == 1
        assert main(["build", experiment]) == 1
        assert main(["check", experiment]) == 1
    (project / "tcwc.toml").write_text('strict = true\nignore = ["TCW401"]')
    assert main(["lint", experiment]) == main(["build", experiment]) == 0
    assert main(["check", experiment]) == 0


RATES = """\
experiment_name: study
base_config: llama3_2/1B_lora_single_device
variables:
  optimizer.lr: [1e-5, 2.5e-4, 5e-4, 7.5e-4, 1e-3]
controls:
  seed: 1
"""
"""With a finding of a preview rule, TCW425."""


def test_preview_rules_hold_for_every_command(project: Path) -> None:
    experiment = "pilot/experiment.yaml"
    Path(experiment).write_text(RATES)
    settings = project / "tcwc.toml"
    settings.write_text("")
    assert found(project) == []
    settings.write_text("preview = true")
    assert found(project) == [("TCW425", "info")]
    assert main(["build", experiment]) == 0
    settings.write_text('preview = true\nselect = ["TCW425"]\nseverity = {TCW425 = "error"}')
    for command in ("lint", "build", "check"):
        assert main([command, experiment]) == 1
    settings.write_text('select = ["TCW42"]\nseverity = {TCW42 = "error"}')
    for command in ("lint", "build", "check"):
        assert main([command, experiment]) == 0
        assert main([command, experiment, "--preview"]) == 1


def test_a_preview_rule_may_be_ignored_while_it_is_off(project: Path) -> None:
    ignored = RATES.replace("1e-3]", "1e-3]  # tcwc: ignore[TCW425] near the optimum")
    (project / "pilot" / "experiment.yaml").write_text(ignored)
    assert found(project) == []
    (project / "tcwc.toml").write_text("preview = true")
    assert found(project) == []


def test_what_cannot_be_compiled_stays_an_error(project: Path) -> None:
    experiment = project / "pilot" / "experiment.yaml"
    experiment.write_text(OVERRIDDEN.replace("  lora_rank: 4", "  lora_rnak: 4"))
    for settings in ('ignore = ["TCW201"]', 'severity = {TCW201 = "off"}', 'select = ["TCW4"]'):
        (project / "tcwc.toml").write_text(settings)
        (error,) = tcwc.compile(experiment).diagnostics
        assert (error.code, error.severity.value) == ("TCW201", "error")
        assert "settings cannot change this" in error.help


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("ignored = []", "pyproject.toml:5: there is no setting `ignored`"),
        ('\nignore = ["TCW999x"]', "pyproject.toml:6: no rule has the code `TCW999x`"),
        ('ignore = "TCW401"', "pyproject.toml:5: `ignore` must be a list of strings"),
        ('select = ["LAB1"]', "pyproject.toml:5: no rule has the code `LAB1`"),
        ('strict = "yes"', "pyproject.toml:5: `strict` must be true or false"),
        ("preview = 1", "pyproject.toml:5: `preview` must be true or false"),
        ('select = ["TCW425"]', "pyproject.toml:5: TCW425 is a preview rule, and preview rules"),
        ('severity = {TCW425 = "error"}', "pyproject.toml:5: TCW425 is a preview rule"),
        ('severity = {TCW401 = "bad"}', "pyproject.toml:5: `bad` is no severity"),
        ("[tool.tcwc.severity]\nTCW401 = 1", "pyproject.toml:6: `1` is no severity"),
        ('severity = "off"', "pyproject.toml:5: `severity` must be a table"),
        ('required-version = ">=9"', "pyproject.toml:5: this is tcwc 0.1.0, and >=9 is required"),
        ('required-version = "new"', "pyproject.toml:5: `new` is no version to require"),
        ("required-version = 1", "pyproject.toml:5: `1` is no version to require"),
        ("ignore = [", "pyproject.toml"),
    ],
)
def test_mistakes_end_every_command(
    project: Path, capsys: pytest.CaptureFixture[str], settings: str, message: str
) -> None:
    text = f"[project]\nname = 'x'\n\n[tool.tcwc]\n{settings}\n"
    (project / "pyproject.toml").write_text(text)
    for command in (["lint"], ["lint", "--exit-zero"], ["build", "pilot/experiment.yaml"]):
        assert main(command) == 2
        said = capsys.readouterr().err
        assert f"tcwc: error: {message}" in said
        assert "= help: " in said


def test_one_mistake_is_told_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "tcwc.toml").write_text("nonsense = 1")
    (project / "second.experiment.yaml").write_text(OVERRIDDEN)
    assert main(["lint"]) == 2
    assert capsys.readouterr().err.count("nonsense") == 1


def test_rules_are_folders_beside_the_file(project: Path) -> None:
    path = project / "tcwc.toml"
    path.write_text('rules = ["lint_rules/"]\nignore = ["LAB7", "TCW901"]')
    assert read_settings(str(path), "0.1.0").rules == (str(project / "lint_rules"),)


def test_the_nearest_file_counts(project: Path) -> None:
    pilot = project / "pilot"
    assert find_settings(str(pilot)) == []
    (project / "tcwc.toml").write_text("")
    assert find_settings(str(pilot)) == [str(project / "tcwc.toml")]
    (pilot / "pyproject.toml").write_text("[project]\nname = 'tcwc'\n[tool.other]\nx = 1\n")
    assert find_settings(str(pilot)) == [str(project / "tcwc.toml")]
    (pilot / "pyproject.toml").write_text("[tool.tcwc]\n")
    assert find_settings(str(pilot)) == [
        str(pilot / "pyproject.toml"),
        str(project / "tcwc.toml"),
    ]
    (project / ".git").rmdir()
    assert find_settings(str(pilot)) == [str(pilot / "pyproject.toml")]


@pytest.mark.parametrize(
    ("above", "below", "expected"),
    [
        ("strict = true", "", (True, [("TCW401", "warning")])),
        ("strict = true", "strict = false\nignore = ['TCW4']", (True, [("TCW401", "warning")])),
        ("strict = true", "severity = {TCW = 'off'}", (True, [("TCW401", "warning")])),
        ("severity = {TCW401 = 'error'}", "", (False, [("TCW401", "error")])),
        ("severity = {TCW401 = 'error'}", "ignore = ['TCW']", (False, [("TCW401", "error")])),
        ("severity = {TCW401 = 'error'}", "select = ['TCW2']", (False, [("TCW401", "error")])),
        (
            "severity = {TCW401 = 'error'}",
            "per-file-ignores = {'*' = ['TCW']}",
            (False, [("TCW401", "error")]),
        ),
        ("severity = {TCW401 = 'error'}", "strict = true", (True, [("TCW401", "error")])),
        ("", "ignore = ['TCW4']", (False, [])),
        ("ignore = ['TCW401']", "", (False, [("TCW401", "warning")])),
        ("", "severity = {TCW401 = 'error'}", (False, [("TCW401", "error")])),
        ("", "strict = true", (True, [("TCW401", "warning")])),
    ],
)
@pytest.mark.parametrize("name", ["tcwc.toml", "pyproject.toml"])
def test_what_fails_above_fails_below(
    project: Path, above: str, below: str, expected: tuple[bool, list[str]], name: str
) -> None:
    (project / "tcwc.toml").write_text(above)
    head = "" if name == "tcwc.toml" else "[tool.tcwc]\n"
    (project / "pilot" / name).write_text(head + below)
    compilation = tcwc.compile(project / "pilot" / "experiment.yaml")
    assert (compilation.strict, found(project)) == expected


def test_folders_of_settings_without_end(project: Path) -> None:
    folder = project
    for _ in range(60):
        folder /= "d"
        folder.mkdir()
        (folder / "tcwc.toml").write_text("")
    (project / "tcwc.toml").write_text("strict = true")
    (folder / "experiment.yaml").write_text(OVERRIDDEN)
    assert tcwc.compile(folder / "experiment.yaml").strict


def test_what_is_above_is_read_whole(project: Path) -> None:
    (project / "tcwc.toml").write_text("required-version = '>=99'")
    (project / "pilot" / "tcwc.toml").write_text("")
    with pytest.raises(FileProblem, match=">=99 is required"):
        found(project)
    (project / "tcwc.toml").write_text("# hf_abcdEFGHijklMNOPqrstUVWXyz01234567\n")
    assert ("TCW008", "warning") in found(project)


def test_rules_above_hold_below(project: Path) -> None:
    (project / "r").mkdir()
    (project / "r" / "a.yaml").write_text(_LAB)
    (project / "tcwc.toml").write_text('rules = ["r"]')
    for below in ("", "rules = []", 'ignore = ["LAB001"]', 'severity = {LAB001 = "off"}'):
        (project / "pilot" / "tcwc.toml").write_text(below)
        assert ("LAB001", "error") in found(project), below


_LAB = """\
code: LAB001
name: ranks
severity: error
summary: Ranks are small.
why: The lab's machines are small, and so are its ranks.
help: write a smaller rank
require: model.lora_rank <= 2
cases:
  good:
    - experiment: |
        experiment_name: t
        base_config: llama3_2/1B_lora_single_device
        variables:
          lora_rank: [1, 2]
  bad:
    - experiment: |
        experiment_name: t
        base_config: llama3_2/1B_lora_single_device
        variables:
          lora_rank: [1, 8]
      expect: [{code: LAB001, line: 4, column: 18, message: Ranks are small}]
"""


def test_what_is_excluded_is_counted(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "experiment.yaml").write_text(OVERRIDDEN)
    for place in (project, project / "pilot"):
        (place / "tcwc.toml").write_text('exclude = ["pilot", "experiment.yaml"]')
        (project / "sound.experiment.yaml").write_text(OVERRIDDEN)
        main(["lint"])
        assert "in 1 experiment (2 more are excluded by settings)." in capsys.readouterr().out


def test_the_search_ends_at_the_repository(project: Path) -> None:
    (project / "tcwc.toml").write_text("")
    (project / "pilot" / ".git").write_text("gitdir: elsewhere\n")
    assert find_settings(str(project / "pilot")) == []


@pytest.mark.parametrize(
    "text",
    [
        "[tool.tcwc]",
        "  [ tool . tcwc . severity ]",
        '["tool".tcwc]',
        "[tool]\ntcwc.strict = true",
        "tool.tcwc.strict = true",
        "tool = {tcwc = {strict = true}}",
    ],
)
def test_every_way_to_write_the_table_is_seen(project: Path, text: str) -> None:
    (project / "pyproject.toml").write_text(f"{text}\n")
    assert find_settings(str(project)) == [str(project / "pyproject.toml")]


def test_unreadable(project: Path) -> None:
    (project / "tcwc.toml").write_bytes(b"ignore = ['\xff']")
    with pytest.raises(FileProblem, match="not UTF-8"):
        tcwc.compile(project / "pilot" / "experiment.yaml")
