"""Lints and really trains mutants, and puts both answers side by side."""

from __future__ import annotations

import json
import os
import subprocess
from ast import literal_eval
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

import tcwc
from tcwc.config.merge import lookup
from tcwc.model.diagnostics import Severity
from tcwc.torchtune.keys import COMPONENT
from tests.experiments import CATALOGUE
from tests.study import inside
from tests.truth.explained import NO_CHANGE, UNKNOWABLE
from tests.truth.mutants import Config, Mutant, mutants
from tests.truth.setups import RECIPES, REWARD_MODEL, config_name, write_setups

PER_RECIPE = 64
WORKERS = 2
"""Trainings at a time, each on one thread."""

Codes = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Verdict:
    """What lint said of a mutant, and what became of it."""

    mutant: Mutant
    codes: tuple[str, ...]
    errors: tuple[str, ...]
    outcome: str
    """crash, nothing (no step, or no weights), same (the base's weights), or different."""
    error: str
    idle: bool
    """Whether the change is none: of how a run is executed, or to what holds without it."""

    @property
    def found(self) -> bool:
        return bool(self.codes)

    @property
    def cell(self) -> str:
        return f"{'lint finds' if self.found else 'lint is silent'} & {self.outcome}"

    @property
    def silent(self) -> bool:
        """Whether lint says nothing of a run that fails, or that trains what the base does."""
        return not self.found and self.outcome != "different"

    @property
    def kind(self) -> str:
        """Why lint is silent: "no change", "unknowable" or "missed"; "" where it need not be."""
        which = (self.mutant.key, self.mutant.text, self.outcome)
        if not self.silent:
            return ""
        if (self.outcome == "same" and self.idle) or which in NO_CHANGE:
            return "no change"
        return "unknowable" if which in UNKNOWABLE else "missed"


def verdicts(folder: Path, python: Path, labs: Path, which: slice = slice(None)) -> list[Verdict]:
    """Make the assets, and try all mutants, or those of a slice."""
    lab = labs / "train"
    assets, bases = prepared(folder, python, labs)
    configs = {r: yaml.safe_load(path.read_text(encoding="utf-8")) for r, path in bases.items()}
    tried = [
        mutant
        for recipe in RECIPES
        for mutant in mutants(
            recipe, configs[recipe], "lora_rank" in configs[recipe].get("model", {}), PER_RECIPE
        )
    ][which]
    linted = []
    jobs = [f"{recipe} {path}" for recipe, path in bases.items()]
    for number, mutant in enumerate(tried):
        path = folder / f"mutant_{number:04d}.yaml"
        codes, config = lint(mutant, assets)
        linted.append(codes)
        config = config or mutant.apply(configs[mutant.recipe])
        path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
        jobs.append(f"{mutant.recipe} {path}")
    results = trained(jobs, assets, python, lab)
    weights = {each["recipe"]: each["weights"] for each in results[: len(bases)]}
    assert all(each["status"] == "ok" for each in results[: len(bases)]), results[: len(bases)]
    return [
        _verdict(mutant, codes, result, weights[mutant.recipe], configs[mutant.recipe])
        for mutant, codes, result in zip(tried, linted, results[len(bases) :], strict=True)
    ]


def prepared(folder: Path, python: Path, labs: Path) -> tuple[Path, dict[str, Path]]:
    """The folder of the tiny assets, made there, and the base config of each recipe."""
    assets = folder / "assets"
    run([python, labs / "train" / "make_tiny_assets.py", assets])
    (assets / "reward").mkdir()
    models = [assets / each / "model.pt" for each in ("ckpt", "reward")]
    run([python, "-c", REWARD_MODEL, *models])
    return assets, write_setups(assets)


def compiled(text: str) -> tcwc.Compilation:
    """A source, compiled as a file of the current folder."""
    Path("experiment.yaml").write_text(text, encoding="utf-8")
    return tcwc.compile("experiment.yaml")


def weighty(compilation: tcwc.Compilation) -> list[tcwc.Diagnostic]:
    """The errors and warnings."""
    return [d for d in compilation.diagnostics if d.severity is not Severity.INFO]


