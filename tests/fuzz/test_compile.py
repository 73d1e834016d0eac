"""Whatever bytes an experiment has: findings with places in its files, and never an exception."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import tcwc
from tcwc.cli import main
from tcwc.disk.files import FileProblem
from tcwc.model.source import Span
from tcwc.report.findings import full, painter
from tests.conftest import share
from tests.fuzz.mutation import mutants
from tests.rules.cases import cases

HEAD = "experiment_name: study\nbase_config: llama3_2/1B_lora_single_device\n"
SEEDS = [case.texts["experiment.yaml"] for case in cases()]
PIECES = [
    *"[]{}:,-?#&*!|>'\"%@`~=+.$<\t\n \\\0",
    *("\n  ", "\n    ", ": ", "- ", "? ", "<<: ", "${", "}", "---\n", "...\n", "!!int ", "\r\n"),
    *("experiment_name", "base_config", "variables", "controls", "engineering", "meta", "limit"),
    *("seed", "lora_rank", "optimizer", "optimizer.lr", "dataset[0]", "_component_", "=dataset"),
    *("null", "true", "yes", "1e-4", "0x1F", "010", ".nan", ".inf", "-", "é", "\u2028", "\ufeff"),
    *("torch.optim.SGD", "${output_dir}/x", "llama3_2/1B_lora_single_device", "9" * 40, "😀"),
]


def check(content: bytes) -> tuple[tcwc.Compilation | None, str]:
    """Compile; gives the compilation, and all findings as text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "experiment.yaml")
        path.write_bytes(content)
        try:
            compilation = tcwc.compile(path)
        except FileProblem as problem:
            return None, f"{problem.message}\n{problem.help}"
        said = []
        for each in compilation.diagnostics:
            assert each.message
            for span in (each.span, *(label.span for label in each.labels)):
                assert within(span, compilation.sources[span.file].text), (each, span)
            said += full(each, compilation.sources, painter(False))
        return compilation, "\n".join(said)


def within(span: Span, text: str) -> bool:
    """Whether a span is a place in a text; the end of its last line included."""
    lines = text.split("\n")
    return (
        1 <= span.line <= span.end_line <= len(lines)
        and 1 <= span.column <= len(lines[span.line - 1]) + 1
        and 1 <= span.end_column <= len(lines[span.end_line - 1]) + 1
        and (span.line, span.column) <= (span.end_line, span.end_column)
    )


@settings(max_examples=share(200))
@given(st.binary(max_size=200))
def test_random_bytes(content: bytes) -> None:
    check(content)


@settings(max_examples=share(300))
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_random_yaml(text: str) -> None:
    check(text.encode())


@settings(max_examples=share(300))
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.booleans())
@example("\u2028?", True)  # a key of no length, at the very end of a line
def test_random_values(text: str, control: bool) -> None:
    section = "controls" if control else "variables"
    check(f"{HEAD}{section}:\n  seed: {text}\n".encode())


@settings(max_examples=share(300))
@given(st.text(max_size=30))
def test_random_keys(key: str) -> None:
    check(f"{HEAD}variables:\n  {key}: [1, 2]\n".encode("utf-8", "replace"))


MUTANTS = mutants(SEEDS, PIECES)


@settings(max_examples=share(400))
@given(MUTANTS)
@example(f"{HEAD}variables:\nzip:\n  - [seed, lora_rank]\n")  # a group, and no factors
def test_mutated_experiments(text: str) -> None:
    compilation, _ = check(text.encode())
    if compilation is not None and compilation.ok and len(compilation.runs) < 100:
        for run in compilation.runs:
            assert run.text


@settings(max_examples=share(200))
@given(MUTANTS)
def test_mutated_base_files(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        experiment = "experiment_name: a\nbase_config_file: base.yaml\n"
        Path(folder, "base.yaml").write_bytes(text.encode())
        path = Path(folder, "experiment.yaml")
        path.write_text(
            experiment + "recipe: lora_finetune_single_device\nvariables:\n  seed: [1]\n"
        )
        compilation = tcwc.compile(path)
        for each in compilation.diagnostics:
            assert within(each.span, compilation.sources[each.span.file].text), each


@pytest.mark.parametrize("depth", [101, 1_000, 100_000])
@pytest.mark.parametrize("opening", ["[", "{", "- ", "? ", "[{a: ", "'["])
def test_nesting(depth: int, opening: str) -> None:
    compilation, said = check(f"{HEAD}variables:\n  seed:\n    {opening * depth}\n".encode())
    assert compilation is not None
    assert not compilation.ok
    assert said
    if opening in ("[", "{", "- ", "[{a: "):
        assert "nested more than 100 levels deep" in said
        assert "experiment.yaml:5:" in said


def test_deep_indentation() -> None:
    lines = "".join(" " * depth + "a:\n" for depth in range(1, 1_200))
    assert "nested more than 100 levels deep" in check(f"{HEAD}controls:\n{lines}".encode())[1]


@pytest.mark.parametrize(
    "filler",
    ["x", '"', "\\", "# \n", "\n"],
    ids=["letters", "quotes", "backslashes", "comments", "lines"],
)
def test_a_large_file(filler: str) -> None:
    size = 100_000 if filler in ("# \n", "\n") else 1_000_000
    text = f"{HEAD}variables:\n  seed: [1, 2]\ncontrols:\n  dataset.split: "
    check((text + filler * (size // len(filler)) + "\n").encode())


def test_a_file_that_is_too_large() -> None:
    assert "larger than 1 MB" in check(b"#" * 1_000_001)[1]


def test_ten_thousand_levels() -> None:
    levels = "".join(f"    - {number}\n" for number in range(10_000))
    compilation, _ = check(f"{HEAD}variables:\n  seed:\n{levels}".encode())
    assert compilation is not None
    assert len(compilation.runs) == 10_000


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x00" * 100, b"[" * 5_000, b"a: b: c"])
def test_the_command_has_no_traceback(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "experiment.yaml"
    path.write_bytes(content)
    assert main(["lint", str(path)]) in (1, 2)
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    assert "experiment.yaml:1:" in said.out + said.err
