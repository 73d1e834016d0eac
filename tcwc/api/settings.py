"""The settings of a project: `[tool.tcwc]` in pyproject.toml, or tcwc.toml.

    select = ["TCW"]                  # codes, or their beginnings; the default is all
    ignore = ["TCW401"]
    strict = true                     # warnings fail, as with --strict
    rules = ["lint_rules/"]           # folders of rules of your own
    exclude = ["archive/"]            # files and folders that are not looked for experiments
    inside-only = true                # no file outside of the repository is read
    cluster = "della"                 # the cluster profile: clusters/della.yaml, or a path
    required-version = ">=0.1"

    [tool.tcwc.per-file-ignores]      # globs, relative to the settings file
    "pilot/*" = ["TCW4"]

    [tool.tcwc.severity]              # error, warning, info or off
    TCW214 = "off"

    [tool.tcwc.recipes]               # globs of configs that no experiment uses
    "full/*" = "full_finetune_single_device"

The nearest file counts. What one above it in the repository forbids holds too: `strict`,
`preview`, `inside-only`, `required-version` and `rules` hold where any file has them, and what
fails under the settings above fails below. So a file that a pull request adds takes nothing away.

Imported only where there is such a file: most lints have none.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase

from tcwc.disk.files import FileProblem, Place, read_settings_text
from tcwc.disk.guard import Guard
from tcwc.model.diagnostics import Diagnostic, Severity
from tcwc.model.frozen import dataclass, replace
from tcwc.model.rules import by_code
from tcwc.model.source import SourceText
from tcwc.model.words import nearest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Judge = Callable[[Diagnostic], "Diagnostic | None"]
"""What becomes of a finding: itself, itself with another severity, or nothing."""

_OFF = "off"
_LEVELS = (*(each.value for each in Severity), _OFF)
_CODE = re.compile(r"[A-Z]+[0-9]*")
_VERSION = re.compile(r"(==|!=|<=|>=|<|>)\s*(\d+(?:\.\d+)*)")
_KNOWN = (
    "select",
    "ignore",
    "per-file-ignores",
    "severity",
    "strict",
    "preview",
    "rules",
    "required-version",
    "exclude",
    "inside-only",
    "cluster",
    "recipes",
)


@dataclass(frozen=True, slots=True)
class Secrets:
    """Tokens that stand in a settings file, whose text this is."""

    source: SourceText
    found: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a settings file says, together with those above it. `rules` are absolute paths.

    `above` are what the files above say, the top first. `cluster` is the profile that they choose,
    with the path of the file that does; the nearest counts.
    """

    path: str
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    severity: Mapping[str, str] | None = None
    strict: bool = False
    preview: bool = False
    rules: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    secrets: tuple[Secrets, ...] = ()
    inside_only: bool = False
    above: tuple[Settings, ...] = ()
    cluster: tuple[str, str] | None = None
    recipes: tuple[tuple[str, str], ...] = ()
    """Globs of configs that no experiment uses, with the recipe that runs those."""

    def recipe_of(self, file: str) -> tuple[str, str] | None:
        """The recipe that runs a config which no experiment uses, and the file of settings that
        says so: the nearest, and in it the first glob that fits."""
        for each in (self, *reversed(self.above)):
            name = each._named(file)
            for glob, recipe in each.recipes:
                if _fits(name, glob):
                    return recipe, _near(each.path)
        return None

    def excludes(self, file: str) -> bool:
        """Whether a file, or a folder that it is in, is not looked at unless it is named."""
        return any(each._excludes(file) for each in (self, *self.above))

    def _excludes(self, file: str) -> bool:
        name = self._named(file)
        parts = name.split("/")
        above = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
        return any(_fits(each, glob.rstrip("/")) for glob in self.exclude for each in above)

    def judge(self, place: Place) -> Judge:
        """What becomes of the findings of an experiment, in its file or in one that it names."""
        own = self._own_judge(place)
        above = [(each.strict, each._own_judge(place)) for each in self.above]

        def judged(found: Diagnostic) -> Diagnostic | None:
            made = own(found)
            for strict, judge in above:
                other = judge(found)
                if other is not None and _weight(other) > _weight(made):
                    made = other if _weight(other) >= (1 if strict else 2) else made
            return made

        return judged

    def _own_judge(self, place: Place) -> Judge:
        """What this file alone makes of findings."""
        own = self._ignored_in(place.path)

        def judged(found: Diagnostic) -> Diagnostic | None:
            ignored = (*own, *self._ignored_in(found.span.file))
            if _matches(found.code, (*self.ignore, *ignored)):
                return None
            if self.select and not _matches(found.code, self.select):
                return None
            return self._weighed(found)

        return judged

    def _weighed(self, found: Diagnostic) -> Diagnostic | None:
        """With the severity that is set for the longest beginning of its code."""
        fitting = [code for code in self.severity or () if found.code.startswith(code)]
        if not self.severity or not fitting:
            return found
        level = self.severity[max(fitting, key=len)]
        return None if level == _OFF else replace(found, severity=Severity(level))

    def _ignored_in(self, file: str) -> tuple[str, ...]:
        """What is ignored in a file. A glob without `/` is about names in any folder."""
        if not self.per_file_ignores:
            return ()
        name = self._named(file)
        return tuple(
            code for glob, codes in self.per_file_ignores if _fits(name, glob) for code in codes
        )

    def _named(self, file: str) -> str:
        """A file as globs are about it: from the folder of the settings, with `/`."""
        folder = os.path.dirname(self.path)
        return os.path.relpath(os.path.abspath(file), folder).replace(os.path.sep, "/")


