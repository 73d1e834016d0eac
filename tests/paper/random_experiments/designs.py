"""The sections `derived`, `exclude`, `include` and `sample` of a random experiment."""

from __future__ import annotations

from typing import Any

from tests.paper.random_experiments.conditions import make_condition, numbers, one_level
from tests.paper.random_experiments.emitting import Raw, text_of
from tests.paper.random_experiments.making import PENDING, Maker, Said, nested
from tests.paper.random_experiments.values import value
from tests.paper.random_experiments.varying import whole_level


def derived(make: Maker) -> dict[str, Any]:
    """The section `derived`."""
    said: list[Said] = []
    if not make.some(0.4, "derived"):
        return {}
    for _ in range(make.rng.choice([1, 1, 2, 3])):
        avoid = [] if make.rng.random() < 0.1 else make.read
        if "derived behind references" in PENDING:
            avoid = [*avoid, "num", "chained"]
        knob = make.pick(make.varied, avoid, kinds=("int", "float", "share", "rate", "bool"))
        if knob is None:
            continue
        make.varied.append(knob.path)
        names = [each for each in numbers(make) if each not in (knob.path, *knob.names)]
        said.append(("", make.spelled(knob), text_of(make.rng, formula(make, knob.kind, names))))
        make.features.add("chained derived" if len(said) > 1 else "derived")
        make.labels.append((knob.path, knob.kind))
        make.computed.append(knob.path)
    if make.some(0.2, "+ in derived"):
        said.append(("+", "computed", text_of(make.rng, formula(make, "float", numbers(make)))))
    return nested(make, make.rng.sample(said, len(said)))


def formula(make: Maker, kind: str, names: list[str]) -> str:
    rng = make.rng
    names = names or ["2"]
    name, other = rng.choice(names), rng.choice(names)
    if kind == "bool":
        return f"{name} > {other}"
    if kind == "int":
        return rng.choice(WHOLE) % ((name,) if rng.random() < 2 else ())
    return (rng.choice(REAL)).replace("A", name).replace("B", other)


WHOLE = ["max(1, round(%s))", "int(%s) + 1", "1 + round(%s * 3) %% 4", "round(log2(%s + 1)) + 1"]


REAL = ["2 * A", "A / 10", "0.1 * 3 + A", "A * B", "A / (B + 1)", "sqrt(A)", "A ** 2", "-A + 0.3"]


REAL += ["abs(A - B) * 0.1", "min(A, B, 0.5)", "A // 3 + 0.5", "A % 0.7", "log10(A + 1)", "2 ** -A"]


REAL += ["float(A)", "round(A * 7) / 4", "(A + B) / 2"]


def excluded(make: Maker) -> list[Any]:
    """The section `exclude`."""
    if not make.some(0.3, "exclude"):
        return []
    found = []
    for _ in range(make.rng.choice([1, 1, 2])):
        said = make_condition(make) if make.rng.random() < 0.3 else one_level(make)
        found.append(text_of(make.rng, said))
    return found


def included(make: Maker) -> list[Any]:
    """The section `include`: rows that name every factor by the path or another name."""
    if not make.some(0.3, "include"):
        return []
    rows: list[Any] = []
    for _ in range(make.rng.choice([1, 1, 2])):
        said: list[Said] = []
        taken: list[str] = list(make.varied)
        for name, kind in make.labels:
            if name in make.computed:
                continue
            if (
                any(name == each for each in (*make.conditional, *make.arms))
                and make.rng.random() < 0.5
            ):
                continue
            said.append(("", name, value(make, kind)))
        for name, (label, _) in make.listed.items():
            if name in make.arms:
                said.append(("", name, Raw(make.rng.choice(make.arms[name]))))
            elif label.startswith(("=", "+")) or name in (
                "dataset",
                "optimizer",
                "optimizer._component_",
            ):
                kind = "component" if name.endswith("_") else label
                said.append(
                    (
                        "=" if label.startswith("=") else label[:1] if label[:1] == "+" else "",
                        name,
                        whole_level(make, kind),
                    )
                )
        knob = make.pick(taken)
        if knob is not None and make.some(0.4, "more in include"):
            said.append(("", make.spelled(knob), value(make, knob.kind)))
        row: dict[str, Any] = {}
        for op, name, each in make.rng.sample(said, len(said)):
            row[op + name] = each
        rows.append(row)
    return rows


def sampled(make: Maker) -> dict[str, Any]:
    """The section `sample`."""
    if not make.drawn and not make.some(0.2, "sample of a grid"):
        return {}
    made: dict[str, Any] = {"size": Raw(str(make.rng.randint(1, 6)))}
    if make.rng.random() < 0.6:
        made["seed"] = Raw(str(make.rng.randint(0, 99)))
    return made
