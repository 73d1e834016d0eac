"""Reads the YAML of an experiment into positioned nodes.

strictyaml's own scanner and its restrictions (no tags, no anchors, no duplicate or merge keys) are
kept, its chunk objects are not: they copy their container for each value, which makes loading
quadratic, and their positions are lines only. The scanner is no documented entry point, so the
dependency is bounded and `tests/yaml/test_yaml_source.py` compares with `strictyaml.dirty_load`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tcwc.model.diagnostics import Diagnostic, Label, finding
from tcwc.model.limits import KEY
from tcwc.model.patterns import pattern
from tcwc.model.rules import (
    DUPLICATE_KEY,
    UNREADABLE_FILE,
    UNREADABLE_TEXT,
    YAML_FEATURE,
    YAML_SYNTAX,
)
from tcwc.model.source import SourceText, Span
from tcwc.yaml.composed import (
    ComposedMapping,
    ComposedScalar,
    ComposedSequence,
    TooMuch,
    Unreadable,
)
from tcwc.yaml.composed import Node as ComposedNode
from tcwc.yaml.depth import MAX_DEPTH, deepest_block, deepest_bracket, too_deep
from tcwc.yaml.guest import import_strictyaml
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode

_NOT_TEXT = pattern("[\0\ud800-\udfff]")


def read_yaml(
    source: SourceText, example: str = "experiment_name: my_study"
) -> tuple[MappingNode | None, tuple[Diagnostic, ...]]:
    """The root mapping of a source, and what is wrong with its YAML.

    `example` is a line that such a file may have. Gives None where nothing can be read on.
    Raises for no text whatever.
    """
    node, problem = _nodes(source)
    if problem is not None and problem.rule is UNREADABLE_FILE:
        return None, (problem,)
    if problem is not None:
        from tcwc.yaml.marks import looking_alike, merged  # only where YAML is wrong

        line = problem.span.line
        other = merged(source) or looking_alike(source, line, lambda text: _nodes(text)[1] is None)
        return None, (other or next(_next_line(source), problem),)
    reader = _Reader(source)
    if node is None:
        return None, (
            finding(
                YAML_SYNTAX,
                source.span(0, 0),
                "the file is empty" if not source.text.strip() else "the file has comments only",
                help=f"write `key: value` lines, such as `{example}`",
            ),
        )
    root = reader.read(node, source.span(0, 0), 0)
    reader.found += _next_line(source)
    if not isinstance(root, MappingNode):
        reader.found.append(
            finding(
                YAML_SYNTAX,
                root.span,
                "the file must be a mapping, and is "
                + ("a list" if isinstance(root, SequenceNode) else "one string"),
                help=f"write `key: value` lines, such as `{example}`",
            )
        )
        return None, tuple(reader.found)
    return root, tuple(reader.found)


def _nodes(source: SourceText) -> tuple[ComposedNode | None, Diagnostic | None]:
    """The root node of the one document in a text, or what keeps all of it from being read."""
    deep = deepest_bracket(source.text)
    if deep is not None:
        return None, too_deep(source, deep)
    import_strictyaml()
    from tcwc.yaml.compose import compose
    from tcwc.yaml.experiment_stream import ExperimentStream  # costly to import

    node, problem, stream = None, None, None
    try:
        stream = ExperimentStream(source.text)
        node = compose(stream)
    except RecursionError:
        problem = too_deep(source, deepest_block(source.text))
    except Exception as error:  # noqa: BLE001  the scanner raises many kinds: see _explain
        problem = _explain(error, source)
    if stream is not None and stream.barred is not None:
        problem = _barred(stream.barred, source)
    return node, problem


class _Reader:
    """Types the nodes as experiments have them, and collects what these must not have."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.found: list[Diagnostic] = []
        self.read_to = 0
        """How far the text is read: what begins before it is part of a text that was cut off."""

    def read(self, node: ComposedNode, fallback: Span, depth: int, *, flow: bool = False) -> Node:
        """A node of an experiment; `flow`: it stands inside `[...]` or `{...}`."""
        span = self.span(node)
        if depth > MAX_DEPTH:
            self.found.append(too_deep(self.source, node.start))
            return ScalarNode("", False, span)
        if isinstance(node, ComposedMapping):
            if (expression := self.text_as_key(node)) is not None:
                return expression
            return MappingNode(tuple(self.entries(node, depth)), span)
        if isinstance(node, ComposedSequence):
            return SequenceNode(tuple(self.items(node, depth)), span)
        if node.plain and (whole := self.whole(node, flow=flow)) is not None:
            return whole
        if flow and node.plain and node.text.endswith(":"):
            self.found.append(_open_key(node.text, span))
        # ruamel marks the folds of a `>` scalar with BEL, which no YAML text can hold
        text = self.text(node.text.replace("\a", "") if node.style == ">" else node.text, span)
        return ScalarNode(text, not node.plain, span if text or not node.plain else fallback)

    def items(self, node: ComposedSequence, depth: int) -> Iterator[Node]:
        for item in node.items:
            if item.start >= self.read_to:
                yield self.read(item, self.before(item), depth + 1, flow=node.flow)

    def text_as_key(self, node: ComposedMapping) -> ScalarNode | None:
        """An expression that YAML took for a key because of a `: ` in it."""
        key = node.pairs[0][0] if len(node.pairs) == 1 else None
        if not isinstance(key, ComposedScalar) or not key.plain:
            return None
        return self.whole(key, flow=node.flow)

    def whole(self, node: ComposedScalar, *, flow: bool) -> ScalarNode | None:
        """An expression that YAML cut off, as its author means it."""
        start, end = node.start, node.end
        cut = self.source.text[start:end]
        if not ("(" in cut or '"' in cut or "'" in cut):  # nearly all texts, quickly
            return None
        from tcwc.yaml.traps import cut_off, whole_expression

        whole = whole_expression(self.source.text, start, end, flow=flow)
        if whole is None:
            return None
        self.found.append(cut_off(self.source, start, end, whole))
        self.read_to = whole
        return ScalarNode(self.source.text[start:whole], False, self.source.span(start, whole))

    def text(self, text: str, span: Span) -> str:
        """The text of a scalar, without what an escape put there and no file can hold."""
        bad = _NOT_TEXT.search(text)
        if bad is None:
            return text
        self.found.append(_not_writable(bad.group(), span))
        return _NOT_TEXT.sub("", text)

    def entries(self, node: ComposedMapping, depth: int) -> Iterator[Entry]:
        seen: dict[str, Span] = {}
        for key_node, value_node in node.pairs:
            if key_node.start < self.read_to:
                continue
            span = self.span(key_node)
            if not isinstance(key_node, ComposedScalar):
                self.found.append(_not_text(span))
                continue
            key = ScalarNode(self.text(key_node.text, span), not key_node.plain, span)
            if len(key.text) > KEY.at_most:
                self.found.append(_long_key(len(key.text), span))
                continue
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
            yield Entry(key, self.read(value_node, span, depth + 1, flow=node.flow))

    def span(self, node: ComposedNode) -> Span:
        """A node's span; of a text block without the line breaks that it ends with."""
        end = node.end
        if isinstance(node, ComposedScalar) and node.style in ("|", ">"):
            end = node.start + len(self.source.text[node.start : end].rstrip())
        return self.source.span(node.start, end)

    def before(self, node: ComposedNode) -> Span:
        """Where an item without a value was to be: the `-` or `,` before it."""
        text = self.source.text[: node.start].rstrip()
        return self.source.span(max(len(text) - 1, 0), len(text))


