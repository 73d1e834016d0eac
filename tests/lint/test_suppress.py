"""Comments that ignore findings: where they are found, what they cover, what they cannot."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tcwc
from tcwc.api.rule_cases import write
from tcwc.builds.errors import BuildError
from tcwc.cli import main
from tcwc.disk.errors import WriteError
from tcwc.lint.rules.rule_files import RuleCase
from tcwc.yaml.comments import comments
from tests.rules.cases import cases

HEAD = """\
experiment_name: study
base_config: llama3_2/1B_lora_single_device
variables:
  lora_rank: [8, 16]
"""


def found(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "experiment.yaml"
    path.write_text(text)
    return [f"{each.code}:{each.span.line}" for each in tcwc.compile(path).diagnostics]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1 # one\n# two\nb: 2\n", ["# one", "# two"]),
        ('a: \'x # y\'\nb: "x # \\" # y" # z\n', ["# z"]),
        ("a: x#y\nb: x #y\n", ["#y"]),
        ("a: |  # head\n  # text\n  more # text\nb: 1 # one\n", ["# head", "# one"]),
        ("a: >-\n  x # text\n\n  # text\n# out\nb: 1\n", ["# out"]),
        ("a: [1, # one\n  'x # y', # two\n  3] # three\n", ["# one", "# two", "# three"]),
        ("a: plain\n  goes on # end\nb: 1\n", ["# end"]),
        ("# only\n", ["# only"]),
        ("a: 1 # one\nb: [\n", ["# one"]),
        ("a: 1 # one\r\nb: 2 # two\r\n", ["# one", "# two"]),
        ("a: 'never closed # no\nb: 1 # no\n", []),
    ],
)
def test_comments(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in comments(text)] == expected


@given(st.text(alphabet="a: #'\"|>-\n[]{},\t&*", max_size=60))
def test_any_text_has_some_comments(text: str) -> None:
    for start, end in comments(text):
        assert text[start] == "#"
        assert "\n" not in text[start:end]


@pytest.mark.parametrize(
    "controls",
    [
        "  lora_rank: 4  # tcwc: ignore[TCW401] meant\n",
        "  lora_rank: 4  # a pilot # tcwc:ignore[TCW401]\n",
        "  # tcwc: ignore[TCW401] meant\n  lora_rank: 4\n",
        "  # tcwc: ignore[TCW401] meant,\n  # and for a reason\n  lora_rank: 4\n",
        "  lora_rank: 4  # tcwc: ignore[ TCW401 ]\n",
    ],
)
def test_a_line_is_covered(tmp_path: Path, controls: str) -> None:
    plain = f"{HEAD}controls:\n  lora_rank: 4\n"
    assert found(tmp_path, plain) == ["TCW401:6"]
    assert found(tmp_path, f"{HEAD}controls:\n{controls}") == []


@pytest.mark.parametrize(
    "controls",
    [
        "  # tcwc: ignore[TCW401]\n\n  lora_rank: 4\n",
        "  lora_rank: 4\n  # tcwc: ignore[TCW401]\n",
        "  epochs: 2  # tcwc: ignore[TCW401]\n  lora_rank: 4\n",
        "  lora_rank: 4  # tcwc: ignore[TCW402]\n",
    ],
)
def test_another_line_is_not(tmp_path: Path, controls: str) -> None:
    said = found(tmp_path, f"{HEAD}controls:\n{controls}")
    assert sorted(each.split(":")[0] for each in said) == ["TCW122", "TCW401"]


def test_several_codes_each_on_its_own(tmp_path: Path) -> None:
    said = found(tmp_path, f"{HEAD}controls:\n  lora_rank: 4  # tcwc: ignore[TCW401,TCW402]\n")
    assert said == ["TCW122:6"]


def test_unused_ones_wait_until_all_checks_ran(tmp_path: Path) -> None:
    """Beside an error some checks are left out: what they would find is not known."""
    text = f"{HEAD}  epochs: [1, x]\n# tcwc: ignore[TCW402]\ncontrols:\n  seed: 1\n"
    assert found(tmp_path, text) == ["TCW203:5"]


SHARED = """\
experiment_name: study
base_config: llama3_2/1B_lora_single_device
isolate_outputs: false
variables:
  lora_rank: [8, 16]
