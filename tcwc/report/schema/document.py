"""The schema of an experiment, or of every one, as the text of a document."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

from tcwc.api.compilation import Compilation
from tcwc.api.session import DATA, TARGET, Session
from tcwc.model.known import Knowledge
from tcwc.model.printable import printable_json
from tcwc.model.secrets import masked
from tcwc.model.target import Target
from tcwc.report.schema.special import SchemaSubject, specialised
from tcwc.report.schema.types import Schema

MADE = "written by `tcwc schema`, which writes it anew"
"""What the schema says of itself, so that nobody's own file is taken for one."""


def schema_text(compilation: Compilation) -> str:
    """The schema of an experiment, for the editor that it is open in.

    Where it is not known what the experiment starts from, that of every experiment.
    """
    experiment, tree = compilation.experiment, compilation.tree
    if experiment is None or tree is None:
        return general_text()
    told = _told_of(compilation)
    subject = SchemaSubject(experiment.base, experiment.recipe, tree, told)
    return _text(specialised(_general(experiment.target, [tree.catalogue]), subject))


def _told_of(compilation: Compilation) -> Callable[[str], str]:
    """Puts stars for secrets in a text, and for what files outside of the repository say."""
    return lambda text: masked(compilation.shown(text))


def general_text(session: Session | None = None) -> str:
    """The schema of every experiment, with the names of bases and recipes of all releases."""
    session = session or Session()
    here = session.place("experiment.yaml")
    return _text(_general(TARGET, [session.catalogue(each, here) for each in session.versions]))


def _text(document: Schema) -> str:
    """A document a line a definition, so that a change of it can be read."""
    definitions = _lines(document["$defs"])
    head = _lines({key: each for key, each in document.items() if key != "$defs"})
    return printable_json(f'{{\n{head},\n"$defs": {{\n{definitions}\n}}\n}}\n')


def _lines(members: Schema) -> str:
    return ",\n".join(f"{json.dumps(key)}: {json.dumps(each)}" for key, each in members.items())


def _general(target: Target, known: Sequence[Knowledge]) -> Schema:
    """The schema that ships, with the names that are known."""
    document: Schema = json.loads(DATA.read("experiment.schema.json"))
    sections: Schema = document["properties"]
    sections[target.name] = sections.pop(TARGET.name)  # of another target, another name
    versions = [each.version for each in known]
    words = [word for version in versions for word in target.words_of(version)]
    _offer(sections, target.name, [*versions, *words])
    _offer(sections, "base_config", _names(each.config_names() for each in known))
    _offer(document["$defs"], "config_name", _names(each.config_names() for each in known))
    _offer(sections, "recipe", _names(each.recipe_names() for each in known))
    return {"$comment": MADE, **document}


def _names(each: Iterable[Iterable[str]]) -> list[str]:
    return sorted({name for names in each for name in names})


def _offer(sections: Schema, name: str, values: Sequence[str]) -> None:
    """Offer values of a section beside those that it takes."""
    section = sections[name]
    description = section.pop("description")
    sections[name] = {"description": description, "anyOf": [{"enum": [*values]}, section]}
