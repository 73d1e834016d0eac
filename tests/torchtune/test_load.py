"""The catalogue as the rest of tcwc asks it, over small texts and over what ships."""

from __future__ import annotations

import json

import pytest

from tcwc.disk import data
from tcwc.model.arguments import Arguments, arguments
from tcwc.model.known import Parameter, RecipeKey, Supplied
from tcwc.model.types import Type
from tcwc.torchtune.catalogue import lines
from tcwc.torchtune.catalogue.load import Catalogue, versions

INT = Type(("int",))


def parameter(name: str, *, required: bool = False) -> dict[str, object]:
    return {"name": name, "type": {"kinds": ["int"]}, "required": required}


def described(*names: str, forwards: str = "", **more: object) -> dict[str, object]:
    own = [parameter(name) for name in names]
    return {"at": "f.py:1", "forwards": forwards, "parameters": own, **more}


FILES = {
    "torchtune/1.0/about.json": lines.dump(
        {
            "revision": 3,
            "packages": {"1": {"far": "2.0"}, "3": {"far": "10.0"}},
            "constants": {"t.K": "k"},
            "readers": {},
        }
    ),
    "torchtune/1.0/recipes.json": lines.dump(
        {
            "r": {
                "file": "recipes/r.py",
                "distributed": True,
                "configs": ["c"],
                "keys": {"a.b": {"required": False, "default": "1", "at": ["r.py:2"]}},
                "instantiates": {"a": {"positional": 1, "keywords": ["x"], "component": "t.C"}},
            }
        }
    ),
    "torchtune/1.0/configs.json": lines.dump(
        {"c": {"recipes": ["r"], "values": {"b": 1, "a": [2]}}}
    ),
    "torchtune/1.0/components.json": lines.dump(
        {
            "torchtune.C": described("a", "b"),
            "torchtune._private.C": "torchtune.C",
            "torchtune.D": described(
                "own", forwards="torchtune.E", supplies={"positional": 1, "keywords": ["y"]}
            ),
            "torchtune.E": described("x", "y", "z", forwards="far.f"),
            "torchtune.Open": described("a", forwards="*"),
            "torchtune.Q": "far.f",
        }
    ),
    "knowledge/knowledge.json": json.dumps(
        {
            "closed": {"far": "f", "far.optim": ""},
            "key_types": {
                "seed": {"type": {"kinds": ["int", "null"]}},
                "d.*.p": {"type": {"kinds": ["bool"]}},
            },
            "classes": {
                "logger": {"class": "engineering", "why": "records", "unlike": ["r"]},
                "d.*.place": {"class": "location"},
                "logger.name": {"class": "science"},
            },
            "general_words": {"words": {"path": "why"}},
            "parameter_types": {
                "*.a": {"type": {"kinds": ["str"]}},
                "torchtune.C.b": {"type": {"kinds": ["bool"]}},
                "far.*.w": {"type": {"kinds": ["float"]}},
            },
        }
    ),
    "knowledge/science.json": lines.dump({"d": {"why": "data"}, "d.*.q": {"why": "quality"}}),
    "knowledge/aliases.json": json.dumps({"lr": {"path": "optimizer.lr", "why": ""}}),
    "foreign/far-2.0.json": lines.dump({"far.old": described("v")}),
    "foreign/far-11.0.json": "no revision names it",
    "foreign/far-10.0.json": lines.dump({"far.f": described("w")}),
}


def catalogue(built_with: int | None = None) -> Catalogue:
    return Catalogue("1.0", FILES.__getitem__, lambda _: (), built_with=built_with)


@pytest.fixture
def small() -> Catalogue:
    return catalogue()


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return Catalogue("0.6.1", data.read_schema, data.schema_names)


def test_versions_are_ordered_as_numbers() -> None:
    assert versions(lambda _: ["0.10.0", "0.6.1", "0.6.0"]) == ("0.6.0", "0.6.1", "0.10.0")


def test_a_recipe(small: Catalogue) -> None:
    recipe = small.recipe("r")
    assert recipe is not None
    assert (recipe.name, recipe.file, recipe.distributed) == ("r", "recipes/r.py", True)
    assert recipe.configs == ("c",)
    assert recipe.keys == {"a.b": RecipeKey("a.b", False, "1", ("r.py:2",))}
    assert recipe.instantiates == {"a": Supplied(1, ("x",), "t.C")}


