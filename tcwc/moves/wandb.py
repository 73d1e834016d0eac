"""A sweep of W&B's (https://docs.wandb.ai/models/sweeps/sweep-config-keys) as a search."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from tcwc.model.ir import Op, Value
from tcwc.model.target import Target
from tcwc.moves.draft import VariableText
from tcwc.moves.search import (
    SIZE,
    NoLike,
    Search,
    between,
    levels,
    multiples,
    path_of,
    raised,
    whole,
)
from tcwc.moves.steps import Setting

_OF_ONE = frozenset(("value", "values", "min", "max", "distribution", "mu", "sigma", "q"))
_LOST = {
    "early_terminate": "nothing here stops a run before its end",
    "metric": "nothing here chooses runs by their results",
}
_UNSAID = ("project", "entity", "controller", "imports")


def is_sweep(values: Mapping[str, Value]) -> bool:
    """Whether a mapping is a sweep of W&B's."""
    return isinstance(values.get("parameters"), dict) and (
        "method" in values or "program" in values or "metric" in values
    )


def sweep(values: Mapping[str, Value], target: Target) -> Search:
    """The search of a sweep."""
    reader = _Reader()
    parameters = values.get("parameters")
    reader.parameters(parameters if isinstance(parameters, dict) else {}, "")
    config, recipe, processes = reader.command(values.get("command"), target)
    method, cap = str(values.get("method", "grid")), values.get("run_cap")
    notes = [*reader.notes, *_told(values)]
    drawn = 0
    if method != "grid":
        drawn = cap if isinstance(cap, int) and cap > 0 else SIZE
        notes += _of_method(method, isinstance(cap, int))
    description = values.get("description")
    lost = [*reader.lost, *_capped(cap, reader.variables if method == "grid" else [])]
    return Search(
        str(values.get("name", "")),
        config,
        recipe,
        tuple(reader.variables),
        tuple(reader.controls),
        drawn=drawn,
        meta={"description": description} if isinstance(description, str) else {},
        notes=tuple(notes),
        lost=tuple(lost),
        processes=processes if processes != "1" else "",
    )


def _told(values: Mapping[str, Value]) -> Iterator[str]:
    for word, why in _LOST.items():
        if word in values:
            yield f"`{word}` is left out: {why}"
    for word in _UNSAID:
        if word in values:
            yield f"`{word}` is left out: it is about W&B, and not about runs"


def _capped(cap: Value, variables: Sequence[VariableText]) -> Iterator[str]:
    """What is said of a grid that ends before its end."""
    count = math.prod(len(each.levels) for each in variables)
    if isinstance(cap, int) and 0 < cap < count:
        yield f"`run_cap: {cap}` ends the grid early: here all of its {count:,} runs are given"


def _of_method(method: str, has_cap: bool) -> Iterator[str]:
    if method == "bayes":
        yield "`method: bayes` learns from results, and nothing here does: runs are drawn evenly"
    elif method != "random":
        yield f"`method: {method}` has no like here: runs are drawn evenly"
    if not has_cap:
        yield f"a sweep without `run_cap` goes on until it is stopped: {SIZE} runs are drawn"


class _Reader:
    def __init__(self) -> None:
        self.variables: list[VariableText] = []
        self.controls: list[Setting] = []
        self.notes: list[str] = []
        self.lost: list[str] = []

    def parameters(self, section: Mapping[str, Value], above: str) -> None:
        for name, given in section.items():
            key = f"{above}{name}"
            if isinstance(given, dict) and isinstance(inner := given.get("parameters"), dict):
                self.parameters(inner, f"{key}.")
                continue
            try:
                self.parameter(key, given)
            except NoLike as why:
                self.lost.append(f"`{key}` is left out: {why}")

    def parameter(self, key: str, given: Value) -> None:
        if not isinstance(given, dict) or _OF_ONE.isdisjoint(given):
            raise NoLike("it has no `values`, no `value`, and no `min` and `max`")
        ways = [each for each in (("value",), ("values",), ("min", "max")) if {*each} & {*given}]
        if len(ways) > 1:
            raise NoLike(f"it has both `{ways[0][0]}` and `{ways[1][0]}`")
        if "value" in given:
            self.controls.append(Setting(path_of(key), Op.SET, given["value"]))
            return
        self.variables.append(_variable(key, given))
        if "probabilities" in given:
            self.notes.append(f"`probabilities` of `{key}` has no like here: levels count alike")

    def command(self, given: Value, target: Target) -> tuple[str, str, str]:
        """The config, the recipe and the processes that the sweep's command starts."""
        words = [str(each) for each in given] if isinstance(given, list) else []
        found = target.invocation(words)
        if found is None:
            more = [each for each in words[_program(words) + 1 :] if not each.startswith("${")]
            self.lost += [f"`{each}` of its command is left out" for each in more]
            return "", "", ""
        for argument in found.overrides:
            if not argument.startswith("${"):
                self.argument(argument, target)
        return found.config, found.recipe, found.processes

    def argument(self, argument: str, target: Target) -> None:
        """A constant that the command says beside what varies."""
        key, _, text = argument.partition("=")
        said = {*(e.path for e in self.variables), *(e.path for e in self.controls)}
        document = target.read_base(f"v:\n  {text}\n", "v")
        try:
            if argument.startswith("~"):
                self.controls.append(Setting(path_of(key[1:]), Op.DELETE, None))
            elif "=" in argument and not document.diagnostics and path_of(key) not in said:
                self.controls.append(Setting(path_of(key), Op.SET, document.values["v"]))
            else:
                self.lost.append(f"`{argument}` of its command is left out")
        except NoLike as why:
            self.lost.append(f"`{argument}` of its command is left out: {why}")


def _program(words: Sequence[str]) -> int:
    """The place of the program in a command; -1 where it names none."""
    ends = (".py", "${program}")
    return next((n for n, word in enumerate(words) if word.endswith(ends)), -1 + len(words))


def _variable(key: str, given: Mapping[str, Value]) -> VariableText:
    """A variable of what is said of a parameter. Raises NoLike."""
    values = given.get("values")
    if isinstance(values, list):
        return levels(key, values)
    low, high, kind = given.get("min"), given.get("max"), str(given.get("distribution", ""))
    if not kind:
        are_whole = type(low) is int and type(high) is int
        kind = "int_uniform" if are_whole else "uniform"
    if kind == "int_uniform":
        return whole(key, low, high)
    if kind == "q_uniform":
        return multiples(key, low, high, given.get("q", 1))
    if kind == "uniform":
        return between(key, low, high)
    if kind == "log_uniform_values":
        return between(key, low, high, "loguniform")
    if kind == "log_uniform":
        return between(key, raised(low), raised(high), "loguniform")
    raise NoLike(f"nothing is drawn as `{kind}` here: `uniform` and `loguniform` are")
