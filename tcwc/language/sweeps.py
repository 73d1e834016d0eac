"""Levels as other programs write them: `choice(2, 4)`, `(8, 16)`, `8,16`, `range(1, 4)`.

What each is here, as text to write: a list, or a mapping that makes levels.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from tcwc.language.values import Mistyped, type_scalar
from tcwc.model.frozen import dataclass
from tcwc.model.types import ANY, Type
from tcwc.yaml.lookalikes import plainly

_CALL = re.compile(r"(?:\w+\.)*(\w+)\((.*)\)")
_ROUND = re.compile(r"\((.*)\)|\[(.*)\]|\{(.*)\}|<(.*)>")
_APART = re.compile(r"\s*[,;|]\s*|\s+(?:(?:or|and|vs\.?)\s+)?")
_DECIMAL = re.compile(r"[-+]?[0-9]+,[0-9]+(?:[eE][-+]?[0-9]+)?")
_RESOLVER = re.compile(r"\$\{(\w+):([^{}]*)\}")
_REACH = re.compile(
    r"([0-9.]+(?:[eE]-?[0-9]+)?)\s*(?:-|\.{2,3}|:|to|…|\N{EN DASH})\s*"
    r"([0-9.]+?(?:[eE]-?[0-9]+)?)(?:\s*[:/]\s*([0-9.]+(?:[eE]-?[0-9]+)?)|%[0-9]+)?"
)
_FEW = 20
"""Levels that one thinks of as one by one."""
_DASHES = re.compile(r"-\S+(?: -\S+)+")


@dataclass(frozen=True, slots=True)
class Meant:
    """The levels that a text stands for, as they are written here. `surely` where nothing else can
    have been meant; `drawn` where they need a `sample:`; `or_else` is another reading, `otherwise`
    when it is that."""

    text: str
    surely: bool = False
    drawn: bool = False
    or_else: str = ""
    otherwise: str = "for two levels"


def is_sweep(text: str) -> bool:
    """Whether a text makes levels elsewhere: `choice(2, 4)`, `8:64:8`."""
    call = _CALL.fullmatch(text)
    if call is None:
        return _REACH.fullmatch(text) is not None
    return call[1].lower() in (*_CALLS, "tag")


def named(word: str, items: list[str], type_: Type) -> Meant | None:
    """The levels of a mapping with one word that is a function elsewhere: `{grid: [8, 16]}`."""
    return _called(word.lower(), ", ".join(items), type_)


def levels_in(text: str, type_: Type) -> Meant | None:
    """The levels that a text stands for, of something of a type; None where it stands for none.

    None too where one of them is no value that fits.
    """
    text = plainly(text).strip()
    if (resolver := _RESOLVER.fullmatch(text)) is not None:
        text = f"{resolver[1]}({resolver[2]})"
    call = _CALL.fullmatch(text)
    if call is not None:
        return _called(call[1].lower(), call[2], type_)
    if (reach := _REACH.fullmatch(text.removeprefix("[").removesuffix("]"))) is not None:
        return _between(reach[1], reach[2], reach[3], type_)
    if _DECIMAL.fullmatch(text) and "float" in type_.kinds:
        whole = _listed(_APART.split(text), type_)
        return Meant(f"[{text.replace(',', '.')}]", or_else=whole.text if whole else "")
    if _DASHES.fullmatch(text):  # dashes without a space: one string for YAML
        return _listed([each[1:] for each in text.split()], type_)
    if "int" in type_.kinds and re.fullmatch(r"\d+(?:/\d+){2,}", text):
        return _listed(text.split("/"), type_)
    if "," in text and text.count("[") != text.count("]"):
        text = text.strip("[]")
    inner = _ROUND.fullmatch(text)
    bare = next(filter(None, inner.groups()), "") if inner else text
    several = "," in bare if _is_text(type_) else _APART.search(bare)
    return _listed(arguments(bare), type_) if inner or several else None


def elsewhere(given: Mapping[str, str | list[str]]) -> Meant | None:
    """The levels that a mapping of another program's words stands for: W&B's `distribution`, `min`
    and `max`, seml's `type` and `options`, Optuna's `low`, `high` and `log`."""
    listed = next((given[w] for w in ("values", "options", "choices", "value") if w in given), None)
    kind = str(given.get("distribution", given.get("type", ""))).lower()
    if listed is not None:
        items = listed if isinstance(listed, list) else [listed]
        if any(set(item) & set("()[]{}") for item in items):
            return None
        return Meant(f"[{', '.join(items)}]")
    ends = [next((given[w] for w in pair if w in given), None) for pair in _ENDS]
    low, high = (each if isinstance(each, str) else "" for each in ends)
    if _numbers([low, high]) is None:
        return None
    step = next((given[w] for w in _STEPS if w in given), None)
    if isinstance(step, str) and _numbers([step]) is not None:
        return Meant(f"{{range: [{low}, {high}, {step}]}}")
    kind += str(given.get("scale", given.get("spacing", ""))).lower()
    log = "log" in kind or str(given.get("log", "")).lower() == "true"
    count = next((given[w] for w in _COUNTS if w in given), None)
    if isinstance(count, str) and count.isdigit():
        return Meant(f"{{{'logspace' if log else 'linspace'}: [{low}, {high}, {count}]}}")
    # W&B's `log_uniform` takes exponents, which may be negative; `log_uniform_values` values.
    numbers = _numbers([low, high]) or []
    if log and any(number <= 0 for number in numbers):
        return None
    return Meant(f"{{{'loguniform' if log else 'uniform'}: [{low}, {high}]}}", drawn=True)


_STEPS = ("step", "q", "by", "increment", "stride", "step_size")
_COUNTS = ("num", "steps", "count", "n", "num_steps", "points", "size", "n_points", "num_points")
_ENDS = (
    ("min", "low", "lower", "start", "from", "min_value"),
    ("max", "high", "upper", "end", "stop", "to", "max_value"),
)


def arguments(text: str) -> list[str]:
    """The arguments of a call, brackets around them and names before them left out."""
    call = _CALL.fullmatch(text.strip())
    text = call[2] if call is not None else text
    inner = _ROUND.fullmatch(text.strip())
    bare = next(filter(None, inner.groups()), "") if inner else text
    parts = [each.strip(" '\"") for each in _APART.split(bare.strip())]
    return [re.sub(r"^\w+=", "", each) for each in parts if each]


def _listed(items: list[str], type_: Type) -> Meant | None:
    if items and "list" in type_.kinds and type_.item is not None:
        inner = _listed(items, type_.item)
        return Meant(f"[{inner.text}]") if inner is not None else None
    if not items or not all(_fits(each, type_) for each in items):
        return None
    return Meant(f"[{', '.join(items)}]", surely=not _is_text(type_))


def _is_text(type_: Type) -> bool:
    """Whether any string fits, so that a comma or a space in one may be meant."""
    return bool({"str", "any"} & set(type_.kinds)) and not type_.choices


def _fits(text: str, type_: Type) -> bool:
    return not isinstance(type_scalar(text, False, type_), Mistyped)


_Make: TypeAlias = Callable[[list[str], Type], "Meant | None"]
_LOG = re.compile(r"\blog\s*=\s*[Tt]rue\b")


def _called(word: str, inside: str, type_: Type) -> Meant | None:
    if word == "tag":  # Hydra's: words, and then the call that is meant
        *tags, whole = re.split(r",\s*(?![^(]*\))", inside)
        call = _CALL.fullmatch(whole.strip())
        logarithmic = "log" in (tag.strip() for tag in tags)
        return _called(f"{'log' * logarithmic}{call[1].lower()}", call[2], type_) if call else None
    if _LOG.search(inside):
        word, inside = f"log{word}", _LOG.sub("", inside)
    make, given = _CALLS.get(word), arguments(inside)
    if word.startswith(("suggest_", "logsuggest_")):  # Optuna's begin with the name
        given = given[1:]
    return make(given, type_) if make is not None and given else None


def _between(low: str, high: str, step: str | None, type_: Type) -> Meant | None:
    """`8-64`, `8..64`, `8:64:8`, Slurm's `0-3%2`, which is no step: what lies between two ends."""
    numbers = _numbers([low, high, step or "1"])
    if numbers is None or not numbers[0] < numbers[1] or _is_text(type_) or not _fits(low, type_):
        return None
    first, last, by = numbers
    if step is not None and by > 0:
        return Meant(f"{{range: [{low}, {high}, {step}]}}")
    if "int" not in type_.kinds:
        kind = "logspace" if first and last / first >= 10 else "linspace"
        return Meant(
            f"{{{kind}: [{low}, {high}, 5]}}", or_else=f"[{low}, {high}]", otherwise="for the ends"
        )
    if last - first <= 10:
        return Meant(f"{{range: [{low}, {high}, 1]}}")
    doubled = [first]
    while first and doubled[-1] < last:
        doubled.append(doubled[-1] * 2)
    if doubled[-1] == last:
        levels = ", ".join(_text(each) for each in doubled)
        other = f"{{range: [{low}, {high}, {low}]}}"
        return Meant(f"[{levels}]", or_else=other, otherwise="for steps of one size")
    return Meant(f"{{range: [{low}, {high}, 1]}}", or_else=f"[{low}, {high}]")


