"""YAML's syntax errors in the words of an author: what is wrong, where, what to write instead."""

from __future__ import annotations

import re

from tcwc.model.cut import cut
from tcwc.model.diagnostics import Diagnostic, Edit, Fix, Label, finding
from tcwc.model.frozen import dataclass
from tcwc.model.limits import GUESSED
from tcwc.model.rules import YAML_FEATURE, YAML_SYNTAX
from tcwc.model.source import SourceText, Span
from tcwc.yaml.lookalikes import beyond_spaces
from tcwc.yaml.pasted import explain_pasted
from tcwc.yaml.traps import explain_trap, quote

NO_ANCHORS = "anchors and aliases (`&x`, `*x`) are not read in an experiment"
# Behind the colon one value, as `inpu:t question` is no `inpu: t question`.
_GLUED = re.compile(r"(\s*(?:- )?=?[\w.\[\]]+):([\[{\"'].*|[^\s:/]\S*(?:\s+#.*)?)")
_KEY_AND_VALUE = re.compile(r"\s*(?:- )?[^\s#][^#]*?:\s+(\S.*)")
_KEY_OF_KEY = re.compile(r"(\s*)([\w.]+): +(\w+: +[^\s#][^#]*?)\s*(?:\s#.*)?")
_APOSTROPHE = re.compile(r"'[^'\"\\]*\w'\w[^'\"\\]*'")
_CHOSEN = re.compile(
    r"\s*(?:- )?([\w.]+):\s+([^\s?\"][^?\"]*?)\s*\?\s*([^\s:?][^:?]*?)\s*:\s+([^\s:][^:]*)"
)
_ITEM, _TEXT, _NAME = (
    r"(?:\"[^\"]*\"|'[^']*'|[\w.+-]+)",
    r"\"[^\"{}]*\"|'[^'{}]*'",
    r"[A-Za-z_][\w.]*",
)
_STRINGS = re.compile(rf"{_ITEM}(?:\s*[,;]\s*{_ITEM})+")
_JOINED = re.compile(rf"(?:{_TEXT}|{_NAME})(?:\s*\+\s*(?:{_TEXT}|str\({_NAME}\)|{_NAME}))+")
_REMARK = re.compile(r"([\[{].*[\]}]|\"[^\"]*\"|'[^']*')\s+([(A-Za-z<-].*)")
_PLAIN = re.compile(r"[\w.+-]+")
_KEY = re.compile(r"\s*(?:- )?([+~=]?[\w.\[\]]+):\s")
_NEXT_ENTRY = re.compile(r"[,;]\s*(=?[\w.]+: +\S.*)")
_LONGEST = GUESSED.at_most
_NAMES = {"`": "a backtick"}
_CLOSERS = {"[": "]", "{": "}"}