def _next_line(source: SourceText) -> Iterator[Diagnostic]:
    if (at := source.text.find("\x85")) >= 0:
        message = "the character U+0085 ends a line to some readers of YAML, and none to others"
        help = 'write a space or a new line; in double quotes it is written "\\N"'
        yield finding(UNREADABLE_TEXT, source.span(at, at + 1), message, help=help)


def _twice(key: str, span: Span, first: Span) -> Diagnostic:
    return finding(
        DUPLICATE_KEY,
        span,
        f"the key `{key}` stands twice in one section",
        help="keep one of the two; nobody can tell which was meant",
        labels=(Label(first, "first set here"),),
    )


def _not_writable(char: str, span: Span) -> Diagnostic:
    name = "NUL" if char == "\0" else "half of a surrogate pair"
    return finding(
        UNREADABLE_TEXT,
        span,
        f"a string with the character U+{ord(char):04X} ({name}) cannot be written to a config",
        help="remove it from the text",
    )


def _long_key(length: int, span: Span) -> Diagnostic:
    return finding(
        YAML_FEATURE,
        span,
        f"a key of {length:,} characters, and tcwc reads at most {KEY.at_most}",
        help="write the sections of a long path as nested mappings",
    )


def _open_key(text: str, span: Span) -> Diagnostic:
    """A string that ends in a colon inside brackets: a key without a value to other readers."""
    message = f"`{text}` in brackets is a key without a value to some readers of YAML"
    help = f"write '{text}' for the string, or {{{text} value}} for a key"
    return finding(YAML_SYNTAX, span, message, help=help)


