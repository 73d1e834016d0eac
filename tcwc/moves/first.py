"""The text of a first experiment on a base: what it tests, what stays constant, and what else there
is, in comments that can be used as they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tcwc.config.merge import lookup
from tcwc.config.walk import strings
from tcwc.model.about import About
from tcwc.model.beginning import Beginning, Following, Tried
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Value, format_path
from tcwc.model.known import Knowledge
from tcwc.model.paths import BadKey, parse_key
from tcwc.moves.written import inline

_BESIDE = 2
_FLEETING = "/tmp/"


@dataclass(frozen=True, slots=True)
class First:
    """What a first experiment is to say.

    `base` is the config that it starts from, `values` are those of it. `variables` and `constants`
    are keys with the text of their levels, or of their value; what `beginning` says goes beside
    them. `version` is that of the target, "" for the one that counts where none is said. `schema`
    is the file for editors, "" for none. `controls` are lines that stand under `controls:` as they
    are, of the paths that `said` names. `path_of` gives the path that a short name stands for.
    Where `file` is not "", the base is that file, with `file_text` in it.
    """

    name: str
    base: About
    values: dict[str, Value]
    beginning: Beginning
    variables: tuple[tuple[str, str], ...]
    constants: tuple[tuple[str, str], ...]
    version: tuple[str, str] = ("", "")
    schema: str = ""
    controls: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    path_of: Callable[[str], str] = str
    file: str = ""
    file_text: str = ""

    @property
    def varied(self) -> set[str]:
        """The paths that are varied."""
        return {self.path_of(key) for key, _ in self.variables}

    @property
    def set_once(self) -> set[str]:
        """The paths that are the same in all runs."""
        return {self.path_of(key) for key, _ in self.constants} | set(self.said)


def levels_of(tried: Tried) -> str:
    """The levels of what is worth varying, as they are written."""
    return f"[{', '.join(map(inline, tried.levels))}]"


def first_text(first: First, known: Knowledge) -> str:
    """The experiment as text."""
    sections = (_head(first), _variables(first), _derived(first), _controls(first, known))
    return "\n\n".join("\n".join(each) for each in map(list, sections) if each) + "\n"


def _head(first: First) -> Iterator[str]:
    if first.schema:
        yield f"# yaml-language-server: $schema={first.schema}"
    lines = [
        (f"experiment_name: {inline(first.name)}", "the runs write to folders of this name"),
        (_base(first), "all that is not said below is as there"),
    ]
    if first.base.recipe and (first.file or not first.base.recipes):
        why = "" if first.file else "the base is registered for none"
        lines.append((f"recipe: {first.base.recipe}", why))
    if first.version[1]:
        lines.append((f'{first.version[0]}: "{first.version[1]}"', ""))
    yield from _noted(lines, "")


def _base(first: First) -> str:
    file, name = first.file, first.base.name
    return f"base_config_file: {inline(file)}" if file else f"base_config: {name}"


def _variables(first: First) -> Iterator[str]:
    said = first.varied | first.set_once
    others = [each for each in first.beginning.variables if first.path_of(each.key) not in said]
    # What is said of levels is said of those that come with it.
    why = {(each.key, levels_of(each)): each.why for each in first.beginning.variables}
    if not first.variables and not others:
        return
    rows = [
        (f"{key}: {levels}", why.get((key, levels)) or _had(first, key))
        for key, levels in first.variables
    ]
    spare = [(f"{each.key}: {levels_of(each)}", each.why) for each in others]
    yield "# What is tested: each combination of the levels is a run."
    if rows:
        yield "variables:"
        yield from _noted(rows, "  ")
        yield from _commented(spare, "  ")
    else:
        yield from _commented([("variables:", ""), *((f"  {a}", b) for a, b in spare)], "")


def _had(first: First, key: str) -> str:
    """What the base has, beside levels of the author's own; "" where it is no number, or `values`
    are those of a run, and the base's are others."""
    path = parse_key(first.path_of(key))
    value = None if isinstance(path, BadKey) else lookup(first.values, path.path)[1]
    if first.controls or isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return f"the base has {inline(value)}"


def _ties(first: First) -> list[Following]:
    """What had better follow what is varied, and is not itself said."""
    path_of, said = first.path_of, first.varied | first.set_once
    return [
        each
        for each in first.beginning.ties
        if path_of(each.to) in first.varied and path_of(each.key) not in said
    ]


def _derived(first: First) -> Iterator[str]:
    ties = _ties(first)
    if ties:
        yield "# What follows from it in each run."
        yield "derived:"
        yield from _noted([(f"{each.key}: {each.formula}", each.why) for each in ties], "  ")


def _controls(first: First, known: Knowledge) -> Iterator[str]:
    rows = list(_constants(first))
    is_open = bool(rows or first.controls)
    yield "# What stays constant in every run; a line without # replaces what the base has."
    yield "controls:" if is_open else "# controls:"
    yield from _noted(rows, "  ")
    yield from first.controls
    # Where nothing is set yet, the section is a comment too, and stands back as one.
    yield from (f"  # {line}" if is_open else f"#   {line}" for line in _spare(first, known))


def _constants(first: First) -> Iterator[tuple[str, str]]:
    said = first.varied | first.set_once
    yield from ((f"{key}: {text}", "") for key, text in first.constants)
    for key, value, why in first.beginning.constants:
        if key not in said:
            yield f"{key}: {inline(value)}", why


def _spare(first: First, known: Knowledge) -> Iterator[str]:
    """What could be set, as it stands in the base; data and places each below a line about them."""
    said = first.varied | first.set_once
    yield from (f"{key}: {inline(v)}" for key, v in first.beginning.known if key not in said)
    if first.beginning.data and not any(key.startswith("dataset") for key in said):
        yield "Data of your own, with the columns that the base's data have:"
        yield from (f"{key}: {inline(value)}" for key, value in first.beginning.data)
    places = [each for each in _places(first.values, known) if each[0] not in said]
    if places:
        yield f"{_FLEETING[:-1]} is emptied at a reboot, and other machines do not see it:"
        yield from (f"{key}: {inline(text)}" for key, text in places)


def _places(values: dict[str, Value], known: Knowledge) -> Iterator[tuple[str, str]]:
    """Where a config has files in a folder that does not stay."""
    for path, text in strings(values):
        key = format_path(path)
        is_place = known.key_class(key) != "science"
        if text.startswith(_FLEETING) and is_place:
            yield key, text


def _noted(rows: Sequence[tuple[str, str]], indent: str) -> Iterator[str]:
    """Lines with their notes in a column behind them."""
    wide = max((len(text) for text, note in rows if note), default=0)
    for text, note in rows:
        yield f"{indent}{text:<{wide + _BESIDE}}# {note}" if note else f"{indent}{text}"


def _commented(rows: Sequence[tuple[str, str]], indent: str) -> Iterator[str]:
    yield from (f"{indent}# {line}" for line in _noted(rows, ""))
