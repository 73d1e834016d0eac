"""Seeded mutations of the shipped configs: what people do to a config by mistake, and on purpose.

A mutant is a whole config and, where the change can be written as overrides, these too.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tcwc.model.ir import Path, format_path
from tcwc.torchtune.catalogue.load import Catalogue
from tests.experiments import CATALOGUE

Config = dict[str, Any]

UNREGISTERED = {
    "dev/8B_full_experimental": "full_finetune_distributed",
    "qwen2_5/14B_to_7B_KD_lora_single_device": "knowledge_distillation_single_device",
}
"""Shipped files that no recipe is registered for, and the recipe that their authors mean: those of
which their own comment does not say it."""


def recipes_of(known: Catalogue, config: str) -> tuple[str, ...]:
    """The recipes that a shipped config is for."""
    shipped = known.config(config)
    assert shipped is not None
    meant = UNREGISTERED.get(config)
    return shipped.recipes or ((meant,) if meant else tuple(known.launch(config).processes))


COMPONENT = "_component_"
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 8, 16.0, 0.1, 1e-4, "banana", "", "8", "1e-4", "yes", "fp61",
    [], [1, 2], ["q_proj"], {}, {"a": 1}, {COMPONENT: "torch.optim.AdamW"}, "${output_dir}",
    "${no_such_key}", "${model.no_such_key}", "???", "torch.optim.AdamW", "/tmp/x",
)  # fmt: skip
_KEYS = ("lr", "lora_rank", "learning_rate", "packed", "path", "max_seq_len", "n", "source", "beta")


@dataclass(frozen=True)
class Mutant:
    """A mutated config. `controls` are the overrides that make it of `base`; None where they
    cannot, or would say something else."""

    number: int
    kind: str
    base: str
    recipe: str
    what: str
    config: Config = field(repr=False)
    controls: tuple[str, ...] | None = None


@dataclass
class _Change:
    """A config that is being changed, by one random source."""

    random: random.Random
    known: Catalogue
    config: Config
    recipe: str
    what: str = ""
    controls: list[str] | None = field(default_factory=list)

    def set(self, path: Path, value: Any) -> None:
        _parent(self.config, path)[path[-1]] = value
        self._say(format_path(path), value)

    def replace(self, path: Path, value: Any) -> None:
        _parent(self.config, path)[path[-1]] = value
        self._say("=" + format_path(path), value)

    def delete(self, path: Path) -> None:
        del _parent(self.config, path)[path[-1]]
        self.what += f" ~{format_path(path)}"
        if self.controls is not None:
            self.controls.append(f"~{format_path(path)}:")

    def _say(self, key: str, value: Any) -> None:
        self.what += f" {key}={json.dumps(value)}"
        if self.controls is not None:
            self.controls.append(f"{key}: {_flow(value)}")


def mutants(count: int, seed: int = 0, known: Catalogue = CATALOGUE) -> Iterator[Mutant]:
    """So many mutants, the same ones each time; each shipped config has its turn."""
    source = random.Random(seed)
    names = known.config_names()
    kinds = list(KINDS)
    number = 0
    while number < count:
        base = names[number % len(names)]
        shipped = known.config(base)
        assert shipped is not None
        recipe = source.choice(recipes_of(known, base))
        kind = source.choice(kinds)
        change = _Change(source, known, copy.deepcopy(shipped.values), recipe)
        if not KINDS[kind](change) or (change.config == shipped.values and recipe == change.recipe):
            continue  # this config has no such place
        controls = None if change.controls is None else tuple(change.controls)
        yield Mutant(
            number, kind, base, change.recipe, change.what.strip(), change.config, controls
        )
        number += 1


# --- the kinds of mutation: each changes one config, and says whether it could ----------------


def _retype(change: _Change) -> bool:
    path = change.random.choice(_leaves(change.config))
    value = change.random.choice(_VALUES)
    old = _get(change.config, path)
    if value == {} or (isinstance(value, dict) and not isinstance(old, dict)):
        change.controls = None  # an override of a mapping merges, or is refused as no mapping
    change.replace(path, value) if change.controls is None else change.set(path, value)
    return True


def _retype_section(change: _Change) -> bool:
    path = change.random.choice([path for path, _ in _components(change.config)])
    change.controls = None  # an override would be merged
    change.set(path, change.random.choice([*_VALUES, {"lr": 1}, [{COMPONENT: "no.such"}]]))
    return True


def _rename(change: _Change) -> bool:
    path = change.random.choice(_leaves(change.config, lists=False))
    name = _misspelt(change.random, str(path[-1]))
    value = _get(change.config, path)
    change.delete(path)
    change.set((*path[:-1], name), value)
    return True


def _rename_argument(change: _Change) -> bool:
    places = [
        (*path, key)
        for path, section in _components(change.config)
        for key in section
        if key != COMPONENT
    ]
    if not places:
        return False
    path = change.random.choice(places)
    value = _get(change.config, path)
    change.delete(path)
    change.set((*path[:-1], _misspelt(change.random, str(path[-1]))), value)
    return True


def _delete(change: _Change) -> bool:
    change.delete(change.random.choice(_leaves(change.config, lists=False)))
    return True


def _delete_top(change: _Change) -> bool:
    change.delete((change.random.choice(list(change.config)),))
    return True


def _add(change: _Change) -> bool:
    """Another's argument, or any word, into a section or at the top."""
    homes = [(), *(path for path, _ in _components(change.config))]
    home = change.random.choice(homes)
    key = change.random.choice([*_KEYS, *_arguments(change)])
    if key in _get(change.config, home):
        return False
    change.set((*home, key), change.random.choice([1, 1e-4, "x", True, None]))
    return True


