"""Models as levels: arms whose levels are configs that ship."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import tcwc
from tests.experiments import CATALOGUE
from tests.study import Study

LLAMA, BIGGER, QWEN = (
    "llama3_2/1B_lora_single_device",
    "llama3_2/3B_lora_single_device",
    "qwen2_5/1.5B_lora_single_device",
)
HEAD = f"experiment_name: sizes\nbase_config: {LLAMA}\n"
ARM = f"arms:\n  size: {{from_configs: [{LLAMA}, {QWEN}], models: /scratch/models}}\n"


def compiled(folder: Path, text: str) -> tcwc.Compilation:
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "experiment.yaml"
    source.write_text(HEAD + text, encoding="utf-8")
    return tcwc.compile(source)


def errors(folder: Path, text: str) -> list[tuple[str, int, int, str, str]]:
    found = compiled(folder, text).diagnostics
    return [
        (each.code, each.span.line, each.span.column, each.message, each.help)
        for each in found
        if each.severity is tcwc.Severity.ERROR
    ]


def runs(folder: Path, text: str) -> list[dict[str, Any]]:
    made = compiled(folder, text)
    assert made.ok, [each.message for each in made.diagnostics]
    return [run.config for run in made.runs]


def test_a_level_is_the_model_of_its_config(tmp_path: Path) -> None:
    """Tokenizer and checkpointer as the config has them; of `model` the component alone."""
    base, other = runs(tmp_path, ARM)
    assert other["model"]["_component_"] == "torchtune.models.qwen2_5.lora_qwen2_5_1_5b_instruct"
    of_model = {key: value for key, value in other["model"].items() if key != "_component_"}
    assert of_model == {k: v for k, v in base["model"].items() if k != "_component_"}
    assert other["tokenizer"] == {
        "_component_": "torchtune.models.qwen2_5.qwen2_5_tokenizer",
        "path": "/scratch/models/Qwen2.5-1.5B-Instruct/vocab.json",
        "merges_file": "/scratch/models/Qwen2.5-1.5B-Instruct/merges.txt",
        "max_seq_len": None,
    }
    assert other["checkpointer"]["checkpoint_dir"] == "/scratch/models/Qwen2.5-1.5B-Instruct"
    assert other["checkpointer"]["model_type"] == "QWEN2"
    assert other["batch_size"] == base["batch_size"]
    assert "merges_file" not in base["tokenizer"]


def test_constants_stay_where_a_config_says_nothing(tmp_path: Path) -> None:
    """Null in a shipped config says nothing of the model; what it names, it decides."""
    own = "controls:\n  tokenizer.max_seq_len: 2048\n  checkpointer.checkpoint_dir: /mine\n"
    own += "  checkpointer.output_dir: /out\n"
    made = compiled(tmp_path, ARM + own)
    assert [each.code for each in made.diagnostics if each.code == "TCW401"] == ["TCW401"]
    for run in made.runs:
        assert run.config["tokenizer"]["max_seq_len"] == 2048
        assert run.config["checkpointer"]["checkpoint_dir"].startswith("/scratch/models/")
        assert run.config["checkpointer"]["output_dir"].startswith("/out/sizes/run_")


def test_what_no_level_sets_may_vary(tmp_path: Path) -> None:
    lengths = "variables:\n  tokenizer.max_seq_len: [1024, 2048]\n"
    made = runs(tmp_path, ARM + lengths)
    assert [each["tokenizer"]["max_seq_len"] for each in made] == [1024, 1024, 2048, 2048]


def test_a_level_is_the_model_whatever_constants_say(tmp_path: Path) -> None:
    """Also that of the base's own config, which says nothing else than the base."""
    other = "controls:\n  model._component_: torchtune.models.llama3_2.lora_llama3_2_3b\n"
    (one, _) = runs(tmp_path, ARM + other)
    assert one["model"]["_component_"] == "torchtune.models.llama3_2.lora_llama3_2_1b"


