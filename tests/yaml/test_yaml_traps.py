"""Lines that YAML reads otherwise than their author: one finding, at the text, with its repair."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcwc.model.diagnostics import Diagnostic
from tcwc.model.source import SourceText, Span
from tcwc.yaml.experiment import read_yaml
from tcwc.yaml.nodes import MappingNode, Node, ScalarNode
from tcwc.yaml.traps import explain_trap, whole_expression
from tests.conftest import share
from tests.steps import steps


def read(text: str) -> tuple[MappingNode | None, tuple[Diagnostic, ...]]:
    return read_yaml(SourceText("experiment.yaml", text))


def stretch(text: str, span: Span) -> str:
    source = SourceText("experiment.yaml", text)
    start = source.offset(span.line, span.column)
    return text[start : source.offset(span.end_line, span.end_column)]


def repaired(text: str, found: Diagnostic) -> str:
    (edit,) = found.fixes[0].edits
    source = SourceText("experiment.yaml", text)
    start = source.offset(edit.span.line, edit.span.column)
    end = source.offset(edit.span.end_line, edit.span.end_column)
    return text[:start] + edit.text + text[end:]


def scalars(node: Node | None) -> list[str]:
    if isinstance(node, ScalarNode):
        return [node.text]
    if isinstance(node, MappingNode):
        pairs = [(entry.key, entry.value) for entry in node.entries]
        return [text for key, value in pairs for text in (key.text, *scalars(value))]
    return [text for item in (node.items if node else ()) for text in scalars(item)]


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("a: {name}/x\n", "{name}/x", "a template needs quotes"),
        ("a: {name}_{rank}  # why\n", "{name}_{rank}", "a template needs quotes"),
        ("a: {name} x\n", "{name} x", "a template needs quotes"),
        ("a: {rank:03d}/x\n", "{rank:03d}/x", "a template needs quotes"),
        ("a: {rank} * 2\n", "{rank} * 2", "a template needs quotes"),
        ("a:\n  - {rank}/x\n  - y\n", "{rank}/x", "a template needs quotes"),
        ("a:\n  - b: {rank}/x\n", "{rank}/x", "a template needs quotes"),
        ("data[0].x: {rank}/x\n", "{rank}/x", "a template needs quotes"),
        ("a: [x/{rank}, y]\n", "x/{rank}", "a template needs quotes"),
        ("a: [y, {rank}/x]\n", "{rank}/x", "a template needs quotes"),
        ("a: {b: x/{rank}, c: 1}\n", "x/{rank}", "a template needs quotes"),
        ("a: [{b: [{c: x/{rank}}]}]\n", "x/{rank}", "a template needs quotes"),
        ("a: [\n  y,  # why\n  x/{rank},\n]\n", "x/{rank}", "a template needs quotes"),
        ("a: {b: ${c}, d: 1}\n", "${c}", "`${...}` inside"),
        ("a: [${c}/x, y]\n", "${c}/x", "`${...}` inside"),
        ("- {dataset[0].split: train}\n", "dataset[0].split", "brackets"),
        ("a: {dataset[0].split: train}\n", "dataset[0].split", "brackets"),
        ("{dataset[0].split: train}\n", "dataset[0].split", "brackets"),
        ("a: {logspace:[1, 2, 3]}\n", ":", "a colon without a space"),
        ("a: [{b: 1, c:{d: 1}}]\n", ":", "a colon without a space"),
        ('when: b == "x: y"\n', 'b == "x: y"', "a `: ` in it"),
        ("a: {when: b == 'x: y', c: 1}\n", "b == 'x: y'", "a `: ` in it"),
        ('a: [b == "x #y", c]\n', 'b == "x #y"', "a ` #` in it"),
        ("a: [rank in [8, 16]]\n", "rank in [8, 16]", "brackets in it"),
        ("a: {when: data[0].x == 'y'}\n", "data[0].x == 'y'", "brackets in it"),
        ('a:\n  - "x" in b\n', '"x" in b', "a quote at its front"),
        ('a: ["x" in b, c]\n', '"x" in b', "a quote at its front"),
        ("a:\n  - [1, 2] == b\n", "[1, 2] == b", "brackets in it"),
        # what YAML reads without complaint, and cuts
        ('a:\n  - name == "x #y"\n', 'name == "x #y"', "a ` #` begins a comment"),
        ("a:\n  - n == 'x #y' and b  # why\n", "n == 'x #y' and b", "a ` #` begins a comment"),
        ('a:\n  - n in ["x #y", "z"]\n', 'n in ["x #y", "z"]', "a ` #` begins a comment"),
        ("a: {when: max(rank, 8) > 4}\n", "max(rank, 8) > 4", "a comma ends a string"),
        ("a: [min(max(x, 1), 8) > 4, b]\n", "min(max(x, 1), 8) > 4", "a comma ends a string"),
        ('a: [n == "x, y", b]\n', 'n == "x, y"', "a comma ends a string"),
        ('a:\n  - name == "x: y"\n  - b\n', 'name == "x: y"', "a `: ` ends a key"),
        ('a: [name == "x: y", b]\n', 'name == "x: y"', "a `: ` "),
    ],
)
def test_one_finding_at_the_text_that_wants_quotes(text: str, at: str, message: str) -> None:
    _, found = read(text)
    (only,) = found
    assert stretch(text, only.span) == at
    assert message in only.message
    assert only.help
    fixed = repaired(text, only)
    root, left = read(fixed)
    assert only.fixes[0].safe
    if root is None:  # a list is no experiment, and that is all that is wrong with it now
        assert [each.message for each in left] == ["the file must be a mapping, and is a list"]
        return
    assert left == ()
    assert at == ":" or at in scalars(root)


def test_what_was_cut_off_is_read_whole() -> None:
    text = 'a: {when: max(rank, 8) > 4, b: 1}\nc:\n  - n == "x #y"\n  - d\n'
    root, found = read(text)
    assert len(found) == 2
    whole = ["a", "when", "max(rank, 8) > 4", "b", "1", "c", 'n == "x #y"', "d"]
    assert scalars(root) == whole


@pytest.mark.parametrize(
    "text",
    [
        "a: ${b}/{rank}\n",
        "a: x/{rank}\n",
        "a: [x, {b: 1}, [y]]\n",
        "a: {b: {c: 1}}\n",
        "a: /tmp/a #b\n",
        "a: it's fine  # isn't it\n",
        'a: 5" tall  # or 6"\n',
        'a:\n  - n == "x"  # say "y"\n',
        "a: [f(x, y), z]\n",
        "a: {when: max(x), b: y)}\n",
        "a: max(x  # y)\n",
        "a: [x == 1, y == 2]\n",
        "a:\n  - b: x == 1\n  - x == 1: c\n",
        "a: 'max(x, y)'\n",
        'a:\n  - n == "x\n    #y"\n',
        "a: 2 * rank  # twice\n",
        "a: {b: [c, 'd: e'], \"f, g\": h}\n",
        "meta: {why: see http://x.y/z}\n",
    ],
)
def test_no_false_alarm(text: str) -> None:
    assert read(text)[1] == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [x,\n  b: ${c}/{d}\n", "this `[` is not closed"),
        ("a: [8, 16\nb: [1, 2]\n", "this `[` is not closed"),
        ("a: C: x\n", "a second `: `"),
        ("a: {b: 1} c\n", "text after a closing"),
        ("a: [b c: d: e]\n", "is missing before this"),
        ("a: 'x\n", "never closed"),
    ],
)
def test_other_mistakes_are_told_as_what_they_are(text: str, message: str) -> None:
    (only,) = read(text)[1]
    assert message in only.message


PIECES = st.sampled_from(
    [
        *(
            "[",
            "]",
            "{",
            "}",
            ",",
            ": ",
            ":",
            " #",
            '"',
            "'",
            "(",
            ")",
            "${",
            " ",
            "\n",
            "\n  ",
            "- ",
        ),
        *("a", "rank", "max(", " == ", " in ", "{rank}", "x: y", "\\", "é", "data[0].x"),
    ]
)


@settings(max_examples=share(500))
@given(st.lists(PIECES, max_size=14).map("".join))
def test_any_line_is_explained_at_a_place_in_it(line: str) -> None:
    text = f"a: {line}\n"
    for each in read(text)[1]:
        assert each.message
        assert stretch(text, each.span) in text
        for fix in each.fixes:
            assert fix.edits
            read(repaired(text, each))


@pytest.mark.parametrize(
    "line",
    [
        *("[" + '"\\' * 50_000, "[" + "a == \"'" * 10_000, "{a: ${" + "x(" * 50_000),
        *("[x/{a}" + "," * 10**5, "{" + "a:b," * 10_000 + "x/{y}}", "a == " + "'\\\"" * 30_000),
        *('["\n' + "[" * 10_000 + '",', "{x}" * 30_000, "max(" * 25_000, "a in   " * 15_000 + '"'),
    ],
    ids=range(10),
)
def test_long_lines_take_few_steps(line: str) -> None:
    source = SourceText("experiment.yaml", f"a: {line}\n")
    end = len(source.text) - 1
    assert steps(lambda: explain_trap(source, end, 3)) < 40 * end
    start = max(3, end - 2_000)
    assert steps(lambda: whole_expression(source.text, start, end, flow=True)) < 100_000
