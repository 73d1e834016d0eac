"""Comments that say which findings are meant: `# tcwc: ignore[TCW402] reason`.

On a line with a value it is about that line, on a line of its own about the next one;
`# tcwc: ignore-file[TCW402]` above the first key is about the file. Imported only where a source
has such a comment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.rules import BAD_SUPPRESSION, UNKNOWN_CODE, UNUSED_SUPPRESSION
from tcwc.model.source import SourceText, Span

_COMMAND = re.compile(r"#\s*tcwc:\s*(?P<word>[A-Za-z][A-Za-z_-]*)(?P<codes>\s*\[[^\]#]*\]?)?")
# Words of other linters: whoever writes one wants to suppress something, and is told how.
_OTHERS = frozenset(("noqa", "disable", "off", "skip", "suppress", "allow", "nolint"))
_ALIEN = re.compile(r"#\s*(?:(?:noqa|nolint|pylint|flake8|lint)\b|tcwc\s+ignore)[^#\n]*?TCW[0-9]")
_CODE = re.compile(r"\bTCW[0-9]+\b")
_LINE, _FILE = "ignore", "ignore-file"

Found = tuple[SourceText, "list[tuple[int, int]]"]
"""A text, and the offsets of its comments."""


class Suppression:
    """One code in one comment. `line` is what it is about; None for the whole file."""

    __slots__ = ("code", "line", "refused", "span", "used")

    def __init__(self, code: str, span: Span, line: int | None) -> None:
        self.code = code
        self.span = span
        self.line = line
        self.used = False
        self.refused = False


class Suppressions:
    """The suppressions in some texts, and what is wrong with their comments (`found`).

    `known` tells whether a code is a rule's; `names` are the rules' names, with their codes.
    """

    def __init__(
        self, texts: Iterable[Found], known: Callable[[str], bool], names: Mapping[str, str]
    ) -> None:
        self.found: list[Diagnostic] = []
        self._known = known
        self._names = names
        self._all: list[Suppression] = []
        for source, comments in texts:
            head, lines = _head(source), _Lines(source)
            for start, end in comments:
                for match in _COMMAND.finditer(source.text, start, end):
                    self._all += self._read(source, match, head, lines)
                if (alien := _ALIEN.match(source.text, start, end)) is not None:
                    message = "this ignores nothing: such a comment begins with `tcwc: ignore`"
                    help = f"write `{_instead(source, alien)}`"
                    self._complain(source.span(start, end), message, help)
        self._of: dict[tuple[str, str, int | None], list[Suppression]] = {}
        for each in self._all:
            self._of.setdefault((each.code, each.span.file, each.line), []).append(each)

    def cover(self, diagnostic: Diagnostic) -> bool:
        """Whether a finding is suppressed; what suppresses it is used from now on."""
        fitting = list(self._fitting(diagnostic))
        for each in fitting:
            each.used = True
        return bool(fitting)

    def refuse(self, diagnostic: Diagnostic) -> None:
        """Remember that a finding stays in spite of the comments about it."""
        for each in self._fitting(diagnostic):
            each.refused = True

    def without_effect(self, file: str, *, everything_ran: bool) -> Iterator[Diagnostic]:
        """The suppressions in a file that suppress nothing.

        Those of another file may be for another experiment that reads it; and nobody knows
        what they would suppress unless every check ran.
        """
        for each in self._all:
            if each.refused:
                yield finding(
                    UNUSED_SUPPRESSION,
                    each.span,
                    f"{each.code} cannot be ignored here: with it nothing can be compiled",
                    help="fix what it reports, and remove this comment",
                )
            elif not each.used and everything_ran and each.span.file == file:
                where = "in this file" if each.line is None else f"on line {each.line}"
                yield finding(
                    UNUSED_SUPPRESSION,
                    each.span,
                    f"there is no {each.code} {where} to ignore",
                    help="remove the comment: it would hide what is meant to be found",
                )

    def _fitting(self, diagnostic: Diagnostic) -> Iterator[Suppression]:
        """The suppressions of a finding: those of its line, and those of its whole file."""
        for line in (None, diagnostic.span.line):
            yield from self._of.get((diagnostic.code, diagnostic.span.file, line), ())

    def _read(
        self, source: SourceText, match: re.Match[str], head: int, lines: _Lines
    ) -> Iterator[Suppression]:
        word, codes = match["word"], match["codes"]
        if word not in (_LINE, _FILE) and codes is None and word.lower() not in _OTHERS:
            return  # a remark about tcwc, for people
        span = source.span(*match.span())
        if word not in (_LINE, _FILE):
            self._complain(
                span, f"there is no comment `tcwc: {word}`", f"write `{_instead(source, match)}`"
            )
            return
        if codes is None or not codes.endswith("]") or not codes.strip(" \t[]"):
            problem = "the codes to ignore are missing" if not codes else f"`{codes.strip()}`"
            problem += " is no list of codes" if codes else ""
            self._complain(span, problem, f"write `{_instead(source, match, word)}`")
            return
        if word == _FILE and span.line > head:
            place = f"above the first key, on line {head + 1}"
            self._complain(
                span,
                f"`tcwc: {_FILE}` is about a file only in its head",
                f"move it {place}, or write `{_LINE}` for one line",
            )
            return
        line = None if word == _FILE else lines.about(span)
        for each in re.finditer(r"[^,\[\]\s]+", codes):
            start = match.start("codes") + each.start()
            at = source.span(start, start + len(each[0]))
            if self._known(each[0]):
                yield Suppression(each[0], at, line)
            else:
                code = self._names.get(each[0])
                help = f"write {code}" if code else "write the code that the finding shows"
                message = f"no rule has the code `{each[0]}`"
                self.found.append(finding(UNKNOWN_CODE, at, message, help=help))

    def _complain(self, span: Span, message: str, help: str) -> None:
        self.found.append(finding(BAD_SUPPRESSION, span, message, help=help))


def _instead(source: SourceText, match: re.Match[str], word: str = _LINE) -> str:
    """The comment that ignores the codes that a line names from a match on."""
    line = source.text[match.start() :].partition("\n")[0]
    codes = ", ".join(dict.fromkeys(_CODE.findall(line))) or "TCW402"
    return f"# tcwc: {word}[{codes}] the reason"


def _head(source: SourceText) -> int:
    """The last line before the first that has more than a comment."""
    number = 0
    for number, line in enumerate(source.text.split("\n"), 1):
        text = line.strip().lstrip("\ufeff")
        # `---` and `%YAML` begin a document, and are nothing in it.
        if text and not text.startswith(("#", "---", "%")):
            return number - 1
    return number


class _Lines:
    """Which line each comment of a source is about, asked in their order."""

    def __init__(self, source: SourceText) -> None:
        self._source = source
        self._after = 0
        """The line after the lines of comments alone that were looked at last."""

    def about(self, comment: Span) -> int:
        """The comment's line; where it has a line of its own, the next that is no comment."""
        line = comment.line
        if line < self._after:
            return self._after
        if not self._is_comment(line):
            return line
        while self._is_comment(line):
            line += 1
        self._after = line
        return line

    def _is_comment(self, line: int) -> bool:
        return self._source.line(line).lstrip().startswith("#")
