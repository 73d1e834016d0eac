"""What is outside of an experiment's repository: code that may not be read, and where nothing is
written. Imported only where there is such a thing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from tcwc.disk.boundary import real_path
from tcwc.disk.files import Place
from tcwc.disk.folder import Folder
from tcwc.model.diagnostics import Diagnostic
from tcwc.model.printable import shell_path
from tcwc.model.source import SourceText, Span
from tcwc.model.unreadable import refused


def refused_code(place: Place, sources: Iterable[SourceText]) -> Iterator[Diagnostic]:
    """A finding for each module of the author's own that a link leads to, out of the repository,
    where the experiment, its base or what else is read with it names it."""
    inside = [each for each in sources if not each.is_outside]
    names = {name for name in place.guard.reads.refused.values() if name}
    told: set[tuple[str, int, int]] = set()
    for name in sorted(names, key=lambda each: (len(each), each)):
        module = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        spans = (_named(module, each) for each in inside)
        span = next(filter(None, spans), None)
        # Of a package each module of a dotted name was looked for.
        if span is not None and (at := (span.file, span.line, span.column)) not in told:
            told.add(at)
            yield refused(name, span)


def _named(module: str, source: SourceText) -> Span | None:
    found = re.search(rf"(?<![\w.]){re.escape(module)}(?!\w)", source.text)
    return source.span(*found.span()) if found else None


def outside_output(place: Place, folder: str) -> tuple[str, str] | None:
    """What is wrong, and the way out, where a build would write outside of the repository."""
    path = Folder(folder).leading_out(place.guard.boundary)
    if path is None:
        return None
    if path != folder:
        what = f"{path} is a link that leads out of the repository: a build writes nothing there"
        return what, f"remove the link: `rm {shell_path(path)}`"
    what = f"the output folder {folder} is {_where(place, folder)}: a build writes nothing there"
    help = "name a folder of the repository with `output:`, without links"
    if real_path(folder) != os.path.abspath(folder):
        return what, help
    path = shell_path(os.path.normpath(place.path))
    return (
        f"{what}, unless the command names the folder",
        f"{help}; or name this one in the command: `tcwc build -o {shell_path(folder)} {path}`",
    )


def _where(place: Place, folder: str) -> str:
    real, root = real_path(folder), place.guard.boundary.root or ""
    inside = os.path.join(real, "").startswith(os.path.join(root, ""))
    return "one of git's own" if inside else "outside of the repository"
