"""What the comment at the top of a config says: how it is started, and which weights it needs.

Shipped configs all have one, and files that began as a copy of one (`tune cp`) mostly keep it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tcwc.model.digits import number_of
from tcwc.model.frozen import dataclass

_RUN = re.compile(r"\btune run ((?:--\w+[ =]\S+ +)*)([\w./-]+)")
_OPTION = re.compile(r"--(nnodes|nproc_per_node)[ =](\d{1,9})(?= )")
_CLUSTER = re.compile(r"\bon (\d{1,9}) nodes w/ (\d{1,9}) devices")
_FILE = re.compile(r"\bin ([\w/]+)\.py\b")
_DOWNLOAD = re.compile(r"\btune download ([\w.-]+/[\w.-]+)([^\n]*)")
_FOLDER = re.compile(r"--output-dir +(\S+)")
_IGNORED = re.compile(r"--ignore-patterns +(\"[^\"]*\"|\S+)")


@dataclass(frozen=True, slots=True)
class Processes:
    """On how many nodes a run is started, and as how many processes on each."""

    nodes: int
    each: int


@dataclass(frozen=True, slots=True)
class Download:
    """Weights on the Hugging Face hub: where they are put, and which files are left out.

    `is_gated`: the hub asks for a token.
    """

    repository: str
    folder: str
    ignored: str
    is_gated: bool

    @property
    def owner(self) -> str:
        return self.repository.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Header:
    """`processes` by the recipe that they are for, where it is one that is started as several."""

    processes: Mapping[str, Processes]
    downloads: tuple[Download, ...]


def read_header(text: str) -> Header:
    """What the comment at the top of a config's text says."""
    comment = "\n".join(_top(text))
    return Header(dict(_processes(comment)), tuple(dict.fromkeys(_downloads(comment))))


def _top(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            return
        yield line.strip().lstrip("#").rstrip("\\").strip() + " "


def _processes(comment: str) -> Iterator[tuple[str, Processes]]:
    # For Slurm no `tune run` is written, and the recipe is named by its file.
    cluster, file = _CLUSTER.search(comment), _FILE.search(comment)
    if cluster and file:
        yield file[1], Processes(number_of(cluster[1]), number_of(cluster[2]))
    # The first line on a recipe is how it is started; those after it show overrides.
    for found in reversed(list(_RUN.finditer(comment))):
        given = {option[1]: number_of(option[2]) for option in _OPTION.finditer(found[1])}
        if "nproc_per_node" in given:
            yield found[2], Processes(given.get("nnodes", 1), given["nproc_per_node"])


def _downloads(comment: str) -> Iterator[Download]:
    for found in _DOWNLOAD.finditer(comment):
        repository, options = found[1], found[2]
        folder, ignored = _FOLDER.search(options), _IGNORED.search(options)
        # The default of `tune download` (torchtune/_cli/download.py); a word in capitals is none.
        where = folder[1] if folder and "/" in folder[1] else f"/tmp/{repository.split('/')[1]}"
        left_out = ignored[1].strip('"') if ignored else ""
        yield Download(repository, where, left_out, "--hf-token" in options)


def launch_to_json(header: Header) -> dict[str, object]:
    """A header as a member of launch.json."""
    processes = {recipe: [each.nodes, each.each] for recipe, each in header.processes.items()}
    downloads = [[d.repository, d.folder, d.ignored, d.is_gated] for d in header.downloads]
    return {"processes": processes, "downloads": downloads}


def launch_from_json(member: Any) -> Header:
    """A member of launch.json, as `launch_to_json` writes it."""
    processes = {recipe: Processes(*each) for recipe, each in member["processes"].items()}
    return Header(processes, tuple(Download(*each) for each in member["downloads"]))
