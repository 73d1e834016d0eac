"""`tcwc plan`: what it says beside an earlier build, and what it never does."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import tcwc
from tcwc.cli import main
from tcwc.commands.unwritten import Unwritten
from tcwc.disk import data
from tcwc.model.limits import Limit
from tcwc.report.markdown import code, plain

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*/experiment.yaml"))
PLANS = sorted((ROOT / "tests" / "golden" / "plan").glob("*/experiment.yaml"))

SOURCE = """\
experiment_name: study
base_config: llama3_2/1B_lora_single_device
variables:
  model.lora_rank: [8, 16]
  optimizer.lr: [1e-4, 3e-4]
controls:
  model.lora_alpha: 16
  seed: 1
"""

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Say:
    """Runs `tcwc plan` on a text in an empty folder; gives the exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def run(text: str, *arguments: str) -> tuple[int, str, str]:
        Path("experiment.yaml").write_text(text, encoding="utf-8")
        capsys.readouterr()
        status = main(["plan", "experiment.yaml", *arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def section(text: str, title: str) -> list[str]:
    """The lines of a section of the table."""
    _, found, rest = text.partition(f"\n{title}\n")
    return [line.strip() for line in rest.partition("\n\n")[0].splitlines()] if found else []


# --- beside an earlier build --------------------------------------------------------------


def test_nothing_is_said_of_a_build_that_never_was(plan: Say) -> None:
    status, out, _ = plan(SOURCE)
    assert status == 0
    assert "Since the last build" not in out
    assert json.loads(plan(SOURCE, "--format", "json")[1])["since_last_build"] is None


def test_new_changed_and_retired_runs(plan: Say, tmp_path: Path) -> None:
    plan(SOURCE)
    tcwc.compile("experiment.yaml").write()
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.yaml")}
    assert section(plan(SOURCE)[1], "Since the last build") == [
        "4 runs with the same id and meaning"
    ]
    changed = SOURCE.replace("[8, 16]", "[16, 32]").replace("seed: 1", "seed: 2")
    _, out, _ = plan(changed)
    assert section(out, "Since the last build") == [
        "new: runs 4-5",
        "runs 2-3 would change meaning: seed 1 -> 2",
        "retired: runs 0-1",
    ]
    made = json.loads(plan(changed, "--format", "json")[1])
    assert made["since_last_build"] == {
        "kept": 0,
        "new": ["run_004", "run_005"],
        "revived": [],
        "retired": ["run_000", "run_001"],
        "changed_meaning": [{"runs": ["run_002", "run_003"], "differences": ["seed 1 -> 2"]}],
    }
    del before[tmp_path / "experiment.yaml"]
    assert {path: path.read_bytes() for path in before} == before


def test_a_run_that_is_back(plan: Say) -> None:
    for text in (SOURCE, SOURCE.replace("[8, 16]", "[16]")):
        plan(text)
        tcwc.compile("experiment.yaml").write()
    assert section(plan(SOURCE)[1], "Since the last build") == [
        "2 runs with the same id and meaning",
        "back again, with the ids that they had: runs 0-1",
    ]


def test_runs_have_the_ids_that_a_build_would_give_them(plan: Say) -> None:
    plan(SOURCE)
    tcwc.compile("experiment.yaml").write()
    grown = SOURCE.replace("[8, 16]", "[4, 8, 16]")
    lines = list(csv.DictReader(io.StringIO(plan(grown, "--format", "csv")[1])))
    runs = tcwc.compile("experiment.yaml").runs
    assert [line["run"] for line in lines] == [run.id for run in runs]
    assert [line["run"] for line in lines[:3]] == ["run_004", "run_005", "run_000"]
    assert [line["model.lora_rank"] for line in lines] == ["4", "4", "8", "8", "16", "16"]
    documents = json.loads(plan(grown, "--format", "json")[1])["runs"]
    assert [(run.id, run.parameters) for run in runs] == [
        (each["id"], each["parameters"]) for each in documents
    ]


def test_the_mapping_of_another_source_is_refused(plan: Say) -> None:
    plan(SOURCE)
    tcwc.compile("experiment.yaml").write()
    mapping = Path("configs/run_mapping.yaml")
    mapping.write_text(mapping.read_text().replace("source: experiment", "source: other"))
    status, out, err = plan(SOURCE)
    assert (status, out) == (1, "")
    assert "belongs to other.yaml" in err


def test_nothing_is_written(plan: Say, tmp_path: Path) -> None:
    for format in ("table", "csv", "json", "markdown"):
        assert plan(SOURCE, "--format", format)[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["experiment.yaml"]


# --- findings -----------------------------------------------------------------------------


def test_errors_are_shown_instead(plan: Say) -> None:
    status, out, err = plan(SOURCE.replace("seed: 1", "sed: 1"))
    assert (status, out) == (1, "")
    assert "error[TCW201]" in err


def test_warnings_leave_the_data_alone(plan: Say) -> None:
    text = SOURCE.replace("  model.lora_alpha: 16\n", "").replace("[8, 16]", "[8, 256]")
    status, out, err = plan(text, "--format", "csv", "-v")
    assert status == 0
    assert "TCW413" in err
    assert out.startswith("run,model.lora_rank,optimizer.lr\nrun_000,8,0.0001\n")
    assert plan(text, "-q")[2] == ""


def test_a_grid_over_the_limit_is_still_sized(plan: Say) -> None:
    text = SOURCE.replace("seed: 1", "seed: 1\nlimit: 3")
    status, out, err = plan(text)
    assert status == 1
    assert out == "study: 2 x 2 = 4 combinations, which make more runs than the limit\n"
    assert "write `limit: 4`" in err
    assert plan(text, "--format", "csv")[:2] == (1, "")


def test_a_file_that_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "nowhere.yaml"]) == 2
    assert "cannot read nowhere.yaml" in capsys.readouterr().err


# --- forms --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    found = json.loads(data.read_text("schemas/plan.schema.json"))
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found)


