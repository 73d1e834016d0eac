"""What the names of weight files say against the checkpointer and the model that they are for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tcwc.config.interpolation.reading import as_far_as_known
from tcwc.config.walk import templates
from tcwc.lint.cases import Case, Levels, cases
from tcwc.lint.context import Context
from tcwc.lint.variants import describe_runs
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.digits import number_of
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Path, Value, format_path
from tcwc.model.patterns import pattern
from tcwc.model.rules import CHECKPOINT_DOUBTFUL, CHECKPOINT_REFUSED
from tcwc.model.source import Span
from tcwc.model.words import listed
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.known import catalogue
from tcwc.torchtune.knowledge.sizes import LOADERS, LOADING, shape

_FILES = "checkpoint_files"
_FOLDER = "checkpoint_dir"

_CHECKPOINTER = pattern(r"torchtune[.](.*[.])?(FullModel(?:HF|Meta|TorchTune)Checkpointer)$")

_PART = pattern(
    r"(?P<head>.*?)(?P<number>\d{1,18})(?P<of>[-_]of[-_])(?P<count>\d{1,18})(?P<tail>[.]\w+)$"
)
"""A name such as model-00001-of-00004.safetensors."""

_WEIGHTS = pattern(r"[^/][.](?:safetensors|bin|pth?|ckpt)/?$")

_SHOWN = 3
_MANY = 10_000
_LONGEST = 255
"""Bytes of a file's name, at most, wherever runs write."""
"""More are no files of one model."""

_HUGGING_FACE = pattern(r"model-\{\}-of-\{\}[.]safetensors$")
_DIGITS = 5
"""Hugging Face's own names have numbers of five digits."""


@dataclass(frozen=True, slots=True)
class _Weights:
    """The files that one checkpointer of a case is given."""

    context: Context
    case: Case
    section: str

    @property
    def checkpointer(self) -> str:
        """The class of torchtune's that reads them; "" where it is another."""
        name = self.case.value((self.section, COMPONENT))
        found = _CHECKPOINTER.match(name) if isinstance(name, str) else None
        return found[2] if found else ""

    @property
    def path(self) -> Path:
        return self.section, _FILES

    @property
    def written(self) -> Value:
        value = as_far_as_known(self.case.value(self.path), self.path, self.case.config)
        # What is put into a template is known in each run.
        return None if any(templates(value)) else value

    @property
    def names(self) -> list[str]:
        """The names of the files; none where some of them are not known before the run."""
        value = self.written
        made = _formatted(value) if isinstance(value, dict) else value
        names = made if isinstance(made, list) else []
        known = [each for each in names if isinstance(each, str) and "${" not in each]
        return known if len(known) == len(names) else []

    def author(self, *paths: Path) -> Span | None:
        """Where the author chose one of some values; None where all are those of torchtune."""
        for path in paths:
            if (origin := self.case.origin(path)) is not None:
                return origin.span_of(path)
        return self.context.place(paths[0], None) if self.context.experiment.base.is_file else None


def check_weight_files(context: Context) -> Iterator[Diagnostic]:
    """Files that the checkpointer cannot read, that are not all there are, or another model's."""
    found: dict[Diagnostic, list[Levels]] = {}
    keys = (COMPONENT, _FOLDER, _FILES)
    paths: list[Path] = [(loader, key) for loader in LOADING for key in keys]
    paths += [(model, COMPONENT) for model, _ in LOADERS]
    for case in cases(context.experiment, paths):
        for section in LOADING:
            weights = _Weights(context, case, section)
            if weights.checkpointer:
                for each in _of_one(weights):
                    found.setdefault(each, []).append(case.levels)
    for each, levels in found.items():
        runs = describe_runs(context.experiment, levels) if context.complete else ""
        yield replace(each, runs=runs)


def _of_one(weights: _Weights) -> Iterator[Diagnostic]:
    """The first thing that is wrong with the files of one checkpointer."""
    for check in (_folder, _mapping, _format, _parts, _left):
        if (each := check(weights)) is not None:
            yield each
            return


