"""What comes into a source with a paste: fences of Markdown, numbers of lines, marks of diffs and
mails; and what other languages put there, such as `// comment`."""

from __future__ import annotations

import re

from tcwc.model.diagnostics import Diagnostic, Edit, Fix, Label, finding
from tcwc.model.rules import YAML_SYNTAX
from tcwc.model.source import SourceText

_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[ \t]*\w*[ \t]*\r?$\n?", re.MULTILINE)
_MARKS = (
    ("`>`, as in a mail", re.compile(r"> ?")),
    ("`+`, as in a diff", re.compile(r"\+")),
    ("its number", re.compile(r" *[0-9]+(?:[:|] ?|[ \t])")),
)
_SLASHES = re.compile(r"(?:^|(?<=\s))//(?![/\d])")


def explain_pasted(source: SourceText, offset: int, opened: int | None) -> Diagnostic | None:
    """The finding for a syntax error that comes of a paste; None for any other."""
    return _fence(source, offset) or _marked(source) or _slashes(source, offset, opened)


def _fence(source: SourceText, offset: int) -> Diagnostic | None:
    fences = list(_FENCE.finditer(source.text))
    if not any(each.start() <= offset <= each.end() for each in fences):
        return None
    spans = [source.span(each.start(), each.end()) for each in fences]
    labels = tuple(Label(span, "and this one") for span in spans[1:])
    fix = Fix("remove the fence", tuple(Edit(span, "") for span in spans), True)
    message = "this is a fence of Markdown, and no YAML"
    help = "remove the lines that begin with " + source.text[offset : offset + 3]
    return finding(YAML_SYNTAX, spans[0], message, help=help, labels=labels, fix=fix)


def _marked(source: SourceText) -> Diagnostic | None:
    """Lines that all begin with what is no part of them."""
    lines = [m.span() for m in re.finditer(r"^.*\S.*$", source.text, re.MULTILINE)]
    for what, mark in _MARKS:
        found = [mark.match(source.text, start, end) for start, end in lines]
        marks = [each for each in found if each is not None]
        if len(lines) > 1 and len(marks) == len(lines):
            spans = [source.span(each.start(), each.end()) for each in marks]
            fix = Fix("remove them", tuple(Edit(span, "") for span in spans), True)
            whole = source.span(lines[0][0], lines[-1][1])
            message = f"each line begins with {what}"
            return finding(YAML_SYNTAX, whole, message, help="remove it from every line", fix=fix)
    return None


def _slashes(source: SourceText, offset: int, opened: int | None) -> Diagnostic | None:
    """A comment as other languages have it, alone on its line or behind what is closed."""
    at = source.span(offset, offset).line
    lines = [at, at - 1]
    if opened is not None:
        lines.insert(1, source.span(opened, opened).line)
    for number in lines:
        line = source.line(number) if number > 0 else ""
        found = _SLASHES.search(line)
        if found is None or line[: found.start()].rstrip()[-1:] not in ("", "]", "}"):
            continue
        start = source.offset(number, found.start() + 1)
        span = source.span(start, start + 2)
        message, help = "`//` begins no comment in YAML", "write `#` for it"
        return finding(
            YAML_SYNTAX, span, message, help=help, fix=Fix(help, (Edit(span, "#"),), True)
        )
    return None
