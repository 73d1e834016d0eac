"""Reads the catalogues: one recipe, config or component at a time, and each only when asked for.

The files are found through two functions (of `tcwc.disk.data`, but for tests), so that a catalogue
is a pure function of texts. Their layout is that of lines.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, TypeVar, cast

from tcwc.model.frozen import replace
from tcwc.model.known import (
    Component,
    KeyReason,
    Recipe,
    ShippedConfig,
)
from tcwc.model.patterns import pattern as regex
from tcwc.model.recent import Recent
from tcwc.model.types import Type
from tcwc.model.words import Vocabulary
from tcwc.torchtune.catalogue import lines
from tcwc.torchtune.catalogue.files import LOCAL, Files, order
from tcwc.torchtune.catalogue.members import (
    Member,
    component_from_json,
    covering,
    covers,
    names_in,
    patterns,
    reads_from_json,
    reason_from_json,
    recipe_from_json,
    type_from_json,
)
from tcwc.torchtune.catalogue.model import Moved, RecipeReads, Unread
from tcwc.torchtune.keys import LOADS

if TYPE_CHECKING:
    from tcwc.model.evaluators import Evaluators
    from tcwc.torchtune.header import Header

KeyClass: TypeAlias = Literal["science", "engineering", "location"]
T = TypeVar("T")

_MOST_PARTS = 40
"""Parts of a dotted name that are looked at: torchtune's have few."""
_KEPT = 4_000
"""Answers that a catalogue keeps of a kind: the names are those that authors write."""


def versions(names: Callable[[str], Sequence[str]]) -> tuple[str, ...]:
    """The versions of torchtune that there are catalogues of, oldest first.

    `names` lists a folder, relative to `schemas/`.
    """
    return tuple(sorted(names("torchtune"), key=order))


def _read_line(line: str) -> tuple[str, Member]:
    """The one member of a line of a file."""
    (read,) = json.loads("{" + line.rstrip(",") + "}").items()
    return cast("tuple[str, Member]", read)


class KnowsOwnCode(Protocol):
    """The components that are the author's own (own.py)."""

    def component(self, name: str) -> Component | str | None: ...

    def trouble(self, name: str) -> Unread | None: ...

    def module(self, name: str) -> tuple[str, str] | None: ...


_DESCRIBED = regex(r'^".*?": ("=|\{)')
"""The line of a component; that of another path to one has the path."""

_OF_BASE = '"of_base": true'
"""In the line of a condition that is asked whoever wrote what it is about."""

_ASKED_OF_SOURCES = ("key_types", "loose", "parameter_types")
"""What is known by hand and makes errors: of a fork that reads these otherwise it is not known."""

_BUILDERS = "datasets.packaged_modules."
"""Where the builders are that `datasets` packs; none of them is a component."""


