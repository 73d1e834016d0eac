"""The runs of an experiment, by its description alone."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from copy import deepcopy
from hashlib import blake2b
from json import dumps
from pathlib import Path as File
from typing import Any, NamedTuple

from omegaconf import OmegaConf

from tests.paper import facts, filling, levels
from tests.paper.facts import Type
from tests.paper.formulas import Formula, condition, evaluate, outward, parse
from tests.paper.levels import Factor, Level, Place
from tests.paper.merging import apart, overlap, put
from tests.paper.naming import ABSENT, Scene, at, known, leaves, resolve
from tests.paper.reading import Path, Set, Word, path_of, read, sets
from tests.paper.receiving import Written, type_of
from tests.paper.references import parts
from tests.paper.references import resolve as followed
from tests.paper.refusal import Late, Refused

SECTIONS = {"experiment_name", "base_config", "base_config_file", "recipe", "torchtune"}
SECTIONS |= {"variables", "arms", "zip", "derived", "exclude", "include", "sample", "controls"}
SECTIONS |= {"engineering", "engineering_file", "isolate_outputs", "output", "limit", "meta"}
DRAWS = 1_000


class Run(NamedTuple):
    """A run: its number in the design, its coordinates under the author's names, its config."""

    id: str
    parameters: dict[str, Any]
    config: dict[str, Any]


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


class Look:
    """Values of one cell, each computed when it is asked for."""

    def __init__(self, world: World, cell: Cell, config: dict[str, Any], derive: bool) -> None:
        self.world, self.config, self.derive = world, config, derive
        self.arms = {one.name: each for one, each in cell.chosen if not one.path}
        self.done: set[Path] = set()
        self.busy: set[Path] = set()
        self.following: list[Path] = []

    def named(self, path: Path) -> Any:
        """The value of a name of the author's."""
        if len(path) == 1 and path[0] in self.arms:
            level = self.arms[path[0]]
            return ABSENT if level is None else level.value
        return self.value(called(self.world, path))

    def value(self, path: Path) -> Any:
        """What stands at a path, computed and its references followed; ABSENT, or through null."""
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


def interpret(folder: File) -> list[Run]:
    """The runs of `experiment.yaml` in a folder. Raises Refused where it is an error."""
    source = read((folder / "experiment.yaml").read_text("utf-8"))
    if not set(source) <= SECTIONS:
        raise Refused("an unknown section")
    world, include, groups = prepare(source, folder)
    cells = list(designed(world, groups, source.get("sample")))
    keys = {each.key() for each in cells}
    for row in include:
        if row.key() in keys:
            raise Refused("a row that is there already")
        keys.add(row.key())
    cells += include
    if not cells:
        raise Refused("no run is left")
    return [finish(world, cell, place) for place, cell in enumerate(cells)]


def prepare(source: dict[str, Any], folder: File) -> tuple[World, list[Cell], list[list[int]]]:
    """All that cells share, the rows of `include`, and the groups of factors that go together."""
    base, recipe = base_of(source, folder)
    written = {"controls": source.get("controls", {}), "engineering": engineering(source, folder)}
    sections = [*written.values()]
    sure = tree(base, recipe, sections, ("+",))
    for key in set(base) - recipe - read_by_reference(base):
        sure.pop(key, None)
    scene = Scene(tree(base, recipe, sections), sure, recipe, swaps(source), replaced(source))
    place = Place(scene, base)
    said = [each for section in written.values() for each in levels.says_of(place, section)]
    apart(said)
    constants = deepcopy(base)
    for each in said:
        put(constants, each, takes_list(place, each.path))
    factors = levels.variables(place, source.get("variables", {}))
    factors += levels.arms(place, source.get("arms", {}))
    derived = formulas(place, source.get("derived", {}))
    levels.disjoint([*map(levels.touched, factors), *([each] for each in derived)])
    exclude = [parse(each.text) for each in source.get("exclude", [])]
    isolate = source.get("isolate_outputs", Word("true", False)).text == "true"
    name = source["experiment_name"].text
    world = World(name, place, constants, factors, derived, exclude, isolate, [])
    rows = same_labels([row(world, each) for each in source.get("include", [])])
    check_names(world, rows, said)
    world.rows.extend(each.path for one in rows for each in one.more)
    return world, rows, grouped(world, source.get("zip", []))


