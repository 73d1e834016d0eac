"""Reads the YAML of an experiment into positioned nodes; the only module that knows strictyaml.

strictyaml's own reader and its restrictions (no tags, no anchors, no duplicate or merge keys) are
kept, its chunk objects are not: they copy their container for each value, which makes loading
quadratic, and their positions are lines only. `StrictYAMLLoader` is no documented entry point, so
the dependency is bounded and `tests/frontend/test_yaml_source.py` compares with
`strictyaml.dirty_load`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from tcwc.diagnostics import Diagnostic, Label, finding
from tcwc.rules import DUPLICATE_KEY, UNREADABLE_TEXT, YAML_FEATURE, YAML_SYNTAX
from tcwc.source import SourceText, Span

MAX_DEPTH = 100
"""Nesting beyond this is refused: nobody writes it, and readers of YAML recurse."""


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A scalar as text. `quoted` is true for quoted and for block (`|`, `>`) scalars.

    Where nothing was written (`key:`), `text` is empty and not quoted, and the span is the key's.
    """

    text: str
    quoted: bool
    span: Span

    @property
    def is_empty(self) -> bool:
        return not self.text and not self.quoted


@dataclass(frozen=True, slots=True)
class SequenceNode:
    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Entry:
    key: ScalarNode
    value: Node


@dataclass(frozen=True, slots=True)
class MappingNode:
    """A mapping; a key that stood twice is there once, as written first."""

    entries: tuple[Entry, ...]
    span: Span


Node: TypeAlias = ScalarNode | SequenceNode | MappingNode


def read_yaml(source: SourceText) -> tuple[MappingNode | None, tuple[Diagnostic, ...]]:
    """The root mapping of a source, and what is wrong with its YAML.

    Gives None where nothing can be read on. Raises for no text whatever.
    """
    try:
        node = _compose(source.text)
    except RecursionError:
        return None, (_too_deep(source, _deepest(source.text)),)
    except Exception as error:  # noqa: BLE001  strictyaml raises many kinds: see _explain
        return None, (_explain(error, source),)
    reader = _Reader(source)
    if node is None:
        return None, (
            finding(
                YAML_SYNTAX,
                source.span(0, 0),
                "the file is empty",
                help="an experiment needs experiment_name, base_config and variables",
            ),
        )
    root = reader.read(node, source.span(0, 0), 0)
    if not isinstance(root, MappingNode):
        reader.found.append(
            finding(
                YAML_SYNTAX,
                root.span,
                "an experiment is a mapping of sections, and this is not one",
                help="begin with `experiment_name: my_study`",
            )
        )
        return None, tuple(reader.found)
    return root, tuple(reader.found)


def _compose(text: str) -> Any:
    """ruamel's node tree of the one document in `text`, under strictyaml's restrictions."""
    from strictyaml.parser import StrictYAMLLoader  # costly to import

    loader_class = type(
        "Loader", (StrictYAMLLoader,), {"label": "experiment", "allow_flow_style": True}
    )
    return loader_class(text).get_single_node()


class _Reader:
    """Turns ruamel's nodes into ours and collects what strictyaml would refuse in them."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.found: list[Diagnostic] = []

    def read(self, node: Any, fallback: Span, depth: int) -> Node:
        span = self.span(node)
        if depth > MAX_DEPTH:
            self.found.append(_too_deep(self.source, node.start_mark.index))
            return ScalarNode("", False, span)
        if node.id == "mapping":
            return MappingNode(tuple(self.entries(node, depth)), span)
        if node.id == "sequence":
            return SequenceNode(
                tuple(self.read(item, self.before(item), depth + 1) for item in node.value), span
            )
        quoted = node.style is not None
        return ScalarNode(node.value, quoted, span if node.value or quoted else fallback)

    def entries(self, node: Any, depth: int) -> Iterator[Entry]:
        seen: dict[str, Span] = {}
        for key_node, value_node in node.value:
            span = self.span(key_node)
            if key_node.id != "scalar":
                self.found.append(_not_text(span))
                continue
            key = ScalarNode(key_node.value, key_node.style is not None, span)
            if key.text == "<<" and not key.quoted:
                self.found.append(
                    finding(
                        YAML_FEATURE,
                        span,
                        "merge keys (`<<`) are not read in an experiment",
                        help="write the keys out, or put them into the base config file",
                    )
                )
                continue
            if key.text in seen:
                self.found.append(_twice(key.text, span, seen[key.text]))
                continue
            seen[key.text] = span
            yield Entry(key, self.read(value_node, span, depth + 1))

    def span(self, node: Any) -> Span:
        """A node's span; of a block collection without the blank lines and comments behind it."""
        start, end = node.start_mark.index, node.end_mark.index
        if node.id != "scalar" and node.value and not node.flow_style:
            last = node.value[-1]
            end = _end(last[1] if isinstance(last, tuple) else last)
        elif node.id == "scalar" and node.style in ("|", ">"):
            end = start + len(self.source.text[start:end].rstrip())
        return self.source.span(start, end)

    def before(self, node: Any) -> Span:
        """Where an item without a value was to be: the `-` or `,` before it."""
        text = self.source.text[: node.start_mark.index].rstrip()
        return self.source.span(max(len(text) - 1, 0), len(text))


