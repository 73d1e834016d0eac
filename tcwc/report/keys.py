"""What can be set in a config, as a table to read, in paragraphs, and as a document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tcwc.config.canonical import flow
from tcwc.language.settable import Settable
from tcwc.model.cut import cut
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Value, format_path
from tcwc.model.printable import printable
from tcwc.model.secrets import masked, masked_value
from tcwc.model.types import describe
from tcwc.report.columns import in_columns
from tcwc.report.findings import Paint
from tcwc.report.json_text import json_text
from tcwc.report.runs import level_text

FORMAT = 1
"""Changes where a reader of an older document would go wrong; new keys do not change it."""

_HEADS = ("key", "type", "value", "read by", "short name")
_WIDEST = (60, 30, 30, 34, 30)
_ALWAYS = 3
"""Columns that stand there however narrow it is."""


@dataclass(frozen=True, slots=True)
class ToldKey:
    """A setting with what is known of it beside: its class, and in whole words who reads it."""

    setting: Settable
    about: str
    readers: tuple[str, ...]

    @property
    def key(self) -> str:
        return format_path(self.setting.path)

    @property
    def names(self) -> tuple[str, ...]:
        """Its short names; none for a key that is a secret, of which they would be a part."""
        return self.setting.names if masked(self.key) == self.key else ()


@dataclass(frozen=True, slots=True)
class KeysOf:
    """Whose keys they are: a `name` in words, of which `version`, run by which `recipe`."""

    name: str
    version: str
    recipe: str


def lines(found: Sequence[ToldKey], paint: Paint) -> Iterator[str]:
    """A table with as many columns as there is room for; what only could be set has its default in
    brackets."""
    rows = [_cells(each) for each in found]
    head, *others = in_columns(_HEADS, rows, always=_ALWAYS, width=paint.width)
    yield paint("dim", head)
    for text, each in zip(others, found, strict=True):
        yield text if each.setting.is_there else paint("dim", text)


def paragraphs(found: Sequence[ToldKey], paint: Paint) -> Iterator[str]:
    """All that is known of each, in lines below it."""
    for each in found:
        setting = each.setting
        yield paint("bold", f"{each.key} ({printable(describe(setting.type))})")
        rows = [("value", _value(setting)), ("class", each.about)]
        rows += [("short", ", ".join(each.names))] if each.names else []
        rows += [("read by", text) for text in each.readers or ("nothing known",)]
        for label, text in rows:
            yield f"  {paint('dim', f'{label:<9}')}{text}"


def document(
    found: Sequence[ToldKey], subject: KeysOf, tool: str, shown: Callable[[str], str]
) -> str:
    """The same as JSON, in the layout of `schemas/keys.schema.json`; `shown` hides text that is not
    to be seen."""
    whole: dict[str, Value] = {
        "format": FORMAT,
        "tool": {"name": "tcwc", "version": tool},
        "of": subject.name,
        "version": subject.version,
        "recipe": subject.recipe or None,
        "keys": [_member(each, shown) for each in found],
    }
    return json_text(whole)


def _member(each: ToldKey, shown: Callable[[str], str]) -> Value:
    setting, type_ = each.setting, each.setting.type
    made: dict[str, Value] = {
        "path": shown(each.key),
        "type": describe(type_),
        "kinds": list[Value](type_.kinds),
        "choices": list[Value](type_.choices),
        "is_set": setting.is_there,
        "default": setting.default or None,
        "required": setting.required,
        "class": each.about,
        "names": list[Value](each.names),
        "read_by": [shown(text) for text in each.readers],
    }
    if setting.is_there:
        made["value"] = _hidden(masked_value(each.key, setting.value), shown)
    return made


def _hidden(value: Value, shown: Callable[[str], str]) -> Value:
    text = flow(value)
    return value if shown(text) == text else shown(text)


def _cells(each: ToldKey) -> tuple[str, ...]:
    setting = each.setting
    texts = (
        each.key,
        describe(setting.type),
        _value(setting),
        _who(setting),
        _short(each),
    )
    return tuple(cut(printable(t), wide) for t, wide in zip(texts, _WIDEST, strict=True))


def _short(each: ToldKey) -> str:
    """Its last part, where that stands for it; words of other libraries only help to find it."""
    last = each.setting.path[-1]
    return str(last) if last in each.names else ""


def _value(setting: Settable) -> str:
    if setting.is_there:
        return level_text(masked_value(format_path(setting.path), setting.value), None, None)
    if setting.required:
        return "(required)"
    return f"({setting.default or 'not set'})"


def _who(setting: Settable) -> str:
    """Who reads it, without the modules of a component."""
    who = masked(setting.who or "nothing known")  # whole: the last part of a secret is none
    return who if " " in who else who.rpartition(".")[2]
