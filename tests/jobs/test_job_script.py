"""The text of a job script: what it holds, and that a bash of 2007 would read it."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tcwc.api.templates import template
from tcwc.jobs.profiles.profile import Profile
from tcwc.jobs.scripts.job import COLUMNS, ROWS_BEGIN, ROWS_END, job_text, row
from tcwc.jobs.scripts.quoting import NotAWord
from tcwc.model.resources import Needs
from tests.jobs.bench import TASK, Bench
from tests.jobs.lab import OF_BASH_4, complaints

PROFILES = [
    Profile("lab"),
    Profile(
        "it's",
        environment={"HF_HOME": "/scratch/$USER", "X": "a b\n'c'"},
        setup=("module purge", "module load 'x'  # y"),
        wrapper='apptainer exec --nv --bind "$HOME":/h img.sif',
        checks_configs=True,
        group_readable=True,
    ),
    Profile("pyxis", wrapper="srun --container-image=nvcr.io#x"),
]


def bench(folder: Path, profile: Profile = PROFILES[0]) -> Bench:
    made = Bench(folder, profile, experiment='a "b" $c')
    made.add()
    made.add(index=2, run="run_002", resumes="close", names="model-{}-of-{}.safetensors")
    return made


@pytest.mark.parametrize(
    ("profile", "nodes"),
    list(zip(PROFILES, (1, 2, 2), strict=True)),
    ids=[each.name for each in PROFILES],
)
def test_bash_and_shellcheck_find_nothing(tmp_path: Path, profile: Profile, nodes: int) -> None:
    made = bench(tmp_path, profile)
    made.add(index=3, run="run_003", nodes=nodes)
    made.write()
    assert ("srun" in made.text) == (nodes > 1 or "srun" in profile.wrapper)
    assert "#@" not in made.text
    assert complaints(made.script) == ""


@pytest.mark.parametrize("nodes", [1, 2])
def test_it_is_under_three_hundred_lines_without_the_rows(tmp_path: Path, nodes: int) -> None:
    made = Bench(tmp_path)
    made.add(nodes=nodes)
    made.lines = [f"#SBATCH --option={number}" for number in range(14)]
    assert made.text.count("\n") - len(made.tasks) < 300


def test_what_bash_3_lacks_is_not_there(tmp_path: Path) -> None:
    code = "\n".join(
        line for line in bench(tmp_path).text.splitlines() if not line.lstrip().startswith("#")
    )
    found = {name: re.search(pattern, code) for name, pattern in OF_BASH_4.items()}
    assert {name: hit[0] for name, hit in found.items() if hit} == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("an associative array", "local -A x"),
        ("case of letters", "${x^^}"),
        ("mapfile", "mapfile -t x"),
        ("wait for any", "wait -n"),
        ("the clock", "$EPOCHSECONDS"),
        ("both streams", "x &>> y"),
        ("an array that may be empty, unguarded", '"${overrides[@]}"'),
    ],
)
def test_the_patterns_find_what_they_name(name: str, text: str) -> None:
    assert re.search(OF_BASH_4[name], text)


def test_the_directives_come_before_any_command(tmp_path: Path) -> None:
    lines = bench(tmp_path).text.splitlines()
    assert lines[0] == "#!/bin/bash"
    first = next(number for number, line in enumerate(lines) if line and line[0] != "#")
    assert lines.index("#SBATCH --job-name=tiny") < first


def test_no_path_of_this_machine_is_in_it(tmp_path: Path) -> None:
    made = Bench(tmp_path)
    made.add(folder="/scratch/ann/run_001")
    assert str(tmp_path) not in made.text


def test_a_row_has_a_word_for_each_column() -> None:
    words = row(replace(TASK, sha256="c" * 64, folder="/out")).split()
    assert len(words) == len(COLUMNS)
    assert dict(zip(COLUMNS, words, strict=True)) == {
        "index": "1",
        "run": "run_001",
        "sha256": "c" * 64,
        "science_hash": "a" * 64,
        "world": "1",
        "batch": "8",
        "nodes": "1",
        "processes": "1",
        "epochs": "2",
        "resumes": "exact",
        "names": "adapter",
        "replaces": "-",
        "name": "r1",
        "folder": "/out",
        "attempts": "-",
    }


def test_a_row_says_nothing_by_a_dash_and_how_often_a_run_is_begun() -> None:
    task = replace(
        TASK, sha256="c" * 64, batch=None, epochs=None, names="", was=("d" * 64, "e" * 64)
    )
    task = replace(task, folder="${oc.env:S}/x")
    words = row(replace(task, needs=Needs(on_timeout="requeue", max_attempts=3))).split()
    found = dict(zip(COLUMNS, words, strict=True))
    assert [found[each] for each in ("batch", "epochs", "names")] == ["-", "-", "-"]
    assert found["replaces"] == f"{'d' * 64},{'e' * 64}"
    assert found["folder"] == '"${S:?}"/x'
    assert found["attempts"] == "3"
    assert row(replace(task, needs=Needs(on_timeout="requeue"))).endswith(" 5")


def test_a_folder_that_only_the_config_knows_is_refused() -> None:
    with pytest.raises(NotAWord, match="base"):
        row(replace(TASK, folder="${base}/x"))


def test_the_rows_stand_between_two_lines(tmp_path: Path) -> None:
    made = bench(tmp_path)
    lines = made.text.splitlines()
    begins = [number for number, line in enumerate(lines) if line.endswith(ROWS_BEGIN)]
    assert len(begins) == 1
    end = lines.index(ROWS_END)
    assert lines[begins[0] + 1 : end] == [row(each) for each in made.tasks]


def test_values_of_a_profile_are_data_and_its_set_up_is_code(tmp_path: Path) -> None:
    made = Bench(tmp_path, PROFILES[1])
    made.add()
    said = 'printf "%s|" "$X" "$HF_HOME" "$SET"'
    made.profile = replace(made.profile, setup=("SET=$((40 + 2))",), wrapper="", name="lab")
    made.write()
    text = made.script.read_text(encoding="utf-8")
    look = "    tcwc_ready=yes"
    text = text.replace(look, f"    {said}; tcwc_ready=no; exit 0\n{look}", 1)
    done = subprocess.run(["bash", "-c", text, "x", "run_001"], capture_output=True, text=True)
    assert done.stdout == "a b\n'c'|/scratch/$USER|42|"


def test_a_line_is_found_in_2500_by_bash_alone(tmp_path: Path) -> None:
    """A process for each line would be seconds: the last one starts as many as the first."""
    made = Bench(tmp_path)
    tasks = [
        replace(TASK, index=each, run=f"run_{each:04d}", sha256="0" * 64, folder="/none/x" * 8)
        for each in range(1, 2501)
    ]
    text = job_text(template("job.sh"), "tiny", "lora", tasks, made.profile, distributed=False)
    look = '    [ -n "$run" ] ||'
    text = text.replace(look, f'    echo "$run"; exit 0\n{look}', 1)
    script = tmp_path / "script"
    script.write_text(text, encoding="utf-8")
    traces = []
    for run in ("run_0001", "run_2500"):
        done = subprocess.run(["bash", "-x", script, run], capture_output=True, text=True)
        assert done.stdout == f"{run}\n"
        lines = (line.split() for line in done.stderr.splitlines() if line.startswith("+"))
        traces.append(Counter((words[0], words[1].strip("'")) for words in lines if words[1:]))
    first, last = traces
    more = last - first  # `++` would stand before what a process of its own does
    assert set(more) == {("+", "read"), ("+", "[")}
    assert more.total() <= 3 * 2499
