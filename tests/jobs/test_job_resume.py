"""Going on: the epoch is read from the state that a training saved, and named in the overrides."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import pytest

from tcwc.jobs.states.stamp import read_stamp
from tests.jobs.bench import TASK, Bench, Stamp

HF = "model-{}-of-{}.safetensors"


def state(at: Path, epochs_run: object, protocol: int = 2) -> None:
    """What torch.save writes, as far as a reader of pickles sees: a zip with a pickle in it."""
    at.parent.mkdir(parents=True)
    saved = {"optimizer": {"epochs_run_": 3}, "seed": 7, "epochs_run": epochs_run, "total": 9}
    with zipfile.ZipFile(at, "w") as made:
        made.writestr("recipe_state/data/0", b"0" * 1000)
        made.writestr("recipe_state/data.pkl", pickle.dumps(saved, protocol=protocol))


def left(bench: Bench, *files: str, epochs_run: object = 2) -> Stamp:
    """The folder of a run that a job left in the middle."""
    stamp = Stamp(Path(bench.tasks[0].folder))
    stamp.make_run()
    stamp.make_attempt(age=1000, boot="before")
    for each in files:
        path = stamp.folder / each
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("weights", encoding="utf-8")
    if epochs_run is not None:
        state(stamp.folder / "recipe_state/recipe_state.pt", epochs_run)
    return stamp


def made(tmp_path: Path, names: str = "adapter", resumes: str = "exact") -> Bench:
    bench = Bench(tmp_path)
    bench.add(names=names, resumes=resumes, epochs=9)
    return bench


def told(bench: Bench) -> str:
    """The overrides that a training gets; it leaves nothing."""
    at, tune = bench.folder / "told", bench.folder / "tune"
    tune.write_text(f"#!/bin/bash\nprintf '<%s>' \"${{@:5}}\" > '{at}'\n", encoding="utf-8")
    tune.chmod(0o755)
    assert bench.run("run_001", env={"TCWC_TUNE": str(tune)}).code == 70
    return at.read_text(encoding="utf-8")


KINDS = ("pt", "safetensors")
ADAPTER = [
    f"epoch_{each}/adapter_model.{kind}" for each in (0, 1, 2) for kind in ("pt", "safetensors")
]
SHARDS = [f"epoch_{each}/model-0000{part}-of-00002.bin" for each in (0, 1, 2) for part in (1, 2)]


@pytest.mark.parametrize(
    ("names", "files", "expected"),
    [
        ("adapter", ADAPTER, "checkpointer.adapter_checkpoint=epoch_1/adapter_model.pt"),
        (
            "files",
            [*SHARDS, *ADAPTER, "epoch_1/config.json"],
            "checkpointer.checkpoint_files="
            "[epoch_1/model-00001-of-00002.bin,epoch_1/model-00002-of-00002.bin]",
        ),
        (
            HF,
            ["epoch_1/model-00001-of-00001.safetensors"],
            f"checkpointer.checkpoint_files.filename_format=epoch_1/{HF}",
        ),
    ],
)
@pytest.mark.parametrize("resumes", ["exact", "close"])
def test_the_epoch_of_the_state_is_named_not_the_newest(
    tmp_path: Path, names: str, files: list[str], expected: str, resumes: str
) -> None:
    bench = made(tmp_path, names, resumes)
    stamp = left(bench, *files)
    assert told(bench) == f"<{expected}><resume_from_checkpoint=True>"
    end = stamp.end(2)
    assert (end["mode"], end["from_epoch"]) == ("resume", 1)
    assert end["overrides"] == [expected, "resume_from_checkpoint=True"]
    assert (stamp.folder / "epoch_2").exists() or names == HF  # nothing was moved
    assert not (stamp.at / "old").exists()


@pytest.mark.parametrize("protocol", range(2, 6))
def test_pickles_of_all_protocols_are_read(tmp_path: Path, protocol: int) -> None:
    bench = made(tmp_path)
    stamp = left(bench, "epoch_299/adapter_model.pt", epochs_run=None)
    state(stamp.folder / "recipe_state/recipe_state.pt", 300, protocol)
    assert told(bench).startswith("<checkpointer.adapter_checkpoint=epoch_299/")


STATES = {
    "no state": None,
    "no files of that epoch": 5,
    "none": 0,
    "a text": "2",
    "a float": 2.0,
    "a list": [2],
}
CASES = [(names, each) for names in ("adapter", "files") for each in STATES]


@pytest.mark.parametrize(
    ("names", "saved"), [*CASES, (HF, "no files of that epoch"), ("", "no state"), ("", "a text")]
)
def test_what_cannot_be_read_or_is_not_there_starts_over(
    tmp_path: Path, names: str, saved: str
) -> None:
    epochs_run = STATES[saved]
    bench = made(tmp_path, names)
    stamp = left(bench, *ADAPTER, *SHARDS, epochs_run=epochs_run)
    assert told(bench) == "<>"
    end = stamp.end(2)
    assert (end["mode"], end["from_epoch"], end["overrides"]) == ("restart", None, [])


def test_a_torn_state_starts_over(tmp_path: Path) -> None:
    bench = made(tmp_path)
    stamp = left(bench, *ADAPTER)
    saved = stamp.folder / "recipe_state/recipe_state.pt"
    saved.write_bytes(saved.read_bytes()[:-30])
    assert told(bench) == "<>"
    assert stamp.end(2)["mode"] == "restart"


def test_what_is_in_the_way_of_a_start_is_moved_and_nothing_is_lost(tmp_path: Path) -> None:
    bench = made(tmp_path, resumes="no")
    scores = "eval/sums/epoch_2/tcwc.json"  # of weights that the new training writes over
    stamp = left(bench, *ADAPTER, "logs/log_1.txt", "torchtune_config.yaml", "notes.txt", scores)
    (stamp.at / "epoch_0.pruned").touch()  # it will be there again
    assert told(bench) == "<>"
    old = stamp.at / "old"
    moved = sorted(each.name for each in old.iterdir())
    names = [
        "epoch_0", "epoch_0.pruned", "epoch_1", "epoch_2", "eval", "logs", "recipe_state",
        "torchtune_config.yaml",
    ]  # fmt: skip
    assert moved == [f"0001.{each}" for each in names]
    assert (old / "0001.epoch_1/adapter_model.pt").read_text() == "weights"
    assert (stamp.folder / "notes.txt").exists()
    assert not (stamp.folder / "epoch_0").exists()
    assert bench.run("run_001").code == 0
    assert stamp.end(3)["mode"] == "fresh"


def test_logs_alone_of_a_first_epoch_start_over(tmp_path: Path) -> None:
    bench = made(tmp_path)
    stamp = left(bench, "logs/log_1.txt", epochs_run=None)
    assert told(bench) == "<>"
    assert stamp.end(2)["mode"] == "restart"
    assert (stamp.at / "old/0001.logs/log_1.txt").exists()


def test_one_that_is_stopped_before_it_begins_has_trained_nothing(tmp_path: Path) -> None:
    """A signal comes while it looks what there is; the next one goes on from what was left."""
    bench = made(tmp_path)
    stamp = left(bench, *ADAPTER)
    tools = tmp_path / "bin"
    tools.mkdir()
    stops = """#!/bin/bash
