"""Prints the findings of a lint as one document: JSON or SARIF."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tcwc import __version__
from tcwc.api.rule_files import shipped_rule
from tcwc.api.session import Session
from tcwc.commands.terminal import give
from tcwc.model.diagnostics import Diagnostic, Rule
from tcwc.report import json_document, sarif


def show_document(
    format: str,
    found: Sequence[Diagnostic],
    problems: Sequence[tuple[str, str]],
    session: Session,
    files: int,
) -> None:
    """Print the findings of a session as `json` or `sarif`.

    `problems` are files that could not be read.
    """
    if format == "json":
        text = json_document.document(found, problems, files, __version__)
    else:
        text = sarif.log(found, problems, __version__, partial(_rule_text, session))
    give(text + "\n")


def _rule_text(session: Session, rule: Rule) -> sarif.RuleText:
    """What a rule's file says for people."""
    file = session.rule_file(rule) or shipped_rule(f"{rule.code}-{rule.name}.yaml")
    help = file.user_rule.help if file.user_rule is not None else ""
    return sarif.RuleText(file.summary, file.why, help)
