"""Goes through the values that `dataset` and what belongs to it have over the runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from tcwc.lint.cases import Levels, cases
from tcwc.lint.context import Context
from tcwc.lint.variants import describe_runs
from tcwc.model.arguments import supplied
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.frozen import replace
from tcwc.model.ir import Path, Value
from tcwc.model.words import listed
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.condition.reader import CaseReader, referred
from tcwc.torchtune.knowledge.data import (
    builders,
    column_map,
    columns,
    damaged,
    fit,
    selection,
    several,
    source,
    template,
)
from tcwc.torchtune.knowledge.data.classes import is_class
from tcwc.torchtune.knowledge.data.records import files_of
from tcwc.torchtune.knowledge.data.told import Told

OfSection: TypeAlias = Callable[[CaseReader, Path, dict[str, Value], str], Iterator[Told]]
"""A check of one data set: its path, its section and its component."""

_Met: TypeAlias = tuple[Diagnostic, str, "list[Levels]"]
"""A finding, the file that it names, and the levels of the runs that it is about."""

_OF_SECTION: tuple[OfSection, ...] = (
    source.functions,
    source.file_as_source,
    source.unknown_builder,
    source.bad_split,
    source.other_split,
    builders.odd_files,
    builders.moved_files,
    builders.refused_values,
    selection.empty_split,
    selection.all_splits,
    selection.no_field,
    damaged.damaged,
    fit.pictures,
    column_map.odd_keys,
    columns.absent,
    several.other_columns,
)
_OF_CONFIG = (template.of_tokenizer,)


def check_data(context: Context) -> Iterator[Diagnostic]:
    """One finding for each thing and place, with the runs that it is about."""
    met: dict[object, _Met] = {}
    paths: list[Path] = [("dataset",), ("tokenizer",), ("collate_fn",)]
    for case in cases(context.experiment, [*paths, *referred(context, paths)]):
        reader = CaseReader(context, case)
        for told in _told(reader):
            found = _finding(reader, told)
            if found is not None:
                key = found.rule, found.span, found.message
                met.setdefault(key, (found, _file_named(reader, told), []))[2].append(case.levels)
    for found, levels in _together(met.values()):
        runs = describe_runs(context.experiment, levels) if context.complete else ""
        yield replace(found, runs=runs)


def _file_named(reader: CaseReader, told: Told) -> str:
    """The one file of a data set that a message names, as it names it."""
    of_list = len(told.path) > 1 and isinstance(told.path[1], int)
    where = told.path[: 2 if of_list else 1]
    files = {f"`{file}`" for file in files_of(reader, where)}
    named = [file for file in files if file in told.message]
    return named[0] if len(named) == 1 else ""


def _together(met: Iterable[_Met]) -> Iterator[tuple[Diagnostic, list[Levels]]]:
    """Findings of one place that differ in the name of a file alone are one."""
    alike: dict[object, list[_Met]] = {}
    for each in met:
        found, file, _ = each
        text = found.message.replace(file, "``") if file else found.message
        alike.setdefault((found.rule, found.span, text, found.help), []).append(each)
    for first, *others in alike.values():
        levels = [each for _, _, some in (first, *others) for each in some]
        more = f"; so with {listed([file.strip('`') for _, file, _ in others])}" if others else ""
        yield replace(first[0], message=first[0].message + more), levels


def _told(reader: CaseReader) -> Iterator[Told]:
    for of_config in _OF_CONFIG:
        yield from of_config(reader)
    if supplied(reader.context.recipe, ("dataset",)) is None:
        return
    data = reader.case.value(("dataset",))
    yield from selection.nothing(data)
    sections = enumerate(data) if isinstance(data, list) else [(None, data)]
    for index, section in sections:
        where: Path = ("dataset",) if index is None else ("dataset", index)
        name = reader.known((*where, COMPONENT)) if isinstance(section, dict) else None
        if isinstance(section, dict) and isinstance(name, str) and not is_class(reader, name):
            for check in _OF_SECTION:
                yield from check(reader, where, section, name)


def _finding(reader: CaseReader, told: Told) -> Diagnostic | None:
    """A finding, if something of it is the author's; it points there."""
    origins = [(path, reader.origin(path)) for path in (told.path, *told.about)]
    own = [each for each in origins if each[1] is not None]
    if not own and not reader.context.experiment.base.is_file:
        return None
    path, origin = own[0] if own else origins[0]
    span = reader.context.place(path, origin, key=told.key and path == told.path)
    return finding(told.rule, span, told.message, help=told.help)
