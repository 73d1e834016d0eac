"""The files of `lint_rules/` and their cases, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tcwc import data, rules
from tcwc.diagnostics import Rule

TABLE = {rule.code: rule for rule in vars(rules).values() if isinstance(rule, Rule)}
"""Every rule of tcwc/rules.py."""


@dataclass(frozen=True)
class Case:
    """A case of a rule: `texts` are its files by name, `expect` the findings."""

    name: str
    code: str
    good: bool
    texts: dict[str, str]
    expect: list[dict[str, Any]]

    def write(self, folder: Path) -> Path:
        """Write its files; gives the experiment's path."""
        for name, text in self.texts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        return folder / "experiment.yaml"


@cache
def documents() -> dict[str, Any]:
    """Every file of lint_rules/, by its name."""
    return {name: yaml.safe_load(data.read_text(f"lint_rules/{name}")) for name in names()}


def names() -> list[str]:
    return [name for name in data.names("lint_rules") if name.endswith(".yaml")]


def cases() -> Iterator[Case]:
    for document in documents().values():
        for kind in ("good", "bad"):
            for number, case in enumerate(document["cases"][kind], 1):
                texts = {"experiment.yaml": case["experiment"], **case.get("files", {})}
                for key, name in (("base", "base.yaml"), ("mapping", "configs/run_mapping.yaml")):
                    if key in case:
                        texts[name] = case[key]
                name = f"{document['code']}-{kind}-{number}"
                expect = case.get("expect", [])
                yield Case(name, document["code"], kind == "good", texts, expect)