def _not_text(span: Span) -> Diagnostic:
    return finding(
        YAML_FEATURE,
        span,
        "a key must be text, not a list or a mapping",
        help="quote it if it is meant literally",
    )


def _explain(error: Exception, source: SourceText) -> Diagnostic:
    """The finding for whatever the scanner, the parser or the composer raised.

    Besides Unreadable and ruamel's marked errors these are NotImplementedError (on some comments
    behind a value), AttributeError (NUL, lone surrogate) and AssertionError (`? [a]: b`).
    """
    kind = type(error).__name__
    if kind == "ReaderError":
        offset = int(getattr(error, "position", 0))
        char = source.text[offset : offset + 1]
        return finding(
            UNREADABLE_TEXT,
            source.span(offset, offset + 1),
            f"a character that YAML does not allow: U+{ord(char or chr(0)):04X}"
            + (" (NUL)" if char == "\0" else ""),
            help="remove it; it is invisible in most editors",
        )
    if kind == "NotImplementedError":
        return finding(
            YAML_SYNTAX,
            source.span(0, min(1, len(source.text))),
            "a comment stands where the YAML reader cannot place it",
            help="move the comment to a line of its own, above the key",
        )
    if isinstance(error, TooMuch):
        help = "write `range`, `linspace` or `include` for many levels, or several experiments"
        span = source.span(error.start, error.end)
        return finding(UNREADABLE_FILE, span, error.message, help=help)
    from tcwc.yaml.words import explain_syntax  # only where YAML is wrong

    if isinstance(error, Unreadable):
        return explain_syntax(error.message, error.start, error.opened, source)
    problem = str(getattr(error, "problem", None) or "this is not YAML that can be read")
    opened = getattr(error, "context_mark", None)
    mark = getattr(error, "problem_mark", None) or opened
    return explain_syntax(
        problem, int(mark.index) if mark else 0, int(opened.index) if opened else None, source
    )


def _barred(token: Any, source: SourceText) -> Diagnostic:
    """The finding for a tag or an anchor."""
    offset = token.start_mark.index
    span = source.span(offset, min(offset + 1, len(source.text)))
    if token.id == "<tag>":
        message = "tags (`!!int`, `!x`) are not read in an experiment"
        help = "write the bare value: tcwc types it by what reads it; quote a string that begins "
        return finding(YAML_FEATURE, span, message, help=help + "with `!`")
    message = "anchors and aliases (`&x`, `*x`) are not read in an experiment"
    help = "write the value out; quote a string that begins with `&` or `*`"
    return finding(YAML_FEATURE, span, message, help=help)