def test_what_its_model_alone_takes_is_its_config_s(tmp_path: Path) -> None:
    """The base, whose model has no pictures, says nothing of them; and that is recorded."""
    vision = "llama3_2_vision/11B_lora_single_device"
    study = Study.built(tmp_path / "study", HEAD + ARM.replace(QWEN, vision))
    before = texts(study)
    assert "  fusion_trainable: lora\n" in before["run_001.yaml"]
    assert "fusion_trainable" not in before["run_000.yaml"]
    assert not study.cli("build").code
    assert texts(study) == before


def test_what_the_base_has_besides_goes(tmp_path: Path) -> None:
    text = f"experiment_name: sizes\nbase_config: {QWEN}\n{ARM}"
    source = tmp_path / "experiment.yaml"
    source.write_text(text, encoding="utf-8")
    llama, qwen = (run.config for run in tcwc.compile(source).runs)
    assert "merges_file" not in llama["tokenizer"]
    assert "merges_file" in qwen["tokenizer"]


def test_without_a_folder_weights_lie_where_shipped_configs_look(tmp_path: Path) -> None:
    (_, other) = runs(tmp_path, ARM.replace(", models: /scratch/models", ""))
    assert other["checkpointer"]["checkpoint_dir"] == "/tmp/Qwen2.5-1.5B-Instruct"


@pytest.mark.parametrize("root", ["/scratch/models", "/scratch/models/", "/", "weights", "."])
def test_the_folder_stands_for_tmp(tmp_path: Path, root: str) -> None:
    (_, other) = runs(tmp_path, ARM.replace("/scratch/models", root))
    assert other["tokenizer"]["path"] == f"{root.rstrip('/')}/Qwen2.5-1.5B-Instruct/vocab.json"


def test_conditions_and_templates_name_the_level(tmp_path: Path) -> None:
    more = (
        "variables:\n  lora_rank: [8, 64]\n"
        f"exclude: [\"size == '{QWEN}' and lora_rank == 64\"]\n"
        f"include: [{{size: {QWEN}, lora_rank: 128}}]\n"
        "controls:\n  output_dir: '/x/{size}/{lora_rank}'\n"
        f"  when:\n    \"size == '{QWEN}'\": {{batch_size: 2}}\n"
    )
    made = runs(tmp_path, ARM + more)
    assert [each["output_dir"] for each in made] == [
        "/x/llama3_2_1B_lora_single_device/8",
        "/x/qwen2_5_1.5B_lora_single_device/8",
        "/x/llama3_2_1B_lora_single_device/64",
        "/x/qwen2_5_1.5B_lora_single_device/128",
    ]
    assert [each["batch_size"] for each in made] == [4, 2, 4, 2]


def test_models_advance_together_with_what_they_need(tmp_path: Path) -> None:
    zipped = "variables:\n  batch_size: [8, 2]\nzip: [[batch_size, size]]\n"
    made = runs(tmp_path, ARM + zipped)
    assert [(each["batch_size"], each["checkpointer"]["model_type"]) for each in made] == [
        (8, "LLAMA3_2"),
        (2, "QWEN2"),
    ]


def test_what_only_a_level_has_is_a_short_name(tmp_path: Path) -> None:
    """The components of all levels count: one of them alone takes `merges_file`."""
    found = errors(tmp_path, ARM + "variables:\n  merges_file: [a.txt, b.txt]\n")
    assert {code for code, *_ in found} <= {"TCW115", "TCW206"}
    assert found


