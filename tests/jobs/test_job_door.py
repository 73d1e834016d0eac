"""The door: what a job looks at before it trains, and how it says no."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tcwc.jobs.profiles.profile import Profile
from tests.jobs.bench import HASH, OLD, TASK, Bench, Stamp, dead_pid


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def folder_of(bench: Bench) -> Path:
    return Path(bench.tasks[0].folder)


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(each.relative_to(folder)): each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file()
    }


def test_a_run_is_trained_once(bench: Bench) -> None:
    bench.add()
    assert bench.run("run_001").code == 0
    stamp = Stamp(folder_of(bench))
    assert stamp.names() == ["0001.end", "0001.mode", "0001.start", "run.json"]
    again = bench.run("run_001")
    assert again.code == 0
    assert "finished already" in again.output
    assert stamp.names() == ["0001.end", "0001.mode", "0001.start", "run.json"]


def test_the_stamp_says_what_ran(bench: Bench) -> None:
    task = bench.add(batch=32)
    done = bench.run("run_001", env={"CUDA_VISIBLE_DEVICES": "1,2"})
    stamp = Stamp(folder_of(bench))
    assert stamp.json("run.json") == {
        "format": 1,
        "experiment": "tiny",
        "run": "run_001",
        "science_hash": HASH,
        "world": 1,
        "effective_batch": 32,
    }
    start = stamp.start()
    assert (
        list(start)
        == (
            "n sha256 facts start cluster job slurm_job restart host boot pid gpus gpu_name user "
            "torchtune torch driver"
        ).split()
    )
    assert (start["n"], start["sha256"], start["facts"]) == (1, task.sha256, "9b0e")
    assert (start["cluster"], start["job"], start["gpus"]) == ("lab", None, "1,2")
    end = stamp.end()
    assert isinstance(end.pop("end"), int)
    assert end == {
        "state": "finished",
        "reason": None,
        "exit": 0,
        "mode": "fresh",
        "from_epoch": None,
        "overrides": [],
        "detail": "",
    }
    log = (stamp.at / "0001.log").read_text(encoding="utf-8")
    assert log in done.output
    assert "stand-in: lora" in log


def test_an_index_is_an_offset_and_the_number_of_the_task(bench: Bench) -> None:
    bench.add(index=7, run="run_007")
    bench.add(index=8, run="run_008")
    slurm = {"SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_JOB_ID": "161", "SLURM_JOB_ID": "165"}
    assert bench.run("5", env=slurm).code == 0
    start = Stamp(bench.folder / "out/run_008").start()
    assert (start["job"], start["slurm_job"], start["restart"]) == ("161_3", "165", 0)
    assert not (bench.folder / "out/run_007").exists()
    assert bench.run("run_007", env=slurm).code == 0  # an id wins over the task's number
    assert (bench.folder / "out/run_007").exists()


@pytest.mark.parametrize("words", [["run_002"], ["4"], ["run_00"], [""], [], ["08"], ["$(id)"]])
def test_no_such_run(bench: Bench, words: list[str]) -> None:
    bench.add()
    assert bench.run(*words).code == 66
    assert not (bench.folder / "out").exists()


def test_an_unknown_option_is_no_training(bench: Bench) -> None:
    bench.add()
    assert bench.run("run_001", "--force").code == 64
    assert not (bench.folder / "out").exists()


def test_a_config_that_was_changed_is_refused(bench: Bench) -> None:
    task = bench.add()
    bench.frozen(task).write_text("output_dir: /tmp\n", encoding="utf-8")
    done = bench.run("run_001")
    assert done.code == 65
    assert bench.refused() == [f"{bench.frozen(task)} was changed after it was submitted"]
    assert not folder_of(bench).exists()


def test_line_ends_that_were_changed_are_named(bench: Bench) -> None:
    task = bench.add()
    data = bench.frozen(task).read_bytes()
    bench.frozen(task).write_bytes(data.replace(b"\n", b"\r\n"))
    assert bench.run("run_001").code == 65
    assert bench.refused() == [f"{bench.frozen(task)}: line ends were changed"]


def test_a_config_that_is_gone_cannot_be_prepared(bench: Bench) -> None:
    bench.frozen(bench.add()).unlink()
    assert bench.run("run_001").code == 74
    assert "is not there" in bench.refused()[0]


def test_a_profile_may_refuse_what_has_moved_on(bench: Bench) -> None:
    bench.profile = Profile("lab", checks_configs=True)
    task = bench.add()
    current = bench.folder / "configs/run_001.yaml"
    current.write_text("other\n", encoding="utf-8")
    assert bench.run("run_001").code == 65
    assert "has moved on" in bench.refused()[0]
    current.write_bytes(bench.frozen(task).read_bytes())
    assert bench.run("run_001").code == 0


@pytest.mark.parametrize("left", ["epoch_5", "recipe_state"])
def test_a_training_without_a_stamp_is_left_alone(bench: Bench, left: str) -> None:
    bench.add(folder=str(bench.folder / 'it\'s a "dir" $HOME'))
    (folder_of(bench) / left).mkdir(parents=True)
    (folder_of(bench) / left / "model.pt").write_text("mine", encoding="utf-8")
    before = tree(folder_of(bench))
    assert bench.run("run_001").code == 65
    assert "without a stamp" in bench.refused()[0]
    assert tree(folder_of(bench)) == before


def test_an_empty_folder_and_one_with_other_files_are_taken(bench: Bench) -> None:
    bench.add()
    folder_of(bench).mkdir(parents=True)
    (folder_of(bench) / "notes.txt").write_text("mine", encoding="utf-8")
    assert bench.run("run_001").code == 0
    assert (folder_of(bench) / "notes.txt").exists()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"experiment": "other"}, "is another run's"),
        ({"experiment": 'a","run":"run_001'}, "is another run's"),
        ({"run": "run_002"}, "is another run's"),
        ({"science_hash": OLD}, "another meaning"),
        ({"world": 4}, "earlier meaning"),
    ],
)
@pytest.mark.parametrize("finished", [False, True])
def test_what_another_run_wrote_is_refused(
    bench: Bench, changes: dict[str, object], why: str, finished: bool
) -> None:
    bench.add()
    stamp = Stamp(folder_of(bench))
    if finished:
        assert bench.run("run_001").code == 0
    stamp.make_run(**changes)
    before = tree(stamp.folder)
    assert bench.run("run_001").code == 65
    assert why in bench.refused()[0]
    assert tree(stamp.folder) == before


def test_a_batch_that_is_counted_otherwise_is_the_same_run(bench: Bench) -> None:
    bench.add()
    Stamp(folder_of(bench)).make_run(effective_batch=None)
    assert bench.run("run_001").code == 0


def test_an_earlier_meaning_is_set_aside_only_if_that_is_asked_for(bench: Bench) -> None:
    bench.add(science_hash=OLD)
    assert bench.run("run_001").code == 0
    old = tree(folder_of(bench))
    bench.tasks = [replace(bench.tasks[0], science_hash=HASH, was=("c" * 64, OLD))]
    bench.write()
    assert bench.run("run_001").code == 65
    assert "--only changed" in bench.refused()[0]
    assert tree(folder_of(bench)) == old

    done = bench.run("run_001", "--replace")
    assert done.code == 0, done.output
    aside = Stamp(folder_of(bench).with_name(f"run_001.was-{OLD[:8]}"))
    assert old.items() <= tree(aside.folder).items()
    assert aside.end(2)["state"] == "cancelled"
    assert str(aside.end(2)["detail"]).startswith(f"set aside for science_hash {HASH}")
    new = Stamp(folder_of(bench))
    assert new.names() == ["0001.end", "0001.mode", "0001.start", "run.json"]
    assert new.json("run.json")["science_hash"] == HASH
    assert new.end()["mode"] == "fresh"


def test_another_world_is_set_aside_likewise_and_nothing_is_moved_into_a_folder(
    bench: Bench,
) -> None:
    bench.add()
    stamp = Stamp(folder_of(bench))
    stamp.make_run(world=4)
    aside = folder_of(bench).with_name(f"run_001.was-{HASH[:8]}")
    aside.mkdir()
    assert bench.run("run_001", "--replace").code == 0
    assert list(aside.iterdir()) == []
    assert Stamp(aside.with_name(aside.name + "+")).json("run.json")["world"] == 4
    assert stamp.json("run.json")["world"] == 1


def test_what_a_live_job_trains_is_not_set_aside(bench: Bench) -> None:
    bench.add(was=(OLD,))
    stamp = Stamp(folder_of(bench))
    stamp.make_run(science_hash=OLD)
    stamp.make_attempt()
    before = tree(stamp.folder)
    assert bench.run("run_001", "--replace").code == 75
    assert tree(stamp.folder) == before
    stamp.make_attempt(age=10, pid=dead_pid())
    assert bench.run("run_001", "--replace").code == 0


def test_a_current_run_that_is_finished_is_not_set_aside(bench: Bench) -> None:
    bench.add(was=(OLD,))
    assert bench.run("run_001").code == 0
    again = bench.run("run_001", "--replace")
    assert again.code == 0
    assert "finished already" in again.output


def test_a_folder_that_an_unset_variable_names_cannot_be_prepared(bench: Bench) -> None:
    bench.add(folder="${oc.env:TCWC_TEST_SCRATCH}/out")
    assert bench.run("run_001").code == 74
    assert "TCWC_TEST_SCRATCH" in bench.refused()[0]
    scratch = bench.folder / "a b"
    assert bench.run("run_001", env={"TCWC_TEST_SCRATCH": str(scratch)}).code == 0
    assert (scratch / "out/tcwc/0001.end").exists()


def test_without_tune_nothing_can_be_prepared(bench: Bench) -> None:
    bench.add()
    assert bench.run("run_001", env={"TCWC_TUNE": "/no/tune"}).code == 74
    assert "/no/tune" in bench.refused()[0]


@pytest.mark.parametrize(
    "name", ['it\'s a "dir" $HOME', "a\nb", "-n", "$(touch x)", "*", "a\\b", "é", " x "]
)
def test_hostile_names_are_data(tmp_path: Path, name: str) -> None:
    bench = Bench(tmp_path / "run", experiment=name)
    bench.add(folder=str(tmp_path / name / "out"), name=name, names="adapter", epochs=1)
    done = bench.run("run_001", plan='printf "%s|" "$WANDB_NAME" "$WANDB_RUN_GROUP" "$WANDB_TAGS"')
    assert done.code == (0 if "\n" not in name else 70), done.output  # the stand-in reads no such
    stamp = Stamp(tmp_path / name / "out")
    assert stamp.json("run.json")["experiment"] == name
    assert f"{name}|{name}|run_001,{HASH[:8]}|" in done.output
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(["run", name])


def test_a_relative_folder_is_one_of_the_run_directory(bench: Bench) -> None:
    bench.add(folder="-out/x")
    bench.run("run_001")
    assert Stamp(bench.folder / "-out/x").json("run.json")["run"] == "run_001"


def test_a_smoke_test_leaves_nothing(bench: Bench) -> None:
    bench.add()
    done = bench.run("run_001", "--smoke", plan='printf "%s|" "$WANDB_MODE" "${overrides[@]}"')
    assert done.code == 0, done.output
    assert "disabled|epochs=1|max_steps_per_epoch=2|output_dir=" in done.output
    assert list((bench.folder / "out").iterdir()) == []
    assert bench.run("run_001", "--smoke", plan="fail=3").code == 3
    assert list((bench.folder / "out").iterdir()) == []


def test_weights_can_be_made_readable_for_the_group(bench: Bench) -> None:
    bench.profile = Profile("lab", group_readable=True)
    bench.add()
    assert bench.run("run_001", plan="umask 077").code == 0
    weights = folder_of(bench) / "epoch_1/adapter_model.pt"
    assert weights.stat().st_mode & 0o777 == 0o640
    assert weights.parent.stat().st_mode & 0o777 == 0o750


def test_several_processes_and_a_wrapper(bench: Bench) -> None:
    bench.profile = Profile("lab", wrapper='env W="a b"')
    bench.distributed = True
    bench.add(replace(TASK, processes=2))
    done = bench.run("run_001", plan='echo "$processes, $W"')
    assert done.code == 0, done.output
    assert "2, a b" in done.output


@pytest.mark.parametrize("wrapper", ["", "env", "srun --container-image=x"])
def test_several_nodes_meet_at_the_first(bench: Bench, wrapper: str) -> None:
    tools = bench.folder / "bin"
    tools.mkdir()
    (tools / "srun").write_text('#!/bin/bash\necho "srun: $*"\n')
    (tools / "scontrol").write_text("#!/bin/bash\nprintf 'node7\\nnode8\\n'\n")
    for each in tools.iterdir():
        each.chmod(0o755)
    bench.profile = Profile("lab", wrapper=wrapper)
    bench.distributed = True
    bench.add(replace(TASK, nodes=2, processes=4))
    env = {
        "PATH": f"{tools}:/usr/bin:/bin",
        "SLURM_JOB_ID": "40123",
        "SLURM_JOB_NODELIST": "node[7-8]",
    }
    done = bench.run("run_001", env=env)
    words = done.output.partition("srun: ")[2].partition("\n")[0].split()
    inner = wrapper.split()[1:] if wrapper.startswith("srun") else wrapper.split()
    expected = "--nodes=2 --ntasks=2 --ntasks-per-node=1 --kill-on-bad-exit=1".split()
    expected += [*inner, words[4 + len(inner)], "run", "--nnodes", "2", "--rdzv_id", "40123"]
    expected += ["--rdzv_backend", "c10d", "--rdzv_endpoint", "node7:10123"]
    expected += ["--nproc_per_node", "4", "lora", "--config", str(bench.frozen(bench.tasks[0]))]
    assert words == expected
