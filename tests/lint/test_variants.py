"""Which configs stand for all runs of a design, and how runs are told of."""

from __future__ import annotations

from typing import Any

import pytest

from tcwc.lint import variants as module
from tcwc.lint.variants import describe_runs, variants
from tests.sections import compiled, experiment


def shapes(sections: str) -> list[tuple[Any, ...]]:
    """The levels, by column, of each variant."""
    return [each.levels for each in variants(experiment(sections))]


@pytest.mark.parametrize(
    ("levels", "found"),
    [
        ("seed: [1, 2, 3]", [(0, 1, 2)]),
        ("seed: [1, null, 3]", [(0, 2), (1,)]),
        ("optimizer.lr: [1e-4, 3]", [(0, 1)]),
        ("compile: [true, false]", [(0, 1)]),
        ("tokenizer.path: [/a, '${output_dir}/b', '${output_dir}/c', /d]", [(0, 3), (1,), (2,)]),
        ("optimizer._component_: [torch.optim.AdamW, torch.optim.Adam]", [(0,), (1,)]),
        ("lora_attn_modules: [[q_proj], [q_proj, v_proj], [q_proj, k_proj]]", [(0,), (1,), (2,)]),
        ("+note: [1, a, 2]", [(0, 2), (1,)]),
        ("+note: [true, 1, 1.5]", [(0,), (1,), (2,)]),
        ("optimizer: [{lr: 1e-4}, {lr: 2e-4}, {weight_decay: 0.1}]", [(0, 1), (2,)]),
    ],
)
def test_levels_that_are_alike_are_one_shape(levels: str, found: list[tuple[int, ...]]) -> None:
    assert shapes(f"variables:\n  {levels}\n") == [(each,) for each in found]


def test_a_value_that_is_missing_is_a_shape_of_its_own() -> None:
    made = compiled("variables:\n  tokenizer.path: [/a, '???', /b]\n").experiment
    assert made is not None
    assert [each.levels for each in variants(made)] == [((0, 2),), ((1,),)]


def test_shapes_of_several_factors_are_combined() -> None:
    text = "variables:\n  seed: [1, null]\n  tokenizer.path: ['${output_dir}', /a, /b]\n"
    assert shapes(text) == [((0,), (0,)), ((0,), (1, 2)), ((1,), (0,)), ((1,), (1, 2))]


def test_only_combinations_that_some_run_has_where_runs_are_excluded() -> None:
    text = (
        "variables:\n  seed: [1, null]\n  epochs: [1, 2]\n  tokenizer.path: ['${output_dir}', /a]\n"
    )
    rest = "exclude:\n  - seed == null and epochs == 2\n"
    one, two = ((0,), (1,))
    assert shapes(text + rest) == [
        (one, (0, 1), one),
        (one, (0, 1), two),
        (two, (0, 1), one),
        (two, (0, 1), two),
    ]
    none = "exclude:\n  - seed == null\n"
    assert shapes(text + none) == [(one, (0, 1), one), (one, (0, 1), two)]


SIX = """\
variables:
  seed: [1, null]
  tokenizer.path: ['${output_dir}', /a, '${checkpointer.checkpoint_dir}t.model']
"""


def test_too_many_are_varied_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    text = SIX
    monkeypatch.setattr(module, "MAX_VARIANTS", 6)
    assert len(shapes(text)) == 6
    monkeypatch.setattr(module, "MAX_VARIANTS", 5)
    zero, one, two = (0,), (1,), (2,)
    assert shapes(text) == [(zero, zero), (one, zero), (zero, one), (zero, two)]


def test_no_more_than_some_where_runs_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    text = SIX + "exclude:\n  - seed == 7\n"
    assert len(shapes(text)) == 6
    monkeypatch.setattr(module, "_LISTED", 5)
    assert len(shapes(text)) == 5
    monkeypatch.setattr(module, "MAX_VARIANTS", 2)
    assert len(shapes(text)) == 2


def test_a_variant_is_the_config_of_its_runs() -> None:
    text = "variables:\n  seed: [1, null]\ncontrols:\n  epochs: 5\n  optimizer.lr: 1e-3\n"
    one, other = variants(experiment(text))
    assert (one.config["seed"], other.config["seed"]) == (1, None)
    assert one.config["epochs"] == other.config["epochs"] == 5
    assert one.conflicts == ()
    seed, lr = one.origin(("seed",)), one.origin(("optimizer", "lr"))
    assert (seed and seed.value, lr and lr.value) == (1, 1e-3)
    assert one.origin(("optimizer",)) is None
    assert one.origin(("batch_size",)) is None
    below = one.origin(("seed", "below"))
    assert below is seed


def test_the_last_that_set_a_path_is_its_origin() -> None:
    text = "variables:\n  epochs: [1, 2]\n  seed: [3, 4]\ncontrols:\n  epochs: 5\n"
    (one,) = variants(experiment(text))
    origin = one.origin(("epochs",))
    assert origin is not None
    assert origin.value == 1


def test_a_variant_says_what_could_not_be_assigned() -> None:
    made = compiled(f"{ONE}engineering:\n  device: {{a: 1}}\n  log_every_n_steps: 7\n").experiment
    assert made is not None
    (one,) = variants(made)
    ((assignment, conflict),) = one.conflicts
    assert assignment.path[0] == "device"
    assert "not a section with keys" in conflict.message
    assert one.config["device"] == "cuda"
    assert one.config["log_every_n_steps"] == 7, "what comes after it is assigned"


ONE = "variables:\n  seed: [1, 2]\n"
GRID = "variables:\n  seed: [1, null]\n  epochs: [1, 2, 3]\n"


@pytest.mark.parametrize(
    ("levels", "said"),
    [
        ([((0,), (0, 1, 2))], "run_000-run_002 (3 of 6 runs)"),
        ([((1,), (2,))], "run_005 (1 of 6 runs)"),
        ([((0, 1), (1,))], "run_001, run_004 (2 of 6 runs)"),
        ([((0,), (0,)), ((1,), (0,))], "run_000, run_003 (2 of 6 runs)"),
        ([((0, 1), (0, 1, 2))], ""),
        ([((0,), (0, 1, 2)), ((1,), (0, 1, 2))], ""),
    ],
)
def test_runs_are_told_by_their_place(
    levels: list[Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    design = experiment(GRID)
    assert describe_runs(design, levels) == said
    monkeypatch.setattr(module, "_LISTED", 6 * len(levels))
    assert describe_runs(design, levels) == said
    monkeypatch.setattr(module, "_LISTED", 6 * len(levels) - 1)
    assert describe_runs(design, levels) == (said and "some of 6 runs")


def test_of_one_run_nothing_is_told() -> None:
    assert describe_runs(experiment("variables:\n  seed: [1]\n"), [((0,),)]) == ""
