"""Catalogues of the author's own: of a fork or a checkout of the target, kept in the repository.

`tcwc catalog build` makes one in `catalogues/NAME/` at the top of the repository (beside the
experiment where there is none), and a source names it as `local:NAME`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from tcwc.disk.files import FileProblem, Place
from tcwc.model.limits import CATALOGUE
from tcwc.model.outside import OutsideError
from tcwc.model.target import CATALOGUE_NAME, CATALOGUES, Local


def folder_at(place: Place) -> str:
    """The folder of the catalogues that experiments in a place may name, there or not."""
    return os.path.join(place.guard.boundary.root or place.folder, CATALOGUES)


def names_at(place: Place) -> tuple[str, ...]:
    """The names of the catalogues that are there, sorted; none of a folder outside of the
    repository, to which a link leads."""
    folder = folder_at(place)
    try:
        found = [] if place.guard.is_outside(folder) else sorted(os.listdir(folder))
    except OSError:
        return ()
    return tuple(name for name in found if CATALOGUE_NAME.fullmatch(name))


def texts_at(place: Place, name: str, local: Local) -> Mapping[str, str]:
    """The text of each file of one, by its name without `.json`. Raises FileProblem."""
    folder = os.path.join(folder_at(place), name)
    shown = f"{CATALOGUES}/{name}"
    again = local.regain(f"{local.prefix}{name}")
    again += f"; or make it again: tcwc catalog build --from DIR --name {name}"
    texts = {}
    for file in local.files:
        path = os.path.join(folder, f"{file}.json")
        try:
            if place.guard.is_outside(path):
                raise OutsideError(path)
            # Line ends are git's, where nothing keeps it from them, and say nothing here.
            texts[file] = place.guard.text(path, CATALOGUE.at_most).replace("\r\n", "\n")
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise FileProblem(f"cannot read {shown}/{file}.json: {why}", again) from None
    if wrong := local.misshapen(texts):
        message = f"{shown}/{wrong}.json is not as `tcwc catalog build` writes it"
        raise FileProblem(message, again)
    return texts
