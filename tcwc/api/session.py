"""What several compiles share: settings, catalogues, rules of the user's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcwc.disk import data
from tcwc.disk.files import Place, find_settings, read_rule_folder
from tcwc.model.diagnostics import Rule
from tcwc.model.known import Knowledge
from tcwc.model.recent import Recent
from tcwc.model.target import Data, Target
from tcwc.torchtune.target import TORCHTUNE

if TYPE_CHECKING:
    from tcwc.api.settings import Settings
    from tcwc.lint.rules.rule_files import RuleFile, RuleSet
    from tcwc.lint.stopwatch import Stopwatch


TARGET = TORCHTUNE
"""What commands, and Python programs that say nothing else, compile for."""

_FOLDERS = 16
"""Folders of which something is kept: a process that lives long meets many."""


class Session:
    """What several compiles share: settings, catalogues, and a stopwatch.

    It compiles for a `target`. What holds in a folder is looked up once, and is kept for the last
    few folders. With `own_rules` these rules of a user hold, and no settings do. With `preview`
    preview rules are reported, whatever the settings say. `watch` takes the time of checks.
    """

    def __init__(
        self,
        own_rules: RuleSet | None = None,
        *,
        preview: bool = False,
        watch: Stopwatch | None = None,
        target: Target = TARGET,
    ) -> None:
        self.target = target
        self.preview = preview
        self.watch = watch
        self._only = own_rules
        self._rules: dict[tuple[str, ...], RuleSet] = {}  # all: at the end `rule_file` is asked
        self.versions = target.versions(_DATA)
        self._texts: dict[str, str] = {}  # by file of tcwc's own data
        self._catalogues: dict[tuple[str, str, int | None], Knowledge] = Recent(_FOLDERS)
        self._settings: dict[str, Settings | None] = Recent(_FOLDERS)

    def catalogue(self, version: str, place: Place, built_with: int | None = None) -> Knowledge:
        """What is known of a version of the target, and of the code beside an experiment.

        `built_with` is the revision of the catalogue that its runs were built with.
        """
        key = (version, place.folder, built_with)
        if key not in self._catalogues:
            # Texts once for all folders: only the author's code beside an experiment differs.
            shipped = Data(self._data, _DATA.names)
            self._catalogues[key] = self.target.open(
                version, shipped, place.code_folders, built_with
            )
        return self._catalogues[key]

    def _data(self, name: str) -> str:
        if name not in self._texts:
            self._texts[name] = data.read_schema(name)
        return self._texts[name]

    def settings(self, folder: str) -> Settings | None:
        """The settings that hold in a folder; None where there are none. Raises FileProblem."""
        if folder not in self._settings:
            path = find_settings(folder) if self._only is None else None
            self._settings[folder] = self._read(path) if path is not None else None
        return self._settings[folder]

    def _read(self, path: str) -> Settings:
        from tcwc import __version__
        from tcwc.api.settings import read_settings

        return read_settings(path, __version__, preview=self.preview)

    def user_rules(self, settings: Settings | None) -> RuleSet | None:
        """The rules of the user's own that settings name; None where they name none.

        Raises FileProblem where a folder of rules cannot be read.
        """
        if self._only is not None or settings is None or not settings.rules:
            return self._only
        if settings.rules not in self._rules:
            from tcwc.api.rule_files import read_user_rules

            texts = [each for folder in settings.rules for each in read_rule_folder(folder)]
            self._rules[settings.rules] = read_user_rules(texts)
        return self._rules[settings.rules]

    def rule_file(self, rule: Rule) -> RuleFile | None:
        """The file of a rule of a user's own that was read; None for other rules."""
        files = (file for read in self._rules.values() for file in read.files)
        return next((file for file in files if file.rule == rule), None)


_DATA = Data(data.read_schema, data.schema_names)
