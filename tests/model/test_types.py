"""Types joined: what any of them takes is taken, and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tcwc.model.types import ANY, Type, misfit, union, with_null

KINDS = ("bool", "int", "float", "str", "null", "list", "mapping")
VALUES = (True, 1, 0.5, "a", "b", "c", None, [1], ["a"], {"a": 1})


def types() -> st.SearchStrategy[Type]:
    plain = st.lists(st.sampled_from(KINDS), min_size=1, max_size=2, unique=True).map(
        lambda kinds: Type(tuple(kinds))
    )
    texts = st.lists(st.sampled_from("abc"), min_size=1, max_size=2, unique=True)
    return plain | texts.map(lambda choices: Type(("str",), tuple(choices))) | st.just(ANY)


@given(st.lists(types(), min_size=1, max_size=3), st.sampled_from(VALUES))
def test_a_union_takes_what_any_takes(parts: list[Type], value: object) -> None:
    if any(misfit(value, part) is None for part in parts):
        assert misfit(value, union(parts)) is None


def test_choices_stay_where_no_part_takes_other_scalars() -> None:
    either = [Type(("str",), ("a",)), Type(("list",)), Type(("str", "null"), ("b",))]
    assert union(either).choices == ("a", "b")
    assert misfit("c", union(either)) == "choice"
    assert union([Type(("str",), ("a",)), Type(("bool",))]).choices == ()


@given(types(), st.sampled_from(VALUES))
def test_with_null_only_null_is_more(type_: Type, value: object) -> None:
    made = with_null(type_)
    assert misfit(None, made) is None
    if value is not None:
        assert misfit(value, made) == misfit(value, type_)
