"""An experiment and its base file for another version of the target, not yet written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tcwc.api.compilation import Compilation, compile
from tcwc.api.session import Session
from tcwc.config.merge import lookup
from tcwc.lint.fix import repair
from tcwc.lint.replacements import Linted
from tcwc.model.diagnostics import Diagnostic
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Experiment
from tcwc.model.known import Knowledge
from tcwc.model.source import SourceText
from tcwc.yaml.experiment import read_yaml
from tcwc.yaml.nodes import MappingNode


@dataclass(frozen=True, slots=True)
class Migration:
    """Before and after; `texts` are the files that change, old and new, by name."""

    before: Compilation
    after: Compilation
    texts: Mapping[str, tuple[str, str]]
    session: Session


def migrate(path: str, version: str, session: Session) -> Migration:
    """Set the version, add to a base file what its recipe needs by now, and repair what has another
    name. Raises what `compile` raises, and LookupError where the experiment has errors before.
    """
    before = compile(path, session=session)
    if before.experiment is None or not before.ok:
        raise LookupError(path)
    place = before.place
    new = session.catalogue(version, place)
    sources = before.sources
    texts = {place.path: _with_version(sources[place.path], version, before.experiment.target.name)}
    base = _base_file(before)
    if base is not None:
        ended = base.text if base.text.endswith("\n") else base.text + "\n"
        lines = "".join(_needed(before.experiment, new))
        texts[base.name] = ended + lines if lines else base.text
    known = {_identity(each, sources) for each in before.diagnostics}

    def compiled(changed: Mapping[str, str]) -> Compilation:
        others = {**texts, **changed}
        own = others.pop(place.path)
        return compile(path, text=own, others=others, session=session)

    def found(changed: Mapping[str, str]) -> Linted:
        made = compiled(changed)
        # Only what the other version brings: what was wrong before is not a migration's to repair.
        told = [d for d in made.diagnostics if _identity(d, made.sources) not in known]
        return Linted(told, made.sources)

    outcome = repair(found, unsafe=False, may_edit=lambda name: not place.guard.is_outside(name))
    after = compiled(outcome.texts)
    whole = {**texts, **outcome.texts}
    old = {name: sources[name].text for name in whole if name in sources}
    pairs = {name: (old[name], text) for name, text in whole.items() if text != old.get(name)}
    return Migration(before, after, pairs, session)


def _identity(found: Diagnostic, sources: Mapping[str, SourceText]) -> tuple[str, str, str]:
    """What a finding is about, whatever version it speaks of: its rule, its file and its line."""
    source = sources.get(found.span.file)
    lines = source.text.split("\n") if source else []
    line = lines[found.span.line - 1] if found.span.line <= len(lines) else ""
    return found.code, found.span.file, line.strip()


def _with_version(source: SourceText, version: str, key: str) -> str:
    """A source that names a version, in the line that did or in one after that of its base."""
    root, _ = read_yaml(source)
    assert isinstance(root, MappingNode)
    lines = source.text.split("\n")
    at = {entry.key.text: entry for entry in root.entries}
    if key in at:
        span = at[key].value.span
        line = lines[span.line - 1]
        written = line[: span.column - 1] + f'"{version}"' + line[span.end_column - 1 :]
        return "\n".join((*lines[: span.line - 1], written, *lines[span.line :]))
    base = at.get("base_config") or at["base_config_file"]
    last = base.value.span.end_line
    ending = "\r" if lines[last - 1].endswith("\r") else ""
    return "\n".join((*lines[:last], f'{key}: "{version}"{ending}', *lines[last:]))


def _base_file(compilation: Compilation) -> SourceText | None:
    """The base config of an experiment, where it is a file of the repository."""
    experiment = compilation.experiment
    assert experiment is not None
    if not experiment.base.is_file:
        return None
    span = next(iter(experiment.base.key_spans.values()), None)
    source = compilation.sources.get(span.file) if span else None
    return None if source is None or source.is_outside else source


def _needed(experiment: Experiment, new: Knowledge) -> Iterator[str]:
    """The lines of a base file that its recipe needs by now, as most shipped configs have them."""
    recipe = new.recipe(experiment.recipe)
    for key in recipe.keys.values() if recipe else ():
        path = tuple(key.path.split("."))
        if not key.required or len(path) > 1 or lookup(experiment.base.values, path)[0]:
            continue
        configs = filter(None, map(new.config, recipe.configs if recipe else ()))
        found = (lookup(each.values, path) for each in configs)
        values = [value for there, value in found if there and not isinstance(value, dict | list)]
        if values:
            yield experiment.target.emit(key.path, max(values, key=values.count))
