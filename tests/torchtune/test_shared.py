"""What ships is read once in a process: nobody changes it, and a folder's own code is its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

import tcwc
from tcwc.disk import data
from tcwc.torchtune import target
from tests.conftest import ROOT, share
from tests.experiments import write_experiment

BAD = sorted((ROOT / "tests" / "golden" / "bad").glob("*/experiment.yaml"))
OWN = """\
experiment_name: study
base_config: llama3_2/1B_lora_single_device
variables:
  seed: [1, 2]
controls:
  =dataset: {_component_: lab.made, size: 4}
"""


def found(path: Path) -> list[str]:
    return [f"{each.span}: {each}" for each in tcwc.compile(path).diagnostics]


@pytest.mark.deep
def test_what_was_read_is_changed_by_nobody() -> None:
    for path in BAD[:: len(BAD) // share(len(BAD))]:
        with suppress(tcwc.FileProblem):  # one is no text
            tcwc.compile(path)
    shipped = target._shipped("0.6.1", data.read_schema, data.schema_names)
    files = shipped._files
    assert files._members
    for (file, key), member in files._members.items():
        assert member == files.fresh(file, key), (file, key)
    anew = target._shipped.__wrapped__("0.6.1", data.read_schema, data.schema_names)
    assert shipped.aliases() == anew.aliases()
    for (_, name), component in shipped._components.items():
        assert component == anew.component(name)


def test_each_folder_has_code_of_its_own(tmp_path: Path) -> None:
    paths = [write_experiment(tmp_path / name, OWN) for name in ("takes", "takes_not")]
    for path, taken in zip(paths, ("size", "length"), strict=True):
        (path.parent / "lab.py").write_text(f"def made(tokenizer, {taken}=1): ...\n")
    assert not any("size" in each for each in found(paths[0]))
    assert any("size" in each for each in found(paths[1]))
    (paths[1].parent / "lab.py").write_text("def made(tokenizer, size=1): ...\n")
    assert not any("size" in each for each in found(paths[1]))


def test_threads_may_compile_at_the_same_time() -> None:
    paths = BAD[:8]
    alone = [found(path) for path in paths]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(found, paths * 4)) == alone * 4