def _folder(weights: _Weights) -> Diagnostic | None:
    """A file where its folder is needed: one that is in sight, or that has the name of weights."""
    path, exists = (weights.section, _FOLDER), weights.context.exists
    folder = as_far_as_known(weights.case.value(path), path, weights.case.config)
    at = weights.author(path)
    if not isinstance(folder, str) or "${" in folder or at is None or exists is None:
        return None
    named, seen = _WEIGHTS.search(folder) is not None, exists(folder)
    if not (named or seen) or exists(f"{folder}/."):
        return None
    above, _, name = folder.rstrip("/").rpartition("/")
    return finding(
        CHECKPOINT_REFUSED if seen else CHECKPOINT_DOUBTFUL,
        at,
        f"`{format_path(path)}` is the file `{folder}`, and the folder is needed that it is in"
        if seen
        else f"`{format_path(path)}` `{folder}` has the name of a file, and a folder is needed",
        help=f"write `{format_path(path)}: {above or '.'}`, and the file in "
        f"`{weights.section}.{_FILES}: [{name}]`",
    )


def _mapping(weights: _Weights) -> Diagnostic | None:
    """A number of files that is none, or that is not written as the files' names have it."""
    value, path = weights.written, (*weights.path, "max_filename")
    last = value.get("max_filename") if isinstance(value, dict) else None
    at = weights.author(path)
    if not isinstance(value, dict) or not isinstance(last, str) or "${" in last or at is None:
        return None
    if not last.isdecimal() or not number_of(last):
        return finding(
            CHECKPOINT_REFUSED,
            at,
            f"`{format_path(path)}` is the number of the last file, and `{last}` is no such number",
            help='write the digits that stand for it in the names, quoted: `max_filename: "00030"`',
        )
    format_ = value.get("filename_format")
    if isinstance(format_, str) and _HUGGING_FACE.search(format_) and len(last) != _DIGITS:
        first = next(iter(_formatted(value)), format_.replace("{}", last))
        return finding(
            CHECKPOINT_DOUBTFUL,
            at,
            f"`{format_path(path)}` `{last}` makes names such as {first}, and numbers in Hugging "
            f"Face's names have {_DIGITS} digits",
            help=f'write `max_filename: "{last.zfill(_DIGITS)}"`',
        )
    return None


def _formatted(value: Mapping[str, Value]) -> list[Value]:
    """The names that FormattedCheckpointFiles makes (torchtune/training/checkpointing/_utils.py);
    none where it makes none."""
    format_, last = value.get("filename_format"), value.get("max_filename")
    if not isinstance(format_, str) or not isinstance(last, str) or not last.isdecimal():
        return []
    pieces, count = format_.split("{}"), number_of(last)
    if len(pieces) != 3 or max(len(format_), len(last)) > _LONGEST or count > _MANY:
        return []
    numbers = (str(number + 1).zfill(len(last)) for number in range(count))
    return [f"{pieces[0]}{each}{pieces[1]}{last}{pieces[2]}" for each in numbers]


def _format(weights: _Weights) -> Diagnostic | None:
    """A file whose name says that another checkpointer reads it, or none."""
    reader, at = weights.checkpointer, weights.author(weights.path, (weights.section, COMPONENT))
    if at is None:
        return None
    for name in weights.names:
        entry = _said_of(weights.context, name)
        if entry is None or entry["reads"] == reader:
            continue
        if not entry["certain"] and weights.case.origin(weights.path) is None:
            continue  # the base's own files: what it reads them by says what they are
        verb = "is" if entry["certain"] else "is usually"
        whose = f"in {entry['format']}" if entry["reads"] else entry["format"]
        return finding(
            CHECKPOINT_REFUSED if entry["certain"] else CHECKPOINT_DOUBTFUL,
            at,
            f"{name} {verb} {whose}, which {reader} does not read",
            help=_instead(weights, entry, name),
        )
    return None


def _said_of(context: Context, name: str) -> Mapping[str, Any] | None:
    """What relations.json says of a file of this name."""
    last = name.rstrip("/").rpartition("/")[2]
    known = catalogue(context).relations("weight_files")
    return next((each for each in known if re.search(each["name"], last)), None)


def _instead(weights: _Weights, entry: Mapping[str, Any], name: str) -> str:
    section, reads = weights.section, entry["reads"]
    if reads:
        return (
            f"read it by `{section}._component_: torchtune.training.{reads}`, or name files that "
            f"{weights.checkpointer} reads in `{section}.{_FOLDER}` and `{_FILES}`"
        )
    there = weights.case.value((section, _FOLDER))
    folder = f"{there.rstrip('/')}/" if isinstance(there, str) else ""
    return str(entry["help"]).format(section=section, folder=folder, name=name)


