"""Ways in which other tools write what varies, as variables of an experiment.

W&B's `{min: 1e-5, max: 1e-3, distribution: log_uniform_values}`, Hydra's `choice(2, 4)`, Ray's
`tune.loguniform(1e-5, 1e-3)`, Ax's and Optuna's ends with `log: true`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tcwc.model.frozen import dataclass
from tcwc.torchtune.knowledge.advice.spot import shown
from tcwc.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_CALL = re.compile(r"(?:[A-Za-z_]\w*\.)*([A-Za-z_]\w*)\((.*)\)\Z", re.DOTALL)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
SAMPLE = "sample: {size: 20, seed: 7}"
_LOW = ("min", "low", "lower", "start", "from", "a")
_HIGH = ("max", "high", "upper", "stop", "end", "to", "b")
_STEPS = ("step", "q", "step_size")
_LISTS = ("values", "grid_search", "choices", "grid", "options")
_WORDS = frozenset((*_LISTS, *_LOW, *_HIGH, *_STEPS, "value", "distribution", "type", "log", "mu"))
"""The words of other tools for how values are drawn; beside others they mean something else."""
_MOST = 20
"""Levels that are listed rather than described."""


@dataclass(frozen=True, slots=True)
class Levels:
    """What to write for the levels, and whether they are `drawn`, which needs `sample:`; a
    `constant` is one value, which belongs under `controls:`."""

    text: str
    drawn: bool = False
    constant: bool = False


def levels(node: Node) -> Levels | None:
    """The levels that a node means in the words of another tool; None where it says nothing."""
    if isinstance(node, MappingNode):
        return _of_mapping(node)
    if isinstance(node, ScalarNode):
        return _of_call(node.text.strip())
    if isinstance(node, SequenceNode) and len(node.items) == 1:
        (item,) = node.items
        return _of_call(item.text.strip()) if isinstance(item, ScalarNode) else None
    return None


# --- mappings -------------------------------------------------------------------------------


def _of_mapping(node: MappingNode) -> Levels | None:
    given = {entry.key.text: entry.value for entry in node.entries}
    if not given.keys() <= _WORDS:
        return None
    kind = _text(given.get("distribution")) or _text(given.get("type")) or ""
    for word in _LISTS:
        value = given.get(word)
        if isinstance(value, SequenceNode) and value.items:
            return Levels(shown(value))
    value = given.get("value")
    if value is not None:
        return Levels(shown(value), constant=isinstance(value, ScalarNode))
    low, high = _first(given, _LOW), _first(given, _HIGH)
    if low is None or high is None:
        return None
    log = "log" in kind or _text(given.get("log")) in ("true", "True")
    step = _first(given, _STEPS)
    if step is not None and not log:
        return Levels(f"{{range: [{low}, {high}, {step}]}}")
    if kind in ("log_uniform", "q_log_uniform", "inv_log_uniform"):
        return _powers(low, high)
    return Levels(f"{{{'loguniform' if log else 'uniform'}: [{low}, {high}]}}", drawn=True)


def _powers(low: str, high: str) -> Levels | None:
    """W&B's log_uniform has its ends as powers of e."""
    from math import exp

    try:
        ends = [f"{exp(float(each)):.3g}" for each in (low, high)]
    except (ValueError, OverflowError):
        return None
    return Levels(f"{{loguniform: [{', '.join(ends)}]}}", drawn=True)


def _first(given: Mapping[str, Node], words: tuple[str, ...]) -> str | None:
    return next((text for word in words if (text := _text(given.get(word)))), None)


def _text(node: Node | None) -> str | None:
    return node.text if isinstance(node, ScalarNode) else None


# --- calls ----------------------------------------------------------------------------------


def _of_call(text: str) -> Levels | None:
    found = _CALL.match(text)
    if found is None:
        return None
    name, arguments = found[1].lower(), _split(found[2])
    made = _CALLS.get(name)
    return made(arguments) if made and arguments else None


