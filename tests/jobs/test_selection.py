"""Which runs `--only` names, and which of them are started."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcwc.api.compilation import Compilation, compile
from tcwc.api.selecting import select, to_start
from tcwc.jobs.selection import WORDS, BadSelection, read_words
from tcwc.jobs.states.rows import RunStatus
from tcwc.jobs.states.table import REASONS, STATES

SOURCE = """\
experiment_name: tiny
base_config: llama3_2/1B_lora_single_device
variables:
  lora_rank: [8, 16]
  seed: [1, 2]
  learning_rate:
    values: [1e-4, 3e-4]
    when: lora_rank == 8
arms:
  data:
    short: {batch_size: 2}
    "a, b": {batch_size: 4, +more: 1}
"""
STATE_OF = {
    "run_000": ("finished", ""), "run_001": ("failed", "oom"), "run_002": ("failed", "timeout"),
    "run_003": ("queued", "Priority"), "run_004": ("running", "elsewhere"),
    "run_005": ("changed", ""), "run_006": ("dropped", ""), "run_007": ("unknown", ""),
    "run_008": ("cancelled", ""), "run_009": ("refused", ""), "run_010": ("foreign", ""),
    "run_011": ("never_started", ""),
}  # fmt: skip


@pytest.fixture(scope="module")
def compilation(tmp_path_factory: pytest.TempPathFactory) -> Compilation:
    source = tmp_path_factory.mktemp("study") / "experiment.yaml"
    source.write_text(SOURCE, encoding="utf-8")
    made = compile(source)
    assert made.ok, made.diagnostics
    assert len(made.runs) == 12
    return made


def row(run: str, state: str, reason: str = "") -> RunStatus:
    return RunStatus(run, "", state, reason, "", (), 0, "", "", "", None, None, "no", "", "", "")


ROWS = [row(run, *state) for run, state in STATE_OF.items()]


def numbers(compilation: Compilation, *words: str) -> list[int]:
    return [int(each.run[4:]) for each in select(compilation, words, ROWS)]


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        ("failed", [1, 2]),
        ("never_started", [11]),
        ("never started,oom", [1, 11]),
        ("never-started", [11]),
        ("seed > 0 and never started", [11]),
        ("oom", [1]),
        ("oom,timeout", [1, 2]),
        ("missing", [1, 2, 6, 8, 9, 11]),
        ("changed", [5]),
        ("unknown, foreign", [7, 10]),
        ("run_003", [3]),
        ("3", [3]),
        ("run_003..run_005", [3, 4, 5]),
        ("3..5,oom", [1, 3, 4, 5]),
        ("run_003..5 and not queued", [4, 5]),
        ("run_003 or failed", [1, 2, 3]),
        ("failed and not oom", [2]),
        ("not finished and run_000..run_002", [1, 2]),
        ("(run_000..run_002 or run_011) and not failed", [0, 11]),
    ],
)
def test_states_and_ids(compilation: Compilation, words: str, runs: list[int]) -> None:
    assert numbers(compilation, words) == runs


@pytest.mark.parametrize(
    "condition",
    [
        "lora_rank == 8",
        "model.lora_rank == 8 and seed < 2",
        "lora_rank in [8, 16] and seed == 2",
        'data == "a, b"',
        "data == 'a, b', seed == 2",
        "learning_rate == 3e-4",
        "max(lora_rank, 10) == 16",
        "optimizer.lr < 2e-4 and seed != 1",
    ],
)
def test_conditions_are_those_of_the_language(compilation: Compilation, condition: str) -> None:
    truths = {
        "lora_rank == 8": lambda p: p["lora_rank"] == 8,
        "model.lora_rank == 8 and seed < 2": lambda p: p["lora_rank"] == 8 and p["seed"] < 2,
        "lora_rank in [8, 16] and seed == 2": lambda p: p["seed"] == 2,
        'data == "a, b"': lambda p: p["data"] == "a, b",
        "data == 'a, b', seed == 2": lambda p: p["data"] == "a, b" or p["seed"] == 2,
        "learning_rate == 3e-4": lambda p: p.get("learning_rate", 3e-4) == 3e-4,
        "max(lora_rank, 10) == 16": lambda p: p["lora_rank"] == 16,
        "optimizer.lr < 2e-4 and seed != 1": lambda p: (
            p.get("learning_rate") == 1e-4 and p["seed"] != 1
        ),
    }
    wanted = [r.id for r in compilation.runs if truths[condition](r.parameters)]
    assert 0 < len(wanted) < 12
    assert [each.run for each in select(compilation, [condition], ROWS)] == wanted


def test_a_value_that_only_some_runs_have_selects_among_those(compilation: Compilation) -> None:
    assert numbers(compilation, "more == 1") == numbers(compilation, 'data == "a, b"')


def test_given_twice_both_have_to_hold(compilation: Compilation) -> None:
    assert numbers(compilation, "failed", "run_002..run_009") == [2]
    assert numbers(compilation) == list(range(12))


@pytest.mark.parametrize(
    ("words", "what", "help"),
    [
        ("fialed", "no state, no run and no key", "failed"),
        ("lora_rnk == 8", "no state, no run and no key", "lora_rank"),
        ("run_012", "there is no run_012", "run_011"),
        ("run_020..run_030", "there is no run_020", "run_011"),
        ("run_005..run_003", "has no runs", "run_003..run_005"),
        ("optimizer.lrr == 1", "there is no `optimizer.lrr`", "optimizer.lr"),
        ("lora_rank", "neither true nor false", "compare"),
        ("lora_rank ==", "neither a state", ""),
        ("lora_rank = 8", "neither a state", "=="),
        ("", "has no words", "state"),
        (" , ", "has no words", "state"),
        ("seed < 'x'", "seed < 'x'", ""),
    ],
)
def test_what_names_nothing_is_told(
    compilation: Compilation, words: str, what: str, help: str
) -> None:
    with pytest.raises(BadSelection) as told:
        select(compilation, [words], ROWS)
    assert what in told.value.message
    assert help in told.value.help


def test_every_state_and_reason_is_a_word() -> None:
    assert {*STATES, *REASONS} < set(WORDS)
    for word in WORDS:
        assert read_words(word) == (word,)


def test_what_is_started(compilation: Compilation) -> None:
    """Neither what is finished or on its way, nor what nobody knows, nor what is another's."""
    chosen = to_start(compilation, [], ROWS)
    assert [int(each.run[4:]) for each in chosen.rows] == [1, 2, 6, 8, 9, 11]
    assert chosen.replaced == ()
    assert "1 finished" in chosen.why
    assert "1 unknown" in chosen.why
    assert "--only changed" in chosen.why


@pytest.mark.parametrize("words", ["changed", "changed,run_001", "changed or oom"])
def test_what_changed_is_started_where_that_is_said(compilation: Compilation, words: str) -> None:
    chosen = to_start(compilation, [words], ROWS)
    assert chosen.replaced == ("run_005",)
    assert "run_005" in {each.run for each in chosen.rows}


@pytest.mark.parametrize("words", ["run_005", "not finished", "unknown", "run_000", "seed == 3"])
def test_what_is_named_is_not_started_for_that(compilation: Compilation, words: str) -> None:
    chosen = to_start(compilation, [words], ROWS)
    started = {each.run for each in chosen.rows}
    assert not started & {"run_000", "run_003", "run_004", "run_005", "run_007", "run_010"}
    assert chosen.why


def test_a_selection_costs_what_it_looks_at(tmp_path: Path) -> None:
    """States alone make no config; of one config at a time is kept."""
    source = tmp_path / "experiment.yaml"
    source.write_text(SOURCE, encoding="utf-8")
    made = compile(source)
    del made.__dict__  # whatever it is asked for fails
    assert [each.run for each in select(made, ["oom,run_003..run_004"], ROWS)] == [
        "run_001", "run_003", "run_004",
    ]  # fmt: skip
