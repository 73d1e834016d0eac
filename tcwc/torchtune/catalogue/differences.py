"""What changes from one catalogue to another: recipes, what they read, configs, components."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tcwc.model.differences import Behaviour, Changed, Differences, Kind
from tcwc.model.ir import Path, Value, format_path
from tcwc.torchtune.catalogue.files import order
from tcwc.torchtune.catalogue.load import Catalogue

_Changes = Callable[[Catalogue, Catalogue, str], Changed]


def differences(old: Catalogue, new: Catalogue) -> Differences:
    """What the second has otherwise than the first."""
    kinds = {
        "recipes": _kind(old, new, Catalogue.recipe_names, _recipe),
        "keys that recipes read": _kind(old, new, keys, _nothing),
        "configs": _kind(old, new, Catalogue.config_names, _config),
        "components": _kind(old, new, _components, _component, _has_component),
    }
    return Differences((old.version, new.version), kinds, tuple(_notes(old, new)))


def keys(of: Catalogue) -> tuple[str, ...]:
    """The top-level keys that recipes read, sorted."""
    recipes = filter(None, map(of.recipe, of.recipe_names()))
    every = {path.partition(".")[0] for recipe in recipes for path in recipe.keys}
    return tuple(sorted(every - {"*"}))


def _components(of: Catalogue) -> tuple[str, ...]:
    """The public components of torchtune itself."""
    names = (name for name in of.component_names() if name.startswith("torchtune."))
    return tuple(name for name in names if "._" not in name)


def _kind(
    old: Catalogue,
    new: Catalogue,
    names: Callable[[Catalogue], tuple[str, ...]],
    changes: _Changes,
    has: Callable[[Catalogue, str], bool] = lambda _, __: False,
) -> Kind:
    """`has` tells of a name that is not among a catalogue's `names` whether it is one all the
    same."""
    before, after = names(old), names(new)
    of_old, of_new = set(before), set(after)
    kept = [name for name in before if name in of_new or has(new, name)]
    both = {name: changes(old, new, name) for name in kept}
    return Kind(
        (len(before), len(after)),
        tuple(name for name in after if name not in of_old and not has(old, name)),
        tuple(name for name in before if name not in both),
        {name: each for name, each in both.items() if each},
    )


def _has_component(of: Catalogue, name: str) -> bool:
    """Whether a path leads to a component, be it one that is listed by another path."""
    return of.component(name) is not None


def _nothing(_: Catalogue, __: Catalogue, ___: str) -> Changed:
    return Changed()


def _recipe(old: Catalogue, new: Catalogue, name: str) -> Changed:
    a, b = old.recipe(name), new.recipe(name)
    assert a is not None
    assert b is not None
    defaults = {
        path: (key.default, b.keys[path].default)
        for path, key in a.keys.items()
        if path in b.keys and key.default != b.keys[path].default and not b.keys[path].required
    }
    needed = {path for path, key in b.keys.items() if key.required}
    return Changed(
        *_names(a.keys, b.keys),
        tuple(sorted(p for p in needed if p not in a.keys or not a.keys[p].required)),
        defaults,
    )


def _config(old: Catalogue, new: Catalogue, name: str) -> Changed:
    a, b = old.config(name), new.config(name)
    assert a is not None
    assert b is not None
    before, after = dict(_leaves(a.values)), dict(_leaves(b.values))
    moved = {
        format_path(path): (value, after[path])
        for path, value in before.items()
        if path in after and value != after[path]
    }
    new_paths, gone = _names(map(format_path, before), map(format_path, after))
    return Changed(new_paths, gone, (), moved)


def _leaves(value: Value, path: Path = ()) -> Iterator[tuple[Path, Value]]:
    """The values of a config that are no sections; a list is one value."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    else:
        yield path, value


def _component(old: Catalogue, new: Catalogue, name: str) -> Changed:
    a, b = old.component(name), new.component(name)
    assert a is not None
    assert b is not None
    defaults: dict[str, tuple[Value, Value]] = {
        key: (each.default, b.parameters[key].default)
        for key, each in a.parameters.items()
        if key in b.parameters
        and each.default != b.parameters[key].default
        and not b.parameters[key].required
    }
    needed = {key for key, each in b.parameters.items() if each.required}
    required = (key for key in needed if key not in a.parameters or not a.parameters[key].required)
    return Changed(*_names(a.parameters, b.parameters), tuple(sorted(required)), defaults)


def _names(old: Iterable[str], new: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those that are new, and those that are gone, sorted."""
    before, after = set(old), set(new)
    return tuple(sorted(after - before)), tuple(sorted(before - after))


def _notes(old: Catalogue, new: Catalogue) -> Iterator[Behaviour]:
    """The changes of meaning by hand, of the versions after the first up to the second."""
    for each in new.changes():
        if order(old.release) < order(each["since"]) <= order(new.release):
            what, do = (each[name].replace("{old}", old.version) for name in ("what", "do"))
            conditions = (tuple(each.get(name, ())) for name in ("reads", "components", "unlike"))
            yield Behaviour(what, do, each["at"], *conditions)
