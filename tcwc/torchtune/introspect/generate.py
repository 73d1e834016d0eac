"""Makes the catalogue of a torchtune version from its unpacked wheel or its installation.

Everything is read as text: torchtune is never imported. What is made depends on torchtune's source
and on nothing else. `python -m tools.regenerate_catalogue torchtune` writes it.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from tcwc.config.walk import strings
from tcwc.disk.packages import Packages
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Value
from tcwc.model.known import RecipeKey, Supplied
from tcwc.model.target import Made
from tcwc.torchtune.catalogue import lines
from tcwc.torchtune.catalogue.files import order
from tcwc.torchtune.catalogue.model import RecipeReads
from tcwc.torchtune.catalogue.packages import PACKAGES, REVISION
from tcwc.torchtune.header import Download, Header, launch_to_json, read_header
from tcwc.torchtune.introspect import components
from tcwc.torchtune.introspect.evidence import changed
from tcwc.torchtune.introspect.foreign_modules import Defined, Library
from tcwc.torchtune.introspect.parsed import parsed
from tcwc.torchtune.introspect.recipe_reader import read_class, read_recipe
from tcwc.torchtune.introspect.registry import Registered, registry, shipped
from tcwc.torchtune.introspect.sources import CONFIGS, Sources, sources_of
from tcwc.torchtune.keys import REGISTRY
from tcwc.yaml.config import read_base


def generate(packages: Packages, version: str = "", commit: str = "") -> dict[str, str]:
    """Make the text of each file of the catalogue, by file name. Raises FileNotFoundError, and
    ValueError where there is anything that cannot be used.

    A source tree is of the `version` that is named, at a `commit` of torchtune's repository.
    """
    sources = sources_of(packages, version)
    texts = _texts(sources, commit)
    for place, why in sources.left_out.items():
        raise ValueError(f"{place}: {why}")
    return texts


def generate_like(packages: Packages, schema: Callable[[str], str]) -> Made:
    """Make the files of a fork or a checkout, as of the release that it is nearest to.

    What cannot be used of it is left out, and said; `schema` gives the text of a file that ships.
    Raises FileNotFoundError, ValueError where it is none of torchtune or cannot be read.
    """
    release = release_of(packages)
    sources = sources_of(packages, release)
    cited = json.loads(schema(f"cited/{release}.json"))
    texts = _texts(sources, "", changed(cited, sources.read))
    left_out = tuple(f"{place}: {why}" for place, why in sources.left_out.items())
    return Made(texts, release, left_out)


def _texts(
    sources: Sources, commit: str, differs: Mapping[str, Sequence[str]] | None = None
) -> dict[str, str]:
    library = Library(sources.read)
    registered = sorted(registry(sources), key=lambda recipe: recipe.name)
    about, recipes = _recipes(sources, library, _with_text(sources, registered))
    if commit:
        about["commit"] = commit
    if differs:
        about["changed"] = differs
    configs = _shipped_configs(sources, registered)
    return {
        "about.json": lines.dump(about),
        "recipes.json": lines.dump(recipes),
        "components.json": lines.dump(components.members(library, _modules(sources))),
        "configs.json": lines.dump(_configs(configs, registered)),
        "launch.json": lines.dump(_launch(configs)),
    }


def release_of(packages: Packages) -> str:
    """The release of torchtune that sources are of, or come from: by their metadata, else by the
    version that is to come (version.txt). Raises FileNotFoundError, ValueError."""
    own = packages.versions.get("torchtune", "") or (packages.read("version.txt") or "").strip()
    if not own:
        raise FileNotFoundError("neither torchtune-*.dist-info nor version.txt: is it torchtune's?")
    exactly = [each for each in PACKAGES if each in (own, f"{own}.dev")]
    older = [each for each in sorted(PACKAGES, key=order) if order(each) <= order(own)]
    if not exactly and not older:
        raise ValueError(f"torchtune {own} is older than any that tcwc knows ({min(PACKAGES)})")
    return exactly[0] if exactly else older[-1]


def _modules(sources: Sources) -> Iterator[str]:
    for file in sources.files:
        if file.startswith("torchtune/") and file.endswith(".py"):
            yield file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


# about.json and recipes.json


def _with_text(sources: Sources, registered: list[Registered]) -> dict[Registered, str]:
    """The text of each registered recipe that has one; the others are noted as left out."""
    texts = {}
    for recipe in registered:
        text = sources.read(recipe.file)
        if text is not None:
            texts[recipe] = text
        elif not any(place.partition(":")[0] == recipe.file for place in sources.left_out):
            why = f"recipe {recipe.name} is registered with {recipe.file}, which is not there"
            sources.leave_out(f"{REGISTRY}:{recipe.line}", why, so="the recipe is left out")
    return texts


def _recipes(
    sources: Sources, library: Library, texts: Mapping[Registered, str]
) -> tuple[dict[str, object], dict[str, object]]:
    constants = dict(sorted(_constants(library, texts.values())))
    readers = _readers(library, constants, texts)
    packages = PACKAGES[sources.version]
    about: dict[str, object] = {
        "torchtune": sources.version,
        "revision": REVISION,
        "packages": {str(revision): dict(named) for revision, named in packages.items()},
        "constants": constants,
        "readers": {name: _reads_json(reads) for name, reads in sorted(readers.items())},
    }
    written: dict[str, object] = {}
    for recipe, text in texts.items():
        reads = read_recipe(text, recipe.file, constants=constants, readers=readers)
        if reads.error:
            place, _, why = reads.error.partition(": ")
            sources.leave_out(place, why)
            continue
        written[recipe.name] = {
            "file": recipe.file,
            "distributed": recipe.distributed,
            "configs": [name for name, _ in shipped(sources, recipe)],
            **_reads_json(reads),
        }
    return about, written


def _constants(library: Library, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What recipes import of torchtune and what is a text: the names of keys among them."""
    for text in texts:
        for node in ast.walk(parsed(text)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("torchtune"):
                for alias in node.names:
                    found = library.find(library.module(node.module or ""), alias.name)
                    match found:
                        case Defined(node=ast.Constant(value=str(value))):
                            yield f"{node.module}.{alias.name}", value


def _readers(
    library: Library, constants: dict[str, str], texts: Mapping[Registered, str]
) -> dict[str, RecipeReads]:
    """What of torchtune is handed the whole config by recipes, and what it reads of it."""
    readers: dict[str, RecipeReads] = {}
    for recipe, text in texts.items():
        for callee in read_recipe(text, recipe.file, constants=constants).unfollowed:
            module, _, name = callee.rpartition(".")
            found = library.find(library.module(module), name)
            if found is not None and isinstance(found.node, ast.ClassDef):
                source = found.module
                readers[callee] = read_class(source.text, source.file, found.node.name, constants)
    return readers


def _reads_json(reads: RecipeReads) -> dict[str, object]:
    return {
        "keys": {path: _key_json(key) for path, key in reads.keys.items()},
        "instantiates": {s: _supplied_json(given) for s, given in reads.instantiates.items()},
    }


def _key_json(key: RecipeKey) -> dict[str, object]:
    return {"required": key.required, "default": key.default, "at": list(key.at)}


def _supplied_json(given: Supplied) -> dict[str, object]:
    member: dict[str, object] = {"positional": given.positional, "keywords": list(given.keywords)}
    return {**member, "component": given.component} if given.component else member


# configs.json


@dataclass(frozen=True, slots=True)
class _Config:
    """A config: its text, and the values in it."""

    text: str
    values: dict[str, Value]


def _shipped_configs(sources: Sources, registered: list[Registered]) -> dict[str, _Config]:
    """Each config that can be read, by its name, sorted."""
    files: dict[str, str] = {
        file.removeprefix(CONFIGS).removesuffix(".yaml"): file
        for file in sources.files
        if file.startswith(CONFIGS) and file.endswith(".yaml")
    }
    for recipe in registered:
        files |= dict(shipped(sources, recipe))
    found = {name: _config(sources, file) for name, file in sorted(files.items())}
    return {name: each for name, each in found.items() if each is not None}


def _config(sources: Sources, file: str) -> _Config | None:
    text = sources.read(file)
    if text is None:
        return None
    document = read_base(text, file)
    for wrong in document.diagnostics:
        sources.leave_out(f"{file}:{wrong.span.line}", wrong.message)
        return None
    try:
        lines.dump(document.values).encode()
    except ValueError as error:  # inf and nan, and halves of characters
        sources.leave_out(file, f"it has a value that JSON has not ({error})")
        return None
    return _Config(text, document.values)


def _configs(configs: Mapping[str, _Config], registered: list[Registered]) -> dict[str, object]:
    """Each config, with the recipes that it is registered for: one of 0.6.1 has none."""
    recipes: dict[str, list[str]] = {}
    for recipe in registered:
        for name, _ in recipe.configs:
            recipes.setdefault(name, []).append(recipe.name)
    return {
        name: {"recipes": sorted(set(recipes.get(name, ()))), "values": config.values}
        for name, config in configs.items()
    }


# launch.json


def _launch(configs: Mapping[str, _Config]) -> dict[str, object]:
    """What each config's own comment says of how it is started, and what is downloaded for it."""
    headers = {name: read_header(config.text) for name, config in configs.items()}
    every = [each for header in headers.values() for each in header.downloads]
    by_folder = {each.folder.rstrip("/"): each for each in every}
    # Many of the lines forget the token that others of the same owner have.
    gated = {each.owner for each in every if each.is_gated}
    written: dict[str, object] = {}
    for name, header in headers.items():
        found = _with_downloads(header, configs[name].values, by_folder).downloads
        downloads = tuple(replace(each, is_gated=each.owner in gated) for each in found)
        written[name] = launch_to_json(replace(header, downloads=downloads))
    return written


def _with_downloads(
    header: Header, values: dict[str, Value], by_folder: Mapping[str, Download]
) -> Header:
    """With the weights that another config puts where this one looks, if it names none itself."""
    if header.downloads:
        return header
    folders = [text.rstrip("/") for path, text in strings(values) if path[-1] == "checkpoint_dir"]
    return replace(
        header, downloads=tuple(by_folder[each] for each in folders if each in by_folder)
    )
