"""What is said of a config by itself, beside what is said of it as the base of an experiment.

python -m tests.evidence tests.plain.proof:silence plain_silence
python -m tests.evidence tests.plain.proof:parity plain_parity
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import tcwc
from tcwc.api.plain import ConfigFor, lint_config
from tcwc.api.session import Session
from tcwc.model.diagnostics import Diagnostic, Severity
from tests.evidence import EIGHTHS
from tests.experiments import CATALOGUE, render
from tests.parity.mutants import Mutant, mutants, recipes_of
from tests.parity.silence import copied
from tests.versions.proof import catalogue
from tests.versions.rejected import is_rejected

MUTANTS = 1_000
_VERSIONS = (CATALOGUE.version, "0.5.0", "0.7.0.dev")
_EXPERIMENT = """\
experiment_name: parity
base_config_file: my.yaml
recipe: {recipe}
isolate_outputs: false
"""


def silence(eighth: int) -> Mapping[str, Any]:
    """An eighth of all that ships with each version, for its recipes and for none that is named.

    `errors` are all but those that a version has with its own configs; `left out` are configs of
    which a recipe that ships them is not looked for.
    """
    errors: list[str] = []
    left_out: list[str] = []
    configs = linted = 0
    with tempfile.TemporaryDirectory() as folder:
        for version, config, text in _shipped(eighth):
            configs += 1
            recipes = recipes_of(catalogue(version), config)
            for recipe in ("", *recipes):
                linted += 1
                found = _alone(Path(folder), text, ConfigFor(recipe, version))
                errors += [
                    f"{version} {config} ({recipe}): {each.code} {each.message}"
                    for each in _errors(found)
                    if not is_rejected(version, config, each.code, each.message)
                ]
                if not recipe and not any(f"`{each}`" in found[0].message for each in recipes):
                    left_out.append(f"{version} {config}")
    return {"configs": configs, "linted": linted, "errors": errors, "left out": left_out}


def parity(eighth: int) -> Mapping[str, Any]:
    """An eighth of the mutants: by itself a config has the errors that it has as a base, and where
    no recipe is named those of them that hold for all that may run it."""
    made = list(mutants(MUTANTS))[eighth::EIGHTHS]
    counts = {"mutants": len(made), "wrong": 0, "told without a recipe": 0}
    differing: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for mutant in made:
            text = render(mutant.config)
            as_base = _as_base(Path(folder), text, mutant)
            alone = _places(_alone(Path(folder), text, ConfigFor(mutant.recipe)))
            unsaid = _places(_alone(Path(folder), text, ConfigFor()))
            counts["wrong"] += bool(alone)
            counts["told without a recipe"] += bool(unsaid)
            if alone != as_base:
                differing.append(f"{mutant.number} {mutant.what}: {sorted(as_base ^ alone)}")
    return {**counts, "differing": differing}


def _shipped(eighth: int) -> Iterator[tuple[str, str, str]]:
    """Version, name and text of an eighth of what ships."""
    each = ((version, name) for version in _VERSIONS for name in catalogue(version).config_names())
    for version, name in list(each)[eighth::EIGHTHS]:
        yield version, name, copied(name, catalogue(version))


def _alone(folder: Path, text: str, wanted: ConfigFor) -> tuple[Diagnostic, ...]:
    path = folder / "my.yaml"
    path.write_text(text, encoding="utf-8")
    return lint_config(str(path), _SESSION, wanted=wanted).diagnostics


def _as_base(folder: Path, text: str, mutant: Mutant) -> set[tuple[str, int]]:
    (folder / "my.yaml").write_text(text, encoding="utf-8")
    source = folder / "experiment.yaml"
    source.write_text(_EXPERIMENT.format(recipe=mutant.recipe), encoding="utf-8")
    found = tcwc.compile(source, session=_SESSION).diagnostics
    here = [each for each in _errors(found) if each.span.file != str(source)]
    # What is told where the base is named is told of the config as a whole: at its first key.
    whole = {(each.code, 1) for each in _errors(found) if each.span.file == str(source)}
    return _places(here) | whole


def _places(found: Iterable[Diagnostic]) -> set[tuple[str, int]]:
    return {(each.code, each.span.line) for each in _errors(found)}


def _errors(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    return [each for each in found if each.severity is Severity.ERROR]


_SESSION = Session()
