"""The files of `lint_rules/` and their cases, for tests."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from tcwc.api.clusters import lint_profile
from tcwc.api.compilation import Compilation, compile
from tcwc.api.rule_cases import EXPERIMENT
from tcwc.api.session import Session
from tcwc.disk import data
from tcwc.lint.fix import repair
from tcwc.lint.replacements import Linted
from tcwc.lint.rules.rule_files import RuleCase, cases_of
from tcwc.lint.stopwatch import Stopwatch
from tcwc.model.diagnostics import Diagnostic
from tcwc.model.rules import by_code

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

TABLE = by_code()
"""Every rule of tcwc/model/rules.py."""

NO_CASE = frozenset(("TCW005", "TCW011"))
"""Rules without a case in their files: of a crash (tests/lint/test_engine.py), and of more findings
than a page holds (tests/limits)."""


@dataclass(frozen=True)
class Made:
    """What is made of a case of a rule, which is on if it is a preview rule."""

    compilation: Compilation
    diagnostics: tuple[Diagnostic, ...]
    """What is found in the experiment, and in its cluster profiles."""


def made(path: str, case: RuleCase) -> Made:
    session = Session(preview=TABLE[case.code].preview)
    compilation = compile(path, session=session)
    found = compilation.diagnostics
    for name in case.texts:
        if name.startswith("clusters/"):
            profile = os.path.join(os.path.dirname(path), name)
            found += lint_profile(profile, session).diagnostics
    return Made(compilation, found)


@cache
def documents() -> dict[str, Any]:
    """Every file of lint_rules/, by its name."""
    return {name: yaml.load(data.read_text(f"lint_rules/{name}"), _LOADER) for name in names()}


def names() -> list[str]:
    return [name for name in data.names("lint_rules") if name.endswith(".yaml")]


FIXES = ("none", "unsafe", "safe")
"""What there may be of fixes, the strongest last."""


def strongest_fix(code: str, found: Iterable[Diagnostic]) -> str:
    """One of FIXES: what findings offer, of those that are a rule's."""
    offered = {fix.safe for each in found if each.code == code for fix in each.fixes}
    return "safe" if True in offered else "unsafe" if offered else "none"


@cache
def cases() -> tuple[RuleCase, ...]:
    """Every case, as `tcwc rule` and its runner read them (tests/rules/test_rules.py). Each worker
    of a test run collects them, and tcwc's own reader, which knows places, takes seconds."""
    every = documents().values()
    return tuple(case for each in every for case in cases_of(each["code"], each["cases"]))


def repaired(folder: str | os.PathLike[str], watch: Stopwatch | None = None) -> dict[str, str]:
    """The texts, by name, that all fixes together would change in the experiment of a folder."""
    path, session = os.path.join(folder, EXPERIMENT), Session(preview=True, watch=watch)

    def found(texts: Mapping[str, str]) -> Linted:
        others = dict(texts)
        own = others.pop(path, None)
        made = compile(path, text=own, others=others, session=session)
        return Linted(made.diagnostics, made.sources)

    outcome = repair(found, unsafe=True, may_edit=lambda _: True)
    return {os.path.relpath(name, folder): text for name, text in outcome.texts.items()}
