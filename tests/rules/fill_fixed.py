"""Writes into the files of `lint_rules/` what fixes give now: `python -m tests.rules.fill_fixed`.

`fix:` of each rule, and `fixed:` and `fixed_base:` of its cases. Read the difference as a user.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import yaml

from tcwc.api.rule_cases import write
from tcwc.api.rule_files import shipped_rule
from tcwc.lint.rules.rule_files import RuleCase
from tests.rules.cases import made, names, repaired, strongest_fix

RULES = Path(__file__).parents[2] / "lint_rules"
KEYS = {"experiment.yaml": "fixed", "base.yaml": "fixed_base"}
INDENT = " " * 6


def main() -> None:
    for name in names():
        cases = shipped_rule(name).cases
        with tempfile.TemporaryDirectory() as folder:
            every = [made(write(case, Path(folder, case.name)), case) for case in cases]
        found = [each for one in every for each in one.diagnostics]
        fix = strongest_fix(cases[0].code, found) if cases else "none"
        path = RULES / name
        text = re.sub(r"(?m)^fix: .*$", f"fix: {fix}", path.read_text(encoding="utf-8"), count=1)
        path.write_text(filled(text, [case for case in cases if not case.good]), encoding="utf-8")


def filled(text: str, bad: list[RuleCase]) -> str:
    """The text of a rule file with what its bad cases become."""
    lines = text.splitlines(keepends=True)
    for case, node in reversed(list(zip(bad, bad_nodes(text), strict=True))):
        keys = {key.value: (key, value) for key, value in node.value}
        for key, value in reversed(list(keys.values())):
            if key.value in KEYS.values():
                del lines[key.start_mark.line : value.end_mark.line]
        with tempfile.TemporaryDirectory() as folder:
            write(case, folder)
            after = repaired(folder)
        end = keys["expect"][1].end_mark.line
        lines[end:end] = [
            block(KEYS[name], new) for name, new in sorted(after.items(), reverse=True)
        ]
    return "".join(lines)


def bad_nodes(text: str) -> list[Any]:
    """The bad cases of a rule file, as nodes with positions."""
    found: Any = yaml.compose(text)
    for key in ("cases", "bad"):
        found = next((value for name, value in found.value if name.value == key), None)
        if found is None:
            return []
    return list(found.value)


def block(key: str, text: str) -> str:
    """An entry with a text of several lines; as a quoted one where a block cannot hold it."""
    if not re.fullmatch(r"(?:[^\n\r\t]*\n)*", text) or (not text.isprintable() and "\r" in text):
        return f"{INDENT}{key}: {yaml.dump(text, default_style=chr(34), width=10**9).rstrip()}\n"
    return f"{INDENT}{key}: |\n" + "".join(f"{INDENT}  {line}\n" for line in text.splitlines())


if __name__ == "__main__":
    main()