at=$PPID job=''
while [ "$(cat /proc/$at/comm)" = bash ]; do
    job=$at at=$(sed -n 's/^PPid:[^0-9]*//p' /proc/$at/status)
done
kill -TERM "$job"
"""
    for name, text in (("python", stops), ("tune", "#!/bin/bash\nexit 9\n")):
        (tools / name).write_text(text, encoding="utf-8")
        (tools / name).chmod(0o755)
    assert bench.run("run_001", env={"TCWC_TUNE": str(tools / "tune")}).code == 143
    assert "epoch_1/adapter_model.pt" in told(bench)
    texts = {each.name: each.read_text(encoding="utf-8") for each in stamp.at.glob("0*.*")}
    assert [each.number for each in read_stamp(texts).trained] == [1, 3]
    assert stamp.end(3)["mode"] == "resume"


def test_the_python_beside_tune_reads_the_state_and_says_the_versions(tmp_path: Path) -> None:
    bench = made(tmp_path)
    stamp = left(bench, *ADAPTER)
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "tune").write_text("#!/bin/bash\nexit 9\n", encoding="utf-8")
    python = "#!/bin/bash\ncase $2 in *pickletools*) echo 1 ;; *) echo 0.6.1 2.6.0+cu124 ;; esac\n"
    (tools / "python").write_text(python, encoding="utf-8")
    for each in tools.iterdir():
        each.chmod(0o755)
    (stamp.folder / "recipe_state/recipe_state.pt").write_text("", encoding="utf-8")
    assert bench.run("run_001", env={"TCWC_TUNE": str(tools / "tune")}).code == 9
    assert stamp.end(2)["from_epoch"] == 1
    assert (stamp.start(2)["torchtune"], stamp.start(2)["torch"]) == ("0.6.1", "2.6.0+cu124")
    assert TASK.names == "adapter"


def test_the_gpu_and_its_driver_are_told(tmp_path: Path) -> None:
    bench = made(tmp_path)
    tools = tmp_path / "bin"
    tools.mkdir()
    smi = '#!/bin/bash\n[ "$1 $2" = "-i 3" ] || exit 1\necho "NVIDIA H100, PCIe, 550.54.15"\n'
    (tools / "nvidia-smi").write_text(smi, encoding="utf-8")
    (tools / "nvidia-smi").chmod(0o755)
    env = {"PATH": f"{tools}:/usr/bin:/bin", "CUDA_VISIBLE_DEVICES": "3,4"}
    bench.run("run_001", plan="nothing=1", env=env)
    start = Stamp(Path(bench.tasks[0].folder)).start()
    assert (start["gpus"], start["gpu_name"]) == ("3,4", "NVIDIA H100, PCIe")
    assert start["driver"] == "550.54.15"


def turned(file: Path) -> None:
    """A bit of a file is another one, as where a disk or a node went in the middle of a write."""
    data = bytearray(file.read_bytes())
    data[data.index(b"0" * 500)] ^= 1
    file.write_bytes(bytes(data))


@pytest.mark.parametrize(
    ("names", "file", "goes_on"),
    [
        ("adapter", "recipe_state/recipe_state.pt", False),
        ("adapter", "epoch_1/adapter_model.pt", False),
        ("adapter", "epoch_1/model-00001-of-00001.bin", True),
        ("adapter", "epoch_0/adapter_model.pt", True),
        ("files", "recipe_state/recipe_state.pt", False),
        ("files", "epoch_1/model-00001-of-00001.bin", False),
        ("files", "epoch_1/adapter_model.pt", True),
    ],
)
def test_what_is_damaged_is_not_gone_on_from(
    tmp_path: Path, names: str, file: str, goes_on: bool
) -> None:
    """torch loads it without a word: real weights were 148 off after one bit."""
    bench = made(tmp_path, names)
    stamp = left(bench)
    for each in (0, 1):
        for name in ("adapter_model.pt", "model-00001-of-00001.bin"):
            path = stamp.folder / f"epoch_{each}" / name
            path.parent.mkdir(exist_ok=True)
            with zipfile.ZipFile(path, "w") as saved:
                saved.writestr("archive/data/0", b"0" * 1000)
    turned(stamp.folder / file)
    assert ("resume_from_checkpoint=True" in told(bench)) is goes_on
    assert stamp.end(2)["mode"] == ("resume" if goes_on else "restart")
