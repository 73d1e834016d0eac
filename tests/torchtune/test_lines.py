"""The layout with one member a line."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcwc.torchtune.catalogue import lines

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
MEMBERS = st.dictionaries(TEXT, VALUES, max_size=6)


@given(MEMBERS)
def test_any_json_reader_reads_it(members: dict[str, object]) -> None:
    text = lines.dump(members)
    assert json.loads(text) == members
    assert text.count("\n") == len(members) + 2


@given(MEMBERS)
def test_every_member_is_found_by_its_name(members: dict[str, object]) -> None:
    text = lines.dump(members)
    assert lines.keys(text) == tuple(members)
    assert {key: lines.find(text, key) for key in lines.keys(text)} == members


def test_a_name_is_not_found_within_values_or_longer_names() -> None:
    text = lines.dump({"ab": {"b": 1}, "b.c": '\n"b": 2', '"b': 3})
    assert lines.find(text, "b") is None


def test_only_what_is_asked_for_is_parsed() -> None:
    text = '{\n"a": broken,\n"b": 1\n}\n'
    assert lines.keys(text) == ("a", "b")
    assert lines.find(text, "b") == 1


def test_members_keep_their_order_and_their_letters() -> None:
    assert lines.dump({"b": "é", "a": 1}) == '{\n"b": "é",\n"a": 1\n}\n'


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_json_lacks_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        lines.dump({"a": value})