def base_of(source: dict[str, Any], folder: File) -> tuple[dict[str, Any], set[str]]:
    """The base's values, and the keys that its recipe reads at the top level."""
    if "base_config" in source:
        entry = facts.table("configs")[source["base_config"].text]
        values, name = deepcopy(entry["values"]), entry["recipes"][0]
    else:
        loaded = OmegaConf.load(folder / source["base_config_file"].text)
        values = OmegaConf.to_container(loaded, resolve=False)
    if "recipe" in source:
        name = source["recipe"].text
    return values, set(facts.table("recipes")[name]["keys"])


def engineering(source: dict[str, Any], folder: File) -> dict[str, Any]:
    if "engineering_file" not in source:
        found: dict[str, Any] = source.get("engineering", {})
        return found
    if "engineering" in source:
        raise Refused("the section and the file")
    return read((folder / source["engineering_file"].text).read_text("utf-8"))


def tree(
    base: dict[str, Any],
    recipe: set[str],
    written: list[dict[str, Any]],
    signs: tuple[str, ...] = ("", "+", "=", "~"),
) -> dict[str, Any]:
    """The base with constants merged, as far as they are full paths; types do not count yet."""
    made = deepcopy(base)
    top = {*base, *recipe}
    for section in written:
        for each in sets(section):
            if each.op not in signs:
                continue
            if each.path[0] not in top and (each.op != "+" or each.plain):
                continue
            value = None if each.op == "~" else rough(each.value)
            try:
                put(made, each._replace(value=value), True)
            except Refused:
                continue
    return made


def rough(value: Any) -> Any:
    """A value before it is typed."""
    if isinstance(value, dict):
        return {path_of(key)[1][-1]: rough(each) for key, each in value.items()}
    if isinstance(value, list):
        return [rough(each) for each in value]
    return None if value == Word("null", False) else value.text


def swaps(source: dict[str, Any]) -> list[tuple[Path, str]]:
    """The components that factors set, with their places."""
    found: list[tuple[Path, str]] = []
    for _, path, value in levels.specified(source.get("variables", {})):
        given = value if isinstance(value, dict) else {"values": value}
        for each in [*given.get("values", []), *given.get("choice", [])]:
            if path[-1] == "_component_" and isinstance(each, Word):
                found.append((path[:-1], each.text))
            found += [(path + inner, name) for inner, name in inside(each)]
    for arm in source.get("arms", {}).values():
        for each in arm.values():
            found += inside(each)
    return found


def replaced(source: dict[str, Any]) -> set[Path]:
    """The places whose component every level of a factor sets, so that no run has the base's."""
    found: set[Path] = set()
    for op, path, value in levels.specified(source.get("variables", {})):
        given = value if isinstance(value, dict) else {"values": value}
        each_sets = [
            {(path + inner) for inner, _ in inside(each)}
            | ({path[:-1]} if path[-1] == "_component_" else set())
            | ({path} if op == "=" else set())
            for each in [*given.get("values", []), *given.get("choice", [])]
        ]
        if each_sets and "when" not in given:
            found |= set.intersection(*each_sets)
    for arm in source.get("arms", {}).values():
        found |= set.intersection(*({place for place, _ in inside(each)} for each in arm.values()))
    return found


def read_by_reference(base: dict[str, Any]) -> set[str]:
    """The top-level keys that some reference of the base reads."""
    texts = [each for _, value in leaves(base) for each in strings(value)]
    inner = [name for text in texts for name in names_in(text)]
    return {name.split(".")[0].split("[")[0] for name in inner}


def names_in(text: str) -> list[str]:
    """What the references of a text name, also those inside others."""
    found = parts(text)
    return found + [name for each in found for name in names_in(each)]