def _split(text: str) -> list[str]:
    """The arguments of a call, without the names of named ones."""
    parts, depth, begin = list[str](), 0, 0
    for at, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if char == "," and not depth:
            parts.append(text[begin:at])
            begin = at + 1
    parts.append(text[begin:])
    return [re.sub(r"^\s*[A-Za-z_]\w*\s*=\s*", "", each).strip() for each in parts if each.strip()]


def _choice(arguments: list[str]) -> Levels | None:
    (first, *rest) = arguments
    if not rest and first.startswith("["):
        return Levels(first)
    return Levels(f"[{', '.join(arguments)}]")


def _numbers(arguments: list[str]) -> list[str] | None:
    return arguments if all(_NUMBER.fullmatch(each) for each in arguments) else None


def _range(arguments: list[str]) -> Levels | None:
    """Python's and Hydra's range: its end is no level."""
    if _numbers(arguments) is None or len(arguments) > 3:
        return None
    try:
        numbers = [int(each) for each in arguments]
        found = list(range(*numbers)) if len(numbers) < 3 or numbers[2] else []
    except ValueError:
        return _span(arguments)
    if not found:
        return None
    if len(found) <= _MOST:
        return Levels(f"[{', '.join(map(str, found))}]")
    step = numbers[2] if len(numbers) == 3 else 1
    return Levels(f"{{range: [{found[0]}, {found[-1]}, {step}]}}")


def _span(arguments: list[str]) -> Levels | None:
    """A range of broken numbers, with the last of them that is below its end."""
    from decimal import Decimal

    if len(arguments) != 3:
        return None
    start, stop, step = map(Decimal, arguments)
    count = int((stop - start) / step) if step else 0
    last = start + count * step
    last = last - step if last == stop else last
    return Levels(f"{{range: [{start}, {last}, {step}]}}") if count > 0 else None


def _ends(word: str) -> Callable[[list[str]], Levels | None]:
    def made(arguments: list[str]) -> Levels | None:
        numbers = _numbers(arguments[:2])
        if numbers is None or len(numbers) != 2:
            return None
        return Levels(f"{{{word}: [{', '.join(numbers)}]}}", drawn=True)

    return made


def _tag(arguments: list[str]) -> Levels | None:
    """Hydra's tag(log, interval(a, b))."""
    inner = _of_call(arguments[-1])
    if inner is None or "log" not in arguments[:-1]:
        return inner
    return Levels(inner.text.replace("{uniform:", "{loguniform:"), inner.drawn)


def _inner(arguments: list[str]) -> Levels | None:
    """sort(...), shuffle(...): the order of levels changes no run."""
    return _of_call(arguments[0]) or _choice(arguments)


def _spaced(word: str) -> Callable[[list[str]], Levels | None]:
    def made(arguments: list[str]) -> Levels | None:
        numbers = _numbers(arguments)
        if numbers is None or len(numbers) != 3:
            return None
        if word == "logspace":  # numpy's ends are powers of ten
            whole = all(re.fullmatch(r"[-+]?\d+(\.0*)?", each) for each in numbers[:2])
            if not whole:
                return None
            numbers = [*(f"1e{int(float(each))}" for each in numbers[:2]), numbers[2]]
        return Levels(f"{{{word}: [{', '.join(numbers)}]}}")

    return made


_CALLS: Mapping[str, Callable[[list[str]], Levels | None]] = {
    "choice": _choice,
    "grid_search": _choice,
    "categorical": _choice,
    "suggest_categorical": _choice,
    "range": _range,
    "arange": _range,
    "interval": _ends("uniform"),
    "uniform": _ends("uniform"),
    "loguniform": _ends("loguniform"),
    "log_uniform": _ends("loguniform"),
    "qloguniform": _ends("loguniform"),
    "quniform": _ends("uniform"),
    "randint": _ends("uniform"),
    "tag": _tag,
    "sort": _inner,
    "shuffle": _inner,
    "linspace": _spaced("linspace"),
    "logspace": _spaced("logspace"),
}