def _swap(change: _Change) -> bool:
    path, _ = change.random.choice(_components(change.config))
    change.set((*path, COMPONENT), _any_component(change))
    return True


def _swap_alike(change: _Change) -> bool:
    """A component of the same sort, as another shipped config has it there; arguments stay."""
    path, section = change.random.choice(_components(change.config))
    there = sorted(_shipped_at(change.known, path) - {section[COMPONENT]})
    if not there:
        return False
    change.set((*path, COMPONENT), change.random.choice(there))
    return True


def _misspell_component(change: _Change) -> bool:
    path, section = change.random.choice(_components(change.config))
    parts = str(section[COMPONENT]).split(".")
    at = change.random.randrange(len(parts))
    parts[at] = _misspelt(change.random, parts[at])
    change.set((*path, COMPONENT), ".".join(parts))
    return True


def _odd_component(change: _Change) -> bool:
    path, section = change.random.choice(_components(change.config))
    name = str(section[COMPONENT])
    odd = [
        None, 3, True, "", ".", "..x", "torchtune", "torchtune.models", "torch.optim", "AdamW",
        name + ".", "." + name, name.replace(".", "/"), name.rpartition(".")[2], name.lower(),
        name.upper(), name + "2", name + ".x", "${name}", "${optimizer._component_}", "???", " ",
        "torchtune.nothing.here", "no_such_package.thing", [name], {"a": name},
    ]  # fmt: skip
    value = change.random.choice(odd)
    if isinstance(value, (list, dict)):
        change.controls = None
    change.set((*path, COMPONENT), value)
    return value != name


def _nest(change: _Change) -> bool:
    """A component below another one."""
    path, _ = change.random.choice(_components(change.config))
    name = change.random.choice(["torch.optim.NoSuch", _any_component(change)])
    change.set((*path, change.random.choice(_KEYS)), {COMPONENT: name, "banana": 1})
    return True


def _list(change: _Change) -> bool:
    """A component that becomes a list of two, the second one broken or not."""
    path, section = change.random.choice(_components(change.config))
    if any(isinstance(part, int) for part in path):
        return False
    second = copy.deepcopy(section)
    second[change.random.choice([*second, "banana"])] = change.random.choice([1, "no.such", None])
    change.replace(path, [section, second])
    return True


