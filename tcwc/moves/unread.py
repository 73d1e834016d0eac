"""Keys of configs that nothing known reads: kept as they are, and what was meant is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tcwc.api.session import Session
from tcwc.config.walk import strings
from tcwc.model.frozen import replace
from tcwc.model.ir import Op, Path, format_path
from tcwc.model.known import Knowledge
from tcwc.model.paths import BadKey, parse_key
from tcwc.moves.columns import Observed
from tcwc.moves.draft import Draft
from tcwc.moves.ground import Ground
from tcwc.moves.steps import Setting
from tcwc.moves.trial import trial

NOBODY_KNOWS = "write the path of a key that is read"
"""How a help begins that has no key to name."""
_TO_WRITE = re.compile(r": write `.*\Z", re.DOTALL)
_ASKED = 10
"""Keys of which it is asked what they mean."""


def read_keys(ground: Ground, known: Knowledge) -> frozenset[str] | None:
    """The top-level keys that the base has, or the recipe reads; None where that is not known."""
    config = known.config(ground.head.get("base_config", ""))
    names = config.recipes if config is not None else ()
    recipe = known.recipe(ground.head.get("recipe", names[0] if names else ""))
    if recipe is None:
        return None
    read = frozenset(key.partition(".")[0] for key in recipe.keys)
    return None if "*" in read else read | ground.values.keys()


def may_add(path: Path, read: frozenset[str] | None) -> bool:
    """Whether a key may be added although nothing known reads it."""
    return len(path) == 1 or (read is not None and path[0] not in read)


def marked(
    draft: Draft,
    read: frozenset[str] | None,
    observed: Sequence[Observed],
    place: str,
    session: Session,
) -> tuple[Draft, list[str]]:
    """A draft with `+` before what nothing known reads, which is told: as a short name, such a key
    would set another one."""
    if read is None:
        return draft, []
    strange = {
        each.path: each for each in _set(draft) if len(each.path) == 1 and each.path[0] not in read
    }
    told = [
        is_unread(path) if _is_referred(path, observed) else _has_no_effect(path, meant)
        for path, meant in _meant(draft.head, list(strange.values()), place, session).items()
    ]
    return replace(draft, added=frozenset(strange)), told


def is_unread(path: Path) -> str:
    """What is said of a key that is kept."""
    return f"the recipe reads no `{format_path(path)}`: it is written with a `+`, as it is"


def _has_no_effect(path: Path, meant: str) -> str:
    key = format_path(path)
    said = f"the recipe reads no `{key}`, so it had no effect: it is written with a `+`, as it is"
    return f"{said}; {meant}" if meant else said


def _is_referred(path: Path, observed: Sequence[Observed]) -> bool:
    """Whether a config refers to a key: then it is read, in the place of something else."""
    start = f"${{{format_path(path)}"
    return any(start in text for each in observed for _, text in strings(each.values))


def _set(draft: Draft) -> Iterator[Setting]:
    """What a draft sets, with one value each."""
    yield from draft.controls
    for each in draft.variables:
        yield Setting(each.path, each.op, each.levels[0] if each.levels else None)
    for arm in draft.arms:
        yield from _of_groups(arm.levels)
    yield from _of_groups(draft.when)
    for row in draft.include:
        for text, value in row.items():
            key = parse_key(text)
            if not isinstance(key, BadKey):
                yield Setting(key.path, Op.SET, value)


def _of_groups(groups: Mapping[str, Iterable[Setting]]) -> Iterator[Setting]:
    for settings in groups.values():
        yield from settings


def _meant(
    head: Mapping[str, str], unread: Sequence[Setting], place: str, session: Session
) -> dict[Path, str]:
    """What is known of keys that nothing reads, in words; "" where that is nothing."""
    found = {each.path: "" for each in unread}
    for each in unread[:_ASKED]:
        # A `+` before the key is part of it where it was given to the target itself.
        bare = (str(each.path[0]).lstrip("+"),)
        tried = trial(Draft(head, controls=(replace(each, path=bare, op=Op.SET),)), place, session)
        experiment = tried.compiled.experiment
        short = experiment.names.get(bare[0]) if experiment else None
        own = [one.help for one in tried.errors if tried.text.owners.get(one.span.line) == bare]
        if short is not None:
            found[each.path] = f"`{format_path(short)}` is probably meant"
        elif own and not own[0].startswith(NOBODY_KNOWS):
            found[each.path] = _TO_WRITE.sub("", own[0])
    return found
