"""Natural lines that YAML reads otherwise: templates, paths and expressions without quotes.

    output_dir: {experiment_name}/x          a mapping, and then text: an error
    [x/{lora_rank}, y]                       the same inside a list
    {dataset[0].split: train}                a list inside a key
    when: output_dir == "x: y"               a key, because of the `: `
    exclude: [name == "a #b"]                a comment, because of the ` #`
    {logspace:[1e-5, 1e-3, 5]}               one word, because no blank is behind the colon

YAML says of them what its own grammar misses. Here a line is read as its author means it, where
brackets and quotes belong to the text around them, and the first stretch that YAML cannot read
so is what wants quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tcwc.model.diagnostics import Diagnostic, Edit, Fix, Label, finding, replace_by
from tcwc.model.frozen import dataclass
from tcwc.model.ir import FUNCTIONS
from tcwc.model.rules import YAML_SYNTAX
from tcwc.model.source import SourceText
from tcwc.yaml.depth import MAX_DEPTH

_CLOSERS = {"(": ")", "[": "]", "{": "}"}
# Bounded: quotes that nothing closes would be followed to the end from each of them.
_QUOTED = re.compile(r"\"(?:[^\"\\\n]|\\.){0,2000}\"|'(?:[^'\\\n]|\\.|''){0,2000}'")
_TEMPLATE = re.compile(r"\$?\{[^{}\s,]*\}")
_OPERATOR = re.compile(r" *(?:[=!]=|[<>]=?|[-+*/%]|(?:not +)?in\b|and\b|or\b)")
# A string in quotes is compared, and not computed with: `'a'-b` is one text.
_COMPARED = re.compile(r" *(?:[=!]=|[<>]=?|(?:not +)?in\b|and\b|or\b)")
_GLUED = re.compile(r"[\w.-]+:(?=[\[{\"'])")
_BEFORE_VALUE = re.compile(
    r"[ ]*(?:- +)*(?:(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s:\[{\"'][^\s:]*):[ ]+)?",
)
_CUT_TEXT = re.compile(r"(?:[=!]=|\bin)\s*(?:\[\s*)?([\"'])(?:(?!\1).)*$")
_CUT_CALL = re.compile(rf"\b(?:{'|'.join(FUNCTIONS)})\((?:[^()]|\([^()]*\))*$")
_REST = re.compile(r"[ \t]*(\S?)")
_BLANKS = re.compile(r"(?:\s|(?<=\s)#[^\n]*)*")
_BETWEEN = re.compile(r"(?:[\s,]|(?<=\s)#[^\n]*)*")
_INDEXED = re.compile(r"\w[\w.-]*(?:\[\d+\][\w.-]*)+")
_CUTS = {",": "a comma ends a string inside brackets", ":": "a `: ` ends a key"}
_MAX_TEXT = 2_000
"""Characters of a text that is looked at: what is longer is nothing that one quotes."""


@dataclass(frozen=True, slots=True)
class _Trap:
    """A stretch of a source that wants quotes, or a colon that wants a blank behind it."""

    start: int
    end: int
    glued: bool = False


def explain_trap(source: SourceText, offset: int, opened: int | None) -> Diagnostic | None:
    """The finding for the trap that led to a syntax error at `offset`, if it is one; `opened` is
    where the construct began that the error is in."""
    text, line = source.text, source.span(offset, offset).line
    if (
        opened is not None
        and text[opened : opened + 1] in ("[", "{")
        and (source.span(opened, opened).line < line)
    ):
        walk = _Walk(text)
        closed = walk.collection(opened) is not None
        line_end = text.find("\n", opened)
        traps = [each for each in walk.traps if closed or each.end <= line_end]
    else:
        traps = _in_line(text, source.offset(line, 1))
    if not traps or traps[0].start > offset:
        return None
    return _finding(source, traps[0])


def whole_expression(text: str, start: int, end: int, *, flow: bool) -> int | None:
    """Where an expression ends that YAML cut off at `end`, at a ` #`, a `: ` or a comma in it.

    None for any other text. `flow`: it stands inside `[...]` or `{...}`.
    """
    if end - start > _MAX_TEXT:
        return None
    cut = text[start:end]
    if not (_CUT_TEXT.search(cut) or _CUT_CALL.search(cut)):
        return None
    whole = _text_end(text, start, flow=flow)
    return whole if whole is not None and whole > end else None


def cut_off(source: SourceText, start: int, end: int, whole: int) -> Diagnostic:
    """The finding for an expression from `start` to `whole` that YAML cut off at `end`."""
    cause = _CUTS.get(source.text[end:whole].lstrip()[:1], "a ` #` begins a comment")
    message = f"{cause}, and this string has one in it"
    quoted = quote(source.text[start:whole])
    span = source.span(start, whole)
    label = Label(source.span(end, end + 1), "YAML ends it here")
    fix = replace_by(span, quoted, safe=True)
    return finding(YAML_SYNTAX, span, message, help=f"quote it: {quoted}", labels=(label,), fix=fix)


def quote(text: str) -> str:
    """A text in quotes; double ones where it has single ones and nothing to escape."""
    if "'" in text and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def _finding(source: SourceText, trap: _Trap) -> Diagnostic:
    span = source.span(trap.start, trap.end)
    text = source.text[trap.start : trap.end]
    if trap.glued:
        help = "write a space after the colon"
        fix = Fix(help, (Edit(span, ": "),), True)
        message = "a colon without a space after it separates nothing"
        return finding(YAML_SYNTAX, span, message, help=help, fix=fix)
    help = f"quote it: {quote(text)}"
    if _INDEXED.fullmatch(text):
        help += ", or write " + text.replace("[", ".").replace("]", "")
    fix = replace_by(span, quote(text), safe=True)
    return finding(YAML_SYNTAX, span, _message(text), help=help, fix=fix)


def _message(text: str) -> str:
    """What YAML would take a text for."""
    bare = _QUOTED.sub("", text)
    if _TEMPLATE.search(bare):
        if "${" in bare:
            return "`${...}` inside `[...]` or `{...}` needs quotes"
        return "a template needs quotes here, where YAML takes its braces for a mapping"
    if _OPERATOR.search(bare):
        return f"an expression with {_cause(text, bare)} needs quotes around all of it"
    return "a string with brackets needs quotes here"


def _cause(text: str, bare: str) -> str:
    """What in an expression YAML takes for its own."""
    if text[0] in "\"'":
        return "a quote at its front"
    if _in_quotes(text, r"\s#"):
        return "a ` #` in it"
    if _in_quotes(text, r":\s"):
        return "a `: ` in it"
    return "brackets in it" if re.search(r"[\[\]{}]", bare) else "a comma in it"


def _in_line(text: str, start: int) -> list[_Trap]:
    """The traps of a line of its own that begins at `start`."""
    before = _BEFORE_VALUE.match(text, start)
    at = before.end() if before else start
    if text[at : at + 1] in ("[", "{") and not _is_text(text, at, flow=False):
        walk = _Walk(text)
        behind = walk.collection(at)
        if walk.traps or behind is None or not _OPERATOR.match(text, behind):
            return walk.traps
    key = _text_end(text, at, flow=False, key=True)
    if key is not None and text[key : key + 1] == ":":  # a condition, with constants
        return [_Trap(at, key)] if _misread_in_block(text, at, key) else []
    end = _text_end(text, at, flow=False)
    return [_Trap(at, end)] if end and _misread_in_block(text, at, end) else []


def _in_quotes(text: str, pattern: str) -> bool:
    """Whether a quoted part of a text has a match of a pattern."""
    return any(re.search(pattern, quoted) for quoted in _QUOTED.findall(text))


def _misread_in_block(text: str, start: int, end: int) -> bool:
    """Whether YAML reads a value on a line of its own otherwise than as the text that it is."""
    value = text[start:end]
    opening = _QUOTED.match(value)
    if opening:
        return _COMPARED.match(value, opening.end()) is not None
    if value[:1] in ("[", "{"):
        return True
    return bool(_OPERATOR.search(_QUOTED.sub("", value))) and _in_quotes(value, r":\s|\s#")


def _misread_in_flow(value: str) -> bool:
    """Whether YAML reads an item or a key inside brackets otherwise than as the text it is."""
    if _QUOTED.fullmatch(value):
        return False
    if value[:1] in ('"', "'"):
        opening = _QUOTED.match(value)
        return opening is not None and _COMPARED.match(value, opening.end()) is not None
    return bool(re.search(r"[\[\]{},]", value) or _in_quotes(value, r":\s|\s#"))


def _is_text(text: str, at: int, *, flow: bool) -> bool:
    """Whether a `{` begins a template with more text behind it."""
    template = _TEMPLATE.match(text, at)
    if template is None:
        return False
    rest = _REST.match(text, template.end())
    return rest is not None and rest[1] not in ("", "#", ":", *(",]}" if flow else ""))


def _text_end(text: str, start: int, *, flow: bool, key: bool = False) -> int | None:
    """Where the text that begins at `start` ends as its author means it.

    That is the end of its line, a comment, or (`flow`) a comma or a bracket that is none of its
    own, or (`key`) its colon. None where quotes or brackets stay open.
    """
    open_: list[str] = []
    at = start
    while at < len(text) and text[at] != "\n":
        if at - start > _MAX_TEXT:
            return None
        char = text[at]
        quoted = (
            _QUOTED.match(text, at) if char in "\"'" and not _in_word(text, at, start) else None
        )
        if quoted:
            at = quoted.end()
            continue
        if char == "#" and text[at - 1].isspace():
            break
        if open_ and char == open_[-1]:
            open_.pop()
        elif char in _CLOSERS:
            open_.append(_CLOSERS[char])
        elif not open_ and ((flow and char in ",]}") or (key and _is_colon(text, at))):
            break
        at += 1
    while at > start and text[at - 1].isspace():
        at -= 1
    return None if open_ else at


def _in_word(text: str, at: int, start: int) -> bool:
    """Whether a quote is an apostrophe."""
    return at > start and text[at - 1].isalnum()


def _is_colon(text: str, at: int) -> bool:
    """Whether a `:` inside brackets ends a key."""
    behind = text[at + 1 : at + 2]
    return text[at] == ":" and (not behind or behind.isspace() or behind in ",[]{}")


class _Walk:
    """A walk through `[...]` or `{...}` that notes the traps in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.traps: list[_Trap] = []
        self._depth = 0

    def collection(self, at: int) -> int | None:
        """Behind the collection that is opened at `at`; None where nothing closes it."""
        if self._depth > MAX_DEPTH:
            return None
        self._depth += 1
        behind = self._inside(at + 1, _CLOSERS[self.text[at]])
        self._depth -= 1
        return behind

    def _inside(self, place: int | None, closer: str) -> int | None:
        """The same from behind the opening bracket on."""
        while place is not None:
            place = self._skip(place, _BETWEEN)
            if self.text[place : place + 1] in ("", "]", "}"):
                return place + 1 if self.text[place : place + 1] == closer else None
            place = self._item(place, self._value_behind_key)
        return None

    def _value_behind_key(self, at: int) -> int | None:
        """Behind an item that may have a key."""
        glued = _GLUED.match(self.text, at)
        if glued:
            self.traps.append(_Trap(glued.end() - 1, glued.end(), glued=True))
            return self._item(glued.end(), self._plain)
        end = _text_end(self.text, at, flow=True, key=True)
        if end is None or self.text[end : end + 1] != ":":
            return self._plain(at)
        self._note(at, end)
        if self.text[end + 1 : end + 2] in ("[", "{"):
            self.traps.append(_Trap(end, end + 1, glued=True))
        value = self._skip(end + 1, _BLANKS)
        return value if self.text[value : value + 1] in ",]}" else self._item(value, self._plain)

    def _item(self, at: int, otherwise: Callable[[int], int | None]) -> int | None:
        """Behind the item at `at`, a collection of its own or what `otherwise` reads."""
        if self.text[at : at + 1] in ("[", "{") and not _is_text(self.text, at, flow=True):
            return self.collection(at)
        return otherwise(at)

    def _plain(self, at: int) -> int | None:
        """Behind the text at `at`."""
        end = _text_end(self.text, at, flow=True)
        if end is not None:
            self._note(at, end)
        return end if end != at else None

    def _note(self, start: int, end: int) -> None:
        if _misread_in_flow(self.text[start:end]):
            self.traps.append(_Trap(start, end))

    def _skip(self, at: int, what: re.Pattern[str]) -> int:
        found = what.match(self.text, at)
        return found.end() if found else at
