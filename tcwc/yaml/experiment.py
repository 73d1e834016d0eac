"""Reads the YAML of an experiment into positioned nodes; the only module that knows strictyaml.

strictyaml's own reader and its restrictions (no tags, no anchors, no duplicate or merge keys) are
kept, its chunk objects are not: they copy their container for each value, which makes loading
quadratic, and their positions are lines only. `StrictYAMLLoader` is no documented entry point, so
the dependency is bounded and `tests/yaml/test_yaml_source.py` compares with
`strictyaml.dirty_load`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tcwc.model.diagnostics import Diagnostic, Label, finding
from tcwc.model.rules import DUPLICATE_KEY, UNREADABLE_TEXT, YAML_FEATURE, YAML_SYNTAX
from tcwc.model.source import SourceText, Span
from tcwc.yaml.depth import MAX_DEPTH, deepest_block, deepest_bracket, too_deep
from tcwc.yaml.guest import import_strictyaml
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode

_MAX_KEY = 160
"""Characters of a key. YAML readers look no further than 1,024 for its `:`, escapes included."""

_NOT_TEXT = re.compile("[\0\ud800-\udfff]")


def read_yaml(
    source: SourceText, example: str = "experiment_name: my_study"
) -> tuple[MappingNode | None, tuple[Diagnostic, ...]]:
    """The root mapping of a source, and what is wrong with its YAML.

    `example` is a line that such a file may have. Gives None where nothing can be read on.
    Raises for no text whatever.
    """
    deep = deepest_bracket(source.text)
    if deep is not None:
        return None, (too_deep(source, deep),)
    try:
        node = _compose(source.text)
    except RecursionError:
        return None, (too_deep(source, deepest_block(source.text)),)
    except Exception as error:  # noqa: BLE001  strictyaml raises many kinds: see _explain
        return None, (_explain(error, source),)
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
    if not isinstance(root, MappingNode):
        reader.found.append(
            finding(
                YAML_SYNTAX,
                root.span,
                "the file is to be a mapping, and is a "
                + ("list" if isinstance(root, SequenceNode) else "text"),
                help=f"write `key: value` lines, such as `{example}`",
            )
        )
        return None, tuple(reader.found)
    return root, tuple(reader.found)


def _compose(text: str) -> Any:
    """ruamel's node tree of the one document in `text`, under strictyaml's restrictions."""
    import_strictyaml()
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
        self.read_to = 0
        """How far the text is read: what begins before it is part of a text that was cut off."""

    def read(self, node: Any, fallback: Span, depth: int, *, flow: bool = False) -> Node:
        """A node of ours; `flow`: it stands inside `[...]` or `{...}`."""
        span = self.span(node)
        if depth > MAX_DEPTH:
            self.found.append(too_deep(self.source, node.start_mark.index))
            return ScalarNode("", False, span)
        if node.id == "mapping":
            if (expression := self.text_as_key(node)) is not None:
                return expression
            return MappingNode(tuple(self.entries(node, depth)), span)
        if node.id == "sequence":
            return SequenceNode(tuple(self.items(node, depth)), span)
        quoted = node.style is not None
        if not quoted and (whole := self.whole(node, flow=flow)) is not None:
            return whole
        # ruamel marks the folds of a `>` scalar with BEL, which no YAML text can hold
        text = self.text(node.value.replace("\a", "") if node.style == ">" else node.value, span)
        return ScalarNode(text, quoted, span if text or quoted else fallback)

    def items(self, node: Any, depth: int) -> Iterator[Node]:
        for item in node.value:
            if item.start_mark.index >= self.read_to:
                yield self.read(item, self.before(item), depth + 1, flow=node.flow_style)

    def text_as_key(self, node: Any) -> ScalarNode | None:
        """An expression that YAML took for a key because of a `: ` in it."""
        key = node.value[0][0] if len(node.value) == 1 else None
        if key is None or key.id != "scalar" or key.style is not None:
            return None
        return self.whole(key, flow=node.flow_style)

    def whole(self, node: Any, *, flow: bool) -> ScalarNode | None:
        """An expression that YAML cut off, as its author means it."""
        start, end = node.start_mark.index, node.end_mark.index
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

    def entries(self, node: Any, depth: int) -> Iterator[Entry]:
        seen: dict[str, Span] = {}
        for key_node, value_node in node.value:
            if key_node.start_mark.index < self.read_to:
                continue
            span = self.span(key_node)
            if key_node.id != "scalar":
                self.found.append(_not_text(span))
                continue
            key = ScalarNode(self.text(key_node.value, span), key_node.style is not None, span)
            if len(key.text) > _MAX_KEY:
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
            yield Entry(key, self.read(value_node, span, depth + 1, flow=node.flow_style))

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


def _not_writable(char: str, span: Span) -> Diagnostic:
    name = "NUL" if char == "\0" else "half of a surrogate pair"
    return finding(
        UNREADABLE_TEXT,
        span,
        f"a text with the character U+{ord(char):04X} ({name}) cannot be written to a config",
        help="remove it from the text",
    )


def _long_key(length: int, span: Span) -> Diagnostic:
    return finding(
        YAML_FEATURE,
        span,
        f"a key of {length:,} characters, and tcwc reads at most {_MAX_KEY}",
        help="write the sections of a long path as nested mappings",
    )


def _not_text(span: Span) -> Diagnostic:
    return finding(
        YAML_FEATURE,
        span,
        "a key must be text, not a list or a mapping",
        help="quote it if it is meant literally",
    )


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
            f"a character that YAML does not allow: U+{ord(char or chr(0)):04X}"
            + (" (NUL)" if char == "\0" else ""),
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
    from tcwc.yaml.words import explain_syntax  # only where YAML is wrong

    problem = str(getattr(error, "problem", None) or "this is not YAML that can be read")
    opened = getattr(error, "context_mark", None)
    return explain_syntax(problem, offset, int(opened.index) if opened else None, source)


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
