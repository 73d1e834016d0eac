from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from omegaconf import OmegaConf
from omegaconf.errors import GrammarParseError
from ruamel.yaml import YAML

from tcwc.model.signature import Signature, config_text, signature
from tcwc.yaml.emit import is_plain, render_member
from tests import values
from tests.experiments import render

Reader = Callable[[str], Any]


def omegaconf(text: str) -> Any:
    try:
        return OmegaConf.to_container(OmegaConf.load(io.StringIO(text)), resolve=False)
    except GrammarParseError:
        assume(False)  # `${` that is no interpolation: OmegaConf read it, and then refuses it


def libyaml(text: str) -> Any:
    return yaml.load(text, Loader=yaml.CSafeLoader)


READERS: list[Reader] = [
    omegaconf,
    yaml.safe_load,
    libyaml,
    YAML(typ="safe", pure=True).load,
]


def typed(value: Any) -> Any:
    """Makes 1, 1.0 and True differ in a comparison."""
    if isinstance(value, dict):
        return {key: typed(member) for key, member in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    return type(value), repr(value)


@given(values.mappings)
def test_all_readers_read_a_config_alike(config: dict[str, Any]) -> None:
    text = render(config)
    for read in READERS:
        assert typed(read(text)) == typed(config)


@pytest.mark.parametrize("text", values.HOSTILE)
def test_all_readers_read_a_hostile_string_as_itself(text: str) -> None:
    config: dict[str, Any] = {"value": text, "list": [text, {"inner": text}, [text]]}
    if len(text) < 900:
        config[text] = {text: 1}
    for read in READERS[1:]:
        assert read(render(config)) == config
    if not text.startswith("${"):
        assert omegaconf(render(config)) == config


@given(values.mappings)
def test_the_text_is_clean_lines(config: dict[str, Any]) -> None:
    text = render(config)
    assert text.endswith("\n")
    assert all(line and line == line.rstrip() for line in text.split("\n")[:-1])
    assert text.splitlines() == text.split("\n")[:-1]


@given(values.mappings)
def test_members_join_to_the_whole(config: dict[str, Any]) -> None:
    assume(config)
    assert render(config) == "".join(render_member(key, config[key]) for key in config)


def test_the_layout_is_pinned() -> None:
    config: dict[str, Any] = {
        "output_dir": "/tmp/x",
        "model": {"_component_": "torchtune.models.llama3_2.lora", "modules": ["q_proj", "v_proj"]},
        "lr": 3e-4,
        "clip": float("inf"),
        "low": float("-inf"),
        "on": "no",
        "note": "it's 1\n",
        "quoted": "a 'b': c",
        "dir": "${output_dir}/logs",
        "empty": [{}, [], "", None, True, 1],
        "nested": [[1, [2]], [{"a": {"b": 1}, "c": [3]}]],
    }
    assert render(config) == (
        "output_dir: /tmp/x\n"
        "model:\n"
        "  _component_: torchtune.models.llama3_2.lora\n"
        "  modules:\n"
        "    - q_proj\n"
        "    - v_proj\n"
        "lr: 0.0003\n"
        "clip: .inf\n"
        "low: -.inf\n"
        "'on': 'no'\n"
        'note: "it\'s 1\\n"\n'
        "quoted: 'a ''b'': c'\n"
        "dir: ${output_dir}/logs\n"
        "empty:\n"
        "  - {}\n"
        "  - []\n"
        "  - ''\n"
        "  - null\n"
        "  - true\n"
        "  - 1\n"
        "nested:\n"
        "  - - 1\n"
        "    - - 2\n"
        "  - - a:\n"
        "        b: 1\n"
        "      c:\n"
        "        - 3\n"
    )


def test_an_empty_config_is_an_empty_mapping() -> None:
    assert yaml.safe_load(render({})) == {}


@pytest.mark.parametrize(
    "text", "q_proj cuda /tmp/a-b.c ${output_dir}/logs torchtune.models.x a,b é/ü ~/x ./x".split()
)
def test_common_strings_stay_plain(text: str) -> None:
    assert is_plain(text)
    assert render({"a": text}) == f"a: {text}\n"


@pytest.mark.parametrize("bad", ["a\0b", "\ud800", float("nan"), {"k" * 1025: 1}, {"\0": 1}])
def test_what_no_reader_reads_back_is_refused(bad: Any) -> None:
    with pytest.raises(ValueError, match=r"NUL|surrogate|nan|1025 characters"):
        render({"a": bad})


CONFIG = config_text("lora_rank_study", "run_003", "seed: 1\nlr: 0.5\n")


def test_a_config_begins_with_its_signature() -> None:
    assert CONFIG == (
        "# lora_rank_study, run_003: written by tcwc; edit the experiment and build again\n"
        "# tcwc run_003 sha256:f5bcf6fd514e70e7c4c8dd00545b3448e53890b8decef1c5542ee0265c04be68\n"
        "seed: 1\n"
        "lr: 0.5\n"
    )


@pytest.mark.parametrize("text", [CONFIG, CONFIG.replace("\n", "\r\n")])
def test_an_untouched_file_is_intact(text: str) -> None:
    found = signature(text)
    assert (found.signature, found.run_id) == (Signature.INTACT, "run_003")


@pytest.mark.parametrize(
    "edited",
    [
        CONFIG.replace("seed: 1", "seed: 2"),
        CONFIG + "\n",
        CONFIG + "# note\n",
        CONFIG[:-1],
        "# a note\n" + CONFIG,
        "\ufeff" + CONFIG,
        CONFIG.replace("lora_rank_study, ", "my notes; lora_rank_study, x\n# "),
        CONFIG.replace("written by tcwc", "WRITTEN by tcwc"),
        CONFIG.split("\n", 1)[1],
        CONFIG.replace("run_003", "run_004", 1),
        CONFIG.replace("sha256:f5", "sha256:"),
        CONFIG.replace("seed: 1\n", "<<<<<<< a\nseed: 1\n=======\nseed: 2\n>>>>>>> b\n"),
        CONFIG.replace("seed: 1", "seed: \udcff"),
    ],
)
def test_an_edited_file_is_edited(edited: str) -> None:
    assert signature(edited).signature is Signature.EDITED


@pytest.mark.parametrize("text", ["", "seed: 1\n", "# tcwc\nseed: 1\n", "#" + CONFIG[60:60]])
def test_another_file_is_foreign(text: str) -> None:
    found = signature(text)
    assert (found.signature, found.run_id) == (Signature.FOREIGN, "")


@given(values.mappings)
def test_every_config_is_intact(config: dict[str, Any]) -> None:
    assert signature(config_text("x", "run_1000", render(config))).signature is Signature.INTACT


@pytest.mark.parametrize(
    "word", ["y", "No", "ON", "true", "Null", "none", "nan", "inf", "Infinity"]
)
def test_a_word_that_some_reader_takes_for_a_value_is_quoted(word: str) -> None:
    assert render({"a": word}) == f"a: '{word}'\n"
    assert render({"a": f"{word}s"}) == f"a: {word}s\n"
    assert not is_plain(word)
