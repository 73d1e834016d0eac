"""Reports of people, each really run: what lint says of a config, and what becomes of it.

Each file of `reports/` is a list of reports of one kind, on the tiny setups (setups.py):

    - report: what somebody wrote
      recipe: which setup
      controls: what changes in it, as it stands in an experiment (`=`, `~` and `+` too)
      variables: one of an experiment, if it is about levels: each is run
      files: {name: text}             # beside the base config, if any are needed
      outcome: crash, nothing (no step, or no weights), same (the base's weights, or all levels'
        weights alike), or different
      error: a piece of what a crash says
      lint: the codes of errors and warnings that are said of it; [] where nothing may be said

Beside the tiny weights lie `hf/`, `meta/` and `wide/` (setups.OTHER_WEIGHTS). A report that names
`${assets_dir}/first/RECIPE` resumes what an earlier run of that recipe left there. A recipe that
trains none crashes at the end of its set-up where all is well: it "has no attribute 'train'".
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tcwc.model.rules import BASE_OVERWRITTEN
from tests.study import inside
from tests.truth.harness import compiled, outcome_of, prepared, run, trained, weighty
from tests.truth.mutants import Config
from tests.truth.setups import OTHER_WEIGHTS, config_name, write_loading_setups

REPORTS = Path(__file__).parent / "reports"
_FIRST = re.compile(r"assets_dir}/first/(\w+)")
_STEP = re.compile(r"[^.\[\]]+")


@dataclass(frozen=True)
class Report:
    """What somebody wrote, as a change of a tiny setup."""

    kind: str
    report: str
    recipe: str
    controls: Config
    outcome: str
    lint: tuple[str, ...]
    error: str = ""
    files: Config | None = None
    variables: Config | None = None

    @property
    def name(self) -> str:
        return f"{self.kind} {self.report}"

    def experiment(self) -> str:
        """The change as an experiment over a base file."""
        varied = {"variables": self.variables} if self.variables else {}
        parts = {**varied, "controls": self.controls}
        base = config_name(self.recipe)
        head = f"experiment_name: t\nbase_config_file: {base}\nrecipe: {self.recipe}\n"
        return head + yaml.safe_dump(parts, sort_keys=False)

    def runs(self) -> list[Config]:
        """The controls of each of its runs."""
        [(key, levels)] = (self.variables or {"": [None]}).items()
        return [self.controls | ({key: level} if key else {}) for level in levels]


def reports() -> list[Report]:
    """All of them, by file and place."""
    return [
        Report(path.stem.split("-")[0], **each | {"lint": tuple(each["lint"])})
        for path in sorted(REPORTS.glob("*.yaml"))
        for each in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def changed(config: Config, controls: Config) -> Config:
    """A config with constants laid over it, in the plainest reading of the language."""
    config = copy.deepcopy(config)
    for key, value in controls.items():
        operator, name = (key[0], key[1:]) if key[0] in "=~+" else ("", key)
        *parents, last = (int(each) if each.isdigit() else each for each in _STEP.findall(name))
        here: Any = config
        for each in parents:
            here = here[each] if isinstance(here, list) else here.setdefault(each, {})
        if operator == "~":
            here.pop(last, None)
        elif operator != "=" and isinstance(value, dict):
            old = here.get(last)
            here[last] = changed(old if isinstance(old, dict) else {}, value)
        else:
            here[last] = value
    return config


def lint(report: Report, assets: Path) -> tuple[str, ...]:
    """The codes of errors and warnings that tcwc finds in a report's experiment, but for what is
    true of all adapters that are trained here, on a CPU, for several epochs."""
    with inside(assets):
        found = {d.code for d in weighty(compiled(report.experiment()))}
    return tuple(sorted(found - {BASE_OVERWRITTEN.code}))


def tried(tests: Sequence[Report], folder: Path, python: Path, labs: Path) -> Iterator[str]:
    """What differs from what the reports say: a line each."""
    assets, bases = prepared(folder, python, labs)
    run([python, "-c", OTHER_WEIGHTS, assets / "ckpt" / "model.pt", assets])
    bases |= write_loading_setups(assets)
    configs = {r: yaml.safe_load(path.read_text(encoding="utf-8")) for r, path in bases.items()}
    for each in tests:
        for name, text in (each.files or {}).items():
            (assets / name).parent.mkdir(parents=True, exist_ok=True)
            (assets / name).write_text(text, encoding="utf-8")
    _train_first(tests, configs, assets, python, labs)
    jobs = [f"{recipe} {path}" for recipe, path in bases.items()]
    for number, each in enumerate(tests):
        for place, controls in enumerate(each.runs()):
            path = assets / f"report_{number:03d}_{place}.yaml"
            config = changed(configs[each.recipe], controls)
            path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
            jobs.append(f"{each.recipe} {path}")
    results = iter(trained(jobs, assets, python, labs / "train"))
    weights = {recipe: next(results)["weights"] for recipe in bases}
    for each in tests:
        first, *others = (next(results) for _ in each.runs())
        alike = [outcome_of(other, first["weights"]) == "same" for other in others]
        base = first["weights"] if alike and all(alike) else weights[each.recipe]
        became = outcome_of(first, base)
        if became != each.outcome or not re.search(each.error, first.get("error", "")):
            yield f"{each.name}: {became} {first.get('error', '')} ({first.get('at', '')})"
        if (codes := lint(each, assets)) != tuple(sorted(each.lint)):
            yield f"{each.name}: lint says {', '.join(codes) or 'nothing'}"


def _train_first(
    tests: Sequence[Report], configs: dict[str, Config], assets: Path, python: Path, labs: Path
) -> None:
    """Make the runs that others go on from: two epochs of each recipe that a report names so."""
    jobs = []
    for recipe in {found for each in tests for found in _FIRST.findall(str(each.controls))}:
        changes = {
            "epochs": 2,
            "max_steps_per_epoch": 4,
            "output_dir": str(assets / "first" / recipe),
        }
        path = assets / f"first_{config_name(recipe)}"
        config = changed(configs[recipe], changes)
        path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
        jobs.append(f"{recipe} {path}")
    left = trained(jobs, assets, python, labs / "train", "--keep-output-dir") if jobs else []
    for each in left:
        assert each["status"] == "ok", each