def lint(mutant: Mutant, assets: Path) -> tuple[Codes, dict[str, Any] | None]:
    """The codes of errors and warnings about a mutant, those of errors, and the config of it;
    None where it makes none."""
    with inside(assets):
        compilation = compiled(mutant.experiment(config_name(mutant.recipe)))
        config = dict(compilation.runs[0].config) if compilation.ok else None
    found = weighty(compilation)
    errors = (d.code for d in found if d.severity is Severity.ERROR)
    return (tuple(d.code for d in found), tuple(errors)), config


def _verdict(
    mutant: Mutant, codes: Codes, result: dict[str, Any], base: str, config: Config
) -> Verdict:
    outcome = outcome_of(result, base)
    error = f"{result.get('error', '')} ({result.get('at', '')})" if outcome == "crash" else ""
    return Verdict(mutant, *codes, outcome, error, _idle(mutant, config))


def outcome_of(result: dict[str, Any], base: str) -> str:
    """What became of a training, beside that of the base config."""
    if result["status"] != "ok":
        return "crash"
    if not result.get("steps") or result["weights"] is None:
        return "nothing"
    return "same" if result["weights"] == base else "different"


def _idle(mutant: Mutant, config: Config) -> bool:
    """Whether a change is of a key of engineering, or says what holds without it."""
    if CATALOGUE.key_class(mutant.key) == "engineering":
        return True
    before, after = (_effective(mutant, each) for each in (config, mutant.apply(config)))
    return bool(before) and before == after


def _effective(mutant: Mutant, config: Config) -> str | None:
    """What holds for a key, as Python writes it: its value, or the default of what reads it."""
    *parents, last = mutant.key.split(".")
    there, value = lookup(config, (*parents, last))
    return repr(value) if there else _canonical(_default(mutant, (*parents, last), config))


def _default(mutant: Mutant, path: tuple[str, ...], config: Config) -> str | None:
    """The default of what reads a key, as it is written there."""
    *parents, last = path
    recipe = CATALOGUE.recipe(mutant.recipe)
    if recipe is not None and mutant.key in recipe.keys:
        return recipe.keys[mutant.key].default
    name = lookup(config, (*parents, COMPONENT))[1]
    component = CATALOGUE.component(name) if isinstance(name, str) else None
    parameter = component.parameters.get(last) if component else None
    return parameter.default if parameter and not parameter.required else None


def _canonical(text: str | None) -> str | None:
    """A literal as Python prints it: `1e-2` is `0.01`."""
    try:
        return repr(literal_eval(text)) if text else None
    except ValueError:
        return text


def table(found: Sequence[Verdict]) -> Iterator[str]:
    """The confusion table, a line each."""
    counts = Counter(each.cell for each in found)
    outcomes = ("different", "same", "nothing", "crash")
    yield f"{len(found)} mutants".ljust(18) + "".join(each.rjust(12) for each in outcomes)
    for who in ("lint is silent", "lint finds"):
        cells = (counts[f"{who} & {outcome}"] for outcome in outcomes)
        yield who.ljust(18) + "".join(str(each).rjust(12) for each in cells)
    kinds = Counter(each.kind for each in found if each.silent)
    named = ", ".join(f"{kinds[kind]} {kind}" for kind in ("no change", "unknowable", "missed"))
    yield f"silent about a run that crashes or trains the same: {named}"


def trained(
    jobs: list[str], assets: Path, python: Path, lab: Path, *options: str
) -> list[dict[str, Any]]:
    """What became of each job, started where the experiment is, as paths are meant."""

    def train(worker: int) -> list[dict[str, Any]]:
        work = assets / f"work{worker}"
        command = [python, lab / "run_many.py", work, "--timeout", "60", *options]
        out = run(command, "\n".join(jobs[worker::WORKERS]) + "\n", assets)
        return [json.loads(line) for line in out.splitlines() if line.startswith("{")]

    with ThreadPoolExecutor(WORKERS) as pool:
        parts = list(pool.map(train, range(WORKERS)))
    return [parts[number % WORKERS][number // WORKERS] for number in range(len(jobs))]


def run(command: list[Any], given: str = "", folder: Path | None = None) -> str:
    """What a command prints, on one thread and without the network; it has to end well."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        command, input=given, env=environment, cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