def strings(value: Any) -> list[str]:
    if isinstance(value, list):
        return [each for item in value for each in strings(item)]
    if isinstance(value, dict):
        return [each for item in value.values() for each in strings(item)]
    return [value] if isinstance(value, str) else []


def inside(value: Any) -> list[tuple[Path, str]]:
    """The components in a value of the source."""
    if isinstance(value, list):
        return [
            ((place, *path), name)
            for place, each in enumerate(value)
            for path, name in inside(each)
        ]
    if not isinstance(value, dict):
        return []
    made: dict[str, Any] = {}
    for each in sets(value):
        if isinstance(each.value, dict):
            found = [(each.path + path, name) for path, name in inside(each.value)]
            made.update({str(hash(path)): (path, name) for path, name in found})
    found = [
        (each.path[:-1], each.value.text)
        for each in sets(value)
        if each.path[-1] == "_component_" and isinstance(each.value, Word)
    ]
    return found + list(made.values())


def takes_list(place: Place, path: Path) -> bool:
    kinds = type_of(place.scene, place.base, path)["kinds"]
    return "list" in kinds and "mapping" in kinds


def formulas(place: Place, section: dict[str, Any]) -> dict[Path, tuple[str, Formula]]:
    """The section `derived`: a formula for each path."""
    found: dict[Path, tuple[str, Formula]] = {}
    for each in levels.top_level(place, section):
        if any(overlap(each.path, other) for other in found):
            raise Refused(f"{each.path} is set twice")
        if each.op != "+" and not known(place.scene, each.path):
            raise Refused(f"nothing reads {each.path}")
        found[each.path] = (each.op, parse(each.value.text))
    return found


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


def row(world: World, section: dict[str, Any]) -> Cell:
    """A row of `include`."""
    chosen: dict[str, Level] = {}
    more: dict[str, Any] = {}
    collect(world, section, (), chosen, more)
    for each in world.factors:
        if each.name not in chosen and each.when is None:
            raise Refused(f"a row without {each.name}")
    extra = levels.says_of(world.place, more)
    labels = [levels.spell(path_of(key)[1]) for key in more]
    if len(labels) != len(extra):
        labels = [levels.spell(each.path) for each in extra]
    sets_all = [each.path for level in chosen.values() for each in level.says]
    levels.disjoint([sets_all, [each.path for each in extra], list(world.derived)])
    return Cell([(each, chosen.get(each.name)) for each in world.factors], extra, labels)


def same_labels(rows: list[Cell]) -> list[Cell]:
    """Rows in which a path has one label: the first that the author gave it."""
    labels: dict[Path, str] = {}
    for each in rows:
        for one, label in zip(each.more, each.labels, strict=True):
            labels.setdefault(one.path, label)
    return [each._replace(labels=[labels[one.path] for one in each.more]) for each in rows]


def collect(
    world: World,
    section: dict[str, Any],
    above: Path,
    chosen: dict[str, Level],
    more: dict[str, Any],
) -> None:
    """Sort the keys of a row into levels of factors and what it sets besides."""
    arms = {each.name: each for each in world.factors if not each.path}
    for key, value in section.items():
        op, path = path_of(key)
        if not above and key in arms:
            found = [each for each in arms[key].levels if each.value == value.text]
            if not found:
                raise Refused(f"{value.text} is no level of {key}")
            chosen[key] = found[0]
            continue
        full = above + path
        target = full if op == "+" else resolve(world.place.scene, full)
        factor = next((each for each in world.factors if each.path == target), None)
        if factor is not None:
            if factor.name in chosen:
                raise Refused("named twice")
            chosen[factor.name] = levels.level(world.place, factor.op, target, value)
        elif isinstance(value, dict) and value and op in ("", "+") and len(target) == len(full):
            collect(world, value, target, chosen, more)
        else:
            name = op + levels.spell(full)
            if name in more:
                raise Refused("named twice")
            more[name] = value


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
        if any(overlap(target, each) for each in [*sets_later, *world.derived]):
            raise Refused("a condition that reads what is set after it")


