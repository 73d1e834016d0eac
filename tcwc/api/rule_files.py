"""Rules as files: those that tcwc ships in `lint_rules/`, and how users' own are read."""

from __future__ import annotations

from collections.abc import Iterable

from tcwc.disk import data
from tcwc.lint.rules.rule_files import RuleFile, RuleSet, read_rules, read_shipped


def read_user_rules(texts: Iterable[tuple[str, str]]) -> RuleSet:
    """The rules in files, given by name and text; what is wrong with a file is a finding."""
    return read_rules(texts, data.read_schema)


def shipped_rule(name: str) -> RuleFile:
    """The rule of a file of `lint_rules/`. Raises KeyError, ValueError for a bad one: a bug."""
    return read_shipped(name, data.read_text(f"lint_rules/{name}"))


def shipped_names() -> list[str]:
    """The files of `lint_rules/`, by code."""
    return [name for name in data.names("lint_rules") if name.endswith(".yaml")]
