"""Results by factors as tables and documents: what is odd is said, no order changes a byte."""

from __future__ import annotations

import csv
import io
import json
import math
import random
import re
from collections.abc import Sequence

import jsonschema
import pytest

from tcwc.api.grouping import Grouped
from tcwc.disk import data
from tcwc.model.frozen import replace
from tcwc.model.lazy import load
from tcwc.model.secrets import masked
from tcwc.outcomes.rows import ResultRow
from tcwc.report.findings import painter
from tcwc.report.formats import GROUPS, RESULTS
from tests.outcomes.made import FACTORS, ROWS, SWEEP, grouped, row

PLAIN = painter(False, 100)


def given(form: str, found: Grouped, *, everything: bool = False) -> str:
    made = load(GROUPS[form])
    return "".join(
        f"{each}\n" if made.is_text else each for each in made.pieces(found, PLAIN, everything)
    )


def table(rows: Sequence[ResultRow] = ROWS, **named: Sequence[str]) -> list[str]:
    return given("table", grouped(rows, **named)).splitlines()


def test_the_forms_are_those_of_results() -> None:
    assert list(GROUPS) == list(RESULTS)


def test_the_table() -> None:
    head, *rows = table(by=["lora_rank"])[:5]
    heads = ["lora_rank", "learning_rate", "metric", "n", "mean", "sd", "95 % interval"]
    assert re.split("  +", head) == heads
    assert [each.split()[:4] for each in rows] == [
        [rank, rate, "loss", "3"] for rank in ("4", "8") for rate in ("0.001", "0.003")
    ]


def test_what_all_rows_share_is_no_column() -> None:
    rows = [*ROWS, *(replace(each, world=2) for each in ROWS)]
    assert "world" not in table()[0]
    assert "world" in table(rows)[0].split()
    both = [*ROWS, *(replace(each, evaluation="mine", source="lm_eval", epoch=0) for each in ROWS)]
    assert {"evaluation", "source", "epoch"} <= set(table(both)[0].split())


def test_statistics_are_a_column_where_there_are_others_than_the_last() -> None:
    least = [replace(each, statistic="min") for each in ROWS]
    assert "statistic" not in given("table", grouped(ROWS))
    assert "min" in given("table", grouped([*ROWS, *least]))
    assert "min" in given("table", grouped(least))


