"""What Python shows of the API: names, values in a shell, tables in a notebook, errors of ids."""

from __future__ import annotations

from pathlib import Path

import pytest

import tcwc
from tests.study import Study


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path / "here").write("lora_rank: [8, 16, 32]\nepochs: [1, 2, 3, 4]")


def test_what_is_public_is_listed_and_there() -> None:
    assert set(tcwc.__all__) <= set(dir(tcwc))
    assert "annotations" not in dir(tcwc)
    for name in tcwc.__all__:
        assert getattr(tcwc, name).__name__ == name


def test_problems_are_caught_by_their_public_names(tmp_path: Path) -> None:
    with pytest.raises(tcwc.FileProblem) as raised:
        tcwc.compile(tmp_path / "nowhere.yaml")
    assert isinstance(raised.value, tcwc.Problem)
    assert raised.value.help
    for name in ("BuildError", "LockError", "WriteError"):
        assert issubclass(getattr(tcwc, name), tcwc.Problem)


def test_values_are_short_in_a_shell(study: Study) -> None:
    made = study.compile()
    assert repr(made).startswith(f"<Compilation {study.source}: 12 runs, ")
    assert repr(made.runs) == "<Runs of study: 12, run_000 to run_011>"
    assert repr(made.runs[1]) == "<Run run_001 (lora_rank=8, epochs=2)>"
    assert repr(made.experiment) == "Experiment(name=study, 12 runs over lora_rank, epochs)"
    found = made.diagnostics[0]
    assert repr(found) == (
        f"Diagnostic(rule={found.code} {found.rule.name}, "
        f"{found.severity.value} at {found.span}: {found.message})"
    )
    study.source.write_text("experiment_name: study\n")
    assert "no runs, 1 error" in repr(study.compile())


def test_a_level_that_is_a_section_is_cut(study: Study) -> None:
    study.write("=optimizer:\n  - {_component_: torch.optim.SGD, lr: 0.01, momentum: 0.9}\n")
    assert len(repr(study.compile().runs[0])) < 120


def test_tables_in_a_notebook(study: Study) -> None:
    made = study.compile()
    html = made._repr_html_()
    assert html.count("<tr>") >= 13
    assert "<td>run_011</td><td>32</td><td>4</td>" in html
    assert f"<td>{made.diagnostics[0].code}" not in html
    assert made.diagnostics[0].code in html
    assert "<td>run_003</td>" in made.runs._repr_html_()
    assert "<td>lora_rank</td><td>8</td>" in made.runs[0]._repr_html_()
    study.write("name: ['<b>', x]", "name: <i>")
    assert "<i>" not in study.compile()._repr_html_()


def test_a_damaged_mapping_is_no_reason_not_to_look(study: Study) -> None:
    study.build()
    study.mapping.write_text("format: 9.0\n")
    assert "Compilation" in study.compile()._repr_html_()


def test_a_run_by_its_id(study: Study) -> None:
    runs = study.compile().runs
    assert runs["run_003"].id == "run_003"
    for wrong, near in {
        "run_9": "did you mean run_009?",
        "run-004": "did you mean run_004?",
        "run_012": "there are run_000 to run_011",
        "first": "there are run_000 to run_011",
    }.items():
        with pytest.raises(KeyError, match=wrong) as raised:
            runs[wrong]
        assert near in str(raised.value)