WRONG = {
    "another recipe": (
        f"[{LLAMA}, llama3_2/3B_full_single_device]",
        ("TCW125", 4, 57, "is for full_finetune_single_device", "3B_lora_single_device"),
    ),
    "a misspelt name": (
        f"[{LLAMA}, llama3_2/3B_lora_singel_device]",
        ("TCW105", 4, 57, "ships no config", "did you mean llama3_2/3B_lora_single_device"),
    ),
    "twice": (f"[{LLAMA}, {LLAMA}]", ("TCW125", 4, 57, "is there twice", "keep one")),
    "no list": (LLAMA, ("TCW125", 4, 24, "is a list of names", f"[{LLAMA}]")),
    "nothing": ("", ("TCW125", 4, 10, "is a list of names", "[NAME, NAME]")),
    "a list of lists": (f"[[{LLAMA}]]", ("TCW125", 4, 25, "is a list of names", "NAME")),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_list_of_configs(what: str, tmp_path: Path) -> None:
    written, (code, line, column, says, offers) = WRONG[what]
    ((*found, message, help),) = errors(tmp_path, f"arms:\n  size: {{from_configs: {written}}}\n")
    assert found == [code, line, column]
    assert says in message
    assert offers in help


def test_a_level_may_be_called_so(tmp_path: Path) -> None:
    """`from_configs: {...}` is a level of that name, as it was before there were models."""
    made = runs(tmp_path, "arms:\n  x: {from_configs: {batch_size: 2}, models: {batch_size: 8}}\n")
    assert [each["batch_size"] for each in made] == [2, 8]


# --- the lock ------------------------------------------------------------------------------


def corrected(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on the catalogue knows another config of that name: it was corrected."""
    from tcwc.torchtune.catalogue.load import Catalogue

    shipped = Catalogue.config

    def config(self: Catalogue, name: str) -> Any:
        made = shipped(self, name)
        if made is None or name != QWEN:
            return made
        tokenizer = made.values["tokenizer"]
        checkpointer = made.values["checkpointer"]
        assert isinstance(tokenizer, dict)
        assert isinstance(checkpointer, dict)
        values = {
            **made.values,
            "tokenizer": {**tokenizer, "path": "/tmp/Other/vocab.json"},
            "checkpointer": {**checkpointer, "model_type": "LLAMA3", "safe_serialization": False},
        }
        return type(made)(made.name, made.recipes, values)

    monkeypatch.setattr(Catalogue, "config", config)


@pytest.fixture
def built(tmp_path: Path) -> Study:
    return Study.built(tmp_path / "study", HEAD + ARM)


def texts(study: Study) -> dict[str, str]:
    return {each.name: each.read_text(encoding="utf-8") for each in study.configs.iterdir()}


def test_a_rebuild_changes_nothing(built: Study) -> None:
    before = texts(built)
    assert not built.cli("build").code
    assert not built.cli("check").code
    assert texts(built) == before
    assert 'models: {"size": "/scratch/models"}' in before["run_mapping.yaml"]


def test_what_is_recorded_stays_until_an_upgrade(
    built: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = texts(built)
    corrected(built, monkeypatch)
    assert not built.cli("check").code
    assert not built.cli("build").code
    assert texts(built) == before
    assert not built.cli("build", "--upgrade").code
    after = texts(built)
    assert after["run_000.yaml"] == before["run_000.yaml"]
    assert "/scratch/models/Other/vocab.json" in after["run_001.yaml"]
    assert "safe_serialization: false" in after["run_001.yaml"]


def test_a_level_is_its_model_with_another_base(tmp_path: Path) -> None:
    """What the base of then said itself (the size of a picture) was not recorded."""
    vision = "llama3_2_vision/11B_lora_single_device"
    arm = f"arms:\n  size: {{from_configs: [{vision}]}}\n"
    study = Study.built(tmp_path / "study", f"experiment_name: s\nbase_config: {vision}\n{arm}")
    text = f"experiment_name: s\nbase_config: {LLAMA}\n{arm}"
    study.source.write_text(text, encoding="utf-8")
    assert not study.cli("build").code
    made = texts(study)["run_000.yaml"]
    assert "  fusion_trainable: lora\n" in made
    assert made == texts(Study.built(tmp_path / "fresh", text))["run_000.yaml"]


def test_where_runs_write_to_is_recorded_with_no_base(tmp_path: Path) -> None:
    """A base that lacks it has it of the config of a level, also after one that did not."""
    study = Study.built(tmp_path / "study", HEAD + ARM)
    base = dict(CATALOGUE.config(LLAMA).values)
    base["checkpointer"] = {k: v for k, v in base["checkpointer"].items() if k != "output_dir"}
    (study.folder / "own.yaml").write_text(json.dumps(base), encoding="utf-8")
    named = "base_config_file: own.yaml\nrecipe: lora_finetune_single_device\n"
    study.source.write_text(f"experiment_name: sizes\n{named}{ARM}", encoding="utf-8")
    assert not study.cli("build").code
    assert "  output_dir: " in texts(study)["run_001.yaml"]


def test_its_author_may_move_the_weights_and_add_constants(
    built: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is recorded goes along to another folder; what the author writes counts as ever."""
    corrected(built, monkeypatch)
    moved = ARM.replace("/scratch/models", "/data") + "controls:\n  tokenizer.max_seq_len: 512\n"
    built.source.write_text(HEAD + moved, encoding="utf-8")
    assert not built.cli("build").code
    made = texts(built)["run_001.yaml"]
    assert "path: /data/Qwen2.5-1.5B-Instruct/vocab.json" in made
    assert "model_type: QWEN2" in made
    assert "max_seq_len: 512" in made


def test_a_level_that_comes_back_lies_where_the_weights_are_by_now(built: Study) -> None:
    """Its retired runs have the folder of then."""
    before = texts(built)["run_001.yaml"]
    for edited in (
        ARM.replace(f", {QWEN}", ""),
        ARM.replace(f", {QWEN}", "").replace("/scratch/models", "/data"),
        ARM.replace("/scratch/models", "/data"),
    ):
        built.source.write_text(HEAD + edited, encoding="utf-8")
        assert not built.cli("build").code
    body = before.replace("/scratch/models/", "/data/").splitlines()[2:]
    assert texts(built)["run_001.yaml"].splitlines()[2:] == body


def test_levels_of_ones_own_are_not_taken_for_recorded_ones(tmp_path: Path) -> None:
    own = f"arms:\n  size:\n    {LLAMA}: {{}}\n    {QWEN}: {{checkpointer.model_type: GEMMA}}\n"
    study = Study.built(tmp_path / "study", HEAD + own)
    study.source.write_text(HEAD + ARM, encoding="utf-8")
    assert not study.cli("build").code
    assert "model_type: QWEN2" in texts(study)["run_001.yaml"]


def test_another_release_has_other_configs(built: Study) -> None:
    built.source.write_text(f'torchtune: "0.5.0"\n{HEAD}{ARM}', encoding="utf-8")
    assert not built.cli("build").code
    assert '"version": "0.5.0"' in texts(built)["run_mapping.yaml"]


def test_the_weights_of_all_models_are_told(built: Study) -> None:
    said = built.cli("build").out
    assert "tune download meta-llama/Llama-3.2-1B-Instruct --output-dir /scratch/models/" in said
    assert (
        "for the runs of another model: tune download Qwen/Qwen2.5-1.5B-Instruct "
        "--output-dir /scratch/models/Qwen2.5-1.5B-Instruct" in said
    )


def test_the_folder_is_told_once(tmp_path: Path) -> None:
    """It stands in the paths of all levels, and in the source once."""
    found = compiled(tmp_path, ARM.replace("/scratch", "~") + "controls:\n  seed: 1\n").diagnostics
    assert [(each.code, each.span.line) for each in found] == [("TCW327", 4)]
    assert "`models: ${oc.env:HOME}/models`" in found[0].help


@pytest.mark.parametrize("layout", ["[{}, {}]", "\n      - {}\n      - {}"])
def test_no_fix_writes_where_the_name_of_a_config_stands(tmp_path: Path, layout: str) -> None:
    """gemma takes no `apply_lora_to_output`: that is deleted elsewhere, if anywhere."""
    configs = layout.format(LLAMA, "gemma/2B_lora_single_device")
    text = f"arms:\n  size:\n    from_configs: {configs}\ncontrols:\n"
    made = compiled(tmp_path, text + "  seed: 1\n  model.apply_lora_to_output: false\n")
    assert [(each.code, each.fixes) for each in made.diagnostics] == [("TCW206", ())]


def test_a_condition_on_models_has_a_way_out(tmp_path: Path) -> None:
    """Levels that are configs take no key more, so that is no advice."""
    condition = f"variables:\n  batch_size: {{values: [1, 2], when: \"size == '{QWEN}'\"}}\n"
    ((*_, help),) = errors(tmp_path, ARM + condition)
    assert "`exclude` the combinations of `batch_size` and `size`" in help
