"""A base file is read as OmegaConf reads it, and a bad one becomes findings."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf

from tcwc.disk.files import Place
from tcwc.yaml.config import BaseDocument, read_base
from tests.conftest import share
from tests.steps import steps

HOSTILE = (
    "1e-4 1E-4 1e5 1.e5 -1e-4 +1.5e+3 .5 .5e3 .5e-3 1. 1_000 1_000.5 1__0 1_e5 _1 0x1F 0xg 0x_ "
    "0b101 0b_ 0b2 010 08 0_ 0o10 -010 +1 -1 -0 - + 12:00:00 12:60 190:20:30.15 1:5 0:5 -1:30 "
    "yes Yes yEs no off on ON true True TRUE tRUE false null Null NULL ~ none None nan inf .inf "
    "-.inf +.INF .nan -.nan .NaN 2001-01-01 2001-01-01T00:00:00 = << <<x =x !!str !!int !!null "
    "!!float !!bool 'a' \"1\" '1e-4' \"\" '' ??? @x `x %x *x &x & * ! ? - a:b a:1 ::x "
    "x#y é 🙂 a/b /tmp/x C:\\x \\x ~x ${a} {} [] {a:} {a:b} [a:b] {a:1,b:2} 1,2 . .. ... --- 00 1e "
    "1e400 1e+400 -1e400 9999999999999999999999 1.7976931348623159e308 5e-324"
).split(" ")


SCANNERS = (yaml.CSafeLoader, yaml.SafeLoader)
"""libyaml's and PyYAML's own: OmegaConf uses the one that is there."""


def omegaconf_reads(text: str) -> list[object]:
    """The values as OmegaConf reads them with either scanner; none where it refuses the text."""
    readings: list[object] = []
    for scanner in SCANNERS:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("omegaconf._yaml.BaseLoader", scanner)
            try:
                config = OmegaConf.create(text)
            except Exception:  # whatever it raises, it refuses: ScannerError, ValueError...
                continue
            readings.append(OmegaConf.to_container(config, resolve=False))
    return readings


def same(left: object, right: object) -> bool:
    """Equal in value, type and order of keys; a nan equals a nan."""
    return repr(left) == repr(right)


def read(text: str) -> BaseDocument:
    return read_base(text, "base.yaml")


def problems(text: str) -> list[str]:
    found = read(text).diagnostics
    return [f"{d.span.line}:{d.span.column} {d.code} {d.message}" for d in found]


def assert_as_omegaconf(text: str) -> None:
    """What we accept OmegaConf reads, and as we do; what it reads we refuse for few reasons."""
    readings, ours = omegaconf_reads(text), read(text)
    if not ours.diagnostics:
        assert readings
        assert all(same(ours.values, wanted) for wanted in readings)
    elif readings:
        reasons = [d.message for d in ours.diagnostics]
        assert all(any(why in reason for why in STRICTER) for reason in reasons), reasons


STRICTER = (
    "keys are text",
    "Jinja",
    "cannot be written",
    "the file is empty",
    "a config is a mapping",
    "the tag `!` does not fit",
    ",` does not fit",  # `{a: !!str, b: 1}`: the comma is part of the tag to PyYAML
    "but got ':'",  # the same, behind such a tag
    "expected chomping or indentation indicators",  # `>#`
    "releases of OmegaConf differ in which counts",  # and one of them is installed
)


@pytest.mark.parametrize("scalar", HOSTILE)
@pytest.mark.parametrize("form", ["a: {}", "a: [{}]", "a: {{b: {}, c: 1}}", "- {}", "a: !!str {}"])
def test_a_scalar_means_what_omegaconf_says(form: str, scalar: str) -> None:
    assert_as_omegaconf("x: 1\na: &x 1\n".replace("a:", "y:") + form.format(scalar))


@pytest.mark.parametrize("tag", ["!!int", "!!float", "!!bool", "!!null", "!!str", "!", "!!set"])
@pytest.mark.parametrize("scalar", ["1", "'1'", "yes", "x", "", "1e-4", "[1]", "0x1F", "null"])
def test_a_tag_means_what_omegaconf_says(tag: str, scalar: str) -> None:
    assert_as_omegaconf(f"a: {tag} {scalar}\nb: 1\n")


@given(st.text(st.sampled_from("0123456789+-._eExXbaA:fFnNiI"), max_size=8))
@settings(max_examples=share(300))
def test_number_like_text(scalar: str) -> None:
    assert_as_omegaconf(f"a: {scalar}")


@given(st.text(st.sampled_from("ab1:-,[]{}?#&*!|>'\" \n\\%~=<é"), max_size=24))
@settings(max_examples=share(300))
def test_syntax_soup(text: str) -> None:
    assert_as_omegaconf(text)


scalars = st.sampled_from(HOSTILE)
keys = st.sampled_from(["a", "b", "c", "<<", "'on'", '"1"', "key with space"])


def _block(value: object, indent: int = 0) -> str:
    pad = "  " * indent
    if isinstance(value, dict) and value:
        return "".join(f"\n{pad}{k}:{_block(v, indent + 1)}" for k, v in value.items())
    if isinstance(value, list) and value:
        return "".join(f"\n{pad}-{_block(v, indent + 1)}" for v in value)
    return f" {value}"


trees = st.recursive(
    scalars | st.just("|\n     x\n\n"),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(keys, inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(keys, trees, min_size=1, max_size=3))
@settings(max_examples=share(300))
def test_structures(tree: dict[str, object]) -> None:
    assert_as_omegaconf(_block(tree))


MERGES = {
    "own keys win": "a: &a {x: 1, y: 2}\nb: {<<: *a, x: 3}",
    "wherever the merge stands": "a: &a {x: 1, y: 2}\nb:\n  x: 3\n  <<: *a\n  z: 4",
    "of a list the first wins": "a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b]}",
    "of two merges the last wins": "a: &a {xx: 1}\nb: &b {xx: 2}\nc:\n  <<: *a\n  <<: *b",
    "twice the same value": "a: &a {xx: [1]}\nb: &b {xx: [1]}\nc: {<<: [*a, *b]}",
    "what is written decides": "a: &a {xx: 1}\nb: &b {xx: 2}\nc: {<<: [*a, *b], xx: 3}",
    "a tag that says nothing": "a: ! 1\nb: ! x\nc: ! [1]\nd: ! 'x'\ne: !\n  f: ! true",
    "a merge of a merge": "a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {<<: *b, z: 3}",
    "an equals sign is a key": "=: 1\nb: {=: 2}",
    "a quoted one is a key": "a: {'<<': 1}",
    "an alias is a copy": "a: &a [1, {b: 2}]\nc: *a\nd: {e: *a}",
    "a scalar alias": "a: &a 1e-4\nb: *a",
}


@pytest.mark.parametrize("case", MERGES)
def test_merges_and_aliases(case: str) -> None:
    assert problems(MERGES[case]) == []
    assert same([read(MERGES[case]).values] * 2, omegaconf_reads(MERGES[case]))


@pytest.mark.parametrize(
    ("text", "place", "lines"),
    [
        ("a: &a {lr: 1}\nb: &b {lr: 2}\nc: {<<: [*a, *b]}", "3:5", "`lr: 1` or `lr: 2`"),
        ("a: &a {lr: 1.0}\nb: &b {lr: 1}\nc: {<<: [*a, *b]}", "3:5", "`lr: 1.0` or `lr: 1`"),
        ("a: &a {o: {p: 1}}\nb: &b {o: {p: 2}}\nc:\n  <<: *a\n  <<: *b", "4:3", "`o: {p: 2}`"),
        ("a: &a {x: 1}\nb: &b {<<: *a, x: 2}\nc: {<<: *b}", "3:5", "`x: 2` or `x: 1`"),
        ("a: &a {lr: 1}\nb: &b {lr: [2,\n  3]}\nc: {<<: [*a, *b]}", "4:5", "write `lr` beside"),
    ],
)
def test_where_releases_merge_otherwise(text: str, place: str, lines: str) -> None:
    """As tried with OmegaConf 2.3.0 and 2.4.0, and PyYAML 6.0.3 and 6.0.4."""
    (found,) = read(text).diagnostics
    assert f"{found.span.line}:{found.span.column}" == place
    assert "releases of OmegaConf differ in which counts" in found.message
    assert lines in found.help
    assert len(found.labels) == 2


@pytest.mark.parametrize(
    ("value", "instead"),
    [
        ("!!binary aGVsbG8=", "write 'hello'"),
        ("!!binary /w==", "write the path of a file"),
        ("!!omap [b: 1, c: x]", "write {b: 1, c: x}, which keeps its order, or [[b, 1], [c, x]]"),
        ("!!omap\n  - b: 1\n", "write {b: 1}, which"),
        ("!!pairs [b: 1, b: 2]", "write a list of lists: [[b, 1], [b, 2]]"),
        ("!!set {b, c}", "write a list: [b, c]"),
        ("!!timestamp 2001-01-01", "2001-01-01 alone is a string"),
        ("!!python/tuple [1]", "has lists and no tuples"),
        ("!!python/object/apply:pathlib.Path [/tmp, x]", "as a string: /tmp/x"),
        ("!!python/object/new:os.system [ls]", "write the values that stand for one"),
        ("!env HOME", "write ${oc.env:HOME}"),
        ("!include other.yaml", "write what other.yaml holds here"),
        ("!", 'write the value alone, or ""'),
        ("! '1'", "write the value alone"),
        ("!mine x", "!!str, !!int, !!float"),
    ],
)
def test_what_to_write_in_place_of_a_tag(value: str, instead: str) -> None:
    (found,) = read(f"a: {value}").diagnostics
    assert instead in found.help


@pytest.mark.slow
@pytest.mark.network
def test_every_shipped_config_is_read_as_omegaconf_reads_it(torchtune_source: Path) -> None:
    texts = [
        path.read_text(encoding="utf-8")
        for path in sorted((torchtune_source / "recipes" / "configs").rglob("*.yaml"))
    ]
    assert len(texts) == 156
    for text in texts:
        document = read(text)
        assert document.diagnostics == ()
        assert same([document.values] * 2, omegaconf_reads(text))
        assert steps(lambda text=text: read(text)) < 100 * len(text)  # type: ignore[misc]


def test_merging_what_was_itself_merged_from_two() -> None:
    """OmegaConf 2.4 calls this a duplicate key, 2.3 reads it; there is one meaning."""
    text = "a: &a {x: 1}\nb: &b {x: 2}\nc: &c {<<: [*a, *b]}\nd: {<<: *c}"
    assert read(text).values["d"] == {"x": 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: [1,\n", "3:1 TCW106 not readable: expected the node content"),
        ("a: 1\nb: c: d", "2:5 TCW106 not readable: mapping values are not allowed here"),
        ("a: 1\n\tb: 2", "2:1 TCW106 not readable: found a tab character that violates"),
        ("a: 1\nb: 2\na: 3", "3:1 TCW106 the key `a` is there twice"),
        ("b:\n  c: {d: 1, d: 2}", "2:13 TCW106 the key `d` is there twice"),
        ("a: !mine x", "1:4 TCW106 the tag `!mine` does not fit here"),
        ("a: !!binary x", "1:4 TCW106 the tag `!!binary` does not fit here"),
        ("a: !!python/tuple [1]", "1:4 TCW106 the tag `!!python/tuple` does not fit here"),
        ("- 1", "1:1 TCW106 a config is a mapping of keys to values, and this is a list"),
        ("just text", "1:1 TCW106 a config is a mapping of keys to values, and this is a single"),
        ("", "1:1 TCW106 the file is empty"),
        ("# nothing\n---\n", "1:1 TCW106 the file is empty"),
        ("a: {on: 1}", "1:5 TCW106 the key `on` is a boolean; keys are text"),
        ("a:\n  1: x", "2:3 TCW106 the key `1` is a number; keys are text"),
        ("? [a]\n: b", "1:3 TCW106 a list or a mapping cannot be a key"),
        ("a: &x [*x]", "1:8 TCW106 not readable: *x refers to what it is part of"),
        ("a: *x", "1:4 TCW106 not readable: *x refers to an anchor &x that is not above"),
        ("a: &x 1\nb: &x 2", "2:4 TCW106 not readable: the anchor &x is there twice"),
        ("a: 1\nb: \x07", "2:4 TCW106 not readable: the character U+0007 is not allowed"),
        ("é: \ud800", "1:4 TCW106 not readable: the character U+D800 is not allowed"),
        ('a: "\\0"', "1:4 TCW106 a string with the character U+0000 cannot be written"),
        ("a: 1\n--- \nb: 1", "2:1 TCW106 not readable: a second document starts here"),
        ("a: 1\nlr: {{ lr }}", "2:5 TCW106 this is a Jinja template and not YAML yet"),
        ("a: 1\nb: x/{{ lr }}/y", "2:4 TCW106 this is a Jinja template and not YAML yet"),
        ("b: {{ lr }}/y", "1:12 TCW106 this is a Jinja template and not YAML yet"),
        ("a: 1\n{% if x %}\nb: 1\n{% endif %}", "2:2 TCW106 this is a Jinja template"),
        ("a: 0b_", "1:4 TCW106 `0b_` cannot be read as a number"),
        ("a: " + "1" * 5000, "1:4 TCW106 `1111111111111111111111111111111111111111` cannot"),
        ("a: <<", "1:4 TCW106 `<<` alone is no value"),
        ("a: =", "1:4 TCW106 `=` alone is no value"),
        ("a: {<<: 1}", "1:9 TCW106 `<<` takes a mapping or a list of mappings"),
        ("a: " + "[" * 1000, "1:104 TCW106 not readable: nested more than 100 levels deep"),
        ("\n".join(f"a{i}: [1, 2]" for i in range(5000)), "2500:12 TCW106 not readable: more"),
        ('a: "\\UFFFFFFFF"', "1:7 TCW106 not readable: no YAML reader could make sense of this"),
    ],
)
def test_a_bad_file_becomes_a_finding(text: str, expected: str) -> None:
    found = problems(text)
    assert found
    assert found[0].startswith(expected)


def test_all_mistakes_at_once() -> None:
    text = "a: 1\na: 2\nb: !x 1\non: 3\nc: {d: =, d: 1}\n"
    assert [line.split()[0] for line in problems(text)] == ["2:1", "3:4", "4:1", "5:8", "5:11"]


def test_a_duplicate_key_shows_both_places() -> None:
    (finding,) = read("a: 1\nb: 2\na: 3\n").diagnostics
    assert (finding.span.line, finding.labels[0].span.line) == (3, 1)


def test_a_syntax_error_shows_what_was_open() -> None:
    (finding,) = read("a: [1,\nb: 2\n").diagnostics
    assert [str(label.span) for label in finding.labels] == ["base.yaml:1:4"]


def test_aliases_that_explode_are_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    text = "\n".join(lines)
    assert "more than 10,000 values with its aliases" in problems(text)[0]
    assert steps(lambda: problems(text)) < 1_000_000


@pytest.mark.parametrize("part", ["{{", "[", "- ", "? ", "a: 1\n", "&a ", "x: {{ ", "{a: ", "'"])
def test_a_huge_bad_file_is_refused(part: str) -> None:
    # where each part looked at all those before it, this test would not end
    assert problems(part * 200_000)


def test_merges_that_explode_are_read() -> None:
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 10)}]}}" for i in range(1, 30)]
    assert read("\n".join(lines)).values["a29"] == {"x": 1}


def test_spans_are_of_what_is_written() -> None:
    document = read(
        "a: 1e-4  # comment\nb:\n  - {c: 'x', d: y}\n  - z\n# behind\n"
        "e:\nf: |\n  text\n\ng: &g\n  h: 1\ni: *g\n"
    )
    shown = {
        path: (s.line, s.column, s.end_line, s.end_column) for path, s in document.spans.items()
    }
    assert shown[("a",)] == (1, 4, 1, 8)
    assert shown[("b",)] == (3, 3, 4, 6)
    assert shown[("b", 0)] == (3, 5, 3, 19)
    assert shown[("b", 0, "c")] == (3, 9, 3, 12)
    assert shown[("b", 0, "d")] == (3, 17, 3, 18)
    assert shown[("e",)] == (6, 1, 6, 2)
    assert shown[("f",)] == (7, 4, 8, 7)
    assert shown[("i",)] == (12, 4, 12, 6)
    assert shown[("i", "h")] == (11, 6, 11, 7)
    assert str(document.key_spans[("b", 0, "d")]) == "base.yaml:3:14"


def test_lines_are_those_of_editors() -> None:
    document = read('a: "x\u2028y"  # next\r\nb: 1\r\n')
    assert document.spans[("b",)].line == 2
    assert document.values["b"] == 1


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda b: b.decode("latin-1")))
@settings(max_examples=share(300))
def test_nothing_is_raised(text: str) -> None:
    document = read(text)
    assert document.values or document.diagnostics or text.strip().startswith(("{", "%", "-", "#"))


@given(st.data())
@settings(max_examples=share(300))
def test_nothing_is_raised_for_a_damaged_config(data: st.DataObject) -> None:
    text = (
        "a: &x {b: [1, 'c', \"d\\n\"], e: !!int 5}\nf:\n  <<: *x\n  g: |\n    h\n  i: >-\n    j\n"
    )
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 5))
    junk = data.draw(
        st.text(st.sampled_from("\r\n:-?[]{}&*!|>%@`'\"\\\0\x85\u2028 ax1"), max_size=6)
    )
    assert_as_omegaconf(text[:at] + junk + text[at + cut :])


def test_a_second_mark_is_read_in_two_ways_and_refused(tmp_path: Path) -> None:
    file = tmp_path / "base.yaml"
    file.write_text("\ufeff\ufeffa: 1\n", encoding="utf-8")
    readers = (yaml.SafeLoader, yaml.CSafeLoader)
    keys = [list(yaml.load(file.read_text("utf-8"), each)) for each in readers]
    assert keys == [["\ufeffa"], ["a"]]
    place = Place(str(tmp_path / "experiment.yaml"))
    (found,) = read_base(place.read("base.yaml"), "base.yaml").diagnostics
    assert "a second byte-order mark" in found.message
    file.write_text("\ufeffa: 1\n", encoding="utf-8")
    assert not read_base(place.read("base.yaml"), "base.yaml").diagnostics
