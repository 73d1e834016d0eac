"""Which cells a design has: zipped, conditional, excluded, sampled, drawn."""

from __future__ import annotations

import itertools
from copy import deepcopy
from hashlib import blake2b
from json import dumps
from typing import Any

from tests.paper import filling, levels
from tests.paper.cells import Cell, Look, World, apply, called, kept
from tests.paper.formulas import Formula, condition
from tests.paper.levels import Factor, Level
from tests.paper.merging import overlap
from tests.paper.reading import Word, path_of
from tests.paper.refusal import Refused

DRAWS = 1_000
"""Draws that are tried beyond the size of a sample."""


def designed(world: World, groups: list[list[int]], sample: Any) -> list[Cell]:
    """The cells of the design that are left, in its order."""
    size = int(sample["size"].text) if sample else 0
    seed = int(sample["seed"].text) if sample and "seed" in sample else 0
    if any(each.drawn or each.listed for each in world.factors):
        if not sample:
            raise Refused("a distribution without a sample")
        return draws(world, groups, size, seed)
    counts = [range(len(world.factors[group[0]].levels)) for group in groups]
    found: dict[str, Cell] = {}
    for numbers in itertools.product(*counts):
        chosen: dict[int, Level] = {}
        for group, number in zip(groups, numbers, strict=True):
            chosen |= {each: world.factors[each].levels[number] for each in group}
        cell = settled(world, chosen)
        if cell.key() not in found and kept(world, cell):
            found[cell.key()] = cell
    if not sample:
        return list(found.values())
    best = sorted(found, key=lambda key: rank(seed, key))[:size]
    return [cell for key, cell in found.items() if key in best]


def rank(seed: int, key: str) -> bytes:
    text = dumps([seed, key], ensure_ascii=False, separators=(",", ":"))
    return blake2b(text.encode(), digest_size=16).digest()


def draws(world: World, groups: list[list[int]], size: int, seed: int) -> list[Cell]:
    """So many different cells that are not excluded, from draw 0 on."""
    found: dict[str, Cell] = {}
    for index in range(size + DRAWS):
        chosen: dict[int, Level] = {}
        for group in groups:
            first = world.factors[group[0]]
            share = levels.unit(seed, first.name, index)
            if len(group) == 1:
                chosen[group[0]] = levels.drawn(world.place, first, share)
            else:
                number = int(share * len(first.levels))
                chosen |= {each: world.factors[each].levels[number] for each in group}
        cell = settled(world, chosen)
        if cell.key() not in found and kept(world, cell):
            found[cell.key()] = cell
        if len(found) == size:
            return list(found.values())
    raise Refused("not so many runs can be drawn")


def settled(world: World, chosen: dict[int, Level]) -> Cell:
    """A cell, without the factors whose condition does not hold in it."""
    made: list[tuple[Factor, Level | None]] = []
    config = deepcopy(world.constants)
    for number, factor in enumerate(world.factors):
        level: Level | None = chosen[number]
        if factor.when is not None:
            look = Look(world, Cell(made, [], []), config, False)
            early(world, number, factor.when)
            if not condition(factor.when, look.named):
                level = None
        made.append((factor, level))
        if level is not None:
            apply(world, config, level.says)
    return Cell(made, [], [])


def early(world: World, number: int, formula: Formula) -> None:
    """Refuse a condition that reads what is set only after it."""
    later = world.factors[number:]
    for path in formula.paths.values():
        if any(path == (each.name,) and not each.path for each in later):
            raise Refused("a condition that reads a later arm")
        if any(path == (each.name,) and not each.path for each in world.factors):
            continue
        target = called(world, path)
        sets_later = [each for one in later for each in levels.touched(one)]
        sets_later += world.set_in_some()
        if any(overlap(target, each) for each in [*sets_later, *world.derived]):
            raise Refused("a condition that reads what is set after it")


def grouped(world: World, section: list[list[Word]]) -> list[list[int]]:
    """Factors by their numbers: each alone, or with those that it advances with."""
    groups: list[list[int]] = []
    for members in section:
        group = sorted(number_of(world, each.text) for each in members)
        lengths = {len(world.factors[each].levels) for each in group}
        if len(lengths) != 1:
            raise Refused("a zip of lists of other lengths")
        steps = [
            tuple(world.factors[n].levels[k].value for n in group) for k in range(lengths.pop())
        ]
        if len({filling.canonical_json(list(each)) for each in steps}) < len(steps):
            raise Refused("a step of a zip twice")
        if any(world.factors[each].when or world.factors[each].drawn for each in group):
            raise Refused("a zip of what has no list, or a condition")
        if len(set(group)) < len(group) or any(set(group) & set(each) for each in groups):
            raise Refused("a factor is in two groups")
        groups.append(group)
    rest = set(range(len(world.factors))) - {each for group in groups for each in group}
    return sorted([*groups, *([each] for each in rest)])


def number_of(world: World, key: str) -> int:
    path = path_of(key)[1]
    for place, each in enumerate(world.factors):
        if path == (each.name,) and not each.path:
            return place
    target = called(world, path)
    for place, each in enumerate(world.factors):
        if each.path == target:
            return place
    raise Refused(f"{key} is no factor")
