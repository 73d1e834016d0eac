"""Scalars as typed values, and what is said of those that do not fit."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcwc.language.values import Mistyped, type_scalar
from tcwc.model.ir import Scalar
from tcwc.model.types import ANY, Type

INT, FLOAT, BOOL, STR = Type(("int",)), Type(("float",)), Type(("bool",)), Type(("str",))
MAYBE_INT, MAYBE_STR = Type(("int", "null")), Type(("str", "null"))
INT_OR_FLOAT, BOOL_OR_STR = Type(("int", "float")), Type(("bool", "str"))
DTYPE = Type(("str",), ("bf16", "fp16", "fp32"))
LIST, MAPPING = Type(("list",)), Type(("mapping",))


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("8", INT, 8),
        ("-8", INT, -8),
        ("+8", INT, 8),
        ("0", INT, 0),
        ("8", FLOAT, 8.0),
        ("1e-4", FLOAT, 1e-4),
        ("1E4", FLOAT, 1e4),
        (".5", FLOAT, 0.5),
        ("5.", FLOAT, 5.0),
        ("-.inf", FLOAT, -math.inf),
        ("inf", FLOAT, math.inf),
        ("8", INT_OR_FLOAT, 8),
        ("8.0", INT_OR_FLOAT, 8.0),
        ("True", BOOL, True),
        ("FALSE", BOOL, False),
        ("yes", STR, "yes"),
        ("on", BOOL_OR_STR, "on"),
        ("true", BOOL_OR_STR, True),
        ("8", STR, "8"),
        ("010", STR, "010"),
        ("1e-4", STR, "1e-4"),
        ("12:00:00", STR, "12:00:00"),
        ("null", MAYBE_INT, None),
        ("~", MAYBE_STR, None),
        ("Null", ANY, None),
        ("8", ANY, 8),
        ("1e-4", ANY, 1e-4),
        ("1e5", ANY, 1e5),
        ("true", ANY, True),
        ("text", ANY, "text"),
        ("inf", ANY, "inf"),
        ("2001-01-01", ANY, "2001-01-01"),
        ("0x1F", ANY, 31),
        ("bf16", DTYPE, "bf16"),
        ("${other}", INT, "${other}"),
        ("${oc.env:X}", DTYPE, "${oc.env:X}"),
    ],
)
def test_plain(text: str, type_: Type, value: Scalar) -> None:
    made = type_scalar(text, False, type_)
    assert made == value
    assert type(made) is type(value)


@pytest.mark.parametrize(
    ("text", "type_", "message", "help"),
    [
        ("8.0", INT, "a whole number is needed here, not `8.0`", "write 8"),
        ("8e0", INT, "a whole number", "write 8"),
        ("1.5", INT, "a whole number", "round it to a whole number"),
        ("eight", INT, "not `eight`", "write a whole number, such as 8"),
        ("12:00:00", ANY, "the number 43200 to some readers", "write 43200, or '12:00:00'"),
        ("1_000", ANY, "the number 1000 to some readers", "write 1000, or '1_000'"),
        ("0o10", ANY, "the number 8 to some readers", "write 8, or '0o10'"),
        ("1_000", INT, "a whole number", "write 1000"),
        ("1,000", INT, "a whole number", "write 1000"),
        ("3 e-4", FLOAT, "a number", "write 3e-4"),
        ("10%", FLOAT, "a number", "write 0.1"),
        ("fast", FLOAT, "a number", "write a number, such as 0.1 or 3e-4"),
        ("1e999", FLOAT, "too large", "write .inf for infinity"),
        (".nan", FLOAT, "nan", "write a number"),
        ("007", INT, "octal", "write 7"),
        ("9" * 500, INT, "99...`", "no number is so long"),
        ("yes", BOOL, "a boolean to some readers", "write true"),
        ("Off", BOOL, "a boolean to some readers", "write false"),
        ("no", ANY, "a boolean to some readers", "write false, or 'no' for the string"),
        ("1", BOOL, "true or false is needed here", "write true or false"),
        ("null", INT, "null is not allowed here", "leave the key out"),
        ("null", STR, "null is not allowed here", "leave the key out"),
        ("None", MAYBE_INT, "a whole number or null", "write null"),
        ("fp61", DTYPE, "`fp61` is not among", "takes bf16, fp16, fp32"),
        ("BF16", DTYPE, "`BF16` is not among", "did you mean bf16?"),
        ("a", LIST, "a list is needed here", "write a list, [a]"),
        ("a", MAPPING, "a mapping is needed here", "write a mapping, {key: value}"),
    ],
)
def test_misfit(text: str, type_: Type, message: str, help: str) -> None:
    made = type_scalar(text, False, type_)
    assert isinstance(made, Mistyped)
    assert message in made.message
    assert help in made.help
    assert made.choice is ("among" in message)


@pytest.mark.parametrize("text", ["8", "true", "null", "", "1e-4", "yes"])
@pytest.mark.parametrize("type_", [STR, ANY, MAYBE_STR, BOOL_OR_STR])
def test_quoted_is_a_text(text: str, type_: Type) -> None:
    assert type_scalar(text, True, type_) == text


@pytest.mark.parametrize(
    ("text", "type_", "help"),
    [("8", INT, "remove the quotes: 8"), ("true", BOOL, "remove the quotes: true")],
)
def test_quoted_where_no_text_fits(text: str, type_: Type, help: str) -> None:
    made = type_scalar(text, True, type_)
    assert isinstance(made, Mistyped)
    assert "in quotes is a string" in made.message
    assert made.help == help


@pytest.mark.parametrize(
    ("text", "value"),
    [("0x1F", 31), ("1.e5", 1e5), (".5", 0.5), ("5.", 5.0), ("0b2", "0b2"), ("0_8", "0_8")],
)
def test_where_readers_of_yaml_agree(text: str, value: Scalar) -> None:
    assert type_scalar(text, False, ANY) == value


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("1_000", "write 1000, or '1_000' for the string"),
        ("12:30", "write 750, or '12:30' for the string"),
        ("0b101", "write 5, or"),
        ("0o10", "write 8, or"),
        ("-0x1F", "write -31, or"),
        ("-.5", "write -0.5, or '-.5'"),
        (".5e3", "write 500.0, or"),
        ("0x_", "write '0x_' for the string"),
        (".nan", "write a number, or '.nan' for the string"),
        ("1e400", "write .inf for infinity, or '1e400' for the string"),
        ("1" * 401, "write fewer digits, or quote it"),
        ("0x" + "1" * 401, "write fewer digits, or quote it"),
    ],
)
def test_where_readers_of_yaml_differ_nothing_is_taken(text: str, help: str) -> None:
    wrong = type_scalar(text, False, ANY)
    assert isinstance(wrong, Mistyped)
    assert help in wrong.help


@given(st.integers(-(10**30), 10**30))
def test_integers(number: int) -> None:
    assert type_scalar(str(number), False, INT) == number


@given(st.floats(allow_nan=False))
def test_floats(number: float) -> None:
    text = repr(number).replace("inf", ".inf")
    assert type_scalar(text, False, FLOAT) == number
    assert type_scalar(text, False, ANY) == number


TYPES = [INT, FLOAT, BOOL, STR, MAYBE_INT, INT_OR_FLOAT, BOOL_OR_STR, DTYPE, LIST, MAPPING, ANY]


@given(st.text(max_size=10), st.booleans(), st.sampled_from(TYPES))
def test_any_text_has_a_value_or_a_way_out(text: str, quoted: bool, type_: Type) -> None:
    made = type_scalar(text, quoted, type_)
    if isinstance(made, Mistyped):
        assert made.message
        assert made.help
