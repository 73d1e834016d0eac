"""Holds what the compiler makes of an experiment against what the second interpreter makes of it.

python -m tests.paper.compare SEED           the experiment, and where the two differ
python -m tests.paper.compare FIRST LAST     how many differ, and the first of each kind
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from ruamel.yaml import YAML

import tcwc
from tcwc.model.diagnostics import Severity
from tests.paper.interpret import Run, interpret
from tests.paper.random_experiments.generate import Experiment, generate
from tests.paper.reaching import lost
from tests.paper.refusal import Refused

SETTINGS = """\
# What torchtune would refuse at run time is not the language's: these are other rules' business.
ignore = ["TCW3", "TCW4", "TCW205", "TCW206", "TCW212", "TCW214", "TCW216", "TCW218", "TCW219",
          "TCW220", "TCW221", "TCW222", "TCW223"]
"""

_BEYOND = ("of `column_map`", "gives a string, whatever the variable holds")
"""What a refusal says of columns that a data set looks for, and of what the environment gives: the
paper says nothing of either."""
_AT_RUN_TIME = "gets what is left"
"""In what is said of an argument that the builder of the data refuses: so is this."""


class Outcome(NamedTuple):
    """What came of an experiment: `difference`, `readers` and `lost` are empty where all is well.

    `runs` were compared, of which `read` were given to the readers.
    """

    valid: bool
    refused: bool
    runs: int = 0
    read: int = 0
    difference: str = ""
    readers: str = ""
    lost: str = ""


def compare(experiment: Experiment) -> Outcome:
    """Compile and interpret an experiment, and say where they differ first."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for each, text in experiment.files.items():
            (folder / each).write_text(text, "utf-8")
        (folder / "tcwc.toml").write_text(SETTINGS, "utf-8")
        ours, why = interpreted(folder)
        try:
            theirs, said = compiled(folder)
        except Exception as error:  # no experiment may end in one
            return Outcome(False, False, difference=f"compiler: {type(error).__name__}: {error}")
        if ours is None or theirs is None:
            beyond = all(any(one in each for one in _BEYOND) for each in said.split("; "))
            agreed = theirs is None and (ours is None or _AT_RUN_TIME in said or beyond)
            difference = "" if agreed else f"only one refuses: interpreter {why}, compiler {said}"
            return Outcome(False, agreed, difference=difference)
        difference = next(differing(ours, theirs), "")
        read = [theirs[0], theirs[-1]][: len(theirs)]
        readers = next((found for run in read if (found := reading(run))), "")
        missing = lost(experiment.files, theirs)
        return Outcome(True, False, len(ours), len(read), difference, readers, missing)


def interpreted(folder: Path) -> tuple[list[Run] | None, str]:
    try:
        return interpret(folder), ""
    except Refused as refused:
        return None, str(refused)


def compiled(folder: Path) -> tuple[list[tcwc.Run] | None, str]:
    """The compiler's runs; None, and its errors, where it refuses."""
    compilation = tcwc.compile(folder / "experiment.yaml")
    if compilation.ok:
        return list(compilation.runs), ""
    errors = [each for each in compilation.diagnostics if each.severity is Severity.ERROR]
    said = [f"{each.code} {each.message}" for each in errors]
    return None, "; ".join(each for each in said if "TCW4" not in each)


def differing(ours: list[Run], theirs: list[tcwc.Run]) -> Iterator[str]:
    """Each difference between two lists of runs, in words."""
    if [each.id for each in ours] != [each.id for each in theirs]:
        yield f"{len(ours)} runs interpreted, {len(theirs)} compiled"
    for one, other in zip(ours, theirs, strict=False):
        for where in unlike(one.config, other.config):
            yield f"{one.id}: {where}"
        for where in unlike(one.parameters, dict(other.parameters)):
            yield f"{one.id}, parameters: {where}"


def unlike(one: Any, other: Any, at: str = "") -> Iterator[str]:
    """The places where two values differ; 1, 1.0 and true are three values."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in [*one, *(key for key in other if key not in one)]:
            if key not in one or key not in other:
                whose, there = ("interpreted", one) if key in one else ("compiled", other)
                yield f"{at}.{key} stands only in what was {whose}: {there!r}"
            else:
                yield from unlike(one[key], other[key], f"{at}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from unlike(left, right, f"{at}[{place}]")
    elif isinstance(one, str) and isinstance(other, str):
        if str(one) != str(other):
            yield f"{at}: interpreted {one!r}, compiled {other!r}"
    elif type(one) is not type(other) or repr(one) != repr(other):
        yield f"{at}: interpreted {one!r}, compiled {other!r}"


def reading(run: tcwc.Run) -> str:
    """Where a reader of YAML reads a run's text as other values than its config; else empty."""
    text = run.text
    read = OmegaConf.create(text)
    try:
        OmegaConf.to_container(read, resolve=True)
    except OmegaConfBaseException as error:
        return f"{run.id} is not resolved by OmegaConf: {error}"
    made = {
        "OmegaConf": OmegaConf.to_container(read, resolve=False),
        "PyYAML": yaml.safe_load(text),
        "ruamel": YAML(typ="safe", pure=True).load(StringIO(text)),
    }
    for name, values in made.items():
        for where in unlike(values, run.config):
            return f"{run.id} read by {name}: {where}"
    return ""


def show(seed: int) -> None:
    """Print a seed's experiment and the first difference."""
    experiment = generate(seed)
    for name, text in experiment.files.items():
        if name != "base.yaml":
            print(f"--- {name}\n{text}")
    outcome = compare(experiment)
    print(f"--- seed {seed}: {outcome.difference or outcome.readers or outcome.lost or outcome}")


def survey(first: int, last: int) -> None:
    """Print what came of many seeds."""
    counts: Counter[str] = Counter()
    features: Counter[str] = Counter()
    for seed in range(first, last):
        experiment = generate(seed)
        try:
            outcome = compare(experiment)
        except Exception as error:  # a mistake of one of the two, to be looked at
            outcome = Outcome(False, False, difference=f"{type(error).__name__}: {error}")
        counts["valid"] += outcome.valid
        counts["refused by both"] += outcome.refused
        counts["runs"] += outcome.runs
        for text in (outcome.difference, outcome.readers, outcome.lost):
            if text:
                counts["differences"] += 1
                mistakes = sorted(each for each in experiment.features if "broken" in each)
                print(f"seed {seed}: {text[:300]} {mistakes}")
        features.update(experiment.features if outcome.valid else ())
    print(dict(counts))
    print({key: f"{100 * n / max(1, counts['valid']):.0f} %" for key, n in features.most_common()})


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:]]
    show(*numbers) if len(numbers) == 1 else survey(*numbers)
