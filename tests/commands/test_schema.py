"""`tcwc schema`: what it prints, what it writes, and what it leaves alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.study import BASE, Study


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path).write()


def test_prints_the_schema_of_every_experiment(study: Study) -> None:
    made = json.loads(study.cli("schema").out)
    assert "then" not in made
    assert "controls" in made["properties"]


def test_prints_that_of_a_base_as_that_of_an_experiment(study: Study) -> None:
    of_base = study.cli("schema", "--base", BASE).out
    assert json.loads(of_base)["if"]["patternProperties"]["^base_config$"] == {"const": BASE}
    assert study.cli("schema", "experiment.yaml").out == of_base


def test_writes_beside_the_source_and_says_how_an_editor_finds_it(study: Study) -> None:
    study.source.rename(study.folder / "a.experiment.yaml")
    said = study.cli("schema", "a.experiment.yaml", "-o", "a.schema.json")
    assert said.out == ""
    assert "# yaml-language-server: $schema=a.schema.json" in said.err
    written = study.folder / "a.schema.json"
    first = written.read_bytes()
    assert study.cli("schema", "a.experiment.yaml", "-o", "a.schema.json", "-q").all == ""
    assert written.read_bytes() == first


def test_a_file_of_somebody_else_stays(study: Study) -> None:
    (study.folder / "mine.json").write_text("{}", encoding="utf-8")
    said = study.cli("schema", "-o", "mine.json")
    assert said.code == 2
    assert "not a schema that tcwc wrote" in said.err
    assert (study.folder / "mine.json").read_text(encoding="utf-8") == "{}"


def test_an_experiment_with_mistakes_has_a_schema(study: Study) -> None:
    study.write(controls="lora_rnk: 8")
    assert study.cli("schema", "experiment.yaml").code == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["none.yaml"], 2, "cannot read none.yaml"),
        (["broken.yaml"], 1, "TCW105"),
        (["--base", "llama3_2/1B_lora_single_devise"], 1, "llama3_2/1B_lora_single_device"),
        (["--base", BASE, "--recipe", "lora_finetune_single_devise"], 1, "did you mean lora_finet"),
        (["--base", BASE, "--torchtune", "9.9"], 1, "no catalogue of torchtune 9.9"),
        (["--recipe", "full_finetune_distributed"], 1, "name the base too"),
        (["experiment.yaml", "--base", BASE], 2, "leave `--base` out"),
        (["-o", "no/such/folder.json"], 2, "cannot write no/such/folder.json"),
        (["-o", "."], 2, "cannot write ."),
    ],
)
def test_says_what_keeps_it_from_one(study: Study, words: list[str], code: int, said: str) -> None:
    broken = "experiment_name: x\nbase_config: nope\n"
    (study.folder / "broken.yaml").write_text(broken, encoding="utf-8")
    done = study.cli("schema", *words)
    assert done.code == code
    assert said in done.err
    assert done.out == ""
