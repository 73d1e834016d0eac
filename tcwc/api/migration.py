"""Experiments and their base files for another version of the target, not yet written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tcwc.api.compilation import Compilation, compile
from tcwc.api.session import Session
from tcwc.api.surroundings import use_of
from tcwc.config.canonical import flow
from tcwc.config.isolation import written
from tcwc.config.merge import lookup
from tcwc.config.shipped import values_shipped
from tcwc.disk.boundary import real_path
from tcwc.disk.files import FileProblem
from tcwc.lint.fix import repair
from tcwc.lint.replacements import Linted
from tcwc.model.diagnostics import Diagnostic
from tcwc.model.differences import Behaviour
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Experiment, Value
from tcwc.model.known import Knowledge
from tcwc.model.source import SourceText
from tcwc.model.words import listed
from tcwc.yaml.entries import with_entry, with_value

_CONSTANTS = "controls"


@dataclass(frozen=True, slots=True)
class Migrated:
    """An experiment, before and after."""

    before: Compilation
    after: Compilation


@dataclass(frozen=True, slots=True)
class Migration:
    """Experiments that go together; `texts` are the files that change, old and new, by name."""

    experiments: tuple[Migrated, ...]
    texts: Mapping[str, tuple[str, str]]


def migrate(experiments: Sequence[Compilation], version: str, session: Session) -> Migration:
    """Set the version, give each what its recipe needs by now (in its base file where that is the
    repository's), and repair what has another name.

    The experiments have no errors. Raises what `compile` raises, and FileProblem where a text may
    not be changed, or is written in a way that nothing can be added to.
    """
    changes = _Changes({}, set())
    for before in experiments:
        _with_version(before, version, changes)
        _with_needed(before, session.catalogue(version, before.place), version, changes)
        _repaired(before, session, changes)
    migrated = tuple(Migrated(each, _compiled(each, session, changes)) for each in experiments)
    return Migration(migrated, {each.name: (each.old, each.new) for each in changes.of_files()})


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class _Changes:
    """The files that are changed so far, by where they lead, and the keys that each was given.

    Experiments may call a file by several names.
    """

    files: dict[str, _File]
    given: set[tuple[str, str]]

    def source(self, source: SourceText) -> SourceText:
        """A source as it is by now."""
        file = self.files.get(real_path(source.name))
        return SourceText(source.name, file.new) if file else source

    def note(self, source: SourceText, new: str) -> None:
        real = real_path(source.name)
        there = self.files.get(real, _File(source.name, source.text, ""))
        self.files[real] = _File(there.name, there.old, new)

    def texts(self, compilation: Compilation) -> dict[str, str]:
        """What an experiment reads that is changed, by the names that it has there."""
        real = {name: real_path(name) for name in compilation.sources}
        return {name: self.files[at].new for name, at in real.items() if at in self.files}

    def of_files(self) -> Iterator[_File]:
        yield from (each for each in self.files.values() if each.old != each.new)


def _compiled(
    before: Compilation,
    session: Session,
    changes: _Changes,
    more: Mapping[str, str] | None = None,
) -> Compilation:
    """An experiment with what is changed by now, and with more texts."""
    others = {**changes.texts(before), **(more or {})}
    own = others.pop(before.place.path)
    return compile(before.place.path, text=own, others=others, session=session)


def _repaired(before: Compilation, session: Session, changes: _Changes) -> None:
    """Repairs what the other version has under another name."""
    guard, sources = before.place.guard, before.sources
    known = {_identity(each, sources) for each in before.diagnostics}

    def found(texts: Mapping[str, str]) -> Linted:
        made = _compiled(before, session, changes, texts)
        # Only what the other version brings: what was wrong before is not a migration's to repair.
        told = [d for d in made.diagnostics if _identity(d, made.sources) not in known]
        return Linted(told, made.sources)

    outcome = repair(found, unsafe=False, may_edit=lambda name: not guard.is_outside(name))
    for name, text in outcome.texts.items():
        changes.note(sources[name], text)


def _identity(found: Diagnostic, sources: Mapping[str, SourceText]) -> tuple[str, str, str]:
    """What a finding is about, whatever version it speaks of: its rule, its file and its line."""
    source = sources.get(found.span.file)
    lines = source.text.split("\n") if source else []
    line = lines[found.span.line - 1] if found.span.line <= len(lines) else ""
    return found.code, found.span.file, line.strip()


def _with_version(before: Compilation, version: str, changes: _Changes) -> None:
    """Names a version, where the source did, or else in a line after that of its base."""
    source, key = _own_source(before), _experiment(before).target.name
    text = with_value(source, key, f'"{version}"', behind=("base_config", "base_config_file"))
    changes.note(source, _made(text, source, f'{key}: "{version}"'))


def _with_needed(before: Compilation, new: Knowledge, version: str, changes: _Changes) -> None:
    """Gives an experiment that has a base file what its recipe needs by now.

    It goes to that file, or to the constants where that is none of the repository's.
    """
    experiment = _experiment(before)
    if not experiment.base.is_file:
        return
    base = _base_file(before)
    for key, value in _needed(experiment, new):
        if base is None:
            source = changes.source(_own_source(before))
            line = f"{key}: {flow(value)}"
            text = with_entry(source, line, section=_CONSTANTS)
            # Alone nobody could write it: the version that the source is of has no such key.
            named = f'{experiment.target.name}: "{version}"'
            changes.note(source, _made(text, source, named, f"{_CONSTANTS}: {{{line}}}"))
        elif (real_path(base.name), key) not in changes.given:
            changes.given.add((real_path(base.name), key))
            source, line = changes.source(base), experiment.target.emit(key, value).rstrip()
            changes.note(base, _made(with_entry(source, line), source, line))


def _made(text: str | None, source: SourceText, *lines: str) -> str:
    if text is None:
        message = f"{source.name} is written in a way that no entry can be added to"
        raise FileProblem(message, f"write {listed(lines)} there, then migrate again")
    return text


def _experiment(compilation: Compilation) -> Experiment:
    assert compilation.experiment is not None
    return compilation.experiment


def _own_source(compilation: Compilation) -> SourceText:
    """The text of an experiment. Raises FileProblem where it is none of the repository's."""
    path = compilation.place.path
    if path not in compilation.sources:
        message = f"{path} is not migrated: a link leads out of the repository"
        raise FileProblem(message, "name the file that it leads to")
    return compilation.sources[path]


def _base_file(compilation: Compilation) -> SourceText | None:
    """The base config of an experiment, where it is a file of the repository."""
    span = next(iter(_experiment(compilation).base.key_spans.values()), None)
    return compilation.sources.get(span.file) if span else None


def _needed(experiment: Experiment, new: Knowledge) -> Iterator[tuple[str, Value]]:
    """What a base file lacks that its recipe needs by now, as most shipped configs have it."""
    recipe = new.recipe(experiment.recipe)
    for key in recipe.keys.values() if recipe else ():
        path = tuple(key.path.split("."))
        if not key.required or len(path) > 1 or lookup(experiment.base.values, path)[0]:
            continue
        if recipe and (values := values_shipped(new, recipe, key.path)):
            yield key.path, max(values, key=values.count)


def concerning(migrated: Migrated, session: Session) -> list[Behaviour]:
    """What the version of an experiment by now does otherwise with the same config than that
    before, of what it has."""
    old, new = map(_experiment, (migrated.before, migrated.after))
    place, told = migrated.after.place, new.target.differences
    if told is None:
        return []
    known = session.catalogue(new.version, place)
    recipe, components = known.recipe(new.recipe), use_of(new, known).components
    keys = recipe.keys if recipe is not None else None
    notes = told(session.catalogue(old.version, place), known).notes
    return [each for each in notes if each.concerns(keys, components)]


def overwriting(migrated: Migrated) -> list[str]:
    """The runs that train otherwise than before, and write to where they did."""
    before = {run.id: run for run in migrated.before.runs}
    keys = _experiment(migrated.after).target.write_keys
    both = ((before[run.id], run) for run in migrated.after.runs if run.id in before)
    return [
        new.id
        for old, new in both
        if old.science_hash != new.science_hash
        and not _directories(old.config, keys).isdisjoint(_directories(new.config, keys))
    ]


def _directories(config: Mapping[str, Value], keys: tuple[str, ...]) -> set[str]:
    """Where a run writes to, but for what hangs on another directory of it."""
    found = (text for key, value in config.items() for _, text in written(key, value, keys))
    return {text for text in found if "${" not in text}
