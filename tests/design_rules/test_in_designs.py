"""Findings under designs: about the runs that there are, and with sense for what is zipped,
computed or an arm's."""

from __future__ import annotations

import pytest

from tests.sections import codes, compiled, runs

OFFLOADING = (
    "variables:\n  enable_activation_checkpointing: [true, false]\n"
    "  enable_activation_offloading: [true, false]\n  epochs: [1, 2]\n"
)
"""Offloading without checkpointing is refused by the recipe (TCW303)."""

FORBIDDEN = "enable_activation_offloading and not enable_activation_checkpointing"


@pytest.mark.parametrize(
    ("design", "concerned"),
    [
        (OFFLOADING, "run_004-run_005 (2 of 8 runs)"),
        (OFFLOADING + "exclude: [epochs == 2]\n", "run_002 (1 of 4 runs)"),
        (OFFLOADING + f"exclude: ['epochs == 1 and {FORBIDDEN}']\n", "run_004 (1 of 7 runs)"),
        (
            "variables: {epochs: [1, 2]}\ninclude: [{epochs: 3, "
            "enable_activation_checkpointing: false, enable_activation_offloading: true}]\n",
            "run_002 (1 of 3 runs)",
        ),
        (
            "arms: {m: {fine: {}, wrong: {enable_activation_checkpointing: false, "
            "enable_activation_offloading: true}}}\nvariables: {epochs: [1, 2]}\n",
            "run_001, run_003 (2 of 4 runs)",
        ),
        (
            "variables: {epochs: [1, 2]}\nderived: {enable_activation_checkpointing: epochs == 2, "
            "enable_activation_offloading: epochs == 1}\n",
            "run_000 (1 of 2 runs)",
        ),
        (
            "variables:\n  enable_activation_checkpointing: [true, false]\n"
            "  enable_activation_offloading: [true]\n  epochs: {values: [1, 2], "
            "when: enable_activation_checkpointing}\n",
            "run_002 (1 of 3 runs)",
        ),
    ],
)  # fmt: skip
def test_an_invalid_combination_is_found_in_its_runs(design: str, concerned: str) -> None:
    (found,) = [each for each in compiled(design).diagnostics if each.code == "TCW303"]
    assert found.runs == concerned


@pytest.mark.parametrize(
    "design",
    [
        OFFLOADING + f"exclude: ['{FORBIDDEN}']\n",
        "variables:\n  enable_activation_checkpointing: [true, false]\n"
        "  enable_activation_offloading: {values: [true, false], "
        "when: enable_activation_checkpointing}\n",
        "variables:\n  enable_activation_checkpointing: [true, false]\n"
        "  enable_activation_offloading: [true, false]\n"
        "zip: [[enable_activation_checkpointing, enable_activation_offloading]]\n",
        "variables: {epochs: [1, 2]}\nderived: {enable_activation_checkpointing: epochs == 2, "
        "enable_activation_offloading: epochs == 2}\n",
    ],
)
def test_nothing_is_said_of_a_combination_that_no_run_has(design: str) -> None:
    assert codes(compiled(design), "error") == []


def test_a_sample_is_judged_by_its_runs() -> None:
    """By brute force: the finding is there for just the seeds whose runs have the combination."""
    met = set()
    for seed in range(8):
        made = compiled(OFFLOADING + f"sample: {{size: 3, seed: {seed}}}\n")
        assert made.experiment is not None
        wrong = [
            run["enable_activation_offloading"] and not run["enable_activation_checkpointing"]
            for run in runs(made.experiment)
        ]
        assert ("TCW303" in codes(made)) == any(wrong)
        met.add(any(wrong))
    assert met == {True, False}


CONFOUNDS = {
    "rank with constant alpha": ("variables: {lora_rank: [8, 64]}\n", "TCW413"),
    "batch size alone": ("variables: {batch_size: [1, 2]}\n", "TCW414"),
    "two levels of one config": ("arms: {a: {x: {epochs: 1}, y: {}}}\n", "TCW403"),
    "a computed path that a factor sets": (
        "variables: {lora_rank: [8, 16], lora_alpha: [16, 32]}\nderived: {lora_alpha: 16}\n",
        "TCW115",
    ),
}
NONE = {
    "rank with computed alpha": (
        "variables: {lora_rank: [8, 64]}\nderived: {lora_alpha: 2 * lora_rank}\n"
    ),
    "rank zipped with alpha": (
        "variables: {lora_rank: [8, 64], lora_alpha: [16, 128]}\nzip: [[lora_rank, lora_alpha]]\n"
    ),
    "rank with alpha in an arm": (
        "arms: {a: {s: {lora_rank: 8, lora_alpha: 16}, l: {lora_rank: 64, lora_alpha: 128}}}\n"
    ),
    "batch size zipped with accumulation": (
        "variables: {batch_size: [1, 2], gradient_accumulation_steps: [8, 4]}\n"
        "zip: [[batch_size, gradient_accumulation_steps]]\n"
    ),
    "accumulation computed from the batch size": (
        "variables: {batch_size: [1, 2]}\nderived: {gradient_accumulation_steps: 8 // batch_size}\n"
    ),
    "keys of an arm that move together": (
        "arms: {a: {s: {lora_rank: 8, lora_alpha: 16, optimizer.lr: 1e-4}, "
        "l: {lora_rank: 16, lora_alpha: 32, optimizer.lr: 2e-4}}}\n"
    ),
}


@pytest.mark.parametrize("name", CONFOUNDS)
def test_what_is_confounded_is_said(name: str) -> None:
    design, code = CONFOUNDS[name]
    assert code in codes(compiled(design + "controls: {seed: 1}\n"))


@pytest.mark.parametrize("name", NONE)
def test_what_is_kept_apart_on_purpose_is_not_called_a_confound(name: str) -> None:
    assert codes(compiled(NONE[name] + "controls: {seed: 1}\n")) == []
