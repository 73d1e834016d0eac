"""What stands in the columns of a file in sight: strings where strings are read, and messages that
torchtune can read, in turns that it allows.

What all samples seen have stops the run at its first one. What some have stops it where it comes to
the first of them, which a short run may not do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tcwc.model.ir import Path, format_path
from tcwc.model.rules import DATA_REFUSED, DOUBTFUL_DATA
from tcwc.model.words import listed
from tcwc.torchtune.knowledge.condition.reader import CaseReader
from tcwc.torchtune.knowledge.data.records import columns, file_of
from tcwc.torchtune.knowledge.data.told import Told, written

Asked = dict[str, Any]
"""What is known of a data set's columns: a member of `columns` in data.json."""

_KINDS = {list: "lists", dict: "mappings", bool: "true and false", type(None): "no values"}


def of_column(
    reader: CaseReader, where: Path, path: Path, column: str, asked: Asked, values: list[Any]
) -> Iterator[Told]:
    """A column whose values are no strings, or no messages, where a data set reads these."""
    role = path[-1]
    if reader.known(path) is None:
        path = (*where, "data_files")  # the column is one by default
    whose = f"the column `{column}` of `{file_of(reader, where)}`"
    if role in asked.get("texts", ()):
        yield from _strings(where, path, whose, values)
    elif "messages" in asked:
        style = asked.get("style", reader.known((*where, "conversation_style")))
        keys = asked["messages"].get(style if isinstance(style, str) else "", ())
        told = list(_messages(where, path, whose, asked, values, keys)) if keys else []
        yield from told
        if keys and not told:
            system = reader.known((*where, "new_system_prompt")) is not None
            yield from _conversations(where, path, whose, asked, values, keys, system=system)


def _strings(where: Path, path: Path, whose: str, values: list[Any]) -> Iterator[Told]:
    about = ((*where, "data_files"),)
    odd = [each for each in values if not isinstance(each, str)]
    if values and len(odd) == len(values):
        kind = next((_KINDS.get(type(each), "numbers") for each in odd if each is not None), "")
        yield Told(
            DATA_REFUSED,
            path,
            f"{whose} has {kind or 'no values'}, and a string is needed",
            "name a column of strings, or choose torchtune.datasets.chat_dataset for messages"
            if kind in ("lists", "mappings")
            else "name a column of strings, or write these as strings: in JSON, in quotes",
            about,
        )
    elif None in odd:
        at, most = values.index(None) + 1, odd.count(None)
        yield Told(
            DOUBTFUL_DATA,
            path,
            f"{whose} has no value in {most} of the first {len(values)} samples (first in sample "
            f"{at}), and the run stops where it comes to one",
            "write a string there, or leave these samples out of the file",
            about,
        )


def _messages(
    where: Path, path: Path, whose: str, asked: Asked, values: list[Any], keys: list[str]
) -> Iterator[Told]:
    """Values that are no lists of messages with the keys that are read."""
    values = [each for each in values if each is not None]
    found = [each for value in values if isinstance(value, list) for each in value]
    there = columns([each for each in found if isinstance(each, dict)])
    if values and all(isinstance(value, str) for value in values):
        what, help = "has strings", "name the column of conversations, each a list of messages"
    elif there and (lacking := [each for each in keys if each not in there]):
        what = f"has messages with {listed(there)}, and without {listed(lacking)}"
        help = _other_style(where, asked, there)
    else:
        return
    yield Told(
        DATA_REFUSED,
        path,
        f"{whose} {what}: messages with {listed(list(keys))} are needed",
        help,
        ((*where, "data_files"),),
    )


def _other_style(where: Path, asked: Asked, there: list[str]) -> str:
    """The style that some messages are in, or how to write them."""
    styles = asked["messages"].items()
    fits = [style for style, keys in styles if style and set(keys) <= set(there)]
    if fits and "style" not in asked:
        return f"write {written(where, 'conversation_style', fits[0])}"
    keys = next(iter(asked["messages"].values()))
    return f"write each message with {listed(list(keys))}"


# --- the messages of a conversation ----------------------------------------------------------


def _conversations(
    where: Path,
    path: Path,
    whose: str,
    asked: Asked,
    values: list[Any],
    keys: list[str],
    *,
    system: bool,
) -> Iterator[Told]:
    """Conversations that torchtune refuses, or reads as something else."""
    found = [_trouble(each, asked, keys, system=system) for each in values]
    first = next((each for each in found if each), "")
    if not first:
        return
    odd = sum(map(bool, found))
    all_of_them = odd == len(found)
    which = "each sample" if all_of_them else f"{odd} of the first {len(found)} samples"
    at = "" if all_of_them else f" (first in sample {found.index(first) + 1})"
    certain = all_of_them and not first.startswith(_REPEATED)
    end = "" if first.startswith(_REPEATED) else ", and the run stops where it comes to one"
    yield Told(
        DATA_REFUSED if certain else DOUBTFUL_DATA,
        path,
        f"{whose} has in {which}{at} {first}{'' if certain else end}",
        _help(path, asked, keys),
        ((*where, "data_files"),),
    )


def _help(path: Path, asked: Asked, keys: list[str]) -> str:
    roles = asked.get("roles", {}).get(keys[0])
    named = f" `{keys[0]}` is {listed(roles)}" if roles else " a user's message comes first"
    return f"correct the file of `{format_path(path)}`:{named}, and turns of two take turns"


_REPEATED = "a message without text"


def _trouble(value: Any, asked: Asked, keys: list[str], *, system: bool) -> str:
    """What is wrong with a conversation, by torchtune/data/_messages.py; "" where nothing is."""
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        return ""
    role_key, text_key = keys
    known = asked.get("roles", {}).get(role_key)
    roles = [str(each.get(role_key)) for each in value]
    if known and (strange := next((each for each in roles if each not in known), "")):
        return f"a message with `{role_key}: {strange}`"
    if any(each.get(text_key) is None for each in value):
        again = role_key == "role"
        return f"{_REPEATED}: torchtune repeats the one before" if again else "a message of null"
    meant = {"human": "user", "gpt": "assistant"} if known else {}
    turns = [meant.get(each, each) for each in roles]
    if system:
        turns = ["system", *(each for each in turns if each != "system")]
    return _wrong_turn(turns) if asked.get("turns") else ""


def _wrong_turn(turns: list[str]) -> str:
    """What torchtune refuses of the turns of a conversation (data/_messages.py:632)."""
    if len(turns) < len(("user", "assistant")):
        return "one message alone" if turns else "no messages"
    for number, (last, this) in enumerate(zip(["assistant", *turns], turns, strict=False)):
        if this == "assistant" and last != "user":
            return "an answer that follows no message of the user's"
        if this == "user" and last == "user":
            return "two messages of the user's in turn"
        if this == "system" and number:
            return "a system message that is not the first"
    return ""
