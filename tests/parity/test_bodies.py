"""What bodies refuse: the catalogue says it of a section only where the real component raises."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.parity.bodies import Result, Tried, catalogue, made, raised_at, sections

_MADE = (
    *("torch.optim.", "torchao.optim.", "torch.nn.", "torchtune.datasets."),
    *("torchtune.modules.loss.", "torchtune.rlhf.loss.", "torchtune.models.", "torchtune.data."),
)
_NEEDS_A_CONFIG = "torch.optim.lr_scheduler"


def tried() -> list[Tried]:
    known = catalogue()
    names = [n for n in known.component_names() if n.startswith(_MADE) and known.refusals(n)]
    return list(sections(known, [n for n in names if not n.startswith(_NEEDS_A_CONFIG)]))


def agrees(each: Tried, error: Result | None) -> bool:
    """Whether a section that is said to be refused really is.

    Several refusals of one model meet in any order, and a size of -1 meets torch's own first; what
    an optimizer is given may be refused in its first step. What needs torchvision cannot be told.
    """
    if error is None:
        return False
    elsewhere = each.name.startswith("torchtune.models.") or ".optim." in each.name
    return elsewhere or any(raised_at(error, at) for at in each.refused)


def test_values_lie_on_both_sides_of_the_bounds() -> None:
    every = tried()
    refused = {each.name for each in every if each.refused}
    assert refused >= {"torch.optim.SGD", "torch.optim.AdamW", "torchtune.datasets.chat_dataset"}
    assert {each.name for each in every if not each.refused} >= refused - {"torch.optim.LBFGS"}


@pytest.mark.slow
@pytest.mark.torchtune
def test_what_is_said_to_be_refused_is_refused(torchtune_python: Path) -> None:
    every = tried()
    results = made(every, torchtune_python)
    assert len(results) == len(every)
    wrong = [
        f"{each.section}: {each.refused}, and {error}"
        for each, error in zip(every, results, strict=True)
        if each.refused and not agrees(each, error)
    ]
    assert wrong == []


@pytest.mark.slow
@pytest.mark.torchtune
def test_what_optimizers_refuse_is_said(torchtune_python: Path) -> None:
    every = [each for each in tried() if ".optim." in each.name]
    results = made(every, torchtune_python)
    silent = [
        f"{each.section}: {error['error']}"
        for each, error in zip(every, results, strict=True)
        if error is not None and not each.refused
    ]
    assert silent == []
