"""The commands and loops of a script, from its tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from tcwc.model.frozen import dataclass, replace
from tcwc.moves.bash.words import Token, Word, tokens_of

_ENDS = {
    "for": "done",
    "while": "done",
    "until": "done",
    "select": "done",
    "if": "fi",
    "case": "esac",
}
_BETWEEN = frozenset(("then", "else", "elif", "do", "!", "time"))
ARITHMETIC = "((...))"
_TESTS = frozenset(
    (
        *("[", "[[", "test", "!", "false", "grep", "diff", "cmp", "command", "which", "type"),
        *("hash", "pgrep", "ls", "stat", "expr", "read"),
    )
)
"""Commands that are asked whether something is so. Others are taken to succeed."""


@dataclass(frozen=True, slots=True)
class SimpleCommand:
    """A simple command: its words, and a text that it is given (`<<END`), in quotes or not."""

    words: tuple[Word, ...]
    line: int
    here: str | None = None
    here_line: int = 0
    here_is_quoted: bool = False


@dataclass(frozen=True, slots=True)
class Loop:
    """`for NAME in WORDS`."""

    name: str
    words: tuple[Word, ...]
    body: tuple[Statement, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Unfollowed:
    """What is run or not by what nobody here works out: `if`, `while`, `case`, `||`."""

    word: str
    body: tuple[Statement, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Function:
    """A function, which runs where it is called."""

    name: str
    body: tuple[Statement, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Group:
    """`( ... )`, and what stands in a pipe: what it sets is not set behind it. `{ ... }` is one
    that is `open`."""

    body: tuple[Statement, ...]
    line: int
    open: bool = False


Statement: TypeAlias = "SimpleCommand | Loop | Unfollowed | Function | Group"


def statements(text: str, line: int = 1, depth: int = 0) -> tuple[Statement, ...]:
    """The statements of a script."""
    parser = _Parser(tokens_of(text, line, depth))
    found: list[Statement] = []
    while parser.at < len(parser.tokens):
        found += parser.until(())
        parser.at += 1  # past an end that nothing began
    return tuple(found)


class _Parser:
    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    def keyword(self, offset: int = 0) -> str:
        """The bare word that stands next; "" where none does."""
        place = self.at + offset
        token = self.tokens[place] if place < len(self.tokens) else None
        return token.word.plain if token and token.word and token.word.is_bare else ""

    def operator(self, offset: int = 0) -> str:
        place = self.at + offset
        return self.tokens[place].operator if place < len(self.tokens) else ""

    def until(self, ends: Sequence[str]) -> list[Statement]:
        """Statements up to one of some words, or operators, which stays."""
        found: list[Statement] = []
        self.depth += 1
        while self.at < len(self.tokens):
            word = self.keyword()
            if word in ends or (not ends and word in _ENDS.values()):
                break
            if self.operator() and self.operator() in ends:
                break
            found += self.chain(ends)
        self.depth -= 1
        return found

    # --- lists, pipes ---------------------------------------------------------------------------

    def chain(self, ends: Sequence[str]) -> list[Statement]:
        """`a && b || c`: behind what is asked it is not known what runs, and behind `||` of what
        succeeds nothing does."""
        found: list[Statement] = []
        is_asked, joint = False, ""
        while True:
            negated = self.keyword() == "!"
            pipe = self.pipe(ends)
            if joint == "||" or (joint and is_asked):
                pipe = [Unfollowed(joint, tuple(pipe), pipe[0].line)] if pipe else []
            elif pipe:
                is_asked = negated or _is_asked(pipe[-1])
            found += pipe
            joint = self.operator()
            if joint not in ("&&", "||"):
                return found
            self.at += 1
            self.skip_ends()

    def pipe(self, ends: Sequence[str]) -> list[Statement]:
        found: list[Statement] = []
        is_piped = False
        while True:
            made = self.statement(ends)
            found += [made] if made is not None else []
            if self.operator() != "|":
                is_piped |= self.operator() == "&"
                break
            is_piped = True
            self.at += 1
            if self.operator() == "&":  # `|&`
                self.at += 1
            self.skip_ends()
        return [Group((each,), each.line) for each in found] if is_piped else found

    def skip_ends(self) -> None:
        """A list goes on in the next line."""
        while self.at < len(self.tokens) and self.operator() == ";":
            self.at += 1

    def statement(self, ends: Sequence[str]) -> Statement | None:
        while self.keyword() in ("!", "time"):
            self.at += 1
        if self.at >= len(self.tokens):
            return None
        token, word = self.tokens[self.at], self.keyword()
        if token.operator == "(" and self.depth < 40:
            if self.operator(1) == "(":
                return self.arithmetic()
            return self.group(")", is_open=False)
        if word == "{" and self.depth < 40:
            return self.group("}", is_open=True)
        if token.operator in ("&&", "||", "|") or token.operator in ends or word in ends:
            return None
        if token.here is not None or token.operator or word in _BETWEEN or word == "}":
            self.at += 1
            return None
        if word in _ENDS:
            return self.block(word)
        if word == "function" or (self.operator(1) == "(" and self.operator(2) == ")"):
            return self.function()
        return self.command()

    # --- statements -----------------------------------------------------------------------------

    def group(self, end: str, *, is_open: bool) -> Group:
        line = self.tokens[self.at].line
        self.at += 1
        body = tuple(self.until((end,)))
        self.at += 1
        return Group(body, line, is_open)

    def block(self, word: str) -> Statement:
        line = self.tokens[self.at].line
        self.at += 1
        is_listed = word == "for" and self.keyword(1) == "in"
        name, words = self.keyword(), []
        if is_listed:
            self.at += 2
            while self.at < len(self.tokens) and not self.operator():
                token = self.tokens[self.at]
                words += [token.word] if token.word else []
                self.at += 1
        body = tuple(self.until((_ENDS[word],)))
        self.at += 1
        return Loop(name, tuple(words), body, line) if is_listed else Unfollowed(word, body, line)

    def function(self) -> Statement:
        line = self.tokens[self.at].line
        self.at += self.keyword() == "function"
        name = self.keyword()
        self.at += 1
        while self.operator() in ("(", ")", ";") and not (
            self.operator() == "(" and self.operator(1) != ")"
        ):
            self.at += 1
        made = self.statement(())
        return Function(name, (made,) if made is not None else (), line)

    def arithmetic(self) -> Statement:
        """`((i++))`: what it sets is not worked out."""
        line, words = self.tokens[self.at].line, []
        while self.at < len(self.tokens) and not (
            self.operator() == ")" and self.operator(1) == ")"
        ):
            token = self.tokens[self.at]
            words += [token.word] if token.word else []
            self.at += 1
        self.at += 2
        return Unfollowed(ARITHMETIC, (SimpleCommand(tuple(words), line),), line)

    def command(self) -> SimpleCommand:
        line, words = self.tokens[self.at].line, []
        while self.at < len(self.tokens) and self.tokens[self.at].word is not None:
            word = self.tokens[self.at].word
            assert word is not None
            words.append(word)
            self.at += 1
        return self.with_here(SimpleCommand(tuple(words), line))

    def with_here(self, command: SimpleCommand) -> SimpleCommand:
        """A command with the text that stands below its line."""
        place = self.at
        while place < len(self.tokens) and self.tokens[place].operator in (";", "|", "&"):
            place += 1
            if self.tokens[place - 1].operator == ";":
                break
        if place >= len(self.tokens) or self.tokens[place].here is None:
            return command
        text = self.tokens[place]
        return replace(command, here=text.here, here_line=text.line, here_is_quoted=text.quoted)


def _is_asked(statement: Statement) -> bool:
    """Whether a statement is asked something, so that it may fail."""
    if isinstance(statement, Group):
        return bool(statement.body) and _is_asked(statement.body[-1])
    if isinstance(statement, SimpleCommand):
        return bool(statement.words) and statement.words[0].plain in _TESTS
    return isinstance(statement, Unfollowed)
