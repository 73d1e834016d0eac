"""`--halve-batch`: an edit that gives some runs half the batch, and does nothing else."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcwc.api.compilation import compile
from tcwc.api.halving import Halving, NotHalved, halve
from tcwc.api.work import tasks
from tcwc.jobs.conditions import FactorWords, conditions_of, literal
from tests.jobs.stamps import Folders
from tests.study import Study

HEAD = "experiment_name: tiny\nbase_config: llama3_2/1B_lora_single_device\n"
GRID = "variables:\n  lora_rank: [8, 16, 32]\n  seed: [1, 2]\n"
FIXED = "controls:\n  batch_size: 4  # as large as fits\n  gradient_accumulation_steps: 8\n"


def halved(folder: Path, text: str, *runs: str) -> Halving:
    source = folder / "experiment.yaml"
    source.write_bytes(text.encode())
    made = compile(source)
    assert made.ok, made.diagnostics
    return halve(made, [task for task in tasks(made) if task.run in runs])


def batches(folder: Path, text: str) -> dict[str, tuple[Any, Any]]:
    """The batch and the accumulation of each run."""
    made = compile(folder / "experiment.yaml", text=text)
    assert made.ok, made.diagnostics
    configs = {run.id: run.config for run in made.runs}
    return {
        id: (config["batch_size"], config["gradient_accumulation_steps"])
        for id, config in configs.items()
    }


@pytest.mark.parametrize(
    "controls",
    [
        FIXED,
        FIXED.replace("\n", "\r\n"),
        "controls: {batch_size: 4, gradient_accumulation_steps: 8}\n",
        f"{FIXED}  when:\n    lora_rank == 32: {{epochs: 2}}  # longer\n",
        f"{FIXED}  when: {{lora_rank == 32: {{epochs: 2}}}}\n",
        f"{FIXED}\n# the end\n",
        f"{FIXED}meta: {{a: 1}}\n",
        FIXED[:-1],
    ],
    ids=["block", "crlf", "flow", "when", "flow when", "comment", "behind", "no line end"],
)
def test_some_runs_have_half_the_batch(tmp_path: Path, controls: str) -> None:
    grid = GRID.replace("\n", "\r\n") if "\r" in controls else GRID
    head = HEAD.replace("\n", "\r\n") if "\r" in controls else HEAD
    text = head + grid + controls
    made = halved(tmp_path, text, "run_002", "run_003")
    found = batches(tmp_path, made.text)
    assert found == {f"run_00{n}": (2, 16) if n in (2, 3) else (4, 8) for n in range(6)}
    assert made.lines == ('"lora_rank == 16": {batch_size: 2, gradient_accumulation_steps: 16}',)
    kept = [line for line in text.splitlines() if "#" in line or "epochs" not in line]
    assert made.text.count("\n") - made.text.count("\r\n") in (0, made.text.count("\n"))
    for line in kept:
        assert line.rstrip("}") in made.text


def test_a_source_without_controls(tmp_path: Path) -> None:
    made = halved(tmp_path, HEAD + GRID, "run_005")
    assert made.text == (
        f"{HEAD}{GRID}controls:\n  when:\n"
        '    "lora_rank == 32 and seed == 2":'
        " {batch_size: 2, gradient_accumulation_steps: 16}\n"
    )


def test_all_runs(tmp_path: Path) -> None:
    made = halved(tmp_path, HEAD + GRID + FIXED, *(f"run_00{n}" for n in range(6)))
    assert set(batches(tmp_path, made.text).values()) == {(2, 16)}


def test_again_halves_what_was_recorded(tmp_path: Path) -> None:
    once = halved(tmp_path, HEAD + GRID + FIXED, "run_000", "run_001")
    again = halved(tmp_path, once.text, "run_000", "run_001")
    assert again.text == once.text.replace("{batch_size: 2", "{batch_size: 1").replace(
        "steps: 16}", "steps: 32}"
    )
    with pytest.raises(NotHalved, match="no half of it"):
        halved(tmp_path, again.text, "run_000")


def test_more_runs_than_a_key_has_room_for(tmp_path: Path) -> None:
    grid = (
        "variables:\n  lora_rank: [8, 16, 32]\n  seed: [1, 2, 3, 4]\n"
        "  learning_rate: [1e-3, 3e-3, 1e-2]\n"
    )
    text = HEAD + grid + FIXED
    some = [f"run_{n:03}" for n in (0, 4, 8, 9, 13, 17, 18, 22, 26, 30, 31, 35)]
    once = halved(tmp_path, text, *some)
    assert len(once.lines) > 1
    found = batches(tmp_path, once.text)
    assert {id for id, pair in found.items() if pair == (2, 16)} == set(some)
    assert {pair for id, pair in found.items() if id not in some} == {(4, 8)}
    more = [*some, "run_001"]
    again = halved(tmp_path, once.text, *more)
    found = batches(tmp_path, again.text)
    assert {id for id, pair in found.items() if pair == (1, 32)} == set(some)
    assert found["run_001"] == (2, 16)


def test_runs_of_different_batches(tmp_path: Path) -> None:
    text = HEAD + GRID + FIXED + "  when:\n    lora_rank == 8: {batch_size: 16}\n"
    with pytest.raises(NotHalved, match="sets `batch_size` of these runs, and of others"):
        halved(tmp_path, text, "run_000", "run_002")
    text = text.replace("{batch_size: 16}", "{batch_size: 16, gradient_accumulation_steps: 2}")
    made = halved(tmp_path, text, "run_000", "run_001", "run_004")
    found = batches(tmp_path, made.text)
    assert [found[f"run_00{n}"] for n in (0, 1, 2, 4)] == [(8, 4), (8, 4), (4, 8), (2, 16)]


@pytest.mark.parametrize(
    ("controls", "variables", "said"),
    [
        ("batch_size: 1", GRID, "`batch_size: 1`"),
        ("batch_size: 3", GRID, "odd"),
        ("epochs: 1", "variables: {batch_size: [2, 4]}\n", "level of `batch_size`"),
        ("epochs: 1", "arms: {size: {a: {batch_size: 2}, b: {batch_size: 4}}}\n", "`size`"),
        (
            "epochs: 1",
            GRID + 'derived: {batch_size: "64 / lora_rank"}\n',
            "derived",
        ),
        ('batch_size: 4, gradient_accumulation_steps: "${batch_size}"', GRID, "no number"),
    ],
)
def test_what_cannot_be_halved_is_told(
    tmp_path: Path, controls: str, variables: str, said: str
) -> None:
    text = f"{HEAD}{variables}controls: {{{controls}}}\n"
    with pytest.raises(NotHalved) as told:
        halved(tmp_path, text, "run_000")
    assert said in told.value.message
    assert told.value.help


def test_a_recipe_that_refuses_it(tmp_path: Path) -> None:
    text = (
        "experiment_name: tiny\nbase_config: llama3_2/1B_full_single_device\n"
        "variables: {seed: [1, 2]}\n"
        "controls: {batch_size: 4, gradient_accumulation_steps: 1, optimizer_in_bwd: true}\n"
    )
    with pytest.raises(NotHalved) as told:
        halved(tmp_path, text, "run_000")
    assert "would not compile" in told.value.message
    assert "gradient_accumulation_steps" in told.value.message


# Where the result changes


def notes(folder: Path, more: str, base: str = "llama3_2/1B_lora_single_device") -> str:
    text = f"experiment_name: tiny\nbase_config: {base}\nvariables: {{seed: [1, 2]}}\n{more}"
    return " ".join(halved(folder, text, "run_000").notes)


def test_the_same_samples_make_the_same_result(tmp_path: Path) -> None:
    fixed = "controls: {batch_size: 4, gradient_accumulation_steps: 2}\n"
    assert notes(tmp_path, f"{fixed}samples: 800\n") == ""
    assert "no multiple of 8" in notes(tmp_path, f"{fixed}samples: 804\n")
    assert "unless the samples" in notes(tmp_path, fixed)
    cut = fixed.replace("{", "{max_steps_per_epoch: 100, ")
    assert notes(tmp_path, f"{cut}samples: 804\n") == ""


def test_recipes_in_which_it_is_another_training(tmp_path: Path) -> None:
    fixed = "controls: {batch_size: 4, gradient_accumulation_steps: 2}\nsamples: 800\n"
    kd = "llama3_2/8B_to_1B_KD_lora_single_device"
    assert "a mean of each part" in notes(tmp_path, fixed, kd)
    packed = fixed.replace("{", "{dataset.packed: true, tokenizer.max_seq_len: 512, ")
    assert "`dataset.packed`" in notes(tmp_path, packed)


# The condition


VALUES = ((8, 16, 32), (1, 2), ('a "b"', "c\\d"))
RUNS = frozenset(itertools.product(*(range(len(each)) for each in VALUES)))
FACTORS = [
    FactorWords(name, tuple(literal(v) for v in values))
    for name, values in zip(("lora_rank", "seed", "split"), VALUES, strict=True)
]


@given(st.sets(st.sampled_from(sorted(RUNS)), min_size=1), st.sampled_from([0, 100, 2000]))
def test_a_condition_holds_in_just_these_runs(some: set[tuple[int, ...]], at_most: int) -> None:
    from tcwc.expressions.evaluate import Result, evaluate
    from tcwc.expressions.parse import parse
    from tcwc.expressions.syntax import Expression

    texts = conditions_of(frozenset(some), RUNS, FACTORS, at_most)
    assert texts is not None
    assert all(len(text) <= at_most or " or " not in text for text in texts)
    expressions = [parse(text) for text in texts]
    names = {("lora_rank",): 0, ("seed",): 1, ("split",): 2}
    for run in RUNS:
        held = 0
        for expression in expressions:
            assert isinstance(expression, Expression)
            found = evaluate(
                expression, lambda path, run=run: (True, VALUES[names[path]][run[names[path]]])
            )
            assert isinstance(found, Result)
            held += found.value is True
        assert held == (run in some)


def test_levels_that_no_condition_can_say() -> None:
    odd = [FactorWords("a", (literal({"b": 1}), literal("x\ny")))]
    runs = frozenset({(0,), (1,)})
    assert conditions_of(frozenset({(0,)}), runs, odd, 99) is None
    assert conditions_of(frozenset({(0,)}), frozenset({(0,), (None,)}), odd, 99) is None
    assert conditions_of(runs, runs, odd, 99) == ["true"]


# From end to end


def test_from_a_failure_to_other_runs(tmp_path: Path) -> None:
    study = Study(tmp_path / "study")
    text = f"{HEAD}{GRID}{FIXED}  output_dir: out\n"
    study.source.write_text(text, encoding="utf-8")
    study.cli("build")
    before = study.ids()
    folders = Folders(study.source)
    for run in ("run_000", "run_001", "run_004"):
        folders.start(run)
    folders.end("run_000", "finished")
    folders.end("run_001", "failed", reason="error")
    folders.end("run_004", "failed", reason="oom")
    shown = study.cli("run", "experiment.yaml", "--only", "oom", "--halve-batch")
    assert shown.code == 0, shown
    assert "--write writes it" in shown.out
    assert '+    "lora_rank == 32 and seed == 1": {batch_size: 2' in shown.out
    assert study.source.read_text(encoding="utf-8") == text
    written = study.cli("run", "experiment.yaml", "--only", "oom", "--halve-batch", "--write")
    assert "tcwc run experiment.yaml --only changed --only run_004" in written.out
    assert "# as large as fits" in study.source.read_text(encoding="utf-8")
    study.cli("build")
    assert study.ids() == before
    changed = {id: record for id, record in study.lock.runs.items() if record.was}
    assert list(changed) == ["run_004"]
    assert changed["run_004"].was == (folders.tasks["run_004"].science_hash,)
    said = study.cli("status", "experiment.yaml", "--format", "csv").out
    states = {line.split(",")[0]: line.split(",")[2] for line in said.splitlines()[1:]}
    assert states["run_004"] == "changed"
    assert (states["run_000"], states["run_001"]) == ("finished", "failed")


def test_it_is_for_runs_that_are_named(tmp_path: Path) -> None:
    study = Study(tmp_path / "study")
    study.source.write_text(HEAD + GRID + FIXED, encoding="utf-8")
    study.cli("build")
    said = study.cli("run", "experiment.yaml", "--halve-batch")
    assert said.code == 2
    assert "--only oom" in said.err
    said = study.cli("run", "experiment.yaml", "--only", "oom", "--halve-batch")
    assert said.code == 3
    said = study.cli("run", "experiment.yaml", "--write")
    assert said.code == 2
    assert "--halve-batch" in said.err


def test_what_follows_the_batch_is_said(tmp_path: Path) -> None:
    """A reference is the same text with half the batch, and comes to another number."""
    follows = "  num_warmup_steps: ${batch_size}\n"
    text = f"{HEAD}{GRID}{FIXED}{follows}"
    made = halved(tmp_path, text, "run_001")
    said = "`lr_scheduler.num_warmup_steps: ${batch_size}` follows `batch_size`"
    assert [note for note in made.notes if said in note]
    plain = halved(tmp_path, text.replace("${batch_size}", "4"), "run_001")
    assert not [note for note in plain.notes if "follows" in note]
    assert batches(tmp_path, made.text)["run_001"] == (2, 16)


def test_a_condition_that_is_there_with_other_constants(tmp_path: Path) -> None:
    when = '  when:\n    "lora_rank == 16": {learning_rate: 1e-4}\n'
    with pytest.raises(NotHalved) as refused:
        halved(tmp_path, f"{HEAD}{GRID}{FIXED}{when}", "run_002", "run_003")
    assert "has other constants of these runs" in refused.value.message
    assert "{batch_size: 2, gradient_accumulation_steps: 16}" in refused.value.help
