"""Values as the lines of a section of an experiment, as an author would write them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal

from tcwc.config.canonical import json_string
from tcwc.config.template import parse_template
from tcwc.model.ir import Op, Path, Scalar, Template, Value, format_path
from tcwc.model.unseen import escape_unseen
from tcwc.moves.steps import Setting
from tcwc.yaml.emit import is_plain, scalar

_IN_FLOW = frozenset(",[]{}#:&*!|>'\"%@`")
"""Characters that a plain text between brackets had better not have."""
_DOTTED = 2
"""Keys of a section up to which they stand as dotted paths."""
_SMALL = Decimal("0.001")
"""What is smaller is written with an exponent."""


def section_lines(settings: Iterable[Setting], indent: str = "  ") -> Iterator[str]:
    """The lines of a section that says these settings, without their ends.

    A few keys of a section of the config stand as dotted paths, many below its name. Raises
    ValueError for what no YAML can hold.
    """
    yield from (line for line, _ in owned_lines(settings, indent))


def owned_lines(
    settings: Iterable[Setting], indent: str = "  ", *, added: Collection[Path] = ()
) -> Iterator[tuple[str, Path]]:
    """The same, each line with the path that it is about. Paths that are `added` are keys that
    nothing known reads."""
    for top, group in _by_top(settings).items():
        is_section = len(group) > _DOTTED and all(len(each.path) > 1 for each in group)
        if is_section:
            yield f"{indent}{key_text((top,))}:", ()
        for each in group:
            shown, inner = each, indent
            if is_section:
                shown, inner = Setting(each.path[1:], each.op, each.value), f"{indent}  "
            for line in setting_lines(shown, inner, added=each.path in added):
                yield line, each.path


def _by_top(settings: Iterable[Setting]) -> dict[str | int, list[Setting]]:
    found: dict[str | int, list[Setting]] = {}
    for each in settings:
        found.setdefault(each.path[0], []).append(each)
    return found


def setting_lines(setting: Setting, indent: str, *, added: bool = False) -> Iterator[str]:
    """The lines of one setting; with `added` as a key that nothing known reads."""
    key = key_text(setting.path, _op(setting, added=added))
    if setting.op is Op.DELETE:
        yield f"{indent}{key}:"
    else:
        yield from entry_lines(key, setting.value, indent)


def key_text(path: Path, op: str = "") -> str:
    """A path as a key of an experiment, its operator before it."""
    text = op + format_path(path)
    if not text.isprintable():
        return in_quotes(text)
    is_bare = '"' not in text and is_plain(text.lstrip("+~="))
    return text if is_bare else "'" + text.replace("'", "''") + "'"


def entry_lines(key: str, value: Value, indent: str) -> Iterator[str]:
    """A key and its value: what is short on one line, other sections and lists below the key."""
    if isinstance(value, dict) and value:
        yield f"{indent}{key}:"
        for name, item in value.items():
            yield from entry_lines(key_text((name,)), item, f"{indent}  ")
    elif isinstance(value, list) and any(isinstance(item, dict) and item for item in value):
        yield f"{indent}{key}:"
        for item in value:
            yield from item_lines(item, f"{indent}  ")
    else:
        yield f"{indent}{key}: {inline(value)}"


def item_lines(value: Value, indent: str) -> Iterator[str]:
    """An item of a list, whose own first line stands behind the dash."""
    if not isinstance(value, dict) or not value:
        yield f"{indent}- {inline(value)}"
        return
    lines = (
        line
        for name, item in value.items()
        for line in entry_lines(key_text((name,)), item, f"{indent}  ")
    )
    for place, line in enumerate(lines):
        yield f"{indent}- {line[len(indent) + 2 :]}" if place == 0 else line


def inline(value: Value) -> str:
    """A value on one line, behind a key: lists and sections in brackets."""
    if isinstance(value, (dict, list)):
        return flow_text(value)
    return _text(value) if isinstance(value, str) else number(value)


def flow_text(value: Value) -> str:
    """A value between brackets."""
    if isinstance(value, list):
        return f"[{', '.join(map(flow_text, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(flow_entry(key, item) for key, item in value.items())}}}"
    if not isinstance(value, str):
        return number(value)
    text = _text(value)
    is_bare = text[:1] not in ("'", '"')
    return in_quotes(literal(value)) if is_bare and not _IN_FLOW.isdisjoint(text) else text


def flow_entry(key: str, value: Value) -> str:
    """A key and its value between brackets; the key is one of a section, and no path."""
    return f"{key_text((key,))}: {flow_text(value)}"


def assigned_text(settings: Iterable[Setting], added: Collection[Path] = ()) -> str:
    """Settings between brackets, as an arm has them: `{epochs: 8, ~profiler: null}`."""
    entries = (
        f"{key_text(each.path, _op(each, added=each.path in added))}: {flow_text(each.value)}"
        for each in settings
    )
    return f"{{{', '.join(entries)}}}"


def _op(setting: Setting, *, added: bool) -> str:
    return "+" if added and setting.op is Op.SET else setting.op.value


def number(value: None | bool | int | float) -> str:
    """A number as people write it: 3e-4 and not 0.0003, 1.0 and not 1; true, false and null."""
    if not isinstance(value, float) or value != value or value in (float("inf"), -float("inf")):
        return scalar(value)
    if value == int(value) and abs(value) < 1e16:
        return scalar(value)
    exact = Decimal(repr(value))
    return f"{exact.normalize():e}".lower() if abs(exact) < _SMALL else scalar(value)


def _text(value: str) -> str:
    meant = literal(value)
    if meant[:1] == "$" or "{" in meant:
        return in_quotes(meant)
    # A word that is a number with some readers is quoted by `scalar`.
    return scalar(meant) if is_plain(meant) and ": " not in meant else _quoted(meant)


def _quoted(text: str) -> str:
    shown: Scalar = text
    found = scalar(shown)
    return found if found[:1] in ("'", '"') else in_quotes(text)


def in_quotes(text: str) -> str:
    """A text in double quotes, with escapes for what nobody can see."""
    quoted = json_string(text)
    return quoted if text.isascii() else escape_unseen(quoted)


def literal(value: str) -> str:
    """A text of a config as it stands in an experiment, where braces are templates.

    A template is given back as it is.
    """
    if isinstance(value, Template) or "{" not in value:
        return value
    pieces = parse_template(value)
    if isinstance(pieces, tuple) and "".join(map(str, pieces)) == value:
        return value
    doubled = "".join(_doubled(value))
    pieces = parse_template(doubled)
    is_meant = isinstance(pieces, tuple) and "".join(map(str, pieces)) == value
    return doubled if is_meant else value


def _doubled(text: str) -> Iterator[str]:
    """The text with the braces doubled that stand outside of `${...}`."""
    depth = 0
    for place, each in enumerate(text):
        if each == "{" and (depth or text[place - 1 : place] == "$"):
            depth += 1
            yield each
        elif each == "}" and depth:
            depth -= 1
            yield each
        else:
            yield each * 2 if each in "{}" else each
