"""What `tcwc export` says of loading is true: ten kinds of runs, really trained by the lines of
--commands, and each of their weights really loaded, or refused for the reason that is given."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.study import Study

HERE = Path(__file__).parent
ARMS = """\
experiment_name: hub
base_config_file: base_hf.yaml
recipe: lora_finetune_single_device
arms:
  way:
    both: {}
    only: {save_adapter_weights_only: true}
    hub: {checkpointer.checkpoint_dir: HERE/from_hub}
    own: {checkpointer.checkpoint_dir: HERE/own}
    dora: {+model.use_dora: true}
    plain: {+checkpointer.safe_serialization: false}
controls: {output_dir: HERE/out}
"""
ONE = """\
experiment_name: {0}
base_config_file: base_{0}.yaml
recipe: {1}
controls: {{output_dir: HERE/out}}
"""
LORA, FULL = "lora_finetune_single_device", "full_finetune_single_device"
OTHERS = {"hf_full": FULL, "phi": LORA, "meta": LORA, "own_form": LORA}

TWICE = "transformers adds the adapter to them once more"
DORA = "adapter_config.json does not say that it is DoRA"
NO_BASE = "adapter_config.json names no base model"
EXPECTED = {
    ("both", "base"): "",
    ("both", "adapter"): NO_BASE,
    ("both", "merged"): TWICE,
    ("only", "adapter"): NO_BASE,
    ("hub", "base"): "",
    ("hub", "adapter"): "adapter_config.json names meta-llama/Llama-3.2-1B-Instruct",
    ("hub", "merged"): TWICE,
    ("own", "base"): "",
    ("own", "adapter"): "",
    ("own", "merged"): TWICE,
    ("dora", "adapter"): DORA,
    ("dora", "merged"): TWICE,
    ("plain", "adapter"): NO_BASE,
    ("plain", "merged"): TWICE,
    ("hf_full", "base"): "",
    ("hf_full", "merged"): "",
    ("phi", "base"): "",
    ("phi", "adapter"): "torchtune writes no adapter_config.json for PHI3_MINI",
    ("phi", "merged"): "",
    ("meta", "base"): "the weights have Meta's form",
    ("meta", "adapter"): "FullModelMetaCheckpointer writes no adapter_config.json",
    ("meta", "merged"): "the weights have Meta's form",
    ("own_form", "base"): "the weights have torchtune's own form",
    ("own_form", "adapter"): "FullModelTorchTuneCheckpointer writes no adapter_config.json",
    ("own_form", "merged"): "the weights have torchtune's own form",
}
"""What each says, by the way that it was trained and the kind of its weights; "" where it loads."""


@dataclass(frozen=True)
class Loaded:
    """A row of an export before and after training, and what came of loading it."""

    before: dict[str, Any]
    row: dict[str, Any]
    found: dict[str, Any]


@pytest.fixture(scope="module")
def loaded(
    torchtune_python: Path,
    evaluators_python: Path,
    labs: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[tuple[str, str], Loaded]:
    here = tmp_path_factory.mktemp("weights").resolve()
    _make(here, torchtune_python, labs)
    before: dict[tuple[str, str], dict[str, Any]] = {}
    after: dict[tuple[str, str], dict[str, Any]] = {}
    for name, text in _sources().items():
        study = Study(here, f"{name}.yaml")
        study.source.write_text(text.replace("HERE", str(here)), encoding="utf-8")
        assert study.cli("build", study.source.name).code == 0
        before |= _rows(study, name)
        _train(study, torchtune_python)
        after |= _rows(study, name)
    assert before.keys() == after.keys()
    found = _load(evaluators_python, list(after.values()), here)
    return {
        key: Loaded(before[key], row, each)
        for (key, row), each in zip(after.items(), found, strict=True)
    }


def _make(here: Path, python: Path, labs: Path) -> None:
    made = [str(python), str(HERE / "tiny_llama.py"), str(labs), str(here)]
    subprocess.run(made, check=True, capture_output=True)
    names = {"from_hub": "meta-llama/Llama-3.2-1B-Instruct", "own": str(here / "own")}
    for folder, name in names.items():
        (here / folder).mkdir()
        for file in (here / "hf").iterdir():
            (here / folder / file.name).write_bytes(file.read_bytes())
        (here / folder / "original_repo_id.json").write_text(json.dumps({"repo_id": name}))
    (here / "base_own_form.yaml").write_bytes((here / "base.yaml").read_bytes())


def _sources() -> dict[str, str]:
    shared = "output: configs_{0}\n"
    every = {"hub": ARMS + shared.format("hub")}
    for name, recipe in OTHERS.items():
        every[name] = ONE.format(name, recipe) + shared.format(name)
    return every


def _rows(study: Study, name: str) -> dict[tuple[str, str], dict[str, Any]]:
    said = study.cli("export", study.source.name)
    assert said.code == 0, said
    found, way = {}, name
    bases = {"hf": "both", "from_hub": "hub", "own": "own"}
    for row in map(json.loads, said.out.splitlines()):
        way = row["parameters"].get("way", name)
        if row["kind"] == "base" and name == "hub":
            way = bases[Path(row["folder"]).name]
        found[way, row["kind"]] = row
    return found


def _train(study: Study, python: Path) -> None:
    """The lines of --commands, in an environment with nothing in it."""
    os.environ["TCWC_TUNE"] = str(python.parent / "tune")
    try:
        lines = study.cli("export", study.source.name, "--commands").out.splitlines()
    finally:
        del os.environ["TCWC_TUNE"]
    assert lines
    bare = {"PATH": "/usr/bin:/bin", "HOME": str(study.folder), "OMP_NUM_THREADS": "1"}
    for line in lines:
        done = subprocess.run(["bash", "-c", line], env=bare, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def _load(python: Path, rows: list[dict[str, Any]], here: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        [str(python), str(HERE / "load_weights.py")],
        input="".join(json.dumps(row) + "\n" for row in rows),
        env={**os.environ, "HF_HOME": str(here / "cache")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def near(one: list[float], other: list[float]) -> bool:
    return all(abs(a - b) < 1e-4 for a, b in zip(one, other, strict=True))


pytestmark = [pytest.mark.slow, pytest.mark.torchtune]


def test_ten_ways_to_train(loaded: dict[tuple[str, str], Loaded]) -> None:
    assert loaded.keys() == EXPECTED.keys()
    assert len({way for way, _ in loaded}) == 10


@pytest.mark.parametrize("key", EXPECTED, ids="-".join)
def test_what_was_said_before_is_what_is_there(
    loaded: dict[tuple[str, str], Loaded], key: tuple[str, str]
) -> None:
    """Nothing differs but the state, and how many bytes there are."""
    each = loaded[key]
    told = {"state", "bytes"}
    assert {k: v for k, v in each.before.items() if k not in told} == {
        k: v for k, v in each.row.items() if k not in told
    }
    if key[1] != "base":
        files = [Path(each.row["folder"], name) for name in each.row["files"]]
        assert files
        assert each.row["bytes"] == sum(file.stat().st_size for file in files)
        config = Path(each.row["folder"], "adapter_config.json")
        assert each.row["adapter_config"] == config.exists()


@pytest.mark.parametrize("key", EXPECTED, ids="-".join)
def test_each_is_loaded_or_refused_as_it_says(
    loaded: dict[tuple[str, str], Loaded], key: tuple[str, str]
) -> None:
    row, found = loaded[key].row, loaded[key].found
    reason = EXPECTED[key]
    assert reason in (row["why_not"] or "")
    assert row["loads_offline"] == (reason == "")
    logits, error = found["logits"], found["error"]
    if not reason:
        assert logits, error
        if "alone" in found:
            assert near(logits, found["alone"]["logits"])
        if key[1] == "adapter":
            assert near(logits, loaded[key[0], "merged"].found["alone"]["logits"])
    elif reason == TWICE:
        # Either it is loaded and is another model, or nothing is loaded (an adapter in .bin).
        assert error or not near(logits, found["alone"]["logits"])
        assert not error or "adapter_model.safetensors" in error
    elif reason == DORA:
        adapted, merged = found["on_base"]["logits"], loaded["dora", "merged"].found["alone"]
        assert adapted
        assert not near(adapted, merged["logits"])
    elif reason == NO_BASE:
        config = json.loads(Path(row["folder"], "adapter_config.json").read_text("utf-8"))
        assert "base_model_name_or_path" not in config
        assert error.startswith("OSError: ")
    elif "names meta-llama" in reason:
        assert error.startswith("OSError: ")
        assert "couldn't connect" in error or "offline mode" in error
    elif key[1] == "adapter":
        assert "Can't find 'adapter_config.json'" in error
    else:
        assert "model" in error
        assert "config.json" in error


@pytest.mark.parametrize("way", ["both", "only", "hub", "own", "plain"])
def test_peft_adds_an_adapter_to_its_base_whatever_its_config_names(
    loaded: dict[tuple[str, str], Loaded], way: str
) -> None:
    """Which is what lm_eval does with `pretrained=BASE,peft=FOLDER`."""
    # The same training as `both`, so the same weights.
    merged = loaded["both" if way == "only" else way, "merged"].found["alone"]["logits"]
    found = loaded[way, "adapter"].found["on_base"]
    assert near(found["logits"], merged), found["error"]
    assert not near(merged, loaded["both", "base"].found["logits"])
