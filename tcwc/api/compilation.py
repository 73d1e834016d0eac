"""The Python API: compile an experiment, look at its runs, write them.

What only a build needs is imported where it is used: `tcwc lint` runs in every commit.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING, NoReturn

from tcwc.api.recorded import not_text, recorded
from tcwc.api.session import CLUSTER_VARIABLE, Session
from tcwc.compiler import Asked, Catalogues, Compiled, compile_source
from tcwc.disk.boundary import real_path
from tcwc.disk.files import FileProblem, Place, find_local_settings
from tcwc.disk.folder import MAPPING, Folder
from tcwc.lint.fewer import few
from tcwc.model.diagnostics import Diagnostic, counted, first_errors, has_errors, in_order
from tcwc.model.frozen import replace
from tcwc.model.ir import Experiment, Path
from tcwc.model.paths import BadKey, parse_key
from tcwc.model.printable import printable
from tcwc.model.problem import Problem
from tcwc.model.rules import OF_THE_FOLDER, OUTSIDE_OUTPUT, SHARED_FOLDER
from tcwc.model.source import SourceText, Span

if TYPE_CHECKING:
    from tcwc.api.runs import Run, Runs
    from tcwc.api.settings import Settings
    from tcwc.builds.build import Build
    from tcwc.builds.mapping import Lock
    from tcwc.builds.strays import Strays
    from tcwc.builds.write import Report
    from tcwc.explain.notes import Explanation
    from tcwc.language.tree import Tree
    from tcwc.lint.rules.rule_files import RuleSet
    from tcwc.model.known import Knowledge, Recipe
    from tcwc.model.launch import Fetch, Start
    from tcwc.model.outside import Veil
    from tcwc.model.site import Site


_ELSEWHERE = (SHARED_FOLDER, OUTSIDE_OUTPUT)
_TOLD = 3
"""Errors that an exception tells of; `diagnostics` has all."""


def compile(
    source: str | os.PathLike[str],
    *,
    upgrade: bool = False,
    text: str | None = None,
    others: Mapping[str, str] | None = None,
    session: Session | None = None,
) -> Compilation:
    """Compile an experiment file. Writes nothing, and raises for no mistake in the file.

    The mapping of an earlier build beside it is read: it holds run ids, and what short names
    meant; with `upgrade` the latter may change. The settings that hold in its folder count.
    `text` is compiled as if it stood in the file, `others` as if they stood in files that the
    source names, by their names in `Compilation.sources`; a `session` makes several compiles
    cheaper.
    Raises FileProblem where the file or the settings cannot be read, TypeError for no path.
    """
    if not isinstance(source, (str, os.PathLike)):
        raise TypeError(f"{_NO_PATH}; {_TEXT}")
    if text is None and "\n" in os.fspath(source) and not os.path.lexists(source):
        raise NoPath(_NO_PATH, _TEXT)
    if text is not None and not isinstance(text, str):
        raise TypeError(f"`text` is what stands in the file, a string, not {type(text).__name__}")
    session = session or Session()
    place = session.place(os.fspath(source))
    is_outside = text is None and place.guard.is_outside(place.path)
    if text is None:
        text = place.source()
        if "\n# tcwc run_" in text[:400] or place.path.endswith(MAPPING):  # no experiment has those
            from tcwc.api.built import built

            if (wrong := built(place.path, text)) is not None:
                raise FileProblem(*wrong)
    settings = session.settings(place.folder)
    rules = session.user_rules(settings, place)
    versions = session.versions_at(place)
    compiled = compile_source(
        SourceText(place.path, text, is_outside=is_outside),
        partial(_read, place, others or {}),
        session.target,
        Catalogues(
            versions,
            lambda version, built_with: session.catalogue(version, place, built_with),
        ),
        lambda output, name: recorded(place, name, output, upgrade=upgrade),
        Asked(
            judge=settings.judge(place) if settings else None,
            exists=place.exists,
            text_of=place.text_of,
            head=place.head,
            matching=place.matching,
            below=place.below,
            user_rules=rules.rules if rules else None,
            preview=settings.preview if settings else session.preview,
            watch=session.watch,
            site=_site(place, settings, session),
        ),
    )
    compiled = with_what_is_beside(compiled, place, settings, rules)
    strict = settings is not None and settings.strict
    veil = session.veil(place, compiled.sources)
    return Compilation(place, compiled, upgrade, versions, strict=strict, veil=veil)


def with_what_is_beside(
    compiled: Compiled, place: Place, settings: Settings | None, rules: RuleSet | None
) -> Compiled:
    """The same with what is to be said of settings, of rules of the user's own, and of code that
    may not be read."""
    beside: list[Diagnostic] = []
    texts = dict(compiled.sources)
    if rules is not None:
        beside += rules.diagnostics
        texts |= rules.sources
    if settings is not None and settings.secrets:
        beside += few([found for each in settings.secrets for found in each.found])
        texts |= {each.source.name: each.source for each in settings.secrets}
    if place.guard.reads.refused:
        from tcwc.api.outside import refused_code

        beside += few(list(refused_code(place, texts.values())))
    if beside or rules is not None:
        told = in_order([*compiled.diagnostics, *beside], compiled.called)
        compiled = replace(compiled, diagnostics=told, sources=texts)
    return compiled


class NoPath(FileProblem, TypeError):
    """A path with a line end in it that there is none of: the text of an experiment, most likely.

    In a program that is a wrong argument, on a command line a file that cannot be read.
    """


_NO_PATH = "compile takes the path of an experiment file, such as 'experiment.yaml'"
_TEXT = "what could stand in one goes to `text`: compile('experiment.yaml', text=...)"


def _site(place: Place, settings: Settings | None, session: Session) -> Site | None:
    """The cluster that is chosen for an experiment; None where none is, or its profile cannot be
    read."""
    if place.folder not in session.sites:
        chosen = session.cluster or session.takes_only_cluster
        chosen = chosen or (settings is not None and settings.cluster is not None)
        site = None
        if chosen or os.environ.get(CLUSTER_VARIABLE) or find_local_settings(place.folder):
            from tcwc.api.clusters import site_of

            site = site_of(place, settings, session)
        session.sites[place.folder] = site
    return session.sites[place.folder]


def _read(place: Place, others: Mapping[str, str], called: str) -> SourceText:
    """A file that the source of a place names, under the name that users read in findings."""
    name = place.shown(called)
    is_outside = place.is_outside(called)
    try:
        text = others[name] if name in others else place.read(called)
        return SourceText(name, text, is_outside=is_outside)
    except FileNotFoundError as error:
        if is_outside:  # what else is there is not told
            raise
        from tcwc.disk.near import named_like  # for mistakes only
        from tcwc.model.unreadable import NotThere

        missing = NotThere(*error.args)
        missing.near = named_like(place.folder, called)
        raise missing from None


def _not_built(diagnostics: Sequence[Diagnostic]) -> Problem:
    """The error of who builds an experiment that has some, with the first of them."""
    from tcwc.builds.errors import BuildError

    told = first_errors(diagnostics, _TOLD)
    message = f"the experiment has errors{':' if told else ''}"
    return BuildError(message, "`diagnostics` lists them", told)


class Compilation:
    """What an experiment compiled to.

    `strict`: its settings make warnings fail a command. All texts that findings point into are
    named as from where tcwc runs.
    """

    def __init__(
        self,
        place: Place,
        compiled: Compiled,
        upgrade: bool,
        versions: tuple[str, ...],
        *,
        strict: bool = False,
        veil: Veil | None = None,
    ) -> None:
        self.place = place
        self._veil = veil
        self.strict = strict
        self._compiled = compiled
        self._upgrade = upgrade
        self._versions = versions
        self._named = False

    def __copy__(self) -> Compilation:
        return self

    def __deepcopy__(self, _: object) -> Compilation:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"a compilation of {printable(self.place.path)} cannot be pickled, as it reads files: "
            "give other processes the path, or `id`, `config` or `text` of its runs"
        )

    def __repr__(self) -> str:
        made = f"{len(self.experiment.cells):,} runs" if self.ok and self.experiment else "no runs"
        found = counted(self.diagnostics) or "no findings"
        return printable(f"<Compilation {self.place.path}: {made}, {found}>")

    def _repr_html_(self) -> str:
        from html import escape

        from tcwc.api.html import findings_table, runs_table

        runs = ""
        if self.ok:
            with suppress(Problem, OSError):  # of the mapping: a look at the source raises nothing
                runs = runs_table(self.runs)
        return f"<p>{escape(repr(self)[1:-1])}</p>{findings_table(self.diagnostics)}{runs}"

    @property
    def experiment(self) -> Experiment | None:
        """The experiment, names resolved and values typed; None where too little could be read."""
        return self._compiled.experiment

    @cached_property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All findings, by place in the source. What only a file outside of the repository says is
        stars in them."""
        if self._veil is None:
            return self._compiled.diagnostics
        from tcwc.model.outside import veiled

        return tuple(veiled(each, self._veil) for each in self._compiled.diagnostics)

    @property
    def sources(self) -> Mapping[str, SourceText]:
        """The texts that findings point into, by name; none of a file outside of the repository."""
        if self._veil is None:
            return self._compiled.sources
        return {n: text for n, text in self._compiled.sources.items() if not text.is_outside}

    @property
    def is_veiled(self) -> bool:
        """Whether files outside of the repository were read, whose text is not shown."""
        return self._veil is not None

    def shown(self, text: str) -> str:
        """A text with stars for what only a file outside of the repository says."""
        return text if self._veil is None else self._veil(text)

    @property
    def ok(self) -> bool:
        """Whether there is no error, so that there are runs.

        Another's folder, or one outside of the repository, does not keep them from being there;
        `write` refuses it, adopts it, or is told another one.
        """
        left = [each for each in self.diagnostics if each.rule not in _ELSEWHERE]
        return self.experiment is not None and not has_errors(left)

    @property
    def known(self) -> Knowledge | None:
        """What is known of the target's version; None where too little could be read."""
        return self._compiled.catalogue

    @property
    def recipe(self) -> Recipe | None:
        """What is known of the recipe; None where that is nothing."""
        return self._compiled.recipe

    @property
    def tree(self) -> Tree | None:
        """What stands where in the configs, and what reads it; None as `known` is."""
        return self._compiled.tree

    @property
    def of_source(self) -> tuple[Diagnostic, ...]:
        """The findings but for those about what lies in the output folder."""
        return tuple(each for each in self.diagnostics if each.rule not in OF_THE_FOLDER)

    @property
    def output_at(self) -> Span | None:
        """Where the source names its output folder, or else its start; None without any text."""
        return self._compiled.output_at

    @property
    def folder(self) -> str:
        """The output folder: `configs` beside the source, unless the source names another."""
        return self.place.output(self.experiment.output if self.experiment else None)

    @property
    def _output(self) -> Folder:
        return Folder(self.folder)

    @cached_property
    def lock(self) -> Lock | None:
        """The mapping of the last build; None where there is none.

        Raises LockError, OSError, and FileProblem where it is no text.
        """
        from tcwc.builds.errors import LockError
        from tcwc.builds.mapping_reader import read_lock

        if self._is_outside:
            return None
        try:
            text = self._output.read_mapping()
            return None if text is None else read_lock(text)
        except UnicodeDecodeError:
            raise FileProblem(*not_text(self.folder)) from None
        except LockError as error:
            raise error.in_folder(self.folder) from None

    @cached_property
    def build(self) -> Build:
        """The runs beside the mapping of the last build. Raises BuildError, LockError, OSError.

        Where configs stand in the folder without any mapping, nobody knows which runs they are.
        """
        from tcwc.builds.strays import find_strays

        if self._is_outside:
            return self.build_upon(None)
        strays = find_strays(self._output, self.lock)
        if self.lock is None:
            from tcwc.api.refusals import check_record

            check_record(self.place, self._name, self._output, strays)
        return self.build_upon(self.lock, strays)

    @property
    def _name(self) -> str:
        return self.experiment.name if self.experiment else ""

    def check_owner(self, *, adopts: bool = False) -> None:
        """Refuse the mapping of another source: its ids are of other runs.

        One that is adopted may be that of a source which is there no more. Raises BuildError,
        LockError, OSError.
        """
        from tcwc.api.refusals import check_owner

        if self.lock is not None:
            check_owner(self.place, self._name, self._output, self.lock, adopts=adopts)

    @property
    def runs(self) -> Runs:
        """The runs, with the ids that they have or would get. Raises as `build` does."""
        from tcwc.api.runs import Runs

        return Runs(self.build)

    def path(self, text: str) -> Path | str:
        """The path that a text or a short name stands for, or in words why it stands for none."""
        key = parse_key(text)
        if isinstance(key, BadKey):
            return f"{key.message}; {key.help}"
        word = key.path[0]
        arms = [factor.path for factor in self.experiment.factors] if self.experiment else []
        if not key.is_bare or key.path in arms or not isinstance(word, str):
            return key.path
        from tcwc.lint.assigned import assignments

        if self.experiment and any(a.path == key.path for a in assignments(self.experiment)):
            return key.path
        return self._compiled.resolve(word)

    def _run(self, run: Run | str | int) -> Run:
        """A run, or that of an id or a place. Raises TypeError for what is none of these."""
        from tcwc.api.runs import Run

        return run if isinstance(run, Run) else self.runs[run]

    def explain(
        self, run: Run | str | int, path: Path | str = (), *, everything: bool = False
    ) -> Explanation:
        """Where the values of a run come from, and what reads them, below a path or all.

        The run may be named by its id, or by its place in the design; the path as an author would
        ("optimizer.lr", "lr"). Raises ValueError where such a name stands for no path.
        Without a path those that are only the base's are counted, unless `everything` is asked
        for. There are no origins where the run has nothing at the path, and nothing reads it.
        """
        from tcwc.explain.run import Subject, explain_run

        run = self._run(run)
        found = self.path(path) if isinstance(path, str) else tuple(path)
        if isinstance(found, str):
            raise ValueError(f"{run.id} has no `{path!s}`: {found}")
        compiled = self._compiled
        assert compiled.experiment is not None
        assert compiled.catalogue is not None
        subject = Subject(
            compiled.experiment,
            compiled.catalogue,
            compiled.recipe,
            run.cell,
            run.id,
            run.config,
            (*run.was, run.science_hash),
        )
        return explain_run(subject, found, everything=everything)

    def build_upon(self, lock: Lock | None, strays: Strays | None = None) -> Build:
        """The runs beside a mapping and configs that it does not know, or beside none.

        Raises BuildError where there are errors.
        """
        from tcwc.api.owner import source_name
        from tcwc.api.refusals import check_source_name, check_version
        from tcwc.api.starting import start_of
        from tcwc.builds.build import Build, unfilled
        from tcwc.builds.configs import Configs
        from tcwc.config.filling import NotFilled
        from tcwc.model.science import science_of

        experiment, catalogue = self._compiled.experiment, self._compiled.catalogue
        if experiment is None or catalogue is None or not self.ok:
            raise _not_built(self.diagnostics)
        source = source_name(self.place, self.folder)
        check_source_name(self.place, source)
        if lock is not None and not self._upgrade:
            check_version(lock, experiment, self._versions)
        if lock is not None and lock.head.torchtune.get("version") != experiment.version:
            from tcwc.builds.renamed import renamed

            lock = renamed(lock, catalogue.present_name)
        try:
            configs = Configs(experiment, science_of(experiment, catalogue.key_class))
        except NotFilled as problem:  # the finding that says so was ignored by a comment
            raise unfilled(problem) from None
        key_class = catalogue.key_class
        return Build(
            experiment,
            configs,
            lock,
            key_class,
            source=source,
            folder=self._output,
            strays=strays,
            upgrade=self._upgrade,
            start=start_of(self._compiled, self.place),
            start_of=None if experiment.resources is None else self._start_of,
            **self._evaluates(),
        )

    def _evaluates(self) -> dict[str, Callable[[Build], Iterator[tuple[str, str]]]]:
        """What makes the configs of evaluations, where there are any."""
        if self.experiment is None or not self.experiment.evaluations:
            return {}
        from tcwc.api.evaluated import evaluation_configs

        assert self.known is not None
        known = self.known
        return {"evaluations": lambda build: evaluation_configs(build, known, self.recipe)}

    def _start_of(self, build: Build, id: str) -> Start:
        from tcwc.api.runs import Runs
        from tcwc.api.starting import start_of_run

        return start_of_run(build, self.recipe, Runs(build)[id])

    @property
    def _is_outside(self) -> bool:
        """Whether the output folder is outside of the repository, and no command named it."""
        boundary = self.place.guard.boundary
        return not self._named and self._output.leading_out(boundary) is not None

    def _check_inside(self) -> None:
        """Refuse an output folder outside of the repository. Raises BuildError."""
        from tcwc.api.outside import outside_output
        from tcwc.builds.errors import BuildError

        wrong = outside_output(self.place, self.folder)
        if wrong is not None:
            raise BuildError(*wrong)

    def fetches(self, run: Run | str | int) -> tuple[Fetch, ...]:
        """What is to be brought to this machine before a run that reads what its base does, or the
        config that is its level."""
        from tcwc.api.starting import fetches_of

        return tuple(fetches_of(self._compiled, self.place, self._run(run)))

    def fetches_of_models(self) -> tuple[Fetch, ...]:
        """What is to be brought here for all models that are levels, each once; nothing where none
        is."""
        from tcwc.api.starting import first_of_each_model

        assert self.experiment is not None
        first = first_of_each_model(self.experiment, self.runs)
        every = (each for run in first for each in self.fetches(run))
        return tuple({each.command: each for each in every}.values())

    def write(
        self,
        folder: str | os.PathLike[str] | None = None,
        *,
        force: bool = False,
        renumber: bool = False,
        adopt: bool = False,
        on_wait: Callable[[], None] = lambda: None,
        on_run: Callable[[int, int], None] = lambda *_: None,
        on_leftovers: Callable[[int], None] = lambda _: None,
    ) -> Report:
        """Write all configs and the mapping, all or nothing; gives what was done.

        `folder` is another place than the experiment's own, for a build that is not kept.
        `force` gives up edits of configs, `renumber` forgets the ids there are, `adopt` takes
        over the mapping of another source; `on_wait` is called once where another build holds
        things up, `on_run` after each run with how many are done, and of how many, `on_leftovers`
        before many files are removed that a killed build left, with how many.
        Raises BuildError, LockError, WriteError, OSError, ValueError for a folder without a name.
        """
        from tcwc.api.owner import holds
        from tcwc.api.refusals import check_target, nothing_to_adopt
        from tcwc.builds.changes import says_the_same
        from tcwc.builds.write import write
        from tcwc.disk.locking import exclusive
        from tcwc.disk.writer import Writer

        if folder is None:
            self._check_inside()
        target = os.fspath(folder) if folder is not None else self.folder
        if not target:
            raise ValueError("the name of the folder is empty")
        own = real_path(target) == real_path(self.folder)
        self._named = own and folder is not None
        with exclusive(self.place.folder, on_wait=on_wait):
            # Another build may have ended since they were read, or while this one waited.
            for read in ("lock", "build"):
                self.__dict__.pop(read, None)
            self.check_owner(adopts=adopt)
            if adopt and self.lock is None:
                raise nothing_to_adopt(self._output)
            if not own:
                check_target(self.place, self._name, self.folder, target)
            self.lock  # noqa: B018  read in any case: what is damaged is not overwritten
            build = self.build_upon(None) if renumber else self.build
            report = write(
                build,
                Folder(target),
                Writer(target, force=force, is_same=says_the_same, on_leftovers=on_leftovers),
                own=own,
                inside=holds(target, self.place),
                mends=force,
                on_run=on_run,
            )
            # With `renumber` not what `build` would make, and `runs` are those that were written.
            self.__dict__["build"] = build
            return report