"""


def test_a_suppressed_error_of_a_check_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (line,) = found(tmp_path, SHARED)
    assert line.startswith("TCW402:")
    assert main(["build", "experiment.yaml"]) == 1
    lines = SHARED.splitlines()
    lines[int(line.split(":")[1]) - 1] += "  # tcwc: ignore[TCW402] compared in memory"
    assert found(tmp_path, "\n".join(lines) + "\n") == []
    assert main(["build", "experiment.yaml"]) == 0
    assert main(["check", "experiment.yaml"]) == 0
    assert (tmp_path / "configs" / "run_001.yaml").exists()


def test_an_error_of_the_compiler_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = f"{HEAD}controls:\n  epochz: 2  # tcwc: ignore[TCW201] trust me\n"
    assert found(tmp_path, text) == ["TCW201:6", "TCW122:6"]
    assert main(["lint"]) == main(["build", "experiment.yaml"]) == 1


BAD = [case for case in cases() if not case.good]


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_what_can_be_ignored_can_be_built(case: RuleCase, tmp_path: Path) -> None:
    """Whatever is suppressed: the experiment has errors still, or it has configs."""
    path = Path(write(case, tmp_path))
    codes = sorted({each["code"] for each in case.expect if each["code"].startswith("TCW")})
    text = path.read_text(encoding="utf-8", errors="surrogateescape")
    head = f"# tcwc: ignore-file[{', '.join(codes)}] all of it\n"
    path.write_text(head + text.lstrip("\ufeff"), encoding="utf-8", errors="surrogateescape")
    compilation = tcwc.compile(path)
    if compilation.ok:
        try:
            compilation.write()
        except (BuildError, WriteError):
            return  # said in words, with a way out
        assert list(tmp_path.rglob("run_000.yaml"))


@pytest.mark.parametrize(
    ("comment", "message", "help"),
    [
        ("tcwc: ignored[TCW401]", "there is no comment `tcwc: ignored`", "write `"),
        ("tcwc: ignore", "the codes to ignore are missing", "write `# tcwc: ignore[TCW402] the"),
        ("tcwc: ignore[]", "`[]` is no list of codes", "write `# tcwc: ignore[TCW402] the reason`"),
        ("tcwc: ignore-file[TCW401]", "only in its head", "move it above the first key, on line 1"),
        ("tcwc: ignore[TCW999]", "no rule has the code `TCW999`", "write the code that the"),
        ("tcwc: ignore[unused-suppression]", "no rule has the code", "write TCW1"),
    ],
)
def test_a_comment_that_is_wrong_is_told(
    tmp_path: Path, comment: str, message: str, help: str
) -> None:
    path = tmp_path / "experiment.yaml"
    path.write_text(f"{HEAD}controls:\n  seed: 1  # {comment}\n")
    told = [each for each in tcwc.compile(path).diagnostics if each.span.line == 6]
    assert any(message in each.message and help in (each.help or "") for each in told), told


@pytest.mark.parametrize("above", ["", "\n", "# a remark\n", "---\n"])
def test_the_head_of_a_file_ends_at_its_first_key(tmp_path: Path, above: str) -> None:
    comment = "# tcwc: ignore-file[TCW401]\n"
    sections = f"{HEAD}controls:\n  lora_rank: 4\n"
    assert [each.split(":")[0] for each in found(tmp_path, sections)] == ["TCW401"]
    assert found(tmp_path, above + comment + sections) == []
    below = sections.replace("variables", f"{comment}variables")
    assert "TCW401" in [each.split(":")[0] for each in found(tmp_path, below)]
