"""The sources of a torchtune, a file at a time, and which of them cannot be used.

A fork is work in progress: one module with the marks of a merge is no reason to know nothing of
the others. So what cannot be used is noted, and is then as if it were not there.
"""

from __future__ import annotations

import ast
import sys

from tcwc.disk.packages import Packages
from tcwc.model.frozen import dataclass, field
from tcwc.torchtune.introspect.parsed import parsed

CONFIGS = "recipes/configs/"
_PACKAGES = ("recipes/", "torchtune/")
_SUFFIXES = (".py", ".yaml", ".yml")

_DEPTH = 150
"""Nodes in each other that a module may have: those of torchtune have 30. Readers go down them, and
Python ends at some hundred calls."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of a distribution: `recipes/...` and `torchtune/...`, by name, and its version.

    `left_out` says of each place (FILE, or FILE:LINE) that cannot be used why, and what is unknown.
    """

    version: str
    packages: Packages
    files: tuple[str, ...]
    left_out: dict[str, str] = field(default_factory=dict)
    _texts: dict[str, str | None] = field(default_factory=dict)

    def read(self, name: str) -> str | None:
        """The text of a file that can be used; None for others, and where there is none."""
        if name not in self._texts:
            # Not what lies beside it in a folder of installed packages: a wheel would give others.
            self._texts[name] = self._usable(name) if name.startswith(_PACKAGES) else None
        return self._texts[name]

    def text(self, name: str) -> str:
        """The same of a file that has to be there. Raises FileNotFoundError, ValueError."""
        text = self.read(name)
        if text is not None:
            return text
        for place, why in self.left_out.items():
            if place.partition(":")[0] == name:
                raise ValueError(f"{place}: {why}")
        raise FileNotFoundError(f"{name}: torchtune {self.version} has no such file")

    def leave_out(self, place: str, why: str, *, so: str = "") -> None:
        """Note that what stands at a place cannot be used, and what is unknown for that."""
        self.left_out[place] = f"{why}; {so or _lost(place)}"

    def _usable(self, name: str) -> str | None:
        try:
            text = self.packages.read(name)
            if text is not None and name.endswith(".py"):
                text = text.removeprefix("\ufeff")
                _check(parsed(text))
        except SyntaxError as error:
            why = f"Python {sys.version_info[0]}.{sys.version_info[1]} cannot read it ({error.msg})"
            self.leave_out(f"{name}:{error.lineno or 1}", why)
        except UnicodeDecodeError as error:
            self.leave_out(f"{name}:{error.object[: error.start].count(10) + 1}", "not UTF-8 text")
        except (RecursionError, MemoryError):
            self.leave_out(name, "it nests too deeply to be read")
        # ValueError: NUL, in a text or in a name.
        except (OSError, ValueError) as error:
            self.leave_out(name, getattr(error, "strerror", None) or str(error))
        else:
            return text
        return None


def _lost(place: str) -> str:
    """What is unknown where a file cannot be used."""
    if place.startswith("torchtune/"):
        return "its components are unknown"
    what = "config" if place.partition(":")[0].endswith((".yaml", ".yml")) else "recipe"
    return f"the {what} is left out"


def _check(tree: ast.Module) -> None:
    """Raise RecursionError for what nests deeper than its readers go."""
    level: list[ast.AST] = [tree]
    for _ in range(_DEPTH):
        level = [child for each in level for child in ast.iter_child_nodes(each)]
        if not level:
            return
    raise RecursionError


def sources_of(packages: Packages, version: str = "") -> Sources:
    """The sources of the torchtune among packages. Raises FileNotFoundError."""
    version = version or packages.versions.get("torchtune", "")
    if not version:
        raise FileNotFoundError(
            "no torchtune-*.dist-info: is this torchtune's wheel or its folder?"
        )
    names = [name for folder in _PACKAGES for name in packages.files(folder)]
    return Sources(version, packages, tuple(name for name in names if name.endswith(_SUFFIXES)))
