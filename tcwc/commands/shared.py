"""Experiments of one call that share a folder: for their configs, or for what their runs write."""

from __future__ import annotations

import os

from tcwc.api.compilation import Compilation
from tcwc.api.owner import is_source
from tcwc.disk.boundary import real_path
from tcwc.disk.files import Place
from tcwc.lint.directories import Directory, Own, Plain
from tcwc.model.diagnostics import Diagnostic, Severity, finding
from tcwc.model.frozen import replace
from tcwc.model.ir import format_path
from tcwc.model.rules import SHARED_FOLDER, SHARED_OUTPUT
from tcwc.model.source import Span


class SharedFolders:
    """The folders of the experiments so far. Of all but the first their paths are kept, and no
    more: there may be thousands."""

    def __init__(self) -> None:
        self._first: Compilation | None = None
        self._owners: dict[str, str] = {}
        self._writers: dict[Directory, str] = {}
        self._noted = False
        self.folders: list[str] = []

    def add(self, compilation: Compilation) -> list[Diagnostic]:
        """The next experiment; a finding each where an earlier one has the same output folder, or
        runs that write where runs of this one do."""
        self.folders.append(compilation.folder)
        if compilation.output_at is None:
            return []
        at = compilation.output_at
        first, self._first = self._first, compilation if not self._noted else None
        if first is not None:
            self._note(first, at)  # not before there are two: most calls are about one
            self._first, self._noted = None, True
        writers = self._note(compilation, at) if self._noted else []
        return [*self._configs(compilation, at), *writers]

    def _configs(self, compilation: Compilation, at: Span) -> list[Diagnostic]:
        path = compilation.place.path
        first = self._owners.setdefault(real_path(compilation.folder), path)
        if first == path or is_source(Place(first), path):
            return []
        one, other = _names(first, compilation)
        message = f"{one} and {other} have one output folder: {compilation.folder}"
        help = "each build would remove the runs of the other: give one of them another `output:`"
        return [finding(SHARED_FOLDER, at, message, help=help)]

    def _note(self, compilation: Compilation, at: Span) -> list[Diagnostic]:
        """Remember where the runs of an experiment write; the finding where others do too."""
        if not compilation.ok or compilation.experiment is None:
            return []
        from tcwc.lint.checks.collisions import run_directories

        for directory, path in run_directories(compilation.experiment).items():
            here = compilation.place.path
            first = self._writers.setdefault(_whole(directory, compilation), here)
            if first == here or is_source(Place(first), here):
                continue
            one, other = _names(first, compilation)
            key = compilation.experiment.target.write_keys[0]
            found = finding(
                SHARED_OUTPUT,
                at,
                compilation.shown(
                    f"runs of {one} and {other} write to one directory, `{format_path(path)}` "
                    f"{directory.shown}: the later one overwrites checkpoints of the earlier one"
                ),
                help=f"give one of them another `experiment_name` or `{key}`; in a template, "
                "write `{experiment_name}` beside `{run_id}`",
            )
            return [replace(found, severity=Severity.WARNING)]
        return []


def _names(one: str, other: Compilation) -> tuple[str, str]:
    return os.path.normpath(one), os.path.normpath(other.place.path)


def _whole(directory: Directory, compilation: Compilation) -> Directory:
    """A directory from the top: runs start in the folder of their source."""
    start = os.path.abspath(compilation.place.folder)
    if isinstance(directory, Plain):
        text = directory.text
        return directory if _is_whole(text) else Plain(os.path.normpath(f"{start}/{text}"))
    if _is_whole(directory.before):
        return directory
    return Own(os.path.normpath(f"{start}/{directory.before}0")[:-1], directory.behind)


def _is_whole(text: str) -> bool:
    return text.startswith(("/", "\x02"))
