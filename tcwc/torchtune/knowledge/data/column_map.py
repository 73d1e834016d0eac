"""The keys of a data set's `column_map`: which it must have, and which nothing reads.

What a data set looks for is in `columns` of data.json: the keys of `default`, and those of
`optional` where their columns are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tcwc.model.ir import Path, Value, format_path
from tcwc.model.rules import DATA_REFUSED, DEAD_BASE_KEY, UNKNOWN_KEY
from tcwc.model.words import listed, nearest
from tcwc.torchtune.knowledge.condition.reader import CaseReader
from tcwc.torchtune.knowledge.data import columns
from tcwc.torchtune.knowledge.data.told import Told, written
from tcwc.torchtune.knowledge.known import catalogue

Section = dict[str, Value]

_DEFAULTS = ("fills", "unnamed")
"""What a data set has for keys that a mapping lacks: it needs none of them then."""
_UNTOLD = "COLUMN"


def odd_keys(reader: CaseReader, where: Path, section: Section, name: str) -> Iterator[Told]:
    """A mapping without a key that is looked for, or with one that is not."""
    asked = catalogue(reader.context).data("columns").get(name, {})
    roles, key = asked.get("default"), str(asked.get("key"))
    value = section.get(key)
    named = value if isinstance(value, dict) else reader.known((*where, key))
    if not isinstance(roles, dict) or not isinstance(named, dict):
        return
    read = [*roles, *asked.get("optional", ())]
    needed = [] if any(each in asked for each in _DEFAULTS) else list(roles)
    strange = [each for each in named if each not in read]
    if not set(needed) <= set(named) and (named or asked.get("empty") == "refused"):
        meant = _meant(reader, where, section, roles, named)
        there = columns.seen(reader, where, section)[2]
        yield Told(
            DATA_REFUSED,
            (*where, key),
            f"`{key}` must map {listed(needed)}: {name} looks for no other names",
            _lines(where, key, roles, meant, there),
        )
    elif strange:
        path = (*where, key, strange[0])
        meant = _meant(reader, where, section, dict.fromkeys(read, "") | roles, named)
        help = f"write {written(where, key, meant, '=')}" if len(meant) == len(named) else ""
        remove = f"remove {listed([format_path((*where, key, each)) for each in strange])}"
        yield Told(
            UNKNOWN_KEY if reader.origin(path) else DEAD_BASE_KEY,
            path,
            f"nothing reads {listed(strange)} of `{key}`: {name} looks for {listed(read)} there",
            help or remove,
            key=True,
        )


def _lines(
    where: Path, key: str, roles: Mapping[str, str], meant: Section, there: list[str]
) -> str:
    """What to write in place of a mapping that lacks keys."""
    if not set(roles) <= set(meant) and set(roles.values()) <= set(there):
        return f"write {written(where, key, None)}: the data have columns of the usual names"
    columns_of: Section = dict.fromkeys(roles, _UNTOLD)
    whole = written(where, key, columns_of | meant, "=")
    some = f", with the columns that the data have: {listed(there)}" if there else ""
    return f"write {whole}{some if _UNTOLD in whole else ''}"


def _meant(
    reader: CaseReader, where: Path, section: Section, roles: Mapping[str, str], named: Section
) -> Section:
    """The mapping that was meant, of the author's own columns, as far as that can be told."""
    there = columns.seen(reader, where, section)[2]
    turned = {str(value): key for key, value in named.items() if value in roles}
    complete = len(turned) == len(named) and not set(named) & set(roles)
    # A column of the name that is looked for is rather what was meant than the key.
    fits = not there or (set(turned.values()) <= set(there) and not set(turned) <= set(there))
    if complete and fits:
        return dict(turned)
    if len(roles) == len(named) == 1:
        return dict(zip(roles, named.values(), strict=True))
    return _renamed(reader, roles, named)


def _renamed(reader: CaseReader, roles: Mapping[str, str], named: Section) -> Section:
    """The columns under the keys that are read: by their words, or by who speaks in them."""
    speakers = catalogue(reader.context).data("roles")["meant"]
    meant: Section = {key: value for key, value in named.items() if key in roles}
    for word, value in named.items():
        free = [role for role in roles if role not in meant]
        who = speakers.get(word.lower())
        near = nearest(word, free)
        like = [role for role in free if role.lower() == word.lower() or roles[role] == word]
        like += near if len(near) == 1 else []
        like += [role for role in free if who is not None and speakers.get(role) == who]
        if word not in meant and like:
            meant[like[0]] = value
    return {role: meant[role] for role in roles if role in meant}
