"""Files of rules: those that tcwc ships in `lint_rules/`, and those that users write.

A file is read with YAML's usual meaning, checked by its JSON Schema, and its expression parsed.
What is wrong is a finding with its place in the file; nothing is raised for a bad file. Pure:
texts come in, rules come out. Imported only where there are rules of users, or `tcwc rule` asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tcwc.expressions.parse import parse
from tcwc.expressions.syntax import BadExpression, Expression, Place
from tcwc.lint.fewer import few
from tcwc.lint.rules.rule_format import KINDS, SchemaText, format_problems
from tcwc.lint.rules.user_rule import UserRule
from tcwc.model.diagnostics import Diagnostic, Label, Rule, Severity, finding
from tcwc.model.frozen import dataclass, field, replace
from tcwc.model.rules import BAD_RULE_FILE, by_code
from tcwc.model.source import SourceText, Span
from tcwc.yaml.config import BaseDocument, read_base

_FIXED = {"fixed": "experiment.yaml", "fixed_base": "base.yaml"}
_OPENS_WITH_QUOTE = re.compile(r"\s*(require|forbid):\s*(\"[^\"']*\".+)")


@dataclass(frozen=True, slots=True)
class RuleCase:
    """A case of a rule: `texts` are its files by name, `expect` the findings as written.

    `fixed` are the files that `--unsafe-fixes` changes, as they are afterwards.
    """

    name: str
    code: str
    good: bool
    texts: Mapping[str, str]
    expect: tuple[Mapping[str, Any], ...]
    fixed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A file's rule with its documentation and cases. `user_rule` is None for a shipped one."""

    file: str
    rule: Rule
    summary: str
    why: str
    fix: str
    cases: tuple[RuleCase, ...]
    user_rule: UserRule | None = None


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules of users: those that could be read, what is wrong with the rest, and the texts."""

    files: tuple[RuleFile, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    sources: Mapping[str, SourceText] = field(default_factory=dict)

    @property
    def rules(self) -> tuple[UserRule, ...]:
        return tuple(file.user_rule for file in self.files if file.user_rule is not None)


def read_rules(texts: Iterable[tuple[str, str]], schema_text: SchemaText) -> RuleSet:
    """The rules in files, given by name and text."""
    files: list[RuleFile] = []
    found: list[Diagnostic] = []
    sources: dict[str, SourceText] = {}
    first: dict[str, Span] = {}
    for name, text in texts:
        sources[name] = SourceText(name, text)
        document = read_base(text, name)
        read, problems = _user_rule(sources[name], document, schema_text)
        found += problems
        if read is None:
            continue
        place = document.spans[("code",)]
        known = first.setdefault(read.rule.code, place)
        if known is place:
            files.append(read)
        else:
            message = f"the code {read.rule.code} stands in two files"
            labels = (Label(known, "first here"),)
            found.append(
                finding(BAD_RULE_FILE, place, message, help="take another number", labels=labels)
            )
    return RuleSet(tuple(files), tuple(few(found)), sources)


def read_shipped(name: str, text: str) -> RuleFile:
    """The rule of a file of `lint_rules/`. Raises KeyError, ValueError for a bad one: a bug."""
    document = read_base(text, name)
    if document.diagnostics:
        raise ValueError(document.diagnostics[0].message)
    values = document.values
    return RuleFile(
        name,
        _rule(values),
        str(values["summary"]),
        str(values["why"]),
        str(values["fix"]),
        tuple(cases_of(str(values["code"]), values["cases"])),
    )


def _rule(values: Mapping[str, Any]) -> Rule:
    severity, preview = Severity(values["severity"]), bool(values.get("preview", False))
    return Rule(str(values["code"]), str(values["name"]), severity, preview)


def cases_of(code: str, written: Any) -> Iterator[RuleCase]:
    """The cases of a rule, from what its file has under `cases`."""
    for kind in ("good", "bad"):
        for number, case in enumerate(written.get(kind, ()), 1):
            texts = {"experiment.yaml": case["experiment"], **case.get("files", {})}
            for key, name in (("base", "base.yaml"), ("mapping", "configs/run_mapping.yaml")):
                if key in case:
                    texts[name] = case[key]
            expect = tuple(case.get("expect", ()))
            fixed = {name: case[key] for key, name in _FIXED.items() if key in case}
            yield RuleCase(f"{code}-{kind}-{number}", code, kind == "good", texts, expect, fixed)


def _user_rule(
    source: SourceText, document: BaseDocument, schema_text: SchemaText
) -> tuple[RuleFile | None, list[Diagnostic]]:
    if document.diagnostics:
        return None, [_unreadable(source, each) for each in document.diagnostics]
    problems = format_problems(source, document, schema_text)
    if problems:
        return None, problems
    values = document.values
    kind = next(key for key in KINDS if key in values)
    expression, problems = _expression(source, str(values[kind]), document.spans[(kind,)])
    problems += _taken(document)
    if expression is None:
        return None, problems
    rule = _rule(values)
    recipes = values.get("recipes")
    made = UserRule(
        rule,
        str(values["summary"]),
        str(values.get("help", "")),
        expression,
        kind == "forbid",
        tuple(map(str, recipes)) if isinstance(recipes, list) else (),
        document.spans[(kind,)],
    )
    cases = tuple(cases_of(rule.code, values["cases"]))
    why = str(values["why"])
    return RuleFile(source.name, rule, made.summary, why, "none", cases, made), problems


def _unreadable(source: SourceText, found: Diagnostic) -> Diagnostic:
    """A finding of YAML's, in words of rules."""
    line = _OPENS_WITH_QUOTE.match(source.line(found.span.line))
    help = f"quote the whole expression: {line[1]}: '{line[2].strip()}'" if line else found.help
    message = found.message.replace("a config", "a rule")
    return replace(found, rule=BAD_RULE_FILE, message=message, help=help)


def _taken(document: BaseDocument) -> list[Diagnostic]:
    """A code that tcwc itself has is refused by the schema; here, what a schema cannot see."""
    code = document.values["code"]
    if code in by_code():
        message = f"{code} is a code of tcwc's own"
        help = "take a prefix of your own: ABC001"
        return [finding(BAD_RULE_FILE, document.spans[("code",)], message, help=help)]
    return []


def _expression(
    source: SourceText, text: str, span: Span
) -> tuple[Expression | None, list[Diagnostic]]:
    parsed = parse(text)
    if isinstance(parsed, Expression):
        return parsed, []
    return None, [bad_expression(parsed, _within(source, text, span, parsed.place))]


def bad_expression(bad: BadExpression, span: Span) -> Diagnostic:
    return finding(BAD_RULE_FILE, span, f"this is no expression: {bad.message}", help=bad.help)


def _within(source: SourceText, text: str, span: Span, place: Place) -> Span:
    """The span of a part of a scalar; of all of it where it is not written as it is read."""
    line = source.line(span.line)
    start = line.find(text, span.column - 1)
    if span.line != span.end_line or start < 0 or start > span.column:
        return span
    column = start + 1 + place[0]
    return replace(span, column=column, end_column=max(start + 1 + place[1], column + 1))
