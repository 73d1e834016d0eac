"""The catalogue as the rest of tcwc asks it, over small texts and over what ships."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tcwc import data
from tcwc.catalogue import lines
from tcwc.catalogue.arguments import arguments, parameters
from tcwc.catalogue.load import Catalogue, versions
from tcwc.catalogue.model import Parameter, RecipeKey, Supplied, Type

INT = Type(("int",))


def parameter(name: str, *, required: bool = False) -> dict[str, object]:
    return {"name": name, "type": {"kinds": ["int"]}, "required": required}


def described(*names: str, forwards: str = "", **more: object) -> dict[str, object]:
    own = [parameter(name) for name in names]
    return {"at": "f.py:1", "forwards": forwards, "parameters": own, **more}


FILES = {
    "torchtune/1.0/about.json": lines.dump(
        {"revision": 3, "constants": {"t.K": "k"}, "readers": {}}
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
    "torchtune/1.0/knowledge.json": json.dumps(
        {
            "closed": {"far": "f", "far.optim": ""},
            "key_types": {
                "seed": {"type": {"kinds": ["int", "null"]}},
                "d.*.p": {"type": {"kinds": ["bool"]}},
            },
            "classes": {
                "logger": {"class": "engineering"},
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
    "torchtune/1.0/aliases.json": json.dumps({"lr": {"path": "optimizer.lr", "why": ""}}),
    "foreign/far-2.0.json": lines.dump({"far.old": described("v")}),
    "foreign/far-10.0.json": lines.dump({"far.f": described("w")}),
}


@pytest.fixture
def small() -> Catalogue:
    names = ["far-10.0.json", "far-2.0.json"]
    return Catalogue("1.0", FILES.__getitem__, lambda folder: names if folder == "foreign" else ())


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return Catalogue("0.6.1", _read, _names)


def _read(name: str) -> str:
    return data.read_text(f"schemas/{name}")


def _names(folder: str) -> list[str]:
    return data.names(f"schemas/{folder}")


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


def test_the_newest_file_of_a_package_counts(small: Catalogue) -> None:
    assert small.component("far.f") is not None
    assert small.component("far.old") is None


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
    assert list(parameters(small, "torchtune.D") or ()) == ["own", "z", "w"]
    assert parameters(small, "torchtune.Open") is None
    open_ended = arguments(small, "torchtune.Open")
    assert open_ended is not None
    assert (list(open_ended.named), open_ended.more) == (["a"], True)
    assert arguments(small, "torchtune.X") is None


def test_what_is_closed(small: Catalogue) -> None:
    closed = ["torchtune.anything", "far.stuff", "far.optim.Adamw"]
    open_ended = ["far.other", "far.optim.sub.x", "mine.Dataset", "far"]
    assert [name for name in closed + open_ended if small.is_closed(name)] == closed


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ("seed", ("int", "null")),
        ("d.0.p", ("bool",)),
        ("d[0].p", ("bool",)),
        ("d.p", None),
        ("x", None),
    ],
)
def test_types_of_keys(small: Catalogue, path: str, kinds: tuple[str, ...] | None) -> None:
    found = small.key_type(path)
    assert (found and found.kinds) == kinds


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("logger", "engineering"),
        ("logger.dir.sub", "engineering"),
        ("logger.name", "science"),
        ("logger_name", "science"),
        ("d[1].place", "location"),
        ("d.place", "science"),
    ],
)
def test_classes_of_keys(small: Catalogue, path: str, expected: str) -> None:
    assert small.key_class(path) == expected


def test_words(small: Catalogue) -> None:
    assert small.general_words() == {"path"}
    assert small.aliases() == {"lr": "optimizer.lr"}
    assert small.constants() == {"t.K": "k"}
    assert small.revision == 3


def test_only_the_files_needed_are_read() -> None:
    asked: list[str] = []

    def read(name: str) -> str:
        asked.append(name)
        return FILES[name]

    catalogue = Catalogue("1.0", read, lambda _: [])
    catalogue.recipe("r")
    catalogue.recipe("r")
    assert asked == ["torchtune/1.0/recipes.json"]


def test_what_ships_is_loaded(shipped: Catalogue) -> None:
    assert versions(_names) == ("0.6.1",)
    assert len(shipped.recipe_names()) == 19
    assert len(shipped.config_names()) == 156
    every: list[tuple[Callable[[str], object], tuple[str, ...]]] = [
        (shipped.recipe, shipped.recipe_names()),
        (shipped.config, shipped.config_names()),
        (shipped.component, shipped.component_names()),
    ]
    assert [name for load, names in every for name in names if load(name) is None] == []
    assert set(shipped.readers()) == {
        "torchtune.training.checkpointing._checkpoint_client.CheckpointClient"
    }


def test_a_data_set_of_torchtune_takes_what_load_dataset_takes(shipped: Catalogue) -> None:
    found = arguments(shipped, "torchtune.datasets.alpaca_cleaned_dataset")
    assert found is not None
    assert list(found.named)[:2] == ["tokenizer", "source"]
    assert {"data_files", "split", "name"} <= set(found.named)
    assert not {"path", "message_transform", "model_transform"} & set(found.named)
    assert found.more
