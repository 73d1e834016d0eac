"""What is adopted may be anybody's: nothing of it reaches a terminal, or a log, as an order."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tcwc.api.session import TARGET
from tests.moves.test_nearest import known, values_of
from tests.report.test_hostile_texts import BAD, TEXTS, WRITTEN
from tests.study import Said, Study

__all__ = ["known"]


def assert_clean(said: Said) -> None:
    """What is given is a text for a file, what is said is for people and their logs."""
    for each, bad in ((said.out, WRITTEN), (said.err, BAD)):
        found = bad.search(each)
        assert found is None, each[max(found.start() - 80, 0) : found.end() + 40]


@pytest.mark.parametrize("text", [raw for raw, _ in TEXTS.values()], ids=TEXTS)
def test_configs_with_hostile_texts(text: str, tmp_path: Path, known: Any) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    for rank in (8, 16, 32, 64, 128):
        values = copy.deepcopy(values_of(known))
        values["model"]["lora_rank"] = rank
        values["tokenizer"]["path"] = f"{text}{rank}"
        values[f"k{text[:90]}"] = text
        values["checkpointer"]["checkpoint_dir"] = text if rank == 8 else "x"
        body = "".join(TARGET.emit(key, value) for key, value in values.items())
        (folder / f"r{rank}.yaml").write_text(body, encoding="utf-8")
    (folder / f"no {text.replace('/', '')[:60]}.yaml").write_text("a: 1\n", encoding="utf-8")
    said = Study(tmp_path).cli("adopt", "mine", "-v")
    assert said.out
    assert_clean(said)


@pytest.mark.parametrize("text", [raw for raw, _ in TEXTS.values()], ids=TEXTS)
@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("x.sh", "tune run lora_finetune_single_device --config {name} seed='{text}' '{text}=1'\n"),
        ("x.sh", "if '{text}'; then tune run a --config b; fi; tune run '{text}' --config c\n"),
        ("x.txt", "python x.py -m seed=1,2 'a={quoted}' '{text}=1,2' 'hydra.{text}=1'\n"),
        ("x.yaml", "method: {quoted}\nname: {quoted}\nparameters: {{{quoted}: {quoted}}}\n"),
        ("x.yaml", "experiment: {{name: {quoted}}}\nruns: []\nvariables: {{{quoted}: [1]}}\n"),
    ],
)
def test_others_with_hostile_texts(text: str, name: str, form: str, tmp_path: Path) -> None:
    base = "llama3_2/1B_lora_single_device"
    quoted = json.dumps(text)
    made = form.format(text=text.replace("'", ""), quoted=quoted, name=base)
    (tmp_path / name).write_text(made, encoding="utf-8")
    said = Study(tmp_path).cli("adopt", name, "-v", "--base", base)
    assert_clean(said)


def test_secrets_are_stars_in_what_is_said(tmp_path: Path, known: Any) -> None:
    token = "hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789"
    folder = tmp_path / "mine"
    folder.mkdir()
    for seed in range(5):
        values = values_of(known) | {"seed": seed, "hf_token": token if seed != 2 else token[:-1]}
        body = "".join(TARGET.emit(key, value) for key, value in values.items())
        (folder / f"{seed}.yaml").write_text(body, encoding="utf-8")
    said = Study(tmp_path).cli("adopt", "mine")
    assert token[:-1] not in said.err
