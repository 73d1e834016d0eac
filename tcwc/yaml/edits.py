"""Settles the edits of fixes: each becomes a stretch of a source and the text for it.

Where a finding is made only spans are known. What stands around a place (the comma of an item,
the line and the comment of an entry, the indentation of a section) is looked up here, by the
positions of the file's own nodes. An edit that cannot be made without touching what belongs to
something else is not made: the fix is dropped, and the finding offers none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from tcwc.model.diagnostics import Diagnostic, Edit, Fix, How
from tcwc.model.frozen import dataclass, replace
from tcwc.model.source import SourceText
from tcwc.yaml.comments import comments
from tcwc.yaml.composed import ComposedMapping, ComposedScalar, ComposedSequence, Node, Unreadable
from tcwc.yaml.config_nodes import config_nodes

_REST = re.compile(r"[ \t]*:?[ \t]*(#[^\n]*?)?(\r?\n|\Z)")
"""What may stand behind an entry or an item on its last line."""


def settled(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, SourceText]
) -> Iterator[Diagnostic]:
    """The findings with every edit of every fix as a plain replacement."""
    texts: dict[str, _Text] = {}
    for each in diagnostics:
        if not each.fixes:
            yield each
            continue
        fixes = [fix for fix in (_settle(fix, sources, texts) for fix in each.fixes) if fix]
        yield replace(each, fixes=tuple(fixes))


def _settle(fix: Fix, sources: Mapping[str, SourceText], texts: dict[str, _Text]) -> Fix | None:
    edits = []
    for edit in fix.edits:
        file = edit.span.file
        if file not in sources:
            return None
        text = texts.setdefault(file, _Text(sources[file]))
        try:
            made = _MAKERS[edit.how](text, edit)
        except Unreadable:
            made = None
        if made is None:
            return None
        edits.append(Edit(text.source.span(made[0], made[1]), made[2]))
    return replace(fix, edits=tuple(edits))


def edited(source: SourceText, edit: Edit) -> str | None:
    """A text with one edit made; None where it cannot be, without touching something else."""
    try:
        made = _MAKERS[edit.how](_Text(source), edit)
    except Unreadable:
        return None
    return None if made is None else source.text[: made[0]] + made[2] + source.text[made[1] :]


_Made = tuple[int, int, str]
"""From which offset to which, and what instead."""


@dataclass(frozen=True, slots=True)
class _Member:
    """An entry of a mapping, with the mapping that holds it."""

    start: int
    end: int
    key: ComposedScalar
    parent: ComposedMapping


class _Text:
    """A source with the nodes of its YAML, read on first use. Raises Unreadable."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.text = source.text
        self.newline = "\r\n" if "\r\n" in source.text else "\n"

    @cached_property
    def root(self) -> Node | None:
        return config_nodes(self.text)

    @cached_property
    def members(self) -> dict[int, _Member]:
        """Entries by where they begin."""
        return {each.start: each for each in _members(self.root)} if self.root else {}

    def start(self, edit: Edit) -> int:
        return self.source.offset(edit.span.line, edit.span.column)

    def end(self, edit: Edit) -> int:
        return self.source.offset(edit.span.end_line, edit.span.end_column)

    def is_flow(self, node: Node) -> bool:
        return self.text[node.start] in "[{"

    def line_start(self, offset: int) -> int:
        return self.text.rfind("\n", 0, offset) + 1

    def indent(self, offset: int) -> str | None:
        """The blanks before an offset; None where its line begins with something else."""
        before = self.text[self.line_start(offset) : offset]
        return before if not before.strip(" ") else None


def _members(node: Node) -> Iterator[_Member]:
    if isinstance(node, ComposedMapping):
        for key, value in node.pairs:
            if isinstance(key, ComposedScalar):
                # An empty value stands where the next one begins.
                empty = value.start == value.end
                yield _Member(key.start, key.end if empty else value.end, key, node)
            yield from _members(value)
    elif isinstance(node, ComposedSequence):
        for item in node.items:
            yield from _members(item)


# --- each kind of edit --------------------------------------------------------------------


def _replace(text: _Text, edit: Edit) -> _Made | None:
    """What stands in the span; comments in it stay, on lines of their own above."""
    start, end = text.start(edit), text.end(edit)
    old = text.text[start:end]
    if "\n" not in old or "#" not in old:
        return start, end, edit.text
    kept = [old[a:b] for a, b in comments(old)]
    indent = text.indent(start)
    if kept and indent is None:
        return None
    return start, end, "".join(f"{each}{text.newline}{indent}" for each in kept) + edit.text


def _word(text: _Text, edit: Edit) -> _Made | None:
    """A word that stands once in the span, not as a part of a longer one."""
    start, end = text.start(edit), text.end(edit)
    word = re.compile(rf"(?<![\w-]){re.escape(edit.part)}(?![\w-])")
    places = list(word.finditer(text.text[:end], start))
    return (*places[-1].span(), edit.text) if places else None


def _remove(text: _Text, edit: Edit) -> _Made | None:
    """An entry; not the only one of its section, which would be empty then."""
    member = text.members.get(text.start(edit))
    if member is None or len(member.parent.pairs) == 1:
        return None
    return _cut(text, member) if text.is_flow(member.parent) else _cut_lines(text, member)


def _cut(text: _Text, member: _Member) -> _Made | None:
    """Out of `[...]` or `{...}`, with the comma behind it, or before it where it is the last."""
    behind = re.compile(r"[ \t]*,[ \t]*").match(text.text, member.end)
    if behind:
        start, end = member.start, behind.end()
        alone = text.indent(start) is not None and start != text.line_start(start)
        rest = re.compile(r"\r?\n").match(text.text, end)
        if alone and rest:
            return text.line_start(start), rest.end(), ""
        return start, end, ""
    before = text.text[: member.start].rstrip()
    return (len(before) - 1, member.end, "") if before.endswith(",") else None


def _cut_lines(text: _Text, member: _Member) -> _Made | None:
    """Out of a block, with its lines; a comment behind it stays, on a line of its own."""
    line = text.line_start(member.start)
    before = text.text[line : member.start]
    if before.strip(" "):
        return None
    rest = _REST.match(text.text, member.end)
    # A comment between its lines would go with it.
    if rest is None or _has_comment(text.text[member.start : member.end]):
        return None
    if rest[1]:
        return member.start, rest.start(1), ""
    return line, rest.end(), ""


def _has_comment(text: str) -> bool:
    return re.search(r"(^|\s)#", text) is not None


def _after(text: _Text, edit: Edit) -> _Made | None:
    """A new entry behind the one whose key is at the span."""
    member = text.members.get(text.start(edit))
    if member is None:
        return None
    path = member.key.text.lstrip("+~=")
    new = edit.text.replace("{section}", path[: path.rfind(".") + 1])
    return _behind(text, member, new)


def _behind(text: _Text, member: _Member, new: str) -> _Made | None:
    if text.is_flow(member.parent):
        # In `{~lr:}` the scanner of experiments takes the colon for a part of the key.
        new += " null" if new.endswith(":") else ""
        return member.end, member.end, f", {new}"
    column = member.start - text.line_start(member.start)
    rest = _REST.match(text.text, member.end)
    if rest is None:
        return None
    line = " " * column + new
    if rest[2]:
        return rest.end(), rest.end(), line + text.newline
    return rest.end(), rest.end(), text.newline + line


_MAKERS = {
    How.REPLACE: _replace,
    How.WORD: _word,
    How.REMOVE: _remove,
    How.AFTER: _after,
}
