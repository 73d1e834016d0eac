"""What reads a value of a config: a parameter of a component, the code of a recipe, a `${key}`."""

from __future__ import annotations

from itertools import chain

from tcwc.config.interpolation.closure import mentions
from tcwc.config.interpolation.reading import followed
from tcwc.config.merge import lookup
from tcwc.config.walk import leaves
from tcwc.model.arguments import arguments, read, supplied
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path, Value, format_path
from tcwc.model.known import Parameter, Recipe
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.keys import COMPONENT

_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Reader:
    """What reads a value, in words; `at` are the places in its package where, as file:line."""

    what: str
    at: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.what}, {_places(self.at)}" if self.at else self.what


class Readers:
    """Who reads what in one config. `recipe` is what is known of the recipe `name`, if anything."""

    def __init__(
        self, config: dict[str, Value], name: str, recipe: Recipe | None, catalogue: Catalogue
    ) -> None:
        self._config = config
        self._name = name
        self._recipe = recipe
        self._catalogue = catalogue
        self._referring: dict[Path, list[tuple[int, Path]]] = {}
        """What names a path, with its place among all that names any."""
        pairs = ((target, at) for at, value in leaves(config) for target in mentions(value, at))
        for place, (target, at) in enumerate(pairs):
            self._referring.setdefault(target, []).append((place, at))

    def of(self, path: Path) -> tuple[Reader, ...]:
        """The code that reads a path, or a section that holds it; none where nothing known does."""
        parameter = self._parameter(path)
        section = path[:-1] if path[-1:] == (COMPONENT,) else path
        recipe = self._by_recipe(section, exactly=parameter is not None)
        return tuple(each for each in (parameter, recipe) if each is not None)

    def references(self, path: Path) -> tuple[str, ...]:
        """The keys whose `${...}` names a path, or a section that holds it."""
        named = (self._referring.get(path[:end], ()) for end in range(1, len(path) + 1))
        return tuple(format_path(at) for _, at in sorted(chain.from_iterable(named)))

    def instead(self, path: Path) -> tuple[str, ...]:
        """What a resumed run takes in place of a value, and why."""
        if self._config.get("resume_from_checkpoint") is not True or path[-1:] == (COMPONENT,):
            return ()
        return tuple(
            f"what this run resumes has another one: {entry['because']}"
            for entry in self._catalogue.relations("resumed")
            if self._name in entry["recipes"] and str(path[0]) in entry["keys"]
        )

    def _parameter(self, path: Path) -> Reader | None:
        """The parameter that a path is given to, of the innermost component that holds it."""
        for depth in range(len(path) - 1, 0, -1):
            name = component_at(self._config, path[:depth], self._recipe)
            if name and path[depth] == COMPONENT:
                component = self._catalogue.component(name)
                what = f"torchtune.config.instantiate, which calls {name}"
                return Reader(what, (component.at,) if component else ())
            if name:
                return self._argument(name, str(path[depth]))
        return None

    def _argument(self, name: str, key: str) -> Reader | None:
        """A parameter of a component, or of one that it hands its `**kwargs` on to."""
        taken = arguments(self._catalogue, name)
        if taken is None:
            return Reader(f"{name}, of which tcwc knows nothing")
        if key in taken.named:
            owner = taken.owners[key]
            itself = owner is self._catalogue.component(name)
            through = "" if itself else f", through `**kwargs` of {name}"
            what = f"{owner.name}({_signature(taken.named[key])}){through}"
            return Reader(what, (owner.at,))
        if taken.more and taken.last is not None:
            return Reader(f"{taken.last.name}(**kwargs), or nothing", (taken.last.at,))
        return None

    def _by_recipe(self, path: Path, *, exactly: bool) -> Reader | None:
        what = f"recipe {self._name}"
        if self._recipe is None:
            return None if exactly else Reader(f"{what}, of which tcwc knows nothing")
        shortest = len(path) if exactly else 1
        for length in range(len(path), shortest - 1, -1):
            key = read(self._recipe, path[:length])
            if key is not None:
                return Reader(what + (f" (else {key.default})" if key.default else ""), key.at)
        return None


def component_at(config: dict[str, Value], section: Path, recipe: Recipe | None) -> str:
    """The component that is made of a section; "" where none is, or where nobody can tell.

    A section that names none may be one that the recipe has a component for.
    """
    there, name = lookup(config, (*section, COMPONENT))
    if there:
        name, _ = followed(name, (*section, COMPONENT), config)
    if isinstance(name, str) and "${" not in name:
        return name
    given = supplied(recipe, section)
    return given.component if given and name is None else ""


def _signature(parameter: Parameter) -> str:
    """A parameter as its `def` has it."""
    annotation = f": {parameter.annotation}" if parameter.annotation else ""
    default = parameter.default
    between = " = " if annotation else "="
    return f"{parameter.name}{annotation}{between + default if default else ''}"


def _places(at: tuple[str, ...]) -> str:
    """`file:12, 40`: places in one file name it once."""
    made: list[str] = []
    last = ""
    for place in at[:_SHOWN]:
        file, _, line = place.rpartition(":")
        made.append(line if file == last else place)
        last = file
    return ", ".join(made) + (", ..." if len(at) > _SHOWN else "")
