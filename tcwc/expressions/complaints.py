"""Why a text is no expression, by where the parser stopped, and what to write instead."""

from __future__ import annotations

import re

from tcwc.expressions.syntax import BadExpression

RESERVED = frozenset(("and", "or", "not", "in"))

# The first that fits counts, so longer ones stand before what they begin with.
_MISTAKES = (
    ("&&", "`&&` is no operator", "write and"),
    ("&", "`&` is no operator", "write and"),
    ("||", "`||` is no operator", "write or"),
    ("|", "`|` is no operator", "write or"),
    ("!", "`!` is no operator", "write not, or != to compare"),
    ("=", "`=` sets nothing here", "write == to compare"),
    ("^", "`^` is no operator", "write ** for a power"),
    ("${", "`${...}` is for values", "name the key itself: paths are resolved here"),
    ("{", "there are no mappings or templates here", "name the key itself"),
    ("#", "a comment cannot stand in an expression", "put it on a line of its own"),
    ("`", "a backtick means nothing here", "write names bare and strings in quotes"),
    (".", "a dot without a name beside it", "write section.key, one dot between names"),
    ("%)", "`%` needs a number after it", "write a percentage as a fraction: 0.1"),
)
_QUOTE = re.compile(r"[\"']")
_BAD_NUMBER = re.compile(r"[0-9.][\w.]*")
_LAST_WORD = re.compile(r"\b([^\W\d]\w*)\s*$")
_WORD = re.compile(r"[^\W\d]\w*")


def explain(text: str, offset: int) -> BadExpression:
    """Why a text is no expression, by where the parser stopped."""
    rest = text[offset:]
    if not rest.strip():
        opened = _unclosed(text)
        if opened is not None:
            char = text[opened]
            help = "close it, or remove it"
            return BadExpression(f"`{char}` is not closed", help, (opened, opened + 1))
        return BadExpression("it ends too early", "write what is to follow", (offset, offset))
    for start, message, help in _MISTAKES:
        if rest.startswith(start):
            return BadExpression(message, help, (offset, offset + len(start)))
    if _QUOTE.match(rest):
        if text.count(rest[0]) % 2 or "\\" in rest:
            help = 'close it with the same quote; inside one only \\" and \\\\ are escapes'
            return BadExpression(
                "a string that is not closed, or an odd escape", help, (offset, len(text))
            )
        return BadExpression(
            "a string where an operator is needed", "write == or in", (offset, offset + 1)
        )
    before = _LAST_WORD.search(text, 0, offset)
    if before is not None and before[1] in RESERVED:
        return BadExpression(*operator_alone(before[1]), before.span(1))
    word = _WORD.match(rest)
    if word is not None:
        return _word(word[0], offset)
    number = _BAD_NUMBER.match(rest)
    if number is not None:
        place = (offset, offset + number.end())
        return BadExpression(
            f"`{number[0]}` cannot stand here",
            "write a plain number (8, 0.1, 3e-4), one at a place",
            place,
        )
    return BadExpression(
        f"`{rest[0]}` cannot stand here",
        "write names, numbers, strings in quotes, and operators between them",
        (offset, offset + 1),
    )


def _word(word: str, offset: int) -> BadExpression:
    place = (offset, offset + len(word))
    if word in ("is", "AND", "OR", "NOT", "And", "Or", "Not", "xor"):
        instead = {"is": "==", "xor": "!="}.get(word, word.lower())
        return BadExpression(f"`{word}` is no operator", f"write {instead}", place)
    if word in RESERVED:
        return BadExpression(*operator_alone(word), place)
    if word in ("if", "else", "for", "lambda"):
        return BadExpression(
            f"there is no `{word}` here", "write a plain condition with and, or, not", place
        )
    return BadExpression(
        f"`{word}` where an operator is needed",
        "quote a string; put an operator between two names",
        place,
    )


def operator_alone(word: str) -> tuple[str, str]:
    """Message and help for an operator where a value is needed."""
    side = "after it" if word == "not" else "on both sides"
    return (
        f"`{word}` needs a condition or a value {side}",
        "write it, or quote the word if it is a string",
    )


def _unclosed(text: str) -> int | None:
    """The offset of the last bracket that nothing closes, outside quotes."""
    stack: list[int] = []
    bare = re.sub(
        r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'", lambda found: " " * len(found[0]), text
    )
    for offset, char in enumerate(bare):
        if char in "([":
            stack.append(offset)
        elif char in ")]" and stack:
            stack.pop()
    return stack[-1] if stack else None
