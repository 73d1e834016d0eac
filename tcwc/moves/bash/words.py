"""The words of a script: what is quoted, what is a variable, and what nobody here works out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcwc.model.frozen import dataclass

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ASSIGNED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
_REDIRECTED = re.compile(r"[0-9]*(?:&>>?|>>|>&|>\||>|<<<|<>|<&|<)(?:&?[0-9-]+(?![A-Za-z0-9_./-]))?")
_HERE = re.compile(r"<<(-?)[ \t]*(['\"]?)([A-Za-z_][A-Za-z0-9_]*)\2")
_ODD = re.compile(r"\$'(?:[^'\\]|\\.)*'|\$\[[^\]]*\]", re.DOTALL)
_OPERATORS = ("&&", "||", ";;", "|", "&", ";", "(", ")")
_DEEP = 40


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a word: `kind` is text, variable, arithmetic, command, array, or odd, for what
    nobody here works out.

    `text` is what stands there: of a variable its name, with what stands in the braces behind it.
    """

    kind: str
    text: str
    quoted: bool = False
    items: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its line. `here` is the text of a here-document behind it."""

    parts: tuple[Piece, ...]
    line: int

    @property
    def plain(self) -> str:
        """What it is where nothing is to be worked out, "" elsewhere."""
        return "".join(p.text for p in self.parts) if self.is_plain else ""

    @property
    def is_plain(self) -> bool:
        return all(part.kind == "text" for part in self.parts)

    @property
    def is_bare(self) -> bool:
        """Whether it is no more than letters without quotes: keywords are."""
        return self.is_plain and not any(part.quoted for part in self.parts)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, an operator (`;` for the end of a line too), or a text that a command is given."""

    line: int
    word: Word | None = None
    operator: str = ""
    here: str | None = None
    quoted: bool = False


