"""Levels as other programs write them: `choice(2, 4)`, `(8, 16)`, `8,16`, `range(1, 4)`.

What each is here, as text to write: a list, or a mapping that makes levels.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tcwc.language import distributions
from tcwc.language.calls import (
    Meant,
    fits,
    is_call,
    levels_of,
    listed,
    numbers,
    takes_any_text,
)
from tcwc.language.written import number_text
from tcwc.model.types import Type
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
_CHOICES = ("choice", "choices", "grid", "grid_search", "values")
_DASHES = re.compile(r"-\S+(?: -\S+)+")


def is_sweep(text: str) -> bool:
    """Whether a text makes levels elsewhere: `choice(2, 4)`, `8:64:8`."""
    return is_call(text) or _REACH.fullmatch(text) is not None or _words(text) is not None


def named(word: str, items: list[str], type_: Type) -> Meant | None:
    """The levels of a mapping with one word that is a function elsewhere: `{grid: [8, 16]}`."""
    return levels_in(f"{word}({', '.join(items)})", type_)


def _words(text: str) -> list[str] | None:
    """The arguments of a choice among words that Python does not read: `choice(a-b, /c)`."""
    call = _CALL.fullmatch(text)
    simple = call is not None and call[1].lower() in _CHOICES and not set(call[2]) & set("()=")
    return arguments(text) if simple else None


def levels_in(text: str, type_: Type) -> Meant | None:
    """The levels that a text stands for, of something of a type; None where it stands for none.

    None too where one of them is no value that fits.
    """
    text = plainly(text).strip()
    if (resolver := _RESOLVER.fullmatch(text)) is not None:
        text = f"{resolver[1]}({resolver[2]})"
    if _CALL.fullmatch(text):
        words = None if is_call(text) else _words(text)
        return levels_of(text, type_) if words is None else listed(words, type_)
    if (reach := _REACH.fullmatch(text.removeprefix("[").removesuffix("]"))) is not None:
        return _between(reach[1], reach[2], reach[3], type_)
    if _DECIMAL.fullmatch(text) and "float" in type_.kinds:
        whole = listed(_APART.split(text), type_)
        return Meant(f"[{text.replace(',', '.')}]", or_else=whole.text if whole else "")
    if _DASHES.fullmatch(text):  # dashes without a space: one string for YAML
        return listed([each[1:] for each in text.split()], type_)
    if "int" in type_.kinds and re.fullmatch(r"\d+(?:/\d+){2,}", text):
        return listed(text.split("/"), type_)
    if "," in text and text.count("[") != text.count("]"):
        text = text.strip("[]")
    inner = _ROUND.fullmatch(text)
    bare = next(filter(None, inner.groups()), "") if inner else text
    if "(" in bare:  # of a call in brackets, its arguments are no levels
        return levels_of(bare, type_)
    several = "," in bare if takes_any_text(type_) else _APART.search(bare)
    return listed(arguments(bare), type_) if inner or several else None


def elsewhere(given: Mapping[str, str | list[str]]) -> Meant | None:
    """The levels that a mapping of another program's words stands for: W&B's `distribution`, `min`
    and `max`, seml's `type` and `options`, Optuna's `low`, `high` and `log`."""
    several = next(
        (given[w] for w in ("values", "options", "choices", "value") if w in given), None
    )
    kind = str(given.get("distribution", given.get("type", ""))).lower()
    if several is not None:
        items = several if isinstance(several, list) else [several]
        if any(set(item) & set("()[]{}") for item in items):
            return None
        return Meant(f"[{', '.join(items)}]", note=distributions.weights(given))
    if (around := distributions.normal(kind, given)) is not None:
        return around
    ends = [next((given[w] for w in pair if w in given), None) for pair in _ENDS]
    low, high = (each if isinstance(each, str) else "" for each in ends)
    if numbers([low, high]) is None:
        return None
    kind += str(given.get("scale", given.get("spacing", ""))).lower()
    log = "log" in kind or str(given.get("log", "")).lower() == "true"
    step = next((given[w] for w in _STEPS if w in given), None)
    if isinstance(step, str) and numbers([step]) is not None and not log:
        return Meant(f"{{range: [{low}, {high}, {step}]}}")
    count = next((given[w] for w in _COUNTS if w in given), None)
    if isinstance(count, str) and count.isdecimal():
        return Meant(f"{{{'logspace' if log else 'linspace'}: [{low}, {high}, {count}]}}")
    if log:
        return distributions.logarithmic(kind, low, high, given)
    return Meant(f"{{uniform: [{low}, {high}]}}", drawn=True)


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


def _between(low: str, high: str, step: str | None, type_: Type) -> Meant | None:
    """`8-64`, `8..64`, `8:64:8`, Slurm's `0-3%2`, which is no step: what lies between two ends."""
    found = numbers([low, high, step or "1"])
    if found is None or not found[0] < found[1] or takes_any_text(type_) or not fits(low, type_):
        return None
    first, last, by = found
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
        levels = ", ".join(number_text(each) for each in doubled)
        other = f"{{range: [{low}, {high}, {low}]}}"
        return Meant(f"[{levels}]", or_else=other, otherwise="for steps of one size")
    return Meant(f"{{range: [{low}, {high}, 1]}}", or_else=f"[{low}, {high}]")


def going_on(name: str, first: list[str], last: list[str]) -> str:
    """What `[8, 16, ..., 64]` may stand for; "" where nobody knows."""
    found = numbers([*first[-2:], *last[:1]])
    if found is None or len(first) < 2 or len(found) < 3:
        return f", or write `{name}: {{range: [start, end, step]}}` with numbers for these"
    one, two, end = found
    step, ways = two - one, []
    if step and (end - one) % step == 0:
        ways.append(f"{{range: [{first[0]}, {last[-1]}, {number_text(step)}]}}")
    doubled = [one]
    while one > 0 and two > one and doubled[-1] < end:
        doubled.append(doubled[-1] * two / one)
    if doubled[-1] == end:
        ways.append(f"[{', '.join([*first[:-2], *map(number_text, doubled)])}]")
    told = ", or ".join(f"`{name}: {way}`" for way in ways)
    return f": write {told}" if told else ""
