"""PlainConfigs of the target that no experiment uses: which ones `tcwc lint` is about."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence

from tcwc.api.plain import ConfigFor, LintedConfig, lint_config
from tcwc.api.session import TARGET, Session
from tcwc.commands.select import NothingToDo, Owners, kept, reads_as_config
from tcwc.commands.terminal import say
from tcwc.disk.files import (
    Cannot,
    FileProblem,
    find_files,
    has_name_alone,
    has_sections,
    is_named_as_experiment,
)
from tcwc.model.limits import SOURCE

_ENDS = (".yaml", ".yml")


class PlainConfigs:
    """The configs that a call of lint is about, and how they are linted."""

    def __init__(self, arguments: Namespace, session: Session) -> None:
        self._session = session
        self._wanted = ConfigFor(arguments.recipe or "", arguments.torchtune or "")
        self._owners: Owners | None = None

    def lint(self, path: str, text: str | None) -> LintedConfig:
        """What is to be said of one; of a text as if it stood there. Raises FileProblem."""
        return lint_config(path, self._session, wanted=self._wanted, text=text)

    def asked(
        self, files: Sequence[str], *, passes_over: bool, cannot: Cannot
    ) -> Iterable[tuple[str, bool]]:
        """The configs that files and folders name, and whether each is linted by itself: else it is
        the experiment that uses one. What else is named is passed over, or refused.

        Raises NothingToDo, FileProblem.
        """
        chosen: dict[tuple[str, bool], None] = {}
        for path in files or [os.curdir]:
            if os.path.isdir(path):
                configs = below(path, self._session, cannot)
            else:
                meant = self._is_among(path, cannot) if passes_over else self._is_meant(path)
                configs = [path] if meant else []
            chosen |= dict.fromkeys(
                one for each in configs for one in self._with_owner(each, cannot)
            )
        if not chosen and any(map(os.path.isdir, files or [os.curdir])):
            where = ", ".join(files) or "this folder"
            message = f"there is no config of {TARGET.name} below {where}"
            raise NothingToDo(message, f"a config has a `{TARGET.component}:`; name the file")
        if not chosen:  # a hook is about other files too, and who types names is to see it
            say(f"no config of {TARGET.name} is among what is named", sys.stderr)
        return chosen

    def _is_among(self, path: str, cannot: Cannot) -> bool:
        """Whether a named file is a config, where others are passed over; what cannot be read may
        be one, unless it is too large."""
        if is_named_as_experiment(path):
            return False
        try:
            return reads_as_config(self._session.place(path).source())
        except FileProblem as problem:
            if not (os.path.isfile(path) and os.path.getsize(path) > SOURCE.at_most):
                cannot(problem)
            return False

    def _is_meant(self, path: str) -> bool:
        """Whether a named file is linted as a config. Raises NothingToDo."""
        if is_named_as_experiment(path) or self._has_sections(path):
            message = f"{path} is an experiment, and says itself which recipe runs its configs"
            raise NothingToDo(message, "leave out --recipe, or write `recipe:` into it")
        return True

    def _has_sections(self, path: str) -> bool:
        try:
            text = self._session.place(path).source()
            return has_sections(text) and not has_name_alone(text)
        except FileProblem:
            return False  # told of where it is read

    def _with_owner(self, path: str, cannot: Cannot) -> list[tuple[str, bool]]:
        """A config by itself, or the experiments that use it; what is run by a named recipe is
        looked at as it stands."""
        return [(each, False) for each in self.users(path, cannot)] or [(path, True)]

    def users(self, path: str, cannot: Cannot) -> list[str]:
        """The experiments that use a config; none where it is run by a named recipe."""
        if self._wanted.recipe:
            return []
        self._owners = self._owners or Owners(self._session, cannot)
        return self._owners.using(path)


def below(folder: str, session: Session, cannot: Cannot = lambda _: None) -> list[str]:
    """The configs below a folder, sorted, but for those that settings exclude and git ignores."""
    session.place(folder).within()
    found = find_files(folder, _ENDS, cannot)
    return kept([each for each in found if is_config(each, session)], session)


def is_config(path: str, session: Session) -> bool:
    """Whether a file is a config of the target, and no experiment."""
    try:
        return not is_named_as_experiment(path) and reads_as_config(session.place(path).source())
    except FileProblem:
        return False
