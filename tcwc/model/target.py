"""What configs are compiled for, in one value: all that the compiler takes from it.

torchtune's is in torchtune/target.py, and the only one that ships. It is chosen where a Python
program or a command begins (api/), and stands in the `Experiment` from there on. Nothing that is
general knows a word of it, so that it can be told what is torchtune and what is compiler; a test
compiles for another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from tcwc.model.frozen import dataclass, field
from tcwc.model.patterns import pattern
from tcwc.model.source import SourceText, Span
from tcwc.model.values import Path, Value

if TYPE_CHECKING:
    from tcwc.model.about import About
    from tcwc.model.beginning import Beginning
    from tcwc.model.diagnostics import Diagnostic
    from tcwc.model.differences import Differences
    from tcwc.model.environment import Diagnosis, Environment, Use
    from tcwc.model.invocation import Invocation
    from tcwc.model.known import Knowledge, Recipe, ShippedConfig
    from tcwc.model.launch import Basis, Fetch, Start
    from tcwc.model.training import Training

ReadFile = Callable[[str], SourceText]
"""Reads a file named in the source, relative to it, under the name that findings are to give it.

Raises OSError, or UnicodeDecodeError.
"""

CodeFolders = Callable[[], Sequence[Callable[[str], "str | None"]]]
"""The folders in which an author's own code may be, each a function that reads a file of it (None
where there is none)."""


class Document(Protocol):
    """A config file that was read: its values, where each stands, and what is wrong with it."""

    @property
    def values(self) -> dict[str, Value]: ...
    @property
    def spans(self) -> Mapping[Path, Span]: ...
    @property
    def key_spans(self) -> Mapping[Path, Span]: ...
    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]: ...


class WhoReads(Protocol):
    """Who reads what in one config, for explanations."""

    def of(self, path: Path) -> Sequence[object]:
        """The code that reads a path, or a section that holds it, each in words by `str`."""

    def references(self, path: Path) -> tuple[str, ...]:
        """The keys whose `${...}` names a path, or a section that holds it."""

    def instead(self, path: Path) -> tuple[str, ...]:
        """What takes the place of a value when the run starts, and why, in words."""


@dataclass(frozen=True, slots=True)
class Data:
    """The files that ship with tcwc: `read` gives the text of one and `names` lists a folder, both
    relative to `schemas/`."""

    read: Callable[[str], str]
    names: Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Validator:
    """The target's own validation of configs, which is a program of its own.

    It is `module`, run by Python with a JSON list of paths on its stdin; the last line that it
    writes is a JSON object of those that are refused, with why. `command` is what people run to
    the same end, `install` how they come by it.
    """

    command: str
    module: str
    install: str


class SourceTree(Protocol):
    """The source of a target: a wheel, a folder of installed packages, or a source tree."""

    @property
    def versions(self) -> dict[str, str]:
        """Those of the distributions, by name."""

    @property
    def files(self) -> Callable[[str], list[str]]:
        """The files below a folder, sorted."""

    @property
    def read(self) -> Callable[[str], str | None]:
        """The text of a file; None where it is not there. Raises OSError, UnicodeDecodeError."""


CATALOGUES = "catalogues"
"""The folder of catalogues of the author's own, at the top of the repository."""