@pytest.mark.parametrize(
    "path",
    [*EXAMPLES, *(path for path in PLANS if path.parent.name != "many_levels")],
    ids=lambda path: path.parent.name,
)
def test_the_document_holds_its_schema(
    path: Path, schema: jsonschema.Draft202012Validator, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", str(path), "--format", "json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    schema.validate(document)
    documented = json.loads(data.read_text("schemas/plan.schema.json"))["properties"]
    absent = ("controls_when", "pairs_not_counted", "evaluations")
    some = {key for key in absent if not document.get(key)}
    assert document.keys() == documented.keys() - some
    counts = document["counts"]
    assert counts["runs"] == len(document["runs"])
    for factor in document["factors"]:
        met = [*factor["levels"], factor["not_set"]]
        assert sum(each["runs"] + each["included"] for each in met) == counts["runs"]
    if counts["combinations"] is not None and counts["sample"] is None:
        left = counts["combinations"] - counts["repeated"] - counts["excluded"]
        assert left + counts["included"] == counts["runs"]


def test_every_form_has_the_evaluations_but_no_secret_of_theirs(plan: Say) -> None:
    entry = "{with: lm_eval, tasks: [a], limit: 7, epochs: all, baseline: true, model_args: "
    text = f"{SOURCE}evaluate: {{sums: {entry}{{hf_token: hf_{'abcdefgh' * 4}}}}}}}\n"
    (one,) = json.loads(plan(text, "--format", "json")[1])["evaluations"]
    assert (one["name"], one["with"], one["epochs"], one["baseline"]) == (
        *("sums", "lm_eval", "all", True),
    )
    assert (one["settings"]["limit"], one["settings"]["tasks"]) == (7, ["a"])
    document = plan(text, "--format", "markdown")[1]
    assert "| `sums` | all epochs and the base | `lm_eval` | `limit: 7`, " in document
    for form in ("json", "markdown", "table"):
        assert "abcdefgh" not in plan(text, "--format", form)[1]


def test_of_very_many_pairs_some_are_counted(plan: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    few = Limit("pairs", 2, "")
    monkeypatch.setattr("tcwc.design.balance.PAIRS", few)
    levels = "".join(f"  +k{n}: [1, 2]\n" for n in range(3)) + "  +one: [1]\n"
    text = f"experiment_name: t\nbase_config: llama3_2/1B_lora_single_device\nvariables:\n{levels}"
    document = json.loads(plan(text, "--format", "json")[1])
    assert [each["factors"] for each in document["pairs"]] == [["k0", "k1"], ["k0", "k2"]]
    assert document["pairs_not_counted"] == 1
    said = " ".join(plan(text)[1].split())
    assert "every pair of factors that was counted is orthogonal" in said
    assert "... and 1 more pair, which are not counted" in said


def test_everything_is_listed_if_asked_for(plan: Say) -> None:
    text = SOURCE.replace("[8, 16]", "{range: [1, 20, 1]}")
    assert "... 12 more ..." in plan(text)[1]
    assert "... " not in plan(text, "-v")[1]


def test_a_csv_of_texts_and_sections(plan: Say) -> None:
    text = SOURCE.replace("[8, 16]", "[8]").replace("[1e-4, 3e-4]", "[1e-4]")
    text = text.replace("controls:", '  dataset.column_map: [{input: "a, \\"b\\""}]\ncontrols:')
    (line,) = csv.DictReader(io.StringIO(plan(text, "--format", "csv")[1]))
    assert json.loads(line["dataset.column_map"]) == {"input": 'a, "b"'}


def test_markdown_takes_any_text_as_it_is() -> None:
    assert code("a `b` ``c``") == "``` a `b` ``c`` ```"
    assert code("a\n b") == "`a b`"
    assert plain("a_b _c_ *d* <e> x|y") == r"a_b \_c\_ \*d\* \<e> x\|y"


def test_whoever_stops_reading_is_not_told_of_it(
    plan: Say, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def gone(*_: object) -> None:
        raise Unwritten(sys.stdout, BrokenPipeError())

    monkeypatch.setattr("tcwc.commands.plan.say", gone)
    monkeypatch.setattr("os.dup2", lambda *_: None)
    monkeypatch.setattr("sys.stdout.fileno", lambda: 1, raising=False)
    monkeypatch.setattr("sys.stderr.fileno", lambda: 2, raising=False)
    status, _, err = plan(SOURCE, "-q")
    assert (status, err) == (141, "")


def test_markdown_cuts_a_recipe_of_pages(plan: Say) -> None:
    text = SOURCE.replace("variables:", f"recipe: {'a' * 20_000}\nvariables:", 1)
    status, out, _ = plan(text, "--format", "markdown")
    assert status == 0
    assert "Recipe `aaa" in out
    assert max(map(len, out.splitlines())) < 2000
