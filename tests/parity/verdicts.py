"""What both tools say of mutants."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import tcwc
from tcwc.model.diagnostics import Severity
from tcwc.model.rules import UNCHECKED_COMPONENT
from tests.experiments import lacks_only_a_package, render, tune_validate
from tests.parity.mutants import Mutant

_AS_FILE = """\
experiment_name: parity
base_config_file: base.yaml
recipe: {recipe}
{version}variables:
  seed: [1, 2]
"""
_AS_OVERRIDES = """\
experiment_name: parity
base_config: {base}
recipe: {recipe}
{version}variables:
  seed: [1, 2]
"""


_NO_MODULE = re.compile(
    r"(?:Error loading|Could not import module) '([^.']+)[^']*': "
    r"(?:ModuleNotFoundError\(.)?No module named '(.+?)'"
)


@dataclass(frozen=True)
class Verdict:
    """`refused` is why `tune validate` refuses the config, "" where it does not; `errors` are
    lint's, as `CODE message`. `way` is "file" or "overrides". `unchecked` is whether lint says
    that it does not know a component."""

    mutant: Mutant
    way: str
    refused: str
    errors: tuple[str, ...]
    unchecked: bool = False

    @property
    def unjudged(self) -> bool:
        """Whether validation ended at a package that is not installed.

        Of one that is not torchtune's, lint only says that it cannot know its components.
        """
        foreign = _NO_MODULE.search(self.refused)
        unknown = foreign is not None and foreign[1] == foreign[2] and self.unchecked
        return lacks_only_a_package(self.refused) or unknown

    @property
    def cell(self) -> str:
        if self.unjudged:
            return "package missing"
        names = {(1, 1): "both", (1, 0): "validate only", (0, 1): "lint only", (0, 0): "neither"}
        return names[bool(self.refused), bool(self.errors)]

    def __str__(self) -> str:
        said = self.errors[0] if self.errors else "-"
        m = self.mutant
        return (
            f"{m.number} {m.kind} {self.way} {m.base} ({m.recipe}): {m.what}\n"
            f"    validate: {self.refused[:160] or '-'}\n    lint: {said[:160]}"
        )


def lint(folder: Path, experiment: str, base: str | None = None) -> tuple[tuple[str, ...], bool]:
    """The errors that lint finds in an experiment, and whether it left a component unchecked."""
    folder.mkdir(parents=True, exist_ok=True)
    if base is not None:
        (folder / "base.yaml").write_text(base, encoding="utf-8")
    path = folder / "experiment.yaml"
    path.write_text(experiment, encoding="utf-8")
    found = tcwc.compile(path).diagnostics
    errors = tuple(f"{d.code} {d.message}" for d in found if d.severity is Severity.ERROR)
    return errors, any(d.code == UNCHECKED_COMPONENT.code for d in found)


def judge(
    mutants: Iterable[Mutant],
    folder: Path,
    python: Path | None,
    version: str = "",
    path: str = "",
) -> list[Verdict]:
    """The verdicts of both; without an interpreter that has torchtune, of lint alone.

    Of the default version, or of one that is named, which lies on a `path` of modules.
    """
    line = f'torchtune: "{version}"\n' if version else ""
    all_mutants = list(mutants)
    linted = []
    for mutant in all_mutants:
        text = _AS_FILE.format(recipe=mutant.recipe, version=line)
        found = lint(folder / f"f{mutant.number}", text, render(mutant.config))
        linted.append((mutant, "file", found))
        if mutant.controls is not None:
            lines = "".join(f"  {line}\n" for line in mutant.controls)
            text = _AS_OVERRIDES.format(base=mutant.base, recipe=mutant.recipe, version=line)
            found = lint(folder / f"o{mutant.number}", text + (lines and f"controls:\n{lines}"))
            linted.append((mutant, "overrides", found))
    refused = _refused(all_mutants, folder, python, path)
    return [Verdict(m, way, refused.get(m.number, ""), *found) for m, way, found in linted]


def _refused(
    mutants: Sequence[Mutant], folder: Path, python: Path | None, path: str
) -> dict[int, str]:
    if python is None:
        return {}
    paths = {folder / f"f{mutant.number}" / "base.yaml": mutant.number for mutant in mutants}
    return {paths[path]: why for path, why in tune_validate(python, list(paths), path).items()}


def counts(verdicts: Iterable[Verdict]) -> Counter[tuple[str, str]]:
    """How many of each way are in each cell."""
    return Counter((verdict.way, verdict.cell) for verdict in verdicts)
