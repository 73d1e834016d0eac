"""Makes the catalogue of a torchtune version from its unpacked wheel or its installation.

Everything is read as text: torchtune is never imported. What is made depends on torchtune's source
and on nothing else. `python -m tools.regenerate_catalogue torchtune` writes it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping

from tcwc.config.walk import strings
from tcwc.disk.packages import Packages
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Value
from tcwc.model.known import RecipeKey, Supplied
from tcwc.torchtune.catalogue import lines
from tcwc.torchtune.catalogue.files import order
from tcwc.torchtune.catalogue.model import RecipeReads
from tcwc.torchtune.catalogue.packages import PACKAGES, REVISION
from tcwc.torchtune.header import Download, Header, launch_to_json, read_header
from tcwc.torchtune.introspect import components
from tcwc.torchtune.introspect.foreign_modules import Defined, Library
from tcwc.torchtune.introspect.parsed import parsed
from tcwc.torchtune.introspect.recipe_reader import read_class, read_recipe
from tcwc.yaml.config import read_base

_CONFIGS = "recipes/configs/"
_PACKAGES = ("recipes/", "torchtune/")


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of a distribution: `recipes/...` and `torchtune/...`, by name, and its version."""

    version: str
    files: tuple[str, ...]
    read: Callable[[str], str | None]

    def text(self, name: str) -> str:
        text = self.read(name)
        if text is None:
            raise FileNotFoundError(f"{name}: torchtune {self.version} has no such file")
        return text


def generate(packages: Packages, version: str = "", commit: str = "") -> dict[str, str]:
    """Make the text of each file of the catalogue, by file name. Raises FileNotFoundError.

    A source tree is of the `version` that is named, at a `commit` of torchtune's repository.
    """
    sources = sources_of(packages, version)
    library = Library(sources.read)
    about, recipes = _recipes(sources, library)
    if commit:
        about["commit"] = commit
    return {
        "about.json": lines.dump(about),
        "recipes.json": lines.dump(recipes),
        "components.json": lines.dump(components.members(library, _modules(sources))),
        "configs.json": lines.dump(_configs(sources)),
        "launch.json": lines.dump(_launch(sources)),
    }


def generate_like(packages: Packages) -> dict[str, str]:
    """Make the files of a fork or a checkout, as of the release that it is nearest to.

    Raises FileNotFoundError, ValueError where it is none of torchtune or cannot be read.
    """
    return generate(packages, release_of(packages))


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


# The registry


@dataclass(frozen=True, slots=True)
class _Registered:
    name: str
    file: str
    distributed: bool
    configs: tuple[tuple[str, str], ...]


