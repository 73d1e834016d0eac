"""What the bodies of components refuse, as conditions over the sections that they are made of.

The expressions were read from the sources of torchtune and of the packages beside it
(torchtune/introspect/bodies.py), and stand with each component in the catalogue. They are asked as
those of conditions.json are: of values over all runs, so that two factors may meet in one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tcwc.config.walk import strings
from tcwc.expressions.syntax import Comparison, Expression, Literal, Name
from tcwc.lint.assigned import assignments
from tcwc.lint.context import Context
from tcwc.model.arguments import supplied
from tcwc.model.ir import Path, Value, overlap
from tcwc.model.known import Supplied
from tcwc.model.rules import ARGUMENT_REFUSED
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.condition.model import SECTION, Condition, Test, tests_of
from tcwc.torchtune.knowledge.known import catalogue

_DEPTH = 4
"""Components that hand arguments on to others: data sets do so twice."""


def refusals(context: Context, constant: Mapping[str, Value]) -> Iterator[Condition]:
    """The conditions of all components that the recipe makes, in some run, of what the author
    says something of. `constant` is what is the same in all runs."""
    recipe = context.recipe
    if recipe is None or recipe.name.endswith(".py"):
        return  # what an own recipe hands its components is not known
    is_file = context.experiment.base.is_file
    assigned = {each.path for each in assignments(context.experiment)}
    for where, name in dict.fromkeys(_components(context, constant)):
        given = supplied(recipe, where)
        if given is not None and (is_file or any(overlap(path, where) for path in assigned)):
            yield from _of_component(context, where, name, given)


def _components(context: Context, constant: Mapping[str, Value]) -> Iterator[tuple[Path, str]]:
    """Every section that is a component in some run, with the name that it has there."""
    places: list[tuple[Path, Value]] = [((key,), value) for key, value in constant.items()]
    places += [(each.path, each.value) for each in assignments(context.experiment)]
    for path, value in places:
        if isinstance(value, str | dict | list):
            for where, text in strings(value, path):
                if where[-1] == COMPONENT and len(where) > 1:
                    yield where[:-1], str(text)


def _of_component(context: Context, where: Path, name: str, given: Supplied) -> Iterator[Condition]:
    known, component = catalogue(context), catalogue(context).component(name)
    hidden: set[str] = set(given.keywords)
    mapping = {known.data("columns").get(name, {}).get("key")}  # data/column_map.py says more
    passed, current = given.positional, name
    for _ in range(_DEPTH):
        if component is None:
            return
        names = list(component.parameters)
        hidden |= set(names[:passed])
        for number, member in enumerate(known.refusals(current)):
            tests = tests_of(json.dumps(member["tree"]))
            asked = _parameters(tests)
            if hidden.isdisjoint(asked) and asked != mapping:
                yield Condition(
                    f"{name}:{current}:{number}",
                    ARGUMENT_REFUSED,
                    (*tests, _is_made_there(name)),
                    (),
                    member["message"],
                    "",
                    where,
                )
        # What is handed on: what the component takes itself, or gives, is no longer the author's.
        hidden |= {*names, *component.supplies.keywords}
        passed, current = component.supplies.positional, component.forwards
        component = known.component(current) if current else None


def _parameters(tests: Iterable[Test]) -> set[str]:
    names: Any = (path for test in tests for path in test.expression.names)
    return {str(path[1]) for path in names}


def _is_made_there(name: str) -> Test:
    path = (SECTION, COMPONENT)
    root = Comparison(("==",), (Name(path, (0, 0)), Literal(name, (0, 0))), (0, 0), 2)
    return Test(Expression("", root, {path: (0, 0)}), ())
