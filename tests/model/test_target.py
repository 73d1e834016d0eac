"""What a target says of values and commands."""

from __future__ import annotations

import pytest

from tcwc.model.values import Value
from tcwc.torchtune.target import TORCHTUNE
from tests.targets.kiln import KILN

COMPONENT: dict[str, Value] = {"_component_": "torchtune.datasets.alpaca_dataset"}


@pytest.mark.parametrize(
    ("value", "are"),
    [
        ([COMPONENT], True),
        ([COMPONENT, COMPONENT | {"split": "train"}], True),
        ([], False),
        ([COMPONENT, {"split": "train"}], False),
        ([COMPONENT, "x"], False),
        (COMPONENT, False),
        ("_component_", False),
    ],
)
def test_components(value: Value, are: bool) -> None:
    assert TORCHTUNE.are_components(value) is are
    assert KILN.are_components(value) is False


def test_commands() -> None:
    started = TORCHTUNE.start("mine/{config}.py", "'my configs/run_000.yaml'")
    assert started == "tune run mine/{config}.py --config 'my configs/run_000.yaml'"
    several = TORCHTUNE.start("qat", "a.yaml", "--nproc_per_node 4 ")
    assert several == "tune run --nproc_per_node 4 qat --config a.yaml"
    assert KILN.start("fire", "a.yaml") == "kiln fire a.yaml"
