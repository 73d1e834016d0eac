"""Values as Hydra's own grammar has them (hydra/grammar/OverrideLexer.g4): `yes` is a word there,
and `1:30` too."""

from __future__ import annotations

import re

from tcwc.model.ir import Value
from tcwc.moves.search import NoLike

_UNSIGNED = r"(?:0|[1-9](?:_?[0-9])*)"
_INT = re.compile(rf"[+-]?{_UNSIGNED}")
_POINT = rf"(?:{_UNSIGNED}?\.[0-9](?:_?[0-9])*|{_UNSIGNED}\.)"
_FLOAT = re.compile(
    rf"[+-]?(?:{_POINT}|(?:{_POINT}|{_UNSIGNED})[eE][+-]?[0-9](?:_?[0-9])*|inf|nan)", re.IGNORECASE
)
_PLAIN = re.compile(r"(?:\$\{[^{}]*\}|[A-Za-z0-9_/\-+.$%*@?|: \t]|\\[\\()\[\]{}:=, \t])+")
_QUOTED = re.compile(r"'([^'\\]*)'|\"([^\"\\]*)\"")
_WORDS: dict[str, Value] = {"null": None, "true": True, "false": False}


def meaning(text: str) -> Value:
    """The value of a text. Raises NoLike for one that Hydra does not read, or reads as a call."""
    text = text.strip()
    quoted = _QUOTED.fullmatch(text)
    if quoted is not None:
        return quoted[1] if quoted[1] is not None else quoted[2]
    if text[:1] == "[" and text[-1:] == "]":
        return [meaning(each) for each in apart(text[1:-1])] if text[1:-1].strip() else []
    if text[:1] == "{" and text[-1:] == "}":
        return dict(map(_entry, apart(text[1:-1]))) if text[1:-1].strip() else {}
    if _PLAIN.fullmatch(text) is None:
        raise NoLike(f"`{text}` is no value that is read here")
    return _primitive(text)


def _entry(text: str) -> tuple[str, Value]:
    key, is_one, value = text.partition(":")
    if not is_one or _PLAIN.fullmatch(key) is None:
        raise NoLike(f"`{text}` is no entry of a mapping")
    return key.strip(), meaning(value)


def _primitive(text: str) -> Value:
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _INT.fullmatch(text):
        return int(text.replace("_", ""))
    if _FLOAT.fullmatch(text):
        return float(text.replace("_", ""))
    return re.sub(r"\\(.)", r"\1", text)


def apart(text: str) -> list[str]:
    """A text at its commas, but for those in brackets and quotes, and behind a backslash."""
    parts, depth, quote, is_escaped = [""], 0, "", False
    for each in text:
        if is_escaped:
            is_escaped = False
            parts[-1] += each
            continue
        is_escaped = each == "\\"
        if quote:
            quote = "" if each == quote else quote
        elif each in "'\"":
            quote = each
        elif each in "([{":
            depth += 1
        elif each in ")]}":
            depth -= 1
        if each == "," and not depth and not quote:
            parts.append("")
        else:
            parts[-1] += each
    return [part.strip() for part in parts]
