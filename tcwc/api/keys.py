"""What can be set in a config: of a base that ships, or of an experiment."""

from __future__ import annotations

from collections.abc import Sequence

from tcwc.config.merge import merge_what_fits
from tcwc.language.scaffold import build_tree
from tcwc.language.settable import Settable, settable
from tcwc.language.tree import Tree
from tcwc.model.ir import Experiment, Value, format_path
from tcwc.model.known import Knowledge, ShippedConfig
from tcwc.model.target import Target


def tree_of(config: ShippedConfig, recipe: str, target: Target, known: Knowledge) -> Tree:
    """What stands where in a config that a target ships, and what reads it, as a recipe runs it."""
    return build_tree(config.values, [], {}, (), known.recipe(recipe), target, known, {})


def values_of(experiment: Experiment) -> dict[str, Value]:
    """The values that all runs of an experiment begin with: those of its base and its constants."""
    return merge_what_fits(experiment.base.values, (*experiment.controls, *experiment.engineering))


def keys(tree: Tree, values: dict[str, Value], words: Sequence[str]) -> list[Settable]:
    """All that can be set in the configs of a tree and has all words: in its path, its short names,
    or the name of the component that reads it."""
    asked = [word.lower() for word in words]
    return [each for each in settable(tree, values) if all(_has(each, word) for word in asked)]


def _has(each: Settable, word: str) -> bool:
    component = "" if " " in each.who else each.who.rpartition(".")[2]
    texts = (format_path(each.path), *each.names, component)
    return any(word in text.lower() or word in text.lower().replace("_", "") for text in texts)
