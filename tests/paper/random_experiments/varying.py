"""The sections `variables`, `arms` and `zip` of a random experiment."""

from __future__ import annotations

from typing import Any

from tests.paper.random_experiments import pools
from tests.paper.random_experiments.conditions import make_condition, numbers
from tests.paper.random_experiments.emitting import Raw, text_of
from tests.paper.random_experiments.making import Maker, Said, nested
from tests.paper.random_experiments.pools import Knob
from tests.paper.random_experiments.values import anything, string, value


def levels(make: Maker, knob: Knob, count: int) -> list[Any]:
    """Levels of a key: different texts, of which two may be one value."""
    found: list[Any] = []
    for _ in range(count * 3):
        each = value(make, knob.kind)
        if each not in found and len(found) < count:
            found.append(each)
    if knob.kind in ("pair", "modules", "texts", "ints"):
        make.features.add("lists as levels")
    return found


def count(make: Maker) -> int:
    wanted = make.rng.choice([1, 2, 2, 2, 3, 3, 4])
    while make.size * wanted > 24:
        wanted -= 1
    return max(1, wanted)


def variables(make: Maker) -> dict[str, Any]:
    """The section `variables`."""
    said: list[Said] = []
    make.drawn = make.some(0.3, "distributions")
    for _ in range(make.rng.choice([1, 1, 2, 2, 3, 4])):
        if make.rng.random() < 0.22:
            said += section_factor(make)
            continue
        knob = make.pick(make.varied, make.read)
        if knob is None:
            continue
        said.append(factor(make, knob, count(make)))
    if make.rng.random() < 0.25:
        said += zip_pair(make)
    return nested(make, said)


def factor(make: Maker, knob: Knob, wanted: int) -> Said:
    """A key and its levels, in one of the ways to write them."""
    make.varied.append(knob.path)
    name = make.spelled(knob)
    special = make.rng.random() < (0.8 if make.drawn else 0.5)
    made = specification(make, knob) if special else levels(make, knob, wanted)
    size = (
        len(made) if isinstance(made, list) else 5 if "values" not in made else len(made["values"])
    )
    if isinstance(made, list) and numbers(make) and make.some(0.2, "when"):
        made = {"values": made, "when": text_of(make.rng, make_condition(make))}
        make.conditional.add(name)
    make.size *= size
    make.labels.append((name, knob.kind))
    if isinstance(made, list):
        make.listed[knob.path] = (name, size)
        if knob.kind in ("int", "rate", "share"):
            make.texts[name] = sorted({each.text for each in made})
    return ("", name, made)


def specification(make: Maker, knob: Knob) -> Any:
    """Levels by a generator or a distribution."""
    rng = make.rng
    pool = GENERATORS.get(knob.kind, [])
    if make.drawn and rng.random() < 0.8:
        pool = DISTRIBUTIONS.get(knob.kind, [])
    if not pool:
        return {"values": levels(make, knob, count(make))}
    kind, texts = rng.choice(pool)
    make.features.add(kind)
    return {kind: [Raw(each) for each in texts]}


GENERATORS = {
    "rate": [("logspace", ("1e-5", "1e-3", "3")), ("logspace", ("1e-4", "5e-4", "4"))],
    "share": [("linspace", ("0.0", "0.3", "4")), ("range", ("0", "0.4", "0.1"))],
    "float": [("linspace", ("1", "8", "3")), ("range", ("8", "16", "4"))],
    "int": [
        ("range", ("1", "7", "2")),
        ("linspace", ("2", "8", "3")),
        ("logspace", ("1", "64", "3")),
    ],
}


GENERATORS["float?"] = GENERATORS["float"]


GENERATORS["int?"] = GENERATORS["int"]


DISTRIBUTIONS = {
    "rate": [("loguniform", ("1e-5", "1e-3"))],
    "share": [("loguniform", ("0.01", "1")), ("uniform", ("0", "0.2")), ("choice", ("0.1", "0.2"))],
    "float": [("uniform", ("1", "2.5")), ("loguniform", ("1", "9.5"))],
    "bool": [("choice", ("true", "false"))],
    "dtype": [("choice", ("bf16", "fp32"))],
    "int": [("uniform", ("1", "64")), ("loguniform", ("1", "64")), ("choice", ("1", "2", "4"))],
}


def section_factor(make: Maker) -> list[Said]:
    """A factor whose levels are whole sections, or components."""
    rng = make.rng
    kind = rng.choice(
        ["dataset", "=dataset", "optimizer", "optimizer", "=optimizer", "component", "+"]
    )
    path = {"component": "optimizer._component_", "+": "extra"}.get(kind, kind.lstrip("="))
    if not make.free(path, make.varied) or (
        path.split(".")[0] not in make.base.values and kind != "+"
    ):
        return []
    make.varied.append(path)
    wanted = rng.randint(1, 3)
    make.features.add("sections as levels")
    op = "=" if kind.startswith("=") else "+" if kind == "+" else ""
    made: list[Any] = []
    for _ in range(wanted):
        each = whole_level(make, kind)
        if each not in made:
            made.append(each)
    make.size *= len(made)
    if op == "=":
        make.features.add("= in variables")
    if op == "=" and make.some(0.9, "replaced when"):
        when = text_of(rng, make_condition(make))
        return [(op, path, {"values": made, "when": when})]
    make.listed[path] = (op + path, len(made))
    return [(op, path, made)]


