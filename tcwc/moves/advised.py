"""A draft in the words of the target: keys that it calls otherwise, by what findings say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcwc.api.session import Session
from tcwc.model.frozen import replace
from tcwc.model.ir import Path, format_path
from tcwc.model.paths import BadKey, parse_key
from tcwc.moves.draft import Draft, key_at
from tcwc.moves.trial import trial

_WRITE = re.compile(r": write `([\w.]+): ([^`]+)`\Z")


def in_words_of_target(draft: Draft, place: str, session: Session) -> tuple[Draft, list[str]]:
    """A draft with the target's keys in the place of another program's, which is told. A key whose
    value means something else there is left to who mends the draft."""
    notes = []
    for path, other in _others(draft, place, session):
        better = _renamed(draft, path, other)
        if better is not draft:
            notes.append(f"`{format_path(path)}` is taken for `{format_path(other)}`")
            draft = better
    return draft, notes


def _others(draft: Draft, place: str, session: Session) -> Iterator[tuple[Path, Path]]:
    """Keys that nothing reads, each with the one that findings name in its place."""
    tried = trial(draft, place, session)
    text = tried.text
    for each in tried.errors:
        found = _WRITE.search(each.help)
        line = text.text.split("\n")[each.span.line - 1]
        if found is None or found[2] != line.partition(": ")[2].strip():
            continue
        path = text.owners.get(each.span.line) or key_at(text, each.span)
        other = _path(found[1])
        if path and other:
            yield path, other


def _path(text: str) -> Path:
    key = parse_key(text)
    return () if isinstance(key, BadKey) else key.path


def _renamed(draft: Draft, path: Path, other: Path) -> Draft:
    """A draft with another key in the place of one; itself where it says that already."""
    said = {*(e.path for e in draft.controls), *(e.path for e in draft.variables)}
    if other in said or other[-1:] in said:  # by its short name, too
        return draft
    return replace(
        draft,
        controls=tuple(replace(e, path=other) if e.path == path else e for e in draft.controls),
        variables=tuple(replace(e, path=other) if e.path == path else e for e in draft.variables),
    )
