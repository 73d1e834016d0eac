"""How `tune run` starts a recipe with a config, and which weights `tune download` brings first.

Both stand in the comment at the top of a base config (header.py): in launch.json for those that
torchtune ships, in its own text for a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tcwc.config.walk import strings
from tcwc.model.known import Knowledge, Recipe
from tcwc.model.launch import Basis, Fetch, Start
from tcwc.model.printable import printable, shell_path, shell_word
from tcwc.model.values import Path, Value
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.header import Download, Header, Processes, read_header
from tcwc.torchtune.keys import COMPONENT

_GUESS = Processes(1, 2)
"""Where nothing says how many: the fewest of which a distributed recipe makes any use."""


def start(base: Basis, name: str, recipe: Recipe | None, known: Knowledge) -> Start:
    """What `tune run` needs to start a recipe.

    A distributed recipe asks torch for its rank at once, and crashes where torchrun gave it none.
    """
    if recipe is None or not recipe.distributed:
        return Start()
    said = _header(base, known).processes.get(name)
    found = said or _GUESS
    options = f"--nproc_per_node {found.each} "
    if found.nodes > 1:
        # Without an endpoint `tune run` starts each node for itself (torchtune/_cli/run.py).
        options = f"--nnodes {found.nodes} {options}--rdzv_backend c10d --rdzv_endpoint HOST:29500 "
        return Start(options, f"on each of {found.nodes} nodes; HOST is the first one's name")
    guess = "how many processes is a guess: write the number of GPUs" if said is None else ""
    return Start(options, guess)


def fetches(base: Basis, config: dict[str, Value], known: Knowledge) -> Iterator[Fetch]:
    """The weights that a run of a config reads as its base does, each from its folder."""
    for download in _header(base, known).downloads:
        path = _place(base.values, download)
        folder = _at(config, path) if path else None
        if path and isinstance(folder, str) and _same_weights(base.values, config, path):
            note = "with a token of the hub in HF_TOKEN" if download.is_gated else ""
            yield Fetch(folder, _command(download, folder), note)


def _header(base: Basis, known: Knowledge) -> Header:
    if base.text is not None:
        return read_header(base.text)
    assert isinstance(known, Catalogue)
    return known.launch(base.name)


def _command(download: Download, folder: str) -> str:
    left_out = f" --ignore-patterns {_quoted(download.ignored)}" if download.ignored else ""
    return f"tune download {download.repository} --output-dir {shell_path(folder)}{left_out}"


def _quoted(patterns: str) -> str:
    """Patterns as a word of a shell, in the quotes that torchtune's own comments have."""
    is_plain = set(patterns).isdisjoint('"$`!\\') and printable(patterns) == patterns
    return f'"{patterns}"' if is_plain else shell_word(patterns)


def _place(values: dict[str, Value], download: Download) -> Path | None:
    """Where a config names the folder of a download."""
    folder = download.folder.rstrip("/")
    found = (path for path, text in strings(values) if text.rstrip("/") == folder)
    return next(found, None)


def _same_weights(base: dict[str, Value], config: dict[str, Value], path: Path) -> bool:
    """Whether a config loads the files that its base does, into a model of that size."""
    files = (*path[:-1], "checkpoint_files")
    model = (str(path[0]).replace("checkpointer", "model"), COMPONENT)
    return _at(base, files) == _at(config, files) and _size(base, model) == _size(config, model)


def _size(values: dict[str, Value], path: Path) -> str:
    """The name of a model without what its builder adds to it."""
    name = str(_at(values, path)).rpartition(".")[2]
    return name.removeprefix("q").removeprefix("lora_")


def _at(values: Any, path: Path) -> Any:
    for segment in path:
        values = values.get(segment) if isinstance(values, dict) else None
    return values
