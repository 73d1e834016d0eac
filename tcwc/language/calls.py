"""Functions of other programs that make levels, and what each is here.

Hydra's `choice(2, 4)` and `tag(log, interval(1e-5, 1e-3))`, Ray's `tune.choice(range(8, 64, 16))`,
Optuna's `suggest_int("r", 8, 64, step=8)`, numpy's `linspace(0, 0.1, num=3)`: all are expressions
of Python, and its own parser reads them. An argument that nothing is known of may say anything
(`endpoint=False`, `base=2`), so a call with one means nothing here.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from tcwc.language.values import Mistyped, type_scalar
from tcwc.language.written import number_text
from tcwc.model.frozen import dataclass, replace
from tcwc.model.limits import GUESSED
from tcwc.model.types import Type

FEW = 20
"""Levels that one thinks of as one by one."""


@dataclass(frozen=True, slots=True)
class Meant:
    """The levels that a text stands for, as they are written here. `surely` where nothing else can
    have been meant; `drawn` where they need a `sample:`; `or_else` is another reading, `otherwise`
    when it is that; `note` is what of it has no like here."""

    text: str
    surely: bool = False
    drawn: bool = False
    or_else: str = ""
    otherwise: str = "for two levels"
    note: str = ""


_Make: TypeAlias = Callable[["_Call", Type], "Meant | None"]


@dataclass(frozen=True, slots=True)
class _Call:
    """A call: its function, the last part of the name, and its arguments as they were written."""

    word: str
    arguments: tuple[ast.expr, ...]
    keywords: Mapping[str, ast.expr]
    text: str

    def named(self, *names: str) -> list[str] | None:
        """The texts of arguments by these names, in their order, as far as there are any; None for
        arguments that have other names, or are too many."""
        if len(self.arguments) > len(names) or not set(self.keywords) <= set(names):
            return None
        found = [self.source(each) for each in self.arguments]
        for name in names[len(found) :]:
            if name not in self.keywords:
                break
            found.append(self.source(self.keywords[name]))
        return found if len(found) == len(self.arguments) + len(self.keywords) else None

    def source(self, node: ast.expr) -> str:
        """An argument as it was written, without quotes."""
        return (ast.get_source_segment(self.text, node) or "").strip("'\"")

    def without_name(self) -> _Call:
        """The same without the name that Optuna and hyperopt give a parameter first."""
        first, keywords = self.arguments[:1], dict(self.keywords)
        keywords.pop("name", None)
        rest = self.arguments[1:] if first and _is_text(first[0]) else self.arguments
        return replace(self, arguments=rest, keywords=keywords)

    def without(self, name: str) -> _Call:
        keywords = {key: each for key, each in self.keywords.items() if key != name}
        return replace(self, keywords=keywords)


def is_call(text: str) -> bool:
    """Whether a text is a call of a function that is known."""
    call = _read(text)
    return call is not None and (call.word in _MAKES or call.word == "tag")


def levels_of(text: str, type_: Type) -> Meant | None:
    """The levels that a call stands for, of something of a type; None where nobody knows."""
    call = _read(text)
    return None if call is None else _meant(call, type_)


def _read(text: str) -> _Call | None:
    if len(text) > GUESSED.at_most:
        return None
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return _of(node, text.strip())


def _of(node: ast.expr, text: str) -> _Call | None:
    if not isinstance(node, ast.Call):
        return None
    match node.func:
        case ast.Name(id=word) | ast.Attribute(attr=word):
            keywords = {each.arg: each.value for each in node.keywords if each.arg is not None}
            if len(keywords) == len(node.keywords):
                return _Call(word.lower(), tuple(node.args), keywords, text)
    return None


def _meant(call: _Call, type_: Type) -> Meant | None:
    if call.word == "tag":  # Hydra's: words, and then the call that is meant
        *tags, last = call.arguments or (ast.Constant(None),)
        inner = _of(last, call.text)
        is_log = any(call.source(each) == "log" for each in tags)
        return _meant(_logarithmic(inner) if is_log else inner, type_) if inner else None
    if "log" in call.keywords:
        is_log = call.source(call.keywords["log"]).lower() == "true"
        call = call.without("log")
        call = _logarithmic(call) if is_log else call
    make = _MAKES.get(call.word)
    return make(call, type_) if make is not None else None


def _logarithmic(call: _Call) -> _Call:
    return replace(call, word=f"log{call.word}")


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


# --- what they make ---------------------------------------------------------------------------


def listed(items: Sequence[str], type_: Type) -> Meant | None:
    """Levels one by one; None where one of them does not fit."""
    if items and "list" in type_.kinds and type_.item is not None:
        inner = listed(items, type_.item)
        return Meant(f"[{inner.text}]") if inner is not None else None
    if not items or not all(fits(each, type_) for each in items):
        return None
    return Meant(f"[{', '.join(items)}]", surely=not takes_any_text(type_))


def takes_any_text(type_: Type) -> bool:
    """Whether any string fits, so that a comma or a space in one may be meant."""
    return bool({"str", "any"} & set(type_.kinds)) and not type_.choices


def fits(text: str, type_: Type) -> bool:
    return not isinstance(type_scalar(text, False, type_), Mistyped)


def numbers(texts: Sequence[str]) -> list[Decimal] | None:
    """Texts as numbers; None where one is none that a level could be."""
    try:
        found = [Decimal(text) for text in texts]
    except InvalidOperation:
        return None
    # Of so many digits none is a level, and Decimal's arithmetic rounds.
    return found if all(n.is_finite() and abs(n.adjusted()) < 20 for n in found) else None


def _choice(call: _Call, type_: Type) -> Meant | None:
    """A choice among arguments, or among those of the only one: a list, or another call."""
    rest = list(call.keywords)
    if len(rest) == 1 and rest[0] in ("choices", "options", "values", "categories"):
        call = replace(call, arguments=(*call.arguments, call.keywords[rest[0]]), keywords={})
    several = [each for each in call.arguments if isinstance(each, ast.List | ast.Tuple)]
    if len(call.arguments) == 2 and several == [call.arguments[1]] and _is_text(call.arguments[0]):
        call = call.without_name()
    if call.keywords or (several and len(call.arguments) > 1):
        return None
    if len(call.arguments) == 1:
        (only,) = call.arguments
        if (inner := _of(only, call.text)) is not None:
            found = _meant(inner, type_)
            return found if found is not None and not found.drawn else None
        if isinstance(only, ast.List | ast.Tuple | ast.Set):
            return listed([call.source(each) for each in only.elts], type_)
    return listed([call.source(each) for each in call.arguments], type_)


def _sorted(call: _Call, type_: Type) -> Meant | None:
    """The choice in its order, where it is of numbers."""
    found = _choice(call, type_)
    texts = found.text[1:-1].split(", ") if found and found.text.startswith("[") else []
    if found is None or not texts or numbers(texts) is None:
        return found
    return replace(found, text=f"[{', '.join(sorted(texts, key=Decimal))}]")


def _suggested(call: _Call, type_: Type) -> Meant | None:
    return _choice(call.without_name(), type_) if _has_name(call) else _choice(call, type_)


def _has_name(call: _Call) -> bool:
    """Whether a choice begins with the name of its parameter: a text before a list."""
    rest = (*call.arguments[1:], *call.keywords.values())
    return "name" in call.keywords or any(isinstance(each, ast.List | ast.Tuple) for each in rest)


def _range(call: _Call, type_: Type) -> Meant | None:
    """Python's and Hydra's range: the end is not in it."""
    given = call.named("start", "stop", "step")
    found = numbers(given) if given else None
    if found is None:
        return None
    first, end = (Decimal(0), found[0]) if len(found) == 1 else (found[0], found[1])
    step = found[2] if len(found) == 3 else Decimal(1)
    steps = (end - first) / step if step else Decimal(0)
    if steps <= 1:
        return None  # one level is no variable: its end is meant, or something else
    last = first + step * (steps.to_integral_value("ROUND_CEILING") - 1)
    texts = [number_text(number) for number in (first, last, step)]
    if not all(fits(text, type_) for text in texts):
        return None
    # So many are hardly meant: `range(8, 64)` may be 8 and 64.
    two = f"[{number_text(first)}, {number_text(end)}]" if len(found) == 2 and steps > FEW else ""
    return Meant(f"{{range: [{', '.join(texts)}]}}", surely=True, or_else=two)


def _drawn(word: str) -> _Make:
    """What draws a number between two ends; in steps, it is a range with both ends."""

    def make(call: _Call, type_: Type) -> Meant | None:
        for ends in (("low", "high"), ("start", "end"), ("min_value", "max_value"), ("a", "b")):
            given = call.without_name().named(*ends, "step")
            if given and len(given) in (2, 3) and numbers(given) is not None:
                break
        else:
            return None
        if len(given) == 2:
            return Meant(f"{{{word}: [{', '.join(given)}]}}", drawn=True)
        in_steps = word == "uniform" and fits(given[2], type_)
        return Meant(f"{{range: [{', '.join(given)}]}}") if in_steps else None

    return make


def _stepped(call: _Call, _: Type) -> Meant | None:
    given = call.without_name().named("lower", "upper", "q")
    if not given or len(given) != 3 or numbers(given) is None:
        return None
    return Meant(f"{{range: [{', '.join(given)}]}}")


def _whole_draw(word: str) -> _Make:
    """What draws a whole number below an end, as numpy's and Ray's randint do."""

    def make(call: _Call, _: Type) -> Meant | None:
        given = call.without_name().named("low", "high")
        found = numbers(given) if given else None
        if found is None or any(n != n.to_integral_value() for n in found):
            return None
        low, end = found if len(found) == 2 else (Decimal(0), found[0])
        return Meant(f"{{{word}: [{low}, {end - 1}]}}", drawn=True) if end - 1 > low else None

    return make


def _spaced(word: str) -> _Make:
    """numpy's and torch's: so many from the first to the last, both included."""

    def make(call: _Call, type_: Type) -> Meant | None:
        if word == "linspace" and "endpoint" in call.keywords:
            return _without_end(call, type_)
        given = call.named("start", "stop", "num") or call.named("start", "end", "steps")
        if not given or len(given) != 3 or numbers(given) is None or not given[2].isdecimal():
            return None
        return Meant(f"{{{word}: [{', '.join(given)}]}}")

    return make


def _without_end(call: _Call, type_: Type) -> Meant | None:
    """numpy's linspace, one by one where the end is left out."""
    ends = call.source(call.keywords["endpoint"]).lower()
    call = call.without("endpoint")
    given = call.named("start", "stop", "num")
    found = numbers(given) if given and len(given) == 3 else None
    if found is None or ends not in ("true", "false") or not 1 < found[2] <= FEW:
        return None
    step = (found[1] - found[0]) / (found[2] - (ends == "true"))
    texts = [repr(float(found[0] + step * n)) for n in range(int(found[2]))]
    return listed(texts, type_)


