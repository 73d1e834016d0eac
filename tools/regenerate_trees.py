"""Parses the conditions of a catalogue ahead: schemas/torchtune/<version>/trees.json.

    python -m tools.regenerate_trees

The expressions are those of `when` in conditions.json and relations.json. What lint takes in is
tcwc/expressions/trees.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tcwc.expressions.parse import parse
from tcwc.expressions.syntax import BadExpression
from tcwc.expressions.trees import to_json
from tcwc.model.ir import FUNCTIONS
from tcwc.torchtune.catalogue import lines
from tcwc.torchtune.knowledge.condition.functions import ARGUMENTS as OF_CONDITIONS
from tcwc.torchtune.knowledge.effects import ARGUMENTS as OF_RELATIONS

TORCHTUNE = Path(__file__).parents[1] / "schemas" / "torchtune"


def trees(folder: Path) -> dict[str, Any]:
    """The tree of each expression of a version. Raises ValueError for a text that is none."""
    found: dict[str, Any] = {}
    for text, more in _texts(folder):
        expression = parse(text, {**FUNCTIONS, **more})
        if isinstance(expression, BadExpression):
            raise ValueError(f"{text}: {expression.message}, {expression.help}")
        found[text] = to_json(expression.root)
    return found


def _texts(folder: Path) -> Iterator[tuple[str, dict[str, tuple[int, int]]]]:
    """Each expression of a version, and the functions that it has beside the language's."""
    for id, member in json.loads((folder / "conditions.json").read_text("utf-8")).items():
        if id != "about":
            yield member["when"], dict(OF_CONDITIONS)
    for member in json.loads((folder / "relations.json").read_text("utf-8"))["without_effect"]:
        yield member["when"], dict(OF_RELATIONS)


def main() -> None:
    """Write them for every version that has conditions."""
    for file in sorted(TORCHTUNE.glob("*/conditions.json")):
        written = lines.dump(trees(file.parent))
        (file.parent / "trees.json").write_text(written, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
