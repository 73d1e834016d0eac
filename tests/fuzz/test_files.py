"""Whatever the files beside an experiment hold: words and an exit code, and never an exception."""

from __future__ import annotations

import io
import os
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcwc.cli import main
from tests.conftest import share
from tests.fuzz.mutation import mutants
from tests.study import inside

ROOT = Path(__file__).parents[2]
EXPERIMENT = """\
experiment_name: t
base_config: llama3_2/1B_lora_single_device
variables: {lora_rank: [8, 16]}
engineering_file: cluster.yaml
controls: {optimizer._component_: mine.Opt, seed: 1, ~optimizer.fused: null}
"""
CODE = """\
from functools import partial
from torch.optim import AdamW
import torch.optim as optim

class Base:
    def __init__(self, params, lr: float = 1e-3, *, betas=(0.9, 0.95), **kwargs):
        if lr <= 0:
            raise ValueError(f"lr {lr}")
        super().__init__(params, lr=lr)

class Opt(Base):
    def __init__(self, params, weight_decay=0.1, **kwargs):
        super().__init__(params, **kwargs)

Small = partial(AdamW, weight_decay=0)
Other = optim.AdamW
"""
RULE = next((ROOT / "examples/lab_rules/lint_rules").glob("*.yaml")).read_text(encoding="utf-8")
SETTINGS = """\
# settings
select = ["TCW"]
ignore = ["TCW401", "TCW4"]
strict = true
preview = false
rules = ["rules"]
exclude = ["archive/"]
required-version = ">=0.1, <9"

[per-file-ignores]
"pilot/*" = ["TCW4"]

[severity]
TCW214 = "off"
TCW405 = "warning"
"""
FILES = {
    "cluster.yaml": "compile: false\nlog_every_n_steps: 5\nmetric_logger:\n  log_dir: /x # y\n",
    "mine.py": CODE,
    "rules/lab.yaml": RULE,
    "tcwc.toml": SETTINGS,
    "pyproject.toml": "[project]\nname = 'x'\n\n[tool.tcwc]\n" + SETTINGS.partition("[")[0],
}
PIECES = [
    *"[]{}:,-?#&*!|>'\"%@`~=+.$<\t\n \\\0()", "\n  ", ": ", "${", '"""', "\r\n", "...", "*args",
    "**kwargs", "lambda: ", "yield ", "é", "\u2028", "\ufeff", "9" * 40, "1e999", "0x", "[[", "]]",
    "run_000", "null", "sha256:", "'''", "\x1b[31m", "\ud7ff",
]  # fmt: skip
COMMANDS = (("lint",), ("check",), ("plan",), ("validate",), ("build",), ("lint", "--fix"))


@cache
def built() -> dict[str, str]:
    """The files of the study as they are once it is built."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), FILES)
        assert said(folder, ("build",))[0] == 0, said(folder, ("build",))
        found = sorted(Path(folder, "configs").iterdir())
        return {f"configs/{each.name}": each.read_text(encoding="utf-8") for each in found}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in {"experiment.yaml": EXPERIMENT, **files}.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogatepass"))


def said(folder: str, command: tuple[str, ...]) -> tuple[int, str]:
    """Exit code and words of a command on the study in a folder."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    with inside(Path(folder)), redirect_stdout(out), redirect_stderr(err):
        code = main([command[0], "experiment.yaml", *command[1:]])
    out.flush()
    text = out.buffer.getvalue().decode() + err.getvalue()  # type: ignore[attr-defined]
    return code, text


def try_out(name: str, text: str, command: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = {**FILES, **(built() if name.startswith("configs/") else {}), name: text}
        if name == "pyproject.toml":
            del files["tcwc.toml"]
        write(Path(folder), files)
        code, words = said(folder, command)
        assert code in (0, 1, 2), (name, text)
        assert not code or words, (name, text)
        assert "TCW005" not in words, (name, text, words)
        assert not set(words) & {"\x1b", "\0", "\r"}, (name, text)
        assert os.path.exists(os.path.join(folder, name))


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=share(200))
@given(data=st.data())
def test_mutated_files_beside_an_experiment(name: str, data: st.DataObject) -> None:
    text = data.draw(mutants([FILES[name]], PIECES))
    try_out(name, text, data.draw(st.sampled_from(COMMANDS[:3])))


@pytest.mark.parametrize("name", ["configs/run_mapping.yaml", "configs/run_001.yaml"])
@settings(max_examples=share(300))
@given(data=st.data())
def test_mutated_outputs(name: str, data: st.DataObject) -> None:
    text = data.draw(mutants([built()[name]], PIECES))
    try_out(name, text, data.draw(st.sampled_from(COMMANDS)))
