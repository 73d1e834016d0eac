"""Every pair of shipped configs of one recipe: one as the base, the other as a level.

python -m tests.evidence tests.models.proof:proof models

What is built is, for each pair, what a person would write by hand from the two configs, and the
real `tune validate` takes it. Levels that lint refuses are counted by the rule, and are no runs.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import tcwc
from tcwc.api.session import Session
from tcwc.model.arguments import arguments
from tcwc.model.diagnostics import Severity
from tcwc.torchtune.catalogue.load import Catalogue
from tests.evidence import EIGHTHS
from tests.experiments import CATALOGUE, lacks_only_a_package, tune_validate

ROOT = "/scratch/models"
SECTIONS = ("tokenizer", "checkpointer", "teacher_checkpointer")
"""Those of recipes that have several configs."""
COMPONENTS = ("model", "teacher_model")


def bases(known: Catalogue = CATALOGUE) -> list[tuple[str, str]]:
    """Each recipe of several configs with each of them."""
    recipes = filter(None, map(known.recipe, known.recipe_names()))
    return [(r.name, base) for r in recipes if len(r.configs) > 1 for base in r.configs]


def proof(eighth: int) -> Mapping[str, Any]:
    """What an eighth of the bases came to with all configs of their recipes as levels."""
    counted: Counter[str] = Counter()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "experiment.yaml"
        for recipe, base in bases()[eighth::EIGHTHS]:
            made = _built(recipe, base, source, counted)
            for name, run in made.items():
                path = Path(folder) / f"{counted['pairs']}.yaml"
                path.write_text(run.text, encoding="utf-8")
                counted["pairs"] += 1
                wrong += [f"{base} with {name}: {each}" for each in _odd(base, name, run.config)]
        python = Path(os.environ["TCWC_TORCHTUNE_PYTHON"])
        refused = tune_validate(python, sorted(Path(folder).glob("[0-9]*.yaml")))
    bad = [f"{path}: {why}" for path, why in refused.items() if not lacks_only_a_package(why)]
    return {**counted, "wrong": wrong, "refused by tune validate": bad}


def _built(recipe: str, base: str, source: Path, counted: Counter[str]) -> dict[str, tcwc.Run]:
    """The runs of all levels that lint does not refuse, by their names."""
    known = CATALOGUE.recipe(recipe)
    assert known is not None
    names = list(known.configs)
    compiled = _compiled(recipe, base, names, source)
    errors = [each for each in compiled.diagnostics if each.severity is Severity.ERROR]
    for each in errors:
        counted[f"refused by {each.code}"] += 1
    if errors:
        lines = {each.span.line for each in errors}
        names = [name for line, name in enumerate(names, _FIRST) if line not in lines]
        compiled = _compiled(recipe, base, names, source)
    assert compiled.ok, [each.message for each in compiled.diagnostics]
    return {str(run.parameters["size"]): run for run in compiled.runs}


_FIRST = 7
"""The line on which the first level stands."""
_SESSION = Session()


def _compiled(recipe: str, base: str, names: list[str], source: Path) -> tcwc.Compilation:
    levels = "".join(f"      - {name}\n" for name in names)
    text = (
        f"experiment_name: sizes\nbase_config: {base}\nrecipe: {recipe}\narms:\n  size:\n"
        f"    from_configs:\n{levels}    models: {ROOT}\n"
    )
    source.write_text(text, encoding="utf-8")
    return tcwc.compile(source, session=_SESSION)


# --- by hand --------------------------------------------------------------------------------


def _odd(base: str, name: str, made: Mapping[str, Any]) -> Iterator[str]:
    """The top-level keys of a run that are not what the two configs come to by hand."""
    of_base, of_level = (CATALOGUE.config(each) for each in (base, name))
    assert of_base is not None
    assert of_level is not None
    expected = dict(_by_hand(of_base.values, of_level.values))
    for key in {*expected, *made}:
        if _said(expected.get(key)) != _said(made.get(key)):
            yield f"{key}: {made.get(key)}, and not {expected.get(key)}"


def _by_hand(base: Mapping[str, Any], level: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in base.items():
        if key in SECTIONS and key in level:
            yield key, _moved(level[key])
        elif key in COMPONENTS and key in level:
            taken = arguments(CATALOGUE, level[key]["_component_"])
            assert taken is not None
            before = arguments(CATALOGUE, value["_component_"])
            assert before is not None
            kept = {k: v for k, v in value.items() if taken.takes(k)}
            alone = {k: v for k, v in level[key].items() if not before.takes(k)}
            yield key, {**kept, **alone, "_component_": level[key]["_component_"]}
        else:
            yield key, value


def _moved(section: Any) -> Any:
    if isinstance(section, str) and section.startswith("/tmp/"):
        return ROOT + section.removeprefix("/tmp")
    return {k: _moved(v) for k, v in section.items()} if isinstance(section, dict) else section


def _said(value: Any) -> Any:
    """A value without nulls, as a key that is not there comes to the same, and without the folder
    of its own that a run is given."""
    if isinstance(value, dict):
        return {k: _said(v) for k, v in value.items() if v is not None}
    return re.sub(r"(/sizes/run_\d+|/)$", "", value) if isinstance(value, str) else value
