"""Environments of metadata alone: a virtual environment whose packages are dist-info folders."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"


def folder_of(environment: Path, version: str = HERE) -> Path:
    """Where the packages of an environment of this Python, or of another one, are."""
    return environment / "lib" / f"python{version}" / "site-packages"


def environment(
    place: Path, packages: Mapping[str, str | None] | None = None, real: str = sys.executable
) -> Path:
    """An environment of a `real` Python with packages of these versions; gives the folder.

    A version may have lines of metadata after it, each after a `|`.
    """
    (place / "bin").mkdir(parents=True)
    real = os.path.realpath(real)
    (place / "bin" / "python").symlink_to(real)
    (place / "pyvenv.cfg").write_text(f"home = {os.path.dirname(real)}\n")
    folder_of(place).mkdir(parents=True)
    for name, version in (packages or {}).items():
        if version is not None:
            number, *lines = version.split("|")
            install(folder_of(place), name, number, lines)
    return place


def install(
    folder: Path,
    name: str,
    version: str,
    lines: list[str] | None = None,
    *,
    origin: object = None,
) -> Path:
    """The metadata of a package, in a folder of packages; `origin` is its direct_url.json."""
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    text = "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"])
    (info / "METADATA").write_text("\n".join([text, *(lines or []), "", "What it is.", ""]))
    if origin is not None:
        (info / "direct_url.json").write_text(json.dumps(origin))
    return info


def python(environment: Path) -> str:
    return str(environment / "bin" / "python")
