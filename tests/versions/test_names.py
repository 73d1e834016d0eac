"""What is said of a version names nothing that the version has not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tcwc
from tests.knowledge.data import VERSIONS, components, parameters, path_of, true_in

FILES = ("conditions", "elsewhere", "relations", "data")
_READ = ("about", "at", "seen", "source", "refused_at")
"""Members that no user sees."""


def forms(value: Any) -> Iterator[dict[str, Any]]:
    """The entries of a file, each in all its forms."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict):
            yield from each.get("versions", [each])


def named(value: Any) -> Iterator[str]:
    """The dotted names of torchtune in what is said, at any depth."""
    if isinstance(value, str):
        yield from re.findall(r"\btorchtune(?:\.[A-Za-z_]\w*)+", value)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from named(each) if key not in _READ else ()
    elif isinstance(value, list):
        for each in value:
            yield from named(each)


def is_there(name: str, version: str) -> bool:
    """A component, the module of some, or a parameter of one."""
    known, (owner, _, last) = components(version), name.rpartition(".")
    is_module = any(each.startswith(f"{name}.") for each in known)
    return name in known or is_module or last in parameters(owner, version)


@pytest.mark.parametrize("file", FILES)
def test_components_are_there(file: str) -> None:
    content = json.loads(path_of(file).read_text(encoding="utf-8"))
    absent = [
        (entry, version, name)
        for entry, value in content.items()
        if entry != "about"
        for form in forms(value)
        for version in true_in(form)
        for name in set(named(form))
        if not is_there(name, version)
    ]
    assert absent == []


def test_versions_are_those_of_the_catalogues() -> None:
    assert VERSIONS == ("0.5.0", "0.6.1", "0.7.0.dev")


@pytest.mark.parametrize(
    ("base", "key", "codes"),
    [
        ("dev/qwen3B_async_grpo", "orchestration.num_steps", set()),
        ("llama3_2/1B_lora_single_device", "max_steps_per_epoch", {"TCW234"}),
    ],
)
def test_a_function_that_the_recipe_registers_is_there(
    base: str, key: str, codes: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("experiment.yaml").write_text(
        f'experiment_name: study\nbase_config: {base}\ntorchtune: "0.7.0.dev"\n'
        f"variables:\n  log_every_n_steps: [1, 2]\ncontrols:\n  {key}: \"${{eval:'2 * 100'}}\"\n",
        encoding="utf-8",
    )
    found = {each.code for each in tcwc.compile("experiment.yaml").diagnostics}
    assert found & {"TCW234"} == codes
