"""Fills the templates of an author's texts in, for one run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tcwc.config.interpolation.parse import parse
from tcwc.config.interpolation.reading import NotKnown, value_at
from tcwc.config.interpolation.syntax import BadInterpolation, Piece, written
from tcwc.config.isolation import is_written
from tcwc.config.merge import lookup
from tcwc.config.template import BadTemplate, Field, file_name, format_value, parse_template
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path, Scalar, Template, Value, format_path
from tcwc.model.problem import Problem
from tcwc.model.words import nearest


@dataclass(frozen=True, slots=True)
class RunName:
    """What a template can say of the run itself. `number` is that of the id."""

    experiment: str
    id: str
    number: int

    def says(self) -> dict[Path, Scalar]:
        """The values of `RUN_NAMES`."""
        return {
            ("experiment_name",): self.experiment,
            ("run_id",): self.id,
            ("index",): self.number,
        }


class NotFilled(Problem):
    """Why a template cannot be filled in; `field` is the part of it that is at fault."""

    def __init__(self, message: str, help: str, field: Field) -> None:
        super().__init__(message, help)
        self.field = field


def fill(
    value: Value,
    path: Path,
    config: dict[str, Value],
    own: Mapping[Path, Scalar],
    write_keys: tuple[str, ...],
) -> Value:
    """A value with its templates filled in from a config and from what is the run's `own`.

    What is put into a directory that is written to, by its key, becomes part of a file's name.

    Raises NotFilled.
    """
    if isinstance(value, Template):
        return _filled(value, config, own, in_directory=is_written(path, write_keys))
    if isinstance(value, dict):
        return {
            key: fill(item, (*path, key), config, own, write_keys) for key, item in value.items()
        }
    if isinstance(value, list):
        return [fill(item, (*path, at), config, own, write_keys) for at, item in enumerate(value)]
    return value


def name_of(name: str, config: dict[str, Value], own: Mapping[Path, Scalar]) -> str:
    """What a name of a run, a template or not, comes to for people: no config holds it, and so
    nothing in it is escaped. Raises NotFilled."""
    if not isinstance(name, Template):
        return name
    return "".join([text for _, text in pieces(name, config, own, in_directory=False)])


def _filled(
    text: Template, config: dict[str, Value], own: Mapping[Path, Scalar], *, in_directory: bool
) -> str:
    made = list(pieces(text, config, own, in_directory=in_directory))
    whole = "".join([each for _, each in made])
    # Without a `$` nothing can be read as a reference, and nothing wants escaping.
    if "$" not in whole:
        return whole
    return written(part for field, each in made for part in _parts(each, literal=field is None))


def _parts(text: str, *, literal: bool) -> tuple[Piece, ...]:
    """What the author wrote, as the run will read it; what is inserted stands for itself."""
    parsed = parse(text) if literal else (text,)
    return (text,) if isinstance(parsed, BadInterpolation) else parsed


def pieces(
    text: Template, config: dict[str, Value], own: Mapping[Path, Scalar], *, in_directory: bool
) -> Iterator[tuple[Field | None, str]]:
    """What each piece of a template becomes; None stands for a literal one. Raises NotFilled."""
    parsed = parse_template(str(text))
    assert not isinstance(parsed, BadTemplate), text
    known: dict[tuple[str, str], str] = {}  # a text may name one value many times
    for piece in parsed:
        if isinstance(piece, Field):
            asked = piece.name, piece.spec
            if asked not in known:
                inserted = _inserted(piece, text.names[piece.name], config, own)
                known[asked] = file_name(inserted) if in_directory else inserted
            yield piece, known[asked]
        else:
            yield None, piece


def _inserted(
    field: Field, path: Path, config: dict[str, Value], own: Mapping[Path, Scalar]
) -> str:
    if path in own:
        value: Value = own[path]
    else:
        there, value = _read(field, path, config)
        if not there:
            raise NotFilled(f"`{field.name}` is not there", _near(path, config), field)
    if isinstance(value, Template):
        help = f"write `${{{field.name}}}`, which follows it"
        raise NotFilled(f"`{field.name}` is itself a template", help, field)
    if isinstance(value, (dict, list)):
        what = "a list" if isinstance(value, list) else "a section with keys"
        raise NotFilled(f"`{field.name}` is {what}", "name a single value", field)
    text = format_value(value, field.spec)
    if text is None:
        shown = format_value(value, "")
        message = f"`{shown}` cannot be written as `{field.spec}`"
        raise NotFilled(message, f"write `{{{field.name}}}`, or a format for what it is", field)
    return text


def _near(path: Path, config: dict[str, Value]) -> str:
    """What to write for a path that is not there: a key beside it that it is like."""
    section = lookup(config, path[:-1])[1]
    near = nearest(str(path[-1]), section) if isinstance(section, dict) else []
    better = format_path((*path[:-1], near[0])) if near else ""
    return f"did you mean `{{{better}}}`?" if near else "name a key that every run has"


def _read(field: Field, path: Path, config: dict[str, Value]) -> tuple[bool, Value]:
    """The value at a path. One that is itself a template is given back as such."""
    # Looked up first: followed, a template with a `${` in it would come back as a plain text.
    there, value = lookup(config, path)
    if isinstance(value, Template):
        return there, value
    try:
        return value_at(config, path)
    except NotKnown as problem:
        help = f"write `${{{field.name}}}`, which follows it"
        raise NotFilled(f"`{field.name}`: {problem.message}", help, field) from None
