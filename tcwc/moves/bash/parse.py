"""The commands and loops of a script, from its tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from tcwc.model.frozen import dataclass
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


@dataclass(frozen=True, slots=True)
class SimpleCommand:
    """A simple command: its words, and a text that it is given (`<<END`)."""

    words: tuple[Word, ...]
    line: int
    here: str | None = None
    here_line: int = 0


@dataclass(frozen=True, slots=True)
class Loop:
    """`for NAME in WORDS`."""

    name: str
    words: tuple[Word, ...]
    body: tuple[Statement, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Unfollowed:
    """What is run or not by what nobody here works out: `if`, `while`, `case`, a function."""

    word: str
    body: tuple[Statement, ...]
    line: int


Statement: TypeAlias = "SimpleCommand | Loop | Unfollowed"


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

    def keyword(self, offset: int = 0) -> str:
        """The bare word that stands next; "" where none does."""
        place = self.at + offset
        token = self.tokens[place] if place < len(self.tokens) else None
        return token.word.plain if token and token.word and token.word.is_bare else ""

    def operator(self, offset: int = 0) -> str:
        place = self.at + offset
        return self.tokens[place].operator if place < len(self.tokens) else ""

    def until(self, ends: Sequence[str]) -> list[Statement]:
        """Statements up to one of some words, which stays."""
        found: list[Statement] = []
        while self.at < len(self.tokens):
            word = self.keyword()
            if word in ends or (not ends and word in _ENDS.values()):
                break
            made = self.statement()
            if made is not None:
                found.append(made)
        return found

    def statement(self) -> Statement | None:
        token, word = self.tokens[self.at], self.keyword()
        if token.here is not None or token.operator or word in _BETWEEN or word in ("{", "}"):
            if token.operator == "(" and self.operator(1) == "(":
                return self.arithmetic()
            self.at += 1
            return None
        if word in _ENDS:
            return self.block(word)
        if word == "function" or (self.operator(1) == "(" and self.operator(2) == ")"):
            return self.function()
        return self.command()

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
        while self.at < len(self.tokens) and self.keyword() != "{":
            self.at += 1
        self.at += 1
        body = tuple(self.until(("}",)))
        self.at += 1
        return Unfollowed("a function", body, line)

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
        return Unfollowed("((...))", (SimpleCommand(tuple(words), line),), line)

    def command(self) -> SimpleCommand:
        line, words = self.tokens[self.at].line, []
        while self.at < len(self.tokens) and self.tokens[self.at].word is not None:
            word = self.tokens[self.at].word
            assert word is not None
            words.append(word)
            self.at += 1
        here, here_line = self.here()
        return SimpleCommand(tuple(words), line, here, here_line)

    def here(self) -> tuple[str | None, int]:
        """The text that stands below the line of a command."""
        place = self.at
        while place < len(self.tokens) and self.tokens[place].operator in (";", "|", "&"):
            place += 1
            if self.tokens[place - 1].operator == ";":
                break
        if place < len(self.tokens) and self.tokens[place].here is not None:
            return self.tokens[place].here, self.tokens[place].line
        return None, 0
