"""Scalars as typed values: the text of a scalar is typed by what reads it."""

from __future__ import annotations

import math
import re

from tcwc.config.interpolation.parse import refers
from tcwc.model.cut import cut
from tcwc.model.diagnostics import Fix, replace_by
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Scalar
from tcwc.model.patterns import pattern
from tcwc.model.source import Span
from tcwc.model.types import Type, describe
from tcwc.model.words import nearest, same_words
from tcwc.numerals.texts import decimal
from tcwc.yaml.scalars import construct, resolve

NULLS = frozenset(("null", "Null", "NULL", "~"))
_BOOLS = {
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
# Booleans to YAML 1.1, texts to YAML 1.2.
_OLD_BOOLS = {
    word: value
    for value, words in ((True, ("yes", "on", "y")), (False, ("no", "off", "n")))
    for text in words
    for word in (text, text.capitalize(), text.upper())
}
_INT = pattern(r"[-+]?[0-9]+")
_THOUSANDS = pattern(r"[-+]?[0-9]{1,3}(?:[_, ][0-9]{3})+(?:\.[0-9]+)?")
_POINTED = pattern(r"[-+]?[1-9][0-9]{0,2}\.[0-9]{3}")
_LEADING_ZERO = pattern(r"[-+]?0[0-9]+")
_FLOAT = pattern(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_HEX = pattern(r"0x[0-9a-fA-F]{1,16}")
_OCTAL = pattern(r"0o[0-7]+")
_INFINITIES = frozenset(("inf", ".inf", ".Inf", ".INF"))
_CORE_WORDS = frozenset(("", *NULLS, *_BOOLS, ".nan", ".NaN", ".NAN"))
_CORE_NUMBERS = (
    _INT,
    _FLOAT,
    pattern(r"0x[0-9a-fA-F]+"),
    _OCTAL,
    pattern(r"[-+]?\.(?:inf|Inf|INF)"),
)
# A whole number so long is beyond all floats; from 4,300 digits on Python makes no int of it.
_MAX_DIGITS = 400


@dataclass(frozen=True, slots=True)
class Mistyped:
    """Why a scalar does not fit, and what to write instead.

    `choice` is true where the kind fits but the value is not among the allowed ones. `instead` is
    the text of the likely repair, `surely` where nothing else can have been meant.
    """

    message: str
    help: str
    choice: bool = False
    instead: str = ""
    surely: bool = False

    def fix(self, span: Span) -> Fix | None:
        """The repair of the scalar at a span."""
        return replace_by(span, self.instead, safe=self.surely) if self.instead else None


def type_scalar(text: str, quoted: bool, type_: Type) -> Scalar | Mistyped:
    """The typed value of a scalar that something of type `type_` reads.

    Quoted is a string. `${...}` fits any type. Plain text is, in this order: null, a boolean, a
    whole number, a number, a text, each where the type takes it; where nothing is known of the
    type, YAML 1.2's core schema with the floats that OmegaConf reads (`1e-4`).
    """
    if "${" in text and refers(text):
        return text
    value = _quoted(text, type_) if quoted else _plain(text, type_)
    if isinstance(value, Mistyped) or not type_.choices or value is None:
        return value
    return value if value in type_.choices else _not_allowed(value, type_)


def _quoted(text: str, type_: Type) -> Scalar | Mistyped:
    if {"str", "any"} & set(type_.kinds):
        return text
    bare = _plain(text, type_)
    if isinstance(bare, Mistyped):
        message = f"{describe(type_)} is needed here, not the string '{cut(text)}'"
        return Mistyped(message, bare.help, instead=bare.instead)
    return Mistyped(
        f"{describe(type_)} is needed here, and '{cut(text)}' in quotes is a string",
        f"remove the quotes: {cut(text)}",
        instead=text,
        surely=True,
    )


def _plain(text: str, type_: Type) -> Scalar | Mistyped:
    kinds = set(type_.kinds)
    anything = "any" in kinds
    if text in NULLS and (anything or "null" in kinds):
        return None
    if text in _BOOLS and (anything or "bool" in kinds):
        return _BOOLS[text]
    if anything or {"int", "float"} & kinds:
        number = _number(text, anything or "int" in kinds, anything or "float" in kinds)
        if number is not None:
            return _read_as(text, number) if anything else number
    if text in _OLD_BOOLS and (anything or ("bool" in kinds and "str" not in kinds)):
        word = str(_OLD_BOOLS[text]).lower()
        return Mistyped(
            f"`{text}` is a boolean to some readers of YAML and a string to others",
            f"write {word}" if not anything else f"write {word}, or '{text}' for the string",
            instead=word,
            surely=not anything,
        )
    if anything:
        return _as_read(text)
    if "str" in kinds and not (text in NULLS and "null" not in kinds):
        return text
    return _misfit(text, type_)


def _as_read(text: str) -> Scalar | Mistyped:
    """What a text is where nothing is known of what reads it: what YAML 1.1, which OmegaConf reads,
    and YAML 1.2 both say that it is."""
    if is_text(text):
        return text
    if len(text) > _MAX_DIGITS:
        message = f"`{text[:20]}...` is a number of {len(text):,} characters, which no config holds"
        return Mistyped(message, "write fewer digits, or quote it for the string")
    if _HEX.fullmatch(text):
        return int(text, 16)
    try:
        number = int(text, 8) if _OCTAL.fullmatch(text) else construct(resolve(text), text)
    except ValueError:
        message = f"`{text}` is no number, and some readers of YAML take it for one"
        return Mistyped(message, f"write '{text}' for the string")
    return _read_by_some(text, number)


def _read_as(text: str, number: int | float | Mistyped) -> int | float | Mistyped:
    """A number that YAML 1.2 makes of a text, where YAML 1.1 does too."""
    if isinstance(number, Mistyped):
        or_string = "" if f"'{text}'" in number.help else f", or '{text}' for the string"
        return replace(number, help=number.help + or_string)
    if resolve(text) != "str":
        return number
    return _read_by_some(text, number)


def _read_by_some(text: str, number: object) -> Mistyped:
    return Mistyped(
        f"`{text}` is the number {number} to some readers of YAML and a string to others",
        f"write {number}, or '{text}' for the string",
    )


def is_text(text: str) -> bool:
    """Whether a text without quotes is a string to all readers of YAML."""
    return resolve(text) not in ("null", "bool", "int", "float") and is_core_text(text)


def is_core_text(text: str) -> bool:
    """Whether a text without quotes is a string to YAML 1.2, by its core schema."""
    return not (text in _CORE_WORDS or any(form.fullmatch(text) for form in _CORE_NUMBERS))


def _number(text: str, whole: bool, real: bool) -> int | float | Mistyped | None:
    """The number that `text` is; None where it is none, or none that is wanted."""
    if len(text) > _MAX_DIGITS:
        return None
    if _LEADING_ZERO.fullmatch(text):
        return Mistyped(
            f"`{text}` is read as octal by some and as decimal by others",
            f"write {int(text)}, or '{text}' for the string",
        )
    if _INT.fullmatch(text) and (whole or real):
        # float() of an int that is too large raises; of a text it gives infinity.
        return int(text) if whole else float(int(text)) if abs(int(text)) < 10**300 else None
    if not real:
        return None
    # A bare `inf` is a text to YAML: it is a number only where nothing but a float can be meant.
    if text.lstrip("+-") in _INFINITIES and (text.lstrip("+-") != "inf" or not whole):
        return -math.inf if text.startswith("-") else math.inf
    if _FLOAT.fullmatch(text):
        number = float(text)
        if math.isinf(number):
            return Mistyped(f"`{text}` is too large for a float", "write .inf for infinity")
        return number
    if text.lower() == ".nan" or (text.lower() == "nan" and not whole):
        return Mistyped("nan is not a number that a run can train with", "write a number")
    return None


def _misfit(text: str, type_: Type) -> Mistyped:
    """Why a plain text does not fit, with the nearest thing that would."""
    kinds = set(type_.kinds)
    message = f"{describe(type_)} is needed here, not `{cut(text)}`"
    if text in NULLS:
        return Mistyped(
            f"null is not allowed here: {describe(type_)} is needed",
            "leave the key out to keep what the base has",
        )
    if text.lower() == "false" and "null" in kinds:
        return Mistyped(message, "write null, which switches it off", instead="null")
    if "int" in kinds and _FLOAT.fullmatch(text):
        number = float(text)
        # Larger floats may not be the whole number that was written: the fix would change it.
        if number.is_integer() and abs(number) < 1e15:
            instead = str(int(number))
            if _POINTED.fullmatch(text):  # a thousand to many
                help = f"write {instead}, or {text.replace('.', '')} if thousands are meant"
                return Mistyped(message, help)
            return Mistyped(message, f"write {instead}", instead=instead, surely=True)
        if _POINTED.fullmatch(text):
            return Mistyped(message, f"write {text.replace('.', '')}, or round it")
        wide = len(text) > _MAX_DIGITS
        return Mistyped(message, "no number is so long" if wide else "round it to a whole number")
    if text.lower() in ("auto", "default"):
        return Mistyped(message, "remove the line to keep what the base has")
    if text.lower() == "none" and "null" in kinds:
        return Mistyped(message, "write null", instead="null", surely=True)
    if {"int", "float"} & kinds and (bare := _without_separators(text)):
        # `8,128` may be two numbers, and `8 128` too; `1_64` may be a slip of the finger.
        sure = "_" in text and _THOUSANDS.fullmatch(text) is not None
        return Mistyped(message, f"write {bare}", instead=bare if sure else "", surely=sure)
    if "float" in kinds and _FLOAT.fullmatch(text.removesuffix("%")):
        part = _hundredth(text.removesuffix("%"))
        return Mistyped(message, f"write {part}" if part else "no number is so long")
    return Mistyped(message, f"write {_example(text, type_)}")


def _without_separators(text: str) -> str:
    """A number that was written with separators of thousands; "" where it is none."""
    bare = re.sub("[_, ]", "", text)
    written = _THOUSANDS.fullmatch(text) or re.fullmatch(r"[-+.0-9_]+(?: ?[eE][-+0-9]+)?", text)
    return bare if written and _FLOAT.fullmatch(bare) else ""


def _hundredth(text: str) -> str:
    """The number that a percentage stands for: "10" is 0.1; "" for one that nobody writes out."""
    number = decimal(text) if len(text) <= _MAX_DIGITS else None
    if number is None or abs(number.adjusted()) > _MAX_DIGITS:
        return ""
    return f"{number.scaleb(-2).normalize():f}"


def _example(text: str, type_: Type) -> str:
    """A type in words, with what it may look like."""
    if "list" in type_.kinds:
        return f"a list, [{text}]"
    if type_.choices or "bool" in type_.kinds:
        return describe(type_)
    examples = {"float": ", such as 0.1 or 3e-4", "int": ", such as 8", "mapping": ", {key: value}"}
    return describe(type_) + next((examples[k] for k in examples if k in type_.kinds), "")


def _not_allowed(value: Scalar, type_: Type) -> Mistyped:
    choices = [str(choice) for choice in type_.choices]
    near = nearest(str(value), choices)
    hint = near[0] if len(near) == 1 else ""
    return Mistyped(
        f"`{str(value)[:40]}` is not among the values this takes",
        (f"did you mean {hint}? It" if hint else "it") + f" takes {', '.join(choices)}",
        choice=True,
        instead=hint,
        surely=same_words(hint, str(value)),
    )
