"""The one composer under its two dialects: the same places, other meanings and other refusals."""

from __future__ import annotations

import pytest

from tcwc.model.source import SourceText
from tcwc.yaml.compose import compose
from tcwc.yaml.composed import ComposedMapping, ComposedScalar, ComposedSequence, Node, Unreadable
from tcwc.yaml.config_nodes import config_nodes
from tcwc.yaml.experiment import read_yaml
from tcwc.yaml.experiment_stream import ExperimentStream
from tcwc.yaml.stream import EventStream

TEXT = """\
a: 1e-3
'b': [x, {c: null}, "y"]
d:
- yes
- |
  text

- e:
f: {}
"""


def untagged(node: Node) -> object:
    """A node without what its dialect takes it for."""
    if isinstance(node, ComposedScalar):
        return node.text, node.style, node.start, node.end
    if isinstance(node, ComposedSequence):
        return [untagged(item) for item in node.items], node.flow, node.start, node.end
    pairs = [(untagged(key), untagged(value)) for key, value in node.pairs]
    return pairs, node.flow, node.start, node.end


def scalars(node: Node) -> list[ComposedScalar]:
    if isinstance(node, ComposedScalar):
        return [node]
    if isinstance(node, ComposedSequence):
        return [each for item in node.items for each in scalars(item)]
    return [each for pair in node.pairs for part in pair for each in scalars(part)]


def both(text: str) -> tuple[Node, Node]:
    one, other = compose(ExperimentStream(text)), compose(EventStream(text))
    assert one is not None
    assert other is not None
    return one, other


def test_places_are_the_same_in_both() -> None:
    one, other = both(TEXT)
    assert untagged(one) == untagged(other)


def test_only_a_config_types_its_scalars() -> None:
    one, other = both(TEXT)
    assert {each.tag for each in scalars(one)} == {"str"}
    tags = {each.text: each.tag for each in scalars(other)}
    assert tags["1e-3"] == "float"
    assert tags["null"] == "null"
    assert tags["yes"] == "bool"
    assert tags["y"] == "str"


def test_nodes_say_where_and_how_they_stand() -> None:
    (root, _) = both(TEXT)
    assert isinstance(root, ComposedMapping)
    assert not root.flow
    assert TEXT[root.start : root.end] == TEXT.rstrip()
    values = [value for _, value in root.pairs]
    assert TEXT[values[1].start : values[1].end] == '[x, {c: null}, "y"]'
    assert isinstance(values[1], ComposedSequence)
    assert values[1].flow
    assert [each.style for each in scalars(root) if each.text in ("b", "x", "y", "text\n")] == [
        "'",
        "",
        '"',
        "|",
    ]


def test_an_alias_is_its_node_at_its_own_place() -> None:
    text = "a: &x [1]\nb: *x\n"
    root = config_nodes(text)
    assert isinstance(root, ComposedMapping)
    first, second = (value for _, value in root.pairs)
    assert isinstance(first, ComposedSequence)
    assert isinstance(second, ComposedSequence)
    assert second.items is first.items
    assert text[second.start : second.end] == "*x"


@pytest.mark.parametrize("text", ["a: *x", "a: &x [*x]", "a: &x 1\nb: &x 2", "a: 1\n---\nb: 2"])
def test_what_is_no_tree_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        config_nodes(text)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("a: !x 1\nb: [", 3),
        ("a: !e!x 1", 3),
        ("a: &x 1\nb: &x 2", 3),
        ("a: &x [*x]", 3),
        ("a: 1\nb: &y\n---\nc: 1", 8),
        ("%YAML 1.3\n---\n? !x\n", 16),
    ],
)
def test_a_tag_or_an_anchor_is_said_before_what_is_wrong_behind_it(text: str, at: int) -> None:
    source = SourceText("x", text)
    root, (found,) = read_yaml(source)
    assert root is None
    assert found.code == "TCW004"
    assert found.span == source.span(at, at + 1)


def test_what_is_wrong_before_a_tag_is_said_first() -> None:
    _, (found,) = read_yaml(SourceText("x", "a: ]\nb: !x 1"))
    assert found.code == "TCW003"


@pytest.mark.parametrize(("version", "reads"), [("1.1", True), ("1.2", True), ("1.3", False)])
def test_versions_that_an_experiment_may_name(version: str, reads: bool) -> None:
    root, found = read_yaml(SourceText("x", f"%YAML {version}\n---\na: 1"))
    assert (root is not None, not found) == (reads, reads)
