"""Arms whose levels are configs that ship, lowered; what is wrong with one is reported."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.language.from_configs import MODELS, ModelLevels, entries, folder_of, names_in
from tcwc.language.lower import Lowering
from tcwc.language.unknown_config import unknown_config
from tcwc.model.diagnostics import Diagnostic, Label, finding
from tcwc.model.ir import Factor, Level
from tcwc.model.known import ShippedConfig
from tcwc.model.limits import FINDINGS
from tcwc.model.rules import BAD_ARM
from tcwc.model.words import either, nearest
from tcwc.yaml.nodes import (
    FROM_CONFIGS,
    Entry,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    in_flow,
)

_SHOWN = 3
"""Configs that are offered in place of one for another recipe."""


def lower_model_arm(lowering: Lowering, arm: Entry) -> Factor | None:
    """The arm; None where no level of it is sound."""
    name, tree = arm.key.text, lowering.tree
    models = tree.target.models
    if models is None:
        return None
    wrong = list(_beside(name, arm.value))
    lowering.found += wrong
    # A folder that is none is one mistake, and not as many paths.
    folder = None if wrong else folder_of(arm.value)
    levels = ModelLevels(tree.target, tree.catalogue, lowering.arms, tree.base, tree.values)
    good = tuple(
        Level(each.text, levels.made(name, each, folder), each.span)
        for each in _sound(lowering, name, arm.value)
    )
    root = folder.text if folder else models.root
    return Factor(name, (name,), good, arm.key.span, is_arm=True, models=root) if good else None


def _beside(name: str, arm: Node) -> Iterator[Diagnostic]:
    """What is wrong with the folder of weights, and what else stands beside the configs."""
    for entry in entries(arm):
        word, node = entry.key.text, entry.value
        if word == MODELS:
            if said := _no_folder(node):
                yield finding(BAD_ARM, node.span, said[0], help=said[1])
        elif word != FROM_CONFIGS:
            near = nearest(word, (FROM_CONFIGS, MODELS), count=1)
            yield finding(
                BAD_ARM,
                entry.key.span,
                f"`{word}` stands beside `{FROM_CONFIGS}`, and levels that are configs set what "
                "these say",
                help=f"did you mean `{near[0]}`?" if near else _instead(name, arm, entry),
            )


def _instead(name: str, arm: Node, entry: Entry) -> str:
    """Where a key, or a level, belongs that stands beside configs."""
    if isinstance(entry.value, MappingNode):
        return "levels of your own are those of an arm that lists all of its levels"
    shown = f"{entry.key.text}: {in_flow(entry.value)}"
    first = next((each.text for each in names_in(arm)), "NAME")
    condition = f"\"{name} == '{first}'\""
    return (
        f"what all runs have is a control, `{shown}`; what one model has too, under a condition: "
        f"`controls: {{when: {{{condition}: {{{shown}}}}}}}`"
    )


def _no_folder(node: Node) -> tuple[str, str] | None:
    """Message and help for what is no folder of weights."""
    example = f"write `{MODELS}: /scratch/models`, or leave it out"
    if not isinstance(node, ScalarNode):
        return f"`{MODELS}` is the one folder in which the weights of all levels lie", example
    if not node.text or (not node.quoted and node.text in ("null", "~", "true", "false")):
        return f"`{MODELS}` names no folder", example
    if "{" in node.text.replace("${", ""):
        message = f"`{MODELS}` is one folder for all runs: nothing fills in `{node.text}`"
        return message, example
    return None


def _sound(lowering: Lowering, name: str, arm: Node) -> Iterator[ScalarNode]:
    """The names that are configs for the experiment's recipe; others are reported."""
    if (said := _no_list(name, arm)) is not None:
        lowering.found.append(said)
        return
    known, target = lowering.tree.catalogue, lowering.tree.target
    first: dict[str, ScalarNode] = {}
    recipes, unknown, names = _recipes(lowering), 0, frozenset(known.config_names())
    for node in names_in(arm):
        config = known.config(node.text) if node.text in names else None
        if config is None:
            unknown += 1
            guess = unknown <= FINDINGS.at_most  # no more are shown
            lowering.found.append(unknown_config(node, target, known, guess=guess))
        elif recipes and not set(recipes) & set(config.recipes):
            lowering.found.append(_other_recipe(lowering, node, config, recipes))
        elif first.setdefault(node.text, node) is not node:
            label = Label(first[node.text].span, "first here")
            message = f"the level `{node.text}` is there twice"
            lowering.found.append(
                finding(BAD_ARM, node.span, message, help="keep one", labels=(label,))
            )
        else:
            # One of the author's own is registered nowhere: then the levels go by the first.
            recipes = recipes or config.recipes
            yield node


def _recipes(lowering: Lowering) -> tuple[str, ...]:
    """The recipe that levels have to be for, where the target has it; else ()."""
    recipe, known = lowering.tree.recipe, lowering.tree.catalogue
    return (recipe.name,) if recipe and known.recipe(recipe.name) is not None else ()


def _no_list(name: str, arm: Node) -> Diagnostic | None:
    """What is wrong with what stands behind `from_configs`; None for a list of names."""
    entry = next(each for each in entries(arm) if each.key.text == FROM_CONFIGS)
    node = entry.value
    if isinstance(node, SequenceNode):
        odd = next((item for item in node.items if not _is_name(item)), None)
        if node.items and odd is None:
            return None
        span = odd.span if odd else entry.key.span
    else:
        span = node.span if isinstance(node, ScalarNode) and not node.is_empty else entry.key.span
    only = node.text if isinstance(node, ScalarNode) and node.text else "NAME, NAME"
    return finding(
        BAD_ARM,
        span,
        f"`{FROM_CONFIGS}` of the arm `{name}` is a list of names of configs",
        help=f"write `{FROM_CONFIGS}: [{only}]`",
    )


def _is_name(node: Node) -> bool:
    return isinstance(node, ScalarNode) and bool(node.text)


def _other_recipe(
    lowering: Lowering, node: ScalarNode, config: ShippedConfig, recipes: tuple[str, ...]
) -> Diagnostic:
    """The finding for a config that is for none of some recipes."""
    theirs = either(config.recipes) or "no recipe"
    who = "this experiment is" if _recipes(lowering) else "the levels before it are"
    return finding(
        BAD_ARM,
        node.span,
        f"`{node.text}` is for {theirs}, and {who} for {either(recipes)}",
        help=_same_model(lowering, config, recipes),
    )


def _same_model(lowering: Lowering, config: ShippedConfig, recipes: tuple[str, ...]) -> str:
    """The configs for a recipe of the same weights, or of a name like it."""
    known, models = lowering.tree.catalogue, lowering.tree.target.models
    names = [name for each in map(known.recipe, recipes) if each for name in each.configs]
    sections = models.sections if models else ()
    mine = [config.values.get(each) for each in sections]
    others = [(name, known.config(name)) for name in names]
    same = [n for n, c in others if c and [c.values.get(each) for each in sections] == mine]
    near = same or nearest(config.name, names, known.vocabulary())
    if near:
        return f"write {either([f'`{each}`' for each in near[:_SHOWN]])}"
    return f"`{lowering.tree.target.lister_of(known.version)}` lists the configs of each recipe"