def test_a_config_is_new_each_time_and_keeps_its_order(small: Catalogue) -> None:
    first, second = small.config("c"), small.config("c")
    assert first is not None
    assert second is not None
    first.values["b"] = 2
    assert list(second.values.items()) == [("b", 1), ("a", [2])]


def test_what_is_not_known_is_none(small: Catalogue) -> None:
    assert small.recipe("x") is None
    assert small.config("x") is None
    names = ["torchtune.X", "far.x", "other.f", ""]
    assert [small.component(name) for name in names] == [None] * 4


def test_names(small: Catalogue) -> None:
    assert (small.recipe_names(), small.config_names()) == (("r",), ("c",))
    own = ("torchtune.C", "torchtune.D", "torchtune.E", "torchtune.Open")
    assert small.component_names() == (*own, "far.f")


@pytest.mark.parametrize(
    ("built_with", "revision", "known"),
    [
        (None, 3, "far.f"),
        (3, 3, "far.f"),
        (2, 2, "far.old"),  # nothing new since the first
        (1, 1, "far.old"),
        (4, 3, "far.f"),  # of a newer tcwc
        (0, 3, "far.f"),
    ],
)
def test_the_files_of_a_package_are_those_that_the_revision_names(
    built_with: int | None, revision: int, known: str
) -> None:
    asked = catalogue(built_with)
    assert (asked.revision, asked.packages_revision) == (3, revision)
    found = {name for name in ("far.f", "far.old") if asked.component(name) is not None}
    assert found == {known}


def test_another_path_names_the_same_component(small: Catalogue) -> None:
    private, public = small.component("torchtune._private.C"), small.component("torchtune.C")
    assert private is not None
    assert public is not None
    assert private.name == "torchtune._private.C"
    assert private.parameters == public.parameters
    foreign = small.component("torchtune.Q")
    assert foreign is not None
    assert list(foreign.parameters) == ["w"]


def test_types_known_by_hand_go_before_annotations(small: Catalogue) -> None:
    found = small.component("torchtune.C")
    assert found is not None
    assert {n: p.type.kinds for n, p in found.parameters.items()} == {"a": ("str",), "b": ("bool",)}
    foreign = small.component("far.f")
    assert foreign is not None
    assert foreign.parameters["w"] == Parameter("w", Type(("float",)), "", False, "", False)


def test_arguments_include_what_is_forwarded_less_what_is_given(small: Catalogue) -> None:
    found = arguments(small, "torchtune.D")
    assert found is not None
    assert (list(found.named), found.more) == (["own", "z", "w"], False)
    assert found.takes("w")
    assert not found.takes("other")
    open_ended = arguments(small, "torchtune.Open")
    assert open_ended is not None
    assert (list(open_ended.named), open_ended.more) == (["a"], True)
    assert arguments(small, "torchtune.X") is None


def test_open_arguments_are_taken_unless_they_look_misspelt() -> None:
    packed = Parameter("packed", Type(("bool",)), "bool", False, "False", False)
    open_ended = Arguments({"packed": packed}, more=True)
    assert open_ended.takes("packed")
    assert open_ended.takes("delimiter")
    assert not open_ended.takes("paked")


@pytest.mark.parametrize(
    ("key", "class_", "why"),
    [
        ("logger.level", "engineering", "records"),
        ("logger.name", "science", ""),
        ("d[0].place", "location", ""),
        ("d[0].q.deep", "science", "quality"),
        ("d[0].other", "science", "data"),
        ("elsewhere", "science", ""),
    ],
)
def test_a_class_and_its_reason_are_the_closest(
    small: Catalogue, key: str, class_: str, why: str
) -> None:
    assert (small.key_class(key), small.key_reason(key).why) == (class_, why)


def test_recipes_in_which_a_key_is_of_the_other_kind(small: Catalogue) -> None:
    assert small.key_reason("logger.level").unlike == {"r"}
    assert small.key_reason("d[0].q").unlike == set()
