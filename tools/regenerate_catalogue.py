"""Makes the files of a catalogue, from a wheel or a folder of installed packages.

python -m tools.regenerate_catalogue torchtune WHEEL_OR_FOLDER schemas/torchtune/VERSION
python -m tools.regenerate_catalogue foreign WHEEL_OR_SITE_PACKAGES schemas/foreign

The first writes about, recipes, components, configs and launch (.json) of a torchtune; the
other PACKAGE-VERSION.json for each package beside torchtune that configs name, and the paths by
which its components can be imported, in paths/.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tcwc.disk.packages import Packages, open_packages
from tcwc.torchtune.introspect import foreign, foreign_paths, generate


def _foreign(packages: Packages) -> dict[str, str]:
    return {**foreign.generate(packages), **foreign_paths.generate(packages)}


MAKE = {"torchtune": generate.generate, "foreign": _foreign}


def main(arguments: list[str]) -> int:
    """Write the files; 0, or 2 where the arguments are not as above."""
    if len(arguments) != 3 or arguments[0] not in MAKE:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    what, source, folder = arguments
    out = Path(folder)
    with open_packages(source) as packages:
        texts = MAKE[what](packages)
    out.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
