"""What differs between two versions of a target, as lines to read and as a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tcwc.config.canonical import flow
from tcwc.model.differences import Changed, Differences, Kind
from tcwc.model.ir import Value

_SHOWN = 8
"""Names of a list that are shown where not everything is asked for."""


def text(found: Differences, *, everything: bool) -> Iterator[str]:
    """A paragraph for each kind of thing; lists are cut unless `everything` is asked for."""
    old, new = found.versions
    yield f"from {old} to {new}"
    for name, kind in found.kinds.items():
        yield ""
        yield f"{name}: {kind.counts[0]} -> {kind.counts[1]}" + _of_both(kind)
        yield from _names("new", kind.new, everything)
        yield from _names("gone", kind.gone, everything)
        yield from _changes(kind.changed, everything)
    if found.notes:
        yield ""
        yield "the same config does something else:"
    for note in found.notes:
        yield f"  {note.what} ({note.at}): {note.do}"


def _of_both(kind: Kind) -> str:
    return f" ({len(kind.changed)} of those in both differ)" if kind.changed else ""


def _names(word: str, names: tuple[str, ...], everything: bool) -> Iterator[str]:
    if names:
        shown = names if everything else names[:_SHOWN]
        more = f", and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
        yield f"  {word}: {', '.join(shown)}{more}"


def _changes(changed: Mapping[str, Changed], everything: bool) -> Iterator[str]:
    """What differs of things that both have; without `everything` only what stops a run."""
    for name, each in changed.items():
        parts = list(_parts(each, everything))
        if parts:
            yield f"  {name}: {'; '.join(parts)}"


def _parts(each: Changed, everything: bool) -> Iterator[str]:
    if each.required:
        yield f"needs {', '.join(each.required)}"
    if not everything:
        return
    if each.new:
        yield f"has {', '.join(each.new)}"
    if each.gone:
        yield f"has no more {', '.join(each.gone)}"
    for key, (before, after) in each.values.items():
        yield f"{key} {flow(before)} -> {flow(after)}"


def document(found: Differences) -> Value:
    """The same as JSON, whole."""
    return {
        "from": found.versions[0],
        "to": found.versions[1],
        **{name.replace(" ", "_"): _kind(kind) for name, kind in found.kinds.items()},
        "notes": [{"what": n.what, "do": n.do, "at": n.at} for n in found.notes],
    }


def _kind(kind: Kind) -> Value:
    return {
        "counts": list(kind.counts),
        "new": list(kind.new),
        "gone": list(kind.gone),
        "changed": {name: _changed(each) for name, each in kind.changed.items()},
    }


def _changed(each: Changed) -> Value:
    return {
        "new": list(each.new),
        "gone": list(each.gone),
        "required": list(each.required),
        "values": {key: list(pair) for key, pair in each.values.items()},
    }
