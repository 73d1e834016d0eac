"""What findings call files: as one would from where tcwc runs, given when a file is read."""

from __future__ import annotations

from pathlib import Path

import pytest

import tcwc

SOURCE = """\
experiment_name: study
base_config_file: ./base.yaml
engineering_file: ../shared/cluster.yaml
recipe: lora_finetune_single_device
variables:
  seed: [1, 2]
  seed: [3]
"""


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An experiment two folders down, with something wrong in each of its files."""
    files = {
        "work/a/experiment.yaml": SOURCE,
        "work/a/base.yaml": "seed: 1\nseed: 2\n",
        "work/shared/cluster.yaml": "device: cuda\ndevice: cpu\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return "work/a/experiment.yaml"


def test_a_file_has_one_name(source: str) -> None:
    made = tcwc.compile(source)
    names = {"work/a/experiment.yaml", "work/a/base.yaml", "work/shared/cluster.yaml"}
    assert set(made.sources) == names
    assert {name: text.name for name, text in made.sources.items()} == {n: n for n in names}
    assert {each.span.file for each in made.diagnostics} == names
    assert {label.span.file for each in made.diagnostics for label in each.labels} == names


def test_findings_are_in_the_order_of_what_the_source_calls_the_files(source: str) -> None:
    found = [each.span.file for each in tcwc.compile(source).diagnostics]
    assert found == sorted(
        found, key=["work/shared/cluster.yaml", "work/a/base.yaml", source].index
    )


def test_other_texts_go_by_these_names(source: str) -> None:
    names = ("work/a/base.yaml", "work/shared/cluster.yaml")
    made = tcwc.compile(source, others=dict.fromkeys(names, "device: cpu\n"))
    assert {each.span.file for each in made.diagnostics if each.code != "TCW104"} == {source}
    assert made.sources["work/a/base.yaml"].text == "device: cpu\n"