CATALOGUE_NAME = pattern(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Made:
    """A catalogue as it was made: its texts by file name, the version of the target that it is
    nearest to, and what of the source could not be used (`FILE:LINE: why; what is unknown`)."""

    texts: dict[str, str]
    of: str
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Local:
    """Catalogues of the author's own, of a fork or a checkout of the target.

    Their versions begin with `prefix`. Each is `files`, by their names without `.json`, of which
    `misshapen` names the first that is none, or gives "". `registry` is the file of the target that
    lists its recipes. `make` makes one from the target's source, and from what is known of its
    releases; it raises OSError, ValueError.
    """

    prefix: str
    files: tuple[str, ...]
    registry: str
    misshapen: Callable[[Mapping[str, str]], str]
    make: Callable[[SourceTree, Data], Made]

    def name(self, version: str) -> str:
        """What the catalogue of a version is called; "" for what is no version of the author's, or
        has a name that no catalogue can have."""
        name = version.removeprefix(self.prefix)
        is_one = version.startswith(self.prefix) and CATALOGUE_NAME.fullmatch(name)
        return name if is_one else ""

    def regain(self, version: str) -> str:
        """How to come by a catalogue that is not there, or not as it was."""
        folder = f"{CATALOGUES}/{self.name(version)}"
        return f"take it back from version control (`git checkout -- {folder}`), or from its maker"


@dataclass(frozen=True, slots=True)
class Launch:
    """What a base says of its runs beside their values.

    `start` is asked for a recipe, by its name and what is known of it, `fetches` for a config.
    `start_of` is asked for so many nodes, and processes on each, of a recipe of several.
    """

    start: Callable[[Basis, str, Recipe | None, Knowledge], Start]
    fetches: Callable[[Basis, dict[str, Value], Knowledge], Iterable[Fetch]]
    start_of: Callable[[int, int], Start]


@dataclass(frozen=True, slots=True)
class Models:
    """What in a config says which model is trained, so that one may be had in place of another.

    `sections` are taken as a whole; of `components` the component, with the keys that the other one
    does not take, as the rest says how it is trained. `root` is the folder in which configs that
    ship look for weights.
    """

    sections: tuple[str, ...]
    components: tuple[str, ...]
    root: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of the environments that runs train in.

    `asked` are the packages to look for. `own` is the version of the target that an environment
    has, "" where there is none, and `no_release` where that cannot be told. `judge` says what is
    known of an environment for a version; with it goes what is known of that version, or of
    `no_release`.
    """

    no_release: str
    asked: Callable[[Knowledge], tuple[str, ...]]
    own: Callable[[Environment, Knowledge], str]
    judge: Callable[[Environment, Knowledge, str, Use | None], Diagnosis]


@dataclass(frozen=True, slots=True)
class Target:
    """A program that is run with configs, and all that is to be known of it to compile them."""

    name: str
    """What people call it."""
    default_version: str
    """The version that counts where neither a source nor its mapping names one."""
    versions: Callable[[Data], tuple[str, ...]]
    """The versions that something is known of, oldest first."""
    open: Callable[[str, Data, CodeFolders, int | None], Knowledge]
    """What is known of a version, to runs that were built with a revision of it (None: to none)."""

    command: str
    """What starts a run, with `{recipe}` and `{config}` for what is run and the config's file, and
    with `{options}` for what stands before them."""
    lister: str
    """The command that lists the configs that there are, and what runs them."""
    example_config: str
    """A config that it ships, for people who have named none."""

    component: str | None
    """The key that names what is made of a section; None where sections are plain data."""
    made_by: str
    """What reads that key: the function that makes components."""
    write_keys: tuple[str, ...]
    """Keys that name a directory to which a run writes, at the top level or one below; there is at
    least one, and the first is the run's own, beside those of parts of it."""
    resolver: str | None
    """What people call that which resolves `${...}`, as config/interpolation reads it. Where there
    is none, `${` is refused: the run would get the text as it stands."""

    read_base: Callable[[str, str], Document]
    """The config in a text, with the meaning that the target gives it, by the file's name."""
    emit: Callable[[str, Value], str]
    """A top-level entry of a config as whole lines, which `yaml/config.py` reads back."""
    read_recipe: Callable[
        [str, Span, Knowledge, ReadFile], tuple[Recipe | None, list[Diagnostic]] | None
    ]
    """What a recipe of the author's own reads, by its name and where that stands in the source;
    None where there is no such file."""
    readers: Callable[[dict[str, Value], str, Recipe | None, Knowledge], WhoReads]
    """Who reads what in a config, by what runs it."""
    products: tuple[tuple[str, str], ...] = ()
    """Pairs of top-level keys of which the product is what counts: one makes up for the other."""
    ratios: tuple[tuple[str, str], ...] = ()
    """Pairs of dotted keys of which the first is usually a multiple of the second."""
    evaluating_config: str = ""
    """A config that it ships which evaluates; "" where there is none."""
    local: Local | None = None
    """What catalogues of the author's own are; None where there are none."""
    synonyms: Mapping[str, str] = field(default_factory=dict)
    """Other words for versions."""
    differences: Callable[[Knowledge, Knowledge], Differences] | None = None
    """What another version changes; None where nothing tells."""
    validator: Validator | None = None
    """What validates configs for real; None where there is nothing that does."""
    models: Models | None = None
    """What says which model is trained; None where configs do not tell."""
    launch: Launch | None = None
    """How runs are started and what they need, as their base has it; None where that is all one."""
    surroundings: Surroundings | None = None
    """What is known of environments; None where there is nothing."""
    training: Training | None = None
    """What is known of runs as jobs; None where they are no trainings."""
    checks: tuple[Any, ...] = ()
    """The checks whose subject is this target, in their order, for `lint` to run among its own."""
    invocation: Callable[[Sequence[str]], Invocation | None] = lambda _: None
    """How the words of a command line start a run; None for those that start none."""
    argument: Callable[[dict[str, Value], str], tuple[str, str | None]] = lambda _, it: (it, None)
    """The dotted key that an argument of that command line sets in a config, and the text of its
    value (None: the key is deleted). Raises ValueError for what is refused."""
    near_configs: Callable[[str, Knowledge], list[str]] = lambda _, __: []
    """The configs that it ships which people may mean by a name, such as that of weights."""
    about: Callable[[ShippedConfig, Knowledge], About] | None = None
    """What a config that it ships is about; None where their names are all that there is."""
    beginning: Callable[[ShippedConfig, Recipe | None, Knowledge], Beginning] | None = None
    """What an experiment on a config that it ships may begin with; None where nothing is known."""
    advise: Callable[..., list[Diagnostic]] | None = None
    """Gives findings another help, where it is known what their words mean elsewhere: called with
    them, the source's nodes, what is known of the target, and the context of the checks (None
    where there is none)."""

    def lister_of(self, version: str) -> str:
        """The command that lists the configs of a version."""
        other = version != self.default_version
        return self.lister + (f" --{self.name} {version}" if other else "")

    def version_of(self, word: str) -> str:
        """The version that a word is another one for; the word itself where it is none."""
        return self.synonyms.get(word, word)

    def words_of(self, version: str) -> list[str]:
        """Other words for a version."""
        return [word for word, each in self.synonyms.items() if each == version]

    def listed(self, versions: Sequence[str]) -> str:
        """Versions in words, with the other words that there are for them."""
        return ", ".join(f"{each}{self._called(each)}" for each in versions)

    def _called(self, version: str) -> str:
        words = ", ".join(f"`{word}`" for word in self.words_of(version))
        return f" (also {words})" if words else ""

    def start(self, recipe: str, config: str, options: str = "") -> str:
        """The command that starts a run with a config."""
        return self.command.format(recipe=recipe, config=config, options=options)

    @property
    def starter(self) -> str:
        """The words with which a command begins that starts a run."""
        return self.command.partition("{")[0].strip()

    def options_in(self, command: str, recipe: str) -> str | None:
        """The options in a command that `start` made for a recipe; None where it made no such."""
        before = self.command.partition("{options}")[0]
        options, is_one, _ = command.removeprefix(before).partition(f"{recipe} ")
        return options if is_one and command.startswith(before) else None

    def are_components(self, value: Value) -> bool:
        """Whether a value is a list of components, which may stand where one of them does."""
        return (
            self.component is not None
            and isinstance(value, list)
            and bool(value)
            and all(isinstance(item, dict) and self.component in item for item in value)
        )