def _end(node: Any) -> int:
    """The offset just behind the last thing in a node."""
    while node.id != "scalar" and node.value and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return int(node.end_mark.index)


def _twice(key: str, span: Span, first: Span) -> Diagnostic:
    return finding(
        DUPLICATE_KEY,
        span,
        f"the key `{key}` stands twice in one section",
        help="keep one of the two; nobody can tell which was meant",
        labels=(Label(first, "first set here"),),
    )


def _not_text(span: Span) -> Diagnostic:
    return finding(
        YAML_FEATURE,
        span,
        "a key must be text, not a list or a mapping",
        help="quote it if it is meant literally",
    )


def _too_deep(source: SourceText, offset: int) -> Diagnostic:
    return finding(
        YAML_SYNTAX,
        source.span(offset, offset + 1),
        f"nested more than {MAX_DEPTH} levels deep",
        help="an experiment needs a few levels only; look for brackets that are never closed",
    )


def _deepest(text: str) -> int:
    """The offset at which brackets or dashes nest too deeply, near enough to find it."""
    depth = 0
    for offset, char in enumerate(text):
        depth += (char in "[{") - (char in "]}")
        if depth > MAX_DEPTH:
            return offset
    return 0


def _explain(error: Exception, source: SourceText) -> Diagnostic:
    """The finding for whatever strictyaml raised.

    Besides its own and ruamel's marked errors these are NotImplementedError (on some comments
    behind a value), AttributeError (NUL, lone surrogate) and AssertionError (`? [a]: b`).
    """
    kind = type(error).__name__
    if kind == "ReaderError":
        offset = int(getattr(error, "position", 0))
        char = source.text[offset : offset + 1]
        return finding(
            UNREADABLE_TEXT,
            source.span(offset, offset + 1),
            f"a character that YAML does not allow: U+{ord(char or chr(0)):04X}",
            help="remove it; it is invisible in most editors",
        )
    offset = _offset(error, kind)
    span = source.span(offset, min(offset + 1, len(source.text)))
    if kind == "TagTokenDisallowed":
        return finding(
            YAML_FEATURE,
            span,
            "tags (`!!int`, `!x`) are not read in an experiment",
            help="write the bare value: tcwc types it by what reads it; quote a text that "
            "begins with `!`",
        )
    if kind == "AnchorTokenDisallowed":
        return finding(
            YAML_FEATURE,
            span,
            "anchors and aliases (`&x`, `*x`) are not read in an experiment",
            help="write the value out; quote a text that begins with `&` or `*`",
        )
    if kind == "NotImplementedError":
        return finding(
            YAML_SYNTAX,
            span,
            "a comment stands where the YAML reader cannot place it",
            help="move the comment to a line of its own, above the key",
        )
    problem = getattr(error, "problem", None) or "this is not YAML that can be read"
    return finding(YAML_SYNTAX, span, _plain(str(problem)), help=_cause(str(problem), span, source))


def _offset(error: Exception, kind: str) -> int:
    """Where a marked error happened, as a character offset."""
    # strictyaml gives its own errors the start of the token in one of two attributes
    names = (
        ("context_mark", "problem_mark")
        if kind == "AnchorTokenDisallowed"
        else ("problem_mark", "context_mark")
    )
    for name in names:
        mark = getattr(error, name, None)
        if mark is not None:
            return int(mark.index)
    return 0


def _plain(problem: str) -> str:
    """ruamel's words for a syntax error, in the reader's."""
    known = {
        "mapping values are not allowed here": "a second `: ` on this line",
        "but found another document": "a second document (`---`) in one file",
        "could not find expected ':'": "a key without its colon",
    }
    return known.get(problem, f"YAML syntax: {problem}")


def _cause(problem: str, span: Span, source: SourceText) -> str:
    """The likely cause of a syntax error, and the way out."""
    line = source.line(span.line)
    if "\\t" in problem or line.lstrip(" ").startswith("\t"):
        return "indent with spaces: YAML allows no tabs there"
    if "another document" in problem:
        return "one file holds one experiment: remove the `---`, or split the file"
    value = line.partition(":")[2].strip()
    if value.startswith("{") and not value.endswith("}"):
        return f"a text that begins with a brace must be quoted: '{value}'"
    if "mapping values" in problem:
        return "quote the value if the colon belongs to it, or begin a new line"
    if "cannot start any token" in problem:
        return "quote the value: a plain text cannot begin with that character"
    if "expected ',' or" in problem:
        return "close the bracket, or put a comma between the items; quote texts with brackets"
    if "expected <block end>" in problem:
        return "check the indentation of this line, and quotes or brackets just before it"
    if "could not find expected" in problem:
        return "write `key: value` with a blank behind the colon"
    if "end of stream" in problem or "stream end" in problem:
        return "a quote or bracket opened above is never closed"
    return "quote the value, or compare with an example: `variables:` then `  seed: [1, 2]`"
