"""The runs of an experiment, by its description alone."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path as File
from typing import Any, NamedTuple

from tests.paper import filling, levels
from tests.paper.cells import Cell, Look, World, called, filled, receive, takes_list
from tests.paper.designing import designed, grouped
from tests.paper.formulas import Formula, parse
from tests.paper.levels import Level, Place
from tests.paper.merging import apart, overlap, put
from tests.paper.naming import ABSENT, at, known, resolve
from tests.paper.reading import Path, Set, Word, path_of, read
from tests.paper.receiving import Written, type_of
from tests.paper.refusal import Late, Refused
from tests.paper.scene import base_of, engineering, scene_of

SECTIONS = {"experiment_name", "base_config", "base_config_file", "recipe", "torchtune"}
SECTIONS |= {"variables", "arms", "zip", "derived", "exclude", "include", "sample", "controls"}
SECTIONS |= {"engineering", "engineering_file", "isolate_outputs", "output", "limit", "meta"}
SECTIONS |= {"resources", "samples", "run_name", "evaluate"}  # of which nothing is in a config


class Run(NamedTuple):
    """A run: its number in the design, its coordinates under the author's names, its config."""

    id: str
    parameters: dict[str, Any]
    config: dict[str, Any]


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


def uncounted(some: list[Set], engineering: list[Set]) -> None:
    """What is set for some runs would count in no hash where it stands under engineering, too."""
    for one in some:
        if any(one.path[: len(each.path)] == each.path for each in engineering):
            raise Refused(f"{one.path}: set for some runs, and under engineering")


def prepare(source: dict[str, Any], folder: File) -> tuple[World, list[Cell], list[list[int]]]:
    """All that cells share, the rows of `include`, and the groups of factors that go together."""
    base, recipe = base_of(source, folder)
    controls = dict(source.get("controls", {}))
    whens = controls.pop("when", {})
    written = {"controls": controls, "engineering": engineering(source, folder)}
    scene = scene_of(source, base, recipe, [*written.values()])
    place = Place(scene, base)
    by_section = {name: levels.says_of(place, section) for name, section in written.items()}
    said = [each for section in by_section.values() for each in section]
    apart(said)
    constants = deepcopy(base)
    for each in said:
        put(constants, each, takes_list(place, each.path))
    factors = levels.variables(place, source.get("variables", {}))
    factors += levels.arms(place, source.get("arms", {}))
    derived = formulas(place, source.get("derived", {}))
    levels.disjoint([*map(levels.touched, factors), *([each] for each in derived)])
    some = [(parse(key), levels.says_of(place, section)) for key, section in whens.items()]
    uncounted([each for _, section in some for each in section], by_section["engineering"])
    exclude = [parse(each.text) for each in source.get("exclude", [])]
    isolate = source.get("isolate_outputs", Word("true", False)).text == "true"
    name = source["experiment_name"].text
    world = World(name, place, constants, factors, derived, exclude, isolate, [], some)
    check_conditions(world)
    rows = same_labels([row(world, each) for each in source.get("include", [])])
    check_names(world, rows, said)
    world.rows.extend(each.path for one in rows for each in one.more)
    return world, rows, grouped(world, source.get("zip", []))


def check_conditions(world: World) -> None:
    """Refuse a condition of constants that reads what such conditions set, or what is derived."""
    arms = {each.name for each in world.factors if not each.path}
    late = [*world.set_in_some(), *world.derived]
    for formula, _ in world.some:
        for path in formula.paths.values():
            if path[0] in arms and len(path) == 1:
                continue
            if any(overlap(called(world, path), each) for each in late):
                raise Refused("a condition of constants that reads what is set after it")


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
    touched += world.set_in_some()
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
    every += [each.value for _, some in world.some for each in some]
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
