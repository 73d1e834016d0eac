"""What is read of evaluators' results: files that real ones wrote (left/), and damaged ones."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcwc.model.measured import Readout
from tcwc.outcomes.evaluated import read_evaluated
from tcwc.outcomes.flat import read_flat
from tcwc.outcomes.inspect_log import read_log
from tcwc.outcomes.lm_eval import read_results
from tcwc.outcomes.lm_eval_table import read_table
from tcwc.outcomes.sources import is_result, read_source
from tcwc.outcomes.wandb import read_summary, written_at

LEFT = Path(__file__).parent / "left"


def left(name: str) -> str:
    return (LEFT / name).read_text(encoding="utf-8")


def values(found: Readout) -> dict[str, float]:
    named = {each.metric: each.value for each in found.found}
    assert len(named) == len(found.found)
    return named


def test_lm_eval_of_a_group_with_filters() -> None:
    found = read_results(left("lm_eval.json"))
    assert found.unread == ()
    assert values(found) == {
        "sums/acc": 0.25,
        "sums/acc_stderr": 0.1305582419667734,
        "sums/acc_norm": 0.25,
        "sums/acc_norm_stderr": 0.1305582419667734,
        "gens/exact_match,strict-match": 0.0,
        "gens/exact_match_stderr,strict-match": 0.0,
        "gens/exact_match,flexible": 1.0,
        "gens/exact_match_stderr,flexible": 0.0,
        "both/acc": 0.25,
        "both/acc_stderr": 0.1305582419667734,
    }


def test_the_table_says_the_same_to_four_digits() -> None:
    """Both are of one call of lm-eval."""
    table = values(read_table(left("eleuther.log")))
    exact = values(read_results(left("lm_eval.json")))
    assert set(table) == set(exact)
    assert all(table[name] == pytest.approx(exact[name], abs=5e-5) for name in exact)


def test_a_standard_error_that_nobody_computed() -> None:
    text = json.dumps(
        {"results": {"t": {"bleu,none": 1, "bleu_stderr,none": "N/A"}}, "versions": {}}
    )
    assert read_results(text) == Readout(read_results(text).found)
    assert values(read_results(text)) == {"t/bleu": 1.0}
    table = (
        "|Tasks|Version|Filter|n-shot|Metric|   |Value|   |Stderr|\n"
        "|-----|------:|------|-----:|------|---|----:|---|-----:|\n"
        "|t    |      1|none  |     0|bleu  |↑  |    1|±  |   N/A|\n"
    )
    assert values(read_table(table)) == {"t/bleu": 1.0}


def test_the_newest_table_of_a_log_counts() -> None:
    log = left("eleuther.log")
    newer = log.replace("0.1306", "0.5000")
    found = values(read_table(log.replace("sums", "olds") + newer))
    assert found["sums/acc_stderr"] == 0.5
    assert "olds/acc" not in found


@pytest.mark.parametrize("rows", range(1, 9))
def test_a_log_that_ends_in_its_table_has_no_half_lines(rows: int) -> None:
    lines = left("eleuther.log").splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("| Tasks"))
    whole = values(read_table(left("eleuther.log")))
    torn = "\n".join(lines[: at + rows]) + "\n" + lines[at + rows][:-3]
    found = values(read_table(torn))
    assert all(whole[name] == value for name, value in found.items())


def test_other_tables_in_a_log_are_none() -> None:
    log = "| step | loss |\n|---|---|\n| 1 | 0.5 |\n"
    assert read_table(log) == Readout(unread=("there is no table of results in it",))


INSPECT = {
    "version": 2,
    "status": "success",
    "eval": {"task": "sums"},
    "results": {
        "scores": [
            {"name": "match", "reducer": None, "metrics": {"accuracy": {"value": 0.5}}},
            {"name": "match", "reducer": "max", "metrics": {"accuracy": {"value": 1}}},
        ]
    },
}


def test_a_log_of_inspect() -> None:
    """Of two epochs by two reducers (0.3.285, without its samples)."""
    found = read_log(left("inspect.json"))
    assert found.unread == ()
    assert values(found) == {
        f"sums/{scorer}[{reducer}]/{metric}": value
        for scorer in ("match", "includes")
        for reducer in ("mean", "max")
        for metric, value in (("accuracy", 0.5), ("stderr", 0.28867513459481287))
    }


def test_inspect() -> None:
    found = read_log(json.dumps(INSPECT))
    assert values(found) == {"sums/match/accuracy": 0.5, "sums/match[max]/accuracy": 1.0}


@pytest.mark.parametrize(
    "other", [{"status": "error"}, {"status": "started"}, {"invalidated": True}]
)
def test_inspect_that_did_not_succeed(other: dict[str, object]) -> None:
    found = read_log(json.dumps(INSPECT | other))
    assert found.found == ()
    assert len(found.unread) == 1


def test_a_command_leaves_numbers_alone() -> None:
    assert values(read_flat('{"accuracy": 0.5, "n": 12}')) == {"accuracy": 0.5, "n": 12.0}
    for text in ('{"accuracy": 0.5, "model": "x"}', '{"a": true}', '{"a": null}', "[1]", "", "{"):
        assert read_flat(text).found == (), text
        assert read_flat(text).unread, text


def test_a_number_that_is_none_stays_one() -> None:
    assert math.isnan(values(read_flat('{"loss": NaN}'))["loss"])


def test_what_a_command_called_tells_itself() -> None:
    assert read_source("command", left("lm_eval.json")).name == "lm_eval"
    assert read_source("command", left("inspect.json")).name == "inspect"
    assert read_source("command", '{"accuracy": 0.5}').name == "command"
    assert read_source("eleuther_eval", left("eleuther.log")).name == "eleuther"
    assert read_source("lm_eval", '{"accuracy": 0.5}').read.found == ()


def test_which_files_are_results() -> None:
    assert is_result("lm_eval", "model/results_2026-11-30T08-10-59.928140.json")
    assert not is_result("lm_eval", "config.json")
    assert is_result("eleuther_eval", "log.txt")
    assert is_result("command", "score.json")
    assert not is_result("command", "tcwc.json")


def test_a_summary_of_wandb() -> None:
    text = '{"loss": 0.5, "global_step": 7, "_timestamp": 1795.5, "note": "x", "_wandb": {"a": 1}}'
    found = summary(text)
    assert [(each.metric, each.value, each.step) for each in found.found] == [("loss", 0.5, 7)]
    assert written_at(text) == 1795.5


def summary(text: str) -> Readout:
    return read_summary(text, "global_step")


READERS: list[Callable[[str], object]] = [
    read_results, read_table, read_log, read_flat, summary, read_evaluated, written_at,
]  # fmt: skip


def _keys() -> st.SearchStrategy[str]:
    return st.text() | st.sampled_from(
        ["results", "versions", "eval", "status", "scores", "metrics", "name", "value",
         "global_step", "_timestamp", "task", "evaluation", "format", "epoch", "world"]
    )  # fmt: skip


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(_keys(), inner),
)


@given(JSON)
def test_no_json_raises(found: object) -> None:
    for read in READERS:
        read(json.dumps(found))
    read_results(json.dumps({"results": {"t": found}, "versions": found}))
    read_log(json.dumps({"status": "success", "eval": found, "results": {"scores": [found]}}))


@given(st.text() | st.text("|-: \n.e5±Tasks"))
def test_no_text_raises(text: str) -> None:
    for read in READERS:
        read(text)
    read_table(left("eleuther.log") + text)


def test_texts_that_break_parsers() -> None:
    for text in (
        "[" * 100_000,
        '{"a":' * 50_000,
        "9" * 10_000,
        '{"global_step": 1e999}',
        "|" * 100_000,
    ):
        for read in READERS:
            read(text)
