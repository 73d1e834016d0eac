"""Whatever an author writes is in the configs or refused, and the order of lines says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tcwc.api.compilation import Compilation
from tcwc.builds.write import mapping_text
from tcwc.model.ir import overlap
from tests.conftest import share
from tests.language.experiments import (
    HEAD,
    Experiment,
    Folder,
    Refused,
    at,
    one,
    parsed,
    random_experiment,
    read_configs,
)

_MISSING = object()


def without_output(config: Any) -> dict[str, Any]:
    """A config less the directory that is each run's own."""
    return {key: value for key, value in config.items() if key != "output_dir"}


def meant(experiment: Experiment) -> list[dict[str, Any]] | None:
    """The configs that an experiment means; None where it is to be refused."""
    try:
        return [without_output(config) for config in experiment.configs()]
    except Refused:
        return None


def different(configs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The configs without those that came before: of levels that are the same, one is kept."""
    return [config for index, config in enumerate(configs) if config not in configs[:index]]


def sound(seeds: int) -> Iterator[tuple[int, Experiment]]:
    """The random experiments that are not to be refused, with their seeds."""
    for seed in range(seeds):
        experiment = random_experiment(Random(seed))
        if meant(experiment) is not None:
            yield seed, experiment


def outputs(compilation: Compilation) -> list[str]:
    """The texts of all configs, and of the mapping."""
    texts = [output.text for output in compilation.build.outputs()]
    lines = [output.line for output in compilation.build.outputs()]
    return [*texts, "".join(mapping_text(compilation.build, lines))]


@pytest.mark.deep
def test_configs_are_what_the_sections_say(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "study")
    built = 0
    for seed in range(share(1_000)):
        experiment = random_experiment(Random(seed))
        compilation = folder.compile(experiment.text())
        if not compilation.ok:
            continue
        expected = meant(experiment)
        assert expected is not None, f"seed {seed} builds:\n{experiment.text()}"
        found = [without_output(config) for config in read_configs(compilation)]
        told = f"seed {seed}:\n{experiment.text()}"
        assert different(found) == different(expected), told
        built += 1
    assert built > share(120)


@pytest.mark.deep
def test_the_order_of_lines_changes_no_byte(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "study")
    compared = 0
    for seed, experiment in sound(share(1_500)):
        compilation = folder.compile(experiment.text())
        other = experiment.reordered(Random(seed + 1)).text()
        if other == experiment.text():
            continue
        again = folder.compile(other)
        assert again.ok == compilation.ok, f"seed {seed}:\n{experiment.text()}\n{other}"
        if compilation.ok:
            assert outputs(again) == outputs(compilation), f"seed {seed}:\n{other}"
            compared += 1
    assert compared > share(60) // 2


@pytest.mark.deep
def test_what_is_recorded_is_in_the_configs(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "study")
    looked_at = 0
    for seed, experiment in sound(share(1_500)):
        compilation = folder.compile(experiment.text())
        if not compilation.ok or compilation.experiment is None:
            continue
        head = compilation.build.head()
        levels = [level for factor in compilation.experiment.factors for level in factor.levels]
        varied = {each.path for level in levels for each in level.assignments}
        for run, config in zip(compilation.runs, read_configs(compilation), strict=True):
            constants = {**head.controls, **head.engineering}
            free = {
                key: value
                for key, value in constants.items()
                if not any(overlap(each, parsed(key)) for each in varied)
            }
            arms: Any = head.arms
            of_arms = [arms[name][level] for name, level in run.parameters.items() if name in arms]
            for recorded in (free, *of_arms):
                looked_at += len(recorded)
                for key, value in recorded.items():
                    if key[0] == "~" and key[-1] == "]":
                        continue  # another item stands there now
                    there = at(config, parsed(key), _MISSING)
                    assert there == (_MISSING if key[0] == "~" else value), f"seed {seed}: {key}"
    assert looked_at > share(300)


WHOLE = "{_component_: torchtune.datasets.alpaca_dataset, column_map: {}}"


@pytest.mark.parametrize(
    ("section", "lines", "where", "value", "warns"),
    [
        ("controls", "+note: {}", "note", {}, 0),
        ("engineering", "+note: {a: {}}", "note.a", {}, 0),
        ("controls", "+note: [{a: {}}, 5]", "note", [{"a": {}}, 5], 0),
        ("controls", "+note: []", "note", [], 0),
        ("controls", "+note: null", "note", None, 0),
        ("controls", '+note: ""', "note", "", 0),
        ("controls", "=s: {b: {}}", "s", {"b": {}}, 0),
        ("controls", "=s.b: {}", "s.b", {}, 0),
        ("controls", "=s: {b: {h: {}}}", "s.b.h", {}, 0),
        ("controls", "+s.new: {}", "s.new", {}, 0),
        ("controls", "z: {}", "z", {}, 0),
        ("variables", f"=q: [{WHOLE}]", "q.column_map", {}, 0),
        ("variables", "+note: [{}]", "note", {}, 0),
        ("variables", "+note: [{a: {}}]", "note.a", {}, 0),
        ("variables", "+note: [[{a: {}}, {}]]", "note", [{"a": {}}, {}], 0),
        ("arms", "arm: {only: {+note: {}, s.b: {}}}", "note", {}, 1),
        ("controls", "s: {}", "s.a", 1, 1),
        ("controls", "s: {b: {}}", "s.b.c", 2, 1),
        ("variables", "s: [{}]", "s.b.c", 2, 0),
        ("variables", "s: [{b: {}}]", "s.b.c", 2, 1),
        ("arms", "arm: {only: {s: {}}}", "s.a", 1, 1),
    ],
)
def test_what_is_empty_is_a_value(
    section: str, lines: str, where: str, value: object, warns: int, tmp_path: Path
) -> None:
    compilation = Folder(tmp_path / "study").compile(one(section, lines))
    assert compilation.ok, compilation.diagnostics
    (config,) = read_configs(compilation)
    assert at(config, parsed(where), _MISSING) == value
    said = [d for d in compilation.diagnostics if d.code == "TCW217"]
    assert len(said) == warns


@pytest.mark.parametrize(
    "lines", ["s: [{b: {}}, {a: 3}]", "s: [{a: 3}, {b: {}}]", "s: [{}, {a: 3}]"]
)
def test_a_level_that_merges_nothing_is_a_level(lines: str, tmp_path: Path) -> None:
    compilation = Folder(tmp_path / "study").compile(one("variables", lines))
    assert compilation.ok
    assert sorted(config["s"]["a"] for config in read_configs(compilation)) == [1, 3]


def test_a_row_of_include_is_kept_beside_a_warning(tmp_path: Path) -> None:
    text = one("variables", "t: [5, 6]") + "include:\n  - {t: 7, s: {b: {}, a: 3}}\n"
    compilation = Folder(tmp_path / "study").compile(text)
    assert compilation.ok, compilation.diagnostics
    assert [(c["t"], c["s"]["a"]) for c in read_configs(compilation)] == [(5, 1), (6, 1), (7, 3)]


def test_a_row_says_that_it_merges_nothing(tmp_path: Path) -> None:
    text = one("variables", "t: [5, 6]") + "include:\n  - {t: 7, s: {}}\n"
    compilation = Folder(tmp_path / "study").compile(text)
    assert [d.code for d in compilation.diagnostics if d.code != "TCW215"] == ["TCW217"]
    assert [(c["t"], c["s"]["a"]) for c in read_configs(compilation)] == [(5, 1), (6, 1), (7, 1)]


OVERLAPS: list[tuple[str, str, str]] = [
    ("controls", '"=s": {"a": 3}', '"s.b.c": 4'),
    ("controls", '"~s": null', '"s.b.c": 4'),
    ("controls", '"+s.b": null', '"s.b.c": 4'),
    ("controls", '"+s.l": [3]', '"s.l[0]": 4'),
    ("controls", '"s.m": [{"x": 2}]', '"s.m[0].x": 4'),
    ("controls", '"s.l[0]": 4', '"~s.l[1]": null'),
    ("controls", '"~s.l[0]": null', '"~s.l[1]": null'),
    ("controls", '"~s.m[0]": null', '"s.m[1].y": {"new": 1}'),
    ("controls", '"~s.l[0]": null', '"s.l": [5]'),
    ("controls", '"+note": 5', '"+note.deep": 6'),
    ("controls", '"+note": {}', '"+note.deep": 6'),
    ("controls", '"s": {"=b": {"c": 4}}', '"s.b": {"h.new": 1}'),
    ("engineering", '"=s": {"a": 3}', '"s.b.c": 4'),
    ("arm", '"=s": {"a": 3}', '"s.b.c": 4'),
    ("level", '"=b": {"c": 3}', '"b.h.new": 1'),
    ("level", '"~l[0]": null', '"l[1]": 7'),
    ("whole", '"=x": {"y": 1}', '"x.z": 2'),
    ("whole", '"x": [{"y": 1}]', '"x[0].z": 2'),
    ("controls and engineering", '"=s": {"a": 3}', '"s.b.c": 4'),
    ("controls and engineering", '"~s.l[0]": null', '"s.l[1]": 7'),
    ("engineering and its file", '"s.b.c": 4', '"=s": {"a": 3}'),
    ("engineering and its file", '"t": 4', '"t": 5'),
    ("row", '"=s": {"a": 3}', '"s.b.c": 4'),
    ("factors", '"=s": [{"a": 3}, {"a": 4}]', '"s.b.c": [4, 5]'),
    ("factors", '"s": [{"~l[0]": null}, {"a": 4}]', '"s.l[1]": [4, 5]'),
    ("factors", '"s": [{}, {"b": {"c": 4}}]', '"s.b.c": [4, 5]'),
    ("a factor and an arm", '"s.l": [[4], [5]]', '"~s.l[0]": null'),
    ("a factor and what is derived", '"=s": [{"a": 3}, {"a": 4}]', '"s.b.c": "1 + 1"'),
]
VARIED = "variables:\n  +one: [1]\n"


def together(kind: str, first: str, second: str) -> str:
    """What follows the head of a source in which two lines stand together."""
    match kind:
        case "controls" | "engineering":
            return f"{VARIED}{kind}:\n  {first}\n  {second}\n"
        case "arm":
            return f"arms:\n  arm:\n    one:\n      {first}\n      {second}\n    two: {{}}\n"
        case "level":
            return f"variables:\n  s:\n  - {first}\n    {second}\n  - a: 5\n"
        case "whole":
            return f"{VARIED}controls:\n  =q:\n    {first}\n    {second}\n"
        case "controls and engineering":
            return f"{VARIED}controls:\n  {first}\nengineering:\n  {second}\n"
        case "engineering and its file":
            return f"{VARIED}engineering:\n  {first}\nengineering_file: more.yaml\n"
        case "row":
            return f"variables:\n  t: [5, 6]\ninclude:\n- t: 7\n  {first}\n  {second}\n"
        case "factors":
            return f"variables:\n  {first}\n  {second}\n"
        case "a factor and an arm":
            return (
                f"variables:\n  {first}\narms:\n  arm:\n    one:\n      {second}\n    two: {{}}\n"
            )
    return f"variables:\n  {first}\nderived:\n  {second}\n"


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(("kind", "first", "second"), OVERLAPS)
def test_what_overlaps_is_an_error_with_both_places(
    kind: str, first: str, second: str, swapped: bool, tmp_path: Path
) -> None:
    folder = Folder(tmp_path / "study")
    if swapped and not kind.startswith("a factor"):
        first, second = second, first
    (folder.folder / "more.yaml").write_text(second + "\n")
    compilation = folder.compile(HEAD + together(kind, first, second))
    found = [d for d in compilation.diagnostics if d.code in ("TCW108", "TCW115")]
    assert found, compilation.diagnostics
    assert not compilation.ok
    places = {
        (s.file, s.line) for d in found for s in (d.span, *(label.span for label in d.labels))
    }
    assert len(places) == 2, found


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("controls", '"s": {"a": 3}', '"s.b": {"c": 4}'),
        ("controls", '"s.b": {}', '"s.b.c": 4'),
        ("controls", '"s": {}', '"~s.n": null'),
        ("controls", '"s.l[0]": 3', '"s.l[1]": 4'),
        ("controls and engineering", '"s": {"a": 3}', '"s.b": {"c": 4}'),
        ("factors", '"s": [{}, {"a": 4}]', '"s.b.c": [4, 5]'),
        ("factors", '"s": [{"b": {}}, {"a": 4}]', '"s.b.c": [4, 5]'),
        ("a factor and an arm", '"s": [{"a": 3}, {"a": 4}]', '"s.b": {}'),
    ],
)
def test_what_only_looks_alike_is_fine(kind: str, first: str, second: str, tmp_path: Path) -> None:
    compilation = Folder(tmp_path / "study").compile(HEAD + together(kind, first, second))
    assert compilation.ok, compilation.diagnostics


def test_rows_that_never_meet_do_not_overlap(tmp_path: Path) -> None:
    rows = "include:\n- {t: 7, =s: {a: 3}}\n- {t: 8, s.b.c: 4}\n"
    compilation = Folder(tmp_path / "study").compile(HEAD + "variables:\n  t: [5, 6]\n" + rows)
    assert compilation.ok, compilation.diagnostics
    found = {config["t"]: config["s"] for config in read_configs(compilation)}
    assert found[7] == {"a": 3}
    assert (found[8]["a"], found[8]["b"]["c"]) == (1, 4)


def test_a_control_below_what_a_factor_replaces_is_a_warning(tmp_path: Path) -> None:
    text = 'variables:\n  "=s": [{a: 3}, {a: 4}]\ncontrols:\n  s.b.c: 5\n'
    compilation = Folder(tmp_path / "study").compile(HEAD + text)
    assert compilation.ok
    assert "TCW410" in [each.code for each in compilation.diagnostics]
    assert [config["s"] for config in read_configs(compilation)] == [{"a": 3}, {"a": 4}]


@pytest.mark.parametrize(
    ("kind", "code"), [("controls and engineering", "TCW108"), ("factors", "TCW115")]
)
def test_no_comment_lets_two_values_meet(kind: str, code: str, tmp_path: Path) -> None:
    values = ("4", "5") if "controls" in kind else ("[4, 5]", "[6, 7]")
    first, second = (f'"t": {value}  # tcwc: ignore[{code}]' for value in values)
    if kind == "factors":
        first, second = (
            first.replace('"t"', '"=s"').replace("4", "{a: 1}"),
            second.replace('"t"', '"s.b.c"'),
        )
    compilation = Folder(tmp_path / "study").compile(HEAD + together(kind, first, second))
    assert code in [each.code for each in compilation.diagnostics]
    assert not compilation.ok
