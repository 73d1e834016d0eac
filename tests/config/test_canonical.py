from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tcwc.config.canonical import canonical_json, canonical_member, flow, format_float, join_members
from tcwc.model.signature import sha256_text
from tests import values

Reader = Callable[[str], Any]
READERS: list[Reader] = [json.loads, yaml.safe_load, YAML(typ="safe", pure=True).load]

PINNED_FLOATS = {
    0.0003: "0.0003",
    1e-5: "1.0e-05",
    1.5e-7: "1.5e-07",
    1e22: "1.0e+22",
    1e16: "1.0e+16",
    1.0: "1.0",
    -0.0: "-0.0",
    5e-324: "5.0e-324",
    1.7976931348623157e308: "1.7976931348623157e+308",
    math.inf: "1.0e+999",
    -math.inf: "-1.0e+999",
}


@pytest.mark.parametrize("number", PINNED_FLOATS)
def test_a_float_has_one_pinned_form(number: float) -> None:
    assert format_float(number) == PINNED_FLOATS[number]


@given(values.floats)
def test_all_readers_read_a_float_as_itself(number: float) -> None:
    for read in READERS:
        back = read(f"[{format_float(number)}]")[0]
        assert isinstance(back, float)
        assert (back, math.copysign(1, back)) == (number, math.copysign(1, number))


def test_nan_is_refused() -> None:
    with pytest.raises(ValueError, match="nan"):
        format_float(math.nan)


def test_the_canonical_form_is_pinned() -> None:
    value: Any = {
        "b": [1, 1.0, True, None],
        "a": {"é\n": 'x"\\', "A": 1e-4},
        "c": {},
        "": "\x7f\u2028",
    }
    text = '{"":"\\u007f\\u2028","a":{"A":0.0001,"é\\n":"x\\"\\\\"},"b":[1,1.0,true,null],"c":{}}'
    assert canonical_json(value) == text
    assert sha256_text(text) == ("d1f78bde22b0afb970c7b296a9d5719a246b203542a75bf430fecb36078b387b")


@given(values.values)
def test_json_and_yaml_read_the_canonical_form_and_the_flow_form_alike(value: Any) -> None:
    for text in (canonical_json(value), flow(value)):
        assert "\n" not in text
        assert json.loads(text) == value
        # A bare scalar is no flow style.
        for read in READERS[1:]:
            assert read(f"[{text}]") == [value]


@given(values.mappings, st.randoms())
def test_the_order_of_members_does_not_matter(value: dict[str, Any], random: Any) -> None:
    items = list(value.items())
    random.shuffle(items)
    assert canonical_json(dict(items)) == canonical_json(value)


@given(values.mappings)
def test_members_join_to_the_whole(value: dict[str, Any]) -> None:
    members = {key: canonical_member(key, value[key]) for key in value}
    assert join_members(members) == canonical_json(value)


@given(values.values, values.values)
def test_equal_text_means_equal_values_of_equal_types(one: Any, other: Any) -> None:
    same = canonical_json(one) == canonical_json(other)
    assert same == (json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True))


def test_flow_keeps_the_order_and_is_spaced() -> None:
    assert flow({"b": [1, 2], "a": 0.5}) == '{"b": [1, 2], "a": 0.5}'


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogate"):
        canonical_json("\ud800")
