"""Makes the files of a catalogue, from a wheel or a folder of installed packages.

python -m tools.regenerate_catalogue torchtune SOURCE schemas/torchtune/VERSION [COMMIT]
python -m tools.regenerate_catalogue foreign WHEEL_OR_SITE_PACKAGES schemas/foreign

The first writes about, recipes, components, configs and launch (.json) of a torchtune: a wheel, a
folder of installed packages, or a source tree at a commit. What another version has as the default
one has it is not written twice (catalogue/files.py). The other writes PACKAGE-VERSION.json for each
package beside torchtune that configs name, and the paths by which its components can be imported,
in paths/.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tcwc.disk import data
from tcwc.disk.packages import Packages, open_packages
from tcwc.torchtune.catalogue import lines
from tcwc.torchtune.catalogue.files import SAME_AS
from tcwc.torchtune.introspect import foreign, foreign_paths, generate
from tcwc.torchtune.target import TORCHTUNE


def _foreign(packages: Packages, *_: str) -> dict[str, str]:
    return {**foreign.generate(packages), **foreign_paths.generate(packages)}


def _torchtune(packages: Packages, version: str, commit: str = "") -> dict[str, str]:
    return as_shipped(generate.generate(packages, version, commit), version)


def as_shipped(made: dict[str, str], version: str) -> dict[str, str]:
    """The files of a catalogue as they are kept here."""
    default = TORCHTUNE.default_version
    if version == default:
        return made
    return {name: _differences(text, name, default) for name, text in made.items()}


def differing(made: dict[str, str], version: str) -> list[str]:
    """The files that are others than those that are kept here."""
    there = as_shipped(made, version)
    kept = {name: data.read_schema(f"torchtune/{version}/{name}") for name in there}
    return [name for name, text in there.items() if text != kept[name]]


def _differences(text: str, name: str, default: str) -> str:
    """A file of a catalogue in which what is as in the default version's is only said to be so."""
    if name == "about.json":
        return text
    theirs = json.loads(data.read_schema(f"torchtune/{default}/{name}"))
    ours = json.loads(text)
    same = {key for key, member in ours.items() if isinstance(member, dict)}
    same = {key for key in same if ours[key] == theirs.get(key)}
    return lines.dump({k: f"{SAME_AS}{default}" if k in same else v for k, v in ours.items()})


MAKE = {"torchtune": _torchtune, "foreign": _foreign}


def main(arguments: list[str]) -> int:
    """Write the files; 0, or 2 where the arguments are not as above."""
    if len(arguments) not in (3, 4) or arguments[0] not in MAKE:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    what, source, folder, *commit = arguments
    out = Path(folder)
    with open_packages(source) as packages:
        texts = MAKE[what](packages, out.name, *commit)
    out.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