def read_settings(
    path: str,
    version: str,
    guard: Guard | None = None,
    *,
    preview: bool = False,
    above: Settings | None = None,
) -> Settings:
    """The settings in a file, for this version of tcwc. Raises FileProblem.

    With `preview` preview rules are on, whatever the file says. `above` are the settings of the
    repository's folders above.
    """
    guard = guard or Guard()
    text = SourceText(
        _near(path), read_settings_text(path, guard), is_outside=guard.is_outside(path)
    )
    return _Reader(path, text, preview, above).settings(version)


def _fits(name: str, glob: str) -> bool:
    """Whether a glob is about a file or a folder; one without `/` is, in any folder.

    `./` is where globs begin anyway, `**/` is any number of folders, none too, and what ends in `/`
    is all in that folder.
    """
    glob = glob.removeprefix("./") + ("*" if glob.endswith("/") else "")
    # fnmatch folds case and slashes on Windows; settings mean the same everywhere.
    return any(fnmatchcase(name, each) for each in (glob, glob.replace("**/", ""))) or (
        "/" not in glob and fnmatchcase(name.rpartition("/")[2], glob)
    )


_FEW_PARTS, _MOST_WORK = 40, 1_000_000


def _matches(code: str, beginnings: Sequence[str]) -> bool:
    return code.startswith(tuple(beginnings))


def _has_long_keys(text: str) -> bool:
    """Whether a TOML reader would take long over dotted keys: the square of the parts of each."""
    if not any(line.count(".") > _FEW_PARTS for line in text.split("\n")):
        return False
    bare = re.sub(r"\"[^\"\n]*\"|'[^'\n]*'", "", text)
    parts = [line.partition("=")[0].count(".") for line in bare.split("\n")]
    return sum(count**2 for count in parts) > _MOST_WORK


