"""What runs need and are called: conditions over whole configs, and nothing of it in any config."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcwc.api.work import NoJobs, tasks
from tcwc.jobs.needs import NoNeeds, needs_of, samples_of
from tcwc.jobs.task import Task
from tcwc.model.resources import Needs
from tests.study import Study

RESOURCES = """\
resources:
  time: 12:00:00
  gpus: 1
  memory: 64G
  when:
    "model.lora_rank > 64": {time: 1-00:00:00, cpus: 16}
    "seed == 2": {max_attempts: 3}
"""
VARIED = "lora_rank: [64, 128]\nseed: [1, 2]"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path)


def made(
    study: Study, more: str, variables: str = VARIED, controls: str = "epochs: 2"
) -> list[Task]:
    compilation = study.write(variables, controls, more).compile()
    assert not [each for each in compilation.diagnostics if each.severity.value == "error"]
    return list(tasks(compilation))


def test_every_condition_that_holds_counts_over_what_all_need(study: Study) -> None:
    first, second, third, fourth = (task.needs for task in made(study, RESOURCES))
    assert first == Needs(time=43_200, gpus=1, memory=65_536)
    assert second == Needs(time=43_200, gpus=1, memory=65_536, max_attempts=3)
    assert third == Needs(time=86_400, gpus=1, cpus=16, memory=65_536)
    assert fourth == Needs(time=86_400, gpus=1, cpus=16, memory=65_536, max_attempts=3)


@pytest.mark.parametrize(
    ("condition", "times"),
    [
        ("lora_rank > 64", [3600, 3600, 7200, 7200]),
        ("optimizer.weight_decay < 1 and seed == 2", [3600, 7200, 3600, 7200]),
        ("'llama3_2' in model._component_", [7200] * 4),
        ("batch_size * gradient_accumulation_steps >= 32", [7200] * 4),
        ("num_output_chunks == null and seed == 2", [3600, 7200, 3600, 7200]),
        ("setting == 'large'", [3600, 3600, 7200, 7200]),
    ],
)
def test_conditions_are_over_the_whole_config(
    study: Study, condition: str, times: list[int]
) -> None:
    arms = "arms: {setting: {small: {epochs: 1}, large: {epochs: 2}}}\n"
    resources = f'resources: {{time: 01:00:00, when: {{"{condition}": {{time: 02:00:00}}}}}}\n'
    varied = VARIED if "setting" not in condition else "seed: [1, 2]"
    # The arm is the last factor, and so the fastest.
    found = (
        made(study, resources + arms, varied, "batch_size: 4")
        if "setting" in condition
        else (made(study, resources, varied))
    )
    assert sorted(task.needs.time or 0 for task in found) == sorted(times)


def test_conditions_read_what_references_come_to(study: Study) -> None:
    resources = 'resources: {when: {"model.lora_alpha == 64": {gpus: 1}}}\n'
    found = made(study, resources, VARIED, "model.lora_alpha: ${model.lora_rank}")
    assert [task.needs.gpus for task in found] == [1, 1, None, None]


def test_without_resources_nothing_is_needed(study: Study) -> None:
    assert {task.needs for task in made(study, "")} == {Needs()}
    assert needs_of(None, {}) == Needs()
    assert samples_of(None, {}) is None


def test_what_lint_refuses_is_an_error_of_the_program_too(study: Study) -> None:
    both = 'resources: {when: {"lora_rank > 1": {gpus: 1}, "seed > 0": {gpus: 2}}}\n'
    experiment = study.write(VARIED, more=both).compile().experiment
    assert experiment is not None
    with pytest.raises(NoNeeds, match="say `gpus`"):
        needs_of(experiment.resources, {"model": {"lora_rank": 8}, "seed": 1})
    with pytest.raises(NoNeeds, match="there is no `seed`"):
        needs_of(experiment.resources, {"model": {"lora_rank": 8}})


def test_what_lint_does_not_go_through_is_an_error_of_jobs(study: Study) -> None:
    # Of so many runs lint varies one variable at a time, and meets no run with both.
    many = f"seed: {list(range(1, 81))}\nmodel.lora_rank: {list(range(8, 8 + 80))}"
    more = 'resources: {when: {"lora_rank == 9": {gpus: 1}, "seed == 2": {gpus: 2}}}\n'
    compilation = study.write(many, more=more).compile()
    assert not [each for each in compilation.diagnostics if each.severity.value == "error"]
    with pytest.raises(NoJobs, match=r"run_\d+: two conditions"):
        list(tasks(compilation))


def test_samples_by_condition(study: Study) -> None:
    more = 'samples: {count: 500, when: {"seed == 2": 100}}\n'
    experiment = study.write(VARIED, more=more).compile().experiment
    assert experiment is not None
    assert samples_of(experiment.samples, {"seed": 1}) == 500
    assert samples_of(experiment.samples, {"seed": 2}) == 100


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("r{lora_rank}-s{seed}", "r64-s1", "r128-s2"),
        ("r{lora_rank:04d} {experiment_name}/{index} {seed}", "r0064 study/0 1", "r0128 study/3 2"),
        ("{run_id}{{x}}", "run_000{x}", "run_003{x}"),
        ("$(rm -rf /) `{lora_rank}` \\'{seed}\\'", "$(rm -rf /) `64` \\'1\\'", None),
        ("{optimizer.lr} {seed}{lora_rank}", "0.0003 164", None),
    ],
)
def test_names(study: Study, name: str, first: str, last: str | None) -> None:
    found = made(study, f'run_name: "{name}"\n'.replace("\\'", "'"))
    assert found[0].name == first.replace("\\'", "'")
    assert last is None or found[-1].name == last


def test_without_a_name_it_is_the_id(study: Study) -> None:
    assert [task.name for task in made(study, "", "seed: [1, 2]")] == ["run_000", "run_001"]


def test_no_byte_of_what_is_built_depends_on_them(study: Study, tmp_path: Path) -> None:
    more = (
        RESOURCES
        + 'samples: {when: {"warmup_steps > 10": 51760}}\n'
        + 'run_name: "r{lora_rank}-{num_warmup_steps}-s{seed}"\n'
    )
    study.write(VARIED).build()
    without = study.files()
    with_all = Study(tmp_path / "other")
    with_all.write(VARIED, more=more).build()
    now = with_all.files()
    assert without.keys() == now.keys()
    assert {name for name in now if now[name] != without[name]} <= {"experiment.yaml"}
    # And nothing is to be done where they are added later.
    study.write(VARIED, more=more)
    assert "Nothing to do" in study.cli("build").out
    assert study.cli("check").code == 0
