"""What an install costs without a cache, beside that of the three libraries that tcwc needs.

    python -m tests.benchmarks.install [--rounds 3]

Both are asked of the same index, in interleaved rounds, each in a fresh environment; a wheel
of tcwc is built first. Budget: 1.5x. Most of both is what a download takes.
"""

from __future__ import annotations

import os
import sys

from tests.benchmarks.measure import ROOT, arguments, fastest, scratch, seconds, table, verdict

LIBRARIES = ("strictyaml", "lark", "jsonschema")


def main() -> None:
    """Measure and print."""
    options = arguments(__doc__, rounds=3)
    env = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_CACHE_DIR": "1"}
    with scratch() as folder:
        build = [options.python, "-m", "build", "--wheel", "--outdir", folder / "dist", ROOT]
        seconds(build, env, folder)
        (wheel,) = (folder / "dist").iterdir()
        asked = {"strictyaml lark jsonschema": LIBRARIES, "tcwc": (str(wheel),)}
        environments = iter(range(sys.maxsize))

        def once(words: tuple[str, ...]) -> float:
            made = folder / str(next(environments))
            seconds([options.python, "-m", "venv", made], env, folder)
            pip = [made / "bin" / "python", "-m", "pip", "install", "--quiet", *words]
            return seconds(pip, env, folder)

        candidates = {name: lambda words=words: once(words) for name, words in asked.items()}  # type: ignore[misc]
        times = fastest(candidates, options.rounds)
        size = wheel.stat().st_size / 1e6
    alone, ours = times.values()
    rows = [(name, f"{took:.1f}", "") for name, took in times.items()]
    rows.append(("tcwc beside the libraries", "", verdict(ours / alone, 1.5)))
    rows.append(("the wheel", "", verdict(size, 2.0, " MB")))
    table("install", ("", "s", "of its budget"), rows)


if __name__ == "__main__":
    main()
