"""A job with a real torchtune: killed in the middle and gone on with, it ends as if it had not."""

from __future__ import annotations

import hashlib
import os
import signal
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.jobs.bench import Bench, Stamp, wait_for
from tests.jobs.lab import Tiny, offline

pytestmark = [pytest.mark.slow, pytest.mark.torchtune]

RECIPE = "lora_finetune_single_device"
EPOCHS = 12


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, recipe=RECIPE)


def add(bench: Bench, tiny: Tiny, index: int, **more: object) -> Stamp:
    """A run of many short epochs, which goes on exactly."""
    run = f"run_{index:03d}"
    folder = bench.folder / "out" / run
    config = yaml.safe_load(tiny.base.read_text(encoding="utf-8"))
    # Whole weights of a CPU are wrong after the first epoch (shared/facts/resume-0.6.1.md).
    config |= {"output_dir": str(folder), "epochs": EPOCHS, "save_adapter_weights_only": True}
    config |= {"max_steps_per_epoch": 2, **more}
    text = yaml.safe_dump(config, sort_keys=False)
    bench.add(index=index, run=run, folder=str(folder), epochs=EPOCHS, config=text)
    return Stamp(folder)


def environment(tiny: Tiny, python: Path) -> dict[str, str]:
    kept = ("OMP_NUM_THREADS", "TIKTOKEN_CACHE_DIR")
    told = {k: v for k, v in offline(tiny.assets).items() if k in kept or k.startswith("HF_")}
    return told | {"TCWC_TUNE": str(python.parent / "tune"), "TCWC_GRACE": "5"}


def adapter(stamp: Stamp) -> str:
    at = stamp.folder / f"epoch_{EPOCHS - 1}" / "adapter_model.pt"
    return hashlib.sha256(at.read_bytes()).hexdigest()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_a_run_that_was_interrupted_ends_with_the_same_bytes(
    bench: Bench, tiny: Tiny, torchtune_python: Path, how: signal.Signals
) -> None:
    env = environment(tiny, torchtune_python)
    whole, broken = add(bench, tiny, 1), add(bench, tiny, 2)
    done = bench.run("run_001", env=env)
    assert done.code == 0, done.output
    start = whole.start()
    assert str(start["torchtune"]).startswith("0.6")
    assert str(start["torch"]).startswith("2.")

    job = bench.start("run_002", env=env)
    wait_for(broken.folder / "recipe_state/recipe_state.pt", 120)
    if how == signal.SIGTERM:
        job.send_signal(how)
    else:
        for pid in trainings(bench):
            os.kill(pid, how)
    job.communicate(timeout=120)
    end = broken.end()
    expected = ("cancelled", None) if how == signal.SIGTERM else ("failed", "killed")
    assert (end["state"], end["reason"]) == expected

    # One that was killed while torch wrote the state, which it does over the last one, starts over.
    mode = "resume" if is_whole(broken.folder / "recipe_state/recipe_state.pt") else "restart"
    done = bench.run("run_002", env=env)
    assert done.code == 0, done.output
    assert broken.end(2)["mode"] == mode
    assert adapter(broken) == adapter(whole)


def test_what_a_wrong_config_raises_is_told(
    bench: Bench, tiny: Tiny, torchtune_python: Path
) -> None:
    stamp = add(bench, tiny, 1, optimizer={"_component_": "torch.optim.Nothing"})
    assert bench.run("run_001", env=environment(tiny, torchtune_python)).code == 1
    end = stamp.end()
    assert (end["state"], end["reason"]) == ("failed", "error")
    assert "Nothing" in str(end["detail"])
    assert "Error" in str(end["detail"])


def test_a_smoke_test_trains_two_steps_elsewhere(
    bench: Bench, tiny: Tiny, torchtune_python: Path
) -> None:
    add(bench, tiny, 1)
    done = bench.run("run_001", "--smoke", env=environment(tiny, torchtune_python))
    assert done.code == 0, done.output
    assert list((bench.folder / "out").iterdir()) == []


def is_whole(state: Path) -> bool:
    """Whether what torch saved can be read to its end."""
    if not zipfile.is_zipfile(state):
        return False
    with zipfile.ZipFile(state) as saved:
        return saved.testzip() is None


def trainings(bench: Bench) -> list[int]:
    """The processes that carry the mark of an attempt, and name this run directory."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            marked = b"TCWC_ATTEMPT=" in (folder / "environ").read_bytes()
            ours = str(bench.folder).encode() in (folder / "cmdline").read_bytes()
        except OSError:  # it has ended
            continue
        found += [int(folder.name)] if marked and ours and folder.name != str(os.getpid()) else []
    return found
