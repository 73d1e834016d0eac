"""Where tasks of one's own, and scripts, are looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcwc.api.compilation import compile
from tcwc.model.diagnostics import Diagnostic
from tests.study import BASE

HEAD = f"experiment_name: study\nbase_config: {BASE}\ncontrols: {{epochs: 2}}\nevaluate:\n"
SUMS = "  sums: {with: lm_eval, tasks: [sums]}\n"


def found(folder: Path, text: str, **files: str) -> list[Diagnostic]:
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_yaml", ".yaml").replace("_py", ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    every = compile(folder / "experiment.yaml", text=f"{HEAD}{text}").diagnostics
    return [each for each in every if each.code == "TCW438"]


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("a__b__sums_yaml", "task: sums\n", "include_path: a/b"),
        ("a__any_yaml", "x: 1\ntag: 'sums' # all\n", "include_path: a"),
        ("sums_yaml", "group: sums\n", "put it into a folder of its own"),
    ],
)
def test_where_a_task_is_seen(tmp_path: Path, name: str, text: str, where: str) -> None:
    (one,) = found(tmp_path, SUMS, **{name: text})
    assert where in one.help


@pytest.mark.parametrize(
    "text", ["task: sums2\n", " task: sums\n", "# task: sums\n", "task: [sums]\n"]
)
def test_what_says_no_such_task(tmp_path: Path, text: str) -> None:
    assert not found(tmp_path, SUMS, tasks__sums_yaml=text)


def test_configs_of_runs_are_no_tasks(tmp_path: Path) -> None:
    built = {"out__run_000_yaml": "task: sums\n", "out__run_mapping_yaml": "x: 1\n"}
    assert not found(tmp_path, SUMS, **built)


def test_a_script_in_a_folder_beside(tmp_path: Path) -> None:
    command = '  mine: {with: command, command: "python score.py {folder} {results}"}\n'
    (one,) = found(tmp_path, command, scripts__score_py="")
    assert one.help.startswith("write `scripts/score.py`")
    assert not found(tmp_path, command, score_py="")
