"""Canonical text of values, and hashes over it.

The canonical JSON of a value is what `science_hash`, base hashes and coordinates are made of, so
none of these rules may ever change:

- UTF-8, no blanks, the members of a mapping sorted by key (by code point);
- floats in their shortest form that reads back as the same double, always with a point
  (`0.0003`, `1.0e-05`, `1.0`), infinity as `1.0e+999`; nan is refused;
- in strings only `"`, `\\`, control characters (C0, DEL, C1), the line separators U+2028 and
  U+2029, invisible format characters and non-characters are escaped; lone surrogates are refused.

The same text is a YAML flow value that YAML 1.1 (PyYAML, OmegaConf) and 1.2 readers read alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from json.encoder import encode_basestring

from tcwc.model.ir import Scalar, Value
from tcwc.model.patterns import pattern

# Escaped though JSON would not ask for it: YAML readers refuse or fold some of them (DEL, C1,
# line separators, byte order mark, non-characters), a reviewer cannot see the others.
NEEDS_ESCAPE = pattern(
    "[\x00-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff]"
)
_SURROGATE = pattern("[\ud800-\udfff]")


def format_float(number: float) -> str:
    """The shortest text that JSON, YAML 1.1 and YAML 1.2 all read as this double.

    Raises ValueError for nan, which no two readers compare as equal.
    """
    text = repr(number)
    if "." in text:
        return text
    if number != number:
        raise ValueError("nan has no canonical form")
    if text.endswith("inf"):
        # JSON has no infinity, and every reader takes so large a number for it.
        return text.replace("inf", "1.0e+999")
    # YAML 1.1 wants a point and a signed exponent, and repr has the sign.
    return text.replace("e", ".0e")


def json_string(text: str) -> str:
    """A double-quoted string that JSON and all YAML readers read back as `text`.

    Raises ValueError for a lone surrogate, which UTF-8 cannot hold.
    """
    quoted = encode_basestring(text)
    if text.isascii():
        # Of ASCII only DEL is left alone by JSON and refused by YAML readers: no pattern needed.
        return quoted.replace("\x7f", "\\u007f")
    if _SURROGATE.search(text):
        raise ValueError("a lone surrogate cannot be written as UTF-8")
    return NEEDS_ESCAPE.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)


def canonical_json(value: Value) -> str:
    """The canonical JSON of a value: equal values, equal text; see the module's description."""
    if isinstance(value, dict):
        return join_members({key: canonical_member(key, value[key]) for key in value})
    if isinstance(value, list):
        return f"[{','.join(map(canonical_json, value))}]"
    return scalar_json(value)


def canonical_member(key: str, value: Value) -> str:
    """One member of a mapping's canonical JSON: `"key":...`."""
    return f"{json_string(key)}:{canonical_json(value)}"


def join_members(members: Mapping[str, str]) -> str:
    """The canonical JSON of a mapping from its members' (each `canonical_member` of its key)."""
    return f"{{{','.join([members[key] for key in sorted(members)])}}}"


def flow(value: Value) -> str:
    """The same for the eye: blanks after `,` and `:`, and members in the order they are in.

    One line that JSON and all YAML readers read alike; not for hashing.
    """
    if isinstance(value, dict):
        inner = [f"{json_string(key)}: {flow(member)}" for key, member in value.items()]
        return f"{{{', '.join(inner)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    return scalar_json(value)


def scalar_json(value: Scalar) -> str:
    """The JSON of a scalar."""
    if isinstance(value, str):
        return json_string(value)
    return format_float(value) if isinstance(value, float) else plain_scalar(value)


def plain_scalar(value: None | bool | int) -> str:
    """The text of a scalar that JSON and YAML write alike."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return int.__repr__(value)
