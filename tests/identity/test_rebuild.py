"""What does not change the experiment changes no id, no byte and no time stamp."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcwc.disk.writer import Written
from tests.study import BASE, Study

pytestmark = pytest.mark.usefixtures("no_checks")

SOURCE = f"""\
# what a large rank buys
experiment_name: study
base_config: {BASE}
variables:
  model.lora_rank: [8, 16]
  optimizer.lr: [1e-4, 3e-4]
controls:
  epochs: 2
  dataset:
    split: train
    packed: false
  model.lora_alpha: 16
"""

DATASET = "  dataset:\n    split: train\n    packed: false\n"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.built(tmp_path / "study", SOURCE)


def test_a_rebuild_writes_nothing(study: Study) -> None:
    before = study.stamps()
    report = study.build()
    assert study.stamps() == before
    assert report.written == Written(0, 0, (), False)
    said = study.cli("build")
    assert (said.code, study.stamps()) == (0, before)
    assert "Nothing to do: 4 configs in configs/ are up to date" in said.out


def test_check_and_show_write_nothing(study: Study) -> None:
    before = study.stamps()
    assert study.cli("check").code == 0
    said = study.cli("show", "run_003")
    assert said.out.encode() == study.files()["run_003.yaml"]
    assert study.cli("show", "3") == said
    assert study.stamps() == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# what a large rank buys\n", ""),
        ("# what a large rank buys\n", "# something else\n\n\n"),
        ("  epochs: 2\n", "  epochs: 2  # as in the paper\n"),
        ("variables:\n", "variables:   # two of them\n"),
        ("  epochs: 2\n", '  "epochs": 2\n'),
        ("[8, 16]", "\n    - 8\n    # twice as much\n    - 16"),
        ("[8, 16]", "[ 8,16 ]"),
        ("[1e-4, 3e-4]", "[0.0001, 0.0003]"),
        ("[1e-4, 3e-4]", "[1.0e-4, 30e-5]"),
        (DATASET, "  dataset: {split: train, packed: False}\n"),
        (DATASET, "  dataset.split: train\n  dataset.packed: false\n"),
        ("  model.lora_alpha: 16\n", "  model:\n    lora_alpha: 16\n"),
        ("split: train", 'split: "train"'),
        (SOURCE, SOURCE.replace("\n", "\r\n")),
        (SOURCE, "\ufeff" + SOURCE),
        (SOURCE, "---\n" + SOURCE),
    ],
)  # fmt: skip
def test_a_spelling_changes_no_byte(study: Study, old: str, new: str) -> None:
    before = study.stamps()
    study.source.write_bytes(study.source.read_text().replace(old, new, 1).encode())
    assert study.source.read_bytes() != SOURCE.encode()
    assert study.cli("check").code == 0
    study.build()
    assert study.stamps() == before


def test_the_order_of_sections_and_of_constants_changes_no_byte(study: Study) -> None:
    before = study.stamps()
    parts = SOURCE.partition("variables:\n")
    variables, _, controls = parts[2].partition("controls:\n")
    lines = controls.replace("  dataset:\n", "  dataset:").split("\n")[:-1]
    assert len(lines) == 4
    moved = [line.replace("dataset:", "dataset:\n") for line in (*lines[3:], *lines[1:3], lines[0])]
    text = "controls:\n" + "\n".join(moved) + "\nvariables:\n" + variables + parts[0]
    study.source.write_text(text)
    assert study.cli("check").code == 0, study.cli("check")
    study.build()
    assert study.stamps() == before


@pytest.mark.parametrize(
    "new",
    [
        "  lora_rank: [8, 16]\n  learning_rate: [1e-4, 3e-4]\n",
        "  lora_rank: [8, 16]\n  lr: [1e-4, 3e-4]\n",
        "  model: {lora_rank: [8, 16]}\n  optimizer:\n    lr: [1e-4, 3e-4]\n",
    ],
)
def test_another_name_for_a_variable_changes_no_id_and_no_config(study: Study, new: str) -> None:
    before, ids, files = study.stamps(), list(study.ids()), study.run_files()
    study.edit("  model.lora_rank: [8, 16]\n  optimizer.lr: [1e-4, 3e-4]\n", new)
    report = study.build()
    assert (report.new, report.retired, report.changes) == ((), (), ())
    assert (list(study.ids()), study.run_files()) == (ids, files)
    stamps = study.stamps()
    assert {name: stamps[name] for name in files} == {name: before[name] for name in files}
    study.source.write_text(SOURCE)
    study.build()
    assert study.files()["run_mapping.yaml"].count(b"model.lora_rank") == 4


def test_the_order_of_variables_changes_no_id_and_no_config(study: Study) -> None:
    files = study.run_files()
    study.edit(
        "  model.lora_rank: [8, 16]\n  optimizer.lr: [1e-4, 3e-4]\n",
        "  optimizer.lr: [3e-4, 1e-4]\n  model.lora_rank: [16, 8]\n",
    )
    report = study.build()
    assert (report.new, report.retired, report.changes) == ((), (), ())
    assert study.run_files() == files


def test_a_checkout_with_crlf_is_as_good(study: Study) -> None:
    for path in study.configs.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    before = study.stamps()
    assert study.cli("check").code == 0
    assert study.cli("build").code == 0
    assert study.stamps() == before
