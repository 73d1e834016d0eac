"""What a text that is no expression was meant as: `lora_rank => 16`, `math.sqrt(r)`, `2r`.

Operators of other languages and of paper are written as they are written here. What comes of it
is said only if it is an expression, and nothing in quotes is touched.
"""

from __future__ import annotations

import re

from tcwc.expressions.parse import parse
from tcwc.expressions.syntax import BadExpression
from tcwc.model.ir import FUNCTIONS
from tcwc.model.limits import GUESSED

_QUOTED = re.compile(r"(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')")
_CURLY = str.maketrans("“”„‘’‚", "\"\"\"'''")
_BRACED = re.compile(r"(?<![\w/])(?:\$?\{+\s*([\w.]+)\s*\}+(?!\w)|[$@]([A-Za-z_][\w.]*))")
_BETWEEN = re.compile(r"([\w.]+) between (\S+) and (\S+)")
_NAMED = "|".join(FUNCTIONS)
_REWRITTEN: tuple[tuple[str, str], ...] = (
    (r"^\s*(?:if|when|where|=(?!=))\s*", ""),
    (r"^\s*unless\s+(.*)$", r"not (\1)"),
    (r"[;,:]\s*$", ""),
    ("`", ""),
    ("===", "=="),
    ("!==", "!="),
    ("≥|=>", ">="),
    ("≤|=<", "<="),
    ("≠|<>|=!", "!="),
    (r"\s*[×·⋅∙]\s*", " * "),
    (r"\s*÷\s*", " / "),
    ("\N{MINUS SIGN}|\N{EN DASH}", "-"),
    (r"\s*&&?\s*", " and "),
    (r"\s*\|\|?\s*", " or "),
    (r"!(?!=)\s*", "not "),
    (r"\^", "**"),
    (r"\bAND\b|\bAnd\b", "and"),
    (r"\bOR\b|\bOr\b", "or"),
    (r"\bNOT\b|\bNot\b", "not"),
    (r"\bis not\b|\bisnt\b|\bne\b", "!="),
    (r"\bis equal to\b|\bequals?(?: to)?\b|\beq\b|\bis\b", "=="),
    (r"\bis (?:greater|more|larger) than\b|\bgt\b", ">"),
    (r"\bis (?:less|smaller) than\b|\blt\b", "<"),
    (r"\bge\b|\bgte\b|\bat least\b", ">="),
    (r"\ble\b|\blte\b|\bat most\b", "<="),
    (r"(?<![=<>!])=(?!=)", "=="),
    (r"\bin\s*(?:\(([^()]*)\)|\{([^{}]*)\})", r"in [\1\2]"),
    (rf"\b(?:math|np|numpy|torch|builtins)\.({_NAMED})\b", r"\1"),
    (r"(?<=[\w)\]])\s+(?:x|times)\s+(?=[\w(])", " * "),
    (r"(?<![\w.)])([0-9]+(?:\.[0-9]+)?)\s*(?![eE][-+]?[0-9])(?=[A-Za-z_(])(?!\s*(?:and|or|not|in)\b)",
     r"\1 * "),
)  # fmt: skip


def meant(text: str) -> str:
    """The expression that a text was meant as; "" where none can be told."""
    if len(text) > GUESSED.at_most:
        return ""
    parts = _QUOTED.split(text.translate(_CURLY).strip())
    made = "".join(part if _QUOTED.fullmatch(part) else _rewritten(part) for part in parts)
    made = " ".join(made.split()) if not _QUOTED.search(made) else made.strip()
    if made in ("", text.strip()) or isinstance(parse(made), BadExpression):
        return ""
    return made


def _rewritten(text: str) -> str:
    text = _BRACED.sub(lambda found: found[1] or found[2], text)
    text = _BETWEEN.sub(r"\2 <= \1 <= \3", text)
    for pattern, instead in _REWRITTEN:
        text = re.sub(pattern, instead, text)
    return text
