"""`python -m tcwc.torchtune.introspect WHEEL_OR_FOLDER OUT_DIR` makes a catalogue (generate.py)."""

from __future__ import annotations

import sys
from pathlib import Path

from tcwc.torchtune.introspect import generate


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        sys.stderr.write(f"{generate.__doc__}\n")
        return 2
    place, out = map(Path, arguments)
    texts = generate.generate(generate.open_sources(place))
    out.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
