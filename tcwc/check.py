"""Compares a folder of committed configs with what its source compiles to. Writes nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from tcwc.backend.torchtune_yaml import Signature, signature
from tcwc.build import Build, Output, check_catalogue, check_owner, mapping_text
from tcwc.changes import differences_of
from tcwc.files import MAPPING, read_config, read_mapping
from tcwc.frontend.base_yaml import read_base
from tcwc.frozen import dataclass

_RUN_FILE = re.compile(r"run_[0-9]{3,}\.yaml")
_DIFFERENCES = 8
_EXAMINED = 50
"""Files whose differences are looked for; to parse thousands takes long and tells no more."""


@dataclass(frozen=True, slots=True)
class Drift:
    """A file that is not as it should be, why, and in which values."""

    file: str
    what: str
    differences: tuple[str, ...] = ()


def check(build: Build, folder: str) -> tuple[Drift, ...]:
    """Every file of a build that is missing, stale, edited or extra in a folder.

    Files are compared with CRLF read as LF, as git may have checked them out.
    """
    check_owner(build.lock, build.experiment.source)
    check_catalogue(build, folder)
    expected: set[str] = set()
    found: list[Drift] = []
    lines: list[str] = []
    for output in build.outputs():
        lines.append(output.line)
        expected.add(f"{output.id}.yaml")
        drift = _one(output, folder, examine=len(found) < _EXAMINED)
        if drift is not None:
            found.append(drift)
    found += _extra(folder, expected)
    committed = (read_mapping(folder) or "").replace("\r\n", "\n")
    if "".join(mapping_text(build, lines)) != committed:
        what = "stale: it does not record these runs"
        found.append(Drift(os.path.join(folder, MAPPING), what))
    return tuple(found)


def _one(output: Output, folder: str, *, examine: bool) -> Drift | None:
    path = os.path.join(folder, f"{output.id}.yaml")
    text = read_config(folder, output.id)
    if text is None:
        return Drift(path, "missing" if not os.path.lexists(path) else "cannot be read")
    text = text.replace("\r\n", "\n")
    if text == output.text:
        return None
    kind = signature(text).signature
    what = {
        Signature.INTACT: "stale: the source has changed since it was built",
        Signature.EDITED: "edited by hand since it was built",
        Signature.FOREIGN: "not made by tcwc, where a config has to be",
    }[kind]
    return Drift(path, what, _differences(text, output.text) if examine else ())


def _differences(committed: str, built: str) -> tuple[str, ...]:
    values = read_base(built, "built").values
    listed = tuple(differences_of(committed, values))
    if len(listed) <= _DIFFERENCES:
        return listed
    return (*listed[:_DIFFERENCES], f"... and {len(listed) - _DIFFERENCES} more")


def _extra(folder: str, expected: set[str]) -> Iterator[Drift]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    for name in names:
        if _RUN_FILE.fullmatch(name) and name not in expected:
            yield Drift(os.path.join(folder, name), "extra: the source has no such run")
