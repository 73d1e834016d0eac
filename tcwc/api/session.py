"""What several compiles share: settings, catalogues, rules of the user's own."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tcwc.disk import data
from tcwc.disk.boundary import boundary_of
from tcwc.disk.files import FileProblem, Place, find_settings
from tcwc.disk.guard import Guard, Reads
from tcwc.model.diagnostics import Rule
from tcwc.model.frozen import replace
from tcwc.model.known import Knowledge
from tcwc.model.outside import Veil
from tcwc.model.recent import Recent
from tcwc.model.site import Site
from tcwc.model.source import SourceText
from tcwc.model.target import Data, Local, Target
from tcwc.torchtune.target import TORCHTUNE

if TYPE_CHECKING:
    from tcwc.api.settings import Settings
    from tcwc.lint.rules.rule_files import RuleFile, RuleSet
    from tcwc.lint.stopwatch import Stopwatch


TARGET = TORCHTUNE
"""What commands, and Python programs that say nothing else, compile for."""

CLUSTER_VARIABLE = "TCWC_CLUSTER"
"""The variable of the environment that names a cluster profile."""

_FOLDERS = 16
"""Folders of which something is kept: a process that lives long meets many."""


class Session:
    """What several compiles share: settings, catalogues, and a stopwatch.

    It compiles for a `target`. What holds in a folder is looked up once, and is kept for the last
    few folders. With `own_rules` these rules of a user hold, and no settings do. With `preview`
    preview rules are reported, whatever the settings say. `watch` takes the time of checks. With
    `inside_only` no file outside of an experiment's repository is read. `cluster` names the profile
    of the cluster that its runs are for, before the environment and settings do.
    """

    def __init__(
        self,
        own_rules: RuleSet | None = None,
        *,
        preview: bool = False,
        watch: Stopwatch | None = None,
        target: Target = TARGET,
        inside_only: bool = False,
        cluster: str | None = None,
    ) -> None:
        self.target = target
        self.cluster = cluster
        self.takes_only_cluster = False
        """Whether the only profile that there is holds where nothing names one."""
        self.preview = preview
        self.watch = watch
        self._only = own_rules
        self._rules: dict[tuple[str, ...], RuleSet] = {}  # all: at the end `rule_file` is asked
        self._rule_reads: dict[tuple[str, ...], Reads] = {}
        self.versions = target.versions(DATA)
        self._catalogues: dict[tuple[str, str, int | None], Knowledge] = Recent(_FOLDERS)
        self._settings: dict[str, Settings | None] = Recent(_FOLDERS)
        self.sites: dict[str, Site | None] = Recent(_FOLDERS)
        """The cluster that is chosen in a folder."""
        self.excluded: set[str] = set()
        """Experiments, and folders of configs, that settings leave out of what was looked for."""
        self._inside_only = inside_only
        self._reads: dict[str, Reads] = Recent(_FOLDERS)

    def place(self, path: str) -> Place:
        """An experiment's file, with what reads what it names. Raises FileProblem.

        Experiments in one folder share what was read there: code is read once for all.
        """
        folder = Place(path).folder
        settings = self.settings(folder)
        strict = self._inside_only or (settings is not None and settings.inside_only)
        guard = Guard(boundary_of(path, alone=strict), strict, self._reads_in(folder))
        return Place(path, guard)

    def _reads_in(self, folder: str) -> Reads:
        if folder not in self._reads:
            self._reads[folder] = Reads()
        return self._reads[folder]

    def veil(self, place: Place, sources: Mapping[str, SourceText]) -> Veil | None:
        """What hides the text of files outside of the repository that were read for an experiment;
        None where there were none."""
        texts, reads = sources.values(), (place.guard.reads, place.guard.own)
        outside = [each.text for each in texts if each.is_outside]
        outside += [text for each in reads for text in each.outside.values()]
        if not outside:
            return None
        inside = [each.text for each in texts if not each.is_outside]
        inside += [text for each in reads for text in each.inside.values()]
        inside += map(os.strerror, errno.errorcode)  # the system's words
        return Veil(outside, [*inside, place.path, os.getcwd(), *sources], data.own_text())

    def catalogue(self, version: str, place: Place, built_with: int | None = None) -> Knowledge:
        """What is known of a version of the target, and of the code beside an experiment.

        `built_with` is the revision of the catalogue that its runs were built with.
        """
        key = (version, place.folder, built_with)
        if key not in self._catalogues:
            files, local = DATA, self.target.local
            if local is not None and version.startswith(local.prefix):
                files = replace(files, read=self._with_local(version, place, local))
            self._catalogues[key] = self.target.open(version, files, place.code_folders, built_with)
        return self._catalogues[key]

    def versions_at(self, place: Place) -> tuple[str, ...]:
        """The versions of the target that an experiment in a place may name."""
        if self.target.local is None:
            return self.versions
        from tcwc.api.local_catalogues import names_at

        prefix = self.target.local.prefix
        return (*self.versions, *(f"{prefix}{name}" for name in names_at(place)))

    def _with_local(self, version: str, place: Place, local: Local) -> Callable[[str], str]:
        """Reads tcwc's data, and a catalogue of the author's own among them."""
        from tcwc.api.local_catalogues import texts_at

        texts = texts_at(place, version.removeprefix(local.prefix), local)
        folder = f"{self.target.name}/{version}/"

        def read(name: str) -> str:
            if name.startswith(folder):
                return texts[name.removeprefix(folder).removesuffix(".json")]
            return DATA.read(name)

        return read

    def settings(self, folder: str) -> Settings | None:
        """The settings that hold in a folder; None where there are none. Raises FileProblem."""
        if folder not in self._settings:
            guard = self._guard_in(folder)
            settings: Settings | None = None
            for path in reversed(find_settings(folder, guard) if self._only is None else []):
                settings = self._read(path, guard, settings)
            self._settings[folder] = settings
        return self._settings[folder]

    def _guard_in(self, folder: str) -> Guard:
        boundary = boundary_of(os.path.join(folder, "tcwc.toml"))
        return Guard(boundary, self._inside_only, self._reads_in(folder))

    def _read(self, path: str, guard: Guard, above: Settings | None) -> Settings:
        from tcwc import __version__
        from tcwc.api.settings import read_settings

        try:
            return read_settings(path, __version__, guard, preview=self.preview, above=above)
        except FileProblem:
            if not guard.is_outside(path) or guard.is_strict:
                raise
            message = f"{os.path.relpath(path)} leads out of the repository, to no settings of tcwc"
            raise FileProblem(message, "put a file of settings there") from None

    def user_rules(self, settings: Settings | None, place: Place) -> RuleSet | None:
        """The rules of the user's own that settings name; None where they name none.

        Raises FileProblem where a folder of rules cannot be read.
        """
        if self._only is not None or settings is None or not settings.rules:
            return self._only
        if settings.rules not in self._rules:
            from tcwc.api.rule_files import read_rules_of

            guard = Guard(boundary_of(settings.path), place.guard.is_strict)
            self._rules[settings.rules] = read_rules_of(settings, guard)
            self._rule_reads[settings.rules] = guard.reads
        place.guard.reads.note(self._rule_reads[settings.rules])
        return self._rules[settings.rules]

    def is_outside(self, file: RuleFile) -> bool:
        """Whether a rule of the user's own is of a file outside of the repository."""
        path = os.path.abspath(file.file)
        return any(path in map(os.path.abspath, each.outside) for each in self._rule_reads.values())

    def rule_file(self, rule: Rule) -> RuleFile | None:
        """The file of a rule of a user's own that was read; None for other rules."""
        files = (file for read in self._rules.values() for file in read.files)
        return next((file for file in files if file.rule.code == rule.code), None)


DATA = Data(data.read_schema, data.schema_names)
