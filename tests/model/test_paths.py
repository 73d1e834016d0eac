"""Keys as paths: the generated parser is the grammar's, and what is printed is read back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Lark
from lark.exceptions import UnexpectedInput

from tcwc._generated import path_parser
from tcwc.disk import data
from tcwc.model.ir import Op, format_path
from tcwc.model.paths import BadKey, Key, parse_by_grammar, parse_key
from tests.conftest import share

GRAMMAR = Lark(data.read_text("grammar/path.lark"), parser="lalr", maybe_placeholders=False)
GENERATED: Any = path_parser.Lark_StandAlone()  # type: ignore[no-untyped-call]  # generated
PIECES = (
    *("a", "lora_rank", ".", "..", "[", "]", "0", "12", "[0]", '"', '"odd.key"', "\\", "+", "~"),
    *("=", " ", "-", "$", "{", "}", "é", "_", ":", "\n", "a-b", "#"),
)
TEXTS = st.one_of(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), st.text(max_size=12))


def tokens(parser: Any, text: str) -> list[tuple[str, str]] | None:
    try:
        return [(token.type, str(token)) for token in parser.parse(text).children]
    except UnexpectedInput:
        return None
    except path_parser.UnexpectedInput:
        return None


@settings(max_examples=share(500))
@given(TEXTS)
def test_the_generated_parser_agrees_with_the_grammar(text: str) -> None:
    assert tokens(GENERATED, text) == tokens(GRAMMAR, text)


PLAIN = st.from_regex(r"[+~=]?[A-Za-z_0-9-]{1,3}(\.[A-Za-z_0-9-]{0,3}){0,3}", fullmatch=True)


@settings(max_examples=share(500))
@given(st.one_of(TEXTS, PLAIN))
def test_the_short_way_to_a_usual_key_agrees_with_the_parser(text: str) -> None:
    assert parse_key(text) == parse_by_grammar(text)


@settings(max_examples=share(300))
@given(TEXTS)
def test_a_bad_key_says_where_and_what_instead(text: str) -> None:
    key = parse_key(text)
    if isinstance(key, BadKey):
        assert tokens(GRAMMAR, text) is None
        assert key.message
        assert key.help
        assert 0 <= key.offset <= len(text)
    else:
        assert tokens(GRAMMAR, text) is not None


PATHS = st.tuples(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6),
    st.lists(
        st.one_of(
            st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6),
            st.integers(0, 10**6),
        ),
        max_size=4,
    ),
).map(lambda parts: (parts[0], *parts[1]))


@settings(max_examples=share(300))
@given(PATHS, st.sampled_from(("", "+", "~", "=")))
def test_a_printed_path_is_read_back(path: tuple[str | int, ...], operator: str) -> None:
    key = parse_key(operator + format_path(path))
    assert isinstance(key, Key)
    assert key.path == path
    assert (key.op, key.added) == (Op.SET if operator == "+" else Op(operator), operator == "+")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("seed", ("seed",)),
        ("optimizer.lr", ("optimizer", "lr")),
        ("dataset[0].split", ("dataset", 0, "split")),
        ("dataset.0.split", ("dataset", 0, "split")),
        ('tokenizer."odd.key"', ("tokenizer", "odd.key")),
        (r'a."say \"x\" \\"', ("a", 'say "x" \\')),
        ("a.0b", ("a", "0b")),
        ("_component_", ("_component_",)),
        ("größe.naïve", ("größe", "naïve")),
    ],
)
def test_good(text: str, path: tuple[str | int, ...]) -> None:
    key = parse_key(text)
    assert isinstance(key, Key)
    assert key.path == path


@pytest.mark.parametrize(
    ("text", "offset", "help"),
    [
        ("", 0, "optimizer.lr"),
        ("a..b", 2, "one dot"),
        ("a.", 1, "one dot"),
        ("a. b", 2, "remove it"),
        ("a[-1]", 2, "from the front"),
        ("[0].a", 0, "name the list first"),
        ("${a}", 0, "for values"),
        ("a.+b", 2, "write +a.b"),
        ("a[x]", 2, "list[0].key"),
    ],
)
def test_bad(text: str, offset: int, help: str) -> None:
    key = parse_key(text)
    assert isinstance(key, BadKey)
    assert key.offset == offset
    assert help in key.help
