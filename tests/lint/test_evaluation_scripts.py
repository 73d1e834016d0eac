"""Which word of a command is the script that it starts, and when nothing is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcwc.api.compilation import compile
from tcwc.model.diagnostics import Diagnostic
from tests.study import BASE

HEAD = f"experiment_name: study\nbase_config: {BASE}\ncontrols: {{epochs: 2}}\nevaluate:\n"


def found(folder: Path, command: str) -> list[Diagnostic]:
    words = f"{command} {{folder}} {{results}}".replace("'", "''")
    text = f"{HEAD}  mine: {{with: command, command: '{words}'}}\n"
    every = compile(folder / "experiment.yaml", text=text).diagnostics
    assert "TCW147" not in {each.code for each in every}
    return [each for each in every if each.code == "TCW438"]


@pytest.mark.parametrize(
    "command",
    [
        "python score.py",
        "python3.11 -u score.py other.py",
        "/usr/bin/python -X dev score.py",
        "env PYTHONPATH=. python score.py",
        "torchrun --nproc_per_node 2 score.py",
        "accelerate launch --num_processes 1 score.py",
        "uv run score.py",
        "uv run python score.py",
        "Rscript score.py",
        "./score.py",
        "it/score.py",
        "bash ./score.py",
    ],
)
def test_a_script_that_is_started(tmp_path: Path, command: str) -> None:
    (one,) = found(tmp_path, command)
    assert "score.py` is not there" in one.message
    (tmp_path / "it").mkdir()
    (tmp_path / "it/score.py").touch()
    (tmp_path / "score.py").touch()
    assert not found(tmp_path, command)


@pytest.mark.parametrize(
    "command",
    [
        "score.py",
        "python -m tool score.py",
        "python -m tool --samples out.py",
        "python -Bc 'run()' score.py",
        'python -c "import a; a.run()  # a.py"',
        "python /opt/score.py --name made.py",
        "python /opt/score.py --files *.py",
        "python tool --script=score.py x.py",
        "python https://example.com/score.py",
        "python {{x}}.py",
        "python ${oc.env:HOME}/score.py",
        "bash -c 'cd it && python score.py'",
        "bash -lc 'python score.py'",
        "bash eval.sh",
        "env -C it python score.py",
        "uv run --directory it score.py",
        "srun score.sh",
        "docker run -w /app image python score.py",
        "ssh host python score.py",
        "tool --script score.py",
    ],
)
def test_what_may_be_anywhere(tmp_path: Path, command: str) -> None:
    assert not found(tmp_path, command)


@pytest.mark.parametrize("command", ["python eval.sh", "bash eval.sh"])
def test_a_script_in_a_folder_beside(tmp_path: Path, command: str) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts/eval.sh").touch()
    (one,) = found(tmp_path, command)
    assert one.help.startswith("write `scripts/eval.sh`")
