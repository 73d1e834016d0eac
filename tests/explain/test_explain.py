"""`tcwc explain` of what golden files do not have: histories, retired runs, bad input."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcwc.design.drawing import draw_of
from tcwc.model.ir import Value
from tcwc.torchtune.catalogue.readers import Readers
from tests.experiments import CATALOGUE
from tests.study import Said, Study

LORA = "lora_finetune_single_device"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path / "study").write()


def explain(study: Study, *arguments: str) -> Said:
    return study.cli("explain", study.source.name, *arguments)


def paragraph(said: Said, path: str) -> str:
    """What is said of one value."""
    found = [each for each in said.out.split("\n\n") if each.startswith(path)]
    assert len(found) == 1, said
    return found[0]


# --- the run ---------------------------------------------------------------------------------


def test_science_hashes_of_before_are_listed_latest_first(study: Study) -> None:
    hashes = []
    for epochs in (2, 3, 4):
        study.write(controls=f"epochs: {epochs}").build()
        hashes.append(study.lock.runs["run_001"].science_hash)
    said = explain(study, "1")
    places = [said.out.index(each) for each in reversed(hashes)]
    assert places == sorted(places)
    assert said.out.count("\n  was ") == 2


def test_a_change_that_is_not_built_yet_is_part_of_the_history(study: Study) -> None:
    study.build()
    before = study.lock.runs["run_000"].science_hash
    study.write(controls="epochs: 5")
    assert f"was           {before}" in explain(study, "0").out


def test_a_run_that_has_no_level_of_anything(study: Study) -> None:
    study.write('seed: {values: [1, 2], when: "epochs > 5"}')
    assert "levels        none\n" in explain(study, "0").out


def test_each_run_is_the_draw_that_it_is_said_to_be(tmp_path: Path) -> None:
    study = Study(tmp_path / "study").write(
        "lr: {loguniform: [1e-5, 1e-3]}\nbatch_size: {uniform: [1, 3]}\nseed: [1, 2]",
        more='sample: {size: 8, seed: 7}\nexclude: ["batch_size == 2"]\n',
    )
    compilation = study.compile()
    experiment = compilation.experiment
    assert experiment is not None
    made = [draw_of(experiment.design, experiment.factors, run.cell) for run in compilation.runs]
    assert len(set(made)) == 8
    assert None not in made
    assert made == sorted(made, key=lambda each: each or 0)
    assert made != list(range(8)), "excluded draws are passed over"


def test_a_grid_has_no_draws(study: Study) -> None:
    experiment = study.compile().experiment
    assert experiment is not None
    assert draw_of(experiment.design, experiment.factors, (0,)) is None


# --- values ----------------------------------------------------------------------------------


def test_files_are_called_as_from_here(tmp_path: Path) -> None:
    study = Study(tmp_path / "study").write(more="engineering_file: cluster.yaml\n")
    (study.folder / "cluster.yaml").write_text("device: cpu\n")
    above = Study(tmp_path)
    said = above.cli("explain", "study/experiment.yaml", "0", "device")
    assert "an engineering constant, study/cluster.yaml:1:9" in said.out
    said = above.cli("explain", "study/experiment.yaml", "0", "epochs")
    assert "a control, study/experiment.yaml:" in said.out


def test_the_same_value_as_the_base_has_is_still_the_authors(study: Study) -> None:
    study.write(controls="epochs: 1")
    said = paragraph(explain(study, "0"), "epochs = 1")
    assert "set by    a control, experiment.yaml:6:11" in said
    assert "replaces  1, the base" in said


def test_a_section_that_becomes_null_hides_what_was_in_it(study: Study) -> None:
    study.write(controls="profiler: null")
    said = explain(study, "0")
    assert "replaces  a section of 13 keys, the base" in paragraph(said, "profiler = null")
    assert "profiler.cpu" not in said.out


def test_a_key_that_nothing_reads_and_one_that_a_reference_does(study: Study) -> None:
    study.write(controls="+mine: 3\n+other: ${mine}")
    said = explain(study, "0")
    assert "named by  other" in paragraph(said, "mine = 3")
    assert "nothing known" not in paragraph(said, "mine = 3")
    assert "comes to  3" in paragraph(said, "other")
    assert "read by   nothing known" in paragraph(said, "other")


@pytest.mark.parametrize("key", ["note", "+note", "flag", "+flag"])
def test_a_key_that_was_added(study: Study, key: str) -> None:
    study.write(
        "lora_rank: [8, 16]",
        "when: {lora_rank == 16: {+flag: 4}}",
        "derived: {+note: batch_size * 1}\n",
    )
    assert f"{key.lstrip('+')} = 4" in explain(study, "1", key).out


def test_a_condition_that_does_not_hold_in_a_run_without_the_key(study: Study) -> None:
    dora = 'model.use_dora: {values: [true, false], when: "lora_rank > 8"}'
    study.write(f"lora_rank: [8, 16]\n{dora}")
    said = explain(study, "0")
    gone = paragraph(said, "model.use_dora is not in this config")
    assert "because `lora_rank > 8` does not hold: 8 > 8, experiment.yaml:5:" in " ".join(
        gone.split()
    )
    assert "(use_dora: bool = False)" in gone


def test_a_key_that_is_not_set_is_explained_by_what_would_read_it(study: Study) -> None:
    said = explain(study, "0", "optimizer.amsgrad")
    assert "optimizer.amsgrad is not in this config" in said.out
    assert "torch.optim.AdamW(amsgrad: bool = False), torch/optim/adamw.py:" in said.out


def test_an_item_of_a_list(study: Study) -> None:
    said = explain(study, "0", "model.lora_attn_modules[0]")
    assert 'model.lora_attn_modules[0] = "q_proj"' in said.out
    assert "lora_llama3_2_1b(lora_attn_modules: List[LORA_ATTN_MODULES])" in said.out


# --- bad input -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("9",), "experiment.yaml has no run run_009\n  = help: there are run_000 to run_001"),
        (("run_1",), "has no run run_1\n  = help: did you mean run_001? there are run_000 to"),
        (("first",), "has no run first\n"),
        (
            ("0", "optimizr.lr"),
            "run_000 has no `optimizr.lr`\n  = help: did you mean `optimizer.lr`?",
        ),
        (("0", "source"), "too general to guess from"),
        (("0", "a b"), "a space inside a path"),
        (("0", "optimizer.lr.x"), "has no `optimizer.lr.x`\n  = help: `tcwc show` prints"),
    ],
)
def test_what_is_not_there(study: Study, arguments: tuple[str, ...], message: str) -> None:
    said = explain(study, *arguments)
    assert said.code == 1
    assert said.out == ""
    assert message in said.err


def test_ids_beside_a_gap(study: Study) -> None:
    study.write("lora_rank: [8, 16, 32, 64]").build()
    study.write("lora_rank: [8, 64]").build()
    said = explain(study, "1")
    assert said.code == 1
    assert "run_001 is retired: `lora_rank` has no level 16 any more" in said.err
    assert "it was the run of lora_rank=16" in said.err
    (study.configs / "run_mapping.yaml").write_text(
        "".join(
            line.replace("records: 4", "records: 3")
            for line in study.mapping.read_text().splitlines(keepends=True)
            if "run_001:" not in line
        )
    )
    assert "the nearest are run_000 and run_003" in explain(study, "1").err


@pytest.mark.parametrize(
    ("now", "more", "why"),
    [
        ("seed: [1, 2]", "", "`model.lora_rank` is no variable any more"),
        ("lora_rank: [8, 16]\nseed: [1, 2]", "", "`seed` is a variable since then"),
        ("lora_rank: [8, 16]", 'exclude: ["lora_rank == 8"]\n', "no run of these levels any more"),
    ],
)
def test_why_a_run_is_retired(study: Study, now: str, more: str, why: str) -> None:
    study.build()
    study.write(now, more=more)
    said = explain(study, "0")
    assert (said.code, why in said.err) == (1, True), said


def test_an_experiment_with_errors(study: Study) -> None:
    study.write(controls="epochz: 2")
    said = explain(study, "0")
    assert said.code == 1
    assert "error[TCW201]" in said.err


def test_no_file(study: Study) -> None:
    said = study.cli("explain", "nowhere.yaml", "0")
    assert (said.code, said.out) == (2, "")


# --- who reads ---------------------------------------------------------------------------------


def readers(values: dict[str, Value], recipe: str = LORA) -> Readers:
    return Readers(values, recipe, CATALOGUE.recipe(recipe), CATALOGUE)


def test_a_recipe_that_is_not_known_may_read_anything() -> None:
    found = Readers({"mine": 1}, "my_recipe", None, CATALOGUE).of(("mine",))
    assert [each.what for each in found] == ["recipe my_recipe, of which tcwc knows nothing"]


def test_a_component_that_is_not_known() -> None:
    found = readers({"model": {"_component_": "my.model", "x": 1}}).of(("model", "x"))
    assert [each.what for each in found] == ["my.model, of which tcwc knows nothing"]


def test_a_component_that_the_recipe_makes_by_itself() -> None:
    found = readers({"profiler": {"cpu": True}}).of(("profiler", "cpu"))
    assert "torchtune.training.setup_torch_profiler(cpu: bool = True)" in found[0].what


def test_the_items_of_a_list_of_datasets_are_read_as_the_list_is() -> None:
    values: dict[str, Value] = {
        "dataset": [{"_component_": "torchtune.datasets.alpaca_dataset", "packed": True}]
    }
    parameter, recipe = readers(values).of(("dataset", 0, "packed"))
    assert "alpaca_dataset(packed: bool = False)" in parameter.what
    assert recipe.at == CATALOGUE.recipe(LORA).keys["dataset.packed"].at  # type: ignore[union-attr]


def test_what_a_resumed_run_takes_from_elsewhere(tmp_path: Path) -> None:
    study = Study(tmp_path).write(
        "optimizer.lr: [1e-4, 3e-4]",
        "resume_from_checkpoint: true\nseed: 1\ncheckpointer: {adapter_checkpoint: /x/a.pt, "
        "recipe_checkpoint: /x/r.pt}",
    )
    source = str(study.source)
    said = study.cli("explain", source, "run_000", "optimizer.lr").out
    assert "the state of the optimizer is loaded, and brings" in " ".join(said.split())
    assert "  resumed  " in study.cli("explain", source, "run_000", "seed").out
    assert "  resumed  " not in study.cli("explain", source, "run_000", "epochs").out
    study.edit("resume_from_checkpoint: true", "resume_from_checkpoint: false")
    assert "  resumed  " not in study.cli("explain", source, "run_000", "optimizer.lr").out


def test_lines_fit_the_terminal(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    lines = explain(study, "0", "lr").out.splitlines()
    assert [line for line in lines if len(line) > 50 and len(line.split()) > 2] == []
    monkeypatch.setenv("COLUMNS", "90")
    assert len(explain(study, "0", "lr").out.splitlines()) < len(lines)
