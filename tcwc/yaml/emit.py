"""The text of a config: block-style YAML that every reader reads alike.

OmegaConf (which torchtune uses), PyYAML and YAML 1.2 readers disagree on many plain scalars
(`1e-4`, `no`, `010`, `12:00:00`, dates). So a string is written plain only where it obviously is
a string to all of them, else quoted. The emitter is our own because it must be fast, and because
its bytes are part of what a run's hash means: they may not change with a library.
"""

from __future__ import annotations

import re
from functools import cache

from tcwc.config.canonical import NEEDS_ESCAPE, format_float, json_string, plain_scalar
from tcwc.model.ir import Scalar, Value
from tcwc.model.patterns import pattern
from tcwc.model.unseen import escape_unseen, is_unseen

# A string that no reader takes for anything else. Its start cannot begin a number, an indicator
# or a document marker; a blank never stands at its end or before `#`; `:` never before a blank.
# Character ranges are spelled out: `\w` would follow the Unicode version of the Python at hand.
_ASCII = pattern(
    r"(?:[A-Za-z/]|_[A-Za-z_]|~/|\.\.?/|\$\{)"
    r"(?:[!\"#$%&'()*+,\-./0-9;<=>?@A-Z\[\\\]^_`a-z{|}~]|:(?=[^ ])| (?=[^ #]))*"
)


@cache  # one
def _unicode() -> re.Pattern[str]:
    """The same beyond ASCII. Compiling so large sets costs milliseconds, and few files need it."""
    letters = r"\u00c0-\u1fff\u3040-\ud7ff"
    others = r"\u00a1-\u00ac\u00ae-\u1fff\u3001-\ud7ff\U00010000-\U0001f9ff"
    pattern = _ASCII.pattern.replace("[A-Za-z/]", f"[A-Za-z/{letters}]", 1)
    return re.compile(pattern.replace("{|}~]", f"{{|}}~{others}]", 1))


_PLAIN_KEY = pattern(r"[A-Za-z_][A-Za-z0-9_.-]*")

# Read as a boolean, a null or a number by some reader of some YAML version, or likely taken for
# one by people.
_WORDS = frozenset(
    ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf", "infinity"]
)
# That of "infinity": what is longer is not put into lower case to be looked up.
_LONGEST_WORD = 8

# YAML readers look no further than 1,024 characters for the `:` of a key.
_LONGEST_KEY = 1000


def render_member(key: str, value: Value) -> str:
    """One top-level entry of a config, whole lines: a config's text is the join of these.

    Raises ValueError for what no reader would read back: NUL, lone surrogates, nan, keys of more
    than 1,000 characters.
    """
    return _entry("", key, value)


def _entry(indent: str, key: str, value: Value) -> str:
    head = f"{indent}{_key(key)}:"
    if isinstance(value, (dict, list)) and value:
        return f"{head}\n{_block(indent + '  ', value)}"
    return f"{head} {_inline(value)}\n"


def _block(indent: str, value: Value) -> str:
    """A value as lines that each start with the indent."""
    if isinstance(value, dict) and value:
        return "".join([_entry(indent, key, member) for key, member in value.items()])
    if isinstance(value, list) and value:
        return "".join([_item(indent, item) for item in value])
    return f"{indent}{_inline(value)}\n"


def _item(indent: str, value: Value) -> str:
    # The item's own first line starts behind the dash.
    return f"{indent}- {_block(indent + '  ', value)[len(indent) + 2 :]}"


def _inline(value: Value) -> str:
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, list):
        return "[]"
    return scalar(value)


def scalar(value: Scalar) -> str:
    """A scalar as it stands behind `key: `."""
    if isinstance(value, str):
        return _string(value)
    if not isinstance(value, float):
        return plain_scalar(value)
    if value in (float("inf"), float("-inf")):
        return ".inf" if value > 0 else "-.inf"
    return format_float(value)


def is_plain(text: str) -> bool:
    """Whether a string stands without quotes."""
    form = _ASCII if text.isascii() else _unicode()
    if form.fullmatch(text) is None or _is_word(text):
        return False
    return text.isascii() or is_unseen.search(text) is None


def _is_word(text: str) -> bool:
    return len(text) <= _LONGEST_WORD and text.lower() in _WORDS


def _string(text: str) -> str:
    if is_plain(text):
        return text
    if "\0" in text:
        raise ValueError("a NUL character cannot be written in YAML")
    quoted = json_string(text)
    if not text.isascii() and is_unseen.search(text):
        # Not in `json_string`, of whose texts hashes are made.
        return escape_unseen(quoted)
    if NEEDS_ESCAPE.search(text):
        return quoted
    return "'" + text.replace("'", "''") + "'"


def _key(key: str) -> str:
    text = key if _PLAIN_KEY.fullmatch(key) and not _is_word(key) else _quoted_key(key)
    if len(text) > _LONGEST_KEY:
        raise ValueError(f"a key of {len(key)} characters cannot be read back by YAML readers")
    return text


def _quoted_key(key: str) -> str:
    text = _string(key)
    # chr(39): before Python 3.12 no backslash may stand in the braces of an f-string.
    return text if text[0] in "'\"" else f"'{key.replace(chr(39), chr(39) * 2)}'"
