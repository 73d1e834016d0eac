"""Who reads a path: typing, lint and `explain` say the same of every key of every component."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcwc.config.walk import component_sections
from tcwc.language.tree import Tree
from tcwc.model.arguments import (
    arguments,
    free,
    key_type,
    read,
    supplied,
)
from tcwc.model.frozen import replace
from tcwc.model.ir import Path, Value
from tcwc.model.known import Component, Parameter, Recipe, RecipeKey, Supplied
from tcwc.model.types import ANY, misfit, with_null
from tcwc.torchtune.catalogue.readers import Readers, component_at
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.target import TORCHTUNE
from tests.experiments import CATALOGUE

SHIPPED = [
    (name, recipe)
    for name in CATALOGUE.config_names()
    if (config := CATALOGUE.config(name)) is not None
    for recipe in config.recipes
]


@cache
def known_of(name: str, recipe_name: str) -> tuple[Tree, Readers, list[tuple[Path, str]]]:
    """What typing and `explain` know of a shipped config, and its components."""
    config, recipe = CATALOGUE.config(name), CATALOGUE.recipe(recipe_name)
    assert config is not None
    found = list(component_sections(config.values, COMPONENT))
    components = {path: (each,) for path, each in found}
    tree = Tree(config.values, config.values, components, recipe, TORCHTUNE, CATALOGUE)
    return tree, Readers(config.values, recipe_name, recipe, CATALOGUE), found


def keys(name: str) -> list[str]:
    """What may be written below a component: all that any function in its chain names, and more."""
    found = {"foo_bar", "lr", "packed"}
    component: Component | None = CATALOGUE.component(name)
    while component is not None:
        found |= set(component.parameters)
        component = CATALOGUE.component(component.forwards)
    return sorted(found)


@settings(max_examples=1_000)
@given(st.data())
def test_all_agree_on_what_a_component_takes(data: st.DataObject) -> None:
    name, recipe_name = data.draw(st.sampled_from(SHIPPED))
    tree, readers, components = known_of(name, recipe_name)
    section, component = data.draw(st.sampled_from(components))
    path = (*section, data.draw(st.sampled_from(keys(component))))
    taken = arguments(CATALOGUE, component)
    by_parameter = [each for each in readers.of(path) if not each.what.startswith("recipe ")]
    by_recipe = read(CATALOGUE.recipe(recipe_name), path) is not None
    assert tree.receiver(path, {}).known == (bool(by_parameter) or by_recipe)
    assert taken is not None
    assert taken.takes(str(path[-1])) == bool(by_parameter)


def test_what_a_component_gives_on_by_itself_is_not_read() -> None:
    """qwen2_tokenizer makes its special tokens of a file, and a second value is refused."""
    tree, readers, _ = known_of("qwen2/0.5B_full_single_device", "full_finetune_single_device")
    path = ("tokenizer", "special_tokens")
    assert not tree.receiver(path, {}).known
    assert [str(each).partition(",")[0] for each in readers.of(path)] == [
        "recipe full_finetune_single_device"
    ]


CONFIG: dict[str, Value] = {
    "name": "torch.optim.SGD",
    "a": {COMPONENT: "torch.optim.AdamW"},
    "b": {COMPONENT: "${name}"},
    "c": {"enabled": True},
    "d": {COMPONENT: "${oc.env:X}"},
    "e": [{COMPONENT: "torch.optim.SGD"}],
}
RECIPE = Recipe(
    "one",
    "one.py",
    False,
    (),
    {
        "c.enabled": RecipeKey("c.enabled", False, "", ("one.py:1",)),
        "e.*": RecipeKey("e.*", False, "", ("one.py:2",)),
    },
    {"c": Supplied(0, (), "torch.optim.Adam"), "e": Supplied(1, ("lr",))},
)


@pytest.mark.parametrize(
    ("section", "component"),
    [
        (("a",), "torch.optim.AdamW"),
        (("b",), "torch.optim.SGD"),
        (("c",), "torch.optim.Adam"),
        (("d",), ""),
        (("e", 0), "torch.optim.SGD"),
        (("f",), ""),
    ],
)
def test_the_component_of_a_section(section: Path, component: str) -> None:
    assert component_at(CONFIG, section, RECIPE) == component


def test_the_keys_of_a_recipe_are_named_without_the_indices_of_lists() -> None:
    assert supplied(RECIPE, ("e", 3)) == Supplied(1, ("lr",))
    assert read(RECIPE, ("e", 3, "packed")) == RECIPE.keys["e.*"]
    assert read(RECIPE, ("c", "enabled")) == RECIPE.keys["c.enabled"]
    assert read(RECIPE, ("c", "other")) is None
    assert read(None, ("c", "enabled")) is None


def test_null_fits_where_a_recipe_takes_it_for_the_default() -> None:
    plain = key_type(CATALOGUE, None, ("batch_size",))
    assert plain is not None
    assert "null" not in plain.kinds
    reading = replace(RECIPE, keys={"batch_size": RecipeKey("batch_size", False, "None", ())})
    assert key_type(CATALOGUE, reading, ("batch_size",)) == with_null(plain)
    assert key_type(CATALOGUE, RECIPE, ("batch_size",)) == plain


def test_null_fits_every_parameter_that_is_null_by_default() -> None:
    """Typing and lint take a parameter's type as it is, so the catalogue has to say so."""
    components = map(CATALOGUE.component, CATALOGUE.component_names())
    parameters = [p for each in components if each for p in each.parameters.values()]
    assert [p for p in parameters if p.default == "None" and misfit(None, p.type)] == []


def test_what_a_recipe_gives_is_not_free() -> None:
    names = [Parameter(each, ANY, "", False, "", False).name for each in ("p", "lr", "beta")]
    assert free(supplied(RECIPE, ("e",)), names) == ("beta",)
    assert free(None, names) == ("p", "lr", "beta")
