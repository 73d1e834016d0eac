"""Numbers and truth values as people write them and paper prints them: `2×10⁻⁴`, `1/1000`, `2k`.

Each reading is the text that YAML, and what reads the key, would take for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from tcwc.model.frozen import dataclass
from tcwc.numerals.texts import decimal

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_TIMES = r"\s*[×x·*⋅∙]\s*"
_NUMBER = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_POWER_OF_TEN = re.compile(
    rf"(?:({_NUMBER}){_TIMES})?10\s*(?:\^|\*\*)?\s*\(?([-+]?[0-9]{{1,3}})\)?"
)
_MARKED_POWER = re.compile(rf"\^|\*\*|[⁰¹²³⁴⁵⁶⁷⁸⁹]|{_TIMES}10\s*[-+]")
_FRACTION = re.compile(rf"({_NUMBER})\s*[/÷]\s*({_NUMBER})")
_WHOLE_POWER = re.compile(r"([0-9]{1,4})\s*\^\s*([0-9]{1,2})")
_BASED = re.compile(r"0[xXbBoO][0-9a-fA-F]{1,12}")
_EXPONENT = re.compile(r"([-+]?[0-9.]+)(?:[dD]|[eE]\s*\^?\s*)\s*([-+]?[0-9]+)")
_SUFFIXED = re.compile(rf"({_NUMBER})[fFdDlLu]")
_LARGE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s?([kKM])")
_REMARK = re.compile(r"(\S+)\s+(?:\(.*\)|(?!(?:or|and|to|x|of|bis|by)\b)[A-Za-z][A-Za-z ]*)")
_ENDED = re.compile(r"([^,;]+?)\s*[,;]")
_MARKED = re.compile(r"[=≈~$:]*\s*(.*?)[.†‡§¶*°!]*")
_LONGEST = 40
"""Digits of a number that is written in another way."""
_TRUTHS = {
    "true": ("1", "enabled", "enable", "active", "t", "1.0", "✓"),
    "false": ("0", "disabled", "disable", "inactive", "f", "0.0", "✗"),
}
_ENDS, _REMARKS, _HEX, _PLAIN = (
    "a line ends its value, without `,` or `;`",
    "what is said of a value stands behind it in a comment, `# ...`",
    "numbers are decimal here",
    "numbers are written as 8, 0.1 or 3e-4",
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """A value that a text may stand for; `why` it is none as it stands, `surely` where nothing
    else can be meant, and another value (`or_else`) where one may be."""

    value: str
    why: str
    surely: bool = False
    or_else: str = ""


def readings(text: str) -> Iterator[Meaning]:
    """What a text may stand for, the likeliest first; the reader says which of them fits."""
    if (ended := _ENDED.fullmatch(text)) is not None:
        yield Meaning(ended[1], _ENDS, True)
        text = ended[1]
    for make in _WAYS:
        yield from make(text)
    if (remark := _REMARK.fullmatch(text)) is not None:
        yield Meaning(remark[1], _REMARKS)
    marked = _MARKED.fullmatch(text)
    if marked is not None and marked[1] != text:
        yield Meaning(marked[1].strip(), _PLAIN)


def _power_of_ten(text: str) -> Iterator[Meaning]:
    found = _POWER_OF_TEN.fullmatch(text.translate(_RAISED).replace("\N{MINUS SIGN}", "-"))
    if found is not None and _MARKED_POWER.search(text):
        yield Meaning(f"{found[1] or 1}e{int(found[2])}", _PLAIN)


def _fraction(text: str) -> Iterator[Meaning]:
    found = _FRACTION.fullmatch(text)
    if found is None:
        return
    above, below = _decimal(found[1]), _decimal(found[2])
    if above is None or not below:
        return
    share = above / below
    if len(share.normalize().as_tuple().digits) <= 8:
        yield Meaning(number_text(share), "nothing is computed here")


def _whole_power(text: str) -> Iterator[Meaning]:
    found = _WHOLE_POWER.fullmatch(text)
    if found is not None and int(found[2]) * len(found[1]) < 30:
        yield Meaning(str(int(found[1]) ** int(found[2])), "nothing is computed here")


def _based(text: str) -> Iterator[Meaning]:
    if _BASED.fullmatch(text):
        try:
            yield Meaning(str(int(text, 0)), _HEX)
        except ValueError:
            return


def _other_exponent(text: str) -> Iterator[Meaning]:
    if (found := _EXPONENT.fullmatch(text)) is not None:
        yield Meaning(f"{found[1]}e{found[2]}", _PLAIN)
    if (found := _SUFFIXED.fullmatch(text)) is not None:
        yield Meaning(found[1], _PLAIN)


def _large(text: str) -> Iterator[Meaning]:
    found = _LARGE.fullmatch(text)
    number = _decimal(found[1]) if found else None
    if found is not None and number is not None:
        times, binary = (1_000, 1_024) if found[2] in "kK" else (1_000_000, 1_048_576)
        decimal, other = (number_text(number * each) for each in (times, binary))
        # Lengths of contexts go by powers of two, and other numbers by thousands.
        power = found[1].isdigit() and int(found[1]).bit_count() == 1
        first, second = (other, decimal) if power else (decimal, other)
        yield Meaning(first, _PLAIN, or_else=second)


def _percent(text: str) -> Iterator[Meaning]:
    found = re.fullmatch(rf"({_NUMBER})\s*(?:%|percent|per cent)", text)
    number = _decimal(found[1]) if found else None
    if number is not None:
        yield Meaning(number_text(number / 100), "a share is a fraction of 1")


def _truth(text: str) -> Iterator[Meaning]:
    for truth, words in _TRUTHS.items():
        if text.strip("'\".!").lower() in (truth, *words):
            yield Meaning(truth, "a switch is true or false")


_WAYS: tuple[Callable[[str], Iterator[Meaning]], ...] = (
    _power_of_ten,
    _fraction,
    _whole_power,
    _based,
    _other_exponent,
    _large,
    _percent,
    _truth,
)


def _decimal(text: str) -> Decimal | None:
    """A number that somebody may have meant; None for one of more digits, or further from 1, than
    is written out."""
    number = decimal(text) if len(text) <= _LONGEST else None
    return number if number is not None and abs(number.adjusted()) < _LONGEST else None


def number_text(number: Decimal) -> str:
    """A number as one writes it: 2048, 0.001, 3e-7."""
    plain = f"{number.normalize():f}"
    return plain if len(plain) <= 8 else f"{number.normalize():e}".lower().replace("e+", "e")
