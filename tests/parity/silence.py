"""`python -m tests.parity.silence`: what lint says of what torchtune ships, counted by recipe.

Each of the 156 configs, with each of its recipes, as `base_config` and copied as
`base_config_file`.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import tcwc
from tcwc.model.diagnostics import Diagnostic
from tcwc.torchtune.catalogue.load import Catalogue
from tests.experiments import CATALOGUE, render, write_experiment
from tests.parity.mutants import recipes_of

_EXPERIMENT = """\
experiment_name: silence
{base}
recipe: {recipe}
{version}variables:
  seed: [1, 2]
"""


@dataclass(frozen=True)
class Linted:
    config: str
    recipe: str
    way: str
    found: tuple[Diagnostic, ...]


def copied(config: str, known: Catalogue = CATALOGUE) -> str:
    """A shipped config as a file, from the catalogue: without its comments."""
    shipped = known.config(config)
    assert shipped is not None
    return render(shipped.values)


def lint_all(
    folder: Path, text: Callable[[str], str] = copied, known: Catalogue = CATALOGUE
) -> Iterator[Linted]:
    """Lint every shipped config of a version both ways; `text` gives its file."""
    is_default = known.version == CATALOGUE.version
    line = "" if is_default else f'torchtune: "{known.version}"\n'
    for config in known.config_names():
        for recipe in recipes_of(known, config):
            here = folder / f"{config}@{recipe}".replace("/", "-")
            base = f"base_config: {config}"
            path = write_experiment(
                here, _EXPERIMENT.format(base=base, recipe=recipe, version=line)
            )
            yield Linted(config, recipe, "name", tcwc.compile(path).diagnostics)
            (here / "base.yaml").write_text(text(config), encoding="utf-8")
            base = "base_config_file: base.yaml"
            path = write_experiment(
                here, _EXPERIMENT.format(base=base, recipe=recipe, version=line)
            )
            yield Linted(config, recipe, "file", tcwc.compile(path).diagnostics)


def table(linted: list[Linted]) -> str:
    """The findings by recipe, way and code, as text."""
    counts = Counter(
        (each.recipe, each.way, f"{found.severity.value} {found.code} {found.rule.name}")
        for each in linted
        for found in each.found
    )
    checked = Counter((each.recipe, each.way) for each in linted)
    lines = []
    for (recipe, way), number in sorted(checked.items()):
        lines.append(f"{recipe}, {number} configs by {way}")
        said = sorted((code, n) for (r, w, code), n in counts.items() if (r, w) == (recipe, way))
        lines += [f"    {n:4} {code}" for code, n in said] or ["       - nothing"]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Print the table; 1 where there is an error."""
    with tempfile.TemporaryDirectory() as folder:
        linted = list(lint_all(Path(folder)))
    sys.stdout.write(table(linted))
    return int(any(found.severity.value == "error" for each in linted for found in each.found))


if __name__ == "__main__":
    sys.exit(main())
