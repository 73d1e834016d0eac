"""What in a text keeps YAML from reading it, and is no matter of YAML: the marks of a merge,
characters that look like others."""

from __future__ import annotations

import re
from collections.abc import Callable

from tcwc.model.diagnostics import Diagnostic, Label, Rule, finding
from tcwc.model.patterns import pattern
from tcwc.model.rules import YAML_SYNTAX
from tcwc.model.source import SourceText
from tcwc.yaml.lookalikes import meant, named, places, plainly

_MARKS = pattern(r"^(?:<{7} .*|\|{7}(?: .*)?|={7}|>{7} .*)\r?$", re.MULTILINE)


def merged(source: SourceText, rule: Rule = YAML_SYNTAX) -> Diagnostic | None:
    """The finding for the marks that an unfinished merge left; None where there are none."""
    found = list(_MARKS.finditer(source.text))
    if not any(mark[0][0] in "<>" for mark in found):
        return None
    first, *others = (source.span(mark.start(), mark.end()) for mark in found)
    return finding(
        rule,
        first,
        f"a merge of two branches left its marks here: `{found[0][0][:40]}`",
        help="keep one of the two sides, or what both mean, and remove the lines that begin with "
        "`<<<<<<<`, `=======` and `>>>>>>>`",
        labels=tuple(Label(span, "a mark of the same merge") for span in others[:3]),
    )


def looking_alike(
    source: SourceText, line: int, reads: Callable[[SourceText], bool]
) -> Diagnostic | None:
    """The finding for a character that looks like one of YAML's own, near an error on a `line`.

    None where the text with the right characters cannot be read either.
    """
    if source.text.isascii() or not reads(SourceText(source.name, plainly(source.text))):
        return None
    at = _nearest(source, line)
    if at is None:
        return None
    char = source.text[at]
    looks = "cannot be seen" if meant(char) == "nothing" else f"looks like {meant(char)}"
    where = source.span(at, at + 1)
    return finding(
        YAML_SYNTAX,
        where,
        f"there is {named(char)} here, which {looks}, and YAML takes it for a letter",
        help=f"write {plainly(source.line(where.line)).strip()}",
    )


def _nearest(source: SourceText, line: int) -> int | None:
    """The last such character up to the end of a line, or else the first one behind it."""
    end = source.offset(line, 1) + len(source.line(line))
    found = list(places(source.text))
    before = [at for at in found if at < end]
    return before[-1] if before else next(iter(found), None)
