"""`resources:`, `samples:` and `run_name:` as they are written, and what is said of others."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcwc.api.compilation import compile
from tcwc.language.amounts import memory_of, time_of
from tcwc.language.needs import MEANT, NEEDS, OF_A_SITE
from tcwc.language.values import Mistyped
from tcwc.model.diagnostics import Diagnostic
from tcwc.model.resources import Needs, time_text
from tests.study import BASE

HEAD = f"experiment_name: study\nbase_config: {BASE}\ncontrols: {{epochs: 2}}\n"
HOUR = 3600


def found(folder: Path, text: str) -> list[Diagnostic]:
    return list(compile(folder / "experiment.yaml", text=HEAD + text).diagnostics)


def needs(folder: Path, text: str) -> Needs:
    compilation = compile(folder / "experiment.yaml", text=f"{HEAD}resources: {text}\n")
    assert not compilation.diagnostics
    assert compilation.experiment is not None
    assert compilation.experiment.resources is not None
    return compilation.experiment.resources.needs


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("12:00:00", 12 * HOUR),
        ("1-00:00:00", 24 * HOUR),
        ("00:00:01", 1),
        ("0:30:00", HOUR // 2),
        ("100:00:00", 100 * HOUR),
        ("7-12:30:05", 7 * 24 * HOUR + 12 * HOUR + 1805),
    ],
)
def test_times(tmp_path: Path, text: str, seconds: int) -> None:
    assert time_of(text) == seconds
    # `12:00:00` is no number of base 60, in quotes or without.
    assert needs(tmp_path, f"{{time: {text}}}").time == seconds
    assert needs(tmp_path, f'\n  time: "{text}"').time == seconds


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("2h", "02:00:00"),
        ("30m", "00:30:00"),
        ("90min", "01:30:00"),
        ("1 day", "24:00:00"),
        ("1d12h", "36:00:00"),
        ("1 day, 2 hours and 3 minutes", "26:03:00"),
        ("1.5h", "01:30:00"),
        ("3600s", "01:00:00"),
        ("2 weeks", "14-00:00:00"),
        ("1-12", "36:00:00"),
        ("2-06:30", "54:30:00"),
    ],
)
def test_other_spellings_have_a_safe_fix(text: str, instead: str) -> None:
    wrong = time_of(text)
    assert isinstance(wrong, Mistyped)
    assert (wrong.instead, wrong.surely) == (instead, True)
    assert instead in wrong.help


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("90", ("01:30:00 for 90 minutes", "90:00:00 for 90 hours")),
        ("1", ("00:01:00 for 1 minutes", "01:00:00 for 1 hour")),
        ("43200", ("30-00:00:00 for 43200 minutes", "12:00:00 for 43200 seconds")),
        ("90:00", ("90:00:00", "01:30:00")),
    ],
)
def test_what_may_mean_two_times_is_not_repaired(text: str, offered: tuple[str, ...]) -> None:
    wrong = time_of(text)
    assert isinstance(wrong, Mistyped)
    assert not wrong.instead
    assert all(each in wrong.help for each in offered)


@pytest.mark.parametrize(
    "text",
    ["", "never", "12:60:00", "12:00:61", "1-24:00:00", "00:00:00", "-1", "unlimited", "1:2:3:4",
     "12h later", "3M", "{hours}", "${oc.env:T}", "١٢:00:00", "1e3", "9" * 500],
)  # fmt: skip
def test_no_times(text: str) -> None:
    wrong = time_of(text)
    assert isinstance(wrong, Mistyped)
    assert wrong.help
    assert not wrong.surely


@given(st.integers(1, 900 * 24 * HOUR))
def test_a_time_that_is_written_is_read_back(seconds: int) -> None:
    assert time_of(time_text(seconds)) == seconds


@pytest.mark.parametrize(
    ("text", "size"),
    [("64G", 65_536), ("64GB", 65_536), ("64GiB", 65_536), ("512M", 512), ("1T", 1 << 20),
     ("64 G", 65_536), ("64g", 65_536), ("2048K", 2), ("1.5G", 1536)],
)  # fmt: skip
def test_memory(text: str, size: int) -> None:
    assert memory_of(text) == size


@pytest.mark.parametrize("text", ["64", "0", "64000", "", "all", "64X", "0G", "1.0001G", "-64G"])
def test_no_memory(text: str) -> None:
    wrong = memory_of(text)
    assert isinstance(wrong, Mistyped)
    assert wrong.help


def test_every_need(tmp_path: Path) -> None:
    said = needs(
        tmp_path,
        "{time: 12:00:00, gpus: 1, nodes: 1, cpus: 8, memory: 64G, on_timeout: requeue, "
        "max_attempts: 5}",
    )
    assert said == Needs(12 * HOUR, 1, 1, 8, 65_536, "requeue", 5)
    assert tuple(NEEDS) == Needs.__match_args__


def test_no_word_of_others_is_a_need_or_means_two() -> None:
    others = [word for need in NEEDS.values() for word in need.others]
    assert len(others) == len(set(others))
    assert not set(others) & {*NEEDS, *OF_A_SITE}
    assert set(MEANT.values()) == set(NEEDS)


@pytest.mark.parametrize(
    ("line", "help", "repaired"),
    [
        ("gpu: 1", "did you mean `gpus: 1`?", True),
        ("num_gpus: 1", "did you mean `gpus: 1`?", True),
        ("mem: 64G", "did you mean `memory: 64G`?", True),
        ("mem: 64", "did you mean `memory: 64G`?", False),
        ("--cpus-per-task: 8", "did you mean `cpus: 8`?", True),
        ("walltime: 2h", "did you mean `time: 02:00:00`?", False),
        ("tiem: 12:00:00", "did you mean `time: 12:00:00`?", True),
        ("ntasks: 4", "follows from `gpus` and `nodes`", False),
        ("partition: gpu", "cluster profile, `partition:`", False),
        ("account: lab", "cluster profile, `account:`", False),
        ("modules: [cuda]", "cluster profile, `setup:`", False),
        ("cluster: della", "`--cluster NAME`", False),
        ("mem_per_cpu: 4G", "`memory: 64G`", False),
        ("job_name: x", "`run_name:", False),
        ("colour: blue", "there are time, gpus, nodes", False),
        ("{gres: gpu:a100:2}", "", False),
    ],
)
def test_unknown_needs_have_a_place(tmp_path: Path, line: str, help: str, repaired: bool) -> None:
    text = f"resources: {line}\n" if line.startswith("{") else f"resources:\n  {line}\n"
    (told,) = found(tmp_path, text)
    assert told.code == "TCW140"
    assert help in told.help
    assert any(fix.safe for fix in told.fixes) is repaired


@pytest.mark.parametrize(
    "line",
    ["gpus: a100:2", "gpus: -1", "gpus: 1.5", "gpus: many", "gpus: {a: 1}", "gpus: [1]", "gpus:",
     "nodes: 0", "nodes: 1-4", "cpus: eight", "on_timeout: true", "max_attempts: 0", "time: {seed}",
     "time: []", "memory: null", "gpus: 99999999999", "time: ~"],
)  # fmt: skip
def test_bad_needs(tmp_path: Path, line: str) -> None:
    (told,) = found(tmp_path, f"resources:\n  {line}\n")
    assert told.code == "TCW141"
    assert told.help
    assert told.span.line == 5


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("resources: 4", "TCW103"),
        ("resources: [time]", "TCW103"),
        ("resources:", "TCW111"),
        ("resources: {when: 3}", "TCW136"),
        ("resources: {when: {}}", "TCW136"),
        ('resources: {when: {"batch_size > 1": 3}}', "TCW136"),
        ('resources: {when: {"batch_size > 1": {when: {}}}}', "TCW136"),
        ('resources: {when: {"batch_size >": {gpus: 1}}}', "TCW116"),
        ('resources: {when: {"batch_sise > 1": {gpus: 1}}}', "TCW201"),
        ('resources: {when: {"model.lora_rnk > 1": {gpus: 1}}}', "TCW117"),
        ('resources: {when: {"batch_size": {gpus: 1}}}', "TCW117"),
        ('resources: {when: {"batch_size > 99": {gpus: 1}}}', "TCW423"),
        ("samples: many", "TCW103"),
        ("samples: 0", "TCW103"),
        ("samples: [1, 2]", "TCW103"),
        ("samples: 5e4", "TCW103"),
        ("samples: {size: 20}", "TCW103"),
        ('samples: {when: {"batch_size > 0": many}}', "TCW103"),
        ("run_name: [a]", "TCW103"),
        ('run_name: ""', "TCW103"),
        ('run_name: "{lora_rnk}"', "TCW118"),
        ('run_name: "{model}"', "TCW118"),
        ('run_name: "{lora_rank"', "TCW118"),
        ('run_name: "${seed}"', "TCW118"),
    ],
)
def test_one_finding_for_one_mistake(tmp_path: Path, text: str, code: str) -> None:
    (told,) = found(tmp_path, f"{text}\n")
    assert told.code == code
    assert told.help


def test_a_mistake_in_needs_hides_no_other(tmp_path: Path) -> None:
    codes = {each.code for each in found(tmp_path, "resources: {gpu: 4}\nvariables: {seed: [1]}\n")}
    assert {"TCW140", "TCW405"} <= codes


@pytest.mark.parametrize("word", ["slurm", "sbatch", "compute", "cluster", "hardware", "job"])
def test_sections_of_others(tmp_path: Path, word: str) -> None:
    (told,) = found(tmp_path, f"{word}: {{walltime: 2h, gpus: 2, partition: gpu}}\n")
    assert told.code == "TCW101"
    assert "`resources: {time: 02:00:00, gpus: 2}`" in told.help
    assert "(partition) stands in a cluster profile" in told.help


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("gpus: 2\n", "write `gpus: 2` under `resources:`"),
        ("mem: 64G\n", "`resources: {memory: 64G}`"),
        ("time: 2h\n", "`resources: {time: 02:00:00}`"),
        ("partition: gpu\n", "cluster profile"),
        ("cluster: della\n", "--cluster"),
        ("engineering: {gpus: 2}\n", "write `gpus: 2` under `resources:`"),
        ("engineering: {slurm: {time: 04:00:00}}\n", "`resources: {time: 04:00:00}`"),
    ],
)
def test_needs_in_other_places(tmp_path: Path, text: str, help: str) -> None:
    (told,) = found(tmp_path, text)
    assert help in told.help