def _parts(weights: _Weights) -> Diagnostic | None:
    """Some of the files of one model, where all are needed."""
    at = weights.author(weights.path)
    if at is None:
        return None
    groups: dict[tuple[str, str, str], dict[int, str]] = {}
    short = (each for each in weights.names if len(each) <= _LONGEST)
    for found in filter(None, map(_PART.match, short)):
        key = found["head"], found["count"], found["tail"]
        groups.setdefault(key, {})[int(found["number"])] = found["of"]
    for (head, count, tail), there in groups.items():
        if max(there) > int(count):
            beyond = f"{head}{max(there):0{len(count)}d}{there[max(there)]}{count}{tail}"
            return _beyond(weights, at, beyond, max(there), int(count))
        every = range(1, int(count) + 1) if int(count) < _MANY else ()
        lacking = sorted(set(every) - set(there))
        if lacking and set(there) != set(range(int(count))):  # some count from 0
            of = next(iter(there.values()))
            names = [f"{head}{each:0{len(count)}d}{of}{count}{tail}" for each in lacking]
            return _incomplete(weights, at, names, len(there), int(count))
    return None


def _beyond(weights: _Weights, at: Span, name: str, number: int, count: int) -> Diagnostic:
    """A part that no model has."""
    return finding(
        CHECKPOINT_REFUSED,
        at,
        f"{name} would be part {number} of {count}: there is no such file",
        help=f"name the {count} files that there are in `{weights.section}.{_FILES}`",
    )


def _incomplete(
    weights: _Weights, at: Span, lacking: list[str], there: int, count: int
) -> Diagnostic:
    names = listed(lacking[:_SHOWN]).replace("`", "")
    more = f" and {len(lacking) - _SHOWN} more" if len(lacking) > _SHOWN else ""
    found = _PART.match(lacking[0])
    assert found is not None
    digits = found["count"]
    format_ = f"{found['head']}{{}}{found['of']}{{}}{found['tail']}"
    whole = [
        f"{found['head']}{each:0{len(digits)}d}{found['of']}{digits}{found['tail']}"
        for each in range(1, count + 1)
    ]
    several = f"`={weights.section}.{_FILES}: {{filename_format: {format_}, max_filename: "
    few = f"`{weights.section}.{_FILES}: [{', '.join(whole)}]`"
    return finding(
        CHECKPOINT_REFUSED,
        at,
        f"these are {there} of the {count} files of one model: {names}{more} "
        f"{'is' if len(lacking) == 1 else 'are'} missing, and so are their weights, without which "
        "no recipe starts",
        help="name all of them: " + (few if count <= 2 * _SHOWN else f'{several}"{digits}"}}`'),
    )


def _left(weights: _Weights) -> Diagnostic | None:
    """Files that are still those of the base's model, in a folder of another model."""
    case, section = weights.case, weights.section
    folder = case.origin((section, _FOLDER))
    if case.origin(weights.path) is not None or folder is None or not weights.context.complete:
        return None
    known = catalogue(weights.context)
    base = Case(weights.context.experiment.base.values, (), ())
    for model in (model for model, loader in LOADERS if loader == section):
        name, before = (each.value((model, COMPONENT)) for each in (case, base))
        now = shape(known, str(name))
        if not now or shape(known, str(before)) in ("", now):
            continue
        theirs = list(_of_shipped(weights.context, now))
        if theirs and weights.written not in theirs:
            last = str(name).rpartition(".")[2]
            text = ", ".join(map(str, theirs[0])) if isinstance(theirs[0], list) else ""
            return finding(
                CHECKPOINT_DOUBTFUL,
                folder.span_of((section, _FOLDER)),
                f"`{section}.{_FILES}` are still those of the base's model "
                f"{str(before).rpartition('.')[2]}, and {last} comes in others",
                help=f"set `{section}.{_FILES}` to the files that lie there"
                + (f", such as [{text}]" if 0 < len(text) < 200 else ""),
            )
    return None


def _of_shipped(context: Context, wanted: str) -> Iterator[Value]:
    """The files that torchtune's own configs name for models of a shape."""
    known = catalogue(context)
    for name in known.config_names():
        config = known.config(name)
        for model, loader in LOADERS if config else ():
            assert config is not None
            case = Case(config.values, (), ())
            files = case.value((loader, _FILES))
            if files and shape(known, str(case.value((model, COMPONENT)))) == wanted:
                yield files
