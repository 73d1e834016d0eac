"""Calls of other programs as the levels that they make: no argument is lost in silence."""

from __future__ import annotations

import pytest

from tcwc.language.sweeps import levels_in
from tcwc.model.types import Type

WHOLE, REAL = Type(("int",)), Type(("float",))


@pytest.mark.parametrize(
    ("text", "type_", "meant"),
    [
        ("suggest_categorical([8, 16])", WHOLE, "[8, 16]"),
        ('trial.suggest_categorical("rank", [8, 16, 32])', WHOLE, "[8, 16, 32]"),
        ("suggest_categorical(1, 2, 3)", WHOLE, "[1, 2, 3]"),
        ("hp.choice('r', [8, 16])", WHOLE, "[8, 16]"),
        ('trial.suggest_int("a", 8, 64, step=8)', WHOLE, "{range: [8, 64, 8]}"),
        ('suggest_float("d", 0.0, 0.2, step=0.05)', REAL, "{range: [0.0, 0.2, 0.05]}"),
        ("suggest_float(1e-5, 1e-3, log=True)", REAL, "{loguniform: [1e-5, 1e-3]}"),
        ("suggest_float('lr', low=1e-5, high=1e-3, log=True)", REAL, "{loguniform: [1e-5, 1e-3]}"),
        ("list(range(1, 4))", WHOLE, "{range: [1, 3, 1]}"),
        ("tuple(range(3))", WHOLE, "{range: [0, 2, 1]}"),
        ("[range(1, 4)]", WHOLE, "{range: [1, 3, 1]}"),
        ("np.array([1, 2])", WHOLE, "[1, 2]"),
        ("tune.choice(list(range(8, 64, 16)))", WHOLE, "{range: [8, 56, 16]}"),
        ("np.linspace(0, 0.1, num=3)", REAL, "{linspace: [0, 0.1, 3]}"),
        ("np.logspace(-5, -3, 3, base=10)", REAL, "{logspace: [1e-5, 1e-3, 3]}"),
        ("tag(log, interval(1e-5, 1e-3))", REAL, "{loguniform: [1e-5, 1e-3]}"),
        ("choice(q-proj, v-proj)", Type(("str",), ("q-proj", "v-proj")), "[q-proj, v-proj]"),
    ],
)
def test_what_a_call_makes(text: str, type_: Type, meant: str) -> None:
    made = levels_in(text, type_)
    assert made is not None
    assert made.text == meant


@pytest.mark.parametrize(
    "text",
    [
        "np.logspace(3, 6, 4, base=e)",
        "np.logspace(3, 6, 5, base=2)",
        "np.linspace(0, 1, num=3, endpoint=False)",
        "tune.choice([8, 16], p=[0.1, 0.9])",
        "np.random.randint(0, 100, 3)",
        "choice([8, 16], [32])",
        "[range(1, 4), 8]",
        "[2**i for i in range(3)]",
        "foo(8, 16)",
        "choice(uniform(0, 1))",
        "range(1, 2)",
    ],
)
def test_what_nobody_can_tell_makes_nothing(text: str) -> None:
    assert levels_in(text, WHOLE) is None


def test_powers_of_another_base_are_written_out() -> None:
    meant = levels_in("np.logspace(3, 6, 4, base=2)", Type(("int",)))
    assert meant is not None
    assert meant.text == "[8, 16, 32, 64]"
