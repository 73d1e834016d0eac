"""One more entry in a YAML text, or another value in one, written as the text around it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcwc.model.diagnostics import Edit, How
from tcwc.model.source import SourceText
from tcwc.yaml.composed import ComposedMapping, ComposedScalar, Node, Unreadable
from tcwc.yaml.config_nodes import config_nodes
from tcwc.yaml.edits import edited

_END = re.compile(r"^\.\.\.(?:\s|\Z)", re.MULTILINE)
"""What ends a document."""


def with_entry(source: SourceText, line: str, *, section: str = "") -> str | None:
    """The text with an entry more, the last one of a top-level section, or of all.

    A section that is not there is made. None where it cannot be written without touching others.
    """
    entries = dict(_entries(_root(source)))
    if not section:
        return _at_the_end(source, line)
    if section not in entries:
        return _at_the_end(source, f"{section}: {{{line}}}")
    _, value = entries[section]
    keys = [key for _, (key, _) in _entries(value)]
    if keys:
        return _behind(source, keys[-1], line)
    is_empty = isinstance(value, ComposedMapping) and not value.pairs
    whole = source.span(value.start, value.end)
    return edited(source, Edit(whole, f"{{{line}}}")) if is_empty else None


def with_entry_below(source: SourceText, sections: tuple[str, ...], line: str) -> str | None:
    """The text with an entry more, the last one of a section in others; those that are not there
    are made. None where it cannot be written without touching others.
    """
    node = _root(source)
    for depth, name in enumerate(sections):
        entries = dict(_entries(node))
        if name not in entries:
            return _with_sections(source, node, sections[depth:], line)
        _, node = entries[name]
    return _with_sections(source, node, (), line)


def _with_sections(
    source: SourceText, node: Node | None, names: tuple[str, ...], line: str
) -> str | None:
    """An entry more in a mapping: a line, below sections of these names."""
    flow = line
    for name in reversed(names):
        flow = f"{name}: {{{flow}}}"
    keys = [key for _, (key, _) in _entries(node)]
    if not isinstance(node, ComposedMapping) or not keys:
        is_empty = isinstance(node, ComposedMapping)
        whole = source.span(node.start, node.end) if node is not None and is_empty else None
        return edited(source, Edit(whole, f"{{{flow}}}")) if whole is not None else None
    if node.flow:
        return _behind(source, keys[-1], flow)
    newline = "\r\n" if "\r\n" in source.text else "\n"
    column = source.span(keys[-1].start, keys[-1].end).column - 1
    rows = [*(f"{name}:" for name in names), line]
    block = newline.join(
        f"{' ' * (column + 2 * depth) if depth else ''}{row}" for depth, row in enumerate(rows)
    )
    is_top = column == 0 and len(names) > 1
    return _at_the_end(source, block) if is_top else _behind(source, keys[-1], block)


def with_value(source: SourceText, key: str, text: str, *, behind: tuple[str, ...]) -> str | None:
    """The text with a value for a top-level key: in the place of the one that it has, else in an
    entry of its own, behind that of the first of some other keys where that can be.

    None where it cannot be written without touching others.
    """
    entries = dict(_entries(_root(source)))
    if key not in entries:
        at = next((entries[each][0] for each in behind if each in entries), None)
        line = f"{key}: {text}"
        return (_behind(source, at, line) if at else None) or _at_the_end(source, line)
    _, value = entries[key]
    # The end of a block scalar is behind its line's.
    end = value.start + len(source.text[value.start : value.end].rstrip())
    return edited(source, Edit(source.span(value.start, end), text)) if end > value.start else None


def _root(source: SourceText) -> Node | None:
    try:
        return config_nodes(source.text)
    except Unreadable:
        return None


def _entries(node: Node | None) -> Iterator[tuple[str, tuple[ComposedScalar, Node]]]:
    """The entries of a mapping, in its order, by their keys."""
    for key, value in node.pairs if isinstance(node, ComposedMapping) else ():
        if isinstance(key, ComposedScalar):
            yield key.text, (key, value)


def _at_the_end(source: SourceText, line: str) -> str | None:
    """An entry as the last one of the top level: below comments that end the text."""
    root = _root(source)
    keys = [key for _, (key, _) in _entries(root)]
    if not isinstance(root, ComposedMapping) or not keys:
        return None
    if root.flow:
        return _behind(source, keys[-1], line)
    ended = _END.search(source.text, keys[-1].end)
    at = ended.start() if ended else len(source.text)
    newline = "\r\n" if "\r\n" in source.text else "\n"
    before = source.text[:at]
    before += "" if before.endswith("\n") else newline
    return before + line + newline + source.text[at:]


def _behind(source: SourceText, key: ComposedScalar, line: str) -> str | None:
    return edited(source, Edit(source.span(key.start, key.end), line, How.AFTER))
