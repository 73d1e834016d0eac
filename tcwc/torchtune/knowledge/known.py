"""What the checks of torchtune know beyond what is known of any target: its catalogue."""

from __future__ import annotations

from tcwc.lint.context import Context
from tcwc.torchtune.catalogue.load import Catalogue


def catalogue(context: Context) -> Catalogue:
    """The catalogue that an experiment is compiled with: torchtune's checks run for no other."""
    assert isinstance(context.catalogue, Catalogue)
    return context.catalogue
