"""Random experiments, each made from a seed: `random.Random(seed)` and nothing else.

Most are valid; a tail (`broken.py`) has one mistake each. `features` names what was put in.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tests.paper.random_experiments import broken
from tests.paper.random_experiments.constants import constants
from tests.paper.random_experiments.designs import derived, excluded, included, sampled
from tests.paper.random_experiments.emitting import Raw, document
from tests.paper.random_experiments.making import PENDING, Maker
from tests.paper.random_experiments.varying import arms, variables, zipped


class Experiment(NamedTuple):
    """A random experiment: its files by name, and what was put into it."""

    seed: int
    files: dict[str, str]
    features: frozenset[str]


def generate(seed: int) -> Experiment:
    """The experiment of a seed."""
    make = Maker(seed)
    rng = make.rng
    source: dict[str, Any] = {}
    source["experiment_name"] = Raw(rng.choice(["study", "a.b-c", "T_1", "7"]))
    varied = {} if make.some(0.03, "no variables") else variables(make)
    sections: list[tuple[str, Any]] = [("variables", varied), ("arms", arms(make))]
    sections += [("zip", zipped(make)), ("derived", derived(make))]
    sections += [("exclude", excluded(make)), ("include", included(make))]
    sections += [("sample", sampled(make)), *constants(make)]
    if make.some(0.1, "isolate_outputs"):
        sections.append(("isolate_outputs", Raw("false")))
    if make.some(0.1, "meta"):
        sections.append(("meta", {"who": Raw("me"), "why": [Raw("1"), Raw("yes")]}))
    sections = [each for each in sections if each[1]]
    rng.shuffle(sections)
    source |= dict(sections)
    files = {"base.yaml": make.base.file} if make.base.own else {}
    if "engineering" in source and make.some(0.25, "engineering_file"):
        files["rack.yaml"] = document(rng, source.pop("engineering"))
        source["engineering_file"] = Raw("rack.yaml")
    if rng.random() < 0.17:
        kind = broken.spoil(rng, source, PENDING)
        make.features.add(f"broken: {kind}")
    files["experiment.yaml"] = make.base.head + document(rng, source)
    return Experiment(seed, files, frozenset(make.features))