def whole_level(make: Maker, kind: str) -> Any:
    rng = make.rng
    if kind == "component":
        make.features.add("_component_ as level")
        return Raw(rng.choice(pools.OPTIMIZERS))
    if kind == "+":
        return anything(make, 1)
    if kind == "=dataset":
        if make.some(0.4, "lists of mappings"):
            return [data(make, True) for _ in range(rng.randint(1, 2))]
        return data(make, True)
    if kind == "=optimizer":
        return {"_component_": Raw(rng.choice(pools.OPTIMIZERS)), "lr": value(make, "rate")}
    made: dict[str, Any] = {}
    if kind == "dataset":
        return {"packed": value(make, "bool")} if rng.random() < 0.5 else data(make, False)
    if rng.random() < 0.4:
        made["_component_"] = Raw(rng.choice(pools.OPTIMIZERS[:2]))
    made["lr"] = value(make, "rate")
    if "fused" in make.base.values["optimizer"] and make.some(0.6, "~ in levels"):
        made["~fused"] = Raw("")
    if make.some(0.2, "+ in levels"):
        made["+more"] = anything(make, 1)
    if make.some(0.5, "= in levels"):
        made["=betas"] = value(make, "pair")
    return made


def data(make: Maker, whole: bool) -> dict[str, Any]:
    """A data set's section."""
    rng = make.rng
    chosen = rng.choice(pools.DATASETS)
    made: dict[str, Any] = {key: Raw(each) for key, each in chosen.items()}
    if rng.random() < 0.4:
        made["split"] = string(make)
    if rng.random() < 0.4:
        made["packed"] = value(make, "bool")
    if rng.random() < 0.3 and "instruct" in chosen["_component_"]:
        if whole and make.some(0.4, "empty mappings"):
            made["column_map"] = {}
        elif rng.random() < 0.5:
            made["column_map"] = value(make, "map")
        else:
            made["column_map.input"] = string(make)
    return made


def zip_pair(make: Maker) -> list[Said]:
    """Two factors with as many levels."""
    knobs = [make.pick(make.varied, kinds=("int", "bool", "share", "rate"))]
    if knobs[0] is not None:
        knobs.append(
            make.pick([*make.varied, knobs[0].path], kinds=("int", "share", "rate", "float"))
        )
    if None in knobs:
        return []
    said = []
    for each in knobs:
        assert each is not None
        make.varied.append(each.path)
        name = make.spelled(each)
        made = levels(make, each, 2)
        make.listed[each.path] = (name, len(made))
        make.labels.append((name, each.kind))
        said.append(("", name, made))
    make.size *= 2
    return said


def arms(make: Maker) -> dict[str, Any]:
    """The section `arms`."""
    made: dict[str, Any] = {}
    if not make.some(0.4, "arms"):
        return made
    for name in make.rng.sample(["adapter", "size", "how"], make.rng.choice([1, 1, 2])):
        keys = [make.pick(make.varied) for _ in range(make.rng.randint(1, 3))]
        chosen: list[Knob] = []
        for each in keys:
            if each is not None and make.free(each.path, [one.path for one in chosen]):
                chosen.append(each)
        made[name] = {}
        for label in make.rng.sample(
            ["small", "large", "none", "v1.0", "8"], make.rng.choice([2, 2, 3])
        ):
            made[name][label] = arm_level(make, chosen)
        make.varied += [each.path for each in chosen]
        make.arms[name] = list(made[name])
        make.listed[name] = (name, len(made[name]))
        make.size *= len(made[name])
    return made


def arm_level(make: Maker, chosen: list[Knob]) -> dict[str, Any]:
    if make.some(0.2, "empty arm levels"):
        return {}
    said = [("", make.spelled(each), value(make, each.kind)) for each in chosen]
    return nested(make, [each for each in said if make.rng.random() < 0.9])


def zipped(make: Maker) -> list[Any]:
    """The section `zip`."""
    by_size: dict[int, list[str]] = {}
    for name, size in make.listed.values():
        if name not in make.conditional and not make.drawn:
            by_size.setdefault(size, []).append(name.lstrip("=+"))
    pairs = [names for names in by_size.values() if len(names) > 1]
    if not pairs or not make.some(0.6, "zip"):
        return []
    group = make.rng.sample(make.rng.choice(pairs), 2)
    return [[Raw(each) for each in group]]
