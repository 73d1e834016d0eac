"""An experiment as it is going to be written: what its sections say, and their lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from tcwc.model.frozen import dataclass, field
from tcwc.model.ir import Op, Path, Value, format_path
from tcwc.model.paths import BadKey, parse_key
from tcwc.model.printable import printable
from tcwc.model.source import Span
from tcwc.moves.steps import Setting
from tcwc.moves.written import (
    assigned_text,
    entry_lines,
    flow_text,
    in_quotes,
    inline,
    key_text,
    owned_lines,
)

_SHORT = 60
"""Characters of an arm's level up to which it stands on one line."""
_ROW = 100
"""Characters of a list of levels up to which it does."""


@dataclass(frozen=True, slots=True)
class VariableText:
    """A variable: its path and its levels. With `text` they are as they stand there, such as a
    distribution."""

    path: Path
    levels: tuple[Value, ...]
    op: Op = Op.SET
    text: str = ""


@dataclass(frozen=True, slots=True)
class Arm:
    """An arm: its name, and what each level sets."""

    name: str
    levels: Mapping[str, tuple[Setting, ...]]


@dataclass(frozen=True, slots=True)
class Draft:
    """An experiment. `head` are its first keys with their values, `comments` what stands above it.

    `when` are constants of some runs, by condition. `include` has rows of keys and values.
    """

    head: Mapping[str, str]
    comments: tuple[str, ...] = ()
    variables: tuple[VariableText, ...] = ()
    arms: tuple[Arm, ...] = ()
    zips: tuple[tuple[str, ...], ...] = ()
    derived: Mapping[str, str] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    include: tuple[Mapping[str, Value], ...] = ()
    sample: str = ""
    controls: tuple[Setting, ...] = ()
    when: Mapping[str, tuple[Setting, ...]] = field(default_factory=dict)
    meta: Mapping[str, Value] = field(default_factory=dict)
    added: frozenset[Path] = frozenset()
    """Paths that nothing known reads."""


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a draft, and which path of a constant each line is about."""

    text: str
    owners: Mapping[int, Path]
    conditions: Mapping[int, str] = field(default_factory=dict)
    """The lines of constants of some runs, with their conditions."""
    rows: Mapping[int, Mapping[str, Value]] = field(default_factory=dict)
    """The lines of runs that are included, with what they say."""
    variables: Mapping[int, Path] = field(default_factory=dict)
    """The lines at which variables begin."""


def rendered(draft: Draft) -> Text:
    """The text of an experiment. Raises ValueError for what no YAML can hold."""
    lines: list[str] = [f"# {printable(each)}".rstrip() for each in draft.comments]
    lines += [f"{key}: {value}" for key, value in draft.head.items()]
    owners: dict[int, Path] = {}
    for title, make in _SECTIONS:
        found = list(make(draft))
        if not found:
            continue
        lines += ["", title] if title else [""]
        for line, path in found:
            lines.append(line)
            if path:
                owners[len(lines)] = path
    told = {f"    {_key(each)}: ": each for each in draft.when}
    conditions = {
        place: each
        for place, line in enumerate(lines, 1)
        for start, each in told.items()
        if line.startswith(start)
    }
    ahead = lines.index("include:") + 2 if draft.include else 0
    rows = dict(enumerate(draft.include, ahead))
    return Text("\n".join(lines) + "\n", owners, conditions, rows, _begin(draft, lines))


def _begin(draft: Draft, lines: Sequence[str]) -> dict[int, Path]:
    """The lines at which variables begin."""
    at = lines.index("variables:") + 2 if draft.variables else 0
    found = {}
    for each in draft.variables:
        found[at] = each.path
        at += len(list(_levels("", each)))
    return found


def key_at(text: Text, span: Span) -> Path:
    """The path of the key at a place of a draft's text; () where none stands there."""
    line = text.text.split("\n")[span.line - 1]
    key = parse_key(line[span.column - 1 : span.end_column - 1].strip("'"))
    return () if isinstance(key, BadKey) else key.path


_Lines = Iterator[tuple[str, Path]]


def _variables(draft: Draft) -> _Lines:
    for each in draft.variables:
        added = each.path in draft.added and each.op is Op.SET
        key = key_text(each.path, "+" if added else each.op.value)
        for line in _levels(key, each):
            yield line, ()


def _levels(key: str, variable: VariableText) -> Iterator[str]:
    if variable.text:
        yield f"  {key}: {variable.text}"
        return
    levels: list[Value] = list(variable.levels)
    line = f"  {key}: {flow_text(levels)}"
    if len(line) <= _ROW and not any(isinstance(each, dict) and each for each in levels):
        yield line
    elif any(isinstance(each, dict) and each for each in levels):
        yield from entry_lines(key, levels, "  ")
    else:
        yield f"  {key}:"
        yield from (f"    - {inline(each)}" for each in levels)


def _arms(draft: Draft) -> _Lines:
    for arm in draft.arms:
        yield f"  {arm.name}:", ()
        for name, settings in arm.levels.items():
            yield from _level(inline(name), settings, draft.added)


def _level(name: str, settings: Sequence[Setting], added: frozenset[Path]) -> _Lines:
    short = f"    {name}: {assigned_text(settings, added)}"
    if len(short) <= _SHORT:
        yield short, ()
        return
    yield f"    {name}:", ()
    yield from owned_lines(settings, "      ", added=added)


def _zip(draft: Draft) -> _Lines:
    for each in draft.zips:
        yield f"  - {flow_text(list(each))}", ()


def _derived(draft: Draft) -> _Lines:
    for key, text in draft.derived.items():
        yield f"  {key}: {text}", ()


def _exclude(draft: Draft) -> _Lines:
    for each in draft.exclude:
        yield f"  - {_condition(each)}", ()


def _include(draft: Draft) -> _Lines:
    for row in draft.include:
        added = {format_path(path) for path in draft.added}
        inner = ", ".join(
            f"{_quoted('+' * (key in added) + key)}: {flow_text(value)}"
            for key, value in row.items()
        )
        yield f"  - {{{inner}}}", ()


def _sample(draft: Draft) -> _Lines:
    if draft.sample:
        yield f"sample: {draft.sample}", ()


def _controls(draft: Draft) -> _Lines:
    yield from owned_lines(draft.controls, "  ", added=draft.added)
    if draft.when:
        yield "  when:", ()
    for condition, settings in draft.when.items():
        yield f"    {_key(condition)}: {assigned_text(settings, draft.added)}", ()


def _meta(draft: Draft) -> _Lines:
    for key, value in draft.meta.items():
        for line in entry_lines(key_text((key,)), value, "  "):
            yield line, ()


_SECTIONS: tuple[tuple[str, Callable[[Draft], Iterable[tuple[str, Path]]]], ...] = (
    ("variables:", _variables),
    ("arms:", _arms),
    ("zip:", _zip),
    ("derived:", _derived),
    ("exclude:", _exclude),
    ("include:", _include),
    ("", _sample),
    ("controls:", _controls),
    ("meta:", _meta),
)


def _condition(text: str) -> str:
    """A condition as an item of a list: with a quote or a colon in it, it is quoted."""
    return _key(text) if set(text) & set("\"'#:{}[]") else text


def _key(text: str) -> str:
    """A condition as a key."""
    return "'" + text.replace("'", "''") + "'" if '"' in text else f'"{text}"'


def _quoted(key: str) -> str:
    if not key.isprintable():
        return in_quotes(key)
    return "'" + key.replace("'", "''") + "'" if '"' in key else key
