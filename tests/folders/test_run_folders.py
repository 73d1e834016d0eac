"""Two experiments of one call whose runs write to one directory."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcwc.cli import main

HEAD = "base_config: llama3_2/1B_lora_single_device\nvariables: {lora_rank: [8, 16]}\n"


def said(capsys: pytest.CaptureFixture[str], *files: Path) -> str:
    main(["lint", *map(str, files)])
    return "\n".join(line for line in capsys.readouterr().out.splitlines() if "TCW402" in line)


def write(folder: Path, name: str, experiment: str, controls: str = "seed: 1") -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}.experiment.yaml"
    text = f"experiment_name: {experiment}\n{HEAD}controls: {{{controls}, lora_alpha: 16}}\n"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (("t", "seed: 1"), ("t", "seed: 2"), True),
        (("t", "seed: 1"), ("u", "seed: 1"), False),
        (("t", "output_dir: '/d/{run_id}'"), ("u", "output_dir: '/d/./{run_id}'"), True),
        (
            ("t", "output_dir: '/d/{experiment_name}/{run_id}'"),
            ("u", "output_dir: '/d/{experiment_name}/{run_id}'"),
            False,
        ),
        (("t", "output_dir: /a"), ("t", "output_dir: /b"), False),
    ],
)
def test_in_one_folder(
    one: tuple[str, str],
    other: tuple[str, str],
    shared: bool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    files = [write(tmp_path, "one", *one), write(tmp_path, "other", *other)]
    assert bool(said(capsys, *files)) == shared
    assert not said(capsys, files[0])


@pytest.mark.parametrize(("strict", "status"), [("false", 0), ("true", 1)])
def test_a_check_says_it_and_goes_on(
    strict: str, status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [str(write(tmp_path, name, "t")) for name in ("one", "other")]
    assert main(["build", "-q", *files]) == 0
    (tmp_path / "tcwc.toml").write_text(f"strict = {strict}\n")
    capsys.readouterr()
    assert main(["check", *files]) == status
    found = capsys.readouterr().out
    assert found.count("TCW402") == 1
    assert found.count("configs match") == 2 - status


@pytest.mark.parametrize(("place", "shared"), [("out", False), ("../out", True), ("/out", True)])
def test_in_two_folders(
    place: str, shared: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = f"output_dir: {place}, metric_logger.log_dir: {place}"
    files = [write(tmp_path / folder, "x", "t", where) for folder in "ab"]
    found = said(capsys, *files)
    assert ("runs of" in found) == shared
    assert "warning" in found or not shared
