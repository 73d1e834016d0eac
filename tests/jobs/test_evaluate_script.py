"""The script that evaluates: its door, its stamp, what it leaves, and whatever text it is given."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import stat
import time
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from tcwc.jobs.profiles.profile import Profile
from tcwc.jobs.scripts.evaluation import EVALUATION_COLUMNS, evaluation_row
from tests.jobs.bench import Bench, Stamp, boot, dead_pid, processes, wait_for
from tests.jobs.evaluations import EVALUATION, Evaluations, at_work, shell, stamp_in
from tests.jobs.lab import OF_BASH_4, complaints
from tests.jobs.test_job_quoting import HOSTILE
from tests.jobs.test_job_script import PROFILES


@pytest.fixture
def made(tmp_path: Path) -> Evaluations:
    """One run that is finished, and one evaluation of it."""
    bench = Bench(tmp_path)
    bench.add()
    found = Evaluations(bench)
    found.add()
    found.train()
    return found


def one(made: Evaluations, **changes: object) -> None:
    """Change the first evaluation."""
    made.tasks[0] = replace(made.tasks[0], **changes)  # type: ignore[arg-type]


def results(made: Evaluations) -> Path:
    return Path(made.tasks[0].results)


def beside(made: Evaluations) -> list[str]:
    """What lies where results are put."""
    parent = results(made).parent
    return sorted(each.name for each in parent.iterdir()) if parent.exists() else []


# --- the text


@pytest.mark.parametrize("profile", PROFILES, ids=[each.name for each in PROFILES])
def test_bash_and_shellcheck_find_nothing(tmp_path: Path, profile: Profile) -> None:
    bench = Bench(tmp_path, profile, experiment='a "b" $c')
    bench.add()
    found = Evaluations(bench)
    found.add()
    found.add("", label="base", weights="/models/a b", results="out/eval/sums/base")
    script = tmp_path / "script"
    script.write_text(found.text, encoding="utf-8")
    assert "#@" not in found.text
    assert complaints(script) == ""


def test_what_bash_3_lacks_is_not_there(made: Evaluations) -> None:
    code = "\n".join(line for line in made.text.splitlines() if line.lstrip()[:1] != "#")
    found = {name: re.search(pattern, code) for name, pattern in OF_BASH_4.items()}
    assert {name: hit[0] for name, hit in found.items() if hit} == {}


def test_a_row_has_a_word_for_each_column() -> None:
    task = replace(EVALUATION, weights="/w", results="/r", words=("t",), files=())
    assert dict(zip(EVALUATION_COLUMNS, evaluation_row(task, "/f", 7).split(), strict=False)) == {
        "index": "1",
        "run": "run_001",
        "evaluation": "sums",
        "label": "epoch_1",
        "epoch": "1",
        "tool": "command",
        "science_hash": "a" * 64,
        "world": "1",
        "evaluation_hash": "e" * 64,
        "config_sha256": "-",
        "config": "-",
        "kind": "7",
        "paths": "'/f",
        "files": "/r",
        "beside": "/w'",
        "words": "''",
    }


# --- a result


def test_a_result(made: Evaluations) -> None:
    done = made.evaluate()
    assert done.code == 0, done.output
    assert beside(made) == [".epoch_1.part", "epoch_1"]
    assert sorted(os.listdir(results(made))) == ["log.txt", "scores.json", "tcwc.json"]
    stamp = stamp_in(results(made))
    assert isinstance(stamp.pop("start"), int)
    assert isinstance(stamp.pop("end"), int)
    run = made.bench.tasks[0]
    assert stamp == {
        "format": 1,
        "experiment": "tiny",
        "evaluation": "sums",
        "evaluation_hash": "e" * 64,
        "tool": "command",
        "run": "run_001",
        "epoch": 1,
        "attempt": 1,
        "label": "epoch_1",
        "sha256": run.sha256,
        "science_hash": run.science_hash,
        "world": 1,
        "state": "finished",
        "exit": 0,
        "host": os.uname().nodename,
        "gpu_name": None,
    }


def test_it_is_not_done_twice(made: Evaluations) -> None:
    made.evaluate()
    before = (results(made) / "tcwc.json").stat().st_mtime_ns
    done = made.evaluate()
    assert done.code == 0
    assert "run_001, sums, epoch_1: evaluated already" in done.output
    assert (results(made) / "tcwc.json").stat().st_mtime_ns == before


@pytest.mark.parametrize("name", ["evaluation", "run", "label"])
def test_a_result_that_was_copied_there_is_none(made: Evaluations, name: str) -> None:
    made.evaluate()
    stamp = results(made) / "tcwc.json"
    text = stamp.read_text(encoding="utf-8").replace(
        f'"{name}":"{stamp_in(results(made))[name]}"', f'"{name}":"other"'
    )
    stamp.write_text(text, encoding="utf-8")
    assert made.evaluate().code == 0
    assert any(".was-" in each for each in beside(made))
    assert stamp_in(results(made))[name] != "other"


@pytest.mark.parametrize("name", ["evaluation_hash", "science_hash"])
def test_a_result_of_another_meaning_is_set_aside(made: Evaluations, name: str) -> None:
    for again in ("", "+"):  # the earlier one is still there
        made.evaluate()
        text = (results(made) / "tcwc.json").read_text(encoding="utf-8")
        other = text.replace(stamp_in(results(made))[name], "1" * 64)
        (results(made) / "tcwc.json").write_text(other, encoding="utf-8")
        assert made.evaluate().code == 0
        assert f"epoch_1.was-11111111{again}" in beside(made)
        assert stamp_in(results(made))[name] == getattr(made.tasks[0], name)


@pytest.mark.parametrize(
    ("end", "is_again"),
    [
        ({"mode": "resume", "from_epoch": 0}, True),
        ({"mode": "resume", "from_epoch": 1}, False),  # a later epoch was lost
        ({"mode": "restart", "from_epoch": None}, True),
    ],
)
def test_a_result_of_weights_that_were_trained_again_is_set_aside(
    made: Evaluations, end: dict[str, object], is_again: bool
) -> None:
    made.evaluate()
    goes_on(made.train(), 2, end)
    done = made.evaluate()
    assert done.code == 0
    assert ("evaluated already" in done.output) != is_again
    assert stamp_in(results(made))["attempt"] == (2 if is_again else 1)
    assert ("epoch_1.was-aaaaaaaa" in beside(made)) == is_again


def goes_on(stamp: Stamp, number: int, end: dict[str, object]) -> None:
    """One more attempt of a training, which finished."""
    stamp.make_attempt(number)
    said = json.dumps({"state": "finished", "exit": 0, **end}, separators=(",", ":"))
    (stamp.at / f"{number:04d}.end").write_text(f"{said:4095}\n")


def test_weights_that_were_pruned_are_no_failure(made: Evaluations) -> None:
    """Others of the run are done; and of those that lie there again, as after a training anew."""
    weights = Path(made.tasks[0].weights)
    made.add(evaluation="more", results=f"{made.bench.tasks[0].folder}/eval/more/epoch_1")
    made.evaluate("run_001", "more")
    shutil.move(weights, weights.with_name("aside"))
    (weights.parent / "tcwc" / "epoch_1.pruned").write_text("{}\n")
    done = made.evaluate()
    assert done.code == 0, done.output
    assert "run_001, sums, epoch_1: cannot be made: `tcwc prune` removed its w" in done.output
    assert "run_001, more, epoch_1: evaluated already" in done.output
    assert beside(made) == []
    shutil.move(weights.with_name("aside"), weights)
    assert made.evaluate().code == 0
    assert results(made).exists()


def test_a_result_stays_when_what_is_no_science_changes(made: Evaluations) -> None:
    made.evaluate()
    made.bench.tasks[0] = replace(made.bench.tasks[0], sha256="9" * 64)
    assert "evaluated already" in made.evaluate().output


def test_what_would_be_loaded_with_the_weights_is_not_seen(made: Evaluations) -> None:
    weights = Path(made.tasks[0].weights)
    for name in ("adapter_config.json", "a b.json"):
        (weights / name).write_text("{}", encoding="utf-8")
    words = ("sh", "-c", 'ls "$2" >"$1/seen"; echo "$2" >>"$1/seen"', "look")
    one(made, words=(*words, "{results}", "{weights}"), beside=("adapter_config.json",))
    assert made.evaluate().code == 0
    *seen, where = (results(made) / "seen").read_text(encoding="utf-8").splitlines()
    assert seen == ["a b.json", "adapter_model.pt"]
    assert Path(where).name == "epoch_1"  # as evaluators call what they scored
    assert sorted(os.listdir(weights)) == ["a b.json", "adapter_config.json", "adapter_model.pt"]
    assert not Path(where).exists()
    (weights / "adapter_config.json").unlink()
    one(made, evaluation_hash="f" * 64)
    assert made.evaluate().code == 0
    assert (results(made) / "seen").read_text(encoding="utf-8").splitlines()[-1] == str(weights)


def test_an_evaluation_that_fails_keeps_what_it_left(made: Evaluations) -> None:
    one(made, words=shell('touch "$1/half"; echo "ValueError: no such task" >&2; exit 3'))
    done = made.evaluate()
    assert done.code == 3
    assert "failed, error, exit 3: ValueError: no such task" in done.output
    assert beside(made) == [".epoch_1.part", "epoch_1.failed-1"]
    assert (results(made).with_name("epoch_1.failed-1") / "half").exists()
    assert made.evaluate().code == 3
    assert beside(made) == [".epoch_1.part", "epoch_1.failed-1", "epoch_1.failed-2"]
    one(made, words=EVALUATION.words)
    assert made.evaluate().code == 0
    assert "epoch_1" in beside(made)


def test_a_failure_leaves_the_result_of_another_meaning_where_it_is(made: Evaluations) -> None:
    made.evaluate()
    one(made, evaluation_hash="f" * 64, words=shell("exit 1"))
    assert made.evaluate().code == 1
    assert stamp_in(results(made))["evaluation_hash"] == "e" * 64


def test_a_tool_that_leaves_nothing_has_no_result(made: Evaluations) -> None:
    one(made, words=("true",))
    done = made.evaluate()
    assert done.code == 70
    assert "left no result" in done.output
    assert not results(made).exists()


def test_the_table_of_a_log_is_a_result_of_eleuther_alone(made: Evaluations) -> None:
    table = "|Tasks|Version|Filter|n-shot|Metric|   |Value |\n|-----|------:|"
    one(made, words=("printf", "INFO: x\n\n%s\n", table))
    assert made.evaluate().code == 70
    program = made.bench.folder / "tune"
    program.write_text('#!/bin/sh\nexec "$@"\n')
    program.chmod(0o755)
    one(made, tool="eleuther_eval", words=("tune", *made.tasks[0].words))
    assert made.evaluate(env={"TCWC_TUNE": str(program)}).code == 0
    assert table in (results(made) / "log.txt").read_text()


def test_all_evaluations_of_a_run_one_after_the_other(made: Evaluations) -> None:
    place = Path(made.tasks[0].results).parents[1]
    made.add(evaluation="more", results=str(place / "more/epoch_1"), words=shell("exit 7"))
    made.add(evaluation="last", results=str(place / "last/epoch_1"))
    done = made.evaluate()
    assert done.code == 7
    assert results(made).exists()
    assert (place / "last/epoch_1").exists()
    assert not (place / "more/epoch_1").exists()
    assert made.evaluate("run_001", "last").code == 0
    assert made.evaluate("run_001", "none").code == 66


def test_an_array_task_is_the_run_of_its_index(made: Evaluations) -> None:
    done = made.evaluate("0", env={"SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "1"})
    assert done.code == 0, done.output
    (start,) = (results(made).parent / ".epoch_1.part").glob("*.start")
    assert json.loads(start.read_text())["job"] == "7_1"


def test_what_is_no_run_s(made: Evaluations) -> None:
    base, pilot = made.bench.folder / "base", made.bench.folder / "my pilot"
    for each in (base, pilot):
        each.mkdir()
    for label, weights in (("base", base), ("pilot", pilot)):
        where = f"out/eval/sums/{label}"
        made.add("", label=label, weights=str(weights), results=where, files=())
    assert made.evaluate("base").code == 0
    stamp = stamp_in(made.bench.folder / "out/eval/sums/base")
    assert [stamp[key] for key in ("run", "epoch", "sha256", "science_hash")] == [None] * 4
    assert not (made.bench.folder / "out/eval/sums/pilot").exists()
    assert made.evaluate("-").code == 0
    assert (made.bench.folder / "out/eval/sums/pilot/tcwc.json").exists()
    assert not results(made).exists()
    pilot.rmdir()
    done = made.evaluate("pilot")  # it was evaluated, and is gone: nobody may say that it is here
    assert (done.code, "is not there" in done.output) == (75, True)


# --- the door


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("", "its training is not finished"),
        ("failed", "its training is not finished"),
        ("cancelled", "its training is not finished"),
    ],
)
def test_a_training_that_did_not_finish(made: Evaluations, state: str, says: str) -> None:
    made.train(state=state)
    done = made.evaluate()
    assert (done.code, says in done.output) == (75, True), done.output
    assert beside(made) == []


def test_a_second_attempt_that_has_not_ended(made: Evaluations) -> None:
    made.train().make_attempt(2)
    assert made.evaluate().code == 75
    assert beside(made) == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"run": "run_002"}, "is another run's"),
        ({"experiment": "other"}, "is another run's"),
        ({"science_hash": "b" * 64}, "of another meaning"),
        ({"world": 2}, "of another meaning"),
    ],
)
def test_a_stamp_of_something_else(
    made: Evaluations, changes: dict[str, object], says: str
) -> None:
    made.train().make_run(made.bench.tasks[0], **changes)
    done = made.evaluate()
    assert (done.code, says in done.output) == (75, True), done.output
    assert beside(made) == []


def test_weights_that_are_gone(made: Evaluations) -> None:
    weights = Path(made.tasks[0].weights) / "adapter_model.pt"
    weights.write_text("")
    done = made.evaluate()
    assert (done.code, "has no adapter_model.pt" in done.output) == (75, True)
    weights.unlink()
    weights.parent.rmdir()
    assert made.evaluate().code == 75
    Path(made.bench.tasks[0].folder, "tcwc", "run.json").unlink()
    done = made.evaluate()
    assert (done.code, "was not trained yet" in done.output) == (75, True)
    assert beside(made) == []


def test_a_training_that_is_another_one_when_the_tool_is_done(made: Evaluations) -> None:
    stamp = made.bench.tasks[0].folder + "/tcwc/run.json"
    one(made, words=shell('touch "$1/x"; sed -i s/aaaa/bbbb/ "$2"', stamp))
    done = made.evaluate()
    assert done.code == 75, done.output
    assert "another training by now" in done.output
    assert not results(made).exists()


def test_a_training_that_was_done_anew_under_the_same_meaning_meanwhile(made: Evaluations) -> None:
    """Nobody knows of which of the two the tool read what."""
    one(made, words=shell('touch "$1/x" "$1/half"; until [ -e "$1/go" ]; do sleep 0.05; done'))
    process = made.start("run_001")
    half = at_work(results(made).parent / ".epoch_1.part")
    made.train().make_attempt(2)
    end = json.dumps({"state": "finished", "exit": 0}, separators=(",", ":"))
    Path(made.bench.tasks[0].folder, "tcwc", "0002.end").write_text(f"{end:4095}\n")
    half.with_name("go").touch()
    said, _ = process.communicate(timeout=120)
    assert (process.returncode, "was trained anew" in said) == (75, True), said
    assert beside(made) == [".epoch_1.part", "epoch_1.failed-1"]


def test_what_is_late_leaves_the_evaluation_of_another_folder_alone(made: Evaluations) -> None:
    """The run's folder was set aside, trained anew, and is evaluated: the tool that still runs by
    the old path makes its folder anew, as lm_eval does, and writes into that."""
    waits = 'echo $3 >"$1/half"; until [ -e "$2" ]; do sleep 0.05; done'
    late = f'{waits}; mkdir -p "$1"; echo old >"$1/old"'
    go = [made.bench.folder / name for name in ("go_old", "go_new")]
    one(made, words=shell(late, str(go[0]), "old"))
    old = made.start("run_001")
    stamp = results(made).parent / ".epoch_1.part"
    at_work(stamp)
    folder = Path(made.bench.tasks[0].folder)
    folder.rename(folder.with_name("aside"))
    made.train()
    one(
        made, words=shell('echo new >"$1/half"; until [ -e "$2" ]; do sleep 0.05; done', str(go[1]))
    )
    new = made.start("run_001")
    at_work(stamp)
    go[0].touch()
    said, _ = old.communicate(timeout=120)
    assert old.returncode == 75, said
    assert (stamp / "0001.end").read_text().isspace()  # of the one that is at work
    go[1].touch()
    said, _ = new.communicate(timeout=120)
    assert new.returncode == 0, said
    assert sorted(os.listdir(results(made))) == ["half", "log.txt", "tcwc.json"]
    assert (results(made) / "half").read_text() == "new\n"


def test_a_folder_in_the_way(made: Evaluations) -> None:
    results(made).mkdir(parents=True)
    done = made.evaluate()
    assert (done.code, "is in the way" in done.output) == (65, True)
    assert beside(made) == ["epoch_1"]


def test_a_link_in_the_way(made: Evaluations) -> None:
    """Also one that leads nowhere, before anything is evaluated."""
    results(made).parent.mkdir(parents=True)
    results(made).symlink_to(made.bench.folder / "nowhere")
    done = made.evaluate()
    assert (done.code, "is in the way" in done.output) == (65, True), done.output


def test_a_stamp_is_not_written_through_a_link_that_the_tool_made(made: Evaluations) -> None:
    other = made.bench.folder / "other"
    other.write_text("mine")
    one(made, words=shell('ln -s "$2" "$1/tcwc.json"', str(other)))
    assert made.evaluate().code == 0
    assert other.read_text() == "mine"
    assert stamp_in(results(made))["state"] == "finished"


def test_a_label_of_digits(made: Evaluations) -> None:
    weights = str(Path(made.tasks[0].weights))
    made.add("", label="007", weights=weights, results="out/eval/sums/007")
    done = made.evaluate("007")
    assert done.code == 0, done.output
    assert (made.bench.folder / "out/eval/sums/007/tcwc.json").exists()


def test_a_tool_that_is_not_there(made: Evaluations) -> None:
    one(made, words=("no-such-tool", "x"))
    done = made.evaluate()
    assert (done.code, "there is no no-such-tool" in done.output) == (74, True)
    assert beside(made) == []


def test_a_variable_that_is_not_set(made: Evaluations) -> None:
    one(made, results="${oc.env:NO_SUCH}/x")
    made.add()
    done = made.evaluate()
    assert done.code == 74
    assert "NO_SUCH" in done.output
    assert Path(made.tasks[1].results).exists()  # the others are done


def test_a_config_is_the_one_that_was_submitted(made: Evaluations) -> None:
    text = "tasks: [a]\n"
    digest = sha256(text.encode()).hexdigest()
    frozen = made.bench.folder / "configs" / "slurm" / "frozen" / f"{digest}.yaml"
    one(made, config_sha256=digest, words=("cp", "{config}", "{results}"))
    assert made.evaluate().code == 74
    frozen.write_text(text)
    assert made.evaluate().code == 0
    assert (results(made) / frozen.name).read_text() == text
    one(made, evaluation_hash="f" * 64)
    frozen.write_text("tasks: [b]\n")
    assert made.evaluate().code == 65


# --- two, and those that are killed


def test_two_at_once(made: Evaluations) -> None:
    one(made, words=shell('touch "$1/x"; sleep 2'))
    both = [made.start("run_001"), made.start("run_001")]
    said = [each.communicate(timeout=120)[0] for each in both]
    assert sorted(each.returncode for each in both) == [0, 75], said
    assert beside(made) == [".epoch_1.part", "epoch_1"]


def test_one_that_was_killed_is_taken_over(made: Evaluations) -> None:
    one(made, words=shell('touch "$1/half"; sleep 0.1'))
    stamp = results(made).parent / ".epoch_1.part"
    (stamp / "0001.host.1").mkdir(parents=True)
    (stamp / "0001.host.1" / "half").touch()
    start = {"n": 1, "host": os.uname().nodename, "boot": boot(), "pid": dead_pid(), "restart": 0}
    (stamp / "0001.start").write_text(json.dumps({**start, "job": None}, separators=(",", ":")))
    (stamp / "0001.end").write_text(" " * 4095 + "\n")
    (stamp / "0001.beat").touch()
    assert made.evaluate().code == 75  # it beat a moment ago
    for each in stamp.glob("0001.*"):
        os.utime(each, (1, 1))
    done = made.evaluate()
    assert done.code == 0, done.output
    assert beside(made) == [".epoch_1.part", "epoch_1", "epoch_1.failed-1"]
    assert not (stamp / "0002").exists()
    assert "its process is gone" in (stamp / "0001.lost").read_text()


def test_term_ends_the_tool_and_all_that_it_started(made: Evaluations) -> None:
    one(made, words=shell('touch "$1/half"; (setsid sleep 4321) & sleep 4322'))
    made.add(evaluation="more", results=str(results(made).parents[1] / "more" / "x"))
    process = made.start("run_001")
    at_work(results(made).parent / ".epoch_1.part")
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 143, said
    assert not [line for line in processes() if line.endswith(("sleep 4321", "sleep 4322"))]
    assert beside(made) == [".epoch_1.part", "epoch_1.failed-1"]
    assert not (results(made).parents[1] / "more").exists()  # the next one was not begun
    end = json.loads((results(made).parent / ".epoch_1.part" / "0001.end").read_text())
    assert (end["state"], end["reason"]) == ("cancelled", None)


def test_a_time_limit(made: Evaluations) -> None:
    one(made, words=shell('touch "$1/half"; sleep 60'))
    process = made.start("run_001")
    stamp = results(made).parent / ".epoch_1.part"
    at_work(stamp)
    process.send_signal(signal.SIGUSR1)
    wait_for(stamp / "0001.limit")
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=120)
    assert "cancelled, timeout, exit 143" in said


# --- texts, and modes


def test_any_text_reaches_the_tool_as_it_is(tmp_path: Path) -> None:
    bench = Bench(tmp_path / 'it\'s a "d" $(touch pwned) `id` &', experiment='a "b"\n$c')
    bench.add(folder=str(bench.folder / "o ut & \\ $HOME" / "run_001"))
    found = Evaluations(bench)
    words = [each for each in HOSTILE if each] + ["a{results}b", "{results}", "{weights}/&", ""]
    found.add(
        evaluation="n a'm\"e\n&",
        label="-l $(x)",
        words=shell('shift 0; printf "%s\\0" "$@" >"$1/words"', *words),
        results=str(bench.folder / "o ut & \\ $HOME" / "run_001" / "eval" / "n a" / "epoch_1"),
    )
    found.train()
    done = found.evaluate()
    assert done.code == 0, done.output
    data = (results(found) / "words").read_bytes()
    part, *rest = data.decode("utf-8", "surrogateescape").split("\0")[:-1]
    assert part.startswith(str(results(found).parent / ".epoch_1.part" / "0001."))
    weights = found.tasks[0].weights
    assert rest == [*words[:-4], f"a{part}b", part, f"{weights}/&", ""]
    stamp = stamp_in(results(found))
    assert (stamp["experiment"], stamp["label"]) == ('a "b"\n$c', "-l $(x)")
    assert not list(tmp_path.rglob("pwned"))


def test_variables_of_the_environment_in_paths(made: Evaluations) -> None:
    where = made.bench.folder / "a b'c"
    where.mkdir()
    one(made, results="${oc.env:OUT}/r")
    assert made.evaluate(env={"OUT": str(where)}).code == 0
    assert (where / "r" / "tcwc.json").exists()


def test_variables_of_the_environment_in_words(made: Evaluations) -> None:
    words = ("bash", "-c", 'printf "%s" "$2" >"$1/x"', "it", "{results}", "a=${oc.env:OUT}/b c")
    one(made, words=words)
    done = made.evaluate()
    assert (done.code, "OUT" in done.output, results(made).exists()) == (74, True, False)
    assert made.evaluate(env={"OUT": "x  y"}).code == 0
    assert (results(made) / "x").read_text() == "a=x  y/b c"


def test_the_wrapper_stands_before_the_tool(made: Evaluations) -> None:
    made.bench.profile = Profile("lab", wrapper="env WRAPPED='a b'")
    one(made, words=shell('printf %s "$WRAPPED" >"$1/x"'))
    assert made.evaluate().code == 0
    assert (results(made) / "x").read_text() == "a b"


def test_what_the_group_may_read(made: Evaluations) -> None:
    made.bench.profile = Profile("lab", group_readable=True)
    one(made, words=shell('umask 077; mkdir "$1/d"; touch "$1/d/x"'))
    assert made.evaluate().code == 0
    for each in (results(made), results(made) / "d", results(made).parent):
        assert stat.S_IMODE(each.stat().st_mode) & 0o050 == 0o050, each
    assert stat.S_IMODE((results(made) / "d" / "x").stat().st_mode) & 0o040
