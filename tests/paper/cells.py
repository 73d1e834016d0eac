"""One cell of a design: its levels, what it comes to, and how to ask it for values."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, NamedTuple

from tests.paper import filling, levels
from tests.paper.facts import Type
from tests.paper.formulas import Formula, condition, evaluate, outward
from tests.paper.levels import Factor, Level, Place
from tests.paper.merging import overlap, put
from tests.paper.naming import ABSENT, at, known, resolve
from tests.paper.reading import Path, Set
from tests.paper.receiving import type_of
from tests.paper.references import resolve as followed
from tests.paper.refusal import Refused


class Cell(NamedTuple):
    """A combination: the level of each factor (None: not set), and what a row sets besides."""

    chosen: list[tuple[Factor, Level | None]]
    more: list[Set]
    labels: list[str]

    def coordinates(self) -> dict[str, Any]:
        made = {one.name: level.value for one, level in self.chosen if level is not None}
        return made | {levels.spell(each.path): each.value for each in self.more}

    def key(self) -> str:
        return filling.canonical_json(self.coordinates())


class World(NamedTuple):
    """All that the cells of one experiment share."""

    name: str
    place: Place
    constants: dict[str, Any]
    factors: list[Factor]
    derived: dict[Path, tuple[str, Formula]]
    exclude: list[Formula]
    isolate: bool
    rows: list[Path]
    some: list[tuple[Formula, list[Set]]]

    def set_in_some(self) -> list[Path]:
        """What constants of some runs set."""
        return [each.path for _, said in self.some for each in said]


class Look:
    """Values of one cell, each computed when it is asked for."""

    def __init__(self, world: World, cell: Cell, config: dict[str, Any], derive: bool) -> None:
        self.world, self.config, self.derive = world, config, derive
        self.arms = {one.name: each for one, each in cell.chosen if not one.path}
        self.done: set[Path] = set()
        self.busy: set[Path] = set()
        self.met: list[Path] = []
        self.following: list[Path] = []

    def named(self, path: Path) -> Any:
        """The value of a name of the author's."""
        if len(path) == 1 and path[0] in self.arms:
            level = self.arms[path[0]]
            return ABSENT if level is None else level.value
        return self.value(called(self.world, path))

    def value(self, path: Path) -> Any:
        """What stands at a path, computed and its references followed; ABSENT, or through null."""
        self.met.append(path)
        for each in self.world.derived if self.derive else ():
            if overlap(each, path):
                self.compute(each)
        here: Any = self.config
        for place in range(len(path)):
            if here is None:
                return ABSENT
            here = at(here, path[place : place + 1])
            if here is ABSENT:
                return ABSENT
            if isinstance(here, str) and "${" in here:
                here = self.followed(here, path[: place + 1])
        return here

    def followed(self, text: str, where: Path) -> Any:
        if where in self.following:
            raise Refused(f"{where} refers to itself")
        self.following.append(where)
        try:
            return followed(text, where, self.value)
        finally:
            self.following.pop()

    def compute(self, path: Path) -> None:
        """Compute a derived value, after those that it reads."""
        if path in self.done:
            return
        if path in self.busy:
            raise Refused(f"{path} is computed from itself")
        self.busy.add(path)
        op, formula = self.world.derived[path]
        found = outward(evaluate(formula, self.named))
        place = self.world.place
        kind = {"kinds": ["any"]} if op == "+" else type_of(place.scene, place.base, path)
        self.busy.discard(path)
        self.done.add(path)
        put(self.config, Set(op, path, receive(found, kind)), False)


def receive(value: Any, kind: Type) -> Any:
    """A computed value as its receiver takes it. Raises Refused."""
    kinds = kind["kinds"]
    if kinds == ["any"]:
        return value
    if isinstance(value, list) and "list" in kinds:
        return [receive(each, kind.get("item", {"kinds": ["any"]})) for each in value]
    names = {bool: "bool", int: "int", float: "float", str: "str", type(None): "null"}
    own = "str" if isinstance(value, str) else names.get(type(value), "?")
    if own == "int" and "int" not in kinds and "float" in kinds:
        return float(value)
    if own not in kinds or ("choices" in kind and value not in kind["choices"]):
        raise Refused(f"{value} is not taken: {kind}")
    return value


def takes_list(place: Place, path: Path) -> bool:
    kinds = type_of(place.scene, place.base, path)["kinds"]
    return "list" in kinds and "mapping" in kinds


def apply(world: World, config: dict[str, Any], said: list[Set]) -> None:
    for each in said:
        lists = isinstance(each.value, list) and takes_list(world.place, each.path)
        put(config, deepcopy(each), lists)


def filled(world: World, cell: Cell) -> tuple[dict[str, Any], Look]:
    """A cell's config after `derived`, and how to ask it for values."""
    config = deepcopy(world.constants)
    for said in held(world, cell):
        apply(world, config, said)
    for _, level in cell.chosen:
        apply(world, config, level.says if level is not None else [])
    apply(world, config, cell.more)
    look = Look(world, cell, config, True)
    for each in world.derived:
        look.compute(each)
    return config, look


def held(world: World, cell: Cell) -> list[list[Set]]:
    """The constants of those conditions that hold in a cell, by its levels alone."""
    config = deepcopy(world.constants)
    for _, level in cell.chosen if world.some else ():
        apply(world, config, level.says if level is not None else [])
    apply(world, config, cell.more if world.some else [])
    look = Look(world, cell, config, False)
    found = [said for formula, said in world.some if condition(formula, look.named)]
    late = [*world.set_in_some(), *world.derived]
    if any(overlap(one, other) for one in look.met for other in late):
        raise Refused("a condition of constants that is led to what is set after it")
    for place, one in enumerate(found):
        for other in found[:place]:
            if any(overlap(a.path, b.path) for a in one for b in other):
                raise Refused("two conditions hold, and set one path")
    return found


def kept(world: World, cell: Cell) -> bool:
    _, look = filled(world, cell)
    return True not in [condition(each, look.named) for each in world.exclude]


def called(world: World, path: Path) -> Path:
    """The path that a name in an expression, a template or a zip means."""
    added = [each.path for each in world.factors if each.op == "+"]
    added += [each for each, (op, _) in world.derived.items() if op == "+"]
    if any(overlap(each, path) for each in added):
        return path
    target = resolve(world.place.scene, path)
    if not known(world.place.scene, target):
        raise Refused(f"nothing is called {path}")
    return target
