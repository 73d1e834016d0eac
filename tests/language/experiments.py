"""Random experiments, and what they mean by a reading of the language that is a test's own.

The base is a file of no known recipe, so that every key is read and values may be of any shape:
what is tried here is merging, not what torchtune takes.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path as File
from random import Random
from typing import Any, TypeAlias

import yaml

from tcwc.api.compilation import Compilation, compile

Path: TypeAlias = tuple[str | int, ...]

HEAD = "experiment_name: t\nbase_config_file: base.yaml\nrecipe: none_of_ours\n"
"""How each source here begins."""

BASE: dict[str, Any] = {
    "s": {"a": 1, "b": {"c": 2, "h": {}}, "n": None, "l": [1, 2], "m": [{"x": 1}, {"y": {}}]},
    "e": {},
    "t": 5,
    "z": None,
    "q": {"r": {"u": 1.5}, "v": None},
    "k": [{"w": 1}, {"w": 2}],
    "output_dir": "/tmp/somewhere",
}

PATHS = (
    *("s", "s.a", "s.b", "s.b.c", "s.b.h", "s.n", "s.l", "s.l[0]", "s.l[1]", "s.m", "s.m[0]"),
    *("s.m[0].x", "s.m[1].y", "e", "e.new", "t", "z", "z.new", "q", "q.r", "q.r.u", "q.v", "k"),
    *("k[0]", "k[1].w", "k[0].w", "top", "top.x", "top.x.y", "s.new", "s.b.new", "q.r.new"),
)
VALUES: tuple[Any, ...] = (
    *({}, [], None, "", 0, 7, "word", True, 1.5, [1, 2], [{}], [{"a": {}}, 5], [[], {}]),
    *({"i": {}}, {"i": 1}, {"i": {"j": None}}, {"x": []}, {"x": {"y": {}}}, {"b": {}}),
    *({"b": {"h": {}}}, {"r": {}}, {"a": 3, "b": {"c": 4}}, {"=b": {}}, {"~a": None}),
    *({"=r": {"u": 2.5, "new": {}}}, {"x.y": 1, "x.z": {}}, {"+new": {}}, {"y": {"z": ""}}),
)


class Refused(Exception):
    """What the language refuses: two assignments that overlap, or one that does not fit."""


@dataclass(frozen=True)
class Leaf:
    """One assignment: a nested mapping is several."""

    path: Path
    op: str
    value: Any


@dataclass(frozen=True)
class Experiment:
    """The sections of an experiment, as keys and values in the order of their lines."""

    controls: tuple[tuple[str, Any], ...] = ()
    engineering: tuple[tuple[str, Any], ...] = ()
    variables: tuple[tuple[str, list[Any]], ...] = ()
    arm: tuple[tuple[tuple[str, Any], ...], ...] = ()
    row: tuple[tuple[str, Any], ...] = ()
    """A row of `include`: further keys, beside the first level of each factor."""

    def text(self) -> str:
        """The source."""
        lines = HEAD.splitlines()
        for name, entries in (
            ("controls", self.controls),
            ("engineering", self.engineering),
            ("variables", self.variables),
        ):
            if entries:
                lines.append(f"{name}:")
                lines += [f"  {_flow(key)}: {_flow(value)}" for key, value in entries]
        if self.arm:
            lines += ["arms:", "  arm:"]
            for number, entries in enumerate(self.arm):
                lines.append(f"    level{number}:" + ("" if entries else " {}"))
                lines += [f"      {_flow(key)}: {_flow(value)}" for key, value in entries]
        if not self.variables and not self.arm:
            lines += ["variables:", "  +one: [1]"]
        if self.row:
            lines += ["include:", f"- {_flow(dict((*self._first(), *self.row)))}"]
        return "\n".join(lines) + "\n"

    def without_doubles(self) -> Experiment:
        """The same without keys of the row that name a factor."""
        factors = {key for key, _ in self.variables}
        return replace(self, row=tuple(each for each in self.row if each[0] not in factors))

    def _first(self) -> Iterator[tuple[str, Any]]:
        """What a row says of the factors."""
        yield from ((key, levels[0]) for key, levels in self.variables)
        if self.arm:
            yield "arm", "level0"
        elif not self.variables:
            yield "+one", 1

    def reordered(self, random: Random) -> Experiment:
        """The same with the lines of each section, and the keys of each mapping, in another order.

        The order of factors, in rows too, and of levels stays: it is the order of runs.
        """
        return Experiment(
            _shuffled(self.controls, random),
            _shuffled(self.engineering, random),
            tuple(
                (key, [_mixed(level, random) for level in levels]) for key, levels in self.variables
            ),
            tuple(_shuffled(level, random) for level in self.arm),
            self.row,
        )

    def configs(self) -> list[dict[str, Any]]:
        """What each run is, in design order. Raises Refused."""
        constants = leaves_of((*self.controls, *self.engineering))
        shared = merged(BASE, alone(constants, BASE))
        factors: list[list[list[Leaf]]] = []
        for key, levels in self.variables or (() if self.arm else (("+one", [1]),)):
            factors.append([alone(leaves_of(((key, level),)), shared) for level in levels])
        if self.arm:
            factors.append([alone(leaves_of(level), shared) for level in self.arm])
        _check_apart(factors)
        made = []
        for chosen in product(*factors):
            config = shared
            for level in chosen:
                config = merged(config, level)
            made.append(config)
        if self.row:
            further = leaves_of(self.row)
            alone([*further, *(leaf for levels in factors for leaf in levels[0])], {})
            made.append(merged(made[0], alone(further, shared)))
        return made


def leaves_of(entries: Sequence[tuple[str, Any]], above: Path = ()) -> list[Leaf]:
    """The assignments of a section or a mapping in it."""
    return [leaf for key, value in entries for leaf in _leaves(key, value, above)]


def _leaves(key: str, value: Any, above: Path) -> Iterator[Leaf]:
    op = key[0] if key[0] in "+~=" else ""
    path = (*above, *_path(key[len(op) :]))
    if isinstance(value, dict) and value and op in ("", "+"):
        yield from leaves_of(tuple(value.items()), path)
    else:
        yield Leaf(path, op.replace("+", ""), _whole(value))


def _path(text: str) -> Path:
    return tuple(
        int(part[1:-1]) if part[0] == "[" else part
        for part in re.findall(r"\[\d+\]|[^.\[\]]+", text)
    )


def _whole(value: Any) -> Any:
    """A value of its own, with the paths in its keys taken apart."""
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return merged({}, alone(leaves_of(tuple(value.items())), {}))
    return value


def alone(leaves: list[Leaf], config: dict[str, Any]) -> list[Leaf]:
    """The assignments, where no two overlap, less empty mappings that merge into a section."""
    replaced = [leaf.path for leaf in leaves if leaf.op or not isinstance(leaf.value, dict)]
    kept = [
        leaf
        for leaf in leaves
        if leaf.op
        or leaf.value != {}
        or not isinstance(at(config, leaf.path), dict)
        or any(leaf.path[: len(path)] == path for path in replaced)
    ]
    for index, one in enumerate(kept):
        for other in kept[:index]:
            if overlapping(one, other) or overlapping(other, one):
                raise Refused(f"{one} and {other}")
    return kept


def overlapping(one: Leaf, other: Leaf) -> bool:
    """Whether the first is a section or a list of the second, or shifts the items of its list."""
    length = len(one.path)
    if one.op == "~" and isinstance(one.path[-1], int):
        length -= 1
    return other.path[:length] == one.path[:length]


def _check_apart(factors: list[list[list[Leaf]]]) -> None:
    """Refuse two factors that set one path, or a section and a part of it."""
    sets = [[leaf for level in levels for leaf in level] for levels in factors]
    for index, leaves in enumerate(sets):
        for one, other in product(leaves, (leaf for each in sets[:index] for leaf in each)):
            if overlapping(one, other) or overlapping(other, one):
                raise Refused(f"{one} and {other}")


def merged(config: dict[str, Any], leaves: Sequence[Leaf]) -> dict[str, Any]:
    """A config with assignments made in it. Raises Refused."""
    config = copy.deepcopy(config)
    for leaf in leaves:
        _assign(config, leaf)
    return config


def _assign(config: Any, leaf: Leaf) -> None:
    here = config
    for segment in leaf.path[:-1]:
        there, below = _entry(here, segment)
        if below is None:
            if leaf.op == "~" or (not there and isinstance(here, list)):
                raise Refused("nothing there")
            below = here[segment] = {}
        here = below
    last = leaf.path[-1]
    there, old = _entry(here, last)
    if leaf.op == "~":
        if not there:
            raise Refused("nothing to delete")
        del here[last]
        return
    if isinstance(here, list) and not there:
        raise Refused("no such item")
    unlike = isinstance(leaf.value, dict) != isinstance(old, dict)
    if leaf.op == "" and None not in (leaf.value, old) and unlike:
        raise Refused("a section over something else, or something else over a section")
    if leaf.op == "=" or not (isinstance(old, dict) and leaf.value == {}):
        here[last] = copy.deepcopy(leaf.value)


def _entry(here: Any, segment: str | int) -> tuple[bool, Any]:
    """Whether a mapping or a list has an entry, and which. Raises Refused where it is neither."""
    if isinstance(here, dict) and isinstance(segment, str):
        return segment in here, here.get(segment)
    if isinstance(here, list) and isinstance(segment, int):
        return segment < len(here), here[segment] if segment < len(here) else None
    raise Refused(f"{segment!r} of {here!r}")


def at(config: Any, path: Path, missing: object = None) -> Any:
    """The value at a path of a config; `missing` where there is none."""
    for segment in path:
        try:
            config = config[segment]
        except (KeyError, IndexError, TypeError):
            return missing
    return config


def _flow(value: Any) -> str:
    return json.dumps(value)


def _shuffled(entries: tuple[tuple[str, Any], ...], random: Random) -> tuple[tuple[str, Any], ...]:
    mixed = [(key, _mixed(value, random)) for key, value in entries]
    random.shuffle(mixed)
    return tuple(mixed)


def _mixed(value: Any, random: Random) -> Any:
    if isinstance(value, dict):
        return dict(_shuffled(tuple(value.items()), random))
    if isinstance(value, list):
        return [_mixed(item, random) for item in value]
    return value


def random_experiment(random: Random) -> Experiment:
    """An experiment with a few assignments in some of its sections."""
    return Experiment(
        _entries(random, random.choice((0, 1, 1, 2, 3))),
        _entries(random, random.choice((0, 0, 0, 1))),
        tuple(
            (key, [_value(random) for _ in range(random.choice((1, 2, 2, 3)))])
            for key, _ in _entries(random, random.choice((0, 1, 1, 2)))
            if key[0] != "~"
        ),
        tuple(
            _entries(random, random.choice((0, 1, 2))) for _ in range(random.choice((0, 0, 2, 3)))
        ),
        tuple(
            (key, value)
            for key, value in _entries(random, random.choice((0, 0, 0, 0, 1, 2)))
            if key[0] != "~"
        ),
    ).without_doubles()


def _entries(random: Random, count: int) -> tuple[tuple[str, Any], ...]:
    made: dict[str, Any] = {}
    for _ in range(count):
        op = random.choice(("", "+", "+", "+", "+", "=", "~"))
        path = random.choice(PATHS)
        made[op + path] = None if op == "~" else _value(random)
    return tuple(made.items())


def _value(random: Random) -> Any:
    return copy.deepcopy(random.choice(VALUES))


class Folder:
    """A folder with the base, in which experiments are compiled and built."""

    def __init__(self, folder: File) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        (folder / "base.yaml").write_text(yaml.safe_dump(BASE, sort_keys=False))

    def compile(self, text: str) -> Compilation:
        source = self.folder / "experiment.yaml"
        source.write_text(text)
        return compile(source)


def read_configs(compilation: Compilation) -> list[Mapping[str, Any]]:
    """The configs of all runs as YAML readers read them, in design order."""
    return [yaml.safe_load(run.text) for run in compilation.runs]


def parsed(key: str) -> Path:
    """The path of a key of the mapping, its operator left out."""
    return _path(key.lstrip("~=+"))


def one(section: str, lines: str) -> str:
    """A source with lines in one section."""
    more = "" if section in ("variables", "arms") else "variables:\n  +one: [1]\n"
    body = "".join(f"  {line}\n" for line in lines.splitlines())
    return f"{HEAD}{section}:\n{body}{more}"