def _registry(sources: Sources) -> list[_Registered]:
    """Read torchtune/_recipe_registry.py: recipes, and their configs as (name, file)."""
    tree = parsed(sources.text("torchtune/_recipe_registry.py"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [_registered(call) for call in calls if ast.unparse(call.func) == "Recipe"]


def _registered(call: ast.Call) -> _Registered:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    configs = given["configs"]
    assert isinstance(configs, ast.List)
    pairs = []
    for config in configs.elts:
        assert isinstance(config, ast.Call)
        values = {k.arg: str(ast.literal_eval(k.value)) for k in config.keywords}
        pairs.append((values["name"], values["file_path"]))
    return _Registered(
        ast.literal_eval(given["name"]),
        "recipes/" + ast.literal_eval(given["file_path"]),
        bool(ast.literal_eval(given["supports_distributed"])),
        tuple(pairs),
    )


def _shipped(sources: Sources, recipe: _Registered) -> list[tuple[str, str]]:
    """The registered configs that have a file, by name and file: one of 0.6.1 has none."""
    pairs = ((name, _CONFIGS + file) for name, file in recipe.configs)
    return sorted((name, file) for name, file in pairs if sources.read(file) is not None)


# about.json and recipes.json


def _recipes(sources: Sources, library: Library) -> tuple[dict[str, object], dict[str, object]]:
    registry = sorted(_registry(sources), key=lambda recipe: recipe.name)
    texts = {recipe.name: sources.text(recipe.file) for recipe in registry}
    constants = dict(sorted(_constants(library, texts.values())))
    readers = _readers(library, constants, registry, texts)
    packages = PACKAGES[sources.version]
    about: dict[str, object] = {
        "torchtune": sources.version,
        "revision": REVISION,
        "packages": {str(revision): dict(named) for revision, named in packages.items()},
        "constants": constants,
        "readers": {name: _reads_json(reads) for name, reads in sorted(readers.items())},
    }
    written: dict[str, object] = {}
    for recipe in registry:
        reads = read_recipe(texts[recipe.name], recipe.file, constants=constants, readers=readers)
        if reads.error:
            raise ValueError(f"{recipe.file}: {reads.error}")
        written[recipe.name] = {
            "file": recipe.file,
            "distributed": recipe.distributed,
            "configs": [name for name, _ in _shipped(sources, recipe)],
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
    library: Library,
    constants: dict[str, str],
    registry: list[_Registered],
    texts: dict[str, str],
) -> dict[str, RecipeReads]:
    """What of torchtune is handed the whole config by recipes, and what it reads of it."""
    readers: dict[str, RecipeReads] = {}
    for recipe in registry:
        for callee in read_recipe(texts[recipe.name], recipe.file, constants=constants).unfollowed:
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


def _configs(sources: Sources) -> dict[str, object]:
    """Each config file, with the recipes that it is registered for: one of 0.6.1 has none."""
    recipes: dict[str, list[str]] = {}
    for recipe in _registry(sources):
        for name, _ in _shipped(sources, recipe):
            recipes.setdefault(name, []).append(recipe.name)
    return {
        name: {"recipes": sorted(recipes.get(name, ())), "values": _values(sources, file)}
        for name, file in _config_files(sources).items()
    }


def _config_files(sources: Sources) -> dict[str, str]:
    """The file of each config, by its name, sorted."""
    files: dict[str, str] = {
        file.removeprefix(_CONFIGS).removesuffix(".yaml"): file
        for file in sources.files
        if file.startswith(_CONFIGS) and file.endswith(".yaml")
    }
    for recipe in _registry(sources):
        files |= dict(_shipped(sources, recipe))
    return dict(sorted(files.items()))


def _values(sources: Sources, file: str) -> dict[str, Value]:
    document = read_base(sources.text(file), file)
    if document.diagnostics:
        raise ValueError(f"{file}: {document.diagnostics[0].message}")
    return document.values


# launch.json


def _launch(sources: Sources) -> dict[str, object]:
    """What each config's own comment says of how it is started, and what is downloaded for it."""
    files = _config_files(sources)
    headers = {name: read_header(sources.text(file)) for name, file in files.items()}
    every = [each for header in headers.values() for each in header.downloads]
    by_folder = {each.folder.rstrip("/"): each for each in every}
    # Many of the lines forget the token that others of the same owner have.
    gated = {each.owner for each in every if each.is_gated}
    written: dict[str, object] = {}
    for name, header in headers.items():
        found = _with_downloads(header, _values(sources, files[name]), by_folder).downloads
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


def sources_of(packages: Packages, version: str = "") -> Sources:
    """The sources of the torchtune among packages. Raises FileNotFoundError."""
    version = version or packages.versions.get("torchtune", "")
    if not version:
        raise FileNotFoundError(
            "no torchtune-*.dist-info: is this torchtune's wheel or its folder?"
        )
    names = [name for folder in _PACKAGES for name in packages.files(folder)]
    sources = tuple(name for name in names if name.endswith((".py", ".yaml")))
    # Not what lies beside it in a folder of installed packages: a wheel would give other files.
    return Sources(
        version, sources, lambda n: packages.read(n) if n.startswith(_PACKAGES) else None
    )
