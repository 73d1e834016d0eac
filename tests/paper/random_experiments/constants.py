"""The sections `controls` and `engineering` of a random experiment."""

from __future__ import annotations

from typing import Any

from tests.paper.random_experiments.conditions import make_condition, one_level
from tests.paper.random_experiments.emitting import Raw
from tests.paper.random_experiments.making import Maker, Said, below, nested
from tests.paper.random_experiments.values import anything, value
from tests.paper.random_experiments.varying import data, whole_level

LONGEST = 150
"""Characters of a condition: a key may have 160."""


def constants(make: Maker) -> list[tuple[str, Any]]:
    """The sections `controls` and `engineering`."""
    controls: list[Said] = []
    for _ in range(make.rng.choice([0, 1, 2, 3, 4, 6])):
        controls += constant(make, "controls")
    engineering: list[Said] = []
    if make.some(0.35, "engineering"):
        for _ in range(make.rng.choice([1, 2, 3])):
            engineering += constant(make, "engineering")
    made = nested(make, controls)
    if make.some(0.25, "constants of some runs"):
        made |= {"when": conditional(make)}
    return [("controls", made), ("engineering", nested(make, engineering))]


def conditional(make: Maker) -> dict[str, Any]:
    """Conditions over the factors, each with constants of the runs in which it holds."""
    labels, make.labels = make.labels, [e for e in make.labels if e[0] not in make.computed]
    found: dict[str, Any] = {}
    taken: list[str] = []
    for _ in range(make.rng.choice([1, 1, 2, 3])):
        said: list[Said] = []
        condition = one_level(make) if make.rng.random() < 0.7 else make_condition(make)
        for _ in range(make.rng.choice([1, 1, 2, 3])):
            avoid = [] if make.some(0.08, "constants of some runs under factors") else make.varied
            both = make.some(0.1, "two conditions of one key")
            knob = make.pick(avoid, make.read, [] if both else taken)
            if knob is not None and make.free(knob.path, [each[1] for each in said]):
                taken.append(knob.path)
                said.append(("", knob.path, value(make, knob.kind)))
        quoted = condition.replace("'", "''")
        if said and len(quoted) < LONGEST:
            found[f"'{quoted}'"] = nested(make, said)
    make.labels = labels
    return found


def constant(make: Maker, section: str) -> list[Said]:
    """One or a few constants, of one of the kinds that there are."""
    rng = make.rng
    kind = rng.random()
    if kind < 0.12:
        return added(make, section)
    if kind < 0.22:
        return deleted(make)
    if kind < 0.32:
        return replaced(make)
    avoid = [] if make.some(0.1, "controls under factors") else make.varied
    knob = make.pick(make.fixed, avoid)
    if knob is None:
        return []
    make.fixed.append(knob.path)
    op = "=" if make.some(0.06, "= on values") else ""
    return [(op, make.spelled(knob), value(make, knob.kind))]


def added(make: Maker, section: str) -> list[Said]:
    path = make.rng.choice(
        ["note", "extra.deep", "optimizer.more", "more_of_it", "dataset.foo.bar"]
    )
    path = f"{path}_{section}" if "." not in path else path
    if not make.free(path, [*make.fixed, *make.varied]):
        return []
    if path.split(".")[0] not in (*make.base.values, "extra", f"note_{section}", path):
        return []
    make.fixed.append(path)
    make.features.add("+")
    made = anything(make, 0)
    if path.startswith("dataset.") and "dataset" not in make.base.values:
        return []
    return [("+", path, made)]


def deleted(make: Maker) -> list[Said]:
    paths = [
        "clip_grad_norm",
        "profiler",
        "dataset.packed",
        "optimizer.fused",
        "seed",
        "lr_scheduler",
    ]
    paths += ["tokenizer.max_seq_len", "optimizer.weight_decay", "compile", "profiler.cpu"]
    here = [each for each in paths if stands(make.base.values, each)]
    here = [each for each in here if make.free(each, [*make.fixed, *make.varied])]
    if not here:
        return []
    path = make.rng.choice(here)
    make.fixed.append(path)
    make.features.add("~")
    make.labels = [each for each in make.labels if not below(each[0], path)]
    return [("~", path, Raw(""))]


def stands(values: dict[str, Any], path: str) -> bool:
    here: Any = values
    for each in path.split("."):
        if not isinstance(here, dict) or each not in here:
            return False
        here = here[each]
    return True


def replaced(make: Maker) -> list[Said]:
    """A section replaced as a whole, a list of sections, or a section to null."""
    rng = make.rng
    path = rng.choice(["dataset", "optimizer", "profiler", "lr_scheduler"])
    if not make.free(path, [*make.fixed, *make.varied]) or path not in make.base.values:
        return []
    make.fixed.append(path)
    if path in ("profiler", "lr_scheduler"):
        make.features.add("null over a section")
        return [(rng.choice(["", "="]), path, Raw("null"))]
    make.features.add("= in constants")
    if path == "optimizer":
        return [("=", path, whole_level(make, "=optimizer"))]
    if make.some(0.3, "lists of mappings"):
        return [(rng.choice(["", "="]), path, [data(make, True) for _ in range(rng.randint(1, 2))])]
    return [("=", path, data(make, True))]
