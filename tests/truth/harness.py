"""Lints and really trains mutants, and puts both answers side by side."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

import tcwc
from tcwc.diagnostics import Severity
from tests.real.support import CATALOGUE
from tests.truth.mutants import Mutant, mutants
from tests.truth.setups import RECIPES, write_setups

PER_RECIPE = 64

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

    @property
    def found(self) -> bool:
        return bool(self.codes)

    @property
    def cell(self) -> str:
        return f"{'lint finds' if self.found else 'lint is silent'} & {self.outcome}"

    @property
    def science(self) -> bool:
        return CATALOGUE.key_class(self.mutant.key) == "science"

    @property
    def missed(self) -> bool:
        """Whether lint is silent about a run that fails, or that is not what it says."""
        silent = not self.found
        return silent and (
            self.outcome in ("crash", "nothing") or (self.outcome == "same" and self.science)
        )


def verdicts(folder: Path, python: Path, labs: Path) -> list[Verdict]:
    """Make the assets, and try all mutants."""
    lab = labs / "train"
    assets = folder / "assets"
    _run([python, lab / "make_tiny_assets.py", assets])
    bases = write_setups(assets)
    configs = {r: yaml.safe_load(path.read_text(encoding="utf-8")) for r, path in bases.items()}
    tried = [
        mutant
        for recipe in RECIPES
        for mutant in mutants(
            recipe, configs[recipe], "lora_rank" in configs[recipe]["model"], PER_RECIPE
        )
    ]
    linted = []
    jobs = [f"{recipe} {path}" for recipe, path in bases.items()]
    for number, mutant in enumerate(tried):
        path = folder / f"mutant_{number:04d}.yaml"
        codes, config = lint(mutant, assets)
        linted.append(codes)
        config = config or mutant.apply(configs[mutant.recipe])
        path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
        jobs.append(f"{mutant.recipe} {path}")
    results = _trained(jobs, folder / "work", python, lab)
    weights = {each["recipe"]: each["weights"] for each in results[: len(bases)]}
    assert all(each["status"] == "ok" for each in results[: len(bases)]), results[: len(bases)]
    return [
        _verdict(mutant, codes, result, weights[mutant.recipe])
        for mutant, codes, result in zip(tried, linted, results[len(bases) :], strict=True)
    ]


def lint(mutant: Mutant, assets: Path) -> tuple[Codes, dict[str, Any] | None]:
    """The codes of errors and warnings about a mutant, those of errors, and the config of it;
    None where it makes none."""
    path = assets / "experiment.yaml"
    path.write_text(mutant.experiment(f"{mutant.recipe}.yaml"), encoding="utf-8")
    before = Path.cwd()
    os.chdir(assets)
    try:
        compilation = tcwc.compile("experiment.yaml")
        config = dict(compilation.runs[0].config) if compilation.ok else None
    finally:
        os.chdir(before)
    found = [d for d in compilation.diagnostics if d.severity is not Severity.INFO]
    errors = (d.code for d in found if d.severity is Severity.ERROR)
    return (tuple(d.code for d in found), tuple(errors)), config


def _verdict(mutant: Mutant, codes: Codes, result: dict[str, Any], base: str) -> Verdict:
    if result["status"] != "ok":
        outcome = "crash"
    elif not result.get("steps") or result["weights"] is None:
        outcome = "nothing"
    else:
        outcome = "same" if result["weights"] == base else "different"
    error = f"{result.get('error', '')} ({result.get('at', '')})" if outcome == "crash" else ""
    return Verdict(mutant, *codes, outcome, error)


def table(found: Sequence[Verdict]) -> Iterator[str]:
    """The confusion table, a line each."""
    counts = Counter(each.cell for each in found)
    outcomes = ("different", "same", "nothing", "crash")
    yield f"{len(found)} mutants".ljust(18) + "".join(each.rjust(12) for each in outcomes)
    for who in ("lint is silent", "lint finds"):
        cells = (counts[f"{who} & {outcome}"] for outcome in outcomes)
        yield who.ljust(18) + "".join(str(each).rjust(12) for each in cells)
    science = sum(each.outcome == "same" and each.science and not each.found for each in found)
    yield f"of the silent that train the same, {science} change a key of science"


def _trained(jobs: list[str], work: Path, python: Path, lab: Path) -> list[dict[str, Any]]:
    out = _run([python, lab / "run_many.py", work, "--timeout", "60"], "\n".join(jobs) + "\n")
    return [json.loads(line) for line in out.splitlines() if line.startswith("{")]


def _run(command: list[Any], given: str = "") -> str:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, input=given, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
