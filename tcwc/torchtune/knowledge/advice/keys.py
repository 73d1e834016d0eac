"""The answer to one key: another word for it here, or the place where it would mean something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tcwc.model.diagnostics import Fix
from tcwc.model.frozen import replace
from tcwc.model.ir import Path
from tcwc.torchtune.knowledge.adapted import MODULES
from tcwc.torchtune.knowledge.advice.advice import Advice
from tcwc.torchtune.knowledge.advice.answers import component_place, table_answer
from tcwc.torchtune.knowledge.advice.misplaced import misplaced
from tcwc.torchtune.knowledge.advice.modules import of_modules
from tcwc.torchtune.knowledge.advice.question import Question, asked_at
from tcwc.torchtune.knowledge.advice.renaming import renamed_key
from tcwc.torchtune.knowledge.advice.scene import Scene, path_of
from tcwc.torchtune.knowledge.advice.sections import of_word
from tcwc.torchtune.knowledge.advice.spot import Spot


def of_key(spot: Spot, scene: Scene) -> Advice | None:
    """What torchtune has for a key of another library; None where nothing is known of it."""
    asked = asked_at(spot)
    if not asked.word:
        return None
    path = _modules_path(asked, scene)
    place = component_place(asked, scene)
    advice = (of_modules(asked, path, scene) if path else None) or table_answer(asked, scene)
    if place and not (advice and advice.lines):
        advice = of_word(asked, place, scene) or advice
    if advice and path and advice.covers:
        advice = replace(advice, fix=_with_key(advice.fix, spot, path, scene))
    return advice


def of_place(spot: Spot, scene: Scene) -> Advice | None:
    """The answer to a key that would mean something in another place."""
    return misplaced(asked_at(spot), scene) if asked_at(spot).word else None


def _with_key(fix: Fix | None, spot: Spot, path: Path, scene: Scene) -> Fix | None:
    """A fix of a value that gives its key the name that it has here, too."""
    key = renamed_key(spot, path, scene)
    return replace(fix, edits=(key, *fix.edits)) if fix and key else None


def _modules_path(asked: Question, scene: Scene) -> Path | None:
    """The path of the list of modules that a word means; None where it means none."""
    written: Mapping[str, Any] = (scene.known.elsewhere(asked.word) or {}).get("write", {})
    path = path_of(next(iter(written))) if written else None
    return path if path and path[-1] == MODULES and scene.takes(path) is not None else None
