"""Strings that YAML readers disagree on come out of a build as what went in, for every reader."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from omegaconf import OmegaConf
from ruamel.yaml import YAML

import tcwc
from tcwc.api.compilation import Compilation
from tcwc.config.canonical import json_string
from tests import values
from tests.experiments import CATALOGUE, render, write_experiment

SHIPPED = CATALOGUE.config("llama3_2/1B_lora_single_device")
assert SHIPPED is not None

HOSTILE = [
    *"1e-4 1E-4 1e5 no off yes on ~ null 12:00:00 010 08 0o10 0x1F 1_000 +1 .inf nan = <<".split(),
    *["2001-01-01", "a\nb", "a\n", "#", "a #b", ": ", "a: b", "trailing ", " ", "", "😀", "a\x85b"],
    *["'", '"', "\\", "- x", "?", "@x", "%x", "!x", "&x", "*x", "[x", "{x", "x}", "`", "\t", "|"],
]

# `${` is an interpolation and `???` a value that is missing, whoever reads them; what ends in `/`
# is a folder, and lint says that no tokenizer reads one.
authors_strings = values.strings.filter(
    lambda text: "${" not in text and text != "???" and not text.endswith("/")
)

EXPERIMENT = """\
experiment_name: strings
base_config: llama3_2/1B_lora_single_device
variables:
  tokenizer.path:
    - {quoted}
    - /literal/second/level
controls:
  +note: {quoted}
  +several: [{quoted}, x]
  +block:{block}
"""

# A shipped config with a key of its own, which something reads.
BASE = render(SHIPPED.values | {"run_name": "${output_dir}-${text}"})

FROM_BASE = """\
experiment_name: strings
base_config_file: base.yaml
recipe: lora_finetune_single_device
variables:
  seed: [1]
"""


# A file is read there, and a name of a folder (`.`, `/`) is an error.
@given(authors_strings.filter(lambda text: not text or text.strip("./")))
@example("\ud7ff")
@example("/\n")
def test_a_string_of_the_author(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = EXPERIMENT.format(quoted=_quoted(text), block=_block(text))
        # Some way below, so that what it names above is of the test too.
        compilation = tcwc.compile(write_experiment(Path(folder, "a", "b"), source))
        errors = [
            each.message for each in compilation.diagnostics if each.severity.value == "error"
        ]
        assert errors == []
        assert compilation.runs[0].config["tokenizer"]["path"] == text  # type: ignore[index,call-overload]
        for config in _read_alike(compilation):
            assert config["note"] == config["several"][0] == text
            assert config["block"] == (text if _fits_a_block(text) else "none")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_string_of_the_author(text: str) -> None:
    test_a_string_of_the_author.hypothesis.inner_test(text)  # type: ignore[attr-defined]


@pytest.mark.usefixtures("no_checks")
@given(authors_strings)
@example("a\x85b")
def test_a_string_of_a_base_file(text: str) -> None:
    for config in _from_base(f"text: {json_string(text)}\n"):
        assert config["text"] == text


@pytest.mark.usefixtures("no_checks")
@pytest.mark.parametrize("scalar", [text for text in HOSTILE if text not in "=<<"])
def test_a_plain_scalar_of_a_base_file_is_what_omegaconf_reads(scalar: str) -> None:
    lines = f"text: {scalar}\n"
    try:
        expected = OmegaConf.to_container(OmegaConf.create(lines))
    except Exception:
        expected = None
    if not isinstance(expected, dict):
        return  # no YAML; how a base is refused is tested with the reader
    for config in _from_base(lines):
        assert (type(config["text"]), config["text"]) == (type(expected["text"]), expected["text"])


@pytest.mark.parametrize("interpolation", ["${output_dir}/x", "a ${seed} b", "${oc.env:HOME}"])
def test_an_interpolation_stays_as_written(interpolation: str) -> None:
    for config in _from_base(f"text: {json_string(interpolation)}\n"):
        assert config["text"] == interpolation


@pytest.mark.parametrize("text", ['"a\\0b"', '"\\u0000"', "a\0b", "'\0'"])
def test_nul_is_refused(tmp_path: Path, text: str) -> None:
    inside = tcwc.compile(write_experiment(tmp_path, EXPERIMENT.format(quoted=text, block=" none")))
    (tmp_path / "base.yaml").write_text(f"{BASE}text: {text}\n", encoding="utf-8")
    outside = tcwc.compile(write_experiment(tmp_path, FROM_BASE))
    for compilation in (inside, outside):
        assert not compilation.ok
        assert any("U+0000" in each.message for each in compilation.diagnostics)


def _read_alike(compilation: Compilation) -> Iterator[dict[str, Any]]:
    """The config of each run, after all readers have read it alike."""
    for run in compilation.runs:
        for read in (_omegaconf, yaml.safe_load, YAML(typ="safe", pure=True).load):
            # repr tells 1, 1.0 and True apart, and shows the order of keys
            assert repr(read(run.text)) == repr(run.config)
        yield run.config


def _from_base(added: str) -> Iterator[dict[str, Any]]:
    """The configs of a sweep over a base file with these lines at its end, which define `text`."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "base.yaml").write_bytes((BASE + added).encode())
        compilation = tcwc.compile(write_experiment(Path(folder), FROM_BASE))
        assert compilation.ok, [each.message for each in compilation.diagnostics]
        yield from _read_alike(compilation)


def _omegaconf(text: str) -> object:
    return OmegaConf.to_container(OmegaConf.create(text), resolve=False)


def _quoted(text: str) -> str:
    """The text in quotes, its braces doubled: single where that is enough to hold it."""
    text = text.replace("{", "{{").replace("}", "}}")
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return json_string(text)


def _fits_a_block(text: str) -> bool:
    lines = text.split("\n")
    return all(line.isprintable() and line.strip() for line in lines) and lines[0][0] != " "


def _block(text: str) -> str:
    """The text as a literal block where it can be one, else a plain word."""
    if not _fits_a_block(text):
        return " none"
    text = text.replace("{", "{{").replace("}", "}}")
    return " |-\n" + "\n".join(f"    {line}" for line in text.split("\n"))
