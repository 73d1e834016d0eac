"""The reader of experiments against strictyaml itself: the same values, the same refusals."""

from __future__ import annotations

from typing import Any, TypeAlias

import pytest
import strictyaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tcwc.model.diagnostics import Diagnostic
from tcwc.model.source import SourceText
from tcwc.yaml.experiment import read_yaml
from tcwc.yaml.nodes import MappingNode, Node, ScalarNode
from tests.conftest import share

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain]"

WORDS = ("a", "b c", "1", "1e-4", "no", "~", "null", "-1", "x:y", "a#b", "it's", "é", "<<", "=")
SPACES = ("", " ", "  ", "\n", "\n  ", "\n    ", "\n\n", " # note\n", "\r\n  ")
MARKS = (": ", ":", "- ", "[", "]", "{", "}", ", ", ",", "'", '"', "|\n", ">\n", "? ", "---", "&x ")


def plain(node: Node) -> Plain:
    if isinstance(node, ScalarNode):
        return node.text
    if isinstance(node, MappingNode):
        return {entry.key.text: plain(entry.value) for entry in node.entries}
    return [plain(item) for item in node.items]


def ours(text: str) -> tuple[Plain | None, tuple[Diagnostic, ...]]:
    root, found = read_yaml(SourceText("experiment.yaml", text))
    return (None if root is None else plain(root)), found


def theirs(text: str) -> Plain | None:
    """What strictyaml makes of a text; None where it raises, whatever it raises."""
    try:
        return bare(strictyaml.dirty_load(text, allow_flow_style=True).data)
    except Exception:
        return None


def bare(value: Any) -> Plain:
    """A value of strictyaml's with the texts in it as texts: `=` and `<<` come as objects."""
    if isinstance(value, dict):
        return {str(getattr(key, "value", key)): bare(item) for key, item in value.items()}
    if isinstance(value, list):
        return [bare(item) for item in value]
    return str(getattr(value, "value", value))


def is_ours_alone(found: tuple[Diagnostic, ...]) -> bool:
    """Whether a refusal is one that strictyaml does not make."""
    alone = (
        *("merge keys", "must be a mapping", "file is empty", "has comments only"),
        *("nested more", "a key of ", "cannot be written", "a key must be text"),
    )
    return any(word in each.message for each in found for word in alone)


def compare(text: str) -> None:
    mine, found = ours(text)
    other = theirs(text)
    if found:
        assert other is None or is_ours_alone(found), (text, found, other)
    else:
        assert mine == other, text


GOOD = [
    "a: 1\nb:\n  - x\n  - y\n",
    "a: [8, 16]\nb: {c: 1, d: [2, 3]}\n",
    "a: 'it''s'\nb: \"x\\ty\"\nc: |\n  one\n  two\nd: >\n  folded\n  text\n",
    "a:\nb: ''\n",
    "# note\na: 1 # behind\n\n# last\n",
    "a: x\r\nb:\r\n  - y\r\n",
    "a: multi\n  line\n  text\nb: 1\n",
    "? a\n: 1\n",
    "%YAML 1.2\n---\na: 1\n...\n",
]


@pytest.mark.parametrize("text", GOOD)
def test_reads_what_strictyaml_reads(text: str) -> None:
    mine, found = ours(text)
    assert found == ()
    assert mine == theirs(text)


BAD = [
    "a: 1\na: 2\n",
    "a: &x 1\nb: *x\n",
    "a: !!int 1\n",
    "a: [1, 2\n",
    "a: 1\n  b: 2\n",
    "a: 'x\n",
    "a: 1\n---\nb: 2\n",
    "a: \x07\n",
    "a:\n\t- 1\n",
]


@pytest.mark.parametrize("text", BAD)
def test_refuses_what_strictyaml_refuses(text: str) -> None:
    _, found = ours(text)
    assert found
    assert theirs(text) is None


@settings(max_examples=share(500))
@given(st.lists(st.sampled_from(WORDS + SPACES + MARKS), max_size=16).map("".join))
@example("a: 1")
def test_random_texts(text: str) -> None:
    compare(text)


TREES = st.recursive(
    st.sampled_from(WORDS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    ),
    max_leaves=8,
)


def block(tree: object, indent: int) -> str:
    """A tree in block style, or flow where it is empty."""
    pad = "\n" + "  " * indent
    if isinstance(tree, dict) and tree:
        return "".join(f"{pad}{key}: {block(value, indent + 1)}" for key, value in tree.items())
    if isinstance(tree, list) and tree:
        return "".join(f"{pad}- {flow(item)}" for item in tree)
    return flow(tree)


def flow(tree: object) -> str:
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{key}: {flow(value)}" for key, value in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(map(flow, tree)) + "]"
    return "'" + str(tree).replace("'", "''") + "'"


@given(st.dictionaries(st.sampled_from("abcd"), TREES, min_size=1))
def test_trees(tree: dict[str, object]) -> None:
    text = block(tree, 0).lstrip("\n") + "\n"
    mine, found = ours(text)
    assert found == ()
    assert mine == tree
    compare(text)


@pytest.mark.parametrize(
    ("text", "line", "column", "end_column"),
    [
        ("v:\n  x: [8, 'a b', {c: 16}]\n", 2, 7, 8),
        ('v:\n  x: ["8"]\n', 2, 7, 10),
        ("v:\n  x:\n    - 8 # note\n", 3, 7, 8),
    ],
)
def test_spans(text: str, line: int, column: int, end_column: int) -> None:
    root, _ = read_yaml(SourceText("experiment.yaml", text))
    node: Node | None = root
    while not isinstance(node, ScalarNode):
        assert node is not None
        node = node.entries[0].value if isinstance(node, MappingNode) else node.items[0]
    span = node.span
    assert (span.line, span.column, span.end_line, span.end_column) == (
        line,
        column,
        line,
        end_column,
    )


@pytest.mark.parametrize("text", ["a: b\x85c", 'a: "b\x85c"', "a: b # c\x85d\nb: 1"])
def test_a_next_line_character_is_refused(text: str) -> None:
    """strictyaml folds it to a space, PyYAML ends the line there, and YAML 1.2 reads a letter."""
    _, (found,) = read_yaml(SourceText("experiment.yaml", text))
    assert (found.rule.code, text[found.span.column - 1]) == ("TCW002", "\x85")
