"""`controls: {when: ...}`: constants of the runs in which a condition holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tcwc.api.compilation import Compilation
from tests.study import BASE, Study

HEAD = f"experiment_name: study\nbase_config: {BASE}\n"
DESIGN = "variables:\n  lora_rank: [8, 64]\n  optimizer.lr: [1e-4, 3e-4]\n"
ONE = "controls:\n  seed: 1\n  batch_size: 8\n  when:\n    lora_rank == 64: {batch_size: 2}\n"

Compile = Callable[[str], Compilation]


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path)


@pytest.fixture
def made(study: Study) -> Compile:
    def compile(text: str) -> Compilation:
        study.source.write_text(HEAD + text, encoding="utf-8")
        return study.compile()

    return compile


def values(compilation: Compilation, key: str) -> list[Any]:
    assert compilation.ok, compilation.diagnostics
    return [run.config[key] for run in compilation.runs]


def codes(compilation: Compilation) -> list[str]:
    return [each.code for each in compilation.diagnostics]


def test_a_condition_holds_for_some_runs(made: Compile) -> None:
    assert values(made(DESIGN + ONE), "batch_size") == [8, 8, 2, 2]


def test_it_is_no_factor(study: Study, made: Compile) -> None:
    plain = DESIGN + "controls:\n  seed: 1\n  batch_size: 8\n"
    made(plain)
    study.build()
    before = study.lock.runs
    made(DESIGN + ONE)
    study.build()
    after = study.lock.runs
    assert [r.parameters for r in after.values()] == [r.parameters for r in before.values()]
    changed = [id for id in after if after[id].science_hash != before[id].science_hash]
    assert changed == ["run_002", "run_003"], "the hash of those runs changes"
    assert [after[id].was for id in changed] == [(before[id].science_hash,) for id in changed]
    assert after["run_000"].was == ()
    assert study.lock.head.controls["when"] == {"lora_rank == 64": {"batch_size": 2}}
    assert study.cli("check").code == 0


def test_the_author_changed_it_and_no_catalogue(study: Study, made: Compile) -> None:
    made(DESIGN + ONE)
    study.build()
    study.edit("{batch_size: 2}", "{batch_size: 4}")
    said = study.cli("build").all
    assert "changed meaning: batch_size 2 -> 4" in said
    assert "catalogue" not in said


def test_two_conditions_that_meet(made: Compile) -> None:
    more = ONE + "    optimizer.lr > 2e-4: {batch_size: 1}\n"
    found = made(DESIGN + more).diagnostics
    assert [(d.code, d.span.line) for d in found if d.severity.value == "error"] == [("TCW115", 11)]
    assert "where `lora_rank == 64` does, and in some run both hold" in found[-1].message
    apart = ONE + "    lora_rank == 8: {batch_size: 1}\n"
    assert values(made(DESIGN + apart), "batch_size") == [1, 1, 2, 2]
    excluded = more + "exclude: [lora_rank == 64 and optimizer.lr > 2e-4]\n"
    assert values(made(DESIGN + excluded), "batch_size") == [8, 1, 2]


def test_a_factor_wins(made: Compile) -> None:
    compilation = made(DESIGN + ONE.replace("{batch_size: 2}", "{optimizer.lr: 1}"))
    assert [r.config["optimizer"]["lr"] for r in compilation.runs] == [1e-4, 3e-4] * 2
    (found,) = [d for d in compilation.diagnostics if d.code == "TCW401"]
    assert "the variable wins" in found.message


def test_what_is_derived_reads_it(made: Compile) -> None:
    more = "derived: {gradient_accumulation_steps: 32 // batch_size}\n"
    assert values(made(DESIGN + ONE + more), "gradient_accumulation_steps") == [4, 4, 16, 16]
    wins = "derived: {batch_size: lora_rank // 8}\n"
    assert values(made(DESIGN + ONE + wins), "batch_size") == [1, 1, 8, 8]


def test_conditions_and_rows(made: Compile) -> None:
    more = "exclude: [batch_size == 2]\ninclude: [{lora_rank: 64, optimizer.lr: 1e-2}]\n"
    compilation = made(DESIGN + ONE + more)
    assert values(compilation, "batch_size") == [8, 8, 2], "a row meets conditions as well"


def test_arms_decide_too(made: Compile) -> None:
    arms = "arms:\n  size: {small: {lora_rank: 8}, large: {lora_rank: 64}}\n"
    text = arms + ONE.replace("lora_rank == 64", 'size == "large"')
    assert values(made(text), "batch_size") == [8, 2]


def test_of_a_sample_that_is_drawn(made: Compile) -> None:
    text = "variables:\n  lora_rank: {choice: [8, 64]}\n  optimizer.lr: {uniform: [1e-4, 1e-3]}\n"
    compilation = made(text + ONE + "sample: 8\n")
    for run in compilation.runs:
        assert run.config["batch_size"] == (2 if run.parameters["lora_rank"] == 64 else 8)


def test_lint_sees_the_configs_that_come_of_it(made: Compile) -> None:
    compilation = made(DESIGN + ONE.replace("batch_size: 2", "dtype: fp16"))
    (found,) = [d for d in compilation.diagnostics if d.code == "TCW301"]
    assert found.runs == "run_002-run_003 (2 of 4 runs)"
    swapped = ONE.replace("{batch_size: 2}", "{optimizer._component_: bitsandbytes.optim.Adam8bit}")
    (stale,) = [d for d in made(DESIGN + swapped).diagnostics if d.code == "TCW206"]
    assert stale.runs == "run_002-run_003 (2 of 4 runs)"


@pytest.mark.parametrize(
    ("condition", "said"),
    [("lora_rank == 65", "holds in no run"), ("lora_rank > 1", "holds in every run")],
)
def test_a_condition_that_decides_nothing(made: Compile, condition: str, said: str) -> None:
    compilation = made(DESIGN + ONE.replace("lora_rank == 64", condition))
    (found,) = [d for d in compilation.diagnostics if d.code == "TCW423"]
    assert said in found.message


@pytest.mark.parametrize(
    "text",
    [
        DESIGN + ONE.replace("lora_rank == 64", "batch_size == 2"),
        DESIGN + ONE.replace("lora_rank == 64", "gradient_accumulation_steps > 1")
        + "derived: {gradient_accumulation_steps: 2 * lora_rank}\n",
        DESIGN + "    \n" + "controls:\n  seed: ${batch_size}\n  when:\n"
        "    seed == 1: {batch_size: 2}\n",
    ],
    ids=["itself", "derived", "through a reference"],
)  # fmt: skip
def test_a_condition_decides_on_levels_alone(made: Compile, text: str) -> None:
    assert "TCW116" in codes(made(text))


def test_a_condition_of_a_variable_comes_first(made: Compile) -> None:
    text = DESIGN + '  epochs: {values: [1, 2], when: "batch_size == 2"}\n' + ONE
    (found,) = [d for d in made(text).diagnostics if d.code == "TCW116"]
    assert "what `controls: when` sets where `lora_rank == 64` holds" in found.message


def test_explain_says_where_it_comes_from(study: Study, made: Compile) -> None:
    made(DESIGN + ONE)
    study.build()
    explained = study.cli("explain", str(study.source), "run_002", "batch_size").out
    assert "set by     a control where `lora_rank == 64`" in explained
    assert "`lora_rank == 64` holds: 64 == 64" in explained
    assert "replaces   8, a control" in explained
    other = study.cli("explain", str(study.source), "run_000", "batch_size").out
    assert "a control where `lora_rank == 64` holds, and here it does not: 8 == 64" in other


def test_a_base_that_has_the_key(tmp_path: Path) -> None:
    made = Study(tmp_path)
    (tmp_path / "base.yaml").write_text("output_dir: /tmp/x\nwhen: 3\nx: ${when}\n")
    made.source.write_text(
        "experiment_name: study\nbase_config_file: base.yaml\nrecipe: mine\n"
        "variables: {x: [1, 2]}\ncontrols: {when: 4}\n"
    )
    (found,) = [d for d in made.compile().diagnostics if d.code == "TCW136"]
    assert "this base has a key `when` too" in found.message
    made.edit("controls: {when: 4}", "controls: {'\"when\"': 4}")
    assert [run.config["when"] for run in made.compile().runs] == [4, 4]
