"""What is known by hand holds against what is generated: recipes, configs and components."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tcwc.disk.data import read_schema, schema_names
from tcwc.torchtune.catalogue import lines
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.knowledge.condition.refused import without_end
from tests.knowledge.data import (
    DEFAULT,
    SCHEMAS,
    VERSIONS,
    components,
    entries,
    load,
    matches,
    parameters,
    path_of,
    paths,
    true_in,
    written,
)

KNOWLEDGE = load("knowledge")
ALIASES = load("aliases")
_RECIPES = [
    (version, recipe) for version in VERSIONS for recipe in sorted(load("recipes", version))
]
_KINDS = {bool: "bool", int: "int", float: "float", str: "str", list: "list", dict: "mapping"}


def fits(value: Any, expected: dict[str, Any]) -> bool:
    """Tell whether a value read by OmegaConf is of a type."""
    kinds = expected["kinds"]
    if value is None:
        return "null" in kinds
    if "any" in kinds or (isinstance(value, str) and value.startswith("${")):
        return True
    kind = _KINDS[type(value)]
    if kind not in kinds and not (kind == "int" and "float" in kinds):
        return False
    if isinstance(value, list) and "item" in expected:
        return all(fits(each, expected["item"]) for each in value)
    return isinstance(value, list | dict) or value in expected.get("choices", [value])


def type_of(path: tuple[str, ...], version: str) -> dict[str, Any] | None:
    typed = load("knowledge", version)["key_types"].items()
    found = [each["type"] for pattern, each in typed if matches(pattern, path)]
    return found[0] if found else None


def has_type(key: tuple[str, ...], version: str) -> bool:
    """Tell whether a recipe's key has a type.

    Recipes' keys leave out the index of a list's item, and a test like `"x" in cfg.collate_fn`
    counts as a key below it, though it searches a text.
    """
    above = (type_of(key[:n], version) or {} for n in range(1, len(key)))
    below_text = any(each.get("kinds") == ["str"] for each in above)
    return below_text or bool(type_of(key, version) or type_of((key[0], "0", *key[1:]), version))


def test_the_file_follows_its_schema() -> None:
    schema = json.loads((SCHEMAS / "knowledge.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    text = path_of("knowledge").read_text(encoding="utf-8")
    jsonschema.Draft202012Validator(schema).validate(json.loads(text))


@pytest.mark.parametrize("section", ["classes", "closed", "enumerations", "key_types"])
def test_sections_are_sorted(section: str) -> None:
    assert list(KNOWLEDGE[section]) == sorted(KNOWLEDGE[section])


@pytest.mark.parametrize("section", ["classes", "enumerations", "key_types", "parameter_types"])
def test_no_version_has_two_forms_of_an_entry_and_each_form_has_a_version(section: str) -> None:
    for name, forms in written(section).items():
        versions = [version for form in forms for version in true_in(form)]
        assert len(versions) == len(set(versions)), name
        assert all(true_in(form) for form in forms), name


@pytest.mark.parametrize(("version", "recipe"), _RECIPES)
def test_no_recipe_key_is_left_untyped(version: str, recipe: str) -> None:
    sections = {
        path[0]
        for config in load("configs", version).values()
        for path, value in entries(config["values"])
        if len(path) == 1 and isinstance(value, dict) and "_component_" in value
    }
    keys = [tuple(key.split(".")) for key in load("recipes", version)[recipe]["keys"]]
    named = [key for key in keys if key[-1] != "*"]  # * is whatever else is handed on
    assert [key for key in named if key[0] not in sections and not has_type(key, version)] == []


# One shipped config is registered for no recipe, and its `log_every_n_steps: null` suits none.
REGISTERED = [
    (version, name)
    for version in VERSIONS
    for name, config in sorted(load("configs", version).items())
    if config["recipes"]
]


@pytest.mark.parametrize(("version", "config"), REGISTERED)
def test_shipped_values_have_the_types_of_their_keys(version: str, config: str) -> None:
    wrong = [
        (path, value, expected)
        for path, value in entries(load("configs", version)[config]["values"])
        if (expected := type_of(path, version)) is not None and not fits(value, expected)
    ]
    assert wrong == []


def _versions(section: str) -> list[tuple[str, str]]:
    """Each entry of a section of knowledge.json, with one version that it is true of: 0.6.1 if it
    is among them."""
    true = [
        (name, [version for form in forms for version in true_in(form)])
        for name, forms in sorted(written(section).items())
    ]
    return [(name, DEFAULT if DEFAULT in versions else versions[-1]) for name, versions in true]


@pytest.mark.parametrize(("pattern", "version"), _versions("key_types"))
def test_a_typed_key_exists(pattern: str, version: str) -> None:
    known = any(matches(pattern, path) for path in paths(version))
    read_whole = pattern.split(".", 1)[0] in ("datasets", "dataloader", "prompt")
    given_whole = pattern.endswith(".column_map.*")  # to a component
    assert known or read_whole or given_whole


def _of_a_component(segments: list[str], version: str) -> bool:
    """Tell whether a key is an argument of a data set, alone or in a list of several, or of a
    tokenizer."""
    builders = [name for name in components(version) if name.startswith("torchtune.datasets.")]
    tokenizer = "torchtune.modules.transforms.tokenizers.HuggingFaceModelTokenizer"
    of = {"dataset": builders, "dataset_val": builders, "tokenizer": [tokenizer]}
    named = of.get(segments[0], ["datasets.load_dataset"] if segments[0] == "datasets" else [])
    return any(segments[-1] in parameters(each, version) for each in named)


@pytest.mark.parametrize(("pattern", "version"), _versions("classes"))
def test_a_classed_key_exists(pattern: str, version: str) -> None:
    seen = any(matches(pattern, path) for path in paths(version))
    typed = pattern in load("knowledge", version)["key_types"]
    assert seen or typed or _of_a_component(pattern.split("."), version)


@pytest.mark.parametrize(("name", "version"), _versions("parameter_types"))
def test_a_typed_parameter_exists(name: str, version: str) -> None:
    component, _, parameter = name.rpartition(".")
    owners = [
        each
        for each in components(version)
        if component == "*" or matches(component, tuple(each.split(".")))
    ]
    assert any(parameter in parameters(owner, version) for owner in owners)


@pytest.mark.parametrize("alias", sorted(ALIASES))
def test_an_alias_means_a_path_that_exists(alias: str) -> None:
    assert tuple(ALIASES[alias]["path"].split(".")) in paths()


def test_an_alias_says_why() -> None:
    assert all(each.keys() == {"path", "why"} and each["why"] for each in ALIASES.values())


def test_aliases_hide_no_key_and_are_sorted() -> None:
    assert list(ALIASES) == sorted(ALIASES)
    assert {path[0] for path in paths()} & ALIASES.keys() == set()


def test_total_step_counts_have_no_alias() -> None:
    """`max_steps` is a total elsewhere; torchtune only knows steps per epoch."""
    assert {"max_steps", "num_steps", "total_steps"} & ALIASES.keys() == set()


def test_words_that_researchers_write_short_are_not_closed() -> None:
    short = "lr lora_rank lora_alpha lora_dropout lora_attn_modules weight_decay packed betas eps"
    assert set(short.split()) & KNOWLEDGE["general_words"]["words"].keys() == set()


def test_the_profilers_warmup_is_never_meant_by_a_short_name() -> None:
    """Without a scheduler section it is the only leaf of that name."""
    assert "warmup_steps" in KNOWLEDGE["general_words"]["words"]
    assert ALIASES["warmup_steps"]["path"] == "lr_scheduler.num_warmup_steps"


def test_the_worst_general_words_are_closed() -> None:
    words = "path name source split type dir files version enabled cpu cuda"
    assert set(words.split()) <= KNOWLEDGE["general_words"]["words"].keys()


def test_closed_modules_are_those_that_are_generated() -> None:
    foreign_module = pytest.importorskip("tcwc.torchtune.introspect.foreign")
    listed = {k: v for each in foreign_module.LISTED.values() for k, v in each.items()}
    assert KNOWLEDGE["closed"] == listed


@pytest.mark.parametrize("version", VERSIONS)
def test_types_use_the_enumerations(version: str) -> None:
    known = load("knowledge", version)
    typed = {**known["key_types"], **known["parameter_types"]}
    of = {name: each["type"] for name, each in typed.items()}
    used = {
        "checkpoint_model_type": of["torchtune.training.FullModelHFCheckpointer.model_type"],
        "dtype": of["dtype"],
        "layer_dropout_scale": of["layer_dropout.layers_scale"],
        "lora_attn_modules": of["*.lora_attn_modules"]["item"],
        "stop_criteria": of["dataloader.stop_criteria"],
    }
    shown = {name: each["values"] for name, each in known["enumerations"].items()}
    assert {name: each["choices"] for name, each in used.items()}.items() <= shown.items()


@pytest.mark.torchtune
@pytest.mark.parametrize("name", sorted(KNOWLEDGE["enumerations"]))
def test_an_enumeration_has_all_members_of_its_source(name: str, site_packages: Path) -> None:
    """Each source is a class of members, or a literal of strings; a model type is its key."""
    file, _, line = KNOWLEDGE["enumerations"][name]["source"].rpartition(" ")[2].partition(":")
    tree = ast.parse((site_packages / file).read_text(encoding="utf-8"))
    starts = [each for each in tree.body if not line or each.lineno == int(line)]
    node = next(each for each in starts if line or isinstance(each, ast.ClassDef))
    assert _members(node, keys=name == "checkpoint_model_type") == set(
        KNOWLEDGE["enumerations"][name]["values"]
    )


def _members(node: ast.stmt, keys: bool) -> set[str]:
    if not isinstance(node, ast.ClassDef):
        strings = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant)]
        return {each for each in strings if isinstance(each, str)}
    assigned = [each for each in node.body if isinstance(each, ast.Assign | ast.AnnAssign)]
    if keys:
        return {each.target.id for each in assigned if isinstance(each, ast.AnnAssign)}  # type: ignore[union-attr]  # names only
    return {ast.literal_eval(each.value) for each in assigned if each.value is not None}


def _sources() -> list[tuple[str, int, str]]:
    """Give (file of torchtune, line, name of the key) for all that was read there."""
    typed = {**KNOWLEDGE["key_types"], **KNOWLEDGE["parameter_types"]}
    given = {(e["source"], name) for name, e in typed.items()}
    given |= {(e["seen"], name) for name, e in KNOWLEDGE["classes"].items()}
    found = [(re.fullmatch(r"((?:recipes|torchtune)/.+\.py):(\d+)", at), n) for at, n in given]
    return sorted((at[1], int(at[2]), name.rpartition(".")[2]) for at, name in found if at)


@pytest.mark.torchtune
def test_sources_are_where_they_are_said_to_be(site_packages: Path) -> None:
    """A recipe's line shows the key's last name; elsewhere a line may bear another name."""
    wrong = []
    for file, line, name in _sources():
        shown = (site_packages / file).read_text(encoding="utf-8").splitlines()[line - 1]
        if not shown.strip() or (file.startswith("recipes/") and name not in shown):
            wrong.append((file, line, name, shown))
    assert wrong == []


# --- science ---------------------------------------------------------------------------------

SCIENCE = load("science")


def decided_by(path: tuple[str, ...], version: str) -> list[str]:
    """The entries, of either file, for a path or the section that holds it; the closest's only.

    Recipes' keys leave out the index of a list's item.
    """
    patterns = (*load("knowledge", version)["classes"], *load("science", version))
    for length in range(len(path), 0, -1):
        ways = {path[:length], (path[0], "0", *path[1:length])}
        found = [each for each in patterns if any(matches(each, way) for way in ways)]
        if found:
            return found
    return []


def test_the_reasons_for_science_follow_their_schema() -> None:
    schema = json.loads((SCHEMAS / "science.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    text = path_of("science").read_text(encoding="utf-8")
    jsonschema.Draft202012Validator(schema).validate(json.loads(text))
    every = json.loads(text)
    assert text == lines.dump(dict(sorted(every.items())))  # one entry a line, sorted


@pytest.mark.parametrize(("version", "recipe"), _RECIPES)
def test_every_key_of_a_recipe_is_classed_on_purpose(version: str, recipe: str) -> None:
    keys = [tuple(key.split(".")) for key in load("recipes", version)[recipe]["keys"]]
    named = [key for key in keys if key != ("*",)]  # whatever is handed on as a whole
    assert [key for key in named if not decided_by(key, version)] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_every_key_of_a_shipped_config_is_classed_on_purpose(version: str) -> None:
    shipped = load("configs", version).values()
    keys = {path for each in shipped for path, _ in entries(each["values"])}
    assert sorted(key for key in keys if not decided_by(key, version)) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_no_key_has_two_classes(version: str) -> None:
    assert set(load("science", version)) & set(load("knowledge", version)["classes"]) == set()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_key_of_science_exists(version: str) -> None:
    """In some version that it is said of: sections of few recipes are in one alone."""
    catalogue = Catalogue(version, read_schema, schema_names)
    for pattern in load("science", version):
        segments = pattern.split(".")
        plain = ".".join((segments[0], *(each for each in segments[1:] if each != "*")))
        assert any(matches(plain, path) for each in VERSIONS for path in paths(each)), pattern
        assert catalogue.key_class(pattern) == "science"


@pytest.mark.parametrize("version", VERSIONS)
def test_recipes_of_the_other_kind_read_the_key(version: str) -> None:
    """In some version: what one says of a recipe that does not read it yet does no harm."""
    every = [load("recipes", each) for each in VERSIONS]
    known = load("knowledge", version)["classes"]
    for key, entry in (*known.items(), *load("science", version).items()):
        for recipe in entry.get("unlike", ()):
            assert any(key in each.get(recipe, {"keys": ()})["keys"] for each in every), key


def test_every_data_set_that_maps_columns_is_known() -> None:
    takes = {
        name
        for name, each in load("components").items()
        if name.startswith("torchtune.datasets.")
        and "column_map" in parameters(name)
        and not re.search(r"\._|Transform|Messages", name)
    }
    assert takes == {n for n, of in load("data")["columns"].items() if of["key"] == "column_map"}


def test_no_message_ends_before_what_only_a_run_knows() -> None:
    said = [
        without_end(refused["message"])
        for each in components().values()
        for refused in each.get("refuses", ())
    ]
    assert len(said) > 100
    cut = re.compile(r"(?:[,;:]|\b(?:but|is|got|but found|received|expected|of|and))$")
    assert [each for each in said if cut.search(each)] == []
