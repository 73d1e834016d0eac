"""What a YAML scalar means to OmegaConf: PyYAML's rules of YAML 1.1, with two changes.

`1e-4` is a float (to PyYAML alone it is text), and a date stays text. The regular expressions
and their order are those of PyYAML's SafeLoader (yaml/resolver.py, yaml/constructor.py) and of
OmegaConf's loader; the first that matches decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tcwc.model.ir import Scalar

_BOOL = re.compile(
    r"(?:yes|no|true|false|on|off|Yes|No|True|False|On|Off|YES|NO|TRUE|FALSE|ON|OFF)"
)
_NULL = re.compile(r"(?:~|null|Null|NULL|)")
_INT = re.compile(
    r"""(?:[-+]?0b[0-1_]+
         | [-+]?0[0-7_]+
         | [-+]?(?:0|[1-9][0-9_]*)
         | [-+]?0x[0-9a-fA-F_]+
         | [-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)""",
    re.VERBOSE,
)
_PYYAML_FLOAT = re.compile(
    r"""(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?
         | \.[0-9][0-9_]*(?:[eE][-+][0-9]+)?
         | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*
         | [-+]?\.(?:inf|Inf|INF)
         | \.(?:nan|NaN|NAN))""",
    re.VERBOSE,
)
_OMEGACONF_FLOAT = re.compile(
    r"""(?:[-+]?[0-9]+(?:_[0-9]+)*\.[0-9_]*(?:[eE][-+]?[0-9]+)?
         | [-+]?[0-9]+(?:_[0-9]+)*[eE][-+]?[0-9]+)""",
    re.VERBOSE,
)
_NUMBERS = (("float", _PYYAML_FLOAT), ("int", _INT), ("float", _OMEGACONF_FLOAT))
_SPECIAL = {"<<": "merge", "=": "value"}
_TRUE = frozenset(("yes", "true", "on"))
_FALSE = frozenset(("no", "false", "off"))


def resolve(text: str) -> str:
    """The tag of a plain scalar, in short: null, bool, int, float, merge, value or str."""
    if text in _SPECIAL:
        return _SPECIAL[text]
    if text and text[0] in "-+0123456789.":
        return next((tag for tag, form in _NUMBERS if form.fullmatch(text)), "str")
    if _NULL.fullmatch(text):
        return "null"
    return "bool" if _BOOL.fullmatch(text) else "str"


def construct(tag: str, text: str) -> Scalar:
    """The value of a scalar. KeyError: no such tag. ValueError: the text is none of its values."""
    return _CONSTRUCTORS[tag](text)


def _bool(text: str) -> bool:
    word = text.lower()
    if word not in _TRUE and word not in _FALSE:
        raise ValueError(text)
    return word in _TRUE


def _signed(text: str) -> tuple[int, str]:
    digits = text.replace("_", "")
    sign = -1 if digits.startswith("-") else 1
    return sign, digits[1:] if digits[:1] in ("-", "+") else digits


def _int(text: str) -> int:
    sign, digits = _signed(text)
    if digits.startswith(("0b", "0x")):
        return sign * int(digits[2:], 2 if digits[1] == "b" else 16)
    # Octal in YAML 1.1, without an `o`: 010 is 8.
    if digits.startswith("0") and digits != "0":
        return sign * int(digits, 8)
    total = 0
    # Sexagesimal in YAML 1.1: 12:00:00 is 43200.
    for part in digits.split(":"):
        total = total * 60 + int(part)
    return sign * total


def _float(text: str) -> float:
    sign, digits = _signed(text.lower())
    if digits in (".inf", ".nan"):
        return sign * float(digits[1:])
    total, unit = 0.0, 1
    for part in reversed(digits.split(":")):
        total += float(part) * unit
        unit *= 60
    return sign * total


_CONSTRUCTORS: dict[str, Callable[[str], Scalar]] = {
    "str": str,
    "null": lambda _text: None,
    "bool": _bool,
    "int": _int,
    "float": _float,
}
