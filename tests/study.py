"""An experiment in a folder of its own that tests edit, build and look at."""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tcwc.api.compilation import Compilation, compile
from tcwc.builds.mapping import (
    RETIRED,
    RUNS,
    Lock,
    Record,
    render_end,
    render_head,
    render_record,
    render_section,
)
from tcwc.builds.mapping_reader import read_lock
from tcwc.builds.write import Report
from tcwc.cli import main
from tcwc.model.signature import sha256_text

BASE = "llama3_2/1B_lora_single_device"

NAMED = f"""\
experiment_name: {{name}}
base_config: {BASE}
variables:
  lora_rank: [8, 16]
"""
"""An experiment of any name."""


@dataclass(frozen=True)
class Said:
    """What a command said."""

    code: int
    out: str
    err: str

    def __str__(self) -> str:
        return f"exit {self.code}\n{self.out}\n{self.err}"

    @property
    def all(self) -> str:
        return self.out + self.err


class Study:
    """experiment.yaml and its outputs. Every command that fails must fail with words."""

    def __init__(self, folder: Path, name: str = "experiment.yaml") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.source = folder / name
        self.configs = folder / "configs"

    @classmethod
    def built(cls, folder: Path, *sources: str) -> Study:
        """One that was built of these texts, one after the other. The same texts are built once in
        a process: what is written depends on nothing else (tests/determinism)."""
        for name, data in _built(*sources).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return cls(folder)

    def write(
        self, variables: str = "lora_rank: [8, 16]", controls: str = "epochs: 2", more: str = ""
    ) -> Study:
        """The source, from the lines of its sections."""
        self.source.write_text(experiment(variables, controls, more), encoding="utf-8")
        return self

    def edit(self, old: str, new: str) -> Study:
        text = self.source.read_text(encoding="utf-8")
        assert text.count(old) == 1, text
        self.source.write_text(text.replace(old, new), encoding="utf-8")
        return self

    def compile(self, *, upgrade: bool = False) -> Compilation:
        return compile(self.source, upgrade=upgrade)

    def build(self, **options: Any) -> Report:
        """Through the API; every file must then be what the mapping and the API say."""
        compilation = self.compile()
        assert compilation.ok, compilation.diagnostics
        report = compilation.write(**options)
        self.assert_consistent()
        return report

    def cli(self, command: str, *arguments: str) -> Said:
        """A command line, run in the folder."""
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
        needs_source = command in ("build", "check", "show", "lint")
        source = [self.source.name] if needs_source else []
        with inside(self.folder), redirect_stdout(out), redirect_stderr(err):
            code = main([command, *source, *arguments])
        out.flush()
        said = Said(code, _text(out), err.getvalue())
        assert "Traceback" not in said.all
        if code:
            assert "error" in said.all, said
        return said

    # --- what there is --------------------------------------------------------------------

    @property
    def lock(self) -> Lock:
        return read_lock(self.mapping.read_text(encoding="utf-8"))

    @property
    def mapping(self) -> Path:
        return self.configs / "run_mapping.yaml"

    def ids(self) -> dict[str, dict[str, Any]]:
        """The parameters of each live run."""
        return {id: dict(record.parameters) for id, record in self.lock.runs.items()}

    def files(self) -> dict[str, bytes]:
        """Every file in the output folder, hidden ones too."""
        return contents(self.configs)

    def run_files(self) -> dict[str, bytes]:
        return {name: data for name, data in self.files().items() if name.startswith("run_0")}

    def stamps(self) -> dict[str, tuple[int, int, int]]:
        """What a write to a file would change: time, inode, size."""
        found = {}
        for path in (self.configs, *sorted(self.configs.iterdir())):
            stat = path.stat()
            found[path.name] = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
        return found

    def assert_consistent(self) -> None:
        """Files, mapping and API agree, and nothing else lies about."""
        lock, files = self.lock, self.files()
        beside = {"run_mapping.yaml", ".gitattributes"}
        assert set(files) == beside | {f"{id}.yaml" for id in lock.runs}
        for id, record in lock.runs.items():
            assert record.sha256 == sha256_text(files[f"{id}.yaml"].decode())
        assert not lock.runs.keys() & lock.retired.keys()
        with patch("tcwc.compiler.lint", return_value=[]):  # which runs there are is no finding
            assert {run.id: run.parameters for run in self.compile().runs} == self.ids()


def experiment(
    variables: str = "lora_rank: [8, 16]", controls: str = "epochs: 2", more: str = ""
) -> str:
    """The text of an experiment, from the lines of its sections."""
    return (
        f"experiment_name: study\nbase_config: {BASE}\n{more}"
        f"{section('variables', variables)}{section('controls', controls)}"
    )


@lru_cache(maxsize=64)
def _built(*sources: str) -> dict[str, bytes]:
    """The files of an experiment that was built of texts."""
    with tempfile.TemporaryDirectory() as folder:
        made = Study(Path(folder))
        for source in sources:
            made.source.write_text(source, encoding="utf-8")
            assert (said := made.cli("build")).code == 0, said
        return contents(made.folder)


def render_lock(lock: Lock) -> str:
    """The text of a mapping that holds a lock."""
    return "".join(
        [
            render_head(lock.head),
            render_section(RUNS, empty=not lock.runs),
            *map(render_record, lock.runs.values()),
            render_section(RETIRED, empty=not lock.retired),
            *map(render_record, lock.retired.values()),
            render_end(lock.head, len(lock.runs) + len(lock.retired)),
        ]
    )


def coordinates(lock: Lock, record: Record) -> str:
    """What a run is: its value of each path, by whatever name that was written."""
    named = {str(lock.head.names.get(k, k)): v for k, v in record.parameters.items()}
    return json.dumps(named, sort_keys=True)


def section(name: str, lines: str) -> str:
    body = "".join(f"  {line}\n" for line in lines.splitlines() if line.strip())
    return f"{name}:\n{body}" if body else ""


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _text(stream: io.TextIOWrapper) -> str:
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode("utf-8")
