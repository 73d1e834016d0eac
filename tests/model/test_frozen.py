"""`tcwc.model.frozen` beside the standard dataclasses: the same classes made by both."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcwc.model import frozen
from tcwc.model.frozen import dataclass, replace


@dataclass(frozen=True, slots=True)
class Known:
    """At the top of a module, where pickle finds it."""

    number: int
    text: str = ""


def classes(module: Any) -> dict[str, type]:
    """The shapes that tcwc uses."""

    @module.dataclass(frozen=True, slots=True)
    class Pair:
        """Some words."""

        first: int
        second: str

        @property
        def both(self) -> str:
            return f"{self.first} {self.second}"

    @module.dataclass(frozen=True, slots=True)
    class One:
        only: object

    @module.dataclass(frozen=True, slots=True)
    class Empty:
        """Nothing."""

    @module.dataclass(frozen=True, slots=True)
    class Defaults:
        plain: int
        value: str = "x"
        made: dict[str, int] = module.field(default_factory=dict)
        ignored: list[int] = module.field(default_factory=list, compare=False)

    @module.dataclass(frozen=True, slots=True)
    class Sized:
        items: tuple[int, ...]

        def __len__(self) -> int:
            return len(self.items)

        def __repr__(self) -> str:
            return "own"

    return {each.__name__: each for each in (Pair, One, Empty, Defaults, Sized)}


OURS, STANDARD = classes(frozen), classes(dataclasses)
COMPILED = classes(frozen)
"""Classes of which each compiles its `__init__` at once, as others do after a few values."""
for each in COMPILED.values():
    each._left[0] = 1  # type: ignore[attr-defined]

CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("Pair", (1, "a"), {}),
    ("Pair", (1,), {"second": "b"}),
    ("Pair", (), {"second": "b", "first": 1}),
    ("Pair", (1,), {}),
    ("Pair", (1, "a", 2), {}),
    ("Pair", (1, "a"), {"first": 2}),
    ("Pair", (1, "a"), {"third": 2}),
    ("One", ((1, 2),), {}),
    ("One", (), {"only": None}),
    ("Empty", (), {}),
    ("Empty", (1,), {}),
    ("Defaults", (1,), {}),
    ("Defaults", (1, "y"), {"ignored": [1]}),
    ("Defaults", (), {"plain": 1, "made": {"a": 1}}),
    ("Defaults", (), {}),
    ("Defaults", (), {"third": 1}),
    ("Defaults", (1,), {"plain": 1}),
    ("Sized", ((1, 2),), {}),
]


def outcome(call: Callable[[], Any]) -> Any:
    """What a call gives, or the kind of error that it raises."""
    try:
        return call()
    except (TypeError, AttributeError) as error:
        return TypeError if isinstance(error, TypeError) else AttributeError


@pytest.mark.parametrize("made", [OURS, COMPILED], ids=["few values", "many"])
@pytest.mark.parametrize(("name", "values", "named"), CALLS)
def test_values_are_made_alike(
    name: str, values: tuple[Any, ...], named: dict[str, Any], made: dict[str, Any]
) -> None:
    ours, standard = (outcome(lambda c=c: c[name](*values, **named)) for c in (made, STANDARD))
    if standard is TypeError:
        assert ours is TypeError
        return
    assert repr(ours) == repr(standard)
    assert ours.__match_args__ == standard.__match_args__
    for field in ours.__match_args__:
        assert getattr(ours, field) == getattr(standard, field)
    assert outcome(lambda: hash(ours)) == outcome(lambda: hash(standard))


@given(st.data())
def test_values_are_compared_alike(data: st.DataObject) -> None:
    a, b = (data.draw(st.sampled_from(CALLS)) for _ in range(2))
    ours, standard = (
        [outcome(lambda c=c, made=made: made[c[0]](*c[1], **c[2])) for c in (a, b)]
        for made in (OURS, STANDARD)
    )
    assert (ours[0] == ours[1]) == (standard[0] == standard[1])
    assert (ours[0] != ours[1]) == (standard[0] != standard[1])
    assert (ours[0] == standard[0]) == (standard[0] is TypeError)


@pytest.mark.parametrize("made", [OURS, STANDARD], ids=["ours", "standard"])
def test_a_value(made: dict[str, type]) -> None:
    value = made["Pair"](1, "a")
    with pytest.raises(AttributeError):
        value.first = 2
    with pytest.raises(AttributeError):
        del value.first
    with pytest.raises((AttributeError, TypeError)):  # TypeError: a quirk of the standard one
        value.third = 2
    assert not hasattr(value, "__dict__")
    assert value.both == "1 a"
    assert len(made["Sized"]((1, 2))) == 2
    assert made["Pair"].__doc__ == "Some words."
    assert made["Pair"].__module__ == __name__
    assert made["Defaults"](1).made is not made["Defaults"](1).made
    pair = made["Pair"]
    match value:
        case pair(first, second):
            assert (first, second) == (1, "a")
        case _:
            pytest.fail("a value has its fields in order")


@pytest.mark.parametrize(("made", "replace"), [(OURS, replace), (STANDARD, dataclasses.replace)])
def test_replacing(made: dict[str, type], replace: Callable[..., Any]) -> None:
    whole = made["Defaults"](1, "y", {"a": 1}, [2])
    changed = replace(whole, plain=5)
    assert (changed.plain, changed.value) == (5, "y")
    assert changed.made is whole.made
    assert changed.ignored is whole.ignored
    with pytest.raises(TypeError):
        replace(whole, plainer=5)


@pytest.mark.parametrize("name", OURS)
def test_the_standard_module_knows_the_classes(name: str) -> None:
    ours, standard = OURS[name], STANDARD[name]
    assert dataclasses.is_dataclass(ours)
    described = [
        [
            (each.name, each.type, each.compare, each.init, type(each.default_factory))
            for each in dataclasses.fields(cls)
        ]
        for cls in (ours, standard)
    ]
    assert described[0] == described[1]
    params = "__dataclass_params__"
    assert repr(getattr(ours, params)) == repr(getattr(standard, params))


@pytest.mark.parametrize(("name", "values", "named"), CALLS)
def test_the_standard_module_takes_the_values(
    name: str, values: tuple[Any, ...], named: dict[str, Any]
) -> None:
    made = [outcome(lambda c=c: c[name](*values, **named)) for c in (OURS, STANDARD)]
    if made[1] is TypeError:
        return
    ours, standard = made
    assert dataclasses.asdict(ours) == dataclasses.asdict(standard)
    assert dataclasses.astuple(ours) == dataclasses.astuple(standard)
    assert dataclasses.replace(ours) == ours
    for field in dataclasses.fields(ours)[:1]:
        changed = dataclasses.replace(ours, **{field.name: 7})
        assert getattr(changed, field.name) == 7
        assert changed != ours
    if hasattr(copy, "replace"):
        assert copy.replace(ours) == ours


def test_values_in_values_become_dicts() -> None:
    pair, one = OURS["Pair"], OURS["One"]
    whole = one(({"a": pair(1, "x")}, [one(None)]))
    assert dataclasses.asdict(whole) == {
        "only": ({"a": {"first": 1, "second": "x"}}, [{"only": None}])
    }


def test_a_subclass_of_somebody_else_is_one_too() -> None:
    class Below(OURS["Pair"]):  # type: ignore[misc]
        """Not a dataclass of its own."""

    assert [each.name for each in dataclasses.fields(Below)] == ["first", "second"]


def test_a_class_of_many_values_gets_an_init_of_its_own() -> None:
    @dataclass(frozen=True, slots=True)
    class Many:
        number: int

    at_first = Many.__init__
    made = [Many(number) for number in range(100)]
    assert [each.number for each in made] == list(range(100))
    assert Many.__init__ is not at_first


def test_a_value_is_copied_and_pickled() -> None:
    value = Known(1, "a")
    for other in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert other == value
        assert other is not value
