"""A name is offered for a misspelling of it, and never for the name of another thing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcwc.api.session import TARGET, Session
from tcwc.disk.files import Place
from tcwc.model.known import Knowledge
from tcwc.model.words import NOTHING, Vocabulary, nearest, same_words
from tcwc.torchtune.catalogue.load import Catalogue
from tests.conftest import ROOT

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@cache
def catalogue() -> Knowledge:
    return Session().catalogue(TARGET.default_version, Place("experiment.yaml"))


@cache
def names() -> dict[str, tuple[str, ...]]:
    """All names of each kind of thing: keys and parameters, components, recipes, configs."""
    known = catalogue()
    assert isinstance(known, Catalogue)
    whole = known.vocabulary().names
    kinds = {
        "components": known.component_names(),
        "configs": known.config_names(),
        "recipes": known.recipe_names(),
    }
    others = {name for of_kind in kinds.values() for name in of_kind}
    keys = (name for name in whole - others if "." not in name and "/" not in name)
    return kinds | {"keys": tuple(sorted(keys))}


@pytest.mark.parametrize("kind", ["keys", "components", "recipes", "configs"])
def test_no_true_name_is_offered_for_another(kind: str) -> None:
    known, all_of_kind = catalogue().vocabulary(), names()[kind]
    assert len(all_of_kind) > 10
    for name in all_of_kind:
        others = [other for other in all_of_kind if other != name]
        assert nearest(name, others, known) == [], name


@pytest.mark.parametrize(
    ("word", "name"),
    [
        # what other libraries, releases and models have; of these the vocabulary need not know
        ("o_proj", "v_proj"),
        ("o_proj", "q_proj"),
        ("up_proj", "v_proj"),
        ("gate_proj", "output_proj"),
        ("run_val_every_n_steps", "log_every_n_steps"),
        ("save_every_n_steps", "log_every_n_steps"),
        ("qwen3/32B_lora", "qwen2_5/32B_lora"),
        ("llama3_3/8B_lora", "llama3_1/8B_lora"),
        ("llama3_2/1B_qlora", "llama3_2/1B_lora"),
        ("llama3_2/1B_lora", "llama3_2/1B_qlora"),
        ("llama3_2/1B_loha", "llama3_2/1B_lora"),
        ("llama3_2/1B_lora_single_device", "llama3_2/1B_lora"),
        ("eval_batch_size", "batch_size"),
        ("dataset_val", "dataset"),
        ("fp61", "fp64"),
        ("fp8", "fp16"),
        ("torchtune.models.qwen3.qwen3_8b", "torchtune.models.qwen2.qwen2_7b"),
        ("torch.optim.ASGD", "torch.optim.SGD"),
        ("max_steps", "max_steps_per_epoch"),
        ("kl", "lr"),
    ],
)
def test_a_far_likeness_is_none(word: str, name: str) -> None:
    assert nearest(word, [name]) == []


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("lora_rnak", "lora_rank"),
        ("lora_rakn", "lora_rank"),
        ("lorarank", "lora_rank"),
        ("LoRA-Rank", "lora_rank"),
        ("weight_dekay", "weight_decay"),
        ("gradient_acumulation_step", "gradient_accumulation_steps"),
        ("sed", "seed"),
        ("control", "controls"),
        ("lora_attn_module", "lora_attn_modules"),
        ("torch.optm.AdamW", "torch.optim.AdamW"),
        ("llama3_2/1B_lora_singel_device", "llama3_2/1B_lora_single_device"),
        ("LLAMA_32", "LLAMA3_2"),
    ],
)
def test_a_misspelling_is_one(word: str, name: str) -> None:
    assert nearest(word, [name, "nothing", "like_it"]) == [name]


def test_of_several_all_are_shown() -> None:
    assert nearest("imag_norm", ["image_norm", "imagq_norm", "other"]) == [
        "image_norm",
        "imagq_norm",
    ]
    assert nearest("image-norm", ["imags_norm", "image_norm"]) == ["image_norm"]
    assert nearest("imag", [f"imag{c}" for c in LETTERS]) == ["image"[:4] + c for c in "abc"]


def test_what_is_a_name_of_something_is_no_misspelling() -> None:
    known = Vocabulary.of(["batch_size", "patch", "precision"])
    assert nearest("patch_size", ["batch_size"], NOTHING) == ["batch_size"]
    assert nearest("patch_size", ["batch_size"], known) == [], "a part of it is another word"
    assert nearest("precision", ["revision"], known) == []
    assert nearest("precision", ["precision", "revision"], known) == ["precision"]


def slips(name: str) -> Iterator[str]:
    """Every word that one slip inside a name makes: two letters swapped, one twice, one left out
    behind the first of a part."""
    for at in range(1, len(name)):
        if name[at - 1 : at + 1].isalpha():
            yield name[: at - 1] + name[at - 1 : at + 1][::-1] + name[at + 1 :]
            yield name[:at] + name[at] + name[at:]
            yield name[:at] + name[at + 1 :]


def test_every_key_is_found_by_its_slips() -> None:
    known, keys = catalogue().vocabulary(), names()["keys"]
    missed = tried = 0
    for name in keys[::20]:
        for word in slips(name) if len(name) > 4 else ():
            found = nearest(word, keys, known)
            if word.lower() not in known.names and not set(word.split("_")) & known.parts:
                tried += 1
                missed += name not in found
    assert tried > 150
    assert missed < tried / 20


@given(st.sampled_from(("lora_rank", "max_steps_per_epoch", "torch.optim.AdamW")), st.data())
def test_a_number_and_a_short_part_are_never_changed(name: str, data: st.DataObject) -> None:
    word = data.draw(st.text("abcdeno_.0123456789-", min_size=1, max_size=24))
    for found in nearest(word, [name, f"{name}2", f"q_{name}"]):
        digits = [[c for c in text if c.isdigit()] for text in (word, found)]
        assert digits[0] == digits[1]
        assert same_words(word, found) or word.count("_") == found.count("_")


def test_there_is_one_measure_of_likeness() -> None:
    """difflib has another, which is for texts."""
    for path in sorted((ROOT / "tcwc").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if "difflib" in text else ():
            if isinstance(node, ast.ImportFrom) and node.module == "difflib":
                assert [name.name for name in node.names] == ["unified_diff"], path
