"""Prints the findings of a lint as one document: JSON or SARIF."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tcwc import __version__, data
from tcwc.diagnostics import Diagnostic, Rule
from tcwc.report import json_document, sarif
from tcwc.rule_files import shipped_rule


def show_document(
    format: str, found: Sequence[Diagnostic], problems: Sequence[tuple[str, str]], files: int
) -> None:
    """Print findings as `json` or `sarif`; `problems` are files that could not be read."""
    if format == "json":
        text = json_document.document(found, problems, files, __version__)
    else:
        text = sarif.log(found, problems, __version__, rule_text)
    sys.stdout.write(text + "\n")


def rule_text(rule: Rule) -> sarif.RuleText:
    """What a rule's file says for people; of a rule without a file only its name."""
    name = f"{rule.code}-{rule.name}.yaml"
    if not data.exists(f"lint_rules/{name}"):
        return sarif.RuleText(rule.name.replace("-", " "), "")
    file = shipped_rule(name)
    return sarif.RuleText(file.summary, file.why)