class Catalogue:
    """What is known of one torchtune version, and of the packages that its configs name.

    `read` gives the text of a file and `names` lists a folder, both relative to `schemas/`.
    `own` opens the author's own code; it is asked for components that no file describes.
    `built_with` is the revision that runs were built with: of other packages, of which their types
    come too, those versions are asked that it names, never the newest ones that there are.
    """

    def __init__(
        self,
        version: str,
        read: Callable[[str], str],
        names: Callable[[str], Sequence[str]],
        own: Callable[[], KnowsOwnCode] | None = None,
        built_with: int | None = None,
    ) -> None:
        self.version = version
        self._files = Files(version, read, names)
        self._open_own = own
        self._built_with = built_with
        self._own: KnowsOwnCode | None = None
        self._own_components: dict[str, Component | None] = Recent(_KEPT)
        # Of the files alone, and shared by all that `beside` gives, as the files are:
        self._once: dict[tuple[str, str | int], Any] = {}
        self._components: dict[tuple[int, str], Component] = Recent(_KEPT)

    def beside(self, own: Callable[[], KnowsOwnCode], built_with: int | None) -> Catalogue:
        """The same of a folder with an author's own code, for runs that were built with a revision.

        What was read of the files is read once for all of them: nobody changes what is handed out.
        """
        made = Catalogue(self.version, self._files.read, self._files.names, own, built_with)
        made._files, made._once, made._components = self._files, self._once, self._components
        return made

    def others(self) -> tuple[Catalogue, ...]:
        """The catalogues of all other releases, oldest first, without the author's own code."""
        return self._made("others", "", self._read_others)

    def _read_others(self) -> tuple[Catalogue, ...]:
        read, names = self._files.read, self._files.names
        there = (each for each in versions(names) if each != self.version)
        return tuple(Catalogue(each, read, names) for each in there)

    @property
    def release(self) -> str:
        """The release of torchtune that it is of: its version, but for one of the author's own."""
        return self._files.release

    @property
    def provenance(self) -> Mapping[str, str]:
        """What says of a version just which one it is, for the lock: nothing of a release; the
        commit of one that is none; of the author's own the release that it is of, and its hash."""
        if self.version.startswith(LOCAL):
            return {"of": self.release, "sha256": self._files.digest()}
        commit = self._files.member("about", "commit")
        return {"commit": str(commit)} if commit else {}

    @property
    def revision(self) -> int:
        """Counts the corrections of this version's catalogue, from 1."""
        return int(self._files.member("about", "revision"))

    @cached_property
    def packages_revision(self) -> int:
        """The revision whose versions of other packages count: the one that runs were built with,
        the newest where there were none, or where only a newer tcwc knows it."""
        known = self._built_with is not None and 1 <= self._built_with <= self.revision
        return self._built_with if self._built_with is not None and known else self.revision

    def recipe_names(self) -> tuple[str, ...]:
        """The registered recipes, sorted."""
        return lines.keys(self._files.text("recipes"))

    def recipe(self, name: str) -> Recipe | None:
        """A registered recipe; None where torchtune registers none of that name."""
        member = self._files.member("recipes", name)
        if member is None:
            return None
        return self._made("recipe", name, lambda: recipe_from_json(name, member))

    def config_names(self) -> tuple[str, ...]:
        """The registered configs, sorted."""
        return lines.keys(self._files.text("configs"))

    def config(self, name: str) -> ShippedConfig | None:
        """A registered config; None where torchtune registers none of that name.

        Its values are the caller's own to change: each call gives a new tree.
        """
        member = cast("Member | None", self._files.fresh("configs", name))
        if member is None:
            return None
        return ShippedConfig(name, tuple(member["recipes"]), member["values"])

    def launch(self, name: str) -> Header:
        """What the comment at the top of a registered config says; raises KeyError for others."""
        from tcwc.torchtune.header import launch_from_json  # builds alone ask for it

        return launch_from_json(self._files.member("launch", name))

    def entries(self, file: str) -> Member:
        """All that a file by hand says of this version."""
        return self._files.members(file)

    def component_names(self) -> tuple[str, ...]:
        """The components by their public names, torchtune's first, then other packages', sorted.

        Other paths to the same component are not listed; `component` knows them.
        """
        return self._made("component_names", self.packages_revision, self._read_component_names)

    def named_so(self, last: str) -> Sequence[str]:
        """The components whose last part this is."""
        key = self.packages_revision
        by_last = self._made("components by their last part", key, self._read_by_last)
        return by_last.get(last, ())

    def _read_by_last(self) -> Mapping[str, Sequence[str]]:
        by_last: dict[str, list[str]] = {}
        for each in self.component_names():
            by_last.setdefault(each.rpartition(".")[2], []).append(each)
        return by_last

    def _read_component_names(self) -> tuple[str, ...]:
        own = self._files.text("components").split("\n")
        # A member that is a text is another path to a component. Told by the text: lines are many.
        listed = (line for line in own if _DESCRIBED.search(line))
        foreign = (lines.keys(self._files.text(file)) for file in self._foreign().values())
        named = (each for each in sum(foreign, ()) if not each.startswith(_BUILDERS))
        return (*(json.loads(line[: line.index('": ') + 1]) for line in listed), *named)

    def component(self, name: str) -> Component | None:
        """What a `_component_` of this dotted name accepts; None where it is not listed."""
        key = (self.packages_revision, name)
        found = self._components.get(key)
        if found is not None:
            return found
        target, member = self._described(name)
        if member is None:
            return self._own_component(name)
        found = component_from_json(name, member, self._overrides(target))
        self._components[key] = found
        return found

    def sizes(self, name: str) -> Mapping[str, int]:
        """The sizes that a builder of torchtune's gives its model, by argument of what it calls;
        none for what leaves them to its caller, and for what is not torchtune's."""
        _, member = self._described(name)
        return cast("Mapping[str, int]", (member or {}).get("sizes", {}))

    def _own_component(self, name: str) -> Component | None:
        if name not in self._own_components:
            self._own_components[name] = self._read_own_component(name)
        return self._own_components[name]

    def _read_own_component(self, name: str) -> Component | None:
        if "." not in name or name.partition(".")[0] in self._foreign():
            return None
        own = self._own_code()
        found = own.component(name) if own else None
        if isinstance(found, str):  # the author's name for a component of another package
            known = self.component(found) if found != name else None
            return None if known is None else replace(known, name=name)
        return found

    def refusals(self, name: str) -> tuple[Member, ...]:
        """What the body of a component refuses: an expression over its section and its tree, what
        it says, and where. Nothing of a component that is not listed."""
        _, member = self._described(name)
        return tuple(member.get("refuses", ())) if member else ()

    def builder(self, name: str) -> Component | None:
        """What `load_dataset` takes beside its own arguments where `name` is its source: that of a
        builder that `datasets` packs, such as json. None where it packs none of that name."""
        return self.component(f"{_BUILDERS}{name}")

    def builders(self) -> tuple[str, ...]:
        """The names of the builders that `datasets` packs, sorted."""
        names = lines.keys(self._files.text(self._foreign()["datasets"]))
        return tuple(each.removeprefix(_BUILDERS) for each in names if each.startswith(_BUILDERS))

    def handed_on_to(self, name: str, key: str) -> bool:
        """Whether `load_dataset` hands on a key to a builder of data that takes it: any of them, as
        its source may be another in each run."""
        builders = map(self.builder, self.builders() if name == LOADS else ())
        return any(each is not None and key in each.parameters for each in builders)

    def data(self, name: str) -> Member:
        """What is known by hand of data and of what is made for them: a member of data.json, whose
        own members may be of some versions only."""
        return self._made("data", name, lambda: self._files.true(self._files.member("data", name)))

    def handed_on(self, name: str) -> Member | None:
        """Where the `**kwargs` of a component go, and the names that are taken there; None where
        that is not known beside its parameters."""
        return cast("Member | None", self._known("handed_on").get(name))

    def own_trouble(self, name: str) -> Unread | None:
        """Why a component that would be the author's own cannot be read; None where it is not."""
        own = self._own_code()
        return own.trouble(name) if own else None

    def own_module(self, name: str) -> tuple[str, str] | None:
        """File and text of a module of the author's own; None where there is none."""
        own = self._own_code()
        return own.module(name) if own else None

    def recipe_class(self, name: str) -> RecipeReads | None:
        """What a shipped recipe reads, by the dotted name of its class, from wherever its module
        was copied to; None for other names."""
        file = name.rpartition(".")[0].rpartition(".")[2]
        recipes = map(self.recipe, self.recipe_names() if file else ())
        for recipe in recipes:
            if recipe is not None and recipe.file.endswith(f"/{file}.py"):
                return RecipeReads(recipe.keys, recipe.instantiates)
        return None

    def _own_code(self) -> KnowsOwnCode | None:
        if self._own is None and self._open_own is not None:
            self._own = self._open_own()
        return self._own

    def present_name(self, name: str) -> str:
        """The name that a component of torchtune's has in this version; the same for all others."""
        if not name.startswith("torchtune.") or self.component(name) is not None:
            return name
        moved = self.moved(name)
        return moved.now if moved and moved.now else name

    def moved(self, name: str) -> Moved | None:
        """What became of a component that other releases have; None where nothing is known."""
        if not self._files.has("renames"):
            return None
        parts = name.split(".", _MOST_PARTS)
        patterns = [f"{'.'.join(parts[:length])}.*" for length in range(len(parts) - 1, 1, -1)]
        for each in (name, *patterns):
            member = self._files.member("renames", each)
            if member is not None:
                return Moved(*(member.get(key, "") for key in ("now", "last", "help")))
        return None

    def elsewhere(self, word: str) -> Member | None:
        """What torchtune has for a word of another library or release, by hand (elsewhere.json);
        None where nothing is known of it. Values have `= ` before them.

        A short name that is an alias is one of them: its target may not be there.
        """
        found = self._elsewhere(word) or self._elsewhere(word.lower().replace("-", "_"))
        if found is not None:
            return found
        alias = self.aliases().get(word)
        return None if alias is None else {"of": "", "write": {alias: "{value}"}}

    def section_component(self, section: str) -> str:
        """The component that usually stands at a section; "" where none is known."""
        return str(self._of_elsewhere("sections").get(section, ""))

    def default_key(self, section: str) -> str:
        """The key of a section that one value in its place is most likely of; "" for no key."""
        return str(self._of_elsewhere("default_keys").get(section, ""))

    def default_word(self, section: str) -> str:
        """The word of another library that one value in place of a section is most likely of."""
        return str(self._of_elsewhere("default_words").get(section, ""))

    def container(self, word: str) -> str:
        """What the keys of a mapping are that has a word for its name: `variables`, `controls`,
        `derived`, `engineering`, `arguments` of what it stands in, or something else (`closed`);
        "" where that says nothing."""
        return str(self._of_elsewhere("containers").get(word, ""))

    def foreign_trainers(self) -> tuple[str, ...]:
        """Packages whose classes are never components, as torchtune has its own for them."""
        return tuple(self._of_elsewhere("packages"))

    def file_of(self, word: str) -> str:
        """What a whole file is that has a word at its top; "" where that does not tell."""
        return str(self._of_elsewhere("files").get(word, ""))

    def number_of(self, path: str) -> str:
        """The word of elsewhere.json for what numbers mean in place of a name; "" for none."""
        return str(self._of_elsewhere("numbers").get(path, ""))

    def share_of(self, path: str) -> str:
        """The word for a share of what a path counts; "" where it counts nothing such."""
        return str(self._of_elsewhere("shares").get(path, ""))

    def usual_value(self, path: str) -> str:
        """A usual value of an argument that a component needs; "" where none is known."""
        return str(self._of_elsewhere("usual").get(path, ""))

    def adapted(self) -> Mapping[str, Member]:
        """What words for modules stand for where LoRA adapts them: names of `modules` of attention
        and `flags`; those that torchtune itself has under ""."""
        return self._of_elsewhere("adapted")

    def _of_elsewhere(self, kind: str) -> Member:
        about = self._elsewhere("about")
        return cast("Member", about[kind]) if about else {}

    def _elsewhere(self, key: str) -> Member | None:
        if not self._files.has("elsewhere"):
            return None
        found = self._files.member("elsewhere", key)
        if isinstance(found, str):  # another name for the member of that name
            found = self._files.member("elsewhere", found)
        return cast("Member | None", found)

    def _described(self, name: str) -> tuple[str, Member | None]:
        """The member of a component, under the name that it is listed by: a path to it may be
        another one. None where it is not listed."""
        found = self._listed(name)
        return (found, self._listed(found)) if isinstance(found, str) else (name, found)

    def _listed(self, name: str) -> Any:
        package = name.partition(".")[0]
        file = "components" if package == "torchtune" else self._foreign().get(package)
        return None if file is None else self._files.member(file, name)

    def is_closed(self, name: str) -> bool:
        """Whether all components of where this dotted name points are listed.

        Then a name that `component` does not know does not exist.
        """
        if name.startswith("torchtune."):
            return True
        module, _, last = name.rpartition(".")
        ending = self._closed().get(module)
        if ending is not None and last.endswith(ending):
            return True
        if ".prototype." in name:  # what is there comes and goes between versions of a package
            return False
        paths = self._paths(name.partition(".")[0], last)
        return paths is not None and module not in paths

    def _paths(self, package: str, name: str) -> Sequence[str] | None:
        """The modules of another package that have a component of a name; None where it lists no
        such component."""
        file = self._foreign().get(package)
        if file is None:
            return None
        listed = f"foreign/paths/{file.rpartition('/')[2]}"
        return cast("Sequence[str] | None", self._files.member(listed, name))

    def section_keys(self, path: str) -> tuple[str, ...] | None:  # noqa: ARG002  for any target
        """None: torchtune hands plain sections on as a whole, and what reads them is not known."""
        return None

    def key_type(self, path: str) -> Type | None:
        """The type of a key that recipes read themselves, by dotted path; None if not known."""
        known = self._known("key_types")
        found = next((known[p] for p in patterns(path) if p in known), None)
        return None if found is None else type_from_json(found["type"])

    def is_made_a_number(self, path: str) -> bool:
        """Whether what recipes read at a path goes through `float(...)`, which takes texts too."""
        return bool(self._known("key_types").get(path, {}).get("read_by") == "float")

    def takes_loosely(self, path: str) -> str:
        """What a key takes beside its type: "whole", "number" or "text"; "" where that
        is nothing."""
        known = self._known("loose")
        return str(next((known[p]["takes"] for p in patterns(path) if p in known), ""))

    def resolvers(self, recipe: str) -> frozenset[str]:
        """The functions in `${...}` that a recipe itself registers with OmegaConf."""
        known = self._known("resolvers").items()
        return frozenset(name for name, each in known if recipe in each["recipes"])

    def key_class(self, path: str) -> KeyClass:
        """What a key is about. What is said of a section holds for what is below it."""
        return self._class(path)[1]

    def _class(self, path: str) -> tuple[str, KeyClass]:
        """The pattern that decides the class of a key, "" where none does, and the class."""
        known = self._known("classes")
        for pattern in covering(path):
            if pattern in known:
                return pattern, cast(KeyClass, known[pattern]["class"])
        return "", "science"

    def key_reason(self, path: str) -> KeyReason:
        """Why a key has its class: for messages, the reasons for science are loaded for nothing
        else."""
        pattern, class_ = self._class(path)
        if class_ != "science":
            return reason_from_json(self._known("classes")[pattern])
        found = (self._files.fresh("science", pattern) for pattern in covering(path))
        return reason_from_json(next(filter(None, found), {}))

    def general_words(self) -> frozenset[str]:
        """Words too general to be short names."""
        return frozenset(self._known("general_words")["words"])

    def aliases(self) -> Mapping[str, str]:
        """Short names by hand, with the dotted path that each means."""
        return self._made("aliases", "", self._read_aliases)

    def _read_aliases(self) -> Mapping[str, str]:
        found = self._files.members("aliases")
        return {word: entry["path"] for word, entry in found.items()}

    def evaluators(self) -> Evaluators:
        """What evaluates the weights that runs leave: schemas/evaluators.json."""
        return self._made("evaluators", "", self._read_evaluators)

    def _read_evaluators(self) -> Evaluators:
        from tcwc.torchtune.catalogue.evaluators import evaluators_of  # few experiments have any

        return evaluators_of(self._files.read("evaluators.json"))

    def vocabulary(self) -> Vocabulary:
        """Every name that recipes, configs and components have, and those of other releases."""
        return self._made("vocabulary", self.packages_revision, self._read_vocabulary)

    def _read_vocabulary(self) -> Vocabulary:
        files = ["recipes", "configs", "components", "aliases", *self._foreign().values()]
        files += ["renames"] if self._files.has("renames") else []
        members = map(self._files.members, files)
        return Vocabulary.of(name for each in members for name in names_in(each))

    def relations(self, name: str) -> tuple[Member, ...]:
        """What is known of how keys hang together: the entries of one list of relations.json."""
        found = map(self._files.chosen, self._files.member("relations", name))
        return tuple(each for each in found if each is not None and not self._changed_file(each))

    def changes(self) -> tuple[Member, ...]:
        """What releases up to this one do otherwise than those before with the same config."""
        if not self._files.has("changes"):
            return ()
        found = self._files.members("changes").values()
        return tuple(each for each in found if not self._changed_file(each))

    def constants(self) -> Mapping[str, str]:
        """The texts of torchtune's constants that recipes use as keys, by dotted name."""
        return cast("Mapping[str, str]", self._files.member("about", "constants"))

    def conditions(self, recipe: str, concerns: Callable[[str], bool]) -> Iterator[Member]:
        """The conditions across the keys of a recipe's config, in their order, each with `differs`:
        the file in which a fork no longer says what the condition is from, or "".

        Of the lines for whose `when` `concerns` is true, so that few need parsing.
        """
        groups: Mapping[str, list[str]] = self._files.member("conditions", "about")["groups"]
        names = [name for name, recipes in groups.items() if recipe in recipes] + ["*", recipe]
        lines = self._made("conditions of", recipe, partial(self._naming, tuple(names)))
        for line, when in lines:
            if concerns(when) or _OF_BASE in line:
                id, member = self._made("condition", line, partial(_read_line, line))
                member = self._files.chosen(member)
                ours = member is not None and recipe not in member.get("except", ())
                if ours and not set(names).isdisjoint(member["recipes"]):
                    yield {**member, "id": id, "differs": self._changed_file(member, recipe)}

    def _naming(self, names: Sequence[str]) -> list[tuple[str, str]]:
        """The lines of conditions that have one of these names, each with what it has under `when`
        and then up to its message."""
        quoted = [f'"{name}"' for name in names]
        # Behind the opening brace and `about`.
        every = self._files.text("conditions").split("\n")[2:]
        found = (line for line in every if any(name in line for name in quoted))
        return [(at, at.partition('"when": ')[2].partition('"message": ')[0]) for at in found]

    def tree(self, when: str) -> str:
        """The syntax tree, in JSON, of an expression of conditions.json or relations.json.

        Raises KeyError for an expression that was not parsed ahead.
        """
        tree = lines.find_text(self._files.text("trees"), when)
        if tree is None:
            raise KeyError(when)
        return tree

    def readers(self) -> Mapping[str, RecipeReads]:
        """What torchtune's own classes read of a whole config handed to them, by dotted name."""
        readers: Mapping[str, Member] = self._files.member("about", "readers")
        return {name: RecipeReads(*reads_from_json(member)) for name, member in readers.items()}

    # Files

    def _made(self, kind: str, of: str | int, make: Callable[[], T]) -> T:
        """What is made of the files, once. Of each kind there are few."""
        if (kind, of) not in self._once:
            self._once[kind, of] = make()
        return cast(T, self._once[kind, of])

    def _foreign(self) -> dict[str, str]:
        """The file about each other package, of the version that the revision names."""
        return self._made("packages", self.packages_revision, self._read_packages)

    def _read_packages(self) -> dict[str, str]:
        named: Mapping[str, Mapping[str, str]] = self._files.member("about", "packages")
        wanted = self.packages_revision
        revision = max(each for each in map(int, named) if each <= wanted)
        of_revision = named[str(revision)].items()
        return {name: f"foreign/{name}-{version}.json" for name, version in of_revision}

    # What is known by hand

    def _known(self, section: str) -> Member:
        def true() -> Member:
            known = self._made("by hand", "", lambda: json.loads(self._files.text("knowledge")))
            found = self._files.true(known[section])
            if section not in _ASKED_OF_SOURCES:
                return found
            return {key: each for key, each in found.items() if not self._changed_file(each)}

        return self._made("knowledge", section, true)

    def _changed_file(self, entry: Member, recipe: str = "") -> str:
        """The file in which a fork says another thing than its release does, where that is what an
        entry by hand is from; "" where there is none, as in every release."""
        changed = self._files.member("about", "changed")
        if not changed:
            return ""
        from tcwc.torchtune.catalogue.cited import changed_file  # of forks alone

        own = self.recipe(recipe) if recipe else None
        return changed_file(entry, changed, own.file if own else "")

    def _closed(self) -> Mapping[str, str]:
        return cast("Mapping[str, str]", self._known("closed"))

    def _overrides(self, component: str) -> dict[str, Type]:
        """Types of a component's parameters that are known better than by annotation."""
        found: dict[str, Type] = {}
        for pattern, entry in self._known("parameter_types").items():
            owner, _, parameter = pattern.rpartition(".")
            if owner == "*" or covers(owner, component):
                found[parameter] = type_from_json(entry["type"])
        return found
