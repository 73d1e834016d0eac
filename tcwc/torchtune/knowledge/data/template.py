"""The prompt template of a tokenizer: a mapping from roles to what stands before and after them.

torchtune looks up the role of each message and takes the first two items of what it finds
(data/_prompt_templates.py). What has another form is read in silence, as something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcwc.model.ir import Path, Value, format_path
from tcwc.model.rules import SETTING_WITHOUT_EFFECT, TEMPLATE_SHAPE
from tcwc.model.words import either, listed
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.condition.reader import CaseReader
from tcwc.torchtune.knowledge.data.told import Told, flow
from tcwc.torchtune.knowledge.known import catalogue

_PLACE: Path = ("tokenizer", "prompt_template")
_PAIR = 2
_ANSWER = 'assistant: ["Answer: ", ""]}'
_COMPLETE = "torchtune.data.QuestionAnswerTemplate"  # some tokenizers refuse ChatMLTemplate


def of_tokenizer(reader: CaseReader) -> Iterator[Told]:
    """What of a template is not read, or is read as something else."""
    value = reader.known(_PLACE)
    if isinstance(value, str):
        yield from _no_template(reader, value) or _needs_arguments(reader, value)
    if not isinstance(value, dict):
        return
    if not value:
        yield Told(
            SETTING_WITHOUT_EFFECT,
            _PLACE,
            "a template without any role changes nothing: the messages stand as they are",
            'write the roles that have one, such as `user: ["Question: ", ""]`, or null for none',
        )
    if COMPONENT in value:
        yield _made_of_nothing(value)
        return
    roles = catalogue(reader.context).data("roles")
    for role, tags in value.items():
        if role not in roles["known"]:
            yield _unknown_role(role, tags, value, roles)
            continue
        known = reader.known((*_PLACE, role))
        # A reference or a template that nobody can tell is no reason to say anything.
        if not (_is_pair(known) or (known is None and tags is not None)):
            yield _no_pair(role, known)


def _no_template(reader: CaseReader, name: str) -> list[Told]:
    """Something else of torchtune's or torch's, which cannot be called with messages."""
    known = catalogue(reader.context).data("templates")
    there = name.startswith("torch.") or reader.context.catalogue.component(name) is not None
    if not there or not re.search(known["closed"], name) or re.search(known["callable"], name):
        return []
    return [
        Told(
            TEMPLATE_SHAPE,
            _PLACE,
            f"{name} is no prompt template: it cannot be made without arguments, or does nothing "
            "with messages, and the run crashes",
            f"name a template, such as {_COMPLETE}, or write the roles themselves: "
            f'`{format_path(_PLACE)}: {{user: ["Question: ", ""], {_ANSWER}`',
        )
    ]


def _needs_arguments(reader: CaseReader, name: str) -> Iterator[Told]:
    """A class that is called without arguments, and needs some."""
    component = reader.context.catalogue.component(name)
    needed = [p.name for p in component.parameters.values() if p.required] if component else []
    if needed:
        yield Told(
            TEMPLATE_SHAPE,
            _PLACE,
            f"torchtune calls {name} without arguments, and it needs {listed(needed)}",
            f'write the roles themselves: `{format_path(_PLACE)}: {{user: ["Question: ", ""], '
            f"{_ANSWER}`, or name a template that is complete, such as {_COMPLETE}",
        )


def _made_of_nothing(value: dict[str, Value]) -> Told:
    name = value[COMPONENT]
    own = f"`{format_path(_PLACE)}: {name}`"
    inner = value.get("template")
    lines = f"`{format_path(_PLACE)}: {flow(inner)}`" if isinstance(inner, dict) else own
    return Told(
        TEMPLATE_SHAPE,
        (*_PLACE, COMPONENT),
        "torchtune makes nothing of a `_component_` here: the mapping is taken for roles, and no "
        "message has a role `_component_`",
        f"write {lines}",
    )


def _unknown_role(
    role: str, tags: Value, value: dict[str, Value], roles: dict[str, dict[str, str]]
) -> Told:
    meant = roles["meant"].get(role.lower(), "")
    taken = meant in value
    line = f"`{meant}: {flow(tags)}`" if meant and not taken else ""
    known = either([f"`{each}`" for each in roles["known"]])
    return Told(
        TEMPLATE_SHAPE,
        (*_PLACE, role),
        f"no message has the role `{role}`, so this part of the template is never used",
        f"write {line}: the roles are {known}" if line else f"the roles are {known}",
        key=True,
    )


def _is_pair(tags: Value) -> bool:
    """Whether two texts stand there; null or "" is for none."""
    if not isinstance(tags, list) or len(tags) != _PAIR:
        return False
    return all(each is None or isinstance(each, str) for each in tags)


def _no_pair(role: str, tags: Value) -> Told:
    where = (*_PLACE, role)
    line = f"write `{role}: {flow(_pair(tags))}`: what stands before the message, and after it"
    if isinstance(tags, str):
        first, second = (*tags[:_PAIR], "", "")[:_PAIR]
        what = (
            f"is one string, and its first two characters are taken: `{first}` before a message, "
            f"`{second}` after it"
            if len(tags) >= _PAIR
            else "is one string, where two are needed, and the run crashes"
        )
    elif isinstance(tags, list) and len(tags) > _PAIR:
        what = f"has {len(tags)} items, and all after the second are never used"
    elif isinstance(tags, list) and len(tags) == _PAIR:
        what = "has something else than strings, and that is left out"
    else:
        what = "is no pair of strings, and the run crashes at the first message"
    return Told(TEMPLATE_SHAPE, where, f"the template of `{role}` {what}", line)


def _pair(tags: Value) -> list[Value]:
    items: list[Value] = tags if isinstance(tags, list) else []
    if isinstance(tags, str):
        items = [tags]
    elif isinstance(tags, dict):
        items = list(tags.values())
    texts: list[Value] = ["" if each is None else str(each) for each in items]
    return [*texts, "", ""][:_PAIR]