def explain_syntax(problem: str, offset: int, opened: int | None, source: SourceText) -> Diagnostic:
    """The finding for ruamel's `problem` at `offset`, in a construct that began at `opened`."""
    trap = explain_pasted(source, offset, opened) or explain_trap(source, offset, opened)
    if trap is not None:
        return trap
    here = _Place(source, offset, opened)
    for words, explain in _EXPLANATIONS:
        if words in problem:
            return explain(here, problem)
    help = "quote the value, or compare with an example: `variables:` then `  seed: [1, 2]`"
    return here.finding(f"YAML syntax: {problem}", help)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a syntax error was met, and the text around it."""

    source: SourceText
    offset: int
    opened: int | None

    @property
    def span(self) -> Span:
        return self.at(self.offset)

    @property
    def char(self) -> str:
        return self.source.text[self.offset : self.offset + 1]

    @property
    def before(self) -> str:
        """The line up to the error."""
        return self.source.line(self.span.line)[: self.span.column - 1]

    @property
    def rest(self) -> str:
        """The line from the error on, without a comment."""
        line = self.source.line(self.span.line)[self.span.column - 1 :]
        return cut(re.split(r"\s#", line, maxsplit=1)[0].strip(), _LONGEST)

    @property
    def value(self) -> str:
        """What stands behind the first colon, or the dash, of the line."""
        line = re.split(r"\s#", self.source.line(self.span.line), maxsplit=1)[0]
        found = _KEY_AND_VALUE.fullmatch(line)
        return cut(found[1].strip() if found else line.strip().removeprefix("- "), _LONGEST)

    def line(self, number: int) -> str:
        """A line; "" for one that is too long to guess what was meant by it."""
        line = self.source.line(number)
        return line if len(line) <= _LONGEST else ""

    def above(self) -> str:
        """The nearest line above that is not blank and no comment."""
        for number in range(self.span.line - 1, 0, -1):
            line = self.source.line(number)
            if line.strip() and not line.lstrip().startswith("#"):
                return cut(line, _LONGEST)
        return ""

    def apart(self, number: int) -> tuple[Span, Fix] | None:
        """The colon of a line that no blank follows, and the fix that puts one there."""
        glued = _GLUED.fullmatch(self.line(number))
        if glued is None:
            return None
        start = self.source.offset(number, len(glued[1]) + 1)
        unseen = len(glued[2]) - len(beyond_spaces(glued[2]))
        span = self.source.span(start, start + 1 + unseen)
        return span, Fix("write a space after the colon", (Edit(span, ": "),), True)

    def at(self, offset: int) -> Span:
        return self.source.span(offset, min(offset + 1, len(self.source.text)))

    def finding(
        self, message: str, help: str, *labels: Label, fix: Fix | None = None
    ) -> Diagnostic:
        return finding(YAML_SYNTAX, self.span, message, help=help, labels=labels, fix=fix)


def _cannot_start(here: _Place, problem: str) -> Diagnostic:
    if here.char == "\t":
        return _tab(here, problem)
    return here.finding(
        f"a string without quotes cannot begin with {_NAMES.get(here.char, f'`{here.char}`')}",
        f"quote it: {quote(here.rest)}",
    )


def _tab(here: _Place, _: str) -> Diagnostic:
    if here.before.strip():
        help = "write a space for it"
        fix = Fix(help, (Edit(here.span, " "),), True)
        return here.finding("a tab, where YAML allows spaces only", help, fix=fix)
    text = here.source.text
    leading = [m.span() for m in re.finditer(r"^ *\t[ \t]*", text, re.MULTILINE)]
    edits = tuple(
        Edit(here.source.span(start, end), text[start:end].replace("\t", "  "))
        for start, end in leading
    )
    help = "indent with spaces"
    indented = Fix("indent with spaces", edits, True) if edits else None
    lines = here.source.span(leading[0][0], leading[-1][1]) if len(leading) > 1 else None
    labels = (Label(lines, "tabs from here on"),) if lines else ()
    return here.finding("a tab, where YAML allows spaces only", help, *labels, fix=indented)


def _document(here: _Place, _: str) -> Diagnostic:
    line = here.source.line(here.span.line)
    if not line.startswith("---"):
        help = "one file holds one experiment: remove the `...`, or what is below it"
        return here.finding("a `...` above ends the document, and more text follows", help)
    help = "one file holds one experiment: remove the `---`, or split the file"
    return here.finding("a second document (`---`) in one file", help)


def _alias(here: _Place, _: str) -> Diagnostic:
    help = f"write the value out, or quote a string that begins with `*`: {quote(here.rest)}"
    return finding(YAML_FEATURE, here.span, NO_ANCHORS, help=help)


def _escape(here: _Place, _: str) -> Diagnostic:
    help = "write the string in single quotes, where a backslash is a backslash"
    return here.finding("in double quotes a backslash begins an escape, and this is none", help)


def _colon(here: _Place, _: str) -> Diagnostic:
    """A `: ` that cannot stand there: on one line with another, or on a line too far in."""
    if (two := _KEY_OF_KEY.fullmatch(here.line(here.span.line))) is not None:
        below = f"on a line of its own, `  {two[3]}`, below `{two[2]}:`"
        inside = f"`{two[2]}: {{{two[3]}}}`"
        help = f"write it {below}" if not two[1] else f"write {inside}"
        help += f"; quote the value if the colon belongs to it, {quote(two[3])}"
        return here.finding("a second `: ` on this line", help)
    if _KEY_AND_VALUE.fullmatch(here.before + "x"):
        if (chosen := _CHOSEN.fullmatch(here.line(here.span.line))) is not None:
            key, test, yes, no = (each.strip() for each in chosen.groups())
            lines = f'`{key}: {no}` and `when: {{"{test}": {{{key}: {yes}}}}}`'
            help = f"what some runs have stands below a condition: write {lines} under `controls:`"
            return here.finding("there is no `? :` here", f"{help}, not here")
        return here.finding(
            "a second `: ` on this line",
            f"quote the value if the colon belongs to it, {quote(here.value)}, or begin a new line",
        )
    glued, apart = _GLUED.fullmatch(here.above()), here.apart(here.span.line - 1)
    if glued:
        return here.finding(
            "the line above has no `: `, so this one is read as its continuation",
            f"write a space after the colon above: `{glued[1].strip()}: {beyond_spaces(glued[2])}`",
            *((Label(apart[0], "no space after it"),) if apart else ()),
            fix=apart[1] if apart else None,
        )
    if _KEY_AND_VALUE.fullmatch(here.above()):
        return here.finding(
            "this line is indented deeper than the one above, which has a value already",
            "align it with the line above",
        )
    help = "write `key: value` lines, or `key:` above what is indented"
    return here.finding("the line above has no `: `, so this one is read as its continuation", help)


def _flow(here: _Place, _: str) -> Diagnostic:
    """An item of `[...]` or `{...}` is not followed by a comma or the end."""
    assert here.opened is not None
    opened, mark = here.at(here.opened), here.source.text[here.opened]
    closer = _CLOSERS.get(mark, "]")
    line = here.source.line(here.span.line)
    behind = opened.line != here.span.line and here.char != closer and ": " not in line
    if behind and here.rest.endswith(closer):
        help = "put a comma at the end of the line above, before a comment"
        return here.finding("a `,` is missing before this", help, Label(opened, "opened here"))
    if opened.line != here.span.line:
        message = f"this `{mark}` is not closed"
        labels = (Label(here.span, "still open here"),) if here.rest else ()
        help = f"close it with `{closer}`"
        return finding(YAML_SYNTAX, opened, message, help=help, labels=labels)
    help = "put a comma between the items, or quote a string with brackets or colons"
    message = f"a `,` or `{closer}` is missing before this"
    return here.finding(message, help, Label(opened, "opened here"))


def _open_quote(here: _Place, _: str) -> Diagnostic:
    at = here.offset if here.opened is None else here.opened
    help = "close it at the end of the string; a quote inside single quotes is written twice"
    return finding(YAML_SYNTAX, here.at(at), "this quote is never closed", help=help)


def _block_end(here: _Place, problem: str) -> Diagnostic:
    before = here.before.rstrip()
    if here.char in ("]", "}"):
        return here.finding(f"this `{here.char}` closes nothing", "remove it, or open it before")
    if before.endswith(("]", "}", "'", '"')) and here.rest in (",", ";"):
        help = f"remove the `{here.rest}`: the line ends the value"
        fix = Fix("remove it", (Edit(here.span, ""),), True)
        return here.finding(f"a `{here.rest}` after a value that is closed", help, fix=fix)
    if before.endswith(("]", "}")) and (entry := _NEXT_ENTRY.fullmatch(here.rest)):
        help = f"write each on a line of its own: `{before.strip()}`, and below it `{entry[1]}`"
        return here.finding("a second key on this line", help)
    if before.endswith("'") and _APOSTROPHE.fullmatch(here.value):
        help = f'write it in double quotes: "{here.value[1:-1]}"'
        return here.finding("an apostrophe inside single quotes ends the string", help)
    if before.endswith(("'", '"', "]", "}")) and (help := _of_parts(here)):
        return here.finding("text after a closing quote or bracket", help)
    if before.endswith(("'", '"', "]", "}")):
        value = here.value
        bare = value.replace('"', "").replace("'", "") if before.endswith(("'", '"')) else value
        return here.finding(
            "text after a closing quote or bracket",
            f"quote the whole value: {quote(bare)}",
        )
    if not before and here.char == "-":
        help = "indent the list below its key, or remove the dash"
        return here.finding("a `- ` item among `key: value` lines", help)
    if not before:
        help = "align it with the lines that belong to the same section"
        return here.finding("this line is indented like no line above it", help)
    help = "check the indentation of this line, and quotes or brackets just before it"
    return here.finding(f"YAML syntax: {problem}", help)


def _of_parts(here: _Place) -> str:
    """What to write for a value that begins in quotes or brackets, and goes on; "" where it is no
    list without brackets, no sum of strings, and no value with a remark."""
    key, value = _KEY.match(here.line(here.span.line)), here.value
    name = f"{key[1]}: " if key else "- "
    if _STRINGS.fullmatch(value):
        found = re.findall(_ITEM, value)
        items = [bare if _PLAIN.fullmatch(bare := each.strip("\"'")) else each for each in found]
        return f"a list stands in brackets: write `{name}[{', '.join(items)}]`"
    if _JOINED.fullmatch(value):
        parts = [each.strip() for each in value.split("+")]
        texts = (
            each[1:-1] if each[0] in "\"'" else f"{{{each.removeprefix('str(').rstrip(')')}}}"
            for each in parts
        )
        say = "strings are not added: a name in braces is filled in for each run"
        return f'{say}: write `{name}"{"".join(texts)}"` under `controls:`, not here'
    if (remark := _REMARK.fullmatch(value)) is not None:
        return f"a remark is a comment: write `{name}{remark[1]}  # {remark[2]}`"
    return ""


def _no_colon(here: _Place, _: str) -> Diagnostic:
    help = "write `key: value` with a space after the colon"
    if here.opened is not None and here.at(here.opened).line != here.span.line:
        at = here.at(here.opened)
        line, apart = cut(here.source.line(at.line).strip(), _LONGEST), here.apart(at.line)
        if re.fullmatch(r"-[^\s-]\S*", line):
            dash = here.at(here.opened)
            help = f"write a space after the dash: `- {line[1:]}`"
            return finding(YAML_SYNTAX, dash, f"`{line[:40]}` is no item of a list", help=help)
        message = f"`{line[:40]}` is a key without its colon"
        fix = apart[1] if apart else None
        return finding(YAML_SYNTAX, at, message, help=help, fix=fix)
    return here.finding("a key without its colon", help)


def _nothing(here: _Place, _: str) -> Diagnostic:
    if here.char == ",":
        help = 'write null or "" if that is meant, or remove the comma'
        return here.finding("nothing stands before this comma", help)
    return here.finding("a value is missing before this", "write the value, or remove the key")


def _question(here: _Place, _: str) -> Diagnostic:
    help = f"quote it: {quote(here.rest)}"
    return here.finding("a `?` with a space after it begins a key in YAML", help)


def _dash(here: _Place, _: str) -> Diagnostic:
    help = "begin the list on a new line, indented, or write it as [a, b]"
    return here.finding("a `- ` item cannot stand on the line of its key", help)


def _block(here: _Place, _: str) -> Diagnostic:
    message = "a value that begins with `|` or `>` opens a text block"
    return here.finding(message, f"quote it: {quote(here.value)}")


_EXPLANATIONS = (
    ("cannot start any token", _cannot_start),
    ("tab character", _tab),
    ("second document", _document),
    ("refers to an anchor", _alias),
    ("unknown escape", _escape),
    ("expected escape sequence", _escape),
    ("mapping values are not allowed", _colon),
    ("expected ',' or", _flow),
    ("unexpected end of stream", _open_quote),
    ("unexpected document separator", _open_quote),
    ("expected <block end>", _block_end),
    ("could not find expected ':'", _no_colon),
    ("expected the node content", _nothing),
    ("mapping keys are not allowed", _question),
    ("sequence entries are not allowed", _dash),
    ("expected chomping or indentation", _block),
)
"""What ruamel or the composer says, and who explains it."""
