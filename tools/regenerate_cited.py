"""Writes schemas/cited/VERSION.json: what stands at the places that knowledge by hand names.

python -m tools.regenerate_cited 0.5.0=SOURCE 0.6.1=SOURCE 0.7.0.dev=SOURCE

A source is a wheel, or a folder with torchtune's source. Places are those of 0.6.1 where an entry
is true of that (tests/versions/citations.py), and are looked for in each version that the entry is
true of, by their hashes (introspect/evidence.py). Where a version says the same in other words, the
function of the same name stands for the place, else the file.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path

from tcwc.disk import data
from tcwc.disk.packages import Packages, open_packages
from tcwc.torchtune.catalogue import lines
from tcwc.torchtune.catalogue.cited import file_of
from tcwc.torchtune.introspect.evidence import Unit, function_at, unit_at, units
from tests.knowledge.data import load
from tests.versions.citations import Citation, citations, recipes_of

FOLDER = "schemas/cited"

_units = lru_cache(None)(units)


def cited(version: str, sources: Mapping[str, Packages]) -> str:
    """The text of the file of one version."""
    found: dict[str, dict[str, str]] = {}
    for each in citations(lines_only=False):
        if version not in each.versions:
            continue
        for file in _files(each, version):
            text, home = sources[version].read(file), sources[each.home].read(file_of(each.place))
            if text is not None and home is not None:
                found.setdefault(file, {})[each.place] = _said(each.place, _units(home), text)
    return lines.dump(
        {file: dict(sorted(places.items())) for file, places in sorted(found.items())}
    )


def _files(citation: Citation, version: str) -> Iterable[str]:
    """Where a place is looked for: what is said of recipes, in the file of each."""
    file = file_of(citation.place)
    if not (file.startswith("recipes/") and citation.entry.startswith("conditions/")):
        return [file]
    recipes = load("recipes", version)
    return [recipes[name]["file"] for name in recipes_of(citation, version)]


def _said(place: str, home: tuple[Unit, ...], text: str) -> str:
    """The hash of what stands for a place in a text."""
    there = _units(text)
    said = unit_at(home, place).hash
    if said in (each.hash for each in there):
        return said
    name = function_at(home, place)
    same = [each for each in there if name and each.name == name]
    return (same or there)[0].hash


def main(arguments: list[str]) -> int:
    """Write the files; 0, or 2 where the arguments are not as above."""
    named = dict(each.partition("=")[::2] for each in arguments)
    if set(named) != set(data.schema_names("torchtune")):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    with ExitStack() as stack:
        sources = {v: stack.enter_context(open_packages(place)) for v, place in named.items()}
        texts = {version: cited(version, sources) for version in sources}
    folder = Path(FOLDER)
    folder.mkdir(exist_ok=True)
    for version, text in texts.items():
        (folder / f"{version}.json").write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