class _Lexer:
    def __init__(self, text: str, line: int, depth: int) -> None:
        self.text = text.replace("\r\n", "\n").replace("\\\n", "\x01")
        self.at = 0
        self.line = line
        self.depth = depth
        self.waiting: list[tuple[str, bool, bool]] = []

    def tokens(self) -> Iterator[Token]:
        while self.at < len(self.text):
            each = self.text[self.at]
            if each == "\n":
                yield Token(self.line, operator=";")
                self.advance(1)
                yield from self.here_texts()
            elif each in " \t\x01":
                self.advance(1)
            elif each == "#":
                end = self.text.find("\n", self.at)
                self.advance((end if end >= 0 else len(self.text)) - self.at)
            elif self.text.startswith(("<(", ">("), self.at):
                yield Token(self.line, Word((self.substituted(),), self.line))
            elif (here := _HERE.match(self.text, self.at)) is not None:
                self.waiting.append((here[3], bool(here[1]), bool(here[2])))
                self.advance(len(here[0]))
            elif (moved := _REDIRECTED.match(self.text, self.at)) is not None:
                self.advance(len(moved[0]))
                self.skip_target(moved[0])
            else:
                yield self.operator() or Token(self.line, self.word())

    def skip_target(self, operator: str) -> None:
        """The file behind `>`, which is no word of the command."""
        if operator[-1].isdigit() or operator[-1] == "-":
            return
        while self.text[self.at : self.at + 1] in (" ", "\t", "\x01"):
            self.advance(1)
        if self.text.startswith(("<(", ">("), self.at):
            self.substituted()
        elif self.text[self.at : self.at + 1] not in ("", "\n", "(", ";"):
            self.word()

    def substituted(self) -> Piece:
        """`<(...)`: a file of what a command prints."""
        return Piece("odd", f"<({self.closed(2, ')')})")

    def here_texts(self) -> Iterator[Token]:
        for name, strips, quoted in self.waiting:
            lines = []
            first = self.line
            while self.at < len(self.text):
                end = self.text.find("\n", self.at)
                end = end if end >= 0 else len(self.text)
                line = self.text[self.at : end]
                self.advance(end - self.at + 1)
                if (line.lstrip("\t") if strips else line) == name:
                    break
                lines.append(line.replace("\x01", "\\\n"))
            yield Token(first, here="\n".join(lines) + "\n", quoted=quoted)
        self.waiting = []

    def advance(self, count: int) -> None:
        passed = self.text[self.at : self.at + count]
        self.line += passed.count("\n") + passed.count("\x01")
        self.at += count

    def operator(self) -> Token | None:
        found = next((o for o in _OPERATORS if self.text.startswith(o, self.at)), None)
        if found is None:
            return None
        self.advance(len(found))
        return Token(self.line, operator=found)

    # --- words --------------------------------------------------------------------------------

    def word(self) -> Word:
        line, parts = self.line, []
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in " \t\n;|&()<>":
            if self.text[self.at] == "\x01":  # a word goes on in the next line
                self.advance(1)
                continue
            parts.append(self.part())
            so_far = self.text[start : self.at]
            if self.text[self.at : self.at + 1] == "(" and _ASSIGNED.fullmatch(so_far):
                parts.append(self.array())
                break
        if not parts:  # what begins no word, such as `<(...)`
            parts.append(Piece("text", self.text[self.at : self.at + 1]))
            self.advance(1)
        return Word(tuple(parts), line)

    def part(self) -> Piece:
        each = self.text[self.at]
        if each == "'":
            return Piece("text", self.upto("'"), quoted=True)
        if each == '"':
            return self.double()
        if each == "\\":
            self.advance(1)
            text = self.text[self.at : self.at + 1]
            self.advance(1)
            return Piece("text", text, quoted=True)
        if each == "`":
            return Piece("command", self.upto("`"))
        if each == "$":
            return self.dollar(quoted=False)
        end = self.at + 1
        while end < len(self.text) and self.text[end] not in " \t\n\x01;|&()<>'\"\\`$":
            end += 1
            if self.text[end - 1] == "=":
                break
        text = self.text[self.at : end]
        self.advance(end - self.at)
        return Piece("text", text)

    def upto(self, end: str) -> str:
        stop = self.text.find(end, self.at + 1)
        stop = stop if stop >= 0 else len(self.text)
        text = self.text[self.at + 1 : stop]
        self.advance(stop + 1 - self.at)
        return text.replace("\x01", "\\\n" if end == "'" else "")

    def double(self) -> Piece:
        """A text in double quotes, as a word of its own."""
        line = self.line
        self.advance(1)
        parts: list[Piece] = []
        text = ""
        while self.at < len(self.text) and self.text[self.at] != '"':
            each = self.text[self.at]
            if each == "$" or each == "`":
                parts.append(Piece("text", text, quoted=True))
                text = ""
                is_dollar = each == "$"
                parts.append(self.dollar(quoted=True) if is_dollar else self.command())
                continue
            if each == "\\" and self.text[self.at + 1 : self.at + 2] in ('"', "\\", "$", "`"):
                self.advance(1)
                each = self.text[self.at]
            text += each if each != "\x01" else ""
            self.advance(1)
        self.advance(1)
        parts.append(Piece("text", text, quoted=True))
        return Piece("quoted", "", quoted=True, items=(Word(tuple(parts), line),))

    def command(self) -> Piece:
        return Piece("command", self.upto("`"), quoted=True)

    def dollar(self, *, quoted: bool) -> Piece:
        rest = self.text[self.at : self.at + 3]
        if rest.startswith("$(("):
            return Piece("arithmetic", self.closed(3, "))"), quoted)
        if rest.startswith("$("):
            return Piece("command", self.closed(2, ")"), quoted)
        if rest.startswith("${"):
            return Piece("variable", self.closed(2, "}"), quoted)
        if rest.startswith("$[") or (rest[1:2] == "'" and not quoted):
            return self.odd()
        if rest[1:2] == '"' and not quoted:
            self.advance(1)
            return self.double()
        self.advance(1)
        name = _NAME.match(self.text, self.at)
        text = name[0] if name else self.text[self.at : self.at + 1]
        if name is None and text not in tuple("0123456789@*#?$!-"):
            return Piece("text", "$", quoted)
        self.advance(len(text))
        return Piece("variable", text, quoted)

    def odd(self) -> Piece:
        """`$[a + b]`, and `$'...'` with escapes of its own."""
        found = _ODD.match(self.text, self.at)
        text = found[0] if found else self.text[self.at :]
        self.advance(len(text))
        return Piece("odd", text)

    def closed(self, begin: int, end: str) -> str:
        """What stands between brackets, which may have others in them."""
        opens = "{" if end == "}" else "("
        depth, at = 0, self.at + begin
        while at < len(self.text):
            if depth == 0 and self.text.startswith(end, at):
                break
            depth += self.text[at] == opens
            depth -= self.text[at] == end[0]
            at += 1
        text = self.text[self.at + begin : at]
        self.advance(at + len(end) - self.at)
        return text.replace("\x01", "")

    def array(self) -> Piece:
        line, text = self.line, self.closed(1, ")")
        inner = words_in(text, line, self.depth + 1)
        return Piece("array", text, items=tuple(inner))


def tokens_of(text: str, line: int = 1, depth: int = 0) -> list[Token]:
    """The tokens of a script; none of one that is in too many others."""
    return list(_Lexer(text, line, depth).tokens()) if depth < _DEEP else []


def words_in(text: str, line: int, depth: int = 0) -> list[Word]:
    """The words of a text alone."""
    return [each.word for each in tokens_of(text, line, depth) if each.word is not None]
