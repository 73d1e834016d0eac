"""Rules as files: those that tcwc ships in `lint_rules/`, and how users' own are read."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tcwc.disk import data
from tcwc.disk.files import FileProblem, read_rule_folder
from tcwc.disk.guard import Guard
from tcwc.lint.rules.rule_files import RuleFile, RuleSet, read_rules, read_shipped
from tcwc.model.frozen import replace
from tcwc.model.source import SourceText

if TYPE_CHECKING:
    from tcwc.api.settings import Settings


def read_rules_of(settings: Settings, guard: Guard) -> RuleSet:
    """The rules of the folders that settings name. Raises FileProblem, also for what is wrong in
    files outside of the repository: it is not shown."""
    texts = [each for folder in settings.rules for each in read_rule_folder(folder, guard)]
    rules = read_user_rules(texts)
    wrong = [each for each in rules.diagnostics if guard.is_outside(each.span.file)]
    if wrong:
        raise FileProblem(
            f"{os.path.relpath(settings.path)}: a file of `rules` is outside of the repository, "
            "and no rule that can be read; what is wrong in it is not shown",
            "run `tcwc rule --test` on that folder, or copy the rules into the repository",
        )
    sources = {
        name: SourceText(name, each.text, is_outside=guard.is_outside(name))
        for name, each in rules.sources.items()
    }
    return replace(rules, sources=sources)


def read_user_rules(texts: Iterable[tuple[str, str]]) -> RuleSet:
    """The rules in files, given by name and text; what is wrong with a file is a finding."""
    return read_rules(texts, data.read_schema)


def shipped_rule(name: str) -> RuleFile:
    """The rule of a file of `lint_rules/`. Raises KeyError, ValueError for a bad one: a bug."""
    return read_shipped(name, data.read_text(f"lint_rules/{name}"))


def shipped_names() -> list[str]:
    """The files of `lint_rules/`, by code."""
    return [name for name in data.names("lint_rules") if name.endswith(".yaml")]
