"""What the Python API says to who hands it something else."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

import tcwc
from tcwc.cli import main

SOURCE = """\
experiment_name: study
base_config: llama3_2/1B_lora_single_device
variables:
  lora_rank: [8, 16]
controls:
  seed: 1
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "experiment.yaml"
    path.write_text(SOURCE)
    return path


@pytest.mark.parametrize("given", [{"experiment_name": "s"}, b"experiment.yaml", SOURCE])
def test_what_is_no_path_is_said(given: object) -> None:
    with pytest.raises(TypeError, match="compile takes the path of an experiment file"):
        tcwc.compile(given)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", [b"experiment_name: s", 3, ["a"]])
def test_a_text_is_a_string(text: object, source: Path) -> None:
    with pytest.raises(TypeError, match="`text` is what stands in the file, a string"):
        tcwc.compile(source, text=text)  # type: ignore[arg-type]


def test_an_exception_names_the_first_errors(source: Path) -> None:
    keys = "".join(f"  {key}: 1\n" for key in ("foo", "bar", "baz", "qux"))
    source.write_text(SOURCE + keys)
    with pytest.raises(tcwc.BuildError) as raised:
        tcwc.compile(source).write()
    assert "experiment.yaml:7:3: TCW201: " in str(raised.value)
    assert "reads no key `foo`" in str(raised.value)
    assert "and 1 more" in str(raised.value)


def test_runs_by_their_ids(source: Path) -> None:
    compilation = tcwc.compile(source)
    assert "run_001" in compilation.runs
    assert "run_002" not in compilation.runs
    assert compilation.runs[1] in compilation.runs
    assert compilation.explain("run_001").id == compilation.explain(1).id == "run_001"


def test_a_run_is_equal_to_itself_wherever_it_comes_from(source: Path) -> None:
    compilation = tcwc.compile(source)
    one, other = compilation.runs
    assert compilation.runs[0] == one == tcwc.compile(source).runs[0]
    assert len({one, compilation.runs[0], other}) == 2
    assert compilation.runs.index(other) == 1
    assert one != other
    changed = tcwc.compile(source, text=SOURCE.replace("seed: 1", "seed: 2"))
    assert changed.runs[0] != one
    assert one != "run_000"
    assert compilation.runs == tcwc.compile(source).runs != changed.runs
    assert compilation.runs != [one, other]


def test_a_run_is_copied_and_not_pickled(source: Path) -> None:
    run = tcwc.compile(source).runs[0]
    assert copy.deepcopy(run) == copy.copy(run) == run
    with pytest.raises(TypeError, match=r"run_000 cannot be pickled.*`config`"):
        pickle.dumps(run)


def test_what_is_no_run_is_said(source: Path) -> None:
    compilation = tcwc.compile(source)
    for ask in (compilation.runs.__getitem__, compilation.explain, compilation.fetches):
        with pytest.raises(TypeError, match="cannot be interpreted as an integer"):
            ask(None)  # type: ignore[arg-type]


def test_a_value_is_explained_by_its_name(source: Path) -> None:
    compilation = tcwc.compile(source)
    (lr,) = compilation.explain(0, ("optimizer", "lr")).origins
    assert compilation.explain(0, "lr").origins == (lr,)
    assert compilation.explain(0, "optimizer.lr").origins == (lr,)
    with pytest.raises(ValueError, match="run_000 has no `optim`: did you mean `optimizer`"):
        compilation.explain(0, "optim")


def test_a_severity_is_its_word(source: Path) -> None:
    source.write_text(SOURCE + "  foo: 1\n")
    (found,) = tcwc.compile(source).diagnostics
    assert found.severity == "error"
    assert f"{found.severity}" == str(found.severity) == "error"
    assert found.severity is tcwc.Severity.ERROR
    assert found.severity != "warning"
    with pytest.raises(TypeError):
        max(tcwc.Severity)


@pytest.mark.parametrize("mapping", [None, "", "\0\0", "damaged", "format: 1.1\n"])
@pytest.mark.parametrize(
    "command",
    ["validate E", "show E 0", "explain E 0", "plan E", "check E", "build E", "diff E:0 E:1"],
)
def test_no_command_breaks_at_a_lost_mapping(
    source: Path, mapping: str | None, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["build", str(source)])
    there = source.parent / "configs" / "run_mapping.yaml"
    if mapping is None:
        there.unlink()
    else:
        there.write_text(mapping)
    capsys.readouterr()
    assert main(command.replace("E", str(source)).split()) in (1, 2)
    said = capsys.readouterr()
    assert "run_mapping.yaml" in said.out + said.err
    if mapping is not None and not mapping.strip("\0"):
        assert "it is empty" in said.out + said.err


def test_lint_says_the_encoding(
    source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wide = source.parent / "wide.yaml"
    wide.write_bytes(SOURCE.encode("utf-16"))
    monkeypatch.chdir(source.parent)
    assert main(["lint", wide.name]) == 2
    assert "not UTF-8 text: this is UTF-16" in capsys.readouterr().err


def test_a_compilation_is_copied_and_not_pickled(source: Path) -> None:
    compilation = tcwc.compile(source)
    assert copy.copy(compilation) is compilation
    with pytest.raises(TypeError, match=r"a compilation of .* cannot be pickled.*`config`"):
        pickle.dumps(compilation)


def test_an_exception_shows_all_of_itself() -> None:
    error = tcwc.BuildError("no build", "do this", ["one line"])
    assert repr(error) == "BuildError('no build; one line', help='do this')"
