"""Texts that say the levels of a run: `runs/r8_lr3e-4`, as the template that gives each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tcwc.config.template import format_value
from tcwc.config.walk import is_number
from tcwc.model.frozen import dataclass
from tcwc.model.ir import format_path
from tcwc.moves.columns import Held, Varying
from tcwc.moves.written import literal

_FORMATS = ("", "g", ".0e", ".1e", "02d", "03d", "04d")
_LONGEST = 40
"""Characters of a text that is found in another one."""
_MOST = 2_000
"""Characters of a text that is looked at."""


@dataclass(frozen=True, slots=True)
class _Word:
    """A placeholder, and what it comes to in each run."""

    placeholder: str
    texts: tuple[str, ...]


def template_of(column: Varying, others: Sequence[Varying]) -> str | None:
    """The template that gives what each run has, of the levels of other columns; None where there
    is none."""
    texts = [str(column.held(run)) for run in range(len(column.codes))]
    if len(set(texts)) < 2 or max(map(len, texts)) > _MOST:
        return None
    words = [word for other in others for word in _words(other, len(texts))]
    words.sort(key=lambda word: -min(map(len, word.texts)))
    return _matched(texts, words)


def _words(column: Varying, runs: int) -> Iterator[_Word]:
    """What the levels of a column look like in a text, by their formats."""
    held = [column.held(run) for run in range(runs)]
    for spec in _FORMATS:
        texts = [_shown(each, spec) for each in held]
        known = [text for text in texts if text]
        if len(known) == runs and len(set(known)) == len(column):
            name = format_path(column.path)
            if '"' not in name:
                yield _Word(f"{{{name}{spec and ':' + spec}}}", tuple(known))


def _shown(value: Held, spec: str) -> str:
    if not (is_number(value) or (isinstance(value, str) and not spec)):
        return ""
    try:
        text = format_value(value, spec) or ""
    except ValueError:
        return ""
    return text if len(text) <= _LONGEST and "/" not in text else ""


def _matched(texts: Sequence[str], words: Sequence[_Word]) -> str | None:
    """The template of all texts: where they go on alike a letter of each, else a word of each."""
    places = [0] * len(texts)
    parts: list[str] = []
    plain = ""
    while any(place < len(text) for place, text in zip(places, texts, strict=True)):
        word = _next(texts, places, words)
        if word is not None:
            parts += [literal(plain), word.placeholder]
            plain = ""
            places = [at + len(said) for at, said in zip(places, word.texts, strict=True)]
            continue
        letters = {text[at : at + 1] for at, text in zip(places, texts, strict=True)}
        if len(letters) > 1:
            return None
        plain += letters.pop()
        places = [at + 1 for at in places]
    return "".join([*parts, literal(plain)]) if parts else None


def _next(texts: Sequence[str], places: Sequence[int], words: Sequence[_Word]) -> _Word | None:
    """The longest word that all texts go on with, and behind which no number goes on."""
    for word in words:
        found = zip(texts, places, word.texts, strict=True)
        if all(text.startswith(said, at) and _ends(text, at, said) for text, at, said in found):
            return word
    return None


def _ends(text: str, at: int, said: str) -> bool:
    behind = text[at + len(said) : at + len(said) + 1]
    before = text[at - 1 : at] if at else ""
    is_inside = said[:1].isdigit() and before.isdigit()
    return not is_inside and not (said[-1:].isdigit() and behind.isdigit())