def _range(given: list[str], type_: Type) -> Meant | None:
    """Python's and Hydra's range: the end is not in it."""
    numbers = _numbers(given)
    if numbers is None or not 1 <= len(numbers) <= 3:
        return None
    first, end = (Decimal(0), numbers[0]) if len(numbers) == 1 else (numbers[0], numbers[1])
    step = numbers[2] if len(numbers) == 3 else Decimal(1)
    steps = (end - first) / step if step else Decimal(0)
    if steps <= 1:
        return None  # one level is no variable: its end is meant, or something else
    last = first + step * (steps.to_integral_value("ROUND_CEILING") - 1)
    texts = [_text(number) for number in (first, last, step)]
    if not all(_fits(text, type_) for text in texts):
        return None
    # So many are hardly meant: `range(8, 64)` may be 8 and 64.
    two = f"[{_text(first)}, {_text(end)}]" if len(numbers) == 2 and steps > _FEW else ""
    return Meant(f"{{range: [{', '.join(texts)}]}}", surely=True, or_else=two)


def _numbers(texts: list[str]) -> list[Decimal] | None:
    try:
        numbers = [Decimal(text) for text in texts]
    except InvalidOperation:
        return None
    # Of so many digits none is a level, and Decimal's arithmetic rounds.
    return numbers if all(n.is_finite() and abs(n.adjusted()) < 20 for n in numbers) else None


