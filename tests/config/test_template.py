"""Templates in texts: what is a field, what is literal, and that nothing else is interpreted."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcwc.config.canonical import scalar_json
from tcwc.config.template import BadTemplate, Field, file_name, format_value, parse_template
from tcwc.model.ir import Op, Scalar
from tcwc.model.paths import Key, parse_by_grammar
from tests.conftest import share
from tests.steps import steps


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", ()),
        ("plain", ("plain",)),
        ("x/{lora_rank}", ("x/", ("lora_rank", ""))),
        ("{a}{b}", (("a", ""), ("b", ""))),
        ("{optimizer.lr}-{data[0].x}", (("optimizer.lr", ""), "-", ("data[0].x", ""))),
        ("{().__class__}", (("().__class__", ""),)),  # a key of that name, and no attribute
        ("{dataset.0.split}", (("dataset.0.split", ""),)),
        ('{tokenizer."odd:key}"}', (('tokenizer."odd:key}"', ""),)),
        ('{"a\\"b"."c"}', (('"a\\"b"."c"', ""),)),
        ("{index:03d}", (("index", "03d"),)),
        ("{lr:.2e}|{n:,}|{n:08,.1f}", (("lr", ".2e"), "|", ("n", ","), "|", ("n", "08,.1f"))),
        ("{{lora_rank}}", ("{lora_rank}",)),
        ("{{{lora_rank}}}", ("{", ("lora_rank", ""), "}")),
        ("a } b", ("a } b",)),
        ("a }} b", ("a } b",)),
        ("${output_dir}/x", ("${output_dir}/x",)),
        ("${a}}}{b}", ("${a}}", ("b", ""))),
        ("${oc.env:X,{{}}}/{b}", ("${oc.env:X,{{}}}/", ("b", ""))),
        ("${a.${b}}{c}", ("${a.${b}}", ("c", ""))),
        ("${never {closed}", ("${never {closed}",)),
        ("$ {a}", ("$ ", ("a", ""))),
        ("model-{}-of-{}.safetensors", ("model-{}-of-{}.safetensors",)),
        ("{0}/{0:05d}/{:d}/{ }{a}", ("{0}/{0:05d}/{:d}/{ }", ("a", ""))),
        (r"\d{1,3}{}}{{}}", (r"\d{1,3}{}}{}",)),
        ("{% if a %}{#b#}{{}", ("{% if a %}{#b#}{}",)),
        ("größe={größe}", ("größe=", ("größe", ""))),
    ],
)  # fmt: skip
def test_pieces(text: str, pieces: tuple[str | tuple[str, str], ...]) -> None:
    got = parse_template(text)
    assert not isinstance(got, BadTemplate), got
    assert tuple(p if isinstance(p, str) else (p.name, p.spec) for p in got) == pieces
    for piece in got:
        if isinstance(piece, Field):
            inner = f"{piece.name}:{piece.spec}" if piece.spec else piece.name
            assert text[piece.start : piece.end] == f"{{{inner}}}"


@pytest.mark.parametrize(
    ("text", "at", "message", "help"),
    [
        ("a{b", "{", "never closed", "close it"),
        ("a{", "{", "never closed", "{{ }}"),
        ("{ a }", "{ a }", "spaces stand around the name", "write {a}"),
        ("{ a : 03d }", "{ a : 03d }", "spaces stand around the name", "write {a:03d}"),
        ("{a: 03d}", "{a: 03d}", "spaces stand around the format", "write {a:03d}"),
        ("{a!r}", "{a!r}", "a conversion", "write {a}"),
        ("{a!r:03d}", "{a!r:03d}", "a conversion", "write {a}"),
        ("{a:}", "{a:}", "a format is missing", "write {a};"),
        ("{a:s}", "{a:s}", "`s` is no number format", "{a:03d}"),
        ("{a:>8}", "{a:>8}", "`>8` is no number format", "{a:03d}"),
        ("{a:+d}", "{a:+d}", "no number format", "{a:03d}"),
        ("{a:{w}d}", "{a:{w}", "no path", "name a key"),
        ("{a:00005d}", "{a:00005d}", "no number format", "{a:03d}"),
        ("{a:5.2d}", "{a:5.2d}", "decimals of a whole number", "write {a:5d}"),
        ("{a:65d}", "{a:65d}", "wider than is read", "64 characters"),
        ("{a:.31f}", "{a:.31f}", "wider than is read", "30 decimals"),
        ("{a:9999999999d}", "{a:9999999999d}", "wider", "64"),
        ("{a.}", "{a.}", "`a.` is no path", "{optimizer.lr}"),
        ("{a[x]}", "{a[x]}", "no path", "name a key"),
        ("{a[-1]}", "{a[-1]}", "no path", "name a key"),
        ("{[0]}", "{[0]}", "no path", "name a key"),
        ("{+a}", "{+a}", "no path", "name a key"),
        ("{a b}", "{a b}", "`a b` is no path", "name a key"),
    ],
)
def test_bad_templates(text: str, at: str, message: str, help: str) -> None:
    got = parse_template(text)
    assert isinstance(got, BadTemplate)
    assert text[got.start : got.end] == at
    assert message in got.message
    assert help in got.help
    assert "{{ }}" in got.help


@pytest.mark.parametrize(
    ("value", "spec", "expected"),
    [
        ("a/b", "", "a/b"),
        ("{x!r}", "", "{x!r}"),
        (8, "", "8"),
        (3e-4, "", "0.0003"),
        (1e-5, "", "1.0e-05"),
        (1.0, "", "1.0"),
        (True, "", "true"),
        (None, "", "null"),
        (math.inf, "", "1.0e+999"),
        (8, "03d", "008"),
        (8, "3", "  8"),
        (8, ".1f", "8.0"),
        (12345, ",", "12,345"),
        (3e-4, ".2e", "3.00e-04"),
        (3e-4, "g", "0.0003"),
        (0.25, ".0%", "25%"),
        (math.inf, "5f", "  inf"),
        ("8", "03d", None),
        ("a", "5", None),
        (True, "d", None),
        (None, "3", None),
        (8.0, "d", None),
        (8, ".2", None),
        (10**400, "f", None),
        (8, ">5", None),
        (8, "65", None),
        (8, "x", None),
        (8, "_d", None),
    ],
)
def test_format_value(value: Scalar, spec: str, expected: str | None) -> None:
    assert format_value(value, spec) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("data/train.json", "data_train.json"),
        ("a\\b\0c", "a_b_c"),
        ("..", "_."),
        (".hidden", "_hidden"),
        ("../../etc", "_._.._etc"),
        ("a.b", "a.b"),
        ("", ""),
    ],
)
def test_file_name(text: str, expected: str) -> None:
    assert file_name(text) == expected


TEXTS = st.one_of(
    st.text(max_size=30),
    st.lists(
        st.sampled_from(
            [
                *(
                    "{",
                    "}",
                    "{{",
                    "}}",
                    "${",
                    ":",
                    "a",
                    "lr",
                    ".",
                    "[0]",
                    '"',
                    "\\",
                    " ",
                    "!r",
                    "$",
                ),
                *("0", "3d", ".2f", "e", "/", "{a}", "{a:03d}", "\n", "é", '"k:}"', "9" * 50),
            ]
        ),
        max_size=20,
    ).map("".join),
)
SCALARS = (
    st.one_of(
        st.none(), st.booleans(), st.integers(-(10**400), 10**400), st.floats(allow_nan=False)
    )
    | st.text()
)


@settings(max_examples=share(2_000))
@given(TEXTS)
def test_any_text_has_pieces_or_a_place_where_it_goes_wrong(text: str) -> None:
    got = parse_template(text)
    if isinstance(got, BadTemplate):
        assert 0 <= got.start < got.end <= len(text)
        assert text[got.start] == "{"
        assert len(got.message) + len(got.help) < 400
        return
    assert all(got)
    assert sum(len(piece) for piece in got if isinstance(piece, str)) <= len(text)
    for piece in got:
        if isinstance(piece, Field):
            key = parse_by_grammar(piece.name)
            assert isinstance(key, Key), "every name is a path of the grammar"
            assert key.op is Op.SET
            assert not key.added


@settings(max_examples=share(500))
@given(st.text(max_size=30))
def test_a_text_with_doubled_braces_means_itself(text: str) -> None:
    plain = text.replace("$", "")
    got = parse_template(plain.replace("{", "{{").replace("}", "}}"))
    assert got == ((plain,) if plain else ())


@settings(max_examples=share(1_000))
@given(SCALARS, TEXTS)
def test_a_value_is_inserted_as_it_is_or_by_a_small_format(value: Scalar, spec: str) -> None:
    got = format_value(value, spec)
    if not spec:
        assert got == (value if isinstance(value, str) else scalar_json(value))
    elif got is not None:
        assert isinstance(value, (int, float))
        assert len(got) < 700


@pytest.mark.parametrize(
    "text",
    [
        *("{" * 10**6, "{a" * 10**5, "${" * 10**5, "{" + "a." * 10**6, "{a:" + "0" * 10**6),
        *("{" + "a" * 10**6, '{"' + "\\" * 10**6, "{a:" + "9" * 10**6 + "}", "}}{{" * 10**5),
    ],
    ids=range(9),
)
def test_a_long_text_is_read_once(text: str) -> None:
    some = text[:100_000]
    assert steps(lambda: parse_template(some)) < 4 * len(some)
    got = parse_template(text)
    if isinstance(got, BadTemplate):
        assert len(got.message) + len(got.help) < 400
