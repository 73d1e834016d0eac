"""Another target than torchtune goes through lint, build, check and explain: the proof that what
is general knows nothing of torchtune."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

import tcwc
from tcwc.api.session import Session
from tcwc.builds.check import check
from tcwc.commands.validate import validate_folder
from tcwc.config.canonical import canonical_json
from tcwc.design.balance import balance
from tcwc.report.plan import Plan
from tcwc.report.plan_markdown import markdown_lines
from tcwc.yaml.config import read_base
from tests.targets.kiln import KILN

HEAD = "experiment_name: pots\nbase_config: stoneware\n"

SWEEP = (
    HEAD
    + """\
kiln: "2"
variables:
  temperature: [1200, 1240]
  glaze: [matt, gloss]
  soak: {values: [1, 2], when: glaze == "gloss"}
  seed: [1, 2]
  hours: [4, 8]
arms:
  body:
    red: {clay: red, shelves: [1, 2]}
    white: {clay: white}
zip: [[seed, hours]]
exclude: ["heat == 1240 and seed == 2"]
derived:
  burners: 2 * hours
controls:
  notes: "{glaze} at {heat:.0f}, {run_id}"
"""
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def compiled(folder: Path, text: str) -> tcwc.Compilation:
    (folder / "experiment.yaml").write_text(text, encoding="utf-8")
    return tcwc.compile(folder / "experiment.yaml", session=Session(target=KILN))


def built(folder: Path, text: str) -> tcwc.Compilation:
    made = compiled(folder, text)
    assert made.diagnostics == ()
    made.write()
    return made


def found(made: tcwc.Compilation) -> list[tuple[str, str]]:
    return [(each.code, each.message) for each in made.diagnostics]


def configs(folder: Path) -> dict[str, dict[str, Any]]:
    paths = sorted(folder.glob("configs/run_[0-9]*.yaml"))
    return {p.stem: read_base(p.read_text(encoding="utf-8"), p.name).values for p in paths}


def test_configs_are_built(folder: Path) -> None:
    built(folder, SWEEP)
    made = configs(folder)
    # 1200: (matt or gloss with two soaks) x 2 seeds x 2 bodies; 1240: one seed is excluded
    assert len(made) == 3 * 2 * 2 + 3 * 1 * 2
    assert made["run_003"] == {
        "clay": "white",
        "heat": 1200.0,
        "hours": 8,
        "soak": None,
        "seed": 2,
        "burners": 16,
        "save_to": "/kiln/pots/run_003",
        "glaze": "matt",
        "notes": "matt at 1200, run_003",
    }
    assert all(config["seed"] * 4 == config["hours"] for config in made.values())
    assert {c["soak"] for c in made.values() if c["glaze"] == "matt"} == {None}
    assert {c["soak"] for c in made.values() if c["glaze"] == "gloss"} == {1, 2}
    assert {canonical_json(c.get("shelves")) for c in made.values()} == {"[1,2]", "null"}
    assert not [c for c in made.values() if c["heat"] == 1240 and c["seed"] == 2]


def test_the_mapping_has_its_words(folder: Path) -> None:
    built(folder, SWEEP)
    lock = compiled(folder, SWEEP).lock
    assert lock is not None
    assert lock.head.command == "kiln fire configs/run_000.yaml"
    assert lock.head.recipe == "fire"
    assert lock.head.names == {"temperature": "heat"}


def test_ids_are_kept(folder: Path) -> None:
    text = HEAD + "variables: {seed: [1, 2]}\n"
    built(folder, text)
    before = configs(folder)
    built(folder, text.replace("[1, 2]", "[3, 1, 2]"))
    after = configs(folder)
    assert {id: after[id] for id in before} == before
    assert after["run_002"]["seed"] == 3


def test_drift_is_seen(folder: Path) -> None:
    built(folder, SWEEP)
    made = compiled(folder, SWEEP)
    assert check(made.build, made.build.folder).drift == ()
    path = folder / "configs" / "run_001.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("hours: 4", "hours: 5"))
    (drift,) = check(made.build, made.build.folder).drift
    assert drift.what == "edited by hand since it was built"
    assert drift.differences == ("hours 5 -> 4",)


def test_what_is_engineering_is_no_science(folder: Path) -> None:
    text = HEAD + "variables: {seed: [1, 2]}\ncontrols: {notes: a, glaze: matt}\n"
    first = [run.science_hash for run in built(folder, text).runs]
    assert [r.science_hash for r in compiled(folder, text.replace("a,", "b,")).runs] == first
    assert [r.science_hash for r in compiled(folder, text.replace("matt", "gloss")).runs] != first


def test_values_are_explained(folder: Path) -> None:
    made = built(folder, SWEEP)
    run = made.runs.by_id("run_003")
    notes = {
        str(each.path[0]): {note.label: note.text for note in each.notes}
        for each in made.explain(run, everything=True).origins
    }
    assert notes["heat"]["set by"] == "variable temperature, level 1 of 2"
    assert notes["burners"]["computed"] == "2 * hours = 2 * 8"
    assert notes["save_to"]["isolated"].startswith("`/pots/run_003` is appended")
    assert notes["clay"]["read by"] == "the kiln's schema"
    assert ("recipe", "fire, of kiln 2") in [
        (each.label, each.text) for each in made.explain(run).head
    ]


def test_nothing_validates_its_configs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = built(folder, SWEEP)
    arguments = Namespace(color="never", quiet=False, verbose=False)
    assert validate_folder(made, made.folder, arguments) == 2
    said = capsys.readouterr().err
    assert "there is nothing of kiln that validates configs" in said


def test_a_plan_has_its_words(folder: Path) -> None:
    experiment = built(folder, SWEEP).experiment
    assert experiment is not None
    lines = list(markdown_lines(Plan(experiment, balance(experiment), None), everything=True))
    assert "Recipe `fire` of kiln 2," in lines


def test_two_runs_in_one_directory_are_seen(folder: Path) -> None:
    text = HEAD + "variables: {seed: [1, 2]}\nisolate_outputs: false\n"
    assert [code for code, _ in found(compiled(folder, text))] == ["TCW402"]
    apart = text + "controls: {save_to: '/kiln/{seed}'}\n"
    assert found(compiled(folder, apart)) == []


@pytest.mark.parametrize(
    ("line", "finding"),
    [
        ("controls: {haet: 1}", ("TCW201", "recipe fire reads no key `haet`")),
        ("controls: {vent.fam: 1}", ("TCW201", "recipe fire reads no key `vent.fam`")),
        ("controls: {vent: {fam: 1}}", ("TCW201", "recipe fire reads no key `vent.fam`")),
        (
            "controls: {pieces: [{form: bowl, size: 1}]}",
            ("TCW201", "recipe fire reads no key `pieces[0].size`"),
        ),
        (
            "controls: {pieces: [{form: cup}]}",
            ("TCW204", "`pieces[0].form`: `cup` is not among the values this takes"),
        ),
        ("controls: {hours: 1.5}", ("TCW203", "`hours`: a whole number is needed here, not `1.5`")),
        ("controls: {glaze: red}", ("TCW204", "`glaze`: `red` is not among the values this takes")),
        ('kiln: "3"', ("TCW103", "tcwc has no catalogue of kiln 3")),
        ('torchtune: "0.6.1"', ("TCW101", "there is no section `torchtune`")),
        (
            "controls: {notes: 'a ${hours}'}",
            ("TCW211", "kiln resolves no `${...}`: the run would get `a ${hours}` as it stands"),
        ),
        ("engineering: {hours: 9}", ("TCW408", "")),
    ],
)
def test_mistakes_are_found(folder: Path, line: str, finding: tuple[str, str]) -> None:
    made = compiled(folder, f"{HEAD}variables: {{seed: [1, 2]}}\n{line}\n")
    ((code, message),) = found(made)
    assert (code, message if finding[1] else "") == finding


def test_sections_have_types(folder: Path) -> None:
    lines = "controls: {vent: {fan: 3, open: 1}, pieces: [{form: bowl, count: 2}]}\n"
    built(folder, HEAD + "variables: {vent.fan: [1, 2]}\n" + lines.replace("fan: 3, ", ""))
    made = configs(folder)["run_001"]
    assert canonical_json(made["vent"]) == '{"fan":2,"open":1.0}'
    assert made["pieces"] == [{"form": "bowl", "count": 2}]


def test_a_base_is_offered_by_its_names(folder: Path) -> None:
    made = compiled(folder, "experiment_name: a\nbase_config: xx\nvariables: {seed: [1, 2]}\n")
    (only,) = made.diagnostics
    assert only.message == "kiln 2 ships no config `xx`"
    assert only.help == "`kiln list` lists the names"


def test_a_base_file_needs_no_recipe(folder: Path) -> None:
    (folder / "mine.yaml").write_text("clay: red\nheat: 900.0\nsave_to: /kiln\nseed: 1\n")
    text = "experiment_name: a\nbase_config_file: mine.yaml\nvariables: {seed: [1, 2]}\n"
    built(folder, text)
    assert [c["save_to"] for c in configs(folder).values()] == [
        "/kiln/a/run_000",
        "/kiln/a/run_001",
    ]
    (folder / "mine.yaml").write_text("clay: ${x}\nheat: 900.0\nsave_to: /kiln\n")
    (only,) = compiled(folder, text).diagnostics
    where = str(only.span).removeprefix(f"{folder}/")
    assert (only.code, where) == ("TCW211", "mine.yaml:1:7")


def test_no_section_is_a_component(folder: Path) -> None:
    """The key by which another target names components is like any other."""
    shared = "clay: red\nheat: 9.0\nsave_to: /kiln\n"
    (folder / "mine.yaml").write_text(shared + "pots: {b: 1, _component_: x}\n")
    text = "experiment_name: a\nbase_config_file: mine.yaml\nvariables: {seed: [1, 2]}\n"
    added = compiled(folder, text + "controls: {+jugs: {B: 1, A: 2, _component_: x}}\n")
    assert added.ok
    assert list(added.runs[0].config["jugs"]) == ["A", "B", "_component_"]
    whole = compiled(folder, text + "controls: {+pots: [{_component_: x}]}\n")
    assert [code for code, _ in found(whole)] == ["TCW207"]


def test_a_config_of_torchtune_is_no_config_here(folder: Path) -> None:
    """The help for a config in place of an experiment is the target's."""
    made = compiled(folder, "model: {_component_: torchtune.models.llama3.llama3_8b}\n")
    assert found(made) == [("TCW102", "this is no experiment: it has none of its sections")]
