"""Texts that are known to be secret: hidden wherever they stand, stuck to others or cut off too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from json.encoder import encode_basestring

from tcwc.model.secrets import masked, masked_value, names_one, secrets_in
from tcwc.model.values import Value

_SHORTEST = 6
"""Less is part of many words, and would be hidden there too."""
_HEAD = 12
"""Characters of a word that tell it where the rest of it was cut off."""


class Words:
    """Words that nobody is to see."""

    def __init__(self, words: Iterable[str]) -> None:
        longest = sorted({w for w in words if len(w) >= _SHORTEST}, key=lambda w: (-len(w), w))
        self._short = [word for word in longest if len(word) < _HEAD]
        self._heads: dict[str, list[str]] = {}
        for word in longest:
            if len(word) >= _HEAD:
                self._heads.setdefault(word[:_HEAD], []).append(word)

    def masked(self, text: str) -> str:
        """A text with stars for these, and for all other secrets."""
        return masked(self.hidden_in(text))

    def hidden_in(self, text: str) -> str:
        """A text with stars for these."""
        for word in self._short:
            text = text.replace(word, "*" * len(word))
        if not self._heads:
            return text
        parts, shown, at = [], 0, 0
        while at + _HEAD <= len(text):
            words = self._heads.get(text[at : at + _HEAD], ())
            size = max((_common(word, text, at) for word in words), default=0)
            if size:
                parts += [text[shown:at], "*" * size]
                shown = at + size
            at += size or 1
        return "".join(parts) + text[shown:]


def secret_words(values: Iterable[tuple[str, Value]]) -> tuple[str, ...]:
    """The secrets in values, by their paths, and what stands under keys of such: other values may
    have them from there, by a template or a reference."""
    return tuple(sorted(set(_words(values))))


def _words(values: Iterable[tuple[str, Value]]) -> Iterator[str]:
    for name, value in values:
        if isinstance(value, dict):
            yield from _words((f"{name}.{key}", each) for key, each in value.items())
        elif isinstance(value, list):
            yield from _words((name, each) for each in value)
        elif isinstance(value, str):
            yield from (value[each.start : each.end] for each in secrets_in(value))
            if names_one(name) and masked_value(name, value) != value:
                yield from (value, encode_basestring(value)[1:-1])  # as documents have it


def _common(word: str, text: str, at: int) -> int:
    """How many characters a word and a text, from a place on, have in common."""
    size = _HEAD
    while size < len(word) and text[at + size : at + size + 1] == word[size]:
        size += 1
    return size