def apply(world: World, config: dict[str, Any], said: list[Set]) -> None:
    for each in said:
        lists = isinstance(each.value, list) and takes_list(world.place, each.path)
        put(config, deepcopy(each), lists)


def filled(world: World, cell: Cell) -> tuple[dict[str, Any], Look]:
    """A cell's config after `derived`, and how to ask it for values."""
    config = deepcopy(world.constants)
    for _, level in cell.chosen:
        apply(world, config, level.says if level is not None else [])
    apply(world, config, cell.more)
    look = Look(world, cell, config, True)
    for each in world.derived:
        look.compute(each)
    return config, look


def kept(world: World, cell: Cell) -> bool:
    _, look = filled(world, cell)
    return True not in [condition(each, look.named) for each in world.exclude]


def finish(world: World, cell: Cell, number: int) -> Run:
    """The run of a cell: templates, directories of its own, references that hold."""
    config, look = filled(world, cell)
    own = {"experiment_name": world.name, "run_id": f"run_{number:03d}", "index": number}

    def insert(name: str) -> Any:
        if name in own:
            return own[name]
        found = look.named(path_of(name)[1])
        if found is ABSENT:
            raise Refused(f"{name} is not there")
        if isinstance(found, Written) and filling.named(found):
            raise Refused(f"{name} is a template itself")
        return found

    places = filling.directories(config)
    isolated = [each for each in places if world.isolate and apart_from(world, config, each)]
    filled_in = [
        (path, filling.fill(text, insert, path in places)) for path, text in filling.written(config)
    ]
    check_references(world, look)
    for path, text in filled_in:
        filling.place_of(config, path, text)
    for path in isolated:
        text = at(config, path).rstrip("/")
        filling.place_of(config, path, f"{text}/{world.name}/{own['run_id']}")
    labels = {one.label: level.value for one, level in cell.chosen if level is not None}
    labels |= {key: each.value for key, each in zip(cell.labels, cell.more, strict=True)}
    return Run(str(own["run_id"]), filling.bare(labels), filling.bare(config))


def apart_from(world: World, config: dict[str, Any], path: Path) -> bool:
    """Whether a directory gets the run's own part at its end."""
    text = at(config, path)
    if filling.follows(config, path):
        return False
    if not isinstance(text, Written):
        return True
    return not any(varies(world, name) for name in filling.named(text))


def varies(world: World, name: str) -> bool:
    if name in ("run_id", "index") or any(name == each.name for each in world.factors):
        return True
    if name == "experiment_name":
        return False
    target = called(world, path_of(name)[1])
    touched = [each for one in world.factors for each in levels.touched(one)]
    return any(overlap(target, each) for each in [*touched, *world.derived, *world.rows])


def check_references(world: World, look: Look) -> None:
    """Refuse a config in which a reference does not hold, or comes to a wrong type."""
    place = world.place
    for path, text in filling.texts(look.config):
        if "${" not in text:
            continue
        try:
            found = look.value(path)
        except Late:
            continue
        if isinstance(text, Written) and found is not None and not isinstance(found, dict):
            receive(found, type_of(place.scene, place.base, path))


def check_names(world: World, rows: list[Cell], said: list[Set]) -> None:
    """Refuse a template that names nothing, also where it is overridden."""
    every = [each.value for each in said]
    for one in world.factors:
        every += [each.value for level in one.levels for each in level.says]
    every += [each.value for one in rows for _, level in one.chosen if level for each in level.says]
    every += [each.value for one in rows for each in one.more]
    arms = {each.name for each in world.factors if not each.path}
    for value in every:
        for _, text in filling.written(value):
            for name in filling.named(text):
                if name not in ("experiment_name", "run_id", "index", *arms):
                    check_name(world, name)


def check_name(world: World, name: str) -> None:
    called(world, path_of(name)[1])


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


Interpret = Callable[[File], list[Run]]
__all__ = ["Late", "Refused", "Run", "interpret"]