NOTES = {
    "not pooled": (
        ROWS, {"by": ["lora_rank"]},
        "a row for each level of `learning_rate`, too: `--over learning_rate` pools them",
    ),
    "pooled": (ROWS, {"over": ["lora_rank"]}, "pooled over `lora_rank` and `seed`"),
    "one value": (
        [each for each in ROWS if each.run != "run_000" and each.run != "run_001"], {},
        "1 of 4 rows has one value, and so no interval",
    ),
    "one value each, beside the base": (
        [*(each for each in ROWS if each.seed == 1), row("", 1.0, {}, label="base")], {},
        "each row has one value, and so no interval",
    ),
    "one value each": (
        [each for each in ROWS if each.seed == 1], {},
        "each row has one value, and so no interval",
    ),
    "nan": (
        [replace(ROWS[0], value=math.nan), *ROWS[1:]], {},
        "lora_rank=4, learning_rate=0.001: loss (last) of run_000 is nan: "
        "the mean is of the others",
    ),
    "nothing but inf": (
        [replace(each, value=math.inf) for each in ROWS[:3]], {},
        "lora_rank=4, learning_rate=0.001: loss (last) of run_000 is inf, run_001 is inf, "
        "run_002 is inf: there is no other value",
    ),
    "missing": (
        ROWS[1:], {}, "lora_rank=4, learning_rate=0.001: no loss of run_000",
    ),
    "a cell without a row": (ROWS[3:], {}, "no result of run_000, run_001, run_002"),
    "a cell without one metric": (
        [*ROWS, *(replace(each, metric="acc", evaluation="sums") for each in ROWS[3:])], {},
        "no sums/acc of run_000, run_001, run_002",
    ),
    "missing in one epoch": (
        [replace(each, epoch=at) for at in (0, 1) for each in ROWS[at:]], {},
        "lora_rank=4, learning_rate=0.001: no loss (epoch 1) of run_000",
    ),
    "early": (
        [replace(ROWS[0], step=5), *ROWS[1:]], {},
        "lora_rank=4, learning_rate=0.001: the last loss of run_000 is of an earlier step",
    ),
    "twice": (
        [*ROWS, replace(ROWS[0], file="other")], {},
        "lora_rank=4, learning_rate=0.001: several values of loss in run_000: none is taken",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOTES)
def test_what_is_to_be_known_is_said(name: str) -> None:
    rows, named, note = NOTES[name]
    assert note in table(rows, **named)
    plain = note.replace("`", "").replace("_", "")
    assert plain in given("markdown", grouped(rows, **named)).replace("`", "").replace(
        "\\", ""
    ).replace("_", "")


def test_nothing_is_said_where_all_is_well() -> None:
    assert len(table(by=["lora_rank", "learning_rate"])) == 5


def test_without_replicates() -> None:
    runs = {f"run_{at:03}": {"lora_rank": at} for at in range(3)}
    rows = [row(run, 1.0, each) for run, each in runs.items()]
    found = table(rows, by=["lora_rank"], runs=runs, factors=["lora_rank"])
    assert (
        "no factor is named `seed` or `replicate`: each row is of one run, and has no interval"
        in found
    )


@pytest.mark.parametrize(
    ("by", "told"),
    [
        (
            ["seed"],
            "`seed` is named, and so not pooled: each row is of one run, and has no interval",
        ),
        (["seed", "lora_rank"], "`seed` is named, and so not pooled: "),
    ],
)
def test_replicates_that_are_named(by: list[str], told: str) -> None:
    found = "\n".join(table(by=by))
    assert told in found
    assert "no factor is named" not in found
    assert "named" not in "\n".join(table(by=["seed"], over=["lora_rank"]))


def test_base_models_make_no_column_of_processes() -> None:
    base = row("", 1.0, {}, label="base", world=None)
    first, *_ = table([*ROWS, base])
    assert first.split()[:4] == ["lora_rank", "learning_rate", "of", "metric"]
    assert "world" not in first


def test_a_factor_that_is_called_as_a_column_of_csv() -> None:
    runs = {f"run_{at:03}": {"n": at, "source": "a"} for at in range(2)}
    rows = [row(run, 1.0, each) for run, each in runs.items()]
    text = given("csv", grouped(rows, runs=runs, factors=("n", "source")))
    heads = text.splitlines()[0].split(",")
    assert heads[:2] == ["parameters.n", "parameters.source"]
    assert len(set(heads)) == len(heads)


def test_markdown_says_what_is_left_out() -> None:
    bad = replace(ROWS[0], included=False, why_not="a [link](x)")
    text = given("markdown", grouped([bad, *ROWS[1:]]))
    assert "- 1 row of run_000 left out: a \\[link](x)\n" in text


def test_the_document_is_that_of_its_schema() -> None:
    schema = json.loads(data.read_text("schemas/results_by.schema.json"))
    jsonschema.Draft202012Validator.check_schema(schema)
    bad = [
        replace(ROWS[0], value=math.nan), *ROWS[1:9], replace(ROWS[9], included=False, why_not="w"),
        replace(ROWS[0], run="", label="base", parameters={}, epoch=1), replace(ROWS[3], file="f"),
    ]  # fmt: skip
    for rows in (ROWS, bad):
        found = json.loads(given("json", grouped(rows, by=["lora_rank"])))
        jsonschema.Draft202012Validator(schema).validate(found)
        lines = given("jsonl", grouped(rows, by=["lora_rank"])).splitlines()
        assert [json.loads(line) for line in lines] == [
            {"format": 1, **each} for each in found["rows"]
        ]
    assert found["rows"][1]["values"][0] == {"run": "run_000", "value": None, "epoch": None}
    assert found["rows"][1]["not_finite"] == 1


def test_csv_has_factors_first_and_all_digits() -> None:
    found = grouped(ROWS, by=["learning_rate"], over=["lora_rank"])
    rows = list(csv.DictReader(io.StringIO(given("csv", found))))
    assert next(iter(rows[0])) == "learning_rate"
    assert [float(each["mean"]) for each in rows] == [each.summary.mean for each in found]
    assert [each["n"] for each in rows] == ["6", "6"]


@pytest.mark.parametrize("form", GROUPS)
def test_no_order_of_rows_changes_a_byte(form: str) -> None:
    rows = [
        replace(each, value=each.value * 1e-3 if metric == "acc" else each.value, metric=metric)
        for each in ROWS
        for metric in ("loss", "acc")
    ]
    expected = given(form, grouped(rows, by=["lora_rank"]), everything=True)
    chance = random.Random(1)
    for _ in range(20):
        chance.shuffle(rows)
        assert given(form, grouped(rows, by=["lora_rank"]), everything=True) == expected


def test_long_texts_and_those_with_odd_characters() -> None:
    runs = {"run_000": {"x": "\x1b[1m::error::x", "seed": 1}}
    rows = [row("run_000", 1.0, runs["run_000"], metric="m\n" * 99)]
    found = grouped(rows, runs=runs, factors=["x", "seed"])
    for form in GROUPS:
        text = given(form, found)
        assert "\x1b" not in text
        assert "m\nm" not in text


def test_levels_that_are_sections_are_told_apart_shortly() -> None:
    losses = [{"_component_": "a.b.DPOLoss", "beta": beta} for beta in (0.1, 0.2)]
    runs = {f"run_{at:03}": {"loss": loss, "seed": 1} for at, loss in enumerate(losses)}
    rows = [row(run, 1.0, each) for run, each in runs.items()]
    lines = table(rows, runs=runs, factors=["loss", "seed"])
    assert [line.split()[0] for line in lines[1:3]] == ["DPOLoss(beta=0.1)", "DPOLoss(beta=0.2)"]


def test_in_a_notebook() -> None:
    html = grouped(ROWS, by=["lora_rank"])._repr_html_()
    assert "<th>lora_rank</th>" in html
    assert html.count("<tr>") == 5
    assert FACTORS[2] not in html
    assert len(SWEEP) == 12


SECRET = "hf_aBcDeFgHiJkLmNoPqRsTuVwXyZ01234567"


def with_secrets() -> Grouped:
    """Secrets as a level, under a name that says so, as a name, as a metric, and as a label."""
    runs = {f"run_{at:03}": {"+api_key": f"Sup3rS3cret{at}", SECRET: SECRET} for at in (1, 2)}
    rows = [row(run, 1.0, each, metric=SECRET) for run, each in runs.items()]
    rows.append(row("", 2.0, {}, label=SECRET, metric=SECRET))
    rows.append(row("run_009", 2.0, {}, included=False, why_not=f"it is {SECRET}"))
    return grouped(rows, runs=runs, factors=["+api_key", SECRET])


@pytest.mark.parametrize("form", GROUPS)
def test_secrets_are_stars(form: str) -> None:
    text = given(form, with_secrets())
    text = masked(text) if load(GROUPS[form]).is_text else text  # as `say` does
    assert "***" in text.replace("\\", "")
    for secret in (SECRET, "Sup3rS3cret"):
        assert secret not in text
        assert secret not in with_secrets()._repr_html_()