def _text(number: Decimal) -> str:
    """A number as one writes it: 3, 0.5, 1e-5."""
    plain = f"{number.normalize():f}"
    if len(plain) <= 8:
        return plain
    return f"{number.normalize():e}".lower().replace("e+", "e")


def _made(word: str) -> _Make:
    """What draws a number between two ends, or makes some between them."""

    def make(given: list[str], _: Type) -> Meant | None:
        count = 2 if word in ("uniform", "loguniform") else 3
        if len(given) < count or _numbers(given[:count]) is None:
            return None
        return Meant(f"{{{word}: [{', '.join(given[:count])}]}}", drawn=count == 2)

    return make


def going_on(name: str, first: list[str], last: list[str]) -> str:
    """What `[8, 16, ..., 64]` may stand for; "" where nobody knows."""
    numbers = _numbers([*first[-2:], *last[:1]])
    if numbers is None or len(first) < 2 or len(numbers) < 3:
        return f", or write `{name}: {{range: [start, end, step]}}` with numbers for these"
    one, two, end = numbers
    step, ways = two - one, []
    if step and (end - one) % step == 0:
        ways.append(f"{{range: [{first[0]}, {last[-1]}, {_text(step)}]}}")
    doubled = [one]
    while one > 0 and two > one and doubled[-1] < end:
        doubled.append(doubled[-1] * two / one)
    if doubled[-1] == end:
        ways.append(f"[{', '.join([*first[:-2], *map(_text, doubled)])}]")
    told = ", or ".join(f"`{name}: {way}`" for way in ways)
    return f": write {told}" if told else ""


def _whole_draw(word: str) -> _Make:
    """What draws a whole number below an end, as numpy's and Ray's randint do."""

    def make(given: list[str], _: Type) -> Meant | None:
        numbers = _numbers(given[:2])
        if numbers is None or any(n != n.to_integral_value() for n in numbers):
            return None
        low, end = numbers if len(numbers) == 2 else (Decimal(0), numbers[0])
        return Meant(f"{{{word}: [{low}, {end - 1}]}}", drawn=True) if end - 1 > low else None

    return make


def powers_of_ten(given: list[str]) -> str:
    """The levels of numpy's logspace, which takes exponents; "" where they are none."""
    meant = _powers(given, ANY)
    return meant.text if meant else ""


def _powers(given: list[str], _: Type) -> Meant | None:
    """numpy's logspace takes the exponents of ten."""
    numbers = _numbers(given[:3])
    if numbers is None or len(numbers) < 3 or any(abs(n) > 30 for n in numbers[:2]):
        return None
    if any(n != n.to_integral_value() for n in numbers):
        return None
    ends = [f"1e{int(n)}" for n in numbers[:2]]
    return Meant(f"{{logspace: [{ends[0]}, {ends[1]}, {int(numbers[2])}]}}")


_CALLS: Mapping[str, _Make] = {
    **dict.fromkeys(
        ("choice", "choices", "grid_search", "grid", "values", "list", "tuple"), _listed
    ),
    **dict.fromkeys(("categorical", "set", "shuffle", "sort"), _listed),
    **dict.fromkeys(("range", "arange"), _range),
    **dict.fromkeys(("interval", "uniform", "float"), _made("uniform")),
    **dict.fromkeys(("loguniform", "log_uniform", "reciprocal"), _made("loguniform")),
    **dict.fromkeys(("suggest_categorical",), _listed),
    **dict.fromkeys(("suggest_float", "suggest_uniform", "suggest_int"), _made("uniform")),
    **dict.fromkeys(
        ("loginterval", "logfloat", "logsuggest_float", "logsuggest_int", "suggest_loguniform"),
        _made("loguniform"),
    ),
    **dict.fromkeys(("quniform", "qrandint"), _made("range")),
    **dict.fromkeys(("randint", "randrange"), _whole_draw("uniform")),
    **dict.fromkeys(("lograndint",), _whole_draw("loguniform")),
    "linspace": _made("linspace"),
    "geomspace": _made("logspace"),
    "logspace": _powers,
}
"""What functions of Hydra, Ray Tune, Optuna, numpy and others stand for here."""