class _Reader:
    """Checks a settings file on the way to a value; what is wrong first ends it."""

    def __init__(
        self, path: str, source: SourceText, preview: bool, above: Settings | None
    ) -> None:
        self.above = above or Settings(path)
        self.path = path
        self.source = source
        self.text = source.text
        self.table = self._table()
        self.preview = self._flag("preview") or preview or self.above.preview
        self.own_rules = bool(self.table.get("rules") or self.above.rules)
        self.codes = by_code()

    def settings(self, version: str) -> Settings:
        for name in self.table:
            if name not in _KNOWN:
                raise self.problem(name, f"there is no setting `{name}`", self._instead_of(name))
        self._check_version(version)
        folder = os.path.dirname(self.path)
        return Settings(
            self.path,
            self._selected(),
            self._codes("ignore", self.table.get("ignore", [])),
            tuple(
                (glob, self._codes(glob, codes))
                for glob, codes in self._mapping("per-file-ignores").items()
            ),
            self._severity(),
            self._flag("strict") or self.above.strict,
            self.preview,
            self._rules(folder),
            self._texts("exclude", self.table.get("exclude", [])),
            (*self.above.secrets, *self._secrets()),
            self._flag("inside-only") or self.above.inside_only,
            (*self.above.above, self.above) if self.above.path != self.path else (),
            self._cluster(),
            self._recipes(),
        )

    def _recipes(self) -> tuple[tuple[str, str], ...]:
        made = self._mapping("recipes")
        for glob, recipe in made.items():
            if not isinstance(recipe, str) or not recipe:
                help = f'write "{glob}" = "lora_finetune_single_device"'
                raise self.problem(glob, f"`{glob}` must have the name of a recipe", help)
        return tuple((glob, str(recipe)) for glob, recipe in made.items())

    def _cluster(self) -> tuple[str, str] | None:
        """The profile that this file chooses, else that of the settings above."""
        if "cluster" not in self.table:
            return self.above.cluster
        name = self.table["cluster"]
        if not isinstance(name, str) or not name:
            help = 'write cluster = "della": a file in clusters/ without its end, or a path'
            raise self.problem("cluster", "`cluster` must be the name of a profile", help)
        return name, self.path

    def _rules(self, folder: str) -> tuple[str, ...]:
        """The folders of rules, those of the settings above first."""
        own = self._texts("rules", self.table.get("rules", []))
        paths = (os.path.normpath(os.path.join(folder, each)) for each in own)
        return tuple(dict.fromkeys((*self.above.rules, *paths)))

    def _instead_of(self, name: str) -> str:
        """What to write for a name that no setting has."""
        if name in ("tool", "tcwc", "lint") and isinstance(self.table[name], dict):
            return "in tcwc.toml settings stand at the top: remove the line with `[...]` above them"
        if (bare := name.removeprefix("extend-").replace("_", "-")) in _KNOWN:
            return f"did you mean `{bare}`?"
        near = nearest(name, _KNOWN, count=1)
        return f"did you mean `{near[0]}`?" if near else f"there are {', '.join(_KNOWN)}"

    def _secrets(self) -> tuple[Secrets, ...]:
        from tcwc.lint.secrets import check_secrets

        found = tuple(check_secrets([self.source]))
        return (Secrets(self.source, found),) if found else ()

    def problem(self, key: str, message: str, help: str) -> FileProblem:
        """What is wrong with a setting, with the line that it seems to stand in."""
        # tomllib does not say where a key stands; what is behind a `#` is none.
        at = re.search(rf"""(?m)^[^#\n]*(?<![\w-])["']?{re.escape(key)}["']?\s*[=.\]]""", self.text)
        line = f":{self.text.count(chr(10), 0, at.end()) + 1}" if at else ""
        return FileProblem(f"{_near(self.path)}{line}: {message}", help)

    def _table(self) -> dict[str, object]:
        if _has_long_keys(self.text):
            message = f"{_near(self.path)}: its keys have too many parts"
            raise FileProblem(message, 'settings need two: `per-file-ignores."tests/*" = [...]`')
        try:
            whole: dict[str, object] = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            # Before Python 3.14 tomllib says where in its message only.
            place = re.search(r"line (\d+), column (\d+)", str(error))
            where = f":{place[1]}:{place[2]}" if place else ""
            reason = re.sub(r" \(at .*\)$", "", str(error))
            raise FileProblem(
                f"{_near(self.path)}{where}: this is not TOML: {reason}", "fix the file"
            ) from None
        except RecursionError:
            message = f"{_near(self.path)}: nested too deep to be read"
            raise FileProblem(message, "look for brackets that are never closed") from None
        except ValueError as error:  # a number of more digits than Python reads
            message = f"{_near(self.path)}: this cannot be read: {error}"
            raise FileProblem(message, "put long numbers in quotes") from None
        if os.path.basename(self.path) == "tcwc.toml":
            return whole
        tool = whole.get("tool")
        table = tool.get("tcwc", {}) if isinstance(tool, dict) else {}
        if not isinstance(table, dict):
            raise self.problem("tcwc", "`tool.tcwc` must be a table", "write [tool.tcwc]")
        return table

    def _flag(self, name: str) -> bool:
        value = self.table.get(name, False)
        if not isinstance(value, bool):
            raise self.problem(name, f"`{name}` must be true or false", f"write {name} = true")
        return value

    def _mapping(self, name: str) -> dict[str, object]:
        value = self.table.get(name, {})
        if not isinstance(value, dict):
            above = "" if os.path.basename(self.path) == "tcwc.toml" else "tool.tcwc."
            raise self.problem(name, f"`{name}` must be a table", f"write [{above}{name}]")
        return value

    def _texts(self, key: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            own = value if isinstance(value, list) else [value]
            texts = ", ".join(f'"{each}"' for each in own if isinstance(each, str | int)) or '"..."'
            raise self.problem(
                key, f"`{key}` must be a list of strings", f"write {key} = [{texts}]"
            )
        return tuple(value)

    def _codes(self, key: str, value: object) -> tuple[str, ...]:
        codes = self._texts(key, value)
        for code in codes:
            self._check_code(key, code)
        return codes

    def _selected(self) -> tuple[str, ...]:
        codes = self._codes("select", self.table.get("select", []))
        for code in codes:
            self._check_on("select", code)
        return codes

    def _check_on(self, key: str, code: str) -> None:
        """Refuse to ask for a rule by name that is off: a gate that is not there."""
        if code in self.codes and self.codes[code].preview and not self.preview:
            raise self.problem(
                key,
                f"{code} is a preview rule, and preview rules are off, so this reports nothing",
                "write preview = true as well, or remove the code",
            )

    def _check_code(self, key: str, code: str) -> None:
        own = self.own_rules and (not code.startswith("TCW") or code.startswith("TCW9"))
        if not _CODE.fullmatch(code) or not (own or any(c.startswith(code) for c in self.codes)):
            near = nearest(code, self.codes, count=1)
            help = f"did you mean `{near[0]}`?" if near else "write a code, or its beginning: TCW4"
            if code.isdigit() and any(each.startswith(f"TCW{code}") for each in self.codes):
                help = f"write TCW{code}"
            raise self.problem(key, f"no rule has the code `{code}`", help)

    def _severity(self) -> dict[str, str]:
        chosen: dict[str, str] = {}
        for code, level in self._mapping("severity").items():
            self._check_code(code, code)
            if not isinstance(level, str) or level not in _LEVELS:
                raise self.problem(
                    code, f"`{level}` is no severity", f"write one of {', '.join(_LEVELS)}"
                )
            if level != _OFF:
                self._check_on(code, code)
            chosen[code] = level
        return chosen

    def _check_version(self, version: str) -> None:
        wanted = self.table.get("required-version", "")
        parts = [part.strip() for part in str(wanted).split(",")] if wanted else []
        for part in parts:
            found = _VERSION.fullmatch(part)
            if found is None or not isinstance(wanted, str):
                raise self.problem(
                    "required-version",
                    f"`{wanted}` is no version to require",
                    'write required-version = ">=0.1", or several parts with commas',
                )
            if not _fulfils(version, found[1], found[2]):
                raise self.problem(
                    "required-version",
                    f"this is tcwc {version}, and {wanted} is required",
                    "install that version",
                )


def _weight(found: Diagnostic | None) -> int:
    """2 for an error, 1 for a warning, 0 for what fails nothing."""
    weights = {Severity.ERROR: 2, Severity.WARNING: 1}
    return weights.get(found.severity, 0) if found is not None else 0


def _fulfils(version: str, operator: str, wanted: str) -> bool:
    have, want = _numbers(version), _numbers(wanted)
    length = max(len(have), len(want))
    have, want = (each + (0,) * (length - len(each)) for each in (have, want))
    return {
        "==": have == want,
        "!=": have != want,
        "<": have < want,
        "<=": have <= want,
        ">": have > want,
        ">=": have >= want,
    }[operator]


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers of a release; what follows them (`.dev1`, `+local`) does not count."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part[:99]) for part in found[0].split(".")) if found else ()


def _near(path: str) -> str:
    """A path as it is shortest from here."""
    relative = os.path.relpath(path)
    return path if relative.startswith(os.path.pardir + os.path.sep + os.path.pardir) else relative
