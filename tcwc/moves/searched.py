"""A search as an experiment: its base found, its draft mended, what is lost of it told."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.config.walk import leaves, strings
from tcwc.model.frozen import replace
from tcwc.model.ir import Op, Value, format_path
from tcwc.model.known import Knowledge
from tcwc.model.problem import Problem
from tcwc.moves.adopt import Adopted, Workplace, mended
from tcwc.moves.advised import in_words_of_target
from tcwc.moves.draft import Draft
from tcwc.moves.factors import named
from tcwc.moves.ground import Ground, Wishes, ground, named_ground, with_processes
from tcwc.moves.search import Search
from tcwc.moves.steps import Setting


def adopt_search(
    search: Search, wishes: Wishes, comment: str, place: Workplace, known: Knowledge
) -> Adopted:
    """The experiment of a search. Raises Problem where nothing says what it starts from."""
    start = with_processes(_ground(search, wishes, place, known), search.processes)
    name = named(search.name).lstrip("_") or wishes.name
    is_drawn = search.drawn and not 0 < search.grid <= search.drawn
    draft = Draft(
        {**start.head, "experiment_name": name},
        (comment,),
        variables=search.variables,
        controls=search.controls,
        exclude=search.exclude,
        sample=f"{{size: {search.drawn}, seed: 1}}" if is_drawn else "",
        meta=search.meta,
    )
    draft, chosen = _without_choices(draft, start) if search.has_groups else (draft, [])
    draft, taken = in_words_of_target(draft, place.path, place.session)
    tried, told = mended(draft, place)
    notes = (*start.notes, *search.notes, *search.lost, *chosen, *taken, *told)
    is_lost = bool(search.lost or chosen or told or _is_guessed(search, wishes, start, known))
    return Adopted(tried.text.text, notes, None, tuple(tried.errors), left_out=is_lost)


def _ground(search: Search, wishes: Wishes, place: Workplace, known: Knowledge) -> Ground:
    target = place.target
    said = wishes if wishes.recipe else replace(wishes, recipe=search.recipe)
    if wishes.file is not None or wishes.base:
        return ground(said, {}, known, target)
    found = search.config if known.config(search.config) is not None else ""
    near = target.near_configs(search.config, known) if search.config and not found else []
    if not found and not near:
        raise Problem(
            "nothing here says what the runs start from", f"name it: --base {target.example_config}"
        )
    start = named_ground(replace(said, base=found or near[0]), known, target)
    if found:
        return start
    note = f"the base is {near[0]}, for `{search.config}`: --base names another one"
    return replace(start, notes=(note,))


def _is_guessed(search: Search, wishes: Wishes, start: Ground, known: Knowledge) -> bool:
    """Whether no more than some words of a name say what the runs start from."""
    if wishes.base or wishes.file is not None or known.config(search.config) is not None:
        return False
    name = search.config.rpartition("/")[2].lower()
    return not any(f"/{name}" in text.lower() for _, text in strings(start.values))


def _without_choices(draft: Draft, start: Ground) -> tuple[Draft, list[str]]:
    """A draft without variables that are a section of the base and have names for levels: they are
    files of a program's own."""
    found = [
        each
        for each in draft.variables
        if isinstance(start.values.get(str(each.path[0])), dict)
        and len(each.path) == 1
        and any(isinstance(level, str) for level in each.levels)
    ]
    notes = [
        f"`{format_path(each.path)}` is left out: its levels name files that are not read"
        for each in found
    ]
    left = tuple(each for each in draft.variables if each not in found)
    return replace(draft, variables=left), notes


def weights_at(folder: str, values: dict[str, Value]) -> Iterator[Setting]:
    """What takes the paths of a base to a folder of weights, where they name one of its name."""
    name = folder.rpartition("/")[2]
    for path, value in leaves(values) if name else ():
        texts = value if isinstance(value, list) else [value]
        if len(texts) == 1 and isinstance(texts[0], str) and f"/{name}" in texts[0]:
            rest = texts[0].partition(f"/{name}")[2]
            moved: Value = f"{folder}{rest}"
            yield Setting(path, Op.SET, [moved] if isinstance(value, list) else moved)
