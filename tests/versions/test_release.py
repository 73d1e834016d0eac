"""Which version is meant by a word that names none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcwc.language.release import near_version
from tcwc.torchtune.target import TORCHTUNE
from tests.study import Study

KNOWN = ("0.5.0", "0.6.1", "0.7.0.dev", "local:mine")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("v0.5.0", ("0.5.0", True)),
        ("torchtune==0.6.1", ("0.6.1", True)),
        ("0.5", ("0.5.0", True)),
        ("0.6.0", ("0.6.1", False)),
        ("0.7.0", ("0.7.0.dev", False)),
        ("0.7.0.dev20250401", ("0.7.0.dev", False)),
        ("mine", ("local:mine", True)),
        ("yours", (None, False)),
        ("0.4.0", (None, False)),
        ("", (None, False)),
    ],
)
def test_a_word_means_a_version(word: str, meant: tuple[str | None, bool]) -> None:
    assert near_version(word, KNOWN, TORCHTUNE) == meant


def test_nothing_is_looked_up_in_another_version(tmp_path: Path) -> None:
    study = Study(tmp_path)
    study.source.write_text(
        "experiment_name: t\nbase_config: llama3_2/1B_lora_single_device\ntorchtune: local:mine\n"
        "variables: {of_the_fork: [8, 16]}\n"
    )
    said = study.cli("lint")
    assert said.out.count("error[") == 1
    assert "or from its maker" in said.out
    study.source.write_text(study.source.read_text().replace("local:mine", "main"))
    assert "no catalogue" not in study.cli("lint").out


def test_bases_of_another_version(tmp_path: Path) -> None:
    study = Study(tmp_path)
    said = study.cli("bases", "qwen3", "lora", "8B_lora")
    assert said.code == 1
    assert "`tcwc bases --torchtune 0.7.0.dev qwen3 lora 8B_lora`" in said.err
    assert "qwen3/8B_lora" in study.cli("bases", "--torchtune", "main", "qwen3", "8B_lora").out
    assert "did you mean 0.5.0?" in study.cli("bases", "--torchtune", "0.5", "x").err
