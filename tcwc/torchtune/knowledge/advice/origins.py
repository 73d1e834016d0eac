"""Advice on what an experiment starts from: its base config and its recipe."""

from __future__ import annotations

from tcwc.language.shapes import several_bases
from tcwc.model.diagnostics import replace_by
from tcwc.model.words import either, is_slip, nearest
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.knowledge.advice.advice import TOP, Advice, Line
from tcwc.torchtune.knowledge.advice.bases import (
    exactly,
    families,
    has_size,
    is_strange,
    near_configs,
    near_recipes,
    shortened_recipes,
)
from tcwc.torchtune.knowledge.advice.spot import shown
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode

_ORIGIN = ("base_config", "base_config_file", "recipe")


def of_base(node: Node, known: Catalogue) -> Advice | None:
    """Which config a name means that is none."""
    if not isinstance(node, ScalarNode):
        return None
    here = f"torchtune {known.version}"
    recipe = known.recipe(node.text)
    if recipe is not None:
        return _configs_of(node.text, recipe.configs)
    same, sure = exactly(node.text, known)
    if same:
        say = "a base is named as torchtune names its configs"
        whole = replace_by(node.span, same, safe=sure)
        return Advice(say, (Line(f"base_config: {same}"),), whole)
    if is_strange(node.text, known):
        has = ", ".join(sorted(families(known.config_names())))
        return Advice(
            f"{here} ships configs of {has}; a config of your own is named by `base_config_file:`"
        )
    near = near_configs(node.text, known)
    if not near:
        return None
    # What is near only by its words is another config; a fix writes what was misspelt.
    slip = nearest(node.text, known.config_names(), known.vocabulary())
    fix = (
        replace_by(node.span, slip[0]) if slip == near[:1] and is_slip(node.text, slip[0]) else None
    )
    say = "`base_config` is the name of a config"
    say += "" if has_size(node.text, near, known) else f", and {here} has none of that size"
    return Advice(f"{say}: did you mean {either(near)}?", (), fix)


def _configs_of(name: str, configs: tuple[str, ...]) -> Advice:
    usual = sorted(configs, key=lambda each: (not each.startswith("llama3"), each))[:3]
    more = ", ..." if len(configs) > len(usual) else ""
    return Advice(
        f"`{name}` is a recipe, and `base_config` names a config: {', '.join(usual)}{more} "
        "are for it"
    )


def of_recipe(node: Node, known: Catalogue, root: MappingNode) -> Advice | None:
    """What a name of a recipe means that is none, in a source."""
    if not isinstance(node, ScalarNode):
        return None
    config = known.config(node.text)
    if config is not None:
        names = either(config.recipes)
        say = f"`{node.text}` is a config, whose recipe is {names}"
        return Advice(say, (Line(f"recipe: {config.recipes[0]}"),) if config.recipes else ())
    if own := _of_the_base(node.text, known, root):
        say = f"the base is for the recipe {own}"
        return Advice(say, (Line(f"recipe: {own}"),), replace_by(node.span, own))
    if near := near_recipes(node.text, known):
        lines = (Line(f"recipe: {near[0]}"),) if len(near) == 1 else ()
        return Advice(f"`{node.text}` is {either(near)} in torchtune", lines)
    return None


def _of_the_base(name: str, known: Catalogue, root: MappingNode) -> str:
    """The recipe that the named base is for, where a name may be short for it; "" for others."""
    named = next((e.value for e in root.entries if e.key.text == "base_config"), None)
    config = known.config(named.text) if isinstance(named, ScalarNode) else None
    own = config.recipes if config else ()
    return own[0] if len(own) == 1 and own[0] in shortened_recipes(name, known) else ""


def of_several_bases(entry: Entry) -> Advice | None:
    """That a file has one base; None where an entry names no bases."""
    listed = isinstance(entry.value, SequenceNode) and entry.key.text in _ORIGIN[:2]
    if not listed or not isinstance(entry.value, SequenceNode):
        return None
    say = several_bases(entry.key.text, entry.value)
    return Advice(say, at=entry.key.span, covers=entry.value.span)


def of_missing_base(root: MappingNode) -> Advice | None:
    """Where a base stands that is missing at the top level of the file."""
    for section in root.entries:
        below = section.value.entries if isinstance(section.value, MappingNode) else ()
        for entry in below:
            if entry.key.text in _ORIGIN[:2]:
                word = entry.key.text
                if isinstance(entry.value, SequenceNode):
                    return of_several_bases(entry)
                say = f"`{word}` stands under `{section.key.text}:`, and is a section of its own"
                line = Line(f"{word}: {shown(entry.value)}", TOP)
                return Advice(say, (line,), at=entry.key.span)
    return None
