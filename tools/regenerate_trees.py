"""Parses what is known by hand ahead: schemas/knowledge/trees.json.

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

KNOWLEDGE = Path(__file__).parents[1] / "schemas" / "knowledge"


def trees() -> dict[str, Any]:
    """The tree of each expression by hand. Raises ValueError for a text that is none."""
    found: dict[str, Any] = {}
    for text, more in _texts():
        expression = parse(text, {**FUNCTIONS, **more})
        if isinstance(expression, BadExpression):
            raise ValueError(f"{text}: {expression.message}, {expression.help}")
        found[text] = to_json(expression.root)
    return found


def _texts() -> Iterator[tuple[str, dict[str, tuple[int, int]]]]:
    """Each expression, and the functions that it has beside the language's."""
    for id, member in json.loads((KNOWLEDGE / "conditions.json").read_text("utf-8")).items():
        if id != "about":
            yield member["when"], dict(OF_CONDITIONS)
    for member in json.loads((KNOWLEDGE / "relations.json").read_text("utf-8"))["without_effect"]:
        yield member["when"], dict(OF_RELATIONS)


def main() -> None:
    """Write them."""
    text = lines.dump(trees())
    (KNOWLEDGE / "trees.json").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