def powers_of_ten(given: Sequence[str]) -> str:
    """The levels of numpy's logspace, which takes exponents; "" where they are none."""
    found = numbers(given[:3])
    if found is None or len(given) != 3 or any(abs(n) > 30 for n in found[:2]):
        return ""
    if any(n != n.to_integral_value() for n in found):
        return ""
    ends = [f"1e{int(n)}" for n in found[:2]]
    return f"{{logspace: [{ends[0]}, {ends[1]}, {int(found[2])}]}}"


def _powers(call: _Call, type_: Type) -> Meant | None:
    base = call.keywords.get("base")
    if base is not None and numbers([call.source(base)]) != [Decimal(10)]:
        return _powers_of(numbers([call.source(base)]), call.without("base"), type_)
    call = call.without("base")
    given = call.named("start", "stop", "num") or call.named("start", "end", "steps")
    text = powers_of_ten(given or ())
    return Meant(text) if text else None


def _powers_of(base: list[Decimal] | None, call: _Call, type_: Type) -> Meant | None:
    """The powers of another base, one by one, where their exponents are whole."""
    given = call.named("start", "stop", "num") or call.named("start", "end", "steps")
    found = numbers(given) if given and len(given) == 3 else None
    if not base or found is None or not 1 < found[2] <= FEW:
        return None
    step = (found[1] - found[0]) / (found[2] - 1)
    exponents = [found[0] + step * n for n in range(int(found[2]))]
    if any(n != n.to_integral_value() or not -30 < n < 30 for n in exponents):
        return None
    return listed([number_text(base[0] ** int(n)) for n in exponents], type_)