def _wrong_recipe(change: _Change) -> bool:
    change.recipe = change.random.choice(change.known.recipe_names())
    change.what = f"recipe={change.recipe}"
    return True


def _two(change: _Change) -> bool:
    """Two mistakes in one config: one must not hide the other from the verdict."""
    kinds = [_retype, _rename_argument, _add, _swap_alike, _misspell_component]
    return all(change.random.choice(kinds)(change) for _ in range(2)) and len(
        {line.split(":")[0] for line in change.controls or ()}
    ) == len(change.controls or ())


def _reference(change: _Change) -> bool:
    """A variable of one's own that holds what a leaf held, or nothing, or a component's name."""
    leaves = [p for p in _leaves(change.config, lists=False) if len(p) > 1] or [()]
    path = change.random.choice(leaves)
    if not path:
        return False
    value = change.random.choice([_get(change.config, path), *_VALUES])
    if isinstance(value, str) and "${" in value:
        return False
    change.controls = None
    change.config["my_variable"] = value
    change.set(path, change.random.choice(["${my_variable}", "${my_variabel}", "${.my_variable}"]))
    return True


KINDS: dict[str, Callable[[_Change], bool]] = {
    "retype a value": _retype,
    "retype a section": _retype_section,
    "rename a key": _rename,
    "rename an argument": _rename_argument,
    "delete a key": _delete,
    "delete a top-level key": _delete_top,
    "add a key": _add,
    "swap for any component": _swap,
    "swap for a like component": _swap_alike,
    "misspell a component": _misspell_component,
    "odd component": _odd_component,
    "nest a component": _nest,
    "list of components": _list,
    "wrong recipe": _wrong_recipe,
    "own variable": _reference,
    "two mistakes": _two,
}


# --- helpers ----------------------------------------------------------------------------------


def _get(config: Any, path: Path) -> Any:
    for segment in path:
        config = config[segment]
    return config


def _parent(config: Config, path: Path) -> Any:
    return _get(config, path[:-1])


def _leaves(value: Any, path: Path = (), *, lists: bool = True) -> list[Path]:
    """The places of all that is no mapping; below mappings in lists too."""
    if isinstance(value, dict) and value:
        return [p for k, v in value.items() for p in _leaves(v, (*path, k), lists=lists)]
    if isinstance(value, list) and value and lists:
        return [path] + [p for i, v in enumerate(value) for p in _leaves(v, (*path, i))]
    return [path]


def _components(value: Any, path: Path = ()) -> list[tuple[Path, Config]]:
    found = []
    if isinstance(value, dict):
        if path and COMPONENT in value:
            found.append((path, value))
        for key, item in value.items():
            found += _components(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += _components(item, (*path, index))
    return found


_AT: dict[str, dict[str, set[str]]] = {}


def _shipped_at(known: Catalogue, path: Path) -> set[str]:
    """The components that shipped configs have at a top-level key."""
    if known.version not in _AT:
        at = _AT.setdefault(known.version, {})
        for name in known.config_names():
            config = known.config(name)
            assert config is not None
            for where, section in _components(config.values):
                at.setdefault(str(where[0]), set()).add(section[COMPONENT])
    return _AT[known.version].get(str(path[0]), set())


def _any_component(change: _Change) -> str:
    names = [
        n for n in change.known.component_names() if not n.startswith(("bitsandbytes", "datasets"))
    ]
    return change.random.choice([n for n in names if "._" not in n])


def _arguments(change: _Change) -> list[str]:
    component = change.known.component(_any_component(change))
    return list(component.parameters)[:3] if component else []


def _misspelt(source: random.Random, word: str) -> str:
    at = source.randrange(len(word))
    letter = source.choice("aeiostx_")
    made = source.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + word[at:][:2][::-1] + word[at + 2 :],
            word + "s",
            word.upper(),
            word.replace("_", ""),
        ]
    )
    return made if made and made != word and not made[0].isdigit() else word + "x"


def _flow(value: Any) -> str:
    """A value in YAML's flow style, in a way that strictyaml takes too."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return json.dumps(value)
