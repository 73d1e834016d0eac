"""Runs the cases of rules: of those in `lint_rules/`, by tests, and of users', by `tcwc rule`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable

from tcwc.api.compilation import compile
from tcwc.api.session import Session
from tcwc.lint.rules.rule_files import RuleCase, RuleFile, RuleSet
from tcwc.model.diagnostics import Diagnostic, Severity

EXPERIMENT = "experiment.yaml"


def write(case: RuleCase, folder: str | os.PathLike[str]) -> str:
    """Write the files of a case into a folder; gives the experiment's path. Raises OSError."""
    for name, text in case.texts.items():
        path = os.path.join(folder, *name.split("/"))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text.encode())
    return os.path.join(folder, EXPERIMENT)


def differences(
    case: RuleCase, found: Iterable[Diagnostic], folder: str | os.PathLike[str] = "."
) -> list[str]:
    """What was found in a case and not expected, and the other way round, in words."""
    left = list(found)
    wrong: list[str] = []
    for each in case.expect:
        where = (each.get("file", EXPERIMENT), each["line"], each["column"])
        said = f"{each['code']} at {where[0]}:{where[1]}:{where[2]}"
        same = [one for one in left if one.code == each["code"] and _place(one, folder) == where]
        if not same:
            wrong.append(f"expected {said}, and it is not reported")
            continue
        fitting = [one for one in same if each["message"] in one.message]
        left.remove((fitting or same)[0])
        if not fitting:
            wrong.append(f"{said} says `{same[0].message}`, without `{each['message']}`")
    for one in left:
        file, line, column = _place(one, folder)
        wrong.append(f"not expected: {one.code} at {file}:{line}:{column}: {one.message}")
    return wrong


def run_user_case(file: RuleFile, case: RuleCase) -> list[str]:
    """What is wrong with a case of a user's rule.

    What counts are findings of the rule itself, those that the case expects, and errors; a
    warning that a later tcwc has to say of the same experiment breaks no case.
    """
    with tempfile.TemporaryDirectory() as folder:
        session = Session(RuleSet((file,)))
        found = compile(write(case, folder), session=session).diagnostics
        codes = {case.code, *(each["code"] for each in case.expect)}
        counting = [each for each in found if each.code in codes or each.severity is Severity.ERROR]
        return differences(case, counting, folder)


def _place(found: Diagnostic, folder: str | os.PathLike[str]) -> tuple[str, int, int]:
    return _name(found.span.file, folder), found.span.line, found.span.column


def _name(file: str, folder: str | os.PathLike[str]) -> str:
    """A file as the cases call it: seen from their folder, with `/`."""
    return os.path.relpath(file, folder).replace(os.sep, "/")
