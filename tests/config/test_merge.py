"""The laws of a merge: what wins, what stays, and what the order of assignments may change."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tcwc.config.merge import (
    Conflict,
    deletes_item,
    lookup,
    merge,
    merge_what_fits,
    merges_nothing,
)
from tcwc.config.walk import component_sections, is_number, leaves, strings, templates
from tcwc.model.frozen import replace
from tcwc.model.ir import Assignment, Op, Path, Template, Value, overlap
from tcwc.model.source import Span
from tcwc.torchtune.target import TORCHTUNE
from tests.conftest import share

HERE = Span("x", 1, 1, 1, 2)
KEYS = st.sampled_from("abc")
SCALARS = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "x", "${a}"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=10,
)
CONFIGS = st.dictionaries(KEYS, VALUES, max_size=3)
PATHS = st.tuples(KEYS) | st.tuples(
    KEYS, st.lists(KEYS | st.integers(0, 3), min_size=1, max_size=2)
).map(lambda both: (both[0], *both[1]))
OPS = st.sampled_from(Op)


def assign(path: Path, value: Any = None, op: Op = Op.SET) -> Assignment:
    made = Assignment(path, None if op is Op.DELETE else value, op, False, HERE, HERE)
    return replace(made, as_section=TORCHTUNE.are_components(made.value))


ASSIGNMENTS = st.builds(assign, PATHS, VALUES, OPS)
SEVERAL = st.lists(ASSIGNMENTS, max_size=4)


def merged(config: dict[str, Value], *assignments: Assignment) -> Any:
    """What a merge gives; where it conflicts, what it says."""
    try:
        return merge(config, assignments)
    except Conflict as conflict:
        return conflict.message, conflict.help, conflict.index, conflict.absent


def conflicts(made: Any) -> bool:
    return isinstance(made, tuple)


# --- for whatever there is and is assigned ---------------------------------------------------


@given(CONFIGS, SEVERAL, SEVERAL)
def test_a_merge_of_two_parts_is_one_after_the_other(
    config: dict[str, Value], one: list[Assignment], other: list[Assignment]
) -> None:
    first = merged(config, *one)
    assert merged(config, *one, *other) == (first if conflicts(first) else merged(first, *other))


@given(CONFIGS, SEVERAL)
def test_a_config_is_never_changed(config: dict[str, Value], all_: list[Assignment]) -> None:
    before = copy.deepcopy(config), copy.deepcopy(all_)
    merged(config, *all_)
    assert (config, all_) == before


@given(CONFIGS, ASSIGNMENTS)
def test_what_no_assignment_touches_is_the_very_same(
    config: dict[str, Value], one: Assignment
) -> None:
    made = merged(config, one)
    assume(not conflicts(made))
    assert all(made[key] is value for key, value in config.items() if key != one.path[0])
    moved = one.path[:-1] if deletes_item(one) else one.path
    for path, value in leaves(config):
        if not overlap(path, moved):
            assert lookup(made, path) == (True, value)


@given(CONFIGS, PATHS, VALUES)
def test_what_is_replaced_is_what_was_written(
    config: dict[str, Value], path: Path, value: Value
) -> None:
    made = merged(config, assign(path, value, Op.REPLACE))
    assume(not conflicts(made))
    assert lookup(made, path) == (True, value)


@given(CONFIGS, PATHS, VALUES)
def test_what_is_set_is_what_was_written_unless_nothing_is_merged(
    config: dict[str, Value], path: Path, value: Value
) -> None:
    one = assign(path, value)
    made = merged(config, one)
    assume(not conflicts(made))
    kept = merges_nothing(one, config)
    assert lookup(made, path) == (True, lookup(config, path)[1] if kept else value)
    if kept:
        assert made == config


@given(CONFIGS, st.builds(assign, PATHS, VALUES, st.sampled_from([Op.SET, Op.REPLACE])))
def test_twice_is_once(config: dict[str, Value], one: Assignment) -> None:
    made = merged(config, one)
    assume(not conflicts(made))
    assert merged(made, one) == made


@given(CONFIGS, PATHS, SCALARS, SCALARS)
def test_the_later_scalar_wins(
    config: dict[str, Value], path: Path, one: Value, other: Value
) -> None:
    made = merged(config, assign(path, one), assign(path, other))
    assume(not conflicts(made))
    assert made == merge(config, [assign(path, other, Op.REPLACE)])


@settings(max_examples=share(800))
@given(CONFIGS, ASSIGNMENTS, ASSIGNMENTS)
def test_the_order_of_what_does_not_overlap_says_nothing(
    config: dict[str, Value], one: Assignment, other: Assignment
) -> None:
    if overlap(*(each.path[:-1] if deletes_item(each) else each.path for each in (one, other))):
        return
    # a section that the first of them makes is there for the second
    if any(conflicts(merged(config, each)) for each in (one, other)):
        return
    assert merged(config, one, other) == merged(config, other, one)


@given(CONFIGS, PATHS)
def test_what_is_deleted_is_gone_and_was_there(config: dict[str, Value], path: Path) -> None:
    made = merged(config, assign(path, op=Op.DELETE))
    there, value = lookup(config, path)
    assert conflicts(made) != there
    if not there:
        return
    *above, last = path
    holder, items = lookup(made, above)[1], lookup(config, above)[1]
    if isinstance(last, int):
        assert isinstance(items, list)
        assert holder == items[:last] + items[last + 1 :]
    else:
        assert lookup(made, path) == (False, None)
        assert merge(made, [assign(path, value)]) == config


@given(CONFIGS, SEVERAL)
def test_what_fits_is_merged_and_the_rest_left_out(
    config: dict[str, Value], all_: list[Assignment]
) -> None:
    expected = config
    for one in all_:
        made = merged(expected, one)
        expected = expected if conflicts(made) else made
    assert merge_what_fits(config, all_) == expected


# --- what does not fit -----------------------------------------------------------------------

BASE: dict[str, Any] = {
    "s": {"a": 1, "_component_": "x.Y", "n": None, "d": 2, "e": 3},
    "t": 5,
    "l": [1, {"k": 2}],
    "none": None,
    "empty": {},
    "bare": {"_component_": "x.Y"},
    "no": [],
    "on": True,
    "long": "y" * 50,
    "fits": "z" * 40,
}


def replaced(where: Sequence[str | int], value: Any) -> Any:
    made = copy.deepcopy(BASE)
    holder: Any = made
    for segment in where[:-1]:
        holder = holder[segment]
    holder[where[-1]] = value
    return made


@pytest.mark.parametrize(
    ("path", "value", "op"),
    [
        (("t",), 6, Op.SET),
        (("t",), [1], Op.SET),
        (("new",), {"a": 1}, Op.SET),
        (("none",), {"a": 1}, Op.SET),
        (("none",), [1], Op.SET),
        (("s",), None, Op.SET),
        (("s", "a"), 7, Op.SET),
        (("s", "n"), {"deep": 1}, Op.SET),
        (("s",), {"b": 1}, Op.SET),  # the sections of a source are taken apart before
        (("s",), {"b": 1}, Op.REPLACE),
        (("s",), 1, Op.REPLACE),
        (("t",), {"b": 1}, Op.REPLACE),
        (("s",), {}, Op.REPLACE),
        (("s",), [{"_component_": "x.Y"}, {"_component_": "x.Z", "k": 1}], Op.SET),
        (("l",), [3], Op.SET),
        (("l",), [], Op.SET),
        (("l", 0), 4, Op.SET),
        (("l", 1, "k"), 4, Op.SET),
        (("l", 1), None, Op.SET),
        (("on",), "x", Op.SET),
    ],
)
def test_what_stands_there_then(path: Path, value: Value, op: Op) -> None:
    made = merge(BASE, [assign(path, value, op)])
    assert made == replaced(path, value)
    assert list(made)[: len(BASE)] == list(BASE), "in its place"


def test_a_section_is_made_where_there_was_none() -> None:
    assert merge({}, [assign(("a", "b", "c"), 1)]) == {"a": {"b": {"c": 1}}}
    assert merge({"a": None}, [assign(("a", "b"), 1)]) == {"a": {"b": 1}}


def test_an_empty_section_over_a_section_changes_nothing() -> None:
    one = assign(("s",), {})
    assert merge(BASE, [one]) == BASE
    assert merges_nothing(one, BASE)
    assert not merges_nothing(assign(("s",), {"a": 1}), BASE)
    assert not merges_nothing(assign(("s",), {}, Op.REPLACE), BASE)
    assert not merges_nothing(assign(("t",), {}), BASE)
    assert not merges_nothing(assign(("gone",), {}), BASE)


def test_what_moves_the_items_behind_it() -> None:
    assert deletes_item(assign(("l", 0), op=Op.DELETE))
    assert not deletes_item(assign(("l",), op=Op.DELETE))
    assert not deletes_item(assign(("l", 0), 1))
    assert merge(BASE, [assign(("l", 0), op=Op.DELETE)]) == replaced(["l"], [{"k": 2}])


S_KEYS = "s.a, s.n, s.d"


@pytest.mark.parametrize(
    ("path", "value", "op", "message", "help"),
    [
        (("s",), 5, Op.SET, "`s` is a section with keys, and 5 would", f"({S_KEYS}), or"),
        (("s",), True, Op.SET, "and true would replace it", "write `=s:`"),
        (("s",), "y" * 41, Op.SET, f"and {'y' * 37}... would replace it", "write `=s:`"),
        (("s",), "y" * 40, Op.SET, f"and {'y' * 40} would replace it", "write `=s:`"),
        (("s",), [1], Op.SET, "and a list would replace it", f"({S_KEYS}), or write `=s:`"),
        (("s",), [], Op.SET, "and a list would replace it", "write `=s:`"),
        (("s",), [{"_component_": "a.B"}, 1], Op.SET, "and a list would replace it", "`=s:`"),
        (("s",), [{"_component_": "a.B"}, {}], Op.SET, "and a list would replace it", "`=s:`"),
        (("bare",), 5, Op.SET, "`bare` is a section with keys", "(it has none)"),
        (("empty",), 5, Op.SET, "`empty` is a section with keys", "(it has none)"),
        (("t",), {"a": 1}, Op.SET, "`t` is 5, and a section with keys would", "write `=t:`"),
        (("on",), {}, Op.SET, "`on` is true, and a section", "write `=on:`"),
        (("l",), {"a": 1}, Op.SET, "`l` is a list of 2, and a section", "write `=l:`"),
        (("t", "a"), 1, Op.SET, "`t` is 5, not a section with keys", "set `t` itself"),
        (("on", "a"), 1, Op.SET, "`on` is true, not a section", "set `on` itself"),
        (("long", "a"), 1, Op.SET, f"`long` is {'y' * 37}..., not", "set `long` itself"),
        (("fits", "a"), 1, Op.SET, f"`fits` is {'z' * 40}, not", "set `fits` itself"),
        (("t", "a"), None, Op.DELETE, "`t` is 5, not a section", "set `t` itself"),
        (("l", "a"), 1, Op.SET, "`l` is a list of 2, so it has no key `a`", "meant: l[0].a"),
    ],
)
def test_what_does_not_fit_is_said(
    path: Path, value: Value, op: Op, message: str, help: str
) -> None:
    with pytest.raises(Conflict) as raised:
        merge(BASE, [assign(path, value, op)])
    conflict = raised.value
    assert message in conflict.message
    assert help in conflict.help
    assert str(conflict) == conflict.message
    assert not conflict.index
    assert not conflict.absent


@pytest.mark.parametrize(
    ("path", "op", "message", "help"),
    [
        (("l", 2), Op.SET, "`l` has no [2]", "the last one is l[1]"),
        (("l", 2), Op.DELETE, "`l` has no [2]", "the last one is l[1]"),
        (("l", 7, "k"), Op.SET, "`l` has no [7]", "the last one is l[1]"),
        (("no", 0), Op.SET, "`no` has no [0]", "the list is empty"),
        (("s", 0), Op.SET, "`s` is no list, so it has no [0]", "name a key of it: s.key"),
        (("none", 0), Op.SET, "`none` is no list", "none.key"),
        (("t", 0), Op.SET, "`t` is no list", "t.key"),
    ],
)
def test_an_item_that_is_not_there(path: Path, op: Op, message: str, help: str) -> None:
    with pytest.raises(Conflict) as raised:
        merge(BASE, [assign(path, 1, op)])
    assert message in raised.value.message
    assert help in raised.value.help
    assert raised.value.index
    assert not raised.value.absent


@pytest.mark.parametrize("path", [("gone",), ("s", "gone"), ("gone", "a"), ("none", "a")])
def test_a_key_to_delete_that_is_not_there(path: Path) -> None:
    with pytest.raises(Conflict, match="to delete") as raised:
        merge(BASE, [assign(path, op=Op.DELETE)])
    assert raised.value.absent
    assert not raised.value.index
    assert raised.value.help == "remove the line"


# --- looking and walking ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ((), (True, BASE)),
        (("t",), (True, 5)),
        (("none",), (True, None)),
        (("l", 1, "k"), (True, 2)),
        (("l", 2), (False, None)),
        (("l", -1), (False, None)),
        (("l", -9), (False, None)),
        (("l", "k"), (False, None)),
        (("s", 0), (False, None)),
        (("t", "a"), (False, None)),
        (("t", 0), (False, None)),
        (("none", "a"), (False, None)),
        (("gone",), (False, None)),
    ],
)
def test_lookup(path: Path, found: tuple[bool, Value]) -> None:
    assert lookup(BASE, path) == found


@given(CONFIGS)
def test_leaves_make_the_config_again(config: dict[str, Value]) -> None:
    for path, value in leaves(config):
        assert lookup(config, path) == (True, value)
        assert not (isinstance(value, dict) and value)
        assert not (isinstance(value, list) and any(isinstance(item, dict) for item in value))
    found = [value for _, value in strings(config)]
    assert len(found) == sum(isinstance(value, str) for value in _scalars(config))
    assert all(lookup(config, path) == (True, value) for path, value in strings(config))


def _scalars(value: Value) -> list[Value]:
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return [value]
    return [each for item in value for each in _scalars(item)]


def test_the_components_of_a_config() -> None:
    config: dict[str, Any] = {
        "a": {"_component_": "x.Y", "in": {"_component_": "x.Z"}},
        "l": [1, [{"_component_": "x.W"}]],
        "computed": {"_component_": "${name}", "in": {"_component_": "x.V"}},
        "no": {"_component_": None},
        "odd": {"_component_": 5},
    }
    assert list(component_sections(config, "_component_")) == [
        (("a",), "x.Y"),
        (("a", "in"), "x.Z"),
        (("l", 1, 0), "x.W"),
        (("computed", "in"), "x.V"),
    ]


def test_templates_are_told_from_texts() -> None:
    template = Template("{a}", {"a": ("t",)})
    assert list(templates({"a": ["x", template], "b": template})) == [
        (("a", 1), template),
        (("b",), template),
    ]


@pytest.mark.parametrize(
    ("value", "number"), [(1, True), (0.5, True), (True, False), ("1", False), (None, False)]
)
def test_true_is_no_number(value: object, number: bool) -> None:
    assert is_number(value) == number
