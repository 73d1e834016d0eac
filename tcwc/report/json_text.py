"""A document as JSON text that may be printed: no secrets in it, and nothing that is no text."""

from __future__ import annotations

import json

from tcwc.model.printable import printable_json
from tcwc.model.secrets import masked
from tcwc.model.values import Value


def json_text(document: Value) -> str:
    """The text of a document. Its values are masked, not the text: what is left is still JSON."""
    return printable_json(json.dumps(masked_parts(document), indent=2))


def masked_parts(value: Value) -> Value:
    """A value of JSON in which each secret is stars, those of keys too."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {masked(key): masked_parts(each) for key, each in value.items()}
    if isinstance(value, list):
        return [masked_parts(each) for each in value]
    return value
