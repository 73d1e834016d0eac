"""What statements may set, start or leave, whether or not they run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from tcwc.moves.bash.arithmetic import set_in as numbers_set
from tcwc.moves.bash.parse import ARITHMETIC, Function, Loop, SimpleCommand, Statement, Unfollowed
from tcwc.moves.bash.words import Piece, Word

_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\+?)=", re.DOTALL)
ITEM = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\[")
_NAME = re.compile(r"(?<!\$)\b[A-Za-z_]\w*")
READS = frozenset(("read", "mapfile", "readarray", "getopts", "unset", "printf", "let"))
"""Commands that set the variables that they are given."""
LEAVES = frozenset(("break", "continue", "exit", "return", "exec"))
LOOPS = frozenset(("break", "continue"))


def assignment(word: Word) -> tuple[str, str, Word] | None:
    """The name, `+` for what is added, and the value of `NAME=value`; None for another word."""
    first = word.parts[0]
    found = _ASSIGNMENT.match(first.text) if first.kind == "text" and not first.quoted else None
    if found is None:
        return None
    rest = first.text[found.end() :]
    parts = ((Piece("text", rest),) if rest else ()) + word.parts[1:]
    return found[1], found[2], Word(parts, word.line)


def all_of(word: Word) -> str:
    """All of a word as it stands, without its quotes."""
    return "".join(
        "".join(map(all_of, part.items)) if part.kind == "quoted" else part.text
        for part in word.parts
    )


def substitutions(words: Sequence[Word]) -> Iterator[str]:
    for word in words:
        for part in word.parts:
            if part.kind == "command":
                yield part.text
            yield from substitutions(part.items)


def left_in(body: Sequence[Statement]) -> Iterator[str]:
    """How statements leave a loop, or the script, other than by an error."""
    for each in body:
        if isinstance(each, SimpleCommand):
            words = [all_of(word) for word in each.words]
            is_error = words[:1] in (["exit"], ["return"]) and words[1:] not in ([], ["0"])
            if words and words[0] in LEAVES and not is_error and words != ["exec"]:
                yield words[0]
        elif not isinstance(each, Function):
            inner = left_in(each.body)
            yield from (w for w in inner if w not in LOOPS or not isinstance(each, Loop))


def set_in(body: Sequence[Statement], functions: Mapping[str, Function]) -> Iterator[str]:
    """The variables that statements may set."""
    for each in body:
        if isinstance(each, SimpleCommand):
            yield from _set_by(each.words, functions)
        elif not isinstance(each, Function):
            if isinstance(each, Loop):
                yield each.name
            if isinstance(each, Unfollowed) and each.word == ARITHMETIC:
                yield from _of_arithmetic(each.body)
            yield from set_in(each.body, functions)


def _of_arithmetic(body: Sequence[Statement]) -> Iterator[str]:
    for each in body:
        if isinstance(each, SimpleCommand):
            yield from numbers_set(" ".join(map(all_of, each.words)))


def _set_by(words: Sequence[Word], functions: Mapping[str, Function]) -> Iterator[str]:
    first = words[0].plain if words else ""
    for word in words:
        found = assignment(word)
        if found is not None:
            yield found[0]
        yield from _set_within(word)
    text = " ".join(map(all_of, words))
    if first in READS or ITEM.match(text):
        yield from _NAME.findall(text)
    if first in functions:
        others = {name: each for name, each in functions.items() if name != first}
        yield from set_in(functions[first].body, others)


def _set_within(word: Word) -> Iterator[str]:
    """What `$((x++))` and `${x:=1}` set."""
    for part in word.parts:
        if part.kind == "arithmetic":
            yield from numbers_set(part.text)
        elif part.kind == "variable" and "=" in part.text:
            yield from _NAME.findall(part.text)
        for each in part.items:
            yield from _set_within(each)
