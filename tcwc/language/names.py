"""Short names: what a bare word in an experiment stands for.

In this order: a top-level key of the tree, or one that the recipe reads; the alias table, where
its target exists; the only leaf of that name; the only parameter of that name among the tree's
components. Names too general to be safe (`path`, `name`, ...) are closed to the last two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from tcwc.config.merge import lookup
from tcwc.config.walk import leaves
from tcwc.language.tree import Tree
from tcwc.model.arguments import free, supplied
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path, format_path
from tcwc.model.limits import FINDINGS
from tcwc.model.paths import BadKey, parse_key
from tcwc.model.words import either, nearest

_SHOWN = 3
"""Names that are offered for one; where they are several, no fix writes one of them."""


@dataclass(frozen=True, slots=True)
class Unbound:
    """Why a bare word stands for nothing. `candidates` are several paths it might stand for,
    `near` those of names that look like it; `is_unknown`: nothing is known that is like it."""

    help: str
    candidates: tuple[Path, ...] = ()
    near: tuple[str, ...] = ()
    is_unknown: bool = False


Fits = Callable[[Path], bool]
"""Whether what is written can stand at a path."""


class Names:
    """Resolves bare words against one tree."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._leaves: dict[str, list[Path]] | None = None
        self._parameters: dict[str, list[Path]] | None = None
        self._compared = 0
        self._words: Mapping[str, tuple[Path, ...]] | None = None

    def is_top_level(self, word: str) -> bool:
        """Whether a bare word is a top-level key itself, so a full path."""
        if word in self.tree.values:
            return True
        return self.tree.recipe is not None and self.tree.reads(word)

    def resolve(self, word: str, fits: Fits = lambda _: True) -> Path | Unbound:
        """The path that a bare word stands for; a misspelt one is offered only where it `fits`."""
        if self.is_top_level(word):
            return (word,)
        alias = self._alias(word)
        if alias is not None:
            return alias
        # Nearly every config has one leaf `path`, the tokenizer's: `path: data.json` is not that.
        if word in self.tree.catalogue.general_words():
            return Unbound(self._general(word, fits))
        for index in (self._leaf_index, self._parameter_index):
            candidates = index().get(word)
            if candidates and len(candidates) == 1:
                return candidates[0]
            if candidates:
                listed = ", ".join(format_path(path) for path in candidates)
                return Unbound(f"write which one is meant: {listed}", tuple(candidates))
        # Nobody knows what such a recipe reads, so that every key counts as read.
        if self.tree.recipe is None:
            return (word,)
        if word in self.tree.named:
            return Unbound(
                f"a `${{{word}}}` names it: write `+{word}:` to add a key for it to read"
            )
        near = self._near(word, fits)
        return Unbound(_offer(word, near), near=near, is_unknown=not near)

    def beginning(self, word: str) -> tuple[str, ...]:
        """The keys of the config, and of what stands in it, that begin with a word."""
        leaves = [path for paths in self._leaf_index().values() for path in paths]
        every: list[Path] = [*((key,) for key in self.tree.values), *leaves]
        begun = [each for each in every if str(each[-1]).startswith(word)]
        return tuple(format_path(path) for path in begun[:_SHOWN])

    def short(self) -> Mapping[Path, tuple[str, ...]]:
        """The short names of paths: words for them alone, and aliases."""
        words = {**self._leaf_index(), **self._parameter_index()}
        found: dict[Path, list[str]] = {}
        for word in words:
            path = self.resolve(word, lambda _: False)
            if not isinstance(path, Unbound) and path != (word,):
                found.setdefault(path, []).append(word)
        for word in self.tree.catalogue.aliases():
            alias = None if word in words or self.is_top_level(word) else self._alias(word)
            if alias is not None:
                found.setdefault(alias, []).append(word)
        return {path: tuple(made) for path, made in found.items()}

    def _alias(self, word: str) -> Path | None:
        target = self.tree.catalogue.aliases().get(word)
        if target is None:
            return None
        key = parse_key(target)
        assert not isinstance(key, BadKey), target
        there, _ = lookup(self.tree.values, key.path)
        if there or (len(key.path) == 1 and self.tree.reads(target)):
            return key.path
        for name in self.tree.components.get(key.path[:-1], ()):
            taken = self.tree.arguments(name)
            if taken is not None and key.path[-1] in taken.named:
                return key.path
        return None

    def _leaf_index(self) -> dict[str, list[Path]]:
        if self._leaves is None:
            self._leaves = {}
            for path, _ in leaves(self.tree.values):
                if isinstance(path[-1], str):
                    self._leaves.setdefault(path[-1], []).append(path)
        return self._leaves

    def _parameter_index(self) -> dict[str, list[Path]]:
        if self._parameters is None:
            self._parameters = {}
            for path in self._all_parameters():
                entry = self._parameters.setdefault(str(path[-1]), [])
                if path not in entry:
                    entry.append(path)
        return self._parameters

    def _all_parameters(self) -> Iterator[Path]:
        """Every parameter of the tree's components, less those that the recipe itself supplies."""
        for section, names in self.tree.components.items():
            given = supplied(self.tree.recipe, section)
            for name in names:
                taken = self.tree.arguments(name)
                for key in free(given, taken.named) if taken else ():
                    yield (*section, key)

    def _general(self, word: str, fits: Fits) -> str:
        candidates = [format_path(path) for path in self._leaf_index().get(word, [])]
        candidates += [format_path(path) for path in self._parameter_index().get(word, [])]
        listed = ", ".join(dict.fromkeys(candidates))
        paths = f"write the path: {listed}" if listed else _offer(word, self._near(word, fits))
        return f"`{word}` alone is too general to guess from; {paths}"

    def _near(self, word: str, fits: Fits) -> tuple[str, ...]:
        """What a word is a misspelling of; full paths are offered, last parts compared."""
        self._compared += 1
        if self._compared > FINDINGS.at_most:  # no more are shown
            return ()
        known = self._known()
        near = nearest(word, known, self.tree.catalogue.vocabulary())
        paths = (path for name in near for path in known[name] if fits(path))
        return tuple(dict.fromkeys(map(format_path, paths)))[:_SHOWN]

    def _known(self) -> Mapping[str, tuple[Path, ...]]:
        """Every word that may be meant, with its paths."""
        if self._words is None:
            known: dict[str, tuple[Path, ...]] = {}
            for index in (self._parameter_index(), self._leaf_index()):
                known |= {name: tuple(paths) for name, paths in index.items()}
            for alias in self.tree.catalogue.aliases():
                if (path := self._alias(alias)) is not None:
                    known[alias] = (path,)
            known |= {key: ((key,),) for key in self.tree.values}
            if self.tree.recipe:
                known |= {key: ((key,),) for key in self.tree.recipe.keys if "." not in key}
            self._words = known
        return self._words


def _offer(word: str, near: tuple[str, ...]) -> str:
    if not near:
        return (
            "write the path of a key that is read, or put `+` before the key "
            "to add it although nothing known reads it"
        )
    delete = f" `~{near[0]}:` deletes a key" if word.startswith("-") else ""
    return f"did you mean {either([f'`{name}`' for name in near])}?{delete}"
