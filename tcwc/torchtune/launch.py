"""How `tune run` starts a recipe with a config, and which weights `tune download` brings first.

Both stand in the comment at the top of a base config (header.py): in launch.json for those that
torchtune ships, in its own text for a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tcwc.config.walk import strings
from tcwc.model.frozen import replace
from tcwc.model.ir import Path, Value, format_path
from tcwc.model.known import Knowledge, Recipe
from tcwc.model.launch import Basis, Fetch, Left, Start
from tcwc.model.patterns import pattern
from tcwc.model.printable import printable, shell_path, shell_word
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.header import Download, Header, Processes, read_header
from tcwc.torchtune.keys import COMPONENT

_GUESS = Processes(1, 2)
"""Where nothing says how many: the fewest of which a distributed recipe makes any use."""

_SIZE = pattern(r"(?<![a-z0-9.])[0-9]+(?:\.[0-9]+)?[bm](?![a-z0-9])")
"""What nearly every name of weights has: `1b`, `0.5b`."""
_TRAINED = pattern(r"(?:epoch|step|checkpoint)[_-]?[0-9]+$")
"""What folders are called into which training has written weights."""
_VARIABLE = pattern(r"\$\{oc\.env:\s*([A-Za-z_]\w*)\s*\}")


def start(base: Basis, name: str, recipe: Recipe | None, known: Knowledge) -> Start:
    """What `tune run` needs to start a recipe.

    A distributed recipe asks torch for its rank at once, and crashes where torchrun gave it none.
    """
    if recipe is None or not recipe.distributed:
        return Start()
    said = _header(base, known).processes.get(name)
    if said is not None:
        return start_of(said.nodes, said.each)
    guess = start_of(_GUESS.nodes, _GUESS.each)
    return replace(guess, note="how many processes is a guess: write the number of GPUs")


def start_of(nodes: int, processes: int) -> Start:
    """What `tune run` needs to start a distributed recipe with so many processes on each node."""
    options = f"--nproc_per_node {processes} "
    if nodes == 1:
        return Start(options, processes=processes)
    # Without an endpoint `tune run` starts each node for itself (torchtune/_cli/run.py).
    options = f"--nnodes {nodes} {options}--rdzv_backend c10d --rdzv_endpoint HOST:29500 "
    return Start(
        options, f"on each of {nodes} nodes; HOST is the first one's name", nodes, processes
    )


def fetches(base: Basis, config: dict[str, Value], known: Knowledge) -> Iterator[Fetch]:
    """The weights that a run of a config reads as its base does, each from its folder."""
    for download in _header(base, known).downloads:
        path, below = _place(base.values, download)
        folder = _folder(_at(config, path), below) if path else None
        if folder is None or _is_of_another(folder, download):
            continue
        typed = _typed(folder)
        if typed is not None and _same_weights(base.values, config, path):
            note = "with your Hugging Face token in HF_TOKEN" if download.is_gated else ""
            left = tuple(_left(config, download, folder))
            yield Fetch(folder, _command(download, typed), note, left)


def _header(base: Basis, known: Knowledge) -> Header:
    if base.text is not None:
        return read_header(base.text)
    assert isinstance(known, Catalogue)
    return known.launch(base.name)


def _command(download: Download, folder: str) -> str:
    left_out = f" --ignore-patterns {_quoted(download.ignored)}" if download.ignored else ""
    return f"tune download {download.repository} --output-dir {folder}{left_out}"


def _quoted(patterns: str) -> str:
    """Patterns as a word of a shell, in the quotes that torchtune's own comments have."""
    is_plain = set(patterns).isdisjoint('"$`!\\') and printable(patterns) == patterns
    return f'"{patterns}"' if is_plain else shell_word(patterns)


def _place(values: dict[str, Value], download: Download) -> tuple[Path, str]:
    """Where a config names the folder of a download, or one in it, and which; () for nowhere."""
    folder = download.folder.rstrip("/")
    named = [(path, text.rstrip("/")) for path, text in strings(values)]
    for path, text in named:
        if text == folder:
            return path, ""
    for path, text in named:
        if path[-1] == "checkpoint_dir" and text.startswith(f"{folder}/"):
            return path, text.removeprefix(folder)
    return (), ""


def _folder(text: object, below: str) -> str | None:
    """The folder of a download, where a config names one in it; None where it names another."""
    if not isinstance(text, str) or not text.rstrip("/").endswith(below):
        return None
    return text.rstrip("/").removesuffix(below) if below else text


def _is_of_another(folder: str, download: Download) -> bool:
    """Whether a folder has the name of other weights, which these must not be put in place of."""
    name = folder.rstrip("/").rpartition("/")[2].lower()
    own = (download.repository, download.folder.rstrip("/"))
    if _TRAINED.match(name):
        return True
    return bool(_SIZE.search(name)) and name not in [
        each.rpartition("/")[2].lower() for each in own
    ]


def _typed(folder: str) -> str | None:
    """A folder as a shell reads it; None where only a config knows what it comes to."""
    if "${" not in folder:
        return shell_path(folder)
    # What else a shell reads in double quotes is in no path that anybody has.
    typed = _VARIABLE.sub(lambda found: f"${found[1]}", folder)
    return None if "${" in typed or set(typed) & set('`"\\') else f'"{typed}"'


def _left(config: dict[str, Value], download: Download, folder: str) -> Iterator[Left]:
    """What a config still reads from the folder of its base, where the weights go elsewhere."""
    before, now = download.folder.rstrip("/"), folder.rstrip("/")
    if before != now:
        for path, text in strings(config):
            if text.startswith(f"{before}/"):
                yield Left(format_path(path), text, now + text.removeprefix(before))


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
