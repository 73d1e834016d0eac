"""Which directories of a run are made its own, and which are left as they are."""

from __future__ import annotations

from typing import Any

import pytest

from tcwc.config.isolation import Isolation, is_written, varied_paths, written
from tcwc.model.ir import Path, Template, Value
from tests.sections import experiment

KEYS = ("output_dir", "log_dir")
CONSTANT: dict[str, Value] = {
    "output_dir": "/tmp/out",
    "seed": 1,
    "checkpointer": {"output_dir": "${output_dir}", "log_dir": 5},
    "logger": {"log_dir": "/logs/", "output_dir": "/second"},
    "profiler": {"output_dir": "${name}/x"},
    "name": "${output_dir}/y",
}


def isolation(*varied: Path, enabled: bool = True) -> Isolation:
    return Isolation("study", CONSTANT, enabled, KEYS, frozenset(varied))


@pytest.mark.parametrize(
    ("key", "moved"),
    [
        ("output_dir", [("output_dir",)]),
        ("checkpointer", []),  # follows `output_dir`
        ("logger", [("logger", "output_dir"), ("logger", "log_dir")]),
        ("profiler", []),  # follows it by way of a third key
        ("name", []),
        ("seed", []),
    ],
)
def test_what_is_made_the_runs_own(key: str, moved: list[Path]) -> None:
    assert list(isolation().moved(key, CONSTANT[key])) == moved
    assert isolation(enabled=False).moved(key, CONSTANT[key]) == ()


def test_a_directory_that_names_itself_or_another_key_is_moved() -> None:
    assert isolation().moved("output_dir", "${output_dir}/x") == (("output_dir",),)
    assert isolation().moved("log_dir", "/x/${seed}") == (("log_dir",),)
    assert isolation().moved("log_dir", "/x/${output_dir}") == ()


def test_what_a_member_is_then() -> None:
    own = isolation()
    assert own.member("/tmp/out/", [("output_dir",)], "run_007") == "/tmp/out/study/run_007"
    logger: Any = CONSTANT["logger"]
    made = own.member(logger, [("logger", "log_dir")], "run_007")
    assert made == {"log_dir": "/logs/study/run_007", "output_dir": "/second"}
    assert logger["log_dir"] == "/logs/"
    both = own.member(logger, own.moved("logger", logger), "run_007")
    assert both == {"log_dir": "/logs/study/run_007", "output_dir": "/second/study/run_007"}
    assert own.member(5, [("seed",)], "run_007") == 5


def test_the_directory_that_a_run_has() -> None:
    def directory(path: Path, text: str, *, enabled: bool = True) -> str:
        return isolation(enabled=enabled).directory(path, text, "/filled", "run_007")

    assert directory(("output_dir",), "/x") == "/filled/study/run_007"
    assert directory(("output_dir",), "/x", enabled=False) == "/filled"
    assert directory(("seed",), "/x") == "/filled"
    assert directory(("log_dir",), "${output_dir}") == "/filled"


@pytest.mark.parametrize(
    ("names", "apart"),
    [
        ({"run_id": ("run_id",)}, True),
        ({"index": ("index",)}, True),
        ({"experiment_name": ("experiment_name",)}, False),
        ({"lr": ("optimizer", "lr")}, True),
        ({"optimizer": ("optimizer",)}, True),  # a section that holds what differs
        ({"seed": ("seed",)}, False),
        ({"seed": ("seed",), "lr": ("optimizer", "lr")}, True),
        ({}, False),
    ],
)
def test_a_template_keeps_runs_apart_by_what_differs(names: dict[str, Path], apart: bool) -> None:
    text = Template("/x/{a}", names)
    made = isolation(("optimizer", "lr"))
    assert made.is_kept_apart(text) is apart
    assert made.moved("output_dir", text) == (() if apart else (("output_dir",),))
    assert not made.is_kept_apart(str(text)), "a string of the base is no template"


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        (("output_dir",), True),
        (("log_dir",), True),
        (("checkpointer", "output_dir"), True),
        (("a", "b", "output_dir"), False),
        (("output_dir", "a"), False),
        (("dir",), False),
        ((), False),
    ],
)
def test_a_directory_that_runs_write_to(path: Path, is_one: bool) -> None:
    assert is_written(path, KEYS) is is_one


def test_the_directories_of_a_member() -> None:
    assert list(written("output_dir", "/x", KEYS)) == [(("output_dir",), "/x")]
    assert list(written("output_dir", None, KEYS)) == []
    assert list(written("dataset", "/x", KEYS)) == []
    assert list(written("dataset", ["/x"], KEYS)) == []
    assert list(written("checkpointer", CONSTANT["checkpointer"], KEYS)) == [
        (("checkpointer", "output_dir"), "${output_dir}")
    ]


def test_what_differs_between_runs_is_what_factors_set_and_arms_by_name() -> None:
    arms = (
        "arms:\n  size:\n    small: {lora_rank: 8}\n    large: {lora_rank: 64, lora_alpha: 128}\n"
    )
    design = experiment("variables:\n  epochs: [1, 2]\ncontrols:\n  seed: 1\n" + arms)
    rank, alpha = (("model", name) for name in ("lora_rank", "lora_alpha"))
    assert varied_paths(design) == {("epochs",), ("size",), rank, alpha}
