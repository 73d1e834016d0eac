"""Building experiments, and asking the real `tune validate` about what was built."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import tcwc
from tcwc.api.compilation import Compilation
from tcwc.disk.data import read_schema, schema_names
from tcwc.model.ir import Value
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.target import TORCHTUNE
from tcwc.yaml.emit import render_member

CATALOGUE = Catalogue(TORCHTUNE.default_version, read_schema, schema_names)


def render(values: Mapping[str, Value]) -> str:
    """The text of a config: keys in the order given, LF, a final newline."""
    return "".join(render_member(key, value) for key, value in values.items()) or "{}\n"


def quoted(text: str) -> str:
    """A text in YAML's single quotes."""
    return "'" + text.replace("'", "''") + "'"


def write_experiment(folder: Path, text: str) -> Path:
    """experiment.yaml with this text in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "experiment.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def build(folder: Path, text: str) -> Compilation:
    """Compile and write an experiment that must be free of errors."""
    compilation = tcwc.compile(write_experiment(folder, text))
    assert compilation.ok, [f"{d.span}: {d.code} {d.message}" for d in compilation.diagnostics]
    compilation.write()
    return compilation


def configs(folder: Path) -> list[Path]:
    """The run files of an output folder."""
    return sorted(folder.glob("run_[0-9]*.yaml"))


_VALIDATE = """
import json, sys
from omegaconf import OmegaConf
from torchtune.config import validate
refused = {}
for path in json.load(sys.stdin):
    try:
        validate(OmegaConf.load(path))
    except Exception as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        refused[path] = f"{type(error).__name__}: {' '.join(lines[:3])}"
print(json.dumps(refused))
"""


def tune_validate(python: Path, paths: Sequence[Path], path: str = "") -> dict[Path, str]:
    """The configs that torchtune's own validation refuses, and why; a torchtune that lies on a
    `path` of modules is asked, if one is named.

    Asked without `tcwc validate`, which leaves out what is not installed.
    """
    done = subprocess.run(
        [python, "-c", _VALIDATE],
        input=json.dumps([str(path) for path in paths]),
        capture_output=True,
        text=True,
        env={**os.environ, **({"PYTHONPATH": path} if path else {})},
    )
    assert done.returncode == 0, done.stderr
    refused: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return {Path(path): why for path, why in refused.items()}


def lacks_only_a_package(why: str) -> bool:
    """Whether a config is refused because a package that it names is not installed, and only so."""
    return any(f"No module named '{package}'" in why for package in ("bitsandbytes", "torchvision"))
