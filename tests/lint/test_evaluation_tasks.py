"""Where tasks of one's own are looked for, and when nothing is said of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcwc.api.compilation import compile
from tcwc.model.diagnostics import Diagnostic
from tests.study import BASE

HEAD = f"experiment_name: study\nbase_config: {BASE}\ncontrols: {{epochs: 2}}\nevaluate:\n"
SUMS = "  sums: {with: lm_eval, tasks: [sums]}\n"
INSIDE = "  sums: {with: lm_eval, tasks: [sums], include_path: tasks}\n"
TASK = "task: sums\ndataset_path: json\n"
NEAR = "task: summs\ndataset_path: json\n"


def found(folder: Path, text: str, files: dict[str, str]) -> list[Diagnostic]:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="")
    every = compile(folder / "experiment.yaml", text=f"{HEAD}{text}").diagnostics
    return [each for each in every if each.code == "TCW438"]


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("a/b/sums.yaml", TASK, "include_path: a/b"),
        ("a/any.yaml", "task: x\ntag: 'sums' # all\n", "include_path: a"),
        ("sums.yaml", "group: sums\r\ntask:\r\n- x\r\n", "put it into a folder of its own"),
    ],
)
def test_where_a_task_is_seen(tmp_path: Path, name: str, text: str, where: str) -> None:
    (one,) = found(tmp_path, SUMS, {name: text})
    assert where in one.help


@pytest.mark.parametrize(
    "text",
    [
        "task: sums2\ninclude: x\n",
        " task: sums\ninclude: x\n",
        "# task: sums\ninclude: x\n",
        "task: [sums]\ninclude: x\n",
        "task: sums\nlearning_rate: 1\n",  # of another tool
        "group: sums\nproject: x\n",
    ],
)
def test_what_says_no_such_task(tmp_path: Path, text: str) -> None:
    assert not found(tmp_path, SUMS, {"tasks/sums.yaml": text})


def test_configs_of_runs_are_no_tasks(tmp_path: Path) -> None:
    built = {"out/run_000.yaml": TASK, "out/run_mapping.yaml": "x: 1\n"}
    assert not found(tmp_path, SUMS, built)
    assert found(tmp_path, SUMS, {"tasks/run_000.yaml": TASK})


def test_a_task_that_another_evaluation_has_a_folder_for(tmp_path: Path) -> None:
    theirs = INSIDE.replace("sums:", "ours:")
    assert not found(tmp_path, f"{theirs}{SUMS}", {"tasks/sums.yaml": TASK})


@pytest.mark.parametrize(
    "name",
    ["sums.yaml", "sums2.yaml", "a/b/c/d/sums.yaml"],
)
@pytest.mark.parametrize(
    "text",
    [TASK, 'task: x\ntag:\n  - "sums"\n', '"task": sums\n', "task: >-\n  sums\n", "{task: sums}\n"],
)
def test_a_name_that_is_said_in_whatever_form(tmp_path: Path, name: str, text: str) -> None:
    near = {"tasks/near.yaml": NEAR}
    assert found(tmp_path, INSIDE, near)
    assert not found(tmp_path, INSIDE, {**near, f"tasks/{name}": text})


def test_a_task_in_a_file_that_is_not_read(tmp_path: Path) -> None:
    (one,) = found(tmp_path, INSIDE, {"tasks/a/sums.yml": TASK})
    assert one.help == "call it tasks/a/sums.yaml"
    assert not found(tmp_path, INSIDE, {"tasks/x.yaml": "include: a/sums.yml\n"})


def test_names_that_may_be_of_the_tool(tmp_path: Path) -> None:
    other = {"tasks/other.yaml": NEAR.replace("summs", "products")}
    assert not found(tmp_path, INSIDE, other)
    assert not found(tmp_path, INSIDE.replace("[sums]", '["summs_*"]'), other)


def test_a_folder_of_which_not_all_is_seen(tmp_path: Path) -> None:
    near = {"tasks/near.yaml": NEAR}
    deep = "/".join("abcdefghij")
    assert not found(tmp_path, INSIDE, {**near, f"tasks/{deep}/x.yaml": "task: other\n"})


def test_a_folder_with_many_tasks(tmp_path: Path) -> None:
    many = {f"tasks/{n:03}.yaml": f"task: other{n}\n" for n in range(200)}
    assert not found(tmp_path, INSIDE, {**many, "tasks/near.yaml": NEAR})


def test_a_folder_whose_name_is_a_pattern(tmp_path: Path) -> None:
    text = INSIDE.replace("path: tasks", "path: 'tasks[1]'")
    assert not found(tmp_path, text, {"tasks[1]/x.yaml": TASK, "tasks1/x.yaml": NEAR})


def test_links_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks/again").symlink_to(tmp_path)
    (one,) = found(tmp_path, SUMS, {"tasks/x.yaml": TASK})
    assert "include_path: tasks`" in one.help
    assert not found(tmp_path, INSIDE, {"tasks/x.yaml": NEAR})
