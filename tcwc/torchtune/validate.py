"""Runs torchtune's own validation over many configs in one process; needs torchtune.

    python -c "from tcwc.torchtune.validate import main; main()" < texts.json

Reads a JSON object of the texts of configs by name, prints as its last line a JSON object: those
that are `refused` and why, the modules that were `absent`, and the `version` that said so. The
import costs seconds, a config milliseconds.

torchtune imports what `_component_` names. The author's own code is not on the path of modules, so
it is not run: sections that name some are left out, as `tune validate` could not find them either.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from io import StringIO
from typing import Any

from tcwc.torchtune.keys import COMPONENT


def main() -> int:
    """Validate the configs named on stdin; 0 unless torchtune cannot be imported."""
    try:
        from omegaconf import OmegaConf
        from torchtune.config import validate  # what `tune validate` calls
    except Exception as error:  # noqa: BLE001  torchtune's imports fail in many ways
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 2
    refused: dict[str, str] = {}
    absent: dict[str, bool] = {}
    for path, text in json.load(sys.stdin).items():
        try:
            validate(_known(OmegaConf.load(StringIO(text)), absent))
        except Exception as error:  # noqa: BLE001  it raises whatever instantiation does
            lines = [line.strip() for line in str(error).splitlines() if line.strip()]
            refused[path] = f"{type(error).__name__}: {' '.join(lines[:3])}"
    names = sorted(name for name, is_absent in absent.items() if is_absent)
    said = {"refused": refused, "absent": names, "version": _version()}
    sys.stdout.write(json.dumps(said) + "\n")
    return 0


def _version() -> str:
    """The installed torchtune's; "" for a source tree that is no installed package."""
    try:
        return version("torchtune")
    except PackageNotFoundError:
        return ""


def _known(config: Any, absent: dict[str, bool]) -> Any:
    """A config in which no section names a component of a package that is not installed.

    Which those are is noted in `absent`.
    """
    for key in list(config):
        section: Any = config._get_node(key)  # unresolved: `${...}` is validated as it is
        name = section.get(COMPONENT) if hasattr(section, "keys") else None  # lists have none
        package = str(name).partition(".")[0]
        if name and package not in absent:
            absent[package] = package.isidentifier() and find_spec(package) is None
        if name and absent[package]:
            del section[COMPONENT]
    return config


if __name__ == "__main__":
    sys.exit(main())
