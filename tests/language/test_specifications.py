"""Levels that are specified, after every operator."""

from __future__ import annotations

from pathlib import Path

import pytest

import tcwc
from tests.language.experiments import Folder, at, one, parsed, read_configs


@pytest.mark.parametrize(
    ("lines", "where", "levels"),
    [
        ("=s: {values: [{a: 3}, {b: {}}]}", "s", [{"a": 3}, {"b": {}}]),
        ("=s: {values: [{a: 3}], when: t == 5}", "s", [{"a": 3}]),
        ("s: {=b: {values: [{c: 3}, {}]}}", "s.b", [{"c": 3}, {}]),
        ("s: {+new: {values: [{c: 3}, {}]}}", "s.new", [{"c": 3}, {}]),
        ("+new: {values: [[], null]}", "new", [[], None]),
        ("=t: {range: [6, 8, 2]}", "t", [6, 8]),
    ],
)
def test_levels_are_specified_after_an_operator_too(
    lines: str, where: str, levels: list[object], tmp_path: Path
) -> None:
    compilation = Folder(tmp_path / "study").compile(one("variables", lines))
    assert compilation.ok, compilation.diagnostics
    found = [at(config, parsed(where)) for config in read_configs(compilation)]
    assert found == levels


@pytest.mark.parametrize("lines", ["=s: {a: 1}", "=s: {a: {values: [1]}}", "s: {=b: {c: 1}}"])
def test_one_mapping_is_no_list_of_levels(lines: str, tmp_path: Path) -> None:
    compilation = Folder(tmp_path / "study").compile(one("variables", lines))
    (found,) = [each for each in compilation.diagnostics if each.code == "TCW109"]
    assert not compilation.ok
    assert ": [{...}, {...}]`" in found.help
    assert "`controls:`" in found.help


def test_zipped_levels_may_come_again_in_a_specification(tmp_path: Path) -> None:
    text = one("variables", "t: {values: [1, 1, 2]}\n+u: [4, 5, 6]") + "zip: [[t, u]]\n"
    compilation = Folder(tmp_path / "study").compile(text)
    assert compilation.ok, compilation.diagnostics
    assert [(c["t"], c["u"]) for c in read_configs(compilation)] == [(1, 4), (1, 5), (2, 6)]


def test_a_choice_of_wrong_values_alone_is_told(tmp_path: Path) -> None:
    source = (
        "experiment_name: t\nbase_config: llama3_2/1B_lora_single_device\n"
        "variables: {lora_rank: {choice: [banana]}}\nsample: {size: 1}\n"
    )
    (tmp_path / "experiment.yaml").write_text(source, "utf-8")
    compilation = tcwc.compile(tmp_path / "experiment.yaml")
    assert "TCW203" in {each.code for each in compilation.diagnostics}