_MAKES: Mapping[str, _Make] = {
    **dict.fromkeys(("choice", "choices", "grid_search", "grid", "values"), _choice),
    **dict.fromkeys(("list", "tuple", "set", "array", "shuffle"), _choice),
    **dict.fromkeys(("sorted", "sort"), _sorted),
    **dict.fromkeys(("suggest_categorical", "categorical"), _suggested),
    **dict.fromkeys(("range", "arange"), _range),
    **dict.fromkeys(("interval", "uniform", "float"), _drawn("uniform")),
    **dict.fromkeys(("suggest_float", "suggest_uniform", "suggest_int"), _drawn("uniform")),
    **dict.fromkeys(("loguniform", "log_uniform", "reciprocal"), _drawn("loguniform")),
    **dict.fromkeys(("loginterval", "logfloat", "logsuggest_float"), _drawn("loguniform")),
    **dict.fromkeys(("logsuggest_int", "suggest_loguniform"), _drawn("loguniform")),
    **dict.fromkeys(("quniform", "qrandint"), _stepped),
    **dict.fromkeys(("randint", "randrange"), _whole_draw("uniform")),
    **dict.fromkeys(("lograndint",), _whole_draw("loguniform")),
    "linspace": _spaced("linspace"),
    "geomspace": _spaced("logspace"),
    "logspace": _powers,
}
"""What functions of Hydra, Ray Tune, Optuna, numpy and others stand for here."""
