"""The format of a user's rule: its JSON Schema, and in words what the schema says of a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.ir import Path
from tcwc.model.rules import BAD_RULE_FILE
from tcwc.model.source import SourceText
from tcwc.model.words import nearest
from tcwc.yaml.config import BaseDocument

if TYPE_CHECKING:
    from jsonschema import ValidationError

KINDS = ("require", "forbid")

SchemaText = Callable[[str], str]
"""Gives the text of a schema of `schemas/`, by its name there."""


def schema(name: str, text: SchemaText) -> Any:
    """A schema of `schemas/` as a validator that knows the others it refers to."""
    # It takes about eight starts of Python to import: who has no such rules is spared that.
    from jsonschema import Draft202012Validator
    from referencing import Registry, Resource

    texts = {each: text(each) for each in (name, "lint_rule.schema.json")}
    resources = [(each, Resource.from_contents(json.loads(texts[each]))) for each in texts]
    registry: Any = Registry().with_resources(resources)
    return Draft202012Validator(json.loads(texts[name]), registry=registry)


def format_problems(
    source: SourceText, document: BaseDocument, schema_text: SchemaText
) -> list[Diagnostic]:
    """What the schema of users' rules says of a file."""
    errors = list(schema("user_rule.schema.json", schema_text).iter_errors(document.values))
    unknown = {near for error in errors for _, near in _unknown_keys(error) if near}
    problems = [
        each for error in errors for each in _format_problem(source, document, error, unknown)
    ]
    return list(dict.fromkeys(problems))


def _format_problem(
    source: SourceText, document: BaseDocument, error: ValidationError, misspelt: set[str]
) -> Iterator[Diagnostic]:
    """What an error of the schema is about. A key may be missing only because it is misspelt,
    which is said already."""
    path: Path = tuple(error.absolute_path)
    where = document.spans.get(path) or source.span(0, 0)
    if error.validator == "additionalProperties":
        yield from _unknown(document, error, path)
        return
    if error.validator == "required" and isinstance(error.instance, dict):
        at = document.key_spans.get(path) or (where if path else source.span(0, 0))
        for key in _listed(error.validator_value):
            if key not in error.instance and key not in misspelt:
                message = f"`{key}` is missing" + (f" in `{_shown(path)}`" if path else "")
                help = f"add it: {_describe(error, key)}"
                yield finding(BAD_RULE_FILE, at, message, help=help)
        return
    if error.validator == "oneOf":
        if not misspelt.isdisjoint(KINDS):
            return
        both = all(key in document.values for key in KINDS)
        at = document.key_spans[("forbid",)] if both else source.span(0, 0)
        said = (
            "`require` and `forbid` cannot stand together" if both else "no `require` or `forbid`"
        )
        help = "write one of them: require: optimizer.lr <= 1e-3"
        yield finding(BAD_RULE_FILE, at, said, help=help)
        return
    message = _said(error)
    description = error.schema.get("description") if isinstance(error.schema, dict) else None
    yield finding(BAD_RULE_FILE, where, f"`{_shown(path)}`: {message}", help=description or "")


def _unknown(document: BaseDocument, error: ValidationError, path: Path) -> Iterator[Diagnostic]:
    for unknown, near in _unknown_keys(error):
        key: Path = (*path, unknown)
        help = f"did you mean `{near}`?" if near else f"there are {', '.join(_properties(error))}"
        at = document.key_spans[key]
        yield finding(BAD_RULE_FILE, at, f"a rule has no `{unknown}`", help=help)


def _unknown_keys(error: ValidationError) -> Iterator[tuple[str, str]]:
    """Each key that a schema does not know, with the known one that it may be, or nothing."""
    if error.validator == "additionalProperties":
        known = _properties(error)
        for key in _listed(error.instance):
            if key not in known:
                near = nearest(str(key), known, count=1)
                yield str(key), near[0] if near else ""


def _properties(error: ValidationError) -> list[str]:
    return list(error.schema.get("properties", {})) if isinstance(error.schema, dict) else []


_TYPES = {"string": "a string", "array": "a list", "object": "a mapping", "integer": "a number"}


def _said(error: ValidationError) -> str:
    value = error.validator_value
    if error.validator == "type":
        return f"{_TYPES.get(str(value), value)} is needed here"
    if error.validator == "enum":
        return f"it is one of {', '.join(map(str, _listed(value)))}"
    if error.validator == "pattern":
        return f"`{str(error.instance)[:60]}` has not the form that is needed"
    if error.validator in ("minLength", "minItems"):
        return "it is too short"
    return str(error.message)[:200]


def _describe(error: ValidationError, key: str) -> str:
    properties = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
    described = properties.get(key, {})
    if "enum" in described:
        return f"one of {', '.join(described['enum'])}"
    return str(described.get("description", f"{key}: ..."))


def _listed(value: object) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple, dict)) else []


def _shown(path: Path) -> str:
    return ".".join(str(part) for part in path)
