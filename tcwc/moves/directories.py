"""Where runs write to, where each config says another directory: what an experiment says of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path, Template
from tcwc.moves.columns import Varying
from tcwc.moves.templates import template_of

OF_RUN = r"/(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)/run_[0-9]{3,}"
"""What a build appends to a directory for a run: the experiment's name, and the run's id."""
_OWN = re.compile(rf"(?P<head>.*){OF_RUN}")
"""A directory that tcwc has given a run."""


@dataclass(frozen=True, slots=True)
class Directory:
    """What an experiment says of a directory. `name` is the experiment's, where a directory that
    tcwc has made says it."""

    path: Path
    text: str
    name: str = ""


def directory(varying: Varying, others: Sequence[Varying]) -> Directory:
    """What gives each run its directory: what tcwc has made them of, a template, or the folder that
    all are in."""
    texts = [str(level) for level in varying.levels]
    own = [_OWN.fullmatch(text) for text in texts]
    made = {(each["head"], each["name"]) for each in own if each}
    if all(own) and len(made) == 1:
        head, name = made.pop()
        return Directory(varying.path, head or "/", name)
    template = template_of(varying, others)
    if template is not None:
        return Directory(varying.path, Template(template, {}))
    return Directory(varying.path, shared_folder(texts))


def shared_folder(texts: Sequence[str]) -> str:
    """The folder that all directories are in; the first of them where there is none."""
    parts = zip(*(text.split("/") for text in texts), strict=False)
    shared = "/".join(each[0] for each in takewhile(lambda each: len(set(each)) == 1, parts))
    return shared or texts[0]
